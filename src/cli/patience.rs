//! The beginning of a command: who is told how far it is and asked what is meant, and questions that are asked again.

use std::{future::Future, pin::Pin};

use jiff::{SignedDuration, Timestamp};

use crate::{
    domain::{Fault, FaultKind, RunId, later, observation::RunSnapshot, wording},
    ports::Clock,
};

/// First wait before a question of the start is asked again; doubled each time.
const FIRST_WAIT: SignedDuration = SignedDuration::from_secs(1);
/// After a wait as long as this the start gives up.
const LONGEST_WAIT: SignedDuration = SignedDuration::from_secs(16);
/// A limit that stands longer is not waited for.
const MOST_PATIENCE: SignedDuration = SignedDuration::from_secs(90);

/// Who is told how far a launch is, and asked which release is meant.
pub(super) trait Dialogue: Send {
    /// Says what is being done.
    fn doing(&mut self, what: String);
    /// Says what is waited for, and until when. Who shows nothing of what is being done must show this.
    fn waits(&mut self, why: String) {
        self.doing(why);
    }
    /// Asks which of several is meant; `None`: none.
    fn pick(&mut self, runs: Vec<RunSnapshot>) -> Picking<'_>;
}

/// The answer of a person, later.
pub(super) type Picking<'a> = Pin<Box<dyn Future<Output = Option<RunId>> + Send + 'a>>;

/// Asks again what failed in passing: one bad answer is no reason not to start.
pub(super) async fn patiently<T>(
    clock: &dyn Clock,
    dialogue: &mut dyn Dialogue,
    ask: impl AsyncFn() -> Result<T, Fault>,
) -> Result<T, Fault> {
    let mut wait = FIRST_WAIT;
    loop {
        let fault = match ask().await {
            Err(fault) if fault.passes_by_itself() => fault,
            answer => return answer,
        };
        let now = clock.now();
        let next = match fault.kind {
            FaultKind::RateLimited { until } => until.max(later(now, FIRST_WAIT)),
            _ => later(now, wait),
        };
        if wait > LONGEST_WAIT || next > later(now, MOST_PATIENCE) {
            return Err(fault);
        }
        wait = wait.saturating_add(wait);
        dialogue.waits(waits(&fault, next, now));
        clock.sleep_until(next).await;
    }
}

/// What is waited for, and until when: first what a narrow screen must not cut.
fn waits(fault: &Fault, until: Timestamp, now: Timestamp) -> String {
    let time = until.strftime("%H:%M:%S UTC");
    let left = wording::duration(SignedDuration::from_secs(
        until.duration_since(now).as_secs(),
    ));
    match fault.kind {
        FaultKind::RateLimited { .. } => {
            format!("rate-limited: waits until {time} ({left}), then asks again; {fault}")
        }
        _ => format!("no answer: asks again at {time} (in {left}); {fault}"),
    }
}
