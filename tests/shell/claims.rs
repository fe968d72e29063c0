//! Two machines on one release, in the real loop: who drives, who rolls back, who holds; with answers lost, refused, silent.

use std::sync::Arc;

use cockpit::{
    domain::{
        FaultKind, Intent, Phase, Refusal, RunId,
        claim::{ClaimName, ClaimWish},
        later,
        record::{HoldTold, SeatPlace, Sharing},
        rollback::RollbackProgress,
    },
    ports::{Claims as _, Clock},
};

use crate::{
    air::{Air, seconds},
    refs::{Refs, Write, fault},
    world::{Answer, RUN},
};

fn is_seat(name: &ClaimName) -> bool {
    matches!(name, ClaimName::Seat(_))
}

/// On ana's machine, which claims as refs.
fn on_anas_machine(air: Air) -> (Air, Arc<Refs>) {
    let time: Arc<dyn Clock> = air.clock.clone();
    let refs = Refs::new(time);
    (air.on_machine(refs.machine("ana")), refs)
}

/// Ana's machine drives a release that waits.
async fn driven() -> (Air, Arc<Refs>) {
    let (mut air, refs) = on_anas_machine(Air::waiting().await);
    air.until("the seat is claimed", |release| {
        release.record.seating.is_shared()
    })
    .await;
    (air, refs)
}

/// Both machines saw the release wait; then it was deployed.
async fn both() -> (Air, Air, Arc<Refs>) {
    let (mut ana, refs) = Box::pin(driven()).await;
    ana.until_ready().await;
    let mut ben = ana.beside(refs.machine("ben"));
    ben.until_ready().await;
    ana.deploy().await;
    ben.until("ben sees the deploy", |release| {
        release.phase() == Phase::Monitoring && !release.record.seating.is_here()
    })
    .await;
    (ana, ben, refs)
}

/// The same, deployed.
async fn deployed() -> (Air, Arc<Refs>) {
    let (mut air, refs) = Box::pin(driven()).await;
    air.until_ready().await;
    air.deploy().await;
    (air, refs)
}

/// Deployed by ana, who agreed to rollbacks in advance; watched for a while.
async fn agreed() -> (Air, Arc<Refs>) {
    let (mut air, refs) = on_anas_machine(Air::agreed().await);
    air.until_ready().await;
    air.deploy().await;
    air.pass(seconds(240)).await;
    (air, refs)
}

/// Errors rise until it counts down.
async fn counting_down(air: &mut Air) {
    air.world.state().errors = 3.0;
    air.until("it counts down", |release| {
        release.rollback.countdown().is_some()
    })
    .await;
}

/// Ana's countdown, which ben's machine sees.
async fn countdown_seen() -> (Air, Air, Arc<Refs>) {
    let (mut ana, refs) = Box::pin(agreed()).await;
    let mut ben = ana.beside(refs.machine("ben"));
    ben.until("ben watches", |release| {
        release.phase() == Phase::Monitoring && !release.record.seating.is_here()
    })
    .await;
    counting_down(&mut ana).await;
    ana.pass(seconds(4)).await;
    ben.until("ben sees it", |release| {
        release.record.seating.countdown_afar().is_some()
    })
    .await;
    (ana, ben, refs)
}

/// The rollback's run is there.
async fn rolling_back(air: &mut Air) {
    air.until("it rolls back", |release| {
        let newest = release.rollback.newest();
        newest.is_some_and(|one| one.run.is_some())
    })
    .await;
}

#[tokio::test(start_paused = true)]
async fn the_second_machine_is_told_and_takes_the_seat_and_the_first_lets_go() {
    let (mut ana, refs) = Box::pin(driven()).await;
    let mut ben = ana.beside(refs.machine("ben"));
    ben.until("ben is told", |release| !release.record.seating.is_here())
        .await;
    let driver = ben.release().record.seating.driver_elsewhere().unwrap();
    assert_eq!(driver.as_str(), "@ana on anas-laptop");
    let refused = ben.submit(Intent::CancelRun).unwrap_err();
    assert!(matches!(refused, Refusal::ReadOnly(_)), "{refused}");
    assert_eq!(refs.owner(is_seat).as_deref(), Some("ana"));

    ben.submit(Intent::TakeSeat).unwrap();
    ben.until("it is ben's", |release| {
        release.record.seating.is_here() && !release.record.seating.takes
    })
    .await;
    assert_eq!(refs.owner(is_seat).as_deref(), Some("ben"));
    ana.until("ana is told", |release| !release.record.seating.is_here())
        .await;
    assert!(ana.approve().is_err(), "ana only watches");
    assert_eq!(ana.written("record.driven_elsewhere"), 1);
    assert_eq!(ben.written("record.seat_claimed"), 1);
    assert!(ben.disk.text().contains("anas-laptop"), "whose seat it was");
}

