//! [`Dispatch`] for many releases, its questions only: how ready a rollback is. It sends nothing.

use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};

use super::kept::Kept;
use crate::{
    domain::{Fault, FaultKind, Reached, RunId, observation::RunSnapshot},
    ports::{Asked, Clock, Dispatch, DispatchOrder},
};

/// The age of what a workflow file declares, and of its past runs.
const READY: SignedDuration = SignedDuration::from_mins(9);

/// Inputs by name, and whether each must be sent.
type Inputs = Vec<(String, bool)>;

/// Past dispatched runs, and the inputs of workflow files.
pub struct SharedDispatch {
    inner: Arc<dyn Dispatch>,
    past: Kept<(String, Option<String>, Timestamp), Vec<RunSnapshot>>,
    inputs: Kept<(String, String), Option<Inputs>>,
}

impl SharedDispatch {
    /// Shares the questions of `inner`.
    pub fn new(inner: Arc<dyn Dispatch>, clock: &Arc<dyn Clock>) -> Self {
        Self {
            inner,
            past: Kept::new(Arc::clone(clock), 64),
            inputs: Kept::new(Arc::clone(clock), 64),
        }
    }
}

fn sends_nothing<'a, T: Send + 'a>() -> Asked<'a, T> {
    let detail = "nothing is sent through a port that is shared for reading";
    let fault = Fault::new(FaultKind::Local, "cockpit", detail).reaching(Reached::No);
    Box::pin(std::future::ready(Err(fault)))
}

impl Dispatch for SharedDispatch {
    fn dispatch<'a>(&'a self, _order: &'a DispatchOrder) -> Asked<'a, Option<RunId>> {
        sends_nothing()
    }

    fn dispatched<'a>(
        &'a self,
        workflow: &'a str,
        marker: Option<&'a str>,
        since: Timestamp,
    ) -> Asked<'a, Vec<RunSnapshot>> {
        let key = (workflow.to_owned(), marker.map(str::to_owned), since);
        let ask = self.inner.dispatched(workflow, marker, since);
        Box::pin(self.past.get(key, READY, ask))
    }

    fn clock_ahead(&self) -> SignedDuration {
        self.inner.clock_ahead()
    }

    fn cancel(&self, _run: RunId) -> Asked<'_, ()> {
        sends_nothing()
    }

    fn rerun_failed(&self, _run: RunId) -> Asked<'_, ()> {
        sends_nothing()
    }

    fn inputs<'a>(
        &'a self,
        workflow: &'a str,
        reference: &'a str,
    ) -> Asked<'a, Option<Vec<(String, bool)>>> {
        let key = (workflow.to_owned(), reference.to_owned());
        Box::pin(
            self.inputs
                .get(key, READY, self.inner.inputs(workflow, reference)),
        )
    }
}
