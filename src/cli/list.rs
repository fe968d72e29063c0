//! `cockpit list`: the releases on this machine, and taking old ones away.

use std::{
    fmt::Write as _,
    path::{Path, PathBuf},
};

use jiff::{SignedDuration, Timestamp, tz::TimeZone};
use serde_json::{Value, json};

use super::{
    beside::host_name,
    exit::{Exit, Stop},
    past,
    record_args::ListArguments,
    say::{aside, print},
    surroundings::Surroundings,
};
use crate::{
    adapters::{
        clock::WallClock,
        store::{NotRemoved, Shelf, Who, remove, shelf},
    },
    config::age,
    domain::{Login, Text, release::Recorded},
    ports::Clock as _,
};

/// A journal as it lies there, or a folder that cannot be looked into.
struct Row {
    journal: PathBuf,
    /// What it holds, or why it cannot be read.
    read: Result<Recorded, Text>,
}

/// `cockpit list [--prune OLDER]`.
pub(super) fn list(around: &Surroundings, given: &ListArguments) -> Result<Exit, Stop> {
    let rows = rows(around)?;
    match &given.prune {
        Some(older) => prune(&rows, older, given),
        None if given.json => {
            let all: Vec<Value> = rows.iter().map(Row::as_json).collect();
            print(format!("{:#}\n", json!({ "releases": all })).as_bytes())
        }
        None => print(in_words(&rows, WallClock.now()).as_bytes()),
    }
}

/// Every release, the newest first; those that cannot be read come last.
fn rows(around: &Surroundings) -> Result<Vec<Row>, Stop> {
    let Shelf { journals, closed } = shelf(&past::root(around)?);
    let mut rows: Vec<Row> = journals.into_iter().map(Row::read).collect();
    rows.extend(closed.into_iter().map(|(journal, why)| Row {
        journal,
        read: Err(Text::line(&why.to_string())),
    }));
    rows.sort_by_key(|row| std::cmp::Reverse(row.opened()));
    Ok(rows)
}

impl Row {
    fn read(journal: PathBuf) -> Self {
        Self {
            read: past::open(&journal)
                .map_err(|stop| Text::line(stop.to_string().trim_start_matches("error: "))),
            journal,
        }
    }

    /// Whether it ended so long ago; what cannot be read may be of any age.
    fn is_older(&self, age: SignedDuration, now: Timestamp) -> bool {
        match &self.read {
            Ok(recorded) => now.duration_since(recorded.release().newest()) > age,
            Err(_) => true,
        }
    }

    fn opened(&self) -> Option<Timestamp> {
        self.read.as_ref().ok().map(Recorded::opened)
    }

    fn as_json(&self) -> Value {
        let path = self.journal.display().to_string();
        let recorded = match &self.read {
            Ok(recorded) => recorded,
            Err(why) => return json!({"journal": path, "unreadable": why}),
        };
        let release = recorded.release();
        json!({
            "service": release.policy.service,
            "repository": release.key.repository.slug(),
            "run": release.key.run,
            "version": release.name(),
            "sha": release.rollout.sha(),
            "phase": release.phase(),
            "outcome": release.outcome(),
            "open": !release.phase().is_end(),
            "review_due": release.review_due(),
            "locks_service": release.service_lock().is_some(),
            "opened": recorded.opened(),
            "newest": release.newest(),
            "people": recorded.people(),
            "events": release.seq(),
            "journal": path,
        })
    }

    /// Why it is kept, whatever its age; `None`: it may go.
    fn kept(&self) -> Option<&'static str> {
        match &self.read {
            Err(_) => Some("its journal cannot be read"),
            Ok(recorded) if !recorded.release().phase().is_end() => Some("it is open"),
            Ok(recorded) if recorded.release().service_lock().is_some() => {
                Some("it locks its service: cockpit unlock")
            }
            Ok(recorded) if recorded.release().review_due().is_some() => {
                Some("its emergency is not reviewed: cockpit review")
            }
            Ok(_) => None,
        }
    }

    fn in_short(&self) -> String {
        match &self.read {
            Err(_) => self.journal.display().to_string(),
            Ok(recorded) => {
                let release = recorded.release();
                format!(
                    "{} {} run {} ({}, {})",
                    Text::line(&release.policy.service),
                    release.name(),
                    release.key.run,
                    release.outcome().word(),
                    day(recorded.opened())
                )
            }
        }
    }
}

fn day(at: Timestamp) -> String {
    at.to_zoned(TimeZone::system()).strftime("%F").to_string()
}

