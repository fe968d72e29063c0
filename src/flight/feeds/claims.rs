//! The claims' feed: looks at what every machine has claimed, and makes the repository say what this release wants said.
//!
//! It reconciles: what shall stand follows from the journal, so a crash, a lost answer or a ref that somebody removed are
//! mended by the next look. Only a rollback's claim is an act of its own, since the dispatch must wait for it.

use jiff::{SignedDuration, Timestamp};
use std::sync::Arc;
use tokio::sync::watch;

use super::pulse::{Gone, Pulse};
use crate::{
    domain::{
        Fault, FaultKind, Text,
        claim::{Claim, ClaimName, ClaimWish, ClaimsSeen, Writes},
        later,
        observation::Observation,
        record::ServiceLock,
    },
    flight::claim_needs::{ClaimNeeds, SeatWish},
    ports::{Claims, Took},
};

/// A lock has no end of its own; this stands in its note.
const LOCK_LASTS: SignedDuration = SignedDuration::from_mins(30);
/// A hold outlasts any countdown.
const HOLD_LASTS: SignedDuration = SignedDuration::from_mins(10);
/// Where refs could not be written, so long nobody tries again.
const TRY_AGAIN: SignedDuration = SignedDuration::from_mins(15);
/// First wait after a look that failed; doubled up to a minute.
const BACKOFF: SignedDuration = SignedDuration::from_secs(2);
/// Longest such wait.
const LONGEST_BACKOFF: SignedDuration = SignedDuration::from_secs(60);
/// A hold that could not be written is tried again after this: its countdown ends within a minute.
const HOLD_AGAIN: SignedDuration = SignedDuration::from_secs(4);
/// Holds that are cleared away in one round.
const CLEARED: usize = 4;

/// Follows and keeps the claims until the flight is gone. `drives`: whether this cockpit claims anything for itself; a hold is
/// everybody's. The lock of another release goes to `locked`.
pub(super) async fn follow(
    mut pulse: Pulse,
    port: Arc<dyn Claims>,
    drives: bool,
    locked: watch::Sender<Option<ServiceLock>>,
) -> Result<(), Gone> {
    let mut keeper = Keeper {
        port,
        drives,
        writes: Writes::Untried,
        not_before: Timestamp::MIN,
        planned: None,
        held: None,
        hold_not_before: Timestamp::MIN,
    };
    let mut backoff = BACKOFF;
    loop {
        let asked = pulse.now();
        let wanted = pulse.needs().claims;
        // Before the look, and whether that can be had or not: somebody's production hangs on it.
        if let Some(told) = keeper.hold(&wanted, asked).await {
            pulse.see(told).await?;
        }
        let next = match keeper.round(&mut pulse, asked).await {
            Ok(seen) => {
                backoff = BACKOFF;
                let run = pulse.needs().run;
                let lock = lock_of(&seen, run);
                locked.send_if_modified(|known| {
                    let is_new = *known != lock;
                    *known = lock;
                    is_new
                });
                pulse.see(Observation::Claims(Box::new(seen))).await?;
                later(pulse.now(), pulse.needs().claims.every)
            }
            Err(fault) => {
                tracing::info!(%fault, "the claims cannot be read");
                if let Some(seen) = keeper.unreadable(&fault, asked) {
                    pulse.see(Observation::Claims(Box::new(seen))).await?;
                }
                let next = match fault.kind {
                    FaultKind::RateLimited { until } => until,
                    _ => later(pulse.now(), backoff),
                };
                let next = keeper.hold_due(&pulse.needs().claims, next);
                backoff = backoff.saturating_add(backoff).min(LONGEST_BACKOFF);
                next
            }
        };
        // Whatever has changed since that round was planned is not lost.
        let planned = keeper.planned.take();
        if planned.is_some_and(|planned| planned != pulse.needs().claims) {
            continue;
        }
        let wanted = pulse.needs().claims;
        pulse.rest(next, |needs| needs.claims != wanted).await?;
    }
}

