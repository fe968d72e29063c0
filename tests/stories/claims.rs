//! The claims of every machine, written short: who sits, who rolls back, who holds.

use cockpit::domain::{
    Login, RunId, Seq, Sha,
    claim::{
        Claim, ClaimFate, ClaimName, ClaimNote, ClaimWish, ClaimsSeen, CountdownAfar, Holder,
        Holding, MachineId, Writes,
    },
    later,
    observation::Observation,
};
use jiff::{SignedDuration, Timestamp};
use serde::Deserialize;

use crate::drive::{Drive, RUN};

/// What stands, by who made it; `me` is this machine.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Claims {
    /// Who drives.
    seat: Option<String>,
    /// The trigger of the countdown that runs there.
    counts: Option<String>,
    /// Who rolls back.
    rollback: Option<String>,
    /// Who holds the countdown that runs here.
    hold: Option<String>,
    /// So many seconds ago the seat was claimed, which lasts half an hour.
    age: i64,
    /// Refs cannot be written.
    refused: bool,
    /// The seat was asked for although somebody had it.
    takes: bool,
    /// Whose claim ours took the place of.
    over: Option<String>,
}

/// What became of a claim that was asked for.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Claimed {
    /// Ours.
    Ours,
    /// In the place of this person's.
    Over(String),
    /// This person's.
    TakenBy(String),
    /// Nobody else is told.
    Unshared,
}

fn machine(who: &str) -> MachineId {
    let number = who.bytes().fold(7_u64, |sum, byte| {
        sum.wrapping_mul(257).wrapping_add(u64::from(byte))
    });
    MachineId::parse(&format!("{number:016x}")).unwrap()
}

fn holder(who: &str) -> Holder {
    Holder {
        login: Login::parse(if who == "me" { "ana" } else { who }).unwrap(),
        host: format!("{who}s-laptop").as_str().into(),
        machine: machine(who),
    }
}

fn since() -> Timestamp {
    crate::world::time("13:50")
}

fn claim(name: ClaimName, who: &str, made: Timestamp, counts: Option<&str>) -> Claim {
    let wish = ClaimWish {
        name,
        run: RunId(RUN),
        version: "v2.14.0".into(),
        marker: "m".to_owned(),
        since: since(),
        lasts: 1_800,
        countdown: counts.map(|trigger| CountdownAfar {
            began: 77,
            trigger: trigger.into(),
            zero: later(made, SignedDuration::from_secs(60)),
        }),
        lock: None,
    };
    let by = holder(who);
    Claim {
        name,
        id: commit(),
        made,
        note: Some(ClaimNote { by, wish }),
    }
}

fn commit() -> Sha {
    Sha::parse(&"c".repeat(40)).unwrap()
}

fn holding(who: &str) -> Holding {
    Holding {
        who: Some(holder(who)),
        since: since(),
        countdown: None,
    }
}

impl Claims {
    /// The look that saw them.
    pub(crate) fn seen(&self, drive: &Drive, at: Timestamp) -> Observation {
        let made = later(at, -SignedDuration::from_secs(self.age));
        let counting = drive.release.rollback.countdown();
        let hold = counting.map(|one| ClaimName::Hold {
            run: RunId(RUN),
            countdown: one.started.as_second(),
        });
        let seat = self.seat.as_ref().map(|who| {
            let counts = self.counts.as_deref();
            claim(ClaimName::Seat(RunId(RUN)), who, made, counts)
        });
        let rollback = self.rollback.as_ref();
        let rollback = rollback.map(|who| claim(ClaimName::Rollback, who, at, None));
        let hold = self.hold.as_ref().map(|who| {
            let name = hold.expect("a countdown runs");
            claim(name, who, at, None)
        });
        Observation::Claims(Box::new(ClaimsSeen {
            asked: at,
            now: at,
            machine: machine("me"),
            claims: seat.into_iter().chain(rollback).chain(hold).collect(),
            writes: if self.refused {
                Writes::Refused("403: it takes contents=write".into())
            } else {
                Writes::Untried
            },
            takes: self.takes,
            over: self.over.as_deref().map(holding),
        }))
    }
}

impl Claimed {
    /// The answer to the oldest act in the outbox.
    pub(crate) fn seen(&self, drive: &Drive) -> Observation {
        let act = drive.release.outbox().next().map_or(Seq(0), |act| act.seq);
        let fate = match self {
            Self::Ours => ClaimFate::Ours { over: None },
            Self::Over(who) => ClaimFate::Ours {
                over: Some(holding(who)),
            },
            Self::TakenBy(who) => ClaimFate::Taken {
                by: holding(who),
                claim: commit(),
            },
            Self::Unshared => ClaimFate::Unshared {
                why: "GitHub does not answer".into(),
            },
        };
        Observation::ClaimAnswered { act, fate }
    }
}
