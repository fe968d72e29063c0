//! The clicks of every release that this process drives, over one line to Slack: kept open, renewed before it goes, each click
//! told once to the release that it is about.

use std::{future::pending, pin::Pin, sync::Arc};

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
/// First wait before another line; doubled up to [`LONGEST`].
const FIRST: SignedDuration = SignedDuration::from_secs(1);
/// Longest wait before another line. A line that was good for so long makes the next wait the first one again.
const LONGEST: SignedDuration = SignedDuration::from_secs(60);
/// How often it is looked whether anybody still listens, and for clicks that other processes heard. Real time: what opens a
/// window is good for three seconds.
const LOOK: std::time::Duration = std::time::Duration::from_secs(1);

/// A line that is being opened.
type Dialling = Pin<Box<dyn Future<Output = Result<Socket, Fault>> + Send>>;

/// The lines that are open, and how soon another one may be.
#[derive(Debug)]
struct Lines {
    live: usize,
    /// Since when the newest one is good.
    good: Option<Timestamp>,
    wait: SignedDuration,
}

impl Default for Lines {
    fn default() -> Self {
        Self {
            live: 0,
            good: None,
            wait: FIRST,
        }
    }
}

impl Lines {
    /// When the next line is opened. One that Slack closes as soon as it is good is no reason to hurry either.
    fn after(&mut self, fault: Option<&Fault>, now: Timestamp) -> Timestamp {
        let lasted = self.good.take().map(|since| now.duration_since(since));
        if lasted.is_some_and(|lasted| lasted >= LONGEST) {
            self.wait = FIRST;
        }
        let wait = self.wait;
        self.wait = wait.saturating_add(wait).min(LONGEST);
        match fault.map(|fault| &fault.kind) {
            Some(FaultKind::RateLimited { until }) => (*until).max(later(now, FIRST)),
            _ => later(now, jittered(wait, now)),
        }
    }
}

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
        let mut lines = Lines::default();
        let mut dialling: Option<Dialling> = Some(self.dial(None));
        while self.ears.are_there() {
            tokio::select! {
                dialled = dialled(&mut dialling) => match dialled {
                    Ok(socket) => {
                        dialling = None;
                        lines.live += 1;
                        begin(socket, Arc::clone(&self.ears), notices.clone());
                    }
                    Err(fault) => {
                        if lines.live == 0 {
                            self.lost(&fault);
                        }
                        let until = lines.after(Some(&fault), self.web.clock.now());
                        dialling = Some(self.dial(Some(until)));
                    }
                },
                notice = told.recv() => {
                    let wants = match notice {
                        Some(notice) => self.take(notice, &mut lines).await,
                        None => false,
                    };
                    // The new line is opened while the old one still hears.
                    if wants && dialling.is_none() {
                        let until = lines.after(None, self.web.clock.now());
                        dialling = Some(self.dial(Some(until)));
                    }
                }
                _ = timeout(LOOK, pending::<()>()) => {
                    for click in self.ears.passed().await {
                        self.click(click).await;
                    }
                    for click in self.ears.unclaimed().await {
                        self.nobodys(&click);
                    }
                }
            }
        }
    }

    /// Opens a line, at `until` where that is named.
    fn dial(&self, until: Option<Timestamp>) -> Dialling {
        let web = Arc::clone(&self.web);
        Box::pin(async move {
            if let Some(until) = until {
                web.clock.sleep_until(until).await;
            }
            connect(&web).await
        })
    }

    /// Takes a notice in; whether another line is wanted.
    async fn take(&self, notice: Notice, lines: &mut Lines) -> bool {
        match notice {
            Notice::Hello => {
                lines.good = Some(self.web.clock.now());
                self.ears.tell(&ChatHeard::Open);
                false
            }
            Notice::Refresh => true,
            Notice::Click(click) => {
                self.click(*click).await;
                false
            }
            Notice::Closed(fault) => {
                lines.live = lines.live.saturating_sub(1);
                tracing::info!(%fault, "a socket is gone");
                if lines.live == 0 {
                    self.lost(&fault);
                }
                lines.live == 0
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
        let heard = ChatHeard::Click(Box::new(click.clone()));
        if let Whose::Theirs(ear) = whose
            && ear.send(heard).await.is_ok()
        {
            return;
        }
        self.nobodys(&click);
    }

    /// Tells whoever clicked that nobody here takes it.
    fn nobodys(&self, click: &Click) {
        let words = "That did not count: no cockpit that listens here drives this release.";
        let (channel, user) = (click.channel.as_str(), click.user.as_str());
        let body = json!({ "channel": channel, "user": user, "text": words });
        let web = Arc::clone(&self.web);
        // Nobody else's click waits for it.
        drop(tokio::spawn(async move {
            let what = "Slack: an answer to a click";
            let told: Result<serde::de::IgnoredAny, Fault> =
                web.call("chat.postEphemeral", &body, what).await;
            if let Err(fault) = told {
                tracing::info!(%fault, "nobody could be told");
            }
        }));
    }
}

/// The line that is being opened, once it is or cannot be; for ever where none is.
async fn dialled(dialling: &mut Option<Dialling>) -> Result<Socket, Fault> {
    match dialling {
        Some(dialling) => dialling.await,
        None => pending().await,
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

    #[test]
    fn lines_that_do_not_last_are_opened_ever_more_seldom_and_after_one_that_lasted_soon() {
        let start = Timestamp::new(1_000, 0).unwrap();
        let mut lines = Lines::default();
        let mut now = start;
        for at_most in [1, 2, 4, 8, 16, 32, 60, 60] {
            // Good, and gone within a moment.
            lines.good = Some(now);
            let next = lines.after(None, now);
            let most = SignedDuration::from_secs(at_most);
            assert!(
                next >= later(now, most / 2) && next <= later(now, most),
                "{at_most}"
            );
            now = next;
        }
        lines.good = Some(now);
        now = later(now, LONGEST);
        assert!(lines.after(None, now) <= later(now, FIRST));
        // A line that was lasting once says nothing of the next.
        let next = lines.after(None, now);
        assert!(next >= later(now, FIRST), "doubled");
        let until = later(now, SignedDuration::from_secs(300));
        let limited = Fault::new(FaultKind::RateLimited { until }, "Slack", "ratelimited");
        assert_eq!(lines.after(Some(&limited), now), until);
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
