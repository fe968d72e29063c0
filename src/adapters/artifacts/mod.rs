//! Artifacts read as evidence: zips within limits, JUnit XML, k6 summaries, Markdown.
//!
//! Bytes in, evidence out: nothing here opens a file, a socket or a path, so nothing in an archive can escape.

mod archive;
mod junit;
mod k6;
mod number;
mod reading;
mod xml_source;

pub use junit::{JunitError, read_junit};
pub use k6::read_k6;
pub use reading::{File, read, read_files};
