//! What a person had before their eyes when they clicked: release, attempt, commit, stage, and the digest of the evidence.
//!
//! Gates are kept apart from the digest, each that does not pass by a fingerprint: one that got better since is no reason to
//! refuse a click, as it is none in the prompt, and one that got worse is named.

use std::{collections::BTreeMap, fmt::Write as _};

use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use super::VALUE_LIMIT;
use crate::domain::{
    ReleaseKey, Sha, Text,
    approval::{Change, Digest, Shown},
    judge::State,
};

/// Gates that are told one by one; where more do not pass, any change of one refuses the click.
const MOST_GATES: usize = 100;

/// What a card showed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CardSeen {
    /// Which release.
    #[serde(rename = "r")]
    release: ReleaseKey,
    /// Attempt of its run.
    #[serde(rename = "a")]
    attempt: u32,
    /// The commit.
    #[serde(rename = "c")]
    sha: Sha,
    /// The stage, from 0.
    #[serde(rename = "s")]
    stage: usize,
    /// Digest of everything shown but the gates.
    #[serde(rename = "d")]
    digest: Digest,
    /// Gates that did not pass.
    #[serde(rename = "g")]
    open: OpenGates,
}

/// Gates that did not pass, by fingerprint.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
enum OpenGates {
    /// Each of them.
    Each(Vec<String>),
    /// All of them together.
    Whole(String),
}

/// A value that no card of ours carries.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the button's value is none of cockpit's")]
pub struct Forged;

impl CardSeen {
    /// What a card of this release shows.
    pub fn of(release: &ReleaseKey, shown: &Shown) -> Self {
        let open: Vec<String> = open(&shown.gates)
            .map(|(name, state)| fingerprint(name, *state))
            .collect();
        let mut bare = shown.clone();
        bare.gates.clear();
        Self {
            release: release.clone(),
            attempt: shown.attempt,
            sha: shown.sha.clone(),
            stage: shown.stage,
            digest: bare.digest(),
            open: if open.len() > MOST_GATES {
                OpenGates::Whole(hashed(&open.concat()))
            } else {
                OpenGates::Each(open)
            },
        }
    }

    /// As a button carries it, at most [`VALUE_LIMIT`] bytes.
    pub fn encode(&self) -> String {
        // Names and numbers cannot fail to be written.
        serde_json::to_string(self).unwrap_or_default()
    }

    /// Reads what [`CardSeen::encode`] wrote.
    pub fn parse(value: &str) -> Result<Self, Forged> {
        if value.len() > VALUE_LIMIT {
            return Err(Forged);
        }
        serde_json::from_str(value).map_err(|_| Forged)
    }

    /// Which release it is of.
    pub fn release(&self) -> &ReleaseKey {
        &self.release
    }

    /// What is no longer as it was seen; empty: a click on it is good.
    pub fn changes(&self, key: &ReleaseKey, now: &Shown) -> Vec<Change> {
        let is = Self::of(key, now);
        let mut changes: Vec<Change> = [
            ("release", self.release.to_string(), is.release.to_string()),
            ("attempt", self.attempt.to_string(), is.attempt.to_string()),
            (
                "commit",
                self.sha.short().to_owned(),
                is.sha.short().to_owned(),
            ),
            (
                "stage",
                (self.stage + 1).to_string(),
                (is.stage + 1).to_string(),
            ),
            (
                "evidence",
                self.digest.short().to_owned(),
                is.digest.short().to_owned(),
            ),
        ]
        .into_iter()
        .filter(|(_, was, is)| was != is)
        .map(|(what, was, is)| change(what, &was, &is))
        .collect();
        // Another release's or attempt's gates say nothing here.
        if changes.is_empty() && self.digest != is.digest {
            changes.push(change("evidence", "another", "as it is now"));
        }
        if changes.is_empty() {
            changes.extend(self.worse(now, &is));
        }
        changes
    }

    fn worse(&self, now: &Shown, is: &Self) -> Vec<Change> {
        match &self.open {
            OpenGates::Each(seen) => open(&now.gates)
                .filter(|(name, state)| !seen.contains(&fingerprint(name, **state)))
                .map(|(name, state)| change(&format!("gate {name}"), "otherwise", state.word()))
                .collect(),
            OpenGates::Whole(_) if self.open != is.open => {
                vec![change("gates", "otherwise", "as they are now")]
            }
            OpenGates::Whole(_) => Vec::new(),
        }
    }
}

fn open(gates: &BTreeMap<String, State>) -> impl Iterator<Item = (&String, &State)> {
    gates.iter().filter(|(_, state)| **state != State::Pass)
}

