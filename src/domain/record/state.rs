//! The record as it stands: notes, problems, silent feeds, the end.

use std::collections::BTreeMap;

use jiff::Timestamp;

use super::{
    EarlierRelease, HoldAfar, HoldTold, Problem, RecordEvent, SeatPlace, Seating, ServiceLock,
    Sharing, Trust,
};
use crate::domain::{Feed, Login, ReleaseOutcome, Stamp, Text};

/// What people wrote down, and what the feeds did.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Record {
    /// Notes, oldest first.
    pub notes: Vec<Note>,
    /// Problems that people reported, oldest first.
    pub problems: Vec<(Problem, Note)>,
    /// Feeds that do not answer: since when and why.
    pub silent: BTreeMap<Feed, (Timestamp, Text)>,
    /// The story of a rollback.
    pub explanation: Option<Note>,
    /// Who closed it by hand, and why.
    pub closed: Option<Note>,
    /// Outcomes that were reached, oldest first.
    pub outcomes: Vec<(ReleaseOutcome, Timestamp)>,
    /// Why the service may go on after this release's rollback.
    pub unlocked: Option<Note>,
    /// What was found when an emergency was looked at afterwards.
    pub review: Option<Note>,
    /// An earlier release that locks the service.
    pub service_lock: Option<ServiceLock>,
    /// What the release before this one came to, where a journal of this machine tells.
    pub earlier: Option<EarlierRelease>,
    /// Who drives, once somebody took the seat.
    pub driver: Option<Login>,
    /// Where the seat is among several machines.
    pub seating: Seating,
    /// Who was named to drive next, by whom and with what to know.
    pub handed_over: Option<(Login, Note)>,
    /// Who trusted the programs of the rules.
    pub trust: Option<Trust>,
    /// How often a cockpit took it up again.
    pub resumed: u32,
    /// Since when a cockpit has been awake without a break, where that is not since the beginning.
    pub awake: Option<Timestamp>,
}

/// Something that a person wrote.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Note {
    /// When.
    pub at: Timestamp,
    /// Who.
    pub by: Option<Login>,
    /// What.
    pub text: Text,
}

impl Record {
    pub(in crate::domain) fn apply(&mut self, stamp: &Stamp, event: &RecordEvent) {
        let note = |text: &Text| Note {
            at: stamp.at,
            by: stamp.actor.person().cloned(),
            text: text.clone(),
        };
        match event {
            RecordEvent::Opened { .. } => {}
            RecordEvent::Resumed { .. } => {
                self.resumed += 1;
                // Whoever starts cockpit means to drive; where the seat is elsewhere the next look says so.
                self.seating.seat = SeatPlace::Here;
                self.awake = Some(stamp.at);
            }
            RecordEvent::ClockJumped { .. } => self.awake = Some(stamp.at),
            RecordEvent::Noted { text } => self.notes.push(note(text)),
            RecordEvent::ProblemReported { problem, text } => {
                self.problems.push((*problem, note(text)));
            }
            RecordEvent::FeedSilent { feed, since, why } => {
                self.silent.insert(*feed, (*since, why.clone()));
            }
            RecordEvent::FeedBack { feed } => {
                self.silent.remove(feed);
            }
            RecordEvent::OutcomeReached { outcome } => self.outcomes.push((*outcome, stamp.at)),
            RecordEvent::Explained { text } => self.explanation = Some(note(text)),
            RecordEvent::Unlocked { reason } => self.unlocked = Some(note(reason)),
            RecordEvent::EmergencyReviewed { note: text } => self.review = Some(note(text)),
            RecordEvent::ServiceLocked(lock) => self.service_lock = Some(lock.clone()),
            RecordEvent::ServiceFreed => self.service_lock = None,
            RecordEvent::EarlierSeen(seen) => self.earlier.clone_from(seen),
            RecordEvent::HandedOver { to, note: text } => {
                self.handed_over = Some((to.clone(), note(text)));
            }
            RecordEvent::SeatTaken { .. } => {
                self.driver = stamp.actor.person().cloned();
                self.handed_over = None;
                self.seating.seat = SeatPlace::Here;
                self.seating.takes = true;
                self.seating.taken = Some(stamp.at);
                self.seating.hold = None;
            }
            RecordEvent::SeatClaimed { over } => {
                self.seating.over = over.clone().or(self.seating.over.take());
                self.seating.sharing = Sharing::Shared;
                self.seating.takes = false;
            }
            RecordEvent::DrivenElsewhere { by } => {
                self.seating.seat = SeatPlace::Elsewhere(by.clone());
                self.seating.takes = false;
            }
            RecordEvent::SeatVacated => self.seating.seat = SeatPlace::Vacant,
            RecordEvent::ThisMachineOnly { why } => {
                self.seating.sharing = Sharing::MachineOnly(why.clone());
                self.seating.takes = false;
            }
            RecordEvent::HoldAsked { began } => {
                self.seating.hold = Some(HoldAfar {
                    began: *began,
                    since: stamp.at,
                    told: HoldTold::Asked,
                });
            }
            RecordEvent::HoldTold { began, why } => {
                let hold = self.seating.hold.as_mut();
                if let Some(hold) = hold.filter(|hold| hold.began == *began) {
                    hold.told = why.clone().map_or(HoldTold::Stands, HoldTold::Unseen);
                }
            }
            RecordEvent::RollbackElsewhere { by } => self.seating.rollback.clone_from(by),
            RecordEvent::CommandsTrusted { trust, .. } => self.trust = Some(trust.clone()),
            RecordEvent::Closed { by, reason } => {
                self.closed = Some(Note {
                    at: stamp.at,
                    by: Some(by.clone()),
                    text: reason.clone(),
                });
            }
        }
    }
}
