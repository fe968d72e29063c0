//! What the files said, one by one and together; as JSON, and as an exit code.

use jiff::SignedDuration;
use serde_json::{Value, json};

use crate::{
    adapters::artifacts::Understood,
    cli::exit::Exit,
    domain::{
        Text,
        evidence::{
            CoverageMap, Evidence, EvidenceKind, LoadReport, LoadVerdict, SecurityReport, Severity,
            SeverityCounts, TestReport, Totals,
        },
    },
};

/// Failing and flaky tests that are named of one file.
pub(super) const NAMED: usize = 20;

/// One file.
pub(super) struct Row {
    pub(super) file: Text,
    pub(super) kind: Option<EvidenceKind>,
    pub(super) format: &'static str,
    pub(super) said: Said,
}

/// What a file said.
pub(super) enum Said {
    Tests(Box<TestReport>),
    Load(Box<LoadReport>),
    Security(Box<SecurityReport>),
    Coverage(Box<CoverageMap>),
    Explain,
    /// Why it could not be read.
    Nothing(Text),
}

/// Every file that was looked at.
#[derive(Default)]
pub(super) struct Account {
    pub(super) rows: Vec<Row>,
    pub(super) totals: Totals,
    pub(super) ignored: usize,
    problems: Vec<Text>,
}

impl Account {
    /// Takes a file in. What is no report counts as unreadable only where it was named.
    pub(super) fn take(&mut self, file: &str, understood: Understood, is_named: bool) {
        let (kind, format, said) = match understood {
            Understood::Other(_) if !is_named => {
                self.ignored += 1;
                return;
            }
            Understood::Other(why) => (None, "", Said::Nothing(Text::line(&why))),
            Understood::Unreadable { kind, why } => (kind, "", Said::Nothing(Text::line(&why))),
            Understood::Read { format, evidence } => match *evidence {
                Evidence::Tests(report) => {
                    self.totals += report.totals;
                    (
                        Some(EvidenceKind::Tests),
                        format,
                        Said::Tests(Box::new(report)),
                    )
                }
                Evidence::Load(load) => {
                    (Some(EvidenceKind::Load), format, Said::Load(Box::new(load)))
                }
                Evidence::Security(scan) => {
                    let report = scan.report(Err("no baseline is given"));
                    (
                        Some(EvidenceKind::Security),
                        format,
                        Said::Security(Box::new(report)),
                    )
                }
                Evidence::Coverage(map) => (
                    Some(EvidenceKind::Coverage),
                    format,
                    Said::Coverage(Box::new(map)),
                ),
                Evidence::Explain(_) => (Some(EvidenceKind::Explain), format, Said::Explain),
            },
        };
        let file = Text::line(file);
        if let Said::Nothing(why) = &said {
            self.problems.push(Text::line(&format!("{file}: {why}")));
        }
        self.rows.push(Row {
            file,
            kind,
            format,
            said,
        });
    }

    pub(super) fn looked_at(&self) -> usize {
        self.rows.len() + self.ignored
    }

    pub(super) fn reports(&self) -> usize {
        self.rows.len()
    }

    /// Says once that there are more files than are looked at.
    pub(super) fn stop_at(&mut self, most: usize) {
        let line = Text::line(&format!(
            "more than {most} files: the rest was not looked at"
        ));
        if self.problems.last() != Some(&line) {
            self.problems.push(line);
        }
    }

    pub(super) fn unreadable(&self) -> usize {
        let rows = self.rows.iter();
        rows.filter(|row| matches!(row.said, Said::Nothing(_)))
            .count()
    }

    /// 2 where anything could not be read (or nothing was there), else 1 where something failed, else 0.
    pub(super) fn exit(&self) -> Exit {
        if !self.problems.is_empty() || self.rows.is_empty() {
            Exit::Usage
        } else if self.rows.iter().any(|row| row.said.has_failed()) {
            Exit::Failed
        } else {
            Exit::Ok
        }
    }

