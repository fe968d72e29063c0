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
    /// Of the card: since when another machine, or a journal that is gone, may have posted it: the run's beginning.
    pub adopts: Option<Timestamp>,
}

/// What `release` needs; `None` where the rules name no Slack. Where another machine drives, that one speaks.
pub(super) fn chat_needs(release: &Release) -> Option<ChatNeeds> {
    release.policy.slack.as_ref()?;
    if !release.record.seating.is_here() {
        return Some(ChatNeeds {
            release: release.key.clone(),
            posts: Vec::new(),
            card: None,
        });
    }
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
        adopts: release
            .rollout
            .run
            .as_ref()
            .filter(|_| *topic == Topic::Card)
            .map(|run| run.started),
    });
    let is_over = release.phase().is_end();
    let card = release.chat.card().filter(|_| !is_over);
    Some(ChatNeeds {
        release: release.key.clone(),
        posts: posts.collect(),
        card: card.cloned().zip(card_message(release)),
    })
}
