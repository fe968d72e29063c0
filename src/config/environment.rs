//! The environment as a value: read once where the program starts, passed from there.

use std::{collections::BTreeMap, fmt};

use secrecy::{ExposeSecret, SecretString};

/// Environment variables by name. Values may be secret: `Debug` shows the names alone.
#[derive(Clone, Default)]
pub struct Env(BTreeMap<String, SecretString>);

impl Env {
    /// From name and value pairs; an empty value counts as not set.
    pub fn new(pairs: impl IntoIterator<Item = (String, String)>) -> Self {
        let set = pairs.into_iter().filter(|(_, value)| !value.is_empty());
        Self(set.map(|(name, value)| (name, value.into())).collect())
    }

    /// Sets one variable.
    pub fn set(&mut self, name: &str, value: &str) {
        self.0.insert(name.to_owned(), value.to_owned().into());
    }

    /// A value that is no secret.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(ExposeSecret::expose_secret)
    }

    /// A value that may be one.
    pub fn secret(&self, name: &str) -> Option<&SecretString> {
        self.0.get(name)
    }

    /// The first of these names that is set, with its value.
    pub fn first<'n>(&self, names: &[&'n str]) -> Option<(&'n str, &str)> {
        names
            .iter()
            .find_map(|name| self.get(name).map(|value| (*name, value)))
    }
}

impl fmt::Debug for Env {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.0.keys()).finish()
    }
}
