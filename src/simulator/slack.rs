//! What happens in the Slack workspace: people who click, and the sockets over which apps hear of it.
//!
//! After docs.slack.dev: an envelope that is not acknowledged is sent again, and a line is renewed now and then.

use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

use super::{
    scenario::Scenario,
    state::{Happening, State},
    workspace::{Envelope, MOST, Slack, Socket},
};

/// Seconds within which an envelope is acknowledged.
const ACKNOWLEDGED: i64 = 3;
/// Seconds after which an envelope without an acknowledgement is sent again.
const AGAIN: i64 = 10;
/// Seconds until a line is to be renewed, and until the old one goes.
const RENEWED: i64 = 240;
const GOES: i64 = 30;
/// How often a person clicks again whose click came too late for a change.
const PATIENCE: u8 = 60;

/// A click as somebody makes it.
pub(super) struct Made<'a> {
    pub(super) user: &'a str,
    pub(super) rejects: bool,
    /// Another value than the button's.
    pub(super) value: Option<&'a str>,
    /// Another channel than the card's.
    pub(super) channel: Option<&'a str>,
}

/// The button of a message: the good one, or the dangerous one.
fn button(blocks: &Value, style: &str) -> Option<Value> {
    let all = blocks.as_array()?.iter();
    let mut elements = all
        .filter_map(|block| block["elements"].as_array())
        .flatten();
    elements.find(|element| element["style"] == style).cloned()
}

/// The people who click by themselves in a scenario, each so many seconds after `posted`.
pub(super) fn posted(state: &mut State, channel: &str, asks: bool) {
    let people: &[(&str, i64)] = match (state.scenario, channel) {
        (Scenario::SlackApprove, "C0APPROVAL") if asks => {
            &[("U02CAROL", 40), ("U02CAROL", 41), ("U06FAY", 90)]
        }
        (Scenario::SlackStranger, "C0APPROVAL") if asks => &[
            ("U09STRANGER", 20),
            ("U03BEN", 40),
            ("U04DEE", 42),
            ("U05EMIL", 44),
            ("U02CAROL", 80),
            ("U06FAY", 100),
        ],
        (Scenario::TimeoutEscalates, "C0LEADS") => &[("U02CAROL", 60), ("U06FAY", 80)],
        _ => return,
    };
    let now = state.now;
    for (user, seconds) in people {
        let user = (*user).to_owned();
        let tries = PATIENCE;
        state.plan(now, *seconds, Happening::SlackClick { user, tries });
    }
}

/// Somebody whose turn it is clicks; where there is nothing to click on yet, again a little later.
pub(super) fn click_in_turn(state: &mut State, user: &str, tries: u8, at: Timestamp) {
    let made = Made {
        user,
        rejects: false,
        value: None,
        channel: None,
    };
    if !click(state, &made, at) && tries > 0 {
        again(state, user, tries, at);
    }
}

fn again(state: &mut State, user: &str, tries: u8, at: Timestamp) {
    let (user, tries) = (user.to_owned(), tries - 1);
    state.plan(at, 20, Happening::SlackClick { user, tries });
}

/// Somebody is told that their click did not count yet: they look at the card and click again.
pub(super) fn told_too_late(state: &mut State, user: &str) {
    let clicks = state.slack.whispers.iter();
    let told = clicks.filter(|whisper| whisper["user"] == user).count();
    let tries = PATIENCE.saturating_sub(u8::try_from(told).unwrap_or(u8::MAX));
    if tries > 0 {
        let now = state.now;
        again(state, user, tries, now);
    }
}

/// A click on the newest card; `false`: there is none, or it has no such button.
pub(super) fn click(state: &mut State, made: &Made<'_>, at: Timestamp) -> bool {
    let style = if made.rejects { "danger" } else { "primary" };
    let mut cards = state.slack.messages.iter().rev();
    let card = cards.find_map(|message| Some((message.clone(), button(&message.blocks, style)?)));
    let Some((message, button)) = card else {
        return false;
    };
    let trigger = format!("trigger{}", state.slack.mint());
    let action_ts = state.slack.ts(at);
    let channel = made.channel.unwrap_or(&message.channel);
    let payload = json!({
        "type": "block_actions",
        "user": { "id": made.user, "username": made.user.to_lowercase(), "team_id": "T0ACME" },
        "api_app_id": "A0COCKPIT",
        "container": { "type": "message", "message_ts": message.ts, "channel_id": channel, "is_ephemeral": false },
        "trigger_id": trigger,
        "team": { "id": "T0ACME", "domain": "acme" },
        "channel": { "id": channel, "name": "deploy-approval" },
        "message": { "type": "message", "ts": message.ts, "text": message.text },
        "actions": [{
            "type": "button", "action_id": button["action_id"], "block_id": "b1", "text": button["text"],
            "value": made.value.map_or_else(|| button["value"].clone(), |value| json!(value)),
            "style": style, "action_ts": action_ts,
        }],
    });
    let slack = &mut state.slack;
    slack
        .triggers
        .push_back((trigger, made.user.to_owned(), at));
    if slack.triggers.len() > MOST {
        slack.triggers.pop_front();
    }
    send(slack, payload);
    true
}

