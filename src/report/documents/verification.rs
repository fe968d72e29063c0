//! `post-deployment-verification`: what was verified in production, with its arithmetic.

use super::{
    checklist,
    facts::{head, movement, title},
    page::{Page, stamp},
};
use crate::domain::{
    checklist::When,
    judge::WindowEnd,
    observation::{AlarmState, RunStatus},
    release::{Recorded, Release},
    rollout::{ProductionSource, StageState},
    wording,
};

pub(super) fn page(recorded: &Recorded) -> Page {
    let release = recorded.release();
    let mut page = Page::new(title("Post-deployment verification", release));
    let (have, want) = release.window_progress();
    page.verdict(release.outcome().word(), verdict(release));
    head(&mut page, recorded);
    page.heading("Production");
    page.bullets(production(release));
    page.heading("Stages");
    let rows = release.rollout.stages.iter().map(|stage| {
        vec![
            stage.weight.clone().unwrap_or_else(|| stage.name.clone()),
            state(stage.state).to_owned(),
            stage.since.map_or_else(|| "unknown".to_owned(), stamp),
        ]
    });
    page.table(
        &["stage", "state", "since"],
        rows.collect(),
        "No stage is known.",
    );
    checklist::items(&mut page, release, &[When::During, When::After]);
    page.heading("Gates of the watch");
    page.words(format!(
        "{have} of {} were judged with complete data.",
        wording::count(want as u64, "minute")
    ));
    watch_gates(&mut page, release);
    page.heading("Before and after");
    movement(&mut page, release);
    page.heading("Triggers");
    triggers(&mut page, release);
    page.heading("Alarms");
    alarms(&mut page, release);
    page
}

fn verdict(release: &Release) -> String {
    match &release.watch.end {
        Some(WindowEnd::Judged { at, healthy, .. }) => {
            let word = if *healthy {
                "healthy"
            } else {
                "not every gate passes"
            };
            format!("judged at {}, {word}", stamp(*at))
        }
        Some(WindowEnd::Undecided { at, why }) => {
            format!("undecided at {}: {why}", stamp(*at))
        }
        None if release.rollout.deployed.is_none() => {
            "not in production in full, so there is nothing to verify".to_owned()
        }
        None => match release.rollback.turning() {
            Some(attempt) => format!("a rollback ended the watch at {}", stamp(attempt.at)),
            None => "the watch has not ended".to_owned(),
        },
    }
}

fn production(release: &Release) -> Vec<String> {
    let rollout = &release.rollout;
    let mut points = Vec::new();
    points.push(match rollout.deployed {
        Some(at) => format!("deployed in full at {}", stamp(at)),
        None => "not deployed in full".to_owned(),
    });
    points.push(match rollout.production.get(&ProductionSource::Asked) {
        Some((answer, at)) => format!(
            "production answers {} (at {})",
            answer.name().unwrap_or("nothing that names a version"),
            stamp(*at)
        ),
        None => "production was not asked, or never answered".to_owned(),
    });
    points.extend(rollout.jobs.iter().map(|job| {
        let word = match job.conclusion {
            Some(conclusion) => conclusion.word(),
            None if job.status == RunStatus::Completed => "completed",
            None => job.status.word(),
        };
        format!("job {}: {word}", job.name)
    }));
    points.extend(rollout.issues.iter().map(|issue| format!("issue: {issue}")));
    points
}

/// A stage's state in a word.
pub(super) fn state(state: StageState) -> &'static str {
    match state {
        StageState::Waiting => "waits",
        StageState::Held => "held",
        StageState::Deploying => "deploys",
        StageState::Deployed => "deployed",
        StageState::Failed => "failed",
    }
}

fn watch_gates(page: &mut Page, release: &Release) {
    let rows = if let Some(WindowEnd::Judged { gates, .. }) = &release.watch.end {
        gates
            .iter()
            .map(|(gate, state, why)| vec![gate.clone(), state.word().to_owned(), why.to_string()])
            .collect()
    } else {
        let minutes = release.window_minutes();
        let (_, want) = release.window_progress();
        release
            .watch_gates(&minutes, want)
            .into_iter()
            .map(|(gate, verdict)| {
                vec![
                    gate,
                    verdict.state.word().to_owned(),
                    verdict.why.to_string(),
                ]
            })
            .collect()
    };
    page.table(
        &["gate", "state", "arithmetic"],
        rows,
        "The rules name no gate.",
    );
}

/// Triggers as they stand, with how often they fired.
pub(super) fn triggers(page: &mut Page, release: &Release) {
    let rows = release.watch.triggers.iter().map(|(source, trigger)| {
        let (state, why) = match (&trigger.disarmed, &trigger.fired, trigger.times) {
            (Some(why), _, _) => {
                let now = release
                    .compared(source)
                    .map_or_else(String::new, |(course, said)| {
                        format!("; since then {}, {said}", course.word())
                    });
                ("disarmed: already true before", format!("{why}{now}"))
            }
            (None, Some(fired), _) => ("true", fired.why.to_string()),
            (None, None, 0) => ("quiet", String::new()),
            (None, None, _) => ("quiet again", String::new()),
        };
        vec![
            source.clone(),
            state.to_owned(),
            trigger.times.to_string(),
            why,
        ]
    });
    page.table(
        &["trigger", "state", ">fired", "arithmetic"],
        rows.collect(),
        "No trigger was armed: production had no traffic of this release, or the rules name none.",
    );
}

fn alarms(page: &mut Page, release: &Release) {
    let rows = release.watch.alarms.iter().map(|(name, alarm)| {
        let state = match alarm.state {
            AlarmState::Ok => "OK",
            AlarmState::Alarm => "ALARM",
            AlarmState::InsufficientData => "insufficient data",
            AlarmState::Unknown => "unknown",
        };
        let before = if alarm.before { "already before" } else { "" };
        vec![
            name.clone(),
            state.to_owned(),
            alarm.since.map_or_else(|| "unknown".to_owned(), stamp),
            before.to_owned(),
        ]
    });
    page.table(
        &["alarm", "state", "since", ""],
        rows.collect(),
        "No alarm is watched.",
    );
}
