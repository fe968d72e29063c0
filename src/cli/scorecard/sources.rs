//! What the scorecard is made of: each repository's ledger, filled from GitHub or as it was kept, and the journals.

use std::{path::Path, sync::Arc};

use jiff::{SignedDuration, Timestamp};

use crate::{
    adapters::{
        clock::WallClock,
        github::Client,
        store::{LedgerFile, journals, kept_ledgers},
    },
    cli::{exit::Stop, past, rules::default_rules, surroundings::Surroundings},
    config::duration,
    domain::{
        Repository, Text, later,
        release::Recorded,
        scorecard::{Deploys, JournalledDeploy, Ledger, Read, Scope},
        wording,
    },
    flight::{Filler, fill},
    ports::Clock as _,
    wiring,
};

/// Longest look back.
const LONGEST: SignedDuration = SignedDuration::from_hours(5 * 366 * 24);

/// What is asked.
pub(in crate::cli) struct Order<'a> {
    /// Where cockpit was started.
    pub(in crate::cli) around: &'a Surroundings,
    /// Which repositories; none named: this checkout's.
    pub(in crate::cli) repositories: &'a [String],
    /// From when on.
    pub(in crate::cli) since: Timestamp,
    /// Until when.
    pub(in crate::cli) now: Timestamp,
    /// Asks nobody.
    pub(in crate::cli) offline: bool,
}

/// What was gathered.
pub(in crate::cli) struct Gathered {
    /// By repository.
    pub(in crate::cli) reads: Vec<Read>,
    /// What a person should know of how that went.
    pub(in crate::cli) warnings: Vec<String>,
}

/// `--since 90d`, as instants.
pub(in crate::cli) fn period(since: &str) -> Result<(Timestamp, Timestamp), Stop> {
    let back = look_back(since)
        .filter(|back| *back > SignedDuration::ZERO && *back <= LONGEST)
        .ok_or_else(|| {
            let shown = Text::line(since);
            Stop::usage(format!(
                "--since {shown} is no time to look back\n  = help: write 30d, 26w or 1y; five years at most"
            ))
        })?;
    let now = WallClock.now();
    Ok((later(now, -back), now))
}

/// `90d`, `26w`, `1y`, and the shorter ones of every other duration.
fn look_back(written: &str) -> Option<SignedDuration> {
    let days = |digits: &str, each: i64| {
        let count: i64 = digits.parse().ok().filter(|count| *count <= 10_000)?;
        Some(SignedDuration::from_hours(count * each * 24))
    };
    match written.split_at_checked(written.len().checked_sub(1)?)? {
        (digits, "d") => days(digits, 1),
        (digits, "w") => days(digits, 7),
        (digits, "y") => days(digits, 366),
        _ => duration(written).ok(),
    }
}

/// The journals of this machine, and what cannot be read of them.
pub(in crate::cli) fn journals_of(
    around: &Surroundings,
) -> Result<(Vec<Recorded>, Vec<Text>), Stop> {
    let (mut read, mut unread) = (Vec::new(), Vec::new());
    for journal in journals(&past::root(around)?) {
        match past::open(&journal) {
            Ok(recorded) => read.push(recorded),
            Err(stop) => {
                let said = stop.to_string();
                let first = said.lines().next().unwrap_or_default();
                unread.push(Text::line(first.trim_start_matches("error: ")));
            }
        }
    }
    Ok((read, unread))
}

/// Gathers; `told` hears how far it is.
pub(in crate::cli) async fn gather(
    order: &Order<'_>,
    told: &mut (dyn FnMut(String) + Send),
) -> Result<Gathered, Stop> {
    told("reading the journals of this machine".to_owned());
    let (recorded, unread) = journals_of(order.around)?;
    let journalled: Vec<_> = recorded.iter().filter_map(JournalledDeploy::of).collect();
    drop(recorded);
    let mut warnings: Vec<String> = unread
        .iter()
        .map(|line| format!("left out: {line}"))
        .collect();
    let mut reads: Vec<Read> = Vec::new();
    let named = order.repositories.iter().map(Some);
    let all: Vec<Option<&String>> = if order.repositories.is_empty() {
        vec![None]
    } else {
        named.collect()
    };
    for name in all {
        let mut around = order.around.clone();
        if let Some(name) = name {
            around.flags.repository = Some(name.clone());
        }
        for (ledger, whole) in ledgers(&around, order, told, &mut warnings).await? {
            if reads
                .iter()
                .any(|read| read.deploys.scope.is(&ledger.scope))
            {
                continue;
            }
            reads.push(Read {
                deploys: Deploys::join(&ledger, &journalled),
                read: ledger.extent.map(|extent| extent.read),
                whole,
            });
        }
    }
    Ok(Gathered { reads, warnings })
}

