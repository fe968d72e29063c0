//! Flags of a release: which can be switched off, and a person's word to do so.

use jiff::Timestamp;

use super::state::Release;
use crate::domain::{
    Deed, Event, Feed, Refusal, Text,
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
            .filter(|flag| self.flags.in_flight(flag, self.newest()).is_none())
            .filter(|flag| !self.is_surely_off(flag))
            .filter_map(|flag| self.kill_shown(flag))
            .collect()
    }

    /// Whether its provider says that a flag is off, and can still be heard.
    fn is_surely_off(&self, flag: &str) -> bool {
        let is_heard = !self.record.silent.contains_key(&Feed::Flags);
        is_heard && self.flags.reading(flag) == Some(&FlagReading::Off)
    }
}

/// The request to switch a flag off.
pub(super) fn kill(
    release: &Release,
    confirmed: &ConfirmedKill,
    now: Timestamp,
) -> Result<Vec<Event>, Refusal> {
    let shown = confirmed.shown();
    if release.phase().is_end() || *confirmed.release() != release.key {
        return Err(Refusal::WrongPhase {
            phase: Text::line(release.phase().word()),
        });
    }
    let Some(stands) = release.kill_shown(&shown.flag) else {
        let why = format!("the rules name no flag {}", shown.flag);
        return Err(Refusal::Impossible(Text::line(&why)));
    };
    if release.flags.in_flight(&shown.flag, now).is_some() {
        let what = format!("switching {} off", shown.flag);
        return Err(Refusal::InFlight(Text::line(&what)));
    }
    if let Some(change) = shown.change(&stands) {
        return Err(Refusal::Changed(vec![change]));
    }
    if release.is_surely_off(&shown.flag) {
        let why = format!("{} is off already", shown.flag);
        return Err(Refusal::Impossible(Text::line(&why)));
    }
    let event = FlagEvent::KillRequested {
        shown: stands,
        reason: confirmed.reason().clone(),
        consent: confirmed.consent().clone(),
        deed: Deed::KillFlag {
            flag: shown.flag.clone(),
        },
    };
    Ok(vec![event.into()])
}
