//! GitHub's rate limits as told in headers: what is left, and until when to keep quiet.
//!
//! Source: "Rate limits for the REST API" (docs.github.com): on 403 or 429 obey `retry-after`, else wait for
//! `x-ratelimit-reset` when nothing remains, else a minute and longer each time. Pure: the time is passed in.

use jiff::{SignedDuration, Timestamp};
use reqwest::{StatusCode, header::HeaderMap};

use crate::domain::Text;

/// The shortest wait after a limit that names no time.
const FIRST_WAIT: SignedDuration = SignedDuration::from_secs(60);
/// The longest wait that is believed: the primary limit resets each hour.
const LONGEST_WAIT: SignedDuration = SignedDuration::from_secs(3_660);

/// The newest word on the limits, for the screen and `doctor`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Limits {
    /// Requests sent since the start, 304s included.
    pub requests: u64,
    /// How many of them were answered 304.
    pub unchanged: u64,
    /// Requests an hour.
    pub limit: Option<u64>,
    /// Requests left in this hour.
    pub remaining: Option<u64>,
    /// When the count starts anew.
    pub reset: Option<Timestamp>,
    /// Asked too often: nothing is sent before this instant.
    pub limited_until: Option<Timestamp>,
    /// `x-oauth-scopes` of a classic token; `None` where the token has none to tell (fine-grained, app).
    pub scopes: Option<Text>,
    /// When the token ends, in GitHub's words (`2026-12-01 10:00:00 UTC`), where it ends.
    pub token_expires: Option<Text>,
}

/// The limits and what grows while they are hit.
#[derive(Debug, Default)]
pub(super) struct Ledger {
    seen: Limits,
    hits: u32,
    /// How far the server's clock is ahead of ours, by the `Date` of its newest answer.
    ahead: SignedDuration,
}

impl Ledger {
    pub(super) fn snapshot(&self) -> Limits {
        self.seen.clone()
    }

    /// The instant until which nothing may be sent, where that is still to come.
    pub(super) fn quiet_until(&self, now: Timestamp) -> Option<Timestamp> {
        self.seen.limited_until.filter(|until| now < *until)
    }

    pub(super) fn count(&mut self) {
        self.seen.requests += 1;
    }

    /// Takes in the headers of any answer.
    pub(super) fn note(&mut self, status: StatusCode, headers: &HeaderMap, now: Timestamp) {
        if let Some(date) = date_of(headers) {
            self.ahead = date.duration_since(now);
        }
        self.seen.limit = number(headers, "x-ratelimit-limit").or(self.seen.limit);
        self.seen.remaining = number(headers, "x-ratelimit-remaining").or(self.seen.remaining);
        self.seen.reset = reset_of(headers).or(self.seen.reset);
        if let Some(scopes) = headers.get("x-oauth-scopes") {
            self.seen.scopes = Some(Text::line_from_bytes(scopes.as_bytes()));
        }
        if let Some(end) = headers.get("github-authentication-token-expiration") {
            self.seen.token_expires = Some(Text::line_from_bytes(end.as_bytes()));
        }
        if status == StatusCode::NOT_MODIFIED {
            self.seen.unchanged += 1;
        }
        // A success that was under way when the limit was hit lifts nothing.
        let good = status.is_success() || status == StatusCode::NOT_MODIFIED;
        if good && self.quiet_until(now).is_none() {
            self.hits = 0;
            self.seen.limited_until = None;
        }
    }

    /// How far the server's clock is ahead of ours; nothing where no answer told.
    pub(super) fn ahead(&self) -> SignedDuration {
        self.ahead
    }

    /// The server's present, whole seconds, where ours is `now`.
    pub(super) fn server_time(&self, now: Timestamp) -> Timestamp {
        now.saturating_add(self.ahead).unwrap_or(now)
    }

    /// Takes in an answer that said "too often" and returns when to ask again.
    pub(super) fn hit(&mut self, headers: &HeaderMap, now: Timestamp) -> Timestamp {
        let growing = FIRST_WAIT * 2_i32.pow(self.hits.min(4));
        self.hits = self.hits.saturating_add(1);
        // A time that the server tells is by its own clock.
        let there = self.server_time(now);
        let told = retry_after(headers, there).or_else(|| {
            let reset = reset_of(headers).filter(|_| remaining_is_zero(headers))?;
            Some(reset.duration_since(there))
        });
        let wait = told
            .unwrap_or(growing)
            .clamp(SignedDuration::from_secs(1), LONGEST_WAIT);
        let until = now.saturating_add(wait).unwrap_or(now);
        // Several answers may be under way at once: the longest word counts.
        let until = self.quiet_until(now).map_or(until, |held| held.max(until));
        self.seen.limited_until = Some(until);
        until
    }
}

/// Whether a refusal is about asking too often rather than about rights.
pub(super) fn is_limit(status: StatusCode, headers: &HeaderMap, message: &str) -> bool {
    let lowered = message.to_ascii_lowercase();
    status == StatusCode::TOO_MANY_REQUESTS
        || (status == StatusCode::FORBIDDEN
            && (headers.contains_key("retry-after")
                || remaining_is_zero(headers)
                || lowered.contains("rate limit")
                || lowered.contains("abuse detection")))
}

fn remaining_is_zero(headers: &HeaderMap) -> bool {
    number(headers, "x-ratelimit-remaining") == Some(0)
}

fn reset_of(headers: &HeaderMap) -> Option<Timestamp> {
    let seconds = number(headers, "x-ratelimit-reset")?;
    Timestamp::from_second(i64::try_from(seconds).ok()?).ok()
}