/// Gives up the seat, where it is this machine's.
pub(super) async fn leave(port: &dyn Claims, name: ClaimName) {
    let ClaimName::Seat(run) = name else { return };
    let Ok(stands) = port.standing(run, SignedDuration::ZERO).await else {
        return;
    };
    let is_own = |claim: &Claim| {
        let note = claim.note.as_ref();
        claim.name == name && note.is_some_and(|note| note.by.machine == *port.machine())
    };
    if stands.claims.iter().any(is_own) && port.release(&name).await.is_err() {
        tracing::info!("the seat was not given up: its claim runs out by itself");
    }
}

/// The lock that another release puts on the service.
fn lock_of(seen: &ClaimsSeen, run: crate::domain::RunId) -> Option<ServiceLock> {
    let note = seen.live(ClaimName::Lock)?.note.as_ref()?;
    // Of its own releases this machine's journals know more.
    let is_here = note.by.machine == seen.machine;
    let mut lock = note.wish.lock.clone()?;
    if is_here || lock.run == run {
        return None;
    }
    lock.machine = Some(note.by.host.clone());
    Some(lock)
}

struct Keeper {
    port: Arc<dyn Claims>,
    drives: bool,
    writes: Writes,
    /// Where refs could not be written: not tried again before.
    not_before: Timestamp,
    /// What was wanted when the round was planned.
    planned: Option<ClaimNeeds>,
    /// The countdown whose hold stands.
    held: Option<i64>,
    /// The hold is not tried again before.
    hold_not_before: Timestamp,
}

/// One look, changed by what this round writes.
struct Round {
    seen: ClaimsSeen,
    needs: ClaimNeeds,
}

impl Keeper {
    async fn round(&mut self, pulse: &mut Pulse, asked: Timestamp) -> Result<ClaimsSeen, Fault> {
        let run = pulse.needs().run;
        let age = pulse.needs().claims.age;
        let stands = self.port.standing(run, age).await?;
        // What is wanted is read after the look: a claim that stood then was wanted before.
        let needs = pulse.needs().claims;
        self.planned = Some(needs.clone());
        let mut round = Round {
            seen: ClaimsSeen {
                asked: stands.asked,
                now: stands.now,
                machine: self.port.machine().clone(),
                claims: stands.claims,
                writes: self.writes.clone(),
                takes: false,
                over: None,
            },
            needs,
        };
        if asked >= self.not_before {
            match self.reconcile(&mut round, asked).await {
                Ok(()) => {}
                Err(fault) if fault.passes_by_itself() => {
                    tracing::info!(%fault, "a claim was not written");
                }
                Err(fault) => {
                    tracing::warn!(%fault, "claims cannot be written");
                    self.writes = Writes::Refused(Text::line(&fault.to_string()));
                    self.not_before = later(asked, TRY_AGAIN);
                }
            }
        }
        round.seen.writes = self.writes.clone();
        Ok(round.seen)
    }

    /// What is told where the claims can never be read: nobody else is told either.
    fn unreadable(&mut self, fault: &Fault, asked: Timestamp) -> Option<ClaimsSeen> {
        if fault.passes_by_itself() || !self.drives {
            return None;
        }
        self.writes = Writes::Refused(Text::line(&fault.to_string()));
        Some(ClaimsSeen {
            asked,
            now: asked,
            machine: self.port.machine().clone(),
            claims: Vec::new(),
            writes: self.writes.clone(),
            takes: false,
            over: None,
        })
    }

    async fn reconcile(&mut self, round: &mut Round, asked: Timestamp) -> Result<(), Fault> {
        if !self.drives {
            return Ok(());
        }
        self.seat(round, asked).await?;
        self.lock(round).await?;
        self.clear(round).await
    }

