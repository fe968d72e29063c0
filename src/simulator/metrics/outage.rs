//! What CloudWatch does not answer in `metrics-broken`: nothing at all for a while after the deploy, and one metric never.

use jiff::SignedDuration;

use super::statistic::Failure;
use crate::simulator::{scenario::Scenario, state::State};

/// Minutes after the deploy at which it begins and ends.
const MINUTES: std::ops::Range<i64> = 3..8;
/// The metric that this account may not read.
const DENIED: &str = "CPUUtilization";

/// Refuses everything while it lasts.
pub(super) fn check(state: &State) -> Result<(), Failure> {
    let words = "Request processing has failed due to some unknown error.".to_owned();
    if is_out(state) {
        return Err((500, "InternalServiceFault", words));
    }
    Ok(())
}

fn is_out(state: &State) -> bool {
    let candidate = &state.repository.candidate().sha;
    let newest = state.serving.last();
    newest
        .filter(|_| state.scenario == Scenario::MetricsBroken)
        .filter(|serving| serving.main.sha == *candidate)
        .is_some_and(|serving| {
            let [from, until] =
                [MINUTES.start, MINUTES.end].map(|m| serving.at + SignedDuration::from_mins(m));
            (from..until).contains(&state.now)
        })
}

/// Status code and words where this metric may not be told.
pub(super) fn denied(state: &State, metric: &str) -> Option<(&'static str, String)> {
    (state.scenario == Scenario::MetricsBroken && metric == DENIED).then(|| {
        let words = format!("not authorized to read {metric} of this account");
        ("Forbidden", words)
    })
}
