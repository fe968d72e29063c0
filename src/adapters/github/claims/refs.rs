//! Claims as refs: a commit whose message holds a note as JSON, and a ref that points at it.
//!
//! Creating a ref is atomic: 201 says ours, 422 that it is there, or that the name is wrong, which reading it tells apart.
//! Taking over makes a commit behind the known one and moves the ref without force: GitHub refuses (422) where somebody was
//! faster, since that is no fast-forward. Who and when a commit was made GitHub writes itself, so no machine's clock matters.
//! Refs outside of `heads` and `tags` start no workflow. Source: "REST API endpoints for Git references" and "... Git commits"
//! (docs.github.com); that any namespace may be written is not said there and was *inferred*, so a refusal means "not shared".

use jiff::SignedDuration;
use reqwest::Method;
use serde_json::json;

use super::{commits::Commits, listing::Listing, seats::Seats};
use crate::{
    adapters::github::{client::Client, wire::GitRef},
    domain::{
        Fault, FaultKind, Reached, RunId, Sha, Text,
        claim::{Claim, ClaimName, ClaimPlace, ClaimWish, MachineId},
    },
    ports::{Asked, Claims, ClaimsStanding, Took},
};

/// The claims of one service in one environment, for all its releases in this process.
pub struct ClaimRefs {
    client: Client,
    listing: Listing,
    commits: Commits,
    seats: Seats,
}

impl ClaimRefs {
    /// Over `client`, for claims made on `host`.
    pub fn new(client: Client, place: ClaimPlace, host: Text, machine: MachineId) -> Self {
        Self {
            listing: Listing::new(client.clone(), place),
            commits: Commits::new(client.clone(), host, machine),
            seats: Seats::default(),
            client,
        }
    }

    async fn look(&self, of: RunId, age: SignedDuration) -> Result<ClaimsStanding, Fault> {
        let listed = self.listing.get(age).await?;
        let mut claims = Vec::new();
        for (name, id) in listed.concerning(of) {
            claims.push(self.commits.claim(name, id.clone()).await?);
        }
        self.commits.forget_beside(&listed);
        Ok(ClaimsStanding {
            claims,
            asked: listed.asked,
            now: self.client.server_time(),
        })
    }

    /// What stands at a ref now; `None`: nothing.
    async fn standing_at(&self, name: ClaimName) -> Result<Option<Claim>, Fault> {
        let what = format!("GitHub: the claim {}", name.path());
        let reference = self.listing.place().reference(&name);
        let segments = ["git", "ref"].into_iter().chain(reference.split('/'));
        let url = self.client.repo(segments, &[]);
        let found: GitRef = match self.client.one(url, &what).await {
            Ok(found) => found,
            Err(fault) if fault.kind == FaultKind::NotFound => {
                self.listing.amend(name, None).await;
                return Ok(None);
            }
            Err(fault) => return Err(fault),
        };
        let Some(id) = found.target() else {
            let detail = "a ref that points nowhere";
            return Err(Fault::new(FaultKind::Malformed, what, detail));
        };
        self.listing.amend(name, Some(&id)).await;
        self.commits.claim(name, id).await.map(Some)
    }

    async fn take_once(&self, wish: &ClaimWish, over: Option<&Sha>) -> Result<Took, Fault> {
        // A commit that no ref names is seen by nobody: looked first, nothing is left behind for a claim that is taken.
        if over.is_none()
            && let Some(stands) = self.standing_at(wish.name).await?
        {
            return Ok(self.told(wish, stands));
        }
        let mine = self.commits.of(wish, over).await?;
        let reference = self.listing.place().reference(&wish.name);
        let mut creates = over.is_none();
        for _ in 0..2 {
            let fault = match self.point(&reference, &mine.id, creates).await {
                Ok(()) => {
                    self.listing.amend(wish.name, Some(&mine.id)).await;
                    return Ok(Took::Ours(mine));
                }
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
            note.by.machine == self.commits.machine
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
        let transport = &self.client.transport;
        transport.write(method, url, Some(&body), &what).await?;
        Ok(())
    }

    async fn remove(&self, name: &ClaimName) -> Result<(), Fault> {
        let what = format!("GitHub: the end of claim {}", name.path());
        let url = self.ref_address(&self.listing.place().reference(name));
        let transport = &self.client.transport;
        match transport.write(Method::DELETE, url, None, &what).await {
            // 422: there is no such ref any more.
            Err(fault) if !matches!(fault.kind, FaultKind::Refused | FaultKind::NotFound) => {
                Err(fault)
            }
            Ok(_) | Err(_) => {
                self.listing.amend(*name, None).await;
                Ok(())
            }
        }
    }

    fn ref_address(&self, reference: &str) -> reqwest::Url {
        let segments = ["git", "refs"].into_iter().chain(reference.split('/'));
        self.client.repo(segments, &[])
    }

    /// Counts the seats that this process keeps.
    fn count(&self, name: ClaimName, is_ours: bool) {
        if let ClaimName::Seat(run) = name {
            self.seats.note(run, is_ours);
        }
    }
}

impl Claims for ClaimRefs {
    fn machine(&self) -> &MachineId {
        &self.commits.machine
    }

    fn standing(&self, of: RunId, age: SignedDuration) -> Asked<'_, ClaimsStanding> {
        Box::pin(self.look(of, age))
    }

    fn take<'a>(&'a self, wish: &'a ClaimWish, over: Option<&'a Sha>) -> Asked<'a, Took> {
        Box::pin(async move {
            let took = self.take_once(wish, over).await?;
            self.count(wish.name, matches!(took, Took::Ours(_)));
            Ok(took)
        })
    }

    fn release<'a>(&'a self, name: &'a ClaimName) -> Asked<'a, ()> {
        Box::pin(async move {
            self.count(*name, false);
            self.remove(name).await
        })
    }

    fn seat_lasts(&self) -> SignedDuration {
        self.seats.last()
    }
}
