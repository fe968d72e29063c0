//! The token: given, or asked of `gh` on first use. It leaves this file only as a header that prints as "Sensitive".

use std::{ffi::OsString, process::Stdio, time::Duration};

use reqwest::header::HeaderValue;
use secrecy::{ExposeSecret, SecretString};
use tokio::{io::AsyncReadExt, process::Command, sync::Mutex};

use crate::domain::{Fault, FaultKind, Reached};

const GH_PATIENCE: Duration = Duration::from_secs(15);
const LONGEST_TOKEN: u64 = 8 * 1024;

/// Where the token comes from.
#[derive(Debug, Clone)]
pub enum TokenSource {
    /// From `GH_TOKEN`, `GITHUB_TOKEN` or the config.
    Value(SecretString),
    /// What `gh auth token --hostname HOST` answers, asked on the first request and again after a 401.
    Gh {
        /// The program, `gh`.
        program: OsString,
        /// The host, `github.com`.
        host: String,
    },
}

impl TokenSource {
    /// The environment's value where there is one, else `gh` for the host.
    pub fn first_of(environment: Option<SecretString>, host: &str) -> Self {
        match environment {
            Some(value) if !value.expose_secret().trim().is_empty() => Self::Value(value),
            _ => Self::Gh {
                program: "gh".into(),
                host: host.to_owned(),
            },
        }
    }
}

/// The `Authorization` header, made on first use and kept.
#[derive(Debug)]
pub(super) struct Credential {
    source: TokenSource,
    header: Mutex<Option<HeaderValue>>,
}

impl Credential {
    pub(super) fn new(source: TokenSource) -> Self {
        Self {
            source,
            header: Mutex::new(None),
        }
    }

    /// The header, marked sensitive. One `gh` at a time.
    pub(super) async fn header(&self) -> Result<HeaderValue, Fault> {
        let mut held = self.header.lock().await;
        if let Some(header) = held.as_ref() {
            return Ok(header.clone());
        }
        let secret = match &self.source {
            TokenSource::Value(secret) => secret.clone(),
            TokenSource::Gh { program, host } => ask_gh(program, host).await?,
        };
        let header = bearer(&secret)?;
        *held = Some(header.clone());
        Ok(header)
    }

    /// `words` without the token, should the other side have echoed it.
    pub(super) async fn scrub(&self, words: &str) -> String {
        let held = self.header.lock().await;
        let token = held
            .as_ref()
            .and_then(|header| header.to_str().ok())
            .and_then(|header| header.strip_prefix("Bearer "));
        match token {
            Some(token) if !token.is_empty() => words.replace(token, "***"),
            _ => words.to_owned(),
        }
    }

    /// Drops what `gh` said, so that a new sign-in is seen. A given value stays: there is no other.
    pub(super) async fn forget(&self) {
        if matches!(self.source, TokenSource::Gh { .. }) {
            *self.header.lock().await = None;
        }
    }
}

fn bearer(secret: &SecretString) -> Result<HeaderValue, Fault> {
    let text =
        secrecy::zeroize::Zeroizing::new(format!("Bearer {}", secret.expose_secret().trim()));
    let mut header = HeaderValue::from_str(&text)
        .map_err(|_| missing("the token holds characters that no token has; set it again"))?;
    header.set_sensitive(true);
    Ok(header)
}

async fn ask_gh(program: &OsString, host: &str) -> Result<SecretString, Fault> {
    let asked = async {
        let mut child = Command::new(program)
            .args(["auth", "token", "--hostname", host])
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .kill_on_drop(true)
            .spawn()
            .map_err(|_| {
                missing("no GH_TOKEN or GITHUB_TOKEN is set and `gh` is not installed; do either")
            })?;
        let mut said = secrecy::zeroize::Zeroizing::new(String::new());
        if let Some(out) = child.stdout.take() {
            let read = out.take(LONGEST_TOKEN).read_to_string(&mut said).await;
            read.map_err(|_| missing("`gh auth token` did not answer with text"))?;
        }
        let ended = child.wait().await;
        let good = ended.is_ok_and(|status| status.success());
        if good && !said.trim().is_empty() {
            Ok(SecretString::from(said.trim().to_owned()))
        } else {
            Err(missing(&format!(
                "`gh` is not signed in to {host}: run `gh auth login --hostname {host}`, or set GH_TOKEN"
            )))
        }
    };
    tokio::time::timeout(GH_PATIENCE, asked)
        .await
        .unwrap_or_else(|_| {
            Err(missing(
                "`gh auth token` did not answer in 15 s; set GH_TOKEN",
            ))
        })
}

fn missing(detail: &str) -> Fault {
    Fault::new(FaultKind::Unauthenticated, "GitHub: token", detail).reaching(Reached::No)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_given_token_shows_nowhere() {
        let source = TokenSource::first_of(Some("ghp_planted".to_owned().into()), "github.com");
        let credential = Credential::new(source.clone());
        let header = credential.header().await.unwrap();
        assert_eq!(header.as_bytes(), b"Bearer ghp_planted");
        let printed = format!("{source:?} {credential:?} {header:?}");
        assert!(!printed.contains("planted"), "{printed}");
    }

    #[tokio::test]
    async fn a_token_that_is_no_header_is_refused_without_being_told() {
        let credential = Credential::new(TokenSource::Value("ghp_pl\nanted".to_owned().into()));
        let fault = credential.header().await.unwrap_err();
        assert_eq!(fault.kind, FaultKind::Unauthenticated);
        assert!(!fault.to_string().contains("anted"));
    }

    #[tokio::test]
    async fn without_gh_the_mend_is_said() {
        let credential = Credential::new(TokenSource::Gh {
            program: "/nonexistent/gh".into(),
            host: "github.com".into(),
        });
        let fault = credential.header().await.unwrap_err();
        assert_eq!(fault.reached, Reached::No);
        assert!(fault.detail.as_str().contains("GH_TOKEN"), "{fault}");
    }

    #[test]
    fn an_empty_variable_is_no_token() {
        let source = TokenSource::first_of(Some(" ".to_owned().into()), "git.acme.dev");
        assert!(matches!(source, TokenSource::Gh { host, .. } if host == "git.acme.dev"));
    }
}
