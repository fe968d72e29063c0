//! `cockpit risk`: the score of a release with everything that adds to it.

use std::fmt::Write as _;

use serde_json::{Value, json};

use super::{
    exit::{Exit, Stop},
    look::{Question, look},
    say::print,
    surroundings::Surroundings,
};
use crate::domain::{release::Release, risk::MOST};

/// `cockpit risk [RELEASE]`.
pub(super) fn risk(around: &Surroundings, release: Option<&str>, json: bool) -> Result<Exit, Stop> {
    let question = Question {
        command: "risk",
        release,
        json,
    };
    look(around, question, |release| {
        let page = if json {
            format!("{}\n", as_json(release))
        } else {
            in_words(release)
        };
        print(page.as_bytes())
    })
}

fn as_json(release: &Release) -> Value {
    let risk = release.risk();
    let rule = &release.policy.risk;
    let contradictions: Vec<Value> = release
        .explain_contradictions()
        .iter()
        .map(|one| json!({"says": one.says, "fact": one.fact}))
        .collect();
    json!({
        "service": release.policy.service,
        "run": release.key.run,
        "version": release.name(),
        "sha": release.rollout.sha(),
        "score": risk.score,
        "most": MOST,
        "level": risk.level,
        "recommendation": risk.recommendation(),
        "thresholds": {"medium": rule.medium, "high": rule.high},
        "contributions": risk.contributions,
        "contradictions": contradictions,
    })
}

fn in_words(release: &Release) -> String {
    let risk = release.risk();
    let mut text = String::new();
    // Writing to a String cannot fail.
    let _ = writeln!(
        text,
        "{} {}: risk {} {} of {MOST}",
        release.policy.service,
        release.name(),
        risk.level.word(),
        risk.score
    );
    for part in &risk.contributions {
        let _ = writeln!(
            text,
            "  +{:<3} of {:<3} {:<28} {}",
            part.points,
            part.weight,
            part.factor.word(),
            part.why
        );
    }
    let _ = writeln!(text, "{}", risk.recommendation());
    text
}
