//! Whether `candidate.version_from` names the version of the last release: what it names nothing of is called by tag or commit.

use super::{
    finding::{Finding, State},
    world::Hub,
};
use crate::domain::{
    Fault, NameGlob, Text,
    observation::{ArtifactSnapshot, Conclusion, RunSnapshot},
    policy::{Policy, VersionFile, version_in_title},
};

const CHECK: &str = "version_from";

/// One line where the rules have it.
pub(super) async fn named(hub: &Hub<'_>, policy: &Policy) -> Option<Finding> {
    let target = &policy.target;
    let (title, file) = (&target.version_from_title, &target.version_from_artifact);
    if title.is_none() && file.is_none() {
        return None;
    }
    let runs = match hub.runs.runs(Some("completed")).await {
        Ok(runs) => runs,
        Err(fault) => return Some(Finding::fault(CHECK, &fault)),
    };
    let good = |run: &RunSnapshot| run.conclusion == Some(Conclusion::Success);
    let Some(run) = runs.into_iter().find(good) else {
        let what = "no run of the workflow has succeeded yet";
        let mend = "run the workflow once";
        return Some(Finding::bad(State::Unknown, CHECK, what, mend));
    };
    let from_title = title
        .as_deref()
        .map(|pattern| version_in_title(pattern, run.title.as_str()));
    let found = match (from_title, file) {
        (Some(Ok(version)), None) => Ok(version),
        (_, Some(file)) => match in_artifact(hub, &run, file).await {
            Ok(found) => found,
            Err(fault) => return Some(Finding::fault(CHECK, &fault)),
        },
        (Some(Err(why)), None) => Err(why),
        (None, None) => return None,
    };
    let id = run.id;
    Some(match found {
        Ok(version) => Finding::ok(CHECK, format!("run {id} is {version}")),
        Err(why) => {
            let mend = "correct `candidate.version_from`; else the tag or the commit names it";
            Finding::bad(State::Warn, CHECK, format!("of run {id} none: {why}"), mend)
        }
    })
}

async fn in_artifact(
    hub: &Hub<'_>,
    run: &RunSnapshot,
    from: &VersionFile,
) -> Result<Result<Text, String>, Fault> {
    let list = hub.artifacts.list(run.id).await?;
    let glob = NameGlob::from(from.artifact.clone());
    let named = |one: &&ArtifactSnapshot| glob.holds(one.name.as_str());
    let Some(artifact) = list.artifacts.iter().find(named) else {
        return Ok(Err(format!("there is no artifact {}", from.artifact)));
    };
    if artifact.expired {
        return Ok(Err(format!("{} is expired", artifact.name)));
    }
    let bytes = hub.artifacts.inner_file(artifact.id, &from.file).await?;
    Ok(match bytes {
        None => Err(format!("{} has no {}", artifact.name, from.file)),
        Some(bytes) => from.version_in(&bytes),
    })
}
