//! A past deploy judged again: its minutes go through the same functions as a live release's, one after the other.
//!
//! What GitHub knows of it is left out but for when it began and when it was whole. Alarms have no history here, so rules on
//! them stay unknown.

use jiff::{SignedDuration, Timestamp};

use super::{
    elapse::elapse, judging::judge, observe::observe, pasts::past_minutes, state::NotAnOpening,
};
use crate::domain::{
    Actor, Event, Phase, ReleaseKey, Seq, Stamp, Stamped,
    judge::{JudgeEvent, LATENESS_MINUTES, PastDay, State},
    later,
    observation::{MetricsSeen, Minute, Observation},
    policy::{Policy, Side, Strategy},
    record::RecordEvent,
    release::{PAST_MINUTES, Release},
    rollout::{RolloutEvent, StageState},
};

/// Consequences in a row; the functions settle long before.
const LAYERS: usize = 32;
/// A minute is asked for so long after its end.
const SHORTLY: SignedDuration = SignedDuration::from_secs(65);

/// When a past deploy came to production.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DeployTimes {
    /// Production may have had a part of it since: no minute from here on is of its past.
    pub began: Timestamp,
    /// All of production had it.
    pub whole: Timestamp,
}

impl From<Timestamp> for DeployTimes {
    /// Whole at one instant.
    fn from(at: Timestamp) -> Self {
        Self {
            began: at,
            whole: at,
        }
    }
}

/// How a past release would have gone.
#[derive(Debug, Clone)]
pub struct Rehearsal {
    /// The release as it stood at the end of its watch.
    pub release: Release,
    /// What was judged of it, each with the minute whose data told: triggers, anomalies, blips, the window's end.
    pub told: Vec<(Minute, JudgeEvent)>,
}

/// How it would have ended, as far as metrics tell.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RehearsedEnd {
    /// Judged in full, every gate passes, nothing fired.
    Complete,
    /// A trigger fired: the alert that asks for a rollback.
    Trigger,
    /// A gate failed at the end.
    Gate,
    /// Not judged in full, or something is unknown or stands out.
    Human,
}

impl RehearsedEnd {
    /// For people and machines.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Complete => "completes",
            Self::Trigger => "a trigger fires",
            Self::Gate => "a gate fails",
            Self::Human => "needs a human",
        }
    }
}

impl Rehearsal {
    /// How it ends.
    pub fn end(&self) -> RehearsedEnd {
        let mut told = self.told.iter().map(|(_, event)| event);
        if told.any(|event| matches!(event, JudgeEvent::TriggerFired { .. })) {
            return RehearsedEnd::Trigger;
        }
        let ended = self.told.iter().rev().find_map(|(_, event)| match event {
            JudgeEvent::WindowJudged { healthy, gates } => Some((*healthy, gates)),
            _ => None,
        });
        match ended {
            Some((true, _)) => RehearsedEnd::Complete,
            Some((false, gates)) if gates.iter().any(|(_, state, _)| *state == State::Fail) => {
                RehearsedEnd::Gate
            }
            Some(_) | None => RehearsedEnd::Human,
        }
    }
}

/// The minutes of history that judging a deploy again wants: what it is set against, and its longest watch.
pub fn rehearsed_minutes(policy: &Policy, deploy: impl Into<DeployTimes>) -> (Minute, Minute) {
    let DeployTimes { began, whole } = deploy.into();
    let before = PAST_MINUTES.max(policy.hypercare.baseline.as_mins() + 15);
    let after = policy.hypercare.max_wait.as_mins() + 2 * LATENESS_MINUTES;
    (
        Minute::of(began).plus(-before),
        Minute::of(whole).plus(after),
    )
}

/// The minutes of an earlier day that judging a deploy again wants, on that day's own clock; `None`: the rules look for
/// nothing that they would tell of.
pub fn rehearsed_past(
    policy: &Policy,
    deploy: Timestamp,
    day: PastDay,
) -> Option<(Minute, Minute)> {
    let (from, until) = past_minutes(policy, Minute::of(deploy));
    let earlier = -day.minutes();
    (policy.hypercare.false_alarms > 0.0).then(|| (from.plus(earlier), until.plus(earlier)))
}

