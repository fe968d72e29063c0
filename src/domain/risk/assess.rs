//! From facts to a score: each factor adds a share of its weight, the sum stops at 100.
//!
//! A share is a matter of the fact alone, so that two releases with equal facts have equal scores. What is unknown adds
//! nothing by itself: that it is unknown is a factor of its own.

use serde::{Deserialize, Serialize};

use super::{Factor, Level, RiskFacts, RiskRule};
use crate::domain::{
    Text,
    diff::{AdvisorySeverity, DependenciesFrom, DependencyKind, Diff, EffectKind, FileKind, Seen},
    evidence::{LoadBaseline, LoadReport, Severity},
    wording,
};

/// A score that no sum exceeds.
pub const MOST: u32 = 100;

/// A release's risk.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Risk {
    /// 0 to 100.
    pub score: u32,
    /// Its level by the rules.
    pub level: Level,
    /// What adds to it, the most first; those of equal weight in the order of [`Factor::ALL`].
    pub contributions: Vec<Contribution>,
}

/// One part of the sum.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Contribution {
    /// Which factor.
    pub factor: Factor,
    /// Points that it adds, at least 1.
    pub points: u32,
    /// The most that it could add.
    pub weight: u32,
    /// The fact.
    pub why: Text,
}

impl Risk {
    /// Works the risk out.
    pub fn of(facts: &RiskFacts<'_>, rule: &RiskRule) -> Self {
        let mut contributions: Vec<Contribution> = Factor::ALL
            .into_iter()
            .filter_map(|factor| {
                let (share, why) = part(factor, facts)?;
                let weight = rule.weight(factor);
                let points = points(share, weight);
                (points > 0).then(|| Contribution {
                    factor,
                    points,
                    weight,
                    why: Text::line(&why),
                })
            })
            .collect();
        // Stable: equal points keep the order of the factors.
        contributions.sort_by_key(|part| std::cmp::Reverse(part.points));
        let sum = contributions
            .iter()
            .fold(0u32, |sum, part| sum.saturating_add(part.points));
        let score = sum.min(MOST);
        Self {
            score,
            level: rule.level(score),
            contributions,
        }
    }

    /// What an approval is bound to: the level, and the factors by name; never the score.
    pub fn shown(&self) -> (Level, Vec<Text>) {
        let mut names: Vec<Text> = self
            .contributions
            .iter()
            .map(|part| Text::line(part.factor.word()))
            .collect();
        names.sort();
        (self.level, names)
    }

    /// One line: `review carefully: migrations, hot paths`.
    pub fn recommendation(&self) -> String {
        let named: Vec<&str> = self
            .contributions
            .iter()
            .take(3)
            .map(|part| part.factor.word())
            .collect();
        let advice = self.level.advice();
        if named.is_empty() {
            advice.to_owned()
        } else {
            format!("{advice}: {}", named.join(", "))
        }
    }
}

/// A share of a weight in whole points; something is never nothing.
fn points(share: f64, weight: u32) -> u32 {
    if weight == 0 || share.is_nan() || share <= 0.0 {
        return 0;
    }
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "between zero and a weight"
    )]
    let whole = (share.min(1.0) * f64::from(weight)).round() as u32;
    whole.clamp(1, weight)
}

/// A factor's share of its weight, 0 to 1, and the fact behind it; `None` where it adds nothing.
fn part(factor: Factor, facts: &RiskFacts<'_>) -> Option<(f64, String)> {
    match factor {
        Factor::FailedTests => {
            let failed = facts.tests?.unknown_failures();
            (failed > 0).then(|| (1.0, format!("{} failed", wording::count(failed, "test"))))
        }
        Factor::FlakyTests => {
            let flaky = facts.tests?.totals.flaky;
            (flaky > 0).then(|| {
                let words = wording::count(flaky, "flaky test");
                (share(flaky, 5), words)
            })
        }
        Factor::CoverageDrop => {
            let coverage = facts.coverage?;
            let drop = -coverage.change()?;
            // What is shown as no change is none.
            (drop >= 0.05).then(|| (drop / 5.0, coverage.in_short()))
        }
        Factor::DiffSize => facts.diff.and_then(size),
        Factor::HotPaths => {
            let diff = facts.diff?;
            (diff.hot_count > 0).then(|| {
                let first = diff.hot().next().map_or("", |file| file.path.as_str());
                let share = 0.5 + share(u64::from(diff.hot_count), 10) / 2.0;
                (share, named(u64::from(diff.hot_count), "hot file", first))
            })
        }
        Factor::Migrations => facts.diff.and_then(migrations),
        Factor::Dependencies => facts.diff.and_then(dependencies),
        Factor::Vulnerabilities => vulnerabilities(facts),
        Factor::LoadRegression => facts.load.and_then(load),
        Factor::LastRelease => last_release(facts),
        Factor::LastOutcome => last_outcome(facts),
        Factor::BehindProduction => {
            let lost = facts.diff?.behind_by;
            (lost > 0).then(|| {
                let words = wording::count(u64::from(lost), "commit");
                (1.0, format!("{words} of production would be lost"))
            })
        }
        Factor::Production => {
            let why = facts.production_unclear.as_ref()?;
            Some((1.0, why.to_string()))
        }
        Factor::Truncated => truncated(facts),
        Factor::MissingEvidence => {
            let all: Vec<&str> = facts.missing.iter().map(Text::as_str).collect();
            let many = u64::try_from(all.len()).unwrap_or(u64::MAX);
            (many > 0).then(|| (0.5 + share(many, 4) / 2.0, all.join(", ")))
        }
        Factor::Rules => facts.diff?.changes_rules().then(|| {
            (
                1.0,
                "the candidate changes the rules that judge it".to_owned(),
            )
        }),
        Factor::Contradictions => {
            let many = u64::try_from(facts.contradictions.len()).unwrap_or(u64::MAX);
            let first = facts.contradictions.first()?;
            let more = match many {
                1 => String::new(),
                many => format!(", and {} more", many - 1),
            };
            Some((0.4 + 0.2 * share_of(many), format!("{first}{more}")))
        }
    }
}

