//! Events of the record itself: opened, noted, feeds silent, ended.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{EarlierRelease, ServiceLock, Trust};
use crate::domain::{
    Feed, Login, ReleaseKey, ReleaseOutcome, Text, claim::Holding, policy::Policy,
};

/// Something happened to the record.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RecordEvent {
    /// The first event of every journal.
    Opened {
        /// Which release.
        key: ReleaseKey,
        /// The rules that it is judged by to its end.
        policy: Box<Policy>,
        /// The time zone of the screen, for people who read the journal.
        zone: String,
        /// The cockpit that wrote it.
        version: String,
    },
    /// A cockpit took the release up again.
    Resumed {
        /// The cockpit.
        version: String,
        /// Bytes of a torn last line that were cut.
        cut: u64,
    },
    /// cockpit was not awake for a while, or its clock was set.
    ClockJumped {
        /// By so many seconds; negative: set back.
        seconds: i64,
    },
    /// A person wrote something down.
    Noted {
        /// What.
        text: Text,
    },
    /// A person reported a problem.
    ProblemReported {
        /// Which sort.
        problem: Problem,
        /// What.
        text: Text,
    },
    /// A feed has not answered for a while.
    FeedSilent {
        /// Which.
        feed: Feed,
        /// Its last answer.
        since: Timestamp,
        /// Why, as far as known.
        why: Text,
    },
    /// It answers again.
    FeedBack {
        /// Which.
        feed: Feed,
    },
    /// The release came to an outcome that machines read.
    OutcomeReached {
        /// Which.
        outcome: ReleaseOutcome,
    },
    /// A rollback's story was written down.
    Explained {
        /// What happened, and the root cause when known.
        text: Text,
    },
    /// A person said why the service may go on after this release's rollback.
    Unlocked {
        /// Why.
        reason: Text,
    },
    /// A person looked at an emergency afterwards: the event's own person.
    EmergencyReviewed {
        /// What they found.
        note: Text,
    },
    /// An earlier release locks the service: nothing is approved.
    ServiceLocked(ServiceLock),
    /// No earlier release locks it any more.
    ServiceFreed,
    /// What the release before this one came to; `None`: no journal of this machine tells any more.
    EarlierSeen(Option<EarlierRelease>),
    /// The driver named who drives next.
    HandedOver {
        /// Who.
        to: Login,
        /// What to know.
        note: Text,
    },
    /// Somebody drives from now on: the event's own person.
    SeatTaken {
        /// Who drove before, where that is known.
        from: Option<Login>,
    },
    /// The seat is claimed in the repository, for every machine to see.
    SeatClaimed {
        /// Whose claim it took the place of: it was taken over, or had run out.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        over: Option<Holding>,
    },
    /// Somebody drives on another machine: from here on this cockpit only watches.
    DrivenElsewhere {
        /// Who.
        by: Holding,
    },
    /// Whoever drove on another machine let go: a person may take the seat.
    SeatVacated,
    /// Refs cannot be written: other machines are not told what happens here.
    ThisMachineOnly {
        /// Why.
        why: Text,
    },
    /// A person asks the driver's machine to hold its countdown.
    HoldAsked {
        /// The countdown: when it began, in seconds since 1970.
        began: i64,
    },
    /// Whether what was asked of the driver's machine stands where it looks.
    HoldTold {
        /// The countdown.
        began: i64,
        /// Why it does not; `None`: it does.
        why: Option<Text>,
    },
    /// Another machine, or another release, rolls production back; `None`: it no longer does.
    RollbackElsewhere {
        /// Who.
        by: Option<Holding>,
    },
    /// A person let the programs of the rules run.
    CommandsTrusted {
        /// The rules' hash: other rules are trusted anew.
        hash: String,
        /// The programs as they were shown.
        commands: Vec<Text>,
        /// Who, when and how.
        trust: Trust,
    },
    /// A person closed the release.
    Closed {
        /// Who.
        by: Login,
        /// Why.
        reason: Text,
    },
}

/// What a person reports with `p`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Problem {
    /// A critical function is broken.
    CriticalFunction,
    /// A security issue.
    Security,
    /// Data is wrong or lost.
    DataIntegrity,
}

impl Problem {
    /// In words.
    pub fn word(self) -> &'static str {
        match self {
            Self::CriticalFunction => "critical function broken",
            Self::Security => "security issue",
            Self::DataIntegrity => "data integrity issue",
        }
    }
}

impl RecordEvent {
    /// Whether it is a person's word.
    pub fn is_decision(&self) -> bool {
        match self {
            Self::Opened { .. }
            | Self::Noted { .. }
            | Self::ProblemReported { .. }
            | Self::Explained { .. }
            | Self::Unlocked { .. }
            | Self::EmergencyReviewed { .. }
            | Self::HandedOver { .. }
            | Self::SeatTaken { .. }
            | Self::HoldAsked { .. }
            | Self::CommandsTrusted { .. }
            | Self::Closed { .. } => true,
            Self::Resumed { .. }
            | Self::ClockJumped { .. }
            | Self::OutcomeReached { .. }
            | Self::ServiceLocked(_)
            | Self::ServiceFreed
            | Self::EarlierSeen(_)
            | Self::SeatClaimed { .. }
            | Self::DrivenElsewhere { .. }
            | Self::SeatVacated
            | Self::ThisMachineOnly { .. }
            | Self::HoldTold { .. }
            | Self::RollbackElsewhere { .. }
            | Self::FeedSilent { .. }
            | Self::FeedBack { .. } => false,
        }
    }
}
