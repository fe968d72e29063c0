//! The checklist on the screen: sections, states by sign and word, who ticked what, the prompt, the bar that refuses.

use cockpit::{
    app::{Effect, Input, Overlay},
    config::Depth,
    domain::{
        Actor, Intent, checklist::ChecklistEvent, judge::State, policy::gate::GateEvent,
        question::Answer,
    },
};

use super::{
    journal::{Journal, at, login},
    stage::{Stage, styled, text},
    world,
};

const MORE: &str = r#"
checklist = "production-gate"
compliance = { file = ".release/compliance.json" }
"#;
const PREREQUISITES: &str = r#"
[[prerequisite]]
kind = "provider"
file = "deploy/production.json"
pointer = "/provider"
[[prerequisite]]
kind = "enabled"
file = "deploy/production.json"
pointer = "/enabled"
[[prerequisite]]
name = "policy"
check_run = "policy"
"#;

/// Waits for a person, with a checklist; production is enabled, or not.
fn listed(is_enabled: bool) -> Journal {
    let mut journal = world::waiting_by(&|rules| {
        let rules = rules.replace(
            "[approval]\n",
            &format!("[approval]\n{}", MORE.trim_start()),
        );
        format!("{rules}{PREREQUISITES}")
    });
    let enabled = if is_enabled {
        Answer::new(
            State::Pass,
            "true in deploy/production.json at 3f9c2ab /enabled",
        )
    } else {
        Answer::new(
            State::Fail,
            "false is not true, in deploy/production.json at 3f9c2ab /enabled",
        )
    };
    for (name, answer) in [
        (
            "provider configured",
            Answer::new(
                State::Pass,
                "\"aws\" in deploy/production.json at 3f9c2ab /provider",
            ),
        ),
        ("production enabled", enabled),
        (
            "policy",
            Answer::new(State::NoData, "not yet: policy is in progress"),
        ),
    ] {
        let name = name.to_owned();
        journal.github(-600, GateEvent::PrerequisiteChecked { name, answer });
    }
    let item = "compliant".to_owned();
    let answer = Answer::new(State::Pass, "compliant at iteration 2 of 5");
    journal.github(-590, ChecklistEvent::ItemChecked { item, answer });
    let ticks = [
        (
            "on-call",
            "dora",
            Some("told in #ops, reachable until 18:00"),
        ),
        ("runbook", "ana", None),
    ];
    for (item, who, note) in ticks {
        let event = ChecklistEvent::ItemTicked {
            item: item.to_owned(),
            note: note.map(Into::into),
        };
        journal.add(-500, Actor::Person(login(who)), event);
    }
    journal
}

#[test]
fn the_checklist_is_walked_through_at_every_size() {
    for (width, height) in [(80, 24), (120, 34), (200, 60)] {
        let mut stage = Stage::new(listed(true).release);
        stage.text(width, height);
        stage.keys(&["Space"]);
        let frame = stage.frame(width, height);
        let shown = text(&frame);
        for word in [
            "Checklist production-gate",
            "Prerequisites",
            "policy",
            "no data",
            "Approval requirements",
            "open",
        ] {
            assert!(
                shown.contains(word),
                "{width}x{height} lacks {word:?}\n{shown}"
            );
        }
        insta::assert_snapshot!(format!("checklist-{width}x{height}"), styled(&frame));
        while !stage.text(width, height).contains("on-call · before") {
            let before = stage.model.checklist;
            stage.keys(&["Down"]);
            assert!(stage.model.checklist.at > before.at, "the item is there");
        }
        let shown = stage.text(width, height);
        for word in [
            "required · ticked by hand",
            "dora at 2026-10-12 13:54: told in #ops",
            "ticked",
        ] {
            assert!(
                shown.contains(word),
                "{width}x{height} lacks {word:?}\n{shown}"
            );
        }
        stage.keys(&["G"]);
        let shown = stage.text(width, height);
        assert!(
            shown.contains("Compliance iteration") && shown.contains("later"),
            "{shown}"
        );
        insta::assert_snapshot!(format!("checklist-end-{width}x{height}"), shown);
        stage.keys(&["Esc"]);
        assert!(stage.model.overlay.is_none());
    }
}

#[test]
fn it_looks_right_in_every_theme_and_without_unicode() {
    for (name, theme, depth, unicode) in [
        ("light", "light", Depth::True, true),
        ("high-contrast", "high-contrast", Depth::True, true),
        ("mono", "dark", Depth::Mono, true),
        ("ascii", "dark", Depth::True, false),
    ] {
        let mut stage = Stage::with(listed(false).release, theme, depth, unicode);
        stage.text(120, 34);
        stage.keys(&["Space"]);
        let frame = stage.frame(120, 34);
        if !unicode {
            assert!(text(&frame).is_ascii(), "{}", text(&frame));
        }
        insta::assert_snapshot!(format!("checklist-{name}"), styled(&frame));
    }
}

