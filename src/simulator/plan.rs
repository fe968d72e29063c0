//! What the workflows of this repository do: their jobs, how long these take, what they change. Makes runs; the engine plays them.

use std::{collections::BTreeMap, sync::Arc};

use jiff::{SignedDuration, Timestamp};

use super::{
    release::Build,
    reports,
    repository::VIEWER,
    run::{Effect, End, Job, Run, Status},
    scenario::Scenario,
    state::{Happening, State},
    storm,
};

/// Seconds that are left of the last staging job when the world starts.
const LEFT: i64 = 60;

/// A job before it has an id.
struct Draft {
    name: &'static str,
    needs: Vec<usize>,
    seconds: i64,
    environment: Option<&'static str>,
    planned: End,
    effect: Effect,
}

fn draft(name: &'static str, needs: &[usize], seconds: i64) -> Draft {
    Draft {
        name,
        needs: needs.to_vec(),
        seconds,
        environment: None,
        planned: End::Success,
        effect: Effect::Nothing,
    }
}

impl Draft {
    fn into(mut self, environment: &'static str, effect: Effect) -> Self {
        self.environment = Some(environment);
        self.effect = effect;
        self
    }

    fn makes(mut self, name: &'static str, bytes: Arc<[u8]>) -> Self {
        match &mut self.effect {
            Effect::Upload(all) => all.push((name, bytes)),
            _ => self.effect = Effect::Upload(vec![(name, bytes)]),
        }
        self
    }
}

/// The staging half: `build` to `k6`, the last two side by side.
fn staging(state: &State) -> Vec<Draft> {
    let failed = state.scenario == Scenario::StagingFailed;
    let sha = &state.repository.candidate().sha;
    let facts = reports::Facts {
        times: storm::cases(state.scenario),
        seed: state.seed,
        version: state.repository.version,
        sha,
        failed,
        earlier: false,
        risky: state.scenario == Scenario::Risky,
        late: false,
    };
    vec![
        draft("build", &[], 240),
        draft("verify", &[0], 110).makes("sarif", reports::security(&facts)),
        draft("explain", &[0], 45).makes("explain", reports::explain(&facts)),
        draft("deploy-staging", &[1, 2], 150).into("staging", Effect::Nothing),
        draft("e2e", &[3], 165)
            .makes("junit", reports::tests(&facts))
            .makes("coverage", reports::coverage(&facts)),
        draft("k6", &[3], 180).makes("k6", reports::load(&facts)),
    ]
}

fn production(scenario: Scenario, build: &Build) -> Vec<Draft> {
    let serve = |percent| Effect::Serve(build.clone(), percent);
    match scenario {
        Scenario::DispatchGate => Vec::new(),
        Scenario::Canary | Scenario::CanaryAdvance | Scenario::StageFails => vec![
            draft("deploy-5", &[4, 5], 60).into("production-5", serve(5)),
            Draft {
                planned: match scenario {
                    Scenario::StageFails => End::Failure,
                    _ => End::Success,
                },
                ..draft("deploy-25", &[6], 60).into("production-25", serve(25))
            },
            draft("deploy", &[7], 100).into("production", serve(100)),
        ],
        Scenario::Rolling => vec![
            draft("deploy (eu)", &[4, 5], 80).into("production", Effect::Nothing),
            draft("deploy (us)", &[4, 5], 130).into("production", serve(100)),
        ],
        Scenario::RollbackRaces => vec![
            draft("deploy", &[4, 5], 120).into("production", serve(100)),
            draft("bake", &[6], 900),
        ],
        _ => vec![draft("deploy", &[4, 5], 120).into("production", serve(100))],
    }
}

/// The concurrency group of a workflow.
pub(super) fn group(workflow: &str, scenario: Scenario) -> &'static str {
    if workflow == "deploy.yml" && scenario == Scenario::DispatchGate {
        "staging"
    } else {
        "production"
    }
}

