//! Dependencies between two commits: GitHub's review of them, and the files themselves.

use super::{
    client::{Client, List, segments},
    page::Broken,
    wire,
};
use crate::domain::{
    Fault, FaultKind, Sha,
    diff::{DependencyChange, LOCK_BYTES, pair},
};

const ALL: List = List {
    field: None,
    broken: Broken::Skip,
    pages: 10,
};

impl Client {
    /// The review; `None` where it is not enabled, which GitHub says with 403 or 404.
    pub(super) async fn dependency_review(
        &self,
        base: &Sha,
        head: &Sha,
    ) -> Result<Option<Vec<DependencyChange>>, Fault> {
        let what = format!(
            "GitHub: dependencies of {} and {}",
            base.short(),
            head.short()
        );
        let range = format!("{base}...{head}");
        let url = self.repo(["dependency-graph", "compare", &range], &[]);
        match self.all(url, ALL, &what, wire::Dependency::read).await {
            Ok(all) => Ok(Some(pair(all))),
            Err(fault) if matches!(fault.kind, FaultKind::Forbidden | FaultKind::NotFound) => {
                Ok(None)
            }
            Err(fault) => Err(fault),
        }
    }

    /// A file's bytes at a commit; the raw form has no limit of 1 MiB.
    pub(super) async fn raw_file(
        &self,
        commit: &Sha,
        path: &str,
    ) -> Result<Option<Vec<u8>>, Fault> {
        let what = format!("GitHub: {path} at {}", commit.short());
        let mut parts = vec!["contents"];
        parts.extend(segments(path, &what)?);
        let url = self.repo(parts, &[("ref", commit.as_str())]);
        match self.transport.raw(url, LOCK_BYTES, &what).await {
            Ok(bytes) => Ok(Some(bytes)),
            Err(fault) if fault.kind == FaultKind::NotFound => Ok(None),
            Err(fault) => Err(fault),
        }
    }
}
