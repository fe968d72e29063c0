//! More releases that wait for production at once: runs of the same workflow whose staging is done. They stand in no lane.

use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};

use super::{
    engine, plan,
    run::{Artifact, Effect, End, Run, Status},
    state::State,
};

/// Seconds between two of them.
const APART: i64 = 45;
/// Seconds that staging took.
const STAGED: i64 = 900;

/// Adds so many, the oldest first; each is held for its review as the world begins.
pub(super) fn wait(state: &mut State, more: usize) {
    let more = i64::try_from(more).unwrap_or(0);
    for n in 0..more {
        let begun = state.epoch - SignedDuration::from_secs(STAGED + (more - n) * APART);
        one(state, n, begun);
    }
}

fn one(state: &mut State, n: i64, begun: Timestamp) {
    let (mut jobs, staged) = plan::candidate_jobs(state, begun);
    let done = begun + SignedDuration::from_secs(STAGED);
    let mut files: Vec<(&'static str, Arc<[u8]>)> = Vec::new();
    for job in jobs.iter_mut().take(staged) {
        job.started = Some(begun);
        job.completed = Some(done);
        job.status = Status::Completed;
        job.conclusion = Some(End::Success);
        if let Effect::Upload(made) = &job.effect {
            files.extend(made.iter().cloned());
        }
    }
    let artifacts = files
        .into_iter()
        .map(|(name, bytes)| Artifact {
            id: state.mint(),
            name,
            bytes,
            created: done,
        })
        .collect();
    let id = state.mint();
    let commit = state.repository.candidate();
    let (sha, author) = (commit.sha.clone(), commit.author.to_owned());
    state.runs.push(Run {
        id,
        number: u64::try_from(100 + n).unwrap_or(100),
        workflow: "deploy.yml",
        title: format!("Release {} ({})", state.repository.version, n + 1),
        event: "push",
        sha,
        committed: None,
        actor: author.clone(),
        triggering_actor: author,
        created: begun,
        started: begun,
        updated: done,
        attempt: 1,
        status: Status::InProgress,
        conclusion: None,
        group: "",
        jobs,
        reviews: Vec::new(),
        artifacts,
    });
    engine::unlock(state, id, done);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::simulator::scenario::Scenario;

    #[test]
    fn each_waits_for_its_own_review_with_its_evidence() {
        let mut state = State::new(Scenario::Healthy, 1, Timestamp::UNIX_EPOCH);
        plan::candidate(&mut state);
        wait(&mut state, 3);
        let waits: Vec<&Run> = state
            .runs
            .iter()
            .filter(|run| run.status == Status::Waiting)
            .collect();
        assert_eq!(waits.len(), 3);
        for run in waits {
            assert_eq!(run.held_by(), ["production"]);
            assert_eq!(run.artifacts.len(), 5);
        }
    }
}
