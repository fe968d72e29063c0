//! Artifacts by the names that the rules give them: those to be read, and why others that fit cannot be. What has expired
//! or was not looked at is never taken for what was not made.

use globset::Glob;
use jiff::{Timestamp, tz::TimeZone};

use crate::domain::{
    Fault, FaultKind,
    observation::{ArtifactList, ArtifactSnapshot},
};

/// Artifacts of one kind that are read together.
const TOGETHER: usize = 20;

/// What fits a name.
#[derive(Debug, Default)]
pub(super) struct Named<'a> {
    /// To be read, the newest of each name.
    pub(super) found: Vec<&'a ArtifactSnapshot>,
    /// What fits, or may, and cannot be read; with its name.
    pub(super) lost: Vec<(String, Fault)>,
}

/// Looks for those that fit `pattern` and were made since `since`.
pub(super) fn named<'a>(list: &'a ArtifactList, pattern: &str, since: Timestamp) -> Named<'a> {
    let Ok(glob) = Glob::new(pattern) else {
        return Named::default();
    };
    let glob = glob.compile_matcher();
    let mut newest: Vec<&ArtifactSnapshot> = Vec::new();
    let mut named = Named::default();
    for artifact in &list.artifacts {
        let fits = glob.is_match(artifact.name.as_str())
            && artifact.created.is_none_or(|created| created >= since)
            && !newest.iter().any(|known| known.name == artifact.name);
        if fits {
            newest.push(artifact);
        }
    }
    let (gone, mut there): (Vec<_>, Vec<_>) = newest.into_iter().partition(|one| one.expired);
    let lose = |name: &str, kind, detail: &str| {
        let fault = Fault::new(kind, format!("GitHub: artifacts named {pattern}"), detail);
        (name.to_owned(), fault)
    };
    let expired = gone
        .into_iter()
        .map(|one| lose(one.name.as_str(), FaultKind::NotFound, &has_expired(one)));
    named.lost.extend(expired);
    if there.len() > TOGETHER {
        let detail = format!(
            "more than {TOGETHER} artifacts fit {pattern}: not all were read; upload them as fewer"
        );
        named
            .lost
            .push(lose("the rest", FaultKind::TooLarge, &detail));
        there.truncate(TOGETHER);
    }
    // A name without a wild card is one artifact: where it is found, those beyond are others.
    let is_exact = there.iter().any(|one| one.name.as_str() == pattern);
    if list.is_cut && !is_exact {
        let count = thousands(list.artifacts.len());
        let detail = format!("more than {count} artifacts: not all were looked at; upload fewer");
        named
            .lost
            .push(lose("the rest", FaultKind::TooLarge, &detail));
    }
    named.found = there;
    named
}

/// `expired on 2026-09-01: run staging again`.
fn has_expired(artifact: &ArtifactSnapshot) -> String {
    match artifact.expires {
        Some(at) => {
            let day = at.to_zoned(TimeZone::UTC).date();
            format!("expired on {day}: run staging again")
        }
        None => "expired: run staging again".to_owned(),
    }
}

/// `1,000`.
fn thousands(number: usize) -> String {
    let (above, below) = (number / 1_000, number % 1_000);
    match above {
        0 => below.to_string(),
        above => format!("{above},{below:03}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{ArtifactId, RunId};

    fn artifact(id: u64, name: &str, expired: bool) -> ArtifactSnapshot {
        ArtifactSnapshot {
            id: ArtifactId(id),
            name: name.into(),
            size: 1,
            digest: None,
            created: Some(Timestamp::UNIX_EPOCH),
            expired,
            expires: Some("2026-09-01T23:30:00Z".parse().unwrap()),
            run: RunId(1),
        }
    }

    fn list(artifacts: Vec<ArtifactSnapshot>, is_cut: bool) -> ArtifactList {
        ArtifactList { artifacts, is_cut }
    }

    fn words(named: &Named<'_>) -> Vec<String> {
        let lost = named.lost.iter();
        lost.map(|(name, fault)| format!("{name}: {}", fault.detail))
            .collect()
    }

    #[test]
    fn what_has_expired_is_told_with_its_day_and_is_not_read() {
        let all = list(
            vec![artifact(2, "k6", false), artifact(1, "junit", true)],
            false,
        );
        let junit = named(&all, "jun*", Timestamp::MIN);
        assert!(junit.found.is_empty());
        let told = ["junit: expired on 2026-09-01: run staging again"];
        assert_eq!(words(&junit), told);
        let k6 = named(&all, "k6", Timestamp::MIN);
        assert_eq!((k6.found.len(), k6.lost.len()), (1, 0));
    }

    #[test]
    fn the_newest_of_a_name_counts_whatever_became_of_older_ones() {
        let all = list(
            vec![artifact(2, "junit", false), artifact(1, "junit", true)],
            false,
        );
        let junit = named(&all, "junit", Timestamp::MIN);
        assert_eq!(junit.found[0].id, ArtifactId(2));
        assert!(junit.lost.is_empty());
    }

    #[test]
    fn an_artifact_of_an_earlier_attempt_has_not_expired_in_this_one() {
        let all = list(vec![artifact(1, "junit", true)], false);
        let later = "2026-09-02T00:00:00Z".parse().unwrap();
        assert!(named(&all, "junit", later).lost.is_empty());
    }

    #[test]
    fn what_was_not_looked_at_is_not_missing() {
        let many = (0..1_000).map(|id| artifact(id, &format!("log-{id}"), false));
        let mut all = list(many.collect(), true);
        let told = ["the rest: more than 1,000 artifacts: not all were looked at; upload fewer"];
        assert_eq!(words(&named(&all, "junit", Timestamp::MIN)), told);
        all.artifacts[7].name = "junit".into();
        assert!(named(&all, "junit", Timestamp::MIN).lost.is_empty());
        // A shard of it may lie beyond.
        assert_eq!(words(&named(&all, "junit*", Timestamp::MIN)), told);
    }

    #[test]
    fn more_than_are_read_together_is_a_hole() {
        let many = (0..30).map(|id| artifact(id, &format!("junit-{id}"), false));
        let all = list(many.collect(), false);
        let junit = named(&all, "junit-*", Timestamp::MIN);
        assert_eq!(junit.found.len(), 20);
        let told = [
            "the rest: more than 20 artifacts fit junit-*: not all were read; upload them as fewer",
        ];
        assert_eq!(words(&junit), told);
    }
}
