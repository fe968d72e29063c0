//! The metrics and alarm feeds: once a minute, shortly after it ended, only what is new.

use std::{collections::BTreeMap, sync::Arc};

use jiff::{SignedDuration, Timestamp};

use super::pulse::{Gone, Pulse};
use crate::domain::{
    judge::PastDay,
    later,
    observation::{AlarmSnapshot, AlarmState, MetricsSeen, Minute, Observation},
    policy::Policy,
    release::MorePast,
};

/// After the end of a minute.
const SHORTLY: SignedDuration = SignedDuration::from_secs(5);
/// One period.
const MINUTE: SignedDuration = SignedDuration::from_secs(60);
/// Most minutes in one question: a day.
const MOST: i64 = 24 * 60;

/// How often an earlier day is asked for, a minute apart, before it counts as without data.
const TRIES: u32 = 3;
/// How often more of the past is asked for: where the metrics are many it comes in pieces.
const MOST_PIECES: u32 = 5;

pub(super) async fn follow(mut pulse: Pulse, policy: Arc<Policy>) -> Result<(), Gone> {
    let mut tries = 0;
    let mut pieces = 0;
    loop {
        let needs = pulse.needs();
        let asked = pulse.now();
        let mut next = next_minute(asked);
        if let Some(from) = needs.metrics_from {
            let until = Minute::of(asked);
            let from = Minute(from.0.max(until.0 - MOST)).min(until.plus(-1));
            match pulse
                .outside
                .metrics
                .read(&policy.metrics, from, until)
                .await
            {
                Ok(seen) => {
                    pulse.see(Observation::Metrics { asked, seen }).await?;
                    pulse.good(MINUTE).await?;
                    if !needs.more_past.is_empty() && pieces < MOST_PIECES {
                        pieces += 1;
                        for more in needs.more_past.iter() {
                            look_further(&pulse, more).await?;
                        }
                    }
                    if let Some(wanted) = needs.pasts {
                        tries += 1;
                        look_back(&pulse, &policy, wanted, tries >= TRIES).await?;
                    }
                }
                Err(fault) => next = pulse.bad(fault).await?,
            }
        }
        pulse
            .rest(next, |now| {
                now.metrics_from.is_some() && needs.metrics_from.is_none()
            })
            .await?;
    }
}

/// More of the past, of some metrics. Where it is not told now it is asked for again a minute later; without it the six hours
/// stand.
async fn look_further(pulse: &Pulse, more: &MorePast) -> Result<(), Gone> {
    let metrics = &pulse.outside.metrics;
    match metrics.read(&more.metrics, more.from, more.until).await {
        Ok(seen) => pulse.see(Observation::MorePast(seen)).await,
        Err(fault) => {
            tracing::info!(%fault, "a longer past was not read");
            Ok(())
        }
    }
}

/// The same hours of earlier days: one question a day, once. Where the source does not answer `at_last` the day counts as
/// without data.
async fn look_back(
    pulse: &Pulse,
    policy: &Policy,
    (from, until, days): (Minute, Minute, Vec<PastDay>),
    at_last: bool,
) -> Result<(), Gone> {
    for day in days {
        let (from, until) = (from.plus(-day.minutes()), until.plus(-day.minutes()));
        let answer = pulse
            .outside
            .metrics
            .read(&policy.metrics, from, until)
            .await;
        let seen = match answer {
            Ok(seen) => seen,
            Err(fault) => {
                tracing::info!(day = day.word(), %fault, "an earlier day was not read");
                if !at_last {
                    continue;
                }
                MetricsSeen {
                    from,
                    until,
                    series: BTreeMap::new(),
                    remarks: Vec::new(),
                }
            }
        };
        pulse.see(Observation::Past { day, seen }).await?;
    }
    Ok(())
}

pub(super) async fn follow_alarms(mut pulse: Pulse) -> Result<(), Gone> {
    loop {
        let needs = pulse.needs();
        let asked = pulse.now();
        let mut next = next_minute(asked);
        if !needs.alarms.is_empty() && needs.metrics_from.is_some() {
            match pulse.outside.alarms.read(&needs.alarms).await {
                Ok(alarms) => {
                    let all = with_missing(&needs.alarms, alarms);
                    pulse.see(Observation::Alarms(all)).await?;
                    pulse.good(MINUTE).await?;
                }
                Err(fault) => next = pulse.bad(fault).await?,
            }
        }
        pulse.rest(next, |now| now.alarms != needs.alarms).await?;
    }
}

/// An alarm that is not there is not "no alarm".
fn with_missing(names: &[String], mut alarms: Vec<AlarmSnapshot>) -> Vec<AlarmSnapshot> {
    for name in names {
        if !alarms.iter().any(|alarm| alarm.name.as_str() == name) {
            alarms.push(AlarmSnapshot {
                name: name.as_str().into(),
                state: AlarmState::Unknown,
                since: None,
                reason: "CloudWatch knows no alarm of this name".into(),
            });
        }
    }
    alarms
}

fn next_minute(asked: Timestamp) -> Timestamp {
    let now = later(Minute::of(asked).start(), SHORTLY);
    if now > asked {
        now
    } else {
        later(Minute::of(asked).end(), SHORTLY)
    }
}
