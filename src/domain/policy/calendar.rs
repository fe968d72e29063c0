//! When production may change: rules as a team writes them, the absolute windows that they become, and where a moment
//! stands among these.
//!
//! Recurrences and calendar files are made into windows elsewhere; nothing here knows a time zone.

use jiff::{SignedDuration, Timestamp, civil};
use serde::{Deserialize, Serialize};

use crate::domain::Text;

/// How far ahead windows are known.
pub const HORIZON: SignedDuration = SignedDuration::from_hours(35 * 24);
/// Windows that are kept, the nearest ones: what lies behind the last of them is not known.
pub const MOST_WINDOWS: usize = 200;

/// A rule of `[[blackout]]` or `[[window]]`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CalendarRule {
    /// Its name; of a file the name of what its events do not name.
    pub name: Text,
    /// What it says about its times.
    pub kind: WindowKind,
    /// Its times.
    pub when: Recurrence,
    /// Of a file: where the clock of its days and of its times without a zone hangs; `None`: as the file says, else UTC.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub zone: Option<String>,
    /// Whether a typed reason passes it.
    pub may_override: bool,
}

/// What a window says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum WindowKind {
    /// No deployment within it.
    Blackout,
    /// Deployments within windows of this kind only.
    Open,
}

/// When a rule holds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Recurrence {
    /// Once.
    Once {
        /// From.
        start: Timestamp,
        /// Until.
        end: Timestamp,
    },
    /// Again and again.
    Recurring {
        /// An RFC 5545 recurrence, `FREQ=WEEKLY;BYDAY=FR`.
        rule: String,
        /// Time of day in `zone`.
        time: civil::Time,
        /// The day that it counts from; `None`: any, which a rule without INTERVAL and COUNT does not need.
        from: Option<civil::Date>,
        /// How long each time, whatever the clock does meanwhile.
        length: SignedDuration,
        /// IANA zone name.
        zone: String,
    },
    /// The events of an iCalendar file: a path in the repository's default branch, or an address.
    File(String),
}

/// One stretch of absolute time.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct TimeWindow {
    /// From.
    pub start: Timestamp,
    /// Until; not part of it.
    pub end: Timestamp,
    /// What it says.
    pub kind: WindowKind,
    /// Its name.
    pub name: Text,
    /// Whether a typed reason passes it.
    pub may_override: bool,
}

/// Where a moment stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Timing {
    /// Production may change.
    Clear,
    /// It may, and a watch that began now would run into a blackout.
    Nears(TimeWindow),
    /// Nobody knows: the calendar was not read so far ahead.
    Unknown {
        /// From when on.
        from: Timestamp,
    },
    /// Within a blackout: of several the one that ends last.
    Blackout(TimeWindow),
    /// Outside of every deployment window.
    Outside {
        /// The next one, where one is known.
        next: Option<TimeWindow>,
        /// Whether a typed reason passes it.
        may_override: bool,
    },
}

/// What is known of when production may change.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Calendar {
    /// The windows of the next weeks; `None`: not read yet.
    pub windows: Option<Vec<TimeWindow>>,
    /// When they were read, as far as that is recorded.
    pub read: Option<Timestamp>,
    /// Where the present stands among them.
    pub timing: Option<Timing>,
}

impl Calendar {
    /// Until when the windows are known; `None`: not read yet.
    pub fn known_until(&self) -> Option<Timestamp> {
        let windows = self.windows.as_ref()?;
        match windows.last() {
            Some(last) if windows.len() >= MOST_WINDOWS => Some(last.start),
            _ => Some(crate::domain::later(self.read?, HORIZON)),
        }
    }
}

impl TimeWindow {
    /// Whether a moment lies in it.
    pub fn holds(&self, at: Timestamp) -> bool {
        self.start <= at && at < self.end
    }
}

impl Timing {
    /// Where `at` stands among `windows`, for a watch that takes `watch`.
    pub fn of(windows: &[TimeWindow], at: Timestamp, watch: SignedDuration) -> Self {
        let of = |kind| windows.iter().filter(move |window| window.kind == kind);
        let inside = |window: &&TimeWindow| window.holds(at);
        // What may not be passed goes before what may.
        let blackout = of(WindowKind::Blackout)
            .filter(inside)
            .max_by_key(|window| (!window.may_override, window.end));
        if let Some(window) = blackout {
            return Self::Blackout(window.clone());
        }
        let mut open = of(WindowKind::Open).peekable();
        if open.peek().is_some() && !open.any(|window| window.holds(at)) {
            let next = of(WindowKind::Open)
                .filter(|window| window.start > at)
                .min_by_key(|window| window.start);
            return Self::Outside {
                next: next.cloned(),
                may_override: of(WindowKind::Open).all(|window| window.may_override),
            };
        }
        let end = crate::domain::later(at, watch);
        of(WindowKind::Blackout)
            .filter(|window| at < window.start && window.start <= end)
            .min_by_key(|window| window.start)
            .map_or(Self::Clear, |window| Self::Nears(window.clone()))
    }