    /// One document: `files`, `totals`, `problems`.
    pub(super) fn as_json(&self) -> String {
        let files: Vec<Value> = self.rows.iter().map(Row::as_json).collect();
        let mut totals = counts(&self.totals);
        totals["files"] = json!(self.rows.len());
        totals["unreadable"] = json!(self.unreadable());
        totals["ignored"] = json!(self.ignored);
        totals["duration_s"] = seconds(self.totals.duration);
        let document = json!({
            "files": files,
            "totals": totals,
            "problems": self.problems,
        });
        format!("{document:#}\n")
    }
}

impl Said {
    fn has_failed(&self) -> bool {
        match self {
            Self::Tests(report) => report.totals.has_failures(),
            Self::Load(load) => load.verdict() == LoadVerdict::Failed,
            Self::Security(_) | Self::Coverage(_) | Self::Explain | Self::Nothing(_) => false,
        }
    }
}

impl Row {
    fn as_json(&self) -> Value {
        let mut row = json!({
            "file": self.file,
            "kind": self.kind.map(EvidenceKind::word),
            "format": self.format,
            "suites": [],
            "totals": counts(&Totals::default()),
            "duration_s": 0.0,
            "problems": [],
        });
        match &self.said {
            Said::Tests(report) => {
                row["suites"] = report.suites.iter().map(suite).collect();
                row["totals"] = counts(&report.totals);
                row["duration_s"] = seconds(report.totals.duration);
                row["problems"] = json!(report.problems);
                row["failing"] = report.failing().take(NAMED).map(case).collect();
                row["flaky"] = report.flaky().take(NAMED).map(case).collect();
            }
            Said::Load(load) => {
                row["load"] = of_load(load);
                row["problems"] = json!(load.problems);
            }
            Said::Security(report) => {
                row["security"] = of_security(report);
                row["problems"] = json!(report.problems);
            }
            Said::Coverage(map) => {
                let report = map.report();
                row["coverage"] = json!({
                    "percent": report.percent(),
                    "lines": report.lines,
                    "branches": report.branches,
                    "files": report.files,
                });
                row["problems"] = json!(report.problems);
            }
            Said::Explain => {}
            Said::Nothing(why) => {
                row["error"] = json!(why);
                row["problems"] = json!([why]);
            }
        }
        row
    }
}

fn counts(totals: &Totals) -> Value {
    json!({
        "tests": totals.tests,
        "passed": totals.passed,
        "failed": totals.failed,
        "errored": totals.errored,
        "skipped": totals.skipped,
        "flaky": totals.flaky,
    })
}

fn suite(suite: &crate::domain::evidence::SuiteTotals) -> Value {
    let mut row = counts(&suite.totals);
    row["name"] = json!(suite.name);
    row["duration_s"] = seconds(suite.totals.duration);
    row
}

fn case(case: crate::domain::evidence::Case<'_>) -> Value {
    json!({
        "name": case.name,
        "class": case.class,
        "suite": case.suite,
        "outcome": case.outcome.word(),
        "message": case.message,
    })
}

fn of_load(load: &LoadReport) -> Value {
    json!({
        "verdict": match load.verdict() {
            LoadVerdict::Passed => "passed",
            LoadVerdict::Failed => "failed",
            LoadVerdict::NoThresholds => "no_thresholds",
        },
        "p50_ms": load.p50,
        "p95_ms": load.p95,
        "p99_ms": load.p99,
        "throughput": load.throughput,
        "requests": load.requests,
        "failed_percent": load.failed,
        "checks": load.checks.map(|(passed, failed)| json!({"passed": passed, "failed": failed})),
        "thresholds": load.thresholds,
    })
}

fn of_security(report: &SecurityReport) -> Value {
    json!({
        "counts": severities(&report.counts),
        "total": report.counts.total(),
        "new": report.new.as_ref().map(severities),
        "suppressed": report.suppressed,
        "tools": report.tools,
        "worst": report.worst,
        "incomplete": report.incomplete,
        "truncated": report.truncated,
    })
}

fn severities(counts: &SeverityCounts) -> Value {
    let all = Severity::ALL.iter();
    all.map(|severity| (severity.word().to_owned(), json!(counts.of(*severity))))
        .collect::<serde_json::Map<_, _>>()
        .into()
}

fn seconds(duration: SignedDuration) -> Value {
    json!(duration.as_secs_f64())
}
