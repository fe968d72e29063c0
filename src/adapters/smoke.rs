//! Smoke tests over HTTP: prepares every request before the first is sent, asks, tries again, hands back what came.
//!
//! Its own client: the addresses are the team's, so GitHub's token never goes there. Secrets come by name and leave in
//! requests alone: whatever a server repeats of them is starred out of the reasons.

use std::{collections::BTreeMap, pin::Pin, sync::Arc, time::Duration};

use futures_util::StreamExt as _;
use reqwest::{
    Client, Method, Response, Url,
    header::{HeaderMap, HeaderName, HeaderValue},
    redirect::Attempt as Redirect,
};
use secrecy::{ExposeSecret, SecretString};

use super::{clock::Stopwatch, trust, way::Clients};
use crate::{
    domain::{
        Fault, FaultKind, Text, later,
        smoke::{
            Answer, Body, SmokeReport, SmokeResult, SmokeState, Suite, Target, Test, check,
            fill_json,
        },
    },
    ports::{Asked, Clock, Smoke},
};

/// Largest answer, in bytes.
const BODY_BYTES: usize = 1024 * 1024;
/// Most redirects of one test.
const MOST_REDIRECTS: usize = 5;
/// Most tests that are named for one reason.
const NAMED: usize = 3;
/// Most tests at once.
const MOST_AT_ONCE: usize = 32;

/// What the adapter needs to know.
#[derive(Debug, Clone, Default)]
pub struct Settings {
    /// Where tests with a path go: http or https, without login, query and fragment.
    pub base: Option<Url>,
    /// The values of the variables that the tests name.
    pub secrets: BTreeMap<String, SecretString>,
}

/// Asks over HTTP.
#[derive(Debug)]
pub struct HttpSmoke {
    settings: Settings,
    clock: Arc<dyn Clock>,
}

/// A request with everything filled in. Holds secrets: never shown.
struct Prepared {
    method: Method,
    url: Url,
    headers: HeaderMap,
    body: Option<Vec<u8>>,
}

/// A test that runs.
type Running<'a> = Pin<Box<dyn Future<Output = SmokeResult> + Send + 'a>>;

/// What one attempt came to.
struct Tried {
    status: Option<u16>,
    latency_ms: Option<u64>,
    whys: Vec<String>,
}

/// Reads `--url`: the error says what to write.
pub fn base(raw: &str) -> Result<Url, String> {
    let url: Url = raw
        .parse()
        .map_err(|error| format!("no address: {error}: write https://app.example.com"))?;
    if !matches!(url.scheme(), "http" | "https") || url.host_str().is_none() {
        return Err("no address that can be asked: write https://app.example.com".to_owned());
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err("a login in the address: send a header with env:NAME instead".to_owned());
    }
    if url.query().is_some() || url.fragment().is_some() {
        return Err("the address ends before `?` and `#`: write those in the tests".to_owned());
    }
    Ok(url)
}

impl HttpSmoke {
    /// Opens nothing before the first run. Delays between attempts go by `clock`.
    pub fn new(settings: Settings, clock: Arc<dyn Clock>) -> Self {
        Self { settings, clock }
    }

    async fn all(&self, suite: &Suite, at_once: usize) -> Result<SmokeReport, Fault> {
        let local = |detail: String| Fault::new(FaultKind::Local, "smoke tests", detail);
        let mut prepared = Vec::new();
        let mut wrong: Vec<(String, Vec<&Test>)> = Vec::new();
        for test in &suite.tests {
            match self.prepare(test) {
                Ok(ready) => prepared.push((test, ready)),
                Err(_) if test.skip.is_some() => prepared.push((test, None)),
                // One secret that is not set hinders many tests: it is said once.
                Err(why) => match wrong.iter_mut().find(|(known, _)| *known == why) {
                    Some((_, tests)) => tests.push(test),
                    None => wrong.push((why, vec![test])),
                },
            }
        }
        if !wrong.is_empty() {
            let wrong: Vec<String> = wrong.iter().map(hindered).collect();
            return Err(local(wrong.join("; ")));
        }
        let mut clients = Clients::default();
        let mut runs: Vec<Running<'_>> = Vec::new();
        for (test, ready) in prepared {
            let Some(ready) = ready else {
                let why = test.skip.as_deref().unwrap_or("skipped");
                let skipped = SmokeResult::skipped(test, why);
                runs.push(Box::pin(std::future::ready(skipped)));
                continue;
            };
            let client = clients.of(&ready.url, test.follow.then_some(step));
            let client = client.map_err(|error| local(error.to_string()))?;
            runs.push(Box::pin(self.one(client, test, ready)));
        }
        let at_once = at_once.clamp(1, MOST_AT_ONCE);
        let results = futures_util::stream::iter(runs).buffered(at_once).collect();
        Ok(SmokeReport::of(results.await))
    }

