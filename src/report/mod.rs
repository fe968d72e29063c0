//! Documents as pure functions of a release or of its whole journal, as Markdown, HTML and JSON. Knows the domain alone;
//! nothing here reads a clock, so that a document made again is the same to the byte.

mod by_hand;
mod documents;
mod explain_facts;
mod figures;
mod markdown;
mod mood;
mod recalibration;
mod scorecard;
pub mod slack;
mod staging;
mod staging_json;
mod staging_markdown;
mod story;
mod story_acts;
mod story_claims;
mod story_evidence;

pub use by_hand::by_hand;
pub use documents::*;
pub use explain_facts::*;
pub use figures::*;
pub use markdown::*;
pub use mood::*;
pub use recalibration::*;
pub use scorecard::*;
pub use staging::*;
pub use staging_markdown::*;
pub use story::*;
