//! One gate: its state, its arithmetic, and what the state does.

use crate::domain::{Text, judge::Verdict, policy::Effect};

/// One gate as it stands.
#[derive(Debug, Clone, PartialEq)]
pub struct Gate {
    /// Which rule of `[gates]` says what it does: `signoffs`.
    pub family: String,
    /// Its name in the digest: `staging`, `metrics: error_rate < 1%`.
    pub name: String,
    /// What people read.
    pub title: Text,
    /// State and arithmetic.
    pub verdict: Verdict,
    /// What the state does to the approval; `None` for pass.
    pub effect: Option<Effect>,
}
