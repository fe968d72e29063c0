//! Weeks of the calendar, from Monday 00:00 UTC.

use jiff::{Timestamp, civil::Date, tz::TimeZone};
use serde::Serialize;

use super::{Deploy, Spread};

/// One week.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Week {
    /// Its Monday.
    pub monday: Date,
    /// Whether part of it lies outside of what is asked for.
    pub partial: bool,
    /// Deploys that came to production.
    pub deploys: usize,
    /// Deploys that began and were taken back.
    pub rolled_back: usize,
    /// Lead time in seconds.
    pub lead_s: Option<Spread>,
    /// Error rate after deploys, in per cent.
    pub errors: Option<Spread>,
}

/// The Monday of the week that holds `at`.
pub fn monday(at: Timestamp) -> Date {
    let day = at.to_zoned(TimeZone::UTC).date();
    let back = i64::from(day.weekday().to_monday_zero_offset());
    day.checked_sub(jiff::ToSpan::days(back)).unwrap_or(day)
}

/// Every week from `since` until `until`, those without a deploy too. At most ten years of them.
pub fn weeks(deploys: &[&Deploy], since: Timestamp, until: Timestamp) -> Vec<Week> {
    const MOST: usize = 530;
    let start = |monday: Date| {
        monday
            .to_zoned(TimeZone::UTC)
            .map(|zoned| zoned.timestamp())
    };
    let mut all = Vec::new();
    let mut rest = deploys;
    let mut day = monday(since);
    while all.len() < MOST {
        let (Ok(from), Ok(next)) = (start(day), day.checked_add(jiff::ToSpan::days(7))) else {
            break;
        };
        let Ok(end) = start(next) else { break };
        if from >= until {
            break;
        }
        let count = rest.partition_point(|one| one.at() < end);
        let (mine, later) = rest.split_at(count);
        rest = later;
        #[expect(clippy::cast_precision_loss, reason = "seconds of a lead time")]
        let leads = mine.iter().filter_map(|one| one.lead_s()).map(|s| s as f64);
        all.push(Week {
            monday: day,
            partial: from < since || end > until,
            deploys: mine.iter().filter(|one| one.live.is_some()).count(),
            rolled_back: mine.iter().filter(|one| one.rolled_back.is_some()).count(),
            lead_s: Spread::of(leads),
            errors: Spread::of(mine.iter().filter_map(|one| one.errors).map(|e| e.percent)),
        });
        day = next;
    }
    all
}
