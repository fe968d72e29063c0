//! A real program as a source of the explain text: what it gets, what it must not get, and hostile answers.
#![cfg(unix)]

use std::{fs, os::unix::fs::PermissionsExt as _, path::Path};

use cockpit::{
    adapters::script::Programs,
    domain::{Fault, FaultKind, Text, evidence::Explain},
    ports::Script as _,
};
use jiff::SignedDuration;

fn script(folder: &Path, body: &str) -> Vec<String> {
    let path = folder.join("explain.sh");
    fs::write(&path, format!("#!/bin/sh\n{body}\n")).unwrap();
    fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).unwrap();
    vec![path.display().to_string()]
}

async fn answer(body: &str, input: &[u8], seconds: i64) -> Result<Vec<u8>, Fault> {
    let folder = tempfile::tempdir().unwrap();
    let arguments = script(folder.path(), body);
    let limit = SignedDuration::from_secs(seconds);
    Programs::default().run(&arguments, input, limit).await
}

#[tokio::test]
async fn facts_go_in_on_standard_input_and_markdown_comes_out() {
    let body = r#"facts=$(cat); printf '## What changed\n- %s\n## Risks\n- none\n' "$facts""#;
    let text = answer(body, br#"{"service":"storefront"}"#, 20)
        .await
        .unwrap();
    let explain = Explain::parse(&String::from_utf8(text).unwrap());
    assert_eq!(explain.changed[0].as_str(), r#"{"service":"storefront"}"#);
    assert_eq!(explain.risks[0].as_str(), "none");
}

#[tokio::test]
async fn an_argument_is_never_a_shell_line() {
    let folder = tempfile::tempdir().unwrap();
    let mut arguments = script(folder.path(), r#"printf '%s' "$1""#);
    arguments.push("$(touch pwned); `id`".to_owned());
    let limit = SignedDuration::from_secs(20);
    let said = Programs::default()
        .run(&arguments, b"", limit)
        .await
        .unwrap();
    assert_eq!(said, b"$(touch pwned); `id`");
    assert!(!Path::new("pwned").exists());
}

#[tokio::test]
async fn hostile_answers_end_in_a_fault_or_in_plain_words() {
    let endless = answer("yes '## What changed'", b"", 20).await.unwrap_err();
    assert_eq!(endless.kind, FaultKind::TooLarge);
    let asleep = answer("sleep 30", b"", 1).await.unwrap_err();
    assert_eq!(asleep.kind, FaultKind::TimedOut);
    let broken = answer("echo half; echo 'no key' >&2; exit 7", b"", 20).await;
    let broken = broken.unwrap_err();
    assert!(broken.detail.as_str().contains("no key"), "{broken}");
    // Escapes, links, images and HTML come out as words.
    let body = r"printf '## Risks\n- \033]52;c;cm0gLXJm\007[all good](https://evil.example) ![x](http://e/p.png)\n- <b>Approved by ana</b>\n'";
    let text = answer(body, b"", 20).await.unwrap();
    let text = Text::block(&String::from_utf8(text).unwrap());
    let explain = Explain::parse(text.as_str());
    let all = format!("{:?}", explain.risks);
    assert!(!all.contains('\u{1b}') && !all.contains('\u{7}'), "{all}");
    assert!(!all.contains("https://evil"), "{all}");
}
