//! `[slack]` and `people.*.slack`: channels by id, people by theirs.

use std::collections::BTreeMap;

use super::{FLAGS_VARIABLES, findings::Findings, people::login};
use crate::{
    config::{
        At,
        file::{SecretText, TeamTable},
    },
    domain::{
        Login,
        policy::{ClickCounts, SMOKE_VARIABLES, SlackRule},
    },
};

/// The team's Slack; `None` without `[slack]`.
pub(super) fn slack(table: &TeamTable, found: &mut Findings) -> Option<SlackRule> {
    let people = people(table, found);
    let at = table.slack.as_ref()?;
    let mut channel = |written: Option<&At<String>>| {
        let written = written?;
        if is_id(written, &['C', 'G']) {
            return Some(written.value.clone());
        }
        let help = "write the channel's id, from the end of its details in Slack: C0APPROVAL";
        found.wrong(&written.span, "no Slack channel id", help);
        None
    };
    let (approval, deploys, escalation) = (
        channel(at.approval.as_ref()),
        channel(at.deploys.as_ref()),
        channel(at.escalation.as_ref()),
    );
    for written in [&at.bot_token, &at.app_token].into_iter().flatten() {
        token(written, found);
    }
    let approve = at.approve.unwrap_or_default();
    let quorum = at.quorum.as_ref().map_or(1, |quorum| quorum.value);
    if let Some(written) = &at.quorum {
        let known = people.len();
        if written.value == 0 {
            found.wrong(&written.span, "a quorum of nobody", "write 1 or more");
        } else if usize::try_from(written.value).is_ok_and(|want| want > known) {
            let message = format!("a quorum of {} out of {known} people", written.value);
            let help = "give more people a `slack` in [people], or lower it";
            found.wrong(&written.span, message, help);
        } else if approve != ClickCounts::Promote {
            let help = "write approve = \"promote\" beside it, or leave it out";
            found.wrong(&written.span, "only a promotion has a quorum", help);
        }
    }
    Some(SlackRule {
        approval,
        deploys,
        escalation,
        approve,
        quorum,
        people,
    })
}

/// What variables begin with that hold the tokens of others: a file of the repository must not send them to Slack.
const OTHERS: [&str; 5] = ["GH_", "GITHUB_", "AWS_", FLAGS_VARIABLES, SMOKE_VARIABLES];

/// Anything but a variable's name would be passed over, and another token taken instead.
fn token(written: &At<SecretText>, found: &mut Findings) {
    let name = written.value.0.strip_prefix("env:").unwrap_or_default();
    let plain = |c: char| c.is_ascii_alphanumeric() || c == '_';
    if name.is_empty() || !name.chars().all(plain) || name.starts_with(|c: char| c.is_ascii_digit())
    {
        let help = "name the variable that holds the token: env:SLACK_BOT_TOKEN";
        found.wrong(&written.span, "no place of a token", help);
    } else if OTHERS.iter().any(|other| name.starts_with(other)) {
        let message = format!("{name} is meant for somebody else");
        let help = "Slack would be sent it: name a variable that holds Slack's own token";
        found.wrong(&written.span, message, help);
    }
}

fn people(table: &TeamTable, found: &mut Findings) -> BTreeMap<String, Login> {
    let mut all: BTreeMap<String, Login> = BTreeMap::new();
    for (name, person) in &table.people {
        let Some(slack) = &person.slack else { continue };
        if !is_id(slack, &['U', 'W']) {
            let help = "write the member id from the person's Slack profile: U01ANA";
            found.wrong(&slack.span, "no Slack user id", help);
            continue;
        }
        if let Some(other) = all.get(&slack.value) {
            let message = format!("{} is @{other} already ({name})", slack.value);
            found.wrong(
                &slack.span,
                message,
                "each person has a Slack id of their own",
            );
            continue;
        }
        // A wrong login is told where people are read.
        if let Ok(login) = login(&person.github.value) {
            all.insert(slack.value.clone(), login);
        }
    }
    all
}

/// Slack's ids begin with a letter that says of what, and hold capitals and digits.
fn is_id(raw: &str, first: &[char]) -> bool {
    raw.starts_with(first)
        && (3..=32).contains(&raw.len())
        && raw
            .bytes()
            .all(|b| b.is_ascii_uppercase() || b.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use crate::config::parse_team;

    fn refused(bot_token: &str) -> Option<String> {
        let text = format!(
            "service = \"s\"\n[github]\nworkflow = \"d.yml\"\nenvironment = \"p\"\njob = \"d\"\n[slack]\nbot_token = \"{bot_token}\"\n"
        );
        let read = parse_team(text.as_bytes(), "cockpit.toml");
        read.err().map(|errors| errors.render())
    }

    #[test]
    fn a_token_is_named_by_its_variable_and_by_nothing_else() {
        assert_eq!(refused("env:SHOP_BOT_2"), None);
        for wrong in ["SHOP_BOT", "", "env:", "env:2ND", "env:A B", "$SHOP_BOT"] {
            let said = refused(wrong).unwrap_or_default();
            assert!(said.contains("no place of a token"), "{wrong}: {said}");
            assert!(said.contains("cockpit.toml:7"), "{wrong}: {said}");
        }
        for others in [
            "GH_TOKEN",
            "GITHUB_TOKEN",
            "AWS_SECRET_ACCESS_KEY",
            "FLAGS_TOKEN",
        ] {
            let said = refused(&format!("env:{others}")).unwrap_or_default();
            let words = format!("{others} is meant for somebody else");
            assert!(said.contains(&words), "{others}: {said}");
        }
    }
}
