//! Every screen: what must be on it, how it looks, and that no size breaks it.

#![expect(clippy::unwrap_used, reason = "a test may fail by panicking")]

#[path = "screens/approval.rs"]
mod approval;
#[path = "screens/checklist.rs"]
mod checklist;
#[path = "screens/flags.rs"]
mod flags;
#[path = "screens/journal.rs"]
mod journal;
#[path = "screens/lane.rs"]
mod lane;
#[path = "screens/reports.rs"]
mod reports;
#[path = "screens/seat.rs"]
mod seat;
#[path = "screens/stage.rs"]
mod stage;
#[path = "screens/stages.rs"]
mod stages;
#[path = "screens/trust.rs"]
mod trust;
#[path = "screens/verdicts.rs"]
mod verdicts;
#[path = "screens/watch.rs"]
mod watch;
#[path = "screens/world.rs"]
mod world;

use cockpit::{
    app::{Effect, Input, Pane, Seat},
    config::Depth,
    domain::{
        Actor, Intent,
        evidence::{Outcome, ReportBuilder, SeenCase, Stated, TestReport},
        judge::JudgeEvent,
        rollout::{RolloutEvent, StageState},
    },
};
use stage::{Stage, ansi};

/// Writes the frames as a terminal would be told them, into the folder that the variable names.
#[test]
fn frames_can_be_looked_at() {
    let Some(folder) = std::env::var_os("COCKPIT_FRAMES") else {
        return;
    };
    let folder = std::path::PathBuf::from(folder);
    for (name, journal) in world::all() {
        for (width, height) in [(80, 24), (120, 34), (200, 60)] {
            let mut stage = Stage::new(journal.release.clone());
            let frame = stage.frame(width, height);
            let file = folder.join(format!("{name}-{width}x{height}.ans"));
            std::fs::write(file, ansi(&frame)).unwrap();
        }
    }
    let looked = |name: &str, journal: &journal::Journal, keys: &[&str], blocks: bool| {
        for (theme, sign) in [("dark", ""), ("light", "-light"), ("mono", "-mono")] {
            for (width, height) in [(80, 24), (120, 34), (200, 60)] {
                let mut stage = Stage::with(journal.release.clone(), theme, Depth::True, true);
                if blocks {
                    stage.look = stage.look.with_blocks();
                }
                stage.keys(keys);
                let frame = stage.frame(width, height);
                let file = folder.join(format!("{name}{sign}-{width}x{height}.ans"));
                std::fs::write(file, ansi(&frame)).unwrap();
            }
        }
    };
    looked("approval", &world::waiting(0), &["a"], false);
    looked("healthy", &world::monitoring(), &[], false);
    looked("disarmed-worse", &world::disarmed(4.9), &[], false);
    looked("disarmed-better", &world::disarmed(1.1), &["6"], false);
    looked("blocks", &world::strange(), &[], true);
    looked("blocks-before", &world::waiting(0), &[], true);
    looked("next-stage", &stages::judged(), &[">"], false);
    looked("stage-waits", &stages::judged(), &[], false);
    looked("watched-only", &stages::watched_only(0.12), &[], false);
    looked("partial", &stages::partial(), &[], false);
    looked("complete", &watch::complete(), &[], false);
    let open = |name: &str, journal: journal::Journal, keys: &[&str]| {
        let mut stage = Stage::new(journal.release);
        stage.keys(keys);
        let frame = stage.frame(120, 34);
        std::fs::write(folder.join(format!("{name}-120x34.ans")), ansi(&frame)).unwrap();
    };
    open("approve", world::waiting(0), &["a"]);
    open("reject", world::waiting(0), &["x"]);
    open("rollback", world::alerting(), &["R"]);
    open("help", world::waiting(0), &["?"]);
    open("palette", world::waiting(0), &[":"]);
    open("problem", world::monitoring(), &["p"]);
    open("gates", world::waiting(1), &["3", "z"]);
}

