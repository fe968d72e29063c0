//! The explain text: looked for where the rules say, in their order, kept whole as a blob. What a source could not give is
//! said, and the next one is asked.

use std::sync::Arc;

use super::{
    desk::{Desk, Memory, Round, try_ask},
    download::download,
    explain_command, explain_sources,
    named::Named,
    pulse::{Gone, Pulse},
    told::{Given, Told},
};
use crate::{
    domain::{
        ArtifactId, Fault, FaultKind, Text,
        evidence::{Evidence, EvidenceKind, ExplainSource, Finding},
        observation::Observation,
        policy::ExplainPlace,
    },
    flight::needs::Needs,
};

/// Bytes of the explain text in the journal; the blob has the rest.
const EXPLAIN_KEPT: usize = 8 * 1024;

/// Looks through the places in their order and tells the first text. `named` are the artifacts that the rules name.
pub(super) async fn look(
    pulse: &mut Pulse,
    desk: &Desk,
    needs: &Needs,
    memory: &mut Memory,
    named: &Named<'_>,
) -> Round {
    let rule = &desk.policy.explain;
    let mut all = desk.policy.evidence.iter();
    let has_artifact =
        all.any(|rule| rule.kind == EvidenceKind::Explain && rule.artifact.is_some());
    let mut passed_over = Vec::new();
    let mut waits = false;
    for place in rule.order(has_artifact) {
        let given = match place {
            ExplainPlace::Artifact => artifact(pulse, memory, named).await?,
            ExplainPlace::PullRequest => Ok(explain_sources::body(&memory.pulls)),
            ExplainPlace::Comment => {
                let history = &*pulse.outside.history;
                explain_sources::comment(history, &memory.pulls, rule).await
            }
            ExplainPlace::Command => explain_command::ask(pulse, desk, needs, memory).await?,
        };
        match try_ask!(given) {
            Given::Told(told) => {
                let finding = try_ask!(kept(desk, &told, passed_over).await);
                pulse
                    .see(Observation::Evidence {
                        artifact: told.artifact,
                        finding,
                        made: told.made,
                        other_commit: false,
                    })
                    .await?;
                return Ok(Ok(()));
            }
            Given::Known => return Ok(Ok(())),
            Given::Nothing => {}
            Given::Failed(why) => passed_over.push(why),
            Given::Later => waits = true,
        }
    }
    if waits {
        return Ok(Ok(()));
    }
    let kind = EvidenceKind::Explain;
    let is_gone = named.found.is_empty() && !named.lost.is_empty();
    if is_gone && !needs.evidence.unread.contains(&kind) {
        // It was read while it was there.
        return Ok(Ok(()));
    }
    if !passed_over.is_empty() {
        let why: Vec<&str> = passed_over.iter().map(Text::as_str).collect();
        let fault = Fault::new(FaultKind::Malformed, "the explain text", why.join("; "));
        pulse.see(Observation::Unreadable { kind, fault }).await?;
    } else if needs.evidence.is_past {
        pulse.see(Observation::Missing { kind }).await?;
    }
    Ok(Ok(()))
}

/// The text of the artifacts, read once.
async fn artifact(
    pulse: &Pulse,
    memory: &mut Memory,
    named: &Named<'_>,
) -> Result<Result<Given, Fault>, Gone> {
    let found = &named.found;
    let Some(first) = found.first() else {
        return Ok(Ok(match named.lost.first() {
            Some((_, fault)) => Given::Failed(fault.detail.clone()),
            None => Given::Nothing,
        }));
    };
    let ids: Vec<ArtifactId> = found.iter().map(|artifact| artifact.id).collect();
    let known = memory.explain.artifact.as_ref();
    let read = if let Some((_, read)) = known.filter(|(known, _)| *known == ids) {
        read.clone()
    } else {
        let kind = EvidenceKind::Explain;
        let gathered = match download(pulse, kind, found).await? {
            Ok(gathered) => gathered,
            Err(fault) => return Ok(Err(fault)),
        };
        let read = match gathered.whole(kind) {
            Ok(Some(Evidence::Explain(text))) => Ok(text),
            Ok(_) => Err(Text::line(&format!("{} holds no text", first.name))),
            Err(fault) => Err(Text::line(&format!("{}: {}", first.name, fault.detail))),
        };
        memory.explain.artifact = Some((ids, read.clone()));
        read
    };
    Ok(Ok(match read {
        Ok(text) => Given::Told(Box::new(Told {
            text,
            source: ExplainSource::Artifact,
            made: first.created,
            artifact: Some(first.id),
        })),
        Err(why) => Given::Failed(why),
    }))
}

/// Keeps the text as a blob and says its beginning.
async fn kept(desk: &Desk, told: &Told, passed_over: Vec<Text>) -> Result<Finding, Fault> {
    let store = Arc::clone(&desk.store);
    let bytes = told.text.as_str().as_bytes().to_vec();
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
        text: Text::block_within(told.text.as_str(), EXPLAIN_KEPT),
        source: told.source.clone(),
        passed_over,
    })
}
