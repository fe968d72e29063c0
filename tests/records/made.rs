//! Journals made from the stories: in memory, and on a disk as cockpit would have left them.

use std::{
    fs,
    path::{Path, PathBuf},
};

use cockpit::{
    adapters::store::{Opened, Who, folder, open},
    domain::{
        Event, ReleaseKey, RunId, Stamped,
        record::{Body, Head, Header, RecordEvent, seal},
        release::Recorded,
    },
    ports::Store as _,
};
use jiff::SignedDuration;
use tempfile::TempDir;

use crate::{drive, story::Story};

/// The names of all stories.
pub(crate) fn all() -> Vec<String> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/stories");
    let mut names: Vec<String> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|ending| ending == "toml"))
        .map(|path| path.file_stem().unwrap().to_str().unwrap().to_owned())
        .filter(|name| name != "policy" && name != "prelude")
        .collect();
    names.sort();
    names
}

/// Every event of a story.
fn events(name: &str) -> Vec<Stamped> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/stories");
    let text = fs::read_to_string(folder.join(format!("{name}.toml"))).unwrap();
    let story: Story = toml::from_str(&text).unwrap_or_else(|error| panic!("{name}: {error}"));
    story.play().1.journal
}

/// A story's journal, read whole.
pub(crate) fn recorded(name: &str) -> Recorded {
    let mut events = events(name).into_iter();
    let mut recorded = Recorded::open(events.next().unwrap()).unwrap();
    for event in events {
        recorded.push(event);
    }
    recorded
}

/// The same with every event changed before it is read.
pub(crate) fn recorded_with(name: &str, change: impl Fn(&mut Event)) -> Recorded {
    let mut events = events(name).into_iter().map(|mut stamped| {
        change(&mut stamped.event);
        stamped
    });
    let mut recorded = Recorded::open(events.next().unwrap()).unwrap();
    for event in events {
        recorded.push(event);
    }
    recorded
}

/// The same up to a moment of it.
pub(crate) fn recorded_until(name: &str, is_there: impl Fn(&Recorded) -> bool) -> Recorded {
    let mut events = events(name).into_iter();
    let mut recorded = Recorded::open(events.next().unwrap()).unwrap();
    for event in events {
        if is_there(&recorded) {
            break;
        }
        recorded.push(event);
    }
    recorded
}

/// How much older the journals on the disk are than their stories.
const LONG_AGO: SignedDuration = SignedDuration::from_hours(5 * 365 * 24);

/// A state folder with the journals of some stories.
pub(crate) struct Shelf {
    root: TempDir,
    names: Vec<String>,
}

impl Shelf {
    pub(crate) fn with(names: &[&str]) -> Self {
        let shelf = Self {
            root: tempfile::tempdir().unwrap(),
            names: names.iter().map(|&name| name.to_owned()).collect(),
        };
        for name in names {
            shelf.write(name);
        }
        shelf
    }

    pub(crate) fn root(&self) -> &Path {
        self.root.path()
    }

    /// The first story has the run that it tells of, each further one the next number.
    fn key(&self, name: &str) -> ReleaseKey {
        let at = self.names.iter().position(|known| known == name).unwrap();
        ReleaseKey {
            repository: recorded(name).release().key.repository.clone(),
            run: RunId(drive::RUN + at as u64),
        }
    }

    pub(crate) fn journal(&self, name: &str) -> PathBuf {
        folder(self.root(), &self.key(name))
            .unwrap()
            .join("journal.jsonl")
    }

    fn write(&self, name: &str) {
        let who = Who {
            host: "here".into(),
            login: None,
            since: "2026-11-20T14:00:00Z".parse().unwrap(),
        };
        let Opened::Driving(driving) = open(self.root(), &self.key(name), &who).unwrap() else {
            panic!("nobody else is there");
        };
        let (mut bytes, mut head) = (Vec::new(), Head::START);
        for mut stamped in events(name) {
            if let Event::Record(RecordEvent::Opened { key, .. }) = &mut stamped.event {
                *key = self.key(name);
            }
            let (kind, payload) = stamped.event.encode().unwrap();
            let header = Header {
                // Long ago by any machine's clock: what is pruned depends on it.
                at: stamped.stamp.at - LONG_AGO,
                occurred: stamped.stamp.occurred.map(|at| at - LONG_AGO),
                actor: stamped.stamp.actor.to_string(),
            };
            let body = Body {
                kind: &kind,
                payload: &payload,
            };
            let sealed = seal(&head, &header, &body).unwrap();
            bytes.extend_from_slice(&sealed.bytes);
            head = sealed.head;
        }
        driving.journal.append(&bytes, true).unwrap();
    }
}
