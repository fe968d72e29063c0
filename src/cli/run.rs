//! The commands that fly a release.

use std::sync::Arc;

use super::{
    args::DemoArguments,
    demo,
    exit::{Exit, Stop},
    screen, status,
    surroundings::Surroundings,
};
use crate::adapters::clock::WallClock;

/// `cockpit [RELEASE]`.
pub(super) fn fly(around: &Surroundings, release: Option<&str>) -> Result<Exit, Stop> {
    screen::fly(around, order(release, false))
}

/// `cockpit watch [RELEASE]`.
pub(super) fn watch(around: &Surroundings, release: Option<&str>) -> Result<Exit, Stop> {
    screen::fly(around, order(release, true))
}

fn order(release: Option<&str>, watches: bool) -> screen::Order {
    screen::Order {
        clock: Arc::new(WallClock),
        release: release.map(str::to_owned),
        cloudwatch: None,
        watches,
        takes_seat: false,
    }
}

/// `cockpit demo [SCENARIO]`.
pub(super) fn demo(around: &Surroundings, given: &DemoArguments) -> Result<Exit, Stop> {
    demo::demo(around, given)
}

/// `cockpit status [RELEASE]`.
pub(super) fn status(
    around: &Surroundings,
    release: Option<&str>,
    json: bool,
) -> Result<Exit, Stop> {
    status::status(around, release, json)
}
