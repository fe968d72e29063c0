//! Facts that several documents tell: which release, the gates of a moment, metrics before and after, the timeline.

use super::{
    page::{Page, stamp, time},
    svg::{Band, Series},
};
use crate::{
    domain::{
        Event, Login, Text,
        judge::{self, BaselineStats, JudgeEvent},
        observation::Minute,
        policy::{Effect, Metric, Side, Strategy},
        release::{Gate, PAST_MINUTES, Recorded, Release, first_whole},
        rollback::RollbackProgress,
        rollout::RolloutEvent,
        wording,
    },
    report::{Mood, told, who},
};

/// Rows of a list that grows with the release.
pub(super) const ROWS: usize = 200;

/// `title: service version`.
pub(super) fn title(words: &str, release: &Release) -> String {
    format!("{words}: {} {}", release.policy.service, release.name())
}

/// Who it was, for people.
pub(super) fn login(login: Option<&Login>) -> String {
    login.map_or_else(|| "unknown".to_owned(), ToString::to_string)
}

/// Which release it is.
pub(super) fn head(page: &mut Page, recorded: &Recorded) {
    let release = recorded.release();
    let mut rows = Vec::new();
    let mut row = |name: &str, value: String| rows.push(vec![name.to_owned(), value]);
    row("release", release.name().to_string());
    row(
        "commit",
        release
            .rollout
            .sha()
            .map_or_else(|| "unknown".to_owned(), ToString::to_string),
    );
    row("production before", before(release));
    row("environment", release.policy.target.environment.clone());
    row("strategy", strategy(&release.policy.strategy).to_owned());
    row(
        "run",
        format!("{}, attempt {}", release.key, release.attempt()),
    );
    row("outcome", release.outcome().word().to_owned());
    if let Some(emergency) = &release.approval.emergency {
        let review = match &release.record.review {
            Some(note) => format!(
                "reviewed by {} at {}: {}",
                login(note.by.as_ref()),
                stamp(note.at),
                note.text
            ),
            None => format!("review due {}", stamp(emergency.review_by)),
        };
        let words = format!("{}: {}; {review}", emergency.in_short(), emergency.reason);
        row("emergency", words);
    }
    row("rules", format!("sha256 {}", release.policy.hash));
    row(
        "journal",
        format!(
            "{} events from {} to {}",
            release.seq(),
            stamp(recorded.opened()),
            stamp(release.newest())
        ),
    );
    page.table(&["about", ""], rows, "");
}

/// What production ran before this release.
pub(super) fn before(release: &Release) -> String {
    let rollout = &release.rollout;
    rollout
        .before
        .as_ref()
        .or_else(|| rollout.production_now())
        .and_then(|answer| answer.name())
        .unwrap_or("unknown")
        .to_owned()
}

/// A strategy's name, as the rules write it.
pub(super) fn strategy(strategy: &Strategy) -> &'static str {
    match strategy {
        Strategy::Recreate => "recreate",
        Strategy::Rolling { .. } => "rolling",
        Strategy::BlueGreen { .. } => "blue-green",
        Strategy::Canary { .. } => "canary",
    }
}

/// What a gate's state does to the approval, in words.
pub(super) fn effect(effect: Option<Effect>) -> &'static str {
    match effect {
        None => "",
        Some(Effect::Block) => "blocks",
        Some(Effect::Reason) => "wants a reason",
        Some(Effect::Warn) => "warns",
    }
}

/// Gates with their arithmetic.
pub(super) fn gates(page: &mut Page, gates: &[Gate]) {
    let rows = gates.iter().map(|gate| {
        vec![
            gate.title.to_string(),
            gate.verdict.state.word().to_owned(),
            gate.verdict.why.to_string(),
            effect(gate.effect).to_owned(),
        ]
    });
    page.table(
        &["gate", "state", "arithmetic", "effect"],
        rows.collect(),
        "The rules name no gate.",
    );
}

