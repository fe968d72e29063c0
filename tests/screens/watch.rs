//! The watch in full: every metric before and after, what stands out, what is recommended; the cursor; other signs.

use cockpit::{
    config::Depth,
    domain::{
        Actor, Fault, FaultKind, Feed,
        judge::{JudgeEvent, State},
        observation::{Observation, Sample},
        release::observe,
    },
};

use crate::{
    journal::{Journal, at},
    stage::{self, Stage},
    world,
};

#[test]
fn the_zoomed_watch_shows_every_metric_and_what_is_recommended() {
    for (width, height) in [(80, 24), (120, 34), (200, 60)] {
        let mut stage = Stage::new(world::strange().release);
        stage.keys(&["z"]);
        let text = stage.text(width, height);
        for words in [
            "before",
            "after",
            "change",
            "anomaly",
            "latency p99",
            "recommends: keep watching",
            "stands out",
        ] {
            assert!(
                text.contains(words),
                "{width}x{height} lacks {words}\n{text}"
            );
        }
        insta::assert_snapshot!(format!("watch-{width}x{height}"), text);
        stage.keys(&["Left", "Left"]);
        let text = stage.text(width, height);
        assert!(text.contains("  at 1"), "the cursor reads a minute\n{text}");
    }
}

#[test]
fn a_calm_watch_says_how_far_it_is() {
    let mut stage = Stage::new(world::monitoring().release);
    let text = stage.text(120, 34);
    assert!(text.contains("recommends: keep watching"), "{text}");
    assert!(text.contains("of 15 minutes judged"), "{text}");
}

#[test]
fn what_the_window_can_see_stands_beside_the_decision() {
    let mut stage = Stage::new(world::waiting(0).release);
    let text = stage.text(120, 34);
    assert!(text.contains("15 min can see:"), "{text}");
    assert!(text.contains("latency p99 +"), "{text}");
}

#[test]
fn charts_are_drawn_of_blocks_and_without_unicode_and_colours() {
    let mut stage = Stage::new(world::strange().release);
    stage.look = stage.look.with_blocks();
    stage.keys(&["z"]);
    let text = stage.text(120, 34);
    assert!(text.contains('▄') || text.contains('▀'), "{text}");
    let is_braille = |c: char| ('\u{2801}'..='\u{28ff}').contains(&c);
    assert!(!text.contains(is_braille), "{text}");
    let mut plain = Stage::with(world::strange().release, "dark", Depth::Mono, false);
    plain.keys(&["z"]);
    let frame = plain.frame(120, 34);
    let text = stage::text(&frame);
    assert!(text.is_ascii() && text.contains("anomaly"), "{text}");
}

#[test]
fn charts_of_blocks_do_not_run_into_each_other() {
    for (journal, keys) in [(world::strange(), &["z"][..]), (world::waiting(0), &[])] {
        let mut stage = Stage::new(journal.release);
        stage.look = stage.look.with_blocks();
        stage.keys(keys);
        let frame = stage.frame(200, 60);
        let sign = |x: u16, y: u16| frame[(x, y)].symbol();
        let small = |name: &str| {
            let line = |y: &u16| (0..200).map(|x| sign(x, *y)).collect::<String>();
            (5..58)
                .find(|y| line(y).contains(name))
                .unwrap_or_else(|| panic!("no {name}"))
        };
        for name in ["latency p50", "latency p95", "requests"] {
            let above = small(name) - 1;
            for x in 100..198 {
                // Nothing that reaches its cell's lower edge stands above the next chart's first row, and none is full.
                assert!(
                    !"▀▄█".contains(sign(x, above)) || sign(x, above) == " ",
                    "{name} at {x}"
                );
            }
        }
    }
}

#[test]
fn a_trigger_that_was_true_before_is_compared_in_numbers() {
    for (now, word) in [(1.1, "better"), (2.9, "same"), (4.9, "worse")] {
        for (width, height) in [(80, 24), (120, 34), (200, 60)] {
            let mut stage = Stage::new(world::disarmed(now).release);
            if width == 80 {
                stage.keys(&["6"]);
            }
            let text = stage.text(width, height);
            assert!(text.contains("already so"), "{text}");
            let numbers = format!("{word}, 3.02% to {:.2}%", now + 0.14);
            assert!(text.contains(&numbers), "{numbers} in {text}");
            assert!(!text.contains("✖ error"), "{text}");
        }
    }
}