#[test]
fn an_item_is_ticked_with_a_note_and_the_list_comes_back() {
    let mut journal = listed(true);
    let mut stage = Stage::new(journal.release.clone());
    stage.text(120, 34);
    stage.keys(&["Space"]);
    stage.text(120, 34);
    // What ticks itself says by what.
    stage.keys(&["Tab", "Space"]);
    assert!(
        stage
            .text(120, 34)
            .contains("tests: it ticks itself, by gate staging")
    );
    while !stage.text(120, 34).contains("capacity · before") {
        stage.keys(&["Down"]);
    }
    stage.keys(&["Space"]);
    let asked = stage.text(120, 34);
    for word in [
        "Tick an item",
        "Capacity covers",
        "Your name and the time",
        "Enter tick it",
    ] {
        assert!(asked.contains(word), "{word}\n{asked}");
    }
    insta::assert_snapshot!("checklist-tick-120x34", asked);
    stage.types("checked with ops");
    let effects = stage.keys(&["Enter"]);
    let [Effect::Command(command)] = effects.as_slice() else {
        panic!("{effects:?}")
    };
    let Intent::Tick { item, note } = &command.intent else {
        panic!("{command:?}")
    };
    assert_eq!(
        (item.as_str(), note.as_ref().unwrap().as_str()),
        ("capacity", "checked with ops")
    );
    let event = ChecklistEvent::ItemTicked {
        item: "capacity".to_owned(),
        note: None,
    };
    journal.add(-10, Actor::Person(login("ana")), event);
    stage.release = journal.release;
    stage.model.see(&stage.release, at(1));
    stage.model.answered(None, &stage.release);
    assert!(matches!(stage.model.overlay, Some(Overlay::Checklist)));
    // Once more takes it back, and Esc leaves it as it is.
    stage.keys(&["Space"]);
    assert!(stage.text(120, 34).contains("Take a tick back"));
    stage.keys(&["Esc"]);
    assert!(matches!(stage.model.overlay, Some(Overlay::Checklist)));
}

#[test]
fn the_mouse_selects_and_ticks_and_the_wheel_moves() {
    let mut stage = Stage::new(listed(true).release);
    stage.text(120, 34);
    stage.keys(&["Space"]);
    let shown = stage.text(120, 34);
    let row = shown
        .lines()
        .position(|line| line.contains("Who approves has read"))
        .unwrap();
    let row = u16::try_from(row).unwrap();
    stage.model.update(Input::Click(10, row), &stage.release);
    stage.text(120, 34);
    assert!(stage.text(120, 34).contains("approver · before"));
    stage.model.update(Input::Click(10, row), &stage.release);
    assert!(stage.text(120, 34).contains("Tick an item"));
    stage.keys(&["Esc"]);
    stage.text(120, 34);
    let top = stage.model.checklist.top;
    stage.model.update(Input::Wheel(5, 10, 10), &stage.release);
    assert!(stage.model.checklist.top > top);
    for (width, height) in [(1, 1), (60, 18), (61, 19), (300, 100)] {
        stage.text(width, height);
        stage.keys(&["G", "g", "Tab"]);
    }
}

#[test]
fn what_fails_refuses_production_and_a_rejection_is_at_hand() {
    let mut stage = Stage::new(listed(false).release);
    for (width, height) in [(80, 24), (120, 34)] {
        let shown = stage.text(width, height);
        assert!(shown.contains("Production is refused"), "{shown}");
        assert!(shown.contains("x reject"), "{shown}");
    }
    let why = stage.release.refused_by_prerequisites().unwrap();
    for (width, height) in [(60, 18), (80, 24), (120, 34)] {
        let shown = stage.text(width, height);
        let words: Vec<&str> = shown.split_whitespace().collect();
        assert!(words.join(" ").contains(why.as_str()), "{why} in {shown}");
    }
    let shown = stage.text(120, 34);
    assert!(!shown.contains("a approve"), "{shown}");
    insta::assert_snapshot!("refused-120x34", shown);
    stage.keys(&["a"]);
    assert!(stage.text(120, 34).contains("blocked by Prerequisites"));
    stage.keys(&["x"]);
    assert!(stage.text(120, 34).contains("Reject the release"));
}

#[test]
fn a_tick_locks_no_open_approval_and_one_taken_back_does() {
    let mut journal = listed(true);
    let (name, answer) = (
        "policy".to_owned(),
        Answer::new(State::Pass, "policy: success"),
    );
    journal.github(-400, GateEvent::PrerequisiteChecked { name, answer });
    // Only what people tick, so that the gate can pass.
    for section in &mut journal.release.policy.checklist.as_mut().unwrap().sections {
        section.items.retain(|item| item.auto.is_none());
    }
    let open: Vec<String> = journal
        .release
        .open_by_hand()
        .iter()
        .map(|item| item.id.clone())
        .collect();
    let (last, rest) = open.split_last().unwrap();
    let tick = |item: &String| ChecklistEvent::ItemTicked {
        item: item.clone(),
        note: None,
    };
    for item in rest {
        journal.add(-300, Actor::Person(login("ana")), tick(item));
    }
    let mut stage = Stage::new(journal.release.clone());
    stage.keys(&["a"]);
    let is_locked = |stage: &Stage| match &stage.model.overlay {
        Some(Overlay::Prompt(prompt)) => !prompt.locked.is_empty(),
        other => panic!("{other:?}"),
    };
    journal.add(-200, Actor::Person(login("dora")), tick(last));
    stage.release = journal.release.clone();
    stage.model.see(&stage.release, at(1));
    assert!(!is_locked(&stage), "what got better locks nothing");
    let event = ChecklistEvent::ItemUnticked {
        item: last.clone(),
        note: None,
    };
    stage.keys(&["Esc", "a"]);
    journal.add(-100, Actor::Person(login("dora")), event);
    stage.release = journal.release;
    stage.model.see(&stage.release, at(2));
    assert!(is_locked(&stage), "a gate that got worse locks");
}
