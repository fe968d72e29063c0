//! Signed heads: who vouches for a journal up to a line, in ssh-keygen's signature format.
//!
//! `signed-head` holds a head as cockpit writes it, `signed-head.sig` the signature of exactly those bytes in the namespace
//! `cockpit`, made by `ssh-keygen -Y sign` and checked by `ssh-keygen -Y verify` (ssh-keygen(1), OpenSSH 8.2; the format is
//! PROTOCOL.sshsig). The hash in the head vouches for every line before it. ssh-keygen is never asked for a passphrase: a key
//! that has one is used through its agent, by naming the public key.

use std::{
    io::{self, Write as _},
    path::{Path, PathBuf},
    process::{Command, Output, Stdio},
    time::Duration,
};

use super::{head, place, private};
use crate::domain::{Text, record::Head};

/// What the signature is for: one made for anything else says nothing here.
const NAMESPACE: &str = "cockpit";
/// The head that was signed.
const SIGNED: &str = "signed-head";
/// Its signature.
const SIGNATURE: &str = "signed-head.sig";
/// Most that is read of either, in bytes.
const MOST: u64 = 16 * 1024;
/// Most that is read of a list of signers, in bytes.
const LIST: u64 = 1024 * 1024;
/// Between two looks whether ssh-keygen has ended.
const LOOK: Duration = Duration::from_millis(5);
/// So many looks are ten seconds: an agent may stand behind it.
const LOOKS: u32 = 2_000;

/// What a signature beside a journal says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Signed {
    /// A signer of the list signed this head.
    By {
        /// As the list calls them.
        who: Text,
        /// Through which line.
        head: Head,
    },
    /// There is no signed head.
    Nothing,
    /// There is one, and it does not hold.
    Bad(Text),
}

/// Signs the head beside `journal`'s folder with `key`. Blocking.
///
/// # Errors
/// No ssh-keygen, no such key, a key that wants a passphrase, no head yet.
pub fn sign_head(folder: &Path, key: &Path) -> io::Result<()> {
    let bytes = private::read(&folder.join(place::HEAD), MOST)?;
    let signature = sign(&bytes, key)?;
    // A reader between the two sees a signature of another head, which does not hold: it looks again, or says so.
    private::put(folder, SIGNED, &bytes)?;
    private::put(folder, SIGNATURE, &signature)
}

/// The signature of `bytes`.
fn sign(bytes: &[u8], key: &Path) -> io::Result<Vec<u8>> {
    let draft = tempfile::Builder::new().prefix("cockpit-sign-").tempdir()?;
    let path = draft.path().join("head");
    std::fs::write(&path, bytes)?;
    let mut command = keygen();
    command.args(["-Y", "sign", "-n", NAMESPACE, "-f"]).arg(key);
    let output = run(command.arg(&path), b"")?;
    if !output.status.success() {
        return Err(io::Error::other(said(&output)));
    }
    private::read(&draft.path().join("head.sig"), MOST)
}

/// What the signed head beside `journal` says, by the allowed signers in `signers` (ssh-keygen(1), ALLOWED SIGNERS). Blocking.
///
/// Whether the journal holds that head is the caller's to prove.
///
/// # Errors
/// ssh-keygen or the list is not there.
pub fn signed_head(journal: &Path, signers: &Path) -> io::Result<Signed> {
    if !signers.is_file() {
        let why = format!("{} is no list of signers", signers.display());
        return Err(io::Error::new(io::ErrorKind::NotFound, why));
    }
    let (signed, signature) = (
        journal.with_file_name(SIGNED),
        journal.with_file_name(SIGNATURE),
    );
    let bytes = match private::read(&signed, MOST) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Signed::Nothing),
        read => read?,
    };
    let Ok(head) = head::parse(&bytes) else {
        return Ok(Signed::Bad("it is no head as cockpit writes one".into()));
    };
    if !signature.is_file() {
        return Ok(Signed::Bad("its signature is not there".into()));
    }
    let list = private::read(signers, LIST)?;
    let list = String::from_utf8_lossy(&list);
    Ok(match vouched(&list, signers, &signature, &bytes)? {
        Ok(who) => Signed::By {
            who: Text::line(&who),
            head,
        },
        Err(why) => Signed::Bad(Text::line(&why)),
    })
}

