//! The score and its parts, from made facts.

use super::*;
use crate::domain::{
    Sha,
    evidence::{LoadBaseline, TestsSummary, Totals},
};

fn sha(digit: char) -> Sha {
    Sha::parse(&digit.to_string().repeat(40)).unwrap()
}

fn diff() -> Diff {
    Diff {
        ahead_by: 3,
        files: 4,
        added: 30,
        removed: 10,
        ..Diff::between(sha('a'), sha('b'))
    }
}

fn tests(failed: u64, flaky: u64) -> TestsSummary {
    TestsSummary {
        totals: Totals {
            tests: 100,
            passed: 100 - failed,
            failed,
            flaky,
            ..Totals::default()
        },
        ..TestsSummary::default()
    }
}

fn risk(facts: &RiskFacts<'_>) -> Risk {
    Risk::of(facts, &RiskRule::default())
}

#[test]
fn a_small_change_with_all_its_evidence_is_no_risk() {
    let (diff, tests) = (diff(), tests(0, 0));
    let risk = risk(&RiskFacts {
        diff: Some(&diff),
        tests: Some(&tests),
        ..RiskFacts::default()
    });
    assert_eq!((risk.score, risk.level), (0, Level::Low));
    assert_eq!(risk.recommendation(), "approve");
}

#[test]
fn what_is_missing_is_a_risk_by_itself() {
    let one = risk(&RiskFacts {
        missing: vec![Text::line("tests missing")],
        ..RiskFacts::default()
    });
    let two = risk(&RiskFacts {
        missing: vec![Text::line("tests missing"), Text::line("load unreadable")],
        ..RiskFacts::default()
    });
    assert!(0 < one.score && one.score < two.score);
    assert_eq!(one.contributions[0].factor, Factor::MissingEvidence);
    assert_eq!(one.contributions[0].why.as_str(), "tests missing");
}

#[test]
fn the_sum_stops_at_a_hundred_and_names_every_part() {
    let tests = tests(9, 40);
    let mut diff = diff();
    diff.behind_by = 2;
    diff.added = 1_000_000;
    diff.truncated = true;
    diff.hot_count = 12;
    let load = LoadReport {
        p99: Some(400.0),
        baseline: Some(Box::new(LoadBaseline {
            of: Text::line("v1"),
            p50: None,
            p95: None,
            p99: Some(200.0),
            throughput: None,
            failed: None,
        })),
        ..LoadReport::default()
    };
    let risk = risk(&RiskFacts {
        tests: Some(&tests),
        diff: Some(&diff),
        load: Some(&load),
        contradictions: vec![Text::line("says x, is y")],
        ..RiskFacts::default()
    });
    assert_eq!((risk.score, risk.level), (MOST, Level::High));
    let factors: Vec<Factor> = risk.contributions.iter().map(|part| part.factor).collect();
    for factor in [
        Factor::FailedTests,
        Factor::FlakyTests,
        Factor::DiffSize,
        Factor::HotPaths,
        Factor::LoadRegression,
        Factor::BehindProduction,
        Factor::Truncated,
        Factor::Contradictions,
    ] {
        assert!(factors.contains(&factor), "{factor:?} in {factors:?}");
    }
    let points: Vec<u32> = risk.contributions.iter().map(|part| part.points).collect();
    assert!(points.is_sorted_by(|a, b| a >= b), "{points:?}");
    for part in &risk.contributions {
        assert!((1..=part.weight).contains(&part.points), "{part:?}");
    }
}

#[test]
fn a_weight_of_zero_silences_a_factor_and_thresholds_move_the_level() {
    let tests = tests(1, 0);
    let facts = RiskFacts {
        tests: Some(&tests),
        ..RiskFacts::default()
    };
    let mut rule = RiskRule::default();
    assert_eq!(Risk::of(&facts, &rule).level, Level::High);
    rule.high = 61;
    assert_eq!(Risk::of(&facts, &rule).level, Level::Medium);
    rule.weights.insert(Factor::FailedTests, 0);
    assert_eq!(Risk::of(&facts, &rule).contributions, []);
}

#[test]
fn odd_numbers_never_leave_the_range() {
    for share in [f64::NAN, f64::NEG_INFINITY, -1.0, 0.0] {
        assert_eq!(points(share, 20), 0);
    }
    assert_eq!(points(f64::INFINITY, 20), 20);
    assert_eq!(points(1e-9, 20), 1);
    assert_eq!(points(1.0, 0), 0);
}

#[test]
fn the_percentile_that_grew_most_and_more_failures_count_as_regression() {
    let before = LoadBaseline {
        of: Text::line("v1"),
        p50: Some(100.0),
        p95: Some(200.0),
        p99: Some(300.0),
        throughput: None,
        failed: Some(0.1),
    };
    let of = |p50, p95, p99, failed| {
        let load = LoadReport {
            p50: Some(p50),
            p95: Some(p95),
            p99: Some(p99),
            failed: Some(failed),
            baseline: Some(Box::new(before.clone())),
            ..LoadReport::default()
        };
        let risk = risk(&RiskFacts {
            load: Some(&load),
            ..RiskFacts::default()
        });
        let part = risk.contributions.into_iter().next();
        part.map(|part| part.why.to_string())
    };
    assert_eq!(of(100.0, 200.0, 310.0, 0.15), None);
    assert_eq!(
        of(180.0, 200.0, 290.0, 0.1).as_deref(),
        Some("p50 +80% against v1")
    );
    assert_eq!(
        of(100.0, 200.0, 290.0, 4.9).as_deref(),
        Some("4.8 points more requests failed than in v1")
    );
}

#[test]
fn coverage_of_which_a_part_was_not_read_is_no_whole() {
    let coverage = crate::domain::evidence::CoverageReport {
        incomplete: true,
        ..Default::default()
    };
    let risk = risk(&RiskFacts {
        coverage: Some(&coverage),
        ..RiskFacts::default()
    });
    assert_eq!(risk.contributions[0].factor, Factor::Truncated);
    assert_eq!(risk.contributions[0].why.as_str(), "cut: the coverage");
}

#[test]
fn a_deployment_that_failed_weighs_less_than_a_rollback() {
    let failed = RiskFacts {
        failed_before: Some(Text::line("run 8120 on 2026-11-20 10:00 UTC")),
        ..RiskFacts::default()
    };
    let one = risk(&failed);
    let part = &one.contributions[0];
    assert_eq!((part.factor, part.points), (Factor::LastOutcome, 6));
    assert_eq!(
        part.why.as_str(),
        "the last deployment failed: run 8120 on 2026-11-20 10:00 UTC"
    );
    let both = risk(&RiskFacts {
        rolled_back: Some(Text::line("on 2026-11-20 11:00 UTC")),
        ..failed
    });
    assert_eq!(both.contributions[0].points, 10);
}
