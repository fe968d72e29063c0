//! [`Artifacts`]: listing a run's artifacts and reading one as evidence.

use std::cmp::Reverse;

use super::{
    client::{Client, List},
    page::Broken,
    wire,
};
use crate::{
    adapters::aside::aside,
    domain::{
        ArtifactId, Fault, FaultKind, RunId,
        evidence::{Evidence, EvidenceKind},
        observation::ArtifactList,
    },
    ports::{Artifacts, Asked, Progress},
};

const ARTIFACTS: List = List {
    field: Some("artifacts"),
    broken: Broken::Skip,
    pages: 10,
};

impl Artifacts for Client {
    fn list(&self, run: RunId) -> Asked<'_, ArtifactList> {
        Box::pin(async move {
            let what = format!("GitHub: artifacts of run {run}");
            let filters = [("per_page", "100")];
            let url = self.repo(["actions", "runs", &run.to_string(), "artifacts"], &filters);
            let read = |artifact: wire::Artifact| Some(artifact.read(run));
            let (mut artifacts, is_cut) = self.first(url, ARTIFACTS, &what, read).await?;
            artifacts.sort_by_key(|artifact| Reverse((artifact.created, artifact.id)));
            Ok(ArtifactList { artifacts, is_cut })
        })
    }

    fn read(
        &self,
        artifact: ArtifactId,
        kind: EvidenceKind,
        progress: Progress,
    ) -> Asked<'_, Evidence> {
        Box::pin(async move {
            let what = format!("GitHub: artifact {artifact} ({})", kind.word());
            let url = self.repo(["actions", "artifacts", &artifact.to_string(), "zip"], &[]);
            let zip = self.transport.download(url, &what, &progress).await?;
            let reader = self.read_evidence.clone();
            // A reader that panics must not take the feed with it.
            aside(move || reader(kind, zip)).await.unwrap_or_else(|| {
                Err(Fault::new(
                    FaultKind::Malformed,
                    what,
                    "its reader broke on it",
                ))
            })
        })
    }

    fn inner_file<'a>(&'a self, artifact: ArtifactId, path: &'a str) -> Asked<'a, Option<Vec<u8>>> {
        Box::pin(async move {
            let what = format!("GitHub: artifact {artifact}");
            let Some(open) = self.open_file.clone() else {
                let detail = "single files are not taken out of artifacts here";
                return Err(Fault::new(FaultKind::Local, what, detail));
            };
            let url = self.repo(["actions", "artifacts", &artifact.to_string(), "zip"], &[]);
            let quiet: Progress = std::sync::Arc::new(|_, _| {});
            let zip = self.transport.download(url, &what, &quiet).await?;
            let path = path.to_owned();
            tokio::task::spawn_blocking(move || open(&path, &zip))
                .await
                .unwrap_or_else(|_| {
                    Err(Fault::new(
                        FaultKind::Malformed,
                        what,
                        "its reader broke on it",
                    ))
                })
        })
    }
}
