//! What an answer means: statuses, GitHub's error bodies and broken connections as [`Fault`]s.
//!
//! No address is ever told: those of downloads carry signatures.

use std::error::Error;

use reqwest::{StatusCode, header::HeaderMap};
use serde::{Deserialize, de::DeserializeOwned};
use serde_json::Value;

use crate::{
    adapters::trust,
    domain::{Fault, FaultKind, Reached},
};

const MOST_ERRORS: usize = 5;

/// Whether a request may change something there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Intent {
    Read,
    Write,
}

/// Reads JSON; the fault says where it broke, never what stood there.
pub(super) fn json<T: DeserializeOwned>(body: &[u8], what: &str) -> Result<T, Fault> {
    let mut reader = serde_json::Deserializer::from_slice(body);
    serde_path_to_error::deserialize(&mut reader).map_err(|error| {
        let detail = if looks_like_a_page(body) {
            "a web page instead of JSON: is a proxy or a sign-in page in between?".to_owned()
        } else if body.is_empty() {
            "an empty answer".to_owned()
        } else {
            let (path, inner) = (error.path().to_string(), error.into_inner());
            let (line, column) = (inner.line(), inner.column());
            format!("unreadable at `{path}`, line {line} column {column}")
        };
        Fault::new(FaultKind::Malformed, what, detail)
    })
}

fn looks_like_a_page(body: &[u8]) -> bool {
    body.trim_ascii_start().starts_with(b"<")
}

/// A connection that gave no whole answer.
pub(super) fn transport_fault(what: &str, error: &reqwest::Error) -> Fault {
    let (kind, reached) = if error.is_builder() {
        (FaultKind::Local, Reached::No)
    } else {
        let kind = if error.is_timeout() {
            FaultKind::TimedOut
        } else {
            FaultKind::Offline
        };
        let reached = if error.is_connect() {
            Reached::No
        } else {
            Reached::Maybe
        };
        (kind, reached)
    };
    let step = if error.is_connect() {
        "no connection"
    } else if error.is_timeout() {
        "no whole answer in time"
    } else if error.is_body() || error.is_decode() {
        "the answer broke off"
    } else {
        "the connection broke"
    };
    if let Some(words) = trust::broken(error) {
        let detail = format!("{step}: {words}");
        return Fault::new(kind, what, detail).reaching(reached);
    }
    // The outer layers repeat the address; the innermost says what happened.
    let mut cause: Option<&dyn Error> = error.source();
    while let Some(deeper) = cause.and_then(Error::source) {
        cause = Some(deeper);
    }
    let detail = cause.map_or_else(|| step.to_owned(), |cause| format!("{step}: {cause}"));
    Fault::new(kind, what, detail).reaching(reached)
}

/// A status that is no success, rate limits apart.
pub(super) fn refusal(
    status: StatusCode,
    headers: &HeaderMap,
    message: &str,
    what: &str,
    intent: Intent,
) -> Fault {
    let kind = match status.as_u16() {
        401 => FaultKind::Unauthenticated,
        403 | 451 => FaultKind::Forbidden,
        // A redirect that was not followed: reads are, within the host; writes are not.
        300..=399 | 404 | 410 => FaultKind::NotFound,
        407 => FaultKind::Offline,
        408 => FaultKind::TimedOut,
        409 => FaultKind::Conflict,
        400..=499 => FaultKind::Refused,
        500..=599 => FaultKind::Server,
        _ => FaultKind::Malformed,
    };
    let mut detail = format!("{}: {message}", status.as_u16());
    if kind == FaultKind::Forbidden {
        detail.push_str(&missing_right(headers));
    }
    if status.is_redirection() {
        "moved: set [github] repository to its present name".clone_into(&mut detail);
    }
    if status == StatusCode::PROXY_AUTHENTICATION_REQUIRED {
        "407: the proxy asks for a sign-in".clone_into(&mut detail);
    }
    let reached = match (status.as_u16(), intent) {
        (407, _) => Reached::No,
        // A gateway may have passed a write on before it gave up.
        (408 | 500..=599, Intent::Write) => Reached::Maybe,
        _ => Reached::Yes,
    };
    Fault::new(kind, what, detail).reaching(reached)
}

/// What GitHub says the request would have taken.
fn missing_right(headers: &HeaderMap) -> String {
    let told = |name| headers.get(name).and_then(|value| value.to_str().ok());
    if let Some(sso) = told("x-github-sso").filter(|sso| sso.starts_with("required")) {
        let words = "; authorise this token for the organisation's single sign-on";
        return match sso.split_once("url=") {
            Some((_, url)) => format!("{words}: {}", url.trim()),
            None => words.to_owned(),
        };
    }
    match told("x-accepted-github-permissions").or_else(|| told("x-accepted-oauth-scopes")) {
        Some(rights) if !rights.trim().is_empty() => format!("; it takes {}", rights.trim()),
        _ => String::new(),
    }
}

