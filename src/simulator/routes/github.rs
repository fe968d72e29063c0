//! The REST part: who asks, how often, with which version; `ETag`s and the headers that every answer carries.

use serde_json::json;

use super::{actions, caller::Caller, comments, git, history, reviews};
use crate::simulator::{
    ask::{Ask, Reply},
    dice,
    repository::{NAME, OWNER, PEOPLE, VIEWER},
    state::State,
    wire::{self, Links},
};

/// Versions of the API that this world speaks; the first is used where none is asked for.
const VERSIONS: [&str; 2] = ["2022-11-28", "2026-03-10"];

/// Answers `rest`, the path below the base.
pub(super) fn answer(state: &mut State, ask: &Ask, rest: &str) -> Reply {
    let now = state.now;
    let reply = if state.limits.allows(now) {
        guarded(state, ask, rest)
    } else {
        Reply::refusal(403, "API rate limit exceeded for user ID 1001.")
    };
    let reply = conditional(reply, ask);
    if reply.status != 304 && rest != "/rate_limit" {
        state.limits.take();
    }
    let id = dice::roll(
        state.seed,
        "request",
        state.log.requests.len().try_into().unwrap_or(0),
    );
    let mut reply = reply
        // The world's time, not the machine's: claims are as old as GitHub says.
        .with(
            "date",
            now.strftime("%a, %d %b %Y %H:%M:%S GMT").to_string(),
        )
        .with(
            "x-github-request-id",
            format!("SIM0:{:X}:{:X}", id >> 40, id & 0xff_ffff),
        )
        .with("x-github-media-type", "github.v3; format=json")
        .with("x-oauth-scopes", "repo, workflow");
    reply.headers.extend(state.limits.headers());
    reply
}

fn guarded(state: &mut State, ask: &Ask, rest: &str) -> Reply {
    let token = ask.header("authorization").and_then(|value| {
        let (kind, token) = value.split_once(' ')?;
        let known = kind.eq_ignore_ascii_case("bearer") || kind.eq_ignore_ascii_case("token");
        known.then_some(token.trim())
    });
    let Some(token) = token.filter(|token| !token.is_empty()) else {
        return Reply::refusal(401, "Requires authentication");
    };
    if token == "expired" {
        return Reply::refusal(401, "Bad credentials");
    }
    let asked = ask.header("x-github-api-version").unwrap_or(VERSIONS[0]);
    let Some(version) = VERSIONS.into_iter().find(|known| *known == asked) else {
        return Reply::refusal(
            400,
            "The X-GitHub-Api-Version header names no supported version.",
        );
    };
    // A token may say whose it is (`sim-ben`), for tests with several people.
    let named = token
        .strip_prefix("sim-")
        .filter(|name| PEOPLE.contains(name));
    let caller = Caller {
        ask,
        links: Links::new(&ask.base()),
        login: named.unwrap_or(VIEWER).to_owned(),
        version,
    };
    route(state, &caller, rest).with("x-github-api-version-selected", version)
}

fn route(state: &mut State, caller: &Caller<'_>, rest: &str) -> Reply {
    let parts: Vec<String> = rest.split('/').skip(1).map(unescape).collect();
    let parts: Vec<&str> = parts.iter().map(String::as_str).collect();
    let get = caller.ask.method == "GET";
    let links = &caller.links;
    let found = match parts.as_slice() {
        ["user"] if get => Some(Reply::json(200, &wire::viewer(&caller.login, links))),
        ["rate_limit"] if get => Some(rate_limit(state)),
        ["repos", owner, name, below @ ..]
            if owner.eq_ignore_ascii_case(OWNER) && name.eq_ignore_ascii_case(NAME) =>
        {
            match below {
                [] if get => Some(Reply::json(200, &wire::full_repository(links))),
                ["actions", below @ ..] => reviews::answer(state, caller, below)
                    .or_else(|| actions::answer(state, caller, below)),
                ["issues", below @ ..] if get => comments::answer(state, caller, below),
                ["git", rest @ ..] if !get || rest.first() == Some(&"commits") => {
                    git::answer(state, caller, rest)
                }
                below if get => history::answer(state, caller, below),
                _ => None,
            }
        }
        _ => None,
    };
    found.unwrap_or_else(|| Reply::refusal(404, "Not Found"))
}

fn rate_limit(state: &State) -> Reply {
    let (limit, remaining, used, reset) = state.limits.numbers();
    let core = json!({ "limit": limit, "remaining": remaining, "used": used, "reset": reset });
    let search = json!({ "limit": 30, "remaining": 30, "used": 0, "reset": reset });
    let body = json!({ "resources": { "core": core, "search": search }, "rate": core });
    Reply::json(200, &body)
}

/// Gives a read its `ETag`, and answers 304 where the caller has it already.
fn conditional(mut reply: Reply, ask: &Ask) -> Reply {
    if ask.method != "GET" || reply.status != 200 {
        return reply;
    }
    let digest = wire::digest(&reply.body);
    let tag = format!("W/\"{}\"", &digest[..32]);
    let known = ask.header("if-none-match").is_some_and(|header| {
        header
            .split(',')
            .any(|one| one.trim() == tag || one.trim() == "*")
    });
    if known {
        reply.status = 304;
        reply.body.clear();
        reply.headers.retain(|(name, _)| name != "content-type");
    }
    reply
        .with("etag", tag)
        .with("cache-control", "private, max-age=60, s-maxage=60")
}

/// Undoes percent-encoding; what is no UTF-8 becomes `�`.
fn unescape(part: &str) -> String {
    let bytes = part.as_bytes();
    let mut out = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while at < bytes.len() {
        let code = part
            .get(at + 1..at + 3)
            .and_then(|hex| u8::from_str_radix(hex, 16).ok());
        match (bytes[at], code) {
            (b'%', Some(byte)) => {
                out.push(byte);
                at += 3;
            }
            (byte, _) => {
                out.push(byte);
                at += 1;
            }
        }
    }
    String::from_utf8_lossy(&out).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escapes_are_undone_and_broken_ones_kept() {
        assert_eq!(unescape("a%2Fb%zz%4"), "a/b%zz%4");
    }
}
