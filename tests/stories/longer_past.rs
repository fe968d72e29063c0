//! What is told every fifth minute is set against a day instead of six hours: by a watch, and by a deploy that is judged again.

use std::collections::BTreeMap;

use cockpit::domain::{
    ReleaseKey, Repository, RunId,
    judge::{JudgeEvent, Samples},
    observation::{MetricsSeen, Minute, Observation, Sample},
    policy::{MetricName, Policy, Side},
    release::{MorePast, observe, rehearse, rehearsed_minutes, rehearsed_more},
};
use jiff::Timestamp;

use crate::drive::Drive;

const DAY: i64 = 24 * 60;

fn deploy() -> Timestamp {
    "2026-11-20T14:00:00Z".parse().unwrap()
}

/// p99 every fifth minute: a batch every nine hours doubles it for half an hour, and the last one comes with the deploy.
fn p99(minute: i64) -> Sample {
    let since = minute - Minute::of(deploy()).0;
    if minute.rem_euclid(5) != 0 {
        return Sample::Absent;
    }
    let noise = f64::from(i32::try_from((minute / 5 * 7).rem_euclid(11)).unwrap());
    let is_batch = (since - 1).rem_euclid(9 * 60) < 30;
    Sample::Value(150.0 + noise + if is_batch { 160.0 } else { 0.0 })
}

fn seen(names: &[&str], (from, until): (Minute, Minute)) -> MetricsSeen {
    let series = names.iter().map(|name| {
        let sample = |minute| match *name {
            "latency_p99" => p99(minute),
            _ => Sample::Value(0.1),
        };
        let samples: Vec<Sample> = (from.0..until.0).map(sample).collect();
        ((MetricName((*name).to_owned()), Side::All), samples)
    });
    MetricsSeen {
        from,
        until,
        series: series.collect(),
        remarks: Vec::new(),
    }
}

fn rules() -> Policy {
    let mut policy: Policy = toml::from_str(include_str!("policy.toml")).unwrap();
    policy.hypercare.false_alarms = 0.01;
    policy.hypercare.window = jiff::SignedDuration::from_mins(40);
    policy.hypercare.max_wait = jiff::SignedDuration::from_mins(60);
    policy
}

fn key() -> ReleaseKey {
    ReleaseKey {
        repository: Repository::parse("github.com", "acme/storefront").unwrap(),
        run: RunId(1),
    }
}

fn six_hours(policy: &Policy) -> MetricsSeen {
    let minutes = rehearsed_minutes(policy, deploy());
    seen(&["error_rate", "latency_p99"], minutes)
}

fn answer(more: &MorePast) -> MetricsSeen {
    let names: Vec<&str> = more.metrics.iter().map(|m| m.name.0.as_str()).collect();
    seen(&names, (more.from, more.until))
}

#[test]
fn a_deploy_is_judged_again_with_a_day_of_what_is_told_every_fifth_minute() {
    let policy = rules();
    let short = six_hours(&policy);
    let more = rehearsed_more(&policy, &short, Minute::of(deploy())).unwrap();
    let names: Vec<String> = more.metrics.iter().map(|m| m.name.to_string()).collect();
    assert_eq!(names, ["latency_p99"]);
    let (from, until) = (more.from, more.until);
    assert_eq!(from, Minute::of(deploy()).plus(-DAY));
    assert_eq!(until, short.from);
    let anomalies = |seen: &MetricsSeen| {
        let again = rehearse(&key(), &policy, seen, &[], deploy()).unwrap();
        let told = again.told.iter();
        told.filter(|(_, event)| matches!(event, JudgeEvent::AnomalySeen { .. }))
            .count()
    };
    assert_eq!(anomalies(&short), 1, "six hours do not know of the batch");
    let whole = short.with_more(&answer(&more));
    assert_eq!(whole.from, from);
    assert_eq!(anomalies(&whole), 0);
    // With it nothing more is wanted; nor where nothing is looked for, nor of what is told each minute.
    assert_eq!(rehearsed_more(&policy, &whole, Minute::of(deploy())), None);
    let mut quiet = policy.clone();
    quiet.hypercare.false_alarms = 0.0;
    assert_eq!(
        rehearsed_more(&quiet, &six_hours(&policy), Minute::of(deploy())),
        None
    );
    let minutes = rehearsed_minutes(&policy, deploy());
    let each = seen(&["error_rate"], minutes);
    assert_eq!(rehearsed_more(&policy, &each, Minute::of(deploy())), None);
}

