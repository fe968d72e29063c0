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
    domain::{Fault, Malformed},
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
        Self::failed(format!("{fault}\n  = help: {}", fault.kind.mend()))
    }
}

impl From<Malformed> for Stop {
    fn from(wrong: Malformed) -> Self {
        Self::usage(wrong.to_string())
    }
}