    /// `None`: a test that does not run.
    fn prepare(&self, test: &Test) -> Result<Option<Prepared>, String> {
        if test.skip.is_some() {
            return Ok(None);
        }
        let value = |name: &str| {
            let found = self.settings.secrets.get(name);
            found.map(ExposeSecret::expose_secret)
        };
        let unset = |name: String| format!("${name} is not set in the environment");
        let mut url = self.address(&test.target)?;
        if !test.query.is_empty() {
            let mut pairs = url.query_pairs_mut();
            for (name, written) in &test.query {
                pairs.append_pair(name, &written.fill(&value).map_err(unset)?);
            }
        }
        let mut headers = HeaderMap::new();
        for (name, written) in &test.headers {
            let text = written.fill(&value).map_err(unset)?;
            let header = HeaderName::from_bytes(name.as_bytes())
                .map_err(|_| format!("header {name} has no name that HTTP takes"))?;
            // The value may be a secret: the error must not repeat it.
            let mut text = HeaderValue::from_str(&text)
                .map_err(|_| format!("header {name} has a value that HTTP does not take"))?;
            text.set_sensitive(true);
            headers.append(header, text);
        }
        let mut typed = |kind: &'static str| {
            headers
                .entry(reqwest::header::CONTENT_TYPE)
                .or_insert(HeaderValue::from_static(kind));
        };
        let body = match &test.body {
            None => None,
            Some(Body::Text(written)) => Some(written.fill(&value).map_err(unset)?.into_bytes()),
            Some(Body::Json(json)) => {
                typed("application/json");
                Some(
                    fill_json(json, &value)
                        .map_err(unset)?
                        .to_string()
                        .into_bytes(),
                )
            }
            Some(Body::Form(fields)) => {
                typed("application/x-www-form-urlencoded");
                // A query's encoding is a form's.
                let mut form = url.clone();
                let mut pairs = form.query_pairs_mut();
                pairs.clear();
                for (name, written) in fields {
                    pairs.append_pair(name, &written.fill(&value).map_err(unset)?);
                }
                drop(pairs);
                Some(form.query().unwrap_or_default().as_bytes().to_vec())
            }
        };
        let method = Method::from_bytes(test.method.as_bytes())
            .map_err(|_| "a method that HTTP does not take".to_owned())?;
        Ok(Some(Prepared {
            method,
            url,
            headers,
            body,
        }))
    }

    /// The whole address. A path is put behind the base's own and never leaves its host.
    fn address(&self, target: &Target) -> Result<Url, String> {
        let path = match target {
            Target::Absolute(raw) => {
                return raw.parse().map_err(|error| format!("no address: {error}"));
            }
            Target::Path(path) => path,
        };
        let Some(base) = &self.settings.base else {
            return Err("it has a path, and no --url says where".to_owned());
        };
        let joined = format!("{}{path}", base.as_str().trim_end_matches('/'));
        let url: Url = joined
            .parse()
            .map_err(|error| format!("no address: {error}"))?;
        if url.origin() != base.origin() || !url.username().is_empty() {
            return Err("its path leaves the host of --url".to_owned());
        }
        Ok(url)
    }

    async fn one(&self, client: Client, test: &Test, ready: Prepared) -> SmokeResult {
        let mut attempts = 0;
        loop {
            attempts += 1;
            let tried = self.attempt(&client, test, &ready).await;
            if !tried.whys.is_empty() && attempts <= test.retries {
                let at = later(self.clock.now(), test.delay);
                self.clock.sleep_until(at).await;
                continue;
            }
            let failed = !tried.whys.is_empty();
            return SmokeResult {
                name: Text::line(&test.name),
                state: if failed {
                    SmokeState::Failed
                } else {
                    SmokeState::Passed
                },
                required: test.required,
                status: tried.status,
                latency_ms: tried.latency_ms,
                attempts,
                why: failed.then(|| Text::line(&self.hide(test, &tried.whys.join("; ")))),
            };
        }
    }

    async fn attempt(&self, client: &Client, test: &Test, ready: &Prepared) -> Tried {
        let limit = Duration::try_from(test.timeout).unwrap_or(Duration::from_secs(10));
        let mut request = client
            .request(ready.method.clone(), ready.url.clone())
            .headers(ready.headers.clone())
            .timeout(limit);
        if let Some(body) = &ready.body {
            request = request.body(body.clone());
        }
        let watch = Stopwatch::start();
        let response = match request.send().await {
            Ok(response) => response,
            Err(error) => {
                return Tried {
                    status: None,
                    latency_ms: None,
                    whys: vec![unanswered(error, test)],
                };
            }
        };
        let status = response.status().as_u16();
        let headers = response
            .headers()
            .iter()
            .map(|(name, value)| (name.as_str().to_owned(), value.as_bytes().to_vec()))
            .collect();
        let body = read(response, test).await;
        let latency = watch.elapsed();
        let whys = match body {
            Ok(body) => check(
                &test.expect,
                &Answer {
                    status,
                    headers,
                    body,
                    latency,
                },
            ),
            Err(why) => vec![why],
        };
        Tried {
            status: Some(status),
            latency_ms: u64::try_from(latency.as_millis()).ok(),
            whys,
        }
    }

    /// The text without the values of the test's secrets, as they are and as JSON and addresses write them.
    fn hide(&self, test: &Test, text: &str) -> String {
        let mut out = text.to_owned();
        for name in test.variables() {
            let Some(secret) = self.settings.secrets.get(&name) else {
                continue;
            };
            let plain = secret.expose_secret();
            if plain.is_empty() {
                continue;
            }
            let quoted = serde_json::Value::from(plain).to_string();
            let twice = format!("{quoted:?}");
            let inner = |text: &str, by: usize| -> String {
                let kept = text.get(by..text.len().saturating_sub(by));
                kept.unwrap_or_default().to_owned()
            };
            let encoded: String = Url::parse_with_params("http://x/", [("", plain)])
                .ok()
                .and_then(|url| {
                    url.query()
                        .map(|query| query.trim_start_matches('=').to_owned())
                })
                .unwrap_or_default();
            for form in [
                inner(&twice, 3),
                inner(&quoted, 1),
                plain.to_owned(),
                encoded,
            ] {
                if !form.is_empty() {
                    out = out.replace(&form, "***");
                }
            }
        }
        out
    }
}

