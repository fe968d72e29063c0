//! What people want, and why it is refused.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{
    Login, Text,
    approval::{Change, ConfirmedApproval, ConfirmedRollback},
    chat::Click,
    flags::ConfirmedKill,
    record::Problem,
};

/// A person's intent.
#[derive(Debug, Clone, PartialEq)]
pub struct Command {
    /// Who: the token's own login.
    pub actor: Login,
    /// What.
    pub intent: Intent,
}

/// What a person wants.
#[derive(Debug, Clone, PartialEq)]
pub enum Intent {
    /// Let a stage go (also the later stages of a canary).
    Approve(Box<ConfirmedApproval>),
    /// Stop it before production.
    Reject {
        /// Why.
        reason: Text,
    },
    /// Go back.
    RollBack(Box<ConfirmedRollback>),
    /// Switch a feature flag off.
    KillFlag(Box<ConfirmedKill>),
    /// Write something down.
    Note {
        /// What.
        text: Text,
    },
    /// Report a problem; the rollback prompt follows.
    ReportProblem {
        /// Which sort.
        problem: Problem,
        /// What.
        text: Text,
    },
    /// The alert was seen; watch on.
    KeepWatching,
    /// Hold the countdown to a rollback.
    Hold,
    /// Start the rollback without waiting for the deploy's end any longer.
    WaitNoLonger,
    /// Watch longer.
    ExtendWatch {
        /// By how many minutes, 1 to 240.
        minutes: i64,
        /// Why.
        reason: Text,
    },
    /// Close a release that the judge cannot close.
    Close {
        /// Why.
        reason: Text,
    },
    /// Write down what happened before a rollback.
    Explain {
        /// What happened, and the root cause when known.
        text: Text,
    },
    /// Sign for a role.
    SignOff {
        /// Which.
        role: String,
        /// What there is to say about it.
        note: Option<Text>,
    },
    /// Take the own sign-off back.
    WithdrawSignOff {
        /// Which.
        role: String,
    },
    /// Tick an item of the checklist.
    Tick {
        /// Its id.
        item: String,
        /// What there is to say about it.
        note: Option<Text>,
    },
    /// Take a tick back.
    Untick {
        /// The item's id.
        item: String,
        /// What there is to say about it.
        note: Option<Text>,
    },
    /// Let the service go on after this release's rollback.
    Unlock {
        /// Why it may.
        reason: Text,
    },
    /// Take the emergency way.
    DeclareEmergency {
        /// Why.
        reason: Text,
        /// The incident's address.
        incident: Text,
    },
    /// Take the emergency way back, while nothing was approved on it.
    WithdrawEmergency {
        /// Why.
        reason: Text,
    },
    /// Say what was found when an emergency was looked at afterwards.
    ReviewEmergency {
        /// What.
        note: Text,
    },
    /// Hold the approval back until a moment.
    ScheduleStart {
        /// The moment; `None` lifts it.
        not_before: Option<Timestamp>,
        /// Why.
        reason: Text,
    },
    /// Name who drives next.
    HandOver {
        /// Who.
        to: Login,
        /// What to know.
        note: Text,
    },
    /// Drive from now on.
    TakeSeat,
    /// Let the programs of the rules run.
    TrustCommands,
    /// Stop the run on GitHub.
    CancelRun,
    /// Run the failed production jobs again.
    RerunFailed,
    /// A click in the chat.
    Click(Box<Click>),
}

/// Why a command does nothing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
pub enum Refusal {
    /// It makes no sense now.
    #[error("not now ({phase})")]
    WrongPhase {
        /// In which phase it is.
        phase: Text,
    },
    /// GitHub does not let this person approve.
    #[error("GitHub does not let {who} approve: {why}")]
    NotAllowed {
        /// Who.
        who: Text,
        /// Why, and who can.
        why: Text,
    },
    /// This person may not sign for that role.
    #[error("{who} may not sign for {role}: {why}")]
    NotYours {
        /// Who.
        who: Text,
        /// Which role.
        role: Text,
        /// Why, and who can.
        why: Text,
    },
    /// Nobody knows who clicked.
    #[error(
        "{user} is nobody that cockpit.toml knows: give them a `slack` and a `github` in [people]"
    )]
    Stranger {
        /// The user's id in the chat.
        user: Text,
    },
    /// This item of the checklist is not ticked by hand, or not now.
    #[error("{item}: {why}")]
    NotTickable {
        /// Which.
        item: Text,
        /// Why.
        why: Text,
    },
    /// Something is no longer as it was shown.
    #[error("it changed since it was shown: {}", list(.0))]
    Changed(Vec<Change>),
    /// A gate blocks.
    #[error("blocked by {}", list_text(.0))]
    Blocked(Vec<Text>),
    /// A gate wants a typed reason.
    #[error("a reason is needed: {}", list_text(.0))]
    NeedsReason(Vec<Text>),
    /// One is already on its way.
    #[error("one is already on its way: {0}")]
    InFlight(Text),
    /// There is nothing to act through.
    #[error("{0}")]
    Impossible(Text),
    /// The journal cannot be written, so nothing goes out.
    #[error("the journal cannot be written: {0}; nothing was sent")]
    NoRecord(Text),
    /// This cockpit only reads.
    #[error("this cockpit only reads: {0} drives")]
    ReadOnly(Text),
}

fn list(changes: &[Change]) -> String {
    let all: Vec<String> = changes
        .iter()
        .map(|change| format!("{} was {}, is {}", change.what, change.was, change.now))
        .collect();
    all.join("; ")
}

fn list_text(all: &[Text]) -> String {
    let all: Vec<&str> = all.iter().map(Text::as_str).collect();
    all.join("; ")
}
