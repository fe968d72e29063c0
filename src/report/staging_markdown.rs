//! `staging-validation-report.md`: the staging report as Markdown. Every word from outside passes [`inline`].

use jiff::Timestamp;

use super::{Figure, StagingOutcome, StagingReport, Table, inline};
use crate::domain::{
    Login,
    diff::{DependencyKind, Diff},
    evidence::{
        CoverageBaseline, CoverageReport, LoadReport, NamedTest, SecurityReport, Severity,
        TestsSummary, signed_points,
    },
    risk::MOST,
    wording,
};

/// The file's name without its ending: what `cockpit report --only` takes.
pub const STAGING_REPORT: &str = "staging-validation-report";
/// Rows of a list in the report.
const ROWS: usize = 40;

impl StagingReport<'_> {
    /// The report as Markdown, ending in a line break.
    pub fn to_markdown(&self) -> String {
        let release = self.release;
        let mut text = String::new();
        line(
            &mut text,
            &format!(
                "# Staging validation: {} {}\n",
                inline(&release.policy.service),
                inline(release.name().as_str())
            ),
        );
        line(&mut text, &format!("**{}**\n", self.outcome.word()));
        self.reasons_in(&mut text);
        line(
            &mut text,
            &format!("Recommendation: **{}**\n", inline(&self.recommendation())),
        );
        self.head(&mut text);
        self.evidence_in(&mut text);
        tests(&mut text, self.tests);
        load(&mut text, self.load.as_ref());
        security(&mut text, self.security);
        coverage(&mut text, self.coverage);
        diff(&mut text, self.diff);
        self.risk_in(&mut text);
        text
    }

    fn reasons_in(&self, text: &mut String) {
        let lead = match self.outcome {
            StagingOutcome::StagingReady => return,
            StagingOutcome::StagingFailed => "Why:",
            StagingOutcome::NotYet => "Still to come:",
        };
        line(text, &format!("{lead}\n"));
        for reason in &self.reasons {
            line(text, &format!("- {}", inline(reason.as_str())));
        }
        text.push('\n');
    }

    fn head(&self, text: &mut String) {
        let release = self.release;
        let mut table = Table::new(&["Release", ""]);
        let mut row = |name: &str, value: String| table.row(&[name.to_owned(), value]);
        let sha = self.sha().map_or("unknown", |sha| sha.as_str());
        row("commit", inline(sha));
        row("production", inline(self.production().unwrap_or("unknown")));
        row(
            "run",
            format!(
                "{}, attempt {}",
                inline(&release.key.to_string()),
                release.attempt()
            ),
        );
        let candidate = release.evidence.candidate.as_ref();
        if let Some(candidate) = candidate {
            let people: Vec<&str> = candidate.authors.iter().map(Login::as_str).collect();
            if !people.is_empty() {
                row("authors", inline(&people.join(", ")));
            }
            for (number, title) in candidate.pulls.iter().take(ROWS) {
                row("pull request", inline(&format!("{number}: {title}")));
            }
        }
        row(
            "evidence made",
            self.newest().map_or_else(|| "unknown".to_owned(), stamp),
        );
        line(text, &table.into_markdown());
    }

    fn evidence_in(&self, text: &mut String) {
        if self.evidence.is_empty() {
            return line(text, "The rules name no evidence.\n");
        }
        line(text, "## Evidence\n");
        let mut table = Table::new(&["evidence", "needed", "state", "says", "made"]);
        for state in &self.evidence {
            let other = if state.other_commit {
                " (of another commit)"
            } else {
                ""
            };
            table.row(&[
                state.kind.word().to_owned(),
                if state.required { "required" } else { "" }.to_owned(),
                state.state.word().to_owned(),
                format!("{}{other}", inline(&state.says)),
                state.made.map_or_else(String::new, stamp),
            ]);
        }
        line(text, &table.into_markdown());
    }

    fn risk_in(&self, text: &mut String) {
        let risk = &self.risk;
        line(
            text,
            &format!(
                "## Risk: {} ({} of {MOST})\n",
                risk.level.word(),
                risk.score
            ),
        );
        if risk.contributions.is_empty() {
            line(text, "Nothing adds to it.\n");
        } else {
            let mut table = Table::new(&["what", ">points", ">at most", "why"]);
            for part in &risk.contributions {
                table.row(&[
                    part.factor.word().to_owned(),
                    format!("+{}", part.points),
                    part.weight.to_string(),
                    inline(part.why.as_str()),
                ]);
            }
            line(text, &table.into_markdown());
        }
        for one in &self.contradictions {
            line(
                text,
                &format!("- contradiction: {}", inline(one.in_short().as_str())),
            );
        }
    }
}