#[tokio::test(start_paused = true)]
async fn both_press_rollback_at_once_and_one_dispatch_goes_out() {
    let (mut ana, mut ben, _refs) = Box::pin(both()).await;
    ben.submit(Intent::TakeSeat).unwrap();
    ben.until("it is ben's", |release| release.record.seating.is_here())
        .await;
    // Ana has not looked since.
    assert!(ana.release().record.seating.is_here());
    ana.roll_back().unwrap();
    ben.roll_back().unwrap();
    let failed = |air: &Air| {
        let attempt = air.release().rollback.newest().unwrap();
        match &attempt.progress {
            RollbackProgress::Failed { why, .. } => Some(why.to_string()),
            _ => None,
        }
    };
    for _ in 0..6 {
        ana.pass(seconds(10)).await;
        ben.pass(seconds(10)).await;
    }
    assert_eq!(ana.world.sent("dispatch"), 1, "exactly one");
    let told: Vec<String> = [&ana, &ben].into_iter().filter_map(failed).collect();
    assert_eq!(told.len(), 1, "{told:?}");
    assert!(told[0].contains("claimed the rollback"), "{told:?}");
}

#[tokio::test(start_paused = true)]
async fn a_rollback_that_died_between_claim_and_dispatch_goes_out_once() {
    let (mut air, refs) = Box::pin(deployed()).await;
    air.roll_back().unwrap();
    while air.written("rollback.claimed") == 0 {
        air.turn().await;
    }
    let sent = air.world.sent("dispatch");
    let mut air = air.killed_and_resumed_on(refs.machine("ana"));
    rolling_back(&mut air).await;
    air.pass(seconds(300)).await;
    assert!(sent <= 1);
    assert_eq!(air.world.sent("dispatch"), 1);
    air.journal_is_whole();
}

#[tokio::test(start_paused = true)]
async fn a_claim_whose_answer_was_lost_is_found_again() {
    let (mut air, refs) = Box::pin(deployed()).await;
    refs.state()
        .writes
        .extend([Write::Lost, Write::DoneButLost]);
    air.roll_back().unwrap();
    rolling_back(&mut air).await;
    assert_eq!(air.world.sent("dispatch"), 1);
    assert!(air.disk.text().contains("\"fate\":{\"ours\":{}}"));
    let writes = refs.state().written.clone();
    let claims = writes.iter().filter(|line| *line == "ana rollback").count();
    assert_eq!(claims, 1, "{writes:?}");
}

#[tokio::test(start_paused = true)]
async fn a_machine_that_died_with_its_claim_is_no_obstacle_for_long() {
    let (mut ana, ben, _refs) = Box::pin(both()).await;
    ana.roll_back().unwrap();
    while ana.written("rollback.claimed") == 0 {
        ana.turn().await;
    }
    assert_eq!(ana.world.sent("dispatch"), 0, "she died before");
    drop(ana);
    Box::pin(taken_over(ben)).await;
}

#[tokio::test(start_paused = true)]
async fn a_machine_that_died_over_a_dispatch_that_never_arrived_is_no_obstacle_either() {
    let (mut ana, ben, _refs) = Box::pin(both()).await;
    ana.world.state().answers.push_back(Answer::Lost);
    ana.roll_back().unwrap();
    while ana.world.sent("dispatch") == 0 {
        ana.turn().await;
    }
    drop(ana);
    Box::pin(taken_over(ben)).await;
}

