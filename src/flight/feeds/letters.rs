//! The letters' feed: what the other cockpits of this machine ask for.

use std::{collections::BTreeSet, sync::Arc};

use jiff::SignedDuration;
use tokio::task::spawn_blocking;

use super::pulse::{Gone, Pulse};
use crate::{
    domain::{Refusal, later},
    flight::{
        flying::Report,
        letters::{Letter, Reply},
    },
    ports::Letters,
};

/// Between two looks while a countdown runs.
const SOON: SignedDuration = SignedDuration::from_secs(1);
/// Between two looks at other times.
const SELDOM: SignedDuration = SignedDuration::from_secs(5);

pub(super) async fn follow(mut pulse: Pulse, letters: Arc<dyn Letters>) -> Result<(), Gone> {
    let mut told: BTreeSet<String> = BTreeSet::new();
    loop {
        let counts = pulse.needs().counts_down;
        let port = Arc::clone(&letters);
        let waiting = spawn_blocking(move || port.waiting()).await;
        let waiting = waiting.unwrap_or_else(|error| Err(std::io::Error::other(error)));
        match waiting {
            Ok(waiting) => {
                told.retain(|name| waiting.iter().any(|(known, _)| known == name));
                for (name, content) in waiting {
                    if !told.insert(name.clone()) {
                        continue;
                    }
                    let read = content.and_then(|bytes| serde_json::from_slice(&bytes).ok());
                    tell(&pulse, &letters, name, read).await?;
                }
            }
            Err(error) => tracing::info!(%error, "the inbox cannot be read"),
        }
        let wait = if counts { SOON } else { SELDOM };
        let next = later(pulse.now(), wait);
        pulse.rest(next, |now| now.counts_down != counts).await?;
    }
}

async fn tell(
    pulse: &Pulse,
    letters: &Arc<dyn Letters>,
    name: String,
    read: Option<Letter>,
) -> Result<(), Gone> {
    if let Some(letter) = read {
        return pulse.tell(Report::Letter { name, letter }).await;
    }
    let refusal = Refusal::Impossible("this cockpit cannot read the letter".into());
    let port = Arc::clone(letters);
    let answer = Reply::of(Some(&refusal)).bytes();
    let answered = spawn_blocking(move || port.answer(&name, &answer)).await;
    if let Ok(Err(error)) = answered {
        tracing::info!(%error, "a letter cannot be answered");
    }
    Ok(())
}
