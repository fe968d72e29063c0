//! Every scenario ends as it should, and says so; what must not happen on the way does not.

use cockpit::simulator::Scenario;
use jiff::{SignedDuration, Timestamp};
use rstest::rstest;

use crate::place::{Flown, Place, events, of_kind};

const SPEED: f64 = 330.0;
/// For those in which cockpit acts by itself.
const SLOWER: f64 = 150.0;
/// For the scenarios that take most of an hour.
const FASTER: f64 = 550.0;

/// Flies one scenario to its end; events are the journal's own lines, and nothing breaks a rule of the protocols.
fn flown(scenario: Scenario) -> (Place, Flown) {
    let speed = match scenario {
        Scenario::NoData
        | Scenario::LowTraffic
        | Scenario::Canary
        | Scenario::StageFails
        | Scenario::RollbackRaces => FASTER,
        // What may happen by itself does not where time is missing: a busy machine must keep up.
        Scenario::BlueGreen | Scenario::CanaryAdvance | Scenario::EvidenceChanged => SLOWER,
        _ => SPEED,
    };
    let place = Place::of(scenario, 11, speed);
    let flown = place.fly();
    place.assert_sound(&flown);
    assert_eq!(
        flown.lines,
        place.journal(),
        "printed is what is journalled"
    );
    assert_eq!(flown.last["service"], "storefront");
    (place, flown)
}

#[rstest]
#[case(Scenario::Healthy)]
#[case(Scenario::ApprovedElsewhere)]
#[case(Scenario::DispatchGate)]
#[case(Scenario::FirstRelease)]
#[case(Scenario::Canary)]
#[case(Scenario::CanaryAdvance)]
#[case(Scenario::Rolling)]
#[case(Scenario::MetricsBroken)]
fn a_good_release_is_completed(#[case] scenario: Scenario) {
    let (_, flown) = flown(scenario);
    assert_eq!(flown.last["phase"]["ended"], "complete");
    assert_eq!(flown.last["rollbacks"].as_array().unwrap().len(), 0);
    let events = flown.events();
    let judged = of_kind(&events, "judge.window_judged");
    assert_eq!(judged.len(), 1, "one window, judged once");
    assert_eq!(judged[0]["payload"]["window_judged"]["healthy"], true);
    assert_eq!(of_kind(&events, "rollout.production_deployed").len(), 1);
}

#[test]
fn a_stage_is_let_go_once_its_gates_pass_or_say_nothing_better_for_long() {
    let (_, flown) = flown(Scenario::Canary);
    let events = flown.events();
    let time = |text: &serde_json::Value| text.as_str().unwrap().parse::<Timestamp>().unwrap();
    let deployed: Vec<Timestamp> = of_kind(&events, "rollout.stage_changed")
        .into_iter()
        .map(|event| &event["payload"]["stage_changed"])
        .filter(|changed| changed["state"] == "deployed")
        .map(|changed| time(&changed["at"]))
        .collect();
    let asked = of_kind(&events, "approval.requested");
    assert!(asked.len() >= 3 && deployed.len() == 3, "{}", asked.len());
    for ask in asked {
        let shown = &ask["payload"]["requested"]["shown"];
        let stage = usize::try_from(shown["stage"].as_u64().unwrap()).unwrap();
        let gates = shown["gates"].as_object().unwrap();
        if stage > 0 && !gates.values().all(|state| state == "pass") {
            let waited = time(&ask["at"]).duration_since(deployed[stage - 1]);
            assert!(
                waited >= SignedDuration::from_mins(20),
                "{waited:?} {gates:?}"
            );
        }
    }
}

