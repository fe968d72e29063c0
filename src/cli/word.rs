//! A person's word that is given outside of the screen: to the cockpit that drives, else straight into the journal.

use std::{path::Path, sync::Arc, time::Duration};

use super::{beside::host_name, exit::Stop, past, runtime::runtime, surroundings::Surroundings};
use crate::{
    adapters::{
        clock::WallClock,
        github::Client,
        store::{Inbox, Opened, Who, look, open},
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

/// Gives it in the name of the token's own login, and says whose that was. What is refused is told with `not` before it:
/// `not unlocked`.
pub(super) fn give(
    around: &Surroundings,
    recorded: &Recorded,
    intent: Intent,
    not: &str,
) -> Result<Login, Stop> {
    let release = recorded.release();
    let refused = |why: String| Stop::failed(format!("{not}: {why}"));
    let root = past::root(around)?;
    // Opening makes what is not there; and the host that a stranger's file names never gets the token.
    let here = look(&root, &release.key).map_err(|error| Stop::failed(error.to_string()))?;
    if here.is_none() {
        return Err(refused(
            "this is a copy: the release itself does not lie on this machine".to_owned(),
        ));
    }
    let actor = who(around, recorded)?;
    let command = Command { actor, intent };
    // Refused before anything is opened, where it can be told already.
    decide(release, &command, WallClock.now()).map_err(|why| refused(why.to_string()))?;
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
            let mut journal = Journal::new(Arc::new(driving.journal), head);
            for event in events {
                journal
                    .write_first(event, &Actor::Person(command.actor.clone()), now)
                    .map_err(|error| refused(error.to_string()))?;
            }
        }
        Opened::ReadOnly(reading) => ask(reading.follower.place(), &command).map_err(refused)?,
    }
    Ok(command.actor)
}

/// The token's own login: nobody gives their word unnamed.
fn who(around: &Surroundings, recorded: &Recorded) -> Result<Login, Stop> {
    let client = client(around, recorded)?;
    Ok(runtime()?.block_on(client.viewer())?)
}

/// GitHub, for the repository of that release.
pub(super) fn client(around: &Surroundings, recorded: &Recorded) -> Result<Client, Stop> {
    // Whatever checkout this is called in: what is said is said of that release.
    let machine = around.with_repository(&recorded.release().key.repository)?;
    Ok(wiring::github(&machine.place, "", "", Arc::new(WallClock))?)
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
