//! Tests of whole rules: what the grammar takes and refuses, the five states, the laws.

mod grammar;
mod laws;
mod states;
