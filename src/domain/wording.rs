//! How numbers are said: values with units, changes, durations, ages, counts. Exact, without a locale.

use jiff::SignedDuration;

use super::policy::Unit;

/// A value with its unit, in the size that reads best: `0.12%`, `175 ms`, `1.25 s`, `1.2k/s`, `3.4 GB`.
///
/// Three significant digits at most where there is a fraction; a value that is no number is `?`.
pub fn value(value: f64, unit: Unit) -> String {
    if !value.is_finite() {
        return "?".to_owned();
    }
    match unit {
        Unit::Percent => format!("{}%", percent(value)),
        Unit::Milliseconds => milliseconds(value),
        Unit::Count | Unit::Plain => scaled(value),
        Unit::PerMinute => format!("{}/m", scaled(value)),
        Unit::PerSecond => format!("{}/s", scaled(value)),
        Unit::Bytes => bytes(value),
    }
}

/// A difference of percentages: `0.6 pt`, signed when below zero.
pub fn points(value: f64) -> String {
    if !value.is_finite() {
        return "?".to_owned();
    }
    format!("{} pt", percent(value))
}

fn percent(value: f64) -> String {
    if value.abs() >= 99.5 && value.abs() < 100.0 {
        // 99.95% must not read as 100%.
        return trimmed(cut(value, 2), 2);
    }
    significant(value, if value.abs() < 1.0 { 2 } else { 3 })
}

fn milliseconds(value: f64) -> String {
    let size = value.abs();
    if size < 999.5 {
        format!("{} ms", significant(value, 3))
    } else if size < 119_500.0 {
        format!("{} s", significant(value / 1_000.0, 3))
    } else if size < 7_170_000.0 {
        format!("{} min", significant(value / 60_000.0, 3))
    } else {
        format!("{} h", significant(value / 3_600_000.0, 3))
    }
}

fn scaled(value: f64) -> String {
    let size = value.abs();
    if size < 999.5 {
        significant(value, 3)
    } else if size < 999_500.0 {
        format!("{}k", significant(value / 1e3, 2.max(digits(size / 1e3))))
    } else if size < 999_500_000.0 {
        format!("{}M", significant(value / 1e6, 2.max(digits(size / 1e6))))
    } else {
        format!("{}G", significant(value / 1e9, 2.max(digits(size / 1e9))))
    }
}

/// Digits before the point.
fn digits(size: f64) -> u32 {
    if size < 10.0 {
        1
    } else if size < 100.0 {
        2
    } else {
        3
    }
}

fn bytes(value: f64) -> String {
    let size = value.abs();
    for (limit, divisor, name) in [
        (999.5, 1.0, "B"),
        (999_500.0, 1e3, "KB"),
        (999_500_000.0, 1e6, "MB"),
        (999_500_000_000.0, 1e9, "GB"),
    ] {
        if size < limit {
            let wanted = 2.max(digits(size / divisor));
            return format!("{} {name}", significant(value / divisor, wanted));
        }
    }
    format!("{} TB", significant(value / 1e12, 3))
}

/// A number with that many significant digits, without zeros at the end of the fraction.
///
/// Digits before the point are never cut.
pub fn significant(value: f64, wanted: u32) -> String {
    if !value.is_finite() {
        return "?".to_owned();
    }
    if value == 0.0 {
        return "0".to_owned();
    }
    #[expect(
        clippy::cast_possible_truncation,
        reason = "the exponent of a finite number is small"
    )]
    let exponent = value.abs().log10().floor() as i32;
    let wanted = i32::try_from(wanted).unwrap_or(i32::MAX);
    let decimals = wanted
        .saturating_sub(1)
        .saturating_sub(exponent)
        .clamp(0, 12);
    trimmed(value, usize::try_from(decimals).unwrap_or(0))
}

fn trimmed(value: f64, decimals: usize) -> String {
    let text = format!("{value:.decimals$}");
    let text = if text.contains('.') {
        text.trim_end_matches('0').trim_end_matches('.')
    } else {
        &text
    };
    if text == "-0" {
        "0".to_owned()
    } else {
        text.to_owned()
    }
}

