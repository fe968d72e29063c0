//! The commands that fly a release.

use std::sync::Arc;

use super::{
    args::DemoArguments,
    demo,
    exit::{Exit, Stop},
    screen,
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
pub(super) fn status(_: &Surroundings, _: Option<&str>, _json: bool) -> Result<Exit, Stop> {
    Err(Stop::failed("this build cannot run `cockpit status` yet"))
}
