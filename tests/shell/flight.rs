//! The loop without a screen, its performer and its journal: what happens when the world, the disk or the clock does not
//! do as it should.

use jiff::SignedDuration;

use cockpit::{
    domain::{
        Fault, FaultKind, Feed, Intent, Phase, Refusal,
        approval::ApprovalProgress,
        observation::{Minute, Sample},
        release::Release,
        rollback::RollbackProgress,
    },
    flight::{Report, Turn},
};

use crate::{
    air::{Air, seconds},
    aloft::policy,
    world::{Answer, World},
};

fn deploys(release: &Release) -> bool {
    release.phase() == Phase::Deploying
}

#[tokio::test(start_paused = true)]
async fn an_approval_whose_answer_is_lost_is_looked_up_and_never_sent_twice() {
    let mut air = Air::waiting().await;
    air.world.state().answers.extend([Answer::DoneButLost]);
    air.approve().unwrap();
    air.until("production deploys", deploys).await;
    air.pass(seconds(600)).await;
    assert_eq!(air.world.sent("approve"), 1);
    assert_eq!(air.written("approval.requested"), 1);
}

#[tokio::test(start_paused = true)]
async fn a_rollback_whose_answer_is_lost_is_found_by_its_mark_and_never_sent_twice() {
    // GitHub's clock may be an hour off.
    for hours in [0, -1, 1] {
        let mut air = Air::deployed().await;
        air.world.state().ahead = SignedDuration::from_hours(hours);
        air.world.state().answers.extend([Answer::DoneButLost]);
        air.roll_back().unwrap();
        air.until("its run is found", |release| {
            let newest = release.rollback.newest();
            newest.is_some_and(|attempt| attempt.run.is_some())
        })
        .await;
        air.pass(seconds(600)).await;
        assert_eq!(air.world.sent("dispatch"), 1, "{hours} h");
    }
}

#[tokio::test(start_paused = true)]
async fn absent_twice_half_a_minute_apart_means_not_sent_and_the_same_confirmation_goes_out_again()
{
    let mut air = Air::waiting().await;
    air.world.state().answers.extend([Answer::Lost]);
    air.approve().unwrap();
    air.until("production deploys", deploys).await;
    let sent = air.world.state().sent.clone();
    assert_eq!(sent.len(), 2, "{sent:?}");
    assert_eq!(sent[0].1, sent[1].1, "word for word the same");
    let apart = sent[1].0.duration_since(sent[0].0).as_secs();
    assert!((30..60).contains(&apart), "{apart} s");
    assert_eq!(air.written("approval.requested"), 1, "one confirmation");
}

#[tokio::test(start_paused = true)]
async fn a_rollback_that_never_arrived_is_sent_again_under_the_same_mark() {
    let mut air = Air::deployed().await;
    air.world.state().answers.extend([Answer::Lost]);
    air.roll_back().unwrap();
    air.until("its run is found", |release| {
        let newest = release.rollback.newest();
        newest.is_some_and(|attempt| attempt.run.is_some())
    })
    .await;
    let sent = air.world.state().sent.clone();
    let dispatches: Vec<_> = sent
        .iter()
        .filter(|(_, act)| act.starts_with("dispatch"))
        .collect();
    assert_eq!(dispatches.len(), 2);
    assert_eq!(dispatches[0].1, dispatches[1].1);
    assert!(dispatches[1].0.duration_since(dispatches[0].0) >= seconds(30));
}

#[tokio::test(start_paused = true)]
async fn what_is_rate_limited_is_held_and_then_sent_once() {
    let mut air = Air::waiting().await;
    air.world.state().answers.extend([Answer::Limited(60)]);
    air.approve().unwrap();
    air.until("production deploys", deploys).await;
    let sent = air.world.state().sent.clone();
    assert_eq!(sent.len(), 2, "refused once, taken once");
    let apart = sent[1].0.duration_since(sent[0].0);
    assert!(apart >= seconds(60), "{apart}: not before the limit lifts");
    air.pass(seconds(600)).await;
    assert_eq!(air.world.state().sent.len(), 2);
}

