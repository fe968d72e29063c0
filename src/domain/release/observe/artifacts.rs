//! The run's artifacts against those that are known.

use crate::domain::{
    Event, evidence::EvidenceEvent, observation::ArtifactSnapshot, release::Release,
};

/// Artifacts that are kept.
const ARTIFACTS_KEPT: usize = 100;

/// The artifacts, where they are others than known.
pub(super) fn listed(release: &Release, artifacts: &[ArtifactSnapshot]) -> Vec<Event> {
    let kept = &artifacts[..artifacts.len().min(ARTIFACTS_KEPT)];
    let is_new = release.evidence.artifacts != kept;
    let event = is_new.then(|| EvidenceEvent::ArtifactsListed {
        artifacts: kept.to_vec(),
    });
    event.map(Event::from).into_iter().collect()
}
