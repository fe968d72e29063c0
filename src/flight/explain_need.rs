//! Whether the program that the rules name is to be asked for the explain text, and with which facts.

use std::sync::Arc;

use serde_json::Value;

use crate::{
    domain::{
        evidence::{EvidenceKind, ExplainSource, Finding, Piece},
        policy::ExplainPlace,
        release::Release,
    },
    report::explain_facts,
};

/// Whether the program is asked.
#[derive(Debug, Clone, PartialEq)]
pub enum ExplainNeed {
    /// The rules name none, or nobody decides on evidence any more.
    None,
    /// Nobody has trusted the rules' programs yet.
    Untrusted,
    /// Not yet: facts are still to come.
    Waits,
    /// It answered for this commit already.
    Told,
    /// It is asked with these facts.
    Ask {
        /// What it gets.
        facts: Arc<Value>,
        /// Whether everything that can be known is in them.
        whole: bool,
    },
}

impl ExplainNeed {
    /// Whether it is to be asked now.
    pub fn is_ask(&self) -> bool {
        matches!(self, Self::Ask { .. })
    }
}

/// `is_compared`: whether the diff from production is known, or cannot be.
pub(super) fn explain_need(release: &Release, matters: bool, is_compared: bool) -> ExplainNeed {
    let policy = &release.policy;
    let rule = policy
        .evidence
        .iter()
        .find(|rule| rule.kind == EvidenceKind::Explain);
    let Some(rule) = rule.filter(|_| matters && policy.explain.command.is_some()) else {
        return ExplainNeed::None;
    };
    let order = policy.explain.order(rule.artifact.is_some());
    if !order.contains(&ExplainPlace::Command) {
        return ExplainNeed::None;
    }
    if is_told(release) {
        return ExplainNeed::Told;
    }
    if release.record.trust.is_none() {
        return ExplainNeed::Untrusted;
    }
    let others = policy
        .evidence
        .iter()
        .filter(|rule| rule.kind != EvidenceKind::Explain);
    let all_read = others
        .map(|rule| release.evidence.pieces.get(&rule.kind))
        .all(|piece| piece.is_some());
    let is_past = release.approval.waiting.is_some();
    if !all_read && !is_past {
        return ExplainNeed::Waits;
    }
    ExplainNeed::Ask {
        facts: Arc::new(explain_facts(release)),
        whole: all_read && is_compared,
    }
}

/// Whether the text on the board is the program's, of this attempt.
fn is_told(release: &Release) -> bool {
    let Some(Piece::Read { finding, made, .. }) =
        release.evidence.pieces.get(&EvidenceKind::Explain)
    else {
        return false;
    };
    let by_program = matches!(
        finding,
        Finding::Explain {
            source: ExplainSource::Command { .. },
            ..
        }
    );
    let run = release.rollout.run.as_ref();
    by_program && run.is_none_or(|run| *made >= run.started)
}
