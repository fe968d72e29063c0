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
    let mut tag_failed: Option<Fault> = None;
    if needs.evidence.matters {
        let all = match history.deployments(&target.environment, 20).await {
            Ok(all) => all,
            Err(fault) => return Ok(Err(fault)),
        };
        let of_others: Vec<DeploymentSnapshot> = all
            .into_iter()
            .filter(|deployment| is_of_another(deployment, needs.run, &target.job))
            .collect();
        let failed = failed_since(&of_others);
        let past: Vec<DeploymentSnapshot> = of_others.into_iter().filter(has_succeeded).collect();
        if let Some(newest) = past.first() {
            let tag = history.tag_of(&newest.sha, &target.tag_prefix).await;
            tag_failed = tag.as_ref().err().cloned();
            pulse
                .see(Observation::Production(ProductionAnswer {
                    source: ProductionSource::Deployment,
                    version: tag.ok().flatten(),
                    sha: Some(newest.sha.clone()),
                }))
                .await?;
        }
        earlier = Some(past.clone());
        let newest = past;
        pulse
            .see(Observation::Deployments { newest, failed })
            .await?;
    }
    match readiness(pulse, policy).await {
        Ok(readiness) => pulse.see(Observation::Readiness(readiness)).await?,
        Err(fault) => return Ok(Err(fault)),
    }
    // What production is called is asked again soon, and not only at the next seldom look.
    Ok(match tag_failed {
        Some(fault) if fault.passes_by_itself() => Err(fault),
        _ => Ok(earlier),
    })
}

/// A deployment by the configured job, in another run than this.
fn is_of_another(deployment: &DeploymentSnapshot, run: RunId, job: &str) -> bool {
    deployment.run != Some(run)
        && deployment.job.as_ref().is_none_or(|name| {
            name.as_str() == job || name.as_str().starts_with(&format!("{job} ("))
        })
}

fn has_succeeded(deployment: &DeploymentSnapshot) -> bool {
    matches!(
        deployment.state,
        DeploymentState::Success | DeploymentState::Inactive
    )
}

/// The newest deployment that came to an end, where it failed. One that is still on its way says nothing yet, and one that
/// never left its gate nothing at all.
fn failed_since(newest_first: &[DeploymentSnapshot]) -> Option<Box<DeploymentSnapshot>> {
    let has_failed = |deployment: &DeploymentSnapshot| {
        matches!(
            deployment.state,
            DeploymentState::Failure | DeploymentState::Error
        ) && !deployment.ended_at_gate
    };
    let mut ended = newest_first.iter();
    let newest = ended.find(|one| has_failed(one) || has_succeeded(one))?;
    has_failed(newest).then(|| Box::new(newest.clone()))
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{DeploymentId, Sha};

    fn deployment(id: u64, state: DeploymentState) -> DeploymentSnapshot {
        let at = "2026-11-20T10:00:00Z".parse().unwrap();
        DeploymentSnapshot {
            id: DeploymentId(id),
            sha: Sha::parse(&"a".repeat(40)).unwrap(),
            reference: "main".into(),
            environment: "production".into(),
            state,
            run: Some(RunId(id)),
            job: Some("deploy".into()),
            created: at,
            updated: at,
            began: None,
            succeeded: None,
            ended_at_gate: false,
            creator: None,
        }
    }

    #[test]
    fn a_failure_counts_until_one_succeeded_and_not_while_one_is_on_its_way() {
        use DeploymentState::{Error, Failure, InProgress, Inactive, Success, Waiting};
        for (newest_first, failed) in [
            (vec![], None),
            (vec![Success, Failure], None),
            (vec![Inactive, Failure], None),
            (vec![Failure, Success], Some(0)),
            (vec![Error], Some(0)),
            (
                vec![Waiting, InProgress, Failure, Failure, Success],
                Some(2),
            ),
        ] {
            let all = (0..).zip(newest_first);
            let all: Vec<_> = all.map(|(id, state)| deployment(id, state)).collect();
            assert_eq!(failed_since(&all).map(|one| one.id.0), failed, "{all:?}");
        }
    }

    #[test]
    fn a_deployment_that_was_rejected_did_not_fail() {
        use DeploymentState::{Failure, Success};
        let mut all = vec![deployment(2, Failure), deployment(1, Success)];
        all[0].ended_at_gate = true;
        assert_eq!(failed_since(&all), None);
        all[1] = deployment(1, Failure);
        assert_eq!(failed_since(&all).map(|one| one.id.0), Some(1));
    }
}
