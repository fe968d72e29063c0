//! What a person sees and does at the screen: frames are counted, never seconds of a machine.

use std::{
    sync::{Arc, atomic::Ordering},
    time::Duration,
};

use cockpit::{
    domain::{
        Fault, FaultKind,
        observation::Observation,
        rollout::{ProductionAnswer, ProductionSource},
    },
    flight::Report,
    shell::{Asked, BootStep},
};
use crossterm::event::{Event, KeyCode, KeyEvent, KeyModifiers};
use jiff::SignedDuration;

use crate::{
    seat::{Seat, key, seated},
    world,
};

/// Most frames that feeds cause in a second.
const CAP: usize = 31;

/// What production answers, another version each time: an event each.
fn news(count: u32) -> Report {
    Report::Seen(Box::new(Observation::Production(ProductionAnswer {
        source: ProductionSource::Deployment,
        version: Some(format!("v1.0.{count}").as_str().into()),
        sha: None,
    })))
}

/// Something happens just now: it is in the journal, and not yet safe on the disk.
async fn something_happens(seat: &Seat) {
    assert!(seat.disk.is_safe());
    seat.reports.send(news(1)).await.unwrap();
    // No time passes meanwhile, so nothing is synced by itself.
    for _ in 0..1_000 {
        if !seat.disk.is_safe() {
            return;
        }
        tokio::task::yield_now().await;
    }
    panic!("never written");
}

/// Feeds tell a thousand things a second, for so long.
fn flood(seat: &Seat, seconds: u32) -> impl Future<Output = ()> + 'static {
    let (reports, clock) = (seat.reports.clone(), Arc::clone(&seat.clock));
    let mut at = clock.now();
    async move {
        for beat in 0..seconds * 100 {
            for n in 0..10 {
                reports.send(news(beat * 10 + n)).await.unwrap();
            }
            at = cockpit::domain::later(at, SignedDuration::from_millis(10));
            clock.sleep_until(at).await;
        }
    }
}

#[tokio::test(start_paused = true)]
async fn what_is_told_is_safe_within_a_second_and_the_disk_is_asked_no_oftener() {
    seated(async |seat| {
        seat.wait_for_decision().await;
        seat.disk.forget_syncs();
        something_happens(seat).await;
        seat.clock.rest(SignedDuration::from_millis(1_010)).await;
        assert!(seat.disk.is_safe());
        assert_eq!(seat.disk.syncs(), 1);
        seat.disk.forget_syncs();
        flood(seat, 3).await;
        let syncs = seat.disk.syncs();
        assert!(
            (2..=3).contains(&syncs),
            "{syncs} in three seconds of facts"
        );
        seat.press("q").await;
    })
    .await;
}

#[tokio::test(start_paused = true)]
async fn a_key_is_drawn_at_once() {
    seated(async |seat| {
        seat.wait_for_decision().await;
        let (at, frames) = (seat.clock.now(), seat.panel.frames());
        seat.press("a").await;
        seat.shows("Approve for production").await;
        assert_eq!(seat.clock.now(), at, "no time passed");
        assert_eq!(seat.panel.frames(), frames + 1, "in one frame");
        seat.press("\u{1b}q").await;
    })
    .await;
}

#[tokio::test(start_paused = true)]
async fn feeds_draw_at_most_thirty_times_a_second_however_much_they_tell() {
    seated(async |seat| {
        seat.wait_for_decision().await;
        let written = seat.disk.text().lines().count();
        let drawn = seat.panel.seen().drawn;
        flood(seat, 2).await;
        seat.rest(100).await;
        let drawn = seat.panel.seen().drawn - drawn;
        let written = seat.disk.text().lines().count() - written;
        assert!(written >= 2_000, "all of it is taken in: {written}");
        // The clock's own frames among them.
        assert!((40..=2 * CAP + 4).contains(&drawn), "{drawn} frames");
        seat.press("q").await;
    })
    .await;
}

