//! The commits of claims: made, and read once each, since commits never change. Knows nothing of refs.

use std::{
    collections::HashMap,
    sync::{Mutex, MutexGuard, PoisonError},
};

use jiff::Timestamp;
use reqwest::Method;
use serde_json::json;
use tokio::sync::OnceCell;

use super::listing::Listed;
use crate::{
    adapters::github::{
        answer,
        client::Client,
        wire::{GitCommit, GitTree},
    },
    domain::{
        Fault, FaultKind, Login, Sha, Text,
        claim::{Claim, ClaimName, ClaimNote, ClaimWish, Holder, MachineId},
    },
    ports::Runs as _,
};

/// Commits that are remembered.
const MOST: usize = 1_024;
/// Largest message that is read as a claim, in bytes.
const LARGEST: usize = 16 * 1024;
/// What the tree of every claim holds, for people who find one.
const README: &str = "A claim of cockpit: who drives, rolls back or holds a release. The commit's message says more.\n";

/// Reads and makes them.
pub(super) struct Commits {
    client: Client,
    host: Text,
    pub(super) machine: MachineId,
    login: OnceCell<Login>,
    tree: OnceCell<String>,
    known: Mutex<HashMap<Sha, Read>>,
}

/// A claim's commit as it was read.
type Read = (Timestamp, Option<ClaimNote>);

impl Commits {
    /// Those that are made are `host`'s.
    pub(super) fn new(client: Client, host: Text, machine: MachineId) -> Self {
        Self {
            client,
            host,
            machine,
            login: OnceCell::new(),
            tree: OnceCell::new(),
            known: Mutex::default(),
        }
    }

    /// The claim that a ref at `id` makes.
    pub(super) async fn claim(&self, name: ClaimName, id: Sha) -> Result<Claim, Fault> {
        let kept = self.locked().get(&id).cloned();
        let (made, note) = match kept {
            Some(read) => read,
            None => self.read(&id).await?,
        };
        // A note that speaks of something else was copied here.
        let note = note.filter(|note| note.wish.name == name);
        Ok(Claim {
            name,
            id,
            made,
            note,
        })
    }

    async fn read(&self, id: &Sha) -> Result<Read, Fault> {
        let what = "GitHub: a claim";
        let url = self.client.repo(["git", "commits", id.as_str()], &[]);
        let found: GitCommit = self.client.one(url, what).await?;
        let (_, made) = found
            .read()
            .ok_or_else(|| Fault::new(FaultKind::Malformed, what, "a commit without a date"))?;
        let read = (made, note_in(&found.message));
        self.locked().insert(id.clone(), read.clone());
        Ok(read)
    }

    /// Forgets those that stand no more, once there are many.
    pub(super) fn forget_beside(&self, listed: &Listed) {
        let mut known = self.locked();
        if known.len() >= MOST {
            known.retain(|id, _| listed.holds(id));
        }
        if known.len() >= MOST {
            known.clear();
        }
    }

    fn locked(&self) -> MutexGuard<'_, HashMap<Sha, Read>> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A tree for the commits: the same one each time.
    async fn tree(&self) -> Result<&str, Fault> {
        let made = self.tree.get_or_try_init(|| async {
            let what = "GitHub: the tree of claims";
            let body = json!({ "tree": [
                { "path": "README", "mode": "100644", "type": "blob", "content": README }
            ] });
            let tree: GitTree = self.make("trees", &body, what).await?;
            Ok::<_, Fault>(tree.sha)
        });
        made.await.map(String::as_str)
    }

    async fn holder(&self) -> Result<Holder, Fault> {
        let login = self.login.get_or_try_init(|| self.client.viewer()).await?;
        Ok(Holder {
            login: login.clone(),
            host: self.host.clone(),
            machine: self.machine.clone(),
        })
    }

    /// Makes the commit of a claim, behind `over` where it takes that one's place.
    pub(super) async fn of(&self, wish: &ClaimWish, over: Option<&Sha>) -> Result<Claim, Fault> {
        let what = format!("GitHub: the commit of claim {}", wish.name.path());
        let note = ClaimNote {
            by: self.holder().await?,
            wish: wish.clone(),
        };
        let written = serde_json::to_string(&note)
            .map_err(|error| Fault::new(FaultKind::Local, what.as_str(), error.to_string()))?;
        let message = format!(
            "cockpit: {} claims {} of run {}\n\n{written}\n",
            note.by.in_words(),
            wish.name.path(),
            wish.run
        );
        let parents: Vec<&str> = over.iter().map(|id| id.as_str()).collect();
        let body = json!({ "message": message, "tree": self.tree().await?, "parents": parents });
        let made: GitCommit = self.make("commits", &body, &what).await?;
        let (id, made) = made.read().ok_or_else(|| {
            let detail = "a commit without id or date";
            Fault::new(FaultKind::Malformed, what.as_str(), detail)
        })?;
        let read = (made, Some(note.clone()));
        self.locked().insert(id.clone(), read);
        Ok(Claim {
            name: wish.name,
            id,
            made,
            note: Some(note),
        })
    }

    async fn make<W: serde::de::DeserializeOwned>(
        &self,
        kind: &str,
        body: &serde_json::Value,
        what: &str,
    ) -> Result<W, Fault> {
        let url = self.client.repo(["git", kind], &[]);
        let transport = &self.client.transport;
        let answer = transport.write(Method::POST, url, Some(body), what).await?;
        answer::json(&answer, what)
    }
}

/// The note in a commit's message; `None` where there is none that can be read.
fn note_in(message: &str) -> Option<ClaimNote> {
    if message.len() > LARGEST {
        return None;
    }
    let line = message.lines().find(|line| line.starts_with('{'))?;
    serde_json::from_str(line).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_without_a_note_or_with_too_much_is_no_claim() {
        for message in ["", "fix", "cockpit: x\n\n{", "cockpit\n\n{\"by\":1}", "{}"] {
            assert_eq!(note_in(message), None, "{message}");
        }
        assert_eq!(note_in(&format!("{{{}", "x".repeat(LARGEST))), None);
    }
}
