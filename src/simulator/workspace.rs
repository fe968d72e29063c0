//! A Slack workspace as it stands: messages, what single people were told, and the lines to apps. What happens in it is in
//! `slack`.

use std::collections::VecDeque;

use jiff::Timestamp;
use serde_json::{Value, json};

/// The channels by id and name.
pub(super) const CHANNELS: [(&str, &str); 3] = [
    ("C0APPROVAL", "deploy-approval"),
    ("C0DEPLOYS", "deploys"),
    ("C0LEADS", "eng-leads"),
];
/// Most messages and clicks that are kept.
pub(super) const MOST: usize = 2_000;
/// The workspace.
#[derive(Debug, Default)]
pub(super) struct Slack {
    /// Oldest first.
    pub(super) messages: Vec<Message>,
    pub(super) whispers: Vec<Value>,
    /// Windows that opened, and are not answered.
    pub(super) windows: Vec<(String, Value)>,
    /// Triggers of clicks, and when they were made.
    pub(super) triggers: VecDeque<(String, String, Timestamp)>,
    pub(super) envelopes: VecDeque<Envelope>,
    pub(super) sockets: Vec<Socket>,
    pub(super) tickets: Vec<String>,
    pub(super) acknowledged: u64,
    next: u64,
}

/// A message.
#[derive(Debug, Clone)]
pub(super) struct Message {
    pub(super) channel: String,
    pub(super) ts: String,
    pub(super) thread: Option<String>,
    pub(super) text: String,
    pub(super) blocks: Value,
    pub(super) metadata: Value,
    pub(super) updates: u32,
}

/// Something that an app is told.
#[derive(Debug)]
pub(super) struct Envelope {
    pub(super) id: String,
    pub(super) payload: Value,
    /// When it was sent, and over which socket.
    pub(super) sent: Option<(Timestamp, u64)>,
}

/// A line to an app.
#[derive(Debug)]
pub(super) struct Socket {
    pub(super) id: u64,
    pub(super) opened: Timestamp,
    pub(super) greeted: bool,
    pub(super) renewed: bool,
}

impl Slack {
    pub(super) fn mint(&mut self) -> u64 {
        self.next += 1;
        self.next
    }

    /// A fresh timestamp, which names a message.
    pub(super) fn ts(&mut self, now: Timestamp) -> String {
        format!("{}.{:06}", now.as_second(), self.mint())
    }

    pub(super) fn keep(&mut self, message: Message) {
        if self.messages.len() < MOST {
            self.messages.push(message);
        }
    }

    /// Gives out a ticket for a socket.
    pub(super) fn ticket(&mut self) -> String {
        let ticket = format!("t{}", self.mint());
        self.tickets.push(ticket.clone());
        ticket
    }

    pub(super) fn whisper(&mut self, whisper: Value) {
        if self.whispers.len() < MOST {
            self.whispers.push(whisper);
        }
    }

    /// Opens a window for whoever clicked; `false`: the trigger is not known, or too old by `patience` seconds.
    pub(super) fn open(
        &mut self,
        trigger: &str,
        view: Value,
        now: Timestamp,
        patience: i64,
    ) -> bool {
        let place = self
            .triggers
            .iter()
            .position(|(known, ..)| known == trigger);
        let Some((_, user, at)) = place.and_then(|place| self.triggers.remove(place)) else {
            return false;
        };
        let fresh = now.as_second() - at.as_second() <= patience;
        if fresh {
            self.windows.push((user, view));
        }
        fresh
    }

    /// Everything, for tests and for people.
    pub(super) fn told(&self) -> Value {
        let messages = self.messages.iter().map(|message| {
            json!({
                "channel": message.channel, "ts": message.ts, "thread": message.thread, "text": message.text,
                "blocks": message.blocks, "updates": message.updates,
            })
        });
        json!({
            "messages": messages.collect::<Vec<_>>(),
            "whispers": self.whispers,
            "windows": self.windows.len(),
            "sockets": self.sockets.len(),
            "acknowledged": self.acknowledged,
            "unacknowledged": self.envelopes.len(),
        })
    }
}