#[tokio::test(start_paused = true)]
async fn nothing_is_written_where_nothing_that_is_printed_changed() {
    seated(async |seat| {
        seat.wait_for_decision().await;
        let drawn = seat.panel.seen().drawn;
        let frames = seat.panel.frames();
        for _ in 0..20 {
            let login = cockpit::domain::Login::parse("ana").unwrap();
            seat.reports.send(Report::Viewer(login)).await.unwrap();
            seat.rest(40).await;
        }
        assert!(seat.panel.seen().drawn >= drawn + 20, "it was looked at");
        assert!(
            seat.panel.frames() <= frames + 1,
            "the clock's second at most"
        );
        seat.press("q").await;
    })
    .await;
}

#[tokio::test(start_paused = true)]
async fn a_release_is_approved_by_keys_and_followed_to_production() {
    let (_, seat) = seated(async |seat| {
        seat.wait_for_decision().await;
        seat.press("a").await;
        seat.shows("Approve for production").await;
        seat.press("v2.14.").await;
        seat.press("\n").await;
        seat.rest(60_000).await;
        assert_eq!(seat.world.sent("approve"), 0, "half a version is none");
        seat.press("0\n").await;
        seat.shows("Approval requested").await;
        assert!(!seat.panel.text().contains("Production approved"));
        seat.shows("Deploying").await;
        assert_eq!(seat.world.sent("approve"), 1);
        seat.world.deployed();
        seat.shows("minutes judged").await;
        seat.press("q").await;
    })
    .await;
    assert_eq!(seat.world.sent("approve"), 1);
    let told = String::from_utf8(seat.panel.seen().told.clone()).unwrap();
    assert!(
        told.contains("]2;storefront v2.14.0"),
        "the title: {told:?}"
    );
}

#[tokio::test(start_paused = true)]
async fn keys_are_drawn_while_a_decision_is_on_its_way_to_a_slow_disk() {
    seated(async |seat| {
        seat.wait_for_decision().await;
        seat.disk.hold(true);
        seat.press("av2.14.0\n").await;
        seat.shows("handed over").await;
        assert_eq!(seat.world.sent("approve"), 0);
        seat.press("\u{1b}").await;
        seat.until("the prompt is closed", |screen| {
            !screen.contains("Approve for production")
        })
        .await;
        seat.press("?").await;
        seat.shows(" Keys ").await;
        seat.press("?").await;
        assert_eq!(
            seat.world.sent("approve"),
            0,
            "nothing goes out before it is on the disk"
        );
        seat.disk.hold(false);
        seat.shows("Approval requested").await;
        seat.press("q").await;
    })
    .await;
}

#[tokio::test(start_paused = true)]
async fn a_paste_never_confirms_marked_or_not() {
    let (_, seat) = seated(async |seat| {
        seat.wait_for_decision().await;
        // As a row of keys it would open the prompt, fill it and confirm.
        let unmarked: Vec<Event> = "av2.14.0\n".chars().map(key).collect();
        seat.send(unmarked.clone()).await;
        seat.shows("Pasted text was not taken").await;
        seat.press("a").await;
        seat.shows("Approve for production").await;
        seat.send(vec![Event::Paste("v2.14.0\n".into())]).await;
        seat.shows("pasted text does not confirm").await;
        seat.send(unmarked[1..].to_vec()).await;
        seat.rest(120_000).await;
        assert!(seat.panel.text().contains("Approve for production"));
        seat.press("\u{1b}q").await;
    })
    .await;
    assert_eq!(seat.world.state().sent.len(), 0);
    assert!(!seat.disk.text().contains("approval.requested"));
}

