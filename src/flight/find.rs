//! From what a person asked for to the run that is the release. Asks the ports; decides nothing else.

use std::collections::BTreeSet;

use crate::{
    domain::{
        Fault, FaultKind, ReleaseQuery, RunId, Sha,
        observation::RunSnapshot,
        policy::{Policy, StageBound, Strategy},
    },
    ports::{History, Runs},
};

/// Waiting runs whose pending deployments are asked for; older ones are not candidates that anyone means.
const MOST_WAITING: usize = 20;

/// Runs that may fail to answer before no other is asked.
const MOST_FAILURES: usize = 3;

/// The answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Found {
    /// The release.
    One(RunSnapshot),
    /// Several wait: a person picks. Newest first.
    Several(Vec<RunSnapshot>),
    /// Nothing waits, or the commit has no run of the workflow.
    None {
        /// The newest run of the workflow, whatever its state, where there is one.
        newest: Option<RunSnapshot>,
    },
}

/// Where releases of this service are looked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sought {
    /// Workflow file name.
    pub workflow: String,
    /// Production, and with a canary each stage that is an environment: a release waits for the first stage first.
    pub environments: Vec<String>,
}

impl Sought {
    /// What the rules say.
    pub fn of(policy: &Policy) -> Self {
        let mut environments = vec![policy.target.environment.clone()];
        if let Strategy::Canary { stages, .. } = &policy.strategy {
            environments.extend(stages.iter().filter_map(|stage| match &stage.bound {
                StageBound::Environment(name) => Some(name.clone()),
                StageBound::Job(_) => None,
            }));
        }
        Self {
            workflow: policy.target.workflow.clone(),
            environments,
        }
    }
}

/// Finds the run that `query` means.
///
/// Without an argument: the runs that wait for one of the environments. By commit, tag or pull request: the newest run
/// of the workflow for that commit; for a merged pull request its merge commit, then its head. A run by its id is a release
/// only where it is one of that workflow: any other is said to be none.
pub async fn find(
    query: &ReleaseQuery,
    sought: &Sought,
    runs: &dyn Runs,
    history: &dyn History,
) -> Result<Found, Fault> {
    match query {
        ReleaseQuery::Waiting => waiting(sought, runs).await,
        ReleaseQuery::Run(id) => of_workflow(runs.run(*id).await?, sought),
        ReleaseQuery::Commit(sha) => of_commits(std::slice::from_ref(sha), sought, runs).await,
        ReleaseQuery::Name(name) => {
            let sha = match history.resolve(name).await {
                Ok(sha) => sha,
                Err(fault) if fault.kind == FaultKind::NotFound => {
                    return small_id(name, sought, runs).await;
                }
                Err(fault) => return Err(fault),
            };
            of_commits(&[sha], sought, runs).await
        }
        ReleaseQuery::Pull(number) => {
            let pull = history.pull(*number).await?;
            let commits: Vec<_> = pull.merged_as.into_iter().chain([pull.head]).collect();
            of_commits(&commits, sought, runs).await
        }
    }
}

/// Digits that are no tag, branch or commit: a young GitHub Enterprise Server's runs have small ids.
async fn small_id(name: &str, sought: &Sought, runs: &dyn Runs) -> Result<Found, Fault> {
    if let Ok(id) = name.parse() {
        match runs.run(RunId(id)).await {
            Err(fault) if fault.kind == FaultKind::NotFound => {}
            found => return of_workflow(found?, sought),
        }
    }
    let what = format!("GitHub: the release {name}");
    let detail = "no tag, branch, commit or run of that name";
    Err(Fault::new(FaultKind::NotFound, what, detail))
}

/// The run of an id, where it is a release: by the rules of this service a run of another workflow is none. Where the server does
/// not tell the workflow's file, who named the run answers for it.
fn of_workflow(run: RunSnapshot, sought: &Sought) -> Result<Found, Fault> {
    let file = run.path.as_str().rsplit('/').next().unwrap_or_default();
    if file.is_empty() || file == sought.workflow {
        return Ok(Found::One(run));
    }
    let what = format!("GitHub: run {}", run.id);
    let wanted = &sought.workflow;
    let detail = format!("it is a run of {file}; a release is a run of {wanted}");
    Err(Fault::new(FaultKind::NotFound, what, detail))
}

async fn waiting(sought: &Sought, runs: &dyn Runs) -> Result<Found, Fault> {
    let found = waiting_runs(sought, runs, &|_| false, MOST_WAITING).await?;
    if let Some(fault) = found.fault {
        // The one that is meant may be the one that did not answer.
        return Err(fault);
    }
    let mut held = found.runs;
    match held.len() {
        0 => Ok(Found::None {
            newest: newest(runs).await?,
        }),
        1 => Ok(held.pop().map_or(Found::None { newest: None }, Found::One)),
        _ => Ok(Found::Several(held)),
    }
}

/// Runs that wait, as far as that could be told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WaitingRuns {
    /// Those that wait for one of the environments, newest first.
    pub runs: Vec<RunSnapshot>,
    /// Why it is not known of others; `None`: these are all.
    pub fault: Option<Fault>,
}

/// The runs that wait for one of the environments: of the newest `most`, those that `skip` says left out. Fails where the list
/// cannot be had; one run that does not answer is no reason to leave the others waiting.
pub async fn waiting_runs(
    sought: &Sought,
    runs: &dyn Runs,
    skip: &dyn Fn(&RunSnapshot) -> bool,
    most: usize,
) -> Result<WaitingRuns, Fault> {
    let (mut held, mut fault, mut failed) = (Vec::new(), None, 0);
    let listed = runs.runs(Some("waiting")).await?;
    for run in listed.into_iter().filter(|run| !skip(run)).take(most) {
        // The list may be older than the run.
        let pending = match runs.pending(run.id).await {
            Ok(pending) => pending,
            Err(fault) if fault.kind == FaultKind::NotFound => continue,
            Err(why) => {
                failed += 1;
                let is_hopeless = matches!(why.kind, FaultKind::RateLimited { .. });
                fault.get_or_insert(why);
                if is_hopeless || failed == MOST_FAILURES {
                    break;
                }
                continue;
            }
        };
        let there = |name: &str| sought.environments.iter().any(|e| e == name);
        if pending.iter().any(|p| there(p.name.as_str())) {
            held.push(run);
        }
    }
    Ok(WaitingRuns { runs: held, fault })
}

async fn newest(runs: &dyn Runs) -> Result<Option<RunSnapshot>, Fault> {
    let all = runs.runs(None).await?;
    Ok(all.into_iter().max_by_key(|run| (run.created, run.id)))
}

/// The newest run for the first of these commits that has one.
async fn of_commits(commits: &[Sha], sought: &Sought, runs: &dyn Runs) -> Result<Found, Fault> {
    let mut asked = BTreeSet::new();
    for sha in commits.iter().filter(|sha| asked.insert((*sha).clone())) {
        let found = runs.runs_of_commit(sha, Some(&sought.workflow)).await?;
        if let Some(run) = found.into_iter().max_by_key(|run| (run.created, run.id)) {
            return Ok(Found::One(run));
        }
    }
    Ok(Found::None {
        newest: newest(runs).await?,
    })
}
