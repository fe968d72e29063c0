//! Which jobs are a stage, and what one says of it.

use crate::domain::{
    observation::{Conclusion, JobSnapshot, RunSeen, RunStatus},
    policy::is_job,
    release::Release,
    rollout::StageState,
};

/// Whether only an approval can have brought the job so far: a rejected one fails without having worked.
pub(super) fn was_let_go(job: &JobSnapshot) -> bool {
    job.status == RunStatus::InProgress || job.conclusion == Some(Conclusion::Success)
}

/// Whether it works, or has worked.
pub(super) fn has_begun(job: &JobSnapshot) -> bool {
    matches!(job.status, RunStatus::InProgress)
        || job.status == RunStatus::Completed
            && !matches!(
                job.conclusion,
                Some(Conclusion::Cancelled | Conclusion::Skipped) | None
            )
}

/// The jobs of a stage: the configured production job with its matrix, for the last; by the stage's name for others.
pub(super) fn stage_jobs<'a>(
    release: &'a Release,
    seen: &'a RunSeen,
    index: usize,
) -> impl Iterator<Item = &'a JobSnapshot> {
    let is_last = index + 1 == release.rollout.stages.len();
    let wanted = if is_last {
        release.policy.target.job.as_str()
    } else {
        release
            .rollout
            .stages
            .get(index)
            .map_or("", |stage| stage.name.as_str())
    };
    seen.jobs
        .iter()
        .flatten()
        .filter(move |job| is_job(job.name.as_str(), wanted))
}

/// What became of a stage that a later one has left behind: it is deployed, unless its own jobs say otherwise. `None`: it still
/// works, beside the later one.
pub(super) fn left_behind(release: &Release, seen: &RunSeen, index: usize) -> Option<StageState> {
    use Conclusion::{Neutral, Skipped, Success};
    let jobs: Vec<&JobSnapshot> = stage_jobs(release, seen, index).collect();
    let have_ended = jobs.iter().all(|job| job.status == RunStatus::Completed);
    let are_good = jobs
        .iter()
        .all(|job| matches!(job.conclusion, Some(Success | Neutral | Skipped)));
    have_ended.then_some(if are_good {
        StageState::Deployed
    } else {
        StageState::Failed
    })
}
