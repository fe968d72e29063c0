//! How a provider is asked: two requests with places for the flag's name, and where its answer says "on".
//!
//! Sources: Unleash admin API ("Get a feature environment", "Disable a feature toggle"), `LaunchDarkly` REST API ("Get feature
//! flag", "Update feature flag" with semantic patch), as documented in 2026.

use std::time::Duration;

use reqwest::Url;
use secrecy::SecretString;

use crate::domain::{Text, is_sealed};

/// A request with places: `{flag}`, `{environment}`, `{project}` in address and body, and `{token}` in header values.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Request {
    /// `GET`, `PUT`, `POST`, `PATCH`.
    pub method: String,
    /// The address.
    pub url: String,
    /// Header names and values.
    pub headers: Vec<(String, String)>,
    /// A body; JSON unless a header says otherwise.
    pub body: Option<String>,
}

/// Where the answer to a read says that the flag is on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shape {
    /// JSON pointer (RFC 6901), with the same places.
    pub pointer: String,
    /// What stands there when it is on: `true`, `ENABLED`.
    pub on: String,
}

/// Everything about a provider.
#[derive(Debug, Clone)]
pub struct Recipe {
    /// How a flag is read.
    pub read: Request,
    /// What the answer means.
    pub shape: Shape,
    /// How it is switched off.
    pub kill: Request,
    /// `{environment}`.
    pub environment: String,
    /// `{project}`.
    pub project: String,
    /// `{token}`; `None`: the variable that the rules name is not set.
    pub token: Option<SecretString>,
    /// The variable's name, for the message that it is not set; `None`: the rules name none.
    pub token_name: Option<String>,
    /// Until an answer is read whole.
    pub limit: Duration,
}

/// Unleash at a base address: reads and disables a feature in one environment of a project.
pub fn unleash(base: &str) -> (Request, Shape, Request) {
    let at = format!(
        "{}/api/admin/projects/{{project}}/features/{{flag}}/environments/{{environment}}",
        base.trim_end_matches('/')
    );
    let headers = vec![("authorization".to_owned(), "{token}".to_owned())];
    let read = Request {
        method: "GET".to_owned(),
        url: at.clone(),
        headers: headers.clone(),
        body: None,
    };
    let kill = Request {
        method: "POST".to_owned(),
        url: format!("{at}/off"),
        headers,
        body: None,
    };
    let shape = Shape {
        pointer: "/enabled".to_owned(),
        on: "true".to_owned(),
    };
    (read, shape, kill)
}

/// `LaunchDarkly` at a base address: reads a flag's `on` in one environment and turns it off by a semantic patch.
pub fn launchdarkly(base: &str) -> (Request, Shape, Request) {
    let at = format!(
        "{}/api/v2/flags/{{project}}/{{flag}}",
        base.trim_end_matches('/')
    );
    let token = ("authorization".to_owned(), "{token}".to_owned());
    let read = Request {
        method: "GET".to_owned(),
        url: format!("{at}?env={{environment}}"),
        headers: vec![token.clone()],
        body: None,
    };
    let patch = "application/json; domain-model=launchdarkly.semanticpatch";
    let kill = Request {
        method: "PATCH".to_owned(),
        url: at,
        headers: vec![token, ("content-type".to_owned(), patch.to_owned())],
        body: Some(
            r#"{"environmentKey":"{environment}","instructions":[{"kind":"turnFlagOff"}]}"#
                .to_owned(),
        ),
    };
    let shape = Shape {
        pointer: "/environments/{environment}/on".to_owned(),
        on: "true".to_owned(),
    };
    (read, shape, kill)
}

/// What is put into the places. Encoded for where it goes: a name from the rules can leave its place nowhere.
pub(super) struct Places<'a> {
    pub(super) flag: &'a str,
    pub(super) environment: &'a str,
    pub(super) project: &'a str,
}

impl Places<'_> {
    fn fill(&self, template: &str, encode: impl Fn(&str) -> String) -> String {
        template
            .replace("{flag}", &encode(self.flag))
            .replace("{environment}", &encode(self.environment))
            .replace("{project}", &encode(self.project))
    }

    /// An address: each value is one segment or one value of the query.
    pub(super) fn url(&self, template: &str) -> Result<Url, Text> {
        // An address takes `.` and `..` for steps, percent-encoded too.
        let climbs = |raw: &str| matches!(raw, "." | "..");
        if [self.flag, self.environment, self.project]
            .into_iter()
            .any(climbs)
        {
            return Err("a name of dots alone cannot stand in an address".into());
        }
        let filled = self.fill(template, percent);
        let url: Url = filled
            .parse()
            .map_err(|error| Text::line(&format!("no address: {error}")))?;
        if is_sealed(&url) {
            Ok(url)
        } else {
            Err("an address of flags begins with https://".into())
        }
    }

    /// A body: each value stands inside a JSON string.
    pub(super) fn body(&self, template: &str) -> String {
        self.fill(template, |raw| {
            let quoted = serde_json::Value::from(raw).to_string();
            quoted[1..quoted.len() - 1].to_owned()
        })
    }

    /// A pointer: `~` and `/` are written as RFC 6901 says.
    pub(super) fn pointer(&self, template: &str) -> String {
        self.fill(template, |raw| raw.replace('~', "~0").replace('/', "~1"))
    }
}

/// Everything but letters, digits and `-_.` by its percent code.
fn percent(raw: &str) -> String {
    use std::fmt::Write as _;
    let mut out = String::with_capacity(raw.len());
    for byte in raw.bytes() {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.') {
            out.push(char::from(byte));
        } else {
            // Writing to a String cannot fail.
            let _ = write!(out, "%{byte:02X}");
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_stays_in_its_place() {
        let places = Places {
            flag: "a/../b?x=\"1\"",
            environment: "prod",
            project: "default",
        };
        let (read, shape, kill) = unleash("https://flags.example.com/");
        let url = places.url(&read.url).unwrap();
        assert_eq!(
            url.as_str(),
            "https://flags.example.com/api/admin/projects/default/features/a%2F..%2Fb%3Fx%3D%221%22/environments/prod"
        );
        assert!(
            places
                .url(&kill.url)
                .unwrap()
                .as_str()
                .ends_with("/prod/off")
        );
        assert_eq!(shape.on, "true");
        assert_eq!(
            places.body(r#"{"f":"{flag}"}"#),
            r#"{"f":"a/../b?x=\"1\""}"#
        );
        assert_eq!(
            places.pointer("/flags/{flag}/on"),
            "/flags/a~1..~1b?x=\"1\"/on"
        );
        let climbing = Places {
            flag: "..",
            ..places
        };
        assert!(climbing.url(&read.url).is_err());
        let (read, shape, _) = launchdarkly("https://app.launchdarkly.com");
        assert!(
            places
                .url(&read.url)
                .unwrap()
                .as_str()
                .ends_with("?env=prod")
        );
        assert_eq!(places.pointer(&shape.pointer), "/environments/prod/on");
    }

    #[test]
    fn a_token_leaves_encrypted_or_stays_on_this_machine() {
        let places = Places {
            flag: "f",
            environment: "e",
            project: "p",
        };
        assert!(places.url("http://flags.example.com/{flag}").is_err());
        assert!(places.url("file:///etc/passwd").is_err());
        assert!(places.url("http://127.0.0.1:4010/{flag}").is_ok());
    }
}
