//! The Web API: one call, one answer, within limits. Knows no method's meaning.

use std::{fmt, sync::OnceLock};

use jiff::SignedDuration;
use reqwest::{Client, RequestBuilder, Response, Url, header::RETRY_AFTER};
use secrecy::{ExposeSecret as _, SecretString};
use serde::{Deserialize, de::DeserializeOwned};
use serde_json::Value;
use std::sync::Arc;

use super::{
    fault::{refusal, unanswered},
    pace::Pace,
    settings::Settings,
};
use crate::{
    adapters::way::proxied,
    domain::{Fault, FaultKind, Reached, is_sealed, is_this_machine, later},
    ports::Clock,
};

/// Largest answer that is read.
const MOST: usize = 1024 * 1024;
/// Longest quiet that an answer may ask for.
const LONGEST_QUIET: i64 = 3_600;

/// What every answer has.
#[derive(Debug, Deserialize)]
struct Verdict {
    ok: bool,
    #[serde(default)]
    error: Option<String>,
    #[serde(default)]
    needed: Option<String>,
}

/// Calls.
pub(super) struct Web {
    settings: Settings,
    base: Url,
    http: OnceLock<Client>,
    pub(super) pace: Pace,
    pub(super) clock: Arc<dyn Clock>,
}

/// By hand: tokens are not printed, and the pool would print the proxy's address.
impl fmt::Debug for Web {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Web")
            .field("base", &self.base.as_str())
            .finish_non_exhaustive()
    }
}

impl Web {
    /// Checks the address; opens nothing.
    pub(super) fn new(settings: Settings, clock: Arc<dyn Clock>) -> Result<Self, Fault> {
        let mut base = settings.base.clone();
        if !base.ends_with('/') {
            base.push('/');
        }
        Ok(Self {
            base: base_of(&base)?,
            settings,
            http: OnceLock::new(),
            pace: Pace::default(),
            clock,
        })
    }

    /// Whether there is a token for clicks.
    pub(super) fn hears(&self) -> bool {
        self.settings.app.is_some()
    }

    /// Posts JSON with the bot's token.
    pub(super) async fn call<T: DeserializeOwned>(
        &self,
        method: &str,
        body: &Value,
        what: &str,
    ) -> Result<T, Fault> {
        let request = self.http(what)?.post(self.address(method)).json(body);
        self.send(request, &self.settings.bot, (method, what)).await
    }

    /// Asks with the bot's token; these methods take no JSON.
    pub(super) async fn ask<T: DeserializeOwned>(
        &self,
        method: &str,
        query: &[(&str, &str)],
        what: &str,
    ) -> Result<T, Fault> {
        let request = self.http(what)?.get(self.address(method)).query(query);
        self.send(request, &self.settings.bot, (method, what)).await
    }

    /// Posts nothing, with the app's token.
    pub(super) async fn call_as_app<T: DeserializeOwned>(
        &self,
        method: &str,
        what: &str,
    ) -> Result<T, Fault> {
        let Some(app) = &self.settings.app else {
            let detail = "no app token: set SLACK_APP_TOKEN, or nobody can click";
            return Err(Fault::new(FaultKind::Unauthenticated, what, detail).reaching(Reached::No));
        };
        let request = self.http(what)?.post(self.address(method));
        self.send(request, app, (method, what)).await
    }

    /// An address below the base; methods are ours and hold nothing to be escaped.
    fn address(&self, method: &str) -> Url {
        self.base.join(method).unwrap_or_else(|_| self.base.clone())
    }

