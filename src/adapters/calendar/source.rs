//! Where the times of the rules come from: the rules themselves, a file of the repository, or an address.

use std::{sync::Arc, time::Duration};

use jiff::{Timestamp, tz::TimeZone};
use reqwest::Url;

use super::{
    expand::{Recurring, first_day, instant},
    occurs::stretches,
};
use crate::{
    adapters::address::Address,
    domain::{
        Fault, FaultKind, Text, later,
        policy::{CalendarRule, MOST_WINDOWS, Recurrence, TimeWindow},
    },
    ports::{Asked, Calendar, History},
};

/// Longest name of a window, in bytes: so many of them fit a line of the journal.
const NAME: usize = 100;
/// Largest calendar, in bytes.
const BYTES: usize = 1024 * 1024;
/// Longest wait for an address.
const LIMIT: Duration = Duration::from_secs(20);

/// Reads calendars.
pub struct Calendars {
    history: Arc<dyn History>,
}

impl Calendars {
    /// Files of the repository are read through `history`, from the default branch.
    pub fn new(history: Arc<dyn History>) -> Self {
        Self { history }
    }

    async fn all(
        &self,
        rules: &[CalendarRule],
        from: Timestamp,
        until: Timestamp,
    ) -> Result<Vec<TimeWindow>, Fault> {
        let mut windows = Vec::new();
        for rule in rules {
            let found = match &rule.when {
                Recurrence::Once { start, end } => vec![(String::new(), *start, *end)],
                Recurrence::Recurring { .. } => {
                    recurring(&rule.when, from, until).map_err(|why| fault(rule, why))?
                }
                Recurrence::File(place) => {
                    let bytes = self.file(rule, place).await?;
                    let zone = rule.zone.as_deref().map(TimeZone::get).transpose();
                    let zone = zone.map_err(|error| fault(rule, error.to_string()))?;
                    let found = stretches(&bytes, zone.as_ref(), from, until);
                    found
                        .map_err(|why| fault(rule, why))?
                        .into_iter()
                        .map(|one| (one.summary, one.start, one.end))
                        .collect()
                }
            };
            let touching = found
                .into_iter()
                .filter(|(_, start, end)| *start < until && *end > from);
            windows.extend(touching.map(|(summary, start, end)| TimeWindow {
                start,
                end,
                kind: rule.kind,
                name: named(rule, &summary),
                may_override: rule.may_override,
            }));
        }
        windows.sort();
        windows.dedup();
        // The nearest ones matter; the others come nearer.
        windows.truncate(MOST_WINDOWS);
        Ok(windows)
    }

    async fn file(&self, rule: &CalendarRule, place: &str) -> Result<Vec<u8>, Fault> {
        if place.starts_with("https://") || place.starts_with("http://") {
            let url = Url::parse(place).map_err(|error| fault(rule, error.to_string()))?;
            Address::new("the calendar", url, BYTES, LIMIT).read().await
        } else {
            self.history.file(place).await?.ok_or_else(|| {
                let why = format!("the default branch has no {place}");
                Fault::new(FaultKind::NotFound, what(rule), why)
            })
        }
    }
}

impl Calendar for Calendars {
    fn windows<'a>(
        &'a self,
        rules: &'a [CalendarRule],
        from: Timestamp,
        until: Timestamp,
    ) -> Asked<'a, Vec<TimeWindow>> {
        Box::pin(self.all(rules, from, until))
    }
}

fn recurring(
    when: &Recurrence,
    from: Timestamp,
    until: Timestamp,
) -> Result<Vec<(String, Timestamp, Timestamp)>, String> {
    let Recurrence::Recurring {
        rule,
        time,
        from: first,
        length,
        zone,
    } = when
    else {
        return Ok(Vec::new());
    };
    let zone = TimeZone::get(zone).map_err(|error| error.to_string())?;
    let first = first.unwrap_or_else(|| first_day(from, &zone));
    let recurring = Recurring {
        rule,
        first: first.to_datetime(*time),
        zone: &zone,
    };
    let moments = recurring.between(later(from, -*length), until)?;
    Ok(moments
        .into_iter()
        .map(|moment| {
            let start = instant(moment, &zone);
            (String::new(), start, later(start, *length))
        })
        .collect())
}

fn named(rule: &CalendarRule, summary: &str) -> Text {
    let name = match (rule.name.is_empty(), summary.trim()) {
        (_, "") => rule.name.clone(),
        (true, summary) => Text::line(summary),
        (false, summary) => Text::line(&format!("{}: {summary}", rule.name)),
    };
    if name.as_str().len() <= NAME {
        return name;
    }
    let end = name.as_str().floor_char_boundary(NAME - '…'.len_utf8());
    Text::line(&format!("{}…", &name.as_str()[..end]))
}

fn what(rule: &CalendarRule) -> Text {
    Text::line(&format!("the calendar of \"{}\"", rule.name))
}

fn fault(rule: &CalendarRule, why: String) -> Fault {
    Fault::new(FaultKind::Malformed, what(rule), why)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{
        policy::{WindowKind, gate::GateEvent},
        record::LINE_BYTES,
    };

    #[test]
    fn as_many_windows_as_are_kept_fit_a_line_of_the_journal_whatever_their_names() {
        let rule = CalendarRule {
            name: "board".into(),
            kind: WindowKind::Blackout,
            when: Recurrence::File("board.ics".to_owned()),
            zone: None,
            may_override: false,
        };
        for summary in ["\"\\", "\u{202e}", "日", "a"] {
            let window = TimeWindow {
                start: Timestamp::MIN,
                end: Timestamp::MAX,
                kind: rule.kind,
                name: named(&rule, &summary.repeat(5_000)),
                may_override: false,
            };
            assert!(
                window.name.as_str().starts_with("board: "),
                "{}",
                window.name
            );
            let windows = vec![window; MOST_WINDOWS];
            let line = serde_json::to_string(&GateEvent::CalendarRead { windows }).unwrap();
            // What stands around an event in a line takes less than a kibibyte.
            assert!(
                line.len() + 1_024 < LINE_BYTES,
                "{summary:?}: {}",
                line.len()
            );
        }
        assert_eq!(named(&rule, " Freeze ").as_str(), "board: Freeze");
    }
}