#[rstest]
#[case(Scenario::Regression, "error_rate > 2% for 3m", "3 minutes")]
#[case(Scenario::SlowBurn, "latency_p99 > 500ms for 3m", "ms > 500 ms")]
#[case(Scenario::RollbackRaces, "error_rate > 2% for 3m", "3 minutes")]
fn a_bad_release_is_rolled_back_with_the_reason_in_numbers(
    #[case] scenario: Scenario,
    #[case] trigger: &str,
    #[case] numbers: &str,
) {
    let (place, flown) = flown(scenario);
    assert_eq!(flown.last["phase"]["ended"], "rolled_back");
    let reason = flown.last["rollbacks"][0].as_str().unwrap();
    assert!(
        reason.starts_with(trigger) && reason.contains(numbers),
        "{reason}"
    );
    let events = flown.events();
    assert_eq!(of_kind(&events, "rollback.finished").len(), 1);
    assert_eq!(of_kind(&events, "rollback.confirmed").len(), 1);
    assert!(of_kind(&events, "judge.window_judged").is_empty());
    let cancels = place.acts("cancel").len();
    let holds_the_lane = scenario == Scenario::RollbackRaces;
    assert_eq!(cancels > 0, holds_the_lane, "{cancels} cancels");
}

#[test]
fn a_stage_that_fails_after_a_share_got_the_version_is_partial_and_taken_back() {
    let (_, flown) = flown(Scenario::StageFails);
    assert_eq!(flown.last["phase"]["ended"], "rolled_back");
    let events = flown.events();
    let issues = of_kind(&events, "rollout.issue_detected");
    let why = issues[0]["payload"]["issue_detected"]["why"].as_str();
    let wanted = "partial deploy: v2.14.0 serves 5%, v2.13.4 the rest; the deploy to 25% failed";
    assert!(why.unwrap().starts_with(wanted), "{why:?}");
    assert!(of_kind(&events, "rollout.production_deployed").is_empty());
    let reached = of_kind(&events, "record.outcome_reached");
    let mut outcomes = reached
        .iter()
        .map(|event| &event["payload"]["outcome_reached"]["outcome"]);
    assert!(outcomes.any(|outcome| outcome == "ISSUE_DETECTED"));
}

#[test]
fn a_blackout_is_waited_for_and_nothing_is_sent_within_it() {
    let (place, flown) = flown(Scenario::Freeze);
    assert_eq!(flown.last["phase"]["ended"], "complete");
    let events = flown.events();
    let timings = of_kind(&events, "gate.timing_changed");
    let name = &timings[0]["payload"]["timing_changed"]["blackout"]["name"];
    assert_eq!(name, "release freeze: board meeting");
    let ended = timings[1]["at"].as_str().unwrap();
    let asked = of_kind(&events, "approval.requested");
    assert_eq!(asked.len(), 1);
    assert!(ended <= asked[0]["at"].as_str().unwrap(), "{ended}");
    assert_eq!(place.acts("approve").len(), 1);
}

#[test]
fn evidence_that_changes_while_a_person_decides_locks_the_approval_and_is_looked_at_again() {
    let (place, flown) = flown(Scenario::EvidenceChanged);
    assert_eq!(flown.last["phase"]["ended"], "complete");
    let events = flown.events();
    let locked = of_kind(&events, "approval.locked");
    // With the prompt open, or between the decision and its sending: by the pace of this machine.
    assert!(
        flown.told.contains("locked: tests was 334 tests") || !locked.is_empty(),
        "{}",
        flown.told
    );
    let asked = of_kind(&events, "approval.requested");
    assert_eq!(asked.len(), 1 + locked.len());
    let shown = &asked[asked.len() - 1]["payload"]["requested"]["shown"];
    assert_eq!(
        shown["tests"][0], 340,
        "what was sent shows the late report"
    );
    assert_eq!(place.acts("approve").len(), 1);
}

