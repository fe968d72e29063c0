//! Events of every kind, as programs write them, between 20 November and the end of 2026.

use super::*;

fn within(events: &str, zone: Option<&str>) -> Result<Vec<String>, String> {
    let text = format!("BEGIN:VCALENDAR\nVERSION:2.0\n{events}END:VCALENDAR\n");
    let from = "2026-11-20T00:00Z".parse().unwrap();
    let until = "2026-12-31T00:00Z".parse().unwrap();
    let zone = zone.map(|name| TimeZone::get(name).unwrap());
    stretches(text.as_bytes(), zone.as_ref(), from, until).map(|all| {
        all.into_iter()
            .map(|one| format!("{} {}..{}", one.summary, one.start, one.end))
            .collect()
    })
}

fn read(events: &str) -> Result<Vec<String>, String> {
    within(events, None)
}

fn event(lines: &str) -> String {
    format!("BEGIN:VEVENT\nUID:a\n{lines}\nEND:VEVENT\n")
}

#[test]
fn single_events_of_every_kind_of_time() {
    let all = [
        event("SUMMARY:Free\\, all\\nof it\nDTSTART:20261224T120000Z\nDTEND:20261226T120000Z"),
        event("SUMMARY:Da\n y\nDTSTART;VALUE=DATE:20261225"),
        event("SUMMARY:Zone\nDTSTART;TZID=\"Europe/Berlin\":20261201T090000\nDURATION:PT2H"),
    ];
    assert_eq!(
        read(&all.concat()).unwrap(),
        [
            "Free, all of it 2026-12-24T12:00:00Z..2026-12-26T12:00:00Z",
            "Day 2026-12-25T00:00:00Z..2026-12-26T00:00:00Z",
            "Zone 2026-12-01T08:00:00Z..2026-12-01T10:00:00Z",
        ]
    );
}

#[test]
fn days_and_times_without_a_zone_are_of_the_rules_zone_then_of_the_files() {
    let days = event("SUMMARY:D\nDTSTART;VALUE=DATE:20261225\nDTEND;VALUE=DATE:20261227");
    let float = event("SUMMARY:F\nDTSTART:20261224T120000\nDTEND:20261224T130000");
    let both = format!("{days}{float}");
    let filed = format!("X-WR-TIMEZONE:America/New_York\n{both}");
    let of = |text: &str, zone| within(text, zone).unwrap().join(", ");
    assert_eq!(
        of(&both, Some("Europe/Berlin")),
        "D 2026-12-24T23:00:00Z..2026-12-26T23:00:00Z, F 2026-12-24T11:00:00Z..2026-12-24T12:00:00Z"
    );
    assert!(of(&filed, None).starts_with("D 2026-12-25T05:00:00Z..2026-12-27T05:00:00Z"));
    assert!(of(&filed, Some("Europe/Berlin")).starts_with("D 2026-12-24T23:00:00Z"));
    assert!(of(&both, None).starts_with("D 2026-12-25T00:00:00Z..2026-12-27T00:00:00Z"));
}

#[test]
fn recurrences_leave_out_what_is_excepted_moved_or_cancelled() {
    let master = event(
        "SUMMARY:Freeze\nDTSTART;TZID=Europe/Berlin:20261106T170000\nDTEND;TZID=Europe/Berlin:20261106T180000\n\
         RRULE:FREQ=WEEKLY;UNTIL=20261212T000000Z\nEXDATE;TZID=Europe/Berlin:20261127T170000",
    );
    let moved = event(
        "SUMMARY:Moved\nRECURRENCE-ID;TZID=Europe/Berlin:20261204T170000\n\
         DTSTART;TZID=Europe/Berlin:20261205T100000\nDTEND;TZID=Europe/Berlin:20261205T110000\n\
         BEGIN:VALARM\nDTSTART:20261205T100000\nEND:VALARM",
    );
    let gone = event("STATUS:Cancelled\nDTSTART:20261201T000000Z\nDTEND:20261202T000000Z");
    let want = [
        "Freeze 2026-11-20T16:00:00Z..2026-11-20T17:00:00Z",
        "Freeze 2026-12-11T16:00:00Z..2026-12-11T17:00:00Z",
        "Moved 2026-12-05T09:00:00Z..2026-12-05T10:00:00Z",
    ];
    assert_eq!(read(&format!("{master}{moved}{gone}")).unwrap(), want);
    // Without a name nothing is known to be moved.
    let unnamed = format!("{master}{moved}").replace("UID:a\n", "");
    assert_eq!(read(&unnamed).unwrap().len(), 4);
    // The same moments, named in UTC.
    let moved = moved.replace(";TZID=Europe/Berlin:20261204T170000", ":20261204T160000Z");
    let master = master.replace(";TZID=Europe/Berlin:20261127T170000", ":20261127T160000Z");
    assert_eq!(read(&format!("{master}{moved}{gone}")).unwrap(), want);
}

