//! Where the times of the rules come from: the rules themselves, a file of the repository, or an address.

use std::{sync::Arc, time::Duration};

use jiff::{Timestamp, tz::TimeZone};
use reqwest::Url;

use super::{
    expand::{Recurring, first_day, instant},
    ics,
};
use crate::{
    adapters::address::Address,
    domain::{
        Fault, FaultKind, Text, later,
        policy::{CalendarRule, MOST_WINDOWS, Recurrence, TimeWindow},
    },
    ports::{Asked, Calendar, History},
};

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
                    let text = self.file(rule, place).await?;
                    let stretches =
                        ics::stretches(&text, from, until).map_err(|why| fault(rule, why))?;
                    stretches
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

    async fn file(&self, rule: &CalendarRule, place: &str) -> Result<String, Fault> {
        let bytes = if place.starts_with("https://") || place.starts_with("http://") {
            let url = Url::parse(place).map_err(|error| fault(rule, error.to_string()))?;
            Address::new("the calendar", url, BYTES, LIMIT)
                .read()
                .await?
        } else {
            self.history.file(place).await?.ok_or_else(|| {
                let why = format!("the default branch has no {place}");
                Fault::new(FaultKind::NotFound, what(rule), why)
            })?
        };
        String::from_utf8(bytes).map_err(|_| fault(rule, "it is not UTF-8".to_owned()))
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
        except: &[],
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
    match (rule.name.is_empty(), summary.trim()) {
        (_, "") => rule.name.clone(),
        (true, summary) => Text::line(summary),
        (false, summary) => Text::line(&format!("{}: {summary}", rule.name)),
    }
}

fn what(rule: &CalendarRule) -> Text {
    Text::line(&format!("the calendar of \"{}\"", rule.name))
}

fn fault(rule: &CalendarRule, why: String) -> Fault {
    Fault::new(FaultKind::Malformed, what(rule), why)
}
