//! Several load tests' summaries as one.

use crate::domain::{
    Text,
    evidence::{LoadReport, LoadVerdict},
};

/// Several summaries are several scenarios: the worst one's figures, everyone's thresholds.
pub(super) fn join_load(
    mut reports: Vec<(String, LoadReport)>,
    problems: &[String],
) -> Option<LoadReport> {
    let badness = |report: &LoadReport| match report.verdict() {
        LoadVerdict::Failed => 0,
        LoadVerdict::NoThresholds => 1,
        LoadVerdict::Passed => 2,
    };
    reports.sort_by_key(|(_, report)| badness(report));
    let mut reports = reports.into_iter();
    let (name, mut joined) = reports.next()?;
    let others: Vec<_> = reports.collect();
    if !others.is_empty() {
        let line = format!(
            "{} summaries: the figures are those of {name}",
            others.len() + 1
        );
        joined.problems.push(Text::line(&line));
    }
    for (name, other) in others {
        for mut threshold in other.thresholds.into_iter().flatten() {
            threshold.name = Text::line(&format!("{name} {}", threshold.name));
            joined.thresholds.get_or_insert_default().push(threshold);
        }
    }
    let lines = problems.iter().take(20).map(|line| Text::line(line));
    joined.problems.extend(lines);
    Some(joined)
}
