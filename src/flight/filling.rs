//! Fills a ledger of past deliveries from GitHub: lists first, then what each item wants, four questions at once.
//!
//! Stops at the first fault that another question would meet too, with everything kept that was told; asked again, it goes on
//! from there.

use futures_util::{StreamExt as _, stream};
use jiff::{SignedDuration, Timestamp};

use crate::{
    domain::{
        DeploymentId, Fault, FaultKind, RunId, later,
        observation::DeploymentState,
        scorecard::{Course, Extent, Ledger, PastJob, UNSETTLED},
        wording,
    },
    ports::Deliveries,
};

/// Most deployments that a ledger holds.
pub const MOST_DEPLOYMENTS: usize = 20_000;
/// Most pages of one list.
const MOST_PAGES: usize = 400;
/// Runs of so much time are asked for at once; halved where they are more than a list tells.
const AT_ONCE: SignedDuration = SignedDuration::from_hours(30 * 24);
/// GitHub's search tells no more than this.
const TOLD: usize = 1_000;
/// No window of runs is made shorter than this.
const SHORTEST: SignedDuration = SignedDuration::from_hours(1);
/// Questions at once.
const WIDE: usize = 4;
/// After so many answers what is known is kept.
const BETWEEN: usize = 500;

/// Who is told how far it is, and keeps what is known.
pub trait Filler {
    /// Something is being done.
    fn doing(&mut self, what: String);
    /// A good moment to keep the ledger.
    fn keep(&mut self, ledger: &Ledger);
}

/// How far it came.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Filled {
    /// Whether GitHub knows the workflow that rolls back: one that was never there has no runs.
    pub knows_rollback: bool,
    /// What stopped it; `None`: everything that was asked for is there.
    pub fault: Option<Fault>,
}

/// Reads what is new or unsettled since `since`; `now` is when.
pub async fn fill(
    ledger: &mut Ledger,
    source: &dyn Deliveries,
    (since, now): (Timestamp, Timestamp),
    filler: &mut dyn Filler,
) -> Filled {
    let mut told = Filled {
        knows_rollback: true,
        fault: None,
    };
    told.fault = filled(ledger, source, (since, now), filler, &mut told)
        .await
        .err();
    ledger.bound(MOST_DEPLOYMENTS);
    filler.keep(ledger);
    told
}

async fn filled(
    ledger: &mut Ledger,
    source: &dyn Deliveries,
    (since, now): (Timestamp, Timestamp),
    filler: &mut dyn Filler,
    told: &mut Filled,
) -> Result<(), Fault> {
    let from = ledger.wanted(since);
    let slug = ledger.scope.repository.slug();
    filler.doing(format!(
        "{slug}: deployments to {}",
        ledger.scope.environment
    ));
    list_deployments(ledger, source, from).await?;
    // A deployment's run may be as old as a run may become before it is refused.
    let runs_from = later(from, -UNSETTLED);
    let workflow = ledger.scope.workflow.clone();
    filler.doing(format!("{slug}: runs of {workflow}"));
    for run in list_runs(source, &workflow, (runs_from, now)).await? {
        Ledger::take_run(&mut ledger.runs, run);
    }
    if let Some(rollback) = ledger.scope.rollback.clone() {
        filler.doing(format!("{slug}: runs of {rollback}"));
        match list_runs(source, &rollback, (runs_from, now)).await {
            Ok(runs) => {
                for run in runs {
                    Ledger::take_run(&mut ledger.rollbacks, run);
                }
            }
            // The deployments are there all the same.
            Err(fault) if fault.kind == FaultKind::NotFound => told.knows_rollback = false,
            Err(fault) => return Err(fault),
        }
    }
    let reached = ledger
        .extent
        .map_or(since, |extent| extent.since.min(since));
    ledger.extent = Some(Extent {
        since: reached,
        read: now,
    });
    let courses = ledger.courses_wanted(since);
    let mut answers = stream::iter(courses.iter().copied())
        .map(|id| async move { (id, source.course(id).await) })
        .buffered(WIDE);
    let mut done = 0;
    while let Some((id, answer)) = answers.next().await {
        take_course(ledger, id, answer)?;
        done += 1;
        tell(ledger, filler, &slug, ("deployments", done, courses.len()));
    }
    let runs = ledger.jobs_wanted(since);
    let mut answers = stream::iter(runs.iter().copied())
        .map(|id| async move { (id, source.jobs_of_all_attempts(id).await) })
        .buffered(WIDE);
    let mut done = 0;
    while let Some((id, answer)) = answers.next().await {
        take_jobs(ledger, id, answer)?;
        done += 1;
        tell(ledger, filler, &slug, ("runs", done, runs.len()));
    }
    Ok(())
}

