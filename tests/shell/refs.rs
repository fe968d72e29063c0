//! The claims of a team in memory: what stands, and what becomes of the next write. Each machine is a port on it.

use std::{
    collections::VecDeque,
    sync::{Arc, Mutex, MutexGuard},
};

use cockpit::{
    domain::{
        Fault, FaultKind, Login, RunId, Sha,
        claim::{Claim, ClaimName, ClaimNote, ClaimWish, Holder, MachineId},
    },
    ports::{Asked, Claims, ClaimsStanding, Clock, Took},
};
use jiff::SignedDuration;

/// What becomes of the next write.
#[derive(Debug, Clone)]
pub(crate) enum Write {
    /// It is done, and the answer lost.
    DoneButLost,
    /// It never arrived.
    Lost,
}

/// What stands.
#[derive(Default)]
pub(crate) struct Standing {
    pub(crate) claims: Vec<Claim>,
    /// Every question is answered with this.
    pub(crate) silent: Option<Fault>,
    /// Every write is answered with this.
    pub(crate) refused: Option<Fault>,
    /// To writes, in order; one without is done.
    pub(crate) writes: VecDeque<Write>,
    made: usize,
    /// Writes that changed something.
    pub(crate) written: Vec<String>,
}

/// The team's claims.
pub(crate) struct Refs {
    standing: Mutex<Standing>,
    clock: Arc<dyn Clock>,
}

/// One machine of the team.
pub(crate) struct Machine {
    refs: Arc<Refs>,
    holder: Holder,
}

impl Refs {
    pub(crate) fn new(clock: Arc<dyn Clock>) -> Arc<Self> {
        Arc::new(Self {
            standing: Mutex::default(),
            clock,
        })
    }

    pub(crate) fn state(&self) -> MutexGuard<'_, Standing> {
        self.standing.lock().unwrap()
    }

    /// The machine of that name, with that person's token.
    pub(crate) fn machine(self: &Arc<Self>, login: &str) -> Arc<Machine> {
        let number = login.bytes().fold(7_u64, |sum, byte| {
            sum.wrapping_mul(257).wrapping_add(u64::from(byte))
        });
        Arc::new(Machine {
            refs: Arc::clone(self),
            holder: Holder {
                login: Login::parse(login).unwrap(),
                host: format!("{login}s-laptop").as_str().into(),
                machine: MachineId::parse(&format!("{number:016x}")).unwrap(),
            },
        })
    }

    /// Who has made the claim that stands there.
    pub(crate) fn owner(&self, is: impl Fn(&ClaimName) -> bool) -> Option<String> {
        let state = self.state();
        let claim = state.claims.iter().find(|claim| is(&claim.name))?;
        claim.note.as_ref().map(|note| note.by.login.to_string())
    }
}

pub(crate) fn fault(kind: FaultKind) -> Fault {
    Fault::new(kind, "GitHub: refs", "as told")
}

impl Machine {
    fn write(&self, wish: &ClaimWish, over: Option<&Sha>) -> Result<Took, Fault> {
        let now = self.refs.clock.now();
        let mut state = self.refs.state();
        if let Some(fault) = state.silent.clone().or_else(|| state.refused.clone()) {
            return Err(fault);
        }
        let place = state.claims.iter().position(|one| one.name == wish.name);
        if let Some(known) = place.map(|place| state.claims[place].clone())
            && over != Some(&known.id)
        {
            let is_ours = known.note.as_ref().is_some_and(|note| {
                note.by.machine == self.holder.machine && note.wish.marker == wish.marker
            });
            return Ok(if is_ours && known.is_live(now) {
                Took::Ours(known)
            } else {
                Took::Theirs(known, now)
            });
        }
        let fate = state.writes.pop_front();
        if let Some(Write::Lost) = fate {
            return Err(fault(FaultKind::Offline));
        }
        state.made += 1;
        let claim = Claim {
            name: wish.name,
            id: Sha::parse(&format!("{:040x}", state.made)).unwrap(),
            made: now,
            note: Some(ClaimNote {
                by: self.holder.clone(),
                wish: wish.clone(),
            }),
        };
        state.claims.retain(|one| one.name != wish.name);
        state.claims.push(claim.clone());
        let line = format!("{} {}", self.holder.login, wish.name.path());
        state.written.push(line);
        match fate {
            Some(Write::DoneButLost) => Err(fault(FaultKind::Offline)),
            _ => Ok(Took::Ours(claim)),
        }
    }
}

impl Claims for Machine {
    fn machine(&self) -> &MachineId {
        &self.holder.machine
    }

    fn standing(&self, _of: RunId, _age: SignedDuration) -> Asked<'_, ClaimsStanding> {
        let now = self.refs.clock.now();
        let state = self.refs.state();
        let answer = match &state.silent {
            Some(fault) => Err(fault.clone()),
            None => Ok(ClaimsStanding {
                claims: state.claims.clone(),
                asked: now,
                now,
            }),
        };
        drop(state);
        Box::pin(std::future::ready(answer))
    }

    fn take<'a>(&'a self, wish: &'a ClaimWish, over: Option<&'a Sha>) -> Asked<'a, Took> {
        Box::pin(std::future::ready(self.write(wish, over)))
    }

    fn release<'a>(&'a self, name: &'a ClaimName) -> Asked<'a, ()> {
        self.refs.state().claims.retain(|one| one.name != *name);
        Box::pin(std::future::ready(Ok(())))
    }

    fn seat_lasts(&self) -> SignedDuration {
        SignedDuration::from_mins(30)
    }
}
