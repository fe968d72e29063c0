//! Runs git: an argument vector, never a shell, within time and output, asking nobody and fetching nothing.

use std::{path::PathBuf, process::Stdio, time::Duration};

use tokio::{io::AsyncReadExt as _, process::Command};

use crate::domain::{Fault, FaultKind};

/// Longest run.
const PATIENCE: Duration = Duration::from_secs(30);
/// Bytes of standard error that are kept.
const COMPLAINT: u64 = 4 * 1024;

/// git in one folder.
#[derive(Debug, Clone)]
pub(super) struct Git {
    pub(super) folder: PathBuf,
}

/// What git printed.
pub(super) struct Printed {
    pub(super) bytes: Vec<u8>,
    /// Set where there was more than was taken.
    pub(super) is_cut: bool,
}

impl Git {
    /// Runs one command; `None` where git says no: no such commit, no such file, no repository.
    pub(super) async fn run(
        &self,
        arguments: &[&str],
        most: usize,
    ) -> Result<Option<Printed>, Fault> {
        let what = format!("git {}", arguments.first().unwrap_or(&""));
        let local = |detail: String| Fault::new(FaultKind::Local, what.clone(), detail);
        let mut child = self
            .command(arguments)
            .spawn()
            .map_err(|error| local(format!("cannot start: {error}")))?;
        let (stdout, stderr) = (child.stdout.take(), child.stderr.take());
        let talk = async {
            let read = async {
                let mut bytes = Vec::new();
                if let Some(stdout) = stdout {
                    let limit = u64::try_from(most).unwrap_or(u64::MAX).saturating_add(1);
                    stdout.take(limit).read_to_end(&mut bytes).await?;
                }
                Ok::<_, std::io::Error>(bytes)
            };
            let complain = async {
                let mut said = Vec::new();
                if let Some(stderr) = stderr {
                    // What git complains of is for the message alone.
                    let _ = stderr.take(COMPLAINT).read_to_end(&mut said).await;
                }
                said
            };
            let (bytes, said) = tokio::join!(read, complain);
            Ok::<_, std::io::Error>((bytes?, said))
        };
        let talked = tokio::time::timeout(PATIENCE, talk).await;
        let (mut bytes, said) = match talked {
            Ok(Ok(talked)) => talked,
            Ok(Err(error)) => return Err(local(error.to_string())),
            Err(_) => {
                let detail = format!("no end within {} s", PATIENCE.as_secs());
                return Err(Fault::new(FaultKind::TimedOut, what, detail));
            }
        };
        if bytes.len() > most {
            bytes.truncate(most);
            // It is dropped, and with it stopped: the rest is not wanted.
            return Ok(Some(Printed {
                bytes,
                is_cut: true,
            }));
        }
        let status = child
            .wait()
            .await
            .map_err(|error| local(error.to_string()))?;
        if status.success() {
            return Ok(Some(Printed {
                bytes,
                is_cut: false,
            }));
        }
        tracing::debug!(what, said = %String::from_utf8_lossy(&said), "git says no");
        Ok(None)
    }

    /// Nothing that a repository's or a user's configuration names is run: no external diff, no filter, no hook, no pager,
    /// no monitor. Objects that are not here are not fetched.
    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new("git");
        let path = std::env::var_os("PATH");
        command
            .arg("--no-pager")
            .args(["-c", "core.fsmonitor=false"])
            .args(["-c", "core.hooksPath=/dev/null"])
            .args(["-c", "core.attributesFile=/dev/null"])
            .args(["-c", "core.quotePath=false"])
            .args(["-c", "protocol.allow=never"])
            .args(["-c", "log.showSignature=false"])
            .args(arguments)
            .current_dir(&self.folder)
            .env_clear()
            .envs(path.map(|path| ("PATH", path)))
            .envs([
                ("GIT_CONFIG_NOSYSTEM", "1"),
                ("GIT_CONFIG_GLOBAL", "/dev/null"),
                ("GIT_ATTR_NOSYSTEM", "1"),
                ("GIT_TERMINAL_PROMPT", "0"),
                ("GIT_OPTIONAL_LOCKS", "0"),
                ("GIT_NO_LAZY_FETCH", "1"),
                ("GIT_NO_REPLACE_OBJECTS", "1"),
                ("LC_ALL", "C"),
            ])
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .kill_on_drop(true);
        command
    }
}
