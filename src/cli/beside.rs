//! A flight beside another cockpit of this machine: its journal is followed, its inbox takes letters.

use std::sync::Arc;

use jiff::Timestamp;

use super::exit::Stop;
use crate::{
    adapters::store::{Holder, Inbox, ReadOnly},
    domain::Login,
    flight::{Aside, Flying, Following, Letter, Post, resume},
    ports::Clock,
};

/// The error with its causes on one line.
pub(super) fn chain_of(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut next = error.source();
    while let Some(cause) = next {
        text.push_str(": ");
        text.push_str(&cause.to_string());
        next = cause.source();
    }
    text
}

/// The inbox of a release, as whoever does not drive uses it.
struct Mailbox(Inbox);

impl Post for Mailbox {
    fn leave(&self, at: Timestamp, letter: &Letter) -> std::io::Result<String> {
        self.0.leave(at, letter)
    }

    fn answer(&self, name: &str) -> std::io::Result<Option<Vec<u8>>> {
        self.0.take_answer(name)
    }
}

pub(super) fn following(
    reading: ReadOnly,
    viewer: Option<Login>,
    clock: Arc<dyn Clock>,
) -> Result<Box<dyn Flying>, Stop> {
    let found = resume(&reading.bytes).map_err(|error| Stop::failed(chain_of(&error)))?;
    let Some((release, head)) = found else {
        return Err(Stop::failed(
            "another cockpit is just opening this release\n  = help: try again in a moment",
        ));
    };
    let driver = reading
        .holder
        .as_ref()
        .map_or_else(|| "nobody".to_owned(), holder);
    let mut follower = reading.follower;
    let keeper = follower.clone();
    let lines = Box::new(move || follower.read_new());
    let aside = Aside {
        post: Box::new(Mailbox(Inbox::new(keeper.place()))),
        blobs: Box::new(move |name: &str| keeper.blob(name)),
        viewer,
        driven: reading.driven,
    };
    Ok(Box::new(Following::new(
        release, head, driver, lines, aside, clock,
    )))
}

fn holder(holder: &Holder) -> String {
    let who = holder
        .login
        .as_ref()
        .map_or_else(|| "someone".to_owned(), |login| format!("@{login}"));
    format!("{who} on {} (process {})", holder.host, holder.pid)
}

pub(super) fn host_name() -> String {
    let told = std::fs::read_to_string("/proc/sys/kernel/hostname").ok();
    told.map(|name| name.trim().to_owned())
        .filter(|name| !name.is_empty())
        .or_else(|| std::env::var("HOSTNAME").ok())
        .unwrap_or_else(|| "this machine".to_owned())
}
