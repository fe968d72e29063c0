//! What git and ssh tell of the checkout that cockpit was started in.

use std::{
    ffi::OsStr,
    io::Read as _,
    path::PathBuf,
    process::{Child, ChildStdout, Command, Stdio},
    sync::mpsc,
    time::Duration,
};

use crate::{config::parse_remote_with, domain::Repository};

/// Longest wait for a program: ssh's settings may run others (`Match exec`), and ask the network.
const PATIENCE: Duration = Duration::from_secs(3);
/// Most that is read of an answer, in bytes.
const LONGEST: u64 = 1024 * 1024;
/// Between two looks whether a program that said all has ended.
const LOOK: Duration = Duration::from_millis(1);
const LOOKS: usize = 1_000;

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

/// What a program answers, where it ends well and in time.
fn told(program: &str, arguments: &[impl AsRef<OsStr>]) -> Option<String> {
    let mut child = Command::new(program)
        .args(arguments)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .ok()?;
    let text = child.stdout.take().and_then(said);
    let text = text.filter(|_| ends_well(&mut child));
    if text.is_none() {
        // Which has ended by itself already, where that is why.
        let _ = child.kill();
        let _ = child.wait();
    }
    text.filter(|text| !text.is_empty())
}

/// All that it says. What a program started may hold its output longer than we wait: that is left behind.
fn said(output: ChildStdout) -> Option<String> {
    let (sender, answer) = mpsc::channel();
    std::thread::spawn(move || {
        let mut text = String::new();
        let read = output.take(LONGEST).read_to_string(&mut text);
        // Nobody waits any more where it came too late.
        let _ = sender.send(read.is_ok().then_some(text));
    });
    answer.recv_timeout(PATIENCE).ok().flatten()
}

fn ends_well(child: &mut Child) -> bool {
    for _ in 0..LOOKS {
        match child.try_wait() {
            Ok(Some(status)) => return status.success(),
            Ok(None) => std::thread::sleep(LOOK),
            Err(_) => return false,
        }
    }
    false
}
