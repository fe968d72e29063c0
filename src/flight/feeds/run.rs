//! The run feed: the release's run, the run that deploys, the rollback's run; jobs, holds, reviews.

use std::{collections::BTreeMap, sync::Arc};

use jiff::{SignedDuration, Timestamp};

use super::{
    elsewhere,
    pulse::{Gone, Pulse},
};
use crate::{
    domain::{
        Fault, FaultKind, RunId, later,
        observation::{ArtifactsSeen, Observation, RunSeen, RunSnapshot, RunStatus},
        policy::Policy,
    },
    flight::{
        marks::{bears_a_marker, is_named},
        needs::{Lookup, Needs},
    },
};

/// A look at least so much younger than what asked for it counts as younger.
const JUST_AFTER: SignedDuration = SignedDuration::from_millis(1);
/// Shortest time between two looks, however urgent.
const AT_LEAST: SignedDuration = SignedDuration::from_secs(1);
/// Clocks differ: a dispatched run may seem older than its request.
const SKEW: SignedDuration = SignedDuration::from_secs(120);

/// Between two questions for the parts of a run of which one was refused for good, while nothing else is new.
const HIDDEN_AGAIN: SignedDuration = SignedDuration::from_mins(1);

/// What the last look found: decides what the next one asks beside the run.
#[derive(Default)]
struct Memory {
    is_known: bool,
    updated: Option<Timestamp>,
    has_jobs: bool,
    held: bool,
    /// The runs of which a part was refused.
    hidden: BTreeMap<RunId, Refused>,
}

/// A part of a run that was refused: what a token may not see, it may not see at the next look either.
struct Refused {
    fault: Fault,
    at: Timestamp,
    updated: Timestamp,
    /// Whether the end of the run is told without its jobs.
    lacks_jobs: bool,
}

impl Memory {
    /// The refusal that still stands, so that its parts are not asked for now.
    fn still_hidden(&self, needs: &Needs, run: &RunSnapshot, asked: Timestamp) -> Option<&Refused> {
        let refused = self.hidden.get(&run.id).filter(|_| !needs.hurries())?;
        let is_new = refused.updated != run.updated || asked >= later(refused.at, HIDDEN_AGAIN);
        (!is_new).then_some(refused)
    }

    /// Remembers what this look was refused, where it was.
    fn keep(&mut self, hidden: &Hidden, run: &RunSnapshot, at: Timestamp, lacks_jobs: bool) {
        let refused = hidden.0.clone().map(|fault| Refused {
            fault,
            at,
            updated: run.updated,
            lacks_jobs,
        });
        match refused {
            Some(refused) => {
                self.hidden.insert(run.id, refused);
            }
            None => {
                self.hidden.remove(&run.id);
            }
        }
    }
}

pub(super) async fn follow(mut pulse: Pulse, policy: Arc<Policy>) -> Result<(), Gone> {
    let mut memory = Memory::default();
    loop {
        let needs = pulse.needs();
        // What is needed was read before: the look is younger, also where the clock was set back since the request.
        let asked = pulse.now();
        let looked = asked.max(later(needs.look_after, JUST_AFTER));
        let next = match look(&mut pulse, &policy, &needs, looked, &mut memory).await? {
            Ok(()) => {
                pulse.good(needs.run_every).await?;
                later(asked, needs.run_every)
            }
            Err(fault) => pulse.bad(fault).await?,
        };
        let earliest = later(asked, AT_LEAST);
        pulse.outside.clock.sleep_until(earliest.min(next)).await;
        pulse
            .rest(next, |now| {
                now.look_after > looked
                    || later(asked, now.run_every) < next
                    || now.rollback_run != needs.rollback_run
                    || now.production_run != needs.production_run
            })
            .await?;
    }
}

type Looked = Result<Result<(), Fault>, Gone>;

