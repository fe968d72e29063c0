//! What one part of a rule came to, and how parts join.

use super::truth::Truth;
use crate::domain::observation::Minute;

/// A truth with its arithmetic.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Finding {
    pub(super) truth: Truth,
    pub(super) why: String,
    /// How far inside the condition; below zero where it does not hold.
    pub(super) margin: Option<f64>,
    /// The minutes that speak against the release.
    pub(super) minutes: Vec<Minute>,
}

impl Finding {
    pub(super) fn unknown(truth: Truth, why: impl Into<String>) -> Self {
        Self {
            truth,
            why: why.into(),
            margin: None,
            minutes: Vec::new(),
        }
    }

    pub(super) fn not(self) -> Self {
        Self {
            truth: self.truth.not(),
            margin: self.margin.map(|margin| -margin),
            ..self
        }
    }

    /// `and` or `or` of all parts. The parts that decide give the reason.
    pub(super) fn join(parts: Vec<Self>, with: fn(Truth, Truth) -> Truth) -> Self {
        let Some(truth) = parts.iter().map(|part| part.truth).reduce(with) else {
            return Self::unknown(Truth::NoData, "nothing to judge");
        };
        let mut deciding: Vec<Self> = parts
            .into_iter()
            .filter(|part| part.truth == truth)
            .collect();
        if deciding.len() == 1 {
            return deciding.remove(0);
        }
        let whys: Vec<&str> = deciding.iter().map(|part| part.why.as_str()).collect();
        let why = whys.join(if truth.is_known() { " and " } else { "; " });
        let mut minutes: Vec<Minute> = deciding.into_iter().flat_map(|p| p.minutes).collect();
        minutes.sort_unstable();
        minutes.dedup();
        Self {
            truth,
            why,
            margin: None,
            minutes,
        }
    }
}
