//! A trigger that was true before the deploy fires no more: how what it watches is now beside the minutes before.

use super::judging::ARMING_MINUTES;
use crate::domain::{
    Text,
    judge::{BaselineStats, Course, change},
    observation::{AlarmState, Minute, Sample},
    policy::{Metric, Side},
    release::{Release, first_whole},
    wording,
};

/// The newest minutes that say how it is now ...
const NEWEST: usize = 5;
/// ... and how many are too few, on either side.
const FEWEST: usize = 3;

impl Release {
    /// How a disarmed trigger's metrics and alarms are now beside the ten minutes before the deploy, the worst first;
    /// `None`: it is armed, or too little is known yet.
    pub fn compared(&self, source: &str) -> Option<(Course, Text)> {
        self.watch.triggers.get(source)?.disarmed.as_ref()?;
        let mut rules = self.policy.hypercare.triggers.iter();
        let rule = rules.find(|rule| rule.source() == source)?;
        let names = rule.metrics();
        let metrics = self.policy.metrics.iter();
        let changed = metrics
            .filter(|metric| metric.side == Side::All && names.contains(&metric.name))
            .map(|metric| {
                let (course, said) = self.changed(metric)?;
                Some(match names.len() {
                    1 => (course, said),
                    _ => (course, format!("{} {said}", metric.name)),
                })
            });
        let alarms = rule.alarms().into_iter().map(|name| self.alarm_now(&name));
        // Where one of them cannot be told, how the trigger stands cannot.
        let mut parts: Vec<(Course, String)> = changed.chain(alarms).collect::<Option<_>>()?;
        parts.sort_by_key(|(course, _)| match course {
            Course::Worse => 0,
            Course::Same => 1,
            Course::Better => 2,
        });
        let course = parts.first()?.0;
        let said: Vec<&str> = parts.iter().map(|(_, said)| said.as_str()).collect();
        Some((course, Text::line(&said.join(", "))))
    }

    /// An alarm that fired before; after the watch it speaks of another version.
    fn alarm_now(&self, name: &str) -> Option<(Course, String)> {
        if self.watch_end().is_some() {
            return None;
        }
        match self.watch.alarms.get(name)?.state {
            AlarmState::Alarm => Some((Course::Same, "still fires".to_owned())),
            AlarmState::Ok => Some((Course::Better, "fires no more".to_owned())),
            AlarmState::InsufficientData | AlarmState::Unknown => None,
        }
    }

    /// A metric's middle before and in the newest minutes of the new version.
    fn changed(&self, metric: &Metric) -> Option<(Course, String)> {
        let deploy = self.baseline_end();
        let key = metric.key();
        let values = |minutes: &mut dyn Iterator<Item = Minute>| -> Vec<Sample> {
            minutes
                .map(|minute| self.watch.sample(&key, minute))
                .filter(|sample| sample.value().is_some_and(f64::is_finite))
                .collect()
        };
        let before = values(&mut (deploy.0 - ARMING_MINUTES..deploy.0).map(Minute));
        let first = first_whole(self.rollout.first_traffic?);
        let end = self.watch_end().unwrap_or(Minute(i64::MAX)).max(first);
        let own = self
            .watch
            .judged
            .range(first..end)
            .map(|(minute, _)| *minute);
        let now = values(&mut own.rev().take(NEWEST));
        if before.len() < FEWEST || now.len() < FEWEST {
            return None;
        }
        let before = BaselineStats::of(before)?;
        let now = BaselineStats::of(now)?.median;
        let value = |value| wording::value(value, metric.unit);
        let said = format!("{} to {}", value(before.median), value(now));
        Some((change(&before, now, metric.bad).course, said))
    }
}
