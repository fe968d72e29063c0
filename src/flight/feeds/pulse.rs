//! A feed's pulse: what it tells of its health, and when it looks next.

use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};

use jiff::{SignedDuration, Timestamp};
use tokio::sync::{mpsc, watch};

use crate::{
    domain::{Fault, FaultKind, Feed, later, observation::Observation},
    flight::{flying::Report, needs::Needs, outside::Outside},
};

/// First wait after a failure; doubled up to [`LONGEST_BACKOFF`].
const FIRST_BACKOFF: SignedDuration = SignedDuration::from_secs(2);
/// Longest wait after a failure.
const LONGEST_BACKOFF: SignedDuration = SignedDuration::from_secs(60);

/// The flight is gone: the feed ends.
#[derive(Debug, Clone, Copy)]
pub(super) struct Gone;

/// One feed's connection to the flight.
pub(super) struct Pulse {
    pub(super) outside: Outside,
    pub(super) needs: watch::Receiver<Needs>,
    reports: mpsc::Sender<Report>,
    feed: Feed,
    /// Silence longer than this is an event.
    patience: SignedDuration,
    last_good: Timestamp,
    /// Whether the record has it silent. Pulses of one feed share that.
    is_silent: Arc<AtomicBool>,
    fails: Arc<AtomicBool>,
    /// Whether the other pulse of this feed fails: then it does not answer, however well this one does.
    other_fails: Option<Arc<AtomicBool>>,
    /// Nothing was said of its health yet.
    is_fresh: bool,
    /// What the newest failure was, while it fails: its kind, and whether it passes by itself.
    failed: Option<(&'static str, bool)>,
    backoff: SignedDuration,
}

impl Pulse {
    pub(super) fn new(
        outside: &Outside,
        needs: &watch::Receiver<Needs>,
        reports: &mpsc::Sender<Report>,
        feed: Feed,
        patience: SignedDuration,
    ) -> Self {
        Self {
            last_good: outside.clock.now(),
            outside: outside.clone(),
            needs: needs.clone(),
            reports: reports.clone(),
            feed,
            patience,
            // The journal may say that it was silent when the last cockpit ended.
            is_silent: Arc::new(AtomicBool::new(true)),
            fails: Arc::default(),
            other_fails: None,
            is_fresh: true,
            failed: None,
            backoff: FIRST_BACKOFF,
        }
    }

    /// Two pulses of one feed: it answers where both do.
    pub(super) fn beside(mut self, mut other: Self) -> (Self, Self) {
        other.is_silent = Arc::clone(&self.is_silent);
        other.other_fails = Some(Arc::clone(&self.fails));
        self.other_fails = Some(Arc::clone(&other.fails));
        (self, other)
    }

    /// The present instant.
    pub(super) fn now(&self) -> Timestamp {
        self.outside.clock.now()
    }

    /// What is needed now.
    pub(super) fn needs(&mut self) -> Needs {
        self.needs.borrow_and_update().clone()
    }

    /// Tells what was seen.
    pub(super) async fn see(&self, seen: Observation) -> Result<(), Gone> {
        self.tell(Report::Seen(Box::new(seen))).await
    }

    /// Tells anything.
    pub(super) async fn tell(&self, report: Report) -> Result<(), Gone> {
        self.reports.send(report).await.map_err(|_| Gone)
    }

    /// A sender for progress, which may be dropped when nobody keeps up.
    pub(super) fn reports(&self) -> mpsc::Sender<Report> {
        self.reports.clone()
    }

    /// It answered.
    pub(super) async fn good(&mut self, cadence: SignedDuration) -> Result<(), Gone> {
        let at = self.now();
        self.last_good = at;
        self.backoff = FIRST_BACKOFF;
        self.is_fresh = false;
        self.failed = None;
        self.settled();
        let other = self.other_fails.as_ref();
        if other.is_some_and(|fails| fails.load(Ordering::SeqCst)) {
            return Ok(());
        }
        if self.is_silent.swap(false, Ordering::SeqCst) {
            self.see(Observation::Back { feed: self.feed }).await?;
        }
        let feed = self.feed;
        self.tell(Report::Answered { feed, at, cadence }).await
    }

    /// It answered, where another feed of the same name tells so: the next failure is waited for briefly again.
    pub(super) fn recovered(&mut self) {
        self.backoff = FIRST_BACKOFF;
    }

    /// Nothing is tried again: a failure was of one thing alone.
    pub(super) fn settled(&self) {
        self.fails.store(false, Ordering::SeqCst);
    }

    /// It failed; returns when to try again.
    pub(super) async fn bad(&mut self, fault: Fault) -> Result<Timestamp, Gone> {
        let now = self.now();
        self.fails.store(true, Ordering::SeqCst);
        let next = match fault.kind {
            FaultKind::RateLimited { until } => until.max(later(now, FIRST_BACKOFF)),
            _ => later(now, self.backoff),
        };
        self.backoff = self
            .backoff
            .saturating_add(self.backoff)
            .min(LONGEST_BACKOFF);
        tracing::info!(feed = self.feed.word(), %fault, "a feed failed");
        // What waits for a person is told where it becomes another: a person does something else about it.
        let failed = (fault.kind.word(), fault.passes_by_itself());
        let before = self.failed.replace(failed);
        let turned = before.is_some_and(|before| before != failed && !(before.1 && failed.1));
        let is_news = self.is_fresh || turned || !self.is_silent.load(Ordering::SeqCst);
        if is_news && now.duration_since(self.last_good) >= self.patience {
            self.is_silent.store(true, Ordering::SeqCst);
            self.is_fresh = false;
            self.see(Observation::Silent {
                feed: self.feed,
                since: self.last_good,
                fault: fault.clone(),
                turned,
            })
            .await?;
        }
        let feed = self.feed;
        self.tell(Report::Failed { feed, fault }).await?;
        Ok(next)
    }

    /// Sleeps until `at`, or until `wakes` says that the needs have become urgent.
    pub(super) async fn rest(
        &mut self,
        at: Timestamp,
        wakes: impl Fn(&Needs) -> bool,
    ) -> Result<(), Gone> {
        loop {
            tokio::select! {
                () = self.outside.clock.sleep_until(at) => return Ok(()),
                changed = self.needs.changed() => {
                    if changed.is_err() {
                        return Err(Gone);
                    }
                    if wakes(&self.needs.borrow_and_update()) {
                        return Ok(());
                    }
                }
            }
        }
    }
}
