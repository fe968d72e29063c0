//! The outside of a flight: every port that it asks through, and the clock.

use std::{collections::BTreeMap, fmt, sync::Arc};

use jiff::Timestamp;
use secrecy::SecretString;

use crate::{
    domain::{
        later,
        smoke::{Moment, Suite},
    },
    ports::{
        Alarms, Artifacts, Calendar, Chat, Checkout, Checks, Claims, Clock, Dispatch, Flags,
        History, Metrics, Probe, Review, Runs, Script, ServiceLocks, Smoke, Trusts,
    },
};

/// The ports of one release. Cheap to clone.
#[derive(Clone)]
pub struct Outside {
    /// Workflow runs, asked now.
    pub runs: Arc<dyn Runs>,
    /// The questions that nothing hurries.
    pub calm: Calm,
    /// Reviews of pending deployments.
    pub review: Arc<dyn Review>,
    /// Starting and stopping runs.
    pub dispatch: Arc<dyn Dispatch>,
    /// Artifacts.
    pub artifacts: Arc<dyn Artifacts>,
    /// Check runs on commits.
    pub checks: Arc<dyn Checks>,
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
    /// Smoke tests, where the rules ask for some.
    pub smoke: SmokeTests,
    /// The team's chat, where the rules name one and there is a token for it.
    pub chat: Option<Arc<dyn Chat>>,
    /// What the rules' prerequisites may see of the environment, by name.
    pub variables: Arc<BTreeMap<String, SecretString>>,
    /// Who keeps the flags; `None` where the rules name none.
    pub flags: Option<Arc<dyn Flags>>,
    /// The team's programs.
    pub script: Arc<dyn Script>,
    /// Claims among several machines; `None`: there is nobody to tell.
    pub claims: Option<Arc<dyn Claims>>,
    /// What other releases on this machine say about the service.
    pub locks: Option<Arc<dyn ServiceLocks>>,
    /// Who trusted them.
    pub trusts: Arc<dyn Trusts>,
    /// Time.
    pub clock: Arc<dyn Clock>,
}

impl Outside {
    /// An instant of this machine's past as GitHub's clock, by which runs are dated, had it. One that this machine's clock
    /// has not reached again, since it was set back, is now.
    pub(super) fn by_github(&self, at: Timestamp) -> Timestamp {
        later(at.min(self.clock.now()), self.dispatch.clock_ahead())
    }
}

/// Where nothing hurries: many releases may share one answer, which is then a little older. Nothing is sent through these.
#[derive(Clone)]
pub struct Calm {
    /// Workflow runs.
    pub runs: Arc<dyn Runs>,
    /// How ready a rollback is.
    pub dispatch: Arc<dyn Dispatch>,
}

/// The smoke tests of a release, each with who asks them.
#[derive(Clone, Default)]
pub struct SmokeTests {
    /// Before the approval.
    pub before: Option<SmokeAsker>,
    /// After each stage.
    pub after: Option<SmokeAsker>,
}

/// Tests, and who asks them.
#[derive(Clone)]
pub struct SmokeAsker {
    /// The tests.
    pub suite: Arc<Suite>,
    /// Who asks.
    pub port: Arc<dyn Smoke>,
}

impl SmokeTests {
    /// Those of a moment.
    pub fn of(&self, moment: Moment) -> Option<&SmokeAsker> {
        match moment {
            Moment::Before => self.before.as_ref(),
            Moment::After { .. } => self.after.as_ref(),
        }
    }
}

impl fmt::Debug for Outside {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Outside")
            .field("clock", &self.clock)
            .finish_non_exhaustive()
    }
}
