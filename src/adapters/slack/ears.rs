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

/// Looks after which a click that was passed on, and still lies there, is nobody's: who drives hears no clicks.
const UNCLAIMED: u32 = 15;

/// Who listens for a release.
#[derive(Debug)]
struct Ear {
    release: ReleaseKey,
    line: mpsc::Sender<ChatHeard>,
    /// What an earlier process left was read: whatever lies there later was passed on.
    has_read: bool,
}

/// The releases that are listened for, and what was heard.
#[derive(Debug)]
pub(super) struct Ears {
    keeping: Keeping,
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    ears: Vec<Ear>,
    /// Whether somebody keeps a line open for them.
    runs: bool,
    is_open: bool,
    known: VecDeque<Text>,
    /// Those that were answered for.
    done: VecDeque<Text>,
    /// Those that were passed on, and how often it was looked since.
    sent_on: Vec<(Click, u32)>,
}

/// Puts a name behind the others; the oldest goes where they are many.
fn remember(names: &mut VecDeque<Text>, name: &Text) {
    if names.contains(name) {
        return;
    }
    if names.len() == REMEMBERED {
        names.pop_front();
    }
    names.push_back(name.clone());
}

impl Ears {
    pub(super) fn new(keeping: Keeping) -> Self {
        Self {
            keeping,
            state: Mutex::default(),
        }
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
        state.ears.push(Ear {
            release: release.clone(),
            line: ear,
            has_read: false,
        });
        let is_first = !is_deaf && !state.runs;
        state.runs |= is_first;
        (heard, is_first)
    }

    /// Whether anybody still listens; the last one to go ends the line.
    pub(super) fn are_there(&self) -> bool {
        let mut state = self.locked();
        state.ears.retain(|ear| !ear.line.is_closed());
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
        for ear in &state.ears {
            // Health is an ornament: who does not keep up learns of the next change.
            let _ = ear.line.try_send(heard.clone());
        }
    }

    /// Whether a click may be acknowledged: it is on the disk, was brought already, or is nobody's here. One that another
    /// process of this machine drives is left for it.
    pub(super) async fn take(&self, click: &Click) -> bool {
        let of = CardSeen::parse(&click.value).ok();
        let is_heard = {
            let state = self.locked();
            if state.known.contains(&click.id) {
                return true;
            }
            let Some(of) = &of else { return true };
            state.ear(Some(of.release())).is_some()
        };
        if is_heard {
            return self.keeping.keep(click).await;
        }
        if self.keeping.pass(click).await {
            let mut state = self.locked();
            remember(&mut state.known, &click.id);
            state.sent_on.push((click.clone(), 0));
        }
        true
    }

    /// Clicks that were passed on and that nobody took: they are forgotten, and whoever clicked is to be told. A look.
    pub(super) async fn unclaimed(&self) -> Vec<Click> {
        let due: Vec<Click> = {
            let mut state = self.locked();
            for (_, looks) in &mut state.sent_on {
                *looks += 1;
            }
            let late = |one: &mut (Click, u32)| one.1 >= UNCLAIMED;
            let due = state.sent_on.extract_if(.., late);
            due.map(|(click, _)| click).collect()
        };
        let mut unclaimed = Vec::new();
        for click in due {
            let Ok(of) = CardSeen::parse(&click.value) else {
                continue;
            };
            let release = of.release().clone();
            let lying = self.keeping.lying(vec![release.clone()]).await;
            if lying.iter().any(|(_, one)| one.id == click.id) {
                self.keeping.forget(&release, &click).await;
                unclaimed.push(click);
            }
        }
        unclaimed
    }

    /// What an earlier process left for a release, which is brought at once.
    pub(super) async fn left(&self, release: &ReleaseKey) -> Vec<Click> {
        let left = self.keeping.left(release).await;
        let mut state = self.locked();
        for click in &left {
            remember(&mut state.known, &click.id);
        }
        let own = state.ears.iter_mut().rev();
        if let Some(ear) = own.into_iter().find(|ear| ear.release == *release) {
            ear.has_read = true;
        }
        left
    }

