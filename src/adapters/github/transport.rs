//! Sending: conditional reads, writes one at a time, downloads with redirects by hand. Knows nothing of what is asked.
//!
//! Nothing is tried again here. Writes must not be; reads are, by the pollers at their own cadence, and a hidden second
//! try would show an outage as slowness and double the load on a server that already fails.

use std::{
    fmt,
    sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError},
};

use jiff::SignedDuration;
use reqwest::{
    Client, Method, Response, StatusCode, Url,
    header::{ACCEPT, AUTHORIZATION, ETAG, HeaderMap, HeaderValue, IF_NONE_MATCH, LINK, LOCATION},
    redirect::Policy,
};
use tokio::sync::Semaphore;

use super::{
    answer::{self, Intent},
    base::base_of,
    body,
    cache::{Cache, Kept},
    limits::{self, Ledger, Limits},
    settings::Settings,
    token::Credential,
};
use crate::{
    adapters::way::proxied,
    domain::{Fault, FaultKind, Reached, is_this_machine},
    ports::{Clock, Progress},
};

const READS_AT_ONCE: usize = 4;
/// Apart from the reads, so that a slow download never holds up a poll.
const DOWNLOADS_AT_ONCE: usize = 2;
const MOST_REDIRECTS: usize = 4;
const ERROR_BYTES: usize = 256 * 1024;
/// GitHub's best practices ask for a second between requests that change something.
const BETWEEN_WRITES: SignedDuration = SignedDuration::from_secs(1);

pub(super) const JSON: &str = "application/vnd.github+json";
const RAW: &str = "application/vnd.github.raw+json";

/// A read answer.
#[derive(Debug)]
pub(super) struct Answer {
    pub(super) body: Arc<[u8]>,
    pub(super) link: Option<HeaderValue>,
}

/// One connection pool, one token, one rate limit.
pub(super) struct Transport {
    pub(super) settings: Settings,
    base: Url,
    http: OnceLock<Client>,
    credential: Credential,
    clock: Arc<dyn Clock>,
    ledger: Mutex<Ledger>,
    cache: Mutex<Cache>,
    pub(super) reads: Semaphore,
    downloads: Semaphore,
    last_write: tokio::sync::Mutex<Option<jiff::Timestamp>>,
}

/// By hand: the connection pool would print the proxy's address, and with it perhaps its password.
impl fmt::Debug for Transport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Transport")
            .field("base", &self.base.as_str())
            .field("limits", &self.limits())
            .finish_non_exhaustive()
    }
}

impl Transport {
    /// Checks the base address; opens nothing.
    pub(super) fn new(settings: Settings, clock: Arc<dyn Clock>) -> Result<Self, Fault> {
        Ok(Self {
            base: base_of(&settings.base)?,
            http: OnceLock::new(),
            credential: Credential::new(settings.token.clone()),
            clock,
            ledger: Mutex::default(),
            cache: Mutex::default(),
            reads: Semaphore::new(READS_AT_ONCE),
            downloads: Semaphore::new(DOWNLOADS_AT_ONCE),
            last_write: tokio::sync::Mutex::default(),
            settings,
        })
    }

