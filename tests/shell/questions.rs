//! Prerequisites and checklist items asked of a fake world: how often, what a fault makes of them, and what never runs untrusted.

use cockpit::domain::{
    Fault, FaultKind, Intent, Reached,
    checklist::{Binding, Checklist, Item, Section, When},
    judge::State,
    observation::{CheckSnapshot, Conclusion, RunStatus},
    policy::{Effect, GateRule, Policy, Program},
    question::{Ask, PrerequisiteRule, Wanted},
    release::Release,
};
use jiff::SignedDuration;
use serde_json::json;

use crate::{
    air::{Air, seconds},
    aloft::policy,
    world::World,
};

fn rules(asks: Vec<(&str, Ask)>) -> Policy {
    let mut policy = policy();
    let all = asks.into_iter().map(|(name, ask)| PrerequisiteRule {
        name: name.to_owned(),
        ask,
    });
    policy.prerequisites = all.collect();
    // The flight is waited for until nothing blocks.
    let warns = GateRule::all(Effect::Warn);
    policy.gates.insert("prerequisites".to_owned(), warns);
    policy
}

fn file() -> Ask {
    Ask::File {
        path: "deploy/production.json".to_owned(),
        pointer: "/enabled".to_owned(),
        wants: Wanted::OneOf(vec![json!(true)]),
    }
}

fn program() -> Ask {
    called("explain", 5)
}

fn called(name: &str, timeout: i64) -> Ask {
    Ask::Command {
        program: Program {
            arguments: vec![name.to_owned()],
            timeout: SignedDuration::from_secs(timeout),
        },
        within: None,
    }
}

fn check(status: RunStatus, conclusion: Option<Conclusion>) -> CheckSnapshot {
    CheckSnapshot {
        name: "policy".into(),
        status,
        conclusion,
    }
}

fn state(release: &Release, name: &str) -> Option<State> {
    release.prerequisites.get(name).map(|answer| answer.state)
}

fn enabled(world: &World, is_enabled: bool) {
    let text = json!({ "enabled": is_enabled }).to_string();
    let mut state = world.state();
    state
        .files
        .insert("deploy/production.json".to_owned(), text.into_bytes());
}

#[tokio::test(start_paused = true)]
async fn a_check_that_still_runs_is_asked_again_until_it_has_ended() {
    let asks = vec![
        ("enabled", file()),
        ("policy", Ask::CheckRun("policy".into())),
    ];
    let mut air = Air::by(rules(asks), |world| {
        enabled(world, true);
        world.state().checks = vec![check(RunStatus::InProgress, None)];
    })
    .await;
    air.until("both are asked", |release| release.prerequisites.len() == 2)
        .await;
    assert_eq!(state(air.release(), "enabled"), Some(State::Pass));
    assert_eq!(state(air.release(), "policy"), Some(State::NoData));
    let events = air.release().seq();
    air.pass(seconds(300)).await;
    let told = air.disk.text();
    assert_eq!(
        told.matches("prerequisite_checked").count(),
        2 * 2,
        "kind and payload, once each"
    );
    assert!(air.release().seq() >= events);
    air.world.state().checks = vec![check(RunStatus::Completed, Some(Conclusion::Success))];
    air.pass(seconds(60)).await;
    assert_eq!(state(air.release(), "policy"), Some(State::Pass));
}

#[tokio::test(start_paused = true)]
async fn a_fault_that_passes_leaves_the_answer_and_another_is_the_answer() {
    let asks = vec![("policy", Ask::CheckRun("policy".into()))];
    let mut air = Air::by(rules(asks), |world| {
        world.state().checks = vec![check(RunStatus::Completed, Some(Conclusion::Success))];
    })
    .await;
    air.until("it is asked", |release| {
        state(release, "policy") == Some(State::Pass)
    })
    .await;
    let fault = |kind| Some(Fault::new(kind, "GitHub: check runs", "said no"));
    air.world.state().fault = fault(FaultKind::Offline);
    air.pass(seconds(300)).await;
    assert_eq!(
        state(air.release(), "policy"),
        Some(State::Pass),
        "the last answer stands"
    );
    air.world.state().fault = fault(FaultKind::Forbidden);
    air.pass(seconds(300)).await;
    assert_eq!(state(air.release(), "policy"), Some(State::Broken));
    air.world.state().fault = None;
    air.pass(seconds(300)).await;
    assert_eq!(state(air.release(), "policy"), Some(State::Pass));
}

