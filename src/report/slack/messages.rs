//! Whole messages, each for its topic: the card, a word in the thread, the escalation, how it ended, and what is asked or told
//! to one person.

use serde_json::Value;

use super::{
    blocks::{Block, Entry, Modal, Words, fallback, json},
    card::{Card, card},
    facts,
    line::{Line, Part},
};
use crate::{
    domain::{
        Event, Refusal, Seq, Stamped, Text,
        approval::ApprovalEvent,
        chat::{Asked, ChatMessage, REASON_BLOCK, REJECT_CALLBACK, Topic},
        record::RecordEvent,
        release::Release,
    },
    report::{Mood, told, who},
};

/// The message for a topic; `None`: there is no channel for it, or its event is too old to be told.
pub fn message(release: &Release, act: Seq, topic: &Topic) -> Option<ChatMessage> {
    let rule = release.policy.slack.as_ref()?;
    // A release has one card, whichever machine or journal asks for it.
    let mark = match topic {
        Topic::Card => format!("{} card", release.key),
        _ => format!("{} {act}", release.key),
    };
    let place = release.chat.card();
    let (channel, thread, text, blocks) = match topic {
        Topic::Card | Topic::Final { .. } => {
            let channel = place.map_or(rule.approval.as_ref()?, |place| &place.channel);
            let card = card(release);
            return Some(of_card(channel, &card, mark));
        }
        Topic::Thread { of } => {
            let place = place?;
            let (text, blocks) = word(&event(release, *of)?);
            (place.channel.clone(), Some(place.ts.clone()), text, blocks)
        }
        Topic::Escalation { .. } => {
            let (text, blocks) = escalation(release);
            (rule.escalation.clone()?, None, text, blocks)
        }
        Topic::Outcome { of } => {
            let (text, blocks) = outcome(release, &event(release, *of)?);
            (rule.deploys.clone()?, None, text, blocks)
        }
    };
    Some(ChatMessage {
        channel,
        thread,
        text,
        blocks,
        mark,
    })
}

/// The card as it should stand now, where it stands.
pub fn card_message(release: &Release) -> Option<ChatMessage> {
    let place = release.chat.card()?;
    Some(of_card(&place.channel, &card(release), String::new()))
}

fn of_card(channel: &str, card: &Card, mark: String) -> ChatMessage {
    ChatMessage {
        channel: channel.to_owned(),
        thread: None,
        text: fallback(&card.in_short()),
        blocks: card.blocks(),
        mark,
    }
}

fn event(release: &Release, seq: Seq) -> Option<Stamped> {
    let mut log = release.log.iter().rev();
    log.find(|stamped| stamped.stamp.seq == seq).cloned()
}

fn mark(mood: Mood) -> &'static str {
    match mood {
        Mood::Good => "✅ ",
        Mood::Bad => "🚨 ",
        Mood::Look => "🟠 ",
        Mood::Unknown => "❔ ",
        Mood::Plain | Mood::Quiet => "▪️ ",
    }
}

/// An event in the thread.
fn word(stamped: &Stamped) -> (String, Value) {
    let (mood, words) = told(stamped);
    // Reasons of people are told whole; the log has but their first line.
    let more = match &stamped.event {
        Event::Approval(ApprovalEvent::RejectionRequested { reason, .. }) => Some(reason),
        Event::Approval(ApprovalEvent::Rejected { comment, .. }) => Some(comment),
        _ => None,
    };
    let line = Line::plain(mark(mood))
        .and(Part::Strong(who(&stamped.stamp.actor)))
        .words(" ")
        .said(&words);
    let mut blocks = vec![Block::section(&line)];
    if let Some(more) = more.filter(|more| more.as_str() != more.first_line()) {
        blocks.push(Block::section(&Line(vec![Part::Said(more.clone())])));
    }
    blocks.push(Block::context(&Line(vec![Part::Time(stamped.stamp.at)])));
    let who = who(&stamped.stamp.actor);
    (fallback(&format!("{who}: {words}")), json(&blocks))
}

fn name(release: &Release) -> String {
    format!("{} {}", Text::line(&release.policy.service), release.name())
}

/// Nobody answered.
fn escalation(release: &Release) -> (String, Value) {
    let name = name(release);
    let mut line = Line::plain("🟠 ")
        .and(Part::Strong(name.clone()))
        .words(" waits for a decision");
    if let Some(waiting) = &release.approval.waiting {
        line = line.words(" since ").and(Part::Time(waiting.since));
    }
    let line = line.words(", and nobody has answered.");
    let card = card(release);
    let mut blocks = vec![Block::section(&line)];
    let facts = [
        ("Commit", facts::commit(release)),
        ("Recommendation", Line::default().said(&card.advice)),
    ];
    blocks.push(Block::fields(&facts));
    let gates = card
        .lists
        .iter()
        .find(|(heading, _)| heading.starts_with("Open gates"));
    blocks.extend(gates.map(|(heading, lines)| Block::list(heading, lines)));
    blocks.push(links(release));
    let text = format!("{name} waits for a decision, and nobody has answered");
    (fallback(&text), json(&blocks))
}

/// How it ended, for everybody who deploys: link, commit, time.
fn outcome(release: &Release, stamped: &Stamped) -> (String, Value) {
    let name = name(release);
    let target = release.rollback.newest();
    let target = target.map_or("an earlier version", |attempt| attempt.shown.target.name());
    let outcome = match &stamped.event {
        Event::Record(RecordEvent::OutcomeReached { outcome }) => *outcome,
        _ => release.outcome(),
    };
    let environment = Text::line(&release.policy.target.environment);
    let (mark, words) = match outcome.exit_code() {
        0 => ("✅ ", format!(" is in {environment} and stable")),
        _ if outcome.word() == "ROLLED_BACK" => ("🚨 ", format!(" was rolled back to {target}")),
        _ => ("🚨 ", format!(": the rollback to {target} failed")),
    };
    let line = Line::plain(mark)
        .and(Part::Strong(name.clone()))
        .said(&words);
    let facts = [
        ("Commit", facts::commit(release)),
        ("When", Line(vec![Part::Time(stamped.stamp.at)])),
    ];
    let blocks = [Block::section(&line), Block::fields(&facts), links(release)];
    (fallback(&format!("{name}{words}")), json(&blocks))
}

fn links(release: &Release) -> Block {
    let line = match &release.rollout.run {
        Some(run) => Line(vec![Part::Link {
            words: format!("run {}", run.run),
            to: run.url.to_string(),
        }]),
        None => Line::plain(format!("run {}", release.key.run)),
    };
    Block::context(&line.words(" · cockpit"))
}

/// Why a click does nothing, for whoever clicked.
pub fn refused(refusal: &Refusal) -> String {
    fallback(&format!("That did not count: {refusal}."))
}

/// The window that asks why a release is rejected.
pub fn reject_window(release: &Release, asked: &Asked) -> Value {
    let label = format!("Why not {}?", name(release));
    let modal = Modal {
        callback_id: REJECT_CALLBACK,
        private_metadata: asked.encode(),
        title: Words::title("Reject"),
        submit: Words::title("Reject"),
        close: Words::title("Back"),
        blocks: vec![Block::Input {
            block_id: REASON_BLOCK,
            label: Words::button(&label),
            element: Entry {
                action_id: REASON_BLOCK,
                multiline: true,
                min_length: 1,
                max_length: 2_000,
            },
        }],
    };
    // Strings cannot fail to be written.
    serde_json::to_value(&modal).unwrap_or_default()
}
