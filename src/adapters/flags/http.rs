//! [`Flags`] over HTTP, by a recipe.

use std::{sync::OnceLock, time::Duration};

use reqwest::{
    Client, Method, StatusCode,
    header::{CONTENT_TYPE, HeaderName, HeaderValue},
    redirect::Policy,
};
use secrecy::ExposeSecret as _;

use super::recipe::{Places, Recipe, Request};
use crate::{
    adapters::way::proxied,
    domain::{Fault, FaultKind, Reached, Text, flags::FlagReading, is_this_machine},
    ports::{Asked, Flags},
};

/// Largest answer, in bytes.
const BODY_BYTES: usize = 1024 * 1024;
const CONNECT: Duration = Duration::from_secs(10);

/// A provider behind HTTP. Opens nothing before the first question; follows no redirect, which would take the token along.
#[derive(Debug)]
pub struct HttpFlags {
    recipe: Recipe,
    client: OnceLock<Client>,
}

impl HttpFlags {
    /// By this recipe.
    pub fn new(recipe: Recipe) -> Self {
        Self {
            recipe,
            client: OnceLock::new(),
        }
    }

    fn client(&self, what: &str) -> Result<&Client, Fault> {
        if let Some(client) = self.client.get() {
            return Ok(client);
        }
        let made = Client::builder()
            .timeout(self.recipe.limit)
            .connect_timeout(CONNECT)
            .redirect(Policy::none())
            .user_agent(concat!("cockpit/", env!("CARGO_PKG_VERSION")));
        let made = proxied(made, self.is_local())
            .build()
            .map_err(|error| Fault::new(FaultKind::Local, what, error.to_string()))?;
        Ok(self.client.get_or_init(|| made))
    }

    fn is_local(&self) -> bool {
        let addresses = [&self.recipe.read.url, &self.recipe.kill.url];
        let local = |raw: &&String| reqwest::Url::parse(raw).is_ok_and(|url| is_this_machine(&url));
        addresses.iter().all(local)
    }

    fn places<'a>(&'a self, flag: &'a str) -> Places<'a> {
        Places {
            flag,
            environment: &self.recipe.environment,
            project: &self.recipe.project,
        }
    }

    /// Sends once and reads the answer.
    async fn ask(&self, request: &Request, flag: &str, what: &str) -> Result<Vec<u8>, Fault> {
        let local = |detail: &str| Fault::new(FaultKind::Local, what, detail);
        let places = self.places(flag);
        let url = places
            .url(&request.url)
            .map_err(|why| local(why.as_str()))?;
        let method = Method::from_bytes(request.method.as_bytes())
            .map_err(|_| local("the method is none of HTTP's"))?;
        let mut builder = self.client(what)?.request(method, url);
        let mut typed = false;
        for (name, value) in &request.headers {
            let name: HeaderName = name.parse().map_err(|_| local("a header's name is none"))?;
            typed |= name == CONTENT_TYPE;
            builder = builder.header(name, self.header(value, what)?);
        }
        if let Some(body) = &request.body {
            if !typed {
                builder = builder.header(CONTENT_TYPE, "application/json");
            }
            builder = builder.body(places.body(body));
        }
        let unanswered = |error: reqwest::Error| {
            let kind = if error.is_timeout() {
                FaultKind::TimedOut
            } else {
                FaultKind::Offline
            };
            let fault = Fault::new(kind, what, error.without_url().to_string());
            fault.reaching(Reached::Maybe)
        };
        let mut response = builder.send().await.map_err(unanswered)?;
        refusal(response.status(), what)?;
        let mut body = Vec::new();
        while let Some(part) = response.chunk().await.map_err(unanswered)? {
            if body.len() + part.len() > BODY_BYTES {
                return Err(Fault::new(
                    FaultKind::TooLarge,
                    what,
                    "the answer is larger than 1 MiB",
                ));
            }
            body.extend_from_slice(&part);
        }
        Ok(body)
    }

