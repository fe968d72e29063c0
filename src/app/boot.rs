//! The screen before the release is known: what is being done, or why there is no release.

use std::time::Duration;

/// Lines of progress that are kept.
const LINES: usize = 12;

/// The screen before the release.
#[derive(Debug, Clone, Default)]
pub struct Boot {
    /// What was done, and last what is being done.
    pub lines: Vec<String>,
    /// Why there is no release, with what to do.
    pub failed: Option<String>,
    /// How long the last line is being done, in real time.
    pub waited: Duration,
}

impl Boot {
    /// Something is being done.
    pub fn doing(&mut self, what: String) {
        if self.lines.len() == LINES {
            self.lines.remove(0);
        }
        self.lines.push(what);
        self.waited = Duration::ZERO;
    }

    /// So much real time passed.
    pub fn pass(&mut self, real: Duration) {
        self.waited = self.waited.saturating_add(real);
    }
}
