//! `cockpit demo`: a simulated world on loopback, and the unchanged cockpit on it.

use std::{
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};

use jiff::{SignedDuration, Timestamp};
use serde::Deserialize;
use tokio::sync::oneshot;

use super::{
    args::DemoArguments,
    autopilot::{Autopilot, Habits},
    exit::{Exit, Stop},
    headless,
    launch::{Launch, Launched, demo_folder, launch},
    patience::{Dialogue, Picking},
    runtime::runtime,
    say::aside,
    screen,
    surroundings::Surroundings,
};
use crate::{
    adapters::{
        clock::{FastClock, WallClock},
        cloudwatch::StaticKeys,
    },
    config::Env,
    domain::{Login, is_this_machine, observation::RunSnapshot},
    ports::{Clock, Store},
    simulator::{Scenario, World, serve_at},
};

/// Plays a release in about two minutes.
const SPEED: f64 = 12.0;
/// The login that the simulated token belongs to, and its operator's.
const TOKEN: &str = "simulated-token-of-ana";
/// The simulated app's tokens for Slack.
const BOT_TOKEN: &str = "xoxb-simulated";
const APP_TOKEN: &str = "xapp-simulated";

/// How long a world that stops waits for answers that are under way.
const LAST_ANSWERS: Duration = Duration::from_millis(100);

/// The world that is flown on.
pub(super) struct Place {
    pub(super) base: String,
    repository: String,
    pub(super) clock: Arc<dyn Clock>,
    expected: Option<String>,
    /// How the simulated operator decides.
    habits: Habits,
}

/// What `/_world` tells.
#[derive(Debug, Deserialize)]
struct Told {
    scenario: String,
    expected_outcome: String,
    clock: Pace,
    repository: String,
}

/// How another process' clock runs: what it showed at a real instant, and how many times faster.
#[derive(Debug, Deserialize)]
struct Pace {
    epoch: Timestamp,
    started: Timestamp,
    speed: f64,
}

/// `cockpit demo [SCENARIO]`.
pub(super) fn demo(around: &Surroundings, given: &DemoArguments) -> Result<Exit, Stop> {
    if given.autopilot && !given.headless {
        return Err(Stop::usage(
            "--autopilot flies without a terminal: add --headless",
        ));
    }
    if let Some(url) = &given.join {
        let place = join(url)?;
        return fly(around, given, &place);
    }
    let scenario = Scenario::parse(&given.scenario).map_err(|unknown| {
        let names: Vec<&str> = Scenario::all().iter().map(|one| one.name()).collect();
        Stop::usage(format!("{unknown}\n  = help: one of {}", names.join(", ")))
    })?;
    let speed = match (given.speed, given.serve) {
        (Some(speed), _) if speed.is_finite() && (0.01..=10_000.0).contains(&speed) => speed,
        (Some(_), _) => return Err(Stop::usage("--speed is between 0.01 and 10000")),
        (None, true) => 1.0,
        (None, false) => SPEED,
    };
    let fast = FastClock::start(WallClock.now(), speed);
    let clock: Arc<dyn Clock> = Arc::new(fast);
    let world = World::new(scenario, given.seed, Arc::clone(&clock)).with_waiting(given.runs);
    let world = Arc::new(world.with_clock(fast.epoch(), fast.started(), speed));
    let serving = Serving::start(world, given.port.unwrap_or(0))?;
    if given.serve {
        return serving.until_stopped(scenario);
    }
    let place = Place {
        base: serving.base.clone(),
        repository: "acme/storefront".to_owned(),
        clock,
        expected: Some(scenario.expected_outcome().to_owned()),
        habits: habits(scenario.name()),
    };
    fly(around, given, &place)
}

/// A world on a thread of its own.
struct Serving {
    base: String,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<std::thread::JoinHandle<()>>,
}

impl Serving {
    fn start(world: Arc<World>, port: u16) -> Result<Self, Stop> {
        let (stop, stopped) = oneshot::channel::<()>();
        let (told, address) = std::sync::mpsc::channel();
        let thread = std::thread::Builder::new()
            .name("world".to_owned())
            .spawn(move || {
                let Ok(runtime) = runtime() else { return };
                runtime.block_on(async move {
                    match serve_at(world, port).await {
                        Ok(served) => {
                            // A caller that is gone needs no address.
                            let _ = told.send(Ok(served.base()));
                            let _ = stopped.await;
                            // Connections that are still open end with the process.
                            let _ = tokio::time::timeout(LAST_ANSWERS, served.stop()).await;
                        }
                        Err(error) => {
                            let _ = told.send(Err(error));
                        }
                    }
                });
            })
            .map_err(|error| Stop::failed(format!("no thread for the world: {error}")))?;
        let base = address
            .recv()
            .map_err(|_| Stop::failed("the simulated world did not start"))?
            .map_err(|error| {
                Stop::failed(format!(
                    "the simulated world cannot listen on 127.0.0.1:{port}: {error}\n  = help: choose another --port"
                ))
            })?;
        Ok(Self {
            base,
            stop: Some(stop),
            thread: Some(thread),
        })
    }

