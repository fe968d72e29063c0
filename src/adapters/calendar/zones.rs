//! The time zones of an iCalendar file: names of the IANA database, and those that the file itself describes.
//!
//! Outlook and Exchange write names of their own ("W. Europe Standard Time") and say in a VTIMEZONE what they mean. What is
//! read of it is what such programs write: one rule for each half of the year, or none. Anything else is refused.

use std::collections::BTreeMap;

use jiff::tz::TimeZone;

use super::{
    expand::moment,
    ics::{Component, File, Property},
};

/// The zones that a file may name.
pub(super) struct Zones {
    default: TimeZone,
    /// By the name that the file gives them; those that were not understood say why, to whoever names them.
    own: BTreeMap<String, Result<TimeZone, String>>,
}

impl Zones {
    /// `given` goes before what the file says of times without a zone.
    pub(super) fn new(file: &File, given: Option<&TimeZone>) -> Result<Self, String> {
        let mut zones = Self {
            default: TimeZone::UTC,
            own: BTreeMap::new(),
        };
        for (zone, observances) in &file.zones {
            if let Some(name) = zone.only("TZID")? {
                let read = described(zone, observances);
                zones.own.insert(bare(&name.value).to_owned(), read);
            }
        }
        zones.default = match (given, &file.zone) {
            (Some(given), _) => given.clone(),
            (None, Some(said)) => {
                let named = zones.named(&said.value);
                named.map_err(|why| format!("line {}: {why}", said.line))?
            }
            (None, None) => TimeZone::UTC,
        };
        Ok(zones)
    }

    /// Where the clock of days and of times without a zone hangs.
    pub(super) fn default(&self) -> &TimeZone {
        &self.default
    }

    /// The zone of a name: what everybody means by it, else what the file says.
    pub(super) fn named(&self, name: &str) -> Result<TimeZone, String> {
        let name = bare(name);
        if let Ok(known) = TimeZone::get(name) {
            return Ok(known);
        }
        match self.own.get(name) {
            Some(Ok(own)) => Ok(own.clone()),
            Some(Err(why)) => Err(format!("\"{name}\" is not understood: {why}")),
            None => Err(format!(
                "\"{name}\" is no time zone of the IANA database, and no VTIMEZONE says what it is"
            )),
        }
    }
}

fn bare(name: &str) -> &str {
    name.trim().trim_matches('"').trim_start_matches('/')
}

/// A zone from its observances: the newest of each kind is what holds from now on.
fn described(zone: &Component, observances: &[Component]) -> Result<TimeZone, String> {
    let of = |is_summer: bool| newest(observances, is_summer);
    let posix = match (of(false)?, of(true)?) {
        (None, None) => return Err(format!("line {}: no STANDARD and no DAYLIGHT", zone.line)),
        (Some(only), None) | (None, Some(only)) => match only.turns {
            None => format!("<STD>{}", only.offset),
            Some(_) => return Err(format!("line {}: one half of a year", zone.line)),
        },
        (Some(winter), Some(summer)) => match (&winter.turns, &summer.turns) {
            (Some(back), Some(forth)) => format!(
                "<STD>{}<DST>{},{forth},{back}",
                winter.offset, summer.offset
            ),
            _ => return Err(format!("line {}: a year without two turns", zone.line)),
        },
    };
    TimeZone::posix(&posix).map_err(|error| format!("line {}: {error}", zone.line))
}

/// What holds in one part of the year.
struct Observance {
    /// As POSIX writes it: hours behind Greenwich.
    offset: String,
    /// When the clock turns to it each year, as POSIX writes it.
    turns: Option<String>,
}

fn newest(observances: &[Component], is_summer: bool) -> Result<Option<Observance>, String> {
    let of_half = observances.iter().filter(|one| one.is_summer == is_summer);
    let newest = of_half.max_by_key(|one| one.all("DTSTART").first().map(|since| &since.value));
    newest.map(observance).transpose()
}

fn observance(component: &Component) -> Result<Observance, String> {
    let needed = |name: &str| {
        let found = component.only(name)?;
        found.ok_or_else(|| format!("line {}: without {name}", component.line))
    };
    let (starts, offset) = (needed("DTSTART")?, needed("TZOFFSETTO")?);
    let turns = match component.only("RRULE")? {
        Some(rule) => Some(turn(rule, starts)?),
        None => None,
    };
    Ok(Observance {
        offset: behind(offset)?,
        turns,
    })
}

/// `+0530` as `-05:30`.
fn behind(offset: &Property) -> Result<String, String> {
    let wrong = || format!("line {}: \"{}\" is no offset", offset.line, offset.value);
    let (sign, digits) = offset.value.trim().split_at_checked(1).ok_or_else(wrong)?;
    let sign = match sign {
        "+" => "-",
        "-" => "+",
        _ => return Err(wrong()),
    };
    let is_plain = digits.bytes().all(|byte| byte.is_ascii_digit());
    match (is_plain, digits.len()) {
        (true, 4) => Ok(format!("{sign}{}:{}", &digits[..2], &digits[2..])),
        (true, 6) => Ok(format!(
            "{sign}{}:{}:{}",
            &digits[..2],
            &digits[2..4],
            &digits[4..]
        )),
        _ => Err(wrong()),
    }
}