    async fn seat(&mut self, round: &mut Round, asked: Timestamp) -> Result<(), Fault> {
        let needs = round.needs.clone();
        let name = ClaimName::Seat(needs.run);
        let stands = round.at(name).cloned();
        let is_own = stands
            .as_ref()
            .is_some_and(|claim| round.seen.is_own(claim, needs.run));
        match (needs.seat, &stands) {
            (SeatWish::Leave, _) | (SeatWish::GiveUp, None) => return Ok(()),
            (SeatWish::GiveUp, Some(_)) => {
                if is_own {
                    self.remove(round, name).await?;
                }
                return Ok(());
            }
            (SeatWish::Keep, Some(claim)) if !is_own && claim.is_live(round.seen.now) => {
                return Ok(());
            }
            (SeatWish::Keep | SeatWish::Take, Some(claim)) if is_own => {
                let note = claim.note.as_ref();
                let told = note.and_then(|note| note.wish.countdown.as_ref());
                let is_fresh = !is_to_renew(claim, round.seen.now);
                if is_fresh && told == needs.countdown.as_ref() && needs.seat == SeatWish::Keep {
                    self.writes = Writes::Allowed;
                    return Ok(());
                }
            }
            (SeatWish::Keep | SeatWish::Take, _) => {}
        }
        round.seen.takes = needs.seat == SeatWish::Take;
        let since = stands
            .as_ref()
            .filter(|_| is_own)
            .map_or(asked, |claim| claim.holding().since);
        let mut wish = wish(&needs, name, "seat", since, self.port.seat_lasts());
        wish.countdown.clone_from(&needs.countdown);
        let before = stands.as_ref().filter(|_| !is_own).map(Claim::holding);
        if self.write(round, &wish, stands.as_ref()).await? {
            round.seen.over = before;
        }
        Ok(())
    }

    async fn lock(&mut self, round: &mut Round) -> Result<(), Fault> {
        let needs = round.needs.clone();
        let stands = round.at(ClaimName::Lock).cloned();
        let own = stands
            .as_ref()
            .filter(|claim| round.seen.is_own(claim, needs.run));
        match (&needs.lock, &stands) {
            (Some(lock), None) => {
                self.lock_with(round, lock, None).await?;
            }
            (Some(lock), Some(claim)) => {
                let note = claim.note.as_ref();
                // Somebody let the service go on after another release: that says nothing of this one.
                let lifted =
                    note.is_some_and(|note| note.wish.lock.is_none() && note.wish.run != needs.run);
                let told = note.filter(|note| note.by.machine == round.seen.machine);
                if lifted || told.is_some_and(|note| note.wish.lock.as_ref() != Some(lock)) {
                    self.lock_with(round, lock, Some(claim)).await?;
                }
            }
            (None, Some(_)) if own.is_some() => self.remove(round, ClaimName::Lock).await?,
            (None, _) => {}
        }
        Ok(())
    }

    async fn lock_with(
        &mut self,
        round: &mut Round,
        lock: &ServiceLock,
        over: Option<&Claim>,
    ) -> Result<bool, Fault> {
        let mut wish = wish(
            &round.needs,
            ClaimName::Lock,
            "lock",
            lock.since,
            LOCK_LASTS,
        );
        wish.lock = Some(lock.clone());
        self.write(round, &wish, over).await
    }

    /// Holds the countdown of another machine, and says whether its driver can see that; `None`: there is nothing to do
    /// now. A hold of anybody's that stands there already is as good.
    async fn hold(&mut self, needs: &ClaimNeeds, asked: Timestamp) -> Option<Observation> {
        let began = needs.hold.as_ref()?.began;
        if self.held == Some(began) || asked < self.hold_not_before {
            return None;
        }
        let name = ClaimName::Hold {
            run: needs.run,
            countdown: began,
        };
        let wish = wish(needs, name, "hold", asked, HOLD_LASTS);
        let why = match self.port.take(&wish, None).await {
            Ok(_) => {
                self.held = Some(began);
                None
            }
            Err(fault) => {
                tracing::warn!(%fault, "a hold was not written");
                self.hold_not_before = match fault.kind {
                    FaultKind::RateLimited { until } => until,
                    _ => later(asked, HOLD_AGAIN),
                };
                Some(Text::line(&fault.to_string()))
            }
        };
        Some(Observation::HoldTold { began, why })
    }

