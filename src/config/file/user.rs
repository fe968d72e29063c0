//! The top of the user's own file.

use schemars::JsonSchema;
use serde::Deserialize;

use crate::config::{At, KeyTable};

/// The user's file as written.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[schemars(deny_unknown_fields, title = "cockpit/config.toml")]
pub struct UserTable {
    /// `dark`, `light`, `high-contrast`, `mono`, or a path of a theme file, from this file's folder.
    #[serde(default)]
    pub theme: Option<At<String>>,
    /// Which characters are drawn.
    #[serde(default)]
    pub glyphs: Option<Glyphs>,
    /// Whether the bell rings for a decision, a trigger, the end.
    #[serde(default)]
    pub bell: Option<bool>,
    /// Whether the terminal is asked for a desktop notification then.
    #[serde(default)]
    pub notify: Option<bool>,
    /// Keys by action, over the built-in ones: `roll-back = "R"`.
    #[serde(default)]
    pub keys: KeyTable,
    /// Where GitHub is, and where the token comes from.
    #[serde(default)]
    pub github: UserGithub,
    /// How records are vouched for.
    #[serde(default)]
    pub records: UserRecords,
}

/// Records as this user vouches for them.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub struct UserRecords {
    /// The key that signs the head of each journal, for `ssh-keygen -Y sign`: `~/.ssh/id_ed25519`, or the public key of one
    /// in the agent.
    #[serde(default)]
    pub sign_key: Option<String>,
}

/// GitHub as this user reaches it.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub struct UserGithub {
    /// Base address of the API; else from the git remote.
    #[serde(default)]
    pub api_url: Option<At<String>>,
    /// Where the token comes from.
    #[serde(default)]
    pub token: Option<TokenOrigin>,
}

/// Which characters are drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Glyphs {
    /// Lines, ticks and braille.
    Unicode,
    /// The same with charts of half blocks, for a font without braille.
    Blocks,
    /// ASCII alone.
    Ascii,
}

/// Where the token comes from.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum TokenOrigin {
    /// The environment, else `gh auth token`.
    #[default]
    Auto,
    /// `GH_TOKEN` or `GITHUB_TOKEN` alone.
    Environment,
    /// `gh auth token` alone.
    Gh,
}
