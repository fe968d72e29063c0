//! The scorecard in words: each panel in a line or two, and the whole as Markdown and JSON.

use std::fmt::Write as _;

use jiff::SignedDuration;
use serde_json::{Value, json};

use super::inline;
use crate::domain::{
    policy::Unit,
    scorecard::{Card, Level, Measure, Parts, Share, Spread, Week},
    wording,
};

/// What a panel says: its number, its title, its figure, what stands under it, and DORA's band where there is one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PanelWords {
    /// 22 to 25.
    pub number: u8,
    /// Its title.
    pub title: &'static str,
    /// The figure.
    pub figure: String,
    /// One thought a line.
    pub lines: Vec<String>,
    /// The band, with what it is measured against.
    pub band: Option<(Level, Measure)>,
}

/// Seconds as people say them.
pub fn seconds(seconds: f64) -> String {
    let whole = SignedDuration::try_from_secs_f64(seconds.round());
    whole.map_or_else(|_| "?".to_owned(), wording::duration)
}

/// How sure a spread is: its size, its interval, and whether that is small.
fn certainty(spread: &Spread, value: impl Fn(f64) -> String) -> String {
    let of = format!("of {}", wording::count(spread.n as u64, "deploy"));
    let small = if spread.is_small() {
        ": a small sample"
    } else {
        ""
    };
    match spread.interval {
        Some((low, high)) => format!(
            "{of}{small}; the true median lies between {} and {} with 95% confidence",
            value(low),
            value(high)
        ),
        None => format!("{of}: too few to say how far the true median lies from it"),
    }
}

fn percent(share: f64) -> String {
    wording::value(share * 100.0, Unit::Percent)
}

/// The rate with its interval.
fn share_line(share: &Share) -> String {
    let small = if share.is_small() {
        ": a small sample"
    } else {
        ""
    };
    format!(
        "{} of {}{small}; the true rate lies between {} and {} with 95% confidence",
        share.of,
        wording::count(share.n as u64, "deploy"),
        percent(share.interval.0),
        percent(share.interval.1)
    )
}

