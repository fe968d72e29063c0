//! A flight in the air over the fake world, driven turn by turn; its clock can be set.

use std::{
    future::Future,
    pin::Pin,
    sync::{
        Arc,
        atomic::{AtomicI64, Ordering},
    },
};

use cockpit::{
    adapters::clock::PausedClock,
    domain::{
        Command, Intent, Login, Phase, Refusal,
        approval::{ConfirmedApproval, ConfirmedRollback, Shown},
        later,
        policy::{Effect, Policy},
        release::Release,
        rollback::Plan,
    },
    flight::{Flight, Flying as _, Turn, Unsaved, resume},
    ports::{Claims, Clock},
};
use jiff::{SignedDuration, Timestamp};
use tokio::task::JoinHandle;

use crate::{
    aloft::{Aloft, again, agreeing, aloft, aloft_by},
    disk::Disk,
    letters::Postbox,
    world::World,
};

/// Longest wait for anything, in the flight's time.
const PATIENCE: SignedDuration = SignedDuration::from_hours(2);
/// A set clock is noticed within this.
const STEP: SignedDuration = SignedDuration::from_secs(10);

pub(crate) fn seconds(count: i64) -> SignedDuration {
    SignedDuration::from_secs(count)
}

/// A clock that someone sets.
#[derive(Debug)]
pub(crate) struct Jumpy {
    clock: PausedClock,
    seconds: AtomicI64,
}

impl Jumpy {
    pub(crate) fn jump(&self, by: SignedDuration) {
        self.seconds.fetch_add(by.as_secs(), Ordering::SeqCst);
    }
}

impl Clock for Jumpy {
    fn now(&self) -> Timestamp {
        let by = SignedDuration::from_secs(self.seconds.load(Ordering::SeqCst));
        later(self.clock.now(), by)
    }

    fn sleep_until(&self, at: Timestamp) -> Pin<Box<dyn Future<Output = ()> + Send + '_>> {
        Box::pin(async move {
            let mut last = self.now();
            while last < at {
                let step = at.duration_since(last).min(STEP);
                self.clock.sleep_until(later(self.clock.now(), step)).await;
                let now = self.now();
                if now < last {
                    return;
                }
                last = now;
            }
        })
    }
}

/// A flight with its crew.
pub(crate) struct Air {
    pub(crate) world: Arc<World>,
    pub(crate) disk: Arc<Disk>,
    pub(crate) clock: Arc<Jumpy>,
    pub(crate) post: Arc<Postbox>,
    flight: Flight,
    crew: JoinHandle<()>,
}

impl Air {
    fn of(mut made: Aloft, world: Arc<World>, disk: Arc<Disk>, clock: Arc<Jumpy>) -> Self {
        let post = Arc::new(Postbox::default());
        made.crew.letters = Some(post.clone());
        made.crew.outside.locks = Some(post.clone());
        Self {
            world,
            disk,
            clock,
            flight: made.flight.answering(Some(post.clone())),
            post,
            crew: tokio::spawn(made.crew.work()),
        }
    }

    /// Where everything is there but a decision.
    pub(crate) async fn waiting() -> Self {
        Self::begun(false).await
    }

    async fn begun(agrees: bool) -> Self {
        let clock = Arc::new(Jumpy {
            clock: PausedClock::start("2026-11-20T14:00:00Z".parse().unwrap()),
            seconds: AtomicI64::new(0),
        });
        let time: Arc<dyn Clock> = clock.clone();
        let world = World::new(&time);
        let disk = Arc::new(Disk::default());
        let made = if agrees {
            aloft_by(agreeing(), &world, &disk, &time)
        } else {
            aloft(&world, &disk, &time)
        };
        let mut air = Self::of(made, world, disk, clock);
        air.until_ready().await;
        air
    }

    /// Where production runs the candidate, is watched, and errors rise: a countdown that was agreed to runs.
    pub(crate) async fn counting() -> Self {
        let mut air = Self::begun(true).await;
        air.deploy().await;
        air.world.state().errors = 3.0;
        air.until("it counts down", |release| {
            release.rollback.countdown().is_some()
        })
        .await;
        air
    }

