//! Works the outbox: sends what was decided, once, and tells what became of it.
//!
//! An act that an earlier process requested, or whose answer was lost, is looked up in the world before anything is
//! sent. Absent twice, 30 s apart, means not sent, and the same confirmation goes out again.

use std::collections::BTreeSet;

use futures_util::stream::{FuturesUnordered, StreamExt as _};
use jiff::{SignedDuration, Timestamp};
use tokio::sync::{mpsc, watch};

use super::{
    claiming::{fate, runs_beside},
    flying::Report,
    marks::{bears_a_marker, is_named, is_production},
    needs::Needs,
    outside::Outside,
};
use crate::{
    domain::{
        Act, Deed, Fault, FaultKind, Outcome, Reached, RunBeside, RunId, Seq, Text,
        flags::FlagReading,
        later,
        observation::{Observation, ReviewState, RunSnapshot},
    },
    ports::{DispatchOrder, Flags},
};

/// Between two looks for an act whose fate is unknown.
const LOOK_AGAIN: SignedDuration = SignedDuration::from_secs(30);
/// How often an act that certainly did not arrive is sent again.
const TRIES: u8 = 4;
/// Between two such tries.
const TRY_AGAIN: SignedDuration = SignedDuration::from_secs(5);
/// Clocks differ: a run may seem to be older than its request by this much.
const SKEW: SignedDuration = SignedDuration::from_mins(2);
/// An act that cannot be sent, or whose fate nobody tells, is given up after this.
const PATIENCE: SignedDuration = SignedDuration::from_mins(2);
/// An approval that never went out is void after this.
const STALE: SignedDuration = SignedDuration::from_hours(1);
/// Longest run of a team's program.
const SCRIPT_LIMIT: SignedDuration = SignedDuration::from_mins(30);

/// Performs acts until the flight is gone. Acts up to `resumed` were requested by an earlier process.
///
/// Each act on its own: one whose fate GitHub cannot tell must not hold up the way back that does without GitHub.
pub(super) async fn perform(
    outside: Outside,
    mut needs: watch::Receiver<Needs>,
    reports: mpsc::Sender<Report>,
    resumed: Seq,
) {
    let mut taken: BTreeSet<Seq> = BTreeSet::new();
    let mut working = FuturesUnordered::new();
    loop {
        let new: Vec<Act> = needs
            .borrow_and_update()
            .acts
            .iter()
            .filter(|act| act.cleared && !taken.contains(&act.seq))
            .cloned()
            .collect();
        for act in new {
            taken.insert(act.seq);
            let performer = Performer {
                outside: &outside,
                needs: needs.clone(),
                act,
            };
            let is_resumed = performer.act.seq <= resumed;
            working.push(async move { performer.seen(is_resumed).await });
        }
        tokio::select! {
            Some(seen) = working.next() => {
                let Some(seen) = seen else { continue };
                if reports.send(Report::Seen(Box::new(seen))).await.is_err() {
                    return;
                }
            }
            changed = needs.changed() => {
                if changed.is_err() {
                    return;
                }
            }
        }
    }
}

struct Performer<'a> {
    outside: &'a Outside,
    needs: watch::Receiver<Needs>,
    act: Act,
}

/// What a look in the world found of an act.
enum Trace {
    /// It is there.
    Done(Option<RunId>),
    /// It is not there.
    Absent,
    /// The world went on without it: it must not be sent any more.
    Overtaken(Text),
    /// Something is there that may be it.
    Unclear(Text),
}

