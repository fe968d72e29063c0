//! What happens beside the flight: whether an earlier release locks the service, by the journals of this machine and by the
//! claims of others; and what the release before came to.

use std::sync::Arc;

use jiff::SignedDuration;
use tokio::{
    sync::{mpsc, watch},
    task::spawn_blocking,
};

use super::pulse::Gone;
use crate::{
    domain::{later, observation::Observation, record::ServiceLock},
    flight::{flying::Report, outside::Outside},
    ports::ServiceLocks,
};

/// Between two looks at the other releases.
const LOCKS_EVERY: SignedDuration = SignedDuration::from_secs(10);

/// Tells when an earlier release begins or ceases to lock the service.
pub(super) async fn follow_locks(
    outside: Outside,
    reports: mpsc::Sender<Report>,
    mut elsewhere: watch::Receiver<Option<ServiceLock>>,
) -> Result<(), Gone> {
    if outside.locks.is_none() && outside.claims.is_none() {
        return Ok(());
    }
    let mut told = [None, Some(Observation::Earlier(None))];
    loop {
        let afar = elsewhere.borrow_and_update().clone();
        let seen = look(outside.locks.as_ref(), afar).await;
        for (seen, told) in seen.into_iter().flatten().zip(&mut told) {
            if told.as_ref() != Some(&seen) {
                *told = Some(seen.clone());
                let report = Report::Seen(Box::new(seen));
                reports.send(report).await.map_err(|_| Gone)?;
            }
        }
        let clock = &outside.clock;
        tokio::select! {
            () = clock.sleep_until(later(clock.now(), LOCKS_EVERY)) => {}
            Ok(()) = elsewhere.changed() => {}
        }
        if reports.is_closed() {
            return Err(Gone);
        }
    }
}

/// The younger of this machine's lock and another's (`afar`), and the release before. `None` where the journals could not
/// be looked at: then nothing is told.
async fn look(
    locks: Option<&Arc<dyn ServiceLocks>>,
    afar: Option<ServiceLock>,
) -> Option<[Observation; 2]> {
    let Some(locks) = locks.map(Arc::clone) else {
        let lock = Observation::ServiceLock(afar);
        return Some([lock, Observation::Earlier(None)]);
    };
    match spawn_blocking(move || Ok((locks.lock()?, locks.earlier()))).await {
        Ok(Ok((here, earlier))) => {
            let afar = afar.filter(|afar| here.as_ref().is_none_or(|here| here.run != afar.run));
            let both = here.into_iter().chain(afar);
            let lock = Observation::ServiceLock(both.max_by_key(|lock| lock.since));
            Some([lock, Observation::Earlier(earlier)])
        }
        Ok(Err(error)) => {
            let error: std::io::Error = error;
            tracing::warn!(%error, "the journals of other releases could not be read");
            None
        }
        Err(_) => None,
    }
}
