//! One look at a release for commands that answer and end: its journal where another cockpit drives it, else the world.

use std::{collections::BTreeMap, sync::Arc, time::Duration};

use serde_json::{Value, json};

use super::{
    beside::chain_of,
    exit::{Exit, Stop},
    launch::{AroundStore, Launch, Launched, launch},
    past,
    patience::{Dialogue, Picking},
    runtime::runtime,
    say::{aside, print},
    surroundings::Surroundings,
};
use crate::{
    adapters::{
        clock::WallClock,
        store::{folder, journal_at},
    },
    domain::{
        Fault, Feed,
        observation::RunSnapshot,
        release::{Recorded, Release},
    },
    flight::{Flying, Remembering, Report, Turn, read},
    ports::Store,
};

/// Longest look at the world, real time.
const LOOK: Duration = Duration::from_secs(20);
/// The look is over when nothing new came for so long.
const QUIET: Duration = Duration::from_secs(3);

/// Says what it does on standard error, and picks nothing.
struct Quiet {
    several: Vec<RunSnapshot>,
}

impl Dialogue for Quiet {
    fn doing(&mut self, what: String) {
        tracing::info!(what, "looking");
    }

    fn waits(&mut self, why: String) {
        aside(why);
    }

    fn pick(&mut self, runs: Vec<RunSnapshot>) -> Picking<'_> {
        self.several = runs;
        Box::pin(std::future::ready(None))
    }
}

/// What a command is called, which release it is about, and how it answers.
#[derive(Debug, Clone, Copy)]
pub(super) struct Question<'a> {
    /// `status`, for the line that asks to name one.
    pub(super) command: &'a str,
    /// As for `cockpit`.
    pub(super) release: Option<&'a str>,
    /// As JSON.
    pub(super) json: bool,
}

/// Looks at the release until nothing new comes, and lets `answer` tell of it.
pub(super) fn look(
    around: &Surroundings,
    question: Question<'_>,
    answer: impl FnOnce(&Release) -> Result<Exit, Stop>,
) -> Result<Exit, Stop> {
    if let Some(past) = without_a_repository(around, question)? {
        return answer(past.release());
    }
    looked(around, question, None, answer)
}

/// The journal of the release that is named, where nobody says which repository is meant: it lies on this machine, and all
/// that would be asked there stands in it.
fn without_a_repository(
    around: &Surroundings,
    question: Question<'_>,
) -> Result<Option<Recorded>, Stop> {
    let Some(release) = question.release else {
        return Ok(None);
    };
    if around.machine(None)?.place.repository.is_some() {
        return Ok(None);
    }
    let Some(journal) = past::find(around, release)? else {
        return Ok(None);
    };
    let past = past::open(&journal)?;
    aside(format_args!(
        "nobody says which repository is meant, so this is what the journal says, through {}: {}",
        past.release().newest(),
        journal.display()
    ));
    Ok(Some(past))
}

/// The same with every event: those of its journal on this machine, else those of this look.
pub(super) fn look_recorded(
    around: &Surroundings,
    question: Question<'_>,
    answer: impl FnOnce(&Recorded) -> Result<Exit, Stop>,
) -> Result<Exit, Stop> {
    if let Some(past) = without_a_repository(around, question)? {
        return answer(&past);
    }
    let memory = Remembering::default();
    let kept = memory.clone();
    let wrap: AroundStore = Box::new(|_| Arc::new(kept) as Arc<dyn Store>);
    looked(around, question, Some(wrap), |release| {
        let lines = memory.lines();
        if lines.is_empty() {
            // Another cockpit's journal was followed.
            let folder = folder(&past::root(around)?, &release.key);
            let folder = folder.map_err(|error| Stop::failed(error.to_string()))?;
            return answer(&past::open(&journal_at(&folder))?);
        }
        let recorded = read(&lines).map_err(|error| Stop::failed(chain_of(&error)))?;
        let recorded = recorded.ok_or_else(|| Stop::failed("nothing was seen of this release"))?;
        answer(&recorded)
    })
}

fn looked(
    around: &Surroundings,
    question: Question<'_>,
    around_store: Option<AroundStore>,
    answer: impl FnOnce(&Release) -> Result<Exit, Stop>,
) -> Result<Exit, Stop> {
    runtime()?.block_on(async {
        let order = Launch {
            around,
            clock: Arc::new(WallClock),
            release: question.release,
            cloudwatch: None,
            watches: true,
            takes_seat: false,
            around_store,
        };
        let mut quiet = Quiet {
            several: Vec::new(),
        };
        let launched = launch(order, &mut quiet).await;
        if !quiet.several.is_empty() {
            return several(&quiet.several, question);
        }
        let Launched {
            mut flight,
            crew,
            warnings,
        } = launched?;
        for warning in &warnings {
            aside(format_args!("warning: {warning}"));
        }
        let mut silent = BTreeMap::new();
        if let Some(crew) = crew {
            tokio::select! {
                () = Box::pin(crew.work()) => {}
                () = settle(&mut *flight, &mut silent) => {}
            }
        }
        // A look ends before the journal would call a feed silent; without its reason "not read yet" would be all.
        for (feed, fault) in &silent {
            aside(format_args!(
                "warning: {} does not answer: {fault}",
                feed.word()
            ));
        }
        answer(flight.release())
    })
}

/// Takes in what comes until nothing more does. Left over is which feeds gave no answer, and why.
async fn settle(flight: &mut dyn Flying, silent: &mut BTreeMap<Feed, Fault>) {
    let look = async {
        loop {
            match tokio::time::timeout(QUIET, flight.turn()).await {
                Ok(Turn::Report(Report::Failed { feed, fault })) => {
                    silent.insert(feed, fault);
                }
                Ok(Turn::Report(Report::Answered { feed, .. })) => {
                    silent.remove(&feed);
                }
                Ok(Turn::Changed | Turn::Report(_)) => {}
                Ok(Turn::Refused(_) | Turn::Trouble(_) | Turn::Relieved(_) | Turn::Seated)
                | Err(_) => return,
            }
        }
    };
    // What is not known by then is shown as unknown.
    let _ = tokio::time::timeout(LOOK, look).await;
}

fn several(runs: &[RunSnapshot], question: Question<'_>) -> Result<Exit, Stop> {
    let page = if question.json {
        let all: Vec<Value> = runs
            .iter()
            .map(|run| json!({"run": run.id, "title": run.title, "sha": run.head_sha, "url": run.url}))
            .collect();
        format!("{}\n", json!({ "waiting": all }))
    } else {
        let lines = runs
            .iter()
            .map(|run| format!("  {}  {}  {}\n", run.id, run.head_sha.short(), run.title));
        format!(
            "{} releases wait:\n{}name one: cockpit {} RUN_ID\n",
            runs.len(),
            lines.collect::<String>(),
            question.command
        )
    };
    print(page.as_bytes())?;
    Ok(Exit::NeedsHuman)
}