    /// When to look again, where a hold is still to be written.
    fn hold_due(&self, needs: &ClaimNeeds, next: Timestamp) -> Timestamp {
        let began = needs.hold.as_ref().map(|one| one.began);
        match began {
            Some(began) if self.held != Some(began) => next.min(self.hold_not_before),
            Some(_) | None => next,
        }
    }

    /// Takes away what has done its work: a rollback that has ended, holds of countdowns that have.
    async fn clear(&mut self, round: &mut Round) -> Result<(), Fault> {
        let run = round.needs.run;
        let ended = round.at(ClaimName::Rollback).is_some_and(|claim| {
            let marker = claim.note.as_ref().map(|note| &note.wish.marker);
            round.seen.is_own(claim, run) && marker != round.needs.rollback.as_ref()
        });
        if ended {
            self.remove(round, ClaimName::Rollback).await?;
        }
        let counts = round.needs.countdown.as_ref().map(|one| one.began);
        let is_done = |name: &ClaimName| matches!(name, ClaimName::Hold { run: of, countdown } if *of == run && counts != Some(*countdown));
        // Only where the seat is: the driver alone knows which of its countdowns have ended.
        if round.needs.seat == SeatWish::Leave {
            return Ok(());
        }
        let names = round.seen.claims.iter().map(|claim| claim.name);
        let done: Vec<ClaimName> = names.filter(is_done).take(CLEARED).collect();
        for name in done {
            self.remove(round, name).await?;
        }
        Ok(())
    }

    /// Whether it is ours now.
    async fn write(
        &mut self,
        round: &mut Round,
        wish: &ClaimWish,
        over: Option<&Claim>,
    ) -> Result<bool, Fault> {
        let over = over.map(|claim| claim.id.clone());
        let took = self.port.take(wish, over.as_ref()).await?;
        self.writes = Writes::Allowed;
        let (claim, is_ours) = match took {
            Took::Ours(claim) => (claim, true),
            Took::Theirs(claim, _) => (claim, false),
        };
        round.seen.claims.retain(|known| known.name != claim.name);
        round.seen.claims.push(claim);
        Ok(is_ours)
    }

    /// Takes a claim away that still stands as this round knows it: removing asks nobody, and another may have taken it over
    /// since.
    async fn remove(&mut self, round: &mut Round, name: ClaimName) -> Result<(), Fault> {
        let known = round.at(name).map(|claim| claim.id.clone());
        let run = round.needs.run;
        let stands = self.port.standing(run, SignedDuration::ZERO).await?;
        round.seen.asked = stands.asked;
        round.seen.now = stands.now;
        round.seen.claims = stands.claims;
        if known.is_some() && round.at(name).map(|claim| &claim.id) == known.as_ref() {
            self.port.release(&name).await?;
            round.seen.claims.retain(|claim| claim.name != name);
        }
        Ok(())
    }
}

impl Round {
    fn at(&self, name: ClaimName) -> Option<&Claim> {
        self.seen.claims.iter().find(|claim| claim.name == name)
    }
}

/// At half of its time: seldom, since a renewal is two requests that change something.
fn is_to_renew(claim: &Claim, now: Timestamp) -> bool {
    let lasts = claim.note.as_ref().map_or(0, |note| note.wish.lasts);
    claim.age(now).as_secs() >= lasts / 2
}

fn wish(
    needs: &ClaimNeeds,
    name: ClaimName,
    marker: &str,
    since: Timestamp,
    lasts: SignedDuration,
) -> ClaimWish {
    ClaimWish {
        name,
        run: needs.run,
        version: needs.version.clone(),
        marker: marker.to_owned(),
        since,
        lasts: lasts.as_secs(),
        countdown: None,
        lock: None,
    }
}