impl Smoke for HttpSmoke {
    fn run<'a>(&'a self, suite: &'a Suite, at_once: usize) -> Asked<'a, SmokeReport> {
        Box::pin(self.all(suite, at_once))
    }
}

/// Whom a reason hinders: `"login", "cart" and 11 more: $SMOKE_TOKEN is not set`.
fn hindered((why, tests): &(String, Vec<&Test>)) -> String {
    let (named, rest) = tests.split_at(tests.len().min(NAMED));
    let named: Vec<String> = named.iter().map(|t| format!("\"{}\"", t.name)).collect();
    let more = match rest.len() {
        0 => String::new(),
        more => format!(" and {more} more"),
    };
    format!("{}{more}: {why}", named.join(", "))
}

/// Follows within one host, never from https to http: headers with secrets go along.
fn step(redirect: Redirect<'_>) -> reqwest::redirect::Action {
    let Some(first) = redirect.previous().first() else {
        return redirect.stop();
    };
    let next = redirect.url();
    let raised = first.scheme() == "http" && next.scheme() == "https";
    let same_door = first.scheme() == next.scheme()
        && first.port_or_known_default() == next.port_or_known_default();
    let raised = raised && first.port().is_none() && next.port().is_none();
    if first.host_str() != next.host_str() || !(same_door || raised) {
        let host = next.host_str().unwrap_or("?");
        let away = format!("it leads away, to {}://{host}", next.scheme());
        redirect.error(away)
    } else if redirect.previous().len() > MOST_REDIRECTS {
        redirect.error(format!("more than {MOST_REDIRECTS} redirects"))
    } else {
        redirect.follow()
    }
}

async fn read(mut response: Response, test: &Test) -> Result<Vec<u8>, String> {
    let mut body = Vec::new();
    while let Some(part) = response
        .chunk()
        .await
        .map_err(|error| unanswered(error, test))?
    {
        if body.len() + part.len() > BODY_BYTES {
            return Err(format!(
                "the answer has more than {} MiB",
                BODY_BYTES / (1024 * 1024)
            ));
        }
        body.extend_from_slice(&part);
    }
    Ok(body)
}

/// Why there is no whole answer. The address may carry a secret: it is not repeated.
fn unanswered(error: reqwest::Error, test: &Test) -> String {
    if error.is_timeout() {
        return format!("no whole answer within {} ms", test.timeout.as_millis());
    }
    let error = error.without_url();
    let kind = if error.is_connect() {
        "no connection"
    } else if error.is_redirect() {
        "redirect refused"
    } else if error.is_body() || error.is_decode() {
        "the answer breaks off"
    } else {
        "no answer"
    };
    if let Some(words) = trust::broken(&error) {
        return format!("{kind}: {words}");
    }
    // The innermost cause is what people can act on.
    let mut cause: &dyn std::error::Error = &error;
    while let Some(inner) = cause.source() {
        cause = inner;
    }
    format!("{kind}: {cause}")
}
