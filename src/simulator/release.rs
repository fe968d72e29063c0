//! Builds of the service: what a deploy puts into production, and how it behaves there.

/// How a build behaves in production; what the metrics follow.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Behaviour {
    /// As ever.
    Healthy,
    /// About three in a hundred requests fail.
    Errors,
    /// The slow end of the latencies grows minute by minute.
    Creeps,
    /// Slow and with a few errors while its caches are cold: about two minutes.
    Restarts,
    /// It no longer reports metrics.
    Silent,
    /// Some requests fail while a feature flag is on.
    Flagged,
    /// One path of it fails always; too few ask for it to show in the metrics.
    Breaks,
}

/// A built version.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Build {
    /// Tag, `v2.14.0`.
    pub(super) version: String,
    /// Commit.
    pub(super) sha: String,
    /// What it does in production.
    pub(super) behaviour: Behaviour,
}
