//! `cockpit unlock`: says why a service may go on after a rollback. Recorded in the journal of the rolled-back release.

use std::{path::Path, time::Duration};

use super::{
    beside::host_name,
    exit::{Exit, Stop},
    manual::print,
    past,
    record_args::UnlockArguments,
    runtime::runtime,
    surroundings::Surroundings,
};
use crate::{
    adapters::{
        clock::WallClock,
        store::{Inbox, Opened, Who, journals, open},
    },
    domain::{
        Actor, Command, Intent, Login, Text,
        release::{Recorded, decide},
    },
    flight::{Journal, Letter, Reply, resume},
    ports::{Clock as _, Runs as _},
    wiring,
};

/// Looks for the answer of the cockpit that drives.
const LOOKS: u32 = 100;
/// Between two looks for its answer.
const LOOK: Duration = Duration::from_millis(200);

/// `cockpit unlock [RELEASE] --reason TEXT`.
pub(super) fn unlock(around: &Surroundings, given: &UnlockArguments) -> Result<Exit, Stop> {
    let recorded = which(around, given)?;
    let actor = who(around, &recorded)?;
    let command = Command {
        actor,
        intent: Intent::Unlock {
            reason: Text::block_within(given.reason.trim(), 4_000),
        },
    };
    let release = recorded.release();
    // Refused before anything is opened, where it can be told already.
    let refused = |why: String| Stop::failed(format!("not unlocked: {why}"));
    decide(release, &command, WallClock.now()).map_err(|why| refused(why.to_string()))?;
    let root = past::root(around)?;
    let who = Who {
        host: Text::line(&host_name()),
        login: Some(command.actor.clone()),
        since: WallClock.now(),
    };
    match open(&root, &release.key, &who).map_err(|error| Stop::failed(error.to_string()))? {
        Opened::Driving(driving) => {
            let found = resume(&driving.bytes).map_err(|error| Stop::failed(error.to_string()))?;
            let (release, head) =
                found.ok_or_else(|| refused("its journal is empty".to_owned()))?;
            let now = WallClock.now().max(release.newest());
            let events = decide(&release, &command, now).map_err(|why| refused(why.to_string()))?;
            let mut journal = Journal::new(std::sync::Arc::new(driving.journal), head);
            for event in events {
                journal
                    .write_first(event, &Actor::Person(command.actor.clone()), now)
                    .map_err(|error| refused(error.to_string()))?;
            }
        }
        Opened::ReadOnly(reading) => ask(reading.follower.place(), &command).map_err(refused)?,
    }
    let words = format!(
        "{} may go on: recorded in {} run {} as said by {}\n",
        Text::line(&release.policy.service),
        release.name(),
        release.key.run,
        command.actor
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

/// The token's own login: nobody unlocks unnamed.
fn who(around: &Surroundings, recorded: &Recorded) -> Result<Login, Stop> {
    let mut machine = around.machine(None)?;
    if machine.place.repository.is_none() {
        machine = around.with_repository(&recorded.release().key.repository)?;
    }
    let client = wiring::github(&machine.place, "", "", std::sync::Arc::new(WallClock))?;
    Ok(runtime()?.block_on(client.viewer())?)
}

/// Leaves a letter for the cockpit that drives, and waits for its answer.
fn ask(folder: &Path, command: &Command) -> Result<(), String> {
    let letter = Letter::of(command).ok_or("it must be given where the release is driven")?;
    let inbox = Inbox::new(folder);
    let name = inbox
        .leave(WallClock.now(), &letter)
        .map_err(|error| error.to_string())?;
    for _ in 0..LOOKS {
        let answer = inbox.take_answer(&name);
        let Some(bytes) = answer.map_err(|error| error.to_string())? else {
            std::thread::sleep(LOOK);
            continue;
        };
        let reply: Reply = serde_json::from_slice(&bytes).map_err(|error| error.to_string())?;
        return reply.refused.map_or(Ok(()), |why| Err(why.to_string()));
    }
    Err("the cockpit that drives the release does not answer".to_owned())
}