#[test]
fn no_size_breaks_any_screen() {
    for (name, journal) in world::all() {
        let mut stage = Stage::new(journal.release);
        for keys in [
            &[][..],
            &["z"],
            &["Esc", "a"],
            &["Esc", "R"],
            &["Esc", "?"],
            &["Esc", ":"],
        ] {
            stage.keys(keys);
            for (width, height) in (1..=300u16)
                .step_by(23)
                .zip((1..=100u16).cycle().step_by(11))
            {
                let text = stage.text(width, height);
                assert_eq!(
                    text.lines().count(),
                    usize::from(height),
                    "{name} {width}x{height}"
                );
            }
            for (width, height) in [(1, 1), (1, 100), (300, 1), (60, 18), (59, 17), (300, 100)] {
                stage.text(width, height);
            }
        }
    }
}

/// The words that the specification asks for stand on the screen, and the frame is as it was reviewed.
#[test]
fn screens_hold_their_words_and_their_looks() {
    let wanted: &[(&str, &[&str])] = &[
        ("opened", &["storefront", "cockpit", "help", "quit"]),
        (
            "preparing",
            &["The pipeline works", "STAGING", "Staging for"],
        ),
        (
            "waiting",
            &[
                "APPROVAL",
                "Waits for your decision",
                "v2.14.0",
                "v2.13.4",
                "until escalation",
            ],
        ),
        (
            "staging-failed",
            &["Waits for your decision", "blocked by Staging ready"],
        ),
        (
            "monitoring",
            &["MONITOR", "minutes judged", "6 Triggers", "error rate"],
        ),
        (
            "alerting",
            &[
                "error rate 2.8% > 2%",
                "roll back to v2.13.4",
                "keep watching",
            ],
        ),
        ("silent", &["MONITOR", "silent"]),
        (
            "counting",
            &["Rolls back to v2.13.4 in 42 s", "H hold the countdown"],
        ),
        (
            "strange",
            &["latency p99 +20% ±4", "stands out", "keep watching"],
        ),
    ];
    for (name, journal) in world::all() {
        for (width, height) in [(80, 24), (120, 34), (200, 60)] {
            let mut stage = Stage::new(journal.release.clone());
            let frame = stage.frame(width, height);
            let text = stage::text(&frame);
            let (_, words) = wanted.iter().find(|(of, _)| *of == name).unwrap();
            for word in words
                .iter()
                .filter(|word| width >= 120 || !word.starts_with("6 "))
            {
                assert!(
                    text.contains(word),
                    "{name} {width}x{height} lacks {word:?}\n{text}"
                );
            }
            if (width, height) == (120, 34) {
                insta::assert_snapshot!(format!("{name}-120x34"), stage::styled(&frame));
            } else {
                insta::assert_snapshot!(format!("{name}-{width}x{height}"), text);
            }
        }
    }
}

#[test]
fn every_theme_draws_the_main_screens() {
    for theme in ["light", "high-contrast", "mono"] {
        for (name, release) in [
            ("waiting", world::waiting(0).release),
            ("alerting", world::alerting().release),
        ] {
            let mut stage = Stage::with(release, theme, Depth::True, true);
            let frame = stage.frame(120, 34);
            insta::assert_snapshot!(format!("{name}-{theme}"), stage::styled(&frame));
        }
    }
}