/// Who of the list vouches for `bytes`, or why nobody does. A key may stand there several times, by other names or for other
/// purposes: ssh-keygen finds the first line alone, so what it found is left out and the rest is looked through again.
fn vouched(
    list: &str,
    signers: &Path,
    signature: &Path,
    bytes: &[u8],
) -> io::Result<Result<String, String>> {
    let mut lines: Vec<&str> = list.lines().collect();
    let mut refused = None;
    loop {
        let mut rest = tempfile::NamedTempFile::new()?;
        rest.write_all(lines.join("\n").as_bytes())?;
        let mut find = keygen();
        find.args(["-Y", "find-principals", "-f"]).arg(rest.path());
        let found = run(find.arg("-s").arg(signature), b"")?;
        let names = String::from_utf8_lossy(&found.stdout).into_owned();
        if !found.status.success() || names.trim().is_empty() {
            let nobody = || format!("nobody in the list made its signature: {}", said(&found));
            return Ok(Err(refused.unwrap_or_else(nobody)));
        }
        for who in names.lines() {
            let mut verify = keygen();
            verify.args(["-Y", "verify", "-n", NAMESPACE, "-I", who, "-f"]);
            let output = run(verify.arg(signers).arg("-s").arg(signature), bytes)?;
            if output.status.success() {
                return Ok(Ok(who.to_owned()));
            }
            let why = format!("the signature does not hold: {}", said(&output));
            refused.get_or_insert(why);
        }
        let names: Vec<&str> = names.lines().collect();
        let names = names.join(",");
        let Some(at) = lines.iter().position(|line| principals(line) == names) else {
            return Ok(Err(refused.unwrap_or_default()));
        };
        lines.drain(..=at);
    }
}

/// The names at the beginning of a line of the list.
fn principals(line: &str) -> &str {
    let line = line.trim_start();
    match line.strip_prefix('"') {
        Some(rest) => rest.split('"').next().unwrap_or(rest),
        None => line.split([' ', '\t']).next().unwrap_or(line),
    }
}

/// ssh-keygen without a terminal to ask on.
fn keygen() -> Command {
    let mut command = Command::new("ssh-keygen");
    command
        .env("SSH_ASKPASS_REQUIRE", "force")
        .env("SSH_ASKPASS", "/nonexistent")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    command
}

fn run(command: &mut Command, input: &[u8]) -> io::Result<Output> {
    let mut child = command.spawn().map_err(|error| match error.kind() {
        io::ErrorKind::NotFound => io::Error::new(
            io::ErrorKind::NotFound,
            "there is no ssh-keygen: install OpenSSH 8.2 or later",
        ),
        _ => error,
    })?;
    if let Some(mut pipe) = child.stdin.take() {
        // One that ends without reading says why by itself.
        let _ = pipe.write_all(input);
    }
    for _ in 0..LOOKS {
        if child.try_wait()?.is_some() {
            return child.wait_with_output();
        }
        std::thread::sleep(LOOK);
    }
    // It may have ended in this very moment.
    let _ = child.kill();
    let _ = child.wait();
    let why = "ssh-keygen does not answer; an agent may wait for a touch";
    Err(io::Error::new(io::ErrorKind::TimedOut, why))
}

/// What ssh-keygen said, in a line.
fn said(output: &Output) -> String {
    let all = if output.stderr.is_empty() {
        &output.stdout
    } else {
        &output.stderr
    };
    let words = String::from_utf8_lossy(all);
    let words: Vec<&str> = words.lines().map(str::trim).collect();
    let words = words.join("; ");
    Text::line(&words).to_string()
}

/// A path as a person writes it, `~/` at its beginning meaning the home folder.
pub fn home_path(written: &str, home: Option<&Path>) -> PathBuf {
    match (written.strip_prefix("~/"), home) {
        (Some(rest), Some(home)) => home.join(rest),
        _ => PathBuf::from(written),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_may_lie_at_home() {
        let home = Some(Path::new("/home/ana"));
        assert_eq!(home_path("~/.ssh/k", home), Path::new("/home/ana/.ssh/k"));
        assert_eq!(home_path("/k", home), Path::new("/k"));
        assert_eq!(home_path("~/k", None), Path::new("~/k"));
    }
}
