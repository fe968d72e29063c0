//! Deliveries, each once: GitHub's deployments grouped by run attempt, joined with this machine's journals.
//!
//! A deployment counts where its job is the configured one; a matrix of them is one delivery; each attempt of a run that
//! deploys is one; a run of the rollback workflow is none, and takes the newest delivery before it back. A journal of the
//! same run adds what it knows; one that GitHub does not tell of is a delivery of its own.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;

use super::{
    Course, Errors, JournalledDeploy, Ledger, PastDeployment, PastJob, PastRun, Scope, Span, Spans,
    Split,
};
use crate::domain::{RunId, Sha, observation::Conclusion, policy::is_job};

/// One delivery.
#[derive(Debug, Clone, PartialEq)]
pub struct Deploy {
    /// The run that deployed.
    pub run: RunId,
    /// Its attempt.
    pub attempt: u32,
    /// What was deployed, as far as GitHub or the journal tells.
    pub sha: Sha,
    /// When production began to change.
    pub began: Timestamp,
    /// When all of it was in production; `None`: it never was.
    pub live: Option<Timestamp>,
    /// When its commit was made; `None`: not known, or of a commit that was in production before.
    pub committed: Option<Timestamp>,
    /// Where the time went; `None` without a commit's time.
    pub split: Option<Split>,
    /// When it was taken back.
    pub rolled_back: Option<Timestamp>,
    /// The error rate after it, where a journal holds it.
    pub errors: Option<Errors>,
    /// Whether a journal of this machine tells of it.
    pub journalled: bool,
}

impl Deploy {
    /// From commit to production, in seconds.
    pub fn lead_s(&self) -> Option<i64> {
        self.split.as_ref().map(Split::total_s)
    }

    /// What its place in time is.
    pub fn at(&self) -> Timestamp {
        self.live.unwrap_or(self.began)
    }
}

/// All deliveries of one scope.
#[derive(Debug, Clone, PartialEq)]
pub struct Deploys {
    /// Of what.
    pub scope: Scope,
    /// By time, the oldest first.
    pub all: Vec<Deploy>,
    /// Deployments whose run or job was not told: left out, and said.
    pub untold: usize,
    /// Rollback runs that failed.
    pub failed_rollbacks: usize,
}

/// A run attempt while it is put together.
#[derive(Debug)]
struct Attempt<'a> {
    run: &'a PastRun,
    sha: &'a Sha,
    parts: Vec<(&'a PastDeployment, &'a Course)>,
}

impl Deploys {
    /// Joins; journals of other scopes are passed over.
    pub fn join(ledger: &Ledger, journals: &[JournalledDeploy]) -> Self {
        let scope = &ledger.scope;
        let (attempts, untold) = attempts(ledger);
        let mine: Vec<&JournalledDeploy> = journals
            .iter()
            .filter(|one| scope.is_of(&one.repository, &one.environment))
            .collect();
        let mut used = BTreeSet::new();
        let mut all: Vec<Deploy> = Vec::with_capacity(attempts.len());
        for ((run, attempt), parts) in &attempts {
            let journal = mine
                .iter()
                .position(|one| one.run == *run && one.attempt == *attempt);
            used.extend(journal);
            all.extend(deploy(*attempt, parts, journal.map(|at| mine[at])));
        }
        for (at, journal) in mine.iter().enumerate() {
            if !used.contains(&at) {
                all.extend(alone(journal));
            }
        }
        all.sort_by_key(|one| (one.at(), one.run, one.attempt));
        first_of_each_commit(&mut all);
        let failed_rollbacks = take_back(&mut all, ledger, &mine);
        Self {
            scope: scope.clone(),
            all,
            untold,
            failed_rollbacks,
        }
    }
}

/// Deployments of the configured job, by run and attempt; and how many could not be told.
fn attempts(ledger: &Ledger) -> (BTreeMap<(RunId, u32), Attempt<'_>>, usize) {
    let mut all: BTreeMap<(RunId, u32), Attempt<'_>> = BTreeMap::new();
    let mut untold = 0;
    for told in ledger.deployments.values() {
        let Some(course) = told.course.as_ref().filter(|course| course.is_over()) else {
            continue;
        };
        let Some(id) = course.run else {
            // Not made by a workflow's job: another tool's deployment.
            untold += 1;
            continue;
        };
        if ledger.rollbacks.contains_key(&id.0) {
            continue;
        }
        let Some(run) = ledger.runs.get(&id.0) else {
            // Of another workflow, or older than what was listed.
            continue;
        };
        let Some(jobs) = &run.jobs else {
            untold += 1;
            continue;
        };
        let job = jobs.iter().find(|job| Some(job.id) == course.job);
        let Some(job) = job else {
            untold += 1;
            continue;
        };
        if is_job(job.name.as_str(), &ledger.scope.job) {
            let attempt = all.entry((id, job.attempt)).or_insert_with(|| Attempt {
                run,
                sha: &told.sha,
                parts: Vec::new(),
            });
            attempt.parts.push((told, course));
        }
    }
    (all, untold)
}

