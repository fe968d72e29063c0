//! The flags' feed: reads them all, each minute, and every few seconds while one is being switched off.

use std::sync::Arc;

use jiff::SignedDuration;

use super::pulse::{Gone, Pulse};
use crate::{
    domain::{later, observation::Observation},
    ports::Flags,
};

/// Between two looks.
const EVERY: SignedDuration = SignedDuration::from_secs(60);
/// While a kill is on its way.
const SOON: SignedDuration = SignedDuration::from_secs(5);

pub(super) async fn follow(
    mut pulse: Pulse,
    port: Arc<dyn Flags>,
    names: Vec<String>,
) -> Result<(), Gone> {
    loop {
        let kills = pulse.needs().kills;
        let every = if kills > 0 { SOON } else { EVERY };
        let next = match port.read(&names).await {
            Ok(readings) => {
                pulse.see(Observation::Flags(readings)).await?;
                pulse.good(every).await?;
                later(pulse.now(), every)
            }
            Err(fault) => pulse.bad(fault).await?,
        };
        pulse.rest(next, |now| now.kills != kills).await?;
    }
}
