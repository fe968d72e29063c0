//! One look at a release for commands that answer and end: its journal where another cockpit drives it, else the world.

use std::{sync::Arc, time::Duration};

use serde_json::{Value, json};

use super::{
    beside::chain_of,
    exit::{Exit, Stop},
    launch::{AroundStore, Dialogue, Launch, Launched, Picking, launch},
    past,
    runtime::runtime,
    surroundings::Surroundings,
};
use crate::{
    adapters::{
        clock::WallClock,
        store::{folder, journal_at},
    },
    domain::{
        observation::RunSnapshot,
        release::{Recorded, Release},
    },
    flight::{Flying, Remembering, Turn, read},
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
    answer: impl FnOnce(&Release) -> Exit,
) -> Result<Exit, Stop> {
    looked(around, question, None, |release| Ok(answer(release)))
}

/// The same with every event: those of its journal on this machine, else those of this look.
pub(super) fn look_recorded(
    around: &Surroundings,
    question: Question<'_>,
    answer: impl FnOnce(&Recorded) -> Result<Exit, Stop>,
) -> Result<Exit, Stop> {
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
            return Ok(several(&quiet.several, question));
        }
        let Launched {
            mut flight,
            crew,
            warnings,
        } = launched?;
        for warning in &warnings {
            eprintln!("warning: {warning}");
        }
        if let Some(crew) = crew {
            tokio::select! {
                () = Box::pin(crew.work()) => {}
                () = settle(&mut *flight) => {}
            }
        }
        answer(flight.release())
    })
}

/// Takes in what comes until nothing more does.
async fn settle(flight: &mut dyn Flying) {
    let look = async {
        loop {
            match tokio::time::timeout(QUIET, flight.turn()).await {
                Ok(Turn::Changed | Turn::Report(_)) => {}
                Ok(Turn::Refused(_) | Turn::Trouble(_) | Turn::Relieved(_) | Turn::Seated)
                | Err(_) => return,
            }
        }
    };
    // What is not known by then is shown as unknown.
    let _ = tokio::time::timeout(LOOK, look).await;
}

fn several(runs: &[RunSnapshot], question: Question<'_>) -> Exit {
    if question.json {
        let all: Vec<Value> = runs
            .iter()
            .map(|run| json!({"run": run.id, "title": run.title, "sha": run.head_sha, "url": run.url}))
            .collect();
        println!("{}", json!({ "waiting": all }));
    } else {
        println!("{} releases wait:", runs.len());
        for run in runs {
            println!("  {}  {}  {}", run.id, run.head_sha.short(), run.title);
        }
        println!("name one: cockpit {} RUN_ID", question.command);
    }
    Exit::NeedsHuman
}
