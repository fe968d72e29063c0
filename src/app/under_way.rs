//! The bar while a run is under way: towards the gate, and into production; what holds it there, by name.

use jiff::{SignedDuration, Timestamp};

use super::{Bar, Tone, lane::deploy_waits, lane_line, strategy_words};
use crate::domain::{
    Text,
    observation::{PendingDeployment, RunStatus},
    release::Release,
    rollout::StepState,
    wording,
};

/// Before the decision.
pub(super) fn preparing(release: &Release, now: Timestamp) -> Bar {
    let head = "The pipeline works";
    let running = running(release, now);
    let held: Vec<String> = release.approval.holds.iter().map(held).collect();
    let bar = if !running.is_empty() {
        Bar::new(Tone::Busy, head, running.join(", "))
    } else if release.rollout.run.is_none() {
        Bar::new(Tone::Busy, head, "looking for the run")
    } else if held.is_empty() && waits(release) {
        let detail = "what holds it was not seen yet";
        Bar::new(Tone::Look, "The run waits on GitHub", detail)
    } else if held.is_empty() {
        Bar::new(Tone::Busy, head, "no step runs now")
    } else {
        let detail = format!("{}: decided there, not here", held.join(", "));
        Bar::new(Tone::Look, "Held on GitHub", detail)
    };
    bar.and(lane_line(release))
}

/// Whether GitHub holds the run for somebody or something.
fn waits(release: &Release) -> bool {
    let run = release.rollout.run.as_ref();
    run.is_some_and(|run| run.status == RunStatus::Waiting)
}

/// Seconds are enough on a screen.
pub(super) fn whole(duration: SignedDuration) -> SignedDuration {
    SignedDuration::from_secs(duration.as_secs().max(0))
}

/// Steps that work, each with how long.
fn running(release: &Release, now: Timestamp) -> Vec<String> {
    let steps = release.rollout.steps.iter();
    steps
        .filter(|step| step.state == StepState::Running)
        .map(|step| match step.started {
            Some(at) => {
                let took = wording::duration(whole(now.duration_since(at)));
                format!("{} for {took}", step.name)
            }
            None => step.name.clone(),
        })
        .collect()
}

/// An environment that holds the run, and what for.
fn held(hold: &PendingDeployment) -> String {
    let name = &hold.name;
    if !hold.reviewers.is_empty() {
        return format!("{name} is reviewed by {}", hold.reviewers_in_words());
    }
    match hold.wait_timer_minutes {
        0 => format!("{name} is held by a rule"),
        _ => timed(hold),
    }
}

fn timed(hold: &PendingDeployment) -> String {
    let (name, minutes) = (&hold.name, hold.wait_timer_minutes);
    format!("{name} waits {minutes} min by its timer")
}

/// What holds the run besides a review, by name: timers, and the rules of others.
pub(super) fn beyond_the_review(release: &Release) -> Vec<String> {
    let protection = release.rollout.protection.as_ref();
    let rules: Vec<&str> = protection
        .iter()
        .flat_map(|protection| &protection.custom_rules)
        .map(Text::as_str)
        .collect();
    let held = release.approval.holds.iter();
    held.filter_map(|hold| match hold.wait_timer_minutes {
        0 if rules.is_empty() => None,
        0 => Some(format!("{} is held by {}", hold.name, rules.join(", "))),
        _ => Some(timed(hold)),
    })
    .collect()
}

/// Into production.
pub(super) fn deploying(release: &Release, now: Timestamp) -> Bar {
    if let Some(bar) = deploy_waits(release) {
        return bar;
    }
    let mut holds = beyond_the_review(release);
    if holds.is_empty() {
        holds.extend(release.approval.holds.iter().map(held));
    }
    let stage = release
        .rollout
        .current_stage()
        .and_then(|index| release.rollout.stages.get(index));
    let since = stage.and_then(|stage| stage.since);
    let detail = match (holds.is_empty(), since) {
        (false, _) => holds.join(", "),
        (true, Some(at)) => format!("for {}", wording::duration(whole(now.duration_since(at)))),
        (true, None) => String::new(),
    };
    let name = stage.map_or("production", |stage| stage.name.as_str());
    let detail = match strategy_words::deploying(release) {
        Some(words) if detail.is_empty() => words,
        Some(words) => format!("{detail} · {words}"),
        None => detail,
    };
    Bar::new(Tone::Busy, format!("Deploying to {name}"), detail)
}