fn line(text: &mut String, words: &str) {
    text.push_str(words);
    text.push('\n');
}

fn stamp(at: Timestamp) -> String {
    at.strftime("%F %H:%M UTC").to_string()
}

fn tests(text: &mut String, tests: Option<&TestsSummary>) {
    let Some(tests) = tests else { return };
    let totals = tests.totals;
    line(text, "## Tests\n");
    let mut table = Table::new(&[
        "suite", ">tests", ">passed", ">failed", ">errored", ">skipped", ">flaky", ">time",
    ]);
    let mut row = |name: String, totals: &crate::domain::evidence::Totals| {
        table.row(&[
            name,
            totals.tests.to_string(),
            totals.passed.to_string(),
            totals.failed.to_string(),
            totals.errored.to_string(),
            totals.skipped.to_string(),
            totals.flaky.to_string(),
            wording::duration(totals.duration),
        ]);
    };
    for suite in &tests.suites {
        row(inline(suite.name.as_str()), &suite.totals);
    }
    row("**all**".to_owned(), &totals);
    line(text, &table.into_markdown());
    named(
        text,
        "Failing",
        &tests.failing,
        tests.totals.failed.saturating_add(tests.totals.errored),
    );
    named(text, "Flaky (passed on retry)", &tests.flaky, totals.flaky);
    if !tests.known.is_empty() {
        line(text, "Known failures:\n");
        for known in &tests.known {
            line(text, &format!("- {}", inline(&known.in_words())));
        }
        text.push('\n');
    }
    problems(text, tests.problems.iter().map(crate::domain::Text::as_str));
}

fn named(text: &mut String, title: &str, tests: &[NamedTest], all: u64) {
    if tests.is_empty() {
        return;
    }
    line(text, &format!("{title}:\n"));
    for test in tests.iter().take(ROWS) {
        let message = if test.message.is_empty() {
            String::new()
        } else {
            format!(": {}", inline(test.message.as_str()))
        };
        line(text, &format!("- {}{message}", inline(test.name.as_str())));
    }
    let shown = u64::try_from(tests.len().min(ROWS)).unwrap_or(u64::MAX);
    if all > shown {
        line(text, &format!("- and {} more", all - shown));
    }
    text.push('\n');
}

fn load(text: &mut String, load: Option<&(&LoadReport, Vec<Figure>)>) {
    let Some((load, figures)) = load else { return };
    line(
        text,
        &format!("## Performance: {}\n", load.verdict().word()),
    );
    line(
        text,
        &match &load.baseline {
            Some(before) => format!("Baseline: {}\n", inline(before.of.as_str())),
            None => "No baseline: nothing to compare with.\n".to_owned(),
        },
    );
    let mut table = Table::new(&["metric", ">baseline", ">current", ">change", "status"]);
    for figure in figures {
        table.row(&[
            figure.title.to_owned(),
            figure.shown(figure.baseline),
            figure.shown(figure.current),
            figure.change().unwrap_or_default(),
            figure.status.word().to_owned(),
        ]);
    }
    line(text, &table.into_markdown());
    match &load.thresholds {
        None => line(text, "The load test sets no thresholds.\n"),
        Some(all) => {
            for threshold in all.iter().take(ROWS) {
                let word = if threshold.held { "held" } else { "CROSSED" };
                line(
                    text,
                    &format!("- {word}: {}", inline(threshold.name.as_str())),
                );
            }
            text.push('\n');
        }
    }
    problems(text, load.problems.iter().map(crate::domain::Text::as_str));
}

fn security(text: &mut String, report: Option<&SecurityReport>) {
    let Some(report) = report else { return };
    line(text, "## Security\n");
    let compared = match report.new {
        Some(_) => format!("Compared with {}.", inline(report.baseline.as_str())),
        None => format!("Not compared: {}.", inline(report.baseline.as_str())),
    };
    line(
        text,
        &format!(
            "Scanned by {}. {compared}\n",
            inline(&report.tools_in_words())
        ),
    );
    let mut table = Table::new(&["severity", ">found", ">new"]);
    let new = |of: Option<u64>| of.map_or_else(|| "?".to_owned(), |count| count.to_string());
    let is_told =
        |severity: &Severity| *severity != Severity::Unscored || report.counts.unscored > 0;
    for severity in Severity::ALL.into_iter().filter(is_told) {
        table.row(&[
            severity.word().to_owned(),
            report.counts.of(severity).to_string(),
            new(report.new.map(|counts| counts.of(severity))),
        ]);
    }
    line(text, &table.into_markdown());
    if report.suppressed > 0 {
        line(text, &format!("{} suppressed.\n", report.suppressed));
    }
    if report.truncated || report.incomplete {
        line(text, "The scan is not whole: it may lack findings.\n");
    }
    if !report.worst.is_empty() {
        let mut table = Table::new(&["worst", "rule", "where", "what", "new"]);
        for finding in report.worst.iter().take(ROWS) {
            let new = match finding.is_new {
                Some(true) => "new",
                Some(false) => "known",
                None => "?",
            };
            table.row(&[
                finding.severity.word().to_owned(),
                inline(finding.rule.as_str()),
                inline(finding.place.as_str()),
                inline(finding.message.as_str()),
                new.to_owned(),
            ]);
        }
        line(text, &table.into_markdown());
    }
    problems(
        text,
        report.problems.iter().map(crate::domain::Text::as_str),
    );
}

