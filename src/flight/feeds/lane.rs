//! The lane feed: who holds it and who waits, what a newer run would do, how far the default branch has gone on.
//!
//! An ornament of the decision: where it cannot be had nothing else suffers, and no feed counts as silent.

use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};

use super::pulse::{Gone, Pulse};
use crate::{
    domain::{
        Fault, Sha, Text, later,
        observation::{BranchLead, LaneRule, LaneSeen, Observation},
        policy::Policy,
    },
    flight::needs::LaneNeeds,
};

/// Between two looks.
const EVERY: SignedDuration = SignedDuration::from_secs(300);
/// Between two looks at the workflow file.
const RULE_EVERY: SignedDuration = SignedDuration::from_secs(600);
/// While no run stands in a lane.
const IDLE: SignedDuration = SignedDuration::from_mins(10);

/// What need not be asked again at each look.
#[derive(Default)]
struct Memory {
    rule: Option<Timestamp>,
    branch: Option<Text>,
    lead: Option<(Sha, BranchLead)>,
}

pub(super) async fn follow(mut pulse: Pulse, policy: Arc<Policy>) -> Result<(), Gone> {
    let mut memory = Memory::default();
    loop {
        let needs = pulse.needs().lane;
        let asked = pulse.now();
        let mut next = later(asked, IDLE);
        if let Some(needs) = &needs {
            next = later(asked, EVERY);
            let seen = look(&pulse, &policy, needs, &mut memory).await;
            pulse.see(Observation::Lane(Box::new(seen))).await?;
        }
        pulse.rest(next, |now| now.lane != needs).await?;
    }
}

async fn look(pulse: &Pulse, policy: &Policy, needs: &LaneNeeds, memory: &mut Memory) -> LaneSeen {
    LaneSeen {
        lane: told(pulse.outside.calm.runs.lane(needs.run).await),
        rule: rule(pulse, policy, needs, memory).await,
        lead: told(lead(pulse, needs, memory).await),
    }
}

async fn rule(
    pulse: &Pulse,
    policy: &Policy,
    needs: &LaneNeeds,
    memory: &mut Memory,
) -> Option<Option<LaneRule>> {
    let now = pulse.now();
    if memory
        .rule
        .is_some_and(|last| now < later(last, RULE_EVERY))
    {
        return None;
    }
    let job = &policy.target.job;
    let asked = pulse
        .outside
        .calm
        .runs
        .lane_rule(&needs.workflow, job)
        .await;
    let rule = told(asked);
    memory.rule = rule.as_ref().map(|_| now).or(memory.rule);
    rule
}

async fn lead(pulse: &Pulse, needs: &LaneNeeds, memory: &mut Memory) -> Result<BranchLead, Fault> {
    let history = &pulse.outside.history;
    let branch = match &memory.branch {
        Some(branch) => branch.clone(),
        None => history.default_branch().await?,
    };
    memory.branch = Some(branch.clone());
    let head = history.resolve(branch.as_str()).await?;
    if let Some((sha, lead)) = &memory.lead
        && *sha == needs.sha
        && lead.head == head
    {
        return Ok(lead.clone());
    }
    let commits = if head == needs.sha {
        0
    } else {
        history.compare(&head, &needs.sha).await?.behind_by
    };
    let lead = BranchLead {
        branch,
        head,
        commits,
    };
    memory.lead = Some((needs.sha.clone(), lead.clone()));
    Ok(lead)
}

/// What failed is not known, and stays as it was known.
fn told<T>(asked: Result<T, Fault>) -> Option<T> {
    asked
        .inspect_err(|fault| tracing::info!(%fault, "the lane cannot be told"))
        .ok()
}