    /// The first moment from `at` on at which it stands otherwise.
    pub fn ends(
        &self,
        windows: &[TimeWindow],
        at: Timestamp,
        watch: SignedDuration,
    ) -> Option<Timestamp> {
        let nears = |window: &TimeWindow| crate::domain::later(window.start, -watch);
        let mut moments: Vec<Timestamp> = windows
            .iter()
            .flat_map(|window| [nears(window), window.start, window.end])
            .filter(|moment| *moment >= at)
            .collect();
        moments.sort_unstable();
        moments
            .into_iter()
            .find(|moment| Self::of(windows, *moment, watch) != *self)
    }
}

/// A rule that comes more often than daily is no window, and its counting has no end.
pub fn daily_at_most(rule: &str) -> Result<(), String> {
    let known = ["DAILY", "WEEKLY", "MONTHLY", "YEARLY"];
    let given = rule.split(';').find_map(|part| part.strip_prefix("FREQ="));
    let often = ["BYSECOND=", "BYMINUTE=", "BYHOUR="];
    let often = rule
        .split(';')
        .find(|part| often.iter().any(|key| part.starts_with(key)));
    // Counting would find nothing, without a word.
    let never = rule.split(';').find(|part| {
        let (key, number) = part.split_once('=').unwrap_or((part, ""));
        ["INTERVAL", "COUNT"].contains(&key) && number.bytes().all(|byte| byte == b'0')
    });
    if let Some(part) = never {
        return Err(format!("{part}: it never comes"));
    }
    match (given, often) {
        (Some(word), None) if known.contains(&word) => Ok(()),
        (Some(_), Some(part)) => Err(format!("{part}: more than once a day")),
        (Some(word), None) => Err(format!("FREQ={word} is not {}", known.join(", "))),
        (None, _) => Err("a rule says how often: FREQ=WEEKLY;BYDAY=FR".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const WATCH: SignedDuration = SignedDuration::from_mins(15);

    fn at(text: &str) -> Timestamp {
        format!("2026-11-20T{text}:00Z").parse().unwrap()
    }

    fn window(kind: WindowKind, start: &str, end: &str, may_override: bool) -> TimeWindow {
        TimeWindow {
            start: at(start),
            end: at(end),
            kind,
            name: Text::line(start),
            may_override,
        }
    }

    #[test]
    fn a_blackout_begins_and_ends_on_the_moment() {
        let freeze = window(WindowKind::Blackout, "12:00", "14:00", false);
        let all = [freeze.clone()];
        let of = |time: &str| Timing::of(&all, at(time), WATCH);
        assert_eq!(of("11:44"), Timing::Clear);
        assert_eq!(of("11:45"), Timing::Nears(freeze.clone()));
        assert_eq!(of("12:00"), Timing::Blackout(freeze.clone()));
        assert_eq!(of("13:59"), Timing::Blackout(freeze));
        assert_eq!(of("14:00"), Timing::Clear);
    }

    #[test]
    fn of_two_blackouts_the_one_that_nothing_passes_counts() {
        let hard = window(WindowKind::Blackout, "12:00", "13:00", false);
        let soft = window(WindowKind::Blackout, "12:00", "14:00", true);
        let all = [soft.clone(), hard.clone()];
        assert_eq!(Timing::of(&all, at("12:30"), WATCH), Timing::Blackout(hard));
        assert_eq!(Timing::of(&all, at("13:30"), WATCH), Timing::Blackout(soft));
    }

    #[test]
    fn with_deployment_windows_all_else_is_outside() {
        let early = window(WindowKind::Open, "09:00", "11:00", true);
        let late = window(WindowKind::Open, "13:00", "15:00", true);
        let freeze = window(WindowKind::Blackout, "10:00", "10:30", false);
        let all = [late.clone(), early, freeze.clone()];
        assert_eq!(Timing::of(&all, at("09:00"), WATCH), Timing::Clear);
        assert_eq!(
            Timing::of(&all, at("10:10"), WATCH),
            Timing::Blackout(freeze)
        );
        assert_eq!(
            Timing::of(&all, at("12:00"), WATCH),
            Timing::Outside {
                next: Some(late),
                may_override: true
            }
        );
        let past = Timing::of(&all, at("16:00"), WATCH);
        assert!(
            matches!(past, Timing::Outside { next: None, .. }),
            "{past:?}"
        );
    }

    #[test]
    fn every_change_is_announced() {
        let all = [
            window(WindowKind::Blackout, "12:00", "14:00", false),
            window(WindowKind::Open, "09:00", "17:00", false),
        ];
        let mut moment = at("08:00");
        let mut seen = Timing::of(&all, moment, WATCH);
        let mut changes = Vec::new();
        while let Some(next) = seen.ends(&all, moment, WATCH) {
            while moment < next {
                assert_eq!(Timing::of(&all, moment, WATCH), seen, "{moment}");
                moment += SignedDuration::from_mins(1);
            }
            seen = Timing::of(&all, moment, WATCH);
            changes.push(moment);
        }
        let times = ["09:00", "11:45", "12:00", "14:00", "17:00"];
        assert_eq!(changes, times.map(at));
    }
}
