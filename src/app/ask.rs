//! Prompts: what they ask, and what the answer makes. The only place that confirms an approval or a rollback.
//!
//! Pure: keys and pastes in, an intent out. A paste never confirms; what was shown is compared with what is, and a
//! prompt whose ground moved locks and says what moved.

use super::{
    Asking, Choice, Chord, Entry, Key, Part, Phrase, Reason,
    ground::{
        alerts_since, changed, countdown_moved, emergency, explain, flag_moved, hand_over,
        kill_flag, missing, rollback_changes, sign_off,
    },
    when::when,
};
use crate::domain::{
    Intent, ReleaseKey, Text,
    approval::{Change, ConfirmedApproval, ConfirmedRollback, Shown, Unconfirmed},
    record::Problem,
    release::Release,
    rollback::{Plan, RollbackShown},
};

/// What a prompt says about itself, below its fields.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Word {
    /// Something is missing.
    Missing(String),
    /// A paste was not taken.
    NoPaste,
    /// The release refused.
    Refused(String),
}

/// An open prompt.
#[derive(Debug, Clone)]
pub struct Prompt {
    /// What it is about.
    pub asking: Asking,
    /// Options, and the chosen one.
    pub choices: Vec<Choice>,
    /// Index of the chosen option.
    pub chosen: usize,
    /// A line of its own: a link, a time.
    pub entry: Option<Entry>,
    /// The reason.
    pub reason: Option<Reason>,
    /// The phrase.
    pub phrase: Option<Phrase>,
    /// Which part has the cursor.
    pub part: Part,
    /// What changed since it was shown: then nothing can be confirmed any more.
    pub locked: Vec<Change>,
    /// What it says about itself.
    pub word: Option<Word>,
    /// Whether it was sent and waits for the release's answer.
    pub sent: bool,
    /// Lines of what it is about for which the screen has no room.
    pub hidden: usize,
    pub(super) key: ReleaseKey,
}

/// What a key did to a prompt.
#[derive(Debug, Clone, PartialEq)]
pub enum Answer {
    /// It goes on.
    Open,
    /// It was left.
    Cancelled,
    /// It was confirmed.
    Confirmed(Box<Intent>),
}

impl Prompt {
    /// The parts that it has, in their order.
    pub fn parts(&self) -> Vec<Part> {
        let mut parts = Vec::new();
        // One option is no choice.
        if self.choices.len() > 1 {
            parts.push(Part::Choices);
        }
        if self.entry.is_some() {
            parts.push(Part::Entry);
        }
        if self.reason.is_some() {
            parts.push(Part::Reason);
        }
        if self.phrase.is_some() {
            parts.push(Part::Phrase);
        }
        if parts.is_empty() {
            parts.push(Part::Confirm);
        }
        parts
    }

    /// Takes a key.
    pub fn key(&mut self, chord: Chord) -> Answer {
        if chord.key == Key::Esc {
            return Answer::Cancelled;
        }
        if self.sent || !self.locked.is_empty() {
            return Answer::Open;
        }
        self.word = None;
        match (chord.key, self.part) {
            (Key::Tab, _) => self.step(1),
            (Key::BackTab, _) => self.step(-1),
            (Key::Enter, Part::Reason) if chord.alt => self.edit(Chord::plain(Key::Enter)),
            (Key::Enter, part) if self.parts().last() != Some(&part) => self.step(1),
            (Key::Enter, _) => return self.confirm(),
            (Key::Up, Part::Choices) => self.choose(-1),
            (Key::Down, Part::Choices) => self.choose(1),
            _ => self.edit(chord),
        }
        Answer::Open
    }

    /// Takes a paste: into a reason, never into a phrase.
    pub fn paste(&mut self, text: &str) {
        if self.sent || !self.locked.is_empty() {
            return;
        }
        match (self.part, &mut self.reason, &mut self.entry) {
            (Part::Reason, Some(reason), _) => {
                reason.field.paste(text);
                self.word = None;
            }
            (Part::Entry, _, Some(entry)) => {
                entry.field.paste(text.trim());
                self.word = None;
            }
            _ => self.word = Some(Word::NoPaste),
        }
    }

    fn edit(&mut self, chord: Chord) {
        match self.part {
            Part::Reason => {
                if let Some(reason) = &mut self.reason {
                    reason.field.key(chord);
                }
            }
            Part::Entry => {
                if let Some(entry) = &mut self.entry {
                    entry.field.key(chord);
                }
            }
            Part::Phrase => {
                if let Some(phrase) = &mut self.phrase {
                    phrase.key(chord);
                }
            }
            Part::Choices => match chord.typed() {
                Some('k') => self.choose(-1),
                Some('j') => self.choose(1),
                _ => {}
            },
            Part::Confirm => {}
        }
    }

    fn choose(&mut self, by: isize) {
        let last = self.choices.len().saturating_sub(1);
        self.chosen = self.chosen.saturating_add_signed(by).min(last);
        if let (Asking::KillFlag(flags), Some(phrase)) = (&self.asking, &mut self.phrase)
            && let Some(shown) = flags.get(self.chosen)
        {
            phrase.ask(&shown.flag);
        }
    }

    fn step(&mut self, by: isize) {
        let parts = self.parts();
        let at = parts
            .iter()
            .position(|part| *part == self.part)
            .unwrap_or(0);
        let to = (at + parts.len()).saturating_add_signed(by) % parts.len();
        self.part = parts[to];
    }

