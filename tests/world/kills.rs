//! SIGKILL at seeded moments and right behind journal lines: always the same end, nothing sent twice, nothing lost.
//!
//! A few moments by default; `COCKPIT_LONG=1` takes fifty.

use std::time::Duration;

use cockpit::simulator::Scenario;
use rstest::rstest;

use crate::{
    dice::Dice,
    place::{Place, events, of_kind},
};

const SPEED: f64 = 330.0;

/// When to kill.
#[derive(Debug, Clone, Copy)]
enum Moment {
    /// So long after the start.
    After(Duration),
    /// So long after a line of this kind was added.
    Line(&'static str, Duration),
}

/// Kills at each moment, starts again, and flies to the end. Says how many kills hit.
fn killed(scenario: Scenario, seed: u64, moments: &[Moment]) -> usize {
    let place = Place::of(scenario, seed, SPEED);
    let mut hits = 0;
    for moment in moments {
        let mut aloft = place.start(place.piloted());
        match moment {
            Moment::After(wait) => std::thread::sleep(*wait),
            Moment::Line(kind, wait) => {
                let mark = format!("\"kind\":\"{kind}\"");
                let has = |place: &Place| count(&place.journal(), mark.as_bytes());
                let before = has(&place);
                place.wait_until(kind, |place| {
                    has(place) > before || aloft.0.try_wait().unwrap().is_some()
                });
                std::thread::sleep(*wait);
            }
        }
        hits += usize::from(aloft.kill());
    }
    let flown = place.fly();
    println!("{scenario} {seed} {moments:?}: {hits} hits");
    place.assert_sound(&flown);
    let journal = events(&place.journal());
    let resumed = of_kind(&journal, "record.resumed").len();
    assert!(resumed <= moments.len(), "{resumed}");
    hits
}

fn count(bytes: &[u8], mark: &[u8]) -> usize {
    bytes
        .windows(mark.len())
        .filter(|part| *part == mark)
        .count()
}

/// Each moment on a world of its own, two at a time.
fn all_killed(scenario: Scenario, plans: Vec<(u64, Vec<Moment>)>) -> usize {
    let plans = std::sync::Mutex::new(plans);
    let work = || {
        let mut hits = 0;
        loop {
            let Some((seed, moments)) = plans.lock().unwrap().pop() else {
                return hits;
            };
            hits += killed(scenario, seed, &moments);
        }
    };
    std::thread::scope(|scope| {
        let others: Vec<_> = (0..2).map(|_| scope.spawn(work)).collect();
        others.into_iter().map(|one| one.join().unwrap()).sum()
    })
}

/// One or two seeded moments within the first two seconds.
fn seeded(seed: u64) -> Vec<Moment> {
    let mut dice = Dice::of(seed);
    (0..=dice.roll(2))
        .map(|_| Moment::After(Duration::from_millis(60 + dice.roll(1_500))))
        .collect()
}

#[rstest]
#[case(Scenario::Regression, 1)]
#[case(Scenario::RollbackRaces, 2)]
#[case(Scenario::DispatchGate, 3)]
#[case(Scenario::FlakyNetwork, 4)]
fn killed_at_any_moment_it_comes_to_the_same_end(#[case] scenario: Scenario, #[case] seed: u64) {
    let hits = all_killed(
        scenario,
        vec![(seed, seeded(seed)), (seed + 10, seeded(seed + 10))],
    );
    assert!(hits > 0);
}

#[rstest]
#[case(Scenario::Regression, "approval.requested", 0)]
#[case(Scenario::Regression, "approval.checked", 4)]
#[case(Scenario::Regression, "rollback.claim_requested", 1)]
#[case(Scenario::Regression, "rollback.claimed", 0)]
#[case(Scenario::Regression, "rollback.start_requested", 0)]
#[case(Scenario::Regression, "rollback.start_requested", 6)]
#[case(Scenario::Regression, "rollback.review_requested", 2)]
#[case(Scenario::RollbackRaces, "rollback.cancel_requested", 3)]
#[case(Scenario::DispatchGate, "approval.checked", 1)]
#[case(Scenario::FlakyNetwork, "approval.checked", 5)]
#[case(Scenario::RollbackFails, "rollback.failed", 0)]
fn killed_right_behind_a_line_it_neither_forgets_nor_repeats(
    #[case] scenario: Scenario,
    #[case] kind: &'static str,
    #[case] later: u64,
) {
    let moment = Moment::Line(kind, Duration::from_millis(later));
    assert_eq!(killed(scenario, 7 + later, &[moment]), 1, "the kill hit");
}

#[test]
fn fifty_moments_where_they_are_asked_for() {
    if std::env::var_os("COCKPIT_LONG").is_none() {
        return;
    }
    let scenarios = [
        Scenario::Regression,
        Scenario::DispatchGate,
        Scenario::RollbackRaces,
        Scenario::FlakyNetwork,
    ];
    for (at, scenario) in scenarios.into_iter().enumerate() {
        let moments = if at == 0 { 50 } else { 20 };
        let mut plans: Vec<(u64, Vec<Moment>)> = (100..100 + moments)
            .map(|seed| (seed, seeded(seed)))
            .collect();
        let mut dice = Dice::of(77);
        for kind in [
            "approval.requested",
            "approval.checked",
            "rollback.claim_requested",
            "rollback.claimed",
            "rollback.start_requested",
            "rollback.review_requested",
        ] {
            let is_rollback = kind.starts_with("rollback");
            let ends_rolled_back = scenario.expected_outcome() == "ROLLED_BACK";
            if is_rollback && !ends_rolled_back {
                continue;
            }
            for _ in 0..5 {
                let wait = Duration::from_millis(dice.roll(20));
                plans.push((200 + dice.roll(1_000), vec![Moment::Line(kind, wait)]));
            }
        }
        let runs = plans.len();
        let hits = all_killed(scenario, plans);
        println!("{scenario}: {runs} flights, {hits} kills hit");
        assert!(hits >= 20, "{hits}");
    }
}