#[tokio::test(start_paused = true)]
async fn an_approval_that_waits_for_a_limit_is_not_sent_behind_a_rollback() {
    let mut air = Air::deployed().await;
    air.held_again().await;
    let before = air.world.sent("approve");
    air.world.state().answers.extend([Answer::Limited(60)]);
    air.approve().unwrap();
    let world = air.world.clone();
    air.until("GitHub asked for quiet", |_| {
        world.sent("approve") == before + 1
    })
    .await;
    air.roll_back().unwrap();
    air.until("its approval is given back", |release| {
        let request = release.approval.request.as_ref();
        request.is_some_and(|request| match &request.progress {
            ApprovalProgress::Failed(why) => why.as_str().contains("a rollback was asked for"),
            _ => false,
        })
    })
    .await;
    air.pass(seconds(600)).await;
    assert_eq!(air.world.sent("approve"), before + 1, "refused once");
    assert_eq!(air.world.sent("dispatch"), 1, "the rollback went out");
}

#[tokio::test(start_paused = true)]
async fn a_rejection_that_waits_for_a_limit_goes_out_beside_a_rollback() {
    let mut air = Air::deployed().await;
    air.held_again().await;
    air.world.state().answers.extend([Answer::Limited(60)]);
    let reason = "the errors rise".into();
    air.submit(Intent::Reject { reason }).unwrap();
    let world = air.world.clone();
    air.until("GitHub asked for quiet", |_| world.sent("reject") == 1)
        .await;
    air.roll_back().unwrap();
    air.pass(seconds(600)).await;
    assert_eq!(air.world.sent("reject"), 2, "refused once, taken once");
    assert_eq!(air.world.sent("dispatch"), 1, "the rollback went out");
}

#[tokio::test(start_paused = true)]
async fn a_limit_that_outlasts_the_decision_gives_it_back_to_the_person() {
    let mut air = Air::waiting().await;
    air.world.state().answers.extend([Answer::Limited(3_600)]);
    air.approve().unwrap();
    air.until("the approval failed", |release| {
        let request = release.approval.request.as_ref();
        request.is_some_and(|request| matches!(request.progress, ApprovalProgress::Failed(_)))
    })
    .await;
    assert_eq!(air.flight_phase(), Phase::AwaitingApproval);
    air.pass(seconds(7_200)).await;
    assert_eq!(air.world.sent("approve"), 1, "nothing goes out by itself");
    air.approve().unwrap();
    air.until("production deploys", deploys).await;
    assert_eq!(air.world.sent("approve"), 2);
}

#[tokio::test(start_paused = true)]
async fn minutes_that_the_source_tells_of_ten_minutes_late_leave_no_gap() {
    let mut air = Air::deployed().await;
    air.pass(seconds(60)).await;
    let stuck = Minute::of(air.release().newest());
    air.world.state().metrics_until = Some(stuck);
    air.pass(seconds(600)).await;
    let missing = |air: &Air| -> usize {
        let series = air.release().watch.series.values();
        series
            .flat_map(|samples| samples.range(stuck..stuck.plus(6)))
            .filter(|(_, sample)| **sample == Sample::Absent)
            .count()
    };
    assert!(
        missing(&air) > 0,
        "they are gaps while nothing is told of them"
    );
    air.world.state().metrics_until = None;
    air.pass(seconds(180)).await;
    assert_eq!(missing(&air), 0);
}

/// The metrics that were asked for more than six hours back, and how far.
fn far_back(air: &Air) -> Vec<(Vec<String>, i64)> {
    let opened = Minute::of(air.release().opened);
    let state = air.world.state();
    let asked = state.asked_metrics.iter();
    asked
        .filter(|(_, from, _)| from.0 < opened.0 - 6 * 60)
        .map(|(names, from, _)| (names.clone(), opened.0 - from.0))
        .collect()
}

