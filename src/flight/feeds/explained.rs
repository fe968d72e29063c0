//! The explain text: kept whole as a blob, from an artifact or from where the rules look beside.

use std::sync::Arc;

use super::{
    desk::{Desk, Memory, Round, try_ask},
    explain_sources,
    pulse::Pulse,
};
use crate::{
    domain::{
        Fault, FaultKind, Text,
        evidence::{EvidenceKind, ExplainSource, Finding},
        observation::Observation,
        policy::EvidenceRule,
    },
    flight::needs::Needs,
};

/// Bytes of the explain text in the journal; the blob has the rest.
const EXPLAIN_KEPT: usize = 8 * 1024;

/// Keeps the text as a blob and says its beginning.
pub(super) async fn kept(
    desk: &Desk,
    text: &Text,
    source: ExplainSource,
) -> Result<Finding, Fault> {
    let store = Arc::clone(&desk.store);
    let bytes = text.as_str().as_bytes().to_vec();
    let local = |why: &dyn std::fmt::Display| {
        Fault::new(
            FaultKind::Local,
            "keeping the explain text",
            why.to_string(),
        )
    };
    let blob = tokio::task::spawn_blocking(move || store.put_blob(&bytes))
        .await
        .map_err(|error| local(&error))?
        .map_err(|error| local(&error))?;
    Ok(Finding::Explain {
        blob,
        text: Text::block_within(text.as_str(), EXPLAIN_KEPT),
        source,
    })
}

/// The explain text where no artifact holds it: from where the rules look for it beside.
pub(super) async fn elsewhere(
    pulse: &Pulse,
    desk: &Desk,
    needs: &Needs,
    memory: &Memory,
    rule: &EvidenceRule,
) -> Round {
    if rule.kind != EvidenceKind::Explain || !needs.evidence.unread.contains(&rule.kind) {
        return Ok(Ok(()));
    }
    let history = &*pulse.outside.history;
    let has_artifact = rule.artifact.is_some();
    let told =
        explain_sources::elsewhere(history, &memory.pulls, &desk.policy.explain, has_artifact);
    match try_ask!(told.await) {
        Some(told) => {
            let finding = try_ask!(kept(desk, &told.text, told.source).await);
            pulse
                .see(Observation::Evidence {
                    artifact: None,
                    finding,
                    made: told.made,
                    other_commit: false,
                })
                .await?;
        }
        None if needs.evidence.is_past => {
            pulse.see(Observation::Missing { kind: rule.kind }).await?;
        }
        None => {}
    }
    Ok(Ok(()))
}
