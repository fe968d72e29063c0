//! Which jobs are a stage, and what one says of it.

use crate::domain::{
    observation::{Conclusion, JobSnapshot, RunSeen, RunStatus},
    release::Release,
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

/// Whether a job is the wanted one, or one of its matrix: `deploy (eu)`, `caller (eu) / deploy (blue)`.
fn is_job(name: &str, wanted: &str) -> bool {
    let is_part = |name: &str, wanted: &str| {
        name == wanted
            || name
                .strip_prefix(wanted)
                .is_some_and(|rest| rest.starts_with(" (") && rest.ends_with(')'))
    };
    if is_part(name, wanted) {
        return true;
    }
    let (names, parts) = (name.split(" / "), wanted.split(" / "));
    names.clone().count() == parts.clone().count()
        && names.zip(parts).all(|(name, part)| is_part(name, part))
}

#[cfg(test)]
mod tests {
    use super::is_job;

    #[test]
    fn a_matrix_may_stand_at_the_caller_and_at_the_job() {
        for name in [
            "caller / deploy",
            "caller / deploy (eu)",
            "caller (eu) / deploy",
            "caller (eu) / deploy (blue)",
        ] {
            assert!(is_job(name, "caller / deploy"), "{name}");
        }
        assert!(is_job("deploy (eu / west)", "deploy"));
        for name in [
            "deploy",
            "caller / deploy-docs",
            "caller / deploy / eu",
            "other / deploy",
        ] {
            assert!(!is_job(name, "caller / deploy"), "{name}");
        }
    }
}
