//! `cockpit status`: where a release stands, in a few lines, from its journal or from a look at the world.

use std::{fmt::Write as _, sync::Arc, time::Duration};

use serde_json::{Value, json};

use super::{
    exit::{Exit, Stop},
    launch::{Dialogue, Launch, Launched, Picking, launch},
    runtime::runtime,
    surroundings::Surroundings,
};
use crate::{
    adapters::clock::WallClock,
    domain::{
        Phase, ReleaseOutcome, Text, evidence::Staging, observation::RunSnapshot, release::Release,
    },
    flight::{Flying, Turn},
};

/// Longest look at the world, real time.
const LOOK: Duration = Duration::from_secs(20);
/// The look is over when nothing new came for so long.
const QUIET: Duration = Duration::from_secs(3);

/// Says what it does on standard error, and picks nothing.
struct Quiet {
    several: Vec<RunSnapshot>,
}

impl Dialogue for Quiet {
    fn doing(&mut self, what: String) {
        tracing::info!(what, "looking");
    }

    fn pick(&mut self, runs: Vec<RunSnapshot>) -> Picking<'_> {
        self.several = runs;
        Box::pin(std::future::ready(None))
    }
}

/// `cockpit status [RELEASE]`.
pub(super) fn status(
    around: &Surroundings,
    release: Option<&str>,
    json: bool,
) -> Result<Exit, Stop> {
    runtime()?.block_on(async {
        let order = Launch {
            around,
            clock: Arc::new(WallClock),
            release,
            cloudwatch: None,
            watches: true,
            around_store: None,
        };
        let mut quiet = Quiet {
            several: Vec::new(),
        };
        let launched = launch(order, &mut quiet).await;
        if !quiet.several.is_empty() {
            return Ok(several(&quiet.several, json));
        }
        let Launched {
            mut flight,
            crew,
            warnings,
        } = launched?;
        for warning in &warnings {
            eprintln!("warning: {warning}");
        }
        if let Some(crew) = crew {
            tokio::select! {
                () = crew.work() => {}
                () = settle(&mut *flight) => {}
            }
        }
        let release = flight.release();
        if json {
            println!("{}", as_json(release));
        } else {
            print!("{}", in_words(release));
        }
        Ok(exit_of(release.outcome()))
    })
}

/// Takes in what comes until nothing more does.
async fn settle(flight: &mut dyn Flying) {
    let look = async {
        loop {
            match tokio::time::timeout(QUIET, flight.turn()).await {
                Ok(Turn::Changed | Turn::Report(_)) => {}
                Ok(Turn::Refused(_) | Turn::Trouble(_)) | Err(_) => return,
            }
        }
    };
    // What is not known by then is shown as unknown.
    let _ = tokio::time::timeout(LOOK, look).await;
}

/// The exit code of an outcome.
pub(super) fn exit_of(outcome: ReleaseOutcome) -> Exit {
    Exit::of_code(outcome.exit_code())
}

fn several(runs: &[RunSnapshot], json: bool) -> Exit {
    if json {
        let all: Vec<Value> = runs
            .iter()
            .map(|run| json!({"run": run.id, "title": run.title, "sha": run.head_sha, "url": run.url}))
            .collect();
        println!("{}", json!({ "waiting": all }));
    } else {
        println!("{} releases wait:", runs.len());
        for run in runs {
            println!("  {}  {}  {}", run.id, run.head_sha.short(), run.title);
        }
        println!("name one: cockpit status RUN_ID");
    }
    Exit::NeedsHuman
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
        .into_iter()
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
        "sha": release.rollout.sha(),
        "production": production(release),
        "phase": release.phase(),
        "outcome": release.outcome(),
        "staging": match release.evidence.staging(&release.policy) {
            Staging::Ready => json!({"ready": true}),
            Staging::NotYet(waits) => json!({"ready": null, "waits": waits}),
            Staging::Failed(why) => json!({"ready": false, "why": why}),
        },
        "gates": gates,
        "triggers": triggers,
        "judged_minutes": judged,
        "window_minutes": window,
        "issues": release.rollout.issues,
        "silent": release.record.silent.iter().map(|(feed, (since, why))| {
            json!({"feed": feed, "since": since, "why": why})
        }).collect::<Vec<_>>(),
        "newest_event": release.newest(),
        "events": release.seq(),
    })
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
    line("run", &release.key.to_string());
    line(
        "phase",
        &format!("{} ({})", release.phase().word(), release.outcome().word()),
    );
    if matches!(release.phase(), Phase::Monitoring | Phase::Undecided) {
        let (judged, window) = release.window_progress();
        line("judged", &format!("{judged} of {window} minutes"));
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
