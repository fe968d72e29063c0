//! Clocks: the machine's, one that runs faster from a shared beginning, and one on tokio's paused time for tests.
//!
//! The one file that asks the system for the time and sleeps.
#![expect(
    clippy::disallowed_methods,
    reason = "this file is what the rest of the crate asks instead"
)]

use std::{future::Future, pin::Pin, sync::LazyLock, time::Duration};

use jiff::{SignedDuration, Timestamp};

use crate::ports::Clock;

/// About the longest single sleep: a jump of the wall clock or a suspend is noticed within it.
const STEP: Duration = Duration::from_secs(1);
/// Shortest sleep, the timer's own resolution.
const LEAST: Duration = Duration::from_millis(1);
/// From here on steps are counted: all that sleep for long wake together, so that the process wakes once in a step.
static BEGUN: LazyLock<tokio::time::Instant> = LazyLock::new(tokio::time::Instant::now);

/// Measures how long an answer takes, in the machine's own time: sockets know no other.
#[derive(Debug, Clone, Copy)]
pub struct Stopwatch(std::time::Instant);

impl Stopwatch {
    /// Starts now.
    pub fn start() -> Self {
        Self(std::time::Instant::now())
    }

    /// Since the start.
    pub fn elapsed(self) -> SignedDuration {
        SignedDuration::try_from(self.0.elapsed()).unwrap_or(SignedDuration::MAX)
    }
}

/// The machine's clock.
#[derive(Debug, Clone, Copy, Default)]
pub struct WallClock;

impl Clock for WallClock {
    fn now(&self) -> Timestamp {
        Timestamp::now()
    }

    fn sleep_until(&self, at: Timestamp) -> Pin<Box<dyn Future<Output = ()> + Send + '_>> {
        Box::pin(doze(at, Timestamp::now, |left| left))
    }
}

/// A clock that shows `epoch` at the real instant `started` and then runs `speed` times as fast.
///
/// Two processes that share these three numbers share their time.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct FastClock {
    epoch: Timestamp,
    started: Timestamp,
    speed: f64,
}

impl FastClock {
    /// Starts now. A `speed` that is not a positive number counts as 1; the most is 10,000.
    pub fn start(epoch: Timestamp, speed: f64) -> Self {
        Self::anchored(epoch, Timestamp::now(), speed)
    }

    /// Runs with a clock that another process started, from what that process told.
    pub fn anchored(epoch: Timestamp, started: Timestamp, speed: f64) -> Self {
        let speed = if speed.is_finite() && speed > 0.0 {
            speed.min(10_000.0)
        } else {
            1.0
        };
        Self {
            epoch,
            started,
            speed,
        }
    }

    /// What it showed when it started.
    pub fn epoch(&self) -> Timestamp {
        self.epoch
    }

    /// The real instant at which it started; as nanoseconds it tells another process ([`Timestamp::as_nanosecond`]).
    pub fn started(&self) -> Timestamp {
        self.started
    }

    /// How many of its seconds pass in a real one.
    pub fn speed(&self) -> f64 {
        self.speed
    }

    fn at_real(&self, real: Timestamp) -> Timestamp {
        let passed = real.duration_since(self.started).as_secs_f64() * self.speed;
        let passed = SignedDuration::try_from_secs_f64(passed).unwrap_or(SignedDuration::MAX);
        self.epoch.checked_add(passed).unwrap_or(Timestamp::MAX)
    }
}

impl Clock for FastClock {
    fn now(&self) -> Timestamp {
        self.at_real(Timestamp::now())
    }

    fn sleep_until(&self, at: Timestamp) -> Pin<Box<dyn Future<Output = ()> + Send + '_>> {
        let real = |left: Duration| {
            Duration::try_from_secs_f64(left.as_secs_f64() / self.speed).unwrap_or(STEP)
        };
        Box::pin(doze(at, || self.now(), real))
    }

    fn rest(&self, real: SignedDuration) -> Pin<Box<dyn Future<Output = ()> + Send + '_>> {
        Box::pin(tokio::time::sleep(real.unsigned_abs()))
    }
}

/// A clock on tokio's own time, for tests with `start_paused`: it stands still until every task waits.
#[derive(Debug, Clone, Copy)]
pub struct PausedClock {
    epoch: Timestamp,
    started: tokio::time::Instant,
}

impl PausedClock {
    /// Shows `epoch` now. Needs a runtime around it.
    pub fn start(epoch: Timestamp) -> Self {
        Self {
            epoch,
            started: tokio::time::Instant::now(),
        }
    }
}

impl Clock for PausedClock {
    fn now(&self) -> Timestamp {
        let passed = SignedDuration::try_from(self.started.elapsed());
        self.epoch
            .checked_add(passed.unwrap_or(SignedDuration::MAX))
            .unwrap_or(Timestamp::MAX)
    }

    fn sleep_until(&self, at: Timestamp) -> Pin<Box<dyn Future<Output = ()> + Send + '_>> {
        Box::pin(async move {
            while let Some(left) = left_until(at, self.now()) {
                tokio::time::sleep(left.max(LEAST)).await;
            }
        })
    }
}

