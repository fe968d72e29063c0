//! What GitHub no longer has, or does not show: artifacts that have expired or stand beyond what is looked at, and commits
//! that it does not know. None of it is ever told as not made, or as still to come.

use cockpit::domain::{
    Fault, FaultKind, Feed, Phase,
    evidence::{EvidenceKind, Piece, Staging},
    release::Release,
};

use crate::{
    air::{Air, seconds},
    aloft::policy,
    world::sha,
};

fn tests(release: &Release) -> Option<&Piece> {
    release.evidence.pieces.get(&EvidenceKind::Tests)
}

fn staging(release: &Release) -> String {
    match release.evidence.staging(&release.policy) {
        Staging::Failed(why) => why.iter().map(ToString::to_string).collect(),
        other => format!("{other:?}"),
    }
}

#[tokio::test(start_paused = true)]
async fn an_artifact_that_has_expired_is_not_missing() {
    let mut air = Air::begins(policy(), |world| {
        world.state().uploads.expires = Some("2026-11-19T10:00:00Z".parse().unwrap());
    });
    air.until("the tests are told", |release| tests(release).is_some())
        .await;
    assert_eq!(
        staging(air.release()),
        "tests unreadable: expired on 2026-11-19: run staging again"
    );
    assert_eq!(air.written("missing"), 0);
}

#[tokio::test(start_paused = true)]
async fn an_artifact_that_was_read_before_it_expired_stays_read() {
    let mut air = Air::waiting().await;
    air.world.state().uploads.expires = Some("2026-11-20T14:30:00Z".parse().unwrap());
    air.pass(seconds(600)).await;
    assert!(matches!(tests(air.release()), Some(Piece::Read { .. })));
    let mut again = air.killed_and_resumed();
    again.pass(seconds(600)).await;
    assert!(matches!(tests(again.release()), Some(Piece::Read { .. })));
    assert_eq!(again.flight_phase(), Phase::AwaitingApproval);
}

#[tokio::test(start_paused = true)]
async fn an_artifact_beyond_those_that_were_looked_at_is_not_missing() {
    let mut air = Air::begins(policy(), |world| {
        let uploads = &mut world.state().uploads;
        (uploads.name, uploads.is_cut) = ("log", true);
    });
    air.until("the tests are told", |release| tests(release).is_some())
        .await;
    assert_eq!(
        staging(air.release()),
        "tests unreadable: more than 1 artifacts: not all were looked at; upload fewer"
    );
    assert_eq!(air.written("missing"), 0);
}

#[tokio::test(start_paused = true)]
async fn a_commit_that_github_does_not_know_is_told_with_what_to_do() {
    let mut air = Air::begins(policy(), |world| {
        let mut state = world.state();
        let fault = Fault::new(FaultKind::NotFound, "GitHub: compare", "404: Not Found");
        state.incomparable = Some(fault);
        state.unknown = vec![sha("d")];
    });
    air.until("it is told", |release| {
        release.evidence.not_compared.is_some()
    })
    .await;
    let why = air.release().not_compared();
    for words in ["GitHub does not know production's commit ddddddd", "clone"] {
        assert!(why.as_str().contains(words), "{why}");
    }
    let gates = air.release().gates();
    let gate = gates.iter().find(|gate| gate.name == "candidate").unwrap();
    assert_eq!(gate.verdict.why, why);
    // It is told once, and asked for again: somebody may have pushed the commit.
    air.pass(seconds(900)).await;
    assert_eq!(air.written("not_compared"), 1);
    air.world.state().incomparable = None;
    air.until("it is compared", |release| release.evidence.diff.is_some())
        .await;
    assert_eq!(air.release().evidence.not_compared, None);
}

#[tokio::test(start_paused = true)]
async fn histories_without_a_common_commit_are_told_as_github_says() {
    let mut air = Air::begins(policy(), |world| {
        let detail = "404: No common ancestor between d and 3.";
        let fault = Fault::new(FaultKind::NotFound, "GitHub: compare", detail);
        world.state().incomparable = Some(fault);
    });
    air.until("it is told", |release| {
        release.evidence.not_compared.is_some()
    })
    .await;
    let why = air.release().not_compared();
    assert!(why.as_str().contains("No common ancestor"), "{why}");
}

#[tokio::test(start_paused = true)]
async fn a_version_that_names_no_commit_is_told_with_what_to_do() {
    let mut air = Air::begins(policy(), |world| world.state().is_untagged = true);
    air.until("production answers", |release| {
        release.rollout.production_now().is_some()
    })
    .await;
    let why = air.release().not_compared();
    for words in ["production answers v2.13.4", "push its tag"] {
        assert!(why.as_str().contains(words), "{why}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_run_that_is_deleted_in_flight_is_told_as_gone() {
    let mut air = Air::waiting().await;
    air.approve().unwrap();
    air.until("it deploys", |release| release.phase() == Phase::Deploying)
        .await;
    air.world.state().is_run_gone = true;
    air.until("it is told", |release| {
        release.record.silent.contains_key(&Feed::Github)
    })
    .await;
    let (_, why) = &air.release().record.silent[&Feed::Github];
    assert!(why.as_str().contains("the run is gone"), "{why}");
    assert_eq!(
        air.flight_phase(),
        Phase::Deploying,
        "nobody knows how it ended"
    );
    air.world.state().is_run_gone = false;
    air.until("it is back", |release| release.record.silent.is_empty())
        .await;
}

#[tokio::test(start_paused = true)]
async fn a_run_whose_holds_are_hidden_is_seen_all_the_same() {
    let mut air = Air::begins(policy(), |world| world.state().is_hold_hidden = true);
    air.until("it is told", |release| {
        release.record.silent.contains_key(&Feed::Github)
    })
    .await;
    let release = air.release();
    let (_, why) = &release.record.silent[&Feed::Github];
    for words in [
        "pending deployments of run",
        "the run is there",
        "Actions: read",
    ] {
        assert!(why.as_str().contains(words), "{words} in {why}");
    }
    assert!(release.rollout.run.is_some(), "the run itself is there");
    assert!(
        release.approval.holds.is_empty(),
        "nobody knows what holds it"
    );
    assert_eq!(air.flight_phase(), Phase::Preparing);
    // The run twice a minute; what is refused once.
    air.pass(seconds(120)).await;
    let before = air.world.state().looks;
    air.pass(seconds(600)).await;
    let looks = air.world.state().looks - before;
    assert!((20..=60).contains(&looks), "{looks} in ten minutes");
    air.world.state().is_hold_hidden = false;
    air.until("a decision is asked for", |release| {
        release.phase() == Phase::AwaitingApproval && release.record.silent.is_empty()
    })
    .await;
}
