//! An instant and a while: the one addition, which stops at either end of time.

use jiff::{SignedDuration, Timestamp};

/// `at` and `by`, which may be negative; the first or the last instant there is, rather than an overflow.
pub fn later(at: Timestamp, by: SignedDuration) -> Timestamp {
    at.checked_add(by).unwrap_or(if by.is_negative() {
        Timestamp::MIN
    } else {
        Timestamp::MAX
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn time_has_two_ends_and_no_overflow() {
        let hour = SignedDuration::from_hours(1);
        assert_eq!(later(Timestamp::UNIX_EPOCH, hour).as_second(), 3_600);
        assert_eq!(later(Timestamp::UNIX_EPOCH, -hour).as_second(), -3_600);
        assert_eq!(later(Timestamp::MAX, hour), Timestamp::MAX);
        assert_eq!(later(Timestamp::MIN, -hour), Timestamp::MIN);
        assert_eq!(later(Timestamp::MIN, SignedDuration::MAX), Timestamp::MAX);
    }
}
