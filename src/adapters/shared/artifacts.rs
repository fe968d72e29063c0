//! [`Artifacts`] for many releases: the list of a run that did not change is not asked again, and what several are
//! compared with is read once.

use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};

use super::{kept::Kept, runs::SharedRuns};
use crate::{
    domain::{
        ArtifactId, RunId,
        evidence::{Evidence, EvidenceKind},
        observation::ArtifactList,
    },
    ports::{Artifacts, Asked, Clock, Progress},
};

/// The age of the list of a run that did not change.
const LIST: SignedDuration = SignedDuration::from_mins(15);
/// The age of what was read: an artifact never changes.
const READ: SignedDuration = SignedDuration::from_mins(15);
/// Lists that are kept.
const MOST_LISTS: usize = 1_024;
/// Artifacts that are kept, read: those of the last release, and a few of those that are compared with it.
const MOST_READ: usize = 12;

/// The artifacts of one repository.
pub struct SharedArtifacts {
    inner: Arc<dyn Artifacts>,
    runs: Arc<SharedRuns>,
    lists: Kept<(RunId, u32, Timestamp), ArtifactList>,
    read: Kept<(ArtifactId, EvidenceKind), Arc<Evidence>>,
}

impl SharedArtifacts {
    /// Shares `inner`; `runs` tells when a run changed.
    pub fn new(inner: Arc<dyn Artifacts>, runs: Arc<SharedRuns>, clock: &Arc<dyn Clock>) -> Self {
        Self {
            inner,
            runs,
            lists: Kept::new(Arc::clone(clock), MOST_LISTS),
            read: Kept::new(Arc::clone(clock), MOST_READ),
        }
    }
}

impl Artifacts for SharedArtifacts {
    fn list(&self, run: RunId) -> Asked<'_, ArtifactList> {
        Box::pin(async move {
            let version = self.runs.version(run).await?;
            self.lists.get(version, LIST, self.inner.list(run)).await
        })
    }

    fn read(
        &self,
        artifact: ArtifactId,
        kind: EvidenceKind,
        progress: Progress,
    ) -> Asked<'_, Evidence> {
        Box::pin(async move {
            let ask = async {
                let read = self.inner.read(artifact, kind, progress).await?;
                Ok(Arc::new(read))
            };
            let read = self.read.get((artifact, kind), READ, ask).await?;
            Ok(read.as_ref().clone())
        })
    }

    fn inner_file<'a>(&'a self, artifact: ArtifactId, path: &'a str) -> Asked<'a, Option<Vec<u8>>> {
        // Who asks keeps it: a release asks once.
        self.inner.inner_file(artifact, path)
    }
}
