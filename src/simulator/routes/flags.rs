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
    let rest = rest.trim_start_matches('/');
    let of_unleash = rest
        .strip_prefix("api/admin/projects/default/features/")
        .and_then(|rest| rest.split_once("/environments/production"));
    match (ask.method.as_str(), of_unleash, rest.strip_prefix("own/")) {
        ("GET", Some((name, "")), _) => {
            let answer = |on| json!({ "name": "production", "enabled": on });
            told(state, name, answer)
        }
        ("POST", Some((name, "/off")), _) => switch_off(state, name, Value::Null),
        ("GET", None, Some(name)) => {
            let word = |on| if on { "ENABLED" } else { "DISABLED" };
            told(state, name, |on| json!({ "flag": name, "state": word(on) }))
        }
        ("PUT", None, Some(name)) => switch_off(state, name, ask.json().unwrap_or(Value::Null)),
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