/// The diff is walked through: files by area with their marks, one file's lines, the commits, a filter.
#[test]
fn the_diff_is_walked_through() {
    let wanted = [
        "Diff from production",
        "v2.13.4",
        "38 files",
        "src/payments",
        "capture.rs",
        "hot",
        "migration",
        "lock file",
        "pipeline",
        "Commits 3",
    ];
    for (width, height) in [(80, 24), (120, 34), (200, 60)] {
        let mut stage = Stage::new(world::waiting(0).release);
        world::compared(&mut stage);
        stage.keys(&["d"]);
        let frame = stage.frame(width, height);
        let text = stage::text(&frame);
        for word in wanted {
            assert!(
                text.contains(word),
                "{width}x{height} lacks {word:?}\n{text}"
            );
        }
        insta::assert_snapshot!(format!("diff-{width}x{height}"), stage::styled(&frame));
        stage.keys(&["/"]);
        stage.types("0042");
        stage.keys(&["Enter", "Enter"]);
        let text = stage.text(width, height);
        for word in [
            "0042_orders",
            "line 3: adds `region`",
            "ADD COLUMN region",
            "SQL migration",
        ] {
            assert!(
                text.contains(word),
                "{width}x{height} lacks {word:?}\n{text}"
            );
        }
        insta::assert_snapshot!(format!("diff-file-{width}x{height}"), text);
        stage.keys(&["Esc", "Esc", "Tab"]);
        let text = stage.text(width, height);
        assert!(text.contains("Retry captures through the queue"), "{text}");
        insta::assert_snapshot!(format!("diff-commits-{width}x{height}"), text);
        stage.keys(&["Tab"]);
        let text = stage.text(width, height);
        for word in [
            "Dependencies 3",
            "lodash",
            "4.17.20",
            "removed",
            "high GHSA",
        ] {
            assert!(
                text.contains(word),
                "{width}x{height} lacks {word:?}\n{text}"
            );
        }
        insta::assert_snapshot!(format!("diff-packages-{width}x{height}"), text);
        stage.keys(&["Esc"]);
        assert!(stage.model.overlay.is_none());
    }
}

#[test]
fn the_diff_is_walked_through_in_every_theme_and_without_unicode() {
    for (name, theme, depth, unicode) in [
        ("light", "light", Depth::True, true),
        ("high-contrast", "high-contrast", Depth::True, true),
        ("mono", "dark", Depth::Mono, true),
        ("ascii", "dark", Depth::True, false),
    ] {
        let mut stage = Stage::with(world::waiting(0).release, theme, depth, unicode);
        world::compared(&mut stage);
        stage.keys(&["d", "Enter", "j"]);
        let frame = stage.frame(120, 34);
        if !unicode {
            assert!(stage::text(&frame).is_ascii());
        }
        insta::assert_snapshot!(format!("diff-{name}"), stage::styled(&frame));
    }
}

#[test]
fn the_wheel_and_a_click_move_in_the_diff_and_decisions_stay_at_hand() {
    let mut stage = Stage::new(world::waiting(0).release);
    stage.keys(&["d"]);
    assert!(
        stage.text(120, 34).contains("still being read"),
        "before the lines are there"
    );
    world::compared(&mut stage);
    stage.text(120, 34);
    let first = stage.model.walk.place.at;
    stage.model.update(Input::Wheel(3, 10, 10), &stage.release);
    assert!(stage.model.walk.place.at > first);
    stage.model.update(Input::Click(10, 5), &stage.release);
    assert_eq!(stage.model.walk.place.at, first);
    for (width, height) in [(1, 1), (60, 18), (61, 19), (300, 100)] {
        stage.text(width, height);
        stage.keys(&["Enter", "G", "Esc"]);
    }
    stage.keys(&["x"]);
    assert!(stage.text(120, 34).contains("Reject the release"));
}

#[test]
fn without_unicode_every_character_is_ascii_and_without_colours_none_is_told() {
    for (name, journal) in world::all() {
        let mut stage = Stage::with(journal.release, "dark", Depth::Mono, false);
        for keys in [&[][..], &["?"], &["Esc", ":"], &["Esc", "a"], &["Esc", "R"]] {
            stage.keys(keys);
            let frame = stage.frame(120, 34);
            let text = stage::text(&frame);
            let odd: Vec<char> = text.chars().filter(|c| !c.is_ascii()).collect();
            assert!(odd.is_empty(), "{name}: {odd:?}\n{text}");
            assert!(!stage::styled(&frame).contains("rgb"), "{name}");
            assert!(
                frame
                    .content
                    .iter()
                    .all(|cell| cell.fg == ratatui::style::Color::Reset),
                "{name}"
            );
        }
    }
}

