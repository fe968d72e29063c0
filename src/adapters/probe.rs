//! What production answers when it is asked for its version: a URL with a JSON pointer, or a team's command.

use std::{sync::Arc, time::Duration};

use jiff::SignedDuration;
use reqwest::Url;

use super::address::Address;
use crate::{
    domain::{Fault, FaultKind, Text, policy::typed},
    ports::{Asked, Probe, Script},
};

/// Largest answer, in bytes.
const BODY_BYTES: usize = 64 * 1024;
/// What is longer, in characters, is a page and not a version.
const VERSION_CHARS: usize = 200;

/// Asks a URL.
#[derive(Debug)]
pub struct UrlProbe {
    address: Address,
    pointer: Option<String>,
}

impl UrlProbe {
    /// Asks `url` with GET; `pointer` (RFC 6901) finds the version in a JSON answer, without one the text is the version.
    pub fn new(url: Url, pointer: Option<String>, limit: Duration) -> Self {
        Self {
            address: Address::new("production's version", url, BODY_BYTES, limit),
            pointer,
        }
    }

    async fn ask(&self) -> Result<Text, Fault> {
        let body = self.address.read().await?;
        read(&body, self.pointer.as_deref())
            .map_err(|why| self.address.fault(FaultKind::Malformed, why))
    }
}

impl Probe for UrlProbe {
    fn version(&self) -> Asked<'_, Text> {
        Box::pin(self.ask())
    }
}

/// Asks a team's command: the first line that it prints is the version.
pub struct CommandProbe {
    script: Arc<dyn Script>,
    arguments: Vec<String>,
    limit: SignedDuration,
}

impl CommandProbe {
    /// Runs `arguments` within `limit` each time.
    pub fn new(script: Arc<dyn Script>, arguments: Vec<String>, limit: SignedDuration) -> Self {
        Self {
            script,
            arguments,
            limit,
        }
    }
}

impl Probe for CommandProbe {
    fn version(&self) -> Asked<'_, Text> {
        Box::pin(async move {
            let output = self.script.run(&self.arguments, b"", self.limit).await?;
            let first = output.split(|b| *b == b'\n').next().unwrap_or(&[]);
            read(first, None).map_err(|why| {
                let program = self.arguments.first().map_or("?", String::as_str);
                let what = Text::line(&format!("script {program}"));
                let detail = format!("its first line is the version, but {why}");
                Fault::new(FaultKind::Local, what, detail)
            })
        })
    }
}

