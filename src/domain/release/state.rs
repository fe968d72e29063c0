//! A release: the fold over its journal. Only [`Release::apply`] changes it.

use std::collections::BTreeMap;

use jiff::Timestamp;

use super::{gate::Gate, known::Known};
use crate::domain::{
    Act, Deed, Event, ReleaseKey, Seq, Stamp, Stamped, Text,
    approval::{Approval, ApprovalEvent},
    chat::Chat,
    checklist::ChecklistBoard,
    evidence::{Board, Contradiction},
    flags::{FlagBoard, FlagEvent},
    judge::{State, WatchState},
    policy::{Calendar, Policy, gate::GateEvent},
    question::Answer,
    record::{Record, RecordEvent},
    rollback::{Rollback, RollbackEvent},
    rollout::{Rollout, RolloutEvent},
    smoke::SmokeBoard,
};

/// Entries of the log that are kept for the screen; the journal has them all.
const LOG_KEPT: usize = 500;

/// One release as it stands.
#[derive(Debug, Clone, PartialEq)]
pub struct Release {
    /// Which.
    pub key: ReleaseKey,
    /// When its journal began.
    pub opened: Timestamp,
    /// The rules.
    pub policy: Policy,
    /// The evidence.
    pub evidence: Board,
    /// The human decision.
    pub approval: Approval,
    /// The run and its promotion.
    pub rollout: Rollout,
    /// The smoke tests.
    pub smoke: SmokeBoard,
    /// The judged minutes.
    pub watch: WatchState,
    /// Going back.
    pub rollback: Rollback,
    /// The feature flags.
    pub flags: FlagBoard,
    /// Notes, problems, silent feeds.
    pub record: Record,
    /// What stands in the chat.
    pub chat: Chat,
    /// When production may change.
    pub calendar: Calendar,
    /// What the world answered to the prerequisites, by name.
    pub prerequisites: BTreeMap<String, Answer>,
    /// The checklist.
    pub checklist: ChecklistBoard,
    /// Gate states as last recorded.
    pub gate_states: BTreeMap<String, State>,
    /// The newest events, oldest first, without the minutes and the history.
    pub log: std::collections::VecDeque<Stamped>,
    seq: Seq,
    newest: Timestamp,
    outbox: BTreeMap<Seq, Act>,
    pub(super) known_gates: Known<Vec<Gate>>,
    /// Of the evidence and the candidate's commit.
    pub(super) known_claims: Known<Vec<Contradiction>>,
}

/// A journal that does not begin as a journal must.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the journal begins with {0}, not with the release that it is about")]
pub struct NotAnOpening(pub Text);

impl Release {
    /// Begins with a journal's first event.
    pub fn open(first: &Stamped) -> Result<Self, NotAnOpening> {
        let Event::Record(RecordEvent::Opened { key, policy, .. }) = &first.event else {
            let what = first
                .event
                .encode()
                .map_or_else(|_| "something unknown".to_owned(), |(kind, _)| kind);
            return Err(NotAnOpening(Text::line(&what)));
        };
        Ok(Self {
            key: key.clone(),
            opened: first.stamp.at,
            evidence: Board::default(),
            approval: Approval::default(),
            rollout: Rollout::new(policy),
            smoke: SmokeBoard::default(),
            watch: WatchState::default(),
            rollback: Rollback::default(),
            flags: FlagBoard::default(),
            record: Record::default(),
            chat: Chat::default(),
            calendar: Calendar::default(),
            prerequisites: BTreeMap::new(),
            checklist: ChecklistBoard::default(),
            gate_states: BTreeMap::new(),
            log: std::iter::once(first.clone()).collect(),
            policy: Policy::clone(policy),
            seq: first.stamp.seq,
            newest: first.stamp.at,
            outbox: BTreeMap::new(),
            known_gates: Known::default(),
            known_claims: Known::default(),
        })
    }

