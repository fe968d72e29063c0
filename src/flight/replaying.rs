//! A journal played back: the same release, event by event, in its own time. Nothing can leave: there is no performer, no
//! outbox is worked, every command is refused.

use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};

use super::{
    flying::{Flying, Landing, Report, Turn, Turning},
    following::Blobs,
};
use crate::{
    domain::{
        Command, Reel, Refusal, Seq, Wind, later,
        observation::Comparison,
        release::{Recorded, Release},
    },
    ports::Clock,
};

/// Longest real wait for the next event: a night between two events is not sat through.
const LONGEST_WAIT: SignedDuration = SignedDuration::from_secs(3);

/// A recorded release.
pub struct Replaying {
    recorded: Recorded,
    release: Release,
    /// Events that are applied, at least the first.
    at: usize,
    speed: f64,
    plays: bool,
    /// Real time and the release's own, as of the last move.
    since: (Timestamp, Timestamp),
    has_changed: bool,
    blobs: Blobs,
    /// The blob of the diff that the screen has.
    told: Option<String>,
    clock: Arc<dyn Clock>,
}

impl Replaying {
    /// Plays `recorded` from its first event, `speed` times faster than life.
    pub fn new(recorded: Recorded, speed: f64, blobs: Blobs, clock: Arc<dyn Clock>) -> Self {
        let release = recorded.at(Seq(0));
        Self {
            since: (clock.now(), recorded.opened()),
            release,
            recorded,
            at: 1,
            speed: if speed.is_finite() {
                speed.clamp(0.1, 100_000.0)
            } else {
                1.0
            },
            plays: true,
            has_changed: true,
            blobs,
            told: None,
            clock,
        }
    }

    /// The release's own time now: it runs between two events, and never past the next one.
    fn present(&self) -> Timestamp {
        let (real, own) = self.since;
        let Some(next) = self.next_at().filter(|_| self.plays) else {
            return own;
        };
        let passed = self.clock.now().duration_since(real);
        let passed = SignedDuration::try_from_secs_f64(passed.as_secs_f64().max(0.0) * self.speed);
        passed.map_or(next, |passed| later(own, passed)).min(next)
    }

    fn next_at(&self) -> Option<Timestamp> {
        let next = self.recorded.events().get(self.at)?;
        Some(next.stamp.at.max(self.since.1))
    }

    /// When the next event is due, real time.
    fn due(&self) -> Option<Timestamp> {
        let (real, own) = self.since;
        let wait = self.next_at()?.duration_since(own).as_secs_f64() / self.speed;
        let wait = SignedDuration::try_from_secs_f64(wait).unwrap_or(LONGEST_WAIT);
        Some(later(real, wait.min(LONGEST_WAIT)))
    }

    /// Plays every event of the next one's instant: what was seen together is shown together.
    fn play(&mut self) {
        let Some(instant) = self.next_at() else {
            self.plays = false;
            return;
        };
        while let Some(event) = self.recorded.events().get(self.at)
            && event.stamp.at <= instant
        {
            self.release.apply(event);
            self.at += 1;
        }
        self.since = (self.clock.now(), instant);
    }

    /// Stands right after event number `to`, from 1.
    fn stand(&mut self, to: usize) {
        let to = to.clamp(1, self.recorded.events().len());
        if to < self.at {
            // Nothing is taken back from a fold: it is made anew.
            self.release = self.recorded.at(Seq(0));
            self.at = 1;
        }
        for event in &self.recorded.events()[self.at..to] {
            self.release.apply(event);
        }
        self.at = to;
        let own = self.recorded.events()[to - 1].stamp.at;
        self.since = (self.clock.now(), own);
        self.plays = false;
    }

    /// The number of the nearest event by a person before or after where it stands.
    fn decision(&self, onward: bool) -> Option<usize> {
        let mut by_people = self
            .recorded
            .events()
            .iter()
            .zip(1..)
            .filter(|(event, _)| event.stamp.actor.person().is_some())
            .map(|(_, number)| number);
        if onward {
            by_people.find(|number| *number > self.at)
        } else {
            by_people.take_while(|number| *number < self.at).last()
        }
    }

    /// The lines of the diff, once for each blob; one that cannot be read leaves the screen with the numbers.
    fn new_diff(&mut self) -> Option<Arc<Comparison>> {
        let name = self.release.evidence.diff.as_ref()?.detail.as_ref()?;
        if self.told.as_ref() == Some(name) {
            return None;
        }
        self.told = Some(name.clone());
        let bytes = (self.blobs)(name).ok()?;
        serde_json::from_slice(&bytes).ok().map(Arc::new)
    }

    async fn next_turn(&mut self) -> Turn {
        if std::mem::take(&mut self.has_changed) {
            return Turn::Changed;
        }
        if let Some(seen) = self.new_diff() {
            return Turn::Report(Report::Compared(seen));
        }
        match self.due().filter(|_| self.plays) {
            Some(due) => self.clock.sleep_until(due).await,
            // It stands until a person moves it.
            None => return std::future::pending().await,
        }
        self.play();
        if self.next_at().is_none() {
            self.plays = false;
        }
        Turn::Changed
    }
}

impl Flying for Replaying {
    fn release(&self) -> &Release {
        &self.release
    }

    fn now(&self) -> Timestamp {
        self.present()
    }

    fn driven_by(&self) -> Option<String> {
        None
    }

    fn turn(&mut self) -> Turning<'_> {
        Box::pin(self.next_turn())
    }

    fn submit(&mut self, _command: Command) -> Result<(), Refusal> {
        Err(Refusal::ReadOnly("the past".into()))
    }

    fn land(&mut self) -> Landing<'_> {
        Box::pin(std::future::ready(Ok(())))
    }

    fn wind(&mut self, wind: Wind) {
        match wind {
            Wind::PlayPause => {
                let own = self.present();
                self.plays = !self.plays && self.at < self.recorded.events().len();
                self.since = (self.clock.now(), own);
            }
            Wind::Next => self.stand(self.at + 1),
            Wind::Previous => self.stand(self.at.saturating_sub(1)),
            Wind::NextDecision => {
                let last = self.recorded.events().len();
                self.stand(self.decision(true).unwrap_or(last));
            }
            Wind::PreviousDecision => self.stand(self.decision(false).unwrap_or(1)),
        }
        self.has_changed = true;
    }

    fn reel(&self) -> Option<Reel> {
        Some(Reel {
            at: self.at,
            of: self.recorded.events().len(),
            plays: self.plays,
            speed: self.speed,
        })
    }
}
