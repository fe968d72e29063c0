//! The chat as it stands: what is told there, what is still to be told, and the clicks that counted.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use jiff::Timestamp;

use super::{ChatEvent, ChatFate, ChatPlace, ClickWord, Topic, Vote};
use crate::domain::{
    Event, ReleaseOutcome, Seq, Stamp, Text, approval::ApprovalEvent, flags::FlagEvent,
    judge::JudgeEvent, record::RecordEvent, rollback::RollbackEvent, rollout::RolloutEvent,
};

/// Topics that wait to be asked for; beyond it the oldest are not told any more.
const MOST_WANTED: usize = 200;
/// Clicks that are remembered by name.
const MOST_CLICKS: usize = 1_000;

/// Cards that are posted in place of one that was deleted.
const MOST_AGAIN: usize = 3;

/// What stands in the chat, and what came from there.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Chat {
    /// Worth telling, and not asked for yet.
    wanted: VecDeque<Topic>,
    /// Asked for, and not answered.
    requested: BTreeMap<Seq, (Topic, Timestamp)>,
    /// Where the card stands.
    card: Option<ChatPlace>,
    /// Why nobody can tell whether the card stands, or why it cannot.
    card_lost: Option<Text>,
    /// How often it was deleted.
    gone: usize,
    /// Attempts whose last state stands there.
    finals: BTreeSet<u32>,
    /// Clicks that counted, by their names.
    clicks: BTreeSet<Text>,
    votes: Vec<Vote>,
}

impl Chat {
    /// Takes in an event of any noun: what is worth telling is wanted from now on.
    pub(in crate::domain) fn hear(&mut self, stamp: &Stamp, event: &Event) {
        let topic = match event {
            Event::Chat(event) => return self.apply(stamp, event),
            Event::Approval(ApprovalEvent::Waiting { .. }) => {
                let is_new = self.card.is_none()
                    && self.card_lost.is_none()
                    && !self.wanted.contains(&Topic::Card)
                    && !self.is_requested(&Topic::Card);
                if is_new {
                    self.want(Topic::Card);
                }
                return;
            }
            Event::Approval(ApprovalEvent::Escalated { .. }) => {
                self.want(Topic::Escalation { of: stamp.seq });
                Topic::Thread { of: stamp.seq }
            }
            Event::Record(RecordEvent::OutcomeReached {
                outcome:
                    ReleaseOutcome::DeploymentComplete
                    | ReleaseOutcome::RolledBack
                    | ReleaseOutcome::RollbackFailed,
            }) => Topic::Outcome { of: stamp.seq },
            event if is_told(event) => Topic::Thread { of: stamp.seq },
            _ => return,
        };
        self.want(topic);
    }

    fn want(&mut self, topic: Topic) {
        if self.wanted.len() == MOST_WANTED {
            self.wanted.pop_front();
        }
        self.wanted.push_back(topic);
    }

    fn apply(&mut self, stamp: &Stamp, event: &ChatEvent) {
        match event {
            ChatEvent::MessageRequested { topic } => {
                self.wanted.retain(|wanted| wanted != topic);
                self.requested.insert(stamp.seq, (topic.clone(), stamp.at));
            }
            ChatEvent::MessageAnswered { act, fate } => {
                if let Some((topic, _)) = self.requested.remove(act) {
                    self.answered(&topic, fate);
                }
            }
            ChatEvent::CardGone { place } if self.card.as_ref() == Some(place) => {
                self.card = None;
                self.gone += 1;
                if self.gone <= MOST_AGAIN {
                    self.want(Topic::Card);
                } else {
                    self.card_lost = Some("it was deleted again and again".into());
                }
            }
            ChatEvent::CardGone { .. } => {}
            ChatEvent::Clicked {
                id,
                word,
                seen,
                votes,
                ..
            } => {
                self.remember(id);
                if let (ClickWord::Approve, true, Some(by)) = (word, votes, stamp.actor.person()) {
                    self.votes.retain(|vote| !vote.by().is(by));
                    self.votes
                        .push(Vote::of(by.clone(), stamp.at, seen.clone()));
                }
            }
        }
    }

    fn remember(&mut self, click: &Text) {
        if self.clicks.len() == MOST_CLICKS {
            // Their names begin with the time: the oldest goes.
            self.clicks.pop_first();
        }
        self.clicks.insert(click.clone());
    }