/// Judges a deploy again by these rules, on what the metrics source holds of it and of earlier days today.
pub fn rehearse(
    key: &ReleaseKey,
    policy: &Policy,
    seen: &MetricsSeen,
    pasts: &[(PastDay, MetricsSeen)],
    deploy: impl Into<DeployTimes>,
) -> Result<Rehearsal, NotAnOpening> {
    let DeployTimes { began, whole } = deploy.into();
    let mut policy = policy.clone();
    policy.strategy = Strategy::Recreate;
    policy.metrics.retain(|metric| metric.side == Side::All);
    let opened = RecordEvent::Opened {
        key: key.clone(),
        policy: Box::new(policy),
        zone: "UTC".to_owned(),
        version: String::new(),
    };
    let first = Minute::of(began);
    let mut stage = Play {
        release: Release::open(&stamped(Seq(1), began, opened.into()))?,
        told: Vec::new(),
        minute: first,
    };
    stage.see(seen, seen.from, first, began);
    stage.comes(StageState::Deploying, began);
    if whole <= began {
        stage.comes(StageState::Deployed, whole);
    }
    for (day, seen) in pasts {
        let seen = seen.clone();
        let past = Observation::Past { day: *day, seen };
        stage.take(&past, began);
    }
    stage.follow(began);
    for minute in (first.0..seen.until.0).map(Minute) {
        if whole < minute.end() && stage.release.rollout.deployed.is_none() {
            stage.comes(StageState::Deployed, whole);
            stage.follow(whole);
        }
        if !matches!(stage.release.phase(), Phase::Deploying | Phase::Monitoring) {
            break;
        }
        stage.minute = minute;
        let at = later(minute.end(), SHORTLY);
        let from = Minute(minute.0 - 2 * LATENESS_MINUTES).max(seen.from);
        stage.see(seen, from, minute.plus(1), at);
        stage.follow(at);
    }
    Ok(Rehearsal {
        release: stage.release,
        told: stage.told,
    })
}

struct Play {
    release: Release,
    told: Vec<(Minute, JudgeEvent)>,
    minute: Minute,
}

impl Play {
    /// The candidate comes to production.
    fn comes(&mut self, state: StageState, at: Timestamp) {
        let changed = RolloutEvent::StageChanged {
            stage: 0,
            state,
            at,
        };
        let mut events = vec![changed.into()];
        if state == StageState::Deployed {
            events.push(RolloutEvent::ProductionDeployed { at }.into());
        }
        self.commit(events, at);
    }

    /// What would have been seen of `from..until` then.
    fn see(&mut self, all: &MetricsSeen, from: Minute, until: Minute, at: Timestamp) {
        let offset = |minute: Minute| usize::try_from(minute.0 - all.from.0).unwrap_or(0);
        let (start, end) = (offset(from), offset(until));
        let series = all.series.iter().map(|(name, samples)| {
            let part = samples.get(start..end.min(samples.len()));
            (name.clone(), part.unwrap_or_default().to_vec())
        });
        let seen = MetricsSeen {
            from,
            until,
            series: series.collect(),
            remarks: Vec::new(),
        };
        self.take(&Observation::Metrics { asked: at, seen }, at);
    }

    /// What an answer leads to.
    fn take(&mut self, seen: &Observation, at: Timestamp) {
        for _ in 0..LAYERS {
            let events = observe(&self.release, seen, at);
            if events.is_empty() {
                break;
            }
            self.commit(events, at);
        }
    }

    /// What follows by itself.
    fn follow(&mut self, at: Timestamp) {
        for _ in 0..LAYERS {
            let mut events = judge(&self.release);
            if events.is_empty() {
                events = elapse(&self.release, at);
            }
            if events.is_empty() {
                break;
            }
            self.commit(events, at);
        }
    }

    fn commit(&mut self, events: Vec<Event>, at: Timestamp) {
        for event in events {
            if let Event::Judge(told) = &event
                && is_news(told)
            {
                self.told.push((self.minute, told.clone()));
            }
            let at = at.max(self.release.newest());
            let seq = Seq(self.release.seq().0 + 1);
            self.release.apply(&stamped(seq, at, event));
        }
    }
}

fn stamped(seq: Seq, at: Timestamp, event: Event) -> Stamped {
    let stamp = Stamp {
        seq,
        at,
        occurred: None,
        actor: Actor::Cockpit,
    };
    Stamped { stamp, event }
}

fn is_news(event: &JudgeEvent) -> bool {
    !matches!(
        event,
        JudgeEvent::HistoryRead { .. }
            | JudgeEvent::PastRead { .. }
            | JudgeEvent::MinuteJudged { .. }
    )
}
