//! A canary's next stage that was released in advance: it goes on by itself when every gate passes, else it asks.

use jiff::Timestamp;

use super::approve::approval_requested;
use crate::domain::{
    Event, Text,
    approval::{Agreement, ConfirmedApproval},
    judge::State,
    policy::{Advance, Strategy},
    release::Release,
};

impl Release {
    /// Whether the stage that waits was released in advance, and cockpit has not tried it yet.
    pub fn goes_on_by_itself(&self) -> bool {
        self.agreed_stage().is_some()
    }

    /// The agreement that covers the stage which waits.
    fn agreed_stage(&self) -> Option<&Agreement> {
        let agreement = self.agreement().filter(|one| one.lets_advance())?;
        if !self.record.seating.is_here() {
            return None;
        }
        let Strategy::Canary {
            advance: Advance::PreAuthorised,
            ..
        } = &self.policy.strategy
        else {
            return None;
        };
        let waiting = self.approval.waiting.as_ref()?;
        // One try: what GitHub refused or what changed meanwhile is a person's to decide.
        let tried = self.approval.request.as_ref();
        let is_tried = tried.is_some_and(|request| request.stage == waiting.stage);
        (waiting.stage > 0 && !is_tried && self.rollback.attempts.is_empty()).then_some(agreement)
    }

    /// What keeps the next stage from going on by itself at `at`; empty: nothing. The gates come first.
    pub fn held_back(&self, at: Timestamp) -> Vec<Text> {
        let mut why: Vec<Text> = self
            .gates()
            .iter()
            .filter(|gate| gate.verdict.state != State::Pass)
            .map(|gate| {
                let (state, said) = (gate.verdict.state.word(), &gate.verdict.why);
                Text::line(&format!("{}: {state} ({said})", gate.title))
            })
            .collect();
        let fired = self.watch.fired().map(|(source, _)| Text::line(source));
        why.extend(fired);
        let standing = self.watch.standing();
        why.extend(standing.map(|(metric, _, why)| Text::line(&format!("{metric}: {why}"))));
        why.extend(self.rollout.issues.iter().cloned());
        let problems = self.record.problems.iter();
        why.extend(problems.map(|(problem, _)| Text::line(problem.word())));
        why.extend(self.is_drowsy(at));
        why.extend(self.is_dark(at));
        why.extend(self.approval_hindrance());
        why
    }
}

/// Lets the next stage go where that was agreed to and nothing speaks against it.
pub(super) fn advance(release: &Release, at: Timestamp) -> Option<Event> {
    let agreement = release.agreed_stage()?;
    if !release.held_back(at).is_empty() || release.phase().is_end() {
        return None;
    }
    let confirmed = ConfirmedApproval::pre_authorised(release.shown()?, agreement).ok()?;
    let who = format!("cockpit, as agreed by {}", agreement.by());
    approval_requested(release, &who, &confirmed).ok()
}
