//! The recommendation of the watch, with its reasons: stable, keep watching, roll back. It advises; a person decides.

use crate::domain::{
    Feed, Phase, Text,
    judge::{State, UnusualKind, Verdict},
    observation::AlarmState,
    release::Release,
};

/// What the watch recommends.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Advice {
    /// Everything that was asked passes, and nothing stands out.
    Stable,
    /// It cannot be called either yet, or something stands out.
    KeepWatching,
    /// Something that the rules or a person call bad is true.
    RollBack,
}

impl Advice {
    /// For the screen and for documents.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Stable => "stable",
            Self::KeepWatching => "keep watching",
            Self::RollBack => "roll back",
        }
    }
}

/// What the watch recommends and why, the weightiest reason first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Recommendation {
    /// What.
    pub advice: Advice,
    /// Why; never empty.
    pub reasons: Vec<Text>,
}

impl Release {
    /// What the watch recommends now; `None` before production changed, and once it is rolled back or was ended.
    pub fn recommendation(&self) -> Option<Recommendation> {
        let done = matches!(self.phase(), Phase::Ended(crate::domain::End::Complete));
        if !self.is_watched() && !done {
            return None;
        }
        let (have, want) = self.window_progress();
        let minutes = self.window_minutes();
        let gates = self.gates_of_watch();
        let mut against: Vec<Text> = Vec::new();
        let mut open: Vec<Text> = Vec::new();
        against.extend(
            self.watch
                .fired()
                .map(|(source, fired)| said(source, &fired.why)),
        );
        against.extend(self.record.problems.iter().map(|(problem, note)| {
            Text::line(&format!("{}: {}", problem.word(), note.text.first_line()))
        }));
        against.extend(self.rollout.issues.iter().cloned());
        for (source, verdict) in &gates {
            match verdict.state {
                State::Fail => against.push(said(source, &verdict.why)),
                State::Pass => {}
                State::Ambiguous | State::NoData | State::Broken if minutes.is_empty() => {}
                State::Ambiguous | State::NoData | State::Broken => open.push(said(
                    &format!("{source}: {}", verdict.state.word()),
                    &verdict.why,
                )),
            }
        }
        open.extend(self.watch.standing().map(|(_, _, why)| why.clone()));
        open.extend(self.new_alarms());
        let near = |one: &&crate::domain::judge::Unusual| one.kind == UnusualKind::Near;
        open.extend(
            self.watch
                .unusual
                .iter()
                .filter(near)
                .map(|one| one.why.clone()),
        );
        if let Some((_, why)) = self.record.silent.get(&Feed::Metrics) {
            open.push(said("metrics are silent", why));
        }
        if have < want {
            open.push(Text::line(&format!("{have} of {want} minutes judged")));
        }
        Some(if !against.is_empty() {
            Recommendation {
                advice: Advice::RollBack,
                reasons: against,
            }
        } else if !open.is_empty() || gates.is_empty() {
            if open.is_empty() {
                open.push("the rules ask nothing of production".into());
            }
            Recommendation {
                advice: Advice::KeepWatching,
                reasons: open,
            }
        } else {
            let mut reasons = vec![Text::line(&format!(
                "{want} of {want} minutes judged, every gate passes, nothing stands out"
            ))];
            reasons.extend(self.watch.blips.values().cloned());
            Recommendation {
                advice: Advice::Stable,
                reasons,
            }
        })
    }

    /// The gates of the watch over the minutes of it that are judged so far.
    pub fn gates_of_watch(&self) -> Vec<(String, Verdict)> {
        let (_, want) = self.window_progress();
        let minutes = self.window_minutes();
        self.watch_gates(&minutes, want.min(minutes.len().max(1)))
    }

    /// Alarms that began to fire with this release; those that fired before are set apart.
    fn new_alarms(&self) -> impl Iterator<Item = Text> {
        self.watch
            .alarms
            .iter()
            .filter(|(_, alarm)| alarm.state == AlarmState::Alarm && !alarm.before)
            .map(|(name, _)| Text::line(&format!("alarm {name} fires since the release")))
    }
}

fn said(what: &str, why: &Text) -> Text {
    Text::line(&format!("{what}: {why}"))
}