#[tokio::test(start_paused = true)]
async fn a_resize_keeps_what_was_typed() {
    seated(async |seat| {
        seat.wait_for_decision().await;
        seat.press("axyz").await;
        seat.shows("xyz").await;
        for (width, height) in [(80, 24), (20, 5), (200, 60), (80, 24)] {
            seat.panel.resize(width, height);
            seat.send(vec![Event::Resize(width, height)]).await;
            let width = usize::from(width);
            seat.until("the new size", |screen| {
                screen
                    .lines()
                    .next()
                    .is_some_and(|line| line.chars().count() == width)
            })
            .await;
        }
        seat.shows("xyz").await;
        seat.press("\u{1b}q").await;
    })
    .await;
}

#[tokio::test(start_paused = true)]
async fn another_attempt_locks_the_open_prompt_and_says_so() {
    let (_, seat) = seated(async |seat| {
        seat.wait_for_decision().await;
        seat.press("av2.14.").await;
        seat.world.run_again();
        seat.shows("attempt changed").await;
        seat.press("0\n").await;
        seat.rest(120_000).await;
        seat.press("\u{1b}q").await;
    })
    .await;
    assert_eq!(seat.world.state().sent.len(), 0);
}

#[tokio::test(start_paused = true)]
async fn a_pane_says_that_its_source_is_signed_out_and_that_it_is_back() {
    seated(async |seat| {
        seat.wait_for_decision().await;
        let kind = FaultKind::Unauthenticated;
        seat.world.state().fault = Some(Fault::new(kind, "GitHub", "bad credentials"));
        seat.shows("signed out").await;
        seat.world.state().fault = None;
        seat.until("it is back", |screen| !screen.contains("signed out"))
            .await;
        seat.shows("Waits for your decision").await;
        seat.press("q").await;
    })
    .await;
}

#[tokio::test(start_paused = true)]
async fn a_full_disk_is_told_where_the_person_looks_and_keeps_the_prompt() {
    let (_, seat) = seated(async |seat| {
        seat.wait_for_decision().await;
        seat.disk.fill(true);
        seat.press("av2.14.0\n").await;
        seat.shows("no space left").await;
        assert!(seat.panel.text().contains("Approve for production"));
        seat.disk.fill(false);
        seat.press("\n").await;
        seat.shows("Deploying").await;
        seat.press("q").await;
    })
    .await;
    assert_eq!(seat.world.sent("approve"), 1);
}

#[tokio::test(start_paused = true)]
async fn keys_are_handled_in_order_and_within_a_frame_under_a_flood_of_events_and_cases() {
    seated(async |seat| {
        seat.wait_for_decision().await;
        let report = Arc::new(world::report(50_000));
        seat.reports.send(Report::Cases(report)).await.unwrap();
        seat.rest(100).await;
        let flooding = tokio::spawn(flood(seat, 2));
        seat.press("/").await;
        let mut typed = String::new();
        for c in "checkout 4999".chars() {
            // In the middle of what feeds tell.
            seat.rest(7).await;
            typed.push(c);
            let (at, frames) = (seat.clock.now(), seat.panel.frames());
            seat.press(&c.to_string()).await;
            while seat.panel.frames() == frames {
                seat.panel.changed().await;
            }
            assert_eq!(seat.clock.now(), at, "no time passed");
            assert_eq!(seat.panel.frames(), frames + 1);
            assert!(seat.panel.text().contains(&typed), "{typed}: in one frame");
        }
        seat.shows("case 49990").await;
        flooding.await.unwrap();
        seat.press("\nq").await;
    })
    .await;
}

