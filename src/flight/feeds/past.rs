//! What hardly ever changes, for the evidence feed: protection, past deployments, how ready a rollback is.

use std::collections::BTreeMap;

use jiff::Timestamp;

use super::pulse::{Gone, Pulse};
use crate::{
    domain::{
        Fault, FaultKind, RunId, Text,
        observation::{Conclusion, DeploymentSnapshot, DeploymentState, Observation, RunStatus},
        policy::Policy,
        rollback::{InputsCheck, Readiness},
        rollout::{ProductionAnswer, ProductionSource},
    },
    flight::needs::Needs,
};

/// Past rollbacks that are timed.
const PAST_ROLLBACKS: usize = 5;

/// Earlier deployments to production, newest first, where they were asked for.
type Looked = Result<Result<Option<Vec<DeploymentSnapshot>>, Fault>, Gone>;

/// What hardly ever changes: protection, past deployments, how ready a rollback is.
pub(super) async fn look(pulse: &Pulse, policy: &Policy, needs: &Needs) -> Looked {
    let target = &policy.target;
    let history = &pulse.outside.history;
    match history.environment(&target.environment).await {
        Ok(seen) => pulse.see(Observation::Environment(seen)).await?,
        // No such environment, or none that this token may see: the dispatch gate needs none.
        Err(fault) if matches!(fault.kind, FaultKind::NotFound | FaultKind::Forbidden) => {}
        Err(fault) => return Ok(Err(fault)),
    }
    let mut earlier = None;
    if needs.evidence.matters {
        let all = match history.deployments(&target.environment, 20).await {
            Ok(all) => all,
            Err(fault) => return Ok(Err(fault)),
        };
        let past: Vec<DeploymentSnapshot> = all
            .into_iter()
            .filter(|deployment| is_past(deployment, needs.run, &target.job))
            .collect();
        if let Some(newest) = past.first() {
            let tag = history.tag_of(&newest.sha, &target.tag_prefix).await;
            pulse
                .see(Observation::Production(ProductionAnswer {
                    source: ProductionSource::Deployment,
                    version: tag.ok().flatten(),
                    sha: Some(newest.sha.clone()),
                }))
                .await?;
        }
        earlier = Some(past.clone());
        pulse.see(Observation::Deployments(past)).await?;
    }
    match readiness(pulse, policy).await {
        Ok(readiness) => pulse.see(Observation::Readiness(readiness)).await?,
        Err(fault) => return Ok(Err(fault)),
    }
    Ok(Ok(earlier))
}

/// A deployment that succeeded by the configured job, in another run than this.
fn is_past(deployment: &DeploymentSnapshot, run: RunId, job: &str) -> bool {
    matches!(
        deployment.state,
        DeploymentState::Success | DeploymentState::Inactive
    ) && deployment.run != Some(run)
        && deployment.job.as_ref().is_none_or(|name| {
            name.as_str() == job || name.as_str().starts_with(&format!("{job} ("))
        })
}

async fn readiness(pulse: &Pulse, policy: &Policy) -> Result<Readiness, Fault> {
    let Some(rule) = policy
        .rollback
        .as_ref()
        .and_then(|rule| rule.dispatch.as_ref())
    else {
        return Ok(Readiness::default());
    };
    let reference = match &rule.reference {
        Some(reference) => reference.clone(),
        None => pulse.outside.history.default_branch().await?.to_string(),
    };
    let declared = pulse
        .outside
        .calm
        .dispatch
        .inputs(&rule.workflow, &reference)
        .await;
    let inputs = match declared {
        Ok(Some(declared)) => check_inputs(&declared, &rule.inputs),
        Ok(None) => InputsCheck::NoWorkflow,
        Err(fault) if fault.kind == FaultKind::NotFound => InputsCheck::NoWorkflow,
        Err(fault) if fault.passes_by_itself() => return Err(fault),
        Err(fault) => InputsCheck::Unknown(Text::line(&fault.to_string())),
    };
    let runs = pulse
        .outside
        .calm
        .dispatch
        .dispatched(&rule.workflow, None, Timestamp::UNIX_EPOCH)
        .await
        .unwrap_or_default();
    let succeeded: Vec<_> = runs
        .iter()
        .filter(|run| {
            run.status == RunStatus::Completed && run.conclusion == Some(Conclusion::Success)
        })
        .collect();
    let past = succeeded
        .iter()
        .map(|run| {
            run.updated
                .duration_since(run.started.unwrap_or(run.created))
        })
        .take(PAST_ROLLBACKS)
        .collect();
    Ok(Readiness {
        inputs: Some(inputs),
        past,
        newest: succeeded.iter().map(|run| run.created).max(),
    })
}

fn check_inputs(declared: &[(String, bool)], given: &BTreeMap<String, String>) -> InputsCheck {
    let undeclared = given
        .keys()
        .filter(|name| !declared.iter().any(|(known, _)| known == *name))
        .map(|name| format!("the workflow does not declare the input {name}"));
    let missing = declared
        .iter()
        .filter(|(name, required)| *required && !given.contains_key(name))
        .map(|(name, _)| format!("the workflow requires the input {name}"));
    let all: Vec<Text> = undeclared
        .chain(missing)
        .map(|line| Text::line(&line))
        .collect();
    if all.is_empty() {
        InputsCheck::Fit
    } else {
        InputsCheck::Misfit(all)
    }
}
