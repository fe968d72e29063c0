//! Numbers as test reports write them: `12`, `0.25`, `4.5e-05`, `1,234.5`, `0,25`, `1.234,5`, `3s`.

use jiff::SignedDuration;

/// A count; `None` where it is no whole number.
pub(super) fn count(raw: &str) -> Option<u64> {
    let raw = raw.trim();
    if let Ok(count) = raw.parse() {
        return Some(count);
    }
    let value = decimal(raw)?;
    // Some writers print counts as floats.
    (value.fract() == 0.0 && (0.0..1e15).contains(&value)).then(|| whole(value))
}

/// Whether a count says that something happened; some writers count in floats, and huge ones.
pub(super) fn is_positive(raw: &str) -> bool {
    raw.trim().parse::<f64>().is_ok_and(|count| count > 0.0)
}

/// A duration in seconds; `None` where it is no number, negative or beyond 10,000 years.
pub(super) fn seconds(raw: &str) -> Option<SignedDuration> {
    let raw = raw.trim();
    if let Some(duration) = plain_seconds(raw) {
        return Some(duration);
    }
    let (raw, scale) = match raw.strip_suffix("ms") {
        Some(millis) => (millis, 1e-3),
        None => (raw.strip_suffix('s').unwrap_or(raw), 1.0),
    };
    let value = decimal(raw)? * scale;
    if (0.0..3.2e11).contains(&value) {
        SignedDuration::try_from_secs_f64(value).ok()
    } else {
        None
    }
}

/// A duration in milliseconds; `None` as for [`seconds`].
pub(super) fn millis(raw: &str) -> Option<SignedDuration> {
    seconds(&format!("{}ms", raw.trim()))
}

/// The common form, digits with at most six of a fraction, without a detour through floating point.
fn plain_seconds(raw: &str) -> Option<SignedDuration> {
    /// What a digit after the point counts, in microseconds.
    const PLACES: [i64; 6] = [100_000, 10_000, 1_000, 100, 10, 1];
    let bytes = raw.as_bytes();
    let is_digit = |b: &&u8| b.is_ascii_digit();
    let whole = bytes.iter().take_while(is_digit).count();
    let (whole, fraction) = bytes.split_at(whole);
    let fraction = match fraction {
        [] => &[],
        [b'.', fraction @ ..] if !fraction.is_empty() => fraction,
        _ => return None,
    };
    let fits = (1..=9).contains(&whole.len()) && fraction.len() <= PLACES.len();
    if !fits || !fraction.iter().all(u8::is_ascii_digit) {
        return None;
    }
    let seconds = whole
        .iter()
        .fold(0, |sum, b| sum * 10 + i64::from(b - b'0'));
    let places = fraction.iter().zip(PLACES);
    let micros: i64 = places.map(|(b, place)| i64::from(b - b'0') * place).sum();
    Some(SignedDuration::from_micros(seconds * 1_000_000 + micros))
}

/// A duration as .NET writes it: `00:00:01.2345678`, with days `1.02:03:04`; else as [`seconds`].
pub(super) fn clock(raw: &str) -> Option<SignedDuration> {
    let Some((hours, rest)) = raw.trim().split_once(':') else {
        return seconds(raw);
    };
    let (minutes, of_minute) = rest.split_once(':')?;
    let (days, hours) = hours.split_once('.').unwrap_or(("0", hours));
    let part = |raw: &str, most: i64| raw.parse().ok().filter(|part| (0..=most).contains(part));
    let whole =
        part(days, 3_650_000)? * 86_400 + part(hours, 1_000_000)? * 3_600 + part(minutes, 59)? * 60;
    SignedDuration::from_secs(whole).checked_add(seconds(of_minute)?)
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "the callers checked that it is whole, positive and below 2^53"
)]
fn whole(value: f64) -> u64 {
    value as u64
}

/// A finite number with either convention of points and commas.
pub(super) fn decimal(raw: &str) -> Option<f64> {
    let raw = raw.trim();
    let raw = if raw.bytes().all(|b| b.is_ascii_digit() || b == b'.') {
        raw.to_owned()
    } else {
        raw.replace([' ', '_', '\u{a0}', '\u{202f}'], "")
    };
    let plain = match (raw.rfind(','), raw.rfind('.')) {
        (None, _) => raw,
        (Some(comma), Some(point)) if comma < point => raw.replace(',', ""),
        (Some(_), Some(_)) => raw.replace('.', "").replace(',', "."),
        (Some(_), None) if in_thousands(&raw) => raw.replace(',', ""),
        (Some(_), None) => raw.replace(',', "."),
    };
    // Rust also reads "inf" and "nan"; a report that says so says nothing.
    let value: f64 = plain.parse().ok()?;
    value.is_finite().then_some(value)
}

/// `1,234` and `1,234,567`, but not `0,123`.
fn in_thousands(raw: &str) -> bool {
    let mut groups = raw.split(',');
    let first = groups.next().unwrap_or("");
    let first_fits = (1..=3).contains(&first.len()) && !first.starts_with('0');
    first_fits && groups.all(|group| group.len() == 3 && group.bytes().all(|b| b.is_ascii_digit()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_conventions_are_read() {
        let seconds = |raw| seconds(raw).map(|duration| duration.as_secs_f64());
        assert_eq!(seconds("1,234.5"), Some(1234.5));
        assert_eq!(seconds("1.234,5"), Some(1234.5));
        assert_eq!(seconds("1,234"), Some(1234.0));
        assert_eq!(seconds("0,25"), Some(0.25));
        assert_eq!(seconds("0,123"), Some(0.123));
        assert_eq!(seconds("4.5e-05"), Some(0.000_045));
        assert_eq!(seconds(" 3s "), Some(3.0));
        assert_eq!(seconds("250ms"), Some(0.25));
    }

    #[test]
    fn clocks_are_read() {
        let clock = |raw| clock(raw).map(|duration| duration.as_secs_f64());
        assert_eq!(clock("00:00:00.1084258"), Some(0.108_425_8));
        assert_eq!(clock("1.02:03:04"), Some(93_784.0));
        assert_eq!(clock("12.5"), Some(12.5));
        for raw in [
            "",
            "::",
            "00:00",
            "a:b:c",
            "00:61:00",
            "-1:00:00",
            "99999999999999999999:0:0",
        ] {
            assert_eq!(clock(raw), None, "{raw}");
        }
    }

    #[test]
    fn what_is_no_number_is_unknown() {
        for raw in ["", "<<computed>>", "nan", "inf", "-1", "1e300", "0x10"] {
            assert_eq!(seconds(raw), None, "{raw}");
        }
        assert_eq!(count("12.0"), Some(12));
        assert_eq!(count("1,234"), Some(1234));
        assert_eq!(count("-3"), None);
        assert_eq!(count("12.5"), None);
    }
}
