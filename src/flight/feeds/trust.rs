//! Trust in the programs of the rules: recalled from earlier releases, and kept for later ones. It is asked of people by the
//! screen; nothing here grants it.

use std::sync::Arc;

use super::{
    desk::Desk,
    pulse::{Gone, Pulse},
};
use crate::{
    domain::{observation::Observation, record::TrustWay},
    flight::needs::Needs,
};

/// Looks for a trust that this release does not know, or keeps one that it got.
pub(super) async fn round(
    pulse: &Pulse,
    desk: &Desk,
    needs: &Needs,
    is_kept: &mut bool,
) -> Result<(), Gone> {
    if !needs.evidence.has_programs || !desk.drives {
        return Ok(());
    }
    let trusts = Arc::clone(&pulse.outside.trusts);
    let hash = desk.policy.hash.clone();
    match &needs.evidence.trust {
        None => {
            let recalled = tokio::task::spawn_blocking(move || trusts.recall(&hash)).await;
            match recalled {
                Ok(Ok(Some(trust))) => pulse.see(Observation::Trusted(trust)).await?,
                Ok(Ok(None)) | Err(_) => {}
                // Then it is asked again: never taken for a yes.
                Ok(Err(error)) => tracing::warn!(%error, "an earlier trust cannot be read"),
            }
        }
        Some(trust) if trust.way == TrustWay::Confirmed && !*is_kept => {
            *is_kept = true;
            let trust = trust.clone();
            let kept = tokio::task::spawn_blocking(move || trusts.remember(&hash, &trust)).await;
            if let Ok(Err(error)) = kept {
                tracing::warn!(%error, "the trust was not kept: the next release asks again");
            }
        }
        Some(_) => {}
    }
    Ok(())
}
