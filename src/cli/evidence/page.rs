//! The account for people: a block a file, aligned, and one line for all.

use std::fmt::Write as _;

use super::account::{Account, Row, Said};
use crate::domain::{
    Text,
    evidence::{
        Case, CoverageMap, LoadReport, LoadVerdict, SecurityReport, Severity, TestReport, Totals,
    },
    policy::Unit,
    wording,
};

/// Tests named of one file.
const NAMED: usize = 10;
/// Suites named of one file.
const SUITES: usize = 40;

/// How it may look.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Looks {
    /// Whether colours are wanted and there is a terminal.
    pub(super) colours: bool,
    /// Whether only ASCII signs may be used.
    pub(super) ascii: bool,
}

#[derive(Clone, Copy)]
enum Tone {
    Good,
    Bad,
    Look,
    Dim,
    Strong,
}

/// The page.
pub(super) fn of(account: &Account, looks: Looks) -> String {
    let mut page = Page {
        text: String::new(),
        looks,
    };
    for row in &account.rows {
        page.row(row);
    }
    page.all(account);
    page.text
}

struct Page {
    text: String,
    looks: Looks,
}

impl Page {
    fn tinted(&self, tone: Tone, words: &str) -> String {
        if !self.looks.colours {
            return words.to_owned();
        }
        let code = match tone {
            Tone::Good => "32",
            Tone::Bad => "31",
            Tone::Look => "33",
            Tone::Dim => "2",
            Tone::Strong => "1",
        };
        format!("\u{1b}[{code}m{words}\u{1b}[0m")
    }

    fn sign(&self, tone: Tone) -> String {
        let sign = match (tone, self.looks.ascii) {
            (Tone::Good, false) => "✔",
            (Tone::Bad, false) => "✖",
            (Tone::Look, false) => "▲",
            (Tone::Good, true) => "+",
            (Tone::Bad, true) => "x",
            (Tone::Look, true) => "!",
            (Tone::Dim | Tone::Strong, _) => " ",
        };
        self.tinted(tone, sign)
    }

    fn line(&mut self, line: &str) {
        // Writing to a String cannot fail.
        let _ = writeln!(self.text, "{}", line.trim_end());
    }

    fn row(&mut self, row: &Row) {
        let kind = row.kind.map_or("?", |kind| kind.word());
        let head = self.tinted(Tone::Strong, row.file.as_str());
        let what = match row.format {
            "" => kind.to_owned(),
            format => format!("{kind}, {format}"),
        };
        let what = self.tinted(Tone::Dim, &what);
        self.line(&format!("{head}  {what}"));
        match &row.said {
            Said::Tests(report) => self.tests(report),
            Said::Load(load) => self.load(load),
            Said::Security(report) => self.security(report),
            Said::Coverage(map) => self.coverage(map),
            Said::Explain => {
                let sign = self.sign(Tone::Good);
                self.line(&format!(
                    "  {sign} a text under the headings of an explain summary"
                ));
            }
            Said::Nothing(why) => {
                let sign = self.sign(Tone::Bad);
                self.line(&format!("  {sign} cannot be read: {why}"));
            }
        }
        self.line("");
    }

    fn tests(&mut self, report: &TestReport) {
        let shown = report.suites.iter().take(SUITES);
        let width = shown
            .clone()
            .map(|suite| suite.name.as_str().chars().count())
            .max();
        let width = width.unwrap_or(0).clamp(5, 44);
        if report.suites.is_empty() {
            self.totals("all", &report.totals, width);
        }
        for suite in shown {
            self.totals(suite.name.first_line(), &suite.totals, width);
        }
        if report.suites.len() > SUITES {
            let more = report.suites.len() - SUITES;
            self.line(&format!("    and {more} more suites"));
            self.totals("all", &report.totals, width);
        }
        let failing = report.failing().take(NAMED).map(|case| (Tone::Bad, case));
        let flaky = report.flaky().take(NAMED).map(|case| (Tone::Look, case));
        for (tone, case) in failing.chain(flaky) {
            self.case(tone, case);
        }
        self.problems(&report.problems);
    }

    fn totals(&mut self, name: &str, totals: &Totals, width: usize) {
        let bad = totals.failed.saturating_add(totals.errored);
        let tone = match (bad, totals.flaky, totals.passed) {
            (0, 0, 0) => Tone::Look,
            (0, _, _) => Tone::Good,
            _ => Tone::Bad,
        };
        let name: String = name.chars().take(width).collect();
        let mut words = format!("{:>7} passed", totals.passed);
        for (count, what, tone) in [
            (totals.failed, "failed", Tone::Bad),
            (totals.errored, "errored", Tone::Bad),
            (totals.flaky, "flaky", Tone::Look),
            (totals.skipped, "skipped", Tone::Dim),
        ] {
            if count > 0 {
                words.push_str("  ");
                words.push_str(&self.tinted(tone, &format!("{count} {what}")));
            }
        }
        let sign = self.sign(tone);
        let took = self.tinted(Tone::Dim, &wording::duration(totals.duration));
        self.line(&format!("  {sign} {name:<width$} {words}  {took}"));
    }

    fn case(&mut self, tone: Tone, case: Case<'_>) {
        let sign = self.sign(tone);
        let mark = if self.looks.ascii { ">" } else { "›" };
        let name = match case.class {
            "" => case.name.to_owned(),
            class if case.name.starts_with(class) => case.name.to_owned(),
            class => format!("{class} {mark} {}", case.name),
        };
        // Kept as one line; only the first of the report is wanted here.
        let message = case.message.split('⏎').next().unwrap_or("");
        let message = self.tinted(Tone::Dim, &head(message, 100));
        self.line(&format!("    {sign} {}  {message}", head(&name, 120)));
    }

