//! Who makes things happen, the feeds that see them, and the stamp on every event.

use std::fmt;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{Login, Seq};

/// Who made an event happen.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum Actor {
    /// A person, by GitHub login.
    Person(Login),
    /// cockpit itself: deadlines, verdicts.
    Cockpit,
    /// A feed that saw it.
    Feed(Feed),
}

/// Where observations come from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Feed {
    /// GitHub's API.
    Github,
    /// Metrics.
    Metrics,
    /// Alarms.
    Alarms,
    /// What production answers for its version.
    Production,
    /// The team's own programs.
    Script,
    /// Blackouts and deployment windows.
    Calendar,
    /// What lies on this machine: journals of other releases.
    Machine,
    /// Slack.
    Slack,
    /// Who keeps the feature flags.
    Flags,
}

impl Feed {
    /// Every feed.
    pub const ALL: [Self; 9] = [
        Self::Github,
        Self::Metrics,
        Self::Alarms,
        Self::Production,
        Self::Script,
        Self::Calendar,
        Self::Machine,
        Self::Slack,
        Self::Flags,
    ];

    /// Its name.
    pub fn word(self) -> &'static str {
        match self {
            Self::Github => "github",
            Self::Metrics => "metrics",
            Self::Alarms => "alarms",
            Self::Production => "production",
            Self::Script => "script",
            Self::Calendar => "calendar",
            Self::Machine => "this machine",
            Self::Flags => "flags",
            Self::Slack => "slack",
        }
    }
}

impl Actor {
    /// The person, where it was one.
    pub fn person(&self) -> Option<&Login> {
        match self {
            Self::Person(login) => Some(login),
            Self::Cockpit | Self::Feed(_) => None,
        }
    }
}

impl fmt::Display for Actor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Person(login) => write!(f, "@{login}"),
            Self::Cockpit => f.write_str("cockpit"),
            Self::Feed(feed) => f.write_str(feed.word()),
        }
    }
}

impl From<Actor> for String {
    fn from(actor: Actor) -> Self {
        actor.to_string()
    }
}

impl TryFrom<String> for Actor {
    type Error = super::Malformed;

    fn try_from(raw: String) -> Result<Self, Self::Error> {
        if let Some(login) = raw.strip_prefix('@') {
            return Login::parse(login).map(Self::Person);
        }
        let feed = Feed::ALL.into_iter().find(|feed| feed.word() == raw);
        Ok(feed.map_or(Self::Cockpit, Self::Feed))
    }
}

/// An event's place in the journal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stamp {
    /// Its position, from 1, without gaps.
    pub seq: Seq,
    /// When it was recorded.
    pub at: Timestamp,
    /// When the source says that it happened, where that differs.
    pub occurred: Option<Timestamp>,
    /// Who.
    pub actor: Actor,
}
