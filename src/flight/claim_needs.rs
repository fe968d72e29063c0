//! What a release wants to stand in the repository for other machines to see, and how soon it wants to know what others want.

use jiff::SignedDuration;

use crate::domain::{
    Phase, RunId, Text, claim::CountdownAfar, record::ServiceLock, release::Release,
};

/// What shall stand.
#[derive(Debug, Clone, PartialEq)]
pub struct ClaimNeeds {
    /// The release.
    pub run: RunId,
    /// What people call it.
    pub version: Text,
    /// What becomes of the seat.
    pub seat: SeatWish,
    /// The countdown that runs here.
    pub countdown: Option<CountdownAfar>,
    /// The lock that this release puts on its service.
    pub lock: Option<ServiceLock>,
    /// The marker of the rollback that is under way.
    pub rollback: Option<String>,
    /// The countdown of another machine that shall be held.
    pub hold: Option<CountdownAfar>,
    /// Longest time between two looks.
    pub every: SignedDuration,
    /// How old the answer to a look may be. Zero where something here waits for it.
    pub age: SignedDuration,
}

/// What becomes of the seat.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SeatWish {
    /// Claim it where it is free, and keep it.
    Keep,
    /// Claim it from whoever has it: a person took it.
    Take,
    /// Somebody else drives: look on.
    Leave,
    /// The release has ended: nobody drives it any more.
    GiveUp,
}

/// While somebody may hold a countdown.
const AT_ONCE: SignedDuration = SignedDuration::from_secs(2);
/// While the driver elsewhere may count down.
const SOON: SignedDuration = SignedDuration::from_secs(10);
/// Otherwise.
const SELDOM: SignedDuration = SignedDuration::from_secs(120);

/// Once the release has ended.
const HARDLY: SignedDuration = SignedDuration::from_mins(5);

/// What `release` wants now.
pub(super) fn claim_needs(release: &Release, phase: &Phase) -> ClaimNeeds {
    let seating = &release.record.seating;
    let seat = match (phase.is_end(), seating.is_here()) {
        (true, _) => SeatWish::GiveUp,
        (false, false) => SeatWish::Leave,
        (false, true) if seating.takes => SeatWish::Take,
        (false, true) => SeatWish::Keep,
    };
    let is_watched = matches!(
        phase,
        Phase::Deploying | Phase::StageWatch { .. } | Phase::Monitoring | Phase::RollingBack
    );
    let hold = seating.holds_afar().cloned();
    let every = if release.rollback.countdown().is_some() || hold.is_some() {
        AT_ONCE
    } else if seat == SeatWish::Leave && is_watched {
        SOON
    } else if seat == SeatWish::GiveUp {
        HARDLY
    } else {
        SELDOM
    };
    // Other releases of the service may have asked for theirs meanwhile.
    let age = if every == AT_ONCE || seat == SeatWish::Take {
        SignedDuration::ZERO
    } else {
        every / 2
    };
    ClaimNeeds {
        run: release.key.run,
        version: release.name(),
        seat,
        countdown: release.countdown_told(),
        lock: release.service_lock(),
        rollback: release
            .rollback
            .in_flight()
            .map(|attempt| attempt.marker.clone()),
        hold,
        every,
        age,
    }
}