    fn load(&mut self, load: &LoadReport) {
        let (tone, word) = match load.verdict() {
            LoadVerdict::Passed => (Tone::Good, "every threshold held"),
            LoadVerdict::Failed => (
                Tone::Bad,
                load.collapse().unwrap_or("a threshold was crossed"),
            ),
            LoadVerdict::NoThresholds => (Tone::Look, "no thresholds"),
        };
        let mut parts = Vec::new();
        for (name, value) in [("p50", load.p50), ("p95", load.p95), ("p99", load.p99)] {
            if let Some(value) = value {
                parts.push(format!(
                    "{name} {}",
                    wording::value(value, Unit::Milliseconds)
                ));
            }
        }
        if let Some(rate) = load.throughput {
            parts.push(format!("{} req/s", wording::significant(rate, 4)));
        }
        if let Some(requests) = load.requests {
            parts.push(wording::count(requests, "request"));
        }
        if let Some(share) = load.failed {
            parts.push(format!("{} failed", wording::value(share, Unit::Percent)));
        }
        if let Some((passed, failed)) = load.checks {
            parts.push(format!("checks {passed} passed {failed} failed"));
        }
        let sign = self.sign(tone);
        self.line(&format!("  {sign} {word}  {}", parts.join("  ")));
        for threshold in load.thresholds.iter().flatten() {
            let sign = self.sign(if threshold.held {
                Tone::Good
            } else {
                Tone::Bad
            });
            self.line(&format!("    {sign} {}", threshold.name));
        }
        self.problems(&load.problems);
    }

    fn security(&mut self, report: &SecurityReport) {
        let tone = match (report.counts.grave(), report.incomplete) {
            (0, false) => Tone::Good,
            (0, true) => Tone::Look,
            _ => Tone::Bad,
        };
        let is_told = |one: &Severity| *one != Severity::Unscored || report.counts.unscored > 0;
        let told = Severity::ALL.into_iter().filter(is_told);
        let counts: Vec<String> = told
            .map(|one| format!("{} {}", report.counts.of(one), one.word()))
            .collect();
        let suppressed = match report.suppressed {
            0 => String::new(),
            count => format!("  {count} suppressed"),
        };
        let sign = self.sign(tone);
        let tools = self.tinted(Tone::Dim, &report.tools_in_words());
        self.line(&format!(
            "  {sign} {}{suppressed}  {tools}",
            counts.join("  ")
        ));
        for finding in report.worst.iter().take(NAMED) {
            let sign = self.sign(match finding.severity {
                Severity::Critical | Severity::High => Tone::Bad,
                Severity::Unscored | Severity::Medium | Severity::Low => Tone::Look,
                Severity::Note => Tone::Dim,
            });
            let message = self.tinted(Tone::Dim, &head(finding.message.first_line(), 80));
            let (severity, rule, place) = (finding.severity.word(), &finding.rule, &finding.place);
            self.line(&format!(
                "    {sign} {severity:<8} {rule}  {place}  {message}"
            ));
        }
        self.problems(&report.problems);
    }

    fn coverage(&mut self, map: &CoverageMap) {
        let report = map.report();
        let (tone, share) = match report.percent() {
            Some(percent) => (Tone::Good, format!("{percent:.1}%")),
            None => (Tone::Look, "unknown: no line was measured".to_owned()),
        };
        let mut words = share;
        for (what, covered) in [("lines", report.lines), ("branches", report.branches)] {
            if let Some(covered) = covered {
                let _ = write!(words, "  {} of {} {what}", covered.hit, covered.found);
            }
        }
        let files = wording::count(report.files, "file");
        let sign = self.sign(tone);
        self.line(&format!("  {sign} {words}  {files}"));
        self.problems(&report.problems);
    }

    fn problems(&mut self, problems: &[Text]) {
        for problem in problems.iter().take(20) {
            let sign = self.sign(Tone::Look);
            self.line(&format!("    {sign} {}", head(problem.first_line(), 160)));
        }
    }

    fn all(&mut self, account: &Account) {
        let rows = u64::try_from(account.rows.len()).unwrap_or(u64::MAX);
        let mut parts = vec![wording::count(rows, "report")];
        let totals = &account.totals;
        if totals.tests > 0 {
            let mut words = format!(
                "{}: {} passed",
                wording::count(totals.tests, "test"),
                totals.passed
            );
            for (count, what) in [
                (totals.failed, "failed"),
                (totals.errored, "errored"),
                (totals.skipped, "skipped"),
                (totals.flaky, "flaky"),
            ] {
                if count > 0 {
                    let _ = write!(words, ", {count} {what}");
                }
            }
            parts.push(words);
        }
        match account.unreadable() {
            0 => {}
            count => parts.push(self.tinted(Tone::Bad, &format!("{count} could not be read"))),
        }
        if account.ignored > 0 {
            let ignored = u64::try_from(account.ignored).unwrap_or(u64::MAX);
            parts.push(format!(
                "{} beside them",
                wording::count(ignored, "other file")
            ));
        }
        let dot = if self.looks.ascii { " - " } else { " · " };
        self.line(&parts.join(dot));
    }
}

/// The beginning of words that are clean already.
fn head(words: &str, chars: usize) -> String {
    match words.char_indices().nth(chars) {
        Some((end, _)) => format!("{}…", &words[..end]),
        None => words.to_owned(),
    }
}
