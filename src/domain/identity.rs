//! Who and what: the newtypes that name things in GitHub and in a release.
//!
//! Each checks its form once, where it comes in; nothing else here.

use std::fmt;

use serde::{Deserialize, Serialize};

/// A value that does not have the form of the identifier that it should be.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{value:?} is not {wanted}")]
pub struct Malformed {
    /// The value as given, sanitised and cut.
    pub value: super::Text,
    /// What it should have been, with its article.
    pub wanted: &'static str,
}

impl Malformed {
    pub(super) fn new(value: &str, wanted: &'static str) -> Self {
        let head: String = value.chars().take(80).collect();
        Self {
            value: super::Text::line(&head),
            wanted,
        }
    }
}

/// A commit: 40 (SHA-1) or 64 (SHA-256) lower-case hexadecimal digits.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Sha(String);

impl Sha {
    /// Reads a full commit id; upper case is lowered.
    pub fn parse(raw: &str) -> Result<Self, Malformed> {
        let whole = matches!(raw.len(), 40 | 64) && raw.bytes().all(|b| b.is_ascii_hexdigit());
        if whole {
            Ok(Self(raw.to_ascii_lowercase()))
        } else {
            Err(Malformed::new(raw, "a full commit SHA"))
        }
    }

    /// All digits.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The first seven digits, as people write it.
    pub fn short(&self) -> &str {
        &self.0[..7]
    }

    /// Whether `prefix` (7 digits or more) names this commit.
    pub fn starts_with(&self, prefix: &str) -> bool {
        prefix.len() >= 7 && self.0.starts_with(&prefix.to_ascii_lowercase())
    }
}

impl TryFrom<String> for Sha {
    type Error = Malformed;
    fn try_from(raw: String) -> Result<Self, Malformed> {
        Self::parse(&raw)
    }
}

impl From<Sha> for String {
    fn from(sha: Sha) -> Self {
        sha.0
    }
}

impl fmt::Display for Sha {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

/// A GitHub login: letters, digits, `-` and `_` (managed users), perhaps ending in `[bot]`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Login(String);

impl Login {
    /// Reads a login; a leading `@` is dropped.
    pub fn parse(raw: &str) -> Result<Self, Malformed> {
        let name = raw.strip_prefix('@').unwrap_or(raw);
        let bare = name.strip_suffix("[bot]").unwrap_or(name);
        let fits = !bare.is_empty()
            && bare.len() <= 64
            && bare
                .bytes()
                .all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_');
        if fits {
            Ok(Self(name.to_owned()))
        } else {
            Err(Malformed::new(raw, "a GitHub login"))
        }
    }

    /// The login as GitHub spells it.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether both name the same account; GitHub's logins ignore case.
    pub fn is(&self, other: &Self) -> bool {
        self.0.eq_ignore_ascii_case(&other.0)
    }
}

impl TryFrom<String> for Login {
    type Error = Malformed;
    fn try_from(raw: String) -> Result<Self, Malformed> {
        Self::parse(&raw)
    }
}

impl From<Login> for String {
    fn from(login: Login) -> Self {
        login.0
    }
}

impl fmt::Display for Login {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

macro_rules! number_id {
    ($(#[$doc:meta] $name:ident),+ $(,)?) => {$(
        #[$doc]
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(pub u64);

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                fmt::Display::fmt(&self.0, f)
            }
        }
    )+};
}

number_id! {
    /// A workflow run of GitHub Actions.
    RunId,
    /// A job of one run attempt.
    JobId,
    /// A deployment environment of a repository.
    EnvironmentId,
    /// An artifact of a run.
    ArtifactId,
    /// A deployment as GitHub's deployments API counts them.
    DeploymentId,
    /// The position of an event in its journal, from 1.
    Seq,
}

/// A repository on one GitHub host.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Repository {
    /// `github.com`, a GHES host or `subdomain.ghe.com`.
    pub host: String,
    /// User or organisation.
    pub owner: String,
    /// Repository name.
    pub name: String,
}

impl Repository {
    /// Reads `owner/name` on `host`; both parts are checked, since they become paths.
    pub fn parse(host: &str, slug: &str) -> Result<Self, Malformed> {
        let fits = |part: &str| {
            !part.is_empty()
                && part.len() <= 100
                && part != "."
                && part != ".."
                && part
                    .bytes()
                    .all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.'))
        };
        match slug.split_once('/') {
            Some((owner, name)) if fits(owner) && fits(name) => Ok(Self {
                host: host.to_owned(),
                owner: owner.to_owned(),
                name: name.to_owned(),
            }),
            _ => Err(Malformed::new(slug, "a repository as owner/name")),
        }
    }

    /// `owner/name`.
    pub fn slug(&self) -> String {
        format!("{}/{}", self.owner, self.name)
    }
}

/// Which release: one workflow run, whatever its attempts.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct ReleaseKey {
    /// Where the run lives.
    pub repository: Repository,
    /// The run; its attempts are events.
    pub run: RunId,
}

impl fmt::Display for ReleaseKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} run {}", self.repository.slug(), self.run)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sha_is_whole_and_lowered() {
        let sha = Sha::parse("3F9C2AB00000000000000000000000000000ABCD").unwrap();
        assert_eq!(sha.short(), "3f9c2ab");
        assert!(sha.starts_with("3F9C2AB0"));
        assert!(!sha.starts_with("3f9"), "six digits and fewer are no name");
        assert!(Sha::parse("3f9c2ab").is_err());
    }

    #[test]
    fn logins_of_people_bots_and_managed_users_are_read() {
        for good in ["ana", "@ana-acme", "ana_acme", "dependabot[bot]"] {
            assert!(Login::parse(good).is_ok(), "{good}");
        }
        for bad in ["", "Ana Acme", "a/b", "[bot]", "x\u{1b}"] {
            assert!(Login::parse(bad).is_err(), "{bad:?}");
        }
    }

    #[test]
    fn a_repository_cannot_climb_out_of_its_path() {
        assert!(Repository::parse("github.com", "acme/storefront").is_ok());
        for bad in ["acme", "../x", "acme/..", "acme/a/b", "acme/a?b"] {
            assert!(Repository::parse("github.com", bad).is_err(), "{bad}");
        }
    }
}
