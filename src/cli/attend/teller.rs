//! One line a fact on standard output: in words, or as JSON. Tells what is in a journal once it is in there, never before.

use std::{io, path::Path, sync::Arc};

use jiff::Timestamp;
use serde_json::json;

use super::super::headless::print;
use crate::{
    domain::{
        Event, ReleaseKey, Stamped, Text,
        judge::{JudgeEvent, State},
        policy::gate::GateEvent,
        record::Entry,
        release::Release,
    },
    flight::stamped,
    ports::Store,
    report::{Mood, told, who},
};

/// Tells.
#[derive(Debug, Clone, Copy)]
pub(super) struct Teller {
    /// As JSON lines.
    pub(super) json: bool,
}

/// Whose facts they are.
#[derive(Debug, Clone)]
pub(super) struct Subject {
    /// The service.
    pub(super) service: String,
    /// The release.
    pub(super) key: ReleaseKey,
}

impl Teller {
    /// Something about attending itself, which stands in no journal.
    pub(super) fn say(self, at: Timestamp, subject: Option<&Subject>, words: &str) {
        let words = Text::line(words);
        let line = if self.json {
            json!({
                "at": at,
                "service": subject.map(|subject| &subject.service),
                "repository": subject.map(|subject| subject.key.repository.slug()),
                "run": subject.map(|subject| subject.key.run),
                "kind": "attend",
                "by": "cockpit",
                "text": words,
            })
            .to_string()
        } else {
            plain(at, subject, "cockpit", words.as_str())
        };
        out(&line);
    }

    /// How a release stands when it is let go.
    pub(super) fn last(self, at: Timestamp, subject: &Subject, release: &Release, why: &str) {
        let outcome = release.outcome().word();
        if self.json {
            let line = json!({
                "at": at,
                "service": subject.service,
                "repository": subject.key.repository.slug(),
                "run": subject.key.run,
                "kind": "attend.let_go",
                "version": release.name(),
                "outcome": outcome,
                "phase": release.phase(),
                "text": why,
            });
            return out(&line.to_string());
        }
        let words = format!("{outcome} {}: {why}", release.name());
        out(&plain(at, Some(subject), "cockpit", &words));
    }

    fn event(self, subject: &Subject, entry: &Entry<'_>) {
        // What a newer cockpit wrote is told by its kind.
        let Ok(stamped) = stamped(entry) else { return };
        let (mood, words) = told(&stamped);
        let (at, by) = (stamped.stamp.at, who(&stamped.stamp.actor));
        let words = Text::line(&words);
        if self.json {
            let line = json!({
                "at": at,
                "service": subject.service,
                "repository": subject.key.repository.slug(),
                "run": subject.key.run,
                "seq": stamped.stamp.seq,
                "kind": entry.kind,
                "by": by,
                "text": words,
            });
            out(&line.to_string());
        } else if is_telling(&stamped, mood) {
            out(&plain(at, Some(subject), &by, words.as_str()));
        }
    }
}

/// People want what changed; a minute that was judged, a gate that waits for its data, and what is quiet, stand in the
/// journal.
fn is_telling(stamped: &Stamped, mood: Mood) -> bool {
    let is_waiting = matches!(
        stamped.event,
        Event::Judge(JudgeEvent::MinuteJudged { .. } | JudgeEvent::HistoryRead { .. })
            | Event::Gate(GateEvent::Changed {
                state: State::NoData,
                ..
            })
    );
    mood != Mood::Quiet && !is_waiting
}

fn plain(at: Timestamp, subject: Option<&Subject>, by: &str, words: &str) -> String {
    let at = at.strftime("%F %T UTC");
    match subject {
        Some(subject) => {
            let (service, run) = (Text::line(&subject.service), subject.key.run);
            format!("{at}  {service} {run}  {by}: {words}")
        }
        None => format!("{at}  {by}: {words}"),
    }
}

fn out(line: &str) {
    // A reader that is gone is no reason to let go of a release; another failure is in the log.
    if let Err(error) = print(format!("{line}\n").as_bytes()) {
        tracing::warn!(%error, "standard output cannot be written");
    }
}

/// A store that tells what it has written.
pub(super) struct Telling {
    inner: Arc<dyn Store>,
    teller: Teller,
    subject: Subject,
}

impl Telling {
    pub(super) fn new(inner: Arc<dyn Store>, teller: Teller, subject: Subject) -> Self {
        Self {
            inner,
            teller,
            subject,
        }
    }
}

impl Store for Telling {
    fn append(&self, lines: &[u8], durable: bool) -> io::Result<()> {
        self.inner.append(lines, durable)?;
        let lines = lines.split(|byte| *byte == b'\n');
        for line in lines.filter(|line| !line.is_empty()) {
            if let Ok(entry) = Entry::parse(line) {
                self.teller.event(&self.subject, &entry);
            }
        }
        Ok(())
    }

    fn sync(&self) -> io::Result<()> {
        self.inner.sync()
    }

    fn put_blob(&self, bytes: &[u8]) -> io::Result<String> {
        self.inner.put_blob(bytes)
    }

    fn blob(&self, name: &str) -> io::Result<Vec<u8>> {
        self.inner.blob(name)
    }

    fn place(&self) -> &Path {
        self.inner.place()
    }
}