/// Takes an answer in; how many events it leads to at once.
fn take(drive: &mut Drive, seen: &MetricsSeen) -> usize {
    let at = drive.now;
    let answer = Observation::MorePast(seen.clone());
    let events = observe(&drive.release, &answer, at);
    drive.see(&answer, at);
    events.len()
}

#[test]
fn a_watch_wants_it_once_and_takes_only_what_was_answered() {
    let policy = rules();
    let mut minutes = rehearsed_minutes(&policy, deploy());
    minutes.1 = Minute::of(deploy()).plus(12);
    let begun = seen(&["error_rate", "latency_p99"], minutes);
    let release = rehearse(&key(), &policy, &begun, &[], deploy())
        .unwrap()
        .release;
    let now = release.newest();
    let mut drive = Drive {
        release,
        journal: Vec::new(),
        now,
    };
    let more = drive.release.past_to_read().unwrap();
    assert_eq!(
        (more.from, more.until),
        (minutes.0.plus(6 * 60 - DAY), minutes.0)
    );
    // Its source could not answer: nothing is taken, and it is still wanted.
    let mut broken = answer(&more);
    for samples in broken.series.values_mut() {
        samples.fill(Sample::Broken);
    }
    assert_eq!(take(&mut drive, &broken), 0);
    let known = drive.release.watch.series.clone();
    assert_eq!(take(&mut drive, &answer(&more)), 1);
    assert_eq!(take(&mut drive, &answer(&more)), 0, "the same says nothing");
    assert_eq!(drive.release.past_to_read(), None);
    let length = |series: &BTreeMap<MetricName, Samples>, name: &str| {
        series[&MetricName(name.to_owned())].len()
    };
    let now = &drive.release.watch.series;
    assert_eq!(length(now, "error_rate"), length(&known, "error_rate"));
    assert_eq!(
        length(now, "latency_p99"),
        length(&known, "latency_p99") + 18 * 60
    );
}

#[test]
fn what_a_window_can_see_is_told_in_minutes_of_what_is_told_every_fifth() {
    let policy = rules();
    let mut minutes = rehearsed_minutes(&policy, deploy());
    minutes.1 = Minute::of(deploy()).plus(12);
    let sight = |every: i64, window: i64| {
        let mut policy = policy.clone();
        policy.hypercare.window = jiff::SignedDuration::from_mins(window);
        let mut begun = seen(&["error_rate", "latency_p99"], minutes);
        let samples = begun.series.get_mut(&("latency_p99".into(), Side::All));
        for (at, sample) in (0..).zip(samples.unwrap()) {
            let minute = minutes.0.0 + at;
            let noise = f64::from(i32::try_from((minute / every * 7).rem_euclid(11)).unwrap());
            *sample = match minute % every {
                0 => Sample::Value(150.0 + noise),
                _ => Sample::Absent,
            };
        }
        let again = rehearse(&key(), &policy, &begun, &[], deploy()).unwrap();
        let metric = policy.metrics.iter().find(|m| m.name.0 == "latency_p99");
        let sight = again.release.detectable(metric.unwrap()).unwrap();
        assert_eq!(sight.window, window);
        sight.change
    };
    let of_minutes = sight(1, 15).unwrap();
    // Two values of five minutes are whole in fifteen, wherever the deploy comes; ten minutes are sure of one.
    let of_five = sight(5, 15).unwrap();
    assert!(of_five > 1.2 * of_minutes, "{of_five} {of_minutes}");
    assert!(sight(5, 60).unwrap() <= of_five);
    assert_eq!(sight(5, 9), None);
}
