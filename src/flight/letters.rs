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
    /// To sign for a role.
    SignOff {
        /// Which.
        role: String,
        /// What there is to say about it.
        note: Option<Text>,
    },
    /// To take that back.
    WithdrawSignOff(String),
    /// To record what was found when an emergency was looked at afterwards.
    Review(Text),
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
            Intent::SignOff { role, note } => Wish::SignOff {
                role: role.clone(),
                note: note.clone(),
            },
            Intent::WithdrawSignOff { role } => Wish::WithdrawSignOff(role.clone()),
            Intent::ReviewEmergency { note } => Wish::Review(note.clone()),
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
                Wish::SignOff { role, note } => Intent::SignOff { role, note },
                Wish::WithdrawSignOff(role) => Intent::WithdrawSignOff { role },
                Wish::Review(note) => Intent::ReviewEmergency { note },
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_may_be_asked_for_leads_back_and_nothing_else_may() {
        let of = |intent: Intent| Command {
            actor: Login::parse("ana").unwrap(),
            intent,
        };
        for intent in [
            Intent::Hold,
            Intent::Note { text: "x".into() },
            Intent::Unlock { reason: "x".into() },
            Intent::SignOff {
                role: "security".to_owned(),
                note: Some("x".into()),
            },
            Intent::WithdrawSignOff {
                role: "security".to_owned(),
            },
            Intent::ReviewEmergency { note: "x".into() },
            Intent::TakeSeat,
        ] {
            let command = of(intent);
            let letter = Letter::of(&command).unwrap();
            let bytes = serde_json::to_vec(&letter).unwrap();
            let read: Letter = serde_json::from_slice(&bytes).unwrap();
            assert_eq!(read.command(), command);
        }
        for intent in [
            Intent::CancelRun,
            Intent::Reject { reason: "x".into() },
            Intent::Close { reason: "x".into() },
        ] {
            assert_eq!(Letter::of(&of(intent)), None);
        }
    }
}