    /// Serves until the process is told to stop.
    fn until_stopped(self, scenario: Scenario) -> Result<Exit, Stop> {
        let base = &self.base;
        let told = format!(
            "scenario    {} ({})\n\
             world       {base}/_world\n\
             github      GITHUB_API_URL={base}/api/v3\n\
             token       GH_TOKEN={TOKEN}\n\
             repository  COCKPIT_REPO=acme/storefront\n\
             cloudwatch  AWS_ENDPOINT_URL={base}\n\
             keys        AWS_ACCESS_KEY_ID=simulated AWS_SECRET_ACCESS_KEY=simulated\n\
             flags       FLAGS_TOKEN=simulated-flags-token\n\
             slack       SLACK_API_URL={base}/slack/api SLACK_BOT_TOKEN={BOT_TOKEN} SLACK_APP_TOKEN={APP_TOKEN}\n\
             stop with Ctrl-C\n",
            scenario.name(),
            scenario.describe()
        );
        headless::print(told.as_bytes()).map_err(|error| unprinted(&error))?;
        let runtime = runtime()?;
        runtime.block_on(async {
            // Without a signal handler the default action ends the process just as well.
            let _ = tokio::signal::ctrl_c().await;
        });
        drop(self);
        Ok(Exit::Ok)
    }
}

