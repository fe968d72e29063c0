//! [`Runs`] for many releases of one workflow: one list tells where all of them stand, and what belongs to a run is asked
//! again only once the run changed. What hurries asks past it, and what that finds is in the list from then on: nothing that
//! was seen goes back to what it was.

use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};

use super::kept::Kept;
use crate::{
    domain::{
        Fault, Login, RunId, Sha,
        observation::{
            JobSnapshot, LanePlace, LaneRule, PendingDeployment, ReviewSnapshot, RunSnapshot,
            RunStatus,
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

/// The list of runs that wait, in GitHub's word.
const WAITING: &str = "waiting";

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
    lanes: Kept<Version, LanePlace>,
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
        for status in [None, Some(WAITING)] {
            let list = self.list(status).await?;
            if let Some(found) = list.iter().find(|found| found.id == run) {
                return Ok(found.clone());
            }
        }
        self.runs.get(run, RUN, self.inner.run(run)).await
    }

    /// A run as it was seen just now: the lists are older.
    async fn learn(&self, seen: &RunSnapshot) {
        let is_older = |known: &RunSnapshot| {
            known.id == seen.id && (known.attempt, known.updated) <= (seen.attempt, seen.updated)
        };
        for status in [None, Some(WAITING)] {
            let learn = |list: &mut Arc<Vec<RunSnapshot>>| {
                let Some(place) = list.iter().position(is_older) else {
                    return;
                };
                let mut learned = list.as_ref().clone();
                if status.is_none() || seen.status == RunStatus::Waiting {
                    learned[place] = seen.clone();
                } else {
                    learned.remove(place);
                }
                *list = Arc::new(learned);
            };
            self.lists.amend(&status, learn).await;
        }
        let learn = |known: &mut RunSnapshot| {
            if is_older(known) {
                *known = seen.clone();
            }
        };
        self.runs.amend(&seen.id, learn).await;
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

    fn lane(&self, run: RunId) -> Asked<'_, LanePlace> {
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

/// The same runs for what hurries: asked at once.
pub struct DirectRuns {
    shared: Arc<SharedRuns>,
}

impl DirectRuns {
    /// Past `shared`, which learns of it.
    pub fn new(shared: Arc<SharedRuns>) -> Self {
        Self { shared }
    }
}

impl Runs for DirectRuns {
    fn viewer(&self) -> Asked<'_, Login> {
        self.shared.inner.viewer()
    }

    fn runs(&self, status: Option<&'static str>) -> Asked<'_, Vec<RunSnapshot>> {
        self.shared.inner.runs(status)
    }

    fn runs_of_commit<'a>(
        &'a self,
        sha: &'a Sha,
        workflow: Option<&'a str>,
    ) -> Asked<'a, Vec<RunSnapshot>> {
        self.shared.inner.runs_of_commit(sha, workflow)
    }

    fn run(&self, run: RunId) -> Asked<'_, RunSnapshot> {
        Box::pin(async move {
            let seen = self.shared.inner.run(run).await?;
            self.shared.learn(&seen).await;
            Ok(seen)
        })
    }

    fn jobs(&self, run: RunId) -> Asked<'_, Vec<JobSnapshot>> {
        self.shared.inner.jobs(run)
    }

    fn pending(&self, run: RunId) -> Asked<'_, Vec<PendingDeployment>> {
        self.shared.inner.pending(run)
    }

    fn reviews(&self, run: RunId) -> Asked<'_, Vec<ReviewSnapshot>> {
        self.shared.inner.reviews(run)
    }

    fn lane(&self, run: RunId) -> Asked<'_, LanePlace> {
        self.shared.inner.lane(run)
    }

    fn lane_rule<'a>(&'a self, workflow: &'a str, job: &'a str) -> Asked<'a, Option<LaneRule>> {
        self.shared.inner.lane_rule(workflow, job)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Mutex;

    use super::*;
    use crate::{
        adapters::clock::WallClock,
        domain::{FaultKind, Text, observation::Conclusion},
    };

    /// A GitHub with one run.
    struct One(Mutex<RunSnapshot>);

    fn never<T>() -> Asked<'static, T>
    where
        T: Send + 'static,
    {
        let fault = Fault::new(FaultKind::NotFound, "GitHub", "not here");
        Box::pin(std::future::ready(Err(fault)))
    }

    impl Runs for One {
        fn viewer(&self) -> Asked<'_, Login> {
            never()
        }

        fn runs(&self, status: Option<&'static str>) -> Asked<'_, Vec<RunSnapshot>> {
            let run = self.0.lock().unwrap().clone();
            let fits = status.is_none() || run.status == RunStatus::Waiting;
            Box::pin(std::future::ready(Ok(fits
                .then_some(run)
                .into_iter()
                .collect())))
        }

        fn runs_of_commit<'a>(
            &'a self,
            _sha: &'a Sha,
            _workflow: Option<&'a str>,
        ) -> Asked<'a, Vec<RunSnapshot>> {
            never()
        }

        fn run(&self, _run: RunId) -> Asked<'_, RunSnapshot> {
            let run = self.0.lock().unwrap().clone();
            Box::pin(std::future::ready(Ok(run)))
        }

        fn jobs(&self, _run: RunId) -> Asked<'_, Vec<JobSnapshot>> {
            never()
        }

        fn pending(&self, _run: RunId) -> Asked<'_, Vec<PendingDeployment>> {
            never()
        }

        fn reviews(&self, _run: RunId) -> Asked<'_, Vec<ReviewSnapshot>> {
            never()
        }

        fn lane(&self, _run: RunId) -> Asked<'_, LanePlace> {
            never()
        }

        fn lane_rule<'a>(
            &'a self,
            _workflow: &'a str,
            _job: &'a str,
        ) -> Asked<'a, Option<LaneRule>> {
            never()
        }
    }

    fn waiting() -> RunSnapshot {
        let at = |second| Timestamp::from_second(second).unwrap();
        RunSnapshot {
            id: RunId(7),
            attempt: 1,
            head_sha: Sha::parse(&"a".repeat(40)).unwrap(),
            head_branch: None,
            title: Text::default(),
            workflow: Text::default(),
            path: Text::default(),
            event: Text::default(),
            status: RunStatus::Waiting,
            conclusion: None,
            actor: None,
            triggering_actor: None,
            created: at(0),
            started: None,
            updated: at(10),
            url: Text::default(),
            pull_requests: Vec::new(),
        }
    }

    #[tokio::test]
    async fn what_a_hurried_look_saw_does_not_go_back_to_what_an_older_list_says() {
        let world = Arc::new(One(Mutex::new(waiting())));
        let clock: Arc<dyn Clock> = Arc::new(WallClock);
        let shared = Arc::new(SharedRuns::new(world.clone(), &clock));
        let direct = DirectRuns::new(Arc::clone(&shared));
        assert_eq!(shared.runs(Some(WAITING)).await.unwrap().len(), 1);
        let seen = shared.run(RunId(7)).await.unwrap();
        assert_eq!(seen.status, RunStatus::Waiting);
        let over = RunSnapshot {
            status: RunStatus::Completed,
            conclusion: Some(Conclusion::Success),
            updated: Timestamp::from_second(60).unwrap(),
            ..waiting()
        };
        *world.0.lock().unwrap() = over.clone();
        let seen = shared.run(RunId(7)).await.unwrap();
        assert_eq!(seen.status, RunStatus::Waiting, "as the list has it");
        assert_eq!(direct.run(RunId(7)).await.unwrap(), over);
        assert_eq!(shared.run(RunId(7)).await.unwrap(), over);
        assert_eq!(shared.runs(None).await.unwrap(), [over]);
        assert!(shared.runs(Some(WAITING)).await.unwrap().is_empty());
        // An answer that was on its way for long teaches nothing.
        *world.0.lock().unwrap() = waiting();
        direct.run(RunId(7)).await.unwrap();
        let seen = shared.run(RunId(7)).await.unwrap();
        assert_eq!(seen.status, RunStatus::Completed);
    }
}