    async fn send<T: DeserializeOwned>(
        &self,
        request: RequestBuilder,
        token: &SecretString,
        (method, what): (&str, &str),
    ) -> Result<T, Fault> {
        if let Some(until) = self.pace.quiet(method, self.clock.now()) {
            let detail = "not sent: Slack asked for quiet";
            let fault = Fault::new(FaultKind::RateLimited { until }, what, detail);
            return Err(fault.reaching(Reached::No));
        }
        let request = request
            .timeout(self.settings.answer)
            .bearer_auth(token.expose_secret());
        let response = request
            .send()
            .await
            .map_err(|error| unanswered(what, error))?;
        let status = response.status();
        tracing::debug!(what, status = status.as_u16(), "answered");
        if status.as_u16() == 429 {
            return Err(self.limited(&response, (method, what)));
        }
        if !status.is_success() {
            let kind = match status.as_u16() {
                401 => FaultKind::Unauthenticated,
                403 => FaultKind::Forbidden,
                404 => FaultKind::NotFound,
                500.. => FaultKind::Server,
                _ => FaultKind::Malformed,
            };
            let detail = format!("it answered {}", status.as_u16());
            return Err(Fault::new(kind, what, detail));
        }
        let body = body(response, what).await?;
        let malformed = |error: serde_json::Error| {
            // The words of a parser can hold a piece of the body.
            let detail = format!("line {}: no answer of Slack's", error.line());
            Fault::new(FaultKind::Malformed, what, detail)
        };
        let verdict: Verdict = serde_json::from_slice(&body).map_err(malformed)?;
        if !verdict.ok {
            let word = verdict.error.as_deref().unwrap_or("no reason");
            let now = self.clock.now();
            let fault = refusal(what, word, verdict.needed.as_deref(), now);
            if let FaultKind::RateLimited { until } = fault.kind {
                self.pace.hush(method, until);
            }
            return Err(fault);
        }
        serde_json::from_slice(&body).map_err(malformed)
    }

    fn limited(&self, response: &Response, (method, what): (&str, &str)) -> Fault {
        let told = response.headers().get(RETRY_AFTER);
        let seconds = told
            .and_then(|value| value.to_str().ok()?.trim().parse::<i64>().ok())
            .unwrap_or(30)
            .clamp(1, LONGEST_QUIET);
        let until = later(self.clock.now(), SignedDuration::from_secs(seconds));
        self.pace.hush(method, until);
        let detail = format!("asked too often: {seconds} s of quiet");
        Fault::new(FaultKind::RateLimited { until }, what, detail)
    }

    /// The connection pool, made on first use.
    fn http(&self, what: &str) -> Result<&Client, Fault> {
        if let Some(http) = self.http.get() {
            return Ok(http);
        }
        // main has installed it already; a library test has not.
        let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
        let made = Client::builder()
            .user_agent(concat!("cockpit/", env!("CARGO_PKG_VERSION")))
            .redirect(reqwest::redirect::Policy::none());
        let made = proxied(made, self.is_local());
        let made = made.build().map_err(|error| unanswered(what, error))?;
        Ok(self.http.get_or_init(|| made))
    }

    /// Whether the API is on this machine: only then may a socket be without encryption.
    pub(super) fn is_local(&self) -> bool {
        is_this_machine(&self.base)
    }
}

async fn body(mut response: Response, what: &str) -> Result<Vec<u8>, Fault> {
    let mut body = Vec::new();
    loop {
        let chunk = response.chunk().await;
        let Some(chunk) = chunk.map_err(|error| unanswered(what, error))? else {
            return Ok(body);
        };
        if body.len() + chunk.len() > MOST {
            let fault = Fault::new(FaultKind::TooLarge, what, "the answer is larger than 1 MiB");
            return Err(fault.reaching(Reached::Maybe));
        }
        body.extend_from_slice(&chunk);
    }
}

/// Https, or http on this machine; a token goes nowhere else.
fn base_of(raw: &str) -> Result<Url, Fault> {
    let wrong = |why: &str| {
        let detail = format!("{why}; it should look like https://slack.com/api");
        Fault::new(FaultKind::Local, "Slack: SLACK_API_URL", detail)
    };
    let url = Url::parse(raw).map_err(|_| wrong("it is no address"))?;
    if !is_sealed(&url) {
        return Err(wrong("it would show the token to the network"));
    }
    if url.query().is_some() || !url.username().is_empty() {
        return Err(wrong("it holds more than a host and a path"));
    }
    Ok(url)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_base_that_would_show_the_token_is_refused() {
        assert!(base_of("https://slack.com/api/").is_ok());
        assert!(base_of("http://127.0.0.1:7/slack/api/").is_ok());
        for bad in [
            "http://slack.com/api/",
            "ftp://x/",
            "https://u:p@x/",
            "slack",
        ] {
            assert!(base_of(bad).is_err(), "{bad}");
        }
    }
}