fn jobs(state: &mut State, drafts: Vec<Draft>, created: Timestamp) -> Vec<Job> {
    drafts
        .into_iter()
        .map(|d| Job {
            id: state.mint(),
            name: d.name,
            needs: d.needs,
            seconds: d.seconds,
            environment: d.environment,
            planned: d.planned,
            effect: d.effect,
            status: Status::Pending,
            conclusion: None,
            created,
            started: None,
            completed: None,
            attempt: 1,
            approved: false,
            deployment: None,
        })
        .collect()
}

/// What the candidate's run does: its staging, then production.
fn release(state: &State) -> Vec<Draft> {
    let mut drafts = staging(state);
    if let Some(build) = state.build(state.repository.version) {
        drafts.extend(production(state.scenario, &build));
    }
    drafts
}

/// The jobs of one more run of the candidate, none of them begun, and how many of them are staging.
pub(super) fn candidate_jobs(state: &mut State, created: Timestamp) -> (Vec<Job>, usize) {
    let staged = staging(state).len();
    let drafts = release(state);
    (jobs(state, drafts, created), staged)
}

/// Adds the candidate's run as it stands when the world starts: staging done but for its last jobs.
pub(super) fn candidate(state: &mut State) {
    let epoch = state.epoch;
    let drafts = release(state);
    // Counted back from the instant at which k6 will end; each job begins a few seconds after what it needs.
    let pause = 3;
    let lengths: Vec<i64> = drafts.iter().map(|d| d.seconds).collect();
    let validation = LEFT - lengths[5];
    let staged = validation - pause - lengths[3];
    let verified = staged - pause - lengths[1];
    let built = verified - pause - lengths[0];
    let starts = [built, verified, verified, staged, validation, validation];
    let created = epoch + SignedDuration::from_secs(built - 8);
    let mut jobs = jobs(state, drafts, created);
    let (sha, author) = {
        let commit = state.repository.candidate();
        (commit.sha.clone(), commit.author.to_owned())
    };
    let id = state.mint();
    for (job, start) in jobs.iter_mut().zip(starts) {
        job.started = Some(epoch + SignedDuration::from_secs(start));
        job.status = Status::InProgress;
    }
    let open: Vec<_> = jobs[..6].iter().map(|job| (job.id, job.seconds)).collect();
    state.runs.push(Run {
        id,
        number: 214,
        workflow: "deploy.yml",
        title: format!("Release {}", state.repository.version),
        event: "push",
        sha,
        committed: None,
        actor: author.clone(),
        triggering_actor: author,
        created,
        started: created,
        updated: created,
        attempt: 1,
        status: Status::InProgress,
        conclusion: None,
        group: group("deploy.yml", state.scenario),
        jobs,
        reviews: Vec::new(),
        artifacts: Vec::new(),
    });
    state.release_run = id;
    if state.scenario == Scenario::EvidenceChanged {
        late_report(state, id);
    }
    for ((job, seconds), start) in open.into_iter().zip(starts) {
        let what = Happening::JobEnds { run: id, job };
        state.plan(epoch, start + seconds, what);
    }
}

/// Seconds after the start at which the late shard reports: the run waits for a person since minutes.
const LATE_REPORT: i64 = 420;

/// The report of the tests again, with a shard that was still missing.
fn late_report(state: &mut State, run: u64) {
    let facts = reports::Facts {
        seed: state.seed,
        version: state.repository.version,
        sha: &state.repository.candidate().sha,
        failed: false,
        earlier: false,
        risky: false,
        times: 1,
        late: true,
    };
    let bytes = reports::tests(&facts);
    let epoch = state.epoch;
    let what = Happening::Uploads {
        run,
        name: "junit",
        bytes,
    };
    state.plan(epoch, LATE_REPORT, what);
}

