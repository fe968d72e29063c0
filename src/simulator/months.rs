//! Half a year of deliveries before the world began: waits, second attempts, rejections, rollbacks, and deployments of jobs
//! that deploy nothing. The same for a seed, whenever it is asked for.

use jiff::{SignedDuration, Timestamp};

use super::{
    deployment::{Deployment, Stage},
    dice,
    repository::{PEOPLE, VIEWER, hexadecimal},
    run::{Effect, End, Job, Run, Status},
    state::State,
};

/// Deliveries that were tried.
const TRIED: i64 = 120;
const DAY: i64 = 86_400;
/// They end so long before the world begins.
const UNTIL: i64 = 5 * DAY;
const SPAN: i64 = 182 * DAY;

/// Adds them before what is there.
pub(super) fn fill(state: &mut State) {
    for n in 0..TRIED {
        deliver(state, n);
    }
    state.deployments.sort_by_key(|d| (d.created, d.id));
    state.runs.sort_by_key(|run| (run.created, run.id));
}

/// How a delivery went.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Course {
    Well,
    SecondAttempt,
    Rejected,
    RolledBack,
}

fn course(seed: u64, n: i64) -> Course {
    match dice::between(seed, "months-course", n, 0, 99) {
        0..=8 => Course::RolledBack,
        9..=16 => Course::SecondAttempt,
        17..=20 => Course::Rejected,
        _ => Course::Well,
    }
}

fn deliver(state: &mut State, n: i64) {
    let seed = state.seed;
    let roll = |what: &str, from, to| dice::between(seed, what, n, from, to);
    let back = SPAN - (SPAN - UNTIL) * n / TRIED;
    let began = later(state.epoch, -back + roll("months-hour", 0, 8 * 3600));
    let committed = later(began, -roll("months-commit", 300, 30 * 3600));
    let (mut jobs, asked) = staged(state, n, later(began, roll("months-queue", 5, 90)));
    let course = course(seed, n);
    let run = state.mint();
    let let_go = later(asked, roll("months-wait", 120, 5 * 3600));
    if course == Course::Rejected {
        let id = job(state, "deploy", 1, (let_go, let_go), End::Failure);
        deploy(state, run, &id, (asked, None, let_go), "failure", n);
        jobs.push(id);
        push(
            state,
            run,
            n,
            (began, let_go),
            committed,
            jobs,
            (1, End::Failure),
        );
        return;
    }
    let mut live = later(let_go, roll("months-deploy", 90, 400));
    let mut attempt = 1;
    if course == Course::SecondAttempt {
        let failed = job(state, "deploy", 1, (let_go, live), End::Failure);
        deploy(
            state,
            run,
            &failed,
            (asked, Some(let_go), live),
            "failure",
            n,
        );
        jobs.push(failed);
        let again = later(live, roll("months-again", 600, 5400));
        live = later(again, roll("months-deploy", 90, 400));
        let second = job(state, "deploy", 2, (again, live), End::Success);
        deploy(
            state,
            run,
            &second,
            (again, Some(again), live),
            "success",
            n,
        );
        jobs.push(second);
        attempt = 2;
    } else {
        let only = job(state, "deploy", 1, (let_go, live), End::Success);
        deploy(state, run, &only, (asked, Some(let_go), live), "success", n);
        jobs.push(only);
    }
    if n % 9 == 4 {
        // A job that only wants the environment's secrets makes a deployment too.
        let end = later(live, 40);
        let notify = job(state, "announce", attempt, (live, end), End::Success);
        deploy(state, run, &notify, (live, Some(live), end), "success", n);
        jobs.push(notify);
    }
    push(
        state,
        run,
        n,
        (began, live),
        committed,
        jobs,
        (attempt, End::Success),
    );
    if course == Course::RolledBack {
        roll_back(state, n, later(live, roll("months-back", 300, 2400)));
    }
}

