//! The storm: shards of a test job that run again and again, each with an alarm that comes and goes, so that no look at the
//! run or the alarms finds what the last one found.

use jiff::SignedDuration;

use super::{
    run::{Effect, End, Job, Run, Status},
    scenario::Scenario,
    state::State,
};

/// Steps of the pipeline that all have shards among their jobs.
pub(super) const PIPELINE: &str = r#"ci = ["build*", "shard-0*"]
verify = ["verify", "shard-1*"]
explain = "explain"
staging = ["deploy-staging", "shard-2*"]
validation = ["e2e", "k6", "shard-3*"]
"#;
/// The shards, and their alarms, by name.
pub(super) const SHARDS: [&str; 40] = [
    "shard-00", "shard-01", "shard-02", "shard-03", "shard-04", "shard-05", "shard-06", "shard-07",
    "shard-08", "shard-09", "shard-10", "shard-11", "shard-12", "shard-13", "shard-14", "shard-15",
    "shard-16", "shard-17", "shard-18", "shard-19", "shard-20", "shard-21", "shard-22", "shard-23",
    "shard-24", "shard-25", "shard-26", "shard-27", "shard-28", "shard-29", "shard-30", "shard-31",
    "shard-32", "shard-33", "shard-34", "shard-35", "shard-36", "shard-37", "shard-38", "shard-39",
];
/// Ids that no other job has.
const FIRST: u64 = 9_000_000_000;
/// How many times as many test cases: some 50,000.
const CASES: i64 = 150;

/// How many times as many test cases the reports hold.
pub(super) fn cases(scenario: Scenario) -> i64 {
    if scenario == Scenario::Storm {
        CASES
    } else {
        1
    }
}

/// The run as it is told: in the storm it has just changed, and its shards have just ended.
pub(super) fn told(state: &State, run: &Run) -> Run {
    let mut told = run.clone();
    if state.scenario != Scenario::Storm || run.id != state.release_run || !run.is_open() {
        return told;
    }
    told.updated = state.now;
    let shards = (FIRST..).zip(SHARDS).map(|(id, name)| Job {
        id,
        name,
        needs: Vec::new(),
        seconds: 1,
        environment: None,
        planned: End::Success,
        effect: Effect::Nothing,
        status: Status::Completed,
        conclusion: Some(End::Success),
        created: run.created,
        started: Some(state.now - SignedDuration::from_secs(1)),
        completed: Some(state.now),
        attempt: run.attempt,
        approved: false,
        deployment: None,
    });
    told.jobs.extend(shards);
    told
}
