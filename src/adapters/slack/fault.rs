//! Slack's refusals told apart: it answers 200 with `ok: false` and a word.

use jiff::{SignedDuration, Timestamp};

use crate::domain::{Fault, FaultKind, Reached, later};

/// Where the answer to a limit does not say how long.
const QUIET: SignedDuration = SignedDuration::from_secs(30);

/// A word of Slack's as a fault; `needed` is the scope that it asks for.
pub(super) fn refusal(what: &str, word: &str, needed: Option<&str>, now: Timestamp) -> Fault {
    let kind = match word {
        "invalid_auth"
        | "not_authed"
        | "token_revoked"
        | "token_expired"
        | "account_inactive"
        | "not_allowed_token_type" => FaultKind::Unauthenticated,
        "missing_scope"
        | "no_permission"
        | "ekm_access_denied"
        | "team_access_not_granted"
        | "access_denied"
        | "accesslimited"
        | "enterprise_is_restricted"
        | "org_login_required" => FaultKind::Forbidden,
        // `restricted_action_read_only_channel` and its like: who may post there is a setting, and no fault of the message.
        word if word.starts_with("restricted_action") => FaultKind::Forbidden,
        "channel_not_found"
        | "not_in_channel"
        | "is_archived"
        | "message_not_found"
        | "thread_not_found"
        | "user_not_in_channel"
        | "user_not_found" => FaultKind::NotFound,
        "ratelimited" | "rate_limited" => FaultKind::RateLimited {
            until: later(now, QUIET),
        },
        "internal_error"
        | "fatal_error"
        | "service_unavailable"
        | "request_timeout"
        | "team_added_to_org" => FaultKind::Server,
        "expired_trigger_id" | "exchanged_trigger_id" | "trigger_exchanged" => FaultKind::Conflict,
        _ => FaultKind::Refused,
    };
    let help = match word {
        "not_in_channel" | "channel_not_found" => {
            ": invite the app to the channel, or correct the id"
        }
        "missing_scope" => ": add the scope to the app and install it again",
        word if word.starts_with("restricted_action") => {
            ": let the app post there, in the channel's settings"
        }
        "invalid_auth" | "not_authed" | "token_revoked" | "token_expired" | "account_inactive" => {
            ": set a token that is good"
        }
        "not_allowed_token_type" => ": the bot's token begins with xoxb-, the app's with xapp-",
        _ => "",
    };
    let needed = needed.map_or(String::new(), |scope| format!(" ({scope})"));
    // The words are Slack's own, but what calls itself Slack may say anything.
    let short: String = word.chars().take(80).collect();
    Fault::new(kind, what, format!("{short}{needed}{help}"))
}

/// A request that came to no answer.
pub(super) fn unanswered(what: &str, error: reqwest::Error) -> Fault {
    let kind = if error.is_timeout() {
        FaultKind::TimedOut
    } else {
        FaultKind::Offline
    };
    let reached = if error.is_connect() || error.is_builder() {
        Reached::No
    } else {
        Reached::Maybe
    };
    let error = error.without_url();
    let mut cause: Option<&dyn std::error::Error> = std::error::Error::source(&error);
    while let Some(deeper) = cause.and_then(std::error::Error::source) {
        cause = Some(deeper);
    }
    let detail = cause.map_or_else(|| error.to_string(), ToString::to_string);
    Fault::new(kind, what, detail).reaching(reached)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_told_apart_by_what_to_do() {
        let kind = |word| refusal("Slack", word, None, Timestamp::UNIX_EPOCH).kind;
        assert_eq!(kind("invalid_auth"), FaultKind::Unauthenticated);
        assert_eq!(kind("missing_scope"), FaultKind::Forbidden);
        assert_eq!(kind("not_in_channel"), FaultKind::NotFound);
        let read_only = "restricted_action_read_only_channel";
        assert_eq!(kind(read_only), FaultKind::Forbidden);
        assert_eq!(kind("invalid_blocks"), FaultKind::Refused);
        assert_eq!(kind("fatal_error"), FaultKind::Server);
        assert!(matches!(kind("ratelimited"), FaultKind::RateLimited { .. }));
        let fault = refusal("Slack", "fatal_error", None, Timestamp::UNIX_EPOCH);
        assert_eq!(
            fault.reached,
            Reached::Maybe,
            "some of it may have happened"
        );
        let said = refusal(
            "Slack",
            "missing_scope",
            Some("chat:write"),
            Timestamp::UNIX_EPOCH,
        );
        assert!(said.detail.as_str().contains("chat:write"), "{said}");
    }
}
