//! How a run's title names the request that started it: `8123.1-r1`, the run, its attempt, and which rollback or production.

/// Whether a marker names a production's start rather than a rollback's.
pub(super) fn is_production(marker: &str) -> bool {
    marker
        .rsplit_once('-')
        .is_some_and(|(_, sort)| sort.starts_with('p'))
}

/// Whether a title holds the marker as a whole: `...-r1` is not found in `...-r12`.
pub(super) fn is_named(title: &str, marker: &str) -> bool {
    title.match_indices(marker).any(|(at, _)| {
        let before = title[..at].chars().next_back();
        let after = title[at + marker.len()..].chars().next();
        let joins = |c: char| c.is_ascii_alphanumeric() || c == '.' || c == '-';
        !before.is_some_and(joins) && !after.is_some_and(joins)
    })
}

/// Whether a title names some cockpit's request: `8123.1-r1`.
pub(super) fn bears_a_marker(title: &str) -> bool {
    title
        .split(|c: char| !(c.is_ascii_alphanumeric() || c == '.' || c == '-'))
        .any(|word| {
            let Some((run, rest)) = word.split_once('.') else {
                return false;
            };
            let Some((attempt, sort)) = rest.split_once('-') else {
                return false;
            };
            let digits = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
            digits(run)
                && digits(attempt)
                && sort.len() > 1
                && sort.starts_with(['r', 'p'])
                && digits(&sort[1..])
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_marker_is_found_whole_or_not_at_all() {
        assert!(is_named("Rollback v1 (8123.1-r1)", "8123.1-r1"));
        assert!(!is_named("Rollback v1 (8123.1-r12)", "8123.1-r1"));
        assert!(!is_named("Rollback 98123.1-r1", "8123.1-r1"));
    }

    #[test]
    fn another_requests_run_is_recognised_as_such() {
        assert!(bears_a_marker("Rollback to v2 [8123.1-r2]"));
        assert!(!bears_a_marker("Rollback to v2.13.4"));
        assert!(!bears_a_marker("Release 2.1-rc1"));
    }
}
