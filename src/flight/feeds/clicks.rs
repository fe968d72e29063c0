//! The clicks' feed: brings them to the flight, and its answers to whoever clicked.
//!
//! A click is answered for once the one who clicked was told, or cannot be: what a kill leaves unsaid is said after it.

use std::sync::Arc;

use futures_util::stream::{FuturesUnordered, StreamExt as _};
use jiff::SignedDuration;
use tokio::sync::mpsc;

use super::pulse::{Gone, Pulse};
use crate::{
    domain::{Fault, FaultKind, Reached, ReleaseKey, chat::Click, later},
    flight::{
        clicker::{ClickAnswer, ClickSaid},
        flying::Report,
    },
    ports::{Chat, ChatHeard, Clock},
};

/// Answers that may wait.
const ANSWERS: usize = 64;
/// While nothing is heard; an open line is no news.
const IDLE: SignedDuration = SignedDuration::from_mins(10);
/// How often one person is told the same.
const TRIES: u32 = 4;
/// First wait before it is told again; doubled each time.
const AGAIN: SignedDuration = SignedDuration::from_secs(2);
/// An answer that must wait for longer than this comes too late to be understood.
const LATE: SignedDuration = SignedDuration::from_mins(2);
/// For who clicked Reject, where no window opens.
const NO_WINDOW: &str =
    "The window that asks why did not open: click Reject once more. Nothing was rejected.";

pub(super) async fn follow(mut pulse: Pulse, chat: Arc<dyn Chat>) -> Result<(), Gone> {
    let release = loop {
        if let Some(needs) = pulse.needs().chat {
            break needs.release;
        }
        pulse
            .rest(later(pulse.now(), IDLE), |now| now.chat.is_some())
            .await?;
    };
    let clock = Arc::clone(&pulse.outside.clock);
    let mut clicks = chat.clicks(&release);
    let (answer, mut answers) = mpsc::channel(ANSWERS);
    let mut saying = FuturesUnordered::new();
    loop {
        tokio::select! {
            heard = clicks.next() => match heard {
                ChatHeard::Click(click) => {
                    let answer = answer.clone();
                    pulse.tell(Report::Click { click, answer }).await?;
                }
                ChatHeard::Open => pulse.good(IDLE).await?,
                ChatHeard::Lost(fault) => {
                    // Without a token nobody hears, which was said at the start, and all else goes well.
                    let is_deaf = fault.kind == FaultKind::Unauthenticated
                        && fault.reached == Reached::No;
                    pulse.bad(fault).await?;
                    if is_deaf {
                        pulse.settled();
                    }
                }
            },
            Some(answer) = answers.recv() => {
                saying.push(answer_for(&chat, &clock, &release, answer));
            }
            Some(()) = saying.next() => {}
            changed = pulse.needs.changed() => if changed.is_err() {
                return Err(Gone);
            },
        }
    }
}

/// Says what is to be said to a click, and is done with it.
async fn answer_for(
    chat: &Arc<dyn Chat>,
    clock: &Arc<dyn Clock>,
    release: &ReleaseKey,
    ClickAnswer { click, said }: ClickAnswer,
) {
    match &said {
        // The card and its thread show it.
        ClickSaid::Counts => {}
        ClickSaid::Refused(words) => whisper(chat, clock, &click, words).await,
        ClickSaid::AskReason(window) => {
            // What opens a window is good for three seconds: there is no second try.
            let opens = match &click.trigger {
                Some(trigger) => {
                    let opened = chat.open(trigger, window).await;
                    opened
                        .inspect_err(|fault| tracing::info!(%fault, "the window did not open"))
                        .is_ok()
                }
                None => false,
            };
            if !opens {
                whisper(chat, clock, &click, NO_WINDOW).await;
            }
        }
    }
    chat.answered(release, &click).await;
}

/// Tells one person; tried again where that can help soon.
async fn whisper(chat: &Arc<dyn Chat>, clock: &Arc<dyn Clock>, click: &Click, words: &str) {
    let (channel, user) = (click.channel.as_str(), click.user.as_str());
    let mut wait = AGAIN;
    for _ in 0..TRIES {
        let Err(fault) = chat.whisper(channel, user, words).await else {
            return;
        };
        tracing::info!(%fault, "whoever clicked could not be told");
        let now = clock.now();
        let Some(next) = again(&fault, later(now, wait)) else {
            return;
        };
        if next.duration_since(now) > LATE {
            return;
        }
        clock.sleep_until(next).await;
        wait = wait.saturating_add(wait);
    }
}

/// When to tell it again; `None`: it would fail as well.
fn again(fault: &Fault, usual: jiff::Timestamp) -> Option<jiff::Timestamp> {
    match fault.kind {
        FaultKind::RateLimited { until } => Some(until.max(usual)),
        _ => fault.passes_by_itself().then_some(usual),
    }
}