    /// Applies one event. Total: every event is accepted in every state; one that was already applied is ignored.
    pub fn apply(&mut self, stamped: &Stamped) {
        let stamp = &stamped.stamp;
        if stamp.seq <= self.seq {
            return;
        }
        self.seq = stamp.seq;
        self.newest = self.newest.max(stamp.at);
        match &stamped.event {
            Event::Evidence(event) => {
                self.evidence.apply(event, stamp.at);
                self.known_claims.forget();
            }
            Event::Gate(event) => self.apply_gate(stamp, event),
            Event::Checklist(event) => self.checklist.apply(stamp, event),
            Event::Approval(event) => self.apply_approval(stamp, event),
            Event::Rollout(event) => self.apply_rollout(stamp, event),
            Event::Smoke(event) => self.smoke.apply(event),
            Event::Judge(event) => self.watch.apply(stamp, event),
            Event::Rollback(event) => self.apply_rollback(stamp, event),
            Event::Flag(event) => self.apply_flag(stamp, event),
            Event::Record(event) => self.record.apply(stamp, event),
            Event::Chat(_) | Event::Unknown(_) => {}
        }
        if self.policy.slack.is_some() {
            self.chat.hear(stamp, &stamped.event);
        }
        if is_logged(&stamped.event) {
            if self.log.len() == LOG_KEPT {
                self.log.pop_front();
            }
            self.log.push_back(stamped.clone());
        }
        self.known_gates.forget();
    }

    fn apply_gate(&mut self, stamp: &Stamp, event: &GateEvent) {
        match event {
            GateEvent::Changed { gate, state, .. } => {
                self.gate_states.insert(gate.clone(), *state);
            }
            GateEvent::CalendarRead { windows } => {
                self.calendar.windows = Some(windows.clone());
                self.calendar.read = Some(stamp.at);
            }
            GateEvent::TimingChanged(timing) => {
                self.calendar.timing = Some(timing.clone());
            }
            GateEvent::PrerequisiteChecked { name, answer } => {
                self.prerequisites.insert(name.clone(), answer.clone());
            }
        }
    }

    fn apply_approval(&mut self, stamp: &Stamp, event: &ApprovalEvent) {
        match event {
            ApprovalEvent::Requested { deed, .. } => self.post(stamp, deed, false),
            ApprovalEvent::RejectionRequested {
                deed: Some(deed), ..
            } => self.post(stamp, deed, true),
            ApprovalEvent::Checked { act } => {
                if let Some(act) = self.outbox.get_mut(act) {
                    act.cleared = true;
                }
            }
            ApprovalEvent::Locked { act, .. }
            | ApprovalEvent::Answered { act, .. }
            | ApprovalEvent::Granted {
                ours: Some(act), ..
            }
            | ApprovalEvent::Rejected {
                ours: Some(act), ..
            } => {
                self.outbox.remove(act);
            }
            // The request of the attempt before is void; a rollback on its way is not.
            ApprovalEvent::Reopened { .. } => {
                if let Some(request) = &self.approval.request {
                    self.outbox.remove(&request.seq);
                }
                self.smoke = SmokeBoard::default();
                self.prerequisites.clear();
                self.checklist.begin_again(self.policy.checklist.as_ref());
            }
            ApprovalEvent::HeldBy { .. }
            | ApprovalEvent::Waiting { .. }
            | ApprovalEvent::Escalated { .. }
            | ApprovalEvent::RejectionRequested { deed: None, .. }
            | ApprovalEvent::Granted { ours: None, .. }
            | ApprovalEvent::Rejected { ours: None, .. }
            | ApprovalEvent::SignedOff { .. }
            | ApprovalEvent::SignOffWithdrawn { .. }
            | ApprovalEvent::EmergencyDeclared { .. }
            | ApprovalEvent::EmergencyWithdrawn { .. }
            | ApprovalEvent::StartScheduled { .. }
            | ApprovalEvent::StartDue { .. } => {}
        }
        self.approval.apply(stamp, event);
    }

    fn apply_rollout(&mut self, stamp: &Stamp, event: &RolloutEvent) {
        match event {
            RolloutEvent::CancelRequested { deed } | RolloutEvent::RerunRequested { deed } => {
                self.post(stamp, deed, true);
            }
            RolloutEvent::Answered { act, .. } => {
                self.outbox.remove(act);
            }
            _ => {}
        }
        let deployed = self.rollout.deployed;
        let attempt = self.rollout.deploying_run().map(|run| run.attempt);
        let sha = self.rollout.sha().cloned();
        self.rollout.apply(stamp, event);
        if self.rollout.sha() != sha.as_ref() {
            self.known_claims.forget();
        }
        if attempt < self.rollout.deploying_run().map(|run| run.attempt) {
            self.smoke.begin_again();
        }
        if deployed.is_some() && self.rollout.deployed.is_none() {
            // Another attempt: it is watched anew.
            self.watch.end = None;
            self.watch.extended = 0;
        }
    }

