//! The programs of the rules that nobody has trusted yet, and a person's word that they may run.

use jiff::Timestamp;

use crate::domain::{
    Event, Login, Phase, Refusal, Text,
    record::{RecordEvent, Trust, TrustWay},
    release::Release,
};

/// A person lets them run: once for these rules.
pub(super) fn trust(
    release: &Release,
    actor: &Login,
    phase: &Phase,
    at: Timestamp,
) -> Result<Vec<Event>, Refusal> {
    let commands = release.untrusted_programs();
    if commands.is_empty() || phase.is_end() {
        return Err(Refusal::WrongPhase {
            phase: Text::line(phase.word()),
        });
    }
    let event = RecordEvent::CommandsTrusted {
        hash: release.policy.hash.clone(),
        commands,
        trust: Trust {
            by: actor.clone(),
            at,
            way: TrustWay::Confirmed,
        },
    };
    Ok(vec![event.into()])
}

impl Release {
    /// The programs of the rules that would run by themselves, had a person trusted them.
    pub fn untrusted_programs(&self) -> Vec<Text> {
        match self.record.trust {
            Some(_) => Vec::new(),
            None => self.policy.own_programs(),
        }
    }
}
