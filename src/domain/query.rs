//! Which release a person means: the `RELEASE` argument, read without asking anyone.
//!
//! A run id, a run's address, a tag, a commit, a pull request. Whether it is there is for others to find out.

use super::{Malformed, Repository, RunId, Sha};

/// Numbers this long are taken for run ids; shorter ones could be an abbreviated SHA or a tag of digits.
const RUN_ID_DIGITS: usize = 8;
const LONGEST: usize = 512;

/// What the argument names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ReleaseQuery {
    /// No argument: what waits for production.
    Waiting,
    /// A run.
    Run(RunId),
    /// A whole commit id.
    Commit(Sha),
    /// A pull request.
    Pull(u64),
    /// A tag, a branch or an abbreviated SHA; GitHub resolves it.
    Name(String),
}

/// Why an argument names no release of this repository.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum QueryError {
    /// Another repository or host than the configured one.
    #[error(
        "{given} is another repository: this one is {wanted} (run cockpit in its checkout, or set [github] repository)"
    )]
    Elsewhere {
        /// `host/owner/name` of the argument.
        given: super::Text,
        /// `host/owner/name` of the configuration.
        wanted: String,
    },
    /// An address on GitHub that is neither a run nor a pull request.
    #[error("{0} names no run, pull request, commit or tag")]
    NoRelease(super::Text),
    /// Not of any known form.
    #[error(transparent)]
    Malformed(#[from] Malformed),
}

impl ReleaseQuery {
    /// Reads the argument; `None` is [`ReleaseQuery::Waiting`].
    pub fn parse(raw: Option<&str>, repository: &Repository) -> Result<Self, QueryError> {
        let Some(raw) = raw.map(str::trim) else {
            return Ok(Self::Waiting);
        };
        if let Some(rest) = raw
            .strip_prefix("https://")
            .or_else(|| raw.strip_prefix("http://"))
        {
            return of_address(raw, rest, repository);
        }
        if let Some(number) = raw.strip_prefix('#') {
            return match number.parse() {
                Ok(number) if number > 0 => Ok(Self::Pull(number)),
                _ => Err(Malformed::new(raw, "a pull request as #123").into()),
            };
        }
        if let Ok(sha) = Sha::parse(raw) {
            return Ok(Self::Commit(sha));
        }
        let digits = raw.bytes().all(|b| b.is_ascii_digit());
        if digits && raw.len() >= RUN_ID_DIGITS {
            return match raw.parse() {
                Ok(id) => Ok(Self::Run(RunId(id))),
                Err(_) => Err(Malformed::new(raw, "a run id").into()),
            };
        }
        name(raw)
    }
}

/// A ref as git allows it (git-check-ref-format), as far as it matters in an address.
fn name(raw: &str) -> Result<ReleaseQuery, QueryError> {
    let forbidden = |c: char| {
        c.is_control() || c.is_whitespace() || matches!(c, '~' | '^' | ':' | '?' | '*' | '[' | '\\')
    };
    let sound = raw.len() <= LONGEST
        && !raw.contains(forbidden)
        && !raw.contains("..")
        && !raw.contains("@{")
        && raw
            .split('/')
            .all(|part| !part.is_empty() && !part.starts_with('.'));
    if sound {
        Ok(ReleaseQuery::Name(raw.to_owned()))
    } else {
        let wanted = "a run id, a run's address, a tag, a SHA or a pull request (#123)";
        Err(Malformed::new(raw, wanted).into())
    }
}

fn of_address(raw: &str, rest: &str, repository: &Repository) -> Result<ReleaseQuery, QueryError> {
    let path = rest.split(['?', '#']).next().unwrap_or(rest);
    let mut parts = path.split('/').filter(|part| !part.is_empty());
    let (host, owner, name) = (parts.next(), parts.next(), parts.next());
    let here = |given: Option<&str>, wanted: &str| {
        given.is_some_and(|given| given.eq_ignore_ascii_case(wanted))
    };
    let same_host = here(host, &repository.host)
        || host.is_some_and(|host| here(host.strip_prefix("www."), &repository.host));
    if !(same_host && here(owner, &repository.owner) && here(name, &repository.name)) {
        let given: Vec<_> = [host, owner, name].into_iter().flatten().collect();
        return Err(QueryError::Elsewhere {
            given: super::Text::line(&given.join("/")),
            wanted: format!("{}/{}", repository.host, repository.slug()),
        });
    }
    let no_release = || QueryError::NoRelease(super::Text::line(raw));
    let number = |part: Option<&str>| {
        let number = part.and_then(|part| part.parse::<u64>().ok());
        number.filter(|number| *number > 0).ok_or_else(no_release)
    };
    match (parts.next(), parts.next()) {
        // Also `.../runs/1/attempts/2`, `.../runs/1/job/3`: the run is the release, whatever its attempts.
        (Some("actions"), Some("runs")) => Ok(ReleaseQuery::Run(RunId(number(parts.next())?))),
        (Some("pull"), number_of_pull) => Ok(ReleaseQuery::Pull(number(number_of_pull)?)),
        (Some("commit"), Some(sha)) => match Sha::parse(sha) {
            Ok(sha) => Ok(ReleaseQuery::Commit(sha)),
            Err(_) => self::name(sha),
        },
        (Some("releases"), Some("tag")) | (Some("tree"), Some(_)) => tag_of_address(path, raw),
        _ => Err(no_release()),
    }
}