#[tokio::test(start_paused = true)]
async fn the_preparation_says_how_long_it_takes_and_an_answer_is_read_in_real_time() {
    seated(async |seat| {
        let doing = BootStep::Doing("reading the rules".into());
        assert!(seat.steps.send(doing).await.is_ok());
        seat.shows("reading the rules").await;
        assert!(
            !seat.panel.text().contains(" s "),
            "what is quick needs no clock"
        );
        seat.shows("reading the rules  5 s").await;
        // Where nothing flies yet the terminal is a person's all the same.
        let stop = KeyEvent::new(KeyCode::Char('z'), KeyModifiers::CONTROL);
        seat.send(vec![Event::Key(stop)]).await;
        seat.rest(100).await;
        assert_eq!(seat.pauses.load(Ordering::SeqCst), 1);
        seat.wait_for_decision().await;
        seat.send(vec![Event::Paste("a".into())]).await;
        seat.shows("Pasted text was not taken").await;
        seat.rest(4_500).await;
        assert!(seat.panel.text().contains("Pasted text was not taken"));
        seat.rest(2_500).await;
        assert!(!seat.panel.text().contains("Pasted text was not taken"));
        seat.press("q").await;
    })
    .await;
}

#[tokio::test(start_paused = true)]
async fn leaving_lands_whatever_the_way() {
    let (landed, seat) = seated(async |seat| {
        seat.wait_for_decision().await;
        seat.press("q").await;
    })
    .await;
    let words = landed.words.unwrap();
    assert!(words.contains("takes it up again"), "{words}");
    assert_eq!(landed.exit, 0);
    assert!(seat.disk.is_safe());
    assert!(seat.disk.syncs() > 0);

    let ways: [(&str, u8, bool); 3] = [("asked", 0, true), ("gone", 0, false), ("fallen", 1, true)];
    for (way, exit, speaks) in ways {
        let (landed, seat) = seated(async |seat| {
            seat.wait_for_decision().await;
            something_happens(seat).await;
            seat.disk.forget_syncs();
            match way {
                "asked" => seat.asks.send(Asked::End).await.unwrap(),
                "fallen" => seat.asks.send(Asked::Fallen).await.unwrap(),
                _ => seat.hang_up(),
            }
        })
        .await;
        assert_eq!(
            (landed.exit, landed.words.is_some()),
            (exit, speaks),
            "{way}"
        );
        assert!(seat.disk.is_safe(), "{way}: everything is on the disk");
        assert_eq!(seat.disk.syncs(), 1, "{way}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_terminal_that_fails_is_left_with_the_journal_on_the_disk() {
    let (landed, seat) = seated(async |seat| {
        seat.wait_for_decision().await;
        something_happens(seat).await;
        seat.disk.forget_syncs();
        seat.panel.seen().fails = true;
        seat.press("?").await;
    })
    .await;
    assert_eq!(landed.exit, 1);
    let words = landed.words.unwrap();
    assert!(words.contains("the glass is broken"), "{words}");
    assert!(words.contains("takes it up again"), "{words}");
    assert!(seat.disk.is_safe());
    assert_eq!(seat.disk.syncs(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_journal_that_is_safe_already_is_left_without_waiting_for_the_disk() {
    let (landed, seat) = seated(async |seat| {
        seat.wait_for_decision().await;
        assert!(seat.disk.is_safe());
        seat.disk.forget_syncs();
        seat.press("q").await;
    })
    .await;
    assert_eq!(landed.exit, 0);
    assert!(seat.disk.is_safe());
    assert_eq!(seat.disk.syncs(), 0);
}

#[tokio::test(start_paused = true)]
async fn a_disk_that_does_not_answer_does_not_keep_the_terminal_and_the_last_words_say_so() {
    let (landed, seat) = seated(async |seat| {
        seat.wait_for_decision().await;
        seat.disk.hold(true);
        seat.press("av2.14.0\n").await;
        seat.shows("handed over").await;
        seat.asks.send(Asked::End).await.unwrap();
        tokio::task::yield_now().await;
        // Where the disk holds a thread, paused time does not pass by itself.
        for _ in 0..5 {
            tokio::time::advance(Duration::from_secs(1)).await;
        }
    })
    .await;
    seat.disk.hold(false);
    let words = landed.words.unwrap();
    assert!(words.contains("not saved: the last decision"), "{words}");
    assert_eq!(landed.exit, 1);
    assert_eq!(seat.world.sent("approve"), 0);
}