    /// By other rules and in a world of its own, until everything but a decision is there.
    pub(crate) async fn by(policy: Policy, prepare: impl FnOnce(&World)) -> Self {
        let mut air = Self::begins(policy, prepare);
        air.until_ready().await;
        air
    }

    /// By other rules and in a world of its own, from the beginning.
    pub(crate) fn begins(policy: Policy, prepare: impl FnOnce(&World)) -> Self {
        let clock = Arc::new(Jumpy {
            clock: PausedClock::start("2026-11-20T14:00:00Z".parse().unwrap()),
            seconds: AtomicI64::new(0),
        });
        let time: Arc<dyn Clock> = clock.clone();
        let world = World::new(&time);
        prepare(&world);
        let disk = Arc::new(Disk::default());
        let made = aloft_by(policy, &world, &disk, &time);
        Self::of(made, world, disk, clock)
    }

    /// The same, where a trigger may roll back without asking again.
    pub(crate) async fn agreed() -> Self {
        Self::begun(true).await
    }

    /// The same release taken up by a process on a machine that shares its claims.
    pub(crate) fn on_machine(self, machine: Arc<dyn Claims>) -> Self {
        self.killed_and_resumed_on(machine)
    }

    /// Another machine opens the same release, with a journal of its own.
    pub(crate) fn beside(&self, machine: Arc<dyn Claims>) -> Self {
        let disk = Arc::new(Disk::default());
        let time: Arc<dyn Clock> = self.clock.clone();
        let rules = self.release().policy.clone();
        let mut made = aloft_by(rules, &self.world, &disk, &time);
        made.crew.outside.claims = Some(machine);
        Self::of(made, self.world.clone(), disk, self.clock.clone())
    }

    /// Where production runs the candidate, and it is watched.
    pub(crate) async fn deployed() -> Self {
        let mut air = Self::waiting().await;
        air.deploy().await;
        air
    }

    /// Its deploy is run again: another attempt waits.
    pub(crate) async fn held_again(&mut self) {
        self.world.held_again();
        self.until("another attempt waits", |release| {
            release.attempt() == 2 && release.phase() == Phase::AwaitingApproval
        })
        .await;
    }

    /// Approves and waits until it is watched.
    pub(crate) async fn deploy(&mut self) {
        let air = self;
        air.approve().unwrap();
        air.until("production deploys", |release| {
            release.phase() == Phase::Deploying
        })
        .await;
        air.world.deployed();
        air.until("it is watched", |release| {
            release.phase() == Phase::Monitoring
        })
        .await;
    }

    /// The process is gone at once; another takes the release up.
    pub(crate) fn killed_and_resumed(self) -> Self {
        self.crew.abort();
        let (world, disk, clock) = (self.world.clone(), self.disk.clone(), self.clock.clone());
        drop(self);
        let time: Arc<dyn Clock> = clock.clone();
        let made = again(&world, &disk, &time);
        Self::of(made, world, disk, clock)
    }

    /// The same, on a machine that shares its claims.
    pub(crate) fn killed_and_resumed_on(self, machine: Arc<dyn Claims>) -> Self {
        self.crew.abort();
        let (world, disk, clock) = (self.world.clone(), self.disk.clone(), self.clock.clone());
        drop(self);
        let time: Arc<dyn Clock> = clock.clone();
        let mut made = again(&world, &disk, &time);
        made.crew.outside.claims = Some(machine);
        Self::of(made, world, disk, clock)
    }

    pub(crate) fn release(&self) -> &Release {
        self.flight.release()
    }

    pub(crate) fn flight_phase(&self) -> Phase {
        self.release().phase()
    }

    pub(crate) async fn turn(&mut self) -> Turn {
        self.flight.turn().await
    }

