//! [`Runs`]: finding and following workflow runs.

use std::{cmp::Reverse, collections::HashMap};

use super::{
    client::{Client, List},
    concurrency,
    page::Broken,
    wire,
};
use crate::{
    domain::{
        Fault, FaultKind, Login, RunId, Sha,
        observation::{
            JobSnapshot, LanePlace, LaneRule, LaneSnapshot, PendingDeployment, ReviewSnapshot,
            RunSnapshot,
        },
    },
    ports::{Asked, Runs},
};

pub(super) const RUNS: List = List {
    field: Some("workflow_runs"),
    broken: Broken::Skip,
    pages: 1,
};

const JOBS: List = List {
    field: Some("jobs"),
    broken: Broken::Fail,
    pages: 10,
};

const WHOLE: List = List {
    field: None,
    broken: Broken::Fail,
    pages: 10,
};

impl Client {
    /// Runs of a workflow file, or of all, with these filters; newest first, one page.
    pub(super) async fn runs_where(
        &self,
        workflow: Option<&str>,
        query: &[(&str, &str)],
        what: &str,
    ) -> Result<Vec<RunSnapshot>, Fault> {
        let mut filters = query.to_vec();
        filters.push(("per_page", "100"));
        let url = match workflow {
            Some(file) => self.repo(["actions", "workflows", file, "runs"], &filters),
            None => self.repo(["actions", "runs"], &filters),
        };
        let (mut runs, _) = self.page(url, RUNS, what, wire::Run::read).await?;
        runs.sort_by_key(|run| Reverse((run.created, run.id)));
        Ok(runs)
    }
}

impl Runs for Client {
    fn viewer(&self) -> Asked<'_, Login> {
        Box::pin(async move {
            let what = "GitHub: who the token belongs to";
            let user: wire::User = self
                .one(self.transport.address(["user"], &[]), what)
                .await?;
            user.read().ok_or_else(|| unreadable(what))
        })
    }

    fn runs(&self, status: Option<&'static str>) -> Asked<'_, Vec<RunSnapshot>> {
        Box::pin(async move {
            let what = format!("GitHub: runs of {}", self.workflow);
            let filters: Vec<_> = status.iter().map(|word| ("status", *word)).collect();
            self.runs_where(Some(&self.workflow), &filters, &what).await
        })
    }

    fn runs_of_commit<'a>(
        &'a self,
        sha: &'a Sha,
        workflow: Option<&'a str>,
    ) -> Asked<'a, Vec<RunSnapshot>> {
        Box::pin(async move {
            let what = format!("GitHub: runs of commit {}", sha.short());
            let workflow = workflow.map(super::client::file_name);
            let filters = [("head_sha", sha.as_str())];
            self.runs_where(workflow, &filters, &what).await
        })
    }

    fn run(&self, run: RunId) -> Asked<'_, RunSnapshot> {
        Box::pin(async move {
            let what = format!("GitHub: run {run}");
            let url = self.repo(["actions", "runs", &run.to_string()], &[]);
            let found: wire::Run = self.one(url, &what).await?;
            found.read().ok_or_else(|| unreadable(&what))
        })
    }

    fn jobs(&self, run: RunId) -> Asked<'_, Vec<JobSnapshot>> {
        Box::pin(async move {
            let what = format!("GitHub: jobs of run {run}");
            let filters = [("filter", "latest"), ("per_page", "100")];
            let url = self.repo(["actions", "runs", &run.to_string(), "jobs"], &filters);
            self.all(url, JOBS, &what, |job: wire::Job| Some(job.read()))
                .await
        })
    }

    fn pending(&self, run: RunId) -> Asked<'_, Vec<PendingDeployment>> {
        Box::pin(async move {
            let what = format!("GitHub: pending deployments of run {run}");
            let run = run.to_string();
            let url = self.repo(["actions", "runs", &run, "pending_deployments"], &[]);
            let read = |pending: wire::Pending| Some(pending.read());
            self.all(url, WHOLE, &what, read).await
        })
    }

    fn reviews(&self, run: RunId) -> Asked<'_, Vec<ReviewSnapshot>> {
        Box::pin(async move {
            let what = format!("GitHub: reviews of run {run}");
            let url = self.repo(["actions", "runs", &run.to_string(), "approvals"], &[]);
            let read = |review: wire::Review| Some(review.read());
            self.all(url, WHOLE, &what, read).await
        })
    }

    fn lane(&self, run: RunId) -> Asked<'_, LanePlace> {
        Box::pin(async move {
            let what = format!("GitHub: lane of run {run}");
            let id = run.to_string();
            let filters = [("per_page", "100")];
            let url = self.repo(["actions", "runs", &id, "concurrency_groups"], &filters);
            let Some(lanes) = or_none(self.one::<wire::Lanes>(url, &what).await)? else {
                return Ok(LanePlace::Untold);
            };
            if lanes.are_none() {
                return Ok(LanePlace::OUT);
            }
            let Some(lane) = lanes.of(run, &self.environment) else {
                return Ok(LanePlace::Untold);
            };
            let (lane, whole) = self.whole_group(run, lane, &what).await?;
            let Some(mut lane) = lane.read(run, whole) else {
                return Ok(LanePlace::Untold);
            };
            self.date(run, &mut lane).await;
            Ok(LanePlace::In(lane))
        })
    }

    fn lane_rule<'a>(&'a self, workflow: &'a str, job: &'a str) -> Asked<'a, Option<LaneRule>> {
        Box::pin(async move {
            let path = workflow_path(workflow);
            let what = format!("GitHub: {path}");
            let Some(file) = self.contents(&path, None, &what).await? else {
                return Ok(None);
            };
            concurrency::rule(&file, job, &self.environment)
                .map(Some)
                .map_err(|detail| Fault::new(FaultKind::Malformed, what, detail))
        })
    }
}

