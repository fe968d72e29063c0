//! Who keeps feature flags: as Unleash's admin API speaks, and as a service of the team's own might.
//!
//! `/flags/api/admin/projects/default/features/NAME/environments/production` and `.../off`; `/flags/own/NAME`.

use serde_json::{Value, json};

use crate::simulator::{
    ask::{Ask, Reply},
    log::ActEntry,
    release::Behaviour,
    state::State,
};

/// The token that it wants.
const TOKEN: &str = "simulated-flags-token";
/// The flags of this world; the first one breaks the checkout where the scenario says so.
const NAMES: [&str; 2] = ["new-checkout", "dark-mode"];

/// Answers `rest`, the path below `/flags`.
pub(super) fn answer(state: &mut State, ask: &Ask, rest: &str) -> Reply {
    let token = ask.header("authorization").unwrap_or_default();
    if token.trim_start_matches("Bearer ") != TOKEN {
        return Reply::json(401, &json!({ "message": "no token of this service" }));
    }
    let parts: Vec<&str> = rest.trim_start_matches('/').split('/').collect();
    match (ask.method.as_str(), parts.as_slice()) {
        (
            "GET",
            [
                "api",
                "admin",
                "projects",
                "default",
                "features",
                name,
                "environments",
                "production",
            ],
        ) => told(
            state,
            name,
            |on| json!({ "name": "production", "enabled": on }),
        ),
        (
            "POST",
            [
                "api",
                "admin",
                "projects",
                "default",
                "features",
                name,
                "environments",
                "production",
                "off",
            ],
        ) => switch_off(state, name, Value::Null),
        ("GET", ["own", name]) => told(
            state,
            name,
            |on| json!({ "flag": name, "state": if on { "ENABLED" } else { "DISABLED" } }),
        ),
        ("PUT", ["own", name]) => switch_off(state, name, ask.json().unwrap_or(Value::Null)),
        _ => Reply::json(404, &json!({ "message": "not found" })),
    }
}

fn told(state: &State, name: &str, answer: impl Fn(bool) -> Value) -> Reply {
    if !NAMES.contains(&name) {
        return Reply::json(404, &json!({ "message": "no such feature" }));
    }
    let is_off = state.flags_off.iter().any(|off| off == name);
    Reply::json(200, &answer(!is_off))
}

fn switch_off(state: &mut State, name: &str, body: Value) -> Reply {
    if !NAMES.contains(&name) {
        return Reply::json(404, &json!({ "message": "no such feature" }));
    }
    let at = state.now;
    state.log.act(ActEntry {
        at,
        act: "flag-off",
        actor: name.to_owned(),
        via: "api",
        run: state.release_run,
        body,
    });
    state.flags_off.push(name.to_owned());
    // The same version without what the flag let in.
    let build = state.production().cloned();
    if let Some(mut build) = build.filter(|build| build.behaviour == Behaviour::Flagged)
        && name == NAMES[0]
    {
        build.behaviour = Behaviour::Healthy;
        state.serve(build, 100, at);
    }
    Reply::json(200, &json!({}))
}
