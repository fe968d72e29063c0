//! Whether an approval of this person will be taken: who must review, and what a run that waits there says.

use super::{
    finding::{Finding, State},
    world::Hub,
};
use crate::{
    adapters::github::Reviewers,
    domain::{
        Login, Text,
        observation::{PendingDeployment, Reviewer, RunSnapshot},
    },
};

/// Runs that wait, at most, of which it is asked what holds them.
const LOOKED_AT: usize = 3;

/// How a person stands to the required reviewers.
enum Standing {
    /// One of them, by a team where not by name.
    Reviews(Option<Text>),
    /// None of them.
    Stranger,
    /// These teams are hidden from the token.
    Hidden(Vec<String>),
}

/// One line for an environment that holds for a review.
pub(super) async fn reviewer(hub: &Hub<'_>, name: &str, viewer: Option<&Login>) -> Finding {
    let check = format!("reviewer {name}");
    let there = match hub.survey.reviewers(name).await {
        Ok(there) => there,
        Err(fault) => return Finding::fault(check, &fault),
    };
    let all = Reviewer::all_in_words(&there.all);
    let Some(me) = viewer else {
        let what = format!("whose approval it would be is not told; {all} may");
        let mend = "use the token of a person who is one of them";
        return Finding::bad(State::Unknown, check, what, mend);
    };
    let standing = standing(hub, &there, me).await;
    match waiting(hub, name).await {
        Some((run, hold)) => of_run(check, me, &there, &standing, &run, &hold),
        None => of_nobody_waiting(check, me, &there, &standing),
    }
}

async fn standing(hub: &Hub<'_>, there: &Reviewers, me: &Login) -> Standing {
    let mut hidden = Vec::new();
    for reviewer in &there.all {
        match reviewer {
            Reviewer::User(login) if login.is(me) => return Standing::Reviews(None),
            Reviewer::User(_) => {}
            Reviewer::Team(team) => match hub.survey.is_in_team(team.as_str(), me).await {
                Ok(Some(true)) => return Standing::Reviews(Some(team.clone())),
                Ok(Some(false)) => {}
                Ok(None) => hidden.push(team.to_string()),
                Err(fault) => hidden.push(format!("{team} ({})", fault.detail)),
            },
        }
    }
    if hidden.is_empty() && !there.all.is_empty() {
        Standing::Stranger
    } else {
        Standing::Hidden(hidden)
    }
}

/// The newest run that this environment holds. Where it cannot be asked, other lines say so.
async fn waiting(hub: &Hub<'_>, name: &str) -> Option<(RunSnapshot, PendingDeployment)> {
    let runs = hub.runs.runs(Some("waiting")).await.ok()?;
    for run in runs.into_iter().take(LOOKED_AT) {
        let holds = hub.runs.pending(run.id).await.ok()?;
        let hold = holds.into_iter().find(|hold| hold.name.as_str() == name);
        if let Some(hold) = hold {
            return Some((run, hold));
        }
    }
    None
}

/// GitHub's own word counts: it knows teams, rules and rights.
fn of_run(
    check: String,
    me: &Login,
    there: &Reviewers,
    standing: &Standing,
    run: &RunSnapshot,
    hold: &PendingDeployment,
) -> Finding {
    let id = run.id;
    if hold.can_approve {
        return Finding::ok(check, format!("run {id} waits, and @{me} may approve it"));
    }
    let all = Reviewer::all_in_words(&there.all);
    let by = run.triggering_actor.as_ref().or(run.actor.as_ref());
    let is_own = by.is_some_and(|by| by.is(me));
    let (what, mend) = match standing {
        Standing::Reviews(_) if is_own && there.prevent_self_review => (
            format!(
                "run {id} waits, and @{me} triggered it: who triggers a run may not approve it"
            ),
            format!("let another of these approve: {all}"),
        ),
        Standing::Reviews(_) => (
            format!("run {id} waits, and GitHub does not let @{me} approve it, though a reviewer"),
            format!("look at the run's page, or let another of these approve: {all}"),
        ),
        Standing::Stranger | Standing::Hidden(_) => (
            format!("run {id} waits for {all}, not for @{me}"),
            format!("let one of them approve, or add @{me} to the environment's reviewers"),
        ),
    };
    Finding::bad(State::Warn, check, what, mend)
}

fn of_nobody_waiting(check: String, me: &Login, there: &Reviewers, standing: &Standing) -> Finding {
    match standing {
        Standing::Reviews(team) => {
            let by = team.as_ref();
            let by = by.map_or_else(String::new, |team| format!(", by team {team}"));
            let but = if there.prevent_self_review {
                "; not of runs that they trigger themselves"
            } else {
                ""
            };
            Finding::ok(check, format!("@{me} is one{by}{but}"))
        }
        Standing::Stranger => {
            let all = Reviewer::all_in_words(&there.all);
            let what = format!("@{me} is none, an approval will be refused; {all} may");
            let mend =
                format!("let one of them approve, or add @{me} to the environment's reviewers");
            Finding::bad(State::Warn, check, what, mend)
        }
        Standing::Hidden(teams) if teams.is_empty() => {
            let mend = "look at the environment's page in the repository's settings";
            Finding::bad(State::Unknown, check, "GitHub names no reviewer", mend)
        }
        Standing::Hidden(teams) => {
            let what = format!("whether @{me} is in team {} is hidden", teams.join(", "));
            let mend = "give the token `read:org` (Members: read), or look at the team's page";
            Finding::bad(State::Unknown, check, what, mend)
        }
    }
}
