//! A suite that is open, and what is settled when it closes: which cases were one test retried, and what its own counts
//! mean beside the cases that it shows.

use std::{
    collections::HashMap,
    hash::{BuildHasherDefault, Hasher},
};

use jiff::SignedDuration;

use super::{
    SeenCase, Stated, Totals,
    arena::{Arena, Print},
    retry::Repeat,
};

/// A print is mixed already: it is its own hash.
#[derive(Debug, Default)]
struct Printed(u64);

impl Hasher for Printed {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        // Prints are written as words; what else came would only be hashed badly.
        for byte in bytes {
            self.0 = self.0.rotate_left(8) ^ u64::from(*byte);
        }
    }

    fn write_u64(&mut self, print: u64) {
        self.0 = print;
    }
}

#[derive(Debug, Default)]
pub(super) struct Frame {
    pub(super) name: String,
    pub(super) stated: Stated,
    pub(super) section: Option<u32>,
    pub(super) own: Totals,
    nested: Totals,
    failing_results: u64,
    /// Cases seen here and below, each attempt of a retry.
    cases_seen: u64,
    /// Tests that are claimed and not shown, here and below, and that a problem tells of.
    told_unseen: u64,
    first_row: usize,
    failing: u64,
    /// Cases that were counted and not kept: what they were is not known any more.
    lost: u64,
}

impl Frame {
    pub(super) fn new(name: String, stated: Stated, section: Option<u32>, arena: &Arena) -> Self {
        Self {
            name,
            stated,
            section,
            first_row: arena.report.rows.len(),
            ..Self::default()
        }
    }

    pub(super) fn case(&mut self, seen: &SeenCase<'_>, row: Option<u32>) {
        self.own += seen.totals();
        self.cases_seen += 1;
        self.failing_results += u64::from(seen.failing_results);
        self.failing += u64::from(seen.outcome.is_failing());
        self.lost += u64::from(row.is_none());
    }

    /// Takes a suite in that closed inside.
    pub(super) fn nest(&mut self, inner: &Self) {
        self.nested += inner.totals();
        self.failing_results = self.failing_results.saturating_add(inner.failing_results);
        self.cases_seen += inner.cases_seen;
        self.told_unseen += inner.told_unseen;
    }

    pub(super) fn totals(&self) -> Totals {
        let mut totals = self.own;
        totals += self.nested;
        totals
    }

    /// Answers what a suite's cases and its own counts leave open, once both are known.
    pub(super) fn settle(&mut self, arena: &mut Arena) {
        // Only where something failed can a retry have made it good.
        if self.failing > 0 {
            self.merge_retries(arena);
        }
        let shown = self.totals();
        let stated = self.stated;
        if shown.tests == 0 {
            self.own += stated.as_totals();
            // What only counts tell is all that there is to show of them.
            self.cases_seen += self.own.tests;
        } else if stated.failing() > self.failing_results {
            let missing = stated.failing() - self.failing_results;
            let cases_are_missing =
                stated.tests.unwrap_or(0) >= self.cases_seen.saturating_add(missing);
            if cases_are_missing {
                // A failure that only the count tells is still a failure.
                self.own.tests = self.own.tests.saturating_add(missing);
                self.own.failed = self.own.failed.saturating_add(missing);
            }
            let line = format!(
                "suite {}: says {} failed or errored, shows {}",
                self.name,
                stated.failing(),
                self.failing_results
            );
            arena.problem(&line);
        }
        self.say_what_is_not_shown(arena, shown);
        self.failing_results = self.failing_results.max(stated.failing());
        if let Some(duration) = stated.duration {
            self.nested.duration = SignedDuration::ZERO;
            self.own.duration = duration;
        }
    }

    /// A suite that claims more tests than it shows, save skipped ones, which some formats leave out.
    fn say_what_is_not_shown(&mut self, arena: &mut Arena, shown: Totals) {
        let claims = self.stated.tests.unwrap_or(0);
        let skipped = self.stated.skipped.unwrap_or(0).max(shown.skipped);
        let unseen = claims
            .saturating_sub(self.cases_seen)
            .saturating_sub(skipped);
        // Failures that only the count tells are said by themselves.
        let is_said = self.stated.failing() > self.failing_results;
        if shown.tests > 0 && unseen > self.told_unseen && !is_said {
            let line = format!(
                "suite {}: says {claims} tests, shows {}",
                self.name, self.cases_seen
            );
            arena.problem(&line);
            self.told_unseen = unseen;
        }
    }

    /// Makes one flaky test of the attempts of each retried one.
    fn merge_retries(&mut self, arena: &mut Arena) {
        let Some(section) = self.section else { return };
        if self.lost > 0 {
            // Among those that were not kept may be another attempt: nothing is called good on half of what was told.
            let line = format!("suite {}: too large to look for retries", self.name);
            arena.problem(&line);
            return;
        }
        // Only what failed can have been tried again.
        let failing = arena
            .rows_in(section, self.first_row)
            .filter(|(_, _, outcome)| outcome.is_failing());
        let mut repeats: HashMap<Print, Repeat, BuildHasherDefault<Printed>> = failing
            .map(|(_, print, _)| (print, Repeat::none()))
            .collect();
        for (row, print, outcome) in arena.rows_in(section, self.first_row) {
            if let Some(repeat) = repeats.get_mut(&print) {
                repeat.count(outcome, Some(row));
            }
        }
        for repeat in repeats.values().filter(|repeat| repeat.is_retry()) {
            let attempts = u64::from(repeat.failed) + u64::from(repeat.errored);
            self.own.tests = self.own.tests.saturating_sub(attempts);
            self.own.failed = self.own.failed.saturating_sub(u64::from(repeat.failed));
            self.own.errored = self.own.errored.saturating_sub(u64::from(repeat.errored));
            self.own.flaky += 1;
        }
        let retried: Vec<(u32, u32)> = arena
            .rows_in(section, self.first_row)
            .filter(|(_, _, outcome)| outcome.is_failing())
            .filter_map(|(row, print, _)| {
                let repeat = repeats.get(&print).filter(|repeat| repeat.is_retry())?;
                Some((row, repeat.pass))
            })
            .collect();
        for (failed, pass) in &retried {
            arena.make_flaky(*pass, *failed);
        }
        let failed: Vec<u32> = retried.into_iter().map(|(failed, _)| failed).collect();
        if !failed.is_empty() {
            arena.drop_rows(self.first_row, &failed);
        }
    }

    /// Whether anything of its own is there to be shown.
    pub(super) fn has_own(&self) -> bool {
        self.own.tests > 0 || self.own.has_failures()
    }
}
