//! What git and ssh tell of the checkout that cockpit was started in.

use std::{
    ffi::OsStr,
    path::PathBuf,
    process::{Command, Stdio},
};

use crate::{config::parse_remote_with, domain::Repository};

/// The repository of `origin`, or of the only remote where none is called so; `None` outside a checkout or without git.
pub(super) fn remote() -> Option<Repository> {
    // Unlike the configuration this has the short forms of addresses (`insteadOf`) written out.
    let address = |name: &str| told("git", &["remote", "get-url", "--", name]);
    let url = address("origin").or_else(|| {
        let all = told("git", &["remote"])?;
        let mut names = all.lines();
        let only = names.next().filter(|_| names.next().is_none())?;
        address(only)
    })?;
    parse_remote_with(url.lines().next()?, connected_to)
}

/// The root of the checkout.
pub(super) fn root() -> Option<PathBuf> {
    told("git", &["rev-parse", "--show-toplevel"]).map(|path| PathBuf::from(path.trim_end()))
}

/// Where ssh connects to for a name: people with several accounts have names of their own in `~/.ssh/config`.
fn connected_to(name: &str) -> Option<String> {
    let settings = told("ssh", &["-G", name])?;
    let found = settings
        .lines()
        .find_map(|line| line.strip_prefix("hostname "));
    found.map(|real| real.trim().to_owned())
}

/// What a program answers, where it ends well.
fn told(program: &str, arguments: &[impl AsRef<OsStr>]) -> Option<String> {
    let answer = Command::new(program)
        .args(arguments)
        .stdin(Stdio::null())
        .stderr(Stdio::null())
        .output()
        .ok()?;
    let text = String::from_utf8(answer.stdout).ok()?;
    (answer.status.success() && !text.is_empty()).then_some(text)
}
