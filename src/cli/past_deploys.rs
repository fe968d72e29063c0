//! The deploys of the last days: GitHub's deployments by the configured job, and the journals on this machine. Each is named
//! once, with the time at which it reached production.

use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};

use super::{exit::Stop, past, surroundings::Surroundings};
use crate::{
    adapters::store::journals,
    config::TeamFile,
    domain::{
        observation::{DeploymentSnapshot, DeploymentState},
        release::Release,
    },
    ports::{Clock, History as _},
    wiring,
};

/// Most deployments that GitHub is asked for: each costs a question.
const MOST: usize = 50;
/// Two times of one deploy, told by GitHub and by a journal, lie no further apart.
const SAME: SignedDuration = SignedDuration::from_mins(10);

/// A deploy that reached production.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct PastDeploy {
    /// When it had it.
    pub(super) at: Timestamp,
    /// When the job that brought it there began, where that is told: production may have had a part of it since.
    pub(super) began: Option<Timestamp>,
    /// What people call it: a version, or a short commit.
    pub(super) name: String,
}

/// The deploys since then, the oldest first, and what could not be asked.
pub(super) async fn past_deploys(
    around: &Surroundings,
    team: &TeamFile,
    since: Timestamp,
    clock: Arc<dyn Clock>,
) -> Result<(Vec<PastDeploy>, Vec<String>), Stop> {
    let mut notes = Vec::new();
    let mut found = local(around, &team.policy.service, since);
    match told(around, team, clock).await {
        Ok(all) => {
            let deploys = all
                .iter()
                .filter_map(|one| deploy(one, &team.policy.target.job));
            for deploy in deploys.filter(|deploy| deploy.at >= since) {
                let is_known =
                    |known: &PastDeploy| known.at.duration_since(deploy.at).abs() <= SAME;
                if !found.iter().any(is_known) {
                    found.push(deploy);
                }
            }
        }
        Err(why) => notes.push(format!(
            "GitHub was not asked, only this machine's journals count: {why}"
        )),
    }
    found.sort_by_key(|deploy| deploy.at);
    Ok((found, notes))
}

async fn told(
    around: &Surroundings,
    team: &TeamFile,
    clock: Arc<dyn Clock>,
) -> Result<Vec<DeploymentSnapshot>, String> {
    let machine = around
        .machine(Some(team))
        .map_err(|stop| stop.to_string())?;
    let target = &team.policy.target;
    let client = wiring::github(&machine.place, &target.workflow, &target.environment, clock);
    let client = client.map_err(|fault| fault.to_string())?;
    let answer = client.deployments(&target.environment, MOST).await;
    answer.map_err(|fault| fault.to_string())
}

/// A deployment that succeeded by the configured job; one whose job is not told counts.
fn deploy(one: &DeploymentSnapshot, job: &str) -> Option<PastDeploy> {
    let is_job = one
        .job
        .as_ref()
        .is_none_or(|name| name.as_str() == job || name.as_str().starts_with(&format!("{job} (")));
    let is_done = matches!(
        one.state,
        DeploymentState::Success | DeploymentState::Inactive
    );
    let at = one.succeeded.filter(|_| is_job && is_done)?;
    Some(PastDeploy {
        at,
        began: one.began.filter(|began| *began < at),
        name: one.sha.short().to_owned(),
    })
}

/// Those of this service whose journals lie here; a journal that cannot be read tells nothing.
fn local(around: &Surroundings, service: &str, since: Timestamp) -> Vec<PastDeploy> {
    let Ok(root) = past::root(around) else {
        return Vec::new();
    };
    journals(&root)
        .into_iter()
        .filter_map(|journal| past::open(&journal).ok())
        .filter_map(|recorded| of(recorded.release(), service))
        .filter(|deploy| deploy.at >= since)
        .collect()
}

fn of(release: &Release, service: &str) -> Option<PastDeploy> {
    let at = release.rollout.first_traffic?;
    (release.policy.service == service).then(|| PastDeploy {
        at,
        began: None,
        name: release.name().to_string(),
    })
}
