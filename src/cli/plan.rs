//! `cockpit plan`: the runbook of the next deploy, from the rules and, where GitHub answers, from the release.

use std::{fs, path::Path};

use super::{
    exit::{Exit, Stop},
    look::{Question, look},
    past,
    record_args::{PlanArguments, PlanStrategy},
    say::{aside, print},
    surroundings::Surroundings,
};
use crate::{
    domain::{
        Text,
        policy::{Advance, Policy, Strategy},
        release::Release,
    },
    report::{PlanFacts, plan as planned},
};

/// `cockpit plan [RELEASE]`. A release that is named is written of or refused; without a name the rules alone will do.
pub(super) fn plan(around: &Surroundings, given: &PlanArguments) -> Result<Exit, Stop> {
    if given.offline {
        return match &given.release {
            Some(named) => of_journal(&past::named(around, named)?, given),
            None => from_rules(around, given, "--offline: nobody was asked"),
        };
    }
    let question = Question {
        command: "plan",
        release: given.release.as_deref(),
        json: false,
    };
    let mut written = Ok(Exit::Ok);
    let looked = look(around, question, |release| {
        written = of_release(release, given, Vec::new());
        Ok(Exit::Ok)
    });
    match (looked, &given.release) {
        // Several wait: they are listed, and one is to be named.
        (Ok(Exit::NeedsHuman), _) => Ok(Exit::NeedsHuman),
        (Ok(_), _) => written,
        (Err(stop), None) => from_rules(around, given, &stop.to_string()),
        (Err(stop), Some(named)) => match past::find(around, named)? {
            Some(journal) => {
                aside(first_line(&stop.to_string()));
                of_journal(&journal, given)
            }
            None => Err(stop.with_help(&format!(
                "no journal on this machine is called {} either ({}); `cockpit plan` without a name writes it from the rules",
                Text::line(named),
                past::here(around)?
            ))),
        },
    }
}

/// From what the journal of the release says, through its last line.
fn of_journal(journal: &Path, given: &PlanArguments) -> Result<Exit, Stop> {
    let past = past::open(journal)?;
    let release = past.release();
    let since = format!(
        "what happened after {}: it comes from the journal",
        release.newest()
    );
    of_release(release, given, vec![since])
}

fn of_release(
    release: &Release,
    given: &PlanArguments,
    mut unknown: Vec<String>,
) -> Result<Exit, Stop> {
    let policy = with_strategy(&release.policy, given.strategy, &mut unknown);
    unknown.extend(
        release
            .record
            .silent
            .iter()
            .map(|(feed, (_, why))| format!("{} does not answer: {why}", feed.word())),
    );
    write(
        &PlanFacts {
            policy: &policy,
            release: Some(release),
            repository: Some(release.key.repository.slug()),
            unknown,
        },
        given.output.as_deref(),
    )
}

/// From the rules of this checkout alone, saying what they cannot know.
fn from_rules(around: &Surroundings, given: &PlanArguments, why: &str) -> Result<Exit, Stop> {
    let team = around.local_team().map_err(|stop| {
        stop.with_help(&format!(
            "GitHub was of no help either: {}",
            first_line(why)
        ))
    })?;
    let repository = around.machine(Some(&team))?.place.repository;
    let mut unknown = vec![
        first_line(why).to_string(),
        "which release, what is in it, and how risky it is".to_owned(),
        "whether staging is ready, and how the gates stand".to_owned(),
        "what production runs, so where a rollback goes, and how long past ones took".to_owned(),
    ];
    let policy = with_strategy(&team.policy, given.strategy, &mut unknown);
    write(
        &PlanFacts {
            policy: &policy,
            release: None,
            repository: repository.map(|at| at.value.slug()),
            unknown,
        },
        given.output.as_deref(),
    )
}

fn first_line(why: &str) -> Text {
    Text::line(
        why.trim_start_matches("error: ")
            .lines()
            .next()
            .unwrap_or(""),
    )
}

/// The rules with another strategy, where one is asked for: what they do not say of it stays unknown.
fn with_strategy(
    policy: &Policy,
    wanted: Option<PlanStrategy>,
    unknown: &mut Vec<String>,
) -> Policy {
    let mut policy = policy.clone();
    let Some(wanted) = wanted else {
        return policy;
    };
    let is_there = matches!(
        (wanted, &policy.strategy),
        (PlanStrategy::Canary, Strategy::Canary { .. })
            | (PlanStrategy::BlueGreen, Strategy::BlueGreen { .. })
            | (PlanStrategy::Rolling, Strategy::Rolling { .. })
            | (PlanStrategy::Recreate, Strategy::Recreate)
    );
    if !is_there {
        unknown.push(
            "the rules have another strategy: nobody has agreed to this one's steps and limits"
                .to_owned(),
        );
        policy.strategy = match wanted {
            PlanStrategy::Canary => Strategy::Canary {
                stages: Vec::new(),
                advance: Advance::Ask,
            },
            PlanStrategy::BlueGreen => Strategy::BlueGreen { validation: None },
            PlanStrategy::Rolling => Strategy::Rolling {
                max_unavailable: None,
                max_surge: None,
            },
            PlanStrategy::Recreate => Strategy::Recreate,
        };
    }
    policy
}

fn write(facts: &PlanFacts<'_>, output: Option<&Path>) -> Result<Exit, Stop> {
    let text = planned(facts).to_markdown();
    let Some(path) = output else {
        return print(text.as_bytes());
    };
    fs::write(path, text)
        .map_err(|error| Stop::failed(format!("writing {}: {error}", path.display())))?;
    print(format!("{}\n", path.display()).as_bytes())
}
