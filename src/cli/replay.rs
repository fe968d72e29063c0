//! `cockpit replay`: a release played back from its journal. Nothing is asked of the world, and nothing can leave.

use std::{fmt::Write as _, path::PathBuf, sync::Arc};

use super::{
    exit::{Exit, Stop},
    past,
    record_args::ReplayArguments,
    say::print,
    screen,
    surroundings::Surroundings,
};
use crate::{
    adapters::{
        clock::WallClock,
        store::{blob_of, prove},
    },
    domain::{Text, release::Recorded},
    flight::Replaying,
    report::{told, who},
};

/// `cockpit replay RELEASE|FILE`.
pub(super) fn replay(around: &Surroundings, given: &ReplayArguments) -> Result<Exit, Stop> {
    let journal = past::named(around, &given.release)?;
    let proven = prove(&journal).map_err(|error| Stop::failed(error.to_string()))?;
    if proven.end.torn > 0 {
        return Err(Stop::failed(format!(
            "line {} of {} is torn: {} bytes of it are there\n  = help: a cockpit that is writing ends it in a moment; one that was killed left it, and the next one that takes the release up cuts it",
            proven.end.head.next_seq(),
            journal.display(),
            proven.end.torn
        )));
    }
    if given.json {
        return print(&proven.bytes);
    }
    let recorded = past::read_proven(&journal, &proven)?;
    if given.headless {
        return print(in_words(&recorded).as_bytes());
    }
    let blobs = blobs(journal);
    let flight = Replaying::new(recorded, given.speed, blobs, Arc::new(WallClock));
    screen::show(around, Box::new(flight))
}

fn blobs(journal: PathBuf) -> crate::flight::Blobs {
    Box::new(move |name: &str| blob_of(&journal, name))
}

/// Every event in a line: number, time, who, what.
fn in_words(recorded: &Recorded) -> String {
    let mut page = String::new();
    for stamped in recorded.events() {
        let stamp = &stamped.stamp;
        // Writing to a String cannot fail.
        let _ = writeln!(
            page,
            "{:>5}  {}  {:<12} {}",
            stamp.seq,
            stamp.at.strftime("%F %T UTC"),
            who(&stamp.actor),
            Text::line(&told(stamped).1)
        );
    }
    page
}
