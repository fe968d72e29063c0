//! `cockpit status`: where a release stands, in a few lines.

use std::fmt::Write as _;

use serde_json::{Value, json};

use super::{
    exit::{Exit, Stop},
    look::{Question, look},
    say::print,
    surroundings::Surroundings,
};
use crate::{
    adapters::clock::WallClock,
    domain::{
        Phase, ReleaseOutcome, Text,
        evidence::{Candidate, Staging},
        release::Release,
    },
    ports::Clock as _,
};

/// `cockpit status [RELEASE]`.
pub(super) fn status(
    around: &Surroundings,
    release: Option<&str>,
    json: bool,
) -> Result<Exit, Stop> {
    let question = Question {
        command: "status",
        release,
        json,
    };
    look(around, question, |release| {
        let page = if json {
            format!("{}\n", as_json(release))
        } else {
            in_words(release)
        };
        print(page.as_bytes())?;
        Ok(exit_of(release.outcome()))
    })
}

/// The exit code of an outcome.
pub(super) fn exit_of(outcome: ReleaseOutcome) -> Exit {
    Exit::of_code(outcome.exit_code())
}

fn production(release: &Release) -> Text {
    release
        .rollout
        .production_now()
        .and_then(|answer| answer.name())
        .map_or_else(|| "unknown".into(), Text::line)
}

fn as_json(release: &Release) -> Value {
    let gates: Vec<Value> = release
        .gates()
        .iter()
        .map(|gate| {
            json!({
                "gate": gate.name,
                "state": gate.verdict.state,
                "why": gate.verdict.why,
                "effect": gate.effect,
            })
        })
        .collect();
    let triggers: Vec<Value> = release
        .trigger_verdicts()
        .into_iter()
        .map(|(trigger, verdict)| json!({"trigger": trigger, "state": verdict.state, "why": verdict.why}))
        .collect();
    let (judged, window) = release.window_progress();
    json!({
        "service": release.policy.service,
        "repository": release.key.repository.slug(),
        "run": release.key.run,
        "attempt": release.attempt(),
        "version": release.name(),
        "unnamed": release.evidence.candidate.as_ref().and_then(|seen| seen.unnamed.as_ref()),
        "sha": release.rollout.sha(),
        "production": production(release),
        "phase": release.phase(),
        "outcome": release.outcome(),
        "reached": release.record.outcomes.iter().map(|(outcome, at)| {
            json!({"outcome": outcome, "at": at})
        }).collect::<Vec<_>>(),
        "staging": match release.evidence.staging(&release.policy) {
            Staging::Ready => json!({"ready": true}),
            Staging::NotYet(waits) => json!({"ready": null, "waits": waits}),
            Staging::Failed(why) => json!({"ready": false, "why": why}),
        },
        "driver": driver(release),
        "gates": gates,
        "triggers": triggers,
        "judged_minutes": judged,
        "window_minutes": window,
        "issues": release.rollout.issues,
        "silent": release.record.silent.iter().map(|(feed, (since, why))| {
            json!({"feed": feed, "since": since, "why": why})
        }).collect::<Vec<_>>(),
        "emergency": release.approval.emergency.as_ref().map(|emergency| json!({
            "by": emergency.by,
            "at": emergency.at,
            "reason": emergency.reason,
            "incident": emergency.incident,
            "review_due": release.review_due(),
        })),
        "not_before": release.start(),
        "newest_event": release.newest(),
        "events": release.seq(),
    })
}

/// Who drives, on this machine or another, as far as that can be seen.
fn driver(release: &Release) -> Option<Text> {
    let seating = &release.record.seating;
    let here = release.record.driver.as_ref();
    seating
        .driver_elsewhere()
        .or_else(|| here.map(|login| Text::line(&format!("@{login}"))))
}

fn in_words(release: &Release) -> String {
    let mut text = String::new();
    let mut line = |left: &str, right: &str| {
        // Writing to a String cannot fail.
        let _ = writeln!(text, "{left:<12} {right}");
    };
    let sha = release.rollout.sha().map_or("unknown", |sha| sha.short());
    line(
        "release",
        &format!(
            "{} {} ({sha}) -> production ({})",
            release.policy.service,
            release.name(),
            production(release)
        ),
    );
    let candidate = release.evidence.candidate.as_ref();
    if let Some(why) = candidate.and_then(Candidate::unnamed_in_words) {
        line("look", &why);
    }
    line("run", &release.key.to_string());
    line(
        "phase",
        &format!("{} ({})", release.phase().word(), release.outcome().word()),
    );
    if let Some(driver) = driver(release) {
        line("driver", driver.as_str());
    }
    if matches!(release.phase(), Phase::Monitoring | Phase::Undecided) {
        let (judged, window) = release.window_progress();
        line("judged", &format!("{judged} of {window} minutes"));
    }
    if let Some(emergency) = &release.approval.emergency {
        let review = release.review_in_words(WallClock.now());
        let review = review.unwrap_or_else(|| "reviewed".to_owned());
        let (by, incident) = (&emergency.by, &emergency.incident);
        line("EMERGENCY", &format!("by {by}: {incident}; {review}"));
    }
    for gate in release.gates() {
        line(
            gate.verdict.state.word(),
            &format!("{}: {}", gate.title, gate.verdict.why),
        );
    }
    for (trigger, fired) in release.watch.fired() {
        line("FIRED", &format!("{trigger}: {}", fired.why));
    }
    for issue in &release.rollout.issues {
        line("issue", issue.as_str());
    }
    for (feed, (since, why)) in &release.record.silent {
        line("silent", &format!("{} since {since}: {why}", feed.word()));
    }
    text
}