/// Seconds, or a date as RFC 9110 allows.
fn retry_after(headers: &HeaderMap, now: Timestamp) -> Option<SignedDuration> {
    let raw = headers.get("retry-after")?.to_str().ok()?.trim();
    if let Ok(seconds) = raw.parse::<u32>() {
        return Some(SignedDuration::from_secs(i64::from(seconds)));
    }
    let at = jiff::fmt::rfc2822::parse(raw).ok()?.timestamp();
    Some(at.duration_since(now))
}

fn date_of(headers: &HeaderMap) -> Option<Timestamp> {
    let raw = headers.get("date")?.to_str().ok()?;
    Some(jiff::fmt::rfc2822::parse(raw).ok()?.timestamp())
}

fn number(headers: &HeaderMap, name: &str) -> Option<u64> {
    headers.get(name)?.to_str().ok()?.trim().parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(pairs: &[(&'static str, &str)]) -> HeaderMap {
        pairs
            .iter()
            .map(|(name, value)| {
                (
                    reqwest::header::HeaderName::from_static(name),
                    value.parse().unwrap(),
                )
            })
            .collect()
    }

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).unwrap()
    }

    #[test]
    fn retry_after_comes_before_the_reset() {
        let mut ledger = Ledger::default();
        let told = headers(&[
            ("retry-after", "7"),
            ("x-ratelimit-remaining", "0"),
            ("x-ratelimit-reset", "1500"),
        ]);
        assert_eq!(ledger.hit(&told, at(1_000)), at(1_007));
        assert_eq!(ledger.quiet_until(at(1_006)), Some(at(1_007)));
        assert_eq!(ledger.quiet_until(at(1_007)), None);
    }

    #[test]
    fn the_reset_counts_only_when_nothing_remains() {
        let mut spent = Ledger::default();
        let none = headers(&[
            ("x-ratelimit-remaining", "0"),
            ("x-ratelimit-reset", "1500"),
        ]);
        assert_eq!(spent.hit(&none, at(1_000)), at(1_500));
        let mut secondary = Ledger::default();
        let some = headers(&[
            ("x-ratelimit-remaining", "9"),
            ("x-ratelimit-reset", "1500"),
        ]);
        assert_eq!(secondary.hit(&some, at(1_000)), at(1_060));
    }

    #[test]
    fn waits_without_a_told_time_grow_and_end_with_a_success() {
        let mut ledger = Ledger::default();
        let silent = HeaderMap::new();
        let waits: Vec<_> = [1_000, 2_000, 3_000]
            .map(|now| ledger.hit(&silent, at(now)).as_second() - now)
            .into();
        assert_eq!(waits, [60, 120, 240]);
        ledger.note(StatusCode::OK, &silent, at(3_100));
        assert_eq!(
            ledger.quiet_until(at(3_100)),
            Some(at(3_240)),
            "a latecomer"
        );
        ledger.note(StatusCode::OK, &silent, at(4_000));
        assert_eq!(ledger.hit(&silent, at(4_000)), at(4_060));
    }

    #[test]
    fn a_hostile_wait_is_cut_to_an_hour() {
        let mut ledger = Ledger::default();
        let until = ledger.hit(&headers(&[("retry-after", "4294967295")]), at(0));
        assert_eq!(until, at(3_660));
        let past = headers(&[("x-ratelimit-remaining", "0"), ("x-ratelimit-reset", "5")]);
        assert_eq!(Ledger::default().hit(&past, at(1_000)), at(1_001));
    }

    #[test]
    fn the_servers_time_is_its_own_whatever_ours_is() {
        let mut ledger = Ledger::default();
        assert_eq!(ledger.server_time(at(1_000)), at(1_000), "nothing is told");
        let told = headers(&[("date", "Thu, 01 Jan 1970 01:00:00 GMT")]);
        ledger.note(StatusCode::OK, &told, at(1_000));
        assert_eq!(ledger.server_time(at(1_010)), at(3_610));
        ledger.note(StatusCode::OK, &headers(&[("date", "soon")]), at(2_000));
        assert_eq!(ledger.server_time(at(1_010)), at(3_610));
    }

    #[test]
    fn a_time_that_the_server_tells_is_by_its_clock() {
        let date = ("date", "Thu, 01 Jan 1970 01:00:00 GMT");
        let told = [
            [date, ("retry-after", "Thu, 01 Jan 1970 01:00:30 GMT")].to_vec(),
            [
                date,
                ("x-ratelimit-remaining", "0"),
                ("x-ratelimit-reset", "3630"),
            ]
            .to_vec(),
        ];
        for told in told {
            // Ours is 100 seconds ahead of the server's, then 100 behind.
            for now in [3_700, 3_500] {
                let (mut ledger, headers) = (Ledger::default(), headers(&told));
                ledger.note(StatusCode::TOO_MANY_REQUESTS, &headers, at(now));
                assert_eq!(ledger.hit(&headers, at(now)), at(now + 30));
            }
        }
    }

    #[test]
    fn a_plain_403_is_no_limit() {
        let plain = headers(&[("x-ratelimit-remaining", "4000")]);
        let is = |status, message| is_limit(status, &plain, message);
        assert!(!is(StatusCode::FORBIDDEN, "Must have admin rights"));
        assert!(is(
            StatusCode::FORBIDDEN,
            "You have exceeded a secondary rate limit"
        ));
        assert!(is(StatusCode::TOO_MANY_REQUESTS, ""));
    }
}
