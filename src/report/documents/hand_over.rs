//! `hand-over`: where a release stands, for the one who drives next.

use jiff::Timestamp;

use super::{
    facts::{login, title},
    page::{Page, stamp, time},
};
use crate::{
    domain::{
        End, Phase,
        judge::{Series as _, State, WindowEnd},
        policy::{Metric, Side},
        release::{Recorded, Release},
        rollback::RollbackProgress,
        wording,
    },
    report::by_hand,
};

/// Notes that a brief holds, the newest.
const NOTES: usize = 10;

/// The brief as Markdown, as of `now`.
pub fn hand_over_brief(release: &Release, now: Timestamp) -> String {
    page(release, now).to_markdown()
}

/// As of the newest event.
pub(super) fn recorded(recorded: &Recorded) -> Page {
    let release = recorded.release();
    page(release, release.newest())
}

fn page(release: &Release, now: Timestamp) -> Page {
    let mut page = Page::new(title("Hand-over", release));
    page.verdict(
        release.outcome().word(),
        format!("{}, as of {}", release.phase().word(), stamp(now)),
    );
    page.heading("Stands");
    page.bullets(stands(release, now));
    page.heading("Decision");
    page.bullets(decision(release, now));
    page.heading("Watched");
    let rows = release
        .policy
        .metrics
        .iter()
        .filter_map(|metric| watched(release, metric));
    page.table(
        &["metric", ">newest", ">usual", "of"],
        rows.collect(),
        "No metric has been read.",
    );
    page.bullets(
        release
            .trigger_verdicts()
            .into_iter()
            .map(|(source, verdict)| {
                let word = match verdict.state {
                    State::Fail => "TRUE",
                    State::Pass => "quiet",
                    other => other.word(),
                };
                format!("{source}: {word} ({})", verdict.why)
            })
            .collect(),
    );
    page.heading("Notes");
    page.bullets(notes(release));
    page.heading("By hand");
    page.commands(by_hand(release).lines().map(str::to_owned).collect());
    page
}

fn stands(release: &Release, now: Timestamp) -> Vec<String> {
    let rollout = &release.rollout;
    let production = rollout.production_now().and_then(|answer| answer.name());
    let mut points = vec![
        format!("run {}, attempt {}", release.key.run, release.attempt()),
        format!(
            "production runs {}",
            production.unwrap_or("a version that nobody can tell")
        ),
    ];
    if let Some(driver) = &release.record.driver {
        points.push(format!("{driver} drives"));
    }
    if let Some((to, note)) = &release.record.handed_over {
        points.push(format!(
            "handed over to {to} at {} by {}: {}",
            time(note.at),
            login(note.by.as_ref()),
            note.text
        ));
    }
    if let Some(at) = rollout.deployed {
        let (have, want) = release.window_progress();
        points.push(format!(
            "deployed {} ago; {have} of {} judged",
            wording::age(now.duration_since(at)),
            wording::count(want as u64, "minute")
        ));
    }
    for (feed, (since, why)) in &release.record.silent {
        points.push(format!(
            "{} silent since {}: {why}",
            feed.word(),
            time(*since)
        ));
    }
    points.extend(rollout.issues.iter().map(|issue| format!("issue: {issue}")));
    let problems = release.record.problems.iter();
    points.extend(problems.map(|(problem, note)| {
        format!(
            "{} (by {}): {}",
            problem.word(),
            login(note.by.as_ref()),
            note.text
        )
    }));
    points
}

