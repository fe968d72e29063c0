//! Whoever clicked, and the answer that they wait for.

use serde_json::Value;
use tokio::sync::mpsc;

use crate::domain::chat::Click;

/// The answer to a click.
#[derive(Debug, Clone, PartialEq)]
pub struct ClickAnswer {
    /// The click.
    pub click: Click,
    /// What is said.
    pub said: ClickSaid,
}

/// What is said to a click.
#[derive(Debug, Clone, PartialEq)]
pub enum ClickSaid {
    /// It counts, and is on the disk.
    Counts,
    /// It does not: the reason, as the chat's text.
    Refused(String),
    /// The reason is asked for in this window.
    AskReason(Value),
}

/// Who waits for the answer to a command.
#[derive(Debug)]
pub(super) struct Clicker {
    click: Click,
    answer: mpsc::Sender<ClickAnswer>,
}

impl Clicker {
    pub(super) fn new(click: Click, answer: mpsc::Sender<ClickAnswer>) -> Self {
        Self { click, answer }
    }

    /// Answers, and is done.
    pub(super) fn say(self, said: ClickSaid) {
        let Self { click, answer } = self;
        // Who does not take answers in time goes without: the card shows what counts.
        let _ = answer.try_send(ClickAnswer { click, said });
    }
}
