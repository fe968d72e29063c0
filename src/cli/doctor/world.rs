//! What `doctor` asks, as ports, so that its checks run on plain values too.

use crate::{
    adapters::github::{Access, Client, WorkflowFound},
    ports::{Alarms, Asked, Clock, Dispatch, History, Metrics, Probe, Runs},
};

/// Questions about the repository that no flight needs.
pub(super) trait Survey: Send + Sync {
    fn access(&self) -> Asked<'_, Access>;
    fn may_write_refs(&self) -> Asked<'_, ()>;
    fn workflow<'a>(&'a self, file: &'a str) -> Asked<'a, Option<WorkflowFound>>;
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
}

/// GitHub's side.
pub(super) struct Hub<'a> {
    pub(super) runs: &'a dyn Runs,
    pub(super) history: &'a dyn History,
    pub(super) dispatch: &'a dyn Dispatch,
    pub(super) survey: &'a dyn Survey,
}

/// Production's side.
pub(super) struct Plant<'a> {
    pub(super) metrics: &'a dyn Metrics,
    pub(super) alarms: &'a dyn Alarms,
    pub(super) probe: Option<&'a dyn Probe>,
    pub(super) clock: &'a dyn Clock,
}
