//! A flight on the terminal: the screen's thread here, the network's beside it.

use std::{sync::Arc, time::Duration};

use jiff::tz::TimeZone;
use tokio::sync::mpsc;

use super::{
    exit::{Exit, Stop},
    launch::{Launch, Launched, launch},
    patience::{Dialogue, Picking},
    runtime::runtime,
    say::aside,
    surroundings::Surroundings,
    theme::theme,
};
use crate::{
    adapters::cloudwatch::StaticKeys,
    config::{Depth, Keymap, Machine, file::Glyphs},
    domain::{RunId, observation::RunSnapshot, scorecard::Card},
    flight::Flying,
    ports::Clock,
    shell::{BootStep, Guard, Landed, Pace, Setup, fly as fly_on_terminal},
    ui::Look,
};

/// Steps that may wait for the screen.
const STEPS: usize = 32;

/// How long the network's side may take to end.
const LAST_WORDS: Duration = Duration::from_millis(1_200);

/// What is flown.
#[derive(Clone)]
pub(super) struct Order {
    /// Time.
    pub(super) clock: Arc<dyn Clock>,
    /// What the person asked for.
    pub(super) release: Option<String>,
    /// The simulated world's CloudWatch.
    pub(super) cloudwatch: Option<(String, StaticKeys)>,
    /// Only watches.
    pub(super) watches: bool,
    /// Takes the seat of whoever drove.
    pub(super) takes_seat: bool,
}

/// Flies on the terminal.
pub(super) fn fly(around: &Surroundings, order: Order) -> Result<Exit, Stop> {
    let again = order.clone();
    let behind = around.clone();
    let landed = on_terminal(around, move |steps, picked| {
        network(&behind, order, steps, picked);
    })?;
    let Some(run) = landed.seat else {
        return Ok(told(landed));
    };
    // The one who drove lets go; this terminal takes the release up where it stands.
    let order = Order {
        release: Some(run.to_string()),
        watches: false,
        takes_seat: true,
        ..again
    };
    fly(around, order)
}

/// Says the last words, and how it ended.
fn told(landed: Landed) -> Exit {
    if let Some(words) = landed.words {
        aside(format_args!("{words}"));
    }
    Exit::of_code(landed.exit)
}

/// Shows a flight that needs nothing from a network.
pub(super) fn show(around: &Surroundings, flight: Box<dyn Flying>) -> Result<Exit, Stop> {
    on_terminal(around, move |steps, _| {
        // A screen that is gone needs no flight.
        let _ = steps.blocking_send(BootStep::Ready(flight, Vec::new()));
    })
    .map(told)
}

/// Shows the scorecard that `make` makes; it hears how far that is.
pub(super) fn show_card(
    around: &Surroundings,
    make: impl FnOnce(&mut (dyn FnMut(String) + Send)) -> Result<(Card, Vec<String>), Stop>
    + Send
    + 'static,
) -> Result<Exit, Stop> {
    on_terminal(around, move |steps, _| {
        let mut told = |what: String| {
            // Progress is an ornament: where the screen does not keep up it is left out.
            let _ = steps.try_send(BootStep::Doing(what));
        };
        let step = match make(&mut told) {
            Ok((card, warnings)) => BootStep::Card(Box::new(card), warnings),
            Err(stop) => BootStep::Failed {
                message: stop.to_string(),
                exit: stop.exit as u8,
            },
        };
        // A screen that is gone needs no card.
        let _ = steps.blocking_send(step);
    })
    .map(told)
}

