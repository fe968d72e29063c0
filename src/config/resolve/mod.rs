//! From the written file to the rules: names checked, presets expanded, defaults filled in, every mistake collected.
//!
//! One file a part of the policy. Nothing here reads a file, the environment or a clock.

mod bands;
mod calendar;
mod checklist;
mod evidence;
mod explain;
mod findings;
mod flags;
mod gates;
mod metrics;
mod people;
mod prerequisites;
mod risk;
mod rollback;
mod rollout;
mod rules;
mod slack;
mod smoke;
mod target;
mod team;
mod values;
mod version;

pub(super) use checklist::{ENDINGS as CHECKLIST_ENDINGS, checklist};
pub use flags::{FLAGS_VARIABLES, FlagsSource, WrittenRead, WrittenRequest};
pub use gates::{GATES, GateDefault};
pub use rules::{RuleFault, doubt_point, rule_faults};
pub(super) use smoke::ENDINGS as SMOKE_ENDINGS;
pub use smoke::SmokeSuites;
pub use target::{AwsAccount, ProductionVersion};
pub(super) use team::resolve_team;
