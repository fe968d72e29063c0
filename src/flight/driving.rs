//! The core loop: one input at a time through the four functions, journal first, then the fold.
//!
//! Decisions are on the disk before they are folded, and folded before anything goes out. Facts are appended at once and
//! made durable within a second. Knows neither terminal nor network: feeds and performer are at the other end of channels.

use std::{collections::VecDeque, io, time::Duration};

use futures_util::future::BoxFuture;
use jiff::{SignedDuration, Timestamp};
use std::sync::Arc;
use tokio::{
    sync::{mpsc, watch},
    task::{JoinHandle, spawn_blocking},
    time::timeout,
};

use super::{
    clicker::Clicker,
    flying::{Flying, Landing, Report, Turn, Turning, Unsaved},
    journal::{Batch, Journal},
    needs::Needs,
    wakeful::Wakeful,
};
use crate::{
    domain::{
        Actor, Command, Event, Intent, Login, Refusal, Text, later,
        observation::Observation,
        record::RecordEvent,
        release::{Release, decide, elapse, judge, observe, seen_by},
    },
    ports::{Clock, Letters},
};

/// Layers of differences that one observation may have.
const LAYERS: u8 = 16;
/// Consequences in a row before the loop gives way.
const CONSEQUENCES: u8 = 64;
/// A deadline that passed and gave no event is waited for at a walk, not in a spin.
const WALK: SignedDuration = SignedDuration::from_millis(250);
/// Between two tries to write a journal that could not be written.
const RETRY_AFTER: SignedDuration = SignedDuration::from_secs(2);
/// How long facts may lie unsynced, in real time: a disk knows no other.
const SYNC_AFTER: SignedDuration = SignedDuration::from_secs(1);
/// Longest wait, in real time, for a disk that does not answer at the end.
const LANDING: Duration = Duration::from_secs(2);

/// One release, driven by this process.
pub struct Flight {
    release: Release,
    pub(super) journal: Journal,
    clock: Arc<dyn Clock>,
    reports: mpsc::Receiver<Report>,
    needs: watch::Sender<Needs>,
    pub(super) work: VecDeque<Work>,
    pub(super) writing: Option<Writing>,
    /// Facts on their way to the disk.
    pub(super) syncing: Option<JoinHandle<io::Result<()>>>,
    /// Seen while the journal could not be written; some of it, like the answer to an act, is told only once.
    pub(super) held: VecDeque<Box<Observation>>,
    /// Not before this does the timer act again.
    earliest: Timestamp,
    /// Facts lie unsynced, until then.
    pub(super) unsynced: Option<BoxFuture<'static, ()>>,
    pub(super) is_broken: bool,
    has_changed: bool,
    reads_only: Option<String>,
    pub(super) letters: Option<Arc<dyn Letters>>,
    /// Who takes the seat, while that is being written.
    pub(super) relieved: Option<Login>,
    /// A person takes the seat from this cockpit, which only watches.
    is_seated: bool,
    /// Whose click is being written.
    pub(super) clicker: Option<Clicker>,
    wakeful: Wakeful,
}

/// Something to take in.
pub(super) enum Work {
    /// An observation, with the layers that it may still have.
    Seen(Box<Observation>, u8),
    /// What follows by itself, with how often it may still.
    Follow(u8),
}

/// A decision on its way to the disk.
pub(super) struct Writing {
    batch: Batch,
    pub(super) handle: JoinHandle<io::Result<()>>,
    then: Work,
    is_command: bool,
}

impl Flight {
    /// A flight over `release`, whose journal ends where `journal` does. Feeds send into `reports` and follow `needs`.
    pub fn new(
        release: Release,
        journal: Journal,
        clock: Arc<dyn Clock>,
        reports: mpsc::Receiver<Report>,
        needs: watch::Sender<Needs>,
    ) -> Self {
        Self {
            release,
            journal,
            clock,
            reports,
            needs,
            work: VecDeque::from([Work::Follow(CONSEQUENCES)]),
            writing: None,
            syncing: None,
            held: VecDeque::new(),
            earliest: Timestamp::MIN,
            unsynced: None,
            is_broken: false,
            has_changed: true,
            reads_only: None,
            letters: None,
            relieved: None,
            is_seated: false,
            clicker: None,
            wakeful: Wakeful::default(),
        }
    }

    /// The same, taking no commands: who drives is told to whoever tries.
    #[must_use]
    pub fn reading_only(mut self, driver: impl Into<String>) -> Self {
        self.reads_only = Some(driver.into());
        self
    }

    /// The same, answering the letters of the other cockpits of this machine.
    #[must_use]
    pub fn answering(mut self, letters: Option<Arc<dyn Letters>>) -> Self {
        self.letters = letters;
        self
    }

