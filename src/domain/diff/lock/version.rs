//! Which of two versions is the newer one, as far as that can be told.

use std::cmp::Ordering;

/// Compares by the numbers between dots; what follows a `-` makes a version older than the one without it.
/// `None` where that says nothing.
pub(super) fn order(a: &str, b: &str) -> Option<Ordering> {
    let (a, b) = (bare(a), bare(b));
    if a == b {
        return Some(Ordering::Equal);
    }
    let (a_main, a_pre) = split(a);
    let (b_main, b_pre) = split(b);
    let main = numbers(a_main, b_main)?;
    if main != Ordering::Equal {
        return Some(main);
    }
    match (a_pre, b_pre) {
        ("", "") => None,
        ("", _) => Some(Ordering::Greater),
        (_, "") => Some(Ordering::Less),
        (a, b) => Some(parts(a, b)),
    }
}

fn bare(version: &str) -> &str {
    let version = version.trim().trim_start_matches(['v', 'V', '=']);
    version.split(['+', ' ']).next().unwrap_or(version)
}

fn split(version: &str) -> (&str, &str) {
    version.split_once('-').unwrap_or((version, ""))
}

fn numbers(a: &str, b: &str) -> Option<Ordering> {
    let read = |version: &str| -> Option<Vec<u64>> {
        version.split('.').map(|part| part.parse().ok()).collect()
    };
    if let (Some(mut a), Some(mut b)) = (read(a), read(b)) {
        let length = a.len().max(b.len());
        a.resize(length, 0);
        b.resize(length, 0);
        return Some(a.cmp(&b));
    }
    // `1.0rc1` beside `1.0`: the first part that differs tells.
    let differ = a.split('.').zip(b.split('.')).find(|(a, b)| a != b)?;
    let (a, b) = (leading(differ.0)?, leading(differ.1)?);
    (a != b).then(|| a.cmp(&b))
}

fn leading(part: &str) -> Option<u64> {
    let end = part
        .find(|c: char| !c.is_ascii_digit())
        .unwrap_or(part.len());
    part[..end].parse().ok()
}

/// Pre-release parts by semver's rule: numbers as numbers, before words.
fn parts(a: &str, b: &str) -> Ordering {
    let (mut a, mut b) = (a.split('.'), b.split('.'));
    loop {
        let (x, y) = match (a.next(), b.next()) {
            (None, None) => return Ordering::Equal,
            (None, Some(_)) => return Ordering::Less,
            (Some(_), None) => return Ordering::Greater,
            (Some(x), Some(y)) => (x, y),
        };
        let order = match (x.parse::<u64>(), y.parse::<u64>()) {
            (Ok(x), Ok(y)) => x.cmp(&y),
            (Ok(_), Err(_)) => Ordering::Less,
            (Err(_), Ok(_)) => Ordering::Greater,
            (Err(_), Err(_)) => x.cmp(y),
        };
        if order != Ordering::Equal {
            return order;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_compared_by_their_numbers() {
        for (older, newer) in [
            ("1.9.0", "1.10.0"),
            ("v0.9", "v0.10.1"),
            ("1.0.0-rc.1", "1.0.0"),
            ("1.0.0-rc.2", "1.0.0-rc.10"),
            ("1.0.0-1", "1.0.0-alpha"),
            (
                "v0.0.0-20200101000000-aaaaaaaaaaaa",
                "v0.0.0-20240101000000-bbbbbbbbbbbb",
            ),
            ("1.0rc1", "2.0"),
            ("1.2", "1.2.1"),
        ] {
            assert_eq!(order(older, newer), Some(Ordering::Less), "{older} {newer}");
            assert_eq!(
                order(newer, older),
                Some(Ordering::Greater),
                "{older} {newer}"
            );
        }
        assert_eq!(order("1.0+a", "1.0+b"), Some(Ordering::Equal));
        for (a, b) in [
            ("main", "1.0"),
            ("git#abc", "git#def"),
            ("99999999999999999999999", "1"),
        ] {
            assert_eq!(order(a, b), None, "{a} {b}");
        }
    }
}