/// A delivery from its attempt; `None` where production was never touched: rejected, or cancelled while it waited.
fn deploy(
    number: u32,
    attempt: &Attempt<'_>,
    journal: Option<&JournalledDeploy>,
) -> Option<Deploy> {
    let courses = || attempt.parts.iter().map(|(_, course)| *course);
    let began = courses().filter_map(Course::began).min();
    let ends: Option<Vec<Timestamp>> = courses().map(Course::live).collect();
    let live = ends.and_then(|ends| ends.into_iter().max());
    let began = began.or(live)?;
    // A production run that was dispatched on the branch carries the branch's commit, not the candidate's.
    let sha = journal.and_then(|journal| journal.sha.as_ref());
    let committed = attempt
        .run
        .committed
        .filter(|_| sha.is_none_or(|sha| *sha == attempt.run.sha));
    let traffic = journal
        .and_then(|journal| journal.traffic)
        .map_or(began, |at| at.min(began));
    let mut human: Vec<Span> = courses().flat_map(Course::held).collect();
    human.extend(
        journal
            .into_iter()
            .flat_map(|one| one.waits.iter().copied()),
    );
    let jobs = attempt.run.jobs.iter().flatten();
    Some(Deploy {
        run: attempt.run.id,
        attempt: number,
        sha: sha.unwrap_or(attempt.sha).clone(),
        began,
        live,
        committed,
        split: split(committed, live, || Spans {
            human,
            bake: live.map(|live| (traffic, live)).into_iter().collect(),
            build: jobs
                .filter(|job| job.attempt <= number)
                .filter_map(worked)
                .collect(),
        }),
        rolled_back: journal.and_then(|journal| journal.rolled_back),
        errors: journal.and_then(|journal| journal.errors),
        journalled: journal.is_some(),
    })
}

fn worked(job: &PastJob) -> Option<Span> {
    Some((job.started?, job.completed?))
}

/// A clock that is ahead of GitHub's makes a commit younger than its deploy: then nothing is known.
fn split(
    committed: Option<Timestamp>,
    live: Option<Timestamp>,
    spans: impl FnOnce() -> Spans,
) -> Option<Split> {
    let (from, until) = (committed?, live?);
    (from <= until).then(|| Split::of((from, until), &spans()))
}

/// A delivery that only a journal tells of.
fn alone(journal: &JournalledDeploy) -> Option<Deploy> {
    let live = journal.live;
    let began = journal.traffic.or(live)?;
    Some(Deploy {
        run: journal.run,
        attempt: journal.attempt,
        sha: journal.sha.clone()?,
        began,
        live,
        // Journals keep no commit's time.
        committed: None,
        split: None,
        rolled_back: journal.rolled_back,
        errors: journal.errors,
        journalled: true,
    })
}

/// A commit comes to production once: what is deployed again counts as a deploy and has no lead time.
fn first_of_each_commit(all: &mut [Deploy]) {
    let mut seen = BTreeSet::new();
    for one in all.iter_mut().filter(|one| one.live.is_some()) {
        if !seen.insert(one.sha.clone()) {
            one.committed = None;
            one.split = None;
        }
    }
}

/// Each rollback run that ended well takes the newest delivery back that began before it. One that a journal names is told
/// there already. Answers how many failed.
fn take_back(all: &mut [Deploy], ledger: &Ledger, journals: &[&JournalledDeploy]) -> usize {
    let named: BTreeSet<RunId> = journals
        .iter()
        .flat_map(|journal| journal.rollback_runs.iter().copied())
        .collect();
    let mut by_start: Vec<usize> = (0..all.len()).collect();
    by_start.sort_by_key(|at| all[*at].began);
    let mut failed = 0;
    for run in ledger.rollbacks.values() {
        match run.conclusion {
            Some(Conclusion::Success) => {}
            Some(_) => {
                failed += 1;
                continue;
            }
            None => continue,
        }
        if named.contains(&run.id) {
            continue;
        }
        let after = by_start.partition_point(|at| all[*at].began <= run.created);
        if let Some(before) = after.checked_sub(1).map(|at| by_start[at]) {
            all[before].rolled_back.get_or_insert(run.updated);
        }
    }
    failed
}
