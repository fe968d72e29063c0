//! What was agreed to at approval, in the real loop: it happens at its zero, and never where time is missing.

use cockpit::domain::{Intent, Phase};

use crate::air::{Air, seconds};

#[tokio::test(start_paused = true)]
async fn at_zero_the_rollback_goes_out_once() {
    let mut air = Air::counting().await;
    assert_eq!(air.world.sent("dispatch"), 0);
    air.pass(seconds(50)).await;
    assert_eq!(air.world.sent("dispatch"), 0, "not before its zero");
    air.until("it rolls back", |release| {
        release.phase() == Phase::RollingBack
    })
    .await;
    air.pass(seconds(600)).await;
    assert_eq!(air.world.sent("dispatch"), 1);
    assert!(air.disk.text().contains("pre_authorised"));
    air.journal_is_whole();
}

#[tokio::test(start_paused = true)]
async fn a_hold_is_the_last_word() {
    let mut air = Air::counting().await;
    air.pass(seconds(55)).await;
    air.submit(Intent::Hold).unwrap();
    air.pass(seconds(900)).await;
    assert_eq!(air.world.sent("dispatch"), 0);
    assert_eq!(air.written("rollback.countdown_held"), 1);
}

#[tokio::test(start_paused = true)]
async fn a_suspend_over_its_zero_ends_the_countdown_without_a_rollback() {
    for jump in [3_600, 61, 25, -600] {
        let mut air = Air::counting().await;
        air.pass(seconds(20)).await;
        air.clock.jump(seconds(jump));
        air.pass(seconds(900)).await;
        assert_eq!(air.world.sent("dispatch"), 0, "after {jump} s");
        assert_eq!(air.written("record.clock_jumped"), 1, "after {jump} s");
        assert_eq!(air.written("rollback.countdown_stopped"), 1);
        air.times_never_go_back();
    }
}

#[tokio::test(start_paused = true)]
async fn a_cockpit_that_takes_the_release_up_asks_instead() {
    let air = Air::counting().await;
    let mut air = air.killed_and_resumed();
    air.pass(seconds(900)).await;
    assert_eq!(air.world.sent("dispatch"), 0);
}
