//! Time passes: deadlines, and what follows by itself from what is known.
//!
//! Deadlines are absolute times in the journal. [`Release::next_deadline`] tells the shell when to call again.

use jiff::{SignedDuration, Timestamp};

use super::{
    advance::advance,
    chat::messages_due,
    claiming::{beside, claim_first, waits_for_claim},
    countdown::count_down,
    fill::Templates,
    freshness::grow_old,
    smoke::smoke_failed,
    start::start_due,
};
use crate::domain::{
    Deed, Event, Feed, Phase, Text,
    approval::ApprovalEvent,
    evidence::Candidate,
    judge::{JudgeEvent, State},
    later,
    observation::{Minute, RunStatus},
    policy::{GateKind, Strategy},
    record::RecordEvent,
    release::Release,
    rollback::{Attempt, Plan, RollbackEvent, RollbackProgress},
    rollout::{ProductionAnswer, ProductionSource, RolloutEvent, StageState},
    wording,
};

/// How long production may still answer with the old version after a deploy or a rollback.
pub const SETTLE: SignedDuration = SignedDuration::from_mins(3);
/// Minutes of recovery that are judged after a rollback.
pub const RECOVERY_MINUTES: i64 = 5;
/// How long recovery is waited for before it is "cannot tell".
const RECOVERY_LIMIT: SignedDuration = SignedDuration::from_mins(15);

/// What `at` makes happen.
pub fn elapse(release: &Release, at: Timestamp) -> Vec<Event> {
    let mut events = count_down(release, at);
    if !events.is_empty() {
        return events;
    }
    events.extend(escalate(release, at));
    events.extend(release.timing_changed(at));
    events.extend(grow_old(release, at));
    events.extend(start_due(release, at));
    events.extend(production_checked(release, at));
    events.extend(deploy_overdue(release, at));
    events.extend(smoke_failed(release));
    if events.is_empty() {
        events.extend(advance(release, at));
    }
    if let Some(attempt) = release.rollback.newest() {
        events.extend(follow_rollback(release, attempt, at));
    } else if release.phase() == Phase::Monitoring {
        events.extend(window_undecided(release, at));
    }
    // Told once everything else is: what is on its way may change it.
    if events.is_empty() {
        events.extend(outcome_reached(release));
    }
    if events.is_empty() {
        events.extend(messages_due(release));
    }
    events
}

/// An outcome that machines read, once for each time that it is another than the last one told.
fn outcome_reached(release: &Release) -> Option<Event> {
    let outcome = release.outcome();
    let told = release.record.outcomes.last().map(|(told, _)| *told);
    (outcome.is_told() && told != Some(outcome))
        .then(|| RecordEvent::OutcomeReached { outcome }.into())
}

impl Release {
    /// When [`elapse`] may have something to say next; `None`: only observations can.
    pub fn next_deadline(&self) -> Option<Timestamp> {
        let escalation = self
            .waits()
            .filter(|waiting| waiting.escalated.is_none())
            .map(|waiting| waiting.escalate_at);
        let overdue = self
            .deploying_since()
            .filter(|_| self.rollout.issues.is_empty())
            .map(|since| later(since, self.policy.approval.deploy_timeout));
        let rollback = self
            .rollback
            .newest()
            .and_then(|attempt| match &attempt.progress {
                RollbackProgress::Preparing
                | RollbackProgress::Starting
                | RollbackProgress::Running => Some(later(attempt.at, self.rollback_timeout())),
                RollbackProgress::Finished {
                    at,
                    recovered: None,
                    ..
                } => Some(later(*at, RECOVERY_LIMIT)),
                RollbackProgress::Failed { .. } | RollbackProgress::Finished { .. } => None,
            });
        let window = (self.phase() == Phase::Monitoring)
            .then(|| self.window_limit())
            .flatten();
        let zero = self.countdown_due();
        let timing = self.next_timing();
        let old = self.evidence_grows_old().map(|(_, due)| due).min();
        let start = self.start_to_come();
        [
            escalation, overdue, rollback, window, zero, timing, old, start,
        ]
        .into_iter()
        .flatten()
        .min()
    }

    pub(super) fn rollback_timeout(&self) -> SignedDuration {
        self.policy
            .rollback
            .as_ref()
            .map_or(SignedDuration::from_mins(30), |rule| rule.timeout)
    }

    /// When the watch becomes "cannot tell".
    pub fn window_limit(&self) -> Option<Timestamp> {
        let extended = SignedDuration::from_mins(self.watch.extended);
        // Three windows may be shorter than the time in which both fleets stand.
        let both = self.validation().saturating_mul(2);
        let limit = self.policy.hypercare.max_wait.max(both);
        let limit = limit.saturating_add(extended);
        Some(later(self.rollout.deployed?, limit))
    }

    /// How long both fleets of a blue-green deploy stand.
    pub(super) fn validation(&self) -> SignedDuration {
        match &self.policy.strategy {
            Strategy::BlueGreen {
                validation: Some(period),
            } => *period,
            Strategy::BlueGreen { validation: None }
            | Strategy::Canary { .. }
            | Strategy::Recreate
            | Strategy::Rolling { .. } => SignedDuration::ZERO,
        }
    }

