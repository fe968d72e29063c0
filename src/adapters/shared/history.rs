//! [`History`] for many releases: the past is the same for all of them.

use std::sync::Arc;

use jiff::SignedDuration;

use super::kept::Kept;
use crate::{
    domain::{
        Sha, Text,
        diff::DependencyChange,
        observation::{
            CommentSnapshot, Comparison, DeploymentSnapshot, EnvironmentSnapshot, PullSnapshot,
        },
    },
    ports::{Asked, Clock, History},
};

/// The age of what a deploy changes.
const RECENT: SignedDuration = SignedDuration::from_mins(5);
/// The age of what people change now and then.
const PLAIN: SignedDuration = SignedDuration::from_mins(9);
/// The age of the texts of pull requests.
const TEXTS: SignedDuration = SignedDuration::from_mins(15);
/// The age of where a branch or a tag points.
const NAME: SignedDuration = SignedDuration::from_secs(110);
/// The age of a branch's name.
const SELDOM: SignedDuration = SignedDuration::from_mins(60);
/// Answers of one kind that are kept.
const MOST: usize = 1_024;

/// The past of one repository. Comparisons and files of a commit pass: each release asks for its own, once.
pub struct SharedHistory {
    inner: Arc<dyn History>,
    deployments: Kept<(String, usize), Vec<DeploymentSnapshot>>,
    pulls: Kept<u64, PullSnapshot>,
    pulls_of: Kept<Sha, Vec<PullSnapshot>>,
    comments: Kept<u64, Vec<CommentSnapshot>>,
    names: Kept<String, Sha>,
    tags: Kept<(Sha, String), Option<Text>>,
    environments: Kept<String, EnvironmentSnapshot>,
    files: Kept<String, Option<Vec<u8>>>,
    branch: Kept<(), Text>,
}

impl SharedHistory {
    /// Shares `inner`.
    pub fn new(inner: Arc<dyn History>, clock: &Arc<dyn Clock>) -> Self {
        let clock = || Arc::clone(clock);
        Self {
            inner,
            deployments: Kept::new(clock(), 16),
            pulls: Kept::new(clock(), MOST),
            pulls_of: Kept::new(clock(), MOST),
            comments: Kept::new(clock(), MOST),
            names: Kept::new(clock(), MOST),
            tags: Kept::new(clock(), MOST),
            environments: Kept::new(clock(), 16),
            files: Kept::new(clock(), 16),
            branch: Kept::new(clock(), 1),
        }
    }
}

impl History for SharedHistory {
    fn deployments<'a>(
        &'a self,
        environment: &'a str,
        most: usize,
    ) -> Asked<'a, Vec<DeploymentSnapshot>> {
        let ask = self.inner.deployments(environment, most);
        let key = (environment.to_owned(), most);
        Box::pin(self.deployments.get(key, RECENT, ask))
    }

    fn compare<'a>(&'a self, base: &'a Sha, head: &'a Sha) -> Asked<'a, Comparison> {
        self.inner.compare(base, head)
    }

    fn pull(&self, number: u64) -> Asked<'_, PullSnapshot> {
        Box::pin(self.pulls.get(number, TEXTS, self.inner.pull(number)))
    }

    fn pulls_of<'a>(&'a self, sha: &'a Sha) -> Asked<'a, Vec<PullSnapshot>> {
        let ask = self.inner.pulls_of(sha);
        Box::pin(self.pulls_of.get(sha.clone(), TEXTS, ask))
    }

    fn comments(&self, number: u64) -> Asked<'_, Vec<CommentSnapshot>> {
        Box::pin(
            self.comments
                .get(number, TEXTS, self.inner.comments(number)),
        )
    }

    fn resolve<'a>(&'a self, name: &'a str) -> Asked<'a, Sha> {
        Box::pin(
            self.names
                .get(name.to_owned(), NAME, self.inner.resolve(name)),
        )
    }

    fn tag_of<'a>(&'a self, sha: &'a Sha, prefix: &'a str) -> Asked<'a, Option<Text>> {
        let ask = self.inner.tag_of(sha, prefix);
        let key = (sha.clone(), prefix.to_owned());
        Box::pin(self.tags.get(key, PLAIN, ask))
    }

    fn environment<'a>(&'a self, name: &'a str) -> Asked<'a, EnvironmentSnapshot> {
        let ask = self.inner.environment(name);
        Box::pin(self.environments.get(name.to_owned(), PLAIN, ask))
    }

    fn file<'a>(&'a self, path: &'a str) -> Asked<'a, Option<Vec<u8>>> {
        Box::pin(
            self.files
                .get(path.to_owned(), PLAIN, self.inner.file(path)),
        )
    }

    fn default_branch(&self) -> Asked<'_, Text> {
        Box::pin(self.branch.get((), SELDOM, self.inner.default_branch()))
    }

    fn file_at<'a>(&'a self, commit: &'a Sha, path: &'a str) -> Asked<'a, Option<Vec<u8>>> {
        self.inner.file_at(commit, path)
    }

    fn dependencies<'a>(
        &'a self,
        base: &'a Sha,
        head: &'a Sha,
    ) -> Asked<'a, Option<Vec<DependencyChange>>> {
        self.inner.dependencies(base, head)
    }
}
