//! An iCalendar file (RFC 5545) as it is written: its events with their properties, and the time zones that it brings.
//!
//! A file that cannot be read whole is refused with its line: a blackout that was not understood must not look like none.
//! What an event means is read elsewhere.

use std::collections::BTreeMap;

/// Most events of a file.
const MOST_EVENTS: usize = 5_000;

/// One property, with its line.
#[derive(Debug)]
pub(super) struct Property {
    /// Where it begins, from 1.
    pub(super) line: usize,
    /// Behind its name: `TZID=Europe/Berlin;VALUE=DATE-TIME`.
    pub(super) parameters: String,
    /// What it says.
    pub(super) value: String,
}

/// The properties of a component by name.
#[derive(Debug, Default)]
pub(super) struct Component {
    /// Where it begins, from 1.
    pub(super) line: usize,
    /// Whether it is the half of a time zone's year with the other clock.
    pub(super) is_summer: bool,
    properties: BTreeMap<String, Vec<Property>>,
}

/// What a file holds.
#[derive(Debug, Default)]
pub(super) struct File {
    /// Its events.
    pub(super) events: Vec<Component>,
    /// Its time zones, each with its observances.
    pub(super) zones: Vec<(Component, Vec<Component>)>,
    /// `X-WR-TIMEZONE`: where the clock of what names none hangs.
    pub(super) zone: Option<Property>,
}

impl Property {
    /// A parameter's value, without its quotes.
    pub(super) fn parameter(&self, wanted: &str) -> Option<&str> {
        self.parameters.split(';').find_map(|parameter| {
            let (name, value) = parameter.split_once('=')?;
            name.trim()
                .eq_ignore_ascii_case(wanted)
                .then_some(value.trim().trim_matches('"'))
        })
    }
}

impl Component {
    /// Every property of a name.
    pub(super) fn all(&self, name: &str) -> &[Property] {
        self.properties.get(name).map_or(&[], Vec::as_slice)
    }

    /// The property of a name that may stand once.
    ///
    /// # Errors
    /// It stands twice: which of the two counts, nobody said.
    pub(super) fn only(&self, name: &str) -> Result<Option<&Property>, String> {
        match self.all(name) {
            [] => Ok(None),
            [one] => Ok(Some(one)),
            [_, second, ..] => Err(format!("line {}: a second {name}", second.line)),
        }
    }
}

/// What is read now: the components around it, and what they gathered.
#[derive(Default)]
struct Reading {
    file: File,
    inside: Vec<String>,
    event: Component,
    zone: Component,
    observances: Vec<Component>,
    is_calendar: bool,
}

/// Reads a file.
pub(super) fn read(bytes: &[u8]) -> Result<File, String> {
    let mut reading = Reading::default();
    for (line, content) in unfolded(bytes) {
        let content = String::from_utf8(content)
            .map_err(|_| format!("line {line}: it is not UTF-8: save it as that"))?;
        let Some((head, value)) = split(&content) else {
            if content.trim().is_empty() {
                continue;
            }
            return Err(format!("line {line}: no name and value"));
        };
        let (name, parameters) = head.split_once(';').unwrap_or((head, ""));
        match name.trim().to_ascii_uppercase().as_str() {
            "BEGIN" => reading.begin(line, &value.trim().to_ascii_uppercase())?,
            "END" => reading.end(line, &value.trim().to_ascii_uppercase())?,
            name => reading.property(
                name,
                Property {
                    line,
                    parameters: parameters.to_owned(),
                    value: value.to_owned(),
                },
            ),
        }
    }
    if !reading.is_calendar {
        return Err("no iCalendar file: it has no BEGIN:VCALENDAR".to_owned());
    }
    match reading.inside.last() {
        Some(open) => Err(format!("cut off: a {open} does not end")),
        None => Ok(reading.file),
    }
}

impl Reading {
    /// Names are of any case (RFC 5545, 3.1).
    fn begin(&mut self, line: usize, what: &str) -> Result<(), String> {
        self.is_calendar |= what == "VCALENDAR";
        let fresh = || Component {
            line,
            is_summer: what == "DAYLIGHT",
            ..Component::default()
        };
        match what {
            "VEVENT" => self.event = fresh(),
            "VTIMEZONE" => self.zone = fresh(),
            "STANDARD" | "DAYLIGHT" => self.observances.push(fresh()),
            "VFREEBUSY" => {
                return Err(format!(
                    "line {line}: a VFREEBUSY is not read: publish the calendar with its events"
                ));
            }
            _ => {}
        }
        self.inside.push(what.to_owned());
        Ok(())
    }

