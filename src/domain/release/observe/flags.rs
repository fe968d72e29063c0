//! Flags against what is known of them, and what became of a kill.

use crate::domain::{
    Event, Outcome, Seq,
    flags::{FlagEvent, FlagReading},
    release::Release,
};

/// Readings that are new, then the kills that they confirm.
pub(super) fn observe_flags(release: &Release, seen: &[(String, FlagReading)]) -> Vec<Event> {
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
pub(super) fn kill_answered(release: &Release, act: Seq, outcome: &Outcome) -> Option<Event> {
    let kill = release.flags.kills.iter().find(|kill| kill.seq == act)?;
    kill.outcome.is_none().then(|| {
        let outcome = outcome.clone();
        FlagEvent::Answered { act, outcome }.into()
    })
}