impl Client {
    /// The group with all who stand in it, and whether those are all: a run's own answer names only itself.
    async fn whole_group(
        &self,
        run: RunId,
        lane: wire::Lane,
        what: &str,
    ) -> Result<(wire::Lane, bool), Fault> {
        if lane.tells_others(run) {
            return Ok((lane, false));
        }
        let url = self.repo(["actions", "concurrency_groups", lane.name()], &[]);
        match self.one::<wire::Lane>(url, what).await {
            Ok(whole) => Ok((whole, true)),
            Err(fault) if fault.passes_by_itself() => Err(fault),
            // Nobody stands in it, the server is older, or its name makes no address: this run's own place is known.
            Err(_) => Ok((lane, false)),
        }
    }

    /// Since when each holds the lane or waits, as far as the workflow's newest runs tell.
    async fn date(&self, run: RunId, lane: &mut LaneSnapshot) {
        // Without it the lane lacks only its times.
        let Ok(runs) = self.runs(None).await else {
            return;
        };
        let runs: HashMap<RunId, RunSnapshot> =
            runs.into_iter().map(|found| (found.id, found)).collect();
        let since = |run: RunId, holds: bool| {
            let found = runs.get(&run)?;
            Some(found.started.filter(|_| holds).unwrap_or(found.created))
        };
        lane.since = since(run, lane.holds());
        for other in &mut lane.others {
            other.since = since(other.run, other.position == 0);
        }
    }
}

/// `.github/workflows/deploy.yml` of `deploy.yml`.
pub(super) fn workflow_path(workflow: &str) -> String {
    if workflow.contains('/') {
        workflow.to_owned()
    } else {
        format!(".github/workflows/{workflow}")
    }
}

/// Servers before an endpoint answer 404.
fn or_none<T>(answer: Result<T, Fault>) -> Result<Option<T>, Fault> {
    match answer {
        Ok(answer) => Ok(Some(answer)),
        Err(fault) if fault.kind == FaultKind::NotFound => Ok(None),
        Err(fault) => Err(fault),
    }
}

/// An answer of the right shape without the id, commit or time that everything hangs on.
pub(super) fn unreadable(what: &str) -> Fault {
    let detail = "an id, a commit or a time is missing or no such thing";
    Fault::new(FaultKind::Malformed, what, detail)
}