    fn answered(&mut self, topic: &Topic, fate: &ChatFate) {
        match (topic, fate) {
            (Topic::Card, ChatFate::Sent(place)) => self.card = Some(place.clone()),
            (Topic::Card, ChatFate::Refused(fault)) => {
                self.card_lost = Some(Text::line(&fault.to_string()));
            }
            (Topic::Card, ChatFate::Unknown(why)) => self.card_lost = Some(why.clone()),
            (Topic::Final { attempt }, _) => {
                self.finals.insert(*attempt);
            }
            (Topic::Thread { .. } | Topic::Escalation { .. } | Topic::Outcome { .. }, _) => {}
        }
    }

    /// Where the card stands.
    pub fn card(&self) -> Option<&ChatPlace> {
        self.card.as_ref()
    }

    /// Why there is no card, where there should be one.
    pub fn card_lost(&self) -> Option<&Text> {
        self.card_lost.as_ref()
    }

    /// Messages that were asked for and not answered, oldest first: the request, when, and about what.
    pub fn requested(&self) -> impl Iterator<Item = (Seq, Timestamp, &Topic)> {
        let all = self.requested.iter();
        all.map(|(seq, (topic, at))| (*seq, *at, topic))
    }

    /// What is wanted and not asked for yet, oldest first.
    pub(in crate::domain) fn wanted(&self) -> impl Iterator<Item = &Topic> {
        self.wanted.iter()
    }

    /// Whether that was asked for and is not answered.
    pub fn is_requested(&self, topic: &Topic) -> bool {
        self.requested.values().any(|(known, _)| known == topic)
    }

    /// Whether the last state of an attempt was told.
    pub(in crate::domain) fn is_final(&self, attempt: u32) -> bool {
        self.finals.contains(&attempt)
    }

    /// Whether a click has counted before.
    pub fn knows_click(&self, id: &Text) -> bool {
        self.clicks.contains(id)
    }

    /// Clicks that count towards the approval, whatever has changed since.
    pub fn votes(&self) -> &[Vote] {
        &self.votes
    }
}

/// Events that people in the thread want to read.
fn is_told(event: &Event) -> bool {
    match event {
        Event::Approval(event) => matches!(
            event,
            ApprovalEvent::Requested { .. }
                | ApprovalEvent::Locked { .. }
                | ApprovalEvent::RejectionRequested { .. }
                | ApprovalEvent::Granted { .. }
                | ApprovalEvent::Rejected { .. }
                | ApprovalEvent::SignedOff { .. }
                | ApprovalEvent::SignOffWithdrawn { .. }
                | ApprovalEvent::Reopened { .. }
                | ApprovalEvent::EmergencyDeclared { .. }
                | ApprovalEvent::EmergencyWithdrawn { .. }
                | ApprovalEvent::StartScheduled { .. }
        ),
        Event::Rollout(event) => matches!(
            event,
            RolloutEvent::ProductionDeployed { .. }
                | RolloutEvent::IssueDetected { .. }
                | RolloutEvent::CancelRequested { .. }
        ),
        Event::Judge(event) => matches!(
            event,
            JudgeEvent::TriggerFired { .. }
                | JudgeEvent::AnomalySeen { .. }
                | JudgeEvent::WindowUndecided { .. }
                | JudgeEvent::WindowJudged { .. }
        ),
        Event::Rollback(event) => matches!(
            event,
            RollbackEvent::Requested { .. }
                | RollbackEvent::CountdownStarted { .. }
                | RollbackEvent::CountdownHeld { .. }
                | RollbackEvent::CountdownStopped { .. }
                | RollbackEvent::Failed { .. }
                | RollbackEvent::Finished { .. }
                | RollbackEvent::Confirmed { .. }
                | RollbackEvent::RecoveryJudged { .. }
        ),
        Event::Record(event) => matches!(
            event,
            RecordEvent::ProblemReported { .. }
                | RecordEvent::HandedOver { .. }
                | RecordEvent::SeatTaken { .. }
                | RecordEvent::Closed { .. }
        ),
        Event::Flag(event) => matches!(
            event,
            FlagEvent::KillRequested { .. } | FlagEvent::Killed { .. }
        ),
        Event::Checklist(_)
        | Event::Evidence(_)
        | Event::Gate(_)
        | Event::Smoke(_)
        | Event::Chat(_)
        | Event::Unknown(_) => false,
    }
}
