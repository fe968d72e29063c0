//! What other runs did: evidence that another workflow makes is bound into the approval, looked at again before it is sent,
//! and cheap to wait on; a deployment that failed is a risk.

use cockpit::domain::{
    ArtifactId, DeploymentId, Phase, RunId,
    approval::ApprovalProgress,
    evidence::EvidenceKind,
    observation::{DeploymentSnapshot, DeploymentState},
    policy::Policy,
    risk::Factor,
};
use jiff::SignedDuration;

use crate::{
    air::{Air, seconds},
    aloft::policy,
    world::sha,
};

/// Tests come from `ci.yml`.
fn rules() -> Policy {
    let mut policy = policy();
    for rule in &mut policy.evidence {
        if rule.kind == EvidenceKind::Tests {
            rule.workflow = Some("ci.yml".to_owned());
        }
    }
    policy
}

#[tokio::test(start_paused = true)]
async fn a_newer_run_of_the_workflow_that_tested_it_makes_the_approval_void_and_is_read() {
    let mut air = Air::by(rules(), |_| {}).await;
    let shown = air.release().shown().unwrap();
    assert!(shown.artifacts.contains_key(&ArtifactId(70)), "{shown:?}");
    // It ends between the prompt and the look that lets the approval out.
    air.world.state().ci = (RunId(7_001), ArtifactId(71));
    air.approve().unwrap();
    air.until("it is void", |release| {
        let request = release.approval.request.as_ref();
        request.is_some_and(|one| matches!(one.progress, ApprovalProgress::Locked(_)))
    })
    .await;
    assert_eq!(air.flight_phase(), Phase::AwaitingApproval);
    assert_eq!(air.world.sent("approve"), 0);
    assert!(air.written("listed_elsewhere") >= 2);
    // What it left is evidence now, and can be decided on.
    air.pass(seconds(30)).await;
    let shown = air.release().shown().unwrap();
    assert!(shown.artifacts.contains_key(&ArtifactId(71)), "{shown:?}");
    air.approve().unwrap();
    air.until("it goes out", |release| release.phase() == Phase::Deploying)
        .await;
    assert_eq!(air.world.sent("approve"), 1);
}

#[tokio::test(start_paused = true)]
async fn while_it_waits_the_other_workflow_is_asked_every_ten_minutes() {
    let mut air = Air::by(rules(), |_| {}).await;
    air.pass(seconds(60)).await;
    air.world.state().asked_ci.clear();
    air.pass(SignedDuration::from_hours(1)).await;
    let asked = air.world.state().asked_ci.len();
    assert!((4..=7).contains(&asked), "{asked} in an hour");
    // And what it made since is found by itself.
    air.world.state().ci = (RunId(7_001), ArtifactId(71));
    air.pass(SignedDuration::from_mins(14)).await;
    let shown = air.release().shown().unwrap();
    assert!(shown.artifacts.contains_key(&ArtifactId(71)), "{shown:?}");
}

/// A deployment of an earlier run.
pub(crate) fn deployment(
    run: u64,
    digit: &str,
    state: DeploymentState,
    at: &str,
) -> DeploymentSnapshot {
    let at = at.parse().unwrap();
    DeploymentSnapshot {
        id: DeploymentId(run),
        sha: sha(digit),
        reference: "main".into(),
        environment: "production".into(),
        state,
        run: Some(RunId(run)),
        job: Some("deploy".into()),
        created: at,
        updated: at,
        began: None,
        succeeded: (state == DeploymentState::Success).then_some(at),
        ended_at_gate: false,
        creator: None,
    }
}

#[tokio::test(start_paused = true)]
async fn a_deployment_of_another_run_that_failed_last_is_a_risk() {
    let failed = deployment(8_100, "a", DeploymentState::Failure, "2026-11-19T12:00:00Z");
    let good = deployment(8_000, "d", DeploymentState::Success, "2026-11-18T12:00:00Z");
    for (past, is_risk) in [
        (vec![failed.clone(), good.clone()], true),
        (vec![good, failed], false),
    ] {
        let mut air = Air::begins(policy(), |world| world.state().past = past);
        air.until("the past is told", |release| {
            release.rollout.deployments.is_some()
        })
        .await;
        let risk = air.release().risk();
        let parts = risk.contributions.iter();
        let why: Vec<&str> = parts
            .filter(|part| part.factor == Factor::LastOutcome)
            .map(|part| part.why.as_str())
            .collect();
        let wanted = "the last deployment failed: run 8100 on 2026-11-19 12:00 UTC";
        assert_eq!(why.first(), is_risk.then_some(&wanted));
    }
}
