//! Smoke tests over real sockets: servers that answer, and servers that drip, lie, loop, break off and repeat secrets.
#![expect(clippy::unwrap_used, reason = "a test may fail by panicking")]
#![expect(clippy::disallowed_methods, reason = "a socket drips in real time")]

use std::{
    collections::BTreeMap,
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use cockpit::{
    adapters::{
        clock::WallClock,
        smoke::{HttpSmoke, Settings, base},
    },
    config::parse_smoke,
    domain::smoke::{SmokeReport, SmokeState, Suite},
    ports::Smoke as _,
};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::{TcpListener, TcpStream},
};

/// What a connection does after the request was read.
#[derive(Clone)]
enum Then {
    Says(Vec<u8>),
    /// Says it, then a byte each 20 ms for ever.
    Drips(Vec<u8>),
    /// Says it, then this many bytes.
    Pours(Vec<u8>, usize),
    Silent,
}

type Script = Arc<dyn Fn(&str, usize) -> Then + Send + Sync>;

struct Server {
    origin: String,
    seen: Arc<Mutex<Vec<String>>>,
    most: Arc<AtomicUsize>,
}

/// Answers each connection with what `script` makes of its request and number.
async fn server(script: impl Fn(&str, usize) -> Then + Send + Sync + 'static) -> Server {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let origin = format!("http://{}", listener.local_addr().unwrap());
    let seen = Arc::new(Mutex::new(Vec::new()));
    let (now, most) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
    let (script, log, peak): (Script, _, _) = (Arc::new(script), seen.clone(), most.clone());
    tokio::spawn(async move {
        while let Ok((socket, _)) = listener.accept().await {
            let (script, log, now, peak) = (script.clone(), log.clone(), now.clone(), peak.clone());
            tokio::spawn(async move {
                peak.fetch_max(now.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
                serve(socket, script, log).await;
                now.fetch_sub(1, Ordering::SeqCst);
            });
        }
    });
    Server { origin, seen, most }
}

async fn serve(mut socket: TcpStream, script: Script, log: Arc<Mutex<Vec<String>>>) {
    let mut raw = Vec::new();
    let mut part = [0; 4096];
    loop {
        let Ok(read) = socket.read(&mut part).await else {
            return;
        };
        raw.extend_from_slice(&part[..read]);
        if raw.first() == Some(&0x16) {
            // A TLS hello, which this server does not speak.
            break;
        }
        let text = String::from_utf8_lossy(&raw).to_lowercase();
        let Some(head) = text.find("\r\n\r\n") else {
            if read == 0 {
                return;
            }
            continue;
        };
        let length = text
            .split("content-length: ")
            .nth(1)
            .and_then(|rest| rest.split("\r\n").next()?.parse().ok())
            .unwrap_or(0);
        if raw.len() >= head + 4 + length || read == 0 {
            break;
        }
    }
    let request = String::from_utf8_lossy(&raw).into_owned();
    let number = {
        let mut log = log.lock().unwrap();
        log.push(request.clone());
        log.len() - 1
    };
    // The client may hang up in the middle of anything.
    match script(&request, number) {
        Then::Says(bytes) => drop(socket.write_all(&bytes).await),
        Then::Drips(bytes) => {
            let mut alive = socket.write_all(&bytes).await.is_ok();
            while alive {
                tokio::time::sleep(Duration::from_millis(20)).await;
                alive = socket.write_all(b"x").await.is_ok();
            }
        }
        Then::Pours(bytes, count) => {
            let _ = socket.write_all(&bytes).await;
            let _ = socket.write_all(&vec![b'x'; count]).await;
        }
        Then::Silent => drop(socket.read(&mut part).await),
    }
}

fn says(head: &str, body: &[u8]) -> Then {
    let length = body.len();
    let head = format!("HTTP/1.1 {head}\r\nconnection: close\r\ncontent-length: {length}\r\n\r\n");
    Then::Says([head.as_bytes(), body].concat())
}

fn suite(toml: &str) -> Suite {
    parse_smoke(toml.as_bytes(), "smoke.toml").unwrap_or_else(|wrong| panic!("{wrong}"))
}

async fn run(toml: &str, origin: &str) -> SmokeReport {
    run_with(toml, origin, &[], 4).await
}

async fn run_with(
    toml: &str,
    origin: &str,
    secrets: &[(&str, &str)],
    at_once: usize,
) -> SmokeReport {
    let secrets = secrets
        .iter()
        .map(|(name, value)| ((*name).to_owned(), (*value).to_owned().into()));
    let settings = Settings {
        base: Some(base(origin).unwrap()),
        secrets: secrets.collect::<BTreeMap<_, _>>(),
    };
    HttpSmoke::new(settings, Arc::new(WallClock))
        .run(&suite(toml), at_once)
        .await
        .unwrap()
}

/// The reason why the only test failed.
async fn why(toml: &str, origin: &str) -> String {
    let report = run(toml, origin).await;
    assert_eq!((report.passed, report.failed), (0, 1), "{report:?}");
    assert!(!report.holds());
    report.tests[0].why.as_ref().unwrap().to_string()
}

const ONE: &str = "[[tests]]\nname = 'a'\npath = '/a'\ntimeout = '2s'\n";

#[tokio::test]
async fn a_test_sends_what_it_says_and_checks_what_comes() {
    let server = server(|_, _| says("201 Created\r\nX-Build: 81", br#"{"status":"up"}"#)).await;
    let toml = r#"
[[tests]]
name = "order"
method = "POST"
path = "/orders?dry=1"
query = { who = "a b" }
headers = { Authorization = "Bearer env:TOKEN" }
body = { key = "${TOKEN}", n = 1 }
expect = { status = 201, headers = { x-build = "81" }, json = { "/status" = "up" }, latency = "5s" }
"#;
    let origin = format!("{}/shop/", server.origin);
    let report = run_with(toml, &origin, &[("TOKEN", "s3cret\"")], 4).await;
    assert!(report.holds() && report.passed == 1, "{report:?}");
    assert_eq!(report.tests[0].status, Some(201));
    assert!(report.tests[0].latency_ms.is_some());
    let seen = server.seen.lock().unwrap().clone();
    assert!(
        seen[0].starts_with("POST /shop/orders?dry=1&who=a+b HTTP/1.1"),
        "{seen:?}"
    );
    assert!(
        seen[0].contains("authorization: Bearer s3cret\""),
        "{seen:?}"
    );
    assert!(
        seen[0].contains("content-type: application/json"),
        "{seen:?}"
    );
    assert!(seen[0].ends_with(r#"{"key":"s3cret\"","n":1}"#), "{seen:?}");
}

#[tokio::test]
async fn a_secret_that_the_server_repeats_is_not_told() {
    let secret = "p\"w é&s3cret";
    let server = server(|request, _| says("500 X", request.as_bytes())).await;
    let toml = r#"
[[tests]]
path = "/a"
query = { key = "env:KEY" }
body = { key = "env:KEY" }
expect = { status = 200, body = { matches = "^never$" }, json = { "/key" = "other" } }
"#;
    let report = run_with(toml, &server.origin, &[("KEY", secret)], 1).await;
    let shown = serde_json::to_string(&report).unwrap();
    assert!(!shown.contains("s3cret"), "{shown}");
    assert!(
        shown.contains("***") && shown.contains("status 500, not 200"),
        "{shown}"
    );
}

#[tokio::test]
async fn nothing_is_sent_while_a_secret_or_an_address_is_missing() {
    let server = server(|_, _| says("200 OK", b"")).await;
    let toml = "[[tests]]\nname='a'\npath='/a'\n[[tests]]\nname='b'\npath='/b'\nheaders={x-key='env:KEY'}\n";
    let settings = Settings {
        base: Some(base(&server.origin).unwrap()),
        ..Settings::default()
    };
    for (settings, words) in [
        (settings, "\"b\": $KEY is not set"),
        (Settings::default(), "no --url"),
    ] {
        let asker = HttpSmoke::new(settings, Arc::new(WallClock));
        let fault = asker.run(&suite(toml), 4).await.unwrap_err();
        assert!(fault.to_string().contains(words), "{fault}");
    }
    assert!(server.seen.lock().unwrap().is_empty());
    let many: Vec<String> = (0..5)
        .map(|n| format!("[[tests]]\nname='t{n}'\npath='/t'\nheaders={{x-key='env:KEY'}}\n"))
        .collect();
    let settings = Settings {
        base: Some(base(&server.origin).unwrap()),
        ..Settings::default()
    };
    let asker = HttpSmoke::new(settings, Arc::new(WallClock));
    let fault = asker.run(&suite(&many.concat()), 4).await.unwrap_err();
    let once = "\"t0\", \"t1\", \"t2\" and 2 more: $KEY is not set in the environment";
    assert_eq!(fault.detail, once.into());
}

#[tokio::test]
async fn it_tries_again_as_often_as_it_may() {
    let server = server(|_, number| says(if number < 2 { "503 X" } else { "200 OK" }, b"")).await;
    let toml = format!("{ONE}retries = 3\nretry_delay = '10ms'\n");
    let report = run(&toml, &server.origin).await;
    assert!(report.holds());
    assert_eq!(
        (report.tests[0].attempts, report.tests[0].status),
        (3, Some(200))
    );
    let closed = closed().await;
    let report = run(&format!("{ONE}retries = 1\nretry_delay = '1ms'\n"), &closed).await;
    assert_eq!(
        (report.tests[0].attempts, report.tests[0].status),
        (2, None)
    );
}

#[tokio::test]
async fn what_is_not_required_or_skipped_fails_nothing_and_the_order_is_the_file_s() {
    let server = server(|request, _| {
        let slow = request.starts_with("GET /1 ");
        std::thread::sleep(Duration::from_millis(if slow { 100 } else { 0 }));
        says("404 Not Found", b"")
    })
    .await;
    let toml = "[[tests]]\nname='1'\npath='/1'\nrequired=false\n[[tests]]\nname='2'\npath='/2'\nskip='later'\nheaders={k='env:UNSET'}\n[[tests]]\nname='3'\npath='/3'\nstatus='4xx'\n";
    let report = run(toml, &server.origin).await;
    assert!(report.holds(), "{report:?}");
    assert_eq!((report.passed, report.failed, report.skipped), (1, 1, 1));
    let names: Vec<&str> = report.tests.iter().map(|test| test.name.as_str()).collect();
    assert_eq!(names, ["1", "2", "3"]);
    assert_eq!(report.tests[1].state, SmokeState::Skipped);
}

#[tokio::test]
async fn no_more_run_at_once_than_may() {
    let server = server(|_, _| Then::Silent).await;
    let test = |n| format!("[[tests]]\nname='{n}'\npath='/'\ntimeout='100ms'\n");
    let tests = (0..6).map(test).collect::<Vec<_>>().concat();
    let report = run_with(&tests, &server.origin, &[], 2).await;
    assert_eq!(report.failed, 6);
    let most = server.most.load(Ordering::SeqCst);
    // A connection that the client gave up may end a little after its successor begins.
    assert!((1..=4).contains(&most), "{most}");
}

#[tokio::test]
async fn slow_silent_and_dripping_servers_end_at_the_limit() {
    let toml = "[[tests]]\nname='a'\npath='/'\ntimeout='200ms'\n";
    for then in [
        Then::Silent,
        Then::Drips(b"HTTP/1.1 200 OK\r\nx-slow: ".to_vec()),
        Then::Drips(b"HTTP/1.1 200 OK\r\ncontent-length: 9999\r\n\r\n".to_vec()),
        Then::Drips(b"HTTP/1.1 200 OK\r\n\r\n".to_vec()),
    ] {
        let server = server(move |_, _| then.clone()).await;
        let why = why(toml, &server.origin).await;
        assert_eq!(why, "no whole answer within 200 ms");
    }
}

#[tokio::test]
async fn huge_cut_and_lying_bodies_are_told() {
    let head = |length: &str| format!("HTTP/1.1 200 OK\r\n{length}\r\n").into_bytes();
    for (then, words) in [
        (Then::Pours(head(""), 2 * 1024 * 1024), "more than 1 MiB"),
        (
            Then::Pours(head("content-length: 3145728\r\n"), 3 * 1024 * 1024),
            "more than 1 MiB",
        ),
        (
            Then::Pours(head("content-length: 500\r\n"), 100),
            "breaks off",
        ),
        (
            Then::Says(head("transfer-encoding: chunked\r\n\r\n5\r\nab")),
            "breaks off",
        ),
        (
            Then::Says(head("transfer-encoding: chunked\r\n\r\nzz\r\nab")),
            "breaks off",
        ),
        (
            Then::Says(head(
                "content-encoding: gzip\r\ncontent-length: 3\r\n\r\nabc",
            )),
            "breaks off",
        ),
        (
            Then::Says(head("content-length: 1\r\ncontent-length: 2\r\n")),
            "no answer",
        ),
        (Then::Says(b"SSH-2.0-OpenSSH_9\r\n".to_vec()), "no answer"),
        (Then::Says(b"HTTP/1.1 200".to_vec()), "no answer"),
        (Then::Says(Vec::new()), "no answer"),
    ] {
        let server = server(move |_, _| then.clone()).await;
        let why = why(ONE, &server.origin).await;
        assert!(why.contains(words), "{words} in {why}");
    }
}

#[tokio::test]
async fn bytes_that_are_no_text_are_shown_harmlessly() {
    let server = server(|_, _| says("200 OK\r\nx-bad: \x1b[2J", b"\xff\x1b[2J\xe2\x80\xae")).await;
    let toml = format!(
        "{ONE}expect = {{ body = 'ok', headers = {{ x-bad = 'y' }}, json = {{ a = 1 }} }}\n"
    );
    let server_why = run(&toml, &server.origin).await.tests[0]
        .why
        .clone()
        .unwrap();
    assert!(
        !server_why.as_str().contains(['\x1b', '\u{202e}']),
        "{server_why}"
    );
}

#[tokio::test]
async fn redirects_are_followed_only_where_asked_and_never_away() {
    let here = server(|request, _| {
        if request.starts_with("GET /a ") {
            says("302 Found\r\nlocation: /b", b"")
        } else if request.starts_with("GET /loop ") {
            says("302 Found\r\nlocation: /loop", b"")
        } else if request.starts_with("GET /away ") {
            says("302 Found\r\nlocation: http://127.0.0.1:1/x", b"")
        } else if request.starts_with("GET /else ") {
            says(
                "302 Found\r\nlocation: http://localhost.example.invalid/x",
                b"",
            )
        } else {
            says("200 OK", b"b")
        }
    })
    .await;
    assert_eq!(why(ONE, &here.origin).await, "status 302, not 2xx");
    let report = run(&format!("{ONE}follow = true\n"), &here.origin).await;
    assert!(report.holds(), "{report:?}");
    for (path, words) in [
        ("loop", "more than 5 redirects"),
        ("away", "leads away"),
        ("else", "leads away"),
    ] {
        let toml =
            format!("[[tests]]\npath = '/{path}'\nfollow = true\nheaders = {{ x-key = 'k' }}\n");
        let why = why(&toml, &here.origin).await;
        assert!(why.contains(words), "{path}: {why}");
    }
    assert!(here.seen.lock().unwrap().len() < 15);
}

#[tokio::test]
async fn a_path_never_leaves_the_host() {
    let server = server(|_, _| says("200 OK", b"")).await;
    for path in [
        "//evil.example/a",
        "@evil.example/",
        "/../../x",
        "\\\\evil.example",
        "?next=http://evil.example",
        ":80@evil.example",
    ] {
        let toml = format!("[[tests]]\nname='a'\npath = '{path}'\n");
        let report = run(&toml, &server.origin).await;
        assert!(report.holds(), "{path}: {report:?}");
    }
    let host = server.origin.trim_start_matches("http://");
    for request in server.seen.lock().unwrap().iter() {
        assert!(request.contains(&format!("host: {host}")), "{request}");
    }
    assert_eq!(server.seen.lock().unwrap().len(), 6);
}

/// An address where nobody listens.
async fn closed() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    format!("http://{}", listener.local_addr().unwrap())
}

#[tokio::test]
async fn refused_connections_and_tls_that_is_none_are_told() {
    let refused = why(ONE, &closed().await).await;
    assert!(refused.starts_with("no connection: "), "{refused}");
    let server = server(|_, _| says("400 X", b"plain")).await;
    let tls = server.origin.replace("http:", "https:");
    let plain = why(ONE, &tls).await;
    assert!(plain.starts_with("no connection: "), "{plain}");
    let nowhere = why(ONE, "http://nowhere.invalid").await;
    assert!(nowhere.starts_with("no connection: "), "{nowhere}");
}

#[test]
fn the_base_is_an_address_without_a_login_and_a_query() {
    for (raw, words) in [
        ("example.com", "no address"),
        ("ftp://example.com", "can be asked"),
        ("http://u:p@example.com", "a login"),
        ("http://example.com/?a=1", "before `?`"),
        ("", "no address"),
    ] {
        let told = base(raw).unwrap_err();
        assert!(told.contains(words), "{raw}: {told}");
    }
}
