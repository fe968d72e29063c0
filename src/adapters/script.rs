//! A team's own programs, bounded in time and output. Knows processes, not what the programs are for.
//!
//! An argument vector is run as it stands, never through a shell. cockpit's own tokens are not handed on.

use std::{
    path::PathBuf,
    process::{ExitStatus, Stdio},
    time::Duration,
};

use jiff::SignedDuration;
use tokio::{
    io::{AsyncRead, AsyncReadExt as _, AsyncWriteExt as _},
    process::{Child, Command},
};

use crate::{
    domain::{Fault, FaultKind, Reached, Text},
    ports::{Asked, Script},
};

/// Most standard output that is taken, in bytes.
pub const OUTPUT_BYTES: u64 = 1024 * 1024;
/// Most standard error that is kept for the message, in bytes; the rest is read and dropped.
const ERROR_BYTES: u64 = 64 * 1024;

/// Runs programs in one folder.
#[derive(Debug, Clone, Default)]
pub struct Programs {
    /// Where they run; `None`: where cockpit runs.
    pub folder: Option<PathBuf>,
    /// Environment variables with tokens of cockpit's that they may see all the same.
    pub tokens: Vec<String>,
}

impl Script for Programs {
    fn run<'a>(
        &'a self,
        arguments: &'a [String],
        input: &'a [u8],
        limit: SignedDuration,
    ) -> Asked<'a, Vec<u8>> {
        Box::pin(self.run_within(arguments, input, limit))
    }
}

impl Programs {
    async fn run_within(
        &self,
        arguments: &[String],
        input: &[u8],
        limit: SignedDuration,
    ) -> Result<Vec<u8>, Fault> {
        let Some((program, rest)) = arguments.split_first() else {
            return Err(Fault::new(
                FaultKind::Local,
                "script",
                "no program is named",
            ));
        };
        let what = Text::line(&format!("script {program}"));
        let mut child = self.command(program, rest).spawn().map_err(|e| {
            let detail = format!("cannot start: {e}; check the path and its rights");
            Fault::new(FaultKind::Local, what.clone(), detail)
        })?;
        let group = Group(child.id());
        let limit = Duration::try_from(limit).unwrap_or_default();
        match tokio::time::timeout(limit, converse(&mut child, input)).await {
            Ok(Ok(spoken)) => {
                // Past its end the group may be a daemon that the program left on purpose.
                if spoken.output.is_ok() {
                    group.release();
                }
                spoken.judge(what)
            }
            Ok(Err(e)) => {
                Err(Fault::new(FaultKind::Local, what, e.to_string()).reaching(Reached::Maybe))
            }
            Err(_) => {
                let detail = format!("no end within {} s, so it was stopped", limit.as_secs_f64());
                Err(Fault::new(FaultKind::TimedOut, what, detail))
            }
        }
    }

    fn command(&self, program: &str, rest: &[String]) -> Command {
        let mut command = Command::new(program);
        command
            .args(rest)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .kill_on_drop(true);
        #[cfg(unix)]
        command.process_group(0);
        if let Some(folder) = &self.folder {
            command.current_dir(folder);
        }
        for (name, _) in std::env::vars_os() {
            let is_hidden = name
                .to_str()
                .is_some_and(|n| is_own_token(n) && !self.tokens.iter().any(|t| t == n));
            if is_hidden {
                command.env_remove(name);
            }
        }
        command
    }
}

/// The variables that cockpit itself takes tokens from. AWS's stay: a fallback script may need them.
fn is_own_token(name: &str) -> bool {
    name.ends_with("_TOKEN")
        && ["GH_", "GITHUB_", "SLACK_", "COCKPIT_", "ACTIONS_"]
            .iter()
            .any(|prefix| name.starts_with(prefix))
}

struct TooMuch;

struct Spoken {
    output: Result<Vec<u8>, TooMuch>,
    complaint: Vec<u8>,
    /// `None` where the program was not waited for.
    status: Option<ExitStatus>,
}

impl Spoken {
    fn judge(self, what: Text) -> Result<Vec<u8>, Fault> {
        let Ok(output) = self.output else {
            let detail = format!("more than {OUTPUT_BYTES} bytes of output, so it was stopped");
            return Err(Fault::new(FaultKind::TooLarge, what, detail).reaching(Reached::Maybe));
        };
        match self.status {
            Some(status) if status.success() => Ok(output),
            Some(status) => {
                let said = String::from_utf8_lossy(&self.complaint);
                let last = said.trim_end().lines().next_back().unwrap_or("");
                let reached = if status.code().is_some() {
                    Reached::Yes
                } else {
                    Reached::Maybe
                };
                let detail = format!("{status}: {last}");
                Err(Fault::new(FaultKind::Local, what, detail).reaching(reached))
            }
            None => Ok(output),
        }
    }
}

