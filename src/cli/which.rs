//! Which release is meant: what a person named, else what waits, else the newest run.

use super::{
    exit::Stop,
    patience::{Dialogue, patiently},
};
use crate::{
    config::Resolved,
    domain::{FaultKind, ReleaseKey, ReleaseQuery, Text},
    flight::{Found, Sought, find},
    ports::{Clock, History, Runs},
    wiring,
};

/// Runs that are named where the one that is meant is not there.
const NEWEST: usize = 5;

/// The release that is meant.
pub(super) async fn which(
    release: Option<&str>,
    clock: &dyn Clock,
    resolved: &Resolved,
    (runs, history): (&dyn Runs, &dyn History),
    dialogue: &mut dyn Dialogue,
) -> Result<ReleaseKey, Stop> {
    let repository = wiring::repository(&resolved.machine.place)?.clone();
    let query = ReleaseQuery::parse(release, &repository)
        .map_err(|error| Stop::usage(error.to_string()))?;
    let sought = Sought::of(&resolved.team.policy);
    dialogue.doing(match &query {
        ReleaseQuery::Waiting => format!("looking for a run of {} that waits", sought.workflow),
        _ => format!("looking for {}", release.unwrap_or_default()),
    });
    let asked = patiently(clock, dialogue, async || {
        find(&query, &sought, runs, history).await
    });
    let found = match (asked.await, release) {
        (Err(fault), Some(named)) if fault.kind == FaultKind::NotFound => {
            return Err(not_there(named, &fault.to_string(), runs).await);
        }
        (found, _) => found?,
    };
    let run = match (found, release) {
        (Found::One(run), _) => run.id,
        (Found::Several(runs), _) => dialogue
            .pick(runs)
            .await
            .ok_or_else(|| Stop::usage("several releases wait: name one, as `cockpit RUN_ID`"))?,
        (Found::None { .. }, Some(named)) => {
            let why = format!("no run of {} deploys {named}", sought.workflow);
            return Err(not_there(named, &why, runs).await);
        }
        (Found::None { newest: Some(run) }, None) => {
            dialogue.doing(format!("nothing waits: opening the newest run, {}", run.id));
            run.id
        }
        (Found::None { newest: None }, None) => {
            return Err(Stop::failed(format!(
                "nothing waits, and {} has no run of {} yet",
                repository.slug(),
                sought.workflow
            )));
        }
    };
    Ok(ReleaseKey { repository, run })
}

/// What a person named is not there: says what is. Another release in its place would be answered for, or decided on.
async fn not_there(named: &str, why: &str, runs: &dyn Runs) -> Stop {
    let mut listed = runs.runs(None).await.unwrap_or_default();
    listed.sort_by_key(|run| std::cmp::Reverse((run.created, run.id)));
    let newest = listed
        .iter()
        .take(NEWEST)
        .map(|run| format!("\n  {}  {}  {}", run.id, run.head_sha.short(), run.title));
    let newest: String = newest.collect();
    let stop = Stop::usage(format!(
        "there is no release {}: {}",
        Text::line(named),
        Text::line(why)
    ));
    if newest.is_empty() {
        stop.with_help("a run id, a run's address, a tag, a SHA or a pull request (#123) names one")
    } else {
        stop.with_help(&format!("the newest runs are{newest}"))
    }
}
