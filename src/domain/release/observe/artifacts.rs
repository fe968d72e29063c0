//! Artifacts, the run's own and those of other workflows that evidence comes from, against those that are known.

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

/// Those of another workflow, where they are others than known.
pub(super) fn listed_elsewhere(
    release: &Release,
    workflow: &str,
    artifacts: &[ArtifactSnapshot],
) -> Vec<Event> {
    let kept = &artifacts[..artifacts.len().min(ARTIFACTS_KEPT)];
    let known = release.evidence.elsewhere.get(workflow);
    let is_new = known.map_or(&[] as &[_], Vec::as_slice) != kept;
    let event = is_new.then(|| EvidenceEvent::ListedElsewhere {
        workflow: workflow.to_owned(),
        artifacts: kept.to_vec(),
    });
    event.map(Event::from).into_iter().collect()
}
