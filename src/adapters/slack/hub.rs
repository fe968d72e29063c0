//! The clicks of every release that this process drives, over one line to Slack: kept open, renewed before it goes, each click
//! told once to the release that it is about.

use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};
use serde_json::json;
use tokio::{sync::mpsc, time::timeout};

use super::{
    ears::{Ears, Whose},
    keeping::Keeping,
    socket::{Notice, Socket, connect, listen},
    web::Web,
};
use crate::{
    domain::{Fault, FaultKind, ReleaseKey, chat::Click, later},
    ports::ChatHeard,
};

/// Notices that may wait.
const WAITING: usize = 64;
/// First wait after a failure; doubled up to [`LONGEST`].
const FIRST: SignedDuration = SignedDuration::from_secs(1);
/// Longest wait after a failure.
const LONGEST: SignedDuration = SignedDuration::from_secs(60);
/// How often it is looked whether anybody still listens. Real time.
const LOOK: std::time::Duration = std::time::Duration::from_secs(5);

/// Keeps the line open.
#[derive(Debug)]
pub(super) struct Hub {
    web: Arc<Web>,
    pub(super) ears: Arc<Ears>,
}

impl Hub {
    pub(super) fn new(web: Arc<Web>, keeping: Keeping) -> Self {
        Self {
            web,
            ears: Arc::new(Ears::new(keeping)),
        }
    }

    /// Listens for a release. The first one opens the line, on the caller's runtime.
    pub(super) fn listen(self: &Arc<Self>, release: &ReleaseKey) -> mpsc::Receiver<ChatHeard> {
        let wrong = (!self.web.hears()).then(|| {
            let detail = "no app token: set SLACK_APP_TOKEN, or nobody can click";
            Fault::new(FaultKind::Unauthenticated, "Slack: clicks", detail)
        });
        let (heard, is_first) = self.ears.add(release, wrong);
        if is_first {
            drop(tokio::spawn(Arc::clone(self).run()));
        }
        heard
    }

    async fn run(self: Arc<Self>) {
        let (notices, mut told) = mpsc::channel(WAITING);
        let mut live = 0_usize;
        let mut wants = true;
        let mut wait = FIRST;
        while self.ears.are_there() {
            if wants {
                match connect(&self.web).await {
                    Ok(socket) => {
                        wants = false;
                        live += 1;
                        begin(socket, Arc::clone(&self.ears), notices.clone());
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
                    self.ears.tell(&ChatHeard::Open);
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
        self.ears.tell(&ChatHeard::Lost(fault.clone()));
    }

    /// Brings a click to its release; the same one twice is brought once.
    async fn click(&self, click: Click) {
        let Some(whose) = self.ears.whose(&click) else {
            return;
        };
        let (channel, user) = (click.channel.to_string(), click.user.to_string());
        let heard = ChatHeard::Click(Box::new(click));
        if let Whose::Theirs(ear) = whose
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

fn begin(socket: Socket, ears: Arc<Ears>, notices: mpsc::Sender<Notice>) {
    drop(tokio::spawn(listen(socket, ears, notices)));
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
        let hub = Arc::new(Hub::new(Arc::new(web), Keeping::default()));
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
