//! The evidence feed: candidate, artifacts and what they say; every so often what hardly ever changes.

use jiff::{SignedDuration, Timestamp};

use super::{
    desk::{Desk, ExplainMemory, Memory, Round, SELDOM, try_ask},
    elsewhere, gather, past,
    pulse::{Gone, Pulse},
    trust, version,
};
use crate::{
    domain::{
        Fault, Login, Sha, Text,
        evidence::{Candidate, EvidenceKind},
        later,
        observation::{Observation, PullSnapshot},
        policy::{ExplainPlace, version_in_title},
    },
    flight::needs::{EvidenceNeeds, Needs},
};

/// Between two rounds while something is still to be read.
const BUSY: SignedDuration = SignedDuration::from_secs(30);
/// Between two rounds while only changes are looked for.
const CALM: SignedDuration = SignedDuration::from_secs(180);
/// Between two looks at the texts of pull requests.
const PULLS_AGAIN: SignedDuration = SignedDuration::from_secs(150);

pub(super) async fn follow(mut pulse: Pulse, desk: Desk) -> Result<(), Gone> {
    let mut memory = Memory::default();
    loop {
        let needs = pulse.needs();
        let asked = pulse.now();
        let next = match round(&mut pulse, &desk, &needs, &mut memory, asked).await? {
            Ok(()) => {
                pulse.recovered();
                // Once the run waits nothing new is made: what is missing then is looked for at leisure.
                let makes_more = needs.evidence.matters && !needs.evidence.is_past;
                let busy = makes_more && !needs.evidence.unread.is_empty();
                later(asked, if busy { BUSY } else { CALM })
            }
            Err(fault) => pulse.bad(fault).await?,
        };
        pulse
            .rest(next, |now| {
                let news = |e: &EvidenceNeeds| (e.sha.clone(), e.is_past, e.explain.is_ask());
                news(&now.evidence) != news(&needs.evidence)
                    || now.attempt != needs.attempt
                    || elsewhere::has_news(&now.evidence.elsewhere, &memory)
            })
            .await?;
    }
}

/// Another candidate, or another attempt of it: nothing that was read before is of it.
async fn begin(
    pulse: &Pulse,
    desk: &Desk,
    needs: &Needs,
    memory: &mut Memory,
    (sha, asked): (&Sha, Timestamp),
) -> Round {
    memory.read.clear();
    memory.before.clear();
    memory.elsewhere.clear();
    memory.explain = ExplainMemory::default();
    let wanted = &needs.evidence;
    let (mut candidate, pulls, tag_waits) = try_ask!(candidate(pulse, desk, wanted, sha).await);
    memory.pulls = pulls;
    memory.tag_waits = tag_waits;
    memory.pulls_asked = asked;
    memory.candidate = Some((sha.clone(), needs.attempt));
    memory.version_read = None;
    if let Some((version, artifact)) = wanted.version_read.clone() {
        // Another cockpit read it, or this one before it was started again.
        version::name(&mut candidate, version, (artifact, needs.attempt));
        memory.version_read = Some(artifact);
    }
    memory.told = Some(candidate.clone());
    pulse.see(Observation::Candidate(candidate)).await?;
    Ok(Ok(()))
}

