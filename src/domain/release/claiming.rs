//! What one machine asks of the others: the claim before a rollback, the runs that must not stand beside it, the seat.

use jiff::SignedDuration;

use super::Release;
use crate::domain::{
    Beside, Command, Deed, Event, Intent, Outcome, Refusal, RunId,
    claim::{ClaimFate, ClaimName, ClaimWish, CountdownAfar},
    record::RecordEvent,
    rollback::{Attempt, RollbackEvent},
};

/// A rollback's claim outlasts its time-out by this much: nobody takes over what may just be ending.
const OUTLASTS: SignedDuration = SignedDuration::from_mins(5);

impl Release {
    /// The countdown that runs here, as other machines are told of it.
    pub fn countdown_told(&self) -> Option<CountdownAfar> {
        let running = self.rollback.countdown()?;
        Some(CountdownAfar {
            began: running.started.as_second(),
            trigger: running.trigger.as_str().into(),
            zero: running.zero,
        })
    }
}

/// The claim that a rollback waits for, where other machines can be told; `None`: it goes on.
pub(super) fn claim_first(release: &Release, attempt: &Attempt) -> Option<Event> {
    let seating = &release.record.seating;
    // Who has just taken the seat shares it in a moment: whoever had it may roll back in the same one.
    let is_shared = seating.is_shared() || seating.takes;
    if attempt.claim.is_some() || !is_shared {
        return None;
    }
    let lasts = release.rollback_timeout().saturating_add(OUTLASTS);
    let wish = ClaimWish {
        name: ClaimName::Rollback,
        run: release.key.run,
        version: release.name(),
        marker: attempt.marker.clone(),
        since: attempt.at,
        lasts: lasts.as_secs(),
        countdown: None,
        lock: None,
    };
    // A claim that stood in the way of the attempt before was told to the person, who confirmed again.
    let before = release.rollback.attempts.iter().rev().nth(1);
    let over = before.and_then(|before| match &before.claim {
        Some((_, Some(ClaimFate::Taken { claim, .. }))) => Some(claim.clone()),
        Some(_) | None => None,
    });
    let deed = Deed::Claim {
        wish: Box::new(wish),
        over,
    };
    Some(RollbackEvent::ClaimRequested { deed }.into())
}

/// Whether a rollback still waits for the answer to its claim.
pub(super) fn waits_for_claim(attempt: &Attempt) -> bool {
    matches!(attempt.claim, Some((_, None)))
}

/// The runs that keep a rollback from being dispatched. Where the claim is ours nobody else's cockpit dispatches; where it is
/// not, or stood in somebody's name before, any run of the workflow since the approval may be the same rollback.
pub(super) fn beside(release: &Release, attempt: &Attempt) -> Beside {
    let alone = matches!(
        attempt.claim,
        Some((_, Some(ClaimFate::Ours { over: None })))
    );
    let approved = release.approval.first_grant().map(|grant| grant.at);
    let mut known: Vec<RunId> = Vec::new();
    for earlier in &release.rollback.attempts {
        known.extend(earlier.run);
        if let Some((_, _, Some(Outcome::Beside { runs }))) = &earlier.start {
            known.extend(runs.iter().map(|one| one.run));
        }
    }
    Beside {
        since: approved.unwrap_or(release.opened),
        known,
        any: !alone,
    }
}

/// Who drives, where that keeps a command from being taken here.
pub(super) fn refused_away(release: &Release, command: &Command) -> Result<(), Refusal> {
    let acts_anywhere = matches!(
        command.intent,
        Intent::Note { .. } | Intent::Hold | Intent::TakeSeat | Intent::Unlock { .. }
    );
    match release.record.seating.driver_elsewhere() {
        Some(driver) if !acts_anywhere => Err(Refusal::ReadOnly(driver)),
        Some(_) | None => Ok(()),
    }
}

/// Holds the countdown: the one that runs here, else the one of whoever drives elsewhere.
pub(super) fn hold(release: &Release) -> Option<Event> {
    if let Some(running) = release.rollback.countdown() {
        let trigger = running.trigger.clone();
        return Some(
            RollbackEvent::CountdownHeld {
                trigger,
                from: None,
            }
            .into(),
        );
    }
    let began = release.record.seating.countdown_afar()?.began;
    Some(RecordEvent::HoldAsked { began }.into())
}