fn tell(
    ledger: &Ledger,
    filler: &mut dyn Filler,
    slug: &str,
    (what, done, all): (&str, usize, usize),
) {
    if done % BETWEEN == 0 {
        filler.keep(ledger);
    }
    if done % 50 == 0 || done == all {
        filler.doing(format!("{slug}: {done} of {all} {what}"));
    }
}

/// The pages until one holds nothing that is wanted: GitHub's order is the newest first, by and large.
async fn list_deployments(
    ledger: &mut Ledger,
    source: &dyn Deliveries,
    from: Timestamp,
) -> Result<(), Fault> {
    let environment = ledger.scope.environment.clone();
    let key = format!("deployments to {environment}");
    let known = ledger.extent.is_some_and(|extent| extent.since <= from);
    for number in 1..=MOST_PAGES {
        let tag = ledger.tags.get(&key).filter(|_| number == 1 && known);
        let Some(page) = source
            .deployment_page(&environment, number, tag.map(String::as_str))
            .await?
        else {
            return Ok(());
        };
        // No order is promised: where the oldest come first the news stand on the last page.
        let ends = page.items.first().zip(page.items.last());
        let rises = ends.is_some_and(|(first, last)| first.created < last.created);
        if number == 1 {
            match page.tag.filter(|_| !rises) {
                Some(tag) => ledger.tags.insert(key.clone(), tag),
                None => ledger.tags.remove(&key),
            };
        }
        let is_past = !rises && page.items.iter().all(|told| told.created < from);
        for told in page.items {
            ledger.take_deployment(told);
        }
        if is_past || !page.more {
            return Ok(());
        }
    }
    let most = wording::count(MOST_PAGES as u64, "page");
    let detail = format!("more than {most}: ask for less time with --since");
    Err(Fault::new(
        FaultKind::TooLarge,
        "GitHub: deployments",
        detail,
    ))
}

/// Runs of a workflow that were created within, in windows of which GitHub tells all.
async fn list_runs(
    source: &dyn Deliveries,
    workflow: &str,
    (from, until): (Timestamp, Timestamp),
) -> Result<Vec<crate::domain::scorecard::PastRun>, Fault> {
    let mut windows = Vec::new();
    let mut begin = from;
    while begin < until {
        let end = later(begin, AT_ONCE).min(until);
        windows.push((begin, end));
        begin = end;
    }
    let mut all = Vec::new();
    while let Some((begin, end)) = windows.pop() {
        let first = source.run_page(workflow, (begin, end), 1).await?;
        let span = end.duration_since(begin);
        if first.total.is_some_and(|total| total > TOLD) && span > SHORTEST {
            let middle = later(begin, span / 2);
            windows.extend([(begin, middle), (middle, end)]);
            continue;
        }
        let mut more = first.more;
        all.extend(first.items);
        for number in 2..=TOLD / 100 {
            if !more {
                break;
            }
            let page = source.run_page(workflow, (begin, end), number).await?;
            more = page.more;
            all.extend(page.items);
        }
    }
    Ok(all)
}

/// What is gone, or makes no sense, is not asked for again; any other fault would meet the next question too.
fn take_course(
    ledger: &mut Ledger,
    id: DeploymentId,
    answer: Result<Course, Fault>,
) -> Result<(), Fault> {
    let Some(told) = ledger.deployments.get_mut(&id.0) else {
        return Ok(());
    };
    told.course = Some(match answer {
        Ok(course) => course,
        Err(fault) if is_of_one(&fault) => Course {
            states: vec![(DeploymentState::Inactive, told.created)],
            ..Course::default()
        },
        Err(fault) => return Err(fault),
    });
    Ok(())
}

fn take_jobs(
    ledger: &mut Ledger,
    id: RunId,
    answer: Result<Vec<PastJob>, Fault>,
) -> Result<(), Fault> {
    let Some(told) = ledger.runs.get_mut(&id.0) else {
        return Ok(());
    };
    told.jobs = Some(match answer {
        Ok(jobs) => jobs,
        Err(fault) if is_of_one(&fault) => Vec::new(),
        Err(fault) => return Err(fault),
    });
    Ok(())
}

/// Whether a fault is of this item alone.
fn is_of_one(fault: &Fault) -> bool {
    matches!(
        fault.kind,
        FaultKind::NotFound | FaultKind::Malformed | FaultKind::TooLarge
    )
}
