//! How each prompt begins: what it shows, what it asks for, what is filled in already.

use jiff::{Timestamp, tz::TimeZone};

use super::{Asking, Choice, Entry, Field, Part, Phrase, Prompt, Reason, Ticking};
use crate::domain::{
    Login,
    approval::{Effort, YES},
    policy::Effect,
    record::Problem,
    release::Release,
};

impl Prompt {
    fn new(release: &Release, asking: Asking) -> Self {
        Self {
            asking,
            choices: Vec::new(),
            chosen: 0,
            entry: None,
            reason: None,
            phrase: None,
            part: Part::Confirm,
            locked: Vec::new(),
            word: None,
            sent: false,
            hidden: 0,
            key: release.key.clone(),
        }
    }

    fn reason(mut self, label: &'static str, needed: Option<String>, begins: &str) -> Self {
        self.reason = Some(Reason {
            field: Field::with(begins),
            label,
            needed,
        });
        self
    }

    fn entry(mut self, label: &'static str, needed: &'static str) -> Self {
        self.entry = Some(Entry {
            field: Field::default(),
            label,
            needed,
        });
        self
    }

    fn phrase(mut self, wanted: &str) -> Self {
        self.phrase = Some(Phrase::new(wanted));
        self
    }

    fn choices(mut self, choices: Vec<Choice>) -> Self {
        self.choices = choices;
        self
    }

    /// The cursor begins where something is still to be typed: a reason that is filled in may stand.
    fn begun(mut self) -> Self {
        let parts = self.parts();
        let is_told = self
            .reason
            .as_ref()
            .is_some_and(|reason| !reason.field.is_empty());
        self.part = match parts.as_slice() {
            [Part::Reason, Part::Phrase] if is_told => Part::Phrase,
            [first, ..] => *first,
            [] => Part::Confirm,
        };
        self
    }

    /// The approval of what waits; `None` while nothing waits.
    pub fn approve(release: &Release) -> Option<Self> {
        let shown = release.shown()?;
        let mut reasons: Vec<String> = release
            .gates()
            .iter()
            .filter(|gate| gate.effect == Some(Effect::Reason))
            .map(|gate| gate.title.to_string())
            .collect();
        let effort = shown.effort();
        if effort == Effort::PhraseAndReason {
            reasons.insert(0, "the risk is high".to_owned());
        }
        let needed = (!reasons.is_empty()).then(|| reasons.join(", "));
        let mut phrase = Phrase::new(shown.name());
        if effort == Effort::TwoKeys {
            phrase = phrase.or(YES);
        }
        let mut prompt = Self::new(release, Asking::Approve(Box::new(shown)));
        prompt.phrase = Some(phrase);
        let prompt = match needed {
            Some(why) => prompt.reason("Why", Some(why), ""),
            None => prompt,
        };
        Some(prompt.begun())
    }

    /// The rejection; its reason goes to the run and the record.
    pub fn reject(release: &Release) -> Self {
        let why = "it goes to the run and into the record".to_owned();
        Self::new(release, Asking::Reject)
            .reason("Why", Some(why), "")
            .begun()
    }

    /// The rollback, `begins` with what is known of the reason; `None` without a target.
    pub fn roll_back(release: &Release, begins: &str) -> Option<Self> {
        let shown = release.rollback_shown()?;
        let plans = release.rollback_plans();
        let name = shown.target.name().to_owned();
        let choices = plans.into_iter().map(Choice::Plan).collect();
        let why = "it goes into the record".to_owned();
        Some(
            Self::new(release, Asking::RollBack(Box::new(shown)))
                .choices(choices)
                .reason("Why", Some(why), begins)
                .phrase(&name)
                .begun(),
        )
    }

    /// Switching a flag off, `begins` with what is known of the reason; `None` where none is on.
    pub fn kill_flag(release: &Release, begins: &str) -> Option<Self> {
        let flags = release.killable_flags();
        let first = flags.first()?.flag.clone();
        let choices = (0..flags.len()).map(Choice::Flag).collect();
        let why = "it goes into the record".to_owned();
        Some(
            Self::new(release, Asking::KillFlag(flags))
                .choices(choices)
                .reason("Why", Some(why), begins)
                .phrase(&first)
                .begun(),
        )
    }