/// `some / all`, at most 1.
fn share(some: u64, all: u64) -> f64 {
    #[expect(
        clippy::cast_precision_loss,
        reason = "a count beyond 2^52 is all of it anyway"
    )]
    let share = some as f64 / all.max(1) as f64;
    share.min(1.0)
}

/// One contradiction may be a slip, three are a text about something else.
fn share_of(many: u64) -> f64 {
    3.0 * share(many, 3)
}

fn named(count: u64, what: &str, first: &str) -> String {
    let words = wording::count(count, what);
    match (count, first.is_empty()) {
        (_, true) => words,
        (1, false) => format!("{words}: {first}"),
        (_, false) => format!("{words}, {first} first"),
    }
}

/// Up to 50 changed lines add nothing, 3,000 and more all of it, the logarithm between.
fn size(diff: &Diff) -> Option<(f64, String)> {
    let lines = diff.added.saturating_add(diff.removed);
    #[expect(
        clippy::cast_precision_loss,
        reason = "a count beyond 2^52 is all of it anyway"
    )]
    let share = (lines as f64 / 50.0).ln() / (3_000.0f64 / 50.0).ln();
    (share > 0.0).then(|| {
        let floor = if diff.truncated { "at least " } else { "" };
        let files = wording::count(u64::from(diff.files), "file");
        (share, format!("{floor}{lines} lines in {files}"))
    })
}

/// Sorted by what they do, the worst first: one that loses data or breaks the code that runs now is all of the weight.
fn migrations(diff: &Diff) -> Option<(f64, String)> {
    let first = diff.migrations.first()?;
    let share = match (first.worst().map(|effect| effect.kind), first.seen) {
        (Some(kind), _) if kind.loses_data() || kind.breaks_old_code() => 1.0,
        (Some(kind), _) if kind.locks() => 0.8,
        (Some(EffectKind::ChangesData), _) | (None, Seen::Not | Seen::Part) => 0.7,
        (Some(_), _) => 0.5,
        (None, Seen::Whole) => 0.4,
    };
    let more = match diff.migration_count {
        0 | 1 => String::new(),
        many => format!(", and {} more", many - 1),
    };
    Some((share, format!("{}{more}", first.in_short())))
}

fn dependencies(diff: &Diff) -> Option<(f64, String)> {
    let dependencies = &diff.dependencies;
    let of = |kind| u64::try_from(dependencies.of_kind(kind)).unwrap_or(u64::MAX);
    let (new, bumped, downgraded) = (
        of(DependencyKind::Added),
        of(DependencyKind::Bumped),
        of(DependencyKind::Downgraded),
    );
    if new + bumped + downgraded == 0 {
        let is_unread = dependencies.from == DependenciesFrom::Unknown
            && diff.of_kind(FileKind::Lock).next().is_some();
        return is_unread.then(|| {
            (
                0.5,
                "a lock file changed, what in it is not known".to_owned(),
            )
        });
    }
    let share = share(new, 4) + share(downgraded, 3) + share(bumped, 20);
    let parts = [(new, "new"), (bumped, "bumped"), (downgraded, "downgraded")];
    let words: Vec<String> = parts
        .iter()
        .filter(|(count, _)| *count > 0)
        .map(|(count, word)| format!("{count} {word}"))
        .collect();
    Some((share, words.join(", ")))
}

