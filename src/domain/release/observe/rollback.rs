//! A rollback's run against what is known.

use crate::domain::{
    Act, Deed, Event, FaultKind, Outcome, RunBeside, Text,
    observation::{Conclusion, RunSeen, RunStatus},
    release::Release,
    rollback::{Attempt, RollbackEvent, RollbackProgress},
};

pub(super) fn observe_rollback_run(release: &Release, seen: &RunSeen) -> Vec<Event> {
    let Some(attempt) = release.rollback.followed() else {
        return Vec::new();
    };
    if attempt.still_works() && release.record.closed.is_some() {
        return Vec::new();
    }
    let mut earlier = release.rollback.attempts.iter().rev().skip(1);
    if attempt.start.is_none() || earlier.any(|attempt| attempt.run == Some(seen.run.id)) {
        // Nothing was started yet, or an answer about the attempt before, late.
        return Vec::new();
    }
    match attempt.run {
        None => return vec![RollbackEvent::RunFound { run: seen.run.id }.into()],
        Some(run) if run != seen.run.id => return Vec::new(),
        Some(_) => {}
    }
    let mut events: Vec<Event> = Vec::new();
    let status = (seen.run.status, seen.run.conclusion);
    if attempt.status != Some(status) {
        events.push(
            RollbackEvent::RunChanged {
                status: status.0,
                conclusion: status.1,
                updated: seen.run.updated,
            }
            .into(),
        );
    }
    if let Some(pending) = &seen.pending
        && attempt.holds != *pending
    {
        events.push(
            RollbackEvent::HeldBy {
                holds: pending.clone(),
            }
            .into(),
        );
    }
    // With the same look that tells it: between two of them the time may be up.
    if seen.run.status == RunStatus::Completed {
        events.push(end_of(attempt, seen).into());
    }
    events
}

fn end_of(attempt: &Attempt, seen: &RunSeen) -> RollbackEvent {
    match seen.run.conclusion {
        Some(Conclusion::Success) => RollbackEvent::Finished {
            at: seen.run.updated,
        },
        Some(Conclusion::Cancelled) => {
            let superseded = !attempt.began && never_began(seen);
            let how = if superseded {
                ": a newer run took its place in the lane, or a person stopped it"
            } else {
                " while it worked: look at how far it came"
            };
            RollbackEvent::Failed {
                why: Text::line(&format!("run {} was cancelled{how}", seen.run.id)),
                superseded,
            }
        }
        conclusion => {
            let failed: Vec<&str> = seen
                .jobs
                .iter()
                .flatten()
                .filter(|job| job.conclusion == Some(Conclusion::Failure))
                .map(|job| job.name.as_str())
                .collect();
            let how = match (failed.as_slice(), conclusion) {
                ([job], Some(Conclusion::Failure)) => format!("failed in the job {job}"),
                ([_, _, ..], Some(Conclusion::Failure)) => {
                    format!("failed in the jobs {}", failed.join(", "))
                }
                (_, None) => "ended with no conclusion".to_owned(),
                ([], Some(how)) => format!("ended with {}", how.word()),
                (jobs, Some(how)) => format!("ended with {}: {}", how.word(), jobs.join(", ")),
            };
            RollbackEvent::Failed {
                why: Text::line(&format!(
                    "run {} to {} {how}",
                    seen.run.id,
                    attempt.shown.target.name(),
                )),
                superseded: false,
            }
        }
    }
}

fn never_began(seen: &RunSeen) -> bool {
    seen.jobs
        .iter()
        .flatten()
        .all(|job| job.started.is_none() || job.conclusion == Some(Conclusion::Cancelled))
}

/// What became of one of a rollback's acts.
pub(super) fn answered(release: &Release, open: &Act, outcome: &Outcome) -> Vec<Event> {
    let Some(attempt) = release.rollback.newest() else {
        return Vec::new();
    };
    let mut events: Vec<Event> = vec![
        RollbackEvent::Answered {
            act: open.seq,
            outcome: outcome.clone(),
        }
        .into(),
    ];
    let is_open = !matches!(
        attempt.progress,
        RollbackProgress::Failed { .. } | RollbackProgress::Finished { .. }
    );
    let is_own = open.seq > attempt.seq;
    // A start whose answer was lost, but whose run was found, did start.
    let is_found = attempt.run.is_some() && matches!(open.deed, Deed::Dispatch { .. });
    if is_open
        && is_own
        && !is_found
        && let Some(event) = consequence(open, outcome)
    {
        events.push(event.into());
    }
    events
}

/// What an answer means for the rollback beyond itself.
fn consequence(open: &Act, outcome: &Outcome) -> Option<RollbackEvent> {
    let failed = |why: String| RollbackEvent::Failed {
        why: Text::line(&why),
        superseded: false,
    };
    match (&open.deed, outcome) {
        // It had already ended: nothing to stop.
        (Deed::Cancel { .. }, Outcome::Failed { fault }) if fault.kind == FaultKind::Conflict => {
            None
        }
        (Deed::Cancel { .. }, Outcome::Failed { fault }) => {
            Some(failed(format!("the deploy could not be stopped: {fault}")))
        }
        (Deed::Dispatch { .. }, Outcome::Failed { fault }) => Some(failed(format!(
            "the rollback workflow did not start: {fault}"
        ))),
        (Deed::Dispatch { .. }, Outcome::Beside { runs }) => {
            let all: Vec<String> = runs.iter().map(RunBeside::in_words).collect();
            Some(failed(format!(
                "somebody else rolls back already: {}; nothing was sent: look there, or confirm again to send all the same",
                all.join(", ")
            )))
        }
        (Deed::Dispatch { .. } | Deed::Script { .. }, Outcome::Unknown { why }) => Some(failed(
            format!("nobody can tell whether the rollback started: {why}"),
        )),
        (Deed::Script { .. }, Outcome::Failed { fault }) => {
            Some(failed(format!("the fallback command failed: {fault}")))
        }
        (Deed::Script { .. }, Outcome::Taken { .. }) => {
            Some(RollbackEvent::Finished { at: open.at })
        }
        _ => None,
    }
}
