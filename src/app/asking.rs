//! What a prompt may be about, and the parts that it asks with. Plain values; the answers are made in `ask`.

use jiff::{Timestamp, tz::TimeZone};

use super::{Field, Ticking, unanswered::Alerts};
use crate::domain::{
    approval::Shown,
    flags::KillShown,
    record::Problem,
    rollback::{Plan, RollbackShown},
};

/// What a prompt is about.
#[derive(Debug, Clone, PartialEq)]
pub enum Asking {
    /// To let a stage go.
    Approve(Box<Shown>),
    /// To stop the release before production.
    Reject,
    /// To go back.
    RollBack(Box<RollbackShown>),
    /// To switch one of these flags off.
    KillFlag(Vec<KillShown>),
    /// To write something down.
    Note,
    /// To report a problem.
    Problem,
    /// To close the release.
    Close,
    /// To write down what happened before a rollback.
    Explain,
    /// To watch longer.
    Extend,
    /// To hold the countdown to a rollback.
    Hold,
    /// To start the rollback without waiting for the deploy's end any longer.
    WaitNoLonger,
    /// To watch on despite these alerts.
    KeepWatching(Alerts),
    /// To sign for one of these roles; whether it is to be taken back.
    SignOff(Vec<(String, bool)>),
    /// To take the emergency way.
    Emergency,
    /// To take the emergency way back.
    WithdrawEmergency,
    /// To say what was found when an emergency was looked at afterwards.
    Review,
    /// To hold the approval back until a moment; seen from this one, in this zone.
    Schedule {
        /// From when.
        from: Timestamp,
        /// Whose times are typed.
        zone: TimeZone,
    },
    /// To tick an item of the checklist, or to take its tick back.
    Tick(Ticking),
    /// To name who drives next.
    HandOver,
    /// To drive from now on.
    TakeSeat,
    /// To let the programs of the rules run.
    Trust,
    /// To stop the run.
    CancelRun,
    /// To run the failed jobs again.
    RerunFailed,
    /// To leave while something burns.
    Leave,
}

/// What one of several options means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Choice {
    /// What happens to a deploy that still runs.
    Plan(Plan),
    /// A sort of problem.
    Problem(Problem),
    /// Minutes to watch longer.
    Minutes(i64),
    /// Index of a role.
    Role(usize),
    /// Index of a flag.
    Flag(usize),
}

/// The reason that a prompt asks for.
#[derive(Debug, Clone)]
pub struct Reason {
    /// What is typed.
    pub field: Field,
    /// Its label.
    pub label: &'static str,
    /// What makes it needed; `None`: it may stay empty.
    pub needed: Option<String>,
}

/// A line of its own that a prompt asks for: a link, a time. It may be pasted: it confirms nothing.
#[derive(Debug, Clone)]
pub struct Entry {
    /// What is typed.
    pub field: Field,
    /// Its label.
    pub label: &'static str,
    /// What is said while it is empty.
    pub needed: &'static str,
}

/// Which part of a prompt has the cursor.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part {
    /// The options.
    Choices,
    /// The line of its own.
    Entry,
    /// The reason.
    Reason,
    /// The phrase that confirms.
    Phrase,
    /// Nothing to fill in: Enter and Esc alone.
    Confirm,
}
