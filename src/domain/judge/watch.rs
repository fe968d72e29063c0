//! The watch as it stands: minutes, triggers, alarms, and how the window ended.

use std::{collections::BTreeMap, sync::Arc};

use jiff::Timestamp;

use super::{JudgeEvent, PastDay, Samples, State, Unusual};
use crate::domain::{
    Login, Stamp, Text,
    observation::{AlarmState, Minute, Sample},
    policy::MetricName,
};

/// Minutes of a series that are kept: a day before the first traffic, and a day of watching.
pub const KEPT_MINUTES: usize = 48 * 60;

/// Samples by series key and minute.
type Recorded = BTreeMap<MetricName, Samples>;

/// Everything judged so far.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct WatchState {
    /// Samples by series key ([`crate::domain::policy::Metric::key`]) and minute.
    pub series: Recorded,
    /// How often minutes of the past were read.
    pub histories: u32,
    /// The same hours of earlier days, in the release's own minutes, by day and series key.
    pub pasts: Arc<BTreeMap<PastDay, Recorded>>,
    /// Judged minutes: revision, and verdicts by source text.
    pub judged: BTreeMap<Minute, (u32, Vec<(String, State)>)>,
    /// Triggers by source text, once production has traffic.
    pub triggers: BTreeMap<String, Trigger>,
    /// What stands out beside its own past, as of the newest minute.
    pub unusual: Vec<Unusual>,
    /// Metrics that changed for the worse, by series key: those that stand out now, and those that did.
    pub anomalies: BTreeMap<MetricName, Anomaly>,
    /// Metrics that stood out only as a deploy's own blip, by series key, with the arithmetic.
    pub blips: BTreeMap<MetricName, Text>,
    /// Alarms by name.
    pub alarms: BTreeMap<String, Alarm>,
    /// Minutes added by people.
    pub extended: i64,
    /// How the window ended.
    pub end: Option<WindowEnd>,
}

/// A trigger as it stands.
#[derive(Debug, Clone, PartialEq)]
pub struct Trigger {
    /// Why it does not count; `None`: it is armed.
    pub disarmed: Option<Text>,
    /// When and why it fired; `None`: it is quiet.
    pub fired: Option<Fired>,
    /// How often it fired.
    pub times: u32,
}

/// A trigger that fired.
#[derive(Debug, Clone, PartialEq)]
pub struct Fired {
    /// When.
    pub at: Timestamp,
    /// The arithmetic.
    pub why: Text,
    /// The minutes that speak against the release.
    pub minutes: Vec<Minute>,
    /// Who saw it and keeps watching.
    pub seen_by: Option<Login>,
}

/// A metric that changed for the worse beside its own past.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Anomaly {
    /// When it was said first.
    pub at: Timestamp,
    /// The minute that told.
    pub minute: Minute,
    /// Effect size and certainty, as said first.
    pub why: Text,
    /// Who saw it and keeps watching.
    pub seen_by: Option<Login>,
    /// The minute from which on it stood out no longer; `None`: it stands.
    pub over: Option<Minute>,
}

/// An alarm as it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Alarm {
    /// Its state.
    pub state: AlarmState,
    /// Since when.
    pub since: Option<Timestamp>,
    /// Already so before the release.
    pub before: bool,
}

/// How the window ended.
#[derive(Debug, Clone, PartialEq)]
pub enum WindowEnd {
    /// Judged in full.
    Judged {
        /// When.
        at: Timestamp,
        /// Whether every gate passed.
        healthy: bool,
        /// Gates with their states and arithmetic.
        gates: Vec<(String, State, Text)>,
    },
    /// Not judged in time.
    Undecided {
        /// When.
        at: Timestamp,
        /// Why.
        why: Text,
    },
}

