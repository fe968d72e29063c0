//! What happened before the world began: ten releases over six weeks, three of which were rolled back.

use jiff::SignedDuration;

use super::{
    deployment::{Deployment, Stage},
    dice, months, plan, reports,
    repository::{VERSIONS, VIEWER},
    run::{Artifact, Review},
    scenario::Scenario,
    state::{Serving, State},
};

/// Releases that were rolled back to the one before, by position in `VERSIONS`.
const ROLLED_BACK: [usize; 3] = [1, 4, 7];
const DAY: i64 = 86_400;

/// Fills the past, where the scenario has one.
pub(super) fn fill(state: &mut State) {
    if state.scenario == Scenario::FirstRelease {
        return;
    }
    for n in 0..VERSIONS.len() {
        let ago = i64::try_from(VERSIONS.len() - n).unwrap_or(1) * 4 * DAY;
        let shift = dice::between(
            state.seed,
            "released",
            i64::try_from(n).unwrap_or(0),
            0,
            5 * 3600,
        );
        release(state, "deploy.yml", VERSIONS[n], shift - ago, 118);
        if ROLLED_BACK.contains(&n) {
            let took = 92 + i64::try_from(n).unwrap_or(0);
            release(
                state,
                "rollback.yml",
                VERSIONS[n - 1],
                shift - ago + 3000,
                took,
            );
        }
    }
    if state.scenario == Scenario::Months {
        months::fill(state);
    }
    let last = VERSIONS[VERSIONS.len() - 1];
    keep_reports(state, last);
}

fn release(state: &mut State, workflow: &'static str, version: &str, offset: i64, seconds: i64) {
    let began = state.epoch + SignedDuration::from_secs(offset);
    let Some(build) = state.build(version) else {
        return;
    };
    // A rollback is dispatched on the branch: its run and deployment carry the branch's commit, not what it deploys.
    let sha = if workflow == "rollback.yml" {
        let at = state
            .repository
            .commits
            .iter()
            .rposition(|c| c.at <= began)
            .unwrap_or(0);
        state.repository.commits[at].sha.clone()
    } else {
        build.sha.clone()
    };
    let (run, last) = plan::past(state, workflow, version, sha.clone(), began, seconds);
    let Some(r) = state.run_mut(run) else { return };
    r.reviews.push(Review {
        by: VIEWER.to_owned(),
        approved: true,
        comment: "ship it".to_owned(),
        environments: vec!["production"],
    });
    let (job, created) = (r.jobs[last].id, r.jobs[last].started.unwrap_or(began));
    let ended = r.jobs[last].completed.unwrap_or(began);
    let id = state.mint();
    if let Some(r) = state.run_mut(run) {
        r.jobs[last].deployment = Some(id);
    }
    let first = state.mint();
    state.deployments.push(Deployment {
        id,
        environment: "production",
        sha,
        creator: VIEWER.to_owned(),
        created,
        run,
        job,
        stages: vec![Stage {
            id: first,
            state: "in_progress",
            at: created,
        }],
    });
    state.mark(id, "success", ended);
    state.serving.push(Serving {
        at: ended,
        main: build,
        canary: None,
    });
}

/// The last release's reports are still there: they are the baseline of this one.
fn keep_reports(state: &mut State, version: &'static str) {
    let Some(sha) = state.repository.sha_of(version).map(str::to_owned) else {
        return;
    };
    let facts = reports::Facts {
        times: 1,
        seed: state.seed ^ 1,
        version,
        sha: &sha,
        failed: false,
        earlier: true,
        risky: false,
        late: false,
    };
    let files = [
        ("junit", reports::tests(&facts)),
        ("k6", reports::load(&facts)),
        ("sarif", reports::security(&facts)),
        ("coverage", reports::coverage(&facts)),
        ("explain", reports::explain(&facts)),
    ];
    let ids: Vec<u64> = files.iter().map(|_| state.mint()).collect();
    let newest = state
        .runs
        .iter_mut()
        .rfind(|r| r.workflow == "deploy.yml" && r.sha == sha);
    let Some(run) = newest else { return };
    let created = run.updated;
    for (id, (name, bytes)) in ids.into_iter().zip(files) {
        run.artifacts.push(Artifact {
            id,
            name,
            bytes,
            created,
        });
    }
}
