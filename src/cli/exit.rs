//! Exit codes, in one table, and the error that carries one.
//!
//! | code | means |
//! | --- | --- |
//! | 0 | done; a release ended as it should (`DEPLOYMENT_COMPLETE`); every check of `doctor` is fine |
//! | 1 | failed: a release ended otherwise, a check failed, the world did not answer |
//! | 2 | usage or configuration: the command line or a file is wrong; nothing was tried |
//! | 3 | needs a human: the release waits for a decision (`NEEDS_HUMAN`), or is watched (`PRODUCTION_DEPLOYED`) |
//!
//! `domain::phase` says which outcome is which.

use std::{fmt, process::ExitCode};

use crate::{
    config::Diagnostics,
    domain::{Fault, FaultKind, Malformed},
};

/// How a command ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Exit {
    /// Done.
    Ok,
    /// Failed.
    Failed,
    /// Usage or configuration.
    Usage,
    /// Needs a human.
    NeedsHuman,
}

impl Exit {
    /// The exit of a code in the table; any other failed.
    pub fn of_code(code: u8) -> Self {
        match code {
            0 => Self::Ok,
            2 => Self::Usage,
            3 => Self::NeedsHuman,
            _ => Self::Failed,
        }
    }
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit as u8)
    }
}

/// Why a command ended early: one readable block, and the code.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stop {
    /// The code.
    pub exit: Exit,
    /// The block, without `error:` unless a file's points carry it already.
    message: String,
}

impl Stop {
    /// Failed, with what to do.
    pub fn failed(message: impl Into<String>) -> Self {
        Self {
            exit: Exit::Failed,
            message: format!("error: {}", message.into()),
        }
    }

    /// The same with one more line of help.
    #[must_use]
    pub fn with_help(mut self, help: &str) -> Self {
        self.message.push_str("\n  = help: ");
        self.message.push_str(help);
        self
    }

    /// Wrong usage, with what to write.
    pub fn usage(message: impl Into<String>) -> Self {
        Self {
            exit: Exit::Usage,
            message: format!("error: {}", message.into()),
        }
    }
}

impl fmt::Display for Stop {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for Stop {}

impl From<Diagnostics> for Stop {
    fn from(diagnostics: Diagnostics) -> Self {
        Self {
            exit: Exit::Usage,
            message: diagnostics.render(),
        }
    }
}

impl From<Fault> for Stop {
    fn from(fault: Fault) -> Self {
        match &fault.kind {
            // A file, a setting, a missing word: its own words say what to do.
            FaultKind::Local => Self::usage(fault.to_string()),
            kind => Self::failed(fault.to_string()).with_help(&kind.mend_once()),
        }
    }
}

impl From<Malformed> for Stop {
    fn from(wrong: Malformed) -> Self {
        Self::usage(wrong.to_string())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn stopped(kind: FaultKind) -> Stop {
        Fault::new(kind, "GitHub: runs", "no").into()
    }

    #[test]
    fn a_command_that_ended_promises_nothing() {
        for kind in [FaultKind::Offline, FaultKind::TimedOut, FaultKind::Server] {
            let stop = stopped(kind);
            assert_eq!(stop.exit, Exit::Failed);
            assert!(stop.to_string().contains("ask again"), "{stop}");
            assert!(!stop.to_string().contains("keeps trying"), "{stop}");
        }
        let until = "2026-11-30T03:40:05Z".parse().unwrap();
        let limited = stopped(FaultKind::RateLimited { until }).to_string();
        assert!(
            limited.ends_with("ask again after 03:40:05 UTC"),
            "{limited}"
        );
    }

    #[test]
    fn what_is_wrong_on_this_side_is_usage() {
        assert_eq!(stopped(FaultKind::Local).exit, Exit::Usage);
        assert_eq!(stopped(FaultKind::Forbidden).exit, Exit::Failed);
    }
}