/// `FREQ=YEARLY;BYMONTH=10;BYDAY=-1SU` at 3:00 as `M10.5.0/3:00:00`.
fn turn(rule: &Property, starts: &Property) -> Result<String, String> {
    let wrong = || format!("line {}: \"{}\" is no yearly turn", rule.line, rule.value);
    let (mut month, mut day) = (None, None);
    for part in rule.value.trim().split(';') {
        match part.split_once('=').ok_or_else(wrong)? {
            ("FREQ", "YEARLY") | ("INTERVAL", "1") | ("WKST", _) => {}
            ("BYMONTH", number) => month = number.parse::<u8>().ok(),
            ("BYDAY", written) => day = weekday(written),
            _ => return Err(wrong()),
        }
    }
    let (month, (week, day)) = month.zip(day).ok_or_else(wrong)?;
    let at = moment(starts.value.trim()).map_err(|why| format!("line {}: {why}", starts.line))?;
    Ok(format!(
        "M{month}.{week}.{day}/{}",
        at.time().strftime("%H:%M:%S")
    ))
}

/// `-1SU` as the fifth week's day 0, which is the last one.
fn weekday(written: &str) -> Option<(u8, usize)> {
    let days = ["SU", "MO", "TU", "WE", "TH", "FR", "SA"];
    let (number, day) = written.split_at_checked(written.len().checked_sub(2)?)?;
    let day = days.iter().position(|known| *known == day)?;
    let week = match number.trim_start_matches('+') {
        "-1" => 5,
        number => number.parse().ok().filter(|week| (1..=4).contains(week))?,
    };
    Some((week, day))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::adapters::calendar::{expand::instant, ics::read};

    const EXCHANGE: &str = "BEGIN:VTIMEZONE\nTZID:W. Europe Standard Time\n\
        BEGIN:STANDARD\nDTSTART:16010101T030000\nTZOFFSETFROM:+0200\nTZOFFSETTO:+0100\n\
        RRULE:FREQ=YEARLY;INTERVAL=1;BYDAY=-1SU;BYMONTH=10\nEND:STANDARD\n\
        BEGIN:DAYLIGHT\nDTSTART:16010101T020000\nTZOFFSETFROM:+0100\nTZOFFSETTO:+0200\n\
        RRULE:FREQ=YEARLY;INTERVAL=1;BYDAY=-1SU;BYMONTH=3\nEND:DAYLIGHT\nEND:VTIMEZONE\n";

    fn zones(inner: &str) -> Result<Zones, String> {
        let text = format!("BEGIN:VCALENDAR\n{inner}END:VCALENDAR\n");
        Zones::new(&read(text.as_bytes()).unwrap(), None)
    }

    #[test]
    fn a_zone_that_the_file_describes_turns_as_it_says() {
        let zones = zones(EXCHANGE).unwrap();
        let own = zones.named("\"W. Europe Standard Time\"").unwrap();
        let known = TimeZone::get("Europe/Berlin").unwrap();
        for day in [
            "20261024", "20261025", "20261026", "20270327", "20270328", "20270329",
        ] {
            for hour in ["00", "02", "03", "23"] {
                let at = moment(&format!("{day}T{hour}3000")).unwrap();
                assert_eq!(instant(at, &own), instant(at, &known), "{at}");
            }
        }
    }

    #[test]
    fn one_offset_all_year_round_and_the_newest_of_several_rules() {
        let zone = zones(
            "BEGIN:VTIMEZONE\nTZID:Office\nBEGIN:STANDARD\nDTSTART:19700101T000000\nTZOFFSETTO:+0530\nEND:STANDARD\n\
             BEGIN:STANDARD\nDTSTART:20100101T000000\nTZOFFSETTO:-0330\nEND:STANDARD\nEND:VTIMEZONE\n",
        );
        let zone = zone.unwrap().named("Office").unwrap();
        let at = instant(moment("20261201T000000").unwrap(), &zone);
        assert_eq!(at.to_string(), "2026-12-01T03:30:00Z");
    }

    #[test]
    fn what_is_not_understood_is_told_to_whoever_names_it() {
        for (from, to, why) in [
            ("BYDAY=-1SU;BYMONTH=10", "BYMONTHDAY=9", "no yearly turn"),
            ("+0100\nRRULE", "east\nRRULE", "no offset"),
            (
                "INTERVAL=1;BYDAY=-1SU;BYMONTH=3",
                "UNTIL=20200101",
                "no yearly turn",
            ),
            ("DTSTART:16010101T030000\n", "", "without DTSTART"),
        ] {
            let zones = zones(&EXCHANGE.replace(from, to)).unwrap();
            let told = zones.named("W. Europe Standard Time").unwrap_err();
            assert!(
                told.contains("is not understood: line") && told.contains(why),
                "{told}"
            );
        }
        let told = zones("").unwrap().named("Mars").unwrap_err();
        assert!(told.contains("no time zone of the IANA database"), "{told}");
        assert!(zones("X-WR-TIMEZONE:Mars\n").is_err());
    }
}