fn fingerprint(name: &str, state: State) -> String {
    hashed(&format!("{name}\0{}", state.word()))
}

/// The first ten hexadecimal digits of a SHA-256.
fn hashed(text: &str) -> String {
    let mut out = String::with_capacity(10);
    for byte in Sha256::digest(text.as_bytes()).iter().take(5) {
        // Writing to a String cannot fail.
        let _ = write!(out, "{byte:02x}");
    }
    out
}

fn change(what: &str, was: &str, now: &str) -> Change {
    Change {
        what: Text::line(what),
        was: Text::line(was),
        now: Text::line(now),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{EnvironmentId, Repository, RunId};

    fn key() -> ReleaseKey {
        ReleaseKey {
            repository: Repository::parse("github.com", "acme/storefront").unwrap(),
            run: RunId(8123),
        }
    }

    fn shown(gates: &[(&str, State)]) -> Shown {
        Shown {
            service: "storefront".to_owned(),
            run: RunId(8123),
            attempt: 1,
            sha: Sha::parse(&"3f9c2ab1".repeat(5)).unwrap(),
            version: Some("v2.14.0".into()),
            production: None,
            stage: 0,
            environments: vec![(EnvironmentId(7), "production".into())],
            artifacts: BTreeMap::new(),
            gates: gates
                .iter()
                .map(|(name, state)| ((*name).to_owned(), *state))
                .collect(),
            tests: None,
            risk: None,
            rollback_target: None,
            pre_authorised: Vec::new(),
            rules: String::new(),
            emergency: None,
        }
    }

    fn changed(seen: &CardSeen, now: &Shown) -> Vec<String> {
        let all = seen.changes(&key(), now);
        all.iter().map(|one| one.what.to_string()).collect()
    }

    #[test]
    fn a_value_reads_back_and_anything_else_is_none_of_ours() {
        let seen = CardSeen::of(&key(), &shown(&[("load", State::Fail)]));
        assert_eq!(CardSeen::parse(&seen.encode()), Ok(seen.clone()));
        let long = format!("{}{}", seen.encode(), " ".repeat(VALUE_LIMIT));
        for forged in ["", "{}", "approve", "null", "[]", &long] {
            assert_eq!(CardSeen::parse(forged), Err(Forged), "{forged}");
        }
        let more = seen.encode().replacen('{', "{\"x\":1,", 1);
        assert_eq!(CardSeen::parse(&more), Err(Forged));
    }

    #[test]
    fn a_gate_that_got_better_is_no_reason_and_one_that_got_worse_is_named() {
        let seen = CardSeen::of(
            &key(),
            &shown(&[("load", State::Fail), ("tests", State::Pass)]),
        );
        let better = shown(&[("load", State::Pass), ("tests", State::Pass)]);
        assert!(changed(&seen, &better).is_empty());
        let worse = shown(&[("load", State::Fail), ("tests", State::NoData)]);
        assert_eq!(changed(&seen, &worse), ["gate tests"]);
        let other = shown(&[("load", State::Broken), ("tests", State::Pass)]);
        assert_eq!(changed(&seen, &other), ["gate load"]);
    }

    #[test]
    fn another_commit_attempt_stage_or_evidence_is_another_card() {
        let was = shown(&[]);
        let seen = CardSeen::of(&key(), &was);
        let mut now = was.clone();
        now.attempt = 2;
        assert!(changed(&seen, &now).contains(&"attempt".to_owned()));
        let mut now = was.clone();
        now.sha = Sha::parse(&"d".repeat(40)).unwrap();
        assert!(changed(&seen, &now).contains(&"commit".to_owned()));
        let mut now = was.clone();
        now.rollback_target = Some("v2.13.4".into());
        assert_eq!(changed(&seen, &now), ["evidence"]);
        let other = ReleaseKey {
            run: RunId(9),
            ..key()
        };
        assert!(!seen.changes(&other, &was).is_empty());
    }

    #[test]
    fn a_thousand_open_gates_still_fit_and_any_change_of_them_refuses() {
        let names: Vec<String> = (0..1_000).map(|n| format!("metrics: m{n} < 1%")).collect();
        let all: Vec<(&str, State)> = names.iter().map(|n| (n.as_str(), State::NoData)).collect();
        let seen = CardSeen::of(&key(), &shown(&all));
        assert!(seen.encode().len() <= VALUE_LIMIT);
        assert!(changed(&seen, &shown(&all)).is_empty());
        assert_eq!(changed(&seen, &shown(&all[1..])), ["gates"]);
        let few = CardSeen::of(&key(), &shown(&all[..MOST_GATES]));
        assert!(few.encode().len() <= VALUE_LIMIT, "{}", few.encode().len());
    }
}
