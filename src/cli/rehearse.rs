//! `cockpit backtest --metrics`: past deploys on CloudWatch's history, judged again by the team's rules and by changed
//! ones.
//!
//! Exit codes: 0 every deploy was judged, whatever the answers; 1 the metrics source did not answer; 2 usage.

use std::{fmt::Write as _, sync::Arc};

use jiff::{SignedDuration, Timestamp, civil, tz::TimeZone};
use serde_json::{Value, json};

use super::{
    exit::{Exit, Stop},
    past_deploys::past_deploys,
    rehearsed_rules::{changed, disarmed},
    runtime::runtime,
    say::{aside, print},
    surroundings::Surroundings,
};
use crate::{
    adapters::clock::WallClock,
    config::{TeamFile, duration},
    domain::{
        Actor, ReleaseKey, Repository, RunId, Seq, Stamp, Stamped,
        judge::{JudgeEvent, PastDay},
        later,
        observation::{MetricsSeen, Minute},
        policy::Policy,
        release::{
            DeployTimes, Rehearsal, rehearse, rehearsed_minutes, rehearsed_more, rehearsed_past,
        },
    },
    ports::{Clock, Metrics as _},
    report::told,
    wiring,
};

/// Most deploys of one question: each costs a few requests an account.
const MOST_DEPLOYS: usize = 50;
/// One-minute data lives so long.
const KEPT: SignedDuration = SignedDuration::from_hours(15 * 24);

/// Longest time that is looked back: a day less than the data lives, for what a deploy is set against.
const LONGEST: SignedDuration = SignedDuration::from_hours(14 * 24);

/// A deploy: what it is called by, when it came to production, and its name where that is known.
type Deploy = (Timestamp, DeployTimes, Option<String>);

/// What is asked.
#[derive(Debug, Clone, Copy)]
pub(super) struct Asked<'a> {
    /// No minute before this is read.
    pub(super) from: Option<&'a str>,
    /// When deploys reached production.
    pub(super) deploys: &'a [String],
    /// The deploys of so many days instead.
    pub(super) last: Option<&'a str>,
    /// Changed rules.
    pub(super) set: &'a [String],
    /// As JSON.
    pub(super) json: bool,
}

/// One deploy, by the rules as they are and as they would be.
struct Judged {
    deploy: Timestamp,
    /// What the release is called, where that is known.
    name: Option<String>,
    plain: Rehearsal,
    changed: Option<Rehearsal>,
}

impl Judged {
    /// Whether the changed rules end it otherwise.
    fn flips(&self) -> bool {
        let changed = self.changed.as_ref();
        changed.is_some_and(|changed| changed.end() != self.plain.end())
    }
}