#[test]
fn an_approval_is_typed_and_a_paste_never_confirms() {
    let mut stage = Stage::new(world::waiting(0).release);
    assert_eq!(stage.keys(&["a"]), []);
    let shown = stage.text(120, 34);
    for word in [
        "Approve for production",
        "3f9c2ab",
        "v2.13.4",
        "182 of 182 tests passed",
        "sha256",
    ] {
        assert!(shown.contains(word), "{word}\n{shown}");
    }
    stage
        .model
        .update(Input::Paste("v2.14.0\n".into()), &stage.release);
    assert_eq!(stage.keys(&["Enter"]), [], "a paste confirms nothing");
    let refused = stage.text(120, 34);
    assert!(refused.contains("type v2.14.0 to confirm"), "{refused}");
    stage.types("v2.14");
    stage.text(80, 24);
    assert!(
        stage.text(200, 60).contains("v2.14"),
        "a resize loses nothing"
    );
    stage.types(".0");
    let effects = stage.keys(&["Enter"]);
    let [Effect::Command(command)] = effects.as_slice() else {
        panic!("{effects:?}");
    };
    let Intent::Approve(confirmed) = &command.intent else {
        panic!("{command:?}");
    };
    assert_eq!(confirmed.shown().name(), "v2.14.0");
    assert_eq!(stage.keys(&["Enter"]), [], "it is sent once");
}

#[test]
fn an_open_approval_locks_when_what_it_shows_changes() {
    let mut journal = world::waiting(0);
    let mut stage = Stage::new(journal.release.clone());
    stage.keys(&["a"]);
    stage.types("v2.14.0");
    world::break_a_test(&mut journal);
    stage.release = journal.release;
    stage.model.see(&stage.release, journal::at(1));
    assert_eq!(stage.keys(&["Enter"]), []);
    let text = stage.text(120, 34);
    assert!(text.contains("tests changed"), "{text}");
    assert!(text.contains("close and look again"), "{text}");
}

#[test]
fn a_rollback_wants_its_reason_and_its_target_typed() {
    let mut stage = Stage::new(world::alerting().release);
    stage.keys(&["R"]);
    let text = stage.text(120, 34);
    for word in [
        "Roll back production",
        "v2.14.0",
        "v2.13.4",
        "rollback.yml",
        "1m 40s",
        "is not undone",
    ] {
        assert!(text.contains(word), "{word}\n{text}");
    }
    // Its run still holds the lane, so first comes what shall happen to it.
    assert!(text.contains("ancel"), "{text}");
    stage.keys(&["Enter"]);
    stage
        .model
        .update(Input::Paste("; captures fail".into()), &stage.release);
    stage.keys(&["Enter"]);
    assert_eq!(stage.keys(&["Enter"]), [], "nothing typed yet");
    stage.types("v2.14.0");
    assert_eq!(
        stage.keys(&["Enter"]),
        [],
        "the wrong version confirms nothing"
    );
    stage.keys(&["ctrl-u"]);
    stage.types("v2.13.4");
    let effects = stage.keys(&["Enter"]);
    let [Effect::Command(command)] = effects.as_slice() else {
        panic!("{effects:?}");
    };
    let Intent::RollBack(confirmed) = &command.intent else {
        panic!("{command:?}");
    };
    assert!(
        confirmed.reason().as_str().ends_with("captures fail"),
        "{:?}",
        confirmed.reason()
    );
}

#[test]
fn a_rollback_of_what_is_on_its_way_is_not_from_a_version_to_itself() {
    let mut journal = world::waiting(0);
    let deploying = RolloutEvent::StageChanged {
        stage: 0,
        state: StageState::Deploying,
        at: journal::at(-5),
    };
    journal.github(-5, deploying);
    let mut stage = Stage::new(journal.release);
    stage.keys(&["R"]);
    let text = stage.text(120, 34);
    for words in [
        "storefront  v2.14.0 3f9c2ab  →  v2.13.4 d01e77c",
        "the deploy still runs; so far production answers v2.13.4",
    ] {
        assert!(text.contains(words), "{words}\n{text}");
    }
}

