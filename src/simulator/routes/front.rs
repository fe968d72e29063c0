//! Where every request comes in: which part of the world it is for, and what the network does to it.

use super::{app, control, flags, github, slack};
use crate::simulator::{
    ask::{Ask, Reply},
    dice,
    faults::{self, Trouble},
    metrics,
    state::State,
};

/// Answers one request at `state.now`.
pub(in crate::simulator) fn answer(state: &mut State, ask: &Ask) -> Reply {
    let path = ask.path.trim_end_matches('/');
    if let Some(rest) = path.strip_prefix("/_world") {
        return control::answer(state, ask, rest);
    }
    if path == "/app/version" {
        return app::version(state);
    }
    if let Some(rest) = path.strip_prefix("/app") {
        return app::answer(state, ask, rest);
    }
    if let Some(method) = path.strip_prefix("/slack/api/") {
        return slack::answer(state, ask, method);
    }
    if path.starts_with("/_blob/") {
        return app::blob(state, ask);
    }
    let to_github = path.starts_with("/api/v3");
    // What is claimed is no act on production: it shares the troubles of reads.
    let act = ask.method != "GET" && to_github && !path.contains("/git/");
    let now = state.now;
    let trouble = if act {
        state.faults.act()
    } else {
        state.faults.read(now, to_github)
    };
    match trouble {
        Some(Trouble::Broken) => Reply::refusal(502, "Server Error"),
        Some(Trouble::CutBefore) => cut(),
        Some(Trouble::CutAfter) => {
            dispatch(state, ask, path);
            cut()
        }
        Some(Trouble::Slow(seconds)) => {
            let mut reply = dispatch(state, ask, path);
            reply.delay = seconds;
            reply
        }
        Some(Trouble::Limited(status)) => limited(ask, path, status, faults::RETRY_AFTER),
        None => dispatch(state, ask, path),
    }
}

fn cut() -> Reply {
    Reply {
        cut: true,
        ..Reply::default()
    }
}

fn dispatch(state: &mut State, ask: &Ask, path: &str) -> Reply {
    let to_github = path.starts_with("/api/v3");
    if let Some(left) = state.faults.limited(state.now).filter(|_| to_github) {
        let line = format!("{} {path} within retry-after, {left} s early", ask.method);
        if state.faults.ignores_limit() {
            state.log.violation(line);
        }
        return limited(ask, path, 429, left);
    }
    if let Some(operation) = path.strip_prefix(metrics::SERVICE) {
        return metrics::answer(state, ask, operation);
    }
    if let Some(rest) = path.strip_prefix("/flags") {
        return flags::answer(state, ask, rest);
    }
    match path.strip_prefix("/api/v3") {
        Some(rest) => github::answer(state, ask, rest),
        None => Reply::refusal(404, "Not Found"),
    }
}

fn limited(ask: &Ask, path: &str, status: u16, seconds: i64) -> Reply {
    if path.starts_with(metrics::SERVICE) {
        return metrics::throttled();
    }
    let words =
        "You have exceeded a secondary rate limit. Please wait a few minutes before you try again.";
    let id = format!("{:08X}", dice::roll(0, &ask.path, seconds) >> 32);
    Reply::refusal(status, words)
        .with("retry-after", seconds.to_string())
        .with("x-github-request-id", id)
}
