//! One of the team's own addresses, read with GET within limits.
//!
//! Its own small HTTP client, made at the first question: the address is the team's, so GitHub's token never goes there.

use std::{sync::OnceLock, time::Duration};

use reqwest::{
    Client, Response, StatusCode, Url,
    redirect::{Action, Attempt, Policy},
};

use super::way::proxied;
use crate::domain::{Fault, FaultKind, Text, is_sealed, is_this_machine};

/// Redirects that are followed.
const MOST_REDIRECTS: usize = 5;

/// Follows a few, and never from where nobody reads along to where somebody can.
fn redirected(attempt: Attempt<'_>) -> Action {
    let was_sealed = attempt.previous().first().is_some_and(is_sealed);
    if attempt.previous().len() > MOST_REDIRECTS {
        attempt.error("it leads on and on")
    } else if was_sealed && !is_sealed(attempt.url()) {
        attempt.error("it leads to where somebody on the way could answer")
    } else {
        attempt.follow()
    }
}

/// An address, and what is read there.
#[derive(Debug)]
pub(super) struct Address {
    what: &'static str,
    url: Url,
    most: usize,
    limit: Duration,
    client: OnceLock<Client>,
}

impl Address {
    /// Reads at most `most` bytes of `url` within `limit`; `what` names it in a fault.
    pub(super) fn new(what: &'static str, url: Url, most: usize, limit: Duration) -> Self {
        Self {
            what,
            url,
            most,
            limit,
            client: OnceLock::new(),
        }
    }

    /// What stands there now.
    pub(super) async fn read(&self) -> Result<Vec<u8>, Fault> {
        let response = self
            .client()?
            .get(self.url.clone())
            .send()
            .await
            .map_err(|e| self.unanswered(e))?;
        self.check(response.status())?;
        self.body(response).await
    }

    fn client(&self) -> Result<&Client, Fault> {
        if let Some(client) = self.client.get() {
            return Ok(client);
        }
        let made = Client::builder()
            .timeout(self.limit)
            .redirect(Policy::custom(redirected))
            .user_agent(concat!("cockpit/", env!("CARGO_PKG_VERSION")));
        let made = proxied(made, is_this_machine(&self.url))
            .build()
            .map_err(|e| self.fault(FaultKind::Local, e.to_string()))?;
        Ok(self.client.get_or_init(|| made))
    }

    fn check(&self, status: StatusCode) -> Result<(), Fault> {
        if status.is_success() {
            return Ok(());
        }
        let kind = match status.as_u16() {
            401 => FaultKind::Unauthenticated,
            403 => FaultKind::Forbidden,
            404 | 410 => FaultKind::NotFound,
            500.. => FaultKind::Server,
            _ => FaultKind::Refused,
        };
        Err(self.fault(kind, format!("it answered {status}")))
    }

    async fn body(&self, mut response: Response) -> Result<Vec<u8>, Fault> {
        let mut body = Vec::new();
        while let Some(part) = response.chunk().await.map_err(|e| self.unanswered(e))? {
            if body.len() + part.len() > self.most {
                let detail = format!("the answer has more than {} bytes", self.most);
                return Err(self.fault(FaultKind::TooLarge, detail));
            }
            body.extend_from_slice(&part);
        }
        Ok(body)
    }

    fn unanswered(&self, error: reqwest::Error) -> Fault {
        let kind = if error.is_timeout() {
            FaultKind::TimedOut
        } else {
            FaultKind::Offline
        };
        // The address may carry a secret in its query.
        let error = error.without_url();
        let cause = std::error::Error::source(&error).map(ToString::to_string);
        let detail = cause.map_or_else(|| error.to_string(), |cause| format!("{error}: {cause}"));
        self.fault(kind, detail)
    }

    /// A fault of this address.
    pub(super) fn fault(&self, kind: FaultKind, detail: impl AsRef<str>) -> Fault {
        let host = self.url.host_str().unwrap_or("?");
        let what = format!("{} at {host}{}", self.what, self.url.path());
        Fault::new(kind, Text::line(&what), detail)
    }
}