fn coverage(text: &mut String, report: Option<&CoverageReport>) {
    let Some(report) = report else { return };
    line(text, "## Coverage\n");
    let percent = |value: Option<f64>| {
        value.map_or_else(|| "unknown".to_owned(), |percent| format!("{percent:.1}%"))
    };
    let mut table = Table::new(&["coverage", ">value"]);
    let mut row = |name: &str, value: String| table.row(&[name.to_owned(), value]);
    row("lines", percent(report.percent()));
    if let Some(branches) = &report.branches {
        row("branches", percent(branches.percent()));
    }
    match &report.baseline {
        CoverageBaseline::Was { percent: was, of } => {
            row("baseline", format!("{was:.1}% ({})", inline(of.as_str())));
        }
        CoverageBaseline::None(why) => row("baseline", format!("none: {}", inline(why.as_str()))),
    }
    if let Some(change) = report.change() {
        row("change", format!("{} points", signed_points(change)));
    }
    if let Some(most) = report.max_drop {
        row(
            "largest drop that passes",
            format!("{} points", wording::significant(most, 2)),
        );
    }
    line(text, &table.into_markdown());
    problems(
        text,
        report.problems.iter().map(crate::domain::Text::as_str),
    );
}

fn diff(text: &mut String, diff: Option<&Diff>) {
    let Some(diff) = diff else { return };
    line(text, "## Change from production\n");
    let floor = if diff.truncated { "At least " } else { "" };
    line(
        text,
        &format!(
            "{floor}{} by {}, {}, +{} −{} lines.\n",
            wording::count(u64::from(diff.ahead_by), "commit"),
            if diff.authors == 1 {
                "1 person".to_owned()
            } else {
                format!("{} people", diff.authors)
            },
            diff.files_in_words(),
            diff.added,
            diff.removed,
        ),
    );
    let mut points: Vec<String> = Vec::new();
    if diff.behind_by > 0 {
        let lost = wording::count(u64::from(diff.behind_by), "commit");
        points.push(format!("{lost} of production would be lost"));
    }
    points.extend(
        diff.migrations
            .iter()
            .map(|migration| format!("migration {}", inline(&migration.in_short()))),
    );
    points.extend(
        diff.hot()
            .take(ROWS)
            .map(|file| format!("hot path {}", inline(file.path.as_str()))),
    );
    if diff.changes_rules() {
        points.push("the candidate changes the rules that it is judged by".to_owned());
    }
    let dependencies = &diff.dependencies;
    let kinds = [
        DependencyKind::Added,
        DependencyKind::Bumped,
        DependencyKind::Downgraded,
        DependencyKind::Removed,
    ];
    let counts: Vec<String> = kinds
        .into_iter()
        .map(|kind| (dependencies.of_kind(kind), kind.word()))
        .filter(|(count, _)| *count > 0)
        .map(|(count, word)| format!("{count} {word}"))
        .collect();
    if !counts.is_empty() {
        points.push(format!("dependencies: {}", counts.join(", ")));
    }
    for change in dependencies.vulnerable().take(ROWS) {
        let words = change.worst().map_or_else(String::new, |worst| {
            format!(
                ": {} {}, {}",
                worst.severity.word(),
                worst.id,
                worst.summary
            )
        });
        points.push(format!(
            "vulnerable: {}",
            inline(&format!("{}{words}", change.in_short()))
        ));
    }
    if dependencies.is_partial() {
        points.push("the dependencies are not told whole".to_owned());
    }
    for point in &points {
        line(text, &format!("- {point}"));
    }
    if !points.is_empty() {
        text.push('\n');
    }
}

fn problems<'a>(text: &mut String, problems: impl Iterator<Item = &'a str>) {
    let mut any = false;
    for problem in problems.take(ROWS) {
        line(text, &format!("- not read whole: {}", inline(problem)));
        any = true;
    }
    if any {
        text.push('\n');
    }
}
