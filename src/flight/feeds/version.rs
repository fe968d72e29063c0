//! The candidate's version out of a file of an artifact, where the rules name one: as soon as that is there.

use super::{
    desk::{Desk, Memory, Round},
    pulse::Pulse,
};
use crate::{
    domain::{
        NameGlob, Text,
        observation::{ArtifactSnapshot, Observation},
        policy::VersionFile,
    },
    flight::needs::Needs,
};

/// Longest version, in characters: people type it.
const LONGEST: usize = 80;

/// Reads it once an artifact; what holds none is said in the log, and the tag or the commit names the candidate.
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
    let Some(artifact) = newest.filter(|one| memory.version_read != Some(one.id)) else {
        return Ok(Ok(()));
    };
    let port = &pulse.outside.artifacts;
    let version = match port.inner_file(artifact.id, &from.file).await {
        Err(fault) if fault.passes_by_itself() => return Ok(Err(fault)),
        Err(fault) => Err(fault.to_string()),
        Ok(None) => Err(format!("{} has no {}", artifact.name, from.file)),
        Ok(Some(bytes)) => version_in(from, &bytes),
    };
    memory.version_read = Some(artifact.id);
    match version {
        Ok(version) => {
            let mut candidate = told.clone();
            candidate.version = Some(version);
            memory.told = Some(candidate.clone());
            pulse.see(Observation::Candidate(candidate)).await?;
        }
        Err(why) => tracing::warn!(%why, "the version is not read from the artifact"),
    }
    Ok(Ok(()))
}

/// The version in a file: what the pointer shows, else the first line.
fn version_in(from: &VersionFile, bytes: &[u8]) -> Result<Text, String> {
    let name = &from.file;
    let raw = match &from.pointer {
        None => {
            let text = String::from_utf8_lossy(bytes);
            text.lines().next().unwrap_or_default().to_owned()
        }
        Some(pointer) => {
            let whole: serde_json::Value = serde_json::from_slice(bytes)
                .map_err(|error| format!("{name} is no JSON: {error}"))?;
            match whole.pointer(pointer) {
                Some(serde_json::Value::String(text)) => text.clone(),
                Some(serde_json::Value::Number(number)) => number.to_string(),
                Some(_) => return Err(format!("{name} {pointer} is no text")),
                None => return Err(format!("{name} has nothing at {pointer}")),
            }
        }
    };
    let version = raw.trim();
    // People type it, and it goes into the inputs of workflows.
    let is_plain = version.chars().all(|c| c.is_ascii_graphic());
    if version.is_empty() || !is_plain || version.len() > LONGEST {
        return Err(format!("{name} holds no version that can be typed"));
    }
    Ok(Text::line(version))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_version_is_read_where_the_rules_say_and_nothing_else_is_one() {
        let at = |pointer: Option<&str>| VersionFile {
            artifact: "build".to_owned(),
            file: "manifest.json".to_owned(),
            pointer: pointer.map(str::to_owned),
        };
        let json = |text: &str| version_in(&at(Some("/version")), text.as_bytes());
        assert_eq!(
            json(r#"{"version":"v2.14.0"}"#).unwrap().as_str(),
            "v2.14.0"
        );
        assert_eq!(json(r#"{"version":214}"#).unwrap().as_str(), "214");
        let text = |text: &str| version_in(&at(None), text.as_bytes());
        assert_eq!(text(" v2.14.0\r\nbuilt by ci").unwrap().as_str(), "v2.14.0");
        for wrong in [
            "{",
            "[]",
            r#"{"version":null}"#,
            r#"{"version":""}"#,
            r#"{"version":{}}"#,
        ] {
            assert!(json(wrong).is_err(), "{wrong}");
        }
        let long = "9".repeat(200);
        for wrong in [
            "",
            "\n",
            "v2 beta",
            "v2\u{1b}[2J",
            "v\u{202e}2",
            long.as_str(),
        ] {
            assert!(text(wrong).is_err(), "{wrong:?}");
        }
        assert!(version_in(&at(None), &[0xff, 0xfe]).is_err());
    }
}
