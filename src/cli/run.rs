//! The commands that fly a release.

use super::{
    args::DemoArguments,
    exit::{Exit, Stop},
    surroundings::Surroundings,
};

/// `cockpit [RELEASE]`.
pub(super) fn fly(_: &Surroundings, _: Option<&str>) -> Result<Exit, Stop> {
    Err(not_wired("cockpit"))
}

/// `cockpit watch [RELEASE]`.
pub(super) fn watch(_: &Surroundings, _: Option<&str>) -> Result<Exit, Stop> {
    Err(not_wired("cockpit watch"))
}

/// `cockpit demo [SCENARIO]`.
pub(super) fn demo(_: &Surroundings, _: &DemoArguments) -> Result<Exit, Stop> {
    Err(not_wired("cockpit demo"))
}

/// `cockpit status [RELEASE]`.
pub(super) fn status(_: &Surroundings, _: Option<&str>, _json: bool) -> Result<Exit, Stop> {
    Err(not_wired("cockpit status"))
}

fn not_wired(command: &str) -> Stop {
    Stop::failed(format!(
        "this build cannot run `{command}`: the flight is not part of it"
    ))
}