#[test]
fn one_that_is_under_way_counts() {
    let long = event("SUMMARY:Long\nDTSTART;VALUE=DATE:20261101\nDTEND;VALUE=DATE:20270101");
    let weekly = event(
        "SUMMARY:W\nDTSTART:20261112T000000Z\nDTEND:20261114T000000Z\nRRULE:FREQ=WEEKLY;COUNT=2",
    );
    let found = read(&format!("{long}{weekly}")).unwrap();
    assert_eq!(found.len(), 2, "{found:?}");
    assert!(found[1].starts_with("W 2026-11-19T00:00:00Z"), "{found:?}");
}

#[test]
fn every_rule_date_and_period_of_an_event_counts_and_so_does_its_own_start() {
    let found = read(&event(
        "SUMMARY:S\nDTSTART:20261125T100000Z\nDTEND:20261125T110000Z\n\
         RRULE:FREQ=WEEKLY;BYDAY=FR;COUNT=1\nRRULE:FREQ=MONTHLY;BYMONTHDAY=24;COUNT=1\nRDATE:20261201T100000Z\n\
         RDATE;VALUE=PERIOD:20261202T100000Z/20261204T100000Z,20261210T100000Z/P2D",
    ));
    assert_eq!(
        found.unwrap(),
        [
            "S 2026-12-02T10:00:00Z..2026-12-04T10:00:00Z",
            "S 2026-12-10T10:00:00Z..2026-12-12T10:00:00Z",
            "S 2026-11-25T10:00:00Z..2026-11-25T11:00:00Z",
            "S 2026-11-27T10:00:00Z..2026-11-27T11:00:00Z",
            "S 2026-12-01T10:00:00Z..2026-12-01T11:00:00Z",
            "S 2026-12-24T10:00:00Z..2026-12-24T11:00:00Z",
        ]
    );
}

#[test]
fn a_day_that_ends_on_itself_is_that_day_and_a_duration_in_days_follows_the_clock() {
    let one = event("SUMMARY:D\nDTSTART;VALUE=DATE:20261224\nDTEND;VALUE=DATE:20261224");
    assert_eq!(
        read(&one).unwrap(),
        ["D 2026-12-24T00:00:00Z..2026-12-25T00:00:00Z"]
    );
    // Over the night of 25 October 2026 two days of Berlin have 49 hours; between two moments are 48 all year round.
    let of = |lasts: &str| {
        let text = event(&format!(
            "DTSTART;TZID=Europe/Berlin:20261009T170000\n{lasts}\nRRULE:FREQ=WEEKLY"
        ));
        let text = format!("BEGIN:VCALENDAR\n{text}END:VCALENDAR\n");
        let (from, until) = ("2026-10-22T00:00Z", "2026-10-29T00:00Z");
        let (from, until) = (from.parse().unwrap(), until.parse().unwrap());
        let found = stretches(text.as_bytes(), None, from, until).unwrap();
        found[0].end.duration_since(found[0].start).as_hours()
    };
    assert_eq!(of("DURATION:P2D"), 49);
    assert_eq!(of("DTEND;TZID=Europe/Berlin:20261011T170000"), 48);
}

#[test]
fn what_is_not_understood_is_refused_with_its_line() {
    let timed = "DTSTART:20261202T000000Z\nDURATION:PT1H\n";
    for (events, why) in [
        (
            event("DTSTART:soon\nDTEND:20261202T000000Z"),
            "line 5: \"soon\" is no date",
        ),
        (
            event("DTSTART:20261202T000000Z"),
            "line 5: an event without DTEND",
        ),
        (event("SUMMARY:x"), "line 3: an event without DTSTART"),
        (
            event("DTSTART;TZID=W. Europe Standard Time:20261202T000000\nDURATION:PT1H"),
            "line 5: \"W. Europe Standard Time\" is no time zone",
        ),
        (event(&format!("{timed}RRULE:FREQ=NOW")), "line 7"),
        (
            event("DTSTART:20261203T000000Z\nDTEND:20261202T000000Z"),
            "line 6: it ends before it begins",
        ),
        (
            event("DTSTART:20261203T000000Z\nDURATION:-PT1H"),
            "line 6: \"-PT1H\" is no duration",
        ),
        (
            event(&format!("{timed}DTSTART:20261203T000000Z")),
            "line 7: a second DTSTART",
        ),
        (
            event(&format!(
                "{timed}RECURRENCE-ID;RANGE=THISANDFUTURE:20261202T000000Z"
            )),
            "line 7: what moves every later time",
        ),
        (
            event(&format!("{timed}EXDATE;VALUE=DATE:20261202")),
            "line 7: EXDATE and DTSTART",
        ),
        (
            event(&format!("{timed}EXRULE:FREQ=DAILY")),
            "line 7: EXRULE",
        ),
        (
            event(&format!(
                "{timed}RDATE;VALUE=PERIOD:20261204T000000Z/20261203T000000Z"
            )),
            "line 7: it ends before it begins",
        ),
    ] {
        let told = read(&events).unwrap_err();
        assert!(told.contains(why), "{told}");
    }
}
