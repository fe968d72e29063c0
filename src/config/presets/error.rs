//! Why a preset entry is refused, with the key to point at. Knows nothing of the definitions.

/// Why a preset entry cannot be expanded.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PresetError {
    /// No such preset.
    #[error("there is no preset `{name}`; the presets are {}", listed(known))]
    UnknownPreset {
        /// As written.
        name: String,
        /// The presets that there are.
        known: Vec<String>,
    },
    /// A key that the preset does not have.
    #[error(
        "preset `{preset}` has no key `{key}` here; it takes {}",
        listed(known)
    )]
    UnknownKey {
        /// The preset.
        preset: String,
        /// As written, `canary.targetgroup` inside a table.
        key: String,
        /// What it takes there.
        known: Vec<String>,
    },
    /// A needed key is not there.
    #[error(
        "preset `{preset}` needs {}, for example `{example}`",
        alternatives(keys)
    )]
    Missing {
        /// The preset.
        preset: String,
        /// One of these.
        keys: Vec<String>,
        /// A line to copy.
        example: String,
    },
    /// Two keys that exclude each other.
    #[error("preset `{preset}` takes only one of {}", listed(keys))]
    TooMany {
        /// The preset.
        preset: String,
        /// The keys that were given together.
        keys: Vec<String>,
    },
    /// A value of the wrong type or form.
    #[error("`{key}` should be {wanted}")]
    Value {
        /// The key, `canary.target_group` inside a table.
        key: String,
        /// What it should be, with an example.
        wanted: String,
    },
    /// A definition that came with cockpit cannot be read: a fault of this build.
    #[error("the built-in preset `{preset}` is damaged ({detail}); please report it")]
    Damaged {
        /// The preset.
        preset: String,
        /// Why.
        detail: String,
    },
}

impl PresetError {
    /// The key that it is about, where there is one: the place for a caret.
    pub fn key(&self) -> Option<&str> {
        match self {
            Self::UnknownPreset { .. } => Some("preset"),
            Self::UnknownKey { key, .. } | Self::Value { key, .. } => Some(key),
            Self::TooMany { keys, .. } => keys.last().map(String::as_str),
            Self::Missing { .. } | Self::Damaged { .. } => None,
        }
    }
}

fn listed(names: &[String]) -> String {
    names
        .iter()
        .map(|name| format!("`{name}`"))
        .collect::<Vec<_>>()
        .join(", ")
}

fn alternatives(names: &[String]) -> String {
    names
        .iter()
        .map(|name| format!("`{name}`"))
        .collect::<Vec<_>>()
        .join(" or ")
}
