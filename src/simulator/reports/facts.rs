//! What the reports are about.

/// The facts that every report of one run shares.
pub(in crate::simulator) struct Facts<'a> {
    pub(in crate::simulator) seed: u64,
    pub(in crate::simulator) version: &'a str,
    pub(in crate::simulator) sha: &'a str,
    /// How many times as many test cases as usual.
    pub(in crate::simulator) times: i64,
    /// Whether they are the last release's.
    pub(in crate::simulator) earlier: bool,
    /// Whether they are a release's that makes a person hesitate.
    pub(in crate::simulator) risky: bool,
    /// Whether a shard of the end-to-end tests has reported late.
    pub(in crate::simulator) late: bool,
    /// Whether a required end-to-end test failed.
    pub(in crate::simulator) failed: bool,
}