fn vulnerabilities(facts: &RiskFacts<'_>) -> Option<(f64, String)> {
    let brought: Option<(f64, String)> = facts.diff.and_then(|diff| {
        let vulnerable = diff.dependencies.vulnerable();
        let (change, worst) = vulnerable
            .filter_map(|change| Some((change, change.worst()?)))
            .max_by_key(|(_, advisory)| advisory.severity)?;
        let share = match worst.severity {
            AdvisorySeverity::Critical | AdvisorySeverity::High => 1.0,
            AdvisorySeverity::Moderate | AdvisorySeverity::Unknown => 0.6,
            AdvisorySeverity::Low => 0.3,
        };
        let words = format!(
            "{}: {} {}",
            change.in_short(),
            worst.severity.word(),
            worst.id
        );
        Some((share, words))
    });
    let found: Option<(f64, String)> = facts.security.and_then(|report| {
        // Without an earlier scan every finding may be old: that weighs less than a new one.
        let (counts, factor, word) = match &report.new {
            Some(new) => (new, 1.0, "new"),
            None => (&report.counts, 0.6, "found, nothing to compare with"),
        };
        let share = [
            (Severity::Critical, 1.0),
            (Severity::High, 0.8),
            (Severity::Medium, 0.3),
        ]
        .into_iter()
        .find(|(severity, _)| counts.of(*severity) > 0)
        .map(|(_, share)| share)?;
        Some((share * factor, format!("{} {word}", counts.in_words())))
    });
    match (brought, found) {
        (Some((one, why)), Some((other, more))) => Some((one.max(other), format!("{why}; {more}"))),
        (one, other) => one.or(other),
    }
}

/// Slower by 5% is noise, by half again all of it; a crossed threshold or no answer at all are all of it too.
fn load(load: &LoadReport) -> Option<(f64, String)> {
    if let Some(why) = load.collapse() {
        return Some((1.0, format!("load test: {why}")));
    }
    if let Some(crossed) = load.crossed().next() {
        return Some((1.0, format!("threshold crossed: {}", crossed.name)));
    }
    let before = load.baseline.as_ref()?;
    let parts = [slower(load, before), failing_more(load, before)];
    parts
        .into_iter()
        .flatten()
        .max_by(|a, b| a.0.total_cmp(&b.0))
}

/// The percentile that grew most.
fn slower(load: &LoadReport, before: &LoadBaseline) -> Option<(f64, String)> {
    let slower = [
        ("p99", before.p99, load.p99),
        ("p95", before.p95, load.p95),
        ("p50", before.p50, load.p50),
    ]
    .into_iter()
    .filter_map(|(name, before, now)| {
        let (before, now) = (before?, now?);
        (before > 0.0).then_some((name, now / before - 1.0))
    })
    // Of equal ones the first: the highest percentile.
    .reduce(|most, next| if next.1 > most.1 { next } else { most });
    let (name, change) = slower?;
    (change > 0.05).then(|| {
        let share = change / 0.5;
        (
            share,
            format!("{name} {:+.0}% against {}", change * 100.0, before.of),
        )
    })
}

/// A tenth of a point more requests that fail is noise, two points more are all of it.
fn failing_more(load: &LoadReport, before: &LoadBaseline) -> Option<(f64, String)> {
    let more = load.failed? - before.failed?;
    (more > 0.1).then(|| {
        let points = wording::significant(more, 2);
        let words = format!("{points} points more requests failed than in {}", before.of);
        (more / 2.0, words)
    })
}

/// What was rolled back ran and did harm; what had an issue may do it still; what failed on its way may have left half of
/// itself; what nobody approved comes along with this one.
fn last_outcome(facts: &RiskFacts<'_>) -> Option<(f64, String)> {
    if let Some(why) = &facts.rolled_back {
        return Some((1.0, format!("the last release was rolled back: {why}")));
    }
    if let Some(which) = &facts.had_issue {
        return Some((0.8, format!("the last release had an issue: {which}")));
    }
    if let Some(which) = &facts.failed_before {
        return Some((0.6, format!("the last deployment failed: {which}")));
    }
    let which = facts.expired_before.as_ref()?;
    let why = format!("the last release was not approved in time: {which}");
    Some((0.3, why))
}

fn last_release(facts: &RiskFacts<'_>) -> Option<(f64, String)> {
    if facts.is_first {
        return Some((1.0, "the first release: nothing to compare with".to_owned()));
    }
    let days = facts.since_last?.as_hours() / 24;
    (days > 14).then(|| {
        let days = u64::try_from(days).unwrap_or(0);
        (
            0.2 + share(days - 14, 46) * 0.8,
            format!("{} since the last release", wording::count(days, "day")),
        )
    })
}

fn truncated(facts: &RiskFacts<'_>) -> Option<(f64, String)> {
    let mut cut: Vec<&str> = Vec::new();
    if let Some(diff) = facts.diff {
        if diff.truncated {
            cut.push("the diff");
        } else if diff.unseen > 0 {
            cut.push("the lines of some files");
        }
        if diff.dependencies.is_partial() && diff.dependencies.from != DependenciesFrom::Unknown {
            cut.push("the dependencies");
        }
    }
    if facts
        .security
        .is_some_and(|report| report.truncated || report.incomplete)
    {
        cut.push("the security scan");
    }
    if facts.coverage.is_some_and(|report| report.incomplete) {
        cut.push("the coverage");
    }
    if facts.tests.is_some_and(|tests| tests.unreadable > 0) {
        cut.push("the test reports");
    }
    let many = u64::try_from(cut.len()).unwrap_or(u64::MAX);
    (many > 0).then(|| {
        (
            0.5 + share(many, 4) / 2.0,
            format!("cut: {}", cut.join(", ")),
        )
    })
}

#[cfg(test)]
mod tests;
