//! What can go wrong with the outside world, told apart by what a person would do about it.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::Text;

/// Why a question to the world, or an act in it, has no good answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[error("{what}: {detail}")]
pub struct Fault {
    /// Which kind.
    pub kind: FaultKind,
    /// What was asked, in cockpit's words: `GitHub: pending deployments of run 8123`.
    pub what: Text,
    /// What came back, sanitised and without secrets.
    pub detail: Text,
    /// How far the request came: decides whether an act may be sent again.
    pub reached: Reached,
}

/// The kinds, each with its own advice ([`FaultKind::mend`]).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FaultKind {
    /// No connection, name resolution, TLS, or a reset.
    Offline,
    /// No answer within the time-out.
    TimedOut,
    /// The credentials are missing, wrong or expired (401, `ExpiredToken`).
    Unauthenticated,
    /// Known, but not allowed (403 without rate-limit signs).
    Forbidden,
    /// Not there, or hidden from this token (404).
    NotFound,
    /// The state there does not allow it (409).
    Conflict,
    /// Understood and refused (422, validation).
    Refused,
    /// Asked too often; asking again makes sense from `until` on.
    RateLimited {
        /// When the limit lifts, as told or computed.
        until: Timestamp,
    },
    /// The other side failed (5xx).
    Server,
    /// An answer that cannot be read.
    Malformed,
    /// More than cockpit takes.
    TooLarge,
    /// On this side: a file, a program, a setting.
    Local,
}

/// How far a request came before the fault.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Reached {
    /// Certainly never sent.
    No,
    /// Sent perhaps; the answer is lost. Look it up before sending again.
    Maybe,
    /// Answered: the fault *is* the answer.
    Yes,
}

impl Fault {
    /// A fault with its three parts; `detail` is sanitised here.
    pub fn new(kind: FaultKind, what: impl Into<Text>, detail: impl AsRef<str>) -> Self {
        let reached = match kind {
            FaultKind::Offline | FaultKind::TimedOut | FaultKind::Server | FaultKind::Malformed => {
                Reached::Maybe
            }
            FaultKind::Local => Reached::No,
            FaultKind::Unauthenticated
            | FaultKind::Forbidden
            | FaultKind::NotFound
            | FaultKind::Conflict
            | FaultKind::Refused
            | FaultKind::RateLimited { .. }
            | FaultKind::TooLarge => Reached::Yes,
        };
        Self {
            kind,
            what: what.into(),
            detail: Text::line(detail.as_ref()),
            reached,
        }
    }

    /// The same, knowing how far it came.
    #[must_use]
    pub fn reaching(mut self, reached: Reached) -> Self {
        self.reached = reached;
        self
    }

    /// Whether asking again later can help without anyone's doing.
    pub fn passes_by_itself(&self) -> bool {
        matches!(
            self.kind,
            FaultKind::Offline
                | FaultKind::TimedOut
                | FaultKind::Server
                | FaultKind::RateLimited { .. }
        )
    }
}

impl FaultKind {
    /// What to do, as half a sentence.
    pub fn mend(&self) -> &'static str {
        match self {
            Self::Offline => "check the network and the proxy; cockpit keeps trying",
            Self::TimedOut => "the other side is slow; cockpit keeps trying",
            Self::Unauthenticated => {
                "sign in again (`gh auth login`, `aws sso login`) or set a fresh token"
            }
            Self::Forbidden => "ask for the right; `cockpit doctor` names it",
            Self::NotFound => "check the name in cockpit.toml and what this token may see",
            Self::Conflict => "look at the run on GitHub: its state does not allow this",
            Self::Refused => "read the reason; the request itself must change",
            Self::RateLimited { .. } => "nothing to do: cockpit waits for the limit to lift",
            Self::Server => "the other side fails; cockpit keeps trying",
            Self::Malformed => {
                "check the base address and the proxy: the answer is not what it should be"
            }
            Self::TooLarge => "make it smaller: cockpit reads no more than that",
            Self::Local => "see the message; it is on this machine",
        }
    }

    /// What a person does about it where it was asked once, and nobody goes on trying.
    pub fn mend_once(&self) -> String {
        match self {
            Self::Offline => "check the network and the proxy, then ask again".to_owned(),
            Self::TimedOut | Self::Server => {
                "the other side fails or is slow: ask again later".to_owned()
            }
            Self::RateLimited { until } => {
                format!("ask again after {}", until.strftime("%H:%M:%S UTC"))
            }
            kind => kind.mend().to_owned(),
        }
    }

    /// One word for a pane's corner.
    pub fn word(&self) -> &'static str {
        match self {
            Self::Offline => "offline",
            Self::TimedOut => "timed out",
            Self::Unauthenticated => "signed out",
            Self::Forbidden => "forbidden",
            Self::NotFound => "not found",
            Self::Conflict => "conflict",
            Self::Refused => "refused",
            Self::RateLimited { .. } => "rate-limited",
            Self::Server => "server error",
            Self::Malformed => "malformed",
            Self::TooLarge => "too large",
            Self::Local => "local",
        }
    }
}
