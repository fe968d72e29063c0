//! The programs that the rules name, before they may run.

use cockpit::{
    app::Effect,
    domain::{
        Intent,
        policy::{ExplainPlace, ExplainRule, Program},
        release::Release,
    },
};
use jiff::SignedDuration;

use crate::{stage::Stage, world};

fn naming(arguments: &[&str]) -> Release {
    let mut release = world::waiting(0).release;
    release.policy.explain = ExplainRule {
        pull_request: true,
        author: None,
        command: Some(Program {
            arguments: arguments.iter().map(|&word| word.to_owned()).collect(),
            timeout: SignedDuration::from_secs(60),
        }),
        sources: vec![ExplainPlace::Command, ExplainPlace::PullRequest],
    };
    release
}

#[test]
fn a_program_stands_whole_before_a_person_lets_it_run() {
    for (width, height) in [(80, 24), (120, 34), (200, 60)] {
        let mut stage = Stage::new(naming(&["claude", "-p", "Explain this release"]));
        let text = stage.text(width, height);
        assert!(text.contains("t trust commands"), "{text}");
        stage.keys(&["t"]);
        let text = stage.text(width, height);
        for words in [
            "claude -p 'Explain this release'",
            "with your rights",
            "Asked once for this version",
            "record.",
        ] {
            assert!(text.contains(words), "{words}\n{text}");
        }
        insta::assert_snapshot!(format!("trust-{width}x{height}"), text);
        let effects = stage.keys(&["Enter"]);
        let [Effect::Command(command)] = effects.as_slice() else {
            panic!("{effects:?}");
        };
        assert_eq!(command.intent, Intent::TrustCommands);
    }
}

#[test]
fn a_program_that_cannot_be_read_whole_does_not_run() {
    let long = "echo; ".repeat(400);
    let mut stage = Stage::new(naming(&["sh", "-c", &long]));
    stage.keys(&["t"]);
    let text = stage.text(80, 24);
    assert!(text.contains("a larger window shows them"), "{text}");
    assert_eq!(stage.keys(&["Enter"]), []);
    let text = stage.text(80, 24);
    assert!(text.contains("make the window taller"), "{text}");
}
