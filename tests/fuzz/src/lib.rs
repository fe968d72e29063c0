//! The readers and the domain that they fill, alone: a fuzzer builds them in a minute, without network and cloud clients.

#[path = "../../../src/domain/mod.rs"]
pub mod domain;

/// As in the program.
#[path = "."]
pub mod adapters {
    #[path = "../../../src/adapters/artifacts/mod.rs"]
    pub mod artifacts;
}

use domain::evidence::{Evidence, EvidenceKind};

/// Reads bytes as one kind of evidence and checks what must hold of any.
pub fn check(kind: EvidenceKind, bytes: &[u8]) {
    let Ok(evidence) = adapters::artifacts::read(kind, bytes) else {
        return;
    };
    match evidence {
        Evidence::Tests(report) => {
            let t = report.totals;
            let sum = t.passed.saturating_add(t.failed).saturating_add(t.errored).saturating_add(t.skipped);
            assert_eq!(t.tests, sum, "every test ended somehow");
            assert!(t.flaky <= t.passed);
            assert_eq!(report.failing_first().len(), report.len());
            for case in report.cases() {
                clean(case.name);
                clean(case.class);
                clean(case.suite);
                clean(case.message);
                clean(case.details);
            }
            let summary = domain::evidence::TestsSummary::of(&report);
            small(&summary);
        }
        Evidence::Load(load) => {
            let _ = (load.verdict(), load.crossed().count());
            small(&load);
        }
        Evidence::Security(scan) => {
            let report = scan.report(Err("none"));
            let again = scan.report(Ok((&scan, "itself")));
            assert_eq!(again.new.map(|new| new.total()).unwrap_or(0) > 0, again.truncated, "nothing is new against itself");
            let _ = (report.failure(), report.in_short());
            small(&report);
        }
        Evidence::Coverage(map) => {
            let report = map.report();
            if let Some(percent) = report.percent() {
                assert!((0.0..=100.0).contains(&percent));
            }
            let _ = (report.failure(), report.in_short());
            small(&report);
        }
        Evidence::Explain(text) => clean(text.as_str()),
    }
}

fn clean(text: &str) {
    assert!(!text.chars().any(|c| c.is_control() && c != '\n'), "no control character passes");
}

fn small(value: &impl serde::Serialize) {
    let line = serde_json::to_string(value).expect("it is plain data");
    assert!(line.len() <= 64 << 10, "a journal line stays below 64 KiB");
}
