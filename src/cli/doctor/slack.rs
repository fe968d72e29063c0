//! Slack's checks: both tokens, every channel, a socket for clicks.

use std::sync::Arc;

use super::finding::{Finding, State};
use crate::{
    adapters::slack::Slack,
    config::{Env, TeamFile},
    domain::{Fault, FaultKind, policy::ClickCounts},
    ports::Clock,
    wiring,
};

/// What to do about the bot's token.
const BOT: &str = "set SLACK_BOT_TOKEN to the app's bot token (xoxb-), and give it the scopes that the README's manifest names";
/// What to do about the app's token.
const APP: &str = "set SLACK_APP_TOKEN to an app-level token (xapp-) with connections:write, and switch the app's Socket Mode on";
/// What to do about a channel.
const CHANNEL: &str = "correct the id in [slack], and /invite the app to the channel";

/// What was not answered, or was refused: another token of GitHub's is no help here.
fn failed(check: impl Into<String>, fault: &Fault, mend: &str) -> Finding {
    if fault.passes_by_itself() || fault.kind == FaultKind::Malformed {
        return Finding::fault(check, fault);
    }
    Finding::bad(State::Fail, check, fault.to_string(), mend)
}

/// The checks; none where the rules name no Slack.
pub(super) async fn slack(team: &TeamFile, env: &Env, clock: Arc<dyn Clock>) -> Vec<Finding> {
    let Some(rule) = &team.policy.slack else {
        return Vec::new();
    };
    let Some(settings) = wiring::slack_settings(team, env) else {
        let mend = "set SLACK_BOT_TOKEN, or name another variable with `bot_token = \"env:NAME\"`";
        let found = "[slack] is there, and no token: nothing is sent";
        return vec![Finding::bad(State::Fail, "slack", found, mend)];
    };
    let slack = match Slack::new(settings, clock) {
        Ok(slack) => slack,
        Err(fault) => return vec![Finding::fault("slack", &fault)],
    };
    let mut found = vec![match slack.account().await {
        Ok(account) => Finding::ok("slack", format!("{} in {}", account.user, account.team)),
        Err(fault) => failed("slack", &fault, BOT),
    }];
    if found[0].state != State::Ok {
        // Every other question would fail for the same reason.
        return found;
    }
    let channels = [&rule.approval, &rule.deploys, &rule.escalation];
    for id in channels.into_iter().flatten() {
        let check = format!("slack {id}");
        found.push(match slack.channel(id).await {
            Ok(name) => Finding::ok(check, format!("#{name}")),
            Err(fault) if fault.kind == FaultKind::Forbidden => {
                let mend = "give the app channels:read (groups:read for a private one), or look yourself that it was invited";
                Finding::bad(State::Unknown, check, fault.to_string(), mend)
            }
            Err(fault) => failed(check, &fault, CHANNEL),
        });
    }
    found.push(match slack.socket().await {
        Ok(()) => Finding::ok("slack clicks", "a socket opens"),
        Err(fault) => failed("slack clicks", &fault, APP),
    });
    if rule.people.is_empty() {
        let mend = "give people a `slack` in [people]";
        let what = "nobody is known by a Slack id: every click is refused";
        found.push(Finding::bad(State::Warn, "slack people", what, mend));
    } else if rule.approve == ClickCounts::SignOff && team.policy.approval.signoffs.is_empty() {
        let mend = "ask for a sign-off in [approval], or write approve = \"promote\"";
        let what = "a click on Approve counts as a sign-off, and none is asked for";
        found.push(Finding::bad(State::Warn, "slack people", what, mend));
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_of_slacks_is_mended_at_slack() {
        let fault = |kind| Fault::new(kind, "Slack", "invalid_auth");
        let refused = failed("slack", &fault(FaultKind::Unauthenticated), BOT);
        assert_eq!(refused.state, State::Fail);
        assert!(
            refused
                .mend
                .is_some_and(|mend| mend.contains("SLACK_BOT_TOKEN"))
        );
        let down = failed("slack", &fault(FaultKind::Server), BOT);
        assert_eq!(down.state, State::Unknown);
    }
}