    fn end(&mut self, line: usize, what: &str) -> Result<(), String> {
        if self.inside.pop().as_deref() != Some(what) {
            return Err(format!(
                "line {line}: the end of a {what} that did not begin"
            ));
        }
        match what {
            "VEVENT" => self.file.events.push(std::mem::take(&mut self.event)),
            "VTIMEZONE" => {
                let zone = std::mem::take(&mut self.zone);
                let observances = std::mem::take(&mut self.observances);
                self.file.zones.push((zone, observances));
            }
            _ => {}
        }
        if self.file.events.len() > MOST_EVENTS {
            return Err(format!("more than {MOST_EVENTS} events"));
        }
        Ok(())
    }

    fn property(&mut self, name: &str, property: Property) {
        let into = match self.inside.last().map(String::as_str) {
            Some("VEVENT") => &mut self.event,
            Some("VTIMEZONE") => &mut self.zone,
            Some("STANDARD" | "DAYLIGHT") => match self.observances.last_mut() {
                Some(last) => last,
                None => return,
            },
            Some("VCALENDAR") if name == "X-WR-TIMEZONE" => {
                self.file.zone = Some(property);
                return;
            }
            _ => return,
        };
        let of_name = into.properties.entry(name.to_owned()).or_default();
        of_name.push(property);
    }
}

/// Lines with what was folded onto the next ones, by the number of their first. A line ends with CR, LF or both; what was
/// folded may have been cut within a character.
fn unfolded(bytes: &[u8]) -> Vec<(usize, Vec<u8>)> {
    let bytes = bytes.strip_prefix("\u{feff}".as_bytes()).unwrap_or(bytes);
    let mut lines: Vec<(usize, Vec<u8>)> = Vec::new();
    let (mut rest, mut number) = (bytes, 0);
    while !rest.is_empty() {
        number += 1;
        let end = rest.iter().position(|byte| matches!(byte, b'\r' | b'\n'));
        let (line, after) = rest.split_at(end.unwrap_or(rest.len()));
        rest = after
            .strip_prefix(b"\r\n")
            .or_else(|| after.get(1..))
            .unwrap_or_default();
        match (line.first(), lines.last_mut()) {
            (Some(b' ' | b'\t'), Some((_, begun))) => begun.extend_from_slice(&line[1..]),
            _ => lines.push((number, line.to_owned())),
        }
    }
    lines
}

/// Name with parameters, and value: at the first colon outside of quotes.
fn split(line: &str) -> Option<(&str, &str)> {
    let mut quoted = false;
    let at = line.bytes().position(|byte| {
        quoted ^= byte == b'"';
        byte == b':' && !quoted
    })?;
    Some((&line[..at], &line[at + 1..]))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn summaries(bytes: &[u8]) -> Result<Vec<String>, String> {
        let of = |event: &Component| event.all("SUMMARY")[0].value.clone();
        read(bytes).map(|file| file.events.iter().map(of).collect())
    }

    #[test]
    fn lines_end_in_three_ways_and_names_are_of_any_case() {
        let text =
            "BEGIN:VCALENDAR\nBegin:vEvent\nSummary:A long\n \t one\nEND:VEVENT\nend:vcalendar\n";
        for end in ["\n", "\r\n", "\r"] {
            let bytes = text.replace('\n', end);
            assert_eq!(
                summaries(bytes.as_bytes()).unwrap(),
                ["A long\t one"],
                "{end:?}"
            );
        }
        let spaced = text.replace("vEvent", "VEVENT ");
        assert_eq!(summaries(spaced.as_bytes()).unwrap().len(), 1);
    }

    #[test]
    fn a_character_may_be_folded_within_itself_and_other_encodings_are_refused() {
        let folded = b"BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nSUMMARY:f\xc3\r\n \xbcr\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n";
        assert_eq!(summaries(folded).unwrap(), ["f\u{fc}r"]);
        let latin = b"BEGIN:VCALENDAR\nBEGIN:VEVENT\nSUMMARY:f\xfcr\nEND:VEVENT\nEND:VCALENDAR\n";
        assert_eq!(
            summaries(latin).unwrap_err(),
            "line 3: it is not UTF-8: save it as that"
        );
    }

    #[test]
    fn what_is_no_whole_calendar_of_events_is_refused() {
        for (text, why) in [
            ("<html>", "line 1: no name and value"),
            ("A:b", "no BEGIN:VCALENDAR"),
            ("", "no BEGIN:VCALENDAR"),
            ("BEGIN:VCALENDAR", "cut off"),
            (
                "BEGIN:VCALENDAR\nBEGIN:VEVENT\nEND:VCALENDAR",
                "the end of a VCALENDAR",
            ),
            ("BEGIN:VCALENDAR\nBEGIN:VFREEBUSY\n", "line 2: a VFREEBUSY"),
        ] {
            let told = read(text.as_bytes()).unwrap_err();
            assert!(told.contains(why), "{text}: {told}");
        }
        let many = "BEGIN:VEVENT\nEND:VEVENT\n".repeat(MOST_EVENTS + 1);
        let many = format!("BEGIN:VCALENDAR\n{many}END:VCALENDAR\n");
        assert_eq!(read(many.as_bytes()).unwrap_err(), "more than 5000 events");
    }
}
