//! The candidate's version: out of a file of an artifact, where the rules name one, as soon as that is there; or by its tag,
//! where that could not be asked for at first.

use super::{
    desk::{Desk, Memory, Round},
    pulse::{Gone, Pulse},
};
use crate::{
    domain::{
        ArtifactId, NameGlob, Text,
        evidence::Candidate,
        observation::{ArtifactList, ArtifactSnapshot, Observation},
    },
    flight::needs::Needs,
};

/// Names the candidate by what it has not been named by yet.
pub(super) async fn look(
    pulse: &Pulse,
    desk: &Desk,
    needs: &Needs,
    memory: &mut Memory,
    list: &ArtifactList,
) -> Round {
    let by_tag = if memory.tag_waits {
        by_tag(pulse, desk, memory).await?
    } else {
        Ok(())
    };
    let by_artifact = by_artifact(pulse, desk, needs, memory, list).await?;
    Ok(by_artifact.and(by_tag))
}

/// Reads it once an artifact; what holds none is told with the candidate, which the tag or the commit names then.
async fn by_artifact(
    pulse: &Pulse,
    desk: &Desk,
    needs: &Needs,
    memory: &mut Memory,
    list: &ArtifactList,
) -> Round {
    let (Some(from), Some(told)) = (&desk.policy.target.version_from_artifact, &memory.told) else {
        return Ok(Ok(()));
    };
    let glob = NameGlob::from(from.artifact.clone());
    let since = needs.evidence.since;
    let newest = list.artifacts.iter().find(|one| {
        let is_fresh = one.created.is_none_or(|created| created >= since);
        is_fresh && !one.expired && glob.holds(one.name.as_str())
    });
    let Some(artifact) = newest else {
        // While staging runs it may still come; what was read stands, though its artifact expires.
        if needs.evidence.is_past && memory.version_read.is_none() {
            let why = absent(list, &glob, &from.artifact);
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
    let version = version.map(|version| (version, (artifact.id, needs.attempt)));
    tell(pulse, memory, told, version).await?;
    Ok(Ok(()))
}

/// Asks again for the tag that could not be asked for. What an artifact named meanwhile stands.
async fn by_tag(pulse: &Pulse, desk: &Desk, memory: &mut Memory) -> Round {
    let Some(told) = &mut memory.told else {
        return Ok(Ok(()));
    };
    let history = &pulse.outside.history;
    let prefix = &desk.policy.target.tag_prefix;
    let tag = match history.tag_of(&told.sha, prefix).await {
        Ok(tag) => tag,
        Err(fault) if fault.passes_by_itself() => return Ok(Err(fault)),
        Err(_) => None,
    };
    memory.tag_waits = false;
    if told.version.is_none() && tag.is_some() {
        told.version = tag;
        let named = told.clone();
        pulse.see(Observation::Candidate(named)).await?;
    }
    Ok(Ok(()))
}

/// Why no artifact of this attempt can be read.
fn absent(list: &ArtifactList, glob: &NameGlob, wanted: &str) -> String {
    let holds = |one: &&ArtifactSnapshot| glob.holds(one.name.as_str());
    match list.artifacts.iter().find(holds) {
        Some(one) if one.expired => format!("{} is expired", one.name),
        Some(one) => format!("{} is of an earlier attempt", one.name),
        None if list.is_cut => format!("artifact {wanted} is not among those that are listed"),
        None => format!("there is no artifact {wanted}"),
    }
}

/// Names the candidate by what stands in an artifact of an attempt.
pub(super) fn name(candidate: &mut Candidate, version: Text, from: (ArtifactId, u32)) {
    candidate.version = Some(version);
    candidate.unnamed = None;
    candidate.read_from = Some(from);
}

/// Tells the candidate with its version, or why it has none by the rules.
async fn tell(
    pulse: &Pulse,
    memory: &mut Memory,
    mut candidate: Candidate,
    version: Result<(Text, (ArtifactId, u32)), String>,
) -> Result<(), Gone> {
    match version {
        Ok((version, from)) => name(&mut candidate, version, from),
        Err(why) => candidate.unnamed = Some(Text::line(&why)),
    }
    if memory.told.as_ref() == Some(&candidate) {
        return Ok(());
    }
    memory.told = Some(candidate.clone());
    pulse.see(Observation::Candidate(candidate)).await
}
