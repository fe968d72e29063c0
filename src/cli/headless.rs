//! A flight without a terminal: events as lines, an outcome as the last one.

use std::{
    io::{self, Write as _},
    path::Path,
    sync::Arc,
};

use jiff::SignedDuration;
use serde_json::json;

use super::{
    autopilot::{Autopilot, Step},
    say::aside,
};
use crate::{
    domain::{later, release::Release},
    flight::{Flying, Report, Turn},
    ports::Store,
};

/// Longest simulated flight.
const LONGEST: SignedDuration = SignedDuration::from_hours(8);
/// Longest wait for what is still to be told in the chat.
const LAST_WORDS: SignedDuration = SignedDuration::from_mins(3);
/// How often the operator looks when nothing happens.
const LOOK_EVERY: SignedDuration = SignedDuration::from_secs(5);

/// A store that also prints what it writes: each event is a JSON line.
pub(super) struct Printing(pub(super) Arc<dyn Store>);

impl Store for Printing {
    fn append(&self, lines: &[u8], durable: bool) -> io::Result<()> {
        self.0.append(lines, durable)?;
        print(lines)
    }

    fn sync(&self) -> io::Result<()> {
        self.0.sync()
    }

    fn put_blob(&self, bytes: &[u8]) -> io::Result<String> {
        self.0.put_blob(bytes)
    }

    fn blob(&self, name: &str) -> io::Result<Vec<u8>> {
        self.0.blob(name)
    }

    fn place(&self) -> &Path {
        self.0.place()
    }
}

/// Prints bytes; a reader that is gone is no reason to stop a release.
pub(super) fn print(bytes: &[u8]) -> io::Result<()> {
    match io::stdout().lock().write_all(bytes) {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => Err(error),
        _ => Ok(()),
    }
}

/// Flies until the operator has nothing more to do, or without one until the release ends.
pub(super) async fn fly(
    flight: &mut dyn Flying,
    clock: &dyn crate::ports::Clock,
    mut operator: Option<Autopilot>,
) {
    let began = flight.now();
    let mut last_refusal = None;
    loop {
        let now = flight.now();
        if now.duration_since(began) > LONGEST {
            break;
        }
        match &mut operator {
            Some(pilot) => match pilot.step(flight.release(), now) {
                Step::Wait => {}
                Step::Done => break,
                Step::Command(command) => {
                    if let Err(refusal) = flight.submit(*command) {
                        tracing::info!(%refusal, "refused");
                        let goes_on = Autopilot::refused(&refusal);
                        last_refusal = Some(refusal);
                        if !goes_on {
                            break;
                        }
                    }
                }
            },
            None if flight.release().phase().is_end() => break,
            None => {}
        }
        let look = later(now, LOOK_EVERY);
        tokio::select! {
            turn = flight.turn() => tell(&turn),
            () = clock.sleep_until(look) => {}
        }
    }
    last_words(flight, clock).await;
    if let Some(refusal) = last_refusal {
        tracing::info!(%refusal, "the last refusal");
    }
    if let Err(unsaved) = flight.land().await {
        aside(format_args!("{unsaved}"));
    }
}

/// Lets the chat be told what is still to be told, within a limit: the card must not go on asking.
async fn last_words(flight: &mut dyn Flying, clock: &dyn crate::ports::Clock) {
    let until = later(flight.now(), LAST_WORDS);
    while flight.release().owes_words() && flight.now() < until {
        let look = later(flight.now(), SignedDuration::from_secs(1));
        tokio::select! {
            turn = flight.turn() => tell(&turn),
            () = clock.sleep_until(look) => {}
        }
    }
}

fn tell(turn: &Turn) {
    match turn {
        Turn::Refused(refusal) => aside(format_args!("refused: {refusal}")),
        Turn::Trouble(why) => aside(format_args!("the journal cannot be written: {why}")),
        Turn::Report(Report::Failed { feed, fault }) => {
            tracing::info!(feed = feed.word(), %fault, "a feed failed");
        }
        Turn::Relieved(by) => aside(format_args!("{by} took the seat")),
        Turn::Changed | Turn::Seated | Turn::Report(_) => {}
    }
}

/// The last line.
pub(super) fn last_line(release: &Release, expected: Option<&str>) -> String {
    let outcome = release.outcome().word();
    let silent: Vec<&str> = release
        .record
        .silent
        .keys()
        .map(|feed| feed.word())
        .collect();
    let reasons: Vec<String> = release
        .rollback
        .attempts
        .iter()
        .map(|attempt| attempt.reason.to_string())
        .collect();
    let line = json!({
        "outcome": outcome,
        "phase": release.phase(),
        "events": release.seq().0,
        "service": release.policy.service,
        "version": release.name(),
        "issues": release.rollout.issues,
        "rollbacks": reasons,
        "silent": silent,
        "expected": expected,
    });
    line.to_string()
}
