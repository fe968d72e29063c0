//! Which cases of one suite were one test, tried again.

use std::hash::{DefaultHasher, Hash, Hasher};

use super::Outcome;

pub(super) type Fingerprint = [u64; 2];

/// Marks a passing attempt that was not kept.
const NO_ROW: u32 = u32::MAX;

/// Cases of one suite that have the same name.
#[derive(Debug, Clone, Copy)]
pub(super) struct Repeat {
    pub(super) failed: u32,
    pub(super) errored: u32,
    passed: u32,
    skipped: bool,
    ends_in_pass: bool,
    pub(super) pass: u32,
}

impl Repeat {
    pub(super) fn none() -> Self {
        Self {
            failed: 0,
            errored: 0,
            passed: 0,
            skipped: false,
            ends_in_pass: false,
            pass: NO_ROW,
        }
    }

    pub(super) fn count(&mut self, outcome: Outcome, row: Option<u32>) {
        self.ends_in_pass = matches!(outcome, Outcome::Passed | Outcome::Flaky);
        match outcome {
            Outcome::Failed => self.failed += 1,
            Outcome::Errored => self.errored += 1,
            Outcome::Skipped => self.skipped = true,
            Outcome::Passed | Outcome::Flaky => {
                self.passed += 1;
                self.pass = row.unwrap_or(NO_ROW);
            }
        }
    }

    /// A retry ends at the first pass, so its shape is failures and then one pass. Anything else under one name (a
    /// data provider's cases, a stress run) stays what it is: merging it could hide a failure.
    pub(super) fn is_retry(&self) -> bool {
        self.failed + self.errored > 0 && self.passed == 1 && self.ends_in_pass && !self.skipped
    }
}

/// Recognises the same test again: 128 bits, so that two tests do not meet by chance.
pub(super) fn fingerprint(class: &str, name: &str, file: &str) -> Fingerprint {
    [1_u8, 2].map(|lane| {
        let mut hasher = DefaultHasher::new();
        (lane, class, name, file).hash(&mut hasher);
        hasher.finish()
    })
}
