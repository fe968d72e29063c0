//! How numbers are said: values with units, changes, durations, ages, counts. Exact, without a locale.

use jiff::SignedDuration;

use super::policy::Unit;

/// Digits that a scale says beyond the usual ones, at most.
const MOST_DIGITS_MORE: u32 = 4;

/// A value with its unit, in the size that reads best: `0.12%`, `175 ms`, `1.25 s`, `1.2k/s`, `3.4 GB`.
///
/// Three significant digits at most where there is a fraction; a value that is no number is `?`.
pub fn value(value: f64, unit: Unit) -> String {
    finer(value, unit, 0)
}

/// The same with so many more digits.
fn finer(value: f64, unit: Unit, more: u32) -> String {
    if !value.is_finite() {
        return "?".to_owned();
    }
    match unit {
        Unit::Percent => format!("{}%", percent(value, more)),
        Unit::Milliseconds => milliseconds(value, more),
        Unit::Count | Unit::Plain => scaled(value, more),
        Unit::PerMinute => format!("{}/m", scaled(value, more)),
        Unit::PerSecond => format!("{}/s", scaled(value, more)),
        Unit::Bytes => bytes(value, more),
    }
}

/// The values of a scale, with as many digits as tell each from the next: 0.1%, 0.0995% and 0.099%, not 0.1% thrice.
pub fn scale(values: &[f64], unit: Unit) -> Vec<String> {
    let told = |more| -> Vec<String> {
        let words = values.iter().map(|value| finer(*value, unit, more));
        words.collect()
    };
    let is_clear = |words: &Vec<String>| words.windows(2).all(|pair| pair[0] != pair[1]);
    let mut tries = (0..=MOST_DIGITS_MORE).map(told);
    tries.find(is_clear).unwrap_or_else(|| told(0))
}

/// A difference of percentages: `0.6 pt`, signed when below zero.
pub fn points(value: f64) -> String {
    if !value.is_finite() {
        return "?".to_owned();
    }
    format!("{} pt", percent(value, 0))
}

/// The same no finer than a hundredth of what it is a change of, counted from the nearer end: `+0.02 pt` of 43% is none,
/// of 99.95% it is much.
fn points_beside(difference: f64, before: f64) -> String {
    let scale = before.abs().min((100.0 - before).abs());
    if scale == 0.0 || !scale.is_finite() {
        return points(difference);
    }
    let decimals = 2_i32.saturating_sub(exponent(scale)).clamp(0, 12);
    let rounded = trimmed(difference, usize::try_from(decimals).unwrap_or(0));
    rounded.parse().map_or_else(|_| points(difference), points)
}

/// What a parser of YAML says in its first line, without its advice to programmers.
pub fn parsers_complaint(words: &str) -> &str {
    let first = words.lines().next().unwrap_or("it cannot be read");
    let first = first.strip_prefix("error: ").unwrap_or(first);
    let advice = ["; use ", ", set "];
    let ends = advice.iter().filter_map(|advice| first.find(advice));
    &first[..ends.min().unwrap_or(first.len())]
}

fn percent(value: f64, more: u32) -> String {
    if more == 0 && value.abs() >= 99.5 && value.abs() < 100.0 {
        // 99.95% must not read as 100%.
        return trimmed(cut(value, 2), 2);
    }
    significant(value, more + if value.abs() < 1.0 { 2 } else { 3 })
}

fn milliseconds(value: f64, more: u32) -> String {
    let size = value.abs();
    if size < 999.5 {
        format!("{} ms", significant(value, 3 + more))
    } else if size < 119_500.0 {
        format!("{} s", significant(value / 1_000.0, 3 + more))
    } else if size < 7_170_000.0 {
        format!("{} min", significant(value / 60_000.0, 3 + more))
    } else {
        format!("{} h", significant(value / 3_600_000.0, 3 + more))
    }
}

fn scaled(value: f64, more: u32) -> String {
    let size = value.abs();
    if size < 999.5 {
        return significant(value, 3 + more);
    }
    let (divisor, name) = if size < 999_500.0 {
        (1e3, "k")
    } else if size < 999_500_000.0 {
        (1e6, "M")
    } else {
        (1e9, "G")
    };
    let wanted = 2.max(digits(size / divisor)) + more;
    format!("{}{name}", significant(value / divisor, wanted))
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

fn bytes(value: f64, more: u32) -> String {
    let size = value.abs();
    for (limit, divisor, name) in [
        (999.5, 1.0, "B"),
        (999_500.0, 1e3, "KB"),
        (999_500_000.0, 1e6, "MB"),
        (999_500_000_000.0, 1e9, "GB"),
    ] {
        if size < limit {
            let wanted = 2.max(digits(size / divisor)) + more;
            return format!("{} {name}", significant(value / divisor, wanted));
        }
    }
    format!("{} TB", significant(value / 1e12, 3 + more))
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
    let exponent = exponent(value);
    let wanted = i32::try_from(wanted).unwrap_or(i32::MAX);
    let decimals = wanted
        .saturating_sub(1)
        .saturating_sub(exponent)
        .clamp(0, 12);
    trimmed(value, usize::try_from(decimals).unwrap_or(0))
}

/// The power of ten of a number's first digit.
fn exponent(value: f64) -> i32 {
    #[expect(
        clippy::cast_possible_truncation,
        reason = "the exponent of a finite number is small"
    )]
    let exponent = value.abs().log10().floor() as i32;
    exponent
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
        points_beside(difference.abs(), before)
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

