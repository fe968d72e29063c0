//! What comes over the socket, read with suspicion: an acknowledgement where one is owed, and a click where there is one.

use serde::Deserialize;
use serde_json::Value;

use crate::domain::{
    Text,
    chat::{APPROVE_ACTION, Asked, Button, Click, REASON_BLOCK, REJECT_ACTION, REJECT_CALLBACK},
};

/// Longest reason that is taken, in bytes.
const REASON: usize = 4_000;
/// A frame as far as the socket cares.
#[derive(Debug, PartialEq)]
pub(super) enum Frame {
    /// The connection is good.
    Hello,
    /// It will be closed: another one is wanted.
    Disconnect,
    /// The app's Socket Mode was switched off.
    SwitchedOff,
    /// Something that is owed an acknowledgement by this name, and the click in it.
    Envelope(String, Option<Click>),
    /// A window came back with a reason that says nothing: this name is owed the answer that it stays open.
    Blank(String),
    /// Anything else.
    Other,
}

#[derive(Deserialize)]
struct Raw {
    #[serde(default, rename = "type")]
    kind: String,
    #[serde(default)]
    envelope_id: Option<String>,
    #[serde(default)]
    reason: Value,
    #[serde(default)]
    payload: Value,
}

/// Reads a text frame.
pub(super) fn read(text: &str) -> Frame {
    let Ok(raw) = serde_json::from_str::<Raw>(text) else {
        return Frame::Other;
    };
    match (raw.kind.as_str(), raw.envelope_id) {
        ("hello", _) => Frame::Hello,
        ("disconnect", _) if raw.reason == "link_disabled" => Frame::SwitchedOff,
        ("disconnect", _) => Frame::Disconnect,
        (kind, Some(id)) if !id.is_empty() && id.len() <= 200 => {
            let click = (kind == "interactive").then(|| click(&raw.payload, &id));
            match click.flatten() {
                Some(click) if says_nothing(&click.button) => Frame::Blank(id),
                click => Frame::Envelope(id, click),
            }
        }
        _ => Frame::Other,
    }
}

/// The acknowledgement of an envelope.
pub(super) fn acknowledgement(envelope: &str) -> String {
    serde_json::json!({ "envelope_id": envelope }).to_string()
}

/// The acknowledgement of a window that is to stay open, with why, under its field.
pub(super) fn asks_again(envelope: &str) -> String {
    let why = "Say why: it goes to the run and into the record.";
    let payload =
        serde_json::json!({ "response_action": "errors", "errors": { REASON_BLOCK: why } });
    serde_json::json!({ "envelope_id": envelope, "payload": payload }).to_string()
}

fn says_nothing(button: &Button) -> bool {
    matches!(button, Button::Rejected { reason } if reason.is_empty())
}

