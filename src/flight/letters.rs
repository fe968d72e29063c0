//! What another cockpit of this machine may ask of the one that drives: a hold, a note, the seat, to unlock the service; as letters.

use serde::{Deserialize, Serialize};

use crate::domain::{Command, Intent, Login, Refusal, Text};

/// A letter.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Letter {
    /// Whose token the other cockpit has.
    pub by: Login,
    /// What is asked for.
    pub wish: Wish,
}

/// What may be asked for.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Wish {
    /// To hold the countdown.
    Hold,
    /// To write something down.
    Note(Text),
    /// To let the service go on after a rollback, and why it may.
    Unlock(Text),
    /// To drive from now on.
    TakeSeat,
}

/// The answer to a letter.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reply {
    /// Why not; `None`: it is done.
    pub refused: Option<Text>,
}

impl Letter {
    /// The letter that asks for a command; `None` where only who drives may give it.
    pub fn of(command: &Command) -> Option<Self> {
        let wish = match &command.intent {
            Intent::Hold => Wish::Hold,
            Intent::Note { text } => Wish::Note(text.clone()),
            Intent::Unlock { reason } => Wish::Unlock(reason.clone()),
            Intent::TakeSeat => Wish::TakeSeat,
            _ => return None,
        };
        let by = command.actor.clone();
        Some(Self { by, wish })
    }

    /// The command that it asks for.
    pub fn command(self) -> Command {
        Command {
            actor: self.by,
            intent: match self.wish {
                Wish::Hold => Intent::Hold,
                Wish::Note(text) => Intent::Note { text },
                Wish::Unlock(reason) => Intent::Unlock { reason },
                Wish::TakeSeat => Intent::TakeSeat,
            },
        }
    }
}

impl Reply {
    /// To a command that was taken, or refused.
    pub fn of(refusal: Option<&Refusal>) -> Self {
        Self {
            refused: refusal.map(|refusal| Text::line(&refusal.to_string())),
        }
    }

    /// As it is sent.
    pub fn bytes(&self) -> Vec<u8> {
        // A text or nothing: this cannot fail.
        serde_json::to_vec(self).unwrap_or_default()
    }
}