/// Feeds, reads both streams to their ends at once, and waits: a full pipe must not stop the other one.
async fn converse(child: &mut Child, input: &[u8]) -> std::io::Result<Spoken> {
    let stdin = child.stdin.take();
    let (stdout, stderr) = (child.stdout.take(), child.stderr.take());
    let feed = async {
        if let Some(mut stdin) = stdin {
            // A program need not read what it is given.
            let _ = stdin.write_all(input).await;
        }
    };
    let complain = async {
        let mut kept = Vec::new();
        if let Some(mut stderr) = stderr {
            let _ = (&mut stderr).take(ERROR_BYTES).read_to_end(&mut kept).await;
            let _ = tokio::io::copy(&mut stderr, &mut tokio::io::sink()).await;
        }
        kept
    };
    let talk = read_output(stdout);
    let both = async { tokio::join!(feed, complain) };
    tokio::pin!(both, talk);
    let mut fed = None;
    let output = loop {
        tokio::select! {
            output = &mut talk => break output?,
            done = &mut both, if fed.is_none() => fed = Some(done),
        }
    };
    if output.is_err() {
        return Ok(Spoken {
            output,
            complaint: Vec::new(),
            status: None,
        });
    }
    let ((), complaint) = match fed {
        Some(done) => done,
        None => both.await,
    };
    let status = Some(child.wait().await?);
    Ok(Spoken {
        output,
        complaint,
        status,
    })
}

async fn read_output(
    stdout: Option<impl AsyncRead + Unpin>,
) -> std::io::Result<Result<Vec<u8>, TooMuch>> {
    let mut bytes = Vec::new();
    if let Some(stdout) = stdout {
        stdout
            .take(OUTPUT_BYTES + 1)
            .read_to_end(&mut bytes)
            .await?;
    }
    let fits = bytes.len() as u64 <= OUTPUT_BYTES;
    Ok(if fits { Ok(bytes) } else { Err(TooMuch) })
}

/// The program and what it started; dropping this ends them all, also when the caller stopped waiting.
struct Group(Option<u32>);

impl Group {
    fn release(mut self) {
        self.0 = None;
    }
}

impl Drop for Group {
    fn drop(&mut self) {
        let Some(pid) = self.0 else { return };
        #[cfg(unix)]
        {
            // The child leads its own group. Without a `kill` program the child alone ends, by `kill_on_drop`.
            let _ = std::process::Command::new("kill")
                .args(["-s", "KILL", "--", &format!("-{pid}")])
                .stdin(Stdio::null())
                .stdout(Stdio::null())
                .stderr(Stdio::null())
                .status();
        }
        #[cfg(not(unix))]
        let _ = pid;
    }
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    async fn sh(line: &str, input: &[u8], limit: SignedDuration) -> Result<Vec<u8>, Fault> {
        let arguments = ["sh".to_owned(), "-c".to_owned(), line.to_owned()];
        Programs::default().run(&arguments, input, limit).await
    }

    const LONG: SignedDuration = SignedDuration::from_secs(20);

    #[tokio::test]
    async fn input_goes_in_and_output_comes_out() {
        let large = vec![b'x'; 500_000];
        assert_eq!(sh("cat", &large, LONG).await.unwrap(), large);
        assert_eq!(
            sh("echo ignored it", &large, LONG).await.unwrap(),
            b"ignored it\n"
        );
    }

    #[tokio::test]
    async fn a_failure_tells_its_status_and_last_words_made_safe() {
        let fault = sh(
            "echo first >&2; printf 'no\\033[2Jright\\n' >&2; exit 3",
            b"",
            LONG,
        )
        .await
        .unwrap_err();
        assert_eq!(fault.reached, Reached::Yes);
        assert!(
            fault
                .detail
                .as_str()
                .contains("exit status: 3: no␛[2Jright"),
            "{fault}"
        );
        let killed = sh("kill -KILL $$", b"", LONG).await.unwrap_err();
        assert_eq!(killed.reached, Reached::Maybe);
    }

    #[tokio::test]
    async fn too_much_output_ends_it_and_too_much_error_does_not() {
        let fault = sh("yes", b"", LONG).await.unwrap_err();
        assert_eq!(fault.kind, FaultKind::TooLarge);
        let fine = sh("head -c 3000000 /dev/zero >&2; echo fine", b"", LONG).await;
        assert_eq!(fine.unwrap(), b"fine\n");
    }

    #[tokio::test]
    async fn a_time_out_ends_the_program_and_what_it_started() {
        let folder = tempfile::tempdir().unwrap();
        let late = folder.path().join("late");
        let line = format!("(sleep 0.6; touch {}) & sleep 30", late.display());
        let fault = sh(&line, b"", SignedDuration::from_millis(200))
            .await
            .unwrap_err();
        assert_eq!(
            (fault.kind, fault.reached),
            (FaultKind::TimedOut, Reached::Maybe)
        );
        let _ = sh("sleep 0.8", b"", LONG).await;
        assert!(!late.exists(), "what it started lived on");
    }

    #[tokio::test]
    async fn a_program_that_is_not_there_was_never_run() {
        let fault = Programs::default()
            .run(&["/nowhere/at-all".to_owned()], b"", LONG)
            .await
            .unwrap_err();
        assert_eq!((fault.kind, fault.reached), (FaultKind::Local, Reached::No));
        let none = Programs::default().run(&[], b"", LONG).await.unwrap_err();
        assert_eq!(none.reached, Reached::No);
    }

    #[test]
    fn own_tokens_are_hidden_and_others_are_not() {
        for hidden in [
            "GH_TOKEN",
            "GITHUB_TOKEN",
            "SLACK_BOT_TOKEN",
            "GH_ENTERPRISE_TOKEN",
        ] {
            assert!(is_own_token(hidden), "{hidden}");
        }
        for passed in ["PATH", "AWS_SESSION_TOKEN", "GITHUB_API_URL", "TOKEN"] {
            assert!(!is_own_token(passed), "{passed}");
        }
    }
}