/// The click in an envelope. What has no name of its own is called by its trigger, or by the envelope.
fn click(payload: &Value, envelope: &str) -> Option<Click> {
    let text = |value: &Value| {
        value
            .as_str()
            .map(Text::line)
            .filter(|text| !text.is_empty())
    };
    let user = text(&payload["user"]["id"])?;
    let trigger = payload["trigger_id"].as_str().map(str::to_owned);
    let named = |own: &Value| {
        let own = own.as_str().filter(|own| !own.is_empty());
        let name = own.or(trigger.as_deref()).unwrap_or(envelope);
        Text::line(&format!("{name} {user}"))
    };
    match payload["type"].as_str()? {
        "block_actions" => {
            let action = payload["actions"].as_array()?.first()?;
            let button = match action["action_id"].as_str()? {
                APPROVE_ACTION => Button::Approve,
                REJECT_ACTION => Button::Reject,
                _ => return None,
            };
            let channel = text(&payload["container"]["channel_id"])
                .or_else(|| text(&payload["channel"]["id"]))?;
            let id = named(&action["action_ts"]);
            let value = action["value"].as_str().unwrap_or_default();
            Some(Click {
                id,
                user,
                channel,
                button,
                value: value.to_owned(),
                trigger,
            })
        }
        "view_submission" => {
            let view = &payload["view"];
            if view["callback_id"] != REJECT_CALLBACK {
                return None;
            }
            let asked = Asked::parse(view["private_metadata"].as_str()?)?;
            let field = &view["state"]["values"][REASON_BLOCK][REASON_BLOCK]["value"];
            let written = field.as_str().unwrap_or_default().trim();
            let said = if Text::is_blank(written) { "" } else { written };
            let reason = Text::block_within(said, REASON);
            let id = named(&view["id"]);
            Some(Click {
                id,
                user,
                channel: asked.channel,
                button: Button::Rejected { reason },
                value: asked.value,
                trigger: None,
            })
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_click_and_a_reason_are_read() {
        let frame = json!({
            "type": "interactive", "envelope_id": "e1", "accepts_response_payload": true,
            "payload": {
                "type": "block_actions", "trigger_id": "t1", "user": { "id": "U1" },
                "container": { "type": "message", "channel_id": "C1", "message_ts": "1.2" },
                "actions": [{ "action_id": APPROVE_ACTION, "action_ts": "9.1", "value": "v" }],
            },
        });
        let Frame::Envelope(id, Some(click)) = read(&frame.to_string()) else {
            panic!("a click");
        };
        assert_eq!((id.as_str(), click.id.as_str()), ("e1", "9.1 U1"));
        assert_eq!((click.button, click.value.as_str()), (Button::Approve, "v"));
        let asked = Asked {
            channel: "C1".into(),
            value: "v".to_owned(),
        };
        let frame = json!({
            "type": "interactive", "envelope_id": "e2",
            "payload": {
                "type": "view_submission", "user": { "id": "U1" },
                "view": {
                    "id": "V1", "callback_id": REJECT_CALLBACK, "private_metadata": asked.encode(),
                    "state": { "values": { REASON_BLOCK: { REASON_BLOCK: { "value": " too big\u{1b} " } } } },
                },
            },
        });
        let Frame::Envelope(_, Some(click)) = read(&frame.to_string()) else {
            panic!("a reason");
        };
        let reason = "too big␛".into();
        assert_eq!(click.button, Button::Rejected { reason });
        assert_eq!(click.channel.as_str(), "C1");
    }

    #[test]
    fn hostile_frames_are_acknowledged_where_they_can_be_and_mean_nothing() {
        let envelope = |payload: Value| {
            json!({ "type": "interactive", "envelope_id": "e", "payload": payload }).to_string()
        };
        for payload in [
            json!(null),
            json!([]),
            json!({ "type": "block_actions" }),
            json!({ "type": "block_actions", "user": { "id": 7 }, "actions": [] }),
            json!({ "type": "block_actions", "user": { "id": "U1" }, "actions": [{ "action_id": "other" }] }),
            json!({ "type": "view_submission", "user": { "id": "U1" }, "view": { "callback_id": REJECT_CALLBACK, "private_metadata": "{" } }),
            json!({ "type": "shortcut", "user": { "id": "U1" } }),
        ] {
            let frame = read(&envelope(payload.clone()));
            assert_eq!(frame, Frame::Envelope("e".to_owned(), None), "{payload}");
        }
        for text in [
            "",
            "{",
            "null",
            "7",
            "{\"type\":7}",
            "{\"envelope_id\":\"\"}",
        ] {
            assert_eq!(read(text), Frame::Other, "{text}");
        }
        let long = json!({ "type": "x", "envelope_id": "e".repeat(10_000) }).to_string();
        assert_eq!(read(&long), Frame::Other);
        for (reason, wanted) in [
            (json!("warning"), Frame::Disconnect),
            (json!("refresh_requested"), Frame::Disconnect),
            (json!({ "odd": 1 }), Frame::Disconnect),
            (json!("link_disabled"), Frame::SwitchedOff),
        ] {
            let frame = json!({ "type": "disconnect", "reason": reason }).to_string();
            assert_eq!(read(&frame), wanted, "{frame}");
        }
        let other = json!({ "type": "events_api", "envelope_id": "e", "reason": [1] });
        assert_eq!(
            read(&other.to_string()),
            Frame::Envelope("e".to_owned(), None)
        );
    }

    #[test]
    fn a_reason_that_says_nothing_leaves_the_window_open() {
        let asked = json!({ "value": "v", "channel": "C1" }).to_string();
        let frame = |reason: Value| {
            let view = json!({
                "callback_id": REJECT_CALLBACK, "id": "V1", "private_metadata": asked,
                "state": { "values": { REASON_BLOCK: { REASON_BLOCK: { "value": reason } } } },
            });
            let payload =
                json!({ "type": "view_submission", "user": { "id": "U1" }, "view": view });
            json!({ "type": "interactive", "envelope_id": "e1", "payload": payload }).to_string()
        };
        let unseen = json!("\u{200b}\u{3164}");
        for blank in [json!(" \n\t"), json!(""), Value::Null, unseen] {
            assert_eq!(read(&frame(blank)), Frame::Blank("e1".to_owned()));
        }
        assert!(matches!(
            read(&frame(json!("no"))),
            Frame::Envelope(_, Some(_))
        ));
        let owed: Value = serde_json::from_str(&asks_again("e1")).unwrap();
        assert_eq!(owed["envelope_id"], "e1");
        assert_eq!(owed["payload"]["response_action"], "errors");
        assert!(owed["payload"]["errors"][REASON_BLOCK].is_string());
    }

    #[test]
    fn two_clicks_without_a_time_are_two_clicks() {
        let clicked = |envelope: &str, trigger: Option<&str>| {
            let frame = json!({
                "type": "interactive", "envelope_id": envelope,
                "payload": {
                    "type": "block_actions", "trigger_id": trigger, "user": { "id": "U1" },
                    "channel": { "id": "C1" },
                    "actions": [{ "action_id": REJECT_ACTION, "value": "v" }],
                },
            });
            let Frame::Envelope(_, Some(click)) = read(&frame.to_string()) else {
                panic!("a click");
            };
            click.id
        };
        assert_ne!(clicked("e1", Some("t1")), clicked("e1", Some("t2")));
        assert_ne!(clicked("e1", None), clicked("e2", None));
        // Slack sends again what it believes unacknowledged.
        assert_eq!(clicked("e1", Some("t1")), clicked("e2", Some("t1")));
    }
}