/// A word for a POSIX shell: everything but plain characters between single quotes.
pub fn quoted(word: &str) -> String {
    let plain =
        |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.' | '/' | '=' | ':');
    if !word.is_empty() && word.chars().all(plain) {
        return word.to_owned();
    }
    format!("'{}'", word.replace('\'', "'\\''"))
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case(0.1234, Unit::Percent, "0.12%")]
    #[case(1.306, Unit::Percent, "1.31%")]
    #[case(99.99, Unit::Percent, "99.99%")]
    #[case(100.0, Unit::Percent, "100%")]
    #[case(175.4, Unit::Milliseconds, "175 ms")]
    #[case(1_250.0, Unit::Milliseconds, "1.25 s")]
    #[case(180_000.0, Unit::Milliseconds, "3 min")]
    #[case(999.4, Unit::Count, "999")]
    #[case(999.6, Unit::Count, "1k")]
    #[case(1_234.0, Unit::PerSecond, "1.2k/s")]
    #[case(3_400_000_000.0, Unit::Bytes, "3.4 GB")]
    #[case(-0.0, Unit::Plain, "0")]
    #[case(f64::NAN, Unit::Percent, "?")]
    fn a_value_in_the_size_that_reads_best(
        #[case] number: f64,
        #[case] unit: Unit,
        #[case] said: &str,
    ) {
        assert_eq!(value(number, unit), said);
    }

    #[rstest]
    #[case(&[0.0, 0.5, 1.0], Unit::Percent, &["0%", "0.5%", "1%"])]
    #[case(&[0.099, 0.0995, 0.1], Unit::Percent, &["0.099%", "0.0995%", "0.1%"])]
    #[case(&[51_200.0, 51_400.0], Unit::PerMinute, &["51.2k/m", "51.4k/m"])]
    #[case(&[1.0, 1.0], Unit::Plain, &["1", "1"])]
    fn a_scale_tells_each_value_from_the_next(
        #[case] values: &[f64],
        #[case] unit: Unit,
        #[case] said: &[&str],
    ) {
        assert_eq!(scale(values, unit), said);
    }

    #[rstest]
    #[case(100.0, 134.0, Unit::Milliseconds, "+34%")]
    #[case(180.0, 175.0, Unit::Milliseconds, "−2.8%")]
    #[case(0.2, 0.8, Unit::Percent, "+0.6 pt")]
    #[case(0.12, 0.1234, Unit::Percent, "+0.003 pt")]
    #[case(0.12, 0.1203, Unit::Percent, "=")]
    #[case(43.3, 41.01, Unit::Percent, "−2.3 pt")]
    #[case(99.95, 99.9, Unit::Percent, "−0.05 pt")]
    #[case(0.0, 0.004, Unit::Percent, "+0.004 pt")]
    #[case(0.0, 12.0, Unit::Count, "+12")]
    #[case(5.0, 5.0, Unit::Count, "=")]
    #[case(0.0, f64::INFINITY, Unit::Count, "?")]
    fn a_change_has_a_sign_or_is_none(
        #[case] before: f64,
        #[case] after: f64,
        #[case] unit: Unit,
        #[case] said: &str,
    ) {
        assert_eq!(change(before, after, unit), said);
    }

    #[rstest]
    #[case(-5, "0s", "0s")]
    #[case(850, "850ms", "0s")]
    #[case(12_400, "12.4s", "12s")]
    #[case(100_000, "1m 40s", "1m")]
    #[case(13_260_000, "3h 41m", "3h")]
    #[case(180_000_000, "2d 02h", "2d")]
    fn durations_take_two_parts_and_ages_one(
        #[case] millis: i64,
        #[case] long: &str,
        #[case] short: &str,
    ) {
        let span = SignedDuration::from_millis(millis);
        assert_eq!((duration(span).as_str(), age(span).as_str()), (long, short));
    }

    #[test]
    fn counts_and_lists() {
        assert_eq!(count(1, "minute"), "1 minute");
        assert_eq!(count(0, "minute"), "0 minutes");
        assert_eq!(list::<&str>(&[]), "");
        assert_eq!(list(&["a", "b", "c"]), "a, b and c");
    }
}