#[tokio::test(start_paused = true)]
async fn of_a_source_that_tells_every_fifth_minute_a_day_is_read_once() {
    let mut policy = policy();
    policy.hypercare.false_alarms = 0.01;
    let prepare = |world: &World| world.state().rarely_told = Some("latency_p99");
    let mut air = Air::by(policy.clone(), prepare).await;
    air.pass(seconds(1_800)).await;
    let asked = far_back(&air);
    let [(names, minutes)] = &asked[..] else {
        panic!("one question: {asked:?}");
    };
    assert_eq!(names, &["latency_p99"]);
    assert!((24 * 60 - 5..=24 * 60 + 5).contains(minutes), "{minutes}");
    let values = |name: &str| {
        let series = &air.release().watch.series[&name.into()];
        let known = series.iter().filter(|(_, sample)| sample.value().is_some());
        (known.count(), series.len())
    };
    let ((rare, all), (each, _)) = (values("latency_p99"), values("error_rate"));
    assert!(
        (280..=300).contains(&rare) && all > 1_430,
        "{rare} of {all}"
    );
    assert!((360..=400).contains(&each), "{each}");
    air.journal_is_whole();
    // Taken up again it is in the record.
    let mut air = air.killed_and_resumed();
    air.pass(seconds(600)).await;
    assert_eq!(far_back(&air).len(), 1);
    // What is told each minute, and rules that look for nothing, ask for no more.
    let mut air = Air::by(policy.clone(), |_| {}).await;
    air.pass(seconds(600)).await;
    assert_eq!(far_back(&air), []);
    policy.hypercare.false_alarms = 0.0;
    let mut air = Air::by(policy, prepare).await;
    air.pass(seconds(600)).await;
    assert_eq!(far_back(&air), []);
}

#[tokio::test(start_paused = true)]
async fn killed_between_sending_and_knowing_it_resumes_without_a_second_approval() {
    let mut air = Air::waiting().await;
    air.world.state().answers.extend([Answer::DoneButLost]);
    air.approve().unwrap();
    while air.world.sent("approve") == 0 {
        air.turn().await;
    }
    let mut air = air.killed_and_resumed();
    air.until("production deploys", deploys).await;
    air.pass(seconds(600)).await;
    assert_eq!(air.world.sent("approve"), 1);
}

#[tokio::test(start_paused = true)]
async fn a_full_disk_refuses_decisions_sends_nothing_and_takes_them_again_when_there_is_space() {
    let mut air = Air::waiting().await;
    air.disk.fill(true);
    air.world.run_again();
    air.until_turn("the trouble is told", |turn| {
        matches!(turn, Turn::Trouble(_))
    })
    .await;
    air.approve().unwrap();
    let refused = loop {
        if let Turn::Refused(refusal) = air.turn().await {
            break refusal;
        }
    };
    assert!(matches!(&refused, Refusal::NoRecord(why) if why.as_str().contains("no space left")));
    air.pass(seconds(300)).await;
    assert_eq!(air.world.state().sent.len(), 0, "nothing went out");
    assert_eq!(
        air.release().attempt(),
        1,
        "nothing is folded that is not written"
    );
    air.disk.fill(false);
    air.until("what was seen meanwhile is taken in", |release| {
        release.attempt() == 2 && release.phase() == Phase::AwaitingApproval
    })
    .await;
    air.until_ready().await;
    air.approve().unwrap();
    air.until("production deploys", deploys).await;
    assert_eq!(air.world.sent("approve"), 1);
    air.journal_is_whole();
}

