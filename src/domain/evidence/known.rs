//! Failing tests that a team knows of, until a day: they do not fail staging before it, and do after it.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::Case;
use crate::domain::Text;

/// A failing test that is known.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct KnownFailure {
    /// Its name as the rules write it: the name alone, or `class::name`, `suite::name`.
    pub test: String,
    /// The last day, UTC, on which it counts as known.
    pub until: Date,
    /// Why: a ticket.
    pub reason: Text,
}

/// Between a class or a suite and a name, as people write it.
const BETWEEN: [&str; 7] = ["::", ".", "#", " › ", " > ", "/", " "];

impl KnownFailure {
    /// Whether it still counts on that day.
    pub fn counts_on(&self, today: Date) -> bool {
        today <= self.until
    }

    /// Whether it names this test.
    pub fn names(&self, case: &Case<'_>) -> bool {
        let Some(before) = self.test.strip_suffix(case.name) else {
            return false;
        };
        if before.is_empty() {
            return true;
        }
        BETWEEN
            .iter()
            .filter_map(|mark| before.strip_suffix(mark))
            .any(|owner| owner == case.class || owner == case.suite)
    }
}

/// A known failure that a report shows to fail.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct KnownFailing {
    /// As the rules write it.
    pub test: Text,
    /// The last day on which it counts as known.
    pub until: Date,
    /// Why it is known.
    pub reason: Text,
    /// Whether that day had passed when the report was read.
    pub expired: bool,
    /// How many failing tests it names.
    pub tests: u64,
}

impl KnownFailing {
    /// `e2e::currency fails as known until 2026-12-01: SHOP-123`.
    pub fn in_words(&self) -> String {
        let Self {
            test,
            until,
            reason,
            ..
        } = self;
        if self.expired {
            format!("{test} fails and was known only until {until}: {reason}")
        } else {
            format!("{test} fails as known until {until}: {reason}")
        }
    }
}

#[cfg(test)]
mod tests {
    use jiff::{SignedDuration, civil::date};

    use super::*;
    use crate::domain::evidence::{
        Outcome, ReportBuilder, SeenCase, Stated, TestReport, TestsSummary,
    };

    fn known(test: &str) -> KnownFailure {
        KnownFailure {
            test: test.to_owned(),
            until: date(2026, 12, 1),
            reason: Text::line("SHOP-123"),
        }
    }

    fn report(failing: &[(&str, &str)]) -> TestReport {
        let mut builder = ReportBuilder::default();
        builder.begin_file("e2e");
        builder.begin_suite("E2E", Stated::default());
        for (class, name) in failing {
            builder.case(&SeenCase {
                name,
                class,
                file: "",
                outcome: Outcome::Failed,
                duration: Some(SignedDuration::ZERO),
                message: "no",
                details: "",
                failing_results: 1,
            });
        }
        builder.end_file();
        builder.finish()
    }

    #[test]
    fn a_test_is_named_alone_or_by_what_it_stands_in() {
        let report = report(&[("shop.Cart", "currency")]);
        let case = report.case(0).unwrap();
        for name in [
            "currency",
            "shop.Cart::currency",
            "shop.Cart.currency",
            "E2E › currency",
        ] {
            assert!(known(name).names(&case), "{name}");
        }
        for name in [
            "",
            "rrency",
            "Cart.currency",
            "xcurrency",
            "currency2",
            "API::currency",
        ] {
            assert!(!known(name).names(&case), "{name}");
        }
    }

    #[test]
    fn a_known_failure_holds_through_its_last_day_and_not_after() {
        let report = report(&[("c", "currency"), ("c", "vat")]);
        let on = |day| TestsSummary::knowing(&report, &[known("currency")], day);
        let (last, after) = (on(date(2026, 12, 1)), on(date(2026, 12, 2)));
        assert_eq!((last.unknown_failures(), last.totals.failed), (1, 2));
        assert_eq!(
            last.failing[0].name.as_str(),
            "c › vat",
            "the unknown one first"
        );
        assert_eq!(after.unknown_failures(), 2);
        assert!(after.known[0].expired);
        assert!(
            after.known[0]
                .in_words()
                .contains("was known only until 2026-12-01")
        );
    }

    #[test]
    fn a_failure_that_only_a_count_tells_is_not_known() {
        let mut builder = ReportBuilder::default();
        builder.begin_file("e2e");
        let stated = Stated {
            tests: Some(3),
            failures: Some(2),
            ..Stated::default()
        };
        builder.begin_suite("E2E", stated);
        builder.end_file();
        let summary = TestsSummary::knowing(&builder.finish(), &[known("E2E")], date(2026, 1, 1));
        assert_eq!(summary.unknown_failures(), 2);
    }
}
