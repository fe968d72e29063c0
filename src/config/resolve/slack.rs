//! `[slack]` and `people.*.slack`: channels by id, people by theirs.

use std::collections::BTreeMap;

use super::{findings::Findings, people::login};
use crate::{
    config::{At, file::TeamTable},
    domain::{
        Login,
        policy::{ClickCounts, SlackRule},
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