/// `cockpit backtest --metrics --deploy-at T [--from T] [--set RULE]`.
pub(super) fn backtest(around: &Surroundings, asked: Asked<'_>) -> Result<Exit, Stop> {
    let team = around.local_team()?;
    let now = WallClock.now();
    let clock: Arc<dyn Clock> = Arc::new(WallClock);
    let deploys = if let Some(days) = asked.last {
        of_days(around, &team, days, &clock)?
    } else {
        let written = deploys(asked.deploys, now)?.into_iter();
        written.map(|at| (at, at.into(), None)).collect()
    };
    let from = asked.from.map(|raw| instant("--from", raw)).transpose()?;
    if let (Some(from), Some(first)) = (from, deploys.iter().map(|(_, times, _)| times.began).min())
        && from >= first
    {
        let mend = "  = help: --from is where the history begins that a deploy is set against";
        return Err(Stop::usage(format!(
            "--from is not before --deploy-at\n{mend}"
        )));
    }
    let (changed, notes) = changed(&team.policy, asked.set)?;
    let source = wiring::cloudwatch(&team.aws, Arc::clone(&clock));
    let judged = runtime()?.block_on(async {
        let mut all = Vec::with_capacity(deploys.len());
        for (deploy, times, name) in deploys {
            let began = times.began;
            let (first, last) = rehearsed_minutes(&team.policy, times);
            let first = from.map_or(first, |from| first.max(Minute::of(from)));
            let last = last.min(Minute::of(now));
            let seen = source.read(&team.policy.metrics, first, last).await;
            let seen = seen.map_err(|fault| Stop::failed(fault.to_string()))?;
            for remark in &seen.remarks {
                aside(format_args!("warning: {remark}"));
            }
            let seen = with_more(&team.policy, &source, seen, (began, from)).await;
            let mut pasts = Vec::new();
            for day in PastDay::ALL {
                let past = past(&team.policy, &source, (began, day), (from, now)).await;
                pasts.extend(past.map(|seen| (day, seen)));
            }
            let again = |policy: &Policy| {
                let rehearsal = rehearse(&key()?, policy, &seen, &pasts, times);
                rehearsal.map_err(|error| Stop::failed(error.to_string()))
            };
            all.push(Judged {
                deploy,
                name,
                plain: again(&team.policy)?,
                changed: changed.as_ref().map(again).transpose()?,
            });
        }
        Ok::<_, Stop>(all)
    })?;
    let page = if asked.json {
        let deploys: Vec<Value> = judged.iter().map(as_json).collect();
        format!(
            "{}\n",
            json!({"service": team.policy.service, "set": notes, "deploys": deploys})
        )
    } else {
        in_words(&team.policy.service, &notes, &judged)
    };
    print(page.as_bytes())
}

/// With more of the past of what the source tells less often than each minute, as a live watch reads it; what it does not tell
/// is said, and judged without.
async fn with_more(
    policy: &Policy,
    source: &impl crate::ports::Metrics,
    seen: MetricsSeen,
    (deploy, from): (Timestamp, Option<Timestamp>),
) -> MetricsSeen {
    let Some(more) = rehearsed_more(policy, &seen, Minute::of(deploy)) else {
        return seen;
    };
    let first = from.map_or(more.from, |from| more.from.max(Minute::of(from)));
    if first >= more.until {
        return seen;
    }
    match source.read(&more.metrics, first, more.until).await {
        Ok(more) => seen.with_more(&more),
        Err(fault) => {
            aside(format_args!(
                "warning: {deploy} is judged with six hours of its past: {fault}"
            ));
            seen
        }
    }
}

/// What the source still holds of the same hours of an earlier day; what it does not is said, and judged without.
async fn past(
    policy: &Policy,
    source: &impl crate::ports::Metrics,
    (deploy, day): (Timestamp, PastDay),
    (from, now): (Option<Timestamp>, Timestamp),
) -> Option<MetricsSeen> {
    let (first, last) = rehearsed_past(policy, deploy, day)?;
    if from.is_some_and(|from| first < Minute::of(from)) {
        return None;
    }
    if later(first.start(), KEPT) < now {
        let word = day.word();
        aside(format_args!(
            "warning: {deploy} is judged without {word}: CloudWatch keeps one-minute data for 15 days"
        ));
        return None;
    }
    match source.read(&policy.metrics, first, last).await {
        Ok(seen) => Some(seen),
        Err(fault) => {
            aside(format_args!(
                "warning: {deploy} is judged without {}: {fault}",
                day.word()
            ));
            None
        }
    }
}

/// A key for a release that GitHub does not know.
fn key() -> Result<ReleaseKey, Stop> {
    let repository = Repository::parse("github.com", "past/deploys")
        .map_err(|error| Stop::failed(error.to_string()))?;
    Ok(ReleaseKey {
        repository,
        run: RunId(1),
    })
}

