//! Evidence in one line, for the log.

use super::mood::Mood;
use crate::domain::{
    evidence::{EvidenceEvent, Finding, LoadReport},
    wording,
};

/// `3 artifacts`, of another workflow by its name.
fn listed(workflow: &str, count: usize) -> (Mood, String) {
    let count = wording::count(count as u64, "artifact");
    let of = if workflow.is_empty() { "" } else { " of " };
    (Mood::Quiet, format!("{count}{of}{workflow}"))
}

/// An event of the evidence.
pub(super) fn of_evidence(event: &EvidenceEvent) -> (Mood, String) {
    match event {
        EvidenceEvent::CandidateSeen(candidate) => {
            let named = format!("candidate {} {}", candidate.name(), candidate.sha.short());
            match candidate.unnamed_in_words() {
                None => (Mood::Plain, named),
                Some(why) => (Mood::Look, format!("{named}: {why}")),
            }
        }
        EvidenceEvent::ArtifactsListed { artifacts } => listed("", artifacts.len()),
        EvidenceEvent::ListedElsewhere {
            workflow,
            artifacts,
        } => listed(workflow, artifacts.len()),
        EvidenceEvent::Read { finding, .. } => of_finding(finding),
        EvidenceEvent::Unreadable { kind, fault } => (
            Mood::Look,
            format!("{} unreadable: {}", kind.word(), fault.detail),
        ),
        EvidenceEvent::Missing { kind } => (Mood::Look, format!("{} missing", kind.word())),
        EvidenceEvent::GrewOld { kinds } => {
            let words: Vec<&str> = kinds.iter().map(|kind| kind.word()).collect();
            (Mood::Look, format!("grew old: {}", words.join(", ")))
        }
        EvidenceEvent::Compared(diff) => (
            Mood::Plain,
            format!(
                "{} ahead of production, {}",
                wording::count(u64::from(diff.ahead_by), "commit"),
                diff.files_in_words()
            ),
        ),
        EvidenceEvent::NotCompared(seen) => (Mood::Look, format!("not compared: {}", seen.why)),
    }
}

fn of_finding(finding: &Finding) -> (Mood, String) {
    match finding {
        Finding::Tests(tests) => {
            let totals = tests.totals;
            let mood = if totals.has_failures() {
                Mood::Bad
            } else {
                Mood::Good
            };
            let bad = match totals.failing() {
                0 => String::new(),
                bad => format!(", {bad} failed"),
            };
            (
                mood,
                format!("tests: {} of {} passed{bad}", totals.passed, totals.tests),
            )
        }
        Finding::Load(load) => of_load(load),
        Finding::Security(security) => {
            let mood = match (security.failure(), security.new.map(|new| new.total())) {
                (Some(_), _) => Mood::Bad,
                (None, Some(0)) => Mood::Good,
                (None, _) => Mood::Plain,
            };
            (mood, format!("security: {}", security.in_short()))
        }
        Finding::Coverage(coverage) => {
            let mood = match (coverage.failure(), coverage.doubt()) {
                (Some(_), _) => Mood::Bad,
                (None, Some(_)) => Mood::Plain,
                (None, None) => Mood::Good,
            };
            (mood, format!("coverage: {}", coverage.in_short()))
        }
        Finding::Explain { passed_over, .. } => match passed_over.first() {
            None => (Mood::Plain, "explain summary read".to_owned()),
            Some(why) => (Mood::Look, format!("explain summary read; not by {why}")),
        },
    }
}

fn of_load(load: &LoadReport) -> (Mood, String) {
    if let Some(why) = load.collapse() {
        return (Mood::Bad, format!("load test read: {why}"));
    }
    let p99 = load.p99.map_or_else(
        || "p99 unknown".to_owned(),
        |p99| format!("p99 {p99:.0} ms"),
    );
    match load.crossed().count() {
        0 => (Mood::Good, format!("load test read: {p99}")),
        crossed => {
            let crossed = wording::count(crossed as u64, "threshold");
            (
                Mood::Bad,
                format!("load test read: {p99}, {crossed} crossed"),
            )
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_test_without_one_good_answer_is_no_good_news() {
        let idle = LoadReport {
            requests: Some(0),
            ..LoadReport::default()
        };
        let (mood, words) = of_load(&idle);
        assert_eq!(
            (mood, words.as_str()),
            (Mood::Bad, "load test read: no request was sent")
        );
        let fine = LoadReport {
            p99: Some(171.0),
            ..LoadReport::default()
        };
        assert_eq!(of_load(&fine).1, "load test read: p99 171 ms");
    }
}