#[test]
fn a_smoke_test_that_fails_is_an_issue_and_rolled_back_though_no_metric_says_so() {
    let (place, flown) = flown(Scenario::SmokeFails);
    assert_eq!(flown.last["phase"]["ended"], "rolled_back");
    let reason = flown.last["rollbacks"][0].as_str().unwrap();
    let words = "1 of 2 failed: checkout: status 503, not 201";
    assert!(reason.contains(words), "{reason}");
    let events = flown.events();
    let ran = of_kind(&events, "smoke.ran");
    let moments: Vec<_> = ran
        .iter()
        .map(|event| &event["payload"]["ran"]["moment"])
        .collect();
    assert_eq!(moments[0], "before");
    assert_eq!(moments[moments.len() - 1]["after"]["stage"], 0);
    assert!(of_kind(&events, "judge.trigger_fired").is_empty());
    assert_eq!(of_kind(&events, "rollout.issue_detected").len(), 1);
    let asked = place.world.requests();
    let checkouts = asked.iter().filter(|ask| ask.path == "/app/checkout");
    assert_eq!(checkouts.count(), ran.len(), "asked once for each result");
}

/// How each of these was agreed to; a person's word where cockpit had missed time.
fn consents(flown: &Flown, kind: &str) -> Vec<bool> {
    let events = flown.events();
    let asked = of_kind(&events, kind);
    asked
        .iter()
        .map(|event| {
            let consent = &event["payload"]["requested"]["consent"];
            consent["pre_authorised"]["approval"].is_u64()
        })
        .collect()
}

#[test]
fn what_was_agreed_to_switches_back_by_itself_while_both_fleets_stand() {
    let (_, flown) = flown(Scenario::BlueGreen);
    assert_eq!(flown.last["phase"]["ended"], "rolled_back");
    let events = flown.events();
    let kinds = |kind: &str| of_kind(&events, kind).len();
    let agreed = consents(&flown, "rollback.requested");
    assert_eq!(agreed.len(), 1);
    if agreed[0] {
        let started = of_kind(&events, "rollback.countdown_started");
        let trigger = &started[0]["payload"]["countdown_started"]["trigger"];
        assert_eq!(*trigger, "error_rate > 2% for 3m");
        let reason = flown.last["rollbacks"][0].as_str().unwrap();
        let words = "(agreed to by ana at the approval)";
        assert!(reason.ends_with(words), "{reason}");
    } else {
        // A machine that lost time leaves it to a person, and says why: `tests/shell` has the countdown in paused time,
        // the stories have data as late as it usually is.
        let why = kinds("rollback.countdown_stopped")
            + kinds("rollback.countdown_held")
            + kinds("record.clock_jumped");
        assert!(why > 0 || kinds("rollback.countdown_started") == 0);
    }
}

#[test]
fn later_stages_go_on_by_one_approval_when_every_gate_passes() {
    let (_, flown) = flown(Scenario::CanaryAdvance);
    let events = flown.events();
    // What changed between the look and the sending, or where time was missing, a person decides.
    let steady = of_kind(&events, "approval.locked").is_empty()
        && of_kind(&events, "record.clock_jumped").is_empty();
    let agreed = consents(&flown, "approval.requested");
    assert!(!agreed[0], "a person lets the first stage go");
    if steady {
        assert_eq!(agreed, [false, true, true]);
    }
    let asked = of_kind(&events, "approval.requested");
    for (asked, _) in asked.iter().zip(agreed).filter(|(_, agreed)| *agreed) {
        let gates = &asked["payload"]["requested"]["shown"]["gates"];
        let all = gates.as_object().unwrap();
        assert!(all.values().all(|state| state == "pass"), "{gates}");
    }
}

#[test]
fn a_rollback_that_fails_twice_is_said_to_have_failed() {
    let (_, flown) = flown(Scenario::RollbackFails);
    assert_eq!(flown.last["phase"], "rollback_failed");
    let events = flown.events();
    assert_eq!(of_kind(&events, "rollback.failed").len(), 2);
    assert!(of_kind(&events, "rollback.finished").is_empty());
}

#[test]
fn failed_staging_is_never_approved() {
    let (place, flown) = flown(Scenario::StagingFailed);
    assert_eq!(flown.last["phase"], "awaiting_approval");
    assert!(place.world.acts().is_empty(), "nothing changed the world");
    assert!(of_kind(&flown.events(), "approval.requested").is_empty());
}