    /// Since when a stage is being deployed.
    fn deploying_since(&self) -> Option<Timestamp> {
        self.rollout
            .stages
            .iter()
            .find(|stage| stage.state == StageState::Deploying)
            .and_then(|stage| stage.since)
    }

    /// Whether production says since the deploy that it runs the candidate, where it is asked at all: who stays silent,
    /// or answers with something else, confirms nothing.
    pub(super) fn production_is_settled(&self) -> bool {
        let asked = self.rollout.production.get(&ProductionSource::Asked);
        let confirms = asked.is_none_or(|(answer, at)| {
            let is_new = self.rollout.deployed.is_none_or(|deployed| *at >= deployed);
            let candidate = self.evidence.candidate.as_ref();
            is_new && candidate.is_none_or(|known| self.runs(answer, known) == Some(true))
        });
        confirms && !self.record.silent.contains_key(&Feed::Production)
    }

    /// Whether production says with this answer that it runs the candidate; `None`: the answer cannot tell it from what ran
    /// before.
    fn runs(&self, answer: &ProductionAnswer, candidate: &Candidate) -> Option<bool> {
        let before = self.rollout.before.as_ref();
        let before = before.and_then(|before| before.version.as_ref());
        answer.is(&candidate.sha, candidate.version.as_ref(), before)
    }

    /// Since when production should answer with the candidate, while it does not.
    fn unsettled_since(&self) -> Option<Timestamp> {
        let deployed = self.rollout.deployed?;
        let (answer, asked) = self.rollout.production.get(&ProductionSource::Asked)?;
        let candidate = self.evidence.candidate.as_ref()?;
        // Only an answer from after the settling time says something; it comes as an observation, which needs no deadline.
        let is_old =
            *asked >= later(deployed, SETTLE) && self.runs(answer, candidate) == Some(false);
        (is_old && self.rollback.attempts.is_empty() && self.rollout.issues.is_empty())
            .then_some(deployed)
    }
}

fn escalate(release: &Release, at: Timestamp) -> Option<Event> {
    let waiting = release.waits()?;
    let due = waiting.escalated.is_none() && at >= waiting.escalate_at;
    due.then(|| {
        ApprovalEvent::Escalated {
            to: release.policy.approval.escalate_to.clone(),
        }
        .into()
    })
}

/// A green job with the old version still serving is an issue.
fn production_checked(release: &Release, at: Timestamp) -> Option<Event> {
    let since = release.unsettled_since()?;
    let (answer, _) = release.rollout.production.get(&ProductionSource::Asked)?;
    let why = format!(
        "the deploy ended {} s ago and production still answers {}",
        at.duration_since(since).as_secs(),
        answer.name().unwrap_or("nothing that names a version")
    );
    Some(
        RolloutEvent::IssueDetected {
            why: Text::line(&why),
        }
        .into(),
    )
}

fn deploy_overdue(release: &Release, at: Timestamp) -> Option<Event> {
    let since = release.deploying_since()?;
    let limit = release.policy.approval.deploy_timeout;
    if at < later(since, limit) || !release.rollout.issues.is_empty() {
        return None;
    }
    // True also of a deploy that ends after it.
    let limit = wording::duration(limit);
    let why = format!("the deploy takes longer than {limit}");
    Some(
        RolloutEvent::IssueDetected {
            why: Text::line(&why),
        }
        .into(),
    )
}

fn window_undecided(release: &Release, at: Timestamp) -> Option<Event> {
    let limit = release.window_limit()?;
    if at < limit {
        return None;
    }
    let (have, want) = release.window_progress();
    let still: Vec<&str> = release.watch.fired().map(|(source, _)| source).collect();
    let smoke = release.smoke_at_end();
    let smoked = smoke
        .as_ref()
        .is_none_or(|verdict| verdict.state != State::NoData);
    let why = if have < want {
        format!("only {have} of {want} minutes had complete data when the time was up")
    } else if !smoked {
        "the smoke tests after the deploy have not answered".to_owned()
    } else if still.is_empty() {
        "production does not say that it runs this version".to_owned()
    } else {
        format!(
            "{have} minutes are judged, and still true is: {}",
            still.join(", ")
        )
    };
    Some(
        JudgeEvent::WindowUndecided {
            why: Text::line(&why),
        }
        .into(),
    )
}

