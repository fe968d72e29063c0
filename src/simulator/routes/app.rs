//! What is not GitHub: production's own version, and the store that artifacts are fetched from.

use serde_json::json;

use crate::simulator::{
    ask::{Ask, Reply},
    dice,
    release::Behaviour,
    state::State,
};

/// Seconds that an artifact's address lives. GitHub says one minute; a world that runs hundreds of times faster needs more.
const LIVES: i64 = 900;

/// What production answers about itself.
pub(super) fn version(state: &State) -> Reply {
    match state.production() {
        Some(build) => Reply::json(200, &json!({ "sha": build.sha, "version": build.version })),
        None => Reply::json(404, &json!({ "message": "nothing is deployed" })),
    }
}

/// What production answers to smoke tests.
pub(super) fn answer(state: &State, ask: &Ask, path: &str) -> Reply {
    let Some(build) = state.production() else {
        return Reply::json(404, &json!({ "message": "nothing is deployed" }));
    };
    match (ask.method.as_str(), path) {
        ("GET", "/health") => {
            Reply::json(200, &json!({ "status": "ok", "version": build.version }))
        }
        ("POST", "/checkout") if build.behaviour == Behaviour::Breaks => {
            Reply::json(503, &json!({ "error": "payment provider unknown" }))
        }
        ("POST", "/checkout") => Reply::json(201, &json!({ "status": "queued", "id": 7 })),
        _ => Reply::json(404, &json!({ "message": "not found" })),
    }
}

/// A short-lived address for an artifact's zip, on another host than the API's, as GitHub's store is: the same machine by its
/// other name.
pub(super) fn blob_address(state: &State, artifact: u64, base: &str) -> String {
    let until = state.now.as_second() + LIVES;
    let signature = sign(state, artifact, until);
    let host = if base.contains("//127.0.0.1") {
        base.replacen("127.0.0.1", "localhost", 1)
    } else {
        base.replacen("//localhost", "//127.0.0.1", 1)
    };
    format!("{host}/_blob/artifacts/{artifact}.zip?se={until}&sig={signature}")
}

fn sign(state: &State, artifact: u64, until: i64) -> String {
    format!("{:016x}", dice::roll(state.seed ^ artifact, "blob", until))
}

/// Serves a zip. Whoever sends a token here has given it to a stranger: that is written down.
pub(super) fn blob(state: &mut State, ask: &Ask) -> Reply {
    if ask.header("authorization").is_some() {
        state
            .log
            .violation(format!("a token was sent to {}", ask.path));
        return Reply::refusal(400, "InvalidAuthenticationInfo");
    }
    let id = ask
        .path
        .strip_prefix("/_blob/artifacts/")
        .and_then(|rest| rest.strip_suffix(".zip"))
        .and_then(|id| id.parse::<u64>().ok());
    let until = ask
        .parameter("se")
        .and_then(|text| text.parse::<i64>().ok());
    let (Some(id), Some(until)) = (id, until) else {
        return Reply::refusal(404, "BlobNotFound");
    };
    if ask.parameter("sig") != Some(&sign(state, id, until)) || state.now.as_second() >= until {
        return Reply::refusal(403, "AuthenticationFailed");
    }
    let artifact = state
        .runs
        .iter()
        .flat_map(|run| &run.artifacts)
        .find(|a| a.id == id);
    match artifact {
        Some(artifact) => Reply {
            status: 200,
            headers: vec![("content-type".to_owned(), "application/zip".to_owned())],
            body: artifact.bytes.to_vec(),
            ..Reply::default()
        },
        None => Reply::refusal(404, "BlobNotFound"),
    }
}
