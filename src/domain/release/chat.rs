//! Which messages are due in the chat: asked for once each, in the order in which things happened.

use crate::domain::{
    Event, Feed,
    chat::{ChatEvent, Topic},
    policy::SlackRule,
    release::Release,
};

impl Release {
    /// Whether everything that is worth telling was told, or cannot be.
    pub fn is_told(&self) -> bool {
        self.chat.requested().next().is_none() && messages_due(self).is_empty()
    }

    /// Whether the chat is owed words that it can be told now: its card stands there, and it answers.
    pub fn owes_words(&self) -> bool {
        let is_silent = self.record.silent.contains_key(&Feed::Slack);
        let speaks = self.policy.slack.is_some() && self.chat.card().is_some();
        speaks && !is_silent && !self.is_told()
    }

    /// Whether a channel for that is named, and what it hangs on stands.
    fn can_tell(&self, rule: &SlackRule, topic: &Topic) -> bool {
        match topic {
            Topic::Card => rule.approval.is_some(),
            Topic::Final { .. } | Topic::Thread { .. } => self.chat.card().is_some(),
            Topic::Escalation { .. } => rule.escalation.is_some(),
            Topic::Outcome { .. } => rule.deploys.is_some(),
        }
    }

    /// The card's last state, once nothing more happens by itself.
    fn last_state(&self) -> Option<Topic> {
        let topic = Topic::Final {
            attempt: self.attempt(),
        };
        let is_due = self.phase().is_end()
            && !self.chat.is_final(self.attempt())
            && !self.chat.is_requested(&topic);
        is_due.then_some(topic)
    }
}

/// Messages to be asked for.
pub(super) fn messages_due(release: &Release) -> Vec<Event> {
    let Some(rule) = &release.policy.slack else {
        return Vec::new();
    };
    // Where another machine drives, that one speaks.
    if !release.record.seating.is_here() {
        return Vec::new();
    }
    let told = release.chat.wanted().cloned();
    told.chain(release.last_state())
        .filter(|topic| release.can_tell(rule, topic))
        .map(|topic| ChatEvent::MessageRequested { topic }.into())
        .collect()
}
