//! From a journal to a flight with its crew: what is written first, who sits, who works for it.

use std::sync::Arc;

use jiff::SignedDuration;
use tokio::sync::{mpsc, watch};

use super::exit::Stop;
use crate::{
    adapters::store::Cut,
    domain::{
        Actor, Event, Login, Seq,
        record::{Head, RecordEvent},
        release::Release,
    },
    flight::{Crew, Flight, Flying, Journal, Needs, Outside, Report},
    ports::{Letters, Store},
};

/// A seat that was taken so long ago was taken for this start.
const JUST_NOW: SignedDuration = SignedDuration::from_mins(2);
/// Reports that may wait for the loop.
const WAITING_REPORTS: usize = 1_024;

/// A flight, and who works for it; no crew where another cockpit's journal is followed.
pub(super) type Aloft = (Box<dyn Flying>, Option<Crew>);

/// Records who drives from now on, unless the one who drove before has done so.
pub(super) fn sit_down(
    release: &mut Release,
    journal: &mut Journal,
    login: Login,
    now: jiff::Timestamp,
) -> Result<(), Stop> {
    let seating = &release.record.seating;
    // Whoever drove on this machine has just written it down; who drove on another could not.
    let is_recent = seating
        .taken
        .is_some_and(|taken| now.duration_since(taken) < JUST_NOW);
    if release.record.driver.as_ref() == Some(&login) && is_recent {
        return Ok(());
    }
    let taken = RecordEvent::SeatTaken {
        from: release.record.driver.clone(),
    };
    let at = now.max(release.newest());
    let written = journal
        .write_first(Event::from(taken), &Actor::Person(login), at)
        .map_err(|error| Stop::failed(format!("the journal cannot be written: {error}")))?;
    release.apply(&written);
    Ok(())
}

/// The release as the journal has it, or a new one.
pub(super) fn begin(
    found: Option<(Release, Head)>,
    store: Arc<dyn Store>,
    opening: RecordEvent,
    cut: Option<Cut>,
    outside: &Outside,
) -> Result<(Release, Journal), Stop> {
    let now = outside.clock.now();
    let unwritten = |error: std::io::Error| {
        Stop::failed(format!(
            "the journal cannot be written: {error}; nothing was sent"
        ))
    };
    let (event, mut journal, release) = match found {
        Some((release, head)) => {
            let event = RecordEvent::Resumed {
                version: env!("CARGO_PKG_VERSION").to_owned(),
                cut: cut.map_or(0, |cut| u64::try_from(cut.bytes).unwrap_or(u64::MAX)),
            };
            (event, Journal::new(store, head), Some(release))
        }
        None => (opening, Journal::new(store, Head::START), None),
    };
    let at = release
        .as_ref()
        .map_or(now, |release| now.max(release.newest()));
    let written = journal
        .write_first(Event::from(event), &Actor::Cockpit, at)
        .map_err(unwritten)?;
    let release = match release {
        Some(mut release) => {
            release.apply(&written);
            release
        }
        None => Release::open(&written).map_err(|error| Stop::failed(error.to_string()))?,
    };
    Ok((release, journal))
}

/// The flight and its crew; with `letters` it drives, without it only looks.
pub(super) fn crewed(
    release: Release,
    journal: Journal,
    outside: Outside,
    resumed: Seq,
    letters: Option<Arc<dyn Letters>>,
) -> Aloft {
    let drives = letters.is_some();
    let (reports, inputs) = mpsc::channel::<Report>(WAITING_REPORTS);
    let (needs, wanted) = watch::channel(Needs::of(&release));
    let crew = Crew {
        policy: Arc::new(release.policy.clone()),
        store: Arc::clone(journal.store()),
        needs: wanted,
        reports,
        resumed,
        letters: letters.clone(),
        acts: drives,
        outside: outside.clone(),
    };
    let flight = Flight::new(release, journal, outside.clock, inputs, needs);
    let flight = if drives {
        flight.answering(letters)
    } else {
        flight.reading_only("nobody on this machine")
    };
    (Box::new(flight), Some(crew))
}
