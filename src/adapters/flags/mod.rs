//! Feature flags: a provider asked over HTTP by written-out requests (presets write them), or a flagd file.
//!
//! Its own client: the addresses are the team's, so GitHub's token never goes there. The provider's own token comes by name
//! from the environment and leaves in headers alone.

mod file;
mod http;
mod recipe;
mod yaml;

pub use file::FlagFile;
pub use http::HttpFlags;
pub use recipe::{Recipe, Request, Shape, launchdarkly, unleash};