impl WatchState {
    pub(in crate::domain) fn apply(&mut self, stamp: &Stamp, event: &JudgeEvent) {
        match event {
            JudgeEvent::HistoryRead { from, series } => {
                self.histories = self.histories.saturating_add(1);
                for (key, samples) in series {
                    for (offset, sample) in (0..).zip(samples) {
                        self.put(key, from.plus(offset), *sample);
                    }
                }
            }
            JudgeEvent::PastRead { day, from, series } => self.look_back(*day, *from, series),
            JudgeEvent::MinuteJudged {
                minute,
                rev,
                values,
                verdicts,
                unusual,
            } => {
                self.take(*minute, values);
                self.unusual.clone_from(unusual);
                self.judged.insert(*minute, (*rev, verdicts.clone()));
            }
            JudgeEvent::TriggersArmed { armed, disarmed } => self.arm(armed, disarmed),
            JudgeEvent::TriggerFired {
                trigger,
                why,
                minutes,
            } => self.fire(trigger, stamp.at, why, minutes),
            JudgeEvent::TriggerCleared { trigger, .. } => {
                if let Some(known) = self.triggers.get_mut(trigger) {
                    known.fired = None;
                }
            }
            JudgeEvent::AnomalySeen {
                metric,
                minute,
                why,
            } => self.stand_out(stamp, metric, *minute, why),
            JudgeEvent::AnomalyCleared { metric, minute } => {
                if let Some(known) = self.anomalies.get_mut(metric) {
                    known.over = Some(*minute);
                }
            }
            JudgeEvent::BlipSeen { metric, why } => {
                self.blips.insert(metric.clone(), why.clone());
            }
            JudgeEvent::KeptWatching {
                triggers,
                anomalies,
            } => self.answer(stamp.actor.person(), triggers, anomalies),
            JudgeEvent::AlarmChanged {
                alarm,
                state,
                since,
                before,
            } => {
                let now = Alarm {
                    state: *state,
                    since: *since,
                    before: *before,
                };
                self.alarms.insert(alarm.to_string(), now);
            }
            JudgeEvent::WindowJudged { healthy, gates } => {
                self.end = Some(WindowEnd::Judged {
                    at: stamp.at,
                    healthy: *healthy,
                    gates: gates.clone(),
                });
            }
            JudgeEvent::WindowUndecided { why } => {
                self.end = Some(WindowEnd::Undecided {
                    at: stamp.at,
                    why: why.clone(),
                });
            }
            JudgeEvent::WatchExtended { minutes, .. } => {
                self.extended = self.extended.saturating_add(*minutes);
                self.end = None;
            }
        }
    }

    fn look_back(
        &mut self,
        day: PastDay,
        from: Minute,
        series: &BTreeMap<MetricName, Vec<Sample>>,
    ) {
        let past = Arc::make_mut(&mut self.pasts).entry(day).or_default();
        for (key, samples) in series {
            let minutes = (0..).zip(samples).take(KEPT_MINUTES);
            let known = past.entry(key.clone()).or_default();
            known.extend(minutes.map(|(offset, sample)| (from.plus(offset), *sample)));
        }
    }

    fn take(&mut self, minute: Minute, values: &BTreeMap<MetricName, Sample>) {
        for (key, sample) in values {
            self.put(key, minute, *sample);
        }
        while self.judged.len() >= KEPT_MINUTES {
            self.judged.pop_first();
        }
    }

    fn stand_out(&mut self, stamp: &Stamp, metric: &MetricName, minute: Minute, why: &Text) {
        let anomaly = Anomaly {
            at: stamp.at,
            minute,
            why: why.clone(),
            seen_by: None,
            over: None,
        };
        self.anomalies.insert(metric.clone(), anomaly);
    }

    /// Somebody saw these and keeps watching.
    fn answer(&mut self, by: Option<&Login>, triggers: &[String], anomalies: &[MetricName]) {
        for metric in anomalies {
            if let Some(anomaly) = self.anomalies.get_mut(metric) {
                anomaly.seen_by = by.cloned();
            }
        }
        for source in triggers {
            let trigger = self.triggers.get_mut(source);
            if let Some(fired) = trigger.and_then(|trigger| trigger.fired.as_mut()) {
                fired.seen_by = by.cloned();
            }
        }
    }