/// The tag of `.../releases/tag/TAG` and `.../tree/TAG`; a tag may hold slashes, `%2F` among them.
fn tag_of_address(path: &str, raw: &str) -> Result<ReleaseQuery, QueryError> {
    let tag = path
        .split_once("/releases/tag/")
        .or_else(|| path.split_once("/tree/"))
        .map(|(_, tag)| tag.trim_end_matches('/'))
        .filter(|tag| !tag.is_empty())
        .ok_or_else(|| QueryError::NoRelease(super::Text::line(raw)))?;
    name(&tag.replace("%2F", "/").replace("%2f", "/"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn here() -> Repository {
        Repository::parse("github.com", "acme/storefront").unwrap()
    }

    fn read(raw: &str) -> ReleaseQuery {
        ReleaseQuery::parse(Some(raw), &here()).unwrap()
    }

    #[test]
    fn every_form_of_the_argument_is_read() {
        let run = ReleaseQuery::Run(RunId(17_654_321_098));
        assert_eq!(
            ReleaseQuery::parse(None, &here()),
            Ok(ReleaseQuery::Waiting)
        );
        assert_eq!(read("17654321098"), run);
        let base = "https://github.com/Acme/Storefront/actions/runs/17654321098";
        for tail in [
            "",
            "/",
            "/attempts/2",
            "/job/99",
            "/attempts/2?pr=7#step:3:1",
        ] {
            assert_eq!(read(&format!("{base}{tail}")), run, "{tail}");
        }
        assert_eq!(read("#123"), ReleaseQuery::Pull(123));
        assert_eq!(
            read("https://github.com/acme/storefront/pull/123/files"),
            ReleaseQuery::Pull(123)
        );
        let sha = "3f9c2ab00000000000000000000000000000abcd";
        assert_eq!(read(sha), ReleaseQuery::Commit(Sha::parse(sha).unwrap()));
        assert_eq!(
            read(&format!("https://github.com/acme/storefront/commit/{sha}")),
            ReleaseQuery::Commit(Sha::parse(sha).unwrap())
        );
        for name in ["v2.14.0", "checkout/v2", "3f9c2ab", "2024", "1234567"] {
            assert_eq!(read(name), ReleaseQuery::Name(name.to_owned()), "{name}");
        }
        assert_eq!(
            read("https://github.com/acme/storefront/releases/tag/checkout%2Fv2"),
            ReleaseQuery::Name("checkout/v2".to_owned())
        );
    }

    #[test]
    fn another_repository_or_host_is_said_to_be_one() {
        for other in [
            "https://github.com/acme/other/actions/runs/1",
            "https://git.acme.dev/acme/storefront/pull/1",
            "https://github.com/acme",
        ] {
            let error = ReleaseQuery::parse(Some(other), &here()).unwrap_err();
            assert!(
                matches!(error, QueryError::Elsewhere { .. }),
                "{other}: {error}"
            );
            assert!(error.to_string().contains("github.com/acme/storefront"));
        }
    }

    #[test]
    fn what_names_nothing_is_refused_with_the_forms() {
        for bad in [
            "",
            "#",
            "#0",
            "#x",
            "a b",
            "../x",
            "v1..v2",
            "a//b",
            "x\u{1b}[2J",
        ] {
            assert!(ReleaseQuery::parse(Some(bad), &here()).is_err(), "{bad:?}");
        }
        for bad in [
            "actions",
            "actions/runs/x",
            "issues/4",
            "pull/",
            "releases/tag/",
        ] {
            let address = format!("https://github.com/acme/storefront/{bad}");
            let error = ReleaseQuery::parse(Some(&address), &here()).unwrap_err();
            assert!(matches!(error, QueryError::NoRelease(_)), "{bad}: {error}");
        }
    }
}
