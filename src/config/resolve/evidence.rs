//! `[evidence]`: which artifacts are looked for.

use globset::Glob;

use super::findings::Findings;
use crate::{
    config::{At, file::EvidenceTable, units},
    domain::{
        Text,
        evidence::{EvidenceKind, KnownFailure},
        policy::{Effect, EvidenceRule},
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
pub(super) fn sources(table: &EvidenceTable) -> Vec<Source<'_>> {
    let plain = [
        (EvidenceKind::Tests, &table.tests),
        (EvidenceKind::Load, &table.load),
        (EvidenceKind::Security, &table.security),
    ];
    let mut all: Vec<Source<'_>> = plain
        .into_iter()
        .filter_map(|(kind, entry)| entry.as_ref().map(|at| (kind, at)))
        .map(|(kind, at)| Source {
            kind,
            artifact: Some(&at.artifact),
            workflow: at.workflow.as_ref(),
            required: at.required,
            on_missing: at.on_missing.as_ref(),
        })
        .collect();
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
