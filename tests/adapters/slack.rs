//! Slack's client against refusals, limits, hostile answers and frames, and against the simulated workspace over a real socket.

use std::{
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use axum::{
    Router,
    body::Bytes,
    extract::{
        State,
        ws::{Message, WebSocketUpgrade},
    },
    http::{HeaderMap, StatusCode, Uri},
    response::{IntoResponse, Response},
    routing::{any, get},
};
use cockpit::{
    adapters::{
        clock::WallClock,
        slack::{Settings, Slack},
    },
    domain::{
        FaultKind, Reached, ReleaseKey, Repository, RunId,
        chat::{ChatMessage, ChatPlace, Click},
    },
    ports::{Chat as _, ChatHeard, ClickBox, Clock as _},
};
use serde_json::{Value, json};
use tokio::time::timeout;

const BOT: &str = "xoxb-planted-secret";
const APP: &str = "xapp-planted-secret";

type Script = Arc<dyn Fn(&str, &Value) -> Response + Send + Sync>;

#[derive(Clone)]
struct Place {
    script: Script,
    seen: Arc<Mutex<Vec<(String, Value, String)>>>,
    acks: Arc<AtomicUsize>,
    frames: Arc<Vec<String>>,
    opened: Arc<AtomicUsize>,
}

impl Place {
    fn methods(&self) -> Vec<String> {
        self.seen
            .lock()
            .unwrap()
            .iter()
            .map(|(method, ..)| method.clone())
            .collect()
    }
}

async fn answer(State(place): State<Place>, uri: Uri, headers: HeaderMap, body: Bytes) -> Response {
    let method = uri.path().trim_start_matches("/api/").to_owned();
    let body: Value = serde_json::from_slice(&body).unwrap_or(Value::Null);
    let token = headers
        .get("authorization")
        .map_or("", |value| value.to_str().unwrap());
    place
        .seen
        .lock()
        .unwrap()
        .push((method.clone(), body.clone(), token.to_owned()));
    (place.script)(&method, &body)
}

async fn socket(State(place): State<Place>, upgrade: WebSocketUpgrade) -> Response {
    upgrade.on_upgrade(move |mut line| async move {
        let first = place.opened.fetch_add(1, Ordering::SeqCst) == 0;
        let hello = json!({ "type": "hello" }).to_string();
        let _ = line.send(Message::text(hello)).await;
        for frame in place.frames.iter().filter(|_| first) {
            let _ = line.send(Message::text(frame.clone())).await;
        }
        while let Some(Ok(frame)) = line.recv().await {
            if let Message::Text(text) = frame {
                let text: Value = serde_json::from_str(&text).unwrap();
                assert!(text["envelope_id"].is_string(), "{text}");
                place.acks.fetch_add(1, Ordering::SeqCst);
            }
        }
    })
}

/// A server by this script, and a client of it.
async fn slack(
    frames: Vec<String>,
    script: impl Fn(&str, &Value) -> Response + Send + Sync + 'static,
) -> (Slack, Place, String) {
    let place = Place {
        script: Arc::new(script),
        seen: Arc::default(),
        acks: Arc::default(),
        frames: Arc::new(frames),
        opened: Arc::default(),
    };
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let base = format!("http://{}/api", listener.local_addr().unwrap());
    let router = Router::new()
        .route("/socket", get(socket))
        .route("/api/{method}", any(answer))
        .with_state(place.clone());
    tokio::spawn(async move { axum::serve(listener, router).await });
    (client(&base), place, base)
}

fn client(base: &str) -> Slack {
    let mut settings = Settings::new(BOT.to_owned().into(), Some(APP.to_owned().into()));
    base.clone_into(&mut settings.base);
    settings.answer = Duration::from_secs(2);
    Slack::new(settings, Arc::new(WallClock)).unwrap()
}

fn ok(body: &Value) -> Response {
    axum::Json(body.clone()).into_response()
}

fn message() -> ChatMessage {
    ChatMessage {
        channel: "C1".to_owned(),
        thread: None,
        text: "a card".to_owned(),
        blocks: json!([{ "type": "divider" }]),
        mark: "acme/x run 1 7".to_owned(),
    }
}

fn key() -> ReleaseKey {
    ReleaseKey {
        repository: Repository::parse("github.com", "acme/x").unwrap(),
        run: RunId(1),
    }
}

#[tokio::test]
async fn a_message_goes_with_its_mark_and_the_bots_token_and_says_where_it_stands() {
    let (slack, place, _) = slack(Vec::new(), |_, _| {
        ok(&json!({ "ok": true, "channel": "C1", "ts": "1.2", "more": [1] }))
    })
    .await;
    let at = slack.post(&message()).await.unwrap();
    assert_eq!(
        at,
        ChatPlace {
            channel: "C1".into(),
            ts: "1.2".into()
        }
    );
    assert!(slack.update(&at, &message()).await.unwrap());
    let seen = place.seen.lock().unwrap().clone();
    assert_eq!(
        seen[0].1["metadata"]["event_payload"]["mark"],
        "acme/x run 1 7"
    );
    assert_eq!(
        (&seen[0].1["parse"], &seen[0].1["link_names"]),
        (&json!("none"), &json!(false))
    );
    assert_eq!(seen[0].2, format!("Bearer {BOT}"));
    assert_eq!(
        (seen[1].0.as_str(), &seen[1].1["ts"]),
        ("chat.update", &json!("1.2"))
    );
}

#[tokio::test]
async fn a_message_that_was_deleted_is_no_fault_and_a_channel_that_is_not_there_is_one() {
    let at = ChatPlace {
        channel: "C1".into(),
        ts: "1.2".into(),
    };
    for (word, is_told) in [("message_not_found", true), ("channel_not_found", false)] {
        let (slack, ..) = slack(Vec::new(), move |_, _| {
            ok(&json!({ "ok": false, "error": word }))
        })
        .await;
        let updated = slack.update(&at, &message()).await;
        assert_eq!(updated.ok(), is_told.then_some(false), "{word}");
    }
}

#[tokio::test]
async fn refusals_are_told_apart_and_tokens_stand_in_none() {
    for (word, kind) in [
        ("invalid_auth", FaultKind::Unauthenticated),
        ("missing_scope", FaultKind::Forbidden),
        ("not_in_channel", FaultKind::NotFound),
        ("invalid_blocks", FaultKind::Refused),
        ("internal_error", FaultKind::Server),
        ("<!channel>\u{1b}[2J", FaultKind::Refused),
    ] {
        let (slack, ..) = slack(Vec::new(), move |_, _| {
            ok(&json!({ "ok": false, "error": word, "needed": "chat:write" }))
        })
        .await;
        let fault = slack.post(&message()).await.unwrap_err();
        assert_eq!(fault.kind, kind, "{word}");
        let said = format!("{fault:?} {slack:?}");
        assert!(
            !said.contains("planted-secret") && !said.contains('\u{1b}'),
            "{said}"
        );
    }
}

#[tokio::test]
async fn hostile_answers_are_faults_that_say_how_far_it_came() {
    type Case = (fn() -> Response, fn(&FaultKind) -> bool, Reached);
    let cases: [Case; 5] = [
        (
            || (StatusCode::BAD_GATEWAY, "x").into_response(),
            |k| *k == FaultKind::Server,
            Reached::Maybe,
        ),
        (
            || "<html>".into_response(),
            |k| *k == FaultKind::Malformed,
            Reached::Maybe,
        ),
        (
            || "[".repeat(900_000).into_response(),
            |k| *k == FaultKind::Malformed,
            Reached::Maybe,
        ),
        (
            || "x".repeat(3_000_000).into_response(),
            |k| *k == FaultKind::TooLarge,
            Reached::Maybe,
        ),
        (
            || ok(&json!({ "ok": true, "channel": 7 })),
            |k| *k == FaultKind::Malformed,
            Reached::Maybe,
        ),
    ];
    for (make, is, reached) in cases {
        let (slack, ..) = slack(Vec::new(), move |_, _| make()).await;
        let fault = slack.post(&message()).await.unwrap_err();
        assert!(is(&fault.kind), "{fault:?}");
        assert_eq!(fault.reached, reached, "{fault:?}");
    }
    let nobody = client("http://127.0.0.1:9/api");
    let fault = nobody.post(&message()).await.unwrap_err();
    assert_eq!(
        (fault.kind, fault.reached),
        (FaultKind::Offline, Reached::No)
    );
}

#[tokio::test]
async fn a_limit_is_obeyed_by_its_method_until_it_lifts_and_holds_up_no_other() {
    let (slack, place, _) = slack(Vec::new(), |method, _| match method {
        "chat.postMessage" => {
            (StatusCode::TOO_MANY_REQUESTS, [("retry-after", "30")], "").into_response()
        }
        _ => ok(&json!({ "ok": true })),
    })
    .await;
    let fault = slack.post(&message()).await.unwrap_err();
    let FaultKind::RateLimited { until } = fault.kind else {
        panic!("{fault:?}");
    };
    assert!(until.duration_since(WallClock.now()).as_secs() > 25);
    let mut elsewhere = message();
    elsewhere.channel = "C2".to_owned();
    let fault = slack.post(&elsewhere).await.unwrap_err();
    assert_eq!(fault.reached, Reached::No, "not sent");
    // Whoever clicks meanwhile is answered.
    slack.whisper("C1", "U1", "x").await.unwrap();
    slack.open("t", &json!({})).await.unwrap();
    let methods = ["chat.postMessage", "chat.postEphemeral", "views.open"];
    assert_eq!(place.methods(), methods);
}

#[tokio::test]
async fn a_message_is_found_by_its_mark_over_pages_and_nothing_else_is_taken_for_it() {
    let pages = Arc::new(AtomicUsize::new(0));
    let (slack, place, _) = slack(Vec::new(), move |_, _| {
        let ours = json!({ "event_type": "cockpit_message", "event_payload": { "mark": "acme/x run 1 7" } });
        let other = json!({ "event_type": "cockpit_message", "event_payload": { "mark": "acme/x run 1 71" } });
        match pages.fetch_add(1, Ordering::SeqCst) {
            0 => ok(&json!({ "ok": true, "messages": [{ "ts": "1", "metadata": other }, { "ts": "2" }], "response_metadata": { "next_cursor": "c" } })),
            _ => ok(&json!({ "ok": true, "messages": [{ "ts": "3", "metadata": ours }] })),
        }
    })
    .await;
    let since = WallClock.now();
    let found = slack.find(&message(), since).await.unwrap().unwrap();
    assert_eq!(found.ts, "3");
    assert_eq!(
        place.methods(),
        ["conversations.history", "conversations.history"]
    );
    let mut below = message();
    below.thread = Some("1.1".to_owned());
    slack.find(&below, since).await.unwrap();
    assert_eq!(place.methods()[2], "conversations.replies");
}

fn envelope(id: &str, value: &str) -> String {
    json!({
        "type": "interactive", "envelope_id": id,
        "payload": {
            "type": "block_actions", "user": { "id": "U1" }, "trigger_id": "t",
            "container": { "channel_id": "C1" },
            "actions": [{ "action_id": "cockpit_approve", "action_ts": "9.1", "value": value }],
        },
    })
    .to_string()
}

#[tokio::test]
async fn every_envelope_is_acknowledged_a_click_is_told_once_and_a_new_line_is_opened_before_the_old_goes()
 {
    let junk = json!({ "type": "slash_commands", "envelope_id": "e0", "payload": {} }).to_string();
    let frames = vec![
        junk,
        "{\"type\":".to_owned(),
        envelope("e1", "x"),
        envelope("e2", "x"),
        json!({ "type": "disconnect", "reason": "refresh_requested" }).to_string(),
    ];
    let base: Arc<Mutex<String>> = Arc::default();
    let told = base.clone();
    let (slack, place, address) = slack(frames, move |_, _| {
        let ws = told
            .lock()
            .unwrap()
            .replacen("http", "ws", 1)
            .replace("/api", "/socket?ticket=1");
        ok(&json!({ "ok": true, "url": ws }))
    })
    .await;
    base.lock().unwrap().clone_from(&address);
    let mut clicks = slack.clicks(&key());
    let mut heard = Vec::new();
    while heard.len() < 3 {
        heard.push(
            timeout(Duration::from_secs(4), clicks.next())
                .await
                .unwrap(),
        );
    }
    let count = heard
        .iter()
        .filter(|one| matches!(one, ChatHeard::Click(_)))
        .count();
    assert_eq!(count, 1, "two envelopes, one click: {heard:?}");
    assert!(
        heard.iter().filter(|one| **one == ChatHeard::Open).count() >= 2,
        "{heard:?}"
    );
    // What was sent is on its way to the server's own task.
    let arrive = async {
        while place.acks.load(Ordering::SeqCst) < 3 {
            tokio::task::yield_now().await;
        }
    };
    timeout(Duration::from_secs(4), arrive).await.unwrap();
    assert_eq!(place.opened.load(Ordering::SeqCst), 2);
    let tokens = place
        .seen
        .lock()
        .unwrap()
        .iter()
        .map(|one| one.2.clone())
        .collect::<Vec<_>>();
    assert!(
        tokens.iter().all(|token| *token == format!("Bearer {APP}")),
        "{tokens:?}"
    );
}

/// How often a client asks for a line within `time`, where each is good at first and says `frame` thrice, or closes at once.
async fn lines_within(time: Duration, frame: Option<Value>) -> usize {
    let asked = Arc::new(AtomicUsize::new(0));
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let at = listener.local_addr().unwrap();
    let counted = asked.clone();
    let answer = move || {
        counted.fetch_add(1, Ordering::SeqCst);
        let url = format!("ws://{at}/socket");
        async move { axum::Json(json!({ "ok": true, "url": url })) }
    };
    let serve = move |upgrade: WebSocketUpgrade| async move {
        upgrade.on_upgrade(move |mut line| async move {
            let hello = json!({ "type": "hello" }).to_string();
            let _ = line.send(Message::text(hello)).await;
            let Some(frame) = frame else { return };
            for _ in 0..3 {
                let _ = line.send(Message::text(frame.to_string())).await;
            }
            while let Some(Ok(_)) = line.recv().await {}
        })
    };
    let router = Router::new()
        .route("/socket", get(serve))
        .route("/api/{method}", any(answer));
    tokio::spawn(async move { axum::serve(listener, router).await });
    let slack = client(&format!("http://{at}/api"));
    let mut clicks = slack.clicks(&key());
    let _ = timeout(time, async {
        loop {
            clicks.next().await;
        }
    })
    .await;
    asked.load(Ordering::SeqCst)
}

#[tokio::test]
async fn lines_that_close_as_soon_as_they_are_good_are_opened_at_a_walk() {
    let asked = lines_within(Duration::from_millis(1_600), None).await;
    assert!(asked <= 4, "{asked} lines");
}

#[tokio::test]
async fn a_line_that_asks_to_be_renewed_again_and_again_is_renewed_once() {
    // Each new line asks too: half a second later at the soonest, and then a second.
    let renewed = json!({ "type": "disconnect", "reason": "warning" });
    let asked = lines_within(Duration::from_millis(1_600), Some(renewed)).await;
    assert!(asked <= 3, "{asked} lines");
}

#[tokio::test]
async fn an_app_without_socket_mode_is_said_to_have_none() {
    let off = json!({ "type": "disconnect", "reason": "link_disabled" });
    let (slack, _) = keeping(vec![off.to_string()], &Arc::default()).await;
    let mut clicks = slack.clicks(&key());
    let lost = async {
        loop {
            if let ChatHeard::Lost(fault) = clicks.next().await {
                return fault;
            }
        }
    };
    let fault = timeout(Duration::from_secs(4), lost).await.unwrap();
    assert!(
        fault
            .to_string()
            .contains("switch it on in the app's settings"),
        "{fault}"
    );
}

#[tokio::test]
async fn an_address_without_encryption_is_never_dialled_and_never_told() {
    let (slack, ..) = slack(Vec::new(), |_, _| {
        ok(&json!({ "ok": true, "url": "ws://example.com/secret-ticket" }))
    })
    .await;
    let mut clicks = slack.clicks(&key());
    let heard = timeout(Duration::from_secs(4), clicks.next())
        .await
        .unwrap();
    let ChatHeard::Lost(fault) = heard else {
        panic!("{heard:?}");
    };
    assert!(!format!("{fault:?}").contains("secret-ticket"), "{fault:?}");
}

/// A place for clicks in memory, on a disk that may be full.
#[derive(Default)]
struct Desk {
    kept: Mutex<Vec<Click>>,
    is_full: bool,
    /// Another process of the machine drives the release.
    is_driven: bool,
}

impl ClickBox for Desk {
    fn keep(&self, release: &ReleaseKey, click: &Click) -> std::io::Result<()> {
        assert_eq!(*release, key());
        if self.is_full {
            return Err(std::io::ErrorKind::StorageFull.into());
        }
        self.kept.lock().unwrap().push(click.clone());
        Ok(())
    }

    fn pass(&self, release: &ReleaseKey, click: &Click) -> std::io::Result<bool> {
        assert_eq!(*release, key());
        if self.is_driven {
            self.kept.lock().unwrap().push(click.clone());
        }
        Ok(self.is_driven)
    }

    fn kept(&self, release: &ReleaseKey) -> std::io::Result<Vec<Click>> {
        let all = self.kept.lock().unwrap().clone();
        Ok(if *release == key() { all } else { Vec::new() })
    }

    fn forget(&self, _release: &ReleaseKey, click: &Click) -> std::io::Result<()> {
        self.kept.lock().unwrap().retain(|kept| kept.id != click.id);
        Ok(())
    }
}

/// What a card of the release carries.
fn value() -> String {
    let [sha, digest] = ["a".repeat(40), "b".repeat(64)];
    json!({ "r": key(), "a": 1, "c": sha, "s": 0, "d": digest, "g": [] }).to_string()
}

/// A server that sends these frames over its first line, and a client that keeps clicks on the desk.
async fn keeping(frames: Vec<String>, desk: &Arc<Desk>) -> (Slack, Place) {
    let base: Arc<Mutex<String>> = Arc::default();
    let told = base.clone();
    let (slack, place, address) = slack(frames, move |_, _| {
        let http = told.lock().unwrap().replace("/api", "/socket?ticket=1");
        ok(&json!({ "ok": true, "url": http.replacen("http", "ws", 1) }))
    })
    .await;
    base.lock().unwrap().clone_from(&address);
    (slack.keeping(desk.clone()), place)
}

async fn acknowledged(place: &Place, count: usize) {
    let arrive = async {
        while place.acks.load(Ordering::SeqCst) < count {
            tokio::task::yield_now().await;
        }
    };
    timeout(Duration::from_secs(4), arrive).await.unwrap();
}

#[tokio::test]
async fn an_acknowledged_click_is_brought_again_by_the_next_process_until_it_is_answered_for() {
    let desk = Arc::new(Desk::default());
    let (first, place) = keeping(vec![envelope("e1", &value())], &desk).await;
    let clicks = first.clicks(&key());
    acknowledged(&place, 1).await;
    assert_eq!(desk.kept.lock().unwrap().len(), 1, "on the disk by then");
    // Nobody took it before the process was killed.
    drop((clicks, first));
    let (second, _) = keeping(Vec::new(), &desk).await;
    let mut clicks = second.clicks(&key());
    let heard = timeout(Duration::from_secs(4), clicks.next());
    let ChatHeard::Click(click) = heard.await.unwrap() else {
        panic!("the click comes first");
    };
    assert_eq!((click.user.as_str(), click.value), ("U1", value()));
    let click = desk.kept.lock().unwrap()[0].clone();
    second.answered(&key(), &click).await;
    let mut clicks = second.clicks(&key());
    let heard = timeout(Duration::from_secs(4), clicks.next()).await;
    assert_eq!(heard.unwrap(), ChatHeard::Open, "answered for");
}

#[tokio::test]
async fn a_click_that_another_process_of_the_machine_hears_comes_to_the_one_that_drives() {
    let other = ReleaseKey {
        run: RunId(2),
        ..key()
    };
    for is_driven in [true, false] {
        let desk = Arc::new(Desk {
            is_driven,
            ..Desk::default()
        });
        let (drives, _) = keeping(Vec::new(), &desk).await;
        let mut clicks = drives.clicks(&key());
        let open = timeout(Duration::from_secs(4), clicks.next()).await;
        assert_eq!(open.unwrap(), ChatHeard::Open);
        let (hears, place) = keeping(vec![envelope("e1", &value())], &desk).await;
        let _others = hears.clicks(&other);
        acknowledged(&place, 1).await;
        if is_driven {
            let heard = timeout(Duration::from_secs(8), clicks.next()).await;
            let ChatHeard::Click(click) = heard.unwrap() else {
                panic!("the click is passed on");
            };
            drives.answered(&key(), &click).await;
            assert!(desk.kept.lock().unwrap().is_empty());
        }
        let is_told = || place.methods().contains(&"chat.postEphemeral".to_owned());
        if is_driven {
            assert!(!is_told());
            continue;
        }
        // Nobody drives it: whoever clicked is told so.
        let told = async {
            while !is_told() {
                tokio::task::yield_now().await;
            }
        };
        timeout(Duration::from_secs(8), told).await.unwrap();
    }
}

#[tokio::test]
async fn what_cannot_be_kept_is_not_acknowledged_and_does_not_count() {
    let desk = Arc::new(Desk {
        is_full: true,
        ..Desk::default()
    });
    let other = json!({ "type": "slash_commands", "envelope_id": "e0", "payload": {} });
    let frames = vec![envelope("e1", &value()), other.to_string()];
    let (slack, place) = keeping(frames, &desk).await;
    let mut clicks = slack.clicks(&key());
    acknowledged(&place, 1).await;
    let open = timeout(Duration::from_secs(4), clicks.next()).await;
    assert_eq!(open.unwrap(), ChatHeard::Open);
    // Envelopes are taken in their order: the click was passed over before the other one.
    let more = timeout(Duration::from_millis(20), clicks.next()).await;
    assert!(more.is_err(), "{more:?}");
    assert_eq!(place.acks.load(Ordering::SeqCst), 1);
}
