//! Slack's Block Kit as far as cockpit speaks it, and its limits.
//!
//! Types of our own after docs.slack.dev, "Block Kit": each constructor keeps the documented limit of its text, so a message
//! that is made here is one that Slack takes.

use serde::Serialize;
use serde_json::Value;

use super::{
    line::Line,
    mrkdwn::{CUT, length, plain},
};

/// Blocks of a message.
pub(super) const MOST_BLOCKS: usize = 50;
const HEADER: usize = 150;
const SECTION: usize = 3_000;
const FIELD: usize = 2_000;
const FIELDS: usize = 10;
const CONTEXT: usize = 3_000;
const BUTTON: usize = 75;
const TITLE: usize = 24;
/// A fallback text; Slack takes 40,000 and shows less.
const FALLBACK: usize = 3_000;

/// A block.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub(super) enum Block {
    Header {
        text: Words,
    },
    Section {
        #[serde(skip_serializing_if = "Option::is_none")]
        text: Option<Words>,
        #[serde(skip_serializing_if = "Vec::is_empty")]
        fields: Vec<Words>,
    },
    Divider,
    Context {
        elements: Vec<Words>,
    },
    Actions {
        elements: Vec<Button>,
    },
    Input {
        block_id: &'static str,
        label: Words,
        element: Entry,
    },
}

/// A text object.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub(super) enum Words {
    PlainText {
        text: String,
        /// Whether names between colons become pictures: never.
        emoji: bool,
    },
    Mrkdwn {
        text: String,
        /// No mention, address or channel is looked for in it.
        verbatim: bool,
    },
}

/// A button.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(tag = "type", rename = "button")]
pub(super) struct Button {
    pub(super) text: Words,
    pub(super) action_id: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) value: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) url: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) style: Option<&'static str>,
}

/// A field to write in.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(tag = "type", rename = "plain_text_input")]
pub(super) struct Entry {
    pub(super) action_id: &'static str,
    pub(super) multiline: bool,
    pub(super) min_length: u32,
    pub(super) max_length: u32,
}

/// A window over Slack.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(tag = "type", rename = "modal")]
pub(super) struct Modal {
    pub(super) callback_id: &'static str,
    pub(super) private_metadata: String,
    pub(super) title: Words,
    pub(super) submit: Words,
    pub(super) close: Words,
    pub(super) blocks: Vec<Block>,
}

impl Words {
    fn plain(text: &str, most: usize) -> Self {
        // No text object may be empty.
        let text = if text.trim().is_empty() { "?" } else { text };
        Self::PlainText {
            text: plain(text, most),
            emoji: false,
        }
    }

    fn mrkdwn(text: String) -> Self {
        let text = if text.trim().is_empty() {
            "?".to_owned()
        } else {
            text
        };
        Self::Mrkdwn {
            text,
            verbatim: true,
        }
    }

    /// A modal's title or button.
    pub(super) fn title(text: &str) -> Self {
        Self::plain(text, TITLE)
    }

    /// A button's, or a label's.
    pub(super) fn button(text: &str) -> Self {
        Self::plain(text, BUTTON)
    }
}

impl Block {
    pub(super) fn header(text: &str) -> Self {
        Self::Header {
            text: Words::plain(text, HEADER),
        }
    }

    pub(super) fn section(line: &Line) -> Self {
        Self::Section {
            text: Some(Words::mrkdwn(line.mrkdwn(SECTION))),
            fields: Vec::new(),
        }
    }

    /// A heading with its lines; the lines that have no room are counted.
    pub(super) fn list(heading: &str, lines: &[Line]) -> Self {
        const ONE: usize = 400;
        let mut text = format!("*{heading}*");
        for (at, line) in lines.iter().enumerate() {
            let next = format!("\n• {}", line.mrkdwn(ONE));
            let more = format!("\n{CUT} and {} more", lines.len() - at);
            if length(&text) + length(&next) + length(&more) > SECTION {
                text.push_str(&more);
                break;
            }
            text.push_str(&next);
        }
        Self::Section {
            text: Some(Words::mrkdwn(text)),
            fields: Vec::new(),
        }
    }

    /// Pairs of a name and a value, at most ten.
    pub(super) fn fields(fields: &[(&'static str, Line)]) -> Self {
        let one = |(name, value): &(&'static str, Line)| {
            let room = FIELD - length(name) - 3;
            Words::mrkdwn(format!("*{name}*\n{}", value.mrkdwn(room)))
        };
        Self::Section {
            text: None,
            fields: fields.iter().take(FIELDS).map(one).collect(),
        }
    }

    pub(super) fn context(line: &Line) -> Self {
        Self::Context {
            elements: vec![Words::mrkdwn(line.mrkdwn(CONTEXT))],
        }
    }
}

/// Blocks as a message carries them.
pub(super) fn json(blocks: &[Block]) -> Value {
    // Strings and numbers cannot fail to be written.
    serde_json::to_value(&blocks[..blocks.len().min(MOST_BLOCKS)]).unwrap_or_default()
}

/// What a notification says. It is Slack's text too.
pub(super) fn fallback(text: &str) -> String {
    super::mrkdwn::escaped(text, FALLBACK)
}