    fn arm(&mut self, armed: &[String], disarmed: &[(String, Text)]) {
        let quiet = |why: Option<Text>| Trigger {
            disarmed: why,
            fired: None,
            times: 0,
        };
        let armed = armed.iter().map(|source| (source.clone(), quiet(None)));
        let disarmed = disarmed
            .iter()
            .map(|(source, why)| (source.clone(), quiet(Some(why.clone()))));
        self.triggers = armed.chain(disarmed).collect();
    }

    fn fire(&mut self, source: &str, at: Timestamp, why: &Text, minutes: &[Minute]) {
        let trigger = self.triggers.entry(source.to_owned()).or_insert(Trigger {
            disarmed: None,
            fired: None,
            times: 0,
        });
        trigger.times += 1;
        trigger.fired = Some(Fired {
            at,
            why: why.clone(),
            minutes: minutes.to_vec(),
            seen_by: None,
        });
    }

    fn put(&mut self, key: &MetricName, minute: Minute, sample: Sample) {
        let series = match self.series.get_mut(key) {
            Some(series) => series,
            None => self.series.entry(key.clone()).or_default(),
        };
        series.insert(minute, sample);
        while series.len() > KEPT_MINUTES {
            series.pop_first();
        }
    }

    /// A copy to try minutes on: samples, earlier days and alarms, of which verdicts are made. What was judged and said so far
    /// stays behind: it grows with the watch, and every answer with a new minute makes a copy.
    pub(in crate::domain) fn draft(&self) -> Self {
        Self {
            series: self.series.clone(),
            pasts: Arc::clone(&self.pasts),
            alarms: self.alarms.clone(),
            ..Self::default()
        }
    }

    /// One sample; what was never seen is absent.
    pub fn sample(&self, key: &MetricName, minute: Minute) -> Sample {
        self.series
            .get(key)
            .and_then(|series| series.get(&minute))
            .copied()
            .unwrap_or(Sample::Absent)
    }

    /// The newest minute that was judged.
    pub fn newest(&self) -> Option<Minute> {
        self.judged.keys().next_back().copied()
    }

    /// What a watch that ended without a good end leaves to a person, in few words: what is known to be bad comes first.
    pub fn doubt(&self) -> &'static str {
        if self.fired().next().is_some() {
            "trigger fired"
        } else if matches!(self.end, Some(WindowEnd::Judged { .. })) {
            "gates open"
        } else {
            "cannot tell"
        }
    }

    /// Triggers that fired and that nobody has answered yet.
    pub fn alerts(&self) -> impl Iterator<Item = (&str, &Fired)> {
        self.fired().filter(|(_, fired)| fired.seen_by.is_none())
    }

    /// Metrics that stand out now, with the newest arithmetic, in the order of their keys.
    pub fn standing(&self) -> impl Iterator<Item = (&MetricName, &Anomaly, &Text)> {
        self.anomalies
            .iter()
            .filter(|(_, anomaly)| anomaly.over.is_none())
            .map(|(metric, anomaly)| {
                let newest = self
                    .unusual
                    .iter()
                    .find(|one| one.metric == *metric && one.kind == super::UnusualKind::Anomaly);
                (metric, anomaly, newest.map_or(&anomaly.why, |one| &one.why))
            })
    }

    /// Metrics that stand out now and that nobody has answered yet.
    pub fn strange(&self) -> impl Iterator<Item = (&MetricName, &Anomaly, &Text)> {
        self.standing()
            .filter(|(_, anomaly, _)| anomaly.seen_by.is_none())
    }

    /// Triggers that are true now.
    pub fn fired(&self) -> impl Iterator<Item = (&str, &Fired)> {
        self.triggers
            .iter()
            .filter_map(|(source, trigger)| Some((source.as_str(), trigger.fired.as_ref()?)))
    }
}
