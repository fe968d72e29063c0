//! Claims against hostile and odd answers: whatever comes, nobody's claim is taken for ours and nothing is believed for ever.

use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};

use cockpit::{
    adapters::github::ClaimRefs,
    domain::{
        FaultKind, Reached, RunId,
        claim::{ClaimName, ClaimPlace, ClaimWish, MachineId},
    },
    ports::{Claims, Took},
};
use jiff::SignedDuration;
use serde_json::{Value, json};

use super::{
    server::{Reply, Server},
    setting::client,
};

const RUN: RunId = RunId(8123);
const OLD: &str = "0d00000000000000000000000000000000000001";
const NEW: &str = "0e00000000000000000000000000000000000002";

fn claims(server: &Server) -> ClaimRefs {
    let place = ClaimPlace::new("storefront", "production");
    let machine = MachineId::parse("aaaaaaaaaaaaaaaa").unwrap();
    ClaimRefs::new(client(&server.origin), place, "laptop".into(), machine)
}

fn wish() -> ClaimWish {
    ClaimWish {
        name: ClaimName::Seat(RUN),
        run: RUN,
        version: "v2".into(),
        marker: "seat".to_owned(),
        since: "2026-11-20T14:00:00Z".parse().unwrap(),
        lasts: 1_800,
        countdown: None,
        lock: None,
    }
}

fn reference(sha: &str) -> Value {
    let name = "refs/cockpit/storefront/production/seat/8123";
    json!({ "ref": name, "object": { "type": "commit", "sha": sha } })
}

fn commit(sha: &str, message: &str) -> Reply {
    let date = json!({ "date": "2026-11-20T14:00:00Z" });
    Reply::json(&json!({ "sha": sha, "message": message, "committer": date }))
}

/// A note of another machine, or of this one.
fn note(machine: &str) -> String {
    let by = json!({ "login": "ben", "host": "bens", "machine": machine });
    let mut note = serde_json::to_value(wish()).unwrap();
    note["by"] = by;
    format!("cockpit: x\n\n{note}")
}