#[test]
fn what_a_gate_blocks_is_refused_before_anyone_types() {
    let mut stage = Stage::new(world::waiting(1).release);
    assert_eq!(stage.keys(&["a"]), []);
    assert!(stage.model.overlay.is_none());
    let text = stage.text(120, 34);
    assert!(text.contains("approve: blocked by Staging ready"), "{text}");
    stage.keys(&["x"]);
    assert!(stage.text(120, 34).contains("Reject the release"));
}

#[test]
fn a_countdown_is_held_from_every_seat_and_reported_problems_lead_to_the_way_back() {
    for seat in [Seat::Driving, Seat::Watching("@bob on desk".into())] {
        let mut stage = Stage::new(world::counting().release);
        stage.model.seat = seat;
        assert_eq!(stage.keys(&["H"]), []);
        let text = stage.text(120, 34);
        assert!(text.contains("Hold the countdown"), "{text}");
        assert!(text.contains(" s are left."), "{text}");
        let effects = stage.keys(&["Enter"]);
        let [Effect::Command(command)] = effects.as_slice() else {
            panic!("{effects:?}")
        };
        assert_eq!(command.intent, Intent::Hold);
    }
    let mut stage = Stage::new(world::monitoring().release);
    stage.keys(&["p", "Enter", "x", "Enter"]);
    stage.model.answered(None, &stage.release);
    let text = stage.text(120, 34);
    assert!(text.contains("Roll back production"), "{text}");
    let mut stage = Stage::new(world::monitoring().release);
    stage.keys(&["H"]);
    assert!(
        stage.text(120, 34).contains("hold: not now"),
        "nothing counts"
    );
}

#[test]
fn what_only_watches_decides_nothing() {
    let mut stage = Stage::new(world::waiting(0).release);
    stage.model.seat = Seat::Watching("ben".into());
    for key in ["a", "x", "R", "c"] {
        assert_eq!(stage.keys(&[key]), []);
        assert!(stage.model.overlay.is_none(), "{key}");
    }
    assert!(
        stage
            .text(120, 34)
            .contains("this cockpit watches; ben drives")
    );
    stage.keys(&["n"]);
    assert!(
        stage.model.overlay.is_some(),
        "a note is taken from everyone"
    );
}

#[test]
fn a_paste_on_the_panes_is_no_row_of_keys() {
    let mut stage = Stage::new(world::waiting(0).release);
    let effects = stage
        .model
        .update(Input::Paste("q\nav2.14.0\n".into()), &stage.release);
    assert_eq!(effects, []);
    assert!(stage.model.overlay.is_none());
}

#[test]
fn silence_is_never_green() {
    let mut stage = Stage::new(world::silent().release);
    let text = stage.text(120, 34);
    assert!(
        !text.contains("✔ healthy") && text.contains("no fresh data"),
        "{text}"
    );
}

#[test]
fn a_bell_rings_once_for_what_happened_and_not_for_what_was() {
    let quiet = world::monitoring().release;
    let mut stage = Stage::new(quiet);
    let fired = world::alerting().release;
    let notice = stage.model.see(&fired, journal::at(1)).unwrap();
    assert!(notice.text.contains("error rate 2.8% > 2%"), "{notice:?}");
    assert_eq!(stage.model.see(&fired, journal::at(2)), None);
    assert!(
        stage
            .model
            .title(&fired)
            .starts_with("(!) storefront v2.14.0 monitoring")
    );
}

fn slow() -> JudgeEvent {
    JudgeEvent::TriggerFired {
        trigger: "latency_p99 > 500ms for 3m".to_owned(),
        why: "812 ms > 500ms in 3 of 3 minutes".into(),
        minutes: Vec::new(),
    }
}

