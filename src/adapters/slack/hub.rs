//! The clicks of every release that this process drives, over one line to Slack: kept open, renewed before it goes, each click
//! told once to the release that it is about.

use std::{
    collections::VecDeque,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use jiff::{SignedDuration, Timestamp};
use serde_json::json;
use tokio::{sync::mpsc, time::timeout};

use super::{
    socket::{Notice, Socket, connect, listen},
    web::Web,
};
use crate::{
    domain::{
        Fault, FaultKind, ReleaseKey, Text,
        chat::{CardSeen, Click},
        later,
    },
    ports::ChatHeard,
};

/// Clicks that may wait for a release.
const WAITING: usize = 64;
/// Clicks that are remembered: Slack sends again what it believes unacknowledged.
const REMEMBERED: usize = 512;
/// First wait after a failure; doubled up to [`LONGEST`].
const FIRST: SignedDuration = SignedDuration::from_secs(1);
/// Longest wait after a failure.
const LONGEST: SignedDuration = SignedDuration::from_secs(60);
/// How often it is looked whether anybody still listens. Real time.
const LOOK: std::time::Duration = std::time::Duration::from_secs(5);

/// Who listens.
#[derive(Debug)]
pub(super) struct Hub {
    web: Arc<Web>,
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    ears: Vec<(ReleaseKey, mpsc::Sender<ChatHeard>)>,
    runs: bool,
    is_open: bool,
    known: VecDeque<Text>,
}

impl Hub {
    pub(super) fn new(web: Arc<Web>) -> Self {
        Self {
            web,
            state: Mutex::default(),
        }
    }

    fn locked(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Listens for a release. The first one opens the line, on the caller's runtime.
    pub(super) fn listen(self: &Arc<Self>, release: &ReleaseKey) -> mpsc::Receiver<ChatHeard> {
        let (ear, heard) = mpsc::channel(WAITING);
        if !self.web.hears() {
            let detail = "no app token: set SLACK_APP_TOKEN, or nobody can click";
            let fault = Fault::new(FaultKind::Unauthenticated, "Slack: clicks", detail);
            // A fresh channel has room.
            let _ = ear.try_send(ChatHeard::Lost(fault));
        }
        let mut state = self.locked();
        if state.is_open {
            let _ = ear.try_send(ChatHeard::Open);
        }
        state.ears.push((release.clone(), ear));
        if self.web.hears() && !state.runs {
            state.runs = true;
            drop(tokio::spawn(Arc::clone(self).run()));
        }
        heard
    }

    /// Whether anybody still listens; the last one to go ends the line.
    fn is_wanted(&self) -> bool {
        let mut state = self.locked();
        state.ears.retain(|(_, ear)| !ear.is_closed());
        state.runs = !state.ears.is_empty();
        state.runs
    }

    async fn run(self: Arc<Self>) {
        let (notices, mut told) = mpsc::channel(WAITING);
        let mut live = 0_usize;
        let mut wants = true;
        let mut wait = FIRST;
        while self.is_wanted() {
            if wants {
                match connect(&self.web).await {
                    Ok(socket) => {
                        wants = false;
                        live += 1;
                        begin(socket, notices.clone());
                    }
                    Err(fault) => {
                        if live == 0 {
                            self.lost(&fault);
                        }
                        self.rest(&fault, &mut wait, &mut told, &mut live).await;
                    }
                }
                continue;
            }
            match timeout(LOOK, told.recv()).await {
                Ok(Some(Notice::Hello)) => {
                    wait = FIRST;
                    self.tell(&ChatHeard::Open);
                }
                // The new line is opened while the old one still hears.
                Ok(Some(Notice::Refresh)) => wants = true,
                Ok(Some(notice)) => wants |= self.take(notice, &mut live).await,
                Ok(None) | Err(_) => {}
            }
        }
    }

    /// Takes a notice in; whether another line is wanted.
    async fn take(&self, notice: Notice, live: &mut usize) -> bool {
        match notice {
            Notice::Click(click) => self.click(*click).await,
            Notice::Closed(fault) => {
                *live = live.saturating_sub(1);
                tracing::info!(%fault, "a socket is gone");
                if *live == 0 {
                    self.lost(&fault);
                    return true;
                }
            }
            Notice::Hello | Notice::Refresh => {}
        }
        false
    }

    /// Waits before the next try; an old line may still bring clicks meanwhile.
    async fn rest(
        &self,
        fault: &Fault,
        wait: &mut SignedDuration,
        told: &mut mpsc::Receiver<Notice>,
        live: &mut usize,
    ) {
        let clock = &self.web.clock;
        let now = clock.now();
        let until = match fault.kind {
            FaultKind::RateLimited { until } => until.max(later(now, FIRST)),
            _ => later(now, jittered(*wait, now)),
        };
        *wait = wait.saturating_add(*wait).min(LONGEST);
        loop {
            tokio::select! {
                () = clock.sleep_until(until) => return,
                notice = told.recv() => if let Some(notice) = notice {
                    let _ = self.take(notice, live).await;
                },
            }
        }
    }

    fn lost(&self, fault: &Fault) {
        self.locked().is_open = false;
        self.tell(&ChatHeard::Lost(fault.clone()));
    }

    fn tell(&self, heard: &ChatHeard) {
        let mut state = self.locked();
        if *heard == ChatHeard::Open {
            state.is_open = true;
        }
        for (_, ear) in &state.ears {
            // Health is an ornament: who does not keep up learns of the next change.
            let _ = ear.try_send(heard.clone());
        }
    }

    /// Brings a click to its release; the same one twice is brought once.
    async fn click(&self, click: Click) {
        let of = CardSeen::parse(&click.value).ok();
        let ear = {
            let mut state = self.locked();
            if state.known.contains(&click.id) {
                return;
            }
            if state.known.len() == REMEMBERED {
                state.known.pop_front();
            }
            state.known.push_back(click.id.clone());
            // Who let go of a release and took it up again has a new ear; the old one is deaf.
            let mut ears = state.ears.iter().filter(|(_, ear)| !ear.is_closed());
            let ear = match &of {
                Some(seen) => ears.find(|(release, _)| release == seen.release()),
                // Whoever it is brought to refuses it, with the reason.
                None => ears.next(),
            };
            ear.map(|(_, ear)| ear.clone())
        };
        let (channel, user) = (click.channel.to_string(), click.user.to_string());
        let heard = ChatHeard::Click(Box::new(click));
        if let Some(ear) = ear
            && ear.send(heard).await.is_ok()
        {
            return;
        }
        let words = "That did not count: no cockpit that listens here drives this release.";
        let body = json!({ "channel": channel, "user": user, "text": words });
        let what = "Slack: an answer to a click";
        let told: Result<serde::de::IgnoredAny, Fault> =
            self.web.call("chat.postEphemeral", &body, what).await;
        if let Err(fault) = told {
            tracing::info!(%fault, "nobody could be told");
        }
    }
}

fn begin(socket: Socket, notices: mpsc::Sender<Notice>) {
    drop(tokio::spawn(listen(socket, notices)));
}

/// Between half of a wait and the whole of it, by the clock's own fraction: many cockpits that lost Slack at once do not come
/// back at once.
fn jittered(wait: SignedDuration, now: Timestamp) -> SignedDuration {
    let share = i64::from(now.subsec_nanosecond() / 1_000 % 1_000);
    let millis = i64::try_from(wait.as_millis()).unwrap_or(i64::MAX);
    SignedDuration::from_millis(millis / 2 + millis / 2 * share / 1_000)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        adapters::{clock::WallClock, slack::settings::Settings},
        domain::{Repository, RunId, chat::Button},
    };

    #[test]
    fn a_wait_is_between_its_half_and_its_whole() {
        for nanos in [0, 1_000, 499_000, 999_999_999] {
            let now = Timestamp::new(7, nanos).unwrap();
            let wait = jittered(SignedDuration::from_secs(8), now);
            assert!(wait >= SignedDuration::from_secs(4), "{wait:?}");
            assert!(wait <= SignedDuration::from_secs(8), "{wait:?}");
        }
    }

    #[tokio::test]
    async fn who_took_a_release_up_again_hears_its_clicks() {
        let settings = Settings::new("xoxb-1".into(), None);
        let web = Web::new(settings, Arc::new(WallClock)).unwrap();
        let hub = Arc::new(Hub::new(Arc::new(web)));
        let release = ReleaseKey {
            repository: Repository::parse("github.com", "acme/x").unwrap(),
            run: RunId(1),
        };
        drop(hub.listen(&release));
        let mut heard = hub.listen(&release);
        assert!(matches!(heard.try_recv(), Ok(ChatHeard::Lost(_))));
        let click = Click {
            id: "9.1 U1".into(),
            user: "U1".into(),
            channel: "C1".into(),
            button: Button::Approve,
            value: "x".to_owned(),
            trigger: None,
        };
        hub.click(click.clone()).await;
        assert_eq!(heard.try_recv(), Ok(ChatHeard::Click(Box::new(click))));
    }
}
