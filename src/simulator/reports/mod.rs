//! The artifacts that the pipeline uploads: real JUnit XML, k6 JSON, SARIF, lcov and Markdown, in real zips. Pure functions of the facts.

mod bundle;
mod explain;
mod facts;
mod junit;
mod k6;
mod lcov;
mod pack;
mod sarif;

pub(super) use bundle::*;
pub(super) use facts::*;