#[test]
fn an_alert_that_comes_while_another_is_answered_is_not_answered_with_it() {
    let mut journal = world::alerting();
    let mut stage = Stage::new(journal.release.clone());
    stage.keys(&["w"]);
    assert!(stage.text(120, 34).contains("cannot complete"));
    journal.add(1, Actor::Cockpit, slow());
    stage.release = journal.release;
    stage.model.see(&stage.release, journal::at(2));
    assert_eq!(stage.keys(&["Enter"]), []);
    let text = stage.text(120, 34);
    assert!(text.contains("an alert"), "{text}");
    stage.keys(&["Esc", "w"]);
    assert_eq!(stage.keys(&["Enter"]).len(), 1);
}

#[test]
fn one_trigger_that_fires_as_another_clears_rings_too() {
    let mut journal = world::alerting();
    let mut stage = Stage::new(journal.release.clone());
    let cleared = JudgeEvent::TriggerCleared {
        trigger: "error_rate > 2% for 3m".to_owned(),
        why: "0.2% > 2% in 0 of 3 minutes".into(),
    };
    journal.add(1, Actor::Cockpit, cleared);
    journal.add(1, Actor::Cockpit, slow());
    let notice = stage.model.see(&journal.release, journal::at(2)).unwrap();
    assert!(notice.text.contains("812 ms"), "{notice:?}");
    assert_eq!(stage.model.see(&journal.release, journal::at(3)), None);
}

#[test]
fn clicks_and_the_wheel_reach_what_lies_there() {
    let mut stage = Stage::new(world::waiting(0).release);
    stage.frame(120, 34);
    stage.model.update(Input::Click(10, 18), &stage.release);
    assert_eq!(stage.model.focus, Pane::Gates);
    assert_eq!(stage.model.place(Pane::Gates).at, 2);
    stage.model.update(Input::Wheel(2, 40, 27), &stage.release);
    assert_eq!(stage.model.place(Pane::Log).top, 2);
}

/// A report of that many cases, the last one failing.
fn large_report(cases: u32) -> TestReport {
    let mut builder = ReportBuilder::default();
    builder.begin_file("junit");
    builder.begin_suite("E2E", Stated::default());
    for n in 0..cases {
        let fails = n + 1 == cases;
        builder.case(&SeenCase {
            name: &format!("case {n}"),
            class: "shop.Checkout",
            file: "",
            outcome: if fails {
                Outcome::Failed
            } else {
                Outcome::Passed
            },
            duration: None,
            message: if fails { "expected 12.00 EUR" } else { "" },
            details: if fails {
                "at Checkout.java:42\nat Main.java:7"
            } else {
                ""
            },
            failing_results: 0,
        });
    }
    builder.end_suite();
    builder.end_file();
    builder.finish()
}

#[test]
fn many_cases_are_listed_failing_first_filtered_and_opened() {
    let mut stage = Stage::new(world::waiting(0).release);
    stage.model.take_report(large_report(50_000).into());
    stage.keys(&["Enter"]);
    let list = stage.text(120, 34);
    let first = list.lines().find(|line| line.contains("case ")).unwrap();
    assert!(
        first.contains("case 49999") && first.contains("failed"),
        "{list}"
    );
    assert!(list.contains("of 50000"), "{list}");
    stage.keys(&["/"]);
    stage.types("checkout 4999");
    assert!(
        stage.text(120, 34).contains("15 cases"),
        "{}",
        stage.text(120, 34)
    );
    stage.keys(&["Enter", "Enter"]);
    let opened = stage.text(120, 34);
    for word in ["expected 12.00 EUR", "at Checkout.java:42", "case 49999"] {
        assert!(opened.contains(word), "{word}\n{opened}");
    }
    stage.keys(&["Esc", "Esc", "G"]);
    assert!(
        stage.text(120, 34).contains("case 49998"),
        "the last one in order"
    );
}
