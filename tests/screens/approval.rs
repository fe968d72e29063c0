//! Beside the approval itself: the emergency way and its review, the scheduled start, quiet hours, and leaving while
//! something burns.

use cockpit::{
    app::{Action, Bar, Effect, Input, Overlay, Seat, hindrance},
    config::Depth,
    domain::{
        Actor, Feed, Intent,
        approval::{ApprovalEvent, Change, Effort},
        evidence::EvidenceEvent,
        observation::{Conclusion, RunStatus},
        policy::QuietHours,
        record::RecordEvent,
        rollout::RolloutEvent,
    },
};
use jiff::civil;
use ratatui::{buffer::Cell, style::Modifier};

use crate::{
    journal::{Journal, at, login},
    stage::Stage,
    world,
};

const INCIDENT: &str = "https://incidents.example/42";

fn declared() -> Journal {
    let mut journal = world::waiting(0);
    let event = ApprovalEvent::EmergencyDeclared {
        reason: "checkout is down".into(),
        incident: INCIDENT.into(),
        waives: vec!["signoff security".to_owned()],
        review_by: at(172_800),
    };
    journal.add(0, Actor::Person(login("ana")), event);
    journal
}

/// The emergency after production was let go on it.
fn let_go() -> Journal {
    let mut journal = declared();
    let event = ApprovalEvent::Granted {
        stage: 0,
        by: Some(login("ana")),
        ours: None,
        bypassed: false,
        open: Vec::new(),
    };
    journal.add(1, Actor::Cockpit, event);
    journal
}

fn scheduled(seconds: i64) -> Journal {
    let mut journal = world::waiting(0);
    let event = ApprovalEvent::StartScheduled {
        not_before: Some(at(seconds)),
        reason: "after the campaign".into(),
        escalate_at: Some(at(seconds + 14_400)),
    };
    journal.add(0, Actor::Person(login("ana")), event);
    journal
}

/// The one command of these effects.
fn intent(effects: &[Effect]) -> Intent {
    let [Effect::Command(command)] = effects else {
        panic!("{effects:?}");
    };
    command.intent.clone()
}

#[test]
fn an_emergency_asks_for_a_link_and_a_reason() {
    for (width, height) in [(80, 24), (120, 34), (200, 60)] {
        let mut stage = Stage::new(world::waiting(0).release);
        stage.keys(&["E"]);
        let text = stage.text(width, height);
        for words in ["Emergency", "Link", "Why", "another person", "digest"] {
            assert!(text.contains(words), "{words}\n{text}");
        }
        insta::assert_snapshot!(format!("emergency-{width}x{height}"), text);
    }
    let mut stage = Stage::new(world::waiting(0).release);
    stage.keys(&["E", "Enter"]);
    stage.types("checkout is down");
    assert_eq!(stage.keys(&["Enter"]), []);
    assert!(stage.text(120, 34).contains("link the incident"));
    stage.keys(&["shift-Tab"]);
    stage.types("INC-42");
    stage.keys(&["Tab"]);
    assert_eq!(stage.keys(&["Enter"]), [], "a ticket's name is no link");
    assert!(stage.text(120, 34).contains("the incident is a link"));
    stage.keys(&["shift-Tab"]);
    for _ in 0..6 {
        stage.keys(&["Backspace"]);
    }
    let link = Input::Paste(format!("{INCIDENT}\n"));
    stage.model.update(link, &stage.release);
    stage.keys(&["Tab"]);
    let Intent::DeclareEmergency { reason, incident } = intent(&stage.keys(&["Enter"])) else {
        panic!("an emergency");
    };
    assert_eq!(
        (reason.as_str(), incident.as_str()),
        ("checkout is down", INCIDENT)
    );
}

