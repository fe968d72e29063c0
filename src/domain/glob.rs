//! A glob over names as the rules write it, ready to match: compiled once, where the rules are read.

use globset::{Glob, GlobMatcher};
use serde::{Deserialize, Serialize};

/// `*`, `?`, `[...]`, `{a,b}` over a name. One that is none matches nothing: the configuration has refused it.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(from = "String", into = "String")]
pub struct NameGlob {
    raw: String,
    matcher: Option<GlobMatcher>,
}

impl NameGlob {
    /// Whether it holds a name.
    pub fn holds(&self, name: &str) -> bool {
        let matcher = self.matcher.as_ref();
        matcher.is_some_and(|matcher| matcher.is_match(name))
    }
}

impl From<String> for NameGlob {
    fn from(raw: String) -> Self {
        let matcher = Glob::new(&raw).ok().map(|glob| glob.compile_matcher());
        Self { raw, matcher }
    }
}

impl From<NameGlob> for String {
    fn from(glob: NameGlob) -> Self {
        glob.raw
    }
}

/// As it is written.
impl PartialEq for NameGlob {
    fn eq(&self, other: &Self) -> bool {
        self.raw == other.raw
    }
}

impl Eq for NameGlob {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_holds_names_and_is_written_as_it_was_read() {
        let glob: NameGlob = serde_json::from_str(r#""build (*)""#).unwrap();
        assert!(glob.holds("build (linux)"));
        assert!(!glob.holds("rebuild (linux)"));
        assert_eq!(serde_json::to_string(&glob).unwrap(), r#""build (*)""#);
        let none = NameGlob::from("[".to_owned());
        assert!(!none.holds("["), "what is no glob matches nothing");
        assert_eq!(none, NameGlob::from("[".to_owned()));
    }
}
