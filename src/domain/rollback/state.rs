//! Rollbacks as they stand: how ready, which attempts, how far.

use jiff::Timestamp;

use super::{Countdown, CountdownEnd, Plan, Readiness, RollbackEvent, RollbackShown};
use crate::domain::{
    Deed, EnvironmentId, Login, Outcome, RunId, Seq, Stamp, Text,
    claim::ClaimFate,
    observation::{Conclusion, PendingDeployment, RunStatus},
};

/// All rollbacks of a release.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Rollback {
    /// How ready; `None` until looked at.
    pub readiness: Option<Readiness>,
    /// Attempts, oldest first.
    pub attempts: Vec<Attempt>,
    /// Countdowns to a rollback that was agreed to, oldest first.
    pub countdowns: Vec<Countdown>,
}

/// One attempt to roll back.
#[derive(Debug, Clone, PartialEq)]
pub struct Attempt {
    /// The request.
    pub seq: Seq,
    /// When.
    pub at: Timestamp,
    /// Who.
    pub by: Option<Login>,
    /// What was seen.
    pub shown: RollbackShown,
    /// Why.
    pub reason: Text,
    /// What happens to a deploy that still runs.
    pub plan: Plan,
    /// How to find its run again.
    pub marker: String,
    /// How far.
    pub progress: Progress,
    /// Its run, once known.
    pub run: Option<RunId>,
    /// Where its run stands.
    pub status: Option<(RunStatus, Option<Conclusion>)>,
    /// Whether its run was seen to work, or to have come to an end that only work leads to.
    pub began: bool,
    /// What holds its run.
    pub holds: Vec<PendingDeployment>,
    /// Environments whose review was already requested.
    pub reviewed: Vec<EnvironmentId>,
    /// The requests for those reviews.
    pub reviews: Vec<Seq>,
    /// Its claim among several machines: request and what became of it.
    pub claim: Option<(Seq, Option<ClaimFate>)>,
    /// The deploy's cancellation: request and what became of it.
    pub cancel: Option<(Seq, Option<Outcome>)>,
    /// Its own start: request, when, and what became of it.
    pub start: Option<(Seq, Timestamp, Option<Outcome>)>,
}

/// How far a rollback is.
#[derive(Debug, Clone, PartialEq)]
pub enum Progress {
    /// Asked for: the deploy is stopped or waited for, then it starts.
    Preparing,
    /// Its start is on its way to GitHub, or its run is looked for.
    Starting,
    /// Its run works.
    Running,
    /// It did not reach its end.
    Failed {
        /// When.
        at: Timestamp,
        /// Why.
        why: Text,
    },
    /// Its run ended well.
    Finished {
        /// When cockpit saw it.
        at: Timestamp,
        /// What production answers; `None` until it answered with the target.
        production: Option<Text>,
        /// Whether the metrics are back: `None` not judged yet, `Some((None, _))` cannot tell.
        recovered: Option<(Option<bool>, Text)>,
    },
}