    /// A note.
    pub fn note(release: &Release) -> Self {
        let why = "a note says something".to_owned();
        Self::new(release, Asking::Note)
            .reason("Note", Some(why), "")
            .begun()
    }

    /// A problem.
    pub fn problem(release: &Release) -> Self {
        let sorts = [
            Problem::CriticalFunction,
            Problem::Security,
            Problem::DataIntegrity,
        ];
        let why = "say what you saw".to_owned();
        Self::new(release, Asking::Problem)
            .choices(sorts.map(Choice::Problem).to_vec())
            .reason("What", Some(why), "")
            .begun()
    }

    /// Closing by hand.
    pub fn close(release: &Release) -> Self {
        let why = "it goes into the record".to_owned();
        Self::new(release, Asking::Close)
            .reason("Why", Some(why), "")
            .begun()
    }

    /// The story of a rollback, `begins` with what the journal tells.
    pub fn explain(release: &Release, begins: &str) -> Self {
        let why = "the release is open until it is written down".to_owned();
        Self::new(release, Asking::Explain)
            .reason("What happened", Some(why), begins)
            .begun()
    }

    /// A sign-off, or its withdrawal; `None` where this person may give none.
    pub fn sign_off(release: &Release, who: &Login) -> Option<Self> {
        let roles: Vec<(String, bool)> = release
            .roles()
            .filter_map(|role| {
                let withdraws = release.has_signed(who, role);
                let may = withdraws || release.may_sign(who, role).is_ok();
                may.then(|| (role.to_owned(), withdraws))
            })
            .collect();
        let choices = (0..roles.len()).map(Choice::Role).collect();
        (!roles.is_empty()).then(|| {
            Self::new(release, Asking::SignOff(roles))
                .choices(choices)
                .reason("Note", None, "")
                .begun()
        })
    }

    /// An item of the checklist: to tick it, or to take its tick back.
    pub fn tick(release: &Release, ticking: Ticking) -> Self {
        Self::new(release, Asking::Tick(ticking))
            .reason("Note", None, "")
            .begun()
    }

    /// The emergency way.
    pub fn emergency(release: &Release) -> Self {
        let why = "it goes to GitHub and into the record".to_owned();
        Self::new(release, Asking::Emergency)
            .entry("Link", "link the incident: https://...")
            .reason("Why", Some(why), "")
            .begun()
    }

    /// The emergency way, taken back.
    pub fn withdraw_emergency(release: &Release) -> Self {
        let why = "it goes into the record".to_owned();
        Self::new(release, Asking::WithdrawEmergency)
            .reason("Why", Some(why), "")
            .begun()
    }

    /// The look at an emergency afterwards.
    pub fn review(release: &Release) -> Self {
        let why = "say what you found".to_owned();
        Self::new(release, Asking::Review)
            .reason("Found", Some(why), "")
            .begun()
    }

    /// A scheduled start, in the times of this zone.
    pub fn schedule(release: &Release, from: Timestamp, zone: TimeZone) -> Self {
        let why = "it goes into the record".to_owned();
        Self::new(release, Asking::Schedule { from, zone })
            .entry(
                "When",
                "name the moment: 18:00, 2026-12-01 18:00, or now to lift it",
            )
            .reason("Why", Some(why), "")
            .begun()
    }

    /// Handing the seat over.
    pub fn hand_over(release: &Release) -> Self {
        let why = "begin with the GitHub login of who takes over".to_owned();
        Self::new(release, Asking::HandOver)
            .reason("Who, and what to know", Some(why), "")
            .begun()
    }

    /// A longer watch.
    pub fn extend(release: &Release) -> Self {
        let why = "it goes into the record".to_owned();
        Self::new(release, Asking::Extend)
            .choices([5, 15, 30, 60].map(Choice::Minutes).to_vec())
            .reason("Why", Some(why), "")
            .begun()
    }

    /// One of those that ask for nothing but Enter.
    pub fn plain(release: &Release, asking: Asking) -> Self {
        Self::new(release, asking).begun()
    }
}
