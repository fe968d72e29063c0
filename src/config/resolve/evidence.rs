//! `[evidence]`: which artifacts are looked for.

use std::collections::BTreeMap;

use jiff::SignedDuration;

use super::{
    findings::Findings,
    values::{glob, workflow},
};
use crate::{
    config::{
        At,
        file::{ArtifactEntry, EvidenceTable, LatencyText},
        units,
    },
    domain::{
        Text,
        evidence::{EvidenceKind, KnownFailure, LoadBaseline},
        policy::{EVIDENCE_MAX_AGE, Effect, EvidenceRule},
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

impl<'a> Source<'a> {
    fn of(kind: EvidenceKind, entry: &'a impl ArtifactEntry) -> Self {
        Self {
            kind,
            artifact: Some(entry.artifact()),
            workflow: entry.workflow(),
            required: entry.required(),
            on_missing: entry.on_missing(),
        }
    }
}

/// The entries that are written, in the order of the screen.
pub(super) fn sources(table: &EvidenceTable) -> Vec<Source<'_>> {
    let mut all: Vec<Source<'_>> = Vec::new();
    let tests = table.tests.as_deref();
    all.extend(tests.map(|entry| Source::of(EvidenceKind::Tests, entry)));
    let load = table.load.as_deref();
    all.extend(load.map(|entry| Source::of(EvidenceKind::Load, entry)));
    let security = table.security.as_deref();
    all.extend(security.map(|entry| Source::of(EvidenceKind::Security, entry)));
    let coverage = table.coverage.as_deref();
    all.extend(coverage.map(|entry| Source::of(EvidenceKind::Coverage, entry)));
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
    sources(table)
        .into_iter()
        .map(|source| EvidenceRule {
            kind: source.kind,
            artifact: source
                .artifact
                .and_then(|at| found.read("artifact", at, |raw| glob(raw))),
            workflow: source.workflow.map(|at| workflow("workflow", at, found)),
            required: source.required,
            max_drop: (source.kind == EvidenceKind::Coverage)
                .then_some(max_drop)
                .flatten(),
        })
        .collect()
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

/// How old evidence may be.
pub(super) fn max_age(table: &EvidenceTable, found: &mut Findings) -> SignedDuration {
    found.read_or(
        "evidence.max_age",
        table.max_age.as_ref(),
        EVIDENCE_MAX_AGE,
        |raw| {
            let read = units::duration(&raw.0)?;
            (read >= SignedDuration::from_mins(1))
                .then_some(read)
                .ok_or_else(|| "at least 1m".to_owned())
        },
    )
}

/// The failing tests that are known.
pub(super) fn known_failures(table: &EvidenceTable, found: &mut Findings) -> Vec<KnownFailure> {
    let all = table.known_failures.iter().flat_map(|at| at.value.iter());
    all.filter_map(|known| {
        let until = found.read("until", &known.until, |raw| units::day(raw))?;
        if known.test.trim().is_empty() {
            let help = "write `test` as the report names it: \"e2e::currency\"";
            let message = "a known failure that names no test";
            found.wrong(&known.until.span, message, help);
            return None;
        }
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

/// The areas by name; a bad glob is refused by its own words.
pub(super) fn areas(table: &EvidenceTable, found: &mut Findings) -> BTreeMap<String, Vec<String>> {
    let Some(areas) = &table.areas else {
        return BTreeMap::new();
    };
    let read = |all: &BTreeMap<String, Vec<String>>| {
        for (name, globs) in all {
            if name.trim().is_empty() || globs.is_empty() {
                return Err(format!("area {name:?} has no name or no glob"));
            }
            for raw in globs {
                glob(raw).map_err(|why| format!("{raw:?} {why}"))?;
            }
        }
        Ok(all.clone())
    };
    found
        .read("evidence.areas", areas, read)
        .unwrap_or_default()
}
