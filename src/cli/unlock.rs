//! `cockpit unlock`: says why a service may go on after a rollback. Recorded in the journal of the rolled-back release.

use super::{
    exit::{Exit, Stop},
    manual::print,
    past,
    record_args::UnlockArguments,
    surroundings::Surroundings,
    word,
};
use crate::{
    adapters::store::journals,
    domain::{Intent, Text, release::Recorded},
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
    print(words.as_bytes())
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