fn deploys(written: &[String], now: Timestamp) -> Result<Vec<Timestamp>, Stop> {
    let help = "  = help: write when the deploy reached production: --deploy-at 2026-11-20T14:05:00Z, once for each";
    if written.is_empty() {
        return Err(Stop::usage(format!("no --deploy-at\n{help}")));
    }
    if written.len() > MOST_DEPLOYS {
        let count = written.len();
        return Err(Stop::usage(format!(
            "{count} deploys at once, at most {MOST_DEPLOYS}"
        )));
    }
    let mut all = Vec::with_capacity(written.len());
    for raw in written {
        let at = instant("--deploy-at", raw)?;
        if at >= now {
            return Err(Stop::usage(format!(
                "--deploy-at {raw} is not past yet\n{help}"
            )));
        }
        if later(at, KEPT) < now {
            return Err(Stop::usage(format!(
                "--deploy-at {raw} is more than 15 days ago\n  = help: CloudWatch keeps one-minute data for 15 days"
            )));
        }
        all.push(at);
    }
    Ok(all)
}

/// The deploys of the last days with their names. None is an answer too.
fn of_days(
    around: &Surroundings,
    team: &TeamFile,
    days: &str,
    clock: &Arc<dyn Clock>,
) -> Result<Vec<Deploy>, Stop> {
    let help = "  = help: write `--last 14d`: CloudWatch keeps one-minute data for 15 days";
    let length = duration(days)
        .ok()
        .filter(|length| (SignedDuration::from_mins(1)..=LONGEST).contains(length))
        .ok_or_else(|| {
            let shown = crate::domain::Text::line(days);
            Stop::usage(format!("--last {shown} is no length up to 14 days\n{help}"))
        })?;
    let since = later(clock.now(), -length);
    let found = past_deploys(around, team, since, Arc::clone(clock));
    let (mut found, notes) = runtime()?.block_on(found)?;
    for note in notes {
        aside(format_args!("warning: {note}"));
    }
    if found.len() > MOST_DEPLOYS {
        let left = found.len() - MOST_DEPLOYS;
        aside(format_args!(
            "warning: the oldest {left} are left out: at most {MOST_DEPLOYS} at once"
        ));
        found.drain(..left);
    }
    if found.is_empty() {
        aside(format_args!("no deploy to production in the last {days}"));
    }
    let timeout = team.policy.approval.deploy_timeout;
    let named = found.into_iter().map(|one| {
        // One that took longer than a deploy may was not deploying all the while.
        let began = one
            .began
            .filter(|began| one.at.duration_since(*began) < timeout);
        let times = DeployTimes {
            began: began.unwrap_or(one.at),
            whole: one.at,
        };
        (one.at, times, Some(one.name))
    });
    Ok(named.collect())
}

/// A time with its zone, or one of this machine's.
fn instant(flag: &str, raw: &str) -> Result<Timestamp, Stop> {
    if let Ok(at) = raw.parse::<Timestamp>() {
        return Ok(at);
    }
    raw.parse::<civil::DateTime>()
        .ok()
        .and_then(|local| local.to_zoned(TimeZone::system()).ok())
        .map(|zoned| zoned.timestamp())
        .ok_or_else(|| {
            let shown = crate::domain::Text::line(raw);
            Stop::usage(format!(
                "{flag} {shown} is no time\n  = help: write 2026-11-20T14:05:00Z, or 2026-11-20T14:05 for this machine's zone"
            ))
        })
}

/// What was told, by the minute: kind and words.
fn lines(rehearsal: &Rehearsal) -> Vec<(Minute, String, String)> {
    let stamp = Stamp {
        seq: Seq(1),
        at: rehearsal.release.newest(),
        occurred: None,
        actor: Actor::Cockpit,
    };
    rehearsal
        .told
        .iter()
        .map(|(minute, event)| {
            let stamped = Stamped {
                stamp: stamp.clone(),
                event: event.clone().into(),
            };
            let kind = stamped
                .event
                .encode()
                .map_or_else(|_| String::new(), |(kind, _)| kind);
            (*minute, kind, told(&stamped).1)
        })
        .collect()
}