#[test]
fn an_emergency_stands_in_plain_sight_and_takes_the_typed_version() {
    for (width, height) in [(80, 24), (120, 34), (200, 60)] {
        let mut stage = Stage::new(declared().release);
        let text = stage.text(width, height);
        assert!(text.contains(" EMERGENCY "), "{width}x{height}\n{text}");
        stage.keys(&["a"]);
        let text = stage.text(width, height);
        assert!(text.contains("EMERGENCY by ana: https://inc"), "{text}");
        assert!(text.contains("review due 2026-10-14"), "{text}");
        insta::assert_snapshot!(format!("emergency-approval-{width}x{height}"), text);
    }
    let shown = declared().release.shown().unwrap();
    assert!(shown.effort() >= Effort::Phrase);
    let plain = world::waiting(0).release.shown().unwrap();
    let changed = plain.changes(&shown);
    assert_eq!(changed.len(), 1, "{changed:?}");
    assert!(changed[0].now.as_str().contains(INCIDENT));
}

#[test]
fn an_emergency_is_withdrawn_as_it_was_declared() {
    for (width, height) in [(80, 24), (120, 34), (200, 60)] {
        let mut stage = Stage::new(declared().release);
        let text = stage.text(width, height);
        assert!(text.contains("E withdraw the emergency"), "{text}");
        stage.keys(&["E"]);
        let text = stage.text(width, height);
        for words in ["Withdraw the emergency", INCIDENT, "again", "Why"] {
            assert!(text.contains(words), "{words}\n{text}");
        }
        insta::assert_snapshot!(format!("emergency-withdrawn-{width}x{height}"), text);
    }
    let mut stage = Stage::new(declared().release);
    stage.keys(&["E"]);
    assert_eq!(stage.keys(&["Enter"]), [], "a reason is needed");
    stage.types("the dashboard was wrong");
    let Intent::WithdrawEmergency { reason } = intent(&stage.keys(&["Enter"])) else {
        panic!("a withdrawal");
    };
    assert_eq!(reason.as_str(), "the dashboard was wrong");
    let mut journal = declared();
    let event = ApprovalEvent::EmergencyWithdrawn { reason };
    journal.add(1, Actor::Person(login("ana")), event);
    assert_eq!(journal.release.review_due(), None);
    let text = Stage::new(journal.release).text(120, 34);
    assert!(!text.contains(" EMERGENCY "), "{text}");
}

#[test]
fn who_took_the_emergency_way_does_not_review_it() {
    let mut stage = Stage::new(let_go().release);
    assert_eq!(stage.keys(&["E"]), []);
    assert!(
        stage
            .text(120, 34)
            .contains("emergency: who took the emergency way")
    );
    stage.model.viewer = Some(login("ben"));
    stage.keys(&["E"]);
    assert!(stage.text(120, 34).contains("Review the emergency"));
    stage.types("the sign-off came later");
    let Intent::ReviewEmergency { note } = intent(&stage.keys(&["Enter"])) else {
        panic!("a review");
    };
    assert_eq!(note.as_str(), "the sign-off came later");
    let mut journal = let_go();
    let event = RecordEvent::EmergencyReviewed { note };
    journal.add(1, Actor::Person(login("ben")), event);
    assert_eq!(journal.release.review_due(), None);
}

#[test]
fn a_review_that_nobody_gave_becomes_overdue() {
    let release = declared().release;
    let words = |seconds| release.review_in_words(at(seconds)).unwrap();
    assert!(words(172_800).starts_with("review due 2026-10-14"));
    assert!(words(172_801).starts_with("review OVERDUE since 2026-10-14"));
}

#[test]
fn a_start_is_scheduled_in_the_screens_own_time_and_holds_the_decision() {
    let mut stage = Stage::new(world::waiting(0).release);
    stage.keys(&["S"]);
    let text = stage.text(120, 34);
    for words in ["Schedule the start", "When", "you are reminded"] {
        assert!(text.contains(words), "{words}\n{text}");
    }
    stage.types("18:00");
    stage.keys(&["Enter"]);
    stage.types("after the campaign");
    let Intent::ScheduleStart { not_before, .. } = intent(&stage.keys(&["Enter"])) else {
        panic!("a start");
    };
    let local = not_before.unwrap().to_zoned(stage.model.zone.clone());
    assert_eq!((local.hour(), local.minute()), (18, 0));

    for (width, height) in [(80, 24), (120, 34), (200, 60)] {
        let mut stage = Stage::new(scheduled(7_200).release);
        let text = stage.text(width, height);
        assert!(
            text.contains("Held until its scheduled start, in 2h"),
            "{text}"
        );
        insta::assert_snapshot!(format!("scheduled-{width}x{height}"), text);
        stage.keys(&["a"]);
        assert!(stage.model.overlay.is_none());
        let text = stage.text(width, height);
        assert!(text.contains("approve: blocked by Sch"), "{text}");
    }
}