#[tokio::test(start_paused = true)]
async fn a_program_runs_once_trusted_and_its_exit_is_the_answer() {
    let mut air = Air::by(rules(vec![("budget", program())]), |world| {
        let no = Fault::new(FaultKind::Local, "script explain", "exit status: 1: spent");
        world.state().explain = Err(no.reaching(Reached::Yes));
    })
    .await;
    air.pass(seconds(600)).await;
    assert!(air.world.state().facts.is_empty(), "it ran untrusted");
    assert_eq!(state(air.release(), "budget"), None);
    air.submit(Intent::TrustCommands).unwrap();
    air.until("it is asked", |release| state(release, "budget").is_some())
        .await;
    assert_eq!(state(air.release(), "budget"), Some(State::Fail));
    let gates = air.release().gates();
    let first = &gates[0];
    assert_eq!(
        (first.family.as_str(), first.verdict.state),
        ("prerequisites", State::Fail)
    );
    assert!(
        first.verdict.why.as_str().contains("spent"),
        "{}",
        first.verdict.why
    );
    air.world.state().explain = Ok(b"left: 3\n".to_vec());
    air.pass(seconds(600)).await;
    assert_eq!(state(air.release(), "budget"), Some(State::Pass));
    let state = air.world.state();
    assert!(
        state.facts.len() <= 4,
        "asked every five minutes, not each round: {}",
        state.facts.len()
    );
    let facts: serde_json::Value = serde_json::from_slice(&state.facts[0]).unwrap();
    assert_eq!(
        (&facts["service"], &facts["run"]),
        (&json!("storefront"), &json!(8123))
    );
}

#[tokio::test(start_paused = true)]
async fn a_program_that_hangs_holds_back_no_other_question() {
    let asks = vec![
        ("hangs", called("hangs", 300)),
        ("budget", program()),
        ("policy", Ask::CheckRun("policy".into())),
    ];
    let mut air = Air::by(rules(asks), |world| {
        world.state().explain = Ok(b"left: 3\n".to_vec());
        world.state().checks = vec![check(RunStatus::InProgress, None)];
    })
    .await;
    air.submit(Intent::TrustCommands).unwrap();
    air.until("the others are asked", |release| {
        state(release, "budget") == Some(State::Pass)
            && state(release, "policy") == Some(State::NoData)
    })
    .await;
    assert_eq!(state(air.release(), "hangs"), None);
    air.world.state().checks = vec![check(RunStatus::Completed, Some(Conclusion::Success))];
    air.pass(seconds(60)).await;
    assert_eq!(
        state(air.release(), "policy"),
        Some(State::Pass),
        "rounds go on"
    );
    assert_eq!(state(air.release(), "hangs"), None);
    air.pass(seconds(300)).await;
    assert_eq!(state(air.release(), "hangs"), Some(State::Broken));
}

#[tokio::test(start_paused = true)]
async fn a_variable_that_is_not_set_fails_and_items_are_asked_too() {
    let variable = Ask::Variable {
        name: "DEPLOYS".to_owned(),
        wants: Wanted::OneOf(vec![json!(true)]),
    };
    let mut policy = rules(vec![("on", variable)]);
    policy.checklist = Some(Checklist {
        name: "ours".to_owned(),
        sections: vec![Section {
            title: "All".to_owned(),
            items: vec![Item {
                id: "enabled".to_owned(),
                text: "Production is enabled".to_owned(),
                when: When::Before,
                required: true,
                auto: Some(Binding::Outside(file())),
            }],
        }],
    });
    let mut air = Air::by(policy, |world| enabled(world, false)).await;
    air.until("both are asked", |release| {
        !release.prerequisites.is_empty() && !release.checklist.answers.is_empty()
    })
    .await;
    assert_eq!(state(air.release(), "on"), Some(State::Fail));
    assert_eq!(
        air.release().checklist.answers["enabled"].state,
        State::Fail
    );
}
