//! The production lane: the line at the foot, and its box at every size, also where the server tells little.

use cockpit::domain::{
    RunId,
    observation::{LaneRule, LaneRun, LaneSnapshot},
    rollout::RolloutEvent,
};

use crate::{
    journal::at,
    stage::{self, Stage},
    world,
};

fn open(stage: &mut Stage, width: u16, height: u16) -> String {
    stage.keys(&["L"]);
    let text = stage.text(width, height);
    stage.keys(&["Esc"]);
    text
}

fn assert_words(text: &str, words: &[&str]) {
    for word in words {
        assert!(text.contains(word), "lacks {word:?}\n{text}");
    }
}

#[test]
fn who_holds_it_who_waits_and_what_a_newer_run_does() {
    for (width, height) in [(80, 24), (120, 34), (200, 60)] {
        let mut stage = Stage::new(world::waiting(0).release);
        stage.keys(&["L"]);
        let frame = stage.frame(width, height);
        let text = stage::text(&frame);
        assert_words(
            &text,
            &[
                "The lane production",
                "holds it for 28m",
                "run 8124",
                "waits, place 1 for 7m",
                "Release v2.15.0",
                "A newer run",
                "waits behind it",
                "is 3 commits ahead",
            ],
        );
        insta::assert_snapshot!(format!("lane-{width}x{height}"), stage::styled(&frame));
        stage.keys(&["L"]);
        assert!(stage.model.overlay.is_none(), "the same key closes it");
    }
}

#[test]
fn one_that_waits_is_told_who_stands_before_it_and_what_threatens_it() {
    let mut journal = world::preparing();
    let lane = LaneSnapshot {
        group: "production".into(),
        position: 1,
        holder: Some(RunId(8120)),
        behind: Some(0),
        others: vec![LaneRun {
            run: RunId(8120),
            title: "Roll back to v2.13.3\u{1b}[2J".into(),
            position: 0,
            since: Some(at(-3_000)),
        }],
        since: Some(at(-600)),
    };
    journal.github(-60, RolloutEvent::LaneChanged { lane: Some(lane) });
    for (rule, words) in [
        (LaneRule::Replaces, "takes its place while it waits"),
        (LaneRule::Cancels, "cancels it"),
    ] {
        let rule = Some(rule);
        journal.github(-60, RolloutEvent::LaneRuleSeen { rule });
        let mut stage = Stage::new(journal.release.clone());
        let foot = stage.text(200, 60);
        assert_words(&foot, &["place 1 behind run 8120", words]);
        let text = open(&mut stage, 80, 24);
        assert_words(&text, &["holds it for 50m", "waits, place 1", words]);
        assert!(!text.contains('\u{1b}'), "{text}");
    }
}

#[test]
fn what_the_server_cannot_tell_is_said_to_be_unknown() {
    let mut journal = world::preparing();
    let mut stage = Stage::new(journal.release.clone());
    let text = open(&mut stage, 80, 24);
    assert_words(&text, &["not seen yet", "not read yet", "not compared yet"]);
    journal.github(-60, RolloutEvent::LaneChanged { lane: None });
    journal.github(-60, RolloutEvent::LaneRuleSeen { rule: None });
    let mut stage = Stage::new(journal.release.clone());
    assert_words(&stage.text(120, 34), &["lane: GitHub cannot tell"]);
    let text = open(&mut stage, 80, 24);
    assert_words(&text, &["GitHub cannot tell who", "no such workflow"]);
    let rule = Some(LaneRule::Unclear("cancel-in-progress: ${{ x }}".into()));
    journal.github(-60, RolloutEvent::LaneRuleSeen { rule });
    let mut stage = Stage::new(journal.release.clone());
    let text = open(&mut stage, 80, 24);
    assert_words(&text, &["only GitHub can tell", "${{ x }}"]);
}
