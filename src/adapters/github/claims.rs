//! [`Claims`] as git refs of the repository: the server that every machine of the team shares already.
//!
//! A claim is a commit without files whose message holds a note as JSON, and a ref that points at it. Creating a ref is
//! atomic: 201 says ours, 422 that it is there, or that the name is wrong, which reading it tells apart. Taking over makes a
//! commit behind the known one and moves the ref without force: GitHub refuses (422) where somebody was faster, since that is
//! no fast-forward. Who and when a commit was made GitHub writes itself, so no machine's clock matters. Refs outside of
//! `heads` and `tags` start no workflow. Source: "REST API endpoints for Git references" and "... Git commits"
//! (docs.github.com); that any namespace may be written is not said there and was *inferred*, so a refusal means "not shared".

use std::{
    collections::HashMap,
    sync::{Mutex, PoisonError},
};

use jiff::Timestamp;
use reqwest::Method;
use serde_json::json;
use tokio::sync::OnceCell;

use super::{
    answer,
    client::{Client, List},
    page::Broken,
    wire::{GitCommit, GitRef, GitTree},
};
use crate::{
    domain::{
        Fault, FaultKind, Login, Reached, Sha, Text,
        claim::{Claim, ClaimName, ClaimNote, ClaimPlace, ClaimWish, Holder, MachineId},
    },
    ports::{Asked, Claims, Runs as _, Took},
};

/// Pages of refs that are read.
const PAGES: usize = 3;
/// Claims that are read in one look.
const MOST: usize = 64;
/// Largest message that is read as a claim, in bytes.
const LARGEST: usize = 16 * 1024;
/// What the tree of every claim holds, for people who find one.
const README: &str = "A claim of cockpit: who drives, rolls back or holds a release. The commit's message says more.\n";

/// The claims of one service in one environment.
pub struct ClaimRefs {
    client: Client,
    place: ClaimPlace,
    host: Text,
    machine: MachineId,
    login: OnceCell<Login>,
    tree: OnceCell<String>,
    /// Commits never change: each is read once.
    known: Mutex<HashMap<Sha, Read>>,
}

/// A claim's commit as it was read.
type Read = (Timestamp, Option<ClaimNote>);

impl ClaimRefs {
    /// Over `client`, for claims made on `host`.
    pub fn new(client: Client, place: ClaimPlace, host: Text, machine: MachineId) -> Self {
        Self {
            client,
            place,
            host,
            machine,
            login: OnceCell::new(),
            tree: OnceCell::new(),
            known: Mutex::default(),
        }
    }

    async fn list(&self) -> Result<(Vec<Claim>, Timestamp), Fault> {
        let what = "GitHub: the claims of this service";
        let segments = ["git", "matching-refs"]
            .into_iter()
            .chain(self.place.prefix().split('/'));
        let url = self.client.repo(segments, &[]);
        let list = List {
            field: None,
            broken: Broken::Skip,
            pages: PAGES,
        };
        let found: Vec<GitRef> = self.client.all(url, list, what, Some).await?;
        let now = self.client.server_time();
        let mut claims = Vec::new();
        for one in found.iter().take(MOST) {
            // Below the same words may stand another environment, or what a newer cockpit claims.
            if let (Some(name), Some(id)) = (self.place.claim_of(&one.name), one.target()) {
                claims.push(self.claim(name, id).await?);
            }
        }
        Ok((claims, now))
    }