/// The gates of the window's end, where it was judged.
fn gates(rehearsal: &Rehearsal) -> Vec<(String, &'static str, String)> {
    let ended = rehearsal
        .told
        .iter()
        .rev()
        .find_map(|(_, event)| match event {
            JudgeEvent::WindowJudged { gates, .. } => Some(gates),
            _ => None,
        });
    ended
        .into_iter()
        .flatten()
        .map(|(gate, state, why)| (gate.clone(), state.word(), why.to_string()))
        .collect()
}

fn one_as_json(rehearsal: &Rehearsal) -> Value {
    let events: Vec<Value> = lines(rehearsal)
        .into_iter()
        .map(
            |(minute, kind, words)| json!({"minute": minute.start(), "kind": kind, "words": words}),
        )
        .collect();
    let gates: Vec<Value> = gates(rehearsal)
        .into_iter()
        .map(|(gate, state, why)| json!({"gate": gate, "state": state, "why": why}))
        .collect();
    let (have, want) = rehearsal.release.window_progress();
    let advice = rehearsal.release.recommendation();
    json!({
        "end": rehearsal.end().word(),
        "judged": have,
        "window": want,
        "recommendation": advice.as_ref().map(|advice| advice.advice.word()),
        "reasons": advice.map(|advice| advice.reasons),
        "events": events,
        "gates": gates,
    })
}

fn as_json(judged: &Judged) -> Value {
    let mut one = one_as_json(&judged.plain);
    one["deploy_at"] = json!(judged.deploy);
    one["name"] = json!(judged.name);
    if let Some(changed) = &judged.changed {
        one["set"] = one_as_json(changed);
        one["flips"] = json!(judged.flips());
    }
    one
}

fn in_words(service: &str, notes: &[String], judged: &[Judged]) -> String {
    let mut text = format!("{service}: past deploys judged again; alarms have no history here\n");
    for note in notes {
        // Writing to a String cannot fail, here and below.
        let _ = writeln!(text, "with {note}");
    }
    let mut flips = 0;
    for one in judged {
        let name = one
            .name
            .as_ref()
            .map_or_else(String::new, |name| format!(" ({name})"));
        let (at, end) = (one.deploy, one.plain.end().word());
        let _ = writeln!(text, "\ndeploy {at}{name}: {end}");
        page(&mut text, &one.plain);
        let Some(changed) = &one.changed else {
            continue;
        };
        for said in disarmed(changed) {
            let _ = writeln!(text, "  changed rules: {said}");
        }
        let (was, is) = (one.plain.end(), changed.end());
        if was == is {
            let _ = writeln!(text, "  changed rules: the same, {}", is.word());
        } else {
            flips += 1;
            let _ = writeln!(text, "  changed rules: FLIPS to: {}", is.word());
            page(&mut text, changed);
        }
    }
    if !notes.is_empty() {
        let _ = writeln!(text, "\n{flips} of {} would flip", judged.len());
        let flipped = judged.iter().filter(|one| one.flips());
        for one in flipped {
            let name = one.name.as_deref().unwrap_or("");
            let line = format!("  {} {name}", one.deploy);
            let _ = writeln!(text, "{}", line.trim_end());
        }
    }
    text
}

fn page(text: &mut String, rehearsal: &Rehearsal) {
    for (minute, _, words) in lines(rehearsal) {
        let at = minute.start().strftime("%H:%M").to_string();
        let _ = writeln!(text, "  {at}  {words}");
    }
    for (gate, state, why) in gates(rehearsal) {
        let _ = writeln!(text, "  gate   {gate}: {state} ({why})");
    }
    if let Some(advice) = rehearsal.release.recommendation() {
        let reasons: Vec<&str> = advice
            .reasons
            .iter()
            .map(crate::domain::Text::as_str)
            .collect();
        let _ = writeln!(
            text,
            "  recommends {}: {}",
            advice.advice.word(),
            reasons.join("; ")
        );
    }
}
