//! What a file says and this version does not act on yet: told, never ignored in silence.

use std::fmt;

use crate::config::file::TeamTable;

/// A key that is read and checked, and has no effect yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NotYet {
    /// The key: `[flags]`, `evidence.coverage.max_drop`.
    pub place: &'static str,
    /// What it would do.
    pub would: &'static str,
}

impl fmt::Display for NotYet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { place, would } = self;
        write!(
            f,
            "{place} is read but this version does not use it: {would}"
        )
    }
}

/// The keys of this file that have no effect yet, in the order of the documents. A key leaves this list in the change
/// that makes it work.
pub(super) fn not_yet(table: &TeamTable) -> Vec<NotYet> {
    let version_from = table.candidate.version_from.as_ref();
    let rows = [
        (
            table.paths.is_some(),
            "paths",
            "the service's own files in a monorepo",
        ),
        (
            version_from.is_some_and(|from| from.artifact.is_some()),
            "candidate.version_from.artifact",
            "the version from a file of the run",
        ),
    ];
    rows.into_iter()
        .filter(|(written, ..)| *written)
        .map(|(_, place, would)| NotYet { place, would })
        .collect()
}
