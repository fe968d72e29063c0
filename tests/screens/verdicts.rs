//! What is said in one word: after a rollback, beside broken sources, of what was so before; and what gives way to room.

use cockpit::{
    app::{Seat, offers},
    config::Depth,
    domain::{
        Actor, Reel,
        observation::Sample,
        rollback::RollbackEvent,
        rollout::{RolloutEvent, StageState},
    },
};
use ratatui::style::Modifier;

use crate::{
    journal::{Journal, at},
    stage::{self, Stage},
    world,
};

fn rolled_back() -> Journal {
    let mut journal = world::alerting();
    world::ask_back(&mut journal, -60);
    journal.github(-30, RollbackEvent::Finished { at: at(-30) });
    journal
}

#[test]
fn after_a_rollback_the_metrics_say_what_recovery_was_judged() {
    let said = |journal: Journal| Stage::new(journal.release).text(120, 34);
    let text = said(rolled_back());
    assert!(text.contains("recovering, 0 of 5"), "{text}");
    assert!(!text.contains("degraded"), "{text}");
    for (recovered, words) in [
        (Some(true), "✔ recovered"),
        (Some(false), "✖ not recovered"),
        (None, "? recovery: cannot tell"),
    ] {
        let mut journal = rolled_back();
        let why = "the gates of the watch".into();
        let judged = RollbackEvent::RecoveryJudged { recovered, why };
        journal.add(-1, Actor::Cockpit, judged);
        let text = said(journal);
        assert!(text.contains(words), "{words}\n{text}");
        assert!(!text.contains("degraded"), "{text}");
    }
}

#[test]
fn a_rollback_that_ended_well_is_done_again_by_its_name() {
    let stage = Stage::new(rolled_back().release);
    let words: Vec<&str> = offers(&stage.release, &stage.model)
        .into_iter()
        .map(|(_, words)| words)
        .collect();
    assert!(words.contains(&"roll back again"), "{words:?}");
}

#[test]
fn beside_a_broken_source_nothing_has_the_green_sign() {
    let said = |silenced: &str| {
        let mut journal = world::monitoring();
        world::minute(&mut journal, -5, |name, sample| match name {
            name if name == silenced => Sample::Broken,
            _ => sample,
        });
        Stage::new(journal.release).text(120, 34)
    };
    let text = said("cpu");
    assert!(text.contains("? healthy, 1 source broken"), "{text}");
    let text = said("nothing");
    assert!(text.contains("✔ healthy"), "{text}");
    let text = said("latency_p99");
    assert!(text.contains("? not all known"), "{text}");
}

#[test]
fn metrics_without_room_are_counted_and_those_of_the_rules_stay() {
    for (width, height) in [(80, 24), (120, 34)] {
        let text = Stage::new(world::monitoring().release).text(width, height);
        assert!(text.contains("latency p99"), "{text}");
        assert!(text.contains("error rate"), "{text}");
    }
    let text = Stage::new(world::monitoring().release).text(80, 24);
    assert!(text.contains("more (z)"), "{text}");
    let text = Stage::new(world::waiting(0).release).text(120, 34);
    assert!(text.contains("more (4 z)"), "{text}");
}

#[test]
fn an_alarm_that_was_so_before_is_no_failed_gate_of_the_watch() {
    for (width, height) in [(120, 34), (200, 60)] {
        let text = Stage::new(world::monitoring().release).text(width, height);
        assert!(text.contains("✔ Gates"), "{text}");
        assert!(text.contains("6 of 6 pass"), "{text}");
        assert_eq!(text.contains("1 was so before"), width == 200, "{text}");
    }
}

#[test]
fn under_an_alert_bar_and_keys_have_one_order() {
    let text = Stage::new(world::counting().release).text(120, 34);
    let begins = |line: &&str| line.starts_with(" H hold the countdown");
    assert_eq!(text.lines().filter(begins).count(), 2, "{text}");
}

#[test]
fn an_empty_reason_gives_its_rows_to_what_is_still_open() {
    let mut journal = world::waiting(0);
    let deploying = RolloutEvent::StageChanged {
        stage: 0,
        state: StageState::Deploying,
        at: at(-5),
    };
    journal.github(-5, deploying);
    let mut stage = Stage::new(journal.release);
    stage.keys(&["R", "Tab"]);
    let rows = |text: &str| {
        let mut lines = text.lines().skip_while(|line| !line.contains("Why"));
        lines.position(|line| line.contains("Type"))
    };
    let text = stage.text(80, 20);
    let empty = rows(&text).unwrap_or_else(|| panic!("{text}"));
    stage.types("because");
    let text = stage.text(80, 20);
    assert!(rows(&text).is_some_and(|rows| rows > empty), "{text}");
}

#[test]
fn a_narrow_replay_says_that_it_is_one() {
    let mut stage = Stage::new(world::monitoring().release);
    stage.model.seat = Seat::Replay;
    let head = |stage: &mut Stage| stage.text(80, 24).lines().next().unwrap().to_owned();
    assert!(head(&mut stage).contains("replay"), "{}", head(&mut stage));
    stage.model.reel = Some(Reel {
        at: 1_200,
        of: 3_400,
        plays: false,
        speed: 1.0,
    });
    let said = head(&mut stage);
    assert!(said.contains("replay 1200 of 3400 paused"), "{said}");
    assert!(said.contains("v2.14.0"), "{said}");
}

#[test]
fn without_colours_no_state_in_an_edge_is_dimmed() {
    let mut stage = Stage::with(world::alerting().release, "dark", Depth::Mono, true);
    let frame = stage.frame(120, 34);
    let text = stage::text(&frame);
    let (y, line) = (0u16..)
        .zip(text.lines())
        .find(|(_, line)| line.contains("1 fired"))
        .unwrap_or_else(|| panic!("{text}"));
    let before = line.split("1 fired").next().unwrap_or_default();
    let x = u16::try_from(before.chars().count()).unwrap();
    assert!(!frame[(x, y)].modifier.contains(Modifier::DIM), "{text}");
    assert!(frame[(x, y)].modifier.contains(Modifier::BOLD), "{text}");
}

#[test]
fn a_triggers_arithmetic_goes_on_below_where_rows_are_free() {
    let text = Stage::new(world::alerting().release).text(110, 60);
    let mut lines = text
        .lines()
        .skip_while(|line| !line.starts_with("│   fired"));
    let (first, second) = (lines.next().unwrap_or(&text), lines.next().unwrap_or(&text));
    let pane = |line: &str| line.chars().take(38).collect::<String>();
    assert!(!pane(first).contains('…'), "{text}");
    assert!(pane(second).contains("usual 0.12%"), "{text}");
}
