//! Deployments and their statuses, in any order.

use serde::Deserialize;

use super::field::{Person, line, login, or_default, time};
use crate::domain::{
    DeploymentId, RunId, Sha, Text,
    observation::{DeploymentSnapshot, DeploymentState},
    scorecard::PastDeployment,
};

#[derive(Debug, Deserialize)]
pub(in crate::adapters::github) struct Deployment {
    pub(in crate::adapters::github) id: u64,
    sha: String,
    created_at: String,
    /// Moves with each new status.
    #[serde(default, deserialize_with = "or_default")]
    pub(in crate::adapters::github) updated_at: Option<String>,
    #[serde(default, rename = "ref", deserialize_with = "or_default")]
    reference: Option<String>,
    #[serde(default, deserialize_with = "or_default")]
    environment: Option<String>,
    #[serde(default, deserialize_with = "or_default")]
    creator: Option<Person>,
}

#[derive(Debug, Deserialize)]
pub(in crate::adapters::github) struct DeploymentStatus {
    #[serde(default, deserialize_with = "or_default")]
    id: u64,
    #[serde(default, deserialize_with = "or_default")]
    state: Option<String>,
    #[serde(default, deserialize_with = "or_default")]
    created_at: Option<String>,
    #[serde(default, deserialize_with = "or_default")]
    log_url: Option<String>,
    #[serde(default, deserialize_with = "or_default")]
    target_url: Option<String>,
}

impl DeploymentStatus {
    /// The newest of a deployment's.
    pub(in crate::adapters::github) fn newest(all: &[Self]) -> Option<&Self> {
        all.iter().max_by_key(|status| status.age_key())
    }

    /// GitHub calls a rejection a failure, and an approval that came too late too: then no status says that it began.
    fn ended_at_gate(all: &[Self]) -> bool {
        let has = |wanted: DeploymentState| {
            let mut states = all.iter().map(|status| state(status.state.as_deref()));
            states.any(|one| one == wanted)
        };
        let has_failed = has(DeploymentState::Failure) || has(DeploymentState::Error);
        let has_begun = has(DeploymentState::InProgress) || has(DeploymentState::Success);
        has(DeploymentState::Waiting) && has_failed && !has_begun
    }

    /// When it was last told that the deployment is in that state.
    fn last(all: &[Self], wanted: DeploymentState) -> Option<jiff::Timestamp> {
        all.iter()
            .filter(|status| state(status.state.as_deref()) == wanted)
            .filter_map(|status| time(status.created_at.as_deref()))
            .max()
    }

    /// Its state, and since when.
    pub(in crate::adapters::github) fn read(&self) -> Option<(DeploymentState, jiff::Timestamp)> {
        Some((
            state(self.state.as_deref()),
            time(self.created_at.as_deref())?,
        ))
    }

    /// For finding the newest: GitHub's order is not promised.
    pub(in crate::adapters::github) fn age_key(&self) -> (Option<jiff::Timestamp>, u64) {
        (time(self.created_at.as_deref()), self.id)
    }

    /// Run and job from the address of the log, `.../actions/runs/RUN/job/JOB`.
    pub(in crate::adapters::github) fn origin(&self) -> (Option<RunId>, Option<u64>) {
        let addresses = [self.log_url.as_deref(), self.target_url.as_deref()];
        let after = |name: &str| {
            addresses.into_iter().flatten().find_map(|address| {
                let tail = address.split_once(name)?.1;
                let digits = tail.split(|c: char| !c.is_ascii_digit()).next()?;
                digits.parse::<u64>().ok()
            })
        };
        (after("/actions/runs/").map(RunId), after("/job/"))
    }
}

impl Deployment {
    /// As the scorecard's ledger keeps it, nothing asked of it yet.
    pub(in crate::adapters::github) fn read_past(&self) -> Option<PastDeployment> {
        Some(PastDeployment {
            id: DeploymentId(self.id),
            sha: Sha::parse(&self.sha).ok()?,
            created: time(Some(&self.created_at))?,
            course: None,
        })
    }

    /// With its statuses: none yet means pending.
    pub(in crate::adapters::github) fn read(
        &self,
        statuses: &[DeploymentStatus],
        job: Option<Text>,
    ) -> Option<DeploymentSnapshot> {
        let created = time(Some(&self.created_at))?;
        let newest = DeploymentStatus::newest(statuses);
        let state = newest.map_or(DeploymentState::Pending, |s| state(s.state.as_deref()));
        Some(DeploymentSnapshot {
            id: DeploymentId(self.id),
            sha: Sha::parse(&self.sha).ok()?,
            reference: line(self.reference.as_deref()),
            environment: line(self.environment.as_deref()),
            state,
            run: newest.and_then(|status| status.origin().0),
            job,
            created,
            updated: newest
                .and_then(|status| time(status.created_at.as_deref()))
                .unwrap_or(created),
            began: DeploymentStatus::last(statuses, DeploymentState::InProgress),
            succeeded: DeploymentStatus::last(statuses, DeploymentState::Success),
            ended_at_gate: DeploymentStatus::ended_at_gate(statuses),
            creator: login(self.creator.as_ref()),
        })
    }
}

fn state(word: Option<&str>) -> DeploymentState {
    match word {
        Some("success") => DeploymentState::Success,
        Some("failure") => DeploymentState::Failure,
        Some("error") => DeploymentState::Error,
        Some("inactive") => DeploymentState::Inactive,
        Some("in_progress") => DeploymentState::InProgress,
        Some("queued") => DeploymentState::Queued,
        Some("pending") => DeploymentState::Pending,
        Some("waiting") => DeploymentState::Waiting,
        _ => DeploymentState::Unknown,
    }
}
