//! Evidence that other workflows make: the artifacts of their newest completed run of the candidate's commit, those alone
//! that the rules name. Knows the ports and the rules; what they hold is read elsewhere.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;

use super::{
    desk::{Desk, Memory, SELDOM},
    pulse::Pulse,
};
use crate::{
    domain::{
        ArtifactId, Fault, NameGlob, Sha,
        evidence::EvidenceKind,
        later,
        observation::{ArtifactList, ArtifactSnapshot, RunStatus},
        policy::{EvidenceRule, Policy},
    },
    flight::needs::Needs,
    ports::{Artifacts, Runs},
};

/// The workflow beside the release's own that makes this evidence, where one does.
pub(super) fn workflow<'p>(policy: &Policy, rule: &'p EvidenceRule) -> Option<&'p str> {
    let named = rule.workflow.as_deref()?;
    let makes = rule.artifact.is_some() && named != policy.target.workflow;
    makes.then_some(named)
}

/// Every such workflow.
pub(super) fn workflows(policy: &Policy) -> BTreeSet<&str> {
    let rules = policy.evidence.iter();
    rules.filter_map(|rule| workflow(policy, rule)).collect()
}

/// All artifacts of the newest completed run of a workflow for a commit, newest first.
pub(super) async fn of_newest(
    runs: &dyn Runs,
    artifacts: &dyn Artifacts,
    workflow: &str,
    sha: &Sha,
) -> Result<ArtifactList, Fault> {
    let all = runs.runs_of_commit(sha, Some(workflow)).await?;
    match all.iter().find(|run| run.status == RunStatus::Completed) {
        Some(run) => artifacts.list(run.id).await,
        None => Ok(ArtifactList::default()),
    }
}

/// Those of one workflow that a rule names.
pub(super) async fn look_at(
    pulse: &Pulse,
    policy: &Policy,
    name: &str,
    sha: &Sha,
) -> Result<ArtifactList, Fault> {
    let (runs, artifacts) = (&*pulse.outside.runs, &*pulse.outside.artifacts);
    let mut all = of_newest(runs, artifacts, name, sha).await?;
    let rules = policy.evidence.iter();
    let mine = rules.filter(|rule| workflow(policy, rule) == Some(name));
    let globs: Vec<NameGlob> = mine
        .filter_map(|rule| rule.artifact.clone())
        .map(NameGlob::from)
        .collect();
    all.artifacts
        .retain(|one| globs.iter().any(|glob| glob.holds(one.name.as_str())));
    Ok(all)
}

/// Those of every workflow, by workflow.
pub(super) async fn look(
    pulse: &Pulse,
    policy: &Policy,
    sha: &Sha,
) -> Result<BTreeMap<String, Vec<ArtifactSnapshot>>, Fault> {
    let mut found = BTreeMap::new();
    for name in workflows(policy) {
        let list = look_at(pulse, policy, name, sha).await?;
        found.insert(name.to_owned(), list.artifacts);
    }
    Ok(found)
}

/// Whether a workflow is asked now: something of it is to be read, it was not asked for a while, or somebody else saw
/// artifacts that this feed does not know.
pub(super) fn is_due(
    desk: &Desk,
    needs: &Needs,
    memory: &Memory,
    name: &str,
    now: Timestamp,
) -> bool {
    let Some((asked, _)) = memory.elsewhere.get(name) else {
        return true;
    };
    let mut rules = desk.policy.evidence.iter();
    let wants = |rule: &EvidenceRule| {
        workflow(&desk.policy, rule) == Some(name)
            && (rule.kind == EvidenceKind::Explain || needs.evidence.unread.contains(&rule.kind))
    };
    rules.any(wants) || now >= later(*asked, SELDOM) || has_news(&needs.evidence.elsewhere, memory)
}

/// Whether others saw artifacts that this feed does not know.
pub(super) fn has_news(seen: &BTreeMap<String, Vec<ArtifactId>>, memory: &Memory) -> bool {
    seen.iter().any(|(workflow, ids)| {
        let known = memory.elsewhere.get(workflow);
        let knows = |id: &ArtifactId| {
            known.is_some_and(|(_, all)| all.artifacts.iter().any(|a| a.id == *id))
        };
        !ids.iter().all(knows)
    })
}
