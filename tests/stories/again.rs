//! A past deploy judged again, as `cockpit backtest --metrics` does: with what earlier days did, and without.

use std::collections::BTreeMap;

use cockpit::domain::{
    ReleaseKey, Repository, RunId,
    judge::{JudgeEvent, PastDay},
    observation::{MetricsSeen, Minute, Sample},
    policy::{MetricName, Policy, Side},
    release::{DeployTimes, rehearse, rehearsed_minutes, rehearsed_past},
};
use jiff::Timestamp;

/// The hundreds of milliseconds that the nightly job costs.
fn p99(minute: Minute, job_from: Minute) -> f64 {
    let noise = f64::from(u32::try_from(minute.0.rem_euclid(11)).unwrap());
    150.0 + noise + if minute >= job_from { 120.0 } else { 0.0 }
}

fn seen((from, until): (Minute, Minute), p99: impl Fn(Minute) -> f64) -> MetricsSeen {
    let of = |value: &dyn Fn(Minute) -> f64| -> Vec<Sample> {
        (from.0..until.0)
            .map(|minute| Sample::Value(value(Minute(minute))))
            .collect()
    };
    let name = |name: &str| (MetricName(name.to_owned()), Side::All);
    MetricsSeen {
        from,
        until,
        series: BTreeMap::from([
            (name("error_rate"), of(&|_| 0.1)),
            (name("latency_p99"), of(&p99)),
        ]),
        remarks: Vec::new(),
    }
}

#[test]
fn a_fault_that_comes_with_a_deploy_that_takes_minutes_is_seen_though_it_is_whole_later() {
    let mut policy: Policy = toml::from_str(include_str!("policy.toml")).unwrap();
    policy.hypercare.false_alarms = 0.01;
    let whole: Timestamp = "2026-11-20T02:00:00Z".parse().unwrap();
    let key = ReleaseKey {
        repository: Repository::parse("github.com", "acme/storefront").unwrap(),
        run: RunId(1),
    };
    // A rolling deploy: the first hosts have it four minutes before the last.
    let began = whole - jiff::SignedDuration::from_mins(5);
    let first = Minute::of(whole).plus(-4);
    let anomalies = |times: DeployTimes| {
        let seen = seen(rehearsed_minutes(&policy, times), |at| p99(at, first));
        let again = rehearse(&key, &policy, &seen, &[], times).unwrap();
        let told = again.told.iter();
        let seen = told.filter(|(_, event)| matches!(event, JudgeEvent::AnomalySeen { .. }));
        let minutes: Vec<i64> = seen.map(|(at, _)| at.0 - Minute::of(whole).0).collect();
        (minutes, again.release.rollout.deployed)
    };
    let (minutes, deployed) = anomalies(DeployTimes { began, whole });
    assert!(matches!(minutes[..], [-3..=1]), "{minutes:?}");
    assert_eq!(deployed, Some(whole));
    let (minutes, _) = anomalies(whole.into());
    assert!(
        minutes.is_empty(),
        "what stood before did not begin with it"
    );
}

#[test]
fn what_earlier_days_did_too_is_no_anomaly_of_a_deploy_that_is_judged_again() {
    let mut policy: Policy = toml::from_str(include_str!("policy.toml")).unwrap();
    policy.hypercare.false_alarms = 0.01;
    let deploy: Timestamp = "2026-11-20T02:00:00Z".parse().unwrap();
    let key = ReleaseKey {
        repository: Repository::parse("github.com", "acme/storefront").unwrap(),
        run: RunId(1),
    };
    let job = Minute::of(deploy).plus(1);
    let today = seen(rehearsed_minutes(&policy, deploy), |at| p99(at, job));
    let anomalies = |pasts: &[(PastDay, MetricsSeen)]| -> usize {
        let again = rehearse(&key, &policy, &today, pasts, deploy).unwrap();
        let told = again.told.iter();
        told.filter(|(_, event)| matches!(event, JudgeEvent::AnomalySeen { .. }))
            .count()
    };
    assert_eq!(anomalies(&[]), 1, "its own past does not know of the job");
    let with_the_job = PastDay::ALL.map(|day| {
        let minutes = rehearsed_past(&policy, deploy, day).unwrap();
        let then = job.plus(-day.minutes());
        (day, seen(minutes, |at| p99(at, then)))
    });
    assert_eq!(anomalies(&with_the_job), 0);
    let without = PastDay::ALL.map(|day| {
        let minutes = rehearsed_past(&policy, deploy, day).unwrap();
        (day, seen(minutes, |at| p99(at, Minute(i64::MAX))))
    });
    assert_eq!(anomalies(&without), 1);
    // Where nothing is looked for, nothing is asked of earlier days.
    policy.hypercare.false_alarms = 0.0;
    assert_eq!(rehearsed_past(&policy, deploy, PastDay::Yesterday), None);
}
