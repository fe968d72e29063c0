//! The explain text by a program of the team's: never before a person trusted it, once, in its order, and what it cannot do.

use cockpit::domain::{
    Fault, FaultKind, Intent, Text,
    evidence::{EvidenceKind, ExplainSource, Finding, Piece},
    policy::{ExplainPlace, ExplainRule, Policy, Program},
    record::TrustWay,
    release::Release,
};
use jiff::SignedDuration;
use serde_json::Value;

use crate::{
    air::{Air, seconds},
    aloft::policy,
    world::World,
};

const OF_PULL: &str = "## What changed\n- by the pull request\n## Risks\n- none";
const OF_PROGRAM: &str = "## What changed\n- by the program\n## Risks\n- none";

/// The rules of the stories, with a program that goes before the pull request.
fn rules() -> Policy {
    let mut policy = policy();
    let mut rule = policy.evidence[0].clone();
    (rule.kind, rule.artifact, rule.required) = (EvidenceKind::Explain, None, false);
    policy.evidence.push(rule);
    policy.explain = ExplainRule {
        pull_request: true,
        author: None,
        command: Some(Program {
            arguments: vec!["explain".to_owned()],
            timeout: SignedDuration::from_secs(60),
        }),
        sources: vec![ExplainPlace::Command, ExplainPlace::PullRequest],
    };
    policy
}

/// The text's source, and who gave none before it.
fn told(release: &Release) -> Option<(ExplainSource, Vec<String>)> {
    match release.evidence.pieces.get(&EvidenceKind::Explain)? {
        Piece::Read {
            finding:
                Finding::Explain {
                    source,
                    passed_over,
                    ..
                },
            ..
        } => {
            let over = passed_over.iter().map(ToString::to_string).collect();
            Some((source.clone(), over))
        }
        _ => None,
    }
}

fn by_program(release: &Release) -> bool {
    matches!(told(release), Some((ExplainSource::Command { .. }, _)))
}

fn both(world: &World) {
    let mut state = world.state();
    state.body = OF_PULL.into();
    state.explain = Ok(OF_PROGRAM.into());
}

#[tokio::test(start_paused = true)]
async fn a_program_waits_for_a_persons_word_and_then_goes_in_its_order() {
    let mut air = Air::by(rules(), both).await;
    air.pass(seconds(600)).await;
    assert!(air.world.state().facts.is_empty(), "it ran untrusted");
    let (source, over) = told(air.release()).unwrap();
    assert_eq!((source, over.len()), (ExplainSource::Pull { number: 7 }, 0));

    air.submit(Intent::TrustCommands).unwrap();
    air.until("the program's text is there", by_program).await;
    air.pass(seconds(600)).await;
    let trust = air.release().record.trust.clone().unwrap();
    assert_eq!((trust.by.as_str(), trust.way), ("ana", TrustWay::Confirmed));
    let state = air.world.state();
    assert_eq!(state.facts.len(), 1, "asked once");
    let facts: Value = serde_json::from_slice(&state.facts[0]).unwrap();
    assert_eq!(facts["facts"], "explain");
    assert_eq!(facts["service"], "storefront");
    assert_eq!(facts["tests"]["totals"]["passed"], 182);
    assert_eq!(facts["diff"]["commits"], 1);
    assert!(facts["task"].as_str().unwrap().contains("## Risks"));
    assert!(facts.get("risk").is_none(), "its own judgement stays out");
    assert_eq!(
        state.trust.as_ref(),
        Some(&trust),
        "kept for the next release"
    );
}

#[tokio::test(start_paused = true)]
async fn a_trust_of_an_earlier_release_is_recalled_and_written_down() {
    let mut air = Air::by(rules(), |world| {
        both(world);
        world.state().trust = Some(cockpit::domain::record::Trust {
            by: cockpit::domain::Login::parse("bo").unwrap(),
            at: "2026-11-18T09:00:00Z".parse().unwrap(),
            way: TrustWay::Confirmed,
        });
    })
    .await;
    air.until("the program's text is there", by_program).await;
    let trust = air.release().record.trust.clone().unwrap();
    assert_eq!((trust.by.as_str(), trust.way), ("bo", TrustWay::Remembered));
    assert!(air.disk.text().contains("record.commands_trusted"));
}

#[tokio::test(start_paused = true)]
async fn what_a_program_cannot_give_is_said_and_the_next_source_is_asked() {
    let late = Fault::new(FaultKind::TimedOut, "script explain", "no end within 60 s");
    let wrong: [(Result<Vec<u8>, Fault>, &str); 4] = [
        (Err(late), "explain: no end within 60 s"),
        (Ok(b"## What changed\n\xff".to_vec()), "not UTF-8"),
        (Ok(b"Sorry, I cannot.".to_vec()), "none of the headings"),
        (Ok(vec![b'#'; 70_000]), "more than 65536"),
    ];
    for (answer, says) in wrong {
        let mut air = Air::by(rules(), |world| {
            both(world);
            world.state().explain = answer.clone();
        })
        .await;
        air.submit(Intent::TrustCommands).unwrap();
        let said = |release: &Release| told(release).is_some_and(|(_, over)| !over.is_empty());
        air.until("it is said", said).await;
        let (source, over) = told(air.release()).unwrap();
        assert_eq!(source, ExplainSource::Pull { number: 7 });
        assert!(over[0].contains(says), "{over:?}");
        air.pass(seconds(600)).await;
        assert_eq!(
            air.world.state().facts.len(),
            1,
            "not asked again and again"
        );
    }
}

#[tokio::test(start_paused = true)]
async fn where_no_source_has_a_text_the_reason_stands_and_cockpit_writes_its_own() {
    let mut air = Air::by(rules(), |world| {
        world.state().explain = Ok(b"no".to_vec());
    })
    .await;
    air.submit(Intent::TrustCommands).unwrap();
    let unreadable = |release: &Release| {
        let piece = release.evidence.pieces.get(&EvidenceKind::Explain);
        matches!(piece, Some(Piece::Unreadable(fault)) if fault.detail.as_str().contains("headings"))
    };
    air.until("the reason stands", unreadable).await;
}

#[tokio::test(start_paused = true)]
async fn a_text_that_is_edited_while_the_release_waits_is_read_again() {
    let mut policy = rules();
    policy.explain.command = None;
    policy.explain.sources = Vec::new();
    let mut air = Air::by(policy, both).await;
    air.until("the text is there", |release| told(release).is_some())
        .await;
    air.world.state().body =
        Text::block("## What changed\n- by the pull request, with a correction");
    air.until("the correction is there", |release| {
        let text = release.evidence.explain();
        text.is_some_and(|text| text.as_str().contains("correction"))
    })
    .await;
}
