//! The calendar feed: the windows of the next weeks, read again each hour while a decision is ahead.

use std::sync::Arc;

use jiff::SignedDuration;

use super::pulse::{Gone, Pulse};
use crate::{
    domain::{
        later,
        observation::Observation,
        policy::{HORIZON, Policy},
    },
    flight::needs::Needs,
    ports::Calendar,
};

/// Between two readings.
const EVERY: SignedDuration = SignedDuration::from_hours(1);

pub(super) async fn follow(
    mut pulse: Pulse,
    calendar: Arc<dyn Calendar>,
    policy: Arc<Policy>,
) -> Result<(), Gone> {
    if policy.calendar.is_empty() {
        return Ok(());
    }
    let matters = |needs: &Needs| !needs.phase.is_end();
    loop {
        let now = pulse.now();
        let next = if matters(&pulse.needs()) {
            match calendar
                .windows(&policy.calendar, now, later(now, HORIZON))
                .await
            {
                Ok(windows) => {
                    pulse.see(Observation::Calendar(windows)).await?;
                    pulse.good(EVERY).await?;
                    later(now, EVERY)
                }
                Err(fault) => pulse.bad(fault).await?,
            }
        } else {
            later(now, EVERY)
        };
        pulse.rest(next, |_| false).await?;
    }
}
