//! Who asks the REST part, and the small reading that its topics share. Knows no topic.

use std::str::FromStr;

use crate::simulator::{
    ask::{Ask, Reply},
    wire::Links,
};

/// Who asks, and how: what the topics need besides the path.
pub(super) struct Caller<'a> {
    pub(super) ask: &'a Ask,
    pub(super) links: Links,
    /// The token's owner.
    pub(super) login: String,
    /// The API version in force.
    pub(super) version: &'static str,
}

/// GitHub's words for a body that does not have its form.
pub(super) fn invalid(why: &str) -> Reply {
    Reply::refusal(422, &format!("Invalid request.\n\n{why}"))
}

/// A number in a path.
pub(super) fn number<T: FromStr>(part: &str) -> Option<T> {
    part.parse().ok()
}
