//! Documents as pure functions of a release: the staging validation report, as Markdown and as JSON. Knows the domain
//! alone; nothing here reads a clock, so that a document made again is the same to the byte.

mod figures;
mod markdown;
mod staging;
mod staging_json;
mod staging_markdown;

pub use figures::*;
pub use markdown::*;
pub use staging::*;
pub use staging_markdown::*;