/// The other machine is gone: ben takes the seat, is told once of the claim, and rolls back over it with one dispatch.
async fn taken_over(mut ben: Air) {
    ben.until("ben is told", |release| {
        release.phase() == Phase::Monitoring && release.record.seating.rollback.is_some()
    })
    .await;
    ben.submit(Intent::TakeSeat).unwrap();
    ben.until("it is ben's", |release| release.record.seating.is_shared())
        .await;
    ben.roll_back().unwrap();
    ben.until("told once", |release| {
        release.phase() == Phase::RollbackFailed
    })
    .await;
    let before = ben.world.sent("dispatch");
    ben.roll_back().unwrap();
    ben.until("taken over", |release| {
        release
            .rollback
            .newest()
            .is_some_and(|one| one.run.is_some())
    })
    .await;
    assert_eq!(ben.world.sent("dispatch"), before + 1);
    assert!(ben.disk.text().contains("\"over\":{\"who\""), "on record");
}

#[tokio::test(start_paused = true)]
async fn without_the_right_it_is_this_machine_only_and_runs_of_others_stop_a_rollback_once() {
    let (mut air, refs) = {
        let mut air = Air::waiting().await;
        let time: Arc<dyn Clock> = air.clock.clone();
        let refs = Refs::new(time);
        refs.state().refused = Some(fault(FaultKind::Forbidden));
        air = air.on_machine(refs.machine("ana"));
        (air, refs)
    };
    air.until("it is said", |release| {
        matches!(release.record.seating.sharing, Sharing::MachineOnly(_))
    })
    .await;
    air.until_ready().await;
    air.deploy().await;
    air.world.somebody_rolls_back("ben");
    air.roll_back().unwrap();
    air.until("told", |release| release.phase() == Phase::RollbackFailed)
        .await;
    assert_eq!(air.world.sent("dispatch"), 0);
    assert!(air.disk.text().contains("by @ben"), "who");
    air.roll_back().unwrap();
    rolling_back(&mut air).await;
    assert_eq!(air.world.sent("dispatch"), 1);
    assert!(refs.state().written.is_empty());
}

#[tokio::test(start_paused = true)]
async fn refs_that_do_not_answer_hold_no_rollback_up_but_stop_a_countdown() {
    let (mut air, refs) = Box::pin(deployed()).await;
    refs.state().silent = Some(fault(FaultKind::TimedOut));
    let begun = air.clock.now();
    air.roll_back().unwrap();
    rolling_back(&mut air).await;
    let took = air.clock.now().duration_since(begun);
    assert!(took < seconds(120), "{took}");

    let (mut air, refs) = Box::pin(agreed()).await;
    counting_down(&mut air).await;
    refs.state().silent = Some(fault(FaultKind::TimedOut));
    air.pass(seconds(600)).await;
    assert_eq!(air.world.sent("dispatch"), 0);
    assert!(air.disk.text().contains("holds it on another machine"));
}

#[tokio::test(start_paused = true)]
async fn a_countdown_is_seen_and_held_from_another_machine() {
    let (mut ana, mut ben, refs) = Box::pin(countdown_seen()).await;
    ben.submit(Intent::Hold).unwrap();
    ben.pass(seconds(6)).await;
    ana.until("it is held", |release| {
        release.rollback.countdown().is_none()
    })
    .await;
    ana.pass(seconds(300)).await;
    assert_eq!(ana.world.sent("dispatch"), 0);
    assert!(ana.disk.text().contains("bens-laptop"), "who held it");
    ben.pass(seconds(30)).await;
    ana.pass(seconds(90)).await;
    let holds = |refs: &Refs| refs.owner(|name| matches!(name, ClaimName::Hold { .. }));
    assert_eq!(holds(&refs), None, "cleared away");
}

