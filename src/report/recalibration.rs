//! The recalibration checkpoint as Markdown: what the thresholds were worth, what to change, and a checklist.

use std::fmt::Write as _;

use jiff::Timestamp;
use serde_json::{Value, json};

use super::{inline, seconds};
use crate::domain::{
    Text,
    scorecard::{Calibration, Score, Suggestion, Threshold, ThresholdKind, Truth},
    wording,
};

/// Fewer releases whose truth is known than this carry no change of a rule.
const FEW: usize = 10;

/// The report of a day. `unread` says which journals were left out, and why.
pub fn recalibration_markdown(
    services: &[Calibration],
    (since, until): (Timestamp, Timestamp),
    unread: &[Text],
) -> String {
    let day = |at: Timestamp| at.strftime("%F").to_string();
    let mut page = format!(
        "# Recalibration checkpoint, {}\n\nFrom the journals of this machine since {}. A release counts as bad where it was rolled back or a person reported a problem, as good where it was watched to its end and nobody did.\n",
        day(until),
        day(since)
    );
    if services.is_empty() {
        page.push_str("\nNo such release lies on this machine from that time.\n");
    }
    for service in services {
        one(&mut page, service);
    }
    if !unread.is_empty() {
        page.push_str("\n## Left out\n\n");
        for line in unread {
            // Writing to a String cannot fail, here and below.
            let _ = writeln!(page, "- {}", inline(line.as_str()));
        }
    }
    checklist(&mut page, services);
    page
}

fn one(page: &mut String, service: &Calibration) {
    let counts = service.releases;
    let _ = write!(
        page,
        "\n## {} ({}, {})\n\n{} good, {} bad, {} not known{}\n\n",
        inline(&service.service),
        inline(&service.repository),
        inline(&service.environment),
        counts.good,
        counts.bad,
        counts.unknown,
        if counts.good + counts.bad < FEW {
            ": a small sample, too few to change a rule on its word alone"
        } else {
            ""
        }
    );
    page.push_str("| threshold | kind | releases | spoke | right | wrong | missed | says |\n| --- | --- | --- | --- | --- | --- | --- | --- |\n");
    for threshold in &service.thresholds {
        let Score {
            right,
            wrong,
            missed,
        } = threshold.score;
        let _ = writeln!(
            page,
            "| {} | {} | {} | {} | {right} | {wrong} | {missed} | {} |",
            inline(&threshold.rule),
            kind(threshold.kind),
            threshold.releases,
            right + wrong + threshold.unclear,
            verdict(threshold)
        );
    }
    for threshold in &service.thresholds {
        if let Some(suggestion) = &threshold.suggestion {
            suggested(page, threshold, suggestion);
        }
    }
    page.push_str("\n### Waits, gates and evidence\n\n");
    match &service.waits_s {
        None => page.push_str("- nobody was waited for\n"),
        Some(spread) => {
            let _ = writeln!(
                page,
                "- an approval took {} in the median, {} at the 90th percentile, of {}",
                seconds(spread.median),
                seconds(spread.p90),
                wording::count(spread.n as u64, "wait")
            );
        }
    }
    for (gate, count) in &service.never_fail {
        let _ = writeln!(
            page,
            "- the gate {} never failed in {}",
            inline(gate),
            wording::count(*count as u64, "release")
        );
    }
    for (evidence, count) in &service.always_missing {
        let _ = writeln!(
            page,
            "- {} was missing in all of {}",
            evidence.word(),
            wording::count(*count as u64, "release")
        );
    }
}

fn kind(kind: ThresholdKind) -> &'static str {
    match kind {
        ThresholdKind::Gate => "gate",
        ThresholdKind::Trigger => "trigger",
    }
}

fn verdict(threshold: &Threshold) -> &'static str {
    let Score {
        right,
        wrong,
        missed,
    } = threshold.score;
    match (
        right + wrong + threshold.unclear,
        wrong > right,
        missed > right,
    ) {
        _ if threshold.releases == 0 => "no release had it",
        (0, _, _) if missed > 0 => "never spoke, though releases went wrong",
        (0, _, _) => "never spoke",
        (_, true, _) => "cries wolf",
        (_, false, true) => "misses more than it finds",
        (_, false, false) => "keeps its word",
    }
}

fn suggested(page: &mut String, threshold: &Threshold, suggestion: &Suggestion) {
    let score = |score: Score| {
        format!(
            "{} right, {} wrong, {} missed",
            score.right, score.wrong, score.missed
        )
    };
    let _ = write!(
        page,
        "\n### `{}`: try `{}`\n\nNow {}; then {}. It would have said otherwise of:\n\n",
        code(&threshold.rule),
        code(&suggestion.rule),
        score(suggestion.before),
        score(suggestion.after)
    );
    for flip in &suggestion.flips {
        let _ = writeln!(
            page,
            "- {} ({}): {} a release that was {}",
            inline(flip.release.as_str()),
            flip.at.strftime("%F"),
            if flip.speaks {
                "speaks against"
            } else {
                "is silent about"
            },
            match flip.truth {
                Truth::Bad => "bad",
                Truth::Good => "good",
                Truth::Unknown => "neither",
            }
        );
    }
}

/// A rule's source holds no back quote; a hand-edited journal's may.
fn code(rule: &str) -> String {
    rule.replace('`', "'")
}

fn checklist(page: &mut String, services: &[Calibration]) {
    page.push_str("\n## Checklist\n\n");
    let mut item = |text: String| {
        let _ = writeln!(page, "- [ ] {text}");
    };
    for service in services {
        let name = inline(&service.service);
        for threshold in &service.thresholds {
            if let Some(suggestion) = &threshold.suggestion {
                item(format!(
                    "{name}: decide on `{}` in place of `{}`; `cockpit backtest --metrics --set` tries it on CloudWatch's own history",
                    code(&suggestion.rule),
                    code(&threshold.rule)
                ));
            } else if threshold.score.wrong > threshold.score.right {
                item(format!(
                    "{name}: `{}` cries wolf, and no other value does better: another metric?",
                    code(&threshold.rule)
                ));
            }
        }
        for (gate, _) in &service.never_fail {
            item(format!(
                "{name}: does the gate {} still ask something?",
                inline(gate)
            ));
        }
        for (evidence, _) in &service.always_missing {
            item(format!(
                "{name}: make {}, or take it out of the rules",
                evidence.word()
            ));
        }
    }
    item("problems that were repaired without a rollback and without `p` are written down, so that the next checkpoint knows them".to_owned());
    item("a date for the next checkpoint is set".to_owned());
}

/// The same as JSON.
pub fn recalibration_json(
    services: &[Calibration],
    (since, until): (Timestamp, Timestamp),
    unread: &[Text],
) -> Value {
    json!({"since": since, "until": until, "services": services, "left_out": unread})
}