/// An answer to the window that opened for somebody; `false`: none did.
pub(super) fn submit(state: &mut State, user: &str, reason: &str) -> bool {
    let slack = &mut state.slack;
    let Some(place) = slack.windows.iter().position(|(whose, _)| whose == user) else {
        return false;
    };
    let (_, view) = slack.windows.remove(place);
    let field = &view["blocks"][0];
    let (block, action) = (
        field["block_id"].as_str().unwrap_or_default(),
        field["element"]["action_id"].as_str().unwrap_or_default(),
    );
    let id = format!("V{}", slack.mint());
    let payload = json!({
        "type": "view_submission",
        "user": { "id": user, "team_id": "T0ACME" },
        "view": {
            "id": id, "type": "modal", "callback_id": view["callback_id"], "private_metadata": view["private_metadata"],
            "state": { "values": { block: { action: { "type": "plain_text_input", "value": reason } } } },
        },
    });
    send(slack, payload);
    true
}

fn send(slack: &mut Slack, payload: Value) {
    let id = format!("envelope-{}", slack.mint());
    if slack.envelopes.len() < MOST {
        slack.envelopes.push_back(Envelope {
            id,
            payload,
            sent: None,
        });
    }
}

/// A client comes with a ticket; each is good once.
pub(super) fn connect(state: &mut State, ticket: &str, now: Timestamp) -> Option<u64> {
    let slack = &mut state.slack;
    let place = slack.tickets.iter().position(|known| known == ticket)?;
    slack.tickets.remove(place);
    let id = slack.mint();
    slack.sockets.push(Socket {
        id,
        opened: now,
        greeted: false,
        renewed: false,
    });
    Some(id)
}

/// The frames that a socket owes now; `None`: it is closed.
pub(super) fn frames(state: &mut State, socket: u64) -> Option<Vec<String>> {
    let now = state.now;
    let slack = &mut state.slack;
    let newest = slack.sockets.last().map(|one| one.id);
    let one = slack.sockets.iter_mut().find(|one| one.id == socket)?;
    let mut all = Vec::new();
    if !one.greeted {
        one.greeted = true;
        all.push(json!({ "type": "hello", "num_connections": 1, "connection_info": { "app_id": "A0COCKPIT" } }));
    }
    let age = now.as_second() - one.opened.as_second();
    if age >= RENEWED && !one.renewed {
        one.renewed = true;
        all.push(json!({ "type": "disconnect", "reason": "refresh_requested" }));
    }
    // The old line goes once another one is there, or its time has come.
    if one.renewed && (age >= RENEWED + GOES * 4 || newest != Some(socket) && age >= RENEWED + GOES)
    {
        return None;
    }
    if newest == Some(socket) {
        for envelope in &mut slack.envelopes {
            let due = envelope.sent.is_none_or(|(at, over)| {
                over != socket || now.duration_since(at) > SignedDuration::from_secs(AGAIN)
            });
            if due {
                envelope.sent = Some((now, socket));
                all.push(json!({
                    "type": "interactive", "envelope_id": envelope.id, "accepts_response_payload": false,
                    "payload": envelope.payload,
                }));
            }
        }
    }
    Some(all.iter().map(Value::to_string).collect())
}

/// A client's frame: an acknowledgement, or nothing.
pub(super) fn heard(state: &mut State, _socket: u64, frame: &str, now: Timestamp) {
    let Ok(frame) = serde_json::from_str::<Value>(frame) else {
        return;
    };
    let speed = state.pace.map_or(1.0, |pace| pace.speed);
    let slack = &mut state.slack;
    let known = slack
        .envelopes
        .iter()
        .position(|one| frame["envelope_id"] == one.id.as_str());
    let Some(envelope) = known.and_then(|place| slack.envelopes.remove(place)) else {
        return;
    };
    slack.acknowledged += 1;
    let Some((sent, _)) = envelope.sent else {
        return;
    };
    // In a world that runs fast the network's real milliseconds are its seconds.
    let late = now.duration_since(sent).as_secs() > ACKNOWLEDGED && speed <= 2.0;
    if late {
        let line = format!("envelope {} was acknowledged late", envelope.id);
        state.log.violation(line);
    }
}

/// A client is gone.
pub(super) fn hang_up(state: &mut State, socket: u64) {
    state.slack.sockets.retain(|one| one.id != socket);
}