/// A metric before and after the deploy.
#[derive(Debug, Clone)]
pub(super) struct Moved<'a> {
    pub(super) metric: &'a Metric,
    /// The usual values before.
    pub(super) before: Option<BaselineStats>,
    /// The median since the first production traffic, up to the end of the watch or the rollback's request.
    pub(super) after: Option<f64>,
    /// Minutes that `after` rests on.
    pub(super) minutes: u32,
}

impl Moved<'_> {
    /// What the two say; `None` where one is unknown.
    pub(super) fn change(&self) -> Option<judge::Change> {
        Some(judge::change(&self.before?, self.after?, self.metric.bad))
    }

    pub(super) fn cells(&self) -> Vec<String> {
        let unit = self.metric.unit;
        let value = |value: Option<f64>| {
            value.map_or_else(|| "unknown".to_owned(), |value| wording::value(value, unit))
        };
        let before = self.before.map(|stats| stats.median);
        let change = self.change();
        vec![
            self.metric.label.clone(),
            value(before),
            value(self.after),
            change.map_or_else(String::new, |change| {
                wording::change(change.before, change.after, unit)
            }),
            match change.map(|change| change.course) {
                Some(course) => course.word(),
                None => "unknown",
            }
            .to_owned(),
            self.minutes.to_string(),
        ]
    }
}

/// Every metric of the whole, before and after.
pub(super) fn moved<'a>(release: &'a Release, until: Option<Minute>) -> Vec<Moved<'a>> {
    let readings = release.readings();
    let from = release.rollout.first_traffic.map(first_whole);
    let after = |metric: &Metric| {
        let series = release.watch.series.get(&metric.key())?;
        let until = until.unwrap_or(Minute(i64::MAX)).max(from?);
        BaselineStats::of(series.range(from?..until).map(|(_, sample)| *sample))
    };
    let of = |metric: &'a Metric| {
        let after = after(metric);
        Moved {
            metric,
            before: judge::Series::baseline(&readings, &metric.name),
            after: after.map(|stats| stats.median),
            minutes: after.map_or(0, |stats| stats.minutes),
        }
    };
    let whole = |metric: &&Metric| metric.side == Side::All;
    release
        .policy
        .metrics
        .iter()
        .filter(whole)
        .map(of)
        .collect()
}

/// Up to when the new version alone is measured: the rollback's request, else the window's end.
pub(super) fn measured_until(release: &Release) -> Option<Minute> {
    let last = || release.window_minutes().last().map(|minute| minute.plus(1));
    release.watch_end().or_else(last)
}

/// The table of metrics before and after.
pub(super) fn movement(page: &mut Page, release: &Release) {
    let rows = moved(release, measured_until(release));
    page.table(
        &["metric", ">before", ">after", ">change", "", ">minutes"],
        rows.iter().map(Moved::cells).collect(),
        "The rules name no metric.",
    );
    page.words(
        "Before: the median of the baseline. After: the median since the first production traffic, until the watch or a rollback ended it. Same: within the usual noise.",
    );
}

/// Charts of every metric around the deploy.
pub(super) fn charts(page: &mut Page, release: &Release) {
    let readings = release.readings();
    let Some((from, until)) = span(release) else {
        return page.words("No metric was read: there is nothing to draw.");
    };
    let hypercare = &release.policy.hypercare;
    let mut marks = Vec::new();
    let mut mark =
        |at: Option<jiff::Timestamp>, name| marks.extend(at.map(|at| (Minute::of(at), name)));
    mark(release.rollout.first_traffic, "deploy");
    mark(
        release.rollback.attempts.first().map(|attempt| attempt.at),
        "rollback",
    );
    if let Some(RollbackProgress::Finished { at, .. }) =
        release.rollback.newest().map(|attempt| &attempt.progress)
    {
        mark(Some(*at), "restored");
    }
    for metric in release.policy.shown_metrics() {
        let rules = hypercare.triggers.iter().chain(&hypercare.gates);
        let limits = rules.flat_map(|rule| rule.limits(&metric.name, &readings));
        let moving = release.moving_band(metric, from, until);
        let level = || judge::Series::baseline(&readings, &metric.name).map(|stats| stats.band());
        let band = match moving {
            Some(edges) => Band::Moving(edges),
            None => level().map_or(Band::Unknown, |(low, high)| Band::Level(low, high)),
        };
        page.chart(Series {
            title: metric.title().into_owned(),
            unit: metric.unit,
            from,
            values: release.values(metric, from, until),
            band,
            limits: limits.map(|limit| limit.value).collect(),
            marks: marks.clone(),
        });
    }
}