/// The ledgers of one repository, and whether each is whole.
async fn ledgers(
    around: &Surroundings,
    order: &Order<'_>,
    told: &mut (dyn FnMut(String) + Send),
    warnings: &mut Vec<String>,
) -> Result<Vec<(Ledger, bool)>, Stop> {
    let machine = around.machine(None)?;
    let root = wiring::state_folder(&machine).map_err(|error| Stop::failed(error.to_string()))?;
    let repository = wiring::repository(&machine.place)?.clone();
    if order.offline {
        return kept(&root, &repository, order, warnings);
    }
    let client = wiring::github(&machine.place, "", "", Arc::new(WallClock))?;
    let scope = match scope(around, &client, &repository, told).await {
        Ok(scope) => scope,
        Err(stop) => {
            // What was read before is better than nothing, and says its age.
            let Ok(before) = kept(&root, &repository, order, warnings) else {
                return Err(stop);
            };
            warnings.push(format!(
                "{}: {}; these are the numbers as they were read before",
                repository.slug(),
                stop.to_string().trim_start_matches("error: ")
            ));
            return Ok(before);
        }
    };
    let file = LedgerFile::new(&root, &scope).map_err(|error| Stop::failed(error.to_string()))?;
    let mut ledger = match file.read() {
        Ok(Some(ledger)) if ledger.scope.is(&scope) => ledger,
        Ok(Some(_)) => {
            told(format!(
                "{}: the rules changed, reading anew",
                repository.slug()
            ));
            Ledger::new(scope)
        }
        Ok(None) => Ledger::new(scope),
        Err(not_taken) => {
            warnings.push(not_taken.to_string());
            Ledger::new(scope)
        }
    };
    let mut keeping = Keeping {
        file: &file,
        told,
        failed: None,
    };
    let filled = fill(&mut ledger, &client, (order.since, order.now), &mut keeping).await;
    if let Some(failed) = keeping.failed {
        warnings.push(format!(
            "{failed}; the next scorecard asks for all of it again"
        ));
    }
    if let Some(file) = ledger
        .scope
        .rollback
        .as_ref()
        .filter(|_| !filled.knows_rollback)
    {
        warnings.push(format!(
            "{}: GitHub knows no workflow {file}; rollbacks are known from journals alone",
            repository.slug()
        ));
    }
    let is_whole = filled.fault.is_none();
    if let Some(fault) = filled.fault {
        if ledger.deployments.is_empty() {
            return Err(fault.into());
        }
        warnings.push(format!(
            "{}: {fault}; asked again, it goes on from there",
            repository.slug()
        ));
    }
    Ok(vec![(ledger, is_whole)])
}

async fn scope(
    around: &Surroundings,
    client: &Client,
    repository: &Repository,
    told: &mut (dyn FnMut(String) + Send),
) -> Result<Scope, Stop> {
    let team = if around.flags.config.is_some() {
        around.local_team()?
    } else {
        let slug = repository.slug();
        told(format!("reading the rules of {slug}"));
        let rules = around.rules_path();
        default_rules(&slug, &rules, async |path: &str| {
            client.default_file(path).await
        })
        .await?
    };
    Ok(Scope::of(repository.clone(), &team.policy))
}

/// What was kept of a repository.
fn kept(
    root: &Path,
    repository: &Repository,
    order: &Order<'_>,
    warnings: &mut Vec<String>,
) -> Result<Vec<(Ledger, bool)>, Stop> {
    let found = kept_ledgers(root, repository).map_err(|error| Stop::failed(error.to_string()))?;
    let mut all = Vec::new();
    for one in found {
        match one {
            Ok(ledger) => {
                let whole = ledger
                    .extent
                    .is_some_and(|extent| extent.since <= order.since)
                    && ledger.courses_wanted(order.since).is_empty()
                    && ledger.jobs_wanted(order.since).is_empty();
                all.push((ledger, whole));
            }
            Err(not_taken) => warnings.push(not_taken.to_string()),
        }
    }
    if all.is_empty() {
        let slug = repository.slug();
        return Err(Stop::failed(format!(
            "nothing was read of {slug} before\n  = help: run `cockpit scorecard` once with a network"
        )));
    }
    Ok(all)
}

/// Keeps the ledger on the way.
struct Keeping<'a> {
    file: &'a LedgerFile,
    told: &'a mut (dyn FnMut(String) + Send),
    failed: Option<String>,
}

impl Filler for Keeping<'_> {
    fn doing(&mut self, what: String) {
        (self.told)(what);
    }

    fn keep(&mut self, ledger: &Ledger) {
        if self.failed.is_none() {
            self.failed = self.file.write(ledger).err().map(|error| error.to_string());
        }
    }
}

/// How many repositories gave how much, for the last line of progress.
pub(in crate::cli) fn in_short(gathered: &Gathered) -> String {
    let deploys: usize = gathered
        .reads
        .iter()
        .map(|read| read.deploys.all.len())
        .sum();
    wording::count(deploys as u64, "deploy")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_way_to_look_back_that_the_help_names_is_taken() {
        let days = |written: &str| {
            let (since, now) = period(written).unwrap();
            now.duration_since(since).as_hours() / 24
        };
        let told = ["30d", "90d", "26w", "1y", "1830d"].map(days);
        assert_eq!(told, [30, 90, 182, 366, 1_830]);
        for wrong in [
            "",
            "d",
            "0d",
            "-5d",
            "90",
            "1831d",
            "9999999999999d",
            "é",
            "3x",
        ] {
            assert!(period(wrong).is_err(), "{wrong}");
        }
    }
}
