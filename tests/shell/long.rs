//! A release of six hours through the real loop, feeds and journal: what it may write.

use cockpit::domain::{Fault, FaultKind, Phase, release::Release};
use jiff::SignedDuration;

use crate::{
    air::{Air, seconds},
    aloft::policy,
};

/// Events, and bytes of the journal.
const EVENTS: usize = 5_000;
const BYTES: usize = 2_000_000;

/// Minute by minute: figures that never stand still, now across the gate's limit and now not, and a GitHub that fails
/// for two minutes in every half an hour.
async fn restless(air: &mut Air, minutes: u32) {
    for minute in 0..minutes {
        let fault = || Fault::new(FaultKind::Offline, "GitHub", "503");
        let fails = minute % 30 >= 28;
        {
            let mut state = air.world.state();
            state.errors = 0.4 + f64::from(minute % 7) / 5.0;
            state.fault = fails.then(fault);
        }
        air.pass(seconds(60)).await;
    }
    air.world.state().fault = None;
}

fn watched(release: &Release) -> usize {
    release.watch.judged.len()
}

#[tokio::test(start_paused = true)]
async fn six_hours_are_below_five_thousand_events_and_two_megabytes() {
    let mut policy = policy();
    policy.hypercare.window = SignedDuration::from_hours(3);
    policy.hypercare.max_wait = SignedDuration::from_hours(1);
    let mut air = Air::by(policy, |_| {}).await;
    let begun = air.release().newest();
    restless(&mut air, 170).await;
    air.until_ready().await;
    air.deploy().await;
    restless(&mut air, 190).await;
    let took = air.release().newest().duration_since(begun);
    assert!(took >= SignedDuration::from_mins(358), "{took:#}");
    assert!(watched(air.release()) >= 175, "{}", watched(air.release()));
    assert!(!matches!(air.flight_phase(), Phase::Deploying), "watched");
    let text = air.disk.text();
    let events = text.lines().count();
    assert!(events > 180, "every minute is on record: {events}");
    let told = format!("{events} events, {} bytes", text.len());
    assert!(events < EVENTS && text.len() < BYTES, "{told}");
    air.journal_is_whole();
    println!("{told}");
}