fn in_words(rows: &[Row], now: Timestamp) -> String {
    if rows.is_empty() {
        return "no release lies on this machine\n".to_owned();
    }
    let mut table: Vec<[String; 6]> = Vec::new();
    for row in rows {
        let Ok(recorded) = &row.read else { continue };
        let release = recorded.release();
        let people: Vec<&str> = recorded.people().into_iter().map(Login::as_str).collect();
        let outcome = if release.service_lock().is_some() {
            format!("{}, locks the service", release.outcome().word())
        } else if release.phase().is_end() {
            release.outcome().word().to_owned()
        } else {
            format!("open: {}", release.phase().word())
        };
        let review = release.review_in_words(now);
        let outcome = match review {
            Some(review) => format!("{outcome}, {review}"),
            None => outcome,
        };
        let opened = recorded.opened().to_zoned(TimeZone::system());
        let lasted = release.newest().duration_since(recorded.opened());
        table.push([
            opened.strftime("%F %H:%M").to_string(),
            Text::line(&release.policy.service).to_string(),
            release.name().to_string(),
            release.key.run.to_string(),
            format!("{outcome} ({})", crate::domain::wording::duration(lasted)),
            people.join(", "),
        ]);
    }
    let widths: Vec<usize> = (0..6)
        .map(|column| {
            let cells = table.iter().map(|row| row[column].chars().count());
            cells.max().unwrap_or(0)
        })
        .collect();
    let mut page = String::new();
    for row in &table {
        let cells: Vec<String> = row
            .iter()
            .zip(&widths)
            .map(|(cell, width)| format!("{cell:<width$}"))
            .collect();
        // Writing to a String cannot fail.
        let _ = writeln!(page, "{}", cells.join("  ").trim_end());
    }
    for row in rows {
        if let Err(why) = &row.read {
            let _ = writeln!(page, "UNREADABLE  {why}");
        }
    }
    page
}

fn prune(rows: &[Row], older: &str, given: &ListArguments) -> Result<Exit, Stop> {
    let age = age(older).map_err(|why| Stop::usage(format!("--prune: {why}")))?;
    let now = WallClock.now();
    let old: Vec<&Row> = rows.iter().filter(|row| row.is_older(age, now)).collect();
    let (kept, go): (Vec<&Row>, Vec<&Row>) = old.into_iter().partition(|row| row.kept().is_some());
    if !given.json {
        // A person agrees to what they read: a list that cannot be shown deletes nothing.
        print(what_goes(&kept, &go).as_bytes())?;
    }
    if go.is_empty() {
        if given.json {
            return print(
                format!("{:#}\n", json!({"removed": [], "kept": shorts(&kept)})).as_bytes(),
            );
        }
        return print(b"nothing to delete\n");
    }
    if !given.yes && !agreed(go.len(), age)? {
        return print(b"nothing was deleted\n");
    }
    removed(&go, &kept, age, given.json)
}

fn what_goes(kept: &[&Row], go: &[&Row]) -> String {
    let keeps = kept.iter().map(|row| {
        let why = row.kept().unwrap_or_default();
        format!("keeps    {}: {why}\n", row.in_short())
    });
    let deletes = go.iter().map(|row| {
        let folder = row.journal.with_file_name("");
        format!("deletes  {}: {}\n", row.in_short(), folder.display())
    });
    keeps.chain(deletes).collect()
}

fn shorts(rows: &[&Row]) -> Vec<String> {
    rows.iter().map(|row| row.in_short()).collect()
}

fn agreed(count: usize, age: SignedDuration) -> Result<bool, Stop> {
    use std::io::IsTerminal as _;
    if !std::io::stdin().is_terminal() {
        return Err(Stop::usage(
            "nobody is there to be asked\n  = help: look at what would go, then add --yes",
        ));
    }
    let question = format!(
        "Delete {} for good, journal and evidence, older than {}? Type yes: ",
        crate::domain::wording::count(count as u64, "release"),
        crate::domain::wording::duration(age)
    );
    print(question.as_bytes())?;
    let mut answer = String::new();
    let read = std::io::stdin().read_line(&mut answer);
    read.map_err(|error| Stop::failed(format!("the answer cannot be read: {error}")))?;
    Ok(answer.trim() == "yes")
}

fn removed(go: &[&Row], kept: &[&Row], age: SignedDuration, as_json: bool) -> Result<Exit, Stop> {
    let who = Who {
        host: Text::line(&host_name()),
        login: None,
        since: WallClock.now(),
    };
    let (mut gone, mut failed) = (Vec::new(), Vec::new());
    for row in go {
        let Some(folder) = row.journal.parent() else {
            continue;
        };
        // A person may have taken their time to agree.
        let may_go = |journal: &Path| {
            let now = Row::read(journal.to_owned());
            now.kept().is_none() && now.is_older(age, who.since)
        };
        match remove(folder, &who, may_go) {
            Ok(()) => gone.push(row.in_short()),
            Err(NotRemoved::Held(holder)) => {
                let holder =
                    holder.map_or_else(|| "another cockpit".to_owned(), |who| who.to_string());
                failed.push(format!("{}: {holder} has it open", row.in_short()));
            }
            Err(NotRemoved::Changed) => {
                failed.push(format!("{}: somebody went on with it", row.in_short()));
            }
            Err(NotRemoved::Failed(error)) => failed.push(format!("{}: {error}", row.in_short())),
        }
    }
    if as_json {
        let page = json!({"removed": gone, "failed": failed, "kept": shorts(kept)});
        print(format!("{page:#}\n").as_bytes())?;
    } else {
        let count = crate::domain::wording::count(gone.len() as u64, "release");
        for why in &failed {
            aside(format_args!("error: {why}"));
        }
        print(format!("deleted {count}\n").as_bytes())?;
    }
    Ok(if failed.is_empty() {
        Exit::Ok
    } else {
        Exit::Failed
    })
}
