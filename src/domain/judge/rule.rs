//! A gate or trigger as a team wrote it.

use serde::{Deserialize, Serialize};

/// An expression with its source text.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Rule {
    source: String,
}
