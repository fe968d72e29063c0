//! What the bar says of the way in which production changes: hosts in turn, two fleets, several jobs.

use jiff::{SignedDuration, Timestamp};

use crate::domain::{later, observation::RunStatus, policy::Strategy, release::Release, wording};

/// While it deploys: how, and how far the jobs are.
pub(super) fn deploying(release: &Release) -> Option<String> {
    let Strategy::Rolling {
        max_unavailable,
        max_surge,
    } = &release.policy.strategy
    else {
        return jobs(release);
    };
    let away = max_unavailable.as_ref();
    let more = max_surge.as_ref();
    let mut words: Vec<String> = vec!["rolling".to_owned()];
    words.extend(away.map(|most| format!("at most {most} unavailable")));
    words.extend(more.map(|most| format!("{most} more than usual")));
    let words = words.join(", ");
    Some(match jobs(release) {
        Some(jobs) => format!("{words} · {jobs}"),
        None => words,
    })
}

/// `1 of 2 jobs done`, where there are several.
fn jobs(release: &Release) -> Option<String> {
    let jobs = &release.rollout.jobs;
    let done = jobs.iter().filter(|job| job.status == RunStatus::Completed);
    (jobs.len() > 1).then(|| format!("{} of {} jobs done", done.count(), jobs.len()))
}

/// While it is watched: whether the version before still stands beside it.
pub(super) fn watched(release: &Release, now: Timestamp) -> Option<String> {
    let Strategy::BlueGreen {
        validation: Some(period),
    } = &release.policy.strategy
    else {
        return None;
    };
    let left = later(release.rollout.deployed?, *period).duration_since(now);
    Some(if left > SignedDuration::ZERO {
        let minutes = SignedDuration::from_mins((left.as_secs() + 59) / 60);
        format!("both fleets stand for {} more", wording::duration(minutes))
    } else {
        "the validation period is over".to_owned()
    })
}