async fn look(
    pulse: &mut Pulse,
    policy: &Policy,
    needs: &Needs,
    asked: Timestamp,
    memory: &mut Memory,
) -> Looked {
    let mut hidden = Hidden::default();
    match look_at_release(pulse, policy, needs, asked, memory, &mut hidden).await {
        Ok(Some(seen)) => pulse.see(Observation::Run(Box::new(seen))).await?,
        Ok(None) => {}
        Err(fault) => return Ok(Err(fault)),
    }
    if let Some(lookup) = &needs.production_run {
        match look_at_other(pulse, needs, lookup, asked, memory, &mut hidden).await {
            Ok(Some(seen)) => {
                pulse
                    .see(Observation::ProductionRun(Box::new(seen)))
                    .await?;
            }
            Ok(None) => {}
            Err(fault) => return Ok(Err(fault)),
        }
    }
    if let Some(lookup) = &needs.rollback_run {
        match look_at_other(pulse, needs, lookup, asked, memory, &mut hidden).await {
            Ok(Some(seen)) => pulse.see(Observation::RollbackRun(Box::new(seen))).await?,
            Ok(None) => {}
            Err(fault) => return Ok(Err(fault)),
        }
    }
    Ok(hidden.0.map_or(Ok(()), Err))
}

/// The first part of a run that was refused while the run itself is there. What is seen of the run is told all the same.
#[derive(Default)]
struct Hidden(Option<Fault>);

impl Hidden {
    /// A part of a run; `None` where it is refused for good. What passes by itself fails the whole look, which comes again.
    fn part<T>(&mut self, asked: Result<T, Fault>) -> Result<Option<T>, Fault> {
        match asked {
            Ok(part) => Ok(Some(part)),
            Err(fault) if fault.passes_by_itself() => Err(fault),
            Err(fault) => {
                self.0.get_or_insert_with(|| named(fault));
                Ok(None)
            }
        }
    }

    fn is_whole(&self) -> bool {
        self.0.is_none()
    }
}

/// GitHub answers 404 also for what a token may not see.
fn named(fault: Fault) -> Fault {
    if fault.kind != FaultKind::NotFound {
        return fault;
    }
    let detail = "404, though the run is there: this token may not see them (Actions: read), or the run was deleted just now";
    Fault::new(FaultKind::NotFound, fault.what, detail)
}

async fn look_at_release(
    pulse: &Pulse,
    policy: &Policy,
    needs: &Needs,
    asked: Timestamp,
    memory: &mut Memory,
    hidden: &mut Hidden,
) -> Result<Option<RunSeen>, Fault> {
    let runs = if needs.hurries() {
        &pulse.outside.runs
    } else {
        &pulse.outside.calm.runs
    };
    let known = memory.is_known;
    let run = runs.run(needs.run).await;
    let run = run.map_err(|fault| if known { gone(fault) } else { fault })?;
    memory.is_known = true;
    let is_open = run.status != RunStatus::Completed;
    if let Some(refused) = memory.still_hidden(needs, &run, asked) {
        hidden.0.get_or_insert_with(|| refused.fault.clone());
        return Ok((is_open || !refused.lacks_jobs).then(|| bare(asked, run)));
    }
    let moved = memory.updated != Some(run.updated);
    let pending = if is_open || memory.held || moved {
        hidden.part(runs.pending(needs.run).await)?
    } else {
        None
    };
    let held = pending.as_ref().is_some_and(|pending| !pending.is_empty());
    // A hold that is gone was let go by someone: reviews and jobs say by whom. So does the first look.
    let changed_hands = memory.updated.is_none()
        || memory.held && !held
        || needs.held_by.as_ref().is_some_and(|name| {
            let holds =
                |hold: &crate::domain::observation::PendingDeployment| hold.name.as_str() == name;
            !pending.iter().flatten().any(holds)
        });
    let reviews = if changed_hands || pending.is_some() && !held {
        hidden.part(runs.reviews(needs.run).await)?
    } else {
        None
    };
    let wants_jobs = moved || changed_hands || !memory.has_jobs || is_open && needs.follows_jobs;
    let jobs = if wants_jobs {
        hidden.part(runs.jobs(needs.run).await)?
    } else {
        None
    };
    // What was approved is compared with what lies there now, not with the evidence feed's last round: wherever
    // evidence came from.
    let artifacts = if needs.rechecks() {
        Some(ArtifactsSeen {
            own: pulse.outside.artifacts.list(needs.run).await?.artifacts,
            elsewhere: elsewhere::look(pulse, policy, &run.head_sha).await?,
        })
    } else {
        None
    };
    let lacks_jobs = wants_jobs && jobs.is_none();
    memory.keep(hidden, &run, asked, lacks_jobs);
    if hidden.is_whole() {
        memory.updated = Some(run.updated);
        memory.has_jobs |= jobs.is_some();
        memory.held = held;
    } else if !is_open && lacks_jobs {
        // How a run ended is no word on the job that deploys.
        return Ok(None);
    }
    Ok(Some(RunSeen {
        asked,
        run,
        jobs,
        pending,
        reviews,
        artifacts,
    }))
}