/// What every scene has: a token's owner, a tree, a commit of ours.
fn scene(path: &str, method: &str) -> Option<Reply> {
    match (
        method,
        path.rsplit("/acme/storefront").next().unwrap_or(path),
    ) {
        ("GET", "/api/v3/user") => Some(Reply::json(&json!({ "login": "ana", "id": 1 }))),
        ("POST", "/git/trees") => Some(Reply::new(201, r#"{"sha":"7"}"#)),
        ("POST", "/git/commits") => {
            let date = json!({ "date": "2026-11-20T14:00:05Z" });
            let body = json!({ "sha": NEW, "message": "m", "committer": date });
            Some(Reply::new(201, body.to_string()))
        }
        _ => None,
    }
}

#[tokio::test]
async fn a_lost_answer_is_looked_up_and_found_ours() {
    let asked = AtomicUsize::new(0);
    let server = Server::start(move |seen, _| {
        let (path, method) = (seen.path(), seen.method.as_str());
        if let Some(reply) = scene(path, method) {
            return reply;
        }
        match (method, path) {
            ("POST", _) => Reply::closed(),
            // Not there before, there after.
            ("GET", path) if path.contains("/git/ref/") => {
                match asked.fetch_add(1, Ordering::SeqCst) {
                    0 => Reply::new(404, r#"{"message":"Not Found"}"#),
                    _ => Reply::json(&reference(NEW)),
                }
            }
            _ => Reply::new(500, "{}"),
        }
    })
    .await;
    let took = claims(&server).take(&wish(), None).await.unwrap();
    assert!(matches!(took, Took::Ours(claim) if claim.id.as_str() == NEW));
    let posts = server.seen();
    let posts = posts.iter().filter(|one| one.path().ends_with("/git/refs"));
    assert_eq!(posts.count(), 1, "sent once");
}

#[tokio::test]
async fn taken_and_invalid_are_told_apart_by_reading_the_ref() {
    for (stands, message) in [(true, "Reference already exists"), (false, "invalid")] {
        let asked = AtomicUsize::new(0);
        let server = Server::start(move |seen, _| {
            let (path, method) = (seen.path(), seen.method.as_str());
            if let Some(reply) = scene(path, method) {
                return reply;
            }
            match (method, path) {
                ("POST", _) => Reply::new(422, json!({ "message": message }).to_string()),
                ("GET", path) if path.contains("/git/ref/") => {
                    let is_first = asked.fetch_add(1, Ordering::SeqCst) == 0;
                    if is_first || !stands {
                        Reply::new(404, r#"{"message":"Not Found"}"#)
                    } else {
                        Reply::json(&reference(OLD))
                    }
                }
                ("GET", path) if path.contains("/git/commits/") => {
                    commit(OLD, &note("bbbbbbbbbbbbbbbb"))
                }
                _ => Reply::new(500, "{}"),
            }
        })
        .await;
        let took = claims(&server).take(&wish(), None).await;
        match took {
            Ok(Took::Theirs(claim, _)) => {
                assert!(stands);
                assert_eq!(claim.holding().in_words().as_str(), "@ben on bens");
            }
            Err(fault) => {
                assert!(!stands);
                assert_eq!(
                    (fault.kind, fault.reached),
                    (FaultKind::Refused, Reached::Yes)
                );
            }
            Ok(Took::Ours(_)) => panic!("nothing was made"),
        }
    }
}

#[tokio::test]
async fn what_nobody_can_read_is_somebody_elses() {
    let huge = format!("{{{}", "x".repeat(40_000));
    for message in ["", "{\"by\":{}}", "\u{1b}[2J", huge.as_str()] {
        let message = message.to_owned();
        let server = Server::start(move |seen, _| match seen.path() {
            path if path.contains("/git/ref/") => Reply::json(&reference(OLD)),
            path if path.contains("/git/commits/") => commit(OLD, &message),
            _ => Reply::new(500, "{}"),
        })
        .await;
        let took = claims(&server).take(&wish(), None).await.unwrap();
        let Took::Theirs(claim, _) = took else {
            panic!("not ours");
        };
        assert!(claim.note.is_none());
        assert!(
            claim
                .holding()
                .in_words()
                .as_str()
                .contains("cannot be read")
        );
    }
}

#[tokio::test]
async fn the_same_marker_of_another_machine_is_not_ours_and_a_copied_note_says_nothing() {
    let server = Server::start(|seen, _| match seen.path() {
        path if path.contains("/git/ref/") => Reply::json(&reference(OLD)),
        path if path.contains("/git/commits/") => commit(OLD, &note("bbbbbbbbbbbbbbbb")),
        path if path.contains("/matching-refs/") => {
            let mut lock = reference(OLD);
            lock["ref"] = json!("refs/cockpit/storefront/production/lock");
            let far = json!({ "ref": "refs/cockpit/storefront/production2/lock",
                "object": { "type": "commit", "sha": OLD } });
            Reply::json(&json!([reference(OLD), lock, far, { "ref": 5 }, "x"]))
        }
        _ => Reply::new(500, "{}"),
    })
    .await;
    let claims = Arc::new(claims(&server));
    let took = claims.take(&wish(), None).await.unwrap();
    assert!(matches!(took, Took::Theirs(..)));
    let stands = claims.standing(RUN, SignedDuration::ZERO).await;
    let all = stands.unwrap().claims;
    assert_eq!(all.len(), 2, "one of this place each");
    let lock = all.iter().find(|one| one.name == ClaimName::Lock).unwrap();
    assert!(
        lock.note.is_none(),
        "a seat's note says nothing of the lock"
    );
}

#[tokio::test]
async fn no_right_is_a_fault_that_says_which() {
    for status in [403, 404, 409] {
        let server = Server::start(move |seen, _| {
            if seen.path().contains("/git/ref/") {
                return Reply::new(404, r#"{"message":"Not Found"}"#);
            }
            if seen.path().ends_with("/user") {
                return Reply::json(&json!({ "login": "ana", "id": 1 }));
            }
            Reply::new(status, r#"{"message":"no"}"#)
                .header("x-accepted-github-permissions", "contents=write")
        })
        .await;
        let fault = claims(&server).take(&wish(), None).await.unwrap_err();
        assert!(!fault.passes_by_itself(), "{fault}");
    }
}
