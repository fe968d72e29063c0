//! The candidate's version out of a file of an artifact, where the rules name one: as soon as that is there.

use super::{
    desk::{Desk, Memory, Round},
    pulse::{Gone, Pulse},
};
use crate::{
    domain::{
        NameGlob, Text,
        evidence::Candidate,
        observation::{ArtifactSnapshot, Observation},
    },
    flight::needs::Needs,
};

/// Reads it once an artifact; what holds none is told with the candidate, which the tag or the commit names then.
pub(super) async fn look(
    pulse: &Pulse,
    desk: &Desk,
    needs: &Needs,
    memory: &mut Memory,
    artifacts: &[ArtifactSnapshot],
) -> Round {
    let (Some(from), Some(told)) = (&desk.policy.target.version_from_artifact, &memory.told) else {
        return Ok(Ok(()));
    };
    let glob = NameGlob::from(from.artifact.clone());
    let since = needs.evidence.since;
    let newest = artifacts.iter().find(|one| {
        let is_fresh = one.created.is_none_or(|created| created >= since);
        is_fresh && !one.expired && glob.holds(one.name.as_str())
    });
    let Some(artifact) = newest else {
        // While staging runs it may still come.
        if needs.evidence.is_past {
            let why = format!("there is no artifact {}", from.artifact);
            tell(pulse, memory, told.clone(), Err(why)).await?;
        }
        return Ok(Ok(()));
    };
    if memory.version_read == Some(artifact.id) {
        return Ok(Ok(()));
    }
    let port = &pulse.outside.artifacts;
    let version = match port.inner_file(artifact.id, &from.file).await {
        Err(fault) if fault.passes_by_itself() => return Ok(Err(fault)),
        Err(fault) => Err(fault.to_string()),
        Ok(None) => Err(format!("{} has no {}", artifact.name, from.file)),
        Ok(Some(bytes)) => from.version_in(&bytes),
    };
    memory.version_read = Some(artifact.id);
    let told = told.clone();
    tell(pulse, memory, told, version).await?;
    Ok(Ok(()))
}

/// Tells the candidate with its version, or why it has none by the rules.
async fn tell(
    pulse: &Pulse,
    memory: &mut Memory,
    mut candidate: Candidate,
    version: Result<Text, String>,
) -> Result<(), Gone> {
    match version {
        Ok(version) => {
            candidate.version = Some(version);
            candidate.unnamed = None;
        }
        Err(why) => candidate.unnamed = Some(Text::line(&why)),
    }
    if memory.told.as_ref() == Some(&candidate) {
        return Ok(());
    }
    memory.told = Some(candidate.clone());
    pulse.see(Observation::Candidate(candidate)).await
}