#[test]
fn without_data_the_window_never_passes() {
    let (_, flown) = flown(Scenario::NoData);
    assert_eq!(flown.last["phase"], "undecided");
    let events = flown.events();
    assert!(of_kind(&events, "judge.window_judged").is_empty());
    let undecided = of_kind(&events, "judge.window_undecided");
    assert_eq!(undecided.len(), 1);
    let deployed = &of_kind(&events, "rollout.production_deployed")[0]["payload"];
    let at: Timestamp = deployed["production_deployed"]["at"]
        .as_str()
        .unwrap()
        .parse()
        .unwrap();
    let mut watched = 0;
    for event in of_kind(&events, "judge.minute_judged") {
        let judged = &event["payload"]["minute_judged"];
        let after = judged["minute"].as_i64().unwrap() - at.as_second() / 60;
        if after < 1 {
            continue;
        }
        watched += 1;
        for verdict in judged["verdicts"].as_array().unwrap() {
            // "for 3m" is refuted as long as one of the minutes that it looks at had data.
            let is_trigger = verdict[0].as_str().unwrap().ends_with("for 3m");
            if !is_trigger || after > 5 {
                assert_ne!(verdict[1], "pass", "{judged}");
            }
        }
    }
    assert!(watched >= 30, "{watched} minutes were looked at");
}

#[test]
fn a_bad_network_is_shown_and_does_not_stop_the_release() {
    let place = Place::of(Scenario::FlakyNetwork, 11, SPEED);
    let mut command = place.piloted();
    command.env("COCKPIT_LOG", "cockpit=info");
    let flown = Flown::of(&command.output().unwrap());
    place.assert_sound(&flown);
    let log = std::fs::read_to_string(place.state.path().join("cockpit.log")).unwrap();
    let failed = log
        .lines()
        .filter(|line| line.contains("a feed failed"))
        .count();
    assert!(failed >= 3, "{failed} failures in {log}");
    let statuses: Vec<u16> = place.world.requests().iter().map(|r| r.status).collect();
    assert!(statuses.contains(&0) && statuses.iter().any(|s| *s >= 429));
    // What fell silent came back, or is still named at the end.
    let events = events(&place.journal());
    let (silent, back) = (
        of_kind(&events, "record.feed_silent").len(),
        of_kind(&events, "record.feed_back").len(),
    );
    let still = flown.last["silent"].as_array().unwrap().len();
    assert_eq!(silent, back + still);
}

/// Everything that makes a person hesitate is named, and the release goes on all the same.
#[test]
fn a_risky_release_is_high_with_every_reason_named() {
    let (_, flown) = flown(Scenario::Risky);
    assert_eq!(flown.last["phase"]["ended"], "complete");
    let events = flown.events();
    let requested = of_kind(&events, "approval.requested");
    let shown = &requested[0]["payload"]["requested"];
    let told = shown.to_string();
    assert!(told.contains("\"high\""), "{told}");
    for factor in [
        "flaky tests",
        "coverage drop",
        "size of the diff",
        "hot paths",
        "migrations",
        "dependencies",
        "vulnerabilities",
        "changed rules",
        "contradictions",
    ] {
        assert!(told.contains(&format!("\"{factor}\"")), "{factor}: {told}");
    }
}

/// What stood out only while the caches were cold is marked as the deploy's own, and alarms nobody.
#[test]
fn a_restarts_blip_is_marked_and_the_release_completes() {
    let (_, flown) = flown(Scenario::RestartBlip);
    assert_eq!(flown.last["phase"]["ended"], "complete");
    let events = flown.events();
    let blips = of_kind(&events, "judge.blip_seen");
    let slow = blips
        .iter()
        .find(|event| event["payload"]["blip_seen"]["metric"] == "latency_p99");
    let why = &slow.unwrap()["payload"]["blip_seen"]["why"];
    assert!(why.as_str().unwrap().contains("own blip"), "{why}");
    assert!(of_kind(&events, "judge.anomaly_seen").is_empty());
    assert!(of_kind(&events, "judge.trigger_fired").is_empty());
}

