//! The diff feed: compares production with the candidate, asks what becomes of the dependencies, keeps the lines as a blob.
//!
//! It works once for each pair of commits and then rests; a cockpit that comes back reads the blob and asks nothing.

use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};

use super::{
    desk::Desk,
    locks,
    pulse::{Gone, Pulse},
};
use crate::{
    domain::{
        Fault, FaultKind, Sha, Text,
        diff::{Areas, Diff, HotPaths, Service},
        evidence::NotCompared,
        later,
        observation::{Comparison, Observation},
    },
    flight::{
        flying::Report,
        needs::{EvidenceNeeds, Needs},
    },
};

/// Between two looks when nothing is left to do: a change of the needs wakes it before.
const REST: SignedDuration = SignedDuration::from_hours(1);

/// Before commits that nobody could compare are asked for again: someone may have fetched or pushed them meanwhile.
const AGAIN: SignedDuration = SignedDuration::from_mins(5);

/// What this feed remembers between rounds.
#[derive(Default)]
struct Memory {
    /// The comparison and the blob that holds it.
    compared: Option<(Arc<Comparison>, Option<String>)>,
    /// The commits that only the first of a pair has.
    lost: Option<((Sha, Sha), Vec<Text>)>,
    /// A pair of commits that nobody could compare, and when that was tried.
    hopeless: Option<((Sha, Sha), Timestamp)>,
}

impl Memory {
    fn of(&self, base: &Sha, head: &Sha) -> Option<(Arc<Comparison>, Option<String>)> {
        let (seen, blob) = self.compared.as_ref()?;
        (seen.base == *base && seen.head == *head).then(|| (Arc::clone(seen), blob.clone()))
    }
}

pub(super) async fn follow(mut pulse: Pulse, desk: Desk) -> Result<(), Gone> {
    let mut memory = Memory::default();
    loop {
        let needs = pulse.needs();
        let asked = pulse.now();
        let next = match round(&pulse, &desk, &needs, &mut memory).await? {
            Ok(()) => {
                pulse.recovered();
                let waits = memory.hopeless.is_some() && needs.evidence.matters;
                later(asked, if waits { AGAIN } else { REST })
            }
            Err(fault) => pulse.bad(fault).await?,
        };
        pulse
            .rest(next, |now| news(&now.evidence) != news(&needs.evidence))
            .await?;
    }
}

/// What of the needs concerns this feed: a change of it begins a round.
fn news(needs: &EvidenceNeeds) -> (Option<&Sha>, Option<&Sha>, bool) {
    (needs.sha.as_ref(), needs.base.as_ref(), needs.matters)
}

async fn round(
    pulse: &Pulse,
    desk: &Desk,
    needs: &Needs,
    memory: &mut Memory,
) -> Result<Result<(), Fault>, Gone> {
    let wanted = &needs.evidence;
    let (Some(base), Some(head)) = (&wanted.base, &wanted.sha) else {
        return Ok(Ok(()));
    };
    if memory.of(base, head).is_none()
        && let Some(blob) = &wanted.detail
        && let Some(seen) = kept(desk, blob).await
        && seen.head == *head
    {
        let seen = Arc::new(seen);
        pulse.tell(Report::Compared(Arc::clone(&seen))).await?;
        memory.compared = Some((seen, Some(blob.clone())));
    }
    let is_done = wanted.is_compared && wanted.has_dependencies;
    let is_hopeless = memory.hopeless.as_ref().is_some_and(|(pair, tried)| {
        *pair == (base.clone(), head.clone()) && pulse.now() < later(*tried, AGAIN)
    });
    if !wanted.matters || is_hopeless || (is_done && memory.of(base, head).is_some()) {
        return Ok(Ok(()));
    }
    let hot = HotPaths::new(&desk.policy.hot_paths);
    let (seen, blob) = match memory.of(base, head) {
        Some(known) => known,
        None => match compare(pulse, base, head).await {
            Ok(Ok(seen)) => {
                memory.hopeless = None;
                let seen = Arc::new(seen);
                let blob = keep(desk, &seen).await;
                pulse.tell(Report::Compared(Arc::clone(&seen))).await?;
                memory.compared = Some((Arc::clone(&seen), blob.clone()));
                (seen, blob)
            }
            Ok(Err(why)) => {
                let (base, head) = (base.clone(), head.clone());
                memory.hopeless = Some(((base.clone(), head.clone()), pulse.now()));
                let seen = NotCompared { base, head, why };
                pulse.see(Observation::NotCompared(seen)).await?;
                return Ok(Ok(()));
            }
            Err(fault) => return Ok(Err(fault)),
        },
    };
    let service = Service::new(&desk.policy.paths, &hot);
    let (own, left_out) = service.part(&seen);
    let mut diff = Diff::of(&own, &hot).with_rules(&seen, &desk.policy.beside);
    diff.areas = Areas::new(&desk.policy.areas).sums(&own.files);
    diff.left_out = left_out;
    diff.detail = blob;
    if diff.behind_by > 0 {
        diff.lost = lost(pulse, base, head, memory).await;
    }
    let mut diff = diff.fit();
    if !wanted.is_compared {
        let first = Box::new(diff.clone());
        pulse.see(Observation::Compared(first)).await?;
    }
    match locks::dependencies(&pulse.outside, &seen).await {
        Ok(dependencies) => {
            diff.dependencies = dependencies;
            pulse
                .see(Observation::Compared(Box::new(diff.fit())))
                .await?;
            Ok(Ok(()))
        }
        Err(fault) => Ok(Err(fault)),
    }
}