/// Longest span that is drawn, in minutes: half a day.
const DRAWN: i64 = 12 * 60;

fn span(release: &Release) -> Option<(Minute, Minute)> {
    let all = release.watch.series.values();
    let newest = all.clone().filter_map(|one| one.keys().next_back()).max()?;
    let oldest = all.filter_map(|one| one.keys().next()).min()?;
    // What tells less often than each minute has a longer past than the others.
    let begin = match release.rollout.first_traffic {
        Some(at) => Minute::of(at).plus(-60),
        None => Minute::of(release.opened).plus(-PAST_MINUTES),
    };
    let from = (*oldest).max(begin).max(newest.plus(-DRAWN));
    Some((from, newest.plus(1)))
}

/// Whether an event belongs in a person's timeline: polls, minutes, steps and what is of little weight do not.
fn is_telling(event: &Event, mood: Mood) -> bool {
    !matches!(
        event,
        Event::Gate(_)
            | Event::Judge(
                JudgeEvent::MinuteJudged { .. }
                    | JudgeEvent::HistoryRead { .. }
                    | JudgeEvent::PastRead { .. }
            )
            | Event::Rollout(RolloutEvent::LaneChanged { .. } | RolloutEvent::StepChanged { .. })
    ) && mood != Mood::Quiet
}

/// The timeline: time, who, what. Words of people keep all their lines.
pub(super) fn timeline(recorded: &Recorded, from: Option<jiff::Timestamp>) -> Vec<Vec<String>> {
    let rows = recorded.events().iter().filter_map(|stamped| {
        let (mood, words) = told(stamped);
        let is_new = from.is_none_or(|from| stamped.stamp.at >= from);
        (is_new && is_telling(&stamped.event, mood)).then(|| {
            vec![
                stamp(stamped.stamp.at),
                who(&stamped.stamp.actor),
                Text::line(&words).to_string(),
            ]
        })
    });
    rows.collect()
}

/// The last [`ROWS`] of a list, after a line that says how many were left out.
pub(super) fn bounded(page: &mut Page, mut rows: Vec<Vec<String>>) -> Vec<Vec<String>> {
    if rows.len() > ROWS {
        let left_out = rows.len() - ROWS;
        page.words(format!(
            "The first {left_out} are left out; the deployment log has all."
        ));
        rows.drain(..left_out);
    }
    rows
}

/// Rollbacks: when, by whom, where to, why, and how each went.
pub(super) fn rollbacks(page: &mut Page, release: &Release) {
    let rows = release.rollback.attempts.iter().map(|attempt| {
        let went = match &attempt.progress {
            RollbackProgress::Preparing => "preparing".to_owned(),
            RollbackProgress::Starting => "starting".to_owned(),
            RollbackProgress::Running => "running".to_owned(),
            RollbackProgress::Failed { at, why } => format!("failed at {}: {why}", time(*at)),
            RollbackProgress::Finished {
                at,
                production,
                recovered,
            } => {
                let production = production
                    .as_ref()
                    .map_or_else(|| "nobody could tell".to_owned(), ToString::to_string);
                let recovered = match recovered {
                    None => "recovery not judged".to_owned(),
                    Some((Some(true), why)) => format!("recovered ({why})"),
                    Some((Some(false), why)) => format!("not recovered ({why})"),
                    Some((None, why)) => format!("recovery cannot be told ({why})"),
                };
                format!(
                    "ended at {}; production answers: {production}; {recovered}",
                    time(*at)
                )
            }
        };
        vec![
            stamp(attempt.at),
            login(attempt.by.as_ref()),
            attempt.shown.target.name().to_owned(),
            attempt.reason.to_string(),
            went,
        ]
    });
    page.table(
        &["asked for", "by", "to", "why", "how it went"],
        rows.collect(),
        "No rollback was asked for.",
    );
}