#[test]
fn a_version_that_production_has_is_told_once() {
    for (width, height) in [(80, 24), (120, 34), (200, 60)] {
        let text = Stage::new(world::monitoring().release).text(width, height);
        let head = text.lines().next().unwrap();
        assert!(head.contains("in production"), "{head}");
        assert_eq!(head.matches("v2.14.0").count(), 1, "{head}");
        let before = Stage::new(world::waiting(0).release).text(width, height);
        let head = before.lines().next().unwrap();
        assert!(
            head.contains("v2.14.0") && head.contains("production v2.13.4"),
            "{head}"
        );
    }
}

#[test]
fn where_no_alarm_is_watched_it_is_said_what_would_be_and_where_to_name_it() {
    let mut release = world::monitoring().release;
    release.watch.alarms.clear();
    let waits = Stage::new(release.clone()).text(120, 34);
    assert!(waits.contains("not read yet"), "{waits}");
    release.policy.hypercare.alarms.clear();
    release
        .policy
        .hypercare
        .gates
        .retain(|rule| rule.alarms().is_empty());
    release
        .policy
        .hypercare
        .triggers
        .retain(|rule| rule.alarms().is_empty());
    for (width, height) in [(80, 24), (120, 34), (200, 60)] {
        let mut stage = Stage::new(release.clone());
        stage.keys(&["7"]);
        let text = stage.text(width, height);
        assert!(
            text.contains("none watched") && text.contains("CloudWatch's"),
            "{text}"
        );
        assert!(text.contains("hypercare"), "{text}");
    }
}

#[test]
fn a_run_that_nobody_can_follow_says_so_in_the_bar_with_the_way_out() {
    let mut journal = world::preparing();
    let fault = Fault::new(
        FaultKind::Unauthenticated,
        "GitHub: run 8123",
        "401: Bad credentials",
    );
    let seen = Observation::Silent {
        feed: Feed::Github,
        since: at(-120),
        fault,
        turned: false,
    };
    for event in observe(&journal.release, &seen, at(-1)) {
        journal.github(-1, event);
    }
    // What another question met meanwhile is the same silence; a reason that became another is news.
    let other = |turned| {
        let seen = Observation::Silent {
            feed: Feed::Github,
            since: at(-60),
            fault: Fault::new(FaultKind::Forbidden, "GitHub: lane", "403"),
            turned,
        };
        observe(&journal.release, &seen, at(-1)).len()
    };
    assert_eq!((other(false), other(true)), (0, 1));
    let mut stage = Stage::new(journal.release);
    for (width, height) in [(80, 24), (120, 34)] {
        let shown = stage.text(width, height);
        let words = shown.split_whitespace().collect::<Vec<_>>().join(" ");
        for wanted in ["silent for 2m", "401: Bad credentials", "gh auth login"] {
            assert!(words.contains(wanted), "{wanted} in {shown}");
        }
    }
}

#[test]
fn nothing_is_called_healthy_beside_the_word_to_roll_back() {
    for (width, height) in [(80, 24), (120, 34), (200, 60)] {
        let text = Stage::new(world::leaning().release).text(width, height);
        assert!(text.contains("recommends: roll back"), "{text}");
        assert!(text.contains("a gate fails"), "{text}");
        assert!(!text.contains("✔ healthy"), "{text}");
    }
    let calm = Stage::new(world::monitoring().release).text(120, 34);
    assert!(calm.contains("✔ healthy"), "{calm}");
}

/// Who reads "cannot tell" at night while errors are at 3% looks for a broken source.
#[test]
fn a_watch_that_ends_without_a_good_end_says_what_is_known_to_be_bad() {
    let undecided = |why: &str| JudgeEvent::WindowUndecided { why: why.into() };
    let still = "15 minutes are judged, and still true is: error_rate > 2% for 3m";
    ended(
        world::alerting(),
        undecided(still),
        ["TRIGGER FIRED", "a trigger fired"],
    );
    ended(
        world::silent(),
        undecided("only 0 of 15 minutes"),
        ["CANNOT TELL", "the watch cannot tell"],
    );
    let judged = JudgeEvent::WindowJudged {
        healthy: false,
        gates: vec![("cpu < 80%".to_owned(), State::Fail, "91% >= 80%".into())],
    };
    ended(
        world::monitoring(),
        judged,
        ["GATES OPEN", "not every gate passes"],
    );
}