    /// An address below the base; each segment is encoded by itself.
    pub(super) fn address<'a>(
        &self,
        segments: impl IntoIterator<Item = &'a str>,
        query: &[(&str, &str)],
    ) -> Url {
        let mut url = self.base.clone();
        if let Ok(mut path) = url.path_segments_mut() {
            path.pop_if_empty().extend(segments);
        }
        if !query.is_empty() {
            url.query_pairs_mut().extend_pairs(query);
        }
        url
    }

    pub(super) fn clock(&self) -> Arc<dyn Clock> {
        Arc::clone(&self.clock)
    }

    pub(super) fn limits(&self) -> Limits {
        locked(&self.ledger).snapshot()
    }

    /// The server's present, as its newest answer told it; this machine's where none did.
    pub(super) fn server_time(&self) -> jiff::Timestamp {
        locked(&self.ledger).server_time(self.clock.now())
    }

    /// How far the server's clock is ahead of this machine's.
    pub(super) fn clock_ahead(&self) -> SignedDuration {
        locked(&self.ledger).ahead()
    }

    /// Reads, with the `ETag` of the last answer; 304 gives that answer again.
    pub(super) async fn get(&self, url: Url, what: &str) -> Result<Answer, Fault> {
        let _turn = self.reads.acquire().await;
        let kept = locked(&self.cache).get(url.as_str());
        let response = self
            .follow(&url, JSON, kept.as_ref().map(|k| &k.tag), what)
            .await?;
        let status = response.status();
        if status == StatusCode::NOT_MODIFIED {
            let kept = kept.ok_or_else(|| {
                Fault::new(
                    FaultKind::Malformed,
                    what,
                    "304 to a question without a tag",
                )
            })?;
            return Ok(Answer {
                body: kept.body,
                link: kept.link,
            });
        }
        if !status.is_success() {
            return Err(self.refused(response, what, Intent::Read).await);
        }
        let tag = response.headers().get(ETAG).cloned();
        let link = response.headers().get(LINK).cloned();
        let most = self.settings.bounds.json_bytes;
        let body: Arc<[u8]> = body::read(response, most, what, None).await?.into();
        if let Some(tag) = tag {
            let kept = Kept {
                tag,
                body: body.clone(),
                link: link.clone(),
            };
            locked(&self.cache).put(url.into(), kept);
        }
        Ok(Answer { body, link })
    }

    /// Reads a file's own bytes, at most `most`. Nothing is kept: what a commit holds never changes.
    pub(super) async fn raw(&self, url: Url, most: usize, what: &str) -> Result<Vec<u8>, Fault> {
        let _turn = self.reads.acquire().await;
        let response = self.follow(&url, RAW, None, what).await?;
        if !response.status().is_success() {
            return Err(self.refused(response, what, Intent::Read).await);
        }
        body::read(response, most, what, None).await
    }

    /// Follows a renamed repository's redirects, on this host only.
    pub(super) async fn follow(
        &self,
        url: &Url,
        accept: &'static str,
        tag: Option<&HeaderValue>,
        what: &str,
    ) -> Result<Response, Fault> {
        let mut url = url.clone();
        for _ in 0..=MOST_REDIRECTS {
            let mut request = self
                .request(Method::GET, url.clone(), what)
                .await?
                .header(ACCEPT, HeaderValue::from_static(accept));
            if let Some(tag) = tag {
                request = request.header(IF_NONE_MATCH, tag);
            }
            let response = self.send(request, what).await?;
            match redirect_of(&response, &url) {
                None => return Ok(response),
                Some(target) if self.is_ours(&target) => url = target,
                Some(_) => {
                    let detail = "the answer leads to another host: check the base address";
                    return Err(Fault::new(FaultKind::Malformed, what, detail));
                }
            }
        }
        Err(too_many_redirects(what))
    }

    /// Posts once.
    pub(super) async fn post(
        &self,
        url: Url,
        body: Option<&serde_json::Value>,
        what: &str,
    ) -> Result<Vec<u8>, Fault> {
        self.write(Method::POST, url, body, what).await
    }

    /// Writes once; whole answers are a second apart. An answer that is no JSON is no answer of GitHub's.
    pub(super) async fn write(
        &self,
        method: Method,
        url: Url,
        body: Option<&serde_json::Value>,
        what: &str,
    ) -> Result<Vec<u8>, Fault> {
        let mut last = self.last_write.lock().await;
        if let Some(next) = last.and_then(|at| at.saturating_add(BETWEEN_WRITES).ok()) {
            self.clock.sleep_until(next).await;
        }
        let mut request = self.request(method, url, what).await?;
        request = request.header(ACCEPT, JSON);
        if let Some(body) = body {
            request = request.json(body);
        }
        *last = Some(self.clock.now());
        let answered = self.send(request, what).await;
        *last = Some(self.clock.now());
        drop(last);
        let response = answered?;
        if !response.status().is_success() {
            return Err(self.refused(response, what, Intent::Write).await);
        }
        let most = self.settings.bounds.json_bytes;
        let maybe = |fault: Fault| fault.reaching(Reached::Maybe);
        let body = body::read(response, most, what, None)
            .await
            .map_err(maybe)?;
        if !body.is_empty() {
            answer::json::<serde::de::IgnoredAny>(&body, what).map_err(maybe)?;
        }
        Ok(body)
    }

    /// Downloads through redirects; the token goes to GitHub's own address only.
    pub(super) async fn download(
        &self,
        url: Url,
        what: &str,
        progress: &Progress,
    ) -> Result<Vec<u8>, Fault> {
        let _turn = self.downloads.acquire().await;
        let patience = self.settings.bounds.download;
        let mut url = url;
        for _ in 0..=MOST_REDIRECTS {
            let ours = self.is_ours(&url);
            let response = if ours {
                let request = self.request(Method::GET, url.clone(), what).await?;
                let request = request.header(ACCEPT, JSON).timeout(patience);
                self.send(request, what).await?
            } else {
                let request = self.http(what)?.get(url.clone()).timeout(patience);
                let sent = request.send().await;
                sent.map_err(|error| answer::transport_fault(what, &error))?
            };
            if let Some(target) = redirect_of(&response, &url) {
                if self.base.scheme() == "https" && target.scheme() != "https" {
                    let detail = "the download leads to an address without encryption";
                    return Err(Fault::new(FaultKind::Malformed, what, detail));
                }
                url = target;
            } else if response.status().is_success() {
                let most = self.settings.bounds.zip_bytes;
                return body::read(response, most, what, Some(progress)).await;
            } else if ours {
                return Err(self.refused(response, what, Intent::Read).await);
            } else {
                return Err(storage_fault(response.status(), what));
            }
        }
        Err(too_many_redirects(what))
    }

    /// A request to GitHub with the headers that each carries.
    async fn request(
        &self,
        method: Method,
        url: Url,
        what: &str,
    ) -> Result<reqwest::RequestBuilder, Fault> {
        if let Some(until) = locked(&self.ledger).quiet_until(self.clock.now()) {
            let detail = "not sent: GitHub asked for quiet";
            let fault = Fault::new(FaultKind::RateLimited { until }, what, detail);
            return Err(fault.reaching(Reached::No));
        }
        let token = self.credential.header().await?;
        Ok(self
            .http(what)?
            .request(method, url)
            .timeout(self.settings.bounds.answer)
            .header("x-github-api-version", &self.settings.api_version)
            .header(AUTHORIZATION, token))
    }

    async fn send(&self, request: reqwest::RequestBuilder, what: &str) -> Result<Response, Fault> {
        locked(&self.ledger).count();
        let response = request
            .send()
            .await
            .map_err(|error| answer::transport_fault(what, &error))?;
        let status = response.status();
        locked(&self.ledger).note(status, response.headers(), self.clock.now());
        tracing::debug!(what, status = status.as_u16(), "answered");
        Ok(response)
    }

    /// Turns a refusal into its fault, and remembers rate limits and rejected tokens.
    pub(super) async fn refused(&self, response: Response, what: &str, intent: Intent) -> Fault {
        let (status, headers) = (response.status(), response.headers().clone());
        let body = body::read(response, ERROR_BYTES, what, None).await;
        let message = answer::message(&body.unwrap_or_default(), status);
        let message = self.credential.scrub(&message).await;
        if limits::is_limit(status, &headers, &message) {
            let until = locked(&self.ledger).hit(&headers, self.clock.now());
            tracing::warn!(what, %until, "rate-limited");
            let detail = format!("{}: {message}", status.as_u16());
            return Fault::new(FaultKind::RateLimited { until }, what, detail);
        }
        if status == StatusCode::UNAUTHORIZED {
            self.credential.forget().await;
        }
        answer::refusal(status, &headers, &message, what, intent)
    }

    /// The connection pool, made on first use: TLS costs milliseconds that the first frame does not have.
    fn http(&self, what: &str) -> Result<&Client, Fault> {
        if let Some(http) = self.http.get() {
            return Ok(http);
        }
        // main has installed it already; a library test has not.
        let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
        let mut defaults = HeaderMap::new();
        if let Ok(agent) = HeaderValue::from_str(&self.settings.user_agent) {
            defaults.insert(reqwest::header::USER_AGENT, agent);
        }
        let made = Client::builder()
            .default_headers(defaults)
            .connect_timeout(self.settings.bounds.connect)
            .redirect(Policy::none());
        let made = proxied(made, is_this_machine(&self.base))
            .build()
            .map_err(|error| answer::transport_fault(what, &error))?;
        Ok(self.http.get_or_init(|| made))
    }

    /// Whether an address is GitHub's API, which gets the token: below the base, not merely on its host.
    fn is_ours(&self, url: &Url) -> bool {
        let base = self.base.path().trim_end_matches('/');
        let below = url.path().strip_prefix(base);
        url.origin() == self.base.origin()
            && below.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    }
}

fn redirect_of(response: &Response, from: &Url) -> Option<Url> {
    if !matches!(response.status().as_u16(), 301 | 302 | 303 | 307 | 308) {
        return None;
    }
    let location = response.headers().get(LOCATION)?.to_str().ok()?;
    let target = from.join(location).ok()?;
    matches!(target.scheme(), "http" | "https").then_some(target)
}

fn too_many_redirects(what: &str) -> Fault {
    Fault::new(FaultKind::Malformed, what, "redirected in a circle")
}

/// The storage behind a download is not GitHub's API: its 403 means an address that has run out.
fn storage_fault(status: StatusCode, what: &str) -> Fault {
    let kind = match status.as_u16() {
        403 | 404 | 410 => FaultKind::NotFound,
        500..=599 | 429 => FaultKind::Server,
        _ => FaultKind::Malformed,
    };
    let detail = format!("the storage behind it answered {}", status.as_u16());
    Fault::new(kind, what, detail).reaching(Reached::Yes)
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
