//! A moment as a person types it: a time of day, a day with a time, or none at all.

use jiff::{Timestamp, ToSpan as _, civil, tz::TimeZone};

/// Words that lift a scheduled start.
const NONE: [&str; 2] = ["now", "none"];

/// `18:00` (the next time that it is so), `2026-12-01 18:00`, or `now`, which is no moment to wait for.
pub(super) fn when(
    typed: &str,
    now: Timestamp,
    zone: &TimeZone,
) -> Result<Option<Timestamp>, String> {
    let typed = typed.trim();
    if NONE.contains(&typed) {
        return Ok(None);
    }
    let wrong = || format!("`{typed}` is no moment: write 18:00, 2026-12-01 18:00, or now");
    let moment = |local: civil::DateTime| {
        let instant = zone.to_ambiguous_timestamp(local).unambiguous();
        instant.map_err(|_| {
            format!("{typed} does not come that day, or comes twice: the clock changes then")
        })
    };
    if let Ok(time) = civil::Time::strptime("%H:%M", typed) {
        let today = zone.to_datetime(now).date();
        let at = moment(today.to_datetime(time));
        return match at {
            Ok(at) if at > now => Ok(Some(at)),
            _ => {
                let tomorrow = today.checked_add(1.day()).map_err(|_| wrong())?;
                moment(tomorrow.to_datetime(time)).map(Some)
            }
        };
    }
    let local = typed.replacen(' ', "T", 1);
    let local: civil::DateTime = local.parse().map_err(|_| wrong())?;
    // A day alone would be midnight, which nobody means.
    if !typed.contains(':') {
        return Err(wrong());
    }
    let at = moment(local)?;
    if at <= now {
        return Err(format!("{typed} is past"));
    }
    Ok(Some(at))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(typed: &str) -> Result<Option<String>, String> {
        let zone = TimeZone::get("Europe/Berlin").unwrap();
        let now: Timestamp = "2026-10-24T17:00:00+02:00".parse().unwrap();
        let at = when(typed, now, &zone)?;
        Ok(at.map(|at| {
            at.to_zoned(zone.clone())
                .strftime("%F %H:%M %Z")
                .to_string()
        }))
    }

    #[test]
    fn a_time_is_the_next_one_and_a_day_says_which() {
        let of = |typed: &str| told(typed).unwrap().unwrap();
        assert_eq!(of("18:00"), "2026-10-24 18:00 CEST");
        assert_eq!(of("16:30"), "2026-10-25 16:30 CET");
        assert_eq!(of(" 2026-12-01 18:00 "), "2026-12-01 18:00 CET");
        assert_eq!(of("2026-12-01T18:00"), "2026-12-01 18:00 CET");
        assert_eq!(told("now"), Ok(None));
        for bad in [
            "",
            "soon",
            "25:00",
            "2026-12-01",
            "2026-02-30 18:00",
            "2026-10-24 16:59",
            // Comes twice that night.
            "2026-10-25 02:30",
            "02:30",
        ] {
            assert!(told(bad).is_err(), "{bad:?}: {:?}", told(bad));
        }
    }
}