/// All minutes are judged, and all is well.
pub(crate) fn complete() -> Journal {
    let mut journal = world::monitoring();
    let judged = JudgeEvent::WindowJudged {
        healthy: true,
        gates: Vec::new(),
    };
    journal.add(-2, Actor::Cockpit, judged);
    journal
}

/// The watch ends so: what the stepper and the card say.
fn ended(mut journal: Journal, end: JudgeEvent, [stepper, card]: [&str; 2]) {
    journal.add(-2, Actor::Cockpit, end);
    let mut stage = Stage::new(journal.release);
    let text = stage.text(120, 34);
    assert!(text.contains(&format!("MONITOR {stepper}")), "{text}");
    let says_unknown = text.to_lowercase().contains("cannot tell");
    assert_eq!(says_unknown, stepper == "CANNOT TELL", "{text}");
    stage.keys(&["v"]);
    let text = stage.text(120, 34);
    let words = text.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(words.contains(card), "{card} in {text}");
}

#[test]
fn once_a_rollback_ended_the_watch_the_table_judges_what_was_until_then() {
    let mut journal = world::alerting();
    let word = |journal: &Journal| {
        let mut stage = Stage::new(journal.release.clone());
        stage.keys(&["4", "z"]);
        let text = stage.text(120, 34);
        let mut rows = text.lines().filter(|line| line.contains("error rate  "));
        let line = rows.find(|line| !line.contains("usual"));
        line.unwrap_or_else(|| panic!("{text}")).to_owned()
    };
    let before = word(&journal);
    assert!(before.contains("over limit"), "{before}");
    world::ask_back(&mut journal, -60);
    // The old version serves again, and all is well.
    world::minute(&mut journal, 0, |_, sample| sample);
    let after = word(&journal);
    assert!(
        after.contains("2.8%") && after.contains("over limit"),
        "{after}"
    );
}

/// A hotfix is not rolled back for the fire that it fights, and who flies it sees whether the fire gets smaller.
#[test]
fn a_disarmed_trigger_says_how_it_is_beside_what_was() {
    const TRIGGER: &str = "error_rate > 2% for 3m";
    let said = |before: f64, now: Option<f64>| {
        let mut journal = world::monitoring();
        let errors = |value: Option<f64>| {
            move |name: &str, sample| match name {
                "error_rate" => value.map_or(Sample::Absent, Sample::Value),
                _ => sample,
            }
        };
        for seconds in (-1_320..-640).step_by(60) {
            world::minute(&mut journal, seconds, errors(Some(before)));
        }
        // Whatever the minutes before said, of the newest there is this.
        for seconds in (-500..-90).step_by(60) {
            let value = if seconds < -400 { Some(1.0) } else { now };
            world::minute(&mut journal, seconds, errors(value));
        }
        let armed = JudgeEvent::TriggersArmed {
            armed: Vec::new(),
            disarmed: vec![(TRIGGER.to_owned(), "3% > 2% for 3 minutes".into())],
        };
        journal.add(-80, Actor::Cockpit, armed);
        let text = Stage::new(journal.release).text(200, 60);
        let line = text.lines().skip_while(|line| !line.contains(TRIGGER));
        line.take(2).collect::<Vec<_>>().join(" ")
    };
    for (before, now, words) in [
        (3.0, Some(1.2), "was already so: better, 3% to 1.2%"),
        (3.0, Some(3.0), "was already so: same, 3% to 3%"),
        (3.0, Some(9.0), "was already so: worse, 3% to 9%"),
        (3.0, None, "was already so: error_rate: no data"),
    ] {
        let line = said(before, now);
        assert!(line.contains(words), "{words} in {line}");
    }
}

