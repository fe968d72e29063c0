//! `cockpit unlock`: says why a service may go on after a rollback. Recorded in the journal of the rolled-back release.

use jiff::SignedDuration;

use super::{
    beside::host_name,
    exit::{Exit, Stop},
    past,
    record_args::UnlockArguments,
    runtime::runtime,
    say::print,
    surroundings::Surroundings,
    word,
};
use crate::{
    adapters::{
        github::ClaimRefs,
        store::{journals, machine_id},
    },
    domain::{
        Fault, Intent, Text,
        claim::{Claim, ClaimName, ClaimPlace},
        release::Recorded,
    },
    ports::Claims as _,
};

/// `cockpit unlock [RELEASE] --reason TEXT`.
pub(super) fn unlock(around: &Surroundings, given: &UnlockArguments) -> Result<Exit, Stop> {
    let recorded = which(around, given)?;
    let reason = Text::block_within(given.reason.trim(), 4_000);
    let by = word::give(around, &recorded, Intent::Unlock { reason }, "not unlocked")?;
    let release = recorded.release();
    let words = format!(
        "{} may go on: recorded in {} run {} as said by {by}\n",
        Text::line(&release.policy.service),
        release.name(),
        release.key.run,
    );
    let told = match lift(around, &recorded) {
        Ok(()) => String::new(),
        Err(why) => format!("other machines may still see the lock: {why}\n"),
    };
    print((words + &told).as_bytes())
}

/// Takes the lock away that other machines see.
fn lift(around: &Surroundings, recorded: &Recorded) -> Result<(), String> {
    let release = recorded.release();
    let client = word::client(around, recorded).map_err(|stop| stop.to_string())?;
    let root = past::root(around).map_err(|stop| stop.to_string())?;
    let machine = machine_id(&root).map_err(|error| error.to_string())?;
    let policy = &release.policy;
    let place = ClaimPlace::new(&policy.service, &policy.target.environment);
    let claims = ClaimRefs::new(client, place, Text::line(&host_name()), machine);
    let lifting = async {
        let run = release.key.run;
        let stands = claims.standing(run, SignedDuration::ZERO).await?;
        let is_its = |claim: &Claim| {
            let note = claim.note.as_ref();
            claim.name == ClaimName::Lock && note.is_some_and(|one| one.wish.run == run)
        };
        if stands.claims.iter().any(is_its) {
            claims.release(&ClaimName::Lock).await?;
        }
        Ok::<(), Fault>(())
    };
    let runtime = runtime().map_err(|stop| stop.to_string())?;
    runtime.block_on(lifting).map_err(|fault| fault.to_string())
}

/// The release that locks: the one that is named, else the only one of this machine.
fn which(around: &Surroundings, given: &UnlockArguments) -> Result<Recorded, Stop> {
    if let Some(release) = &given.release {
        return past::open(&past::named(around, release)?);
    }
    let repository = around.machine(None)?.place.repository;
    let mut locking: Vec<Recorded> = journals(&past::root(around)?)
        .iter()
        .filter_map(|journal| past::open(journal).ok())
        .filter(|recorded| recorded.release().service_lock().is_some())
        .filter(|recorded| {
            let own = &recorded.release().key.repository;
            repository.as_ref().is_none_or(|at| at.value == *own)
        })
        .collect();
    match (locking.pop(), locking.len()) {
        (None, _) => Err(Stop::usage("no release on this machine locks its service")),
        (Some(only), 0) => Ok(only),
        (Some(one), _) => {
            let mut all = locking;
            all.push(one);
            let all: Vec<String> = all
                .iter()
                .map(|recorded| recorded.release().key.run.to_string())
                .collect();
            Err(Stop::usage(format!(
                "several releases lock a service: name one, as `cockpit unlock {} --reason ...`\n  = help: {}",
                all[0],
                all.join(", ")
            )))
        }
    }
}