/// GitHub's answer; where that is cut or will not come, a clone's that has both commits. The inner error: nobody can
/// tell, and why.
async fn compare(pulse: &Pulse, base: &Sha, head: &Sha) -> Result<Result<Comparison, Text>, Fault> {
    let told = pulse.outside.history.compare(base, head).await;
    match told {
        Ok(told) if !told.files_truncated && !told.commits_truncated => Ok(Ok(told)),
        Err(fault) if fault.passes_by_itself() => Err(fault),
        cut => match (cloned(pulse, base, head).await, cut) {
            (Some(mut whole), cut) => {
                if let Ok(cut) = &cut {
                    whole.name_authors(cut);
                }
                Ok(Ok(whole))
            }
            (None, Ok(cut)) => Ok(Ok(cut)),
            (None, Err(fault)) => why_not(pulse, base, head, &fault).await.map(Err),
        },
    }
}

/// Why GitHub cannot compare, and what helps.
async fn why_not(pulse: &Pulse, base: &Sha, head: &Sha, fault: &Fault) -> Result<Text, Fault> {
    let help = match pulse.outside.checkout {
        Some(_) => "fetch it into the clone that cockpit was started in",
        None => "start cockpit in a clone of the repository that has it",
    };
    if fault.kind == FaultKind::NotFound {
        for (whose, sha) in [("production's commit", base), ("the candidate", head)] {
            match pulse.outside.history.resolve(sha.as_str()).await {
                Err(fault) if fault.passes_by_itself() => return Err(fault),
                Err(fault) if fault.kind == FaultKind::NotFound => {
                    return Ok(Text::line(&format!(
                        "GitHub does not know {whose} {} (force-pushed away, or of another repository): {help}",
                        sha.short()
                    )));
                }
                Ok(_) | Err(_) => {}
            }
        }
    }
    Ok(Text::line(&format!(
        "GitHub cannot compare {} with {} ({}): {help}",
        base.short(),
        head.short(),
        fault.detail
    )))
}

/// The commits that production has and the candidate lacks, newest first: the comparison the other way round. Empty where
/// nobody tells: the count stands all the same.
async fn lost(pulse: &Pulse, base: &Sha, head: &Sha, memory: &mut Memory) -> Vec<Text> {
    let pair = (base.clone(), head.clone());
    if let Some((known, lost)) = &memory.lost
        && *known == pair
    {
        return lost.clone();
    }
    let asked = pulse.outside.history.compare(head, base).await;
    let back = match asked {
        Ok(back) if !back.commits.is_empty() => Some(back),
        Ok(_) | Err(_) => cloned(pulse, head, base).await,
    };
    let Some(back) = back else {
        return Vec::new();
    };
    let newest_first = back.commits.iter().rev();
    let lost: Vec<Text> = newest_first
        .map(|commit| Text::line(&format!("{} {}", commit.sha.short(), commit.title)))
        .collect();
    memory.lost = Some((pair, lost.clone()));
    lost
}

async fn cloned(pulse: &Pulse, base: &Sha, head: &Sha) -> Option<Comparison> {
    let clone = pulse.outside.checkout.as_ref()?;
    match clone.compare(base, head).await {
        Ok(seen) => seen,
        Err(fault) => {
            tracing::info!(%fault, "the clone on this machine could not compare");
            None
        }
    }
}

/// Keeps a comparison as a blob and names it; `None` where it cannot be kept: then the pane has it until cockpit ends.
async fn keep(desk: &Desk, seen: &Arc<Comparison>) -> Option<String> {
    let (store, seen) = (Arc::clone(&desk.store), Arc::clone(seen));
    let kept = tokio::task::spawn_blocking(move || {
        let bytes = serde_json::to_vec(&*seen).map_err(std::io::Error::other)?;
        store.put_blob(&bytes)
    });
    match kept.await {
        Ok(Ok(name)) => Some(name).filter(|name| !name.is_empty()),
        Ok(Err(error)) => {
            tracing::warn!(%error, "the diff was not kept");
            None
        }
        Err(_) => None,
    }
}

/// A comparison out of its blob; `None` where that is gone or damaged: it is asked for again.
pub(super) async fn kept(desk: &Desk, name: &str) -> Option<Comparison> {
    let (store, name) = (Arc::clone(&desk.store), name.to_owned());
    let read = tokio::task::spawn_blocking(move || {
        let bytes = store.blob(&name).ok()?;
        serde_json::from_slice(&bytes).ok()
    });
    read.await.ok().flatten()
}
