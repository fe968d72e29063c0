//! Who listens for clicks in this process, and which clicks it knows. Opens no line and sends nothing.

use std::{
    collections::VecDeque,
    sync::{Mutex, MutexGuard, PoisonError},
};

use tokio::sync::mpsc;

use super::keeping::Keeping;
use crate::{
    domain::{
        Fault, ReleaseKey, Text,
        chat::{CardSeen, Click},
    },
    ports::ChatHeard,
};

/// Clicks that may wait for a release.
const WAITING: usize = 64;
/// Clicks that are remembered: Slack sends again what it believes unacknowledged.
const REMEMBERED: usize = 512;

/// The releases that are listened for, and what was heard.
#[derive(Debug)]
pub(super) struct Ears {
    keeping: Keeping,
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    ears: Vec<(ReleaseKey, mpsc::Sender<ChatHeard>)>,
    /// Whether somebody keeps a line open for them.
    runs: bool,
    is_open: bool,
    known: VecDeque<Text>,
}

impl Ears {
    pub(super) fn new(keeping: Keeping) -> Self {
        Self {
            keeping,
            state: Mutex::default(),
        }
    }

    pub(super) fn keeping(&self) -> &Keeping {
        &self.keeping
    }

    fn locked(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Listens for a release; what is wrong already is heard first. `true`: it is the first, and a line is wanted.
    pub(super) fn add(
        &self,
        release: &ReleaseKey,
        wrong: Option<Fault>,
    ) -> (mpsc::Receiver<ChatHeard>, bool) {
        let (ear, heard) = mpsc::channel(WAITING);
        let is_deaf = wrong.is_some();
        if let Some(fault) = wrong {
            // A fresh channel has room.
            let _ = ear.try_send(ChatHeard::Lost(fault));
        }
        let mut state = self.locked();
        if state.is_open {
            let _ = ear.try_send(ChatHeard::Open);
        }
        state.ears.push((release.clone(), ear));
        let is_first = !is_deaf && !state.runs;
        state.runs |= is_first;
        (heard, is_first)
    }

    /// Whether anybody still listens; the last one to go ends the line.
    pub(super) fn are_there(&self) -> bool {
        let mut state = self.locked();
        state.ears.retain(|(_, ear)| !ear.is_closed());
        state.runs = !state.ears.is_empty();
        state.runs
    }

    pub(super) fn tell(&self, heard: &ChatHeard) {
        let mut state = self.locked();
        match heard {
            ChatHeard::Open => state.is_open = true,
            ChatHeard::Lost(_) => state.is_open = false,
            ChatHeard::Click(_) => {}
        }
        for (_, ear) in &state.ears {
            // Health is an ornament: who does not keep up learns of the next change.
            let _ = ear.try_send(heard.clone());
        }
    }

    /// Whether a click may be acknowledged: it is on the disk, was brought already, or is nobody's here.
    pub(super) async fn take(&self, click: &Click) -> bool {
        let of = CardSeen::parse(&click.value).ok();
        let is_news = {
            let state = self.locked();
            let is_heard = of.is_some_and(|seen| state.ear(Some(seen.release())).is_some());
            is_heard && !state.known.contains(&click.id)
        };
        !is_news || self.keeping.keep(click).await
    }

    /// Whom a click is brought to; `None` where it was brought already.
    pub(super) fn whose(&self, click: &Click) -> Option<Whose> {
        let of = CardSeen::parse(&click.value).ok();
        let mut state = self.locked();
        if state.known.contains(&click.id) {
            return None;
        }
        if state.known.len() == REMEMBERED {
            state.known.pop_front();
        }
        state.known.push_back(click.id.clone());
        // Whoever a click that names no release is brought to refuses it, with the reason.
        Some(match state.ear(of.as_ref().map(CardSeen::release)) {
            Some(ear) => Whose::Theirs(ear.clone()),
            None => Whose::Nobodys,
        })
    }
}

/// Whom a click is brought to.
#[derive(Debug)]
pub(super) enum Whose {
    /// A release that is listened for.
    Theirs(mpsc::Sender<ChatHeard>),
    /// None that is listened for here.
    Nobodys,
}

impl State {
    /// The ear of a release; any, where none is named. Who let go of a release and took it up again has a new one; the old
    /// one is deaf.
    fn ear(&self, of: Option<&ReleaseKey>) -> Option<&mpsc::Sender<ChatHeard>> {
        let mut ears = self.ears.iter().filter(|(_, ear)| !ear.is_closed());
        let found = ears.find(|(release, _)| of.is_none_or(|of| release == of));
        found.map(|(_, ear)| ear)
    }
}
