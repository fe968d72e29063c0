//! What ticks an item by itself. Each names something that cockpit knows, or asks.

use jiff::SignedDuration;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::domain::{Text, evidence::EvidenceKind, question::Ask, wording};

/// What ticks an item by itself.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Binding {
    /// A kind of evidence was read, and speaks for the release.
    Evidence(EvidenceKind),
    /// Every gate of this family passes: `staging`, `rollback`, `signoffs`.
    Gate(String),
    /// A prerequisite is met.
    Prerequisite(String),
    /// Smoke tests passed.
    Smoke(SmokeTime),
    /// An alarm is quiet.
    Alarm(String),
    /// A metric has data.
    Metric(String),
    /// The release got there.
    Step(Milestone),
    /// A rollback succeeded within this time.
    RollbackExercised(SignedDuration),
    /// The world outside says so.
    Outside(Ask),
}

/// Which smoke tests.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum SmokeTime {
    /// Those before the approval.
    Before,
    /// Those after everything was deployed.
    After,
}

/// A point that a release passes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Milestone {
    /// A person approved, and GitHub says so.
    Approved,
    /// Production is deployed in full.
    Deployed,
    /// Production answers with the candidate.
    Serving,
    /// The watch was judged, and every gate passed.
    Judged,
}

impl Binding {
    /// Where cockpit looks, for people.
    pub fn in_words(&self) -> Text {
        Text::line(&match self {
            Self::Evidence(kind) => format!("evidence {}", kind.word()),
            Self::Gate(name) => format!("gate {name}"),
            Self::Prerequisite(name) => format!("prerequisite {name}"),
            Self::Smoke(SmokeTime::Before) => "smoke tests before the deploy".to_owned(),
            Self::Smoke(SmokeTime::After) => "smoke tests after the deploy".to_owned(),
            Self::Alarm(name) => format!("alarm {name}"),
            Self::Metric(name) => format!("metric {name}"),
            Self::Step(Milestone::Approved) => "the approval".to_owned(),
            Self::Step(Milestone::Deployed) => "the deploy".to_owned(),
            Self::Step(Milestone::Serving) => "what production answers".to_owned(),
            Self::Step(Milestone::Judged) => "the watch".to_owned(),
            Self::RollbackExercised(age) => {
                format!("a rollback of the last {}", wording::duration(*age))
            }
            Self::Outside(ask) => return ask.in_words(),
        })
    }
}
