//! Slack's Web API, as far as an app like cockpit asks it: answers 200 with `ok`, and says no with a word.

use serde_json::{Value, json};

use crate::simulator::{
    ask::{Ask, Reply},
    slack::{posted, told_too_late},
    state::State,
    workspace::{CHANNELS, Message},
};

/// Most blocks of a message.
const BLOCKS: usize = 50;

/// Answers a method.
pub(super) fn answer(state: &mut State, ask: &Ask, method: &str) -> Reply {
    let token = ask
        .header("authorization")
        .and_then(|value| value.strip_prefix("Bearer "));
    let wanted = if method == "apps.connections.open" {
        "xapp-"
    } else {
        "xoxb-"
    };
    let answer = match token {
        None => Err("not_authed"),
        Some(token) if !token.starts_with("xapp-") && !token.starts_with("xoxb-") => {
            Err("invalid_auth")
        }
        Some(token) if !token.starts_with(wanted) => Err("not_allowed_token_type"),
        Some(_) => call(state, ask, method),
    };
    Reply::json(
        200,
        &answer.unwrap_or_else(|word| json!({ "ok": false, "error": word })),
    )
}

type Answer = Result<Value, &'static str>;

fn call(state: &mut State, ask: &Ask, method: &str) -> Answer {
    let body = ask.json().unwrap_or_default();
    match method {
        "auth.test" => Ok(json!({
            "ok": true, "url": "https://acme.slack.com/", "team": "Acme", "user": "cockpit", "team_id": "T0ACME",
            "user_id": "U0BOT", "bot_id": "B0COCKPIT",
        })),
        "apps.connections.open" => {
            let ticket = state.slack.ticket();
            let base = ask.base().replacen("http", "ws", 1);
            Ok(json!({ "ok": true, "url": format!("{base}/slack/socket?ticket={ticket}") }))
        }
        "chat.postMessage" => post(state, &body),
        "chat.update" => update(state, &body),
        "chat.postEphemeral" => whisper(state, &body),
        "views.open" => {
            let trigger = body["trigger_id"].as_str().unwrap_or_default();
            // The network's real milliseconds are seconds in a world that runs fast.
            let speed = state.pace.map_or(1.0, |pace| pace.speed);
            let patience = if speed <= 2.0 { 3 } else { 3_600 };
            let now = state.now;
            if state
                .slack
                .open(trigger, body["view"].clone(), now, patience)
            {
                Ok(json!({ "ok": true, "view": { "id": "V0", "type": "modal" } }))
            } else {
                Err("expired_trigger_id")
            }
        }
        "conversations.info" => {
            let (id, name) = channel(ask.parameter("channel"))?;
            let info = json!({ "id": id, "name": name, "is_member": true, "is_archived": false });
            Ok(json!({ "ok": true, "channel": info }))
        }
        "conversations.history" | "conversations.replies" => history(state, ask),
        _ => Err("unknown_method"),
    }
}

fn channel(id: Option<&str>) -> Result<(&'static str, &'static str), &'static str> {
    let mut all = CHANNELS.into_iter();
    all.find(|(known, _)| Some(*known) == id)
        .ok_or("channel_not_found")
}

fn checked(body: &Value) -> Result<(), &'static str> {
    let blocks = body["blocks"].as_array();
    if blocks.is_some_and(|blocks| blocks.len() > BLOCKS) {
        return Err("invalid_blocks");
    }
    if blocks.is_none_or(Vec::is_empty) && body["text"].as_str().is_none_or(str::is_empty) {
        return Err("no_text");
    }
    Ok(())
}

fn post(state: &mut State, body: &Value) -> Answer {
    let (id, _) = channel(body["channel"].as_str())?;
    checked(body)?;
    let thread = body["thread_ts"].as_str().map(str::to_owned);
    let there = |ts: &String| {
        let mut all = state.slack.messages.iter();
        all.any(|message| message.channel == id && message.ts == *ts)
    };
    if thread.as_ref().is_some_and(|ts| !there(ts)) {
        return Err("thread_not_found");
    }
    let now = state.now;
    let ts = state.slack.ts(now);
    let asks = body["blocks"].to_string().contains("\"primary\"");
    state.slack.keep(Message {
        channel: id.to_owned(),
        ts: ts.clone(),
        thread,
        text: body["text"].as_str().unwrap_or_default().to_owned(),
        blocks: body["blocks"].clone(),
        metadata: body["metadata"].clone(),
        updates: 0,
    });
    posted(state, id, asks);
    Ok(json!({ "ok": true, "channel": id, "ts": ts, "message": { "type": "message", "ts": ts } }))
}

fn update(state: &mut State, body: &Value) -> Answer {
    let (id, _) = channel(body["channel"].as_str())?;
    checked(body)?;
    let mut all = state.slack.messages.iter_mut();
    let message = all
        .find(|message| message.channel == id && body["ts"] == message.ts.as_str())
        .ok_or("message_not_found")?;
    let text = body["text"].as_str().unwrap_or_default();
    text.clone_into(&mut message.text);
    message.blocks = body["blocks"].clone();
    message.updates += 1;
    Ok(json!({ "ok": true, "channel": id, "ts": message.ts, "text": message.text }))
}

fn whisper(state: &mut State, body: &Value) -> Answer {
    let (id, _) = channel(body["channel"].as_str())?;
    let (Some(user), Some(text)) = (body["user"].as_str(), body["text"].as_str()) else {
        return Err("invalid_arguments");
    };
    let now = state.now;
    let ts = state.slack.ts(now);
    state
        .slack
        .whisper(json!({ "channel": id, "user": user, "text": text, "ts": ts }));
    // What a person can do nothing about is for good; for the rest they look at the card and click again.
    let for_good = ["own change", "is nobody", "already"];
    if !for_good.iter().any(|words| text.contains(words)) {
        told_too_late(state, user);
    }
    Ok(json!({ "ok": true, "message_ts": ts }))
}

fn history(state: &State, ask: &Ask) -> Answer {
    let (id, _) = channel(ask.parameter("channel"))?;
    let thread = ask.parameter("ts");
    let oldest = ask
        .parameter("oldest")
        .and_then(|text| text.parse::<f64>().ok());
    let with_metadata = ask.parameter("include_all_metadata") == Some("true");
    let all = state.slack.messages.iter().rev().filter(|message| {
        let young =
            oldest.is_none_or(|oldest| message.ts.parse::<f64>().is_ok_and(|ts| ts >= oldest));
        message.channel == id && message.thread.as_deref() == thread && young
    });
    let all = all.take(200).map(|message| {
        let mut one = json!({ "type": "message", "ts": message.ts, "text": message.text });
        if with_metadata {
            one["metadata"] = message.metadata.clone();
        }
        one
    });
    Ok(json!({ "ok": true, "messages": all.collect::<Vec<_>>(), "has_more": false }))
}
