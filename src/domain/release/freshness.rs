//! Evidence grows old: a deadline while a decision is open, an event when it passes, and the gate that asks for a fresh look.

use jiff::Timestamp;

use super::{gate::Gate, gates::said};
use crate::domain::{
    Event, Phase,
    evidence::{EvidenceEvent, EvidenceKind, Piece},
    judge::State,
    later,
    release::Release,
    wording,
};

impl Release {
    /// When each piece of evidence grows old: those that are still young, and only while anyone decides on them.
    pub(super) fn evidence_grows_old(&self) -> impl Iterator<Item = (EvidenceKind, Timestamp)> {
        // What is in production already was decided on: a later stage asks its own gates.
        let is_open = matches!(self.phase(), Phase::Preparing | Phase::AwaitingApproval)
            && self.approval.first_grant().is_none();
        let pieces = self.evidence.pieces.iter().filter(move |_| is_open);
        pieces.filter_map(|(kind, piece)| {
            // The explain text tells of evidence and is none.
            if *kind == EvidenceKind::Explain || self.evidence.old.contains(kind) {
                return None;
            }
            match piece {
                Piece::Read { made, .. } => {
                    Some((*kind, later(*made, self.policy.evidence_max_age)))
                }
                Piece::Unreadable(_) | Piece::Missing => None,
            }
        })
    }

    /// The gate of old evidence; only where there is some.
    pub(super) fn freshness_gate(&self) -> Option<Gate> {
        let old: Vec<String> = self
            .evidence
            .old
            .iter()
            .filter_map(|kind| match self.evidence.pieces.get(kind)? {
                Piece::Read { made, .. } => Some(format!(
                    "{} of {}",
                    kind.word(),
                    made.strftime("%F %H:%M UTC")
                )),
                Piece::Unreadable(_) | Piece::Missing => None,
            })
            .collect();
        if old.is_empty() || self.approval.first_grant().is_some() {
            return None;
        }
        let limit = wording::duration(self.policy.evidence_max_age);
        let why = format!(
            "older than {limit}: {}; run staging again, or say why it still holds",
            old.join(", ")
        );
        let verdict = said(State::Fail, &why);
        Some(self.gate(
            "freshness",
            "freshness".into(),
            "Evidence is fresh",
            verdict,
        ))
    }
}

/// What has grown old by `at`.
pub(super) fn grow_old(release: &Release, at: Timestamp) -> Option<Event> {
    let kinds: Vec<EvidenceKind> = release
        .evidence_grows_old()
        .filter(|(_, due)| *due <= at)
        .map(|(kind, _)| kind)
        .collect();
    (!kinds.is_empty()).then(|| EvidenceEvent::GrewOld { kinds }.into())
}
