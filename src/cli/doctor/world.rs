//! What `doctor` asks, as ports, so that its checks run on plain values too.

use crate::{
    adapters::github::{Access, Client, Reviewers, WorkflowFound},
    domain::Login,
    ports::{Alarms, Artifacts, Asked, Clock, Dispatch, History, Metrics, Runs},
};

/// Questions about the repository that no flight needs.
pub(super) trait Survey: Send + Sync {
    fn access(&self) -> Asked<'_, Access>;
    fn may_write_refs(&self) -> Asked<'_, ()>;
    fn workflow<'a>(&'a self, file: &'a str) -> Asked<'a, Option<WorkflowFound>>;
    fn reviewers<'a>(&'a self, environment: &'a str) -> Asked<'a, Reviewers>;
    /// `None`: hidden from this token.
    fn is_in_team<'a>(&'a self, team: &'a str, login: &'a Login) -> Asked<'a, Option<bool>>;
}

impl Survey for Client {
    fn access(&self) -> Asked<'_, Access> {
        Box::pin(Self::access(self))
    }

    fn may_write_refs(&self) -> Asked<'_, ()> {
        Box::pin(Self::may_write_refs(self))
    }

    fn workflow<'a>(&'a self, file: &'a str) -> Asked<'a, Option<WorkflowFound>> {
        Box::pin(Self::workflow(self, file))
    }

    fn reviewers<'a>(&'a self, environment: &'a str) -> Asked<'a, Reviewers> {
        Box::pin(Self::reviewers(self, environment))
    }

    fn is_in_team<'a>(&'a self, team: &'a str, login: &'a Login) -> Asked<'a, Option<bool>> {
        Box::pin(Self::is_in_team(self, team, login))
    }
}

/// GitHub's side.
pub(super) struct Hub<'a> {
    pub(super) runs: &'a dyn Runs,
    pub(super) artifacts: &'a dyn Artifacts,
    pub(super) history: &'a dyn History,
    pub(super) dispatch: &'a dyn Dispatch,
    pub(super) survey: &'a dyn Survey,
}

/// Production's side.
pub(super) struct Plant<'a> {
    pub(super) metrics: &'a dyn Metrics,
    pub(super) alarms: &'a dyn Alarms,
    pub(super) clock: &'a dyn Clock,
}