/// Runs the terminal here, and on a thread beside it what prepares the flight and works for it.
fn on_terminal(
    around: &Surroundings,
    prepare: impl FnOnce(&mpsc::Sender<BootStep>, mpsc::Receiver<RunId>) + Send + 'static,
) -> Result<Landed, Stop> {
    Guard::check().map_err(|error| Stop::usage(error.to_string()))?;
    can_draw(around.env.get("TERM"))?;
    let machine = around.screen_only()?;
    let setup = setup(around, &machine)?;
    let (steps, told) = mpsc::channel(STEPS);
    let (picks, picked) = mpsc::channel(1);
    let (ends, ended) = std::sync::mpsc::channel::<()>();
    std::thread::Builder::new()
        .name("network".to_owned())
        .spawn(move || {
            prepare(&steps, picked);
            drop(ends);
        })
        .map_err(|error| Stop::failed(format!("no thread for the network: {error}")))?;
    let runtime = runtime()?;
    let landed = runtime.block_on(fly_on_terminal(setup, told, picks));
    // A disk that does not answer was waited for, and said to be so: it must not hold the process.
    runtime.shutdown_background();
    // The network's side gives up the seat and signs the record: it gets a moment, whatever it answers.
    let _ = ended.recv_timeout(LAST_WORDS);
    landed.map_err(|error| Stop::failed(format!("the terminal: {error}")))
}

/// A terminal that says it can do nothing would show the escapes themselves.
fn can_draw(term: Option<&str>) -> Result<(), Stop> {
    if term == Some("dumb") {
        return Err(Stop::usage(
            "TERM=dumb: this terminal cannot show a screen\n  = help: `cockpit status` tells the release in lines, `cockpit demo --headless` flies without a screen",
        ));
    }
    Ok(())
}

fn setup(around: &Surroundings, machine: &Machine) -> Result<Setup, Stop> {
    let screen = &machine.screen;
    let theme = theme(around, &screen.theme)?;
    // The user's file was refused where its keys are none.
    let keymap = Keymap::with(&screen.keys).map_err(|wrong| {
        let words: Vec<String> = wrong.iter().map(ToString::to_string).collect();
        Stop::usage(words.join("; "))
    })?;
    let unicode = screen.glyphs.value != Glyphs::Ascii;
    let look = Look::new(&theme, screen.depth.value, unicode, keymap);
    Ok(Setup {
        look: if screen.glyphs.value == Glyphs::Blocks {
            look.with_blocks()
        } else {
            look
        },
        zone: TimeZone::system(),
        bell: screen.bell.value,
        notify: screen.notify.value,
        pace: Pace::default(),
        mono: screen.depth.value == Depth::Mono,
    })
}

/// The network's side: prepares the flight, hands it over, then works for it until it is gone.
fn network(
    around: &Surroundings,
    order: Order,
    steps: &mpsc::Sender<BootStep>,
    picked: mpsc::Receiver<RunId>,
) {
    let failed = |stop: &Stop| BootStep::Failed {
        message: stop.to_string(),
        exit: stop.exit as u8,
    };
    let runtime = match runtime() {
        Ok(runtime) => runtime,
        Err(stop) => {
            // A screen that is gone needs no word.
            let _ = steps.blocking_send(failed(&stop));
            return;
        }
    };
    runtime.block_on(async {
        let launching = Launch {
            around,
            clock: order.clock,
            release: order.release.as_deref(),
            cloudwatch: order.cloudwatch,
            watches: order.watches,
            takes_seat: order.takes_seat,
            around_store: None,
        };
        let mut screen = Screen {
            steps: steps.clone(),
            picked,
        };
        match launch(launching, &mut screen).await {
            Ok(Launched {
                flight,
                crew,
                warnings,
            }) => {
                let ready = BootStep::Ready(flight, warnings);
                if steps.send(ready).await.is_ok()
                    && let Some(crew) = crew
                {
                    Box::pin(crew.work()).await;
                }
            }
            Err(stop) => {
                let _ = steps.send(failed(&stop)).await;
            }
        }
    });
}

/// The screen, as the preparation sees it.
struct Screen {
    steps: mpsc::Sender<BootStep>,
    picked: mpsc::Receiver<RunId>,
}

impl Dialogue for Screen {
    fn doing(&mut self, what: String) {
        // Progress is an ornament: where the screen does not keep up it is left out.
        let _ = self.steps.try_send(BootStep::Doing(what));
    }

    fn pick(&mut self, runs: Vec<RunSnapshot>) -> Picking<'_> {
        Box::pin(async move {
            self.steps.send(BootStep::Pick(runs)).await.ok()?;
            self.picked.recv().await
        })
    }
}
