//! The staging validation report: whether staging is ready and why, and everything that it was decided by.
//!
//! A view of a release: numbers and words of the fold, nothing rounded, nothing escaped. It holds no time of its making.

use jiff::Timestamp;
use serde::Serialize;

use super::{Figure, figures};
use crate::domain::{
    Sha, Text,
    diff::Diff,
    evidence::{
        Contradiction, CoverageReport, EvidenceKind, LoadReport, Piece, SecurityReport, Staging,
        TestsSummary,
    },
    policy::EvidenceRule,
    release::Release,
    risk::Risk,
};

/// The report.
#[derive(Debug, Clone)]
pub struct StagingReport<'a> {
    /// The release.
    pub release: &'a Release,
    /// What came out.
    pub outcome: StagingOutcome,
    /// Why it failed, or what is still to come.
    pub reasons: Vec<Text>,
    /// Every kind of evidence that the rules name or that was read, in the order of the screen.
    pub evidence: Vec<EvidenceState<'a>>,
    /// The tests.
    pub tests: Option<&'a TestsSummary>,
    /// The load test with its table.
    pub load: Option<(&'a LoadReport, Vec<Figure>)>,
    /// Scanner findings.
    pub security: Option<&'a SecurityReport>,
    /// Coverage.
    pub coverage: Option<&'a CoverageReport>,
    /// The diff from production.
    pub diff: Option<&'a Diff>,
    /// The risk with everything that adds to it.
    pub risk: Risk,
    /// What the explain text says against the facts.
    pub contradictions: Vec<Contradiction>,
}

/// What came out of staging.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum StagingOutcome {
    /// Good to decide on.
    StagingReady,
    /// Not to be released.
    StagingFailed,
    /// Evidence is still to come.
    NotYet,
}

impl StagingOutcome {
    /// As it is written.
    pub fn word(self) -> &'static str {
        match self {
            Self::StagingReady => "STAGING_READY",
            Self::StagingFailed => "STAGING_FAILED",
            Self::NotYet => "NOT_YET",
        }
    }
}

/// A kind of evidence as it stands.
#[derive(Debug, Clone, PartialEq)]
pub struct EvidenceState<'a> {
    /// Which.
    pub kind: EvidenceKind,
    /// Whether staging fails without it.
    pub required: bool,
    /// How it stands.
    pub state: PieceState,
    /// In a few words: what it says, or why it cannot be read.
    pub says: String,
    /// When its source made it.
    pub made: Option<Timestamp>,
    /// Whether it is of another commit than the candidate.
    pub other_commit: bool,
    /// Where it was read.
    pub piece: Option<&'a Piece>,
}

/// How a piece of evidence stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum PieceState {
    /// Read, and nothing in it speaks against the release.
    Fine,
    /// Read, and it cannot be called passed: nothing was demanded, or nothing is there to compare with.
    Doubtful,
    /// Read, and it speaks against the release.
    Against,
    /// There, and not readable.
    Unreadable,
    /// Not there.
    Missing,
    /// Not read yet.
    NotYet,
}

impl PieceState {
    /// What people read.
    pub fn word(self) -> &'static str {
        match self {
            Self::Fine => "fine",
            Self::Doubtful => "cannot tell",
            Self::Against => "fails",
            Self::Unreadable => "unreadable",
            Self::Missing => "missing",
            Self::NotYet => "not read yet",
        }
    }
}

impl<'a> StagingReport<'a> {
    /// The report of a release as it stands.
    pub fn of(release: &'a Release) -> Self {
        let contradictions = release.explain_contradictions().to_vec();
        let risk = release.risk_beside(&contradictions);
        Self::beside(release, risk, contradictions)
    }

    /// The same for one who has risk and contradictions already.
    pub fn beside(release: &'a Release, risk: Risk, contradictions: Vec<Contradiction>) -> Self {
        let board = &release.evidence;
        let (outcome, reasons) = match board.staging(&release.policy) {
            Staging::Ready => (StagingOutcome::StagingReady, Vec::new()),
            Staging::Failed(reasons) => (StagingOutcome::StagingFailed, reasons),
            Staging::NotYet(waits) => (StagingOutcome::NotYet, waits),
        };
        Self {
            release,
            outcome,
            reasons,
            evidence: evidence(release),
            tests: board.tests(),
            load: board.load().map(|load| (load, figures(load))),
            security: board.security(),
            coverage: board.coverage(),
            diff: board.diff.as_ref(),
            risk,
            contradictions,
        }
    }

    /// The candidate's commit.
    pub fn sha(&self) -> Option<&'a Sha> {
        self.release.rollout.sha()
    }

    /// What production runs, by name.
    pub fn production(&self) -> Option<&'a str> {
        self.release.rollout.production_now()?.name()
    }

    /// One line: what to do.
    pub fn recommendation(&self) -> String {
        match self.outcome {
            StagingOutcome::StagingReady => self.risk.recommendation(),
            StagingOutcome::StagingFailed => match self.reasons.first() {
                Some(first) => format!("do not release: {first}"),
                None => "do not release".to_owned(),
            },
            StagingOutcome::NotYet => "wait: evidence is still to come".to_owned(),
        }
    }

    /// When the newest piece of evidence was made.
    pub fn newest(&self) -> Option<Timestamp> {
        self.evidence.iter().filter_map(|state| state.made).max()
    }
}

fn evidence(release: &Release) -> Vec<EvidenceState<'_>> {
    let board = &release.evidence;
    let rules = &release.policy.evidence;
    let mut kinds: Vec<EvidenceKind> = rules.iter().map(|rule| rule.kind).collect();
    kinds.extend(board.pieces.keys());
    kinds.sort();
    kinds.dedup();
    let rule = |kind| rules.iter().find(|rule: &&EvidenceRule| rule.kind == kind);
    kinds
        .into_iter()
        .map(|kind| {
            let required = rule(kind).is_some_and(|rule| rule.required);
            state(kind, required, board.pieces.get(&kind))
        })
        .collect()
}

fn state(kind: EvidenceKind, required: bool, piece: Option<&Piece>) -> EvidenceState<'_> {
    let (state, says, made, other_commit) = match piece {
        None => (PieceState::NotYet, String::new(), None, false),
        Some(Piece::Missing) => (PieceState::Missing, String::new(), None, false),
        Some(Piece::Unreadable(fault)) => {
            let says = fault.detail.to_string();
            (PieceState::Unreadable, says, None, false)
        }
        Some(Piece::Read {
            finding,
            made,
            other_commit,
            ..
        }) => {
            let (state, says) = match (finding.failure(), finding.doubt()) {
                (Some(why), _) => (PieceState::Against, why.to_string()),
                (None, Some(why)) => (PieceState::Doubtful, why.to_string()),
                (None, None) => (PieceState::Fine, finding.in_short()),
            };
            (state, says, Some(*made), *other_commit)
        }
    };
    EvidenceState {
        kind,
        required,
        state,
        says,
        made,
        other_commit,
        piece,
    }
}
