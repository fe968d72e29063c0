//! [`Deliveries`]: months of deployments, their statuses, runs and the jobs of every attempt.

use jiff::Timestamp;

use super::{
    answer,
    client::{Client, List, file_name},
    page::{self, Broken},
    wire,
};
use crate::{
    domain::{
        DeploymentId, JobId, RunId,
        scorecard::{Course, PastDeployment, PastJob, PastRun},
    },
    ports::{Asked, Deliveries, Page},
};

const STATUSES: List = List {
    field: None,
    broken: Broken::Skip,
    pages: 5,
};

const JOBS: List = List {
    field: Some("jobs"),
    broken: Broken::Skip,
    pages: 10,
};

impl Deliveries for Client {
    fn deployment_page<'a>(
        &'a self,
        environment: &'a str,
        page: usize,
        tag: Option<&'a str>,
    ) -> Asked<'a, Option<Page<PastDeployment>>> {
        Box::pin(async move {
            let what = format!("GitHub: deployments to {environment}, page {page}");
            let number = page.to_string();
            let filters = [
                ("environment", environment),
                ("per_page", "100"),
                ("page", number.as_str()),
            ];
            let url = self.repo(["deployments"], &filters);
            let Some((answer, tag)) = self.transport.get_unless(&url, tag, &what).await? else {
                return Ok(None);
            };
            let read = |told: wire::Deployment| told.read_past();
            Ok(Some(Page {
                items: page::items(&answer.body, None, Broken::Skip, &what, read)?,
                more: page::next(answer.link.as_ref(), &url).is_some(),
                total: None,
                tag,
            }))
        })
    }

    fn course(&self, deployment: DeploymentId) -> Asked<'_, Course> {
        Box::pin(async move {
            let what = format!("GitHub: statuses of deployment {deployment}");
            let id = deployment.to_string();
            let url = self.repo(["deployments", &id, "statuses"], &[("per_page", "100")]);
            let mut all: Vec<wire::DeploymentStatus> = self.all(url, STATUSES, &what, Some).await?;
            all.sort_by_key(wire::DeploymentStatus::age_key);
            let origins = || all.iter().rev().map(wire::DeploymentStatus::origin);
            Ok(Course {
                run: origins().find_map(|(run, _)| run),
                job: origins().find_map(|(_, job)| job).map(JobId),
                states: all
                    .iter()
                    .filter_map(wire::DeploymentStatus::read)
                    .collect(),
            })
        })
    }

    fn run_page<'a>(
        &'a self,
        workflow: &'a str,
        (from, until): (Timestamp, Timestamp),
        page: usize,
    ) -> Asked<'a, Page<PastRun>> {
        Box::pin(async move {
            let file = file_name(workflow);
            let what = format!("GitHub: runs of {file} since {from}, page {page}");
            let within = format!("{}..{}", second(from), second(until));
            let number = page.to_string();
            let filters = [
                ("created", within.as_str()),
                ("per_page", "100"),
                ("page", number.as_str()),
            ];
            let url = self.repo(["actions", "workflows", file, "runs"], &filters);
            let answer = self.transport.get(url.clone(), &what).await?;
            let told: wire::PastRuns = answer::json(&answer.body, &what)?;
            Ok(Page {
                total: told.total_count,
                items: told
                    .workflow_runs
                    .into_iter()
                    .filter_map(wire::WireRun::read)
                    .collect(),
                more: page::next(answer.link.as_ref(), &url).is_some(),
                tag: None,
            })
        })
    }

    fn jobs_of_all_attempts(&self, run: RunId) -> Asked<'_, Vec<PastJob>> {
        Box::pin(async move {
            let what = format!("GitHub: jobs of every attempt of run {run}");
            let filters = [("filter", "all"), ("per_page", "100")];
            let url = self.repo(["actions", "runs", &run.to_string(), "jobs"], &filters);
            self.all(url, JOBS, &what, |job: wire::WireJob| Some(job.read()))
                .await
        })
    }
}

/// The search takes whole seconds.
fn second(at: Timestamp) -> String {
    at.strftime("%Y-%m-%dT%H:%M:%SZ").to_string()
}