    async fn claim(&self, name: ClaimName, id: Sha) -> Result<Claim, Fault> {
        let kept = self.locked().get(&id).cloned();
        let (made, note) = match kept {
            Some(read) => read,
            None => self.commit(&id).await?,
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

    async fn commit(&self, id: &Sha) -> Result<Read, Fault> {
        let what = "GitHub: a claim";
        let url = self.client.repo(["git", "commits", id.as_str()], &[]);
        let found: GitCommit = self.client.one(url, what).await?;
        let (_, made) = found
            .read()
            .ok_or_else(|| Fault::new(FaultKind::Malformed, what, "a commit without a date"))?;
        let read = (made, note_in(&found.message));
        self.keep(id, &read);
        Ok(read)
    }

    fn keep(&self, id: &Sha, read: &Read) {
        let mut known = self.locked();
        if known.len() >= MOST {
            known.clear();
        }
        known.insert(id.clone(), read.clone());
    }

    fn locked(&self) -> std::sync::MutexGuard<'_, HashMap<Sha, Read>> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What stands at a ref; `None`: nothing.
    async fn standing_at(&self, name: ClaimName) -> Result<Option<Claim>, Fault> {
        let what = format!("GitHub: the claim {}", name.path());
        let reference = self.place.reference(&name);
        let segments = ["git", "ref"].into_iter().chain(reference.split('/'));
        let url = self.client.repo(segments, &[]);
        let found: GitRef = match self.client.one(url, &what).await {
            Ok(found) => found,
            Err(fault) if fault.kind == FaultKind::NotFound => return Ok(None),
            Err(fault) => return Err(fault),
        };
        let Some(id) = found.target() else {
            let detail = "a ref that points nowhere";
            return Err(Fault::new(FaultKind::Malformed, what, detail));
        };
        self.claim(name, id).await.map(Some)
    }

    /// A tree for the commits: the same one each time.
    async fn tree(&self) -> Result<&str, Fault> {
        let made = self.tree.get_or_try_init(|| async {
            let what = "GitHub: the tree of claims";
            let body = json!({ "tree": [
                { "path": "README", "mode": "100644", "type": "blob", "content": README }
            ] });
            let url = self.client.repo(["git", "trees"], &[]);
            let answer = self.write(Method::POST, url, Some(&body), what).await?;
            let tree: GitTree = answer::json(&answer, what)?;
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
    async fn commit_of(&self, wish: &ClaimWish, over: Option<&Sha>) -> Result<Claim, Fault> {
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
        let url = self.client.repo(["git", "commits"], &[]);
        let answer = self.write(Method::POST, url, Some(&body), &what).await?;
        let made: GitCommit = answer::json(&answer, &what)?;
        let (id, made) = made.read().ok_or_else(|| {
            Fault::new(
                FaultKind::Malformed,
                what.as_str(),
                "a commit without id or date",
            )
        })?;
        self.keep(&id, &(made, Some(note.clone())));
        Ok(Claim {
            name: wish.name,
            id,
            made,
            note: Some(note),
        })
    }

    async fn take_once(&self, wish: &ClaimWish, over: Option<&Sha>) -> Result<Took, Fault> {
        // A commit that no ref names is seen by nobody: looked first, nothing is left behind for a claim that is taken.
        if over.is_none()
            && let Some(stands) = self.standing_at(wish.name).await?
        {
            return Ok(self.told(wish, stands));
        }
        let mine = self.commit_of(wish, over).await?;
        let reference = self.place.reference(&wish.name);
        let mut creates = over.is_none();
        for _ in 0..2 {
            let fault = match self.point(&reference, &mine.id, creates).await {
                Ok(()) => return Ok(Took::Ours(mine)),
                Err(fault) => fault,
            };
            // Refused, or nobody knows: what stands there now says which.
            let unclear = fault.reached == Reached::Maybe || fault.kind == FaultKind::Refused;
            if !unclear {
                return Err(fault);
            }
            match self.standing_at(wish.name).await? {
                Some(stands) if stands.id == mine.id => return Ok(Took::Ours(mine)),
                Some(stands) if over != Some(&stands.id) => return Ok(self.told(wish, stands)),
                // It did not arrive; or what was to be replaced is gone.
                Some(_) if fault.reached == Reached::Maybe => creates = false,
                None if over.is_some() || fault.reached == Reached::Maybe => creates = true,
                Some(_) | None => return Err(fault),
            }
        }
        let detail = "the ref was asked for twice and never stood";
        let what = format!("GitHub: the claim {}", wish.name.path());
        Err(Fault::new(FaultKind::Server, what, detail))
    }

    /// Ours, where it is what an earlier question of this machine made.
    fn told(&self, wish: &ClaimWish, stands: Claim) -> Took {
        let is_ours = stands.note.as_ref().is_some_and(|note| {
            note.by.machine == self.machine
                && note.wish.run == wish.run
                && note.wish.marker == wish.marker
        });
        let now = self.client.server_time();
        if is_ours && stands.is_live(now) {
            Took::Ours(stands)
        } else {
            Took::Theirs(stands, now)
        }
    }

    async fn point(&self, reference: &str, id: &Sha, creates: bool) -> Result<(), Fault> {
        let what = format!("GitHub: the ref {reference}");
        let (method, url, body) = if creates {
            let body = json!({ "ref": format!("refs/{reference}"), "sha": id });
            (Method::POST, self.client.repo(["git", "refs"], &[]), body)
        } else {
            let body = json!({ "sha": id, "force": false });
            (Method::PATCH, self.ref_address(reference), body)
        };
        self.write(method, url, Some(&body), &what).await?;
        Ok(())
    }

    fn ref_address(&self, reference: &str) -> reqwest::Url {
        let segments = ["git", "refs"].into_iter().chain(reference.split('/'));
        self.client.repo(segments, &[])
    }

    async fn write(
        &self,
        method: Method,
        url: reqwest::Url,
        body: Option<&serde_json::Value>,
        what: &str,
    ) -> Result<Vec<u8>, Fault> {
        self.client.transport.write(method, url, body, what).await
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

impl Claims for ClaimRefs {
    fn machine(&self) -> &MachineId {
        &self.machine
    }

    fn standing(&self) -> Asked<'_, (Vec<Claim>, Timestamp)> {
        Box::pin(self.list())
    }

    fn take<'a>(&'a self, wish: &'a ClaimWish, over: Option<&'a Sha>) -> Asked<'a, Took> {
        Box::pin(self.take_once(wish, over))
    }

    fn release<'a>(&'a self, name: &'a ClaimName) -> Asked<'a, ()> {
        Box::pin(async move {
            let reference = self.place.reference(name);
            let what = format!("GitHub: the end of claim {}", name.path());
            let url = self.ref_address(&reference);
            match self.write(Method::DELETE, url, None, &what).await {
                // 422: there is no such ref any more.
                Err(fault) if !matches!(fault.kind, FaultKind::Refused | FaultKind::NotFound) => {
                    Err(fault)
                }
                Ok(_) | Err(_) => Ok(()),
            }
        })
    }
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