async fn round(
    pulse: &mut Pulse,
    desk: &Desk,
    needs: &Needs,
    memory: &mut Memory,
    asked: Timestamp,
) -> Round {
    trust::round(pulse, desk, needs, &mut memory.is_trust_kept).await?;
    // What fails does not hold up what does not need it; the first fault decides when the next round is.
    let mut failed: Option<Fault> = None;
    if memory
        .seldom
        .is_none_or(|last| asked >= later(last, SELDOM))
    {
        match past::look(pulse, &desk.policy, needs).await? {
            Ok(past) => {
                memory.seldom = Some(asked);
                memory.past = past.or_else(|| memory.past.take());
                memory.past_waits = false;
            }
            Err(fault) => {
                memory.past_waits = fault.passes_by_itself();
                failed = Some(fault);
            }
        }
    }
    let wanted = &needs.evidence;
    let Some(sha) = &wanted.sha else {
        return Ok(failed.map_or(Ok(()), Err));
    };
    if !wanted.matters && memory.candidate.is_some() {
        return Ok(failed.map_or(Ok(()), Err));
    }
    if memory.candidate.as_ref() != Some(&(sha.clone(), needs.attempt))
        && let Err(fault) = begin(pulse, desk, needs, memory, (sha, asked)).await?
    {
        return Ok(Err(fault));
    }
    if asked >= later(memory.pulls_asked, PULLS_AGAIN) && reads_pulls(desk) {
        // An answer that did not change costs nothing: it is asked for by its ETag.
        match pulse.outside.history.pulls_of(sha).await {
            Ok(pulls) => memory.pulls = pulls,
            Err(fault) if fault.passes_by_itself() => failed = failed.or(Some(fault)),
            Err(_) => {}
        }
        memory.pulls_asked = asked;
    }
    let artifacts = try_ask!(pulse.outside.artifacts.list(needs.run).await);
    pulse
        .see(Observation::Artifacts(artifacts.artifacts.clone()))
        .await?;
    if let Err(fault) = version::look(pulse, desk, needs, memory, &artifacts).await? {
        failed = failed.or(Some(fault));
    }
    for workflow in elsewhere::workflows(&desk.policy) {
        if !elsewhere::is_due(desk, needs, memory, workflow, asked) {
            continue;
        }
        match elsewhere::look_at(pulse, &desk.policy, workflow, sha).await {
            Ok(artifacts) => {
                let workflow = workflow.to_owned();
                let known = (asked, artifacts.clone());
                memory.elsewhere.insert(workflow.clone(), known);
                let seen = Observation::ArtifactsElsewhere {
                    workflow,
                    artifacts: artifacts.artifacts,
                };
                pulse.see(seen).await?;
            }
            Err(fault) => failed = failed.or(Some(fault)),
        }
    }
    for rule in &desk.policy.evidence {
        // What is gathered is large; the feed's own future, which lives for the whole flight, is not.
        let gathered = gather::gather(pulse, desk, needs, memory, rule, &artifacts);
        if let Err(fault) = Box::pin(gathered).await? {
            failed = failed.or(Some(fault));
        }
    }
    Ok(failed.map_or(Ok(()), Err))
}

/// Whether the explain text may stand in a pull request: then its texts are read again while the release waits.
fn reads_pulls(desk: &Desk) -> bool {
    let rule = desk.policy.evidence.iter();
    let mut explains = rule.filter(|rule| rule.kind == EvidenceKind::Explain);
    explains.any(|rule| {
        let order = desk.policy.explain.order(rule.artifact.is_some());
        order.contains(&ExplainPlace::PullRequest)
    })
}

/// The candidate, its pull requests, and whether its tag could not be asked for: that is no commit without one.
async fn candidate(
    pulse: &Pulse,
    desk: &Desk,
    wanted: &EvidenceNeeds,
    sha: &Sha,
) -> Result<(Candidate, Vec<PullSnapshot>, bool), Fault> {
    let history = &pulse.outside.history;
    let target = &desk.policy.target;
    let pattern = target.version_from_title.as_deref();
    let from_title = pattern.map(|pattern| version_in_title(pattern, wanted.named.0.as_str()));
    let (from_title, unnamed) = match from_title {
        Some(Ok(version)) => (Some(version), None),
        Some(Err(why)) => (None, Some(Text::line(&why))),
        None => (None, None),
    };
    let mut tag_waits = false;
    let version = match from_title {
        Some(version) => Some(version),
        None => match history.tag_of(sha, &target.tag_prefix).await {
            Ok(tag) => tag,
            Err(fault) => {
                tag_waits = fault.passes_by_itself();
                None
            }
        },
    };
    let pulls = match history.pulls_of(sha).await {
        Ok(pulls) => pulls,
        Err(fault) if fault.passes_by_itself() => return Err(fault),
        Err(_) => Vec::new(),
    };
    let mut authors: Vec<Login> = pulls
        .iter()
        .filter_map(|pull| pull.author.clone())
        .collect();
    authors.dedup();
    let candidate = Candidate {
        sha: sha.clone(),
        version,
        unnamed,
        read_from: None,
        authors,
        pulls: Candidate::name_pulls(&pulls),
    };
    Ok((candidate, pulls, tag_waits))
}