impl Performer<'_> {
    /// What is told of it in the end. A claim finds itself again: it needs no look before.
    async fn seen(&self, is_resumed: bool) -> Option<Observation> {
        let act = self.act.seq;
        if let Deed::Claim { wish, over } = &self.act.deed {
            let fate = fate(self.outside, wish, over.as_ref()).await;
            return Some(Observation::ClaimAnswered { act, fate });
        }
        let outcome = self.outcome(is_resumed).await?;
        Some(Observation::Answered { act, outcome })
    }

    /// Sends, or looks first; `None`: the act left the outbox meanwhile.
    async fn outcome(&self, look_first: bool) -> Option<Outcome> {
        let mut must_look = look_first;
        for _ in 0..TRIES {
            if must_look && let Some(outcome) = self.look_up().await? {
                return Some(outcome);
            }
            if must_look && let Some(fault) = self.is_stale() {
                return Some(Outcome::Failed { fault });
            }
            if self.stands()?.withdrawn {
                let detail = "a rollback was asked for before it could be sent: it was not sent";
                let fault = Fault::new(FaultKind::Conflict, "the decision", detail);
                return Some(Outcome::Failed { fault });
            }
            match self.others().await {
                Ok(runs) if runs.is_empty() => {}
                Ok(runs) => return Some(Outcome::Beside { runs }),
                Err(fault) => return Some(Outcome::Failed { fault }),
            }
            match self.send().await {
                Ok(run) => return Some(Outcome::Taken { run }),
                Err(fault) => match (&fault.kind, fault.reached) {
                    // A decision is not sent long after it was taken: the person decides anew, or takes another way.
                    (FaultKind::RateLimited { until }, _)
                        if until.duration_since(self.outside.clock.now()) > PATIENCE =>
                    {
                        return Some(Outcome::Failed { fault });
                    }
                    (FaultKind::RateLimited { until }, _) => {
                        self.outside.clock.sleep_until(*until).await;
                        must_look = false;
                    }
                    (_, Reached::Maybe) => must_look = true,
                    (FaultKind::Offline | FaultKind::TimedOut, Reached::No) => {
                        self.pause(TRY_AGAIN).await;
                        must_look = false;
                    }
                    (_, Reached::No | Reached::Yes) => return Some(Outcome::Failed { fault }),
                },
            }
        }
        let what = "it was sent several times and never arrived";
        Some(Outcome::Unknown { why: what.into() })
    }

    /// An approval that never went out and is old by now: what it was bound to is not what stands there today.
    fn is_stale(&self) -> Option<Fault> {
        let lets_go = match &self.act.deed {
            Deed::Review { approve, .. } => *approve,
            Deed::Dispatch { marker, .. } => is_production(marker),
            Deed::Claim { .. }
            | Deed::Cancel { .. }
            | Deed::RerunFailed { .. }
            | Deed::KillFlag { .. }
            | Deed::Script { .. } => false,
        };
        let age = self.outside.clock.now().duration_since(self.act.at);
        (lets_go && age > STALE).then(|| {
            let detail = format!(
                "it was taken {} minutes ago and never sent: decide again",
                age.as_mins()
            );
            Fault::new(FaultKind::Conflict, "the decision", detail)
        })
    }

    /// The act as it stands in the outbox now; `None`: it left it meanwhile.
    fn stands(&self) -> Option<Act> {
        let needs = self.needs.borrow();
        let mut acts = needs.acts.iter();
        acts.find(|act| act.seq == self.act.seq).cloned()
    }

    async fn pause(&self, wait: SignedDuration) {
        let clock = &self.outside.clock;
        let mut until = later(clock.now(), wait);
        clock.sleep_until(until).await;
        // A clock that was set back: the wait begins anew.
        while clock.now() < until {
            until = later(clock.now(), wait).min(until);
            clock.sleep_until(until).await;
        }
    }

    /// `Some(None)`: absent twice, it may be sent. `None`: it is no longer wanted.
    async fn look_up(&self) -> Option<Option<Outcome>> {
        let began = self.outside.clock.now();
        let mut absent = 0;
        while absent < 2 {
            if absent > 0 {
                self.pause(LOOK_AGAIN).await;
            }
            self.stands()?;
            match self.trace().await {
                Ok(Trace::Done(run)) => return Some(Some(Outcome::Taken { run })),
                Ok(Trace::Absent) => absent += 1,
                Ok(Trace::Overtaken(why)) => {
                    let fault = Fault::new(FaultKind::Conflict, "the decision", why.as_str());
                    return Some(Some(Outcome::Failed { fault }));
                }
                Ok(Trace::Unclear(why)) => return Some(Some(Outcome::Unknown { why })),
                Err(fault) => {
                    let until = match fault.kind {
                        FaultKind::RateLimited { until } => until,
                        _ => later(self.outside.clock.now(), TRY_AGAIN),
                    };
                    if matches!(self.act.deed, Deed::Dispatch { .. })
                        && until.duration_since(began) > PATIENCE
                    {
                        let why = format!("GitHub does not say whether it began: {fault}");
                        return Some(Some(Outcome::Unknown {
                            why: Text::line(&why),
                        }));
                    }
                    self.outside.clock.sleep_until(until).await;
                }
            }
        }
        Some(None)
    }

    async fn trace(&self) -> Result<Trace, Fault> {
        match &self.act.deed {
            Deed::Review {
                run,
                environments,
                marker,
                ..
            } => {
                let reviews = self.outside.runs.reviews(*run).await?;
                let ours = |comment: &Text| comment.as_str().contains(marker.as_str());
                if reviews
                    .iter()
                    .any(|review| review.state != ReviewState::Pending && ours(&review.comment))
                {
                    return Ok(Trace::Done(None));
                }
                let pending = self.outside.runs.pending(*run).await?;
                let held = environments
                    .iter()
                    .all(|id| pending.iter().any(|hold| hold.environment == *id));
                Ok(if held {
                    Trace::Absent
                } else {
                    Trace::Overtaken("the run no longer waits for it".into())
                })
            }
            Deed::Dispatch {
                workflow, marker, ..
            } => self.trace_dispatch(workflow, marker).await,
            // Asking twice to stop what stops changes nothing; a claim finds itself again.
            Deed::Cancel { .. } | Deed::Claim { .. } => Ok(Trace::Absent),
            Deed::RerunFailed { run } => {
                let seen = self.outside.runs.run(*run).await?;
                Ok(if seen.conclusion.is_none() {
                    Trace::Done(None)
                } else {
                    Trace::Absent
                })
            }
            // Off is off, whoever did it; on means that the request never arrived.
            Deed::KillFlag { flag } => {
                let names = [flag.clone()];
                let seen = self.flags()?.read(&names).await?;
                let is_off = seen.iter().all(|(_, reading)| *reading == FlagReading::Off);
                Ok(if is_off && !seen.is_empty() {
                    Trace::Done(None)
                } else {
                    Trace::Absent
                })
            }
            Deed::Script { .. } => Ok(Trace::Unclear(
                "the program was started by a cockpit that is gone: look whether it did its work"
                    .into(),
            )),
        }
    }

    fn flags(&self) -> Result<&dyn Flags, Fault> {
        self.outside.flags.as_deref().ok_or_else(|| {
            let detail = "the rules that this cockpit read name no provider";
            Fault::new(FaultKind::Local, "flags", detail)
        })
    }

    async fn trace_dispatch(&self, workflow: &str, marker: &str) -> Result<Trace, Fault> {
        let asked = self.outside.by_github(self.act.at);
        let since = later(asked, -SKEW);
        let runs = self
            .outside
            .dispatch
            .dispatched(workflow, None, since)
            .await?;
        let named = |run: &&RunSnapshot| is_named(run.title.as_str(), marker);
        if let Some(run) = runs.iter().find(named) {
            return Ok(Trace::Done(Some(run.id)));
        }
        let viewer = self.outside.runs.viewer().await?;
        // GitHub's times are whole seconds.
        let (by_us, just_before): (Vec<&RunSnapshot>, Vec<&RunSnapshot>) = runs
            .iter()
            .filter(|run| run.actor.as_ref().is_some_and(|actor| actor.is(&viewer)))
            .filter(|run| !bears_a_marker(run.title.as_str()))
            .partition(|run| run.created.as_second() >= asked.as_second());
        Ok(match by_us.as_slice() {
            [] if !just_before.is_empty() => Trace::Unclear(Text::line(&format!(
                "a run of {workflow} began at about that time; let the run's name hold the release id to tell them apart"
            ))),
            [] => Trace::Absent,
            [only] => Trace::Done(Some(only.id)),
            several => Trace::Unclear(Text::line(&format!(
                "{} runs of {workflow} began since; let the run's name hold the release id to tell them apart",
                several.len()
            ))),
        })
    }

    /// Runs of others that must not stand beside a dispatch.
    async fn others(&self) -> Result<Vec<RunBeside>, Fault> {
        match &self.act.deed {
            Deed::Dispatch {
                workflow,
                marker,
                beside: Some(beside),
                ..
            } => runs_beside(self.outside, workflow, marker, beside).await,
            _ => Ok(Vec::new()),
        }
    }

    /// Production starts once: an earlier request of the same name, whose answer was lost, may have started it.
    async fn began_before(&self, workflow: &str, marker: &str) -> Result<Option<RunId>, Fault> {
        let runs = self
            .outside
            .dispatch
            .dispatched(workflow, None, Timestamp::UNIX_EPOCH)
            .await
            .map_err(|fault| fault.reaching(Reached::No))?;
        let found = runs.iter().find(|run| is_named(run.title.as_str(), marker));
        Ok(found.map(|run| run.id))
    }

    async fn send(&self) -> Result<Option<RunId>, Fault> {
        let outside = self.outside;
        match &self.act.deed {
            Deed::Review {
                run,
                environments,
                approve,
                comment,
                ..
            } => {
                let comment = comment.as_str();
                if *approve {
                    outside.review.approve(*run, environments, comment).await?;
                } else {
                    outside.review.reject(*run, environments, comment).await?;
                }
                Ok(None)
            }
            Deed::Dispatch {
                workflow,
                reference,
                inputs,
                marker,
                beside: _,
            } => {
                if is_production(marker)
                    && let Some(run) = self.began_before(workflow, marker).await?
                {
                    return Ok(Some(run));
                }
                let reference = match reference {
                    Some(reference) => reference.clone(),
                    None => outside
                        .history
                        .default_branch()
                        .await
                        // Nothing was sent yet, whatever became of the question.
                        .map_err(|fault| fault.reaching(Reached::No))?
                        .to_string(),
                };
                let order = DispatchOrder {
                    workflow: workflow.clone(),
                    reference,
                    inputs: inputs.clone(),
                };
                outside.dispatch.dispatch(&order).await
            }
            Deed::Claim { .. } => Ok(None),
            Deed::Cancel { run } => outside.dispatch.cancel(*run).await.map(|()| None),
            Deed::RerunFailed { run } => outside.dispatch.rerun_failed(*run).await.map(|()| None),
            Deed::KillFlag { flag } => self.flags()?.kill(flag).await.map(|()| None),
            Deed::Script { arguments } => outside
                .script
                .run(arguments, b"", SCRIPT_LIMIT)
                .await
                .map(|_| None),
        }
    }
}
