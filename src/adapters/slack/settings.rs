//! What the adapter needs to know.

use std::time::Duration;

use secrecy::{ExposeSecret as _, SecretString};

/// Where Slack's Web API is.
pub(super) const SLACK_API: &str = "https://slack.com/api";

/// Tokens and address.
#[derive(Debug, Clone)]
pub struct Settings {
    /// The bot's token (`xoxb-`).
    pub bot: SecretString,
    /// The app's token (`xapp-`); without it no click is heard.
    pub app: Option<SecretString>,
    /// The Web API's address; another one in tests.
    pub base: String,
    /// Longest wait for an answer, real time.
    pub answer: Duration,
}

impl Settings {
    /// For Slack itself.
    pub fn new(bot: SecretString, app: Option<SecretString>) -> Self {
        Self {
            bot,
            app,
            base: SLACK_API.to_owned(),
            answer: Duration::from_secs(15),
        }
    }

    /// Whether both are the same app in the same workspace: one line to it brings the clicks of both.
    pub fn is_same_app(&self, other: &Self) -> bool {
        let is_same_line = match (&self.app, &other.app) {
            (Some(own), Some(others)) => own.expose_secret() == others.expose_secret(),
            (own, others) => own.is_none() && others.is_none(),
        };
        self.base == other.base
            && self.bot.expose_secret() == other.bot.expose_secret()
            && is_same_line
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_app_is_the_same_tokens_at_the_same_address() {
        let of = |bot: &str, app: Option<&str>| Settings::new(bot.into(), app.map(Into::into));
        let one = of("xoxb-1", Some("xapp-1"));
        assert!(one.is_same_app(&of("xoxb-1", Some("xapp-1"))));
        assert!(!one.is_same_app(&of("xoxb-2", Some("xapp-1"))));
        assert!(!one.is_same_app(&of("xoxb-1", Some("xapp-2"))));
        assert!(!one.is_same_app(&of("xoxb-1", None)));
        let mut elsewhere = one.clone();
        elsewhere.base = "http://127.0.0.1:1/api".to_owned();
        assert!(!one.is_same_app(&elsewhere));
    }
}
