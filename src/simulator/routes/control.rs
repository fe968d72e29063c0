//! What the world tells of itself under `/_world`: for tests, for `--serve`, never for cockpit.

use serde_json::json;

use crate::simulator::{
    ask::{Ask, Reply},
    files,
    repository::{NAME, OWNER},
    slack,
    state::State,
};

/// `/_world`, `/_world/slack`, `/_world/log`, `/_world/requests`, `/_world/cockpit.toml`.
pub(super) fn answer(state: &mut State, ask: &Ask, rest: &str) -> Reply {
    let base = ask.base();
    match rest {
        "" => Reply::json(
            200,
            &json!({
                "scenario": state.scenario.name(),
                "describe": state.scenario.describe(),
                "expected_outcome": state.scenario.expected_outcome(),
                "seed": state.seed,
                "speed": state.pace.map_or(1.0, |pace| pace.speed),
                "clock": state.pace,
                "epoch": state.epoch,
                "now": state.now,
                "github": format!("{base}/api/v3"),
                "cloudwatch": base,
                "slack": format!("{base}/slack/api"),
                "production": format!("{base}/app/version"),
                "config": format!("{base}/_world/cockpit.toml"),
                "repository": format!("{OWNER}/{NAME}"),
                "run_id": state.release_run,
                "acts": state.log.acts.len(),
                "requests": state.log.requests.len(),
                "dropped": state.log.dropped,
                "violations": state.log.violations,
            }),
        ),
        "/slack" => Reply::json(200, &state.slack.told()),
        "/slack/click" | "/slack/submit" if ask.method == "POST" => by_hand(state, ask, rest),
        "/log" => Reply::json(200, &json!(state.log.acts)),
        "/requests" => Reply::json(200, &json!(state.log.requests)),
        "/cockpit.toml" | "/smoke.toml" => Reply {
            status: 200,
            headers: vec![("content-type".to_owned(), "application/toml".to_owned())],
            body: files::read(&rest[1..], state.scenario, &base, state.epoch)
                .unwrap_or_default()
                .into_bytes(),
            ..Reply::default()
        },
        _ => Reply::refusal(404, "Not Found"),
    }
}

/// A person clicks in Slack, or answers the window that opened: `{"user": "U02CAROL", "button": "approve"}`, and where a test
/// wants another one than the card's `value` or `channel`.
fn by_hand(state: &mut State, ask: &Ask, rest: &str) -> Reply {
    let body = ask.json().unwrap_or_default();
    let word = |name: &str| body[name].as_str();
    let now = state.now;
    let Some(user) = word("user") else {
        return Reply::refusal(422, "who clicks?");
    };
    let done = if rest == "/slack/submit" {
        slack::submit(state, user, word("reason").unwrap_or_default())
    } else {
        let made = slack::Made {
            user,
            rejects: word("button") == Some("reject"),
            value: word("value"),
            channel: word("channel"),
        };
        slack::click(state, &made, now)
    };
    if done {
        Reply::json(200, &json!({ "ok": true }))
    } else {
        Reply::refusal(409, "there is nothing to click on")
    }
}
