//! `[approval]`, `[people]`: who decides.

use std::collections::BTreeMap;

use jiff::SignedDuration;

use super::findings::Findings;
use crate::{
    config::{
        At,
        file::{EmergencyWord, PersonTable, TeamTable},
        units,
    },
    domain::{
        Login, Text,
        policy::{ApprovalRule, EmergencyRule, SignoffRule},
    },
};

const ESCALATE_AFTER: SignedDuration = SignedDuration::from_hours(4);
const QUORUM_MOST: u32 = 20;

pub(super) fn approval(
    table: &TeamTable,
    deploy_timeout: SignedDuration,
    found: &mut Findings,
) -> ApprovalRule {
    let written = &table.approval;
    let mut signoffs = BTreeMap::new();
    for (role, at) in &written.signoffs {
        let mut people: Vec<Login> = Vec::new();
        for person in &at.people {
            let read = found.read("people", person, |raw| named(table, raw));
            people.extend(read.filter(|one| !people.iter().any(|known| known.is(one))));
        }
        if role.trim().is_empty() || !Text::is_line(role) {
            let help = "call it as people do: security";
            found.wrong(&at.span, "no name of a role", help);
        }
        let holds = |person: &&At<PersonTable>| person.roles.iter().any(|held| held == role);
        let holders = table.people.values().filter(holds).count();
        let most = if at.people.is_empty() {
            holders
        } else {
            people.len()
        };
        if at.people.is_empty() && holders == 0 {
            let message = format!("nobody may sign for {role}");
            let help = "name `people` here, or give the role to someone in [people]";
            found.wrong(&at.span, message, help);
        }
        let quorum = at.quorum.as_ref().map_or(1, |quorum| quorum.value);
        signoffs.insert(role.clone(), SignoffRule { quorum, people });
        if let Some(quorum) = &at.quorum {
            let most = u32::try_from(most).unwrap_or(QUORUM_MOST);
            if quorum.value == 0 {
                found.wrong(&quorum.span, "a quorum of nobody", "write 1 or more");
            } else if most > 0 && quorum.value > most {
                let message = format!("a quorum of {} out of {most} people", quorum.value);
                found.wrong(&quorum.span, message, "name more people, or lower it");
            }
        }
    }
    ApprovalRule {
        escalate_after: found.read_or(
            "approval.escalate_after",
            written.escalate_after.as_ref(),
            ESCALATE_AFTER,
            |raw| units::duration(&raw.0),
        ),
        deploy_timeout,
        escalate_to: table
            .slack
            .as_ref()
            .and_then(|slack| slack.escalation.as_ref())
            .map(|at| Text::line(&at.value)),
        people: people(table, found),
        signoffs,
        quiet_hours: written.quiet_hours.as_ref().and_then(|hours| {
            found.read("approval.quiet_hours", hours, |raw| units::quiet_hours(raw))
        }),
        not_before: written
            .not_before
            .as_ref()
            .and_then(|start| found.read("approval.not_before", start, |raw| units::moment(raw))),
        emergency: emergency(table, found),
    }
}

/// Who may take the emergency way; a role that nobody holds would close it unsaid.
fn emergency(table: &TeamTable, found: &mut Findings) -> EmergencyRule {
    let Some(at) = &table.approval.emergency else {
        return EmergencyRule::default();
    };
    match &at.value {
        EmergencyWord::Open(true) => EmergencyRule::Anyone,
        EmergencyWord::Open(false) => EmergencyRule::Forbidden,
        EmergencyWord::Roles(roles) => {
            let holders = |role: &String| {
                let all = table.people.values();
                all.filter(|person| person.roles.contains(role)).count()
            };
            if let Some(role) = roles.iter().find(|role| holders(role) == 0) {
                let message = format!("nobody holds the role {role}");
                let help = "give it to someone in [people], or write `emergency = false`";
                found.wrong(&at.span, message, help);
            } else if roles.is_empty() {
                let help = "write `emergency = false`, or name roles";
                found.wrong(&at.span, "`emergency` names no role", help);
            }
            EmergencyRule::Roles(roles.clone())
        }
    }
}

fn people(table: &TeamTable, found: &mut Findings) -> BTreeMap<Login, Vec<String>> {
    let mut all: BTreeMap<Login, Vec<String>> = BTreeMap::new();
    for (name, person) in &table.people {
        let Some(login) = found.read("github", &person.github, |raw| login(raw)) else {
            continue;
        };
        if all.keys().any(|other| other.is(&login)) {
            let message = format!("@{login} is here twice ({name})");
            found.wrong(&person.github.span, message, "keep one entry a person");
        }
        all.insert(login, person.roles.clone());
    }
    all
}

/// A short name of `[people]`, else a login.
fn named(table: &TeamTable, raw: &str) -> Result<Login, String> {
    let known = table.people.get(raw);
    login(known.map_or(raw, |person| person.github.value.as_str()))
}

pub(super) fn login(raw: &str) -> Result<Login, String> {
    Login::parse(raw).map_err(|wrong| wrong.to_string())
}

#[cfg(test)]
mod tests {
    use crate::config::parse_team;

    const SMALLEST: &str = include_str!("../../../tests/data/config/smallest.toml");

    #[test]
    fn signoffs_that_cannot_be_are_refused_at_their_place() {
        for (signoffs, words) in [
            (
                "security = { quorum = 0, people = [\"dora\"] }",
                "a quorum of nobody",
            ),
            (
                "security = { quorum = 2, people = [\"dora\", \"Dora\"] }",
                "a quorum of 2 out of 1 people",
            ),
            ("security = {}", "nobody may sign for security"),
            (
                "\"sec\\u202Eurity\" = { people = [\"dora\"] }",
                "no name of a role",
            ),
            ("\" \" = { people = [\"dora\"] }", "no name of a role"),
        ] {
            let text = format!("{SMALLEST}\n[approval]\nsignoffs = {{ {signoffs} }}\n");
            let told = parse_team(text.as_bytes(), "cockpit.toml").unwrap_err();
            let told = told.to_string();
            assert!(told.contains(words), "{words} in\n{told}");
        }
    }
}
