//! The evidence as it stands: what was read, what is missing, and whether staging is ready.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;

use super::{
    Candidate, CoverageReport, EvidenceEvent, EvidenceKind, Finding, LoadReport, NotCompared,
    SecurityReport, TestsSummary,
};
use crate::domain::{
    ArtifactId, Fault, Text, diff::Diff, observation::ArtifactSnapshot, policy::Policy,
};

/// Everything known about the candidate.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Board {
    /// The candidate.
    pub candidate: Option<Candidate>,
    /// The run's artifacts, newest first.
    pub artifacts: Vec<ArtifactSnapshot>,
    /// Those of other workflows that evidence comes from, by workflow.
    pub elsewhere: BTreeMap<String, Vec<ArtifactSnapshot>>,
    /// By kind.
    pub pieces: BTreeMap<EvidenceKind, Piece>,
    /// Kinds that were read and have grown older than the rules allow.
    pub old: BTreeSet<EvidenceKind>,
    /// The diff from production.
    pub diff: Option<Diff>,
    /// Why there is none, where nobody can tell.
    pub not_compared: Option<NotCompared>,
}

/// One kind of evidence as it stands.
#[derive(Debug, Clone, PartialEq)]
pub enum Piece {
    /// Read.
    Read {
        /// The artifact; `None` for a pull request's text.
        artifact: Option<ArtifactId>,
        /// What it says.
        finding: Finding,
        /// When the source made it; else when it was read.
        made: Timestamp,
        /// Of another commit than the candidate.
        other_commit: bool,
    },
    /// There, but not readable.
    Unreadable(Fault),
    /// Not there.
    Missing,
}

/// Whether staging is ready.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Staging {
    /// Evidence is still to come.
    NotYet(Vec<Text>),
    /// Good to decide on.
    Ready,
    /// Not to be released, with the reasons.
    Failed(Vec<Text>),
}

impl Board {
    pub(in crate::domain) fn apply(&mut self, event: &EvidenceEvent, at: Timestamp) {
        match event {
            EvidenceEvent::CandidateSeen(candidate) => self.candidate = Some(candidate.clone()),
            EvidenceEvent::ArtifactsListed { artifacts } => self.artifacts.clone_from(artifacts),
            EvidenceEvent::ListedElsewhere {
                workflow,
                artifacts,
            } => {
                self.elsewhere.insert(workflow.clone(), artifacts.clone());
            }
            EvidenceEvent::Read {
                artifact,
                finding,
                made,
                other_commit,
            } => {
                let piece = Piece::Read {
                    artifact: *artifact,
                    finding: finding.clone(),
                    made: made.unwrap_or(at),
                    other_commit: *other_commit,
                };
                self.old.remove(&finding.kind());
                self.pieces.insert(finding.kind(), piece);
            }
            EvidenceEvent::Unreadable { kind, fault } => {
                self.pieces.insert(*kind, Piece::Unreadable(fault.clone()));
            }
            EvidenceEvent::Missing { kind } => {
                self.pieces.insert(*kind, Piece::Missing);
            }
            EvidenceEvent::GrewOld { kinds } => self.old.extend(kinds),
            EvidenceEvent::Compared(diff) => {
                self.diff = Some((**diff).clone());
                self.not_compared = None;
            }
            EvidenceEvent::NotCompared(seen) => {
                // What was known is of another pair of commits.
                self.diff = None;
                self.not_compared = Some(seen.clone());
            }
        }
    }

    /// What a kind of evidence says, where it was read.
    pub fn finding(&self, kind: EvidenceKind) -> Option<&Finding> {
        match self.pieces.get(&kind)? {
            Piece::Read { finding, .. } => Some(finding),
            Piece::Unreadable(_) | Piece::Missing => None,
        }
    }

    /// The tests, where they were read.
    pub fn tests(&self) -> Option<&TestsSummary> {
        match self.finding(EvidenceKind::Tests)? {
            Finding::Tests(tests) => Some(tests),
            Finding::Load(_)
            | Finding::Security(_)
            | Finding::Coverage(_)
            | Finding::Explain { .. } => None,
        }
    }

    /// The load test, where it was read.
    pub fn load(&self) -> Option<&LoadReport> {
        match self.finding(EvidenceKind::Load)? {
            Finding::Load(load) => Some(load),
            Finding::Tests(_)
            | Finding::Security(_)
            | Finding::Coverage(_)
            | Finding::Explain { .. } => None,
        }
    }

    /// Scanner findings, where they were read.
    pub fn security(&self) -> Option<&SecurityReport> {
        match self.finding(EvidenceKind::Security)? {
            Finding::Security(security) => Some(security),
            Finding::Tests(_)
            | Finding::Load(_)
            | Finding::Coverage(_)
            | Finding::Explain { .. } => None,
        }
    }

    /// Coverage, where it was read.
    pub fn coverage(&self) -> Option<&CoverageReport> {
        match self.finding(EvidenceKind::Coverage)? {
            Finding::Coverage(coverage) => Some(coverage),
            Finding::Tests(_)
            | Finding::Load(_)
            | Finding::Security(_)
            | Finding::Explain { .. } => None,
        }
    }

    /// The explain text's beginning, where it was read. Untrusted.
    pub fn explain(&self) -> Option<&Text> {
        match self.finding(EvidenceKind::Explain)? {
            Finding::Explain { text, .. } => Some(text),
            Finding::Tests(_) | Finding::Load(_) | Finding::Security(_) | Finding::Coverage(_) => {
                None
            }
        }
    }

    /// STAGING_READY or STAGING_FAILED by the rule of the product: a required suite failed, required evidence is
    /// missing or unreadable, or a required threshold did not hold.
    #[expect(clippy::doc_markdown, reason = "the outcomes' own spelling")]
    pub fn staging(&self, policy: &Policy) -> Staging {
        let mut reasons = Vec::new();
        let mut waits = Vec::new();
        for rule in policy.evidence.iter().filter(|rule| rule.required) {
            let word = rule.kind.word();
            match self.pieces.get(&rule.kind) {
                None => waits.push(Text::line(&format!("{word} not read yet"))),
                Some(Piece::Missing) => reasons.push(Text::line(&format!("{word} missing"))),
                Some(Piece::Unreadable(fault)) => {
                    reasons.push(Text::line(&format!("{word} unreadable: {}", fault.detail)));
                }
                Some(Piece::Read { finding, .. }) => reasons.extend(finding.failure()),
            }
        }
        match (reasons.is_empty(), waits.is_empty()) {
            (false, _) => Staging::Failed(reasons),
            (true, false) => Staging::NotYet(waits),
            (true, true) => Staging::Ready,
        }
    }
}
