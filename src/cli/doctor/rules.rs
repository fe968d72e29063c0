//! Which rules are checked: `--config`, this checkout's, else the default branch's, as `cockpit` takes them.

use std::sync::Arc;

use super::finding::{Finding, State};
use crate::{
    adapters::{clock::WallClock, github::Client},
    cli::{exit::Stop, rules::default_rules, surroundings::Surroundings},
    config::{Layer, Machine, TeamFile},
    wiring,
};

/// What is checked.
pub(super) struct Checked {
    pub(super) machine: Machine,
    pub(super) team: TeamFile,
    /// How the rules of this checkout stand to those that `cockpit` flies by.
    pub(super) beside: Option<Finding>,
}

/// Finds the rules.
pub(super) async fn checked(around: &Surroundings) -> Result<Checked, Stop> {
    if around.flags.config.is_some() {
        let team = around.local_team()?;
        let machine = around.machine(Some(&team))?;
        return Ok(Checked {
            machine,
            team,
            beside: None,
        });
    }
    let machine = around.machine(None)?;
    let nowhere = machine.place.repository.is_none();
    if nowhere || around.has_rules() && !is_elsewhere(around, &machine) {
        let team = around.local_team()?;
        let machine = around.machine(Some(&team))?;
        let beside = beside(around, &machine, &team).await;
        return Ok(Checked {
            machine,
            team,
            beside,
        });
    }
    let client = wiring::github(&machine.place, "", "", Arc::new(WallClock))?;
    let team = of_default_branch(around, &machine, &client).await?;
    Ok(Checked {
        machine,
        team,
        beside: None,
    })
}

/// Whether `--repo` or the environment names another repository than the one that this folder is a checkout of.
fn is_elsewhere(around: &Surroundings, machine: &Machine) -> bool {
    let Some(named) = machine.place.repository.as_ref() else {
        return false;
    };
    let here = around.remote();
    let differs = here.as_ref() != Some(&named.value);
    match named.from {
        Layer::Flag(_) => differs,
        // It stands for every folder: of one that is no checkout nobody says that it is another's.
        Layer::Environment(_) => here.is_some() && differs,
        Layer::User | Layer::Team | Layer::Beside(_) | Layer::Remote | Layer::Default => false,
    }
}

async fn of_default_branch(
    around: &Surroundings,
    machine: &Machine,
    client: &Client,
) -> Result<TeamFile, Stop> {
    let slug = wiring::repository(&machine.place)?.slug();
    default_rules(&slug, &around.rules_path(), async |name: &str| {
        client.default_file(name).await
    })
    .await
}

/// A release is flown by the default branch's rules: a checkout's that differ are not merged yet, or old. `None` where GitHub
/// does not answer, which other checks tell.
async fn beside(around: &Surroundings, machine: &Machine, team: &TeamFile) -> Option<Finding> {
    let check = "rules";
    let client = wiring::github(&machine.place, "", "", Arc::new(WallClock)).ok()?;
    let path = around.rules_path();
    if client.default_file(&path).await.ok()?.is_none() {
        let mend = "commit and merge it; until then `cockpit` needs --config";
        let found = format!("the default branch has no {path}");
        return Some(Finding::bad(State::Warn, check, found, mend));
    }
    // With the files that it names: their bytes are rules too.
    Some(match of_default_branch(around, machine, &client).await {
        Ok(merged) if merged.policy.hash == team.policy.hash => {
            Finding::ok(check, "as on the default branch")
        }
        Ok(_) => {
            let mend = "merge these, or pull";
            let found = "not the default branch's, which `cockpit` flies by";
            Finding::bad(State::Warn, check, found, mend)
        }
        Err(stop) => {
            let words = stop.to_string();
            let first = words.lines().next().unwrap_or("");
            let first = first.trim_start_matches("error: ");
            let found = format!("the default branch's are refused: {first}");
            Finding::bad(State::Warn, check, found, "merge these, or mend those")
        }
    })
}
