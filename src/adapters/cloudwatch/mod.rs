//! CloudWatch over the AWS SDK: metric data and alarms.
//!
//! Made at start, awake at first use: clients, TLS and credentials wait for the first question.

mod account;
mod alarms;
mod answer;
mod check;
mod fault;
mod identity;
mod limit;
mod metrics;
mod number;
mod plan;
mod settings;

pub use check::{Liveness, Presence, check};
pub use metrics::CloudWatch;
pub use settings::{Settings, StaticKeys};