    fn apply_rollback(&mut self, stamp: &Stamp, event: &RollbackEvent) {
        match event {
            RollbackEvent::ClaimRequested { deed }
            | RollbackEvent::CancelRequested { deed }
            | RollbackEvent::StartRequested { deed }
            | RollbackEvent::ReviewRequested { deed } => self.post(stamp, deed, true),
            RollbackEvent::Answered { act, .. } | RollbackEvent::Claimed { act, .. } => {
                self.outbox.remove(act);
            }
            // What the attempt before never got out must not go out beside this one.
            RollbackEvent::Requested { .. } => {
                self.withdraw_what_goes_on();
                if let Some(before) = self.rollback.newest().map(|attempt| attempt.seq) {
                    let others = [
                        self.approval.request.as_ref().map(|request| request.seq),
                        self.rollout.request.as_ref().map(|(seq, _)| *seq),
                    ];
                    self.outbox.retain(|seq, act| {
                        let is_kill = matches!(act.deed, Deed::KillFlag { .. });
                        *seq < before || is_kill || others.contains(&Some(*seq))
                    });
                }
            }
            // Its acts go with it: none may reach the world when the person has turned to another way.
            RollbackEvent::Failed { .. } => {
                let attempt = self.rollback.newest();
                let acts: Vec<Seq> = attempt.iter().flat_map(|one| one.acts()).collect();
                self.outbox.retain(|seq, _| !acts.contains(seq));
            }
            _ => {}
        }
        self.rollback.apply(stamp, event);
    }

    fn apply_flag(&mut self, stamp: &Stamp, event: &FlagEvent) {
        match event {
            FlagEvent::KillRequested { deed, .. } => self.post(stamp, deed, true),
            // Where the provider says "off", nothing is left to be sent.
            FlagEvent::Answered { act, .. } | FlagEvent::Killed { act, .. } => {
                self.outbox.remove(act);
            }
            FlagEvent::Seen { .. } => {}
        }
        self.flags.apply(stamp, event);
    }

    /// Who asks for the way back does not want what may still stand in a queue to go out behind it.
    fn withdraw_what_goes_on(&mut self) {
        let request = self.approval.request.as_ref();
        let approval = request.filter(|request| request.approve);
        for (seq, act) in &mut self.outbox {
            let goes_on = matches!(act.deed, Deed::RerunFailed { .. });
            act.withdrawn |= goes_on || approval.is_some_and(|request| request.seq == *seq);
        }
    }

    fn post(&mut self, stamp: &Stamp, deed: &Deed, cleared: bool) {
        let act = Act {
            seq: stamp.seq,
            at: stamp.at,
            deed: deed.clone(),
            cleared,
            withdrawn: false,
        };
        self.outbox.insert(stamp.seq, act);
    }

    /// Acts that were requested and not yet answered, oldest first.
    pub fn outbox(&self) -> impl Iterator<Item = &Act> {
        self.outbox.values()
    }

    /// The newest event's sequence.
    pub fn seq(&self) -> Seq {
        self.seq
    }

    /// When the newest event was recorded. Time never runs backwards in a journal.
    pub fn newest(&self) -> Timestamp {
        self.newest
    }

    /// The run's attempt; 1 until it is known.
    pub fn attempt(&self) -> u32 {
        self.rollout.run.as_ref().map_or(1, |run| run.attempt)
    }

    /// What people call the candidate.
    pub fn name(&self) -> Text {
        match (&self.evidence.candidate, self.rollout.sha()) {
            (Some(candidate), _) => Text::line(candidate.name()),
            (None, Some(sha)) => Text::line(sha.short()),
            (None, None) => Text::line(&format!("run {}", self.key.run)),
        }
    }
}

/// Whether an event is a line of the log: minutes and history are not.
fn is_logged(event: &Event) -> bool {
    use crate::domain::judge::JudgeEvent;
    !matches!(
        event,
        Event::Judge(
            JudgeEvent::MinuteJudged { .. }
                | JudgeEvent::HistoryRead { .. }
                | JudgeEvent::PastRead { .. }
        )
    )
}