    fn header(&self, template: &str, what: &str) -> Result<HeaderValue, Fault> {
        let local = |detail: String| Fault::new(FaultKind::Local, what, detail);
        let filled = if template.contains("{token}") {
            let Some(token) = &self.recipe.token else {
                let name = self.recipe.token_name.as_deref().unwrap_or("[flags] token");
                return Err(local(format!("{name} is not set")));
            };
            template.replace("{token}", token.expose_secret().trim())
        } else {
            template.to_owned()
        };
        let mut value = HeaderValue::from_str(&filled)
            .map_err(|_| local("a header's value cannot be sent: look at the token".to_owned()))?;
        value.set_sensitive(true);
        Ok(value)
    }

    async fn one(&self, flag: &str) -> Result<FlagReading, Fault> {
        let what = format!("flag {flag}");
        let body = match self.ask(&self.recipe.read, flag, &what).await {
            Ok(body) => body,
            // A flag that is not there is no reason to say nothing of the others.
            Err(fault) if fault.kind == FaultKind::NotFound => {
                return Ok(FlagReading::Unknown("the provider does not know it".into()));
            }
            Err(fault) => return Err(fault),
        };
        let pointer = self.places(flag).pointer(&self.recipe.shape.pointer);
        Ok(understand(&body, &pointer, &self.recipe.shape.on))
    }
}

/// What an answer says. Never the answer itself: it may repeat the token.
fn understand(body: &[u8], pointer: &str, on: &str) -> FlagReading {
    let unknown = |why: String| FlagReading::Unknown(Text::line(&why));
    let Ok(document) = serde_json::from_slice::<serde_json::Value>(body) else {
        return unknown("the answer is no JSON".to_owned());
    };
    let Some(found) = document.pointer(pointer) else {
        return unknown(format!("nothing stands at {pointer}"));
    };
    let plain = match found {
        serde_json::Value::String(text) => text.clone(),
        serde_json::Value::Bool(_) | serde_json::Value::Number(_) => found.to_string(),
        serde_json::Value::Null | serde_json::Value::Array(_) | serde_json::Value::Object(_) => {
            return unknown(format!("what stands at {pointer} is neither on nor off"));
        }
    };
    if plain == on {
        return FlagReading::On;
    }
    // A word that means "on" has one that means "off": no other says it.
    match opposite(on) {
        Some(off) if !plain.eq_ignore_ascii_case(off) => unknown(format!(
            "what stands at {pointer} is neither {on} nor {off}"
        )),
        Some(_) | None => FlagReading::Off,
    }
}

/// The word for off beside a common one for on; with any other every other value is off.
fn opposite(on: &str) -> Option<&'static str> {
    const PAIRS: [(&str, &str); 6] = [
        ("true", "false"),
        ("on", "off"),
        ("enabled", "disabled"),
        ("active", "inactive"),
        ("yes", "no"),
        ("1", "0"),
    ];
    let pair = PAIRS.iter().find(|(word, _)| on.eq_ignore_ascii_case(word));
    pair.map(|(_, off)| *off)
}

fn refusal(status: StatusCode, what: &str) -> Result<(), Fault> {
    if status.is_success() {
        return Ok(());
    }
    let (kind, reached) = match status.as_u16() {
        401 => (FaultKind::Unauthenticated, Reached::Yes),
        403 => (FaultKind::Forbidden, Reached::Yes),
        404 | 410 => (FaultKind::NotFound, Reached::Yes),
        409 => (FaultKind::Conflict, Reached::Yes),
        500.. => (FaultKind::Server, Reached::Maybe),
        _ => (FaultKind::Refused, Reached::Yes),
    };
    let detail = if status.is_redirection() {
        "it leads elsewhere: write the address that it leads to".to_owned()
    } else {
        format!("it answered {}", status.as_u16())
    };
    Err(Fault::new(kind, what, detail).reaching(reached))
}

impl Flags for HttpFlags {
    fn read<'a>(&'a self, names: &'a [String]) -> Asked<'a, Vec<(String, FlagReading)>> {
        Box::pin(async move {
            let mut all = Vec::with_capacity(names.len());
            for name in names {
                all.push((name.clone(), self.one(name).await?));
            }
            Ok(all)
        })
    }

    fn kill<'a>(&'a self, name: &'a str) -> Asked<'a, ()> {
        Box::pin(async move {
            let what = format!("switching flag {name} off");
            self.ask(&self.recipe.kill, name, &what).await.map(|_| ())
        })
    }
}
