//! Which releases are attended: the runs that wait, those whose journals are open, one that was named.

use std::{
    collections::{BTreeMap, BTreeSet},
    path::PathBuf,
    rc::Rc,
    sync::Arc,
};

use jiff::SignedDuration;
use tokio::{sync::watch, task::JoinSet};

use super::{
    lookout::{Ended, Lookout},
    service::Service,
    signals::Called,
    teller::Teller,
};
use crate::{
    domain::{Fault, ReleaseOutcome, RunId, later},
    ports::Clock,
};

/// Between two looks for runs that wait.
const LOOK_EVERY: SignedDuration = SignedDuration::from_secs(30);
/// Between two releases that are opened: each asks some twenty things at first, and GitHub counts by the minute.
const APART: SignedDuration = SignedDuration::from_secs(3);

/// A release among those of several services.
type Which = (usize, RunId);

/// The releases that are attended.
pub(super) struct Patrol {
    services: Vec<Rc<Service>>,
    clock: Arc<dyn Clock>,
    teller: Teller,
    output: Option<PathBuf>,
    leaves_people_alone: bool,
    calls: watch::Receiver<Option<Called>>,
    lookouts: JoinSet<(usize, Ended)>,
    attended: BTreeSet<Which>,
    /// The attempt with which a release was over: a run list may be older than that.
    over: BTreeMap<Which, u32>,
    worst: Option<ReleaseOutcome>,
    /// Why the last look at a service failed, said once.
    failed: BTreeMap<usize, String>,
}

/// What a patrol is made of.
pub(super) struct Orders {
    pub(super) services: Vec<Rc<Service>>,
    pub(super) clock: Arc<dyn Clock>,
    pub(super) teller: Teller,
    pub(super) output: Option<PathBuf>,
    pub(super) calls: watch::Receiver<Option<Called>>,
    /// Ends with what only a person can go on with.
    pub(super) leaves_people_alone: bool,
}

impl Patrol {
    pub(super) fn new(orders: Orders) -> Self {
        Self {
            services: orders.services,
            clock: orders.clock,
            teller: orders.teller,
            output: orders.output,
            leaves_people_alone: orders.leaves_people_alone,
            calls: orders.calls,
            lookouts: JoinSet::new(),
            attended: BTreeSet::new(),
            over: BTreeMap::new(),
            worst: None,
            failed: BTreeMap::new(),
        }
    }

    /// Attends one release to its end.
    pub(super) async fn one(&mut self, service: usize, run: RunId) {
        self.start(service, run);
        self.all_ended().await;
    }

    /// Attends all that wait, now and later. Never ends by itself.
    pub(super) async fn all(&mut self) {
        for service in 0..self.services.len() {
            let own = Rc::clone(&self.services[service]);
            for run in own.unfinished() {
                self.start_apart(service, run).await;
            }
        }
        loop {
            for service in 0..self.services.len() {
                for run in self.look(service).await.0 {
                    self.start_apart(service, run).await;
                }
            }
            self.until(later(self.clock.now(), LOOK_EVERY)).await;
        }
    }

    /// The first run of a service that waits; waits for one.
    pub(super) async fn first(&mut self, service: usize) -> Vec<RunId> {
        loop {
            let (found, is_whole) = self.look(service).await;
            if is_whole && !found.is_empty() {
                return found;
            }
            self.until(later(self.clock.now(), LOOK_EVERY)).await;
        }
    }

    /// Waits for lookouts that were told to end.
    pub(super) async fn all_ended(&mut self) {
        while let Some(joined) = self.lookouts.join_next().await {
            self.note(joined);
        }
    }

    /// How many releases are attended now.
    pub(super) fn count(&self) -> usize {
        self.attended.len()
    }

    /// The gravest outcome of those that ended.
    pub(super) fn worst(&self) -> Option<ReleaseOutcome> {
        self.worst
    }

    /// The runs of a service that wait and are not attended, and whether these are all of them.
    async fn look(&mut self, service: usize) -> (Vec<RunId>, bool) {
        let own = Rc::clone(&self.services[service]);
        let known = |run: RunId, attempt: u32| {
            self.attended.contains(&(service, run))
                || self
                    .over
                    .get(&(service, run))
                    .is_some_and(|over| *over >= attempt)
        };
        let found = own.waiting(&|run| known(run.id, run.attempt)).await;
        match found {
            Ok(found) => {
                match &found.fault {
                    Some(fault) => self.complain(service, fault),
                    None => drop(self.failed.remove(&service)),
                }
                let runs = found.runs.into_iter().map(|run| run.id);
                (runs.collect(), found.fault.is_none())
            }
            Err(fault) => {
                self.complain(service, &fault);
                (Vec::new(), false)
            }
        }
    }

    fn complain(&mut self, service: usize, fault: &Fault) {
        let words = format!("{}: {fault}; asked again", self.services[service]);
        if self.failed.get(&service) != Some(&words) {
            self.teller.say(self.clock.now(), None, &words);
            self.failed.insert(service, words);
        }
    }

    async fn start_apart(&mut self, service: usize, run: RunId) {
        if self.attended.contains(&(service, run)) {
            return;
        }
        self.start(service, run);
        self.until(later(self.clock.now(), APART)).await;
    }

    fn start(&mut self, service: usize, run: RunId) {
        self.attended.insert((service, run));
        let lookout = Lookout {
            service: Rc::clone(&self.services[service]),
            run,
            clock: Arc::clone(&self.clock),
            teller: self.teller,
            output: self.output.clone(),
            leaves_people_alone: self.leaves_people_alone,
            calls: self.calls.clone(),
        };
        self.lookouts
            .spawn_local(async move { (service, lookout.attend().await) });
    }

    /// Waits, and takes in what ends meanwhile.
    async fn until(&mut self, at: jiff::Timestamp) {
        let clock = Arc::clone(&self.clock);
        let sleep = clock.sleep_until(at);
        tokio::pin!(sleep);
        loop {
            tokio::select! {
                () = &mut sleep => return,
                Some(joined) = self.lookouts.join_next() => self.note(joined),
            }
        }
    }

    fn note(&mut self, joined: Result<(usize, Ended), tokio::task::JoinError>) {
        let (service, ended) = match joined {
            Ok(ended) => ended,
            Err(error) => {
                // The others go on; a bug in one must not take a hundred down.
                tracing::error!(%error, "a lookout broke");
                self.teller.say(
                    self.clock.now(),
                    None,
                    &format!("a release is no longer attended: {error}"),
                );
                self.worst = Some(ReleaseOutcome::IssueDetected);
                return;
            }
        };
        let which = (service, ended.run);
        self.attended.remove(&which);
        if ended.is_over {
            self.over.insert(which, ended.attempt);
        }
        let graver = |outcome: ReleaseOutcome| match outcome.exit_code() {
            1 => 2,
            3 => 1,
            _ => 0,
        };
        let outcome = ended.outcome.unwrap_or(ReleaseOutcome::NeedsHuman);
        if self
            .worst
            .is_none_or(|worst| graver(outcome) > graver(worst))
        {
            self.worst = Some(outcome);
        }
    }
}
