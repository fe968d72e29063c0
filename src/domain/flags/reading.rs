//! What the rules say of flags, and how a flag stands.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::domain::Text;

/// Most flags of one release.
pub const MOST_FLAGS: usize = 20;

/// The flags of a release, as the rules name them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FlagsRule {
    /// Who keeps them.
    pub provider: FlagProvider,
    /// In which of its environments.
    pub environment: String,
    /// Their names, at most [`MOST_FLAGS`].
    pub names: Vec<String>,
}

/// Who keeps flags.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum FlagProvider {
    /// Whoever answers the requests that the rules write out.
    Http,
    /// Unleash, by its admin API.
    Unleash,
    /// `LaunchDarkly`.
    Launchdarkly,
    /// A flagd or `OpenFeature` file on this machine.
    Flagd,
}

impl FlagProvider {
    /// Its name.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Http => "http",
            Self::Unleash => "Unleash",
            Self::Launchdarkly => "LaunchDarkly",
            Self::Flagd => "flagd",
        }
    }
}

/// How a flag stands in its environment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FlagReading {
    /// On: its own rules say for whom.
    On,
    /// Off for everyone.
    Off,
    /// The provider answered, and did not say.
    Unknown(Text),
}

impl FlagReading {
    /// In words.
    pub fn words(&self) -> Text {
        match self {
            Self::On => "on".into(),
            Self::Off => "off".into(),
            Self::Unknown(why) => Text::line(&format!("unknown: {why}")),
        }
    }
}
