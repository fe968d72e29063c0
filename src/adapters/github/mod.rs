//! GitHub's REST API: one client for everything, and the ports over it.
//!
//! # Layout
//! `settings` and `token` say where and who; `transport` sends, with `limits` (rate limits), `cache` (entity tags),
//! `base` (the base address), `body` (bounded reading), `answer` (what a status means) and `page` (Link headers) beside it; `client` is what others
//! hold, and `runs`, `review`, `dispatch`, `artifacts`, `checks`, `history`, `claims`, `deliveries` implement the ports on it. `wire` holds the private
//! shapes of GitHub's JSON, mapped to the domain at the edge. Source: GitHub's REST description 2026-03-10.

mod answer;
mod artifacts;
mod base;
mod body;
mod cache;
mod checks;
mod claims;
mod client;
mod comments;
mod concurrency;
mod deliveries;
mod dependencies;
mod dispatch;
mod history;
mod inputs;
mod limits;
mod page;
mod review;
mod runs;
mod settings;
mod survey;
mod tagged;
mod token;
mod transport;
mod wire;

pub use claims::ClaimRefs;
pub use client::{Client, OpenFile, ReadEvidence};
pub use limits::Limits;
pub use settings::{Bounds, Settings, api_base};
pub use survey::{Access, Reviewers, WorkflowFound};
pub use token::TokenSource;