    /// Clicks that other processes of this machine heard, on releases that are listened for here.
    pub(super) async fn passed(&self) -> Vec<Click> {
        let releases = {
            let state = self.locked();
            let open = state.ears.iter().filter(|ear| !ear.line.is_closed());
            open.filter(|ear| ear.has_read)
                .map(|ear| ear.release.clone())
                .collect()
        };
        let mut news = Vec::new();
        for (release, click) in self.keeping.lying(releases).await {
            let (is_known, is_done) = {
                let state = self.locked();
                (
                    state.known.contains(&click.id),
                    state.done.contains(&click.id),
                )
            };
            if is_done {
                // It was heard here as well, and answered for meanwhile.
                self.keeping.forget(&release, &click).await;
            } else if !is_known {
                news.push(click);
            }
        }
        news
    }

    /// One is answered for.
    pub(super) async fn answered(&self, release: &ReleaseKey, click: &Click) {
        remember(&mut self.locked().done, &click.id);
        self.keeping.forget(release, click).await;
    }

    /// Whom a click is brought to; `None` where it was brought already.
    pub(super) fn whose(&self, click: &Click) -> Option<Whose> {
        let of = CardSeen::parse(&click.value).ok();
        let mut state = self.locked();
        if state.known.contains(&click.id) {
            return None;
        }
        remember(&mut state.known, &click.id);
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
        let mut ears = self.ears.iter().filter(|ear| !ear.line.is_closed());
        let found = ears.find(|ear| of.is_none_or(|of| ear.release == *of));
        found.map(|ear| &ear.line)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::{
        domain::{Repository, RunId, chat::Button},
        ports::ClickBox,
    };

    /// Another process drives every release; whether it takes clicks is another question.
    #[derive(Default)]
    struct Lying(Mutex<Vec<Click>>);

    impl ClickBox for Lying {
        fn keep(&self, _release: &ReleaseKey, click: &Click) -> std::io::Result<()> {
            self.0.lock().unwrap().push(click.clone());
            Ok(())
        }

        fn pass(&self, release: &ReleaseKey, click: &Click) -> std::io::Result<bool> {
            self.keep(release, click).map(|()| true)
        }

        fn kept(&self, _release: &ReleaseKey) -> std::io::Result<Vec<Click>> {
            Ok(self.0.lock().unwrap().clone())
        }

        fn forget(&self, _release: &ReleaseKey, click: &Click) -> std::io::Result<()> {
            self.0.lock().unwrap().retain(|one| one.id != click.id);
            Ok(())
        }
    }

    fn click(id: &str) -> Click {
        let release = ReleaseKey {
            repository: Repository::parse("github.com", "acme/x").unwrap(),
            run: RunId(1),
        };
        let [sha, digest] = ["a".repeat(40), "b".repeat(64)];
        let value =
            serde_json::json!({ "r": release, "a": 1, "c": sha, "s": 0, "d": digest, "g": [] });
        Click {
            id: id.into(),
            user: "U1".into(),
            channel: "C1".into(),
            button: Button::Approve,
            value: value.to_string(),
            trigger: None,
        }
    }

    #[tokio::test]
    async fn a_click_that_was_passed_on_and_that_nobody_takes_is_told_to_be_nobodys() {
        let place = Arc::new(Lying::default());
        let ears = Ears::new(Keeping::new(place.clone()));
        let (taken, left) = (click("1.0 U1"), click("2.0 U1"));
        for one in [&taken, &left] {
            assert!(ears.take(one).await, "acknowledged");
            assert!(ears.whose(one).is_none(), "another's");
        }
        // The one that drives took the first.
        place.0.lock().unwrap().remove(0);
        for _ in 1..UNCLAIMED {
            assert!(ears.unclaimed().await.is_empty());
        }
        assert_eq!(ears.unclaimed().await, [left]);
        assert!(
            place.0.lock().unwrap().is_empty(),
            "it does not count later"
        );
        assert!(ears.unclaimed().await.is_empty(), "told once");
    }
}
