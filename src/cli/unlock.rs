//! `cockpit unlock`: says why a service may go on after a rollback. Recorded in the journal of the rolled-back release.

use std::collections::BTreeSet;

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
        clock::WallClock,
        github::ClaimRefs,
        store::{journals, machine_id},
    },
    domain::{
        Fault, Intent, RunId, Text,
        claim::{Claim, ClaimName, ClaimPlace, ClaimWish},
        record::ServiceLock,
        release::Recorded,
    },
    ports::{Claims as _, Clock as _, Took},
};

/// A lock stands in the claim's note for so long; it has no end of its own.
const LASTS: i64 = 1_800;

/// Where the lock is that is to be lifted.
enum Locked {
    /// This machine rolled back.
    Here(Box<Recorded>),
    /// Another one did: the release on this machine that is held by it.
    Afar(Box<Recorded>, ServiceLock),
}

/// `cockpit unlock [RELEASE] --reason TEXT`.
pub(super) fn unlock(around: &Surroundings, given: &UnlockArguments) -> Result<Exit, Stop> {
    let reason = Text::block_within(given.reason.trim(), 4_000);
    let recorded = match which(around, given)? {
        Locked::Here(recorded) => recorded,
        Locked::Afar(held, lock) => return unlock_afar(around, &held, &lock, &reason),
    };
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

/// Lets the service go on where the machine that rolled back may be out of reach: on record in the release that is held, and
/// in the place of that machine's claim.
fn unlock_afar(
    around: &Surroundings,
    held: &Recorded,
    lock: &ServiceLock,
    reason: &Text,
) -> Result<Exit, Stop> {
    if reason.is_empty() {
        return Err(Stop::usage(
            "--reason is empty: it stands for whoever releases next",
        ));
    }
    let there = lock.machine.clone().unwrap_or_default();
    let words = format!(
        "lets the service go on after the rollback of {} (run {}) on {there}: {reason}",
        lock.version, lock.run
    );
    let text = Text::block(&words);
    let by = word::give(around, held, Intent::Note { text }, "not unlocked")?;
    let failed = |why: String| Stop::failed(format!("not unlocked: {why}"));
    let claims = claims(around, held).map_err(failed)?;
    let lifting = async {
        let stands = claims.standing(lock.run, SignedDuration::ZERO).await?;
        let Some(claim) = stands.claims.iter().find(|claim| is_of(claim, lock.run)) else {
            return Ok(None);
        };
        let wish = ClaimWish {
            name: ClaimName::Lock,
            run: lock.run,
            version: lock.version.clone(),
            marker: format!("unlocked: {}", reason.first_line()),
            since: WallClock.now(),
            lasts: LASTS,
            countdown: None,
            lock: None,
        };
        Ok::<_, Fault>(match claims.take(&wish, Some(&claim.id)).await? {
            Took::Ours(_) => None,
            Took::Theirs(other, _) => Some(other.holding().in_words()),
        })
    };
    match runtime()?.block_on(lifting) {
        Ok(None) => {}
        Ok(Some(who)) => return Err(failed(format!("{who} was faster: look again"))),
        Err(fault) => return Err(failed(fault.to_string())),
    }
    let release = held.release();
    let words = format!(
        "{} may go on after the rollback of {} (run {}) on {there}: recorded in {} run {} as said by {by}\n",
        Text::line(&release.policy.service),
        lock.version,
        lock.run,
        release.name(),
        release.key.run,
    );
    print(words.as_bytes())
}

/// Whether a claim is the lock of that release.
fn is_of(claim: &Claim, run: RunId) -> bool {
    let note = claim.note.as_ref();
    claim.name == ClaimName::Lock && note.is_some_and(|note| note.wish.run == run)
}

/// What every machine sees of the service of a release.
fn claims(around: &Surroundings, recorded: &Recorded) -> Result<ClaimRefs, String> {
    let client = word::client(around, recorded).map_err(|stop| stop.to_string())?;
    let root = past::root(around).map_err(|stop| stop.to_string())?;
    let machine = machine_id(&root).map_err(|error| error.to_string())?;
    let policy = &recorded.release().policy;
    let place = ClaimPlace::new(&policy.service, &policy.target.environment);
    Ok(ClaimRefs::new(
        client,
        place,
        Text::line(&host_name()),
        machine,
    ))
}

/// Takes the lock away that other machines see.
fn lift(around: &Surroundings, recorded: &Recorded) -> Result<(), String> {
    let claims = claims(around, recorded)?;
    let run = recorded.release().key.run;
    let lifting = async {
        let stands = claims.standing(run, SignedDuration::ZERO).await?;
        if stands.claims.iter().any(|claim| is_of(claim, run)) {
            claims.release(&ClaimName::Lock).await?;
        }
        Ok::<(), Fault>(())
    };
    let runtime = runtime().map_err(|stop| stop.to_string())?;
    runtime.block_on(lifting).map_err(|fault| fault.to_string())
}

/// The lock that is meant: of the release that is named, else the only one that this machine knows of.
fn which(around: &Surroundings, given: &UnlockArguments) -> Result<Locked, Stop> {
    let here = |recorded: Recorded| Locked::Here(Box::new(recorded));
    if let Some(name) = &given.release {
        let named = match past::find(around, name)? {
            Some(journal) => Some(past::open(&journal)?),
            None => None,
        };
        return match named {
            Some(named) if named.release().service_lock().is_some() => Ok(here(named)),
            named => match (held(around, Some(name))?, named) {
                (Some(afar), _) => Ok(afar),
                (None, Some(named)) => Ok(here(named)),
                (None, None) => Err(past::unknown(around, name)?),
            },
        };
    }
    match locking(around)? {
        Some(recorded) => Ok(here(recorded)),
        None => held(around, None)?.ok_or_else(|| {
            Stop::usage("no release on this machine locks its service, or is held by the lock of another machine")
        }),
    }
}

/// The newest release on this machine that waits behind another machine's lock, of the release that is named.
fn held(around: &Surroundings, name: Option<&str>) -> Result<Option<Locked>, Stop> {
    let is_named = |lock: &ServiceLock| {
        name.is_none_or(|name| lock.run.to_string() == name || lock.version.as_str() == name)
    };
    let mut all: Vec<(Recorded, ServiceLock)> = journals(&past::root(around)?)
        .iter()
        .filter_map(|journal| past::open(journal).ok())
        .filter(|recorded| !recorded.release().phase().is_end())
        .filter_map(|recorded| {
            let lock = recorded.release().record.service_lock.clone()?;
            (lock.machine.is_some() && is_named(&lock)).then_some((recorded, lock))
        })
        .collect();
    all.sort_by_key(|(recorded, _)| recorded.opened());
    let runs: BTreeSet<RunId> = all.iter().map(|(_, lock)| lock.run).collect();
    if runs.len() > 1 {
        let all: Vec<String> = runs.iter().map(ToString::to_string).collect();
        return Err(Stop::usage(format!(
            "releases wait behind several locks: name one, as `cockpit unlock {} --reason ...`\n  = help: {}",
            all[0],
            all.join(", ")
        )));
    }
    let newest = all.pop();
    Ok(newest.map(|(recorded, lock)| Locked::Afar(Box::new(recorded), lock)))
}

/// The only release of this machine that locks its service.
fn locking(around: &Surroundings) -> Result<Option<Recorded>, Stop> {
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
    let only = locking.pop();
    if let (Some(one), [_, ..]) = (&only, locking.as_slice()) {
        let all: Vec<String> = locking
            .iter()
            .chain([one])
            .map(|recorded| recorded.release().key.run.to_string())
            .collect();
        return Err(Stop::usage(format!(
            "several releases lock a service: name one, as `cockpit unlock {} --reason ...`\n  = help: {}",
            all[0],
            all.join(", ")
        )));
    }
    Ok(only)
}
