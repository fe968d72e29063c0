//! What is told every fifth minute is set against a day instead of six hours: by a watch, and by a deploy that is judged again.

use std::collections::BTreeMap;

use cockpit::{
    domain::{
        ReleaseKey, Repository, RunId,
        judge::{JudgeEvent, Samples},
        observation::{MetricsSeen, Minute, Observation, Sample},
        policy::{MetricName, Policy, Side},
        release::{MorePast, observe, rehearse, rehearsed_minutes, rehearsed_more},
    },
    flight::Needs,
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
        let is_rare = name.starts_with("latency");
        let sample = |minute| {
            if is_rare {
                p99(minute)
            } else {
                Sample::Value(0.1)
            }
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

/// A watch that has begun.
fn begin(policy: &Policy, begun: &MetricsSeen) -> Drive {
    let again = rehearse(&key(), policy, begun, &[], deploy()).unwrap();
    let now = again.release.newest();
    Drive {
        release: again.release,
        journal: Vec::new(),
        now,
    }
}

/// The one question that it has.
fn only(drive: &Drive) -> MorePast {
    let mut questions = drive.release.past_to_read();
    assert_eq!(questions.len(), 1);
    questions.remove(0)
}

#[test]
fn a_source_that_never_answers_keeps_no_other_metrics_past_away() {
    let mut policy = rules();
    let p99 = policy.metrics.iter().find(|m| m.name.0 == "latency_p99");
    let p99 = p99.unwrap().clone();
    // So many that the past comes in pieces.
    let names: Vec<String> = (0..80).map(|n| format!("latency_{n}")).collect();
    policy.metrics.extend(names.iter().map(|name| {
        let mut one = p99.clone();
        one.name = MetricName(name.clone());
        one
    }));
    let mut all = vec!["error_rate", "latency_p99"];
    all.extend(names.iter().map(String::as_str));
    let mut minutes = rehearsed_minutes(&policy, deploy());
    minutes.1 = Minute::of(deploy()).plus(12);
    let mut drive = begin(&policy, &seen(&all, minutes));
    let asked = only(&drive);
    assert!(asked.from > Minute::of(deploy()).plus(-DAY), "{asked:?}");
    let broken = |answer: &mut MetricsSeen| {
        let silent = answer.series.get_mut(&("latency_0".into(), Side::All));
        for sample in silent.into_iter().flatten() {
            *sample = Sample::Broken;
        }
    };
    for _ in 0..3 {
        for question in drive.release.past_to_read() {
            let mut answer = answer(&question);
            broken(&mut answer);
            take(&mut drive, &answer);
        }
    }
    let silent = only(&drive);
    assert_eq!(silent.metrics.len(), 1);
    assert_eq!(silent.metrics[0].name.0, "latency_0");
    let known = &drive.release.watch.series[&MetricName("latency_1".to_owned())];
    assert_eq!(known.keys().next(), Some(&Minute::of(deploy()).plus(-DAY)));
}

#[test]
fn a_long_watch_keeps_the_day_before_the_deploy() {
    let policy = rules();
    let (from, deployed) = (rehearsed_minutes(&policy, deploy()).0, Minute::of(deploy()));
    let both = ["error_rate", "latency_p99"];
    let mut drive = begin(&policy, &seen(&both, (from, deployed.plus(12))));
    let more = only(&drive);
    take(&mut drive, &answer(&more));
    let until = deployed.plus(5 * 60);
    let seen = seen(&both, (deployed, until));
    let asked = until.plus(3).start();
    drive.see(&Observation::Metrics { asked, seen }, asked);
    let known = &drive.release.watch.series[&MetricName("latency_p99".to_owned())];
    assert_eq!(known.keys().next_back(), Some(&until.plus(-1)));
    assert_eq!(known.keys().next(), Some(&deployed.plus(-DAY)));
}

#[test]
fn a_watch_wants_it_once_and_takes_only_what_was_answered() {
    let policy = rules();
    let mut minutes = rehearsed_minutes(&policy, deploy());
    minutes.1 = Minute::of(deploy()).plus(12);
    let begun = seen(&["error_rate", "latency_p99"], minutes);
    let mut drive = begin(&policy, &begun);
    let more = only(&drive);
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
    let needs = Needs::of(&drive.release);
    assert_eq!(needs.more_past.len(), 1);
    assert_eq!(take(&mut drive, &answer(&more)), 1);
    assert_eq!(take(&mut drive, &answer(&more)), 0, "the same says nothing");
    assert_eq!(drive.release.past_to_read(), []);
    // What is kept from event to event goes with what it hangs on.
    assert_eq!(needs.anew(&drive.release), Needs::of(&drive.release));
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