#[test]
fn a_bell_rings_when_the_scheduled_start_has_come_and_nothing_is_approved_by_it() {
    let mut journal = scheduled(60);
    let mut stage = Stage::new(journal.release.clone());
    stage.model.see(&journal.release, at(1));
    let due = ApprovalEvent::StartDue { not_before: at(60) };
    journal.add(60, Actor::Cockpit, due);
    let notice = stage.model.see(&journal.release, at(60)).unwrap();
    assert!(
        notice.text.contains("Waits for your decision"),
        "{notice:?}"
    );
    assert_eq!(journal.release.outbox().count(), 0);
    assert_eq!(
        hindrance(Action::Approve, &journal.release, &stage.model),
        None
    );
}

#[test]
fn in_quiet_hours_the_clock_says_that_it_rests() {
    let mut release = world::waiting(0).release;
    let local = at(0).to_zoned(jiff::tz::TimeZone::UTC);
    let hour = |plus: i8| civil::time((local.hour() + plus) % 24, 0, 0, 0);
    release.policy.approval.quiet_hours = Some(QuietHours {
        from: hour(0),
        until: hour(2),
        zone: "UTC".to_owned(),
    });
    let waiting = release.approval.waiting.as_mut().unwrap();
    waiting.escalate_at = at(4 * 3_600);
    let mut stage = Stage::new(release);
    let bar =
        |stage: &Stage, seconds| Bar::of(&stage.release, &stage.model.derived, at(seconds)).right;
    assert!(
        bar(&stage, 0).starts_with("quiet hours for 1h"),
        "{}",
        bar(&stage, 0)
    );
    assert!(bar(&stage, 0).contains("until"));
    assert!(!bar(&stage, 2 * 3_600).contains("quiet"));
    assert!(stage.text(200, 60).contains("quiet hours for"));
}

#[test]
fn leaving_while_something_burns_asks_first() {
    for journal in [world::alerting(), world::counting()] {
        let mut stage = Stage::new(journal.release);
        assert_eq!(stage.keys(&["q"]), []);
        let text = stage.text(120, 34);
        assert!(text.contains("Leave while this burns?"), "{text}");
        assert!(text.contains("Nobody drives then"), "{text}");
        assert_eq!(stage.keys(&["Esc"]), []);
        assert!(stage.model.overlay.is_none());
        assert_eq!(stage.keys(&["q", "Enter"]), [Effect::Quit]);
        let mut stage = Stage::new(stage.release);
        assert_eq!(stage.keys(&["ctrl-c", "ctrl-c"]), [Effect::Quit]);
        let mut stage = Stage::new(stage.release);
        stage.model.seat = Seat::Watching("@ben on desk".into());
        assert_eq!(stage.keys(&["q"]), [Effect::Quit], "who watches may go");
    }
    let mut stage = Stage::new(world::monitoring().release);
    assert_eq!(stage.keys(&["q"]), [Effect::Quit]);
}

#[test]
fn the_help_says_what_is_not_now() {
    let mut stage = Stage::new(world::waiting(0).release);
    stage.keys(&["?"]);
    assert!(matches!(stage.model.overlay, Some(Overlay::Help(_))));
    let text = stage.text(120, 60);
    let line = |words: &str| {
        let found = text.lines().find(|line| line.contains(words));
        found
            .unwrap_or_else(|| panic!("{words}\n{text}"))
            .to_owned()
    };
    assert!(line("Roll production back").contains("not now"));
    assert!(!line("Approve the release").contains("not now"));
}