#[tokio::test(start_paused = true)]
async fn a_hold_that_cannot_be_written_says_so_and_is_tried_until_it_stands() {
    let (mut ana, mut ben, refs) = Box::pin(countdown_seen()).await;
    let told = |air: &Air| {
        let hold = air.release().record.seating.hold.clone();
        hold.map(|hold| hold.told)
    };
    refs.state().refused = Some(fault(FaultKind::Forbidden));
    ben.submit(Intent::Hold).unwrap();
    ben.pass(seconds(3)).await;
    assert!(matches!(told(&ben), Some(HoldTold::Unseen(_))));
    // Nor where the claims cannot even be read.
    refs.state().silent = Some(fault(FaultKind::Offline));
    ben.pass(seconds(8)).await;
    assert!(matches!(told(&ben), Some(HoldTold::Unseen(_))));
    refs.state().silent = None;
    refs.state().refused = None;
    ben.pass(seconds(6)).await;
    assert_eq!(told(&ben), Some(HoldTold::Stands));
    assert_eq!(ben.written("hold_told"), 2, "said when it changes");
    ana.until("it is held", |release| {
        release.rollback.countdown().is_none()
    })
    .await;
    ana.pass(seconds(300)).await;
    assert_eq!(ana.world.sent("dispatch"), 0);
}

#[tokio::test(start_paused = true)]
async fn a_seat_is_renewed_and_one_that_ran_out_is_taken_with_a_record() {
    let (mut ana, refs) = Box::pin(driven()).await;
    ana.pass(seconds(3_600)).await;
    let writes = refs.state().written.len();
    assert!((3..=5).contains(&writes), "{writes} writes in an hour");
    assert_eq!(
        ana.written("record.seat_claimed"),
        1,
        "a renewal is no event"
    );
    let mut ben = ana.beside(refs.machine("ben"));
    drop(ana);
    ben.until("ben is told", |release| !release.record.seating.is_here())
        .await;
    ben.pass(seconds(1_900)).await;
    assert_eq!(ben.release().record.seating.seat, SeatPlace::Vacant);
    let mut dee = ben.beside(refs.machine("dee"));
    drop(ben);
    dee.until("it is dee's", |release| release.record.seating.is_shared())
        .await;
    assert!(dee.disk.text().contains("anas-laptop"), "whose it was");
}

#[tokio::test(start_paused = true)]
async fn the_lock_after_a_rollback_stands_until_it_is_lifted() {
    let (mut ana, refs) = Box::pin(deployed()).await;
    ana.roll_back().unwrap();
    ana.until("it is dispatched", |release| {
        release
            .rollback
            .newest()
            .is_some_and(|one| one.run.is_some())
    })
    .await;
    ana.pass(seconds(90)).await;
    let is_lock = |name: &ClaimName| *name == ClaimName::Lock;
    assert_eq!(refs.owner(is_lock).as_deref(), Some("ana"));
    let at = later(ana.clock.now(), seconds(1));
    ana.clock.sleep_until(at).await;
    let reason = "the cause is fixed".into();
    ana.submit(Intent::Unlock { reason }).unwrap();
    ana.pass(seconds(90)).await;
    assert_eq!(refs.owner(is_lock), None);
}

/// What a machine writes in the lock's place that lets the service go on after the rollback of `run`.
fn lifted(run: RunId, ana: &Air) -> ClaimWish {
    ClaimWish {
        name: ClaimName::Lock,
        run,
        version: "v2".into(),
        marker: "unlocked: the cause is known".to_owned(),
        since: ana.clock.now(),
        lasts: 1_800,
        countdown: None,
        lock: None,
    }
}

#[tokio::test(start_paused = true)]
async fn a_lock_that_another_machine_has_lifted_is_not_put_back() {
    let (mut ana, refs) = Box::pin(deployed()).await;
    let ben = refs.machine("ben");
    // What somebody said of an earlier release lets nothing go on after this one.
    ben.take(&lifted(RunId(7), &ana), None).await.unwrap();
    ana.roll_back().unwrap();
    ana.pass(seconds(300)).await;
    let is_lock = |name: &ClaimName| *name == ClaimName::Lock;
    assert_eq!(refs.owner(is_lock).as_deref(), Some("ana"));
    let stands = refs
        .state()
        .claims
        .iter()
        .find(|one| is_lock(&one.name))
        .cloned();
    let stands = stands.unwrap().id;
    ben.take(&lifted(RUN, &ana), Some(&stands)).await.unwrap();
    ana.pass(seconds(600)).await;
    assert_eq!(refs.owner(is_lock).as_deref(), Some("ben"));
}
