//! [`Checks`]: check runs of a commit.

use super::{
    client::{Client, List},
    page::Broken,
    wire,
};
use crate::{
    domain::{Sha, observation::CheckSnapshot},
    ports::{Asked, Checks},
};

/// One that cannot be read fails the whole: it may be the one that says no.
const CHECKS: List = List {
    field: Some("check_runs"),
    broken: Broken::Fail,
    pages: 10,
};

impl Checks for Client {
    fn check_runs<'a>(&'a self, sha: &'a Sha, name: &'a str) -> Asked<'a, Vec<CheckSnapshot>> {
        Box::pin(async move {
            let what = format!("GitHub: check runs of {}", sha.short());
            let filters = [
                ("check_name", name),
                ("filter", "latest"),
                ("per_page", "100"),
            ];
            let url = self.repo(["commits", sha.as_str(), "check-runs"], &filters);
            let read = |check: wire::CheckRun| Some(check.read());
            self.all(url, CHECKS, &what, read).await
        })
    }
}