#[test]
fn nothing_is_confirmed_on_a_screen_that_is_too_small_to_show_it() {
    let mut stage = Stage::new(world::waiting(0).release);
    stage.keys(&["a"]);
    assert!(stage.text(80, 24).contains("Approve for production"));
    let shown = stage.text(40, 10);
    assert!(shown.contains("cockpit needs 60x18"), "{shown}");
    assert!(shown.contains("Esc cancels"), "{shown}");
    let prompt = |stage: &Stage| format!("{:?}", stage.model.overlay);
    let before = prompt(&stage);
    let mut effects = stage.keys(&["Enter", "y", "Enter", "Enter"]);
    effects.extend(
        stage
            .model
            .update(Input::Paste("y".to_owned()), &stage.release),
    );
    effects.extend(stage.model.update(Input::Click(3, 3), &stage.release));
    assert!(effects.is_empty(), "{effects:?}");
    assert_eq!(prompt(&stage), before);
    // What is seen again is answered again, and leaving is possible meanwhile.
    stage.keys(&["Esc"]);
    assert!(stage.model.overlay.is_none());
    assert!(stage.text(40, 10).contains("q quits"));
    assert_eq!(stage.keys(&["q"]), [Effect::Quit]);
}

#[test]
fn a_run_that_is_cancelled_while_it_waits_offers_no_decision() {
    let mut journal = world::waiting(0);
    let mut run = journal.release.rollout.run.clone().unwrap();
    run.status = RunStatus::Completed;
    run.conclusion = Some(Conclusion::Cancelled);
    journal.github(-1, RolloutEvent::RunChanged(run));
    let mut stage = Stage::new(journal.release);
    let shown = stage.text(80, 24);
    assert!(shown.contains("CANCELLED"), "{shown}");
    for words in ["a approve", "x reject"] {
        assert!(!shown.contains(words), "{shown}");
    }
    for action in [Action::Approve, Action::Reject] {
        assert!(hindrance(action, &stage.release, &stage.model).is_some());
    }
}

#[test]
fn who_is_no_reviewer_reads_so_before_a_reason_is_written() {
    let mut journal = world::waiting(0);
    let mut holds = journal.release.approval.holds.clone();
    let mut shown = |can_approve: bool| {
        holds[0].can_approve = can_approve;
        let holds = holds.clone();
        journal.github(-1, ApprovalEvent::HeldBy { holds });
        let mut stage = Stage::new(journal.release.clone());
        stage.keys(&["x"]);
        let text = stage.text(120, 34);
        assert!(text.contains("Reject the release"), "{text}");
        text.contains("GitHub may not take it from you: production is")
    };
    assert!(!shown(true));
    assert!(shown(false));
}

#[test]
fn a_long_answer_and_what_changed_are_read_to_their_ends_on_a_narrow_screen() {
    let mut stage = Stage::new(world::waiting(0).release);
    let plain = stage.text(80, 24);
    let answer = "approve: blocked by Time to deploy: release freeze: board meeting until 2026-11-30 07:17 UTC";
    stage.model.toast = Some((answer.to_owned(), std::time::Duration::from_secs(5)));
    let text = stage.text(80, 24);
    assert!(text.contains("07:17 UTC"), "{text}");
    let differ = plain.lines().zip(text.lines()).filter(|(a, b)| a != b);
    assert_eq!(differ.count(), 2, "two rows for it, and no more\n{text}");
    let endless = "no ".repeat(1_000);
    stage.model.toast = Some((endless, std::time::Duration::from_secs(5)));
    let text = stage.text(80, 24);
    assert_eq!(
        text.lines()
            .filter(|line| line.contains("no no no"))
            .count(),
        3
    );
    assert!(text.trim_end().ends_with('…'), "{text}");

    stage.model.toast = None;
    stage.keys(&["a"]);
    let Some(Overlay::Prompt(prompt)) = &mut stage.model.overlay else {
        panic!("a prompt");
    };
    prompt.locked = vec![Change {
        what: "tests".into(),
        was: "334 tests: 332 passed, 0 failed, 0 errored, 2 skipped, 1 flaky".into(),
        now: "334 tests: 331 passed, 1 failed, 0 errored, 2 skipped, 0 flaky".into(),
    }];
    let text = stage.text(80, 24);
    let last = text.lines().position(|line| line.contains("331 passed, 1"));
    let keys = text.lines().position(|line| line.contains("look again"));
    assert!(last.is_some() && last < keys, "{text}");
    assert!(text.contains("0 flaky"), "{text}");
}

