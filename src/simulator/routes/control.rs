//! What the world tells of itself under `/_world`: for tests, for `--serve`, never for cockpit.

use serde_json::json;

use crate::simulator::{
    ask::{Ask, Reply},
    files,
    repository::{NAME, OWNER},
    state::State,
};

/// `/_world`, `/_world/log`, `/_world/requests`, `/_world/cockpit.toml`.
pub(super) fn answer(state: &State, ask: &Ask, rest: &str) -> Reply {
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
