//! From what a person asked for to the run that is the release. Asks the ports; decides nothing else.

use std::collections::BTreeSet;

use crate::{
    domain::{
        Fault, FaultKind, ReleaseQuery, Sha,
        observation::RunSnapshot,
        policy::{Policy, StageBound, Strategy},
    },
    ports::{History, Runs},
};

/// Waiting runs whose pending deployments are asked for; older ones are not candidates that anyone means.
const MOST_WAITING: usize = 20;

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
/// of the workflow for that commit; for a merged pull request its merge commit, then its head.
pub async fn find(
    query: &ReleaseQuery,
    sought: &Sought,
    runs: &dyn Runs,
    history: &dyn History,
) -> Result<Found, Fault> {
    match query {
        ReleaseQuery::Waiting => waiting(sought, runs).await,
        ReleaseQuery::Run(id) => Ok(Found::One(runs.run(*id).await?)),
        ReleaseQuery::Commit(sha) => of_commits(std::slice::from_ref(sha), sought, runs).await,
        ReleaseQuery::Name(name) => {
            let sha = history
                .resolve(name)
                .await
                .map_err(|fault| explained(fault, name))?;
            of_commits(&[sha], sought, runs).await
        }
        ReleaseQuery::Pull(number) => {
            let pull = history.pull(*number).await?;
            let commits: Vec<_> = pull.merged_as.into_iter().chain([pull.head]).collect();
            of_commits(&commits, sought, runs).await
        }
    }
}

/// A name that resolves to nothing: says which forms there are.
fn explained(fault: Fault, name: &str) -> Fault {
    if fault.kind != FaultKind::NotFound {
        return fault;
    }
    let what = format!("GitHub: the release {name}");
    let detail = "no tag, branch or commit of that name, and too short for a run id";
    Fault::new(FaultKind::NotFound, what, detail)
}

async fn waiting(sought: &Sought, runs: &dyn Runs) -> Result<Found, Fault> {
    let mut held = waiting_runs(sought, runs, &|_| false, MOST_WAITING).await?;
    match held.len() {
        0 => Ok(Found::None {
            newest: newest(runs).await?,
        }),
        1 => Ok(held.pop().map_or(Found::None { newest: None }, Found::One)),
        _ => Ok(Found::Several(held)),
    }
}

/// The runs that wait for one of the environments, newest first: of the newest `most`, but for those that `skip` says.
pub async fn waiting_runs(
    sought: &Sought,
    runs: &dyn Runs,
    skip: &dyn Fn(&RunSnapshot) -> bool,
    most: usize,
) -> Result<Vec<RunSnapshot>, Fault> {
    let mut held = Vec::new();
    for run in runs.runs(Some("waiting")).await?.into_iter().take(most) {
        if skip(&run) {
            continue;
        }
        // The list may be older than the run.
        let pending = match runs.pending(run.id).await {
            Ok(pending) => pending,
            Err(fault) if fault.kind == FaultKind::NotFound => continue,
            Err(fault) => return Err(fault),
        };
        let there = |name: &str| sought.environments.iter().any(|e| e == name);
        if pending.iter().any(|p| there(p.name.as_str())) {
            held.push(run);
        }
    }
    Ok(held)
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