/// Sleeps in steps until `now` says `at`. A clock that was set back ends it: who waited for something to be due looks
/// again at what is, instead of sleeping until the clock has caught up.
async fn doze(at: Timestamp, now: impl Fn() -> Timestamp, real: impl Fn(Duration) -> Duration) {
    let mut last = now();
    while let Some(left) = left_until(at, last) {
        tokio::time::sleep(real(left).clamp(LEAST, until_step())).await;
        let then = now();
        if then < last {
            return;
        }
        last = then;
    }
}

/// Until the end of the step that goes on; of the next one, where that is near.
fn until_step() -> Duration {
    let passed = tokio::time::Instant::now().saturating_duration_since(*BEGUN);
    let nanos = passed.as_nanos() % STEP.as_nanos();
    let left = STEP.saturating_sub(Duration::from_nanos(u64::try_from(nanos).unwrap_or(0)));
    if left < STEP / 8 { left + STEP } else { left }
}

fn left_until(at: Timestamp, now: Timestamp) -> Option<Duration> {
    let left = at.duration_since(now);
    if left.is_positive() {
        Some(left.unsigned_abs())
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn noon() -> Timestamp {
        "2026-11-20T12:00:00Z".parse().unwrap()
    }

    #[tokio::test(start_paused = true)]
    async fn a_rest_is_as_long_at_any_pace() {
        let second = SignedDuration::from_secs(1);
        let clocks: [&dyn Clock; 2] = [
            &FastClock::start(noon(), 10_000.0),
            &PausedClock::start(noon()),
        ];
        for clock in clocks {
            let before = tokio::time::Instant::now();
            clock.rest(second).await;
            assert_eq!(before.elapsed().as_secs(), 1);
        }
    }

    #[test]
    fn a_fast_clock_scales_what_passed_and_its_twin_agrees() {
        let started: Timestamp = "2026-01-01T00:00:00Z".parse().unwrap();
        let clock = FastClock::anchored(noon(), started, 60.0);
        let real = started + SignedDuration::from_millis(1_500);
        assert_eq!(clock.at_real(started), noon());
        assert_eq!(clock.at_real(real), noon() + SignedDuration::from_secs(90));
        let told = Timestamp::from_nanosecond(clock.started().as_nanosecond()).unwrap();
        let twin = FastClock::anchored(clock.epoch(), told, clock.speed());
        assert_eq!(twin.at_real(real), clock.at_real(real));
    }

    #[test]
    fn a_speed_that_is_no_speed_is_real_time() {
        for odd in [0.0, -3.0, f64::NAN, f64::INFINITY] {
            assert!((FastClock::anchored(noon(), noon(), odd).speed() - 1.0).abs() < 1e-9);
        }
    }

    #[test]
    fn the_end_of_time_is_no_panic() {
        let clock = FastClock::anchored(noon(), Timestamp::MIN, 10_000.0);
        assert_eq!(clock.at_real(Timestamp::MAX), Timestamp::MAX);
    }

    #[tokio::test(start_paused = true)]
    async fn a_clock_that_is_set_forward_or_back_ends_the_sleep() {
        use std::cell::Cell;
        let started = tokio::time::Instant::now();
        let hours = Cell::new(0);
        let now = || {
            let passed = SignedDuration::try_from(started.elapsed()).unwrap();
            noon() + passed + SignedDuration::from_hours(hours.get())
        };
        let jump = async |by: i64| {
            tokio::time::sleep(Duration::from_secs(10)).await;
            hours.set(hours.get() + by);
        };
        for by in [5, -5] {
            let at = now() + SignedDuration::from_hours(1);
            let begun = started.elapsed();
            tokio::join!(doze(at, now, |left| left), jump(by));
            assert!(
                started.elapsed().saturating_sub(begun).as_secs() <= 11,
                "{by}"
            );
        }
    }

    #[tokio::test(start_paused = true)]
    async fn all_that_sleep_for_long_wake_together() {
        use std::{cell::RefCell, collections::BTreeSet};
        let started = tokio::time::Instant::now();
        let woken = RefCell::new(BTreeSet::new());
        let now = || {
            let passed = started.elapsed();
            woken.borrow_mut().insert(passed);
            noon() + SignedDuration::try_from(passed).unwrap()
        };
        let sleeper = async |after: u64| {
            tokio::time::sleep(Duration::from_millis(after)).await;
            doze(noon() + SignedDuration::from_secs(60), now, |left| left).await;
        };
        tokio::join!(sleeper(0), sleeper(310), sleeper(540), sleeper(870));
        let most = 60 + 4 + 1;
        assert!(woken.borrow().len() <= most, "{}", woken.borrow().len());
    }

    #[tokio::test]
    async fn a_fast_clock_sleeps_its_own_seconds() {
        let clock = FastClock::start(noon(), 1_000.0);
        let at = noon() + SignedDuration::from_secs(20);
        clock.sleep_until(at).await;
        assert!(clock.now() >= at);
        clock.sleep_until(noon()).await;
    }

    #[tokio::test(start_paused = true)]
    async fn a_paused_clock_moves_when_all_wait() {
        let clock = PausedClock::start(noon());
        let hour = noon() + SignedDuration::from_hours(1);
        clock.sleep_until(hour).await;
        assert_eq!(clock.now(), hour);
        clock.sleep_until(noon()).await;
        assert_eq!(clock.now(), hour, "what has passed does not wait");
    }
}