/// What must hold now, in place of what held before the approval.
#[test]
fn the_gates_of_the_watch_stand_beside_its_triggers_and_first_among_the_gates() {
    let text = Stage::new(world::monitoring().release).text(200, 60);
    assert!(text.contains("✔ Watch error_rate < 1%"), "{text}");
    let mut stage = Stage::new(world::leaning().release);
    stage.keys(&["3"]);
    let text = stage.text(80, 24);
    assert!(text.contains("✖ Watch error_rate < 1%"), "{text}");
    assert!(!text.contains("Now error_rate"), "{text}");
}

/// One moment is one column in every chart, or the small ones say their own times.
#[test]
fn small_charts_have_the_large_ones_columns_or_times_of_their_own() {
    let mut stage = Stage::new(world::strange().release);
    stage.keys(&["z"]);
    let text = stage.text(200, 60);
    let columns = |line: &str| -> Vec<usize> {
        let signs = line.chars().enumerate();
        signs.filter(|(_, c)| *c == '┊').map(|(at, _)| at).collect()
    };
    let large = text.lines().find(|line| line.contains("┊ deploy")).unwrap();
    let small = text
        .lines()
        .skip_while(|line| !line.contains("before     after"));
    let marked: Vec<Vec<usize>> = small.map(columns).filter(|all| !all.is_empty()).collect();
    assert!(!marked.is_empty(), "{text}");
    for found in marked {
        assert!(
            found.iter().all(|at| columns(large).contains(at)),
            "{found:?}\n{text}"
        );
    }
    let text = stage.text(120, 34);
    let head = text
        .lines()
        .find(|line| line.contains("before     after"))
        .unwrap();
    assert!(head.contains(':'), "{text}");
}

#[test]
fn limits_that_are_far_off_are_named_all_the_same() {
    let text = Stage::new(world::monitoring().release).text(120, 34);
    assert!(text.contains("trigger: above 2%, off this scale"), "{text}");
}

/// A count is filled in steps: what was read last may be half of it, and after the end nobody reads the rest.
#[test]
fn half_of_a_minutes_requests_are_no_news_however_long_ago_they_were_read() {
    let mut journal = world::monitoring();
    world::minute(&mut journal, -80, |name, sample| match (name, sample) {
        ("requests", Sample::Value(value)) => Sample::Value(value / 2.0),
        _ => sample,
    });
    let mut stage = Stage::new(journal.release);
    for seconds in [0, 240] {
        stage.model.now = at(seconds);
        let text = stage.text(120, 34);
        assert!(!text.contains("(−4") && !text.contains("(−5"), "{text}");
    }
}

#[test]
fn a_countdown_that_is_over_has_nothing_left_to_hold() {
    let mut journal = world::counting();
    let mut stage = Stage::new(journal.release.clone());
    stage.keys(&["H"]);
    assert!(stage.text(80, 24).contains("Once held"));
    world::ask_back(&mut journal, -1);
    stage.release = journal.release;
    stage.model.see(&stage.release, at(0));
    assert_eq!(stage.keys(&["Enter"]), []);
    for (width, height) in [(80, 24), (120, 34)] {
        let text = stage.text(width, height);
        assert!(text.contains("nothing is left to hold"), "{text}");
        assert!(!text.contains("Once held"), "{text}");
    }
}

#[test]
fn what_silences_a_metric_is_said_in_full_beside_its_small_chart() {
    let mut journal = world::monitoring();
    world::minute(&mut journal, -5, |_, sample| match sample {
        Sample::Value(_) => Sample::Broken,
        other => other,
    });
    let mut stage = Stage::new(journal.release);
    stage.keys(&["z"]);
    let text = stage.text(80, 24);
    assert!(text.contains("source broken "), "{text}");
    assert!(!text.contains("source b…"), "{text}");
}

#[test]
fn the_key_of_what_is_not_for_now_is_quiet_in_the_palette_too() {
    let mut stage = Stage::new(world::waiting(0).release);
    stage.keys(&[":"]);
    stage.types("rol");
    let key = stage.look.styles.key;
    let frame = stage.frame(120, 34);
    let is_bright = |y: u16| {
        (0..120).any(|x| frame[(x, y)].symbol() == "R" && Some(frame[(x, y)].fg) == key.fg)
    };
    assert!(!(2..34).any(is_bright), "{}", stage::text(&frame));
}