impl Rollback {
    pub(in crate::domain) fn apply(&mut self, stamp: &Stamp, event: &RollbackEvent) {
        match event {
            RollbackEvent::ReadinessSeen(readiness) => self.readiness = Some(readiness.clone()),
            RollbackEvent::Requested {
                shown,
                reason,
                plan,
                marker,
                ..
            } => {
                self.end_countdown(CountdownEnd::RolledBack);
                self.attempts.push(Attempt {
                    seq: stamp.seq,
                    at: stamp.at,
                    by: stamp.actor.person().cloned(),
                    shown: shown.clone(),
                    reason: reason.clone(),
                    plan: *plan,
                    marker: marker.clone(),
                    progress: Progress::Preparing,
                    run: None,
                    status: None,
                    began: false,
                    holds: Vec::new(),
                    reviewed: Vec::new(),
                    reviews: Vec::new(),
                    claim: None,
                    cancel: None,
                    start: None,
                });
            }
            RollbackEvent::CountdownStarted {
                trigger,
                why,
                zero,
                approval,
            } => self.countdowns.push(Countdown {
                trigger: trigger.clone(),
                why: why.clone(),
                started: stamp.at,
                zero: *zero,
                approval: *approval,
                holds_read: None,
                end: None,
            }),
            RollbackEvent::CountdownHeld { from, .. } => {
                let person = stamp.actor.person();
                let by = person.or(from.as_ref().map(|from| &from.login)).cloned();
                self.end_countdown(CountdownEnd::Held { by });
            }
            RollbackEvent::CountdownStopped { why, .. } => {
                let why = why.clone();
                self.end_countdown(CountdownEnd::Stopped { why });
            }
            RollbackEvent::HoldsRead { asked } => {
                if let Some(running) = self.countdowns.last_mut() {
                    running.holds_read = Some(*asked);
                }
            }
            RollbackEvent::WaitEnded
            | RollbackEvent::ClaimRequested { .. }
            | RollbackEvent::Claimed { .. }
            | RollbackEvent::CancelRequested { .. }
            | RollbackEvent::StartRequested { .. }
            | RollbackEvent::ReviewRequested { .. }
            | RollbackEvent::Answered { .. }
            | RollbackEvent::RunFound { .. }
            | RollbackEvent::RunChanged { .. }
            | RollbackEvent::HeldBy { .. }
            | RollbackEvent::Failed { .. }
            | RollbackEvent::Finished { .. }
            | RollbackEvent::Confirmed { .. }
            | RollbackEvent::RecoveryJudged { .. } => {
                if let Some(attempt) = self.attempts.last_mut() {
                    attempt.apply(stamp, event);
                }
            }
        }
    }

    fn end_countdown(&mut self, end: CountdownEnd) {
        if let Some(running) = self.countdowns.last_mut()
            && running.end.is_none()
        {
            running.end = Some(end);
        }
    }

    /// The countdown that runs.
    pub fn countdown(&self) -> Option<&Countdown> {
        self.countdowns.last().filter(|one| one.end.is_none())
    }

    /// The attempt that is not at its end.
    pub fn in_flight(&self) -> Option<&Attempt> {
        self.attempts.last().filter(|attempt| {
            matches!(
                attempt.progress,
                Progress::Preparing | Progress::Starting | Progress::Running
            )
        })
    }

    /// The attempt whose run is followed: one that took too long is given up, and its run may still change production.
    pub fn followed(&self) -> Option<&Attempt> {
        self.in_flight()
            .or_else(|| self.attempts.last().filter(|attempt| attempt.still_works()))
    }

    /// Whether the newest attempt ended well.
    pub fn is_done(&self) -> bool {
        let newest = self.newest().map(|attempt| &attempt.progress);
        matches!(newest, Some(Progress::Finished { .. }))
    }

    /// The first attempt that production may be another since.
    pub fn turning(&self) -> Option<&Attempt> {
        self.attempts
            .iter()
            .find(|attempt| attempt.may_have_changed())
    }

    /// The newest attempt.
    pub fn newest(&self) -> Option<&Attempt> {
        self.attempts.last()
    }
}

impl Attempt {
    /// Whether its run is known, and not known to be at its end, though cockpit waits for it no more.
    pub fn still_works(&self) -> bool {
        let stands = self.status.map(|(status, _)| status);
        matches!(self.progress, Progress::Failed { .. })
            && self.run.is_some()
            && stands != Some(RunStatus::Completed)
    }

    /// Whether production may be another since: not where nothing was sent, and not where its run never worked.
    fn may_have_changed(&self) -> bool {
        let told = self.start.as_ref().map(|(_, _, told)| told.as_ref());
        match (&self.progress, told) {
            (Progress::Failed { .. }, None) => false,
            // A command that failed may have come half the way.
            (Progress::Failed { .. }, Some(_)) if self.plan == Plan::Fallback => true,
            (
                Progress::Failed { .. },
                Some(Some(Outcome::Failed { .. } | Outcome::Beside { .. })),
            ) => self.began,
            (Progress::Failed { .. }, Some(_)) => self.began || self.run.is_none(),
            _ => true,
        }
    }

