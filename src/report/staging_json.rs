//! The staging report as JSON.
//!
//! | key | holds |
//! | --- | --- |
//! | `report`, `format` | `staging-validation-report`, 1: the shape of this table |
//! | `service`, `repository`, `run`, `attempt`, `version`, `sha`, `production` | which release; `production` and `sha` may be null |
//! | `outcome`, `reasons`, `recommendation` | `STAGING_READY`, `STAGING_FAILED` or `NOT_YET`, with why |
//! | `evidence` | an array of `kind`, `required`, `state`, `says`, `made`, `other_commit` |
//! | `tests` | `totals`, `suites`, `failing`, `flaky`, `known_failures`, `unreadable`, `problems`; null: not read, here and below |
//! | `performance` | `verdict`, `baseline` (whose, or null), `figures` (`metric`, `unit`, `baseline`, `current`, `change`, `status`), `thresholds` |
//! | `security` | `found`, `new` by severity, `suppressed`, `tools`, `baseline`, `whole`, `worst` |
//! | `coverage` | `lines`, `branches`, `baseline`, `change`, `max_drop`: per cent and points; `baseline_of` or `no_baseline` |
//! | `diff` | `base`, `head`, `commits`, `behind`, `people`, `files`, `added`, `removed`, `truncated`, `migrations`, `hot_files`, `changes_rules`, `dependencies` |
//! | `risk` | `score`, `most`, `level`, `contributions`, `contradictions` |
//!
//! Latency is in milliseconds, throughput in requests a second, shares in per cent, durations in seconds.

use serde_json::{Value, json};

use super::{STAGING_REPORT, StagingReport};
use crate::domain::{
    diff::Diff,
    evidence::{
        CoverageBaseline, CoverageReport, Covered, NamedTest, SecurityReport, SeverityCounts,
        TestsSummary, Totals,
    },
    policy::Unit,
    risk::MOST,
};

impl StagingReport<'_> {
    /// The report as one JSON object.
    pub fn to_json(&self) -> Value {
        let release = self.release;
        json!({
            "report": STAGING_REPORT,
            "format": 1,
            "service": release.policy.service,
            "repository": release.key.repository.slug(),
            "run": release.key.run,
            "attempt": release.attempt(),
            "version": release.name(),
            "sha": self.sha(),
            "production": self.production(),
            "outcome": self.outcome,
            "reasons": self.reasons,
            "recommendation": self.recommendation(),
            "evidence": self.evidence.iter().map(|state| json!({
                "kind": state.kind,
                "required": state.required,
                "state": state.state,
                "says": state.says,
                "made": state.made,
                "other_commit": state.other_commit,
            })).collect::<Vec<_>>(),
            "tests": self.tests.map(tests),
            "performance": self.performance(),
            "security": self.security.map(security),
            "coverage": self.coverage.map(coverage),
            "diff": self.diff.map(diff),
            "risk": {
                "score": self.risk.score,
                "most": MOST,
                "level": self.risk.level,
                "contributions": self.risk.contributions,
                "contradictions": self.contradictions.iter()
                    .map(|one| json!({"says": one.says, "fact": one.fact})).collect::<Vec<_>>(),
            },
        })
    }

    fn performance(&self) -> Option<Value> {
        let (load, figures) = self.load.as_ref()?;
        let figures: Vec<Value> = figures
            .iter()
            .map(|figure| {
                json!({
                    "metric": figure.name,
                    "unit": match figure.unit {
                        Unit::PerSecond => "/s",
                        Unit::Percent => "%",
                        _ => "ms",
                    },
                    "baseline": figure.baseline,
                    "current": figure.current,
                    "change": figure.change(),
                    "status": figure.status,
                })
            })
            .collect();
        Some(json!({
            "verdict": load.verdict(),
            "baseline": load.baseline.as_ref().map(|before| &before.of),
            "requests": load.requests,
            "figures": figures,
            "thresholds": load.thresholds,
            "problems": load.problems,
        }))
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
        "seconds": totals.duration.as_secs_f64(),
    })
}

fn tests(tests: &TestsSummary) -> Value {
    let named = |all: &[NamedTest]| -> Vec<Value> {
        let one = |test: &NamedTest| json!({"name": test.name, "message": test.message});
        all.iter().map(one).collect()
    };
    let suites = tests.suites.iter();
    let suites = suites.map(|suite| json!({"name": suite.name, "totals": counts(&suite.totals)}));
    json!({
        "totals": counts(&tests.totals),
        "suites": suites.collect::<Vec<_>>(),
        "failing": named(&tests.failing),
        "flaky": named(&tests.flaky),
        "known_failures": tests.known,
        "unreadable": tests.unreadable,
        "problems": tests.problems,
    })
}

fn security(report: &SecurityReport) -> Value {
    let by = |counts: &SeverityCounts| {
        json!({
            "critical": counts.critical,
            "high": counts.high,
            "unscored": counts.unscored,
            "medium": counts.medium,
            "low": counts.low,
            "note": counts.note,
        })
    };
    json!({
        "found": by(&report.counts),
        "new": report.new.as_ref().map(by),
        "suppressed": report.suppressed,
        "tools": report.tools,
        "baseline": report.baseline,
        "whole": !(report.truncated || report.incomplete),
        "worst": report.worst,
        "problems": report.problems,
    })
}

fn coverage(report: &CoverageReport) -> Value {
    let (was, of, why) = match &report.baseline {
        CoverageBaseline::Was { percent, of } => (Some(*percent), Some(of), None),
        CoverageBaseline::None(why) => (None, None, Some(why)),
    };
    json!({
        "lines": report.percent(),
        "branches": report.branches.as_ref().and_then(Covered::percent),
        "baseline": was,
        "baseline_of": of,
        "no_baseline": why,
        "change": report.change(),
        "max_drop": report.max_drop,
        "problems": report.problems,
    })
}

fn diff(diff: &Diff) -> Value {
    json!({
        "base": diff.base,
        "head": diff.head,
        "commits": diff.ahead_by,
        "behind": diff.behind_by,
        "people": diff.authors,
        "files": diff.files,
        "files_of_others": diff.left_out,
        "added": diff.added,
        "removed": diff.removed,
        "truncated": diff.truncated,
        "migrations": diff.migrations,
        "hot_files": diff.hot().map(|file| &file.path).collect::<Vec<_>>(),
        "changes_rules": diff.changes_rules(),
        "dependencies": {
            "count": diff.dependencies.count,
            "from": diff.dependencies.from,
            "whole": !diff.dependencies.is_partial(),
            "changes": diff.dependencies.changes,
        },
    })
}
