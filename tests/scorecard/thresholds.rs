//! Thresholds on releases whose truth is known: one that cries wolf, one that keeps its word, one that never speaks.

use std::collections::{BTreeMap, BTreeSet};

use cockpit::{
    config::parse_team,
    domain::{
        ReleaseKey, Repository, RunId, Text,
        evidence::EvidenceKind,
        judge::State,
        later,
        observation::{MetricsSeen, Minute, Sample},
        policy::{Policy, Side},
        release::DeployTimes,
        scorecard::{Calibration, Score, Trial, Truth},
    },
    report::recalibration_markdown,
};
use jiff::{SignedDuration, Timestamp};

use crate::by_hand::at;

const RULES: &str = r#"service = "shop"
metrics = [{ preset = "alb", load_balancer = "app/prod/50dc6c49", target_group = "targetgroup/web/73e2d6bc" }]
[github]
repository = "acme/shop"
workflow = "deploy.yml"
environment = "production"
job = "deploy"
[[aws]]
region = "eu-central-1"
[evidence]
load = { artifact = "k6" }
[hypercare]
gates = ["error_rate < 1%"]
triggers = ["error_rate > 0.05% for 3m", "latency_p99 > 900ms"]
"#;

fn seen(policy: &Policy, deployed: Timestamp, after: f64) -> MetricsSeen {
    let from = Minute::of(deployed).plus(-30);
    let series = policy.metrics.iter().map(|metric| {
        let is_errors = metric.name.0 == "error_rate";
        let value = |minute: i64| match (is_errors, minute < 31) {
            (true, true) => 0.02,
            (true, false) => after,
            (false, _) => 100.0,
        };
        let all = (0..60).map(|minute| Sample::Value(value(minute)));
        ((metric.name.clone(), Side::All), all.collect())
    });
    MetricsSeen {
        from,
        until: from.plus(60),
        series: series.collect(),
        remarks: Vec::new(),
    }
}

fn trial(policy: &Policy, n: u64, truth: Truth) -> Trial {
    let deployed = later(
        at("02T08:00"),
        SignedDuration::from_hours(24 * i64::try_from(n).unwrap()),
    );
    let after = if truth == Truth::Bad { 3.0 } else { 0.08 };
    let triggers = &policy.hypercare.triggers;
    Trial {
        key: ReleaseKey {
            repository: Repository::parse("github.com", "acme/shop").unwrap(),
            run: RunId(n),
        },
        name: Text::line(&format!("v1.{n}.0")),
        at: deployed,
        truth,
        policy: policy.clone(),
        deployed: Some(deployed.into()),
        fired: BTreeSet::from([triggers[0].source().to_owned()]),
        gates: BTreeMap::from([(
            "error_rate < 1%".to_owned(),
            if truth == Truth::Bad {
                State::Fail
            } else {
                State::Pass
            },
        )]),
        before: BTreeMap::from([
            ("tests".to_owned(), false),
            ("freshness".to_owned(), n == 1),
        ]),
        missing: BTreeMap::from([(EvidenceKind::Load, true)]),
        waits: vec![SignedDuration::from_mins(20)],
        seen: Some(seen(policy, deployed, after)),
    }
}

fn services() -> Vec<Calibration> {
    let policy = parse_team(RULES.as_bytes(), "cockpit.toml").unwrap().policy;
    let truths = [
        Truth::Good,
        Truth::Good,
        Truth::Bad,
        Truth::Good,
        Truth::Unknown,
    ];
    let trials: Vec<Trial> = (1..)
        .zip(truths)
        .map(|(n, truth)| trial(&policy, n, truth))
        .collect();
    Calibration::all(&trials)
}

#[test]
fn a_trigger_that_cries_wolf_is_told_and_a_quieter_value_with_its_flips() {
    let services = services();
    let [service] = services.as_slice() else {
        panic!("{services:?}")
    };
    let [gate, loud, silent] = service.thresholds.as_slice() else {
        panic!("{service:?}")
    };

    assert_eq!(
        gate.score,
        Score {
            right: 1,
            wrong: 0,
            missed: 0
        }
    );
    assert_eq!(gate.suggestion, None, "it errs nowhere");
    assert_eq!(
        loud.score,
        Score {
            right: 1,
            wrong: 3,
            missed: 0
        }
    );
    assert_eq!(loud.unclear, 1);
    let other = loud.suggestion.as_ref().unwrap();
    assert_eq!(other.rule, "error_rate > 0.1% for 3m");
    assert_eq!(
        other.before,
        Score {
            right: 1,
            wrong: 3,
            missed: 0
        }
    );
    assert_eq!(
        other.after,
        Score {
            right: 1,
            wrong: 0,
            missed: 0
        }
    );
    let flips: Vec<_> = other
        .flips
        .iter()
        .map(|flip| (flip.release.as_str(), flip.speaks))
        .collect();
    assert_eq!(
        flips,
        [("v1.1.0", false), ("v1.2.0", false), ("v1.4.0", false)]
    );
    assert_eq!(
        silent.score,
        Score {
            right: 0,
            wrong: 0,
            missed: 1
        }
    );

    assert_eq!(service.never_fail, [("tests".to_owned(), 5)]);
    assert_eq!(service.always_missing, [(EvidenceKind::Load, 5)]);
    let waits = service.waits_s.unwrap();
    assert_eq!((waits.n, waits.median), (5, 1_200.0));
}

/// A deploy of eight minutes that did harm from its first one: that is not "already so before the deploy".
#[test]
fn what_a_deploy_does_while_it_lasts_is_not_its_past() {
    let policy = parse_team(RULES.as_bytes(), "cockpit.toml").unwrap().policy;
    let mut trials: Vec<Trial> = (1..)
        .zip([Truth::Good, Truth::Bad, Truth::Good])
        .map(|(n, truth)| trial(&policy, n, truth))
        .collect();
    let slow = &mut trials[1];
    let began = slow.deployed.unwrap().began;
    slow.deployed = Some(DeployTimes {
        began,
        whole: later(began, SignedDuration::from_mins(8)),
    });
    let services = Calibration::all(&trials);
    let loud = &services[0].thresholds[1];
    let other = loud.suggestion.as_ref().unwrap();
    assert_eq!(other.rule, "error_rate > 0.1% for 3m");
    assert_eq!((other.after.right, other.after.missed), (1, 0));
}

#[test]
fn the_checkpoint_says_it_in_words_with_a_checklist() {
    let services = services();
    let page = recalibration_markdown(&services, (at("01T00:00"), at("20T00:00")), &[]);
    for words in [
        "# Recalibration checkpoint, 2026-11-20",
        "3 good, 1 bad, 1 not known: a small sample",
        "cries wolf",
        "never spoke, though releases went wrong",
        "`error_rate > 0.05% for 3m`: try `error_rate > 0.1% for 3m`",
        "v1.1.0 (2026-11-03): is silent about a release that was good",
        "the gate tests never failed in 5 releases",
        "- [ ] shop: decide on",
        "- [ ] a date for the next checkpoint is set",
    ] {
        assert!(page.contains(words), "{words}: {page}");
    }
}