    /// Whether its run stands in a lane behind another, which may go on for as long as it likes.
    pub fn waits_for_lane(&self) -> bool {
        let stands = self.status.map(|(status, _)| status);
        self.progress == Progress::Running && stands == Some(RunStatus::Pending)
    }

    /// Everything that it asked of the world.
    pub fn acts(&self) -> impl Iterator<Item = Seq> + '_ {
        let claim = self.claim.as_ref().map(|(seq, _)| *seq);
        let cancel = self.cancel.as_ref().map(|(seq, _)| *seq);
        let start = self.start.as_ref().map(|(seq, _, _)| *seq);
        claim
            .into_iter()
            .chain(cancel)
            .chain(start)
            .chain(self.reviews.iter().copied())
    }

    fn apply(&mut self, stamp: &Stamp, event: &RollbackEvent) {
        match event {
            RollbackEvent::WaitEnded => self.plan = Plan::Dispatch,
            RollbackEvent::ClaimRequested { .. } => self.claim = Some((stamp.seq, None)),
            RollbackEvent::Claimed { act, fate } => {
                if let Some((seq, known)) = &mut self.claim
                    && seq == act
                {
                    *known = Some(fate.clone());
                }
            }
            RollbackEvent::CancelRequested { .. } => self.cancel = Some((stamp.seq, None)),
            RollbackEvent::StartRequested { .. } => {
                self.start = Some((stamp.seq, stamp.at, None));
                self.progress = Progress::Starting;
            }
            RollbackEvent::ReviewRequested { deed } => {
                self.reviews.push(stamp.seq);
                if let Deed::Review { environments, .. } = deed {
                    self.reviewed.extend(environments);
                }
            }
            RollbackEvent::Answered { act, outcome } => self.answered(*act, outcome),
            RollbackEvent::RunFound { run } => {
                self.run = Some(*run);
                self.progress = Progress::Running;
            }
            RollbackEvent::RunChanged {
                status, conclusion, ..
            } => {
                let has_worked = matches!(
                    conclusion,
                    Some(Conclusion::Success | Conclusion::Failure | Conclusion::TimedOut)
                );
                self.began |= has_worked || *status == RunStatus::InProgress;
                self.status = Some((*status, *conclusion));
            }
            RollbackEvent::HeldBy { holds } => self.holds.clone_from(holds),
            RollbackEvent::Failed { why, .. } => {
                self.progress = Progress::Failed {
                    at: stamp.at,
                    why: why.clone(),
                };
            }
            RollbackEvent::Finished { .. } => {
                self.progress = Progress::Finished {
                    at: stamp.at,
                    production: None,
                    recovered: None,
                };
            }
            RollbackEvent::Confirmed { production: answer } => {
                if let Progress::Finished { production, .. } = &mut self.progress {
                    *production = Some(answer.clone());
                }
            }
            RollbackEvent::RecoveryJudged {
                recovered: verdict,
                why,
            } => {
                if let Progress::Finished { recovered, .. } = &mut self.progress {
                    *recovered = Some((*verdict, why.clone()));
                }
            }
            RollbackEvent::ReadinessSeen(_)
            | RollbackEvent::Requested { .. }
            | RollbackEvent::CountdownStarted { .. }
            | RollbackEvent::CountdownHeld { .. }
            | RollbackEvent::HoldsRead { .. }
            | RollbackEvent::CountdownStopped { .. } => {}
        }
    }

    fn answered(&mut self, act: Seq, outcome: &Outcome) {
        if let Some((seq, answer)) = &mut self.cancel
            && *seq == act
        {
            *answer = Some(outcome.clone());
        }
        if let Some((seq, _, answer)) = &mut self.start
            && *seq == act
        {
            *answer = Some(outcome.clone());
            if let Outcome::Taken { run: Some(run) } = outcome {
                self.run = Some(*run);
                self.progress = Progress::Running;
            }
        }
    }
}
