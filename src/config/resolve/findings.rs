//! Where mistakes are collected while the rest goes on.

use std::ops::Range;

use crate::config::{At, diagnostic::Diagnostic};

/// Mistakes found so far.
#[derive(Debug, Default)]
pub(super) struct Findings {
    pub(super) list: Vec<Diagnostic>,
}

impl Findings {
    pub(super) fn add(&mut self, diagnostic: Diagnostic) {
        self.list.push(diagnostic);
    }

    /// A mistake in the value of `key`, with what to do.
    pub(super) fn wrong(&mut self, span: &Range<usize>, message: impl Into<String>, help: &str) {
        self.add(Diagnostic::at(span.clone(), message).help(help));
    }

    /// The value read by `read`, whose error is a fragment; a mistake gives `None`.
    pub(super) fn read<T, R>(
        &mut self,
        key: &str,
        at: &At<T>,
        read: impl FnOnce(&T) -> Result<R, String>,
    ) -> Option<R> {
        match read(&at.value) {
            Ok(value) => Some(value),
            Err(why) => {
                let point = Diagnostic::at(at.span.clone(), format!("wrong value of `{key}`"));
                self.add(point.label(why));
                None
            }
        }
    }

    /// As [`Findings::read`] for a key that may be left out.
    pub(super) fn read_or<T, R>(
        &mut self,
        key: &str,
        at: Option<&At<T>>,
        default: R,
        read: impl FnOnce(&T) -> Result<R, String>,
    ) -> R {
        match at {
            Some(at) => self.read(key, at, read).unwrap_or(default),
            None => default,
        }
    }

    /// Refuses an empty string.
    pub(super) fn filled(&mut self, key: &str, at: &At<String>) -> String {
        if at.value.trim().is_empty() {
            self.add(Diagnostic::at(at.span.clone(), format!("`{key}` is empty")));
        }
        at.value.clone()
    }

    /// Refuses an empty program.
    pub(super) fn program(&mut self, key: &str, at: &At<Vec<String>>) -> Vec<String> {
        if at.value.first().is_none_or(|name| name.trim().is_empty()) {
            let point = Diagnostic::at(at.span.clone(), format!("`{key}` names no program"));
            self.add(
                point.help("write the program and its arguments: [\"./version.sh\", \"--short\"]"),
            );
        }
        at.value.clone()
    }
}
