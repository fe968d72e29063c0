//! [`Runs`] for many releases of one workflow: one list tells where all of them stand, and what belongs to a run is asked
//! again only once the run changed.

use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};

use super::kept::Kept;
use crate::{
    domain::{
        Fault, Login, RunId, Sha,
        observation::{
            JobSnapshot, LaneRule, LaneSnapshot, PendingDeployment, ReviewSnapshot, RunSnapshot,
        },
    },
    ports::{Asked, Clock, Runs},
};

/// The age of a list: a little below the time between two looks of one release.
const LIST: SignedDuration = SignedDuration::from_secs(25);
/// The age of a run that stands in no list.
const RUN: SignedDuration = SignedDuration::from_secs(55);
/// The age of what belongs to a run that did not change.
const UNCHANGED: SignedDuration = SignedDuration::from_mins(10);
/// The age of a lane: nobody decides on it.
const LANE: SignedDuration = SignedDuration::from_mins(60);
/// The age of what hardly ever changes.
const SELDOM: SignedDuration = SignedDuration::from_mins(60);
/// The age of a workflow file.
const FILE: SignedDuration = SignedDuration::from_mins(10);
/// The age of a commit's runs.
const COMMIT: SignedDuration = SignedDuration::from_secs(60);
/// Runs that something is kept of.
const MOST: usize = 1_024;

/// A run as it was when something of it was asked: another instant of change is another question.
type Version = (RunId, u32, Timestamp);

/// The workflow runs of one repository and workflow.
pub struct SharedRuns {
    inner: Arc<dyn Runs>,
    viewer: Kept<(), Login>,
    lists: Kept<Option<&'static str>, Arc<Vec<RunSnapshot>>>,
    commits: Kept<(Sha, Option<String>), Vec<RunSnapshot>>,
    runs: Kept<RunId, RunSnapshot>,
    jobs: Kept<Version, Vec<JobSnapshot>>,
    pending: Kept<Version, Vec<PendingDeployment>>,
    reviews: Kept<Version, Vec<ReviewSnapshot>>,
    lanes: Kept<Version, Option<LaneSnapshot>>,
    rules: Kept<(String, String), Option<LaneRule>>,
}

impl SharedRuns {
    /// Shares `inner`.
    pub fn new(inner: Arc<dyn Runs>, clock: &Arc<dyn Clock>) -> Self {
        let clock = || Arc::clone(clock);
        Self {
            inner,
            viewer: Kept::new(clock(), 1),
            lists: Kept::new(clock(), 16),
            commits: Kept::new(clock(), MOST),
            runs: Kept::new(clock(), MOST),
            jobs: Kept::new(clock(), MOST),
            pending: Kept::new(clock(), MOST),
            reviews: Kept::new(clock(), MOST),
            lanes: Kept::new(clock(), MOST),
            rules: Kept::new(clock(), 16),
        }
    }

    async fn list(&self, status: Option<&'static str>) -> Result<Arc<Vec<RunSnapshot>>, Fault> {
        let ask = async { Ok(Arc::new(self.inner.runs(status).await?)) };
        self.lists.get(status, LIST, ask).await
    }

    /// The run as the newest list has it; one that waits so long that a hundred came after it is in the list of those
    /// that wait.
    async fn find(&self, run: RunId) -> Result<RunSnapshot, Fault> {
        for status in [None, Some("waiting")] {
            let list = self.list(status).await?;
            if let Some(found) = list.iter().find(|found| found.id == run) {
                return Ok(found.clone());
            }
        }
        self.runs.get(run, RUN, self.inner.run(run)).await
    }

    /// The run with its newest change.
    pub(super) async fn version(&self, run: RunId) -> Result<Version, Fault> {
        let found = self.find(run).await?;
        Ok((run, found.attempt, found.updated))
    }
}

impl Runs for SharedRuns {
    fn viewer(&self) -> Asked<'_, Login> {
        Box::pin(self.viewer.get((), SELDOM, self.inner.viewer()))
    }

    fn runs(&self, status: Option<&'static str>) -> Asked<'_, Vec<RunSnapshot>> {
        Box::pin(async move { Ok(self.list(status).await?.as_ref().clone()) })
    }

    fn runs_of_commit<'a>(
        &'a self,
        sha: &'a Sha,
        workflow: Option<&'a str>,
    ) -> Asked<'a, Vec<RunSnapshot>> {
        let key = (sha.clone(), workflow.map(str::to_owned));
        let ask = self.inner.runs_of_commit(sha, workflow);
        Box::pin(self.commits.get(key, COMMIT, ask))
    }

    fn run(&self, run: RunId) -> Asked<'_, RunSnapshot> {
        Box::pin(self.find(run))
    }

    fn jobs(&self, run: RunId) -> Asked<'_, Vec<JobSnapshot>> {
        Box::pin(async move {
            let version = self.version(run).await?;
            // The jobs of a run that works go on without a change of the run.
            self.jobs.get(version, LIST, self.inner.jobs(run)).await
        })
    }

    fn pending(&self, run: RunId) -> Asked<'_, Vec<PendingDeployment>> {
        Box::pin(async move {
            let version = self.version(run).await?;
            let ask = self.inner.pending(run);
            self.pending.get(version, UNCHANGED, ask).await
        })
    }

    fn reviews(&self, run: RunId) -> Asked<'_, Vec<ReviewSnapshot>> {
        Box::pin(async move {
            let version = self.version(run).await?;
            let ask = self.inner.reviews(run);
            self.reviews.get(version, UNCHANGED, ask).await
        })
    }

    fn lane(&self, run: RunId) -> Asked<'_, Option<LaneSnapshot>> {
        Box::pin(async move {
            let version = self.version(run).await?;
            self.lanes.get(version, LANE, self.inner.lane(run)).await
        })
    }

    fn lane_rule<'a>(&'a self, workflow: &'a str, job: &'a str) -> Asked<'a, Option<LaneRule>> {
        let key = (workflow.to_owned(), job.to_owned());
        Box::pin(
            self.rules
                .get(key, FILE, self.inner.lane_rule(workflow, job)),
        )
    }
}
