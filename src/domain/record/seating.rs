//! Who drives across machines, as far as this release has seen it, and whether other machines are told.

use jiff::Timestamp;

use crate::domain::{
    Text,
    claim::{CountdownAfar, Holding},
};

/// Where the driver's seat is, and who else acts on production.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Seating {
    /// Where the seat is.
    pub seat: SeatPlace,
    /// Whether other machines are told what happens here.
    pub sharing: Sharing,
    /// A person took the seat, and the claim does not stand yet.
    pub takes: bool,
    /// When a person took the seat last.
    pub taken: Option<Timestamp>,
    /// Whose claim ours took the place of.
    pub over: Option<Holding>,
    /// A rollback of production that another machine, or another release, has claimed.
    pub rollback: Option<Holding>,
    /// The countdown elsewhere that a person here wants held.
    pub hold: Option<HoldAfar>,
}

/// A hold of another machine's countdown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HoldAfar {
    /// The countdown: when it began, in seconds since 1970.
    pub began: i64,
    /// Since when it shall be held.
    pub since: Timestamp,
    /// Whether the driver's machine can see that.
    pub told: HoldTold,
}

/// How far a hold came.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum HoldTold {
    /// Not known yet.
    Asked,
    /// It stands where the driver's machine looks.
    Stands,
    /// It could not be written, and why: nobody else sees it.
    Unseen(Text),
}

/// Where the seat is.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum SeatPlace {
    /// Here, as far as is known.
    #[default]
    Here,
    /// On another machine.
    Elsewhere(Holding),
    /// Whoever drove on another machine has let go.
    Vacant,
}

/// Whether claims are visible beyond this machine.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum Sharing {
    /// Not known yet.
    #[default]
    Unknown,
    /// The seat is claimed in the repository.
    Shared,
    /// Refs cannot be written, and why.
    MachineOnly(Text),
}

impl Seating {
    /// Whether this cockpit may act.
    pub fn is_here(&self) -> bool {
        self.seat == SeatPlace::Here
    }

    /// Whether nobody drives any more: who did on another machine has let go.
    pub fn is_vacant(&self) -> bool {
        self.seat == SeatPlace::Vacant
    }

    /// Whether the claims are shared with other machines.
    pub fn is_shared(&self) -> bool {
        self.sharing == Sharing::Shared
    }

    /// Who drives, where that is not this cockpit.
    pub fn driver_elsewhere(&self) -> Option<Text> {
        match &self.seat {
            SeatPlace::Here => None,
            SeatPlace::Elsewhere(by) => Some(by.in_words()),
            SeatPlace::Vacant => Some("nobody".into()),
        }
    }

    /// Who drives on another machine.
    pub fn elsewhere(&self) -> Option<&Holding> {
        match &self.seat {
            SeatPlace::Elsewhere(by) => Some(by),
            SeatPlace::Here | SeatPlace::Vacant => None,
        }
    }

    /// The countdown that runs on the driver's machine.
    pub fn countdown_afar(&self) -> Option<&CountdownAfar> {
        self.elsewhere()?.countdown.as_ref()
    }

    /// The countdown afar that this cockpit was asked to hold, while it runs.
    pub fn holds_afar(&self) -> Option<&CountdownAfar> {
        let afar = self.countdown_afar()?;
        (afar.began == self.hold.as_ref()?.began).then_some(afar)
    }
}
