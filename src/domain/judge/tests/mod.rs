//! Tests of whole rules: what the grammar takes and refuses, what makes no sense, the five states, the laws.

mod grammar;
mod laws;
mod sense;
mod states;