#[test]
fn without_colours_no_edge_is_underlined() {
    for (journal, key) in [(world::waiting(0), "x"), (world::alerting(), "R")] {
        let mut stage = Stage::with(journal.release, "dark", Depth::Mono, true);
        stage.keys(&[key]);
        let frame = stage.frame(80, 24);
        let edges = frame.content.iter();
        let mut edges = edges.filter(|cell| "┏┓┗┛━┃".contains(cell.symbol()));
        let is_lined = |cell: &Cell| cell.modifier.contains(Modifier::UNDERLINED);
        assert!(edges.clone().count() > 100);
        assert!(!edges.any(is_lined), "{key}\n{}", stage.text(80, 24));
    }
}

#[test]
fn more_changes_than_fit_are_counted() {
    let mut stage = Stage::new(world::waiting(0).release);
    stage.keys(&["a"]);
    let Some(Overlay::Prompt(prompt)) = &mut stage.model.overlay else {
        panic!("a prompt");
    };
    let change = |number: usize| Change {
        what: format!("gate {number}").into(),
        was: "pass".into(),
        now: "fail, for a reason that takes two rows of the prompt to say it in whole".into(),
    };
    prompt.locked = (1..=9).map(change).collect();
    let text = stage.text(80, 24);
    let shown = (1..=9)
        .filter(|number| text.contains(&format!("gate {number} changed")))
        .count();
    assert!(shown > 1 && shown < 9, "{text}");
    let left = format!("and {} more changes", 9 - shown);
    assert!(text.contains(&left), "{left}\n{text}");
    assert!(text.contains("look again"), "{text}");
}

#[test]
fn the_prompt_says_whether_one_signs_or_takes_it_back() {
    let mut journal = world::waiting_by(&|rules| {
        let asks = "[approval]\nsignoffs = { security = { people = [\"cleo\"] } }\n";
        let rules = rules.replace("[approval]\n", asks);
        format!("{rules}\n[people]\ncleo = {{ github = \"cleo\" }}\n")
    });
    let mut shows = |words: &str| {
        let mut stage = Stage::new(journal.release.clone());
        stage.model.viewer = Some(login("cleo"));
        stage.keys(&["s"]);
        let text = stage.text(120, 34);
        assert!(text.contains(words), "{words}\n{text}");
        let signed = ApprovalEvent::SignedOff {
            role: "security".to_owned(),
            note: None,
        };
        journal.add(1, Actor::Person(login("cleo")), signed);
    };
    shows("Enter sign");
    shows("Enter take it back");
}

#[test]
fn a_version_that_the_rules_do_not_name_is_marked_and_said_where_it_is_typed() {
    let mut journal = world::waiting(0);
    let mut candidate = journal.release.evidence.candidate.clone().unwrap();
    candidate.unnamed = Some("build has no VERSION".into());
    journal.github(0, EvidenceEvent::CandidateSeen(candidate));
    let mut stage = Stage::new(journal.release);
    let screen = stage.text(120, 34);
    let first = screen.lines().next().unwrap();
    assert!(first.contains("v2.14.0 3f9c2ab ▲"), "{first}");
    stage.keys(&["a"]);
    let screen = stage.text(120, 34);
    let words = "version_from names no version: build has no VERSION";
    assert!(screen.contains(words), "{screen}");
}

#[test]
fn what_production_said_before_it_fell_silent_is_not_said_to_hold_until_then() {
    let mut journal = world::waiting(0);
    let since = at(-60);
    let why = "connection refused".into();
    let feed = Feed::Production;
    journal.add(
        -1,
        Actor::Cockpit,
        RecordEvent::FeedSilent { feed, since, why },
    );
    let gates = journal.release.gates().iter();
    let said: Vec<&str> = gates
        .filter(|gate| gate.name == "production")
        .map(|gate| gate.verdict.why.as_str())
        .collect();
    // It may be long ago that it answered: since then cockpit may have been away.
    let at = since.strftime("%F %H:%M UTC");
    let wanted = format!("v2.13.4, by production itself; it has not answered since {at}");
    assert_eq!(said, [wanted]);
}