/// Finds the version in an answer, or says why there is none.
fn read(body: &[u8], pointer: Option<&str>) -> Result<Text, String> {
    let version = match pointer {
        Some(pointer) => {
            let json: serde_json::Value =
                serde_json::from_slice(body).map_err(|e| format!("the answer is not JSON: {e}"))?;
            match json.pointer(pointer) {
                Some(serde_json::Value::String(version)) => version.clone(),
                Some(serde_json::Value::Number(version)) => version.to_string(),
                Some(_) => return Err(format!("what stands at {pointer} is no text")),
                None => return Err(format!("nothing stands at {pointer}")),
            }
        }
        None => std::str::from_utf8(body)
            .map_err(|_| "the answer is no UTF-8".to_owned())?
            .to_owned(),
    };
    let version = version.trim();
    if let Some(typed) = typed(version) {
        return Ok(typed);
    }
    Err(if version.is_empty() {
        "the answer is empty".to_owned()
    } else if version.starts_with('<') || version.chars().count() > VERSION_CHARS {
        "the answer is a page, not a version".to_owned()
    } else {
        format!("{} cannot be typed", Text::line(version))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

    #[test]
    fn a_version_is_found_or_its_absence_explained() {
        let json = br#"{"sha":"3f9c2ab","build":{"number":81},"list":[]}"#;
        assert_eq!(read(json, Some("/sha")).unwrap().as_str(), "3f9c2ab");
        assert_eq!(read(json, Some("/build/number")).unwrap().as_str(), "81");
        assert_eq!(read(b" v2.13.4\n", None).unwrap().as_str(), "v2.13.4");
        for (body, pointer, why) in [
            (&json[..], Some("/nope"), "nothing stands at /nope"),
            (&json[..], Some("/list"), "no text"),
            (b"<html>", Some("/sha"), "not JSON"),
            (b"<html>login</html>", None, "a page"),
            (b" \n", None, "empty"),
            (b"v\x1b[2J", None, "v␛[2J cannot be typed"),
            ("v2\u{202e}.0".as_bytes(), None, "cannot be typed"),
            ("v2.14.0-é".as_bytes(), None, "v2.14.0-é cannot be typed"),
            (b"build 4711", None, "build 4711 cannot be typed"),
            (br#"{"sha":"v\u001b[2J"}"#, Some("/sha"), "cannot be typed"),
            (b"\xff\xfev2", None, "no UTF-8"),
        ] {
            let told = read(body, pointer).unwrap_err();
            assert!(told.contains(why), "{told}");
        }
    }

    #[cfg(unix)]
    #[tokio::test]
    async fn a_command_that_prints_no_version_is_named() {
        let said = async |line: &str| {
            let script = Arc::new(crate::adapters::script::Programs::default());
            let line = ["sh", "-c", line].map(str::to_owned).to_vec();
            let probe = CommandProbe::new(script, line, SignedDuration::from_secs(20));
            probe.version().await
        };
        let version = said("echo v2.13.4; echo built by ci").await.unwrap();
        assert_eq!(version.as_str(), "v2.13.4");
        for (line, why) in [
            ("true", "the answer is empty"),
            ("echo; echo v2", "the answer is empty"),
            ("printf 'v\\033[2J\\n'", "cannot be typed"),
            ("head -c 1000000 /dev/zero | tr '\\0' v", "a page"),
        ] {
            let fault = said(line).await.unwrap_err();
            assert_eq!(fault.kind, FaultKind::Local, "{line}: {fault}");
            let told = fault.to_string();
            assert!(
                told.contains("script sh: its first line is the version"),
                "{told}"
            );
            assert!(told.contains(why), "{told}");
        }
    }

    /// Answers one connection with `answer` and closes it.
    async fn ask(answer: Vec<u8>) -> Result<Text, Fault> {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let server = async move {
            let (mut stream, _) = listener.accept().await.unwrap();
            let _ = stream.read(&mut [0; 4096]).await.unwrap();
            // The client may hang up in the middle of a giant.
            let _ = stream.write_all(&answer).await;
        };
        let url = Url::parse(&format!("http://{address}/version?key=s3cret")).unwrap();
        let probe = UrlProbe::new(url, Some("/sha".to_owned()), Duration::from_secs(5));
        tokio::join!(server, probe.version()).1
    }

    fn answer(status: &str, body: &[u8]) -> Vec<u8> {
        let head = format!(
            "HTTP/1.1 {status}\r\ncontent-length: {}\r\n\r\n",
            body.len()
        );
        [head.as_bytes(), body].concat()
    }

    #[tokio::test]
    async fn answers_are_told_apart_and_the_query_stays_secret() {
        let version = ask(answer("200 OK", br#"{"sha":"abc"}"#)).await;
        assert_eq!(version.unwrap().as_str(), "abc");
        let giant = vec![b' '; BODY_BYTES + 1];
        for (raw, kind) in [
            (answer("404 Not Found", b""), FaultKind::NotFound),
            (answer("401 Unauthorized", b""), FaultKind::Unauthenticated),
            (answer("503 Service Unavailable", b""), FaultKind::Server),
            (answer("200 OK", b"<html>"), FaultKind::Malformed),
            (answer("200 OK", &giant), FaultKind::TooLarge),
            (Vec::new(), FaultKind::Offline),
        ] {
            let fault = ask(raw).await.unwrap_err();
            assert_eq!(fault.kind, kind, "{fault}");
            assert!(!fault.to_string().contains("s3cret"), "{fault}");
        }
    }
}
