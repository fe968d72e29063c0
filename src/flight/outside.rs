//! The outside of a flight: every port that it asks through, and the clock.

use std::{fmt, sync::Arc};

use crate::ports::{
    Alarms, Artifacts, Calendar, Checkout, Clock, Dispatch, History, Metrics, Probe, Review, Runs,
    Script,
};

/// The ports of one release. Cheap to clone.
#[derive(Clone)]
pub struct Outside {
    /// Workflow runs.
    pub runs: Arc<dyn Runs>,
    /// Reviews of pending deployments.
    pub review: Arc<dyn Review>,
    /// Starting and stopping runs.
    pub dispatch: Arc<dyn Dispatch>,
    /// Artifacts.
    pub artifacts: Arc<dyn Artifacts>,
    /// The past.
    pub history: Arc<dyn History>,
    /// A clone of the repository on this machine, where there is one.
    pub checkout: Option<Arc<dyn Checkout>>,
    /// What production answers; `None` where the rules name no way to ask.
    pub probe: Option<Arc<dyn Probe>>,
    /// Metric series.
    pub metrics: Arc<dyn Metrics>,
    /// Alarms.
    pub alarms: Arc<dyn Alarms>,
    /// Blackouts and deployment windows.
    pub calendar: Arc<dyn Calendar>,
    /// The team's programs.
    pub script: Arc<dyn Script>,
    /// Time.
    pub clock: Arc<dyn Clock>,
}

impl fmt::Debug for Outside {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Outside")
            .field("clock", &self.clock)
            .finish_non_exhaustive()
    }
}
