//! Flags of a release: what is seen of them, and a person's word to switch one off.

use super::state::Release;
use crate::domain::{
    Deed, Event, Outcome, Refusal, Seq, Text,
    approval::Change,
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
    if now != *shown {
        let words = |shown: &KillShown| {
            let reading = shown.reading.as_ref();
            reading.map_or_else(|| "not read".into(), FlagReading::words)
        };
        return Err(Refusal::Changed(vec![Change {
            what: Text::line(&shown.flag),
            was: words(shown),
            now: words(&now),
        }]));
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

/// Readings that are new, then the kills that they confirm.
pub(in crate::domain::release) fn observe_flags(
    release: &Release,
    seen: &[(String, FlagReading)],
) -> Vec<Event> {
    let Some(rule) = &release.policy.flags else {
        return Vec::new();
    };
    let mine = || seen.iter().filter(|(flag, _)| rule.names.contains(flag));
    let news: Vec<Event> = mine()
        .filter(|(flag, reading)| release.flags.reading(flag) != Some(reading))
        .map(|(flag, reading)| {
            let (flag, reading) = (flag.clone(), reading.clone());
            FlagEvent::Seen { flag, reading }.into()
        })
        .collect();
    if !news.is_empty() {
        return news;
    }
    let is_off =
        |flag: &str| mine().any(|(name, reading)| name == flag && *reading == FlagReading::Off);
    let open = release
        .flags
        .kills
        .iter()
        .filter(|kill| kill.may_still_come());
    open.filter(|kill| is_off(&kill.flag))
        .map(|kill| {
            let (flag, act) = (kill.flag.clone(), kill.seq);
            FlagEvent::Killed { flag, act }.into()
        })
        .collect()
}

/// What became of a kill's request; `None`: the act is none.
pub(in crate::domain::release) fn answered(
    release: &Release,
    act: Seq,
    outcome: &Outcome,
) -> Option<Event> {
    let kill = release.flags.kills.iter().find(|kill| kill.seq == act)?;
    kill.outcome.is_none().then(|| {
        let outcome = outcome.clone();
        FlagEvent::Answered { act, outcome }.into()
    })
}
