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
    screen::fly(around, Arc::new(WallClock), release, None, false)
}

/// `cockpit watch [RELEASE]`.
pub(super) fn watch(around: &Surroundings, release: Option<&str>) -> Result<Exit, Stop> {
    screen::fly(around, Arc::new(WallClock), release, None, true)
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