#[tokio::test(start_paused = true)]
async fn signed_out_or_hidden_in_mid_flight_the_feed_says_so_and_the_decision_stays_until_it_is_back()
 {
    for (kind, patience) in [
        (FaultKind::Unauthenticated, 300),
        (FaultKind::NotFound, 300),
    ] {
        let mut air = Air::waiting().await;
        air.world.state().fault = Some(Fault::new(kind.clone(), "GitHub", "no"));
        air.until_turn("the feed fails", |turn| {
            matches!(turn, Turn::Report(Report::Failed { feed: Feed::Github, fault }) if fault.kind == kind)
        })
        .await;
        air.until("its silence is on record", |release| {
            release.record.silent.contains_key(&Feed::Github)
        })
        .await;
        air.pass(seconds(patience)).await;
        assert_eq!(air.flight_phase(), Phase::AwaitingApproval);
        air.world.state().fault = None;
        air.until("it is back", |release| release.record.silent.is_empty())
            .await;
        air.until_ready().await;
        air.approve().unwrap();
        air.until("production deploys", deploys).await;
        assert_eq!(air.world.sent("approve"), 1);
    }
}

#[tokio::test(start_paused = true)]
async fn a_silence_with_another_reason_says_the_new_one() {
    let mut air = Air::waiting().await;
    air.world.state().fault = Some(Fault::new(FaultKind::NotFound, "GitHub", "hidden"));
    air.until("its silence is on record", |release| {
        release.record.silent.contains_key(&Feed::Github)
    })
    .await;
    let (since, _) = air.release().record.silent[&Feed::Github].clone();
    air.world.state().fault = Some(signed_out());
    air.until("it says why now", |release| {
        let silent = release.record.silent.get(&Feed::Github);
        silent.is_some_and(|(_, why)| why.as_str().contains("bad credentials"))
    })
    .await;
    // Those that pass by themselves are one silence: a flaky network fills no record.
    for (kind, detail) in [
        (FaultKind::Server, "503"),
        (FaultKind::Offline, "reset"),
        (FaultKind::TimedOut, "slow"),
    ] {
        air.world.state().fault = Some(Fault::new(kind, "GitHub", detail));
        air.pass(seconds(300)).await;
        let (_, why) = &air.release().record.silent[&Feed::Github];
        assert!(why.as_str().contains("503"), "{why}");
    }
    assert_eq!(air.release().record.silent[&Feed::Github].0, since);
    air.world.state().fault = None;
    air.until("it is back", |release| release.record.silent.is_empty())
        .await;
}

fn signed_out() -> Fault {
    let kind = FaultKind::Unauthenticated;
    Fault::new(kind, "GitHub", "bad credentials")
}

#[tokio::test(start_paused = true)]
async fn signed_out_for_a_moment_while_an_approval_is_on_its_way_it_goes_out_afterwards() {
    let mut air = Air::waiting().await;
    air.world.state().fault = Some(signed_out());
    air.approve().unwrap();
    air.pass(seconds(30)).await;
    assert_eq!(
        air.world.sent("approve"),
        0,
        "nothing goes out without the look before it"
    );
    assert_eq!(air.flight_phase(), Phase::ApprovalRequested);
    air.world.state().fault = None;
    air.until("production deploys", deploys).await;
    assert_eq!(air.world.sent("approve"), 1);
}

#[tokio::test(start_paused = true)]
async fn signed_out_for_long_while_an_approval_is_on_its_way_it_locks_and_is_given_again() {
    let mut air = Air::waiting().await;
    air.world.state().fault = Some(signed_out());
    air.approve().unwrap();
    air.pass(seconds(300)).await;
    air.world.state().fault = None;
    air.until("all are back", |release| {
        release.record.silent.is_empty() && release.phase() == Phase::AwaitingApproval
    })
    .await;
    air.until_ready().await;
    let request = air.release().approval.request.clone().unwrap();
    assert!(matches!(request.progress, ApprovalProgress::Locked(_)));
    assert_eq!(air.world.sent("approve"), 0);
    air.approve().unwrap();
    air.until("production deploys", deploys).await;
    assert_eq!(air.world.sent("approve"), 1);
}

