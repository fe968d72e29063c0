//! Where GitHub is, which repository, and how much of it cockpit takes. Resolved by the wiring; reads no environment.

use std::time::Duration;

use super::token::TokenSource;
use crate::domain::Repository;

/// The API version that github.com is asked for.
const CLOUD_VERSION: &str = "2026-03-10";
/// The API version that every GHES of the last years answers.
const SERVER_VERSION: &str = "2022-11-28";

/// Everything that the client needs to know.
#[derive(Debug, Clone)]
pub struct Settings {
    /// Base address without a trailing slash: `https://api.github.com`, `https://HOST/api/v3`.
    pub base: String,
    /// The repository.
    pub repository: Repository,
    /// Who asks.
    pub token: TokenSource,
    /// `X-GitHub-Api-Version`, pinned.
    pub api_version: String,
    /// `User-Agent`.
    pub user_agent: String,
    /// The release's workflow file, `deploy.yml`.
    pub workflow: String,
    /// The production environment.
    pub environment: String,
    /// How long and how much.
    pub bounds: Bounds,
}

/// Time-outs (real time, on the socket) and sizes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bounds {
    /// Until the connection stands, TLS included.
    pub connect: Duration,
    /// Until a JSON answer is read whole.
    pub answer: Duration,
    /// Until an artifact is read whole.
    pub download: Duration,
    /// Largest JSON answer, in bytes.
    pub json_bytes: usize,
    /// Largest artifact as a zip, in bytes.
    pub zip_bytes: usize,
}

impl Default for Bounds {
    fn default() -> Self {
        Self {
            connect: Duration::from_secs(10),
            answer: Duration::from_secs(30),
            download: Duration::from_mins(5),
            json_bytes: 32 * 1024 * 1024,
            zip_bytes: 128 * 1024 * 1024,
        }
    }
}

impl Settings {
    /// Settings with the defaults for the repository's host; the fields are open for what the config says besides.
    pub fn new(
        repository: Repository,
        token: TokenSource,
        workflow: impl Into<String>,
        environment: impl Into<String>,
    ) -> Self {
        let base = api_base(&repository.host);
        let version = if base.ends_with("/api/v3") {
            SERVER_VERSION
        } else {
            CLOUD_VERSION
        };
        Self {
            base,
            repository,
            token,
            api_version: version.to_owned(),
            user_agent: concat!("cockpit/", env!("CARGO_PKG_VERSION")).to_owned(),
            workflow: workflow.into(),
            environment: environment.into(),
            bounds: Bounds::default(),
        }
    }
}

/// The API's base address for a host as people name it: `github.com`, `acme.ghe.com`, `git.acme.example`.
pub fn api_base(host: &str) -> String {
    let host = host.trim_end_matches('/').to_ascii_lowercase();
    if matches!(
        host.as_str(),
        "github.com" | "www.github.com" | "api.github.com"
    ) {
        "https://api.github.com".to_owned()
    } else if host.ends_with(".ghe.com") {
        format!("https://api.{}", host.trim_start_matches("api."))
    } else {
        format!("https://{host}/api/v3")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_kind_of_host_has_its_base() {
        assert_eq!(api_base("GitHub.com"), "https://api.github.com");
        assert_eq!(api_base("acme.ghe.com"), "https://api.acme.ghe.com");
        assert_eq!(api_base("git.acme.dev"), "https://git.acme.dev/api/v3");
    }

    #[test]
    fn an_enterprise_server_is_asked_for_the_older_version() {
        let token = TokenSource::Value("x".to_owned().into());
        let at = |host| Repository::parse(host, "acme/shop").unwrap();
        let cloud = Settings::new(at("github.com"), token.clone(), "d.yml", "production");
        let server = Settings::new(at("git.acme.dev"), token, "d.yml", "production");
        assert_eq!(cloud.api_version, "2026-03-10");
        assert_eq!(server.api_version, "2022-11-28");
    }
}
