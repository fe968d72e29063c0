//! Events of the judge: minutes, triggers, alarms, the window's end.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{PastDay, State, Unusual};
use crate::domain::{
    Text,
    observation::{AlarmState, Minute, Sample},
    policy::MetricName,
};

/// Something happened to the judged minutes.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum JudgeEvent {
    /// Minutes from before cockpit looked, a chunk of metrics at a time.
    HistoryRead {
        /// The first minute.
        from: Minute,
        /// By series key: the minutes from `from` on.
        series: BTreeMap<MetricName, Vec<Sample>>,
    },
    /// The same hours of an earlier day. What has no data there is absent.
    PastRead {
        /// Which day.
        day: PastDay,
        /// The first minute, moved to the release's own day.
        from: Minute,
        /// By series key: the minutes from `from` on.
        series: BTreeMap<MetricName, Vec<Sample>>,
    },
    /// A minute is complete, or was revised by late data.
    MinuteJudged {
        /// Which.
        minute: Minute,
        /// 0 at first, counted up by late data.
        rev: u32,
        /// By series key.
        values: BTreeMap<MetricName, Sample>,
        /// Gates and triggers by source text, as of this minute.
        verdicts: Vec<(String, State)>,
        /// What stands out beside its own past, as of the newest minute.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        unusual: Vec<Unusual>,
    },
    /// First production traffic: which triggers count from now on.
    TriggersArmed {
        /// Watched.
        armed: Vec<String>,
        /// Already true before the deploy, with what they said.
        disarmed: Vec<(String, Text)>,
    },
    /// A trigger fired.
    TriggerFired {
        /// Its source text.
        trigger: String,
        /// The arithmetic.
        why: Text,
        /// The minutes that speak against the release.
        minutes: Vec<Minute>,
    },
    /// It is true no longer.
    TriggerCleared {
        /// Its source text.
        trigger: String,
        /// The arithmetic.
        why: Text,
    },
    /// A metric changed for the worse beside its own past. An alert, never a trigger.
    AnomalySeen {
        /// The key of its series.
        metric: MetricName,
        /// The minute that told.
        minute: Minute,
        /// Effect size and certainty.
        why: Text,
    },
    /// It stands out no longer.
    AnomalyCleared {
        /// The key of its series.
        metric: MetricName,
        /// The minute that told.
        minute: Minute,
    },
    /// A metric stood out in the first minutes after a deploy and is as before: a restart, a cold cache.
    BlipSeen {
        /// The key of its series.
        metric: MetricName,
        /// The arithmetic.
        why: Text,
    },
    /// A person saw the alert and keeps watching.
    KeptWatching {
        /// The triggers that had fired.
        triggers: Vec<String>,
        /// The metrics that stood out.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        anomalies: Vec<MetricName>,
    },
    /// An alarm changed.
    AlarmChanged {
        /// Its name.
        alarm: Text,
        /// Its state.
        state: AlarmState,
        /// Since when, as CloudWatch says.
        since: Option<Timestamp>,
        /// Whether it already stood in alarm before this release was let go.
        before: bool,
    },
    /// The window is judged in full.
    WindowJudged {
        /// Whether every gate passed.
        healthy: bool,
        /// Gates with their states and arithmetic.
        gates: Vec<(String, State, Text)>,
    },
    /// The window could not be judged in time.
    WindowUndecided {
        /// Why.
        why: Text,
    },
    /// A person extended the watch.
    WatchExtended {
        /// By how many minutes.
        minutes: i64,
        /// Why.
        reason: Text,
    },
}

impl JudgeEvent {
    /// When the source says that it happened.
    pub fn occurred(&self) -> Option<Timestamp> {
        match self {
            Self::MinuteJudged { minute, .. } => Some(minute.start()),
            Self::AnomalySeen { minute, .. } | Self::AnomalyCleared { minute, .. } => {
                Some(minute.start())
            }
            Self::AlarmChanged { since, .. } => *since,
            Self::HistoryRead { .. }
            | Self::PastRead { .. }
            | Self::TriggersArmed { .. }
            | Self::TriggerFired { .. }
            | Self::TriggerCleared { .. }
            | Self::BlipSeen { .. }
            | Self::KeptWatching { .. }
            | Self::WindowJudged { .. }
            | Self::WindowUndecided { .. }
            | Self::WatchExtended { .. } => None,
        }
    }

    /// Whether it is a person's word, or the alert that one answers.
    pub fn is_decision(&self) -> bool {
        matches!(
            self,
            Self::KeptWatching { .. }
                | Self::WatchExtended { .. }
                | Self::TriggerFired { .. }
                | Self::AnomalySeen { .. }
        )
    }
}
