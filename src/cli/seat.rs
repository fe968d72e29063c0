//! What a launch writes down of its place: the time zone, and who lets the rules' programs run by a flag.

use jiff::Timestamp;

use super::exit::Stop;
use crate::domain::{
    Login,
    record::{Trust, TrustWay},
};

/// The trust of `--trust-commands`: nobody trusts unnamed.
pub(super) fn flagged(login: Option<&Login>, now: Timestamp) -> Result<Trust, Stop> {
    let Some(by) = login else {
        return Err(Stop::failed(
            "--trust-commands: GitHub does not tell whose token this is, and nobody trusts unnamed\n  = help: check the token with `cockpit doctor`",
        ));
    };
    Ok(Trust {
        by: by.clone(),
        at: now,
        way: TrustWay::Flag,
    })
}

/// This machine's time zone, for people who read the journal.
pub(super) fn zone() -> String {
    let zone = jiff::tz::TimeZone::system();
    zone.iana_name().unwrap_or("UTC").to_owned()
}