fn follow_rollback(release: &Release, attempt: &Attempt, at: Timestamp) -> Vec<Event> {
    let mut events = Vec::new();
    let overdue = at >= later(attempt.at, release.rollback_timeout());
    match &attempt.progress {
        RollbackProgress::Preparing | RollbackProgress::Starting | RollbackProgress::Running
            if overdue =>
        {
            let fault = super::decide::overdue(release.rollback_timeout());
            events.push(
                RollbackEvent::Failed {
                    why: Text::line(&format!("{fault}{}", still_held(attempt))),
                    superseded: false,
                }
                .into(),
            );
        }
        RollbackProgress::Preparing => events.extend(prepare_rollback(release, attempt)),
        RollbackProgress::Running => events.extend(review_rollback(release, attempt)),
        RollbackProgress::Finished {
            at: finished,
            production,
            recovered: None,
        } => {
            if production.is_none()
                && let Some(answer) = answers_with_target(release, attempt, *finished)
            {
                events.push(RollbackEvent::Confirmed { production: answer }.into());
            }
            if at >= later(*finished, RECOVERY_LIMIT) {
                let why = "recovery could not be judged within 15 minutes";
                events.push(
                    RollbackEvent::RecoveryJudged {
                        recovered: None,
                        why: why.into(),
                    }
                    .into(),
                );
            }
        }
        RollbackProgress::Starting
        | RollbackProgress::Finished { .. }
        | RollbackProgress::Failed { .. } => {}
    }
    events
}

/// A run that is given up while it waits for a review may still begin: before another is sent, it is to be cancelled.
fn still_held(attempt: &Attempt) -> String {
    let held: Vec<&str> = attempt
        .holds
        .iter()
        .map(|hold| hold.name.as_str())
        .collect();
    match (attempt.run, held.as_slice()) {
        (Some(run), [_, ..]) => format!(
            "; run {run} still waits for the review of {}: cancel it, or it may begin later",
            held.join(", ")
        ),
        (Some(run), []) if attempt.status.is_some() => {
            format!("; run {run} has not ended: cancel it, or it may still change production")
        }
        _ => String::new(),
    }
}

/// Production's own answer after the rollback, where it is the target.
fn answers_with_target(release: &Release, attempt: &Attempt, since: Timestamp) -> Option<Text> {
    let (answer, asked) = release.rollout.production.get(&ProductionSource::Asked)?;
    let target = &attempt.shown.target;
    let candidate = release.evidence.candidate.as_ref();
    let failed = candidate.and_then(|candidate| candidate.version.as_ref());
    let is_target = answer.is(&target.sha, target.version.as_ref(), failed) == Some(true);
    (*asked >= since && is_target).then(|| Text::line(answer.name().unwrap_or_default()))
}

/// Stops or waits for a deploy that still runs, then asks for the rollback's start.
fn prepare_rollback(release: &Release, attempt: &Attempt) -> Option<Event> {
    if let Some(claim) = claim_first(release, attempt) {
        return Some(claim);
    }
    if waits_for_claim(attempt) {
        return None;
    }
    let deploy = release.rollout.deploying_run();
    let ended = deploy.is_none_or(|run| run.status == RunStatus::Completed);
    match attempt.plan {
        Plan::CancelThenDispatch if !ended && attempt.cancel.is_none() => {
            let deed = Deed::Cancel { run: deploy?.run };
            Some(RollbackEvent::CancelRequested { deed }.into())
        }
        Plan::CancelThenDispatch | Plan::Wait if !ended => None,
        Plan::Dispatch | Plan::CancelThenDispatch | Plan::Wait | Plan::Fallback => {
            let deed = start(release, attempt)?;
            Some(RollbackEvent::StartRequested { deed }.into())
        }
    }
}

fn start(release: &Release, attempt: &Attempt) -> Option<Deed> {
    let rule = release.policy.rollback.as_ref()?;
    let templates = Templates::of_rollback(&attempt.shown, &attempt.marker);
    match (attempt.plan, &rule.dispatch) {
        (Plan::Fallback, _) => Some(Deed::Script {
            arguments: rule
                .fallback
                .iter()
                .map(|part| templates.fill(part))
                .collect(),
        }),
        (_, Some(dispatch)) => {
            let beside = beside(release, attempt);
            Some(templates.dispatch(dispatch, Some(beside)))
        }
        (_, None) => None,
    }
}

/// The rollback run's own review passes with the same confirmation, once for each environment.
fn review_rollback(release: &Release, attempt: &Attempt) -> Option<Event> {
    let environments: Vec<_> = attempt
        .holds
        .iter()
        .filter(|hold| hold.can_approve && !attempt.reviewed.contains(&hold.environment))
        .map(|hold| hold.environment)
        .collect();
    if environments.is_empty()
        || release.policy.target.gate == GateKind::Dispatch && attempt.holds.is_empty()
    {
        return None;
    }
    let marker = format!("cockpit {}", attempt.marker);
    let who = attempt
        .by
        .as_ref()
        .map_or_else(|| "cockpit".to_owned(), ToString::to_string);
    let deed = Deed::Review {
        run: attempt.run?,
        environments,
        approve: true,
        comment: Text::block(&format!(
            "Rollback to {} confirmed by {who}: {}\n\n{marker}",
            attempt.shown.target.name(),
            attempt.reason
        )),
        marker,
    };
    Some(RollbackEvent::ReviewRequested { deed }.into())
}

/// The first minute after an instant that lies in it whole.
pub fn first_whole(at: Timestamp) -> Minute {
    let minute = Minute::of(at);
    if minute.start() == at {
        minute
    } else {
        minute.plus(1)
    }
}