/// The jobs before production, one after the other, and when they are done.
fn staged(state: &mut State, n: i64, begin: Timestamp) -> (Vec<Job>, Timestamp) {
    let (seed, mut at, mut jobs) = (state.seed, begin, Vec::new());
    for (name, seconds) in [
        ("build", 240),
        ("verify", 100),
        ("deploy-staging", 150),
        ("e2e", 170),
    ] {
        let end = later(at, seconds + dice::between(seed, name, n, -30, 60));
        jobs.push(job(state, name, 1, (at, end), End::Success));
        at = later(end, dice::between(seed, "months-pause", n, 2, 20));
    }
    (jobs, at)
}

fn roll_back(state: &mut State, n: i64, began: Timestamp) {
    let end = later(
        began,
        95 + dice::between(state.seed, "months-back-took", n, 0, 60),
    );
    let run = state.mint();
    let only = job(state, "rollback", 1, (began, end), End::Success);
    deploy(state, run, &only, (began, Some(began), end), "success", n);
    let sha = hexadecimal(state.seed, "months-head", n, 40);
    state.runs.push(Run {
        workflow: "rollback.yml",
        title: format!("Roll back to v1.{}.0 (ops)", n - 1),
        event: "workflow_dispatch",
        sha,
        ..whole(run, n, (began, end), vec![only], (1, End::Success))
    });
}

fn push(
    state: &mut State,
    id: u64,
    n: i64,
    span: (Timestamp, Timestamp),
    committed: Timestamp,
    jobs: Vec<Job>,
    end: (u32, End),
) {
    state.runs.push(Run {
        sha: hexadecimal(state.seed, "months", n, 40),
        committed: Some(committed),
        ..whole(id, n, span, jobs, end)
    });
}

fn whole(
    id: u64,
    n: i64,
    (began, ended): (Timestamp, Timestamp),
    jobs: Vec<Job>,
    (attempt, end): (u32, End),
) -> Run {
    let person = PEOPLE[usize::try_from(n).unwrap_or(0) % PEOPLE.len()];
    Run {
        id,
        number: u64::try_from(n).unwrap_or(0) + 20,
        workflow: "deploy.yml",
        title: format!("Release v1.{n}.0"),
        event: "push",
        sha: String::new(),
        committed: None,
        actor: person.to_owned(),
        triggering_actor: person.to_owned(),
        created: began,
        started: began,
        updated: ended,
        attempt,
        status: Status::Completed,
        conclusion: Some(end),
        group: "production",
        jobs,
        reviews: Vec::new(),
        artifacts: Vec::new(),
    }
}

fn job(
    state: &mut State,
    name: &'static str,
    attempt: u32,
    (started, completed): (Timestamp, Timestamp),
    end: End,
) -> Job {
    Job {
        id: state.mint(),
        name,
        needs: Vec::new(),
        seconds: completed.duration_since(started).as_secs(),
        environment: None,
        planned: end,
        effect: Effect::Nothing,
        status: Status::Completed,
        conclusion: Some(end),
        created: started,
        started: Some(started),
        completed: Some(completed),
        attempt,
        approved: true,
        deployment: None,
    }
}

/// A deployment that waited from `asked`, worked from `began` and came to its end.
fn deploy(
    state: &mut State,
    run: u64,
    job: &Job,
    (asked, began, ended): (Timestamp, Option<Timestamp>, Timestamp),
    end: &'static str,
    n: i64,
) {
    let id = state.mint();
    let mut stages = Vec::new();
    let mut stage = |state: &mut State, word, at| {
        let id = state.mint();
        stages.push(Stage {
            id,
            state: word,
            at,
        });
    };
    if began.is_none_or(|began| began > asked) {
        stage(state, "waiting", asked);
    }
    if let Some(began) = began {
        stage(state, "queued", began);
        stage(state, "in_progress", began);
    }
    stage(state, end, ended);
    state.deployments.push(Deployment {
        id,
        environment: "production",
        sha: hexadecimal(state.seed, "months", n, 40),
        creator: VIEWER.to_owned(),
        created: asked,
        run,
        job: job.id,
        stages,
    });
}

fn later(at: Timestamp, seconds: i64) -> Timestamp {
    at + SignedDuration::from_secs(seconds)
}