/// Minutes without a request are said to be so, count for nothing, and in the end a person is asked.
#[test]
fn with_low_traffic_nobody_can_tell_and_a_person_decides() {
    let (_, flown) = flown(Scenario::LowTraffic);
    assert_eq!(flown.last["phase"], "undecided");
    let events = flown.events();
    assert!(of_kind(&events, "judge.window_judged").is_empty());
    assert!(of_kind(&events, "judge.anomaly_seen").is_empty());
    let undecided = of_kind(&events, "judge.window_undecided");
    let why = &undecided[0]["payload"]["window_undecided"]["why"];
    assert!(why.as_str().unwrap().contains("of 15 minutes"), "{why}");
    let quiet = of_kind(&events, "judge.minute_judged")
        .iter()
        .filter(|event| event["payload"]["minute_judged"]["values"]["error_rate"] == "no_traffic")
        .count();
    assert!(quiet >= 20, "{quiet} minutes without traffic");
}

/// An alarm of hours ago disarms its trigger and is told apart; the release is neither blamed nor rolled back.
#[test]
fn an_alarm_from_before_is_set_apart_and_rolls_nothing_back() {
    let (place, flown) = flown(Scenario::AlarmBefore);
    assert_eq!(flown.last["phase"]["ended"], "complete");
    let events = flown.events();
    let alarms = of_kind(&events, "judge.alarm_changed");
    let disk = alarms
        .iter()
        .find(|event| event["payload"]["alarm_changed"]["alarm"] == "disk-80%");
    assert_eq!(disk.unwrap()["payload"]["alarm_changed"]["before"], true);
    let armed = &of_kind(&events, "judge.triggers_armed")[0]["payload"]["triggers_armed"];
    let disarmed = armed["disarmed"][0][0].as_str().unwrap();
    assert!(disarmed.contains("disk-80%"), "{armed}");
    assert!(of_kind(&events, "judge.trigger_fired").is_empty());
    assert!(place.acts("dispatch").is_empty());
}

#[test]
fn production_that_is_not_enabled_is_refused_and_a_person_rejects() {
    let (place, flown) = flown(Scenario::PrerequisiteFails);
    let reason = flown.last["phase"]["ended"]["rejected"]["reason"].as_str();
    let reason = reason.unwrap();
    assert!(
        reason.starts_with("production enabled: false is not true"),
        "{reason}"
    );
    let events = flown.events();
    let rejected = of_kind(&events, "approval.rejection_requested");
    assert_eq!(rejected.len(), 1, "cockpit never rejects by itself");
    assert_eq!(rejected[0]["actor"], "@ana");
    assert!(of_kind(&events, "approval.requested").is_empty());
    assert!(of_kind(&events, "rollout.production_deployed").is_empty());
    assert_eq!(place.acts("reject").len(), 1);
}

#[test]
fn a_flag_that_lets_errors_in_is_switched_off_and_the_version_stays() {
    let (place, flown) = flown(Scenario::KillSwitch);
    let events = flown.events();
    for kind in [
        "flag.seen",
        "flag.kill_requested",
        "flag.answered",
        "flag.killed",
    ] {
        assert!(!of_kind(&events, kind).is_empty(), "{kind}");
    }
    let off = place.acts("flag-off");
    assert_eq!(off.len(), 1, "once: {off:?}");
    assert_eq!(off[0].actor, "new-checkout");
    assert!(of_kind(&events, "rollback.requested").is_empty());
    let told = String::from_utf8_lossy(&flown.lines).into_owned();
    assert!(
        !told.contains("simulated-flags-token"),
        "the token stands in no journal"
    );
}
