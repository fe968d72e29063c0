//! Other values for a threshold: its own number made smaller and larger.

use crate::domain::wording;

/// What the number is multiplied by; of `baseline * 1.25` what lies above 1 is.
const FACTORS: [f64; 8] = [0.25, 0.5, 0.7, 0.85, 1.2, 1.5, 2.0, 3.0];

/// The same rule with other numbers, from the smallest to the largest. None where it compares twice, or not with a number.
pub fn candidates(source: &str) -> Vec<String> {
    let Some((start, end)) = number(source) else {
        return Vec::new();
    };
    let (head, tail) = (&source[..start], &source[end..]);
    let Ok(value) = source[start..end].parse::<f64>() else {
        return Vec::new();
    };
    let is_factor = head.trim_end().ends_with('*');
    let mut all: Vec<String> = Vec::new();
    for factor in FACTORS {
        let other = if is_factor && value > 1.0 {
            1.0 + (value - 1.0) * factor
        } else {
            value * factor
        };
        let said = wording::significant(other, 3);
        let is_whole = !source[start..end].contains('.') && value.fract() == 0.0 && value >= 1.0;
        // Hosts and seconds come in whole numbers, shares and factors do not.
        let is_counted = is_whole && !tail.starts_with('%');
        let said = if is_counted {
            wording::significant(other.round(), 12)
        } else {
            said
        };
        let rule = format!("{head}{said}{tail}");
        if rule != source && !all.contains(&rule) && other > 0.0 {
            all.push(rule);
        }
    }
    all
}

/// Where the number stands that the rule compares with: the first after its only comparison, past names such as
/// `baseline` or `p99`.
fn number(source: &str) -> Option<(usize, usize)> {
    let mut signs = source.match_indices(['<', '>']);
    let (sign, _) = signs.next()?;
    if signs.next().is_some() {
        return None;
    }
    let bytes = source.as_bytes();
    let limit = source[sign..]
        .find(" for ")
        .map_or(bytes.len(), |at| sign + at);
    let is_name = |byte: u8| byte.is_ascii_alphabetic() || matches!(byte, b'_' | b'.');
    let mut at = sign + 1;
    while at < limit {
        if bytes[at].is_ascii_digit() {
            let length = bytes[at..limit]
                .iter()
                .take_while(|byte| byte.is_ascii_digit() || **byte == b'.')
                .count();
            return Some((at, at + length));
        }
        at += 1;
        if is_name(bytes[at - 1]) {
            while at < limit && (is_name(bytes[at]) || bytes[at].is_ascii_digit()) {
                at += 1;
            }
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_number_after_the_comparison_changes_and_nothing_else() {
        let all = candidates("error_rate > 2% for 3m");
        assert!(
            all.contains(&"error_rate > 1% for 3m".to_owned()),
            "{all:?}"
        );
        assert!(
            all.contains(&"error_rate > 4% for 3m".to_owned()),
            "{all:?}"
        );
        let relative = candidates("latency_p99 < baseline * 1.25");
        assert!(
            relative.contains(&"latency_p99 < baseline * 1.5".to_owned()),
            "{relative:?}"
        );
        assert!(
            relative.iter().all(|rule| !rule.contains("* 0.")),
            "{relative:?}"
        );
        let time = candidates("latency_p99 > 500ms");
        assert!(time.contains(&"latency_p99 > 250ms".to_owned()), "{time:?}");
        assert!(
            candidates("healthy_hosts < 2 for 3m").contains(&"healthy_hosts < 1 for 3m".to_owned())
        );
    }

    #[test]
    fn what_compares_twice_or_with_no_number_stays() {
        assert!(candidates("a > 1% and b < 2").is_empty());
        assert!(candidates("alarm(\"x\")").is_empty());
        assert!(candidates("latency_p99 < baseline").is_empty());
    }
}