    async fn next_turn(&mut self) -> Turn {
        loop {
            if std::mem::take(&mut self.is_seated) {
                return Turn::Seated;
            }
            if let Some(writing) = &mut self.writing {
                let written = (&mut writing.handle).await;
                let written = written.unwrap_or_else(|error| Err(io::Error::other(error)));
                if let Some(turn) = self.written(written) {
                    return turn;
                }
                continue;
            }
            // Before anything is done about time: what was not awake decides nothing by itself.
            let now = self.clock.now();
            let counts = self.release.acts_by_itself();
            if let Some(seconds) = self.wakeful.beat(now, counts) {
                let jumped = vec![RecordEvent::ClockJumped { seconds }.into()];
                let then = Work::Follow(CONSEQUENCES);
                if let Some(turn) = self.commit(jumped, &Actor::Cockpit, now, then) {
                    return turn;
                }
                continue;
            }
            if let Some(work) = self.work.pop_front() {
                if let Some(turn) = self.take(work) {
                    return turn;
                }
                continue;
            }
            // Told once everything that belongs together is folded: between the layers a release is no one's business.
            if std::mem::take(&mut self.has_changed) {
                self.publish();
                return Turn::Changed;
            }
            let due = self.due();
            let beat = self.wakeful.next().unwrap_or(due).min(due);
            tokio::select! {
                report = self.reports.recv() => match report {
                    // In the order in which it was seen.
                    Some(Report::Seen(seen)) if !self.held.is_empty() => self.hold(seen),
                    Some(Report::Seen(seen)) => self.work.push_back(Work::Seen(seen, LAYERS)),
                    Some(Report::Letter { name, letter }) => self.read(name, letter),
                    Some(Report::Click { click, answer }) => self.click(*click, answer),
                    Some(report) => return Turn::Report(report),
                    None => {
                        // The feeds are gone, which happens only on the way out: time still passes.
                        self.clock.sleep_until(due).await;
                        self.timer();
                    }
                },
                synced = synced(&mut self.syncing) => self.synced(synced),
                () = aged(&mut self.unsynced), if self.syncing.is_none() => self.sync(),
                () = self.clock.sleep_until(beat) => {
                    if self.clock.now() >= due {
                        self.timer();
                    }
                }
            }
        }
    }

    /// When the loop must act without any report.
    fn due(&self) -> Timestamp {
        let retry = self.is_broken.then_some(self.earliest);
        [self.release.next_deadline(), retry]
            .into_iter()
            .flatten()
            .min()
            .map_or_else(
                || later(self.clock.now(), SignedDuration::from_hours(1)),
                |due| due.max(self.earliest),
            )
    }

    fn timer(&mut self) {
        let pause = if self.is_broken { RETRY_AFTER } else { WALK };
        self.earliest = later(self.clock.now(), pause);
        // What cannot be written again comes back here, still in order.
        let held = self.held.drain(..).map(|seen| Work::Seen(seen, LAYERS));
        self.work.extend(held);
        self.work.push_back(Work::Follow(CONSEQUENCES));
    }

