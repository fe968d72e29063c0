//! The explain text: kept whole as a blob, from an artifact or from a pull request's body.

use std::sync::Arc;

use super::{
    desk::{Desk, Memory, Round, try_ask},
    pulse::Pulse,
};
use crate::{
    domain::{
        Fault, FaultKind, Text,
        evidence::{EvidenceKind, Explain, Finding},
        observation::Observation,
        policy::EvidenceRule,
    },
    flight::needs::Needs,
};

/// Bytes of the explain text in the journal; the blob has the rest.
const EXPLAIN_KEPT: usize = 8 * 1024;

/// Keeps the text as a blob and says its beginning.
pub(super) async fn kept(desk: &Desk, text: &Text) -> Result<Finding, Fault> {
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
    })
}

/// The explain text from the body of a pull request that has its headings.
pub(super) async fn of_pull(
    pulse: &Pulse,
    desk: &Desk,
    needs: &Needs,
    memory: &Memory,
    rule: &EvidenceRule,
) -> Round {
    if rule.kind != EvidenceKind::Explain || !needs.evidence.unread.contains(&rule.kind) {
        return Ok(Ok(()));
    }
    let body = memory
        .pulls
        .iter()
        .map(|pull| &pull.body)
        .find(|body| !body.is_empty() && !Explain::parse(body.as_str()).is_unstructured());
    match body {
        Some(body) => {
            let finding = try_ask!(kept(desk, body).await);
            pulse
                .see(Observation::Evidence {
                    artifact: None,
                    finding,
                    made: None,
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
