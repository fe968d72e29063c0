//! Flags of a release: which can be switched off, and a person's word to do so.

use super::state::Release;
use crate::domain::{
    Deed, Event, Refusal, Text,
    flags::{ConfirmedKill, FlagEvent, FlagReading, KillShown},
};

impl Release {
    /// What a kill prompt shows of a flag; `None` where the rules do not name it.
    pub fn kill_shown(&self, flag: &str) -> Option<KillShown> {
        let rule = self.policy.flags.as_ref()?;
        rule.names
            .iter()
            .any(|name| name == flag)
            .then(|| KillShown {
                flag: flag.to_owned(),
                reading: self.flags.reading(flag).cloned(),
            })
    }

    /// Flags that can be switched off now, in the order of the rules.
    pub fn killable_flags(&self) -> Vec<KillShown> {
        if self.phase().is_end() {
            return Vec::new();
        }
        let names = self.policy.flags.iter().flat_map(|rule| &rule.names);
        names
            .filter(|flag| self.flags.in_flight(flag).is_none())
            .filter_map(|flag| self.kill_shown(flag))
            .filter(|shown| shown.reading != Some(FlagReading::Off))
            .collect()
    }
}

/// The request to switch a flag off.
pub(super) fn kill(release: &Release, confirmed: &ConfirmedKill) -> Result<Vec<Event>, Refusal> {
    let shown = confirmed.shown();
    if release.phase().is_end() || *confirmed.release() != release.key {
        return Err(Refusal::WrongPhase {
            phase: Text::line(release.phase().word()),
        });
    }
    let Some(now) = release.kill_shown(&shown.flag) else {
        let why = format!("the rules name no flag {}", shown.flag);
        return Err(Refusal::Impossible(Text::line(&why)));
    };
    if release.flags.in_flight(&shown.flag).is_some() {
        let what = format!("switching {} off", shown.flag);
        return Err(Refusal::InFlight(Text::line(&what)));
    }
    if let Some(change) = shown.change(&now) {
        return Err(Refusal::Changed(vec![change]));
    }
    if now.reading == Some(FlagReading::Off) {
        let why = format!("{} is off already", shown.flag);
        return Err(Refusal::Impossible(Text::line(&why)));
    }
    let event = FlagEvent::KillRequested {
        shown: now,
        reason: confirmed.reason().clone(),
        consent: confirmed.consent().clone(),
        deed: Deed::KillFlag {
            flag: shown.flag.clone(),
        },
    };
    Ok(vec![event.into()])
}