    /// Turns until `done`, or fails.
    #[track_caller]
    pub(crate) fn until<'a>(
        &'a mut self,
        what: &'a str,
        done: impl Fn(&Release) -> bool + 'a,
    ) -> impl Future<Output = ()> + 'a {
        let limit = later(self.clock.now(), PATIENCE);
        async move {
            while !done(self.flight.release()) {
                assert!(
                    self.clock.now() < limit,
                    "never: {what}; it is {:?}\n{}",
                    self.flight_phase(),
                    self.log()
                );
                tokio::select! {
                    _ = self.flight.turn() => {}
                    () = self.clock.sleep_until(limit) => {}
                }
            }
        }
    }

    /// Turns until one is like that.
    pub(crate) async fn until_turn(&mut self, what: &str, is: impl Fn(&Turn) -> bool) {
        let limit = later(self.clock.now(), PATIENCE);
        loop {
            assert!(self.clock.now() < limit, "never: {what}");
            tokio::select! {
                turn = self.flight.turn() => if is(&turn) { return },
                () = self.clock.sleep_until(limit) => {}
            }
        }
    }

    /// Until a decision is asked for and nothing stands in its way.
    pub(crate) async fn until_ready(&mut self) {
        self.until("a decision is due", |release| {
            let open = |effect| matches!(effect, Some(Effect::Block | Effect::Reason));
            release.phase() == Phase::AwaitingApproval
                && !release.gates().iter().any(|gate| open(gate.effect))
        })
        .await;
    }

    /// Lets so much time pass.
    pub(crate) async fn pass(&mut self, by: SignedDuration) {
        let until = later(self.clock.now(), by);
        while self.clock.now() < until {
            tokio::select! {
                _ = self.flight.turn() => {}
                () = self.clock.sleep_until(until) => {}
            }
        }
    }

    pub(crate) fn submit(&mut self, intent: Intent) -> Result<(), Refusal> {
        let actor = Login::parse("ana").unwrap();
        self.flight.submit(Command { actor, intent })
    }

    pub(crate) fn approve(&mut self) -> Result<(), Refusal> {
        let shown = self.release().shown().expect("nothing waits");
        self.approve_as(shown)
    }

    pub(crate) fn approve_as(&mut self, shown: Shown) -> Result<(), Refusal> {
        let typed = shown.name().to_owned();
        let confirmed = ConfirmedApproval::typed(shown, &typed, "").unwrap();
        self.submit(Intent::Approve(Box::new(confirmed)))
    }

    pub(crate) fn roll_back(&mut self) -> Result<(), Refusal> {
        let release = self.release();
        let shown = release.rollback_shown().expect("a target");
        let typed = shown.target.name().to_owned();
        let key = release.key.clone();
        let confirmed =
            ConfirmedRollback::typed(key, shown, Plan::Dispatch, &typed, "error rate").unwrap();
        self.submit(Intent::RollBack(Box::new(confirmed)))
    }

    pub(crate) async fn land(&mut self) -> Result<(), Unsaved> {
        self.flight.land().await
    }

    /// The kinds that are on the disk, without the minutes.
    fn log(&self) -> String {
        let text = self.disk.text();
        let lines = text.lines().filter(|line| !line.contains("minute_judged"));
        let lines: Vec<&str> = lines.map(|line| line.get(..220).unwrap_or(line)).collect();
        lines.join("\n")
    }

    /// How many events of a kind are on the disk.
    pub(crate) fn written(&self, kind: &str) -> usize {
        self.disk.text().matches(&format!("\"{kind}\"")).count()
    }

    /// Every line is in the chain, and folds to the same release.
    pub(crate) fn journal_is_whole(&self) {
        let text = self.disk.text();
        let (release, _) = resume(text.as_bytes()).unwrap().unwrap();
        assert_eq!(release.seq(), self.release().seq());
        assert_eq!(release.phase(), self.release().phase());
    }

    pub(crate) fn times_never_go_back(&self) {
        let text = self.disk.text();
        let times: Vec<Timestamp> = text
            .lines()
            .map(|line| {
                let entry: serde_json::Value = serde_json::from_str(line).unwrap();
                entry["at"].as_str().unwrap().parse().unwrap()
            })
            .collect();
        assert!(times.len() > 5 && times.is_sorted(), "{times:?}");
    }
}

impl Drop for Air {
    fn drop(&mut self) {
        self.crew.abort();
    }
}