    /// What is still missing; `None` when Enter would confirm.
    pub fn missing(&self) -> Option<String> {
        if self.hidden > 0 && self.asking == Asking::Trust {
            return Some("make the window taller: what cannot be read is not trusted".to_owned());
        }
        if let Some(entry) = &self.entry
            && entry.field.is_empty()
        {
            return Some(entry.needed.to_owned());
        }
        if let Some(reason) = &self.reason
            && let Some(why) = &reason.needed
            && reason.field.is_empty()
        {
            return Some(format!("a reason is needed: {why}"));
        }
        let phrase = self.phrase.as_ref()?;
        (!phrase.is_complete()).then(|| format!("type {} to confirm", phrase.wanted()))
    }

    fn confirm(&mut self) -> Answer {
        if let Some(missing) = self.missing() {
            self.word = Some(Word::Missing(missing));
            return Answer::Open;
        }
        match self.intent() {
            Ok(intent) => {
                self.sent = true;
                Answer::Confirmed(Box::new(intent))
            }
            Err(why) => {
                self.word = Some(Word::Missing(why.to_string()));
                Answer::Open
            }
        }
    }

    fn intent(&self) -> Result<Intent, Unconfirmed> {
        let reason = self
            .reason
            .as_ref()
            .map_or_else(String::new, |r| r.field.text());
        let typed = self.phrase.as_ref().map_or("", Phrase::typed);
        let text = || Text::block_within(&reason, 4_000);
        let entered = self.entry.as_ref().map(|entry| entry.field.text());
        let entered = entered.unwrap_or_default();
        let choice = self.choices.get(self.chosen).copied();
        Ok(match &self.asking {
            Asking::Approve(shown) => Intent::Approve(Box::new(ConfirmedApproval::typed(
                Shown::clone(shown),
                typed,
                &reason,
            )?)),
            Asking::RollBack(shown) => {
                let plan = match choice {
                    Some(Choice::Plan(plan)) => plan,
                    _ => Plan::Dispatch,
                };
                let shown = RollbackShown::clone(shown);
                let key = self.key.clone();
                let confirmed = ConfirmedRollback::typed(key, shown, plan, typed, &reason)?;
                Intent::RollBack(Box::new(confirmed))
            }
            Asking::KillFlag(flags) => {
                kill_flag(&self.key, flags.get(self.chosen), typed, &reason)?
            }
            Asking::Reject => Intent::Reject { reason: text() },
            Asking::Note => Intent::Note { text: text() },
            Asking::Problem => Intent::ReportProblem {
                problem: match choice {
                    Some(Choice::Problem(problem)) => problem,
                    _ => Problem::CriticalFunction,
                },
                text: text(),
            },
            Asking::Close => Intent::Close { reason: text() },
            Asking::Explain => explain(&reason)?,
            Asking::HandOver => hand_over(&reason)?,
            Asking::TakeSeat => Intent::TakeSeat,
            Asking::Extend => Intent::ExtendWatch {
                minutes: match choice {
                    Some(Choice::Minutes(minutes)) => minutes,
                    _ => 15,
                },
                reason: text(),
            },
            Asking::Hold => Intent::Hold,
            Asking::WaitNoLonger => Intent::WaitNoLonger,
            Asking::KeepWatching(_) => Intent::KeepWatching,
            Asking::SignOff(roles) => sign_off(roles, choice, text())?,
            Asking::Emergency => emergency(&entered, text())?,
            Asking::WithdrawEmergency => Intent::WithdrawEmergency { reason: text() },
            Asking::Review => Intent::ReviewEmergency { note: text() },
            Asking::Schedule { from, zone } => Intent::ScheduleStart {
                not_before: when(&entered, *from, zone).map_err(|why| missing(&why))?,
                reason: text(),
            },
            Asking::Tick(ticking) => ticking.intent(text()),
            Asking::Trust => Intent::TrustCommands,
            Asking::CancelRun => Intent::CancelRun,
            Asking::RerunFailed => Intent::RerunFailed,
            // Leaving asks nothing of the release: the screen takes its Enter before.
            Asking::Leave => return Err(missing("leaving is no command")),
        })
    }

    /// Compares what was shown with what is. A difference locks; what was typed stays to be read.
    pub fn compare(&mut self, release: &Release) {
        if self.sent {
            return;
        }
        match &self.asking {
            Asking::Approve(shown) => {
                self.locked = match release.shown() {
                    Some(now) => shown.changes(&now),
                    None => vec![changed(
                        "the release",
                        "waits for a decision",
                        release.phase().word(),
                    )],
                };
            }
            Asking::RollBack(shown) => {
                self.locked = match release.rollback_shown() {
                    Some(now) if now == **shown => Vec::new(),
                    Some(now) => rollback_changes(shown, &now),
                    None => vec![changed("the target", shown.target.name(), "none")],
                };
                self.refresh_plans(release);
            }
            Asking::KillFlag(flags) => {
                let shown = flags.get(self.chosen);
                self.locked = shown
                    .and_then(|shown| flag_moved(shown, release))
                    .into_iter()
                    .collect();
            }
            Asking::KeepWatching(seen) => self.locked = alerts_since(seen, release),
            Asking::Hold => self.locked = countdown_moved(release).into_iter().collect(),
            _ => {}
        }
    }

    /// The ways to treat a running deploy change when it ends; a choice that is gone falls back to the first.
    fn refresh_plans(&mut self, release: &Release) {
        let plans: Vec<Choice> = release
            .rollback_plans()
            .into_iter()
            .map(Choice::Plan)
            .collect();
        if plans != self.choices {
            let chosen = self.choices.get(self.chosen);
            self.chosen = plans
                .iter()
                .position(|plan| Some(plan) == chosen)
                .unwrap_or(0);
            self.choices = plans;
            if !self.parts().contains(&self.part) {
                self.part = self.parts()[0];
            }
        }
    }

    /// The release refused: the prompt opens again and says why.
    pub fn refused(&mut self, why: &str) {
        self.sent = false;
        self.word = Some(Word::Refused(why.to_owned()));
    }
}