impl Drop for Serving {
    fn drop(&mut self) {
        if let Some(stop) = self.stop.take() {
            // A world that has ended is not told.
            let _ = stop.send(());
        }
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

/// A world that another process serves. Only loopback: an operator that is simulated has no business elsewhere.
pub(super) fn join(url: &str) -> Result<Place, Stop> {
    let base = url
        .trim_end_matches('/')
        .trim_end_matches("/_world")
        .to_owned();
    if !is_loopback(&base) {
        return Err(Stop::usage(format!(
            "{url} is not a world on this machine: `cockpit demo --serve` prints its address"
        )));
    }
    let told = runtime()?.block_on(ask(&base))?;
    tracing::info!(scenario = told.scenario, "joined a world");
    Ok(Place {
        base,
        repository: told.repository,
        clock: Arc::new(FastClock::anchored(
            told.clock.epoch,
            told.clock.started,
            told.clock.speed,
        )),
        expected: Some(told.expected_outcome),
        habits: habits(&told.scenario),
    })
}

/// Where someone else decides in the scenario, the operator lets them; where evidence comes late, they look for long.
fn habits(scenario: &str) -> Habits {
    let minutes = SignedDuration::from_mins;
    match scenario {
        "approved-elsewhere" => Habits {
            defers: minutes(5),
            ..Habits::default()
        },
        "evidence-changed" => Habits {
            ponders: minutes(15),
            ..Habits::default()
        },
        _ => Habits::default(),
    }
}

/// Whether an address is on this machine's loopback.
pub(super) fn is_loopback(base: &str) -> bool {
    base.parse().is_ok_and(|url| is_this_machine(&url))
}

async fn ask(base: &str) -> Result<Told, Stop> {
    use futures_util::StreamExt as _;
    let wrong = |why: &dyn std::fmt::Display| {
        Stop::failed(format!(
            "{base} is no simulated world: {why}\n  = help: start one with `cockpit demo --serve`"
        ))
    };
    let client = reqwest::Client::builder()
        .no_proxy()
        .timeout(Duration::from_secs(5))
        .build()
        .map_err(|error| wrong(&error))?;
    let answer = client
        .get(format!("{base}/_world"))
        .send()
        .await
        .map_err(|error| wrong(&error))?;
    let mut body = Vec::new();
    let mut stream = answer.bytes_stream();
    while let Some(chunk) = stream.next().await {
        body.extend_from_slice(&chunk.map_err(|error| wrong(&error))?);
        if body.len() > 64 * 1024 {
            return Err(wrong(&"it answers too much"));
        }
    }
    serde_json::from_slice(&body).map_err(|error| wrong(&error))
}

fn fly(around: &Surroundings, given: &DemoArguments, place: &Place) -> Result<Exit, Stop> {
    // Both flags say where; a journal that is asked for is never thrown away.
    let named = given.state.as_ref().or(around.flags.state_dir.as_ref());
    let (kept, root) = if let Some(folder) = named {
        (None, folder.clone())
    } else {
        let (kept, path) = demo_folder()
            .map_err(|error| Stop::failed(format!("no folder for the journal: {error}")))?;
        (Some(kept), path)
    };
    let around = inside(around, place, root, given.login.as_deref());
    let exit = if given.headless {
        fly_headless(&around, given, place)
    } else {
        let order = screen::Order {
            clock: Arc::clone(&place.clock),
            release: None,
            cloudwatch: Some((place.base.clone(), keys())),
            watches: false,
            takes_seat: false,
        };
        screen::fly(&around, order)
    };
    drop(kept);
    exit
}

/// The surroundings of a demo: the simulated world's addresses in place of the environment's. The user's own file and
/// flags for the screen stay.
pub(super) fn inside(
    around: &Surroundings,
    place: &Place,
    root: PathBuf,
    login: Option<&str>,
) -> Surroundings {
    let token = login.map_or_else(|| TOKEN.to_owned(), |login| format!("sim-{login}"));
    let mut inside = around.clone();
    inside.env = Env::new([
        (
            "GITHUB_API_URL".to_owned(),
            format!("{}/api/v3", place.base),
        ),
        ("GH_TOKEN".to_owned(), token),
        ("COCKPIT_REPO".to_owned(), place.repository.clone()),
        ("FLAGS_TOKEN".to_owned(), "simulated-flags-token".to_owned()),
        (
            "SLACK_API_URL".to_owned(),
            format!("{}/slack/api", place.base),
        ),
        ("SLACK_BOT_TOKEN".to_owned(), BOT_TOKEN.to_owned()),
        ("SLACK_APP_TOKEN".to_owned(), APP_TOKEN.to_owned()),
    ]);
    for name in [
        "NO_COLOR",
        "TERM",
        "COLORTERM",
        "LANG",
        "LC_ALL",
        "LC_CTYPE",
        "COCKPIT_LOG",
    ] {
        if let Some(value) = around.env.get(name) {
            inside.env.set(name, value);
        }
    }
    inside.flags.state_dir = Some(root);
    inside.flags.repository = None;
    inside
}

pub(super) fn keys() -> StaticKeys {
    StaticKeys {
        id: "simulated".to_owned(),
        secret: "simulated".to_owned().into(),
    }
}

/// Nobody is there to be asked.
struct Nobody;

impl Dialogue for Nobody {
    fn doing(&mut self, what: String) {
        tracing::info!(what, "launching");
    }

    fn waits(&mut self, why: String) {
        aside(why);
    }

    fn pick(&mut self, _runs: Vec<RunSnapshot>) -> Picking<'_> {
        Box::pin(std::future::ready(None))
    }
}

fn fly_headless(around: &Surroundings, given: &DemoArguments, place: &Place) -> Result<Exit, Stop> {
    if let Some(folder) = &around.flags.state_dir {
        log(around, folder)?;
    }
    runtime()?.block_on(async {
        let order = Launch {
            around,
            clock: Arc::clone(&place.clock),
            release: None,
            cloudwatch: Some((place.base.clone(), keys())),
            watches: false,
            takes_seat: false,
            around_store: given.json.then(|| {
                let wrap: super::launch::AroundStore = Box::new(|store: Arc<dyn Store>| {
                    Arc::new(headless::Printing(store)) as Arc<dyn Store>
                });
                wrap
            }),
        };
        let Launched {
            mut flight, crew, ..
        } = launch(order, &mut Nobody).await?;
        let Some(crew) = crew else {
            let driver = flight.driven_by().unwrap_or_default();
            return Err(Stop::failed(format!("this release is driven by {driver}")));
        };
        let operator = if given.autopilot {
            let me = Login::parse(given.login.as_deref().unwrap_or("ana"));
            let me = me.map_err(|error| Stop::failed(error.to_string()))?;
            let pilot = Autopilot::new(me, place.habits);
            Some(if given.login.is_some() {
                pilot.second()
            } else {
                pilot
            })
        } else {
            None
        };
        tokio::select! {
            () = Box::pin(crew.work()) => {}
            () = headless::fly(&mut *flight, &*place.clock, operator) => {}
        }
        let release = flight.release();
        let last = headless::last_line(release, place.expected.as_deref());
        headless::print(format!("{last}\n").as_bytes()).map_err(|error| unprinted(&error))?;
        Ok(match &place.expected {
            Some(expected) if expected == release.outcome().word() => Exit::Ok,
            _ => Exit::Failed,
        })
    })
}

fn unprinted(error: &std::io::Error) -> Stop {
    Stop::failed(format!("standard output cannot be written: {error}"))
}

/// Starts the log where one is asked for.
fn log(around: &Surroundings, folder: &Path) -> Result<(), Stop> {
    match around.env.get("COCKPIT_LOG") {
        Some(level) => super::log::start(folder, level),
        None => Ok(()),
    }
}