    /// When what is written now must be safe.
    fn soon(&self) -> BoxFuture<'static, ()> {
        let clock = Arc::clone(&self.clock);
        Box::pin(async move { clock.rest(SYNC_AFTER).await })
    }

    fn sync(&mut self) {
        self.unsynced = None;
        let store = Arc::clone(self.journal.store());
        self.syncing = Some(spawn_blocking(move || store.sync()));
    }

    fn synced(&mut self, synced: io::Result<()>) {
        self.syncing = None;
        if let Err(error) = synced {
            tracing::warn!(%error, "the journal could not be synced");
            // Once more, at a walk.
            self.unsynced = Some(self.soon());
        }
    }

    fn take(&mut self, work: Work) -> Option<Turn> {
        let now = self.clock.now();
        match work {
            Work::Seen(seen, layers) => {
                let events = observe(&self.release, &seen, now);
                if events.is_empty() || layers == 0 {
                    self.work.push_front(Work::Follow(CONSEQUENCES));
                    return None;
                }
                let actor = Actor::Feed(seen_by(&self.release, &seen));
                self.commit(events, &actor, now, Work::Seen(seen, layers - 1))
            }
            Work::Follow(rounds) => {
                let mut events = judge(&self.release);
                if events.is_empty() {
                    events = elapse(&self.release, now);
                }
                if events.is_empty() || rounds == 0 {
                    return None;
                }
                self.commit(events, &Actor::Cockpit, now, Work::Follow(rounds - 1))
            }
        }
    }

    /// Writes events; facts are folded at once, decisions once they are on the disk.
    fn commit(
        &mut self,
        events: Vec<Event>,
        actor: &Actor,
        at: Timestamp,
        then: Work,
    ) -> Option<Turn> {
        let is_decision = events.iter().any(Event::is_decision);
        let batch = match self
            .journal
            .seal(events, actor, at.max(self.release.newest()))
        {
            Ok(batch) => batch,
            Err(error) => return self.unwritten(&error.to_string(), then),
        };
        if is_decision {
            self.write(batch, then, false);
            return None;
        }
        match self.journal.store().append(&batch.bytes, false) {
            Ok(()) => {
                if self.unsynced.is_none() {
                    self.unsynced = Some(self.soon());
                }
                self.work.push_front(then);
                self.fold(&batch);
                None
            }
            Err(error) => self.unwritten(&error.to_string(), then),
        }
    }

    fn write(&mut self, batch: Batch, then: Work, is_command: bool) {
        let store = Arc::clone(self.journal.store());
        let bytes = batch.bytes.clone();
        let handle = spawn_blocking(move || store.append(&bytes, true));
        self.writing = Some(Writing {
            batch,
            handle,
            then,
            is_command,
        });
    }

    fn written(&mut self, written: io::Result<()>) -> Option<Turn> {
        let writing = self.writing.take()?;
        match written {
            Ok(()) => {
                self.unsynced = None;
                self.work.push_front(writing.then);
                self.fold(&writing.batch);
                self.answer_click(None);
                // On record: now this cockpit lets go.
                let by = self.relieved.take().filter(|_| writing.is_command);
                by.map(Turn::Relieved)
            }
            Err(error) if writing.is_command => {
                self.relieved = None;
                let why = Text::line(&error.to_string());
                self.is_broken = true;
                let refusal = Refusal::NoRecord(why);
                self.answer_click(Some(&refusal));
                Some(Turn::Refused(refusal))
            }
            Err(error) => self.unwritten(&error.to_string(), writing.then),
        }
    }

    fn fold(&mut self, batch: &Batch) {
        self.is_broken = false;
        self.journal.advance(batch.head);
        for stamped in &batch.stamped {
            self.release.apply(stamped);
        }
        self.has_changed = true;
    }

    fn publish(&self) {
        let needs = self.needs.borrow().anew(&self.release);
        self.needs.send_if_modified(|known| {
            let changed = *known != needs;
            *known = needs;
            changed
        });
    }
}

impl Flying for Flight {
    fn release(&self) -> &Release {
        &self.release
    }

    fn now(&self) -> Timestamp {
        self.clock.now()
    }

    fn driven_by(&self) -> Option<String> {
        let elsewhere = self.release.record.seating.driver_elsewhere();
        elsewhere
            .map(|driver| driver.to_string())
            .or_else(|| self.reads_only.clone())
    }

    fn turn(&mut self) -> Turning<'_> {
        Box::pin(self.next_turn())
    }

    fn submit(&mut self, command: Command) -> Result<(), Refusal> {
        match (&self.reads_only, &command.intent) {
            (Some(_), Intent::TakeSeat) => {
                self.is_seated = true;
                return Ok(());
            }
            // A hold reaches the driver through the claims, wherever it is pressed.
            (None, _) | (Some(_), Intent::Hold) => {}
            (Some(driver), _) => return Err(Refusal::ReadOnly(Text::line(driver))),
        }
        if self.writing.is_some() {
            return Err(Refusal::InFlight(
                "the record of the last one is being written: once more".into(),
            ));
        }
        let now = self.clock.now().max(self.release.newest());
        let events = decide(&self.release, &command, now)?;
        if events.is_empty() {
            // It is so already: there is nothing to write.
            return Ok(());
        }
        let actor = Actor::Person(command.actor);
        let batch = self
            .journal
            .seal(events, &actor, now)
            .map_err(|error| Refusal::NoRecord(Text::line(&error.to_string())))?;
        // Straight to the disk: sealed against this head, nothing may come between.
        self.write(batch, Work::Follow(CONSEQUENCES), true);
        Ok(())
    }

    fn land(&mut self) -> Landing<'_> {
        Box::pin(async move {
            let unsaved = match timeout(LANDING, self.settle()).await {
                Ok(Ok(())) if self.held.is_empty() => return Ok(()),
                Ok(Ok(())) => String::new(),
                Ok(Err(error)) => error.to_string(),
                Err(_) => format!("the disk did not answer within {} s", LANDING.as_secs()),
            };
            let what = self.unsaved(&unsaved);
            tracing::error!(what, "the journal is not whole at the end");
            Err(Unsaved(what))
        })
    }
}

/// Waits for a sync that goes on; for ever where there is none.
async fn synced(syncing: &mut Option<JoinHandle<io::Result<()>>>) -> io::Result<()> {
    match syncing {
        Some(handle) => handle
            .await
            .unwrap_or_else(|error| Err(io::Error::other(error))),
        None => std::future::pending().await,
    }
}

/// Waits until facts that lie unsynced must be synced; for ever where there are none.
async fn aged(unsynced: &mut Option<BoxFuture<'static, ()>>) {
    match unsynced {
        Some(rest) => rest.await,
        None => std::future::pending().await,
    }
}
