//! What the adapter needs to know.

use std::time::Duration;

use secrecy::SecretString;

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
}
