//! A flight on the terminal: the screen's thread here, the network's beside it.

use std::sync::Arc;

use super::{
    exit::{Exit, Stop},
    surroundings::Surroundings,
};
use crate::{adapters::cloudwatch::StaticKeys, ports::Clock};

/// Flies on the terminal.
pub(super) fn fly(
    _around: &Surroundings,
    _clock: Arc<dyn Clock>,
    _release: Option<&str>,
    _cloudwatch: Option<(String, StaticKeys)>,
    _watches: bool,
) -> Result<Exit, Stop> {
    Err(Stop::failed("this build has no screen yet"))
}
