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
    /// What it asks of a stage that serves; `None`: it is no stage's.
    pub stage: Option<AsksOfStage>,
}

/// What a gate asks of a stage that serves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AsksOfStage {
    /// That it served its time.
    Time,
    /// That an expression of its own holds.
    Expression,
    /// That the smoke tests pass.
    Smoke,
}

impl Gate {
    /// The same gate, of a stage.
    #[must_use]
    pub(super) fn of_stage(self, asks: AsksOfStage) -> Self {
        Self {
            stage: Some(asks),
            ..self
        }
    }
}
