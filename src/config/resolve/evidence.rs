//! `[evidence]`: which artifacts are looked for.

use globset::Glob;

use super::findings::Findings;
use crate::{
    config::{
        At,
        file::{EvidenceEntry, EvidenceTable, LatencyText},
        units,
    },
    domain::{
        Login, Text,
        evidence::{EvidenceKind, KnownFailure, LoadBaseline},
        policy::{Effect, EvidenceRule, ExplainRule},
    },
};

/// One kind's entry, whatever its table is called.
pub(super) struct Source<'a> {
    pub(super) kind: EvidenceKind,
    artifact: Option<&'a At<String>>,
    workflow: Option<&'a At<String>>,
    pub(super) required: bool,
    pub(super) on_missing: Option<&'a At<Effect>>,
}

/// The entries that are written, in the order of the screen.
pub(super) fn sources<'t>(table: &'t EvidenceTable) -> Vec<Source<'t>> {
    let plain = |kind: EvidenceKind, at: &'t At<EvidenceEntry>| Source {
        kind,
        artifact: Some(&at.artifact),
        workflow: at.workflow.as_ref(),
        required: at.required,
        on_missing: at.on_missing.as_ref(),
    };
    let mut all: Vec<Source<'_>> = Vec::new();
    all.extend(
        table
            .tests
            .as_ref()
            .map(|at| plain(EvidenceKind::Tests, at)),
    );
    all.extend(table.load.as_ref().map(|at| Source {
        kind: EvidenceKind::Load,
        artifact: Some(&at.artifact),
        workflow: at.workflow.as_ref(),
        required: at.required,
        on_missing: at.on_missing.as_ref(),
    }));
    all.extend(
        table
            .security
            .as_ref()
            .map(|at| plain(EvidenceKind::Security, at)),
    );
    all.extend(table.coverage.as_ref().map(|at| Source {
        kind: EvidenceKind::Coverage,
        artifact: Some(&at.artifact),
        workflow: at.workflow.as_ref(),
        required: at.required,
        on_missing: at.on_missing.as_ref(),
    }));
    all.extend(table.explain.as_ref().map(|at| Source {
        kind: EvidenceKind::Explain,
        artifact: at.artifact.as_ref(),
        workflow: at.workflow.as_ref(),
        required: false,
        on_missing: None,
    }));
    all
}

pub(super) fn evidence(table: &EvidenceTable, found: &mut Findings) -> Vec<EvidenceRule> {
    let max_drop = table
        .coverage
        .as_ref()
        .and_then(|at| at.max_drop.as_ref())
        .and_then(|drop| {
            found.read("evidence.coverage.max_drop", drop, |raw| {
                units::points(&raw.0)
            })
        });
    if let Some(explain) = &table.explain {
        if let Some(command) = &explain.command {
            found.program("evidence.explain.command", command);
            if let Some(artifact) = &explain.artifact {
                let help = "keep `artifact` or `command`";
                found.wrong(&artifact.span, "`explain` has two sources", help);
            }
        }
        if let Some(timeout) = &explain.timeout {
            found.read("evidence.explain.timeout", timeout, |raw| {
                units::duration(&raw.0)
            });
        }
    }
    sources(table)
        .into_iter()
        .map(|source| EvidenceRule {
            kind: source.kind,
            artifact: source
                .artifact
                .and_then(|at| found.read("artifact", at, |raw| glob(raw))),
            workflow: source
                .workflow
                .map(|at| super::target::workflow("workflow", at, found)),
            required: source.required,
            max_drop: (source.kind == EvidenceKind::Coverage)
                .then_some(max_drop)
                .flatten(),
        })
        .collect()
}

/// Where the explain text comes from beside an artifact.
pub(super) fn explain(table: &EvidenceTable, found: &mut Findings) -> ExplainRule {
    let Some(entry) = &table.explain else {
        return ExplainRule::default();
    };
    let author = entry.author.as_ref().and_then(|author| {
        found.read("evidence.explain.author", author, |raw| {
            Login::parse(raw).map_err(|wrong| wrong.to_string())
        })
    });
    ExplainRule {
        pull_request: entry.pull_request,
        author,
    }
}

/// What a load test is compared with, where the file says it.
pub(super) fn load_baseline(table: &EvidenceTable, found: &mut Findings) -> Option<LoadBaseline> {
    let at = table.load.as_ref()?.baseline.as_ref()?;
    let entry = &at.value;
    let mut latency = |key: &str, at: Option<&At<LatencyText>>| {
        at.and_then(|at| found.read(key, at, |raw| units::latency(&raw.0)))
    };
    let mut baseline = LoadBaseline {
        of: Text::line("the rules"),
        p50: latency("evidence.load.baseline.p50", entry.p50.as_ref()),
        p95: latency("evidence.load.baseline.p95", entry.p95.as_ref()),
        p99: latency("evidence.load.baseline.p99", entry.p99.as_ref()),
        throughput: None,
        failed: None,
    };
    baseline.throughput = entry.throughput.as_ref().and_then(|rate| {
        found.read("evidence.load.baseline.throughput", rate, |rate| {
            let fits = rate.is_finite() && *rate > 0.0;
            fits.then_some(*rate)
                .ok_or_else(|| format!("{rate} is no number of requests a second"))
        })
    });
    baseline.failed = entry.failed.as_ref().and_then(|share| {
        found.read("evidence.load.baseline.failed", share, |raw| {
            units::share_or_none(&raw.0)
        })
    });
    let none = entry.p50.is_none()
        && entry.p95.is_none()
        && entry.p99.is_none()
        && entry.throughput.is_none()
        && entry.failed.is_none();
    if none {
        let help = "write one of p50, p95, p99, throughput, failed, or leave it out";
        found.wrong(&at.span, "`evidence.load.baseline` holds no figure", help);
    }
    Some(baseline)
}

/// The failing tests that are known.
pub(super) fn known_failures(table: &EvidenceTable, found: &mut Findings) -> Vec<KnownFailure> {
    let all = table.known_failures.iter().flat_map(|at| at.value.iter());
    all.filter_map(|known| {
        let until = found.read("until", &known.until, |raw| units::day(raw))?;
        Some(KnownFailure {
            test: known.test.clone(),
            until,
            reason: Text::line(&known.reason),
        })
    })
    .collect()
}

/// The globs of the hot paths; a bad one is refused by its own words.
pub(super) fn hot_paths(table: &EvidenceTable, found: &mut Findings) -> Vec<String> {
    let Some(paths) = &table.hot_paths else {
        return Vec::new();
    };
    let read = |all: &Vec<String>| {
        let one = |raw: &String| glob(raw).map_err(|why| format!("{raw:?} {why}"));
        all.iter().map(one).collect()
    };
    found
        .read("evidence.hot_paths", paths, read)
        .unwrap_or_default()
}

fn glob(raw: &str) -> Result<String, String> {
    if raw.trim().is_empty() {
        return Err("is empty".to_owned());
    }
    match Glob::new(raw) {
        Ok(_) => Ok(raw.to_owned()),
        Err(error) => Err(format!("no glob: {}", error.kind())),
    }
}
