//! Where the repository lives: a git remote's address, an API's base address, and the host that both mean.

use crate::domain::{Malformed, Repository};

/// The API's base address for a host: `github.com`, a `ghe.com` subdomain, or GitHub Enterprise Server.
pub fn api_base(host: &str) -> String {
    if host == "github.com" {
        "https://api.github.com".to_owned()
    } else if host.ends_with(".ghe.com") {
        format!("https://api.{host}")
    } else {
        format!("https://{host}/api/v3")
    }
}

/// The host that a base address serves; `None` where it is no http address.
pub fn host_of_api(base: &str) -> Option<String> {
    let rest = base
        .strip_prefix("https://")
        .or_else(|| base.strip_prefix("http://"))?;
    let host = rest.split(['/', '?', '#']).next().unwrap_or("");
    if host.is_empty() || host.contains('@') || host.contains(char::is_whitespace) {
        return None;
    }
    let host = host.to_ascii_lowercase();
    let dotcom = host == "api.github.com";
    let subdomain = host.ends_with(".ghe.com") || dotcom;
    match host.strip_prefix("api.") {
        Some(bare) if subdomain => Some(bare.to_owned()),
        _ => Some(host),
    }
}

/// Reads a git remote: `git@HOST:owner/name.git`, `ssh://git@HOST:22/owner/name`, `https://HOST/owner/name.git`.
///
/// `None` for paths and for anything that is not `owner/name` on a host.
pub fn parse_remote(url: &str) -> Option<Repository> {
    parse_remote_with(url, |_| None)
}

/// The same where ssh may know a host by another name: `alias` answers with the name that is really connected to. It is asked
/// about names without a dot alone: what has one is the server's own, and its API's too.
pub fn parse_remote_with(
    url: &str,
    alias: impl FnOnce(&str) -> Option<String>,
) -> Option<Repository> {
    let url = url.trim();
    let (place, path, is_ssh) = match url.split_once("://") {
        Some((scheme @ ("https" | "http" | "ssh" | "git"), rest)) => {
            let (place, path) = rest.split_once('/')?;
            (place, path, scheme == "ssh")
        }
        Some(_) => return None,
        None => {
            let (place, path) = url.split_once(':')?;
            (place, path, true)
        }
    };
    let host = place.rsplit('@').next().unwrap_or(place);
    // The port of ssh or git says nothing about the API's.
    let mut host = host.split(':').next().unwrap_or(host).to_ascii_lowercase();
    if !is_host(&host) {
        return None;
    }
    if is_ssh && !host.contains('.') {
        host = alias(&host)
            .filter(|real| is_host(real))
            .map_or(host, |real| real.to_ascii_lowercase());
    }
    // GitHub answers ssh on 443 under another name.
    if host == "ssh.github.com" {
        "github.com".clone_into(&mut host);
    }
    let path = path.trim_matches('/');
    let slug = path.strip_suffix(".git").unwrap_or(path);
    Repository::parse(&host, slug).ok()
}

fn is_host(name: &str) -> bool {
    let plain = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'-');
    !name.is_empty() && !name.starts_with('-') && name.bytes().all(plain)
}

/// Reads `--repo`: `owner/name`, or `HOST/owner/name`; the host where it is given.
pub fn parse_repository_argument(raw: &str) -> Result<(Option<String>, String), Malformed> {
    let (host, slug) = match raw.split('/').count() {
        3 => raw
            .split_once('/')
            .map_or((None, raw), |(host, slug)| (Some(host), slug)),
        _ => (None, raw),
    };
    let repository = Repository::parse(host.unwrap_or("github.com"), slug)?;
    Ok((host.map(str::to_ascii_lowercase), repository.slug()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn remotes_of_every_form_name_host_and_repository() {
        for (url, host) in [
            ("git@github.com:acme/shop.git", "github.com"),
            ("https://github.com/acme/shop", "github.com"),
            (
                "https://x-access-token:secret@GitHub.com/acme/shop.git/",
                "github.com",
            ),
            ("ssh://git@ssh.github.com:443/acme/shop.git", "github.com"),
            (
                "ssh://git@git.acme.example:2222/acme/shop",
                "git.acme.example",
            ),
            ("git@acme.ghe.com:acme/shop.git\n", "acme.ghe.com"),
        ] {
            let read = parse_remote(url).unwrap();
            assert_eq!(
                (read.host.as_str(), read.slug().as_str()),
                (host, "acme/shop"),
                "{url}"
            );
        }
        for bad in [
            "",
            "/srv/git/shop.git",
            "../shop",
            "file:///srv/shop",
            "git@h:shop",
            "https://h/a/b/c",
        ] {
            assert!(parse_remote(bad).is_none(), "{bad:?}");
        }
    }

    #[test]
    fn a_name_that_only_ssh_knows_is_the_host_behind_it() {
        let read = |url: &str, real: &str| {
            let read = parse_remote_with(url, |_| Some(real.to_owned()));
            read.map(|found| found.host)
        };
        let of = |url: &str| read(url, "GitHub.com").unwrap();
        assert_eq!(of("git@work:acme/shop.git"), "github.com");
        assert_eq!(of("ssh://git@work:22/acme/shop"), "github.com");
        let on_443 = read("work:acme/shop", "ssh.github.com");
        assert_eq!(on_443.as_deref(), Some("github.com"));
        // A server's own name is its API's too, wherever ssh connects to; and https knows no such names.
        assert_eq!(of("git@git.acme.example:acme/shop"), "git.acme.example");
        assert_eq!(of("https://work/acme/shop"), "work");
        assert_eq!(
            read("git@work:acme/shop", "-oProxyCommand=x").as_deref(),
            Some("work")
        );
        assert!(read("git@-oProxyCommand=x:acme/shop", "github.com").is_none());
    }

    #[test]
    fn a_host_and_its_api_are_told_from_each_other() {
        for host in ["github.com", "acme.ghe.com", "git.acme.example"] {
            assert_eq!(host_of_api(&api_base(host)).as_deref(), Some(host));
        }
        assert_eq!(
            host_of_api("http://127.0.0.1:8080/api/v3").as_deref(),
            Some("127.0.0.1:8080")
        );
        assert_eq!(host_of_api("https://user@evil.example/"), None);
        assert_eq!(host_of_api("ftp://x"), None);
    }

    #[test]
    fn the_repo_flag_takes_a_host() {
        assert_eq!(
            parse_repository_argument("acme/shop").unwrap(),
            (None, "acme/shop".to_owned())
        );
        let (host, slug) = parse_repository_argument("git.acme.example/acme/shop").unwrap();
        assert_eq!(
            (host.as_deref(), slug.as_str()),
            (Some("git.acme.example"), "acme/shop")
        );
        assert!(parse_repository_argument("shop").is_err());
    }
}
