//! What is journalled: events in the past tense, two levels deep, stamped with time and actor.
//!
//! Only events change a [`super::release::Release`]. A payload is the inner event, externally tagged; its `kind` in
//! the journal is `noun.event_name`, so `grep '"approval.granted"'` works.

use jiff::Timestamp;
use serde::de::Error as _;
use serde_json::value::RawValue;

use super::{
    Stamp, Text, approval::ApprovalEvent, chat::ChatEvent, checklist::ChecklistEvent,
    evidence::EvidenceEvent, flags::FlagEvent, judge::JudgeEvent, policy::gate::GateEvent,
    record::RecordEvent, rollback::RollbackEvent, rollout::RolloutEvent, smoke::SmokeEvent,
};

/// Something that happened.
#[derive(Debug, Clone, PartialEq)]
pub enum Event {
    /// To the evidence.
    Evidence(EvidenceEvent),
    /// To a gate.
    Gate(GateEvent),
    /// To the checklist.
    Checklist(ChecklistEvent),
    /// To the approval.
    Approval(ApprovalEvent),
    /// To the run and its promotion.
    Rollout(RolloutEvent),
    /// To the smoke tests.
    Smoke(SmokeEvent),
    /// To the judged minutes.
    Judge(JudgeEvent),
    /// To a rollback.
    Rollback(RollbackEvent),
    /// In the chat.
    Chat(ChatEvent),
    /// To a feature flag.
    Flag(FlagEvent),
    /// To the record itself.
    Record(RecordEvent),
    /// Written by a newer cockpit: kept in the journal, not understood.
    Unknown(Text),
}

macro_rules! nouns {
    ($($variant:ident($inner:ty) = $noun:literal),+ $(,)?) => {
        $(impl From<$inner> for Event {
            fn from(event: $inner) -> Self {
                Self::$variant(event)
            }
        })+

        impl Event {
            /// `(kind, payload)` as the journal writes them.
            pub fn encode(&self) -> serde_json::Result<(String, Box<RawValue>)> {
                match self {
                    $(Self::$variant(event) => {
                        let payload = serde_json::value::to_raw_value(event)?;
                        Ok((format!("{}.{}", $noun, tag(payload.get())), payload))
                    })+
                    Self::Unknown(kind) => Err(serde_json::Error::custom(format!("{kind} is not ours to write"))),
                }
            }

            /// Reads what [`Event::encode`] wrote. A noun or an event that this version does not know is
            /// [`Event::Unknown`]; a known one with a wrong payload is an error.
            pub fn decode(kind: &str, payload: &RawValue) -> serde_json::Result<Self> {
                let noun = kind.split('.').next().unwrap_or_default();
                let read = match noun {
                    $($noun => serde_json::from_str::<$inner>(payload.get()).map(Self::$variant),)+
                    _ => return Ok(Self::Unknown(Text::line(kind))),
                };
                match read {
                    Err(error) if error.to_string().starts_with("unknown variant") => {
                        Ok(Self::Unknown(Text::line(kind)))
                    }
                    read => read,
                }
            }
        }
    };
}

nouns! {
    Evidence(EvidenceEvent) = "evidence",
    Gate(GateEvent) = "gate",
    Checklist(ChecklistEvent) = "checklist",
    Approval(ApprovalEvent) = "approval",
    Rollout(RolloutEvent) = "rollout",
    Smoke(SmokeEvent) = "smoke",
    Judge(JudgeEvent) = "judge",
    Rollback(RollbackEvent) = "rollback",
    Flag(FlagEvent) = "flag",
    Chat(ChatEvent) = "chat",
    Record(RecordEvent) = "record",
}

/// The tag of an externally tagged value: `{"tag":...}` or `"tag"`.
fn tag(payload: &str) -> &str {
    payload.split('"').nth(1).unwrap_or("")
}

impl Event {
    /// When the source says that it happened, where that differs from when it was recorded.
    pub fn occurred(&self) -> Option<Timestamp> {
        match self {
            Self::Rollout(event) => event.occurred(),
            Self::Judge(event) => event.occurred(),
            Self::Rollback(event) => event.occurred(),
            Self::Evidence(_)
            | Self::Gate(_)
            | Self::Checklist(_)
            | Self::Approval(_)
            | Self::Smoke(_)
            | Self::Chat(_)
            | Self::Flag(_)
            | Self::Record(_)
            | Self::Unknown(_) => None,
        }
    }

    /// The blob that keeps what was too large for the line: its SHA-256.
    pub fn blob(&self) -> Option<&str> {
        match self {
            Self::Evidence(event) => event.blob(),
            Self::Gate(_)
            | Self::Checklist(_)
            | Self::Approval(_)
            | Self::Rollout(_)
            | Self::Smoke(_)
            | Self::Judge(_)
            | Self::Rollback(_)
            | Self::Chat(_)
            | Self::Flag(_)
            | Self::Record(_)
            | Self::Unknown(_) => None,
        }
    }

    /// Whether it must be on the disk before anything else happens: decisions, and requests to the world.
    pub fn is_decision(&self) -> bool {
        match self {
            Self::Approval(event) => event.is_decision(),
            Self::Checklist(event) => event.is_decision(),
            Self::Rollback(event) => event.is_decision(),
            Self::Flag(event) => event.is_decision(),
            Self::Record(event) => event.is_decision(),
            Self::Chat(event) => event.is_decision(),
            Self::Rollout(RolloutEvent::CancelRequested { .. }) => true,
            Self::Judge(event) => event.is_decision(),
            Self::Evidence(_)
            | Self::Gate(_)
            | Self::Rollout(_)
            | Self::Smoke(_)
            | Self::Unknown(_) => false,
        }
    }
}

/// An event with its place in the journal.
#[derive(Debug, Clone, PartialEq)]
pub struct Stamped {
    /// Where and when.
    pub stamp: Stamp,
    /// What.
    pub event: Event,
}
