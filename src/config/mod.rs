//! Configuration: `cockpit.toml`, the user's file, environment and flags, layered once.

mod at;
mod beside;
mod diagnostic;
mod environment;
pub mod file;
mod keymap;
mod largest;
mod layer;
mod layers;
mod nearest;
pub mod presets;
mod remarks;
mod remote;
mod resolve;
pub mod schema;
mod screen;
mod secret;
mod shape;
mod smoke;
mod sources;
mod strategy;
mod team;
mod theme;
mod tree;
mod units;
mod user;

pub use at::At;
pub use beside::*;
pub use diagnostic::*;
pub use environment::*;
pub use keymap::*;
pub use largest::LARGEST;
pub use layer::*;
pub use layers::*;
pub use nearest::nearest;
pub use remarks::*;
pub use remote::*;
pub use resolve::{
    AwsAccount, FLAGS_VARIABLES, FlagsSource, GATES, GateDefault, ProductionVersion, RuleFault,
    SmokeSuites, WrittenRead, WrittenRequest, doubt_point, rule_faults,
};
pub use screen::{Depth, Screen};
pub use smoke::parse_smoke;
pub use team::*;
pub use theme::*;
pub use units::{age, duration};
pub use user::*;
