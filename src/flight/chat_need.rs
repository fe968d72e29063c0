//! What a release needs of the chat: messages that were asked for, and the card as it should stand.

use jiff::Timestamp;

use crate::{
    domain::{
        ReleaseKey, Seq,
        chat::{ChatMessage, ChatPlace, Topic},
        release::Release,
    },
    report::slack::{card_message, message},
};

/// What the courier does next.
#[derive(Debug, Clone, PartialEq)]
pub struct ChatNeeds {
    /// Which release.
    pub release: ReleaseKey,
    /// Messages that wait for an answer, oldest first.
    pub posts: Vec<ChatPost>,
    /// Where the card stands, and how it should; `None`: there is none, or its last state stands there.
    pub card: Option<(ChatPlace, ChatMessage)>,
}

/// A message that was asked for.
#[derive(Debug, Clone, PartialEq)]
pub struct ChatPost {
    /// The request.
    pub act: Seq,
    /// When it was asked for.
    pub at: Timestamp,
    /// What to send; `None`: nothing can be told any more.
    pub message: Option<ChatMessage>,
    /// The message that it takes the place of.
    pub replaces: Option<ChatPlace>,
}

/// What `release` needs; `None` where the rules name no Slack.
pub(super) fn chat_needs(release: &Release) -> Option<ChatNeeds> {
    release.policy.slack.as_ref()?;
    let posts = release.chat.requested().map(|(act, at, topic)| ChatPost {
        act,
        at,
        message: message(release, act, topic),
        replaces: match topic {
            Topic::Final { .. } => release.chat.card().cloned(),
            Topic::Card
            | Topic::Thread { .. }
            | Topic::Escalation { .. }
            | Topic::Outcome { .. } => None,
        },
    });
    let is_over = release.phase().is_end();
    let card = release.chat.card().filter(|_| !is_over);
    Some(ChatNeeds {
        release: release.key.clone(),
        posts: posts.collect(),
        card: card.cloned().zip(card_message(release)),
    })
}
