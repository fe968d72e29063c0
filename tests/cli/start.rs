//! The beginning of a command: what is waited for is told at once, and a state folder that is none is no empty one.

use std::{
    fs,
    io::{BufRead as _, BufReader, Write as _},
    net::TcpListener,
};

use assert_cmd::Command;

use super::{SMALLEST, cockpit, err, out};

/// A GitHub that limits the first question, and has nothing for the others.
fn limited_at_first() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}/api/v3", listener.local_addr().unwrap());
    std::thread::spawn(move || {
        let limited = "HTTP/1.1 429 Too Many Requests\r\nretry-after: 1";
        let answers = [limited]
            .into_iter()
            .chain(std::iter::repeat("HTTP/1.1 404 Not Found"));
        for (stream, answer) in listener.incoming().zip(answers) {
            let mut stream = stream.unwrap();
            let read = BufReader::new(stream.try_clone().unwrap());
            read.lines().map_while(Result::ok).find(String::is_empty);
            let answer = format!("{answer}\r\nconnection: close\r\ncontent-length: 2\r\n\r\n{{}}");
            let _ = stream.write_all(answer.as_bytes());
        }
    });
    url
}

#[test]
fn a_limit_at_the_start_is_told_on_standard_error_with_its_end() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("cockpit.toml"), SMALLEST).unwrap();
    let ended = Command::cargo_bin("cockpit")
        .unwrap()
        .current_dir(folder.path())
        .env_clear()
        .env("HOME", folder.path())
        .env("GITHUB_API_URL", limited_at_first())
        .env("GH_TOKEN", "ghx_none")
        .args([
            "status",
            "7",
            "--repo",
            "acme/storefront",
            "--config",
            "cockpit.toml",
            "--json",
        ])
        .output()
        .unwrap();
    let told = err(&ended);
    let first = told.lines().next().unwrap_or_default();
    assert!(first.starts_with("rate-limited: waits until "), "{told}");
    assert!(first.contains("UTC (") && first.contains("429"), "{told}");
    assert!(
        told.contains("no tag, branch, commit or run"),
        "it asked again: {told}"
    );
    assert!(told.contains("there is no release 7"), "{told}");
    assert_eq!((ended.status.code(), out(&ended).as_str()), (Some(2), ""));
}

#[test]
fn a_state_folder_that_cannot_be_listed_is_not_an_empty_one() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("file"), "").unwrap();
    for place in ["file", "file/below"] {
        for command in ["list", "status"] {
            let ended = cockpit(folder.path(), &[command, "--state-dir", place]);
            assert_eq!(ended.status.code(), Some(2), "{command} {}", out(&ended));
            assert!(err(&ended).contains("cannot list file"), "{}", err(&ended));
            assert!(err(&ended).contains("--state-dir"), "{}", err(&ended));
        }
    }
    let none = cockpit(folder.path(), &["list", "--state-dir", "not-made-yet"]);
    assert_eq!(none.status.code(), Some(0));
    assert_eq!(out(&none), "no release lies on this machine\n");
}

#[cfg(unix)]
#[test]
fn a_state_folder_that_leads_nowhere_is_not_an_empty_one() {
    let folder = tempfile::tempdir().unwrap();
    let circle = folder.path().join("circle");
    std::os::unix::fs::symlink(&circle, &circle).unwrap();
    let ended = cockpit(folder.path(), &["list", "--json", "--state-dir", "circle"]);
    assert_eq!((ended.status.code(), out(&ended).as_str()), (Some(2), ""));
}
