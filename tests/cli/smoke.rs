//! `smoke` and `gate check`: exit codes, what they print, what they refuse.

use std::{
    fs,
    io::{Read as _, Write as _},
};

use super::{SMALLEST, cockpit, err, out};

#[test]
fn gate_check_says_what_each_rule_means_or_shows_the_place() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("cockpit.toml"), SMALLEST).unwrap();
    let all = cockpit(folder.path(), &["gate", "check"]);
    assert_eq!(all.status.code(), Some(0), "{}", err(&all));
    for words in [
        "error_rate < 1%   (hypercare gate)",
        "passes when error_rate < 1% over the window's mean",
        "fires when error_rate > 2% in each of the 3 newest minutes",
        "in per cent (1%)",
    ] {
        assert!(out(&all).contains(words), "{words} in {}", out(&all));
    }
    let json = cockpit(folder.path(), &["gate", "check", "--json"]);
    let json: serde_json::Value = serde_json::from_slice(&json.stdout).unwrap();
    assert_eq!(json["ok"], true);
    assert_eq!(json["rules"][2]["place"], "trigger");
    assert_eq!(json["rules"][0]["metrics"][0]["unit"], "percent");
    let mixed = [
        "gate",
        "check",
        "latency_p99 < 500ms",
        "eror_rate < 1%",
        "requests > 5 s",
    ];
    let mixed = cockpit(folder.path(), &mixed);
    assert_eq!(mixed.status.code(), Some(2));
    for words in [
        "latency_p99 < 500ms",
        "1 | eror_rate < 1%",
        "^^^^^^^^^",
        "did you mean `error_rate`?",
    ] {
        assert!(out(&mixed).contains(words), "{words} in {}", out(&mixed));
    }
    let wrong = SMALLEST.replace("error_rate < 1%", "error_rate < 1ms");
    fs::write(folder.path().join("wrong.toml"), wrong).unwrap();
    let wrong = cockpit(folder.path(), &["gate", "check", "--config", "wrong.toml"]);
    assert_eq!(wrong.status.code(), Some(2));
    assert!(err(&wrong).contains("wrong.toml:17"), "{}", err(&wrong));
}

#[test]
fn gate_check_warns_of_rules_that_make_no_sense_and_refuses_none() {
    let folder = tempfile::tempdir().unwrap();
    let odd = SMALLEST
        .replace("error_rate < 1%", "error_rate > 1%")
        .replace("error_rate > 2% for 3m", "error_rate > 200% for 30m");
    fs::write(folder.path().join("cockpit.toml"), odd).unwrap();
    let all = cockpit(folder.path(), &["gate", "check"]);
    assert_eq!(all.status.code(), Some(0), "{}", err(&all));
    for words in [
        "warning: `error_rate > 1%`: as a gate this passes only when error_rate is bad",
        "1 | error_rate > 1%\n  | ^^^^^^^^^^^^^^^",
        "`error_rate <= 1%` is more likely meant",
        "lies between 0% and 100%: this never holds",
        "this looks at 30 minutes and the watch has 15 minutes",
    ] {
        assert!(out(&all).contains(words), "{words} in {}", out(&all));
    }
    assert!(err(&all).contains("2 rules with warnings"), "{}", err(&all));
    let strict = cockpit(folder.path(), &["gate", "check", "--strict", "--json"]);
    assert_eq!(strict.status.code(), Some(1));
    let json: serde_json::Value = serde_json::from_slice(&strict.stdout).unwrap();
    assert_eq!(json["rules"][0]["warnings"][0]["start"], 0);
    // The same words are right as a trigger.
    let one = ["gate", "check", "--trigger", "--strict", "error_rate > 1%"];
    assert_eq!(cockpit(folder.path(), &one).status.code(), Some(0));
}

/// Answers everything with `ok`.
fn server() -> String {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            assert!(stream.read(&mut [0; 4096]).is_ok());
            let answer = b"HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-length: 2\r\n\r\nok";
            let _ = stream.write_all(answer);
        }
    });
    url
}

#[test]
fn smoke_ends_with_0_1_or_2() {
    let folder = tempfile::tempdir().unwrap();
    let url = server();
    let run = |file: &str, more: &[&str]| {
        fs::write(folder.path().join("smoke.json"), file).unwrap();
        let mut arguments = vec!["smoke", "--config", "smoke.json"];
        arguments.extend(more);
        cockpit(folder.path(), &arguments)
    };
    let good = r#"{"tests":[{"name":"health","path":"/health","expected_body":"ok"}]}"#;
    let ended = run(good, &["--url", &url]);
    assert_eq!(
        ended.status.code(),
        Some(0),
        "{}{}",
        out(&ended),
        err(&ended)
    );
    assert!(
        out(&ended).starts_with("ok    health  200"),
        "{}",
        out(&ended)
    );
    assert!(out(&ended).ends_with("1 passed, 0 failed, 0 skipped\n"));
    let bad = good.replace("\"ok\"", "\"up\"");
    let ended = run(&bad, &["--json", "--url", &url]);
    assert_eq!(ended.status.code(), Some(1));
    let page: serde_json::Value = serde_json::from_slice(&ended.stdout).unwrap();
    assert_eq!(
        (&page["failed"], &page["tests"][0]["state"]),
        (&1.into(), &"failed".into())
    );
    assert_eq!(
        page["tests"][0]["why"],
        "the body is \"ok\", without \"up\""
    );
    for (file, more, words) in [
        (good, &[][..], "no --url"),
        (good, &["--url", "ftp://x"], "can be asked"),
        (
            good,
            &["--url", "http://x", "--concurrency", "0"],
            "1 to 32",
        ),
        (
            "{\"tests\":[{\"path\":\"/\",\"hedaers\":{}}]}",
            &["--url", "http://x"],
            "did you mean `headers`?",
        ),
        (
            "{\"tests\":[{\"path\":\"/\",\"body\":\"env:NOT_SET\"}]}",
            &["--url", "http://x"],
            "$NOT_SET is not set",
        ),
        (
            "{\"tests\":[{\"path\":\"/\"},]}",
            &["--url", "http://x"],
            "trailing comma",
        ),
    ] {
        let ended = run(file, more);
        assert_eq!(
            ended.status.code(),
            Some(2),
            "{}{}",
            out(&ended),
            err(&ended)
        );
        assert!(err(&ended).contains(words), "{words} in {}", err(&ended));
    }
    let missing = cockpit(
        folder.path(),
        &["smoke", "--url", "http://x", "--config", "no.json"],
    );
    assert_eq!(missing.status.code(), Some(2));
}

#[test]
fn smoke_says_which_failures_count_and_what_mends_a_port_without_tls() {
    let folder = tempfile::tempdir().unwrap();
    let url = server();
    let run = |file: &str, url: &str| {
        fs::write(folder.path().join("smoke.json"), file).unwrap();
        let arguments = ["smoke", "--config", "smoke.json", "--url", url];
        cockpit(folder.path(), &arguments)
    };
    let spare = r#"{"tests":[{"path":"/a","expected_body":"ok"},{"path":"/b","expected_body":"up","required":false}]}"#;
    let ended = run(spare, &url);
    assert_eq!(ended.status.code(), Some(0), "{}", out(&ended));
    let sum = "1 passed, 1 failed (not required), 0 skipped\n";
    assert!(out(&ended).ends_with(sum), "{}", out(&ended));
    let ended = run(
        &spare.replace("false", "true"),
        &url.replace("http", "https"),
    );
    assert_eq!(ended.status.code(), Some(1));
    let mend = "does not speak TLS: write http://";
    assert!(out(&ended).contains(mend), "{}", out(&ended));
}