/// The words of an error body: `message`, then `errors` as far as they say more.
pub(super) fn message(body: &[u8], status: StatusCode) -> String {
    #[derive(Deserialize)]
    struct Body {
        #[serde(default)]
        message: Option<Value>,
        #[serde(default)]
        errors: Option<Value>,
    }
    let reason = || status.canonical_reason().unwrap_or("refused").to_owned();
    let Ok(read) = serde_json::from_slice::<Body>(body) else {
        return if looks_like_a_page(body) {
            format!("{} (a web page, perhaps a proxy's)", reason())
        } else {
            reason()
        };
    };
    let mut words = match read.message {
        Some(Value::String(words)) if !words.trim().is_empty() => words,
        _ => reason(),
    };
    let errors = match read.errors {
        Some(Value::Array(list)) => list.iter().take(MOST_ERRORS).map(one_error).collect(),
        Some(one @ (Value::String(_) | Value::Object(_))) => vec![one_error(&one)],
        _ => Vec::new(),
    };
    let errors: Vec<_> = errors
        .into_iter()
        .filter(|error| !error.is_empty() && !words.contains(error.as_str()))
        .collect();
    if !errors.is_empty() {
        words = format!("{words} ({})", errors.join("; "));
    }
    words
}

fn one_error(error: &Value) -> String {
    if let Value::String(words) = error {
        return words.clone();
    }
    let part = |name| error.get(name).and_then(Value::as_str);
    match part("message") {
        Some(words) => words.to_owned(),
        None => [part("resource"), part("field"), part("code")]
            .into_iter()
            .flatten()
            .collect::<Vec<_>>()
            .join(" "),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fault(status: u16, intent: Intent) -> Fault {
        let status = StatusCode::from_u16(status).unwrap();
        refusal(status, &HeaderMap::new(), "m", "t", intent)
    }

    #[test]
    fn a_failed_write_behind_a_gateway_may_have_happened() {
        assert_eq!(fault(502, Intent::Write).reached, Reached::Maybe);
        assert_eq!(fault(502, Intent::Read).reached, Reached::Yes);
        assert_eq!(fault(422, Intent::Write).reached, Reached::Yes);
        assert_eq!(fault(422, Intent::Write).kind, FaultKind::Refused);
        assert_eq!(fault(418, Intent::Write).kind, FaultKind::Refused);
        assert_eq!(fault(410, Intent::Read).kind, FaultKind::NotFound);
    }

    #[test]
    fn a_token_that_single_sign_on_wants_is_told_where_to_go() {
        let mut headers = HeaderMap::new();
        let sso = "required; url=https://github.com/orgs/acme/sso?authorization_request=A";
        headers.insert("x-github-sso", sso.parse().unwrap());
        let fault = refusal(StatusCode::FORBIDDEN, &headers, "m", "t", Intent::Read);
        let detail = fault.detail.as_str();
        assert!(
            detail.ends_with("sign-on: https://github.com/orgs/acme/sso?authorization_request=A"),
            "{detail}"
        );
    }

    #[test]
    fn the_words_of_an_error_body_are_kept_together() {
        let say = |body: &str| message(body.as_bytes(), StatusCode::UNPROCESSABLE_ENTITY);
        let fields = r#"{"message":"Validation Failed","errors":[{"resource":"R","field":"ref","code":"missing"}, "x"]}"#;
        assert_eq!(say(fields), "Validation Failed (R ref missing; x)");
        assert_eq!(say(r#"{"message":"no","errors":"why"}"#), "no (why)");
        assert_eq!(say(r#"{"message":null}"#), "Unprocessable Entity");
        assert_eq!(
            say("<html>"),
            "Unprocessable Entity (a web page, perhaps a proxy's)"
        );
    }

    #[test]
    fn a_missing_right_is_named() {
        let mut headers = HeaderMap::new();
        let right = "deployments=write".parse().unwrap();
        headers.insert("x-accepted-github-permissions", right);
        let fault = refusal(
            StatusCode::FORBIDDEN,
            &headers,
            "Resource not accessible",
            "t",
            Intent::Write,
        );
        assert_eq!(
            fault.detail.as_str(),
            "403: Resource not accessible; it takes deployments=write"
        );
    }

    #[test]
    fn json_faults_say_where_and_not_what() {
        let fault = json::<Vec<u64>>(br#"[1,"ghp_secret"]"#, "t").unwrap_err();
        assert!(fault.detail.as_str().contains("`[1]`"), "{fault}");
        assert!(!fault.detail.as_str().contains("secret"), "{fault}");
        let page = json::<Vec<u64>>(b" <html>", "t").unwrap_err();
        assert!(page.detail.as_str().contains("web page"), "{page}");
    }
}
