//! The clicks' feed: brings them to the flight, and its answers to whoever clicked.

use std::sync::Arc;

use jiff::SignedDuration;
use tokio::sync::mpsc;

use super::pulse::{Gone, Pulse};
use crate::{
    domain::later,
    flight::{
        clicker::{ClickAnswer, ClickSaid},
        flying::Report,
    },
    ports::{Chat, ChatHeard},
};

/// Answers that may wait.
const ANSWERS: usize = 64;
/// While nothing is heard; an open line is no news.
const IDLE: SignedDuration = SignedDuration::from_mins(10);

pub(super) async fn follow(mut pulse: Pulse, chat: Arc<dyn Chat>) -> Result<(), Gone> {
    let release = loop {
        if let Some(needs) = pulse.needs().chat {
            break needs.release;
        }
        pulse
            .rest(later(pulse.now(), IDLE), |now| now.chat.is_some())
            .await?;
    };
    let mut clicks = chat.clicks(&release);
    let (answer, mut answers) = mpsc::channel(ANSWERS);
    loop {
        tokio::select! {
            heard = clicks.next() => match heard {
                ChatHeard::Click(click) => {
                    let answer = answer.clone();
                    pulse.tell(Report::Click { click, answer }).await?;
                }
                ChatHeard::Open => pulse.good(IDLE).await?,
                ChatHeard::Lost(fault) => {
                    pulse.bad(fault).await?;
                }
            },
            Some(answer) = answers.recv() => {
                say(&chat, &answer).await;
                chat.answered(&release, &answer.click).await;
            }
            changed = pulse.needs.changed() => if changed.is_err() {
                return Err(Gone);
            },
        }
    }
}

/// Tells one person. What cannot be told is not worth a second try: the moment has passed.
async fn say(chat: &Arc<dyn Chat>, ClickAnswer { click, said }: &ClickAnswer) {
    let (channel, user) = (click.channel.as_str(), click.user.as_str());
    let told = match said {
        // The card and its thread show it.
        ClickSaid::Counts => return,
        ClickSaid::Refused(words) => chat.whisper(channel, user, words).await,
        ClickSaid::AskReason(window) => match &click.trigger {
            Some(trigger) => chat.open(trigger, window).await,
            None => return,
        },
    };
    if let Err(fault) = told {
        tracing::info!(%fault, "whoever clicked could not be told");
    }
}
