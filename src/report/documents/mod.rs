//! The documents about a release, made from its journal: before the deploy, its log, what was verified, the record.

mod checklist;
mod decision;
mod document;
mod facts;
mod hand_over;
mod html;
mod incident;
mod json;
mod moments;
mod notes;
mod page;
mod plan;
mod post;
mod production;
mod svg;
mod verification;

pub use document::*;
pub use hand_over::hand_over_brief;
pub use incident::{ROOT_CAUSE, incident_text};
pub use page::Page;
pub use plan::{PlanFacts, plan};