/// Adds a run that was dispatched just now; the caller lets it begin.
pub(super) fn dispatched(
    state: &mut State,
    workflow: &'static str,
    sha: String,
    inputs: &BTreeMap<String, String>,
    by: &str,
) -> u64 {
    let now = state.now;
    let version = inputs.get("version").cloned().unwrap_or_default();
    let named = inputs
        .get("sha")
        .filter(|_| workflow == "production.yml")
        .unwrap_or(&version);
    let build = state.build(named);
    let mut job = draft("deploy", &[], 120);
    if workflow == "rollback.yml" {
        job.name = "rollback";
        job.seconds = 95;
    }
    let works = state.scenario != Scenario::RollbackFails || workflow != "rollback.yml";
    match build {
        Some(build) if works => job = job.into("production", Effect::Serve(build, 100)),
        // No such image, or the cluster refuses it: the job fails on its way.
        _ => {
            job = job.into("production", Effect::Nothing);
            job.planned = End::Failure;
            job.seconds = 70;
        }
    }
    let jobs = jobs(state, vec![job], now);
    let id = state.mint();
    let marker = inputs.get("id").cloned().unwrap_or_default();
    let word = if workflow == "rollback.yml" {
        "Roll back to"
    } else {
        "Production"
    };
    let number = state.runs.iter().filter(|r| r.workflow == workflow).count() + 1;
    state.runs.push(Run {
        id,
        number: u64::try_from(number).unwrap_or(1),
        workflow,
        title: format!("{word} {version} ({marker})"),
        event: "workflow_dispatch",
        sha,
        committed: None,
        actor: by.to_owned(),
        triggering_actor: by.to_owned(),
        created: now,
        started: now,
        updated: now,
        attempt: 1,
        status: Status::Queued,
        conclusion: None,
        group: group(workflow, state.scenario),
        jobs,
        reviews: Vec::new(),
        artifacts: Vec::new(),
    });
    id
}

/// A run of the past: all jobs done, one after the other. Answers with its id and that of its production job.
pub(super) fn past(
    state: &mut State,
    workflow: &'static str,
    version: &str,
    sha: String,
    began: Timestamp,
    seconds: i64,
) -> (u64, usize) {
    let drafts = if workflow == "rollback.yml" {
        vec![draft("rollback", &[], seconds).into("production", Effect::Nothing)]
    } else {
        let mut all: Vec<_> = [
            ("build", 236),
            ("verify", 104),
            ("explain", 44),
            ("deploy-staging", 148),
            ("e2e", 160),
            ("k6", 180),
        ]
        .map(|(name, length)| draft(name, &[], length))
        .into();
        all.push(draft("deploy", &[], seconds).into("production", Effect::Nothing));
        all
    };
    let mut jobs = jobs(state, drafts, began);
    let mut at = began;
    for job in &mut jobs {
        job.started = Some(at);
        at += SignedDuration::from_secs(job.seconds);
        job.completed = Some(at);
        job.status = Status::Completed;
        job.conclusion = Some(End::Success);
    }
    let last = jobs.len() - 1;
    let rollback = workflow == "rollback.yml";
    let number = state.runs.iter().filter(|r| r.workflow == workflow).count() + 1;
    let id = state.mint();
    state.runs.push(Run {
        id,
        number: u64::try_from(number).unwrap_or(1) + if rollback { 0 } else { 190 },
        workflow,
        title: if rollback {
            format!("Roll back to {version} (ops)")
        } else {
            format!("Release {version}")
        },
        event: if rollback {
            "workflow_dispatch"
        } else {
            "push"
        },
        sha,
        committed: None,
        actor: VIEWER.to_owned(),
        triggering_actor: VIEWER.to_owned(),
        created: began,
        started: began,
        updated: at,
        attempt: 1,
        status: Status::Completed,
        conclusion: Some(End::Success),
        group: group(workflow, state.scenario),
        jobs,
        reviews: Vec::new(),
        artifacts: Vec::new(),
    });
    (id, last)
}