/// A run, and nothing of its parts.
fn bare(asked: Timestamp, run: RunSnapshot) -> RunSeen {
    RunSeen {
        asked,
        run,
        jobs: None,
        pending: None,
        reviews: None,
        artifacts: None,
    }
}

/// A run that was there and is not any more: what it began goes on without it.
fn gone(fault: Fault) -> Fault {
    if fault.kind != FaultKind::NotFound {
        return fault;
    }
    let detail = "the run is gone (deleted, or hidden from this token), and what it started may go on: look at production";
    Fault::new(FaultKind::NotFound, fault.what, detail)
}

/// A run that was dispatched; `None` while it is not found.
async fn look_at_other(
    pulse: &Pulse,
    needs: &Needs,
    lookup: &Lookup,
    asked: Timestamp,
    memory: &mut Memory,
    hidden: &mut Hidden,
) -> Result<Option<RunSeen>, Fault> {
    let run = match lookup {
        Lookup::Known(run) => *run,
        Lookup::Find {
            workflow,
            marker,
            since,
            ..
        } => match find(pulse, workflow, marker, *since).await? {
            Some(run) => run,
            None => return Ok(None),
        },
    };
    let runs = &pulse.outside.runs;
    let snapshot = runs.run(run).await?;
    let is_open = snapshot.status != RunStatus::Completed;
    if let Some(refused) = memory.still_hidden(needs, &snapshot, asked) {
        hidden.0.get_or_insert_with(|| refused.fault.clone());
        return Ok((is_open || !refused.lacks_jobs).then(|| bare(asked, snapshot)));
    }
    // What the release's own run was refused is not this one's.
    let mut own = Hidden::default();
    let jobs = own.part(runs.jobs(run).await)?;
    let pending = if is_open {
        own.part(runs.pending(run).await)?
    } else {
        Some(Vec::new())
    };
    memory.keep(&own, &snapshot, asked, jobs.is_none());
    hidden.0 = hidden.0.take().or(own.0);
    if jobs.is_none() && !is_open {
        return Ok(None);
    }
    Ok(Some(RunSeen {
        jobs,
        pending,
        ..bare(asked, snapshot)
    }))
}

/// The run whose name holds the marker; else the only one that began since.
async fn find(
    pulse: &Pulse,
    workflow: &str,
    marker: &str,
    since: Timestamp,
) -> Result<Option<RunId>, Fault> {
    let since = pulse.outside.by_github(since);
    let from = later(since, -SKEW);
    let runs = pulse
        .outside
        .dispatch
        .dispatched(workflow, None, from)
        .await?;
    let named = runs.iter().find(|run| is_named(run.title.as_str(), marker));
    if let Some(run) = named {
        return Ok(Some(run.id));
    }
    let viewer = pulse.outside.runs.viewer().await?;
    // GitHub's times are whole seconds; a run that bears another request's marker is that request's.
    let mut ours = runs.iter().filter(|run| {
        run.created.as_second() >= since.as_second()
            && run.actor.as_ref().is_some_and(|actor| actor.is(&viewer))
            && !bears_a_marker(run.title.as_str())
    });
    Ok(match (ours.next(), ours.next()) {
        (Some(only), None) => Some(only.id),
        _ => None,
    })
}