/// Cuts after that many decimals, toward zero.
fn cut(value: f64, decimals: i32) -> f64 {
    let factor = 10_f64.powi(decimals);
    (value * factor).trunc() / factor
}

/// A change from one value to another: `+34%`, `-3%`, `+0.6 pt` for percentages, `=` where nothing changed.
///
/// From zero there is no share: the difference is said in the unit. `-` is the typographic minus.
pub fn change(before: f64, after: f64, unit: Unit) -> String {
    let difference = after - before;
    if !difference.is_finite() {
        return "?".to_owned();
    }
    let said = if unit == Unit::Percent {
        points(difference.abs())
    } else if before == 0.0 {
        value(difference.abs(), unit)
    } else {
        let share = difference.abs() / before.abs() * 100.0;
        format!("{}%", significant(share, if share < 10.0 { 2 } else { 3 }))
    };
    signed(difference, &said)
}

/// A share in per cent with its sign: `+34%`.
pub fn signed_percent(share: f64) -> String {
    if !share.is_finite() {
        return "?".to_owned();
    }
    let digits = if share.abs() < 10.0 { 2 } else { 3 };
    signed(share, &format!("{}%", significant(share.abs(), digits)))
}

fn signed(difference: f64, said: &str) -> String {
    if !said.contains(|c: char| ('1'..='9').contains(&c)) {
        return "=".to_owned();
    }
    if difference < 0.0 {
        format!("−{said}")
    } else {
        format!("+{said}")
    }
}

/// A duration in its two largest parts: `3h 41m`, `1m 40s`, `12.4s`, `850ms`. Below zero it is `0s`.
pub fn duration(duration: SignedDuration) -> String {
    let millis = duration.as_millis().max(0);
    let seconds = millis / 1_000;
    let (minutes, hours, days) = (seconds / 60, seconds / 3_600, seconds / 86_400);
    if millis == 0 {
        "0s".to_owned()
    } else if millis < 1_000 {
        format!("{millis}ms")
    } else if seconds < 60 {
        let tenths = millis % 1_000 / 100;
        if tenths == 0 {
            format!("{seconds}s")
        } else {
            format!("{seconds}.{tenths}s")
        }
    } else if hours == 0 {
        two(minutes, "m", seconds % 60, "s")
    } else if days == 0 {
        two(hours, "h", minutes % 60, "m")
    } else {
        two(days, "d", hours % 24, "h")
    }
}

fn two(large: i128, large_unit: &str, small: i128, small_unit: &str) -> String {
    if small == 0 {
        format!("{large}{large_unit}")
    } else {
        format!("{large}{large_unit} {small:02}{small_unit}")
    }
}

/// An age in one part: `2s`, `3m`, `5h`, `4d`. Below zero (a clock apart) it is `0s`.
pub fn age(age: SignedDuration) -> String {
    let seconds = age.as_secs().max(0);
    if seconds < 60 {
        format!("{seconds}s")
    } else if seconds < 3_600 {
        format!("{}m", seconds / 60)
    } else if seconds < 86_400 {
        format!("{}h", seconds / 3_600)
    } else {
        format!("{}d", seconds / 86_400)
    }
}

/// `1 minute`, `3 minutes`. The plural takes an `s`.
pub fn count(count: u64, one: &str) -> String {
    if count == 1 {
        format!("1 {one}")
    } else {
        format!("{count} {one}s")
    }
}

/// `a`, `a and b`, `a, b and c`; nothing for nothing.
pub fn list<S: AsRef<str>>(items: &[S]) -> String {
    match items {
        [] => String::new(),
        [one] => one.as_ref().to_owned(),
        [first @ .., last] => {
            let first: Vec<&str> = first.iter().map(AsRef::as_ref).collect();
            format!("{} and {}", first.join(", "), last.as_ref())
        }
    }
}