#[tokio::test(start_paused = true)]
async fn another_attempt_while_the_prompt_is_open_makes_its_confirmation_void() {
    let mut air = Air::waiting().await;
    let shown = air.release().shown().unwrap();
    air.world.run_again();
    air.until("the attempt is seen", |release| release.attempt() == 2)
        .await;
    air.until_ready().await;
    let refused = air.approve_as(shown).unwrap_err();
    assert!(matches!(refused, Refusal::Changed(_)), "{refused}");
    air.pass(seconds(120)).await;
    assert_eq!(air.world.state().sent.len(), 0);
}

#[tokio::test(start_paused = true)]
async fn a_clock_set_forward_meets_its_deadlines_once_and_set_back_meets_none_again() {
    let mut air = Air::waiting().await;
    let due = air.release().approval.waiting.as_ref().unwrap().escalate_at;
    air.clock.jump(seconds(5 * 3_600));
    air.until("it is escalated", |release| {
        let waiting = release.approval.waiting.as_ref();
        waiting.is_some_and(|waiting| waiting.escalated.is_some())
    })
    .await;
    air.clock.jump(seconds(-6 * 3_600));
    air.pass(seconds(1_800)).await;
    let waiting = air.release().approval.waiting.clone().unwrap();
    assert_eq!(waiting.escalate_at, due, "deadlines are absolute");
    assert_eq!(air.written("approval.escalated"), 1);
    // Feeds go on: they do not wait until the clock has caught up.
    air.approve().unwrap();
    air.until("production deploys", deploys).await;
    air.journal_is_whole();
    air.times_never_go_back();
}

#[tokio::test(start_paused = true)]
async fn a_clock_set_back_before_a_deadline_does_not_bring_it_nearer() {
    let mut air = Air::waiting().await;
    let due = air.release().approval.waiting.as_ref().unwrap().escalate_at;
    air.clock.jump(seconds(-1_800));
    air.pass(seconds(4 * 3_600)).await;
    assert!(
        air.release()
            .approval
            .waiting
            .as_ref()
            .unwrap()
            .escalated
            .is_none()
    );
    air.pass(seconds(1_900)).await;
    let escalated = air.release().approval.waiting.as_ref().unwrap().escalated;
    assert!(escalated.is_some_and(|at| at >= due), "{escalated:?}");
}

#[tokio::test(start_paused = true)]
async fn a_rollback_that_is_asleep_over_its_time_limit_is_told_to_have_no_end_and_is_not_sent_again()
 {
    let mut air = Air::deployed().await;
    air.roll_back().unwrap();
    air.until("its run is found", |release| {
        let newest = release.rollback.newest();
        newest.is_some_and(|attempt| attempt.run.is_some())
    })
    .await;
    air.clock.jump(seconds(3 * 3_600));
    air.until("it failed", |release| {
        let newest = release.rollback.newest();
        newest.is_some_and(|attempt| matches!(attempt.progress, RollbackProgress::Failed { .. }))
    })
    .await;
    air.pass(seconds(600)).await;
    assert_eq!(air.world.sent("dispatch"), 1);
}

#[tokio::test(start_paused = true)]
async fn a_slow_sync_holds_up_nothing_and_landing_says_what_is_not_saved() {
    let mut air = Air::waiting().await;
    air.disk.hold(true);
    let note = Intent::Note {
        text: "look here".into(),
    };
    air.submit(note).unwrap();
    // Waits on the disk, so it is never answered: time does not pass either, and nothing else waits for it.
    let (landed, ()) = tokio::join!(air.land(), async {
        tokio::task::yield_now().await;
        tokio::time::advance(std::time::Duration::from_secs(5)).await;
    });
    let unsaved = landed.unwrap_err().to_string();
    air.disk.hold(false);
    assert!(unsaved.contains("the last decision"), "{unsaved}");
    assert!(unsaved.contains("did not answer"), "{unsaved}");
}