fn decision(release: &Release, now: Timestamp) -> Vec<String> {
    let mut points = Vec::new();
    if let Some(waiting) = release.waits() {
        let left = waiting.escalate_at.duration_since(now);
        points.push(match waiting.escalated {
            Some(at) => format!(
                "stage {} waits since {}; escalated at {}",
                waiting.stage + 1,
                time(waiting.since),
                time(at)
            ),
            None => format!(
                "stage {} waits since {}; escalated in {}",
                waiting.stage + 1,
                time(waiting.since),
                wording::duration(left)
            ),
        });
        let open = release.gates().iter().filter(|gate| gate.effect.is_some());
        points.extend(open.map(|gate| {
            format!(
                "open: {} is {} ({}), {}",
                gate.title,
                gate.verdict.state.word(),
                gate.verdict.why,
                super::facts::effect(gate.effect)
            )
        }));
    }
    // A rollback that went out later is the answer.
    let rolled_back = release.rollback.newest().map(|attempt| attempt.at);
    for (source, fired) in release.watch.alerts() {
        if rolled_back.is_none_or(|at| at < fired.at) {
            points.push(format!("nobody answered the alert {source}: {}", fired.why));
        }
    }
    if rolled_back.is_none() {
        let strange = release.watch.strange();
        points.extend(strange.map(|(_, _, why)| format!("nobody answered what stands out: {why}")));
    }
    points.extend(asked(release));
    if let Some(attempt) = release.rollback.in_flight() {
        points.push(format!(
            "a rollback to {} is on its way since {}",
            attempt.shown.target.name(),
            time(attempt.at)
        ));
    }
    if points.is_empty() {
        points.push("nothing waits for a decision".to_owned());
    }
    // One that succeeded has been the way back.
    let is_back = matches!(
        release.phase(),
        Phase::Recovering | Phase::Stopped | Phase::Ended(End::RolledBack)
    );
    if let Some(target) = release.rollback_target().filter(|_| !is_back) {
        points.push(format!("the way back goes to {}", target.name()));
    }
    points
}

/// What the phase itself asks of a person.
fn asked(release: &Release) -> Option<String> {
    let why = match (release.phase(), &release.watch.end) {
        (Phase::Stopped, _) => {
            let words = "what happened is not written down yet: `c` on the screen; the service is locked until `cockpit unlock` says why it may go on";
            return Some(words.to_owned());
        }
        (Phase::RollbackFailed, _) => {
            let attempt = release.rollback.newest()?;
            let RollbackProgress::Failed { why, .. } = &attempt.progress else {
                return None;
            };
            let target = attempt.shown.target.name();
            return Some(format!(
                "the rollback to {target} failed: {why}; roll back again, or close the release with a reason"
            ));
        }
        (Phase::Undecided, Some(WindowEnd::Undecided { why, .. })) => why.to_string(),
        (Phase::Undecided, Some(WindowEnd::Judged { gates, .. })) => {
            let open = gates.iter().filter(|(_, state, _)| *state != State::Pass);
            let open: Vec<String> = open
                .map(|(gate, state, why)| format!("{gate} is {} ({why})", state.word()))
                .collect();
            if open.is_empty() {
                "every gate passed, and something else speaks against it".to_owned()
            } else {
                open.join("; ")
            }
        }
        (Phase::Undecided, None) => {
            let words = "not all of it is deployed: close, run it again or roll back";
            return Some(words.to_owned());
        }
        _ => return None,
    };
    Some(format!("close, extend or roll back: {why}"))
}

fn watched(release: &Release, metric: &Metric) -> Option<Vec<String>> {
    if metric.side != Side::All {
        return None;
    }
    let series = release.watch.series.get(&metric.key())?;
    let newest = series
        .iter()
        .rev()
        .find_map(|(minute, sample)| Some((*minute, sample.value()?)));
    let usual = release.readings().baseline(&metric.name);
    Some(vec![
        metric.label.clone(),
        newest.map_or_else(
            || "no data".to_owned(),
            |(_, value)| wording::value(value, metric.unit),
        ),
        usual.map_or_else(
            || "unknown".to_owned(),
            |usual| wording::value(usual.median, metric.unit),
        ),
        newest.map_or_else(String::new, |(minute, _)| {
            minute.start().strftime("%H:%M UTC").to_string()
        }),
    ])
}

fn notes(release: &Release) -> Vec<String> {
    let all = &release.record.notes;
    let kept = &all[all.len().saturating_sub(NOTES)..];
    if kept.is_empty() {
        return vec!["nobody wrote one".to_owned()];
    }
    kept.iter()
        .map(|note| {
            format!(
                "{} {}: {}",
                time(note.at),
                login(note.by.as_ref()),
                note.text
            )
        })
        .collect()
}
