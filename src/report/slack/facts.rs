//! The facts of a card: commit, people, diff, evidence, risk, and the line below them.

use std::fmt::Write as _;

use super::line::{Line, Part};
use crate::{
    domain::{
        evidence::{EvidenceKind, Piece},
        release::Release,
        risk::Risk,
        wording,
    },
    report::{StagingReport, figures},
};

/// Areas of the diff that are named.
const AREAS: usize = 4;
/// People that are named.
const PEOPLE: usize = 6;

/// Names with values, at most ten: what a person looks for first stands first.
pub(super) fn fields(release: &Release, risk: &Risk) -> Vec<(&'static str, Line)> {
    let mut all = vec![
        ("Commit", commit(release)),
        ("Production now", production(release)),
        ("By", people(release)),
        ("Changes", changes(release)),
        ("Tests", evidence(release, EvidenceKind::Tests)),
        ("Load", load(release)),
        ("Coverage", evidence(release, EvidenceKind::Coverage)),
        ("Security", evidence(release, EvidenceKind::Security)),
        (
            "Risk",
            Line(vec![Part::Strong(format!(
                "{} {}",
                risk.level.word().to_uppercase(),
                risk.score
            ))]),
        ),
        ("Rollback", way_back(release)),
    ];
    all.retain(|(_, line)| !line.0.is_empty());
    all
}

/// One line: what to do.
pub(super) fn advice(release: &Release, risk: &Risk) -> String {
    StagingReport::beside(release, risk.clone(), Vec::new()).recommendation()
}

/// The commit, and where it can be looked at.
pub(super) fn commit(release: &Release) -> Line {
    let Some(sha) = release.rollout.sha() else {
        return Line::plain("unknown");
    };
    let repository = &release.key.repository;
    let line = Line(vec![Part::Link {
        words: sha.short().to_owned(),
        to: format!(
            "https://{}/{}/commit/{sha}",
            repository.host,
            repository.slug()
        ),
    }]);
    let candidate = release.evidence.candidate.as_ref();
    match candidate.and_then(|candidate| candidate.pulls.first()) {
        Some((number, title)) => line.words(format!(" #{number} ")).said(title.as_str()),
        None => line,
    }
}

fn production(release: &Release) -> Line {
    let now = release.rollout.production_now();
    Line::default().said(now.and_then(|answer| answer.name()).unwrap_or("unknown"))
}

fn people(release: &Release) -> Line {
    let mut names: Vec<String> = Vec::new();
    let candidate = release.evidence.candidate.iter();
    names.extend(
        candidate
            .flat_map(|candidate| &candidate.authors)
            .map(ToString::to_string),
    );
    let diff = release.evidence.diff.iter();
    for person in diff.flat_map(|diff| &diff.people) {
        if !names
            .iter()
            .any(|known| known.eq_ignore_ascii_case(person.as_str()))
        {
            names.push(person.to_string());
        }
    }
    if names.is_empty() {
        return Line::plain("unknown");
    }
    let more = names.len().saturating_sub(PEOPLE);
    names.truncate(PEOPLE);
    let line = Line::default().said(&names.join(", "));
    if more > 0 {
        return line.words(format!(" and {more} more"));
    }
    line
}

fn changes(release: &Release) -> Line {
    let Some(diff) = &release.evidence.diff else {
        return Line::default().said(release.not_compared().as_str());
    };
    let floor = if diff.truncated { "at least " } else { "" };
    let line = Line::plain(format!(
        "{floor}{}, {}, +{} −{}",
        wording::count(u64::from(diff.ahead_by), "commit"),
        diff.files_in_words(),
        diff.added,
        diff.removed
    ));
    let areas: Vec<String> = diff
        .areas
        .iter()
        .take(AREAS)
        .map(|area| format!("{} {}", area.name, area.files))
        .collect();
    let line = match diff.migration_count {
        0 => line,
        many => line.words(format!(
            ", {}",
            wording::count(u64::from(many), "migration")
        )),
    };
    if areas.is_empty() {
        line
    } else {
        line.words("; ").said(&areas.join(", "))
    }
}

/// A kind of evidence in short; nothing where neither the rules nor anybody else knows it.
fn evidence(release: &Release, kind: EvidenceKind) -> Line {
    let is_asked = release.policy.evidence.iter().any(|rule| rule.kind == kind);
    match release.evidence.pieces.get(&kind) {
        None if !is_asked => Line::default(),
        None => Line::plain("not read yet"),
        Some(Piece::Missing) => Line::plain("missing"),
        Some(Piece::Unreadable(fault)) => Line::plain("unreadable: ").said(fault.detail.as_str()),
        Some(Piece::Read { finding, .. }) => match finding.failure() {
            Some(why) => Line::plain("✖ ").said(why.as_str()),
            None => Line::default().said(&finding.in_short()),
        },
    }
}

fn load(release: &Release) -> Line {
    let Some(load) = release.evidence.load() else {
        return evidence(release, EvidenceKind::Load);
    };
    let told: Vec<String> = figures(load)
        .iter()
        .filter(|figure| matches!(figure.name, "p99" | "throughput" | "failed"))
        .filter(|figure| figure.current.is_some())
        .map(|figure| {
            let change = figure
                .change()
                .map_or(String::new(), |change| format!(" ({change})"));
            format!("{} {}{change}", figure.name, figure.shown(figure.current))
        })
        .collect();
    let line = Line::plain(told.join(", "));
    match load.crossed().next() {
        Some(crossed) => line.words("; crossed: ").said(crossed.name.as_str()),
        None => line,
    }
}

fn way_back(release: &Release) -> Line {
    let target = release.rollback_target();
    match (&release.policy.rollback, target) {
        (Some(_), Some(target)) => Line::plain("to ").said(target.name()),
        (Some(_), None) => Line::plain("no earlier release"),
        (None, _) => Line::plain("the rules name no way back"),
    }
}

/// Which run, and what an approval would be bound to.
pub(super) fn foot(release: &Release) -> Line {
    let mut words = format!(
        "cockpit · run {} attempt {}",
        release.key.run,
        release.attempt()
    );
    // Writing to a String cannot fail.
    if let Some(shown) = release.shown() {
        let _ = write!(words, " · evidence {}", shown.digest().short());
    }
    let lane = release.rollout.stands_in();
    if let Some(lane) = lane.filter(|lane| lane.position > 0 && release.decision_is_ahead()) {
        let _ = write!(words, " · place {} in the lane", lane.position);
    }
    Line::plain(words)
}
