//! What happens on this machine beside the flight: whether an earlier release locks the service.

use std::sync::Arc;

use jiff::SignedDuration;
use tokio::{sync::mpsc, task::spawn_blocking};

use super::pulse::Gone;
use crate::{
    domain::{later, observation::Observation},
    flight::{flying::Report, outside::Outside},
    ports::ServiceLocks,
};

/// Between two looks at the other releases.
const LOCKS_EVERY: SignedDuration = SignedDuration::from_secs(10);

/// Tells when an earlier release begins or ceases to lock the service.
pub(super) async fn follow_locks(
    outside: Outside,
    reports: mpsc::Sender<Report>,
) -> Result<(), Gone> {
    let Some(locks) = outside.locks.clone() else {
        return Ok(());
    };
    let mut told: Option<Observation> = None;
    loop {
        let seen = look(&locks).await;
        if let Some(seen) = seen.filter(|seen| told.as_ref() != Some(seen)) {
            told = Some(seen.clone());
            let report = Report::Seen(Box::new(seen));
            reports.send(report).await.map_err(|_| Gone)?;
        }
        let clock = &outside.clock;
        clock.sleep_until(later(clock.now(), LOCKS_EVERY)).await;
        if reports.is_closed() {
            return Err(Gone);
        }
    }
}

/// `None` where the journals could not be looked at: then nothing is told.
async fn look(locks: &Arc<dyn ServiceLocks>) -> Option<Observation> {
    let locks = Arc::clone(locks);
    match spawn_blocking(move || locks.lock()).await {
        Ok(Ok(lock)) => Some(Observation::ServiceLock(lock)),
        Ok(Err(error)) => {
            tracing::warn!(%error, "the journals of other releases could not be read");
            None
        }
        Err(_) => None,
    }
}
