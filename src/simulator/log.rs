//! What the world remembers of those who spoke to it: every act, every request, every breach of a rule. Bounded.

use jiff::Timestamp;
use serde::Serialize;
use serde_json::Value;

/// Most entries that are kept of each kind; what is beyond is counted.
const MOST: usize = 20_000;

/// Something that changed the world.
#[derive(Debug, Clone, Serialize)]
pub struct ActEntry {
    /// The world's time.
    pub at: Timestamp,
    /// `approve`, `reject`, `dispatch`, `cancel`, `rerun`.
    pub act: &'static str,
    /// Whose token, or who sat at the browser.
    pub actor: String,
    /// `api` or `browser`.
    pub via: &'static str,
    /// The run that it concerned or started.
    pub run: u64,
    /// What was sent.
    pub body: Value,
}

/// One request to the simulated GitHub or CloudWatch.
#[derive(Debug, Clone, Serialize)]
pub struct RequestEntry {
    /// The world's time.
    pub at: Timestamp,
    /// HTTP method.
    pub method: String,
    /// Path.
    pub path: String,
    /// Decoded query parameters, in order.
    pub query: Vec<(String, String)>,
    /// JSON body; `null` for none or for another format.
    pub body: Value,
    /// The status that was answered; 0 where the connection was cut.
    pub status: u16,
    /// `X-GitHub-Api-Version`, where it was sent.
    pub api_version: Option<String>,
}

/// Both, and the breaches.
#[derive(Debug, Default)]
pub(super) struct Log {
    pub(super) acts: Vec<ActEntry>,
    pub(super) requests: Vec<RequestEntry>,
    pub(super) violations: Vec<String>,
    /// Entries that were not kept.
    pub(super) dropped: u64,
}

impl Log {
    pub(super) fn act(&mut self, entry: ActEntry) {
        keep(&mut self.acts, entry, &mut self.dropped);
    }

    pub(super) fn request(&mut self, entry: RequestEntry) {
        keep(&mut self.requests, entry, &mut self.dropped);
    }

    /// Notes that a client broke a rule: a token sent to the blob store, a request within `retry-after`.
    pub(super) fn violation(&mut self, what: String) {
        keep(&mut self.violations, what, &mut self.dropped);
    }
}

fn keep<T>(list: &mut Vec<T>, entry: T, dropped: &mut u64) {
    if list.len() < MOST {
        list.push(entry);
    } else {
        *dropped += 1;
    }
}