/// The parts of the mean lead time, with their shares.
pub fn parts(parts: &Parts) -> [(&'static str, f64, f64); 4] {
    let all = parts.build + parts.queue + parts.human + parts.bake;
    let share = |part: f64| if all > 0.0 { part / all } else { 0.0 };
    [
        ("build", parts.build, share(parts.build)),
        ("queue", parts.queue, share(parts.queue)),
        ("human", parts.human, share(parts.human)),
        ("bake", parts.bake, share(parts.bake)),
    ]
}

/// The four panels.
pub fn panels(card: &Card) -> [PanelWords; 4] {
    [lead(card), rollbacks(card), frequency(card), errors(card)]
}

fn lead(card: &Card) -> PanelWords {
    let mut lines = Vec::new();
    let figure = match &card.lead.total_s {
        None => {
            lines.push("no deploy whose commit has a time".to_owned());
            "no data".to_owned()
        }
        Some(spread) => {
            lines.push(certainty(spread, seconds));
            if let Some(means) = &card.lead.parts_s {
                let said = parts(means).map(|(name, part, share)| {
                    format!("{name} {} ({:.0}%)", seconds(part), share * 100.0)
                });
                lines.push(format!("mean: {}", said.join(", ")));
            }
            format!(
                "{} median, {} at the 90th percentile",
                seconds(spread.median),
                seconds(spread.p90)
            )
        }
    };
    PanelWords {
        number: 22,
        title: "Lead time",
        figure,
        lines,
        band: card.lead.level.map(|level| (level, Measure::LeadTime)),
    }
}

fn rollbacks(card: &Card) -> PanelWords {
    let mut lines = Vec::new();
    let figure = match &card.rollbacks.rate {
        None => "no data".to_owned(),
        Some(rate) => {
            lines.push(share_line(rate));
            format!("{} rolled back", percent(rate.share))
        }
    };
    if card.rollbacks.failed_runs > 0 {
        let failed = wording::count(card.rollbacks.failed_runs as u64, "rollback run");
        lines.push(format!("besides, {failed} failed"));
    }
    PanelWords {
        number: 23,
        title: "Rollback rate",
        figure,
        lines,
        band: card.rollbacks.level.map(|level| (level, Measure::FailRate)),
    }
}

fn frequency(card: &Card) -> PanelWords {
    let it = &card.frequency;
    let mut lines = vec![format!(
        "{} in {} days",
        wording::count(it.deploys as u64, "deploy"),
        wording::significant(it.days, 3)
    )];
    if it.failed > 0 {
        lines.push(format!("besides, {} began and failed", it.failed));
    }
    PanelWords {
        number: 24,
        title: "Deploy frequency",
        figure: format!("{} a week", wording::significant(it.per_week, 2)),
        lines,
        band: it.level.map(|level| (level, Measure::Frequency)),
    }
}

fn errors(card: &Card) -> PanelWords {
    let value = |percent: f64| wording::value(percent, Unit::Percent);
    let mut lines = Vec::new();
    let figure = match &card.errors.percent {
        None => "no data".to_owned(),
        Some(spread) => {
            lines.push(certainty(spread, value));
            format!(
                "{} median, {} at the 90th percentile",
                value(spread.median),
                value(spread.p90)
            )
        }
    };
    if card.errors.without > 0 {
        lines.push(format!(
            "{} without one: only journals of this machine hold it",
            wording::count(card.errors.without as u64, "deploy")
        ));
    }
    PanelWords {
        number: 25,
        title: "Error rate after deploys",
        figure,
        lines,
        band: None,
    }
}

/// `week of 2026-11-23`, and whether it is whole.
pub fn week_name(week: &Week) -> String {
    let part = if week.partial { " (part)" } else { "" };
    format!("{}{part}", week.monday)
}

/// The whole as Markdown.
pub fn scorecard_markdown(card: &Card) -> String {
    let day = |at: jiff::Timestamp| at.strftime("%F").to_string();
    let mut page = format!(
        "# Scorecard, {} to {}\n\n",
        day(card.since),
        day(card.until)
    );
    page.push_str("| repository | environment | job | deploys | with a journal | as of |\n| --- | --- | --- | --- | --- | --- |\n");
    for source in &card.sources {
        let read = source.read.map_or("never read".to_owned(), |at| {
            let part = if source.whole { "" } else { ", in part" };
            format!("{}{part}", at.strftime("%F %H:%M UTC"))
        });
        // Writing to a String cannot fail, here and below.
        let _ = writeln!(
            page,
            "| {} | {} | {} | {} | {} | {read} |",
            inline(&source.repository),
            inline(&source.environment),
            inline(&source.job),
            source.deploys,
            source.journalled
        );
    }
    for panel in panels(card) {
        let _ = write!(
            page,
            "\n## {} {}: {}\n\n",
            panel.number, panel.title, panel.figure
        );
        for line in &panel.lines {
            let _ = writeln!(page, "- {line}");
        }
        if let Some((level, measure)) = panel.band {
            let _ = writeln!(
                page,
                "- DORA: **{}** ({}; {}); {}",
                level.word(),
                measure.means(level),
                measure.source(),
                measure.caveat()
            );
        }
    }
    page.push_str("\n## Week by week\n\n| week of | deploys | rolled back | lead time, median | errors, median |\n| --- | --- | --- | --- | --- |\n");
    for week in &card.weeks {
        let _ = writeln!(
            page,
            "| {} | {} | {} | {} | {} |",
            week_name(week),
            week.deploys,
            week.rolled_back,
            week.lead_s
                .map_or("-".to_owned(), |spread| seconds(spread.median)),
            week.errors.map_or("-".to_owned(), |spread| wording::value(
                spread.median,
                Unit::Percent
            )),
        );
    }
    page.push_str("\n## What to know\n\n");
    for remark in &card.remarks {
        let _ = writeln!(page, "- {}", inline(remark.as_str()));
    }
    page.push_str("- DORA's bands come from each year's survey and differ from year to year; they are no targets.\n- Weeks begin on Monday, UTC. A rollback run is no deploy; each run attempt of the configured job is one.\n");
    page
}

/// The whole as JSON: the card, with what its bands mean.
pub fn scorecard_json(card: &Card) -> Value {
    let mut whole = json!(card);
    let bands: Vec<Value> = panels(card)
        .iter()
        .filter_map(|panel| {
            let (level, measure) = panel.band?;
            Some(json!({
                "panel": panel.number,
                "measure": measure,
                "level": level,
                "means": measure.means(level),
                "source": measure.source(),
                "caveat": measure.caveat(),
            }))
        })
        .collect();
    whole["bands"] = json!(bands);
    whole
}
