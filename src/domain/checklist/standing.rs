//! How an item stands.

use super::{Item, Tick};
use crate::domain::{
    Text,
    judge::{State, Verdict},
};

/// An item and how it stands.
#[derive(Debug, Clone, PartialEq)]
pub struct Standing<'c> {
    /// Its section's title.
    pub section: &'c str,
    /// The item.
    pub item: &'c Item,
    /// How it stands.
    pub status: Status<'c>,
}

/// How an item stands.
#[derive(Debug, Clone, PartialEq)]
pub enum Status<'c> {
    /// A person ticked it.
    Ticked(&'c Tick),
    /// Nobody has.
    Open,
    /// What it is bound to says this.
    Told(Verdict),
}

impl Standing<'_> {
    /// Whether it is done.
    pub fn is_done(&self) -> bool {
        match &self.status {
            Status::Ticked(_) => true,
            Status::Open => false,
            Status::Told(verdict) => verdict.state == State::Pass,
        }
    }

    /// The state that the gate makes of it.
    pub fn state(&self) -> State {
        match &self.status {
            Status::Ticked(_) => State::Pass,
            Status::Open => State::NoData,
            Status::Told(verdict) => verdict.state,
        }
    }

    /// One or two words: `ticked`, `open`, or the state.
    pub fn word(&self) -> &'static str {
        match &self.status {
            Status::Ticked(_) => "ticked",
            Status::Open => "open",
            Status::Told(verdict) => verdict.state.word(),
        }
    }

    /// Who ticked it, or what it is bound to says.
    pub fn why(&self) -> Text {
        match &self.status {
            Status::Ticked(tick) => match &tick.note {
                Some(note) => Text::line(&format!("{}: {note}", tick.by)),
                None => Text::line(tick.by.as_str()),
            },
            Status::Open => Text::default(),
            Status::Told(verdict) => verdict.why.clone(),
        }
    }
}
