//! One layer of the configuration, a value with its layer, and the flags.

use std::{fmt, path::PathBuf};

/// Which layer a value came from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Layer {
    /// A flag of the command line.
    Flag(&'static str),
    /// An environment variable.
    Environment(&'static str),
    /// The user's file.
    User,
    /// The team's file.
    Team,
    /// A file that the team's file names.
    Beside(String),
    /// The checkout's git remote.
    Remote,
    /// cockpit's own.
    Default,
}

impl fmt::Display for Layer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Flag(name) => f.pad(name),
            Self::Environment(name) => write!(f, "${name}"),
            Self::User => f.pad("user config"),
            Self::Team => f.pad("cockpit.toml"),
            Self::Beside(name) => f.pad(name),
            Self::Remote => f.pad("git remote"),
            Self::Default => f.pad("default"),
        }
    }
}

/// A value and the layer that it came from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Settled<T> {
    /// The value.
    pub value: T,
    /// Its layer.
    pub from: Layer,
}

impl<T> Settled<T> {
    pub(super) fn new(value: T, from: Layer) -> Self {
        Self { value, from }
    }
}

/// The global flags.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Flags {
    /// `--config`: the team's file on this machine, instead of the default branch's.
    pub config: Option<PathBuf>,
    /// `--service`: whose file in `.cockpit` it is.
    pub service: Option<String>,
    /// `--repo`.
    pub repository: Option<String>,
    /// `--theme`.
    pub theme: Option<String>,
    /// `--ascii`.
    pub ascii: bool,
    /// `--no-color`.
    pub no_color: bool,
    /// `--state-dir`.
    pub state_dir: Option<PathBuf>,
    /// `--trust-commands`.
    pub trust_commands: bool,
}
