//! What is on the screen: the preparation, the picker, then the flight. Takes inputs and turns, says what to do next.

use std::{io, thread, time::Duration};

use base64::Engine as _;
use ratatui::Terminal;
use tokio::{sync::mpsc, time::Instant};

use super::{
    ahead::Ahead,
    boot::BootStep,
    console::Canvas,
    keys::Batch,
    reports::reported,
    setup::{Landed, Pace, Setup},
    words::{parting, plain, told},
};
use crate::{
    app::{
        Action, Boot, CardLeft, CardView, Effect, Input, Key, Model, Picked, Picker, Place, Seat,
    },
    config::Keymap,
    domain::{Login, RunId},
    flight::{Flying, Turn},
    ui::{draw, draw_boot, draw_picker, draw_scorecard},
};

/// What the loop does next.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Next {
    /// Nothing printed changed.
    Nothing,
    /// Something did, by itself.
    Later,
    /// Something did, by a key.
    Draw,
    /// Everything is drawn again.
    Redraw,
    /// The process stops until it is continued.
    Suspend,
    /// Leaves.
    Quit,
}

enum Shown {
    Boot(Boot),
    Picker(Picker, usize),
    Card(Box<CardView>),
    Flight(Box<Aloft>),
}

struct Aloft {
    flight: Box<dyn Flying>,
    model: Model,
    title: String,
}

/// The screen and what is behind it.
pub(super) struct Stage {
    setup: Setup,
    shown: Shown,
    picks: mpsc::Sender<RunId>,
    /// For the terminal, with the next frame: what is no cell.
    words: Vec<u8>,
    /// The newest tick of the clock.
    ticked: Option<Instant>,
    exit: u8,
    /// The run whose seat this terminal was given.
    seat: Option<RunId>,
    /// Who took the seat from here.
    relieved: Option<Login>,
    ahead: Ahead,
    /// The flight moved on since the model saw it.
    is_behind: bool,
}

impl Stage {
    pub(super) fn new(setup: Setup, picks: mpsc::Sender<RunId>) -> Self {
        Self {
            setup,
            shown: Shown::Boot(Boot::default()),
            picks,
            words: Vec::new(),
            ticked: None,
            exit: 0,
            seat: None,
            relieved: None,
            ahead: Ahead::default(),
            is_behind: false,
        }
    }

    pub(super) fn pace(&self) -> Pace {
        self.setup.pace
    }

    pub(super) fn keymap(&self) -> &Keymap {
        &self.setup.look.keymap
    }

    /// Whether what is typed goes into a field.
    pub(super) fn types(&self) -> bool {
        matches!(&self.shown, Shown::Flight(aloft) if aloft.model.types())
    }

    /// Answers a key with a line, where there is a place for one.
    pub(super) fn say(&mut self, text: &str) {
        if let Shown::Flight(aloft) = &mut self.shown {
            aloft.model.say(text);
        }
    }

    /// Whether the preparation still goes on.
    pub(super) fn boots(&self) -> bool {
        match &self.shown {
            Shown::Boot(boot) => boot.failed.is_none(),
            Shown::Picker(..) => true,
            Shown::Flight(_) | Shown::Card(_) => false,
        }
    }

    /// A step of the preparation.
    pub(super) fn step(&mut self, step: Option<BootStep>) -> Next {
        match step {
            Some(BootStep::Doing(what)) => {
                if let Shown::Boot(boot) = &mut self.shown {
                    boot.doing(what);
                }
            }
            Some(BootStep::Pick(runs)) => {
                let now = runs.first().map(|run| run.updated).unwrap_or_default();
                let picker = Picker {
                    service: String::new(),
                    runs,
                    place: Place::default(),
                    now,
                    zone: self.setup.zone.clone(),
                };
                self.shown = Shown::Picker(picker, 0);
            }
            Some(BootStep::Ready(flight, warnings)) => self.begin(flight, &warnings),
            Some(BootStep::Card(card, warnings)) => {
                self.shown = Shown::Card(Box::new(CardView::new(*card, warnings)));
            }
            Some(BootStep::Failed { message, exit }) => self.fail(message, exit),
            None => self.fail("error: the preparation ended without a word".to_owned(), 1),
        }
        Next::Draw
    }

    fn fail(&mut self, message: String, exit: u8) {
        self.exit = exit;
        self.shown = Shown::Boot(Boot {
            failed: Some(message),
            ..Boot::default()
        });
    }

    fn begin(&mut self, flight: Box<dyn Flying>, warnings: &[String]) {
        let mut model = Model::new(flight.now(), self.setup.zone.clone());
        model.seat = flight.driven_by().map_or(Seat::Driving, Seat::Watching);
        model.reel = flight.reel();
        if model.reel.is_some() {
            model.seat = Seat::Replay;
        }
        // What was is no news.
        let _ = model.see(flight.release(), flight.now());
        if let Some(warning) = warnings.first() {
            let more = match warnings.len() {
                1 => String::new(),
                count => format!(" (and {} more: cockpit config show)", count - 1),
            };
            model.say(&format!("{warning}{more}"));
        }
        self.shown = Shown::Flight(Box::new(Aloft {
            flight,
            model,
            title: String::new(),
        }));
    }

    /// Waits for the flight's next turn; without a flight for ever.
    pub(super) async fn turn(&mut self) -> Next {
        let Shown::Flight(aloft) = &mut self.shown else {
            return std::future::pending().await;
        };
        let turn = tokio::select! {
            turn = aloft.flight.turn() => turn,
            sight = self.ahead.told() => {
                aloft.model.derived.sight = sight;
                return Next::Later;
            }
        };
        self.turned(turn)
    }

    fn turned(&mut self, turn: Turn) -> Next {
        let Shown::Flight(aloft) = &mut self.shown else {
            return Next::Nothing;
        };
        match turn {
            // A command that was taken closes its prompt once its record is on the disk.
            Turn::Changed => aloft.model.answered(None, aloft.flight.release()),
            Turn::Refused(refusal) => {
                aloft.model.answered(Some(&refusal), aloft.flight.release());
            }
            Turn::Seated => {
                self.seat = Some(aloft.flight.release().key.run);
                return Next::Quit;
            }
            Turn::Relieved(by) => {
                self.relieved = Some(by);
                return Next::Quit;
            }
            Turn::Trouble(why) => aloft.model.say(&format!(
                "the journal cannot be written: {why}; decisions are refused"
            )),
            Turn::Report(report) => reported(&mut aloft.model, report, aloft.flight.release()),
        }
        // Seen with the next frame or key: many turns may come before it.
        self.is_behind = true;
        Next::Later
    }

    /// The clock moved on, to `at` in real time.
    pub(super) fn tick(&mut self, at: Instant) -> Next {
        let passed = self
            .ticked
            .map_or(Duration::ZERO, |last| at.saturating_duration_since(last));
        self.ticked = Some(at);
        match &mut self.shown {
            Shown::Flight(aloft) => {
                aloft.model.pass(passed);
                self.look();
                Next::Draw
            }
            Shown::Boot(boot) => {
                boot.pass(passed);
                Next::Draw
            }
            Shown::Picker(..) | Shown::Card(_) => Next::Nothing,
        }
    }

    fn catch_up(&mut self) {
        if self.is_behind {
            self.look();
        }
    }

    /// Lets the model see the release, and tells a person who looks elsewhere.
    fn look(&mut self) {
        self.is_behind = false;
        let Shown::Flight(aloft) = &mut self.shown else {
            return;
        };
        let now = aloft.flight.now();
        aloft.model.reel = aloft.flight.reel();
        aloft.model.seated(aloft.flight.driven_by());
        let notice = aloft.model.see(aloft.flight.release(), now);
        if let Some(asked) = aloft.model.derived.ask() {
            self.ahead.ask(asked);
        }
        // What was is no news.
        if let Some(notice) = notice.filter(|_| aloft.model.reel.is_none()) {
            self.words.extend(told(&self.setup, &notice));
        }
        let title = aloft.model.title(aloft.flight.release());
        if title != aloft.title {
            // OSC 2: the window's title.
            let words = format!("\x1b]2;{}\x07", plain(&title));
            self.words.extend(words.into_bytes());
            aloft.title = title;
        }
    }

    /// Takes what was typed.
    pub(super) fn take(&mut self, batch: Batch) -> Next {
        let mut next = if batch.resized {
            Next::Draw
        } else {
            Next::Nothing
        };
        for input in batch.inputs {
            next = match self.input(input) {
                Next::Nothing | Next::Later => next,
                Next::Draw => Next::Draw,
                decided @ (Next::Quit | Next::Suspend | Next::Redraw) => return decided,
            };
        }
        next
    }

    fn input(&mut self, input: Input) -> Next {
        self.catch_up();
        match &mut self.shown {
            // Before anything flies the terminal is asked here; a flight and a scorecard pass it on.
            Shown::Boot(_) | Shown::Picker(..) if meant(&input) == Some(Action::Suspend) => {
                Next::Suspend
            }
            Shown::Boot(_) | Shown::Picker(..) if meant(&input) == Some(Action::Redraw) => {
                Next::Redraw
            }
            Shown::Boot(_) => match input {
                Input::Key {
                    meant: Some(Action::Quit | Action::Back),
                    ..
                } => Next::Quit,
                Input::Key { chord, .. } if chord.key == Key::Enter && self.exit != 0 => Next::Quit,
                _ => Next::Nothing,
            },
            Shown::Picker(picker, seen) => {
                let Input::Key {
                    meant: Some(action),
                    ..
                } = input
                else {
                    return Next::Nothing;
                };
                match picker.act(action, *seen) {
                    Picked::Open => {}
                    Picked::Left => return Next::Quit,
                    Picked::Run(run) => {
                        let mut boot = Boot::default();
                        boot.doing(format!("opening run {run}"));
                        self.shown = Shown::Boot(boot);
                        // The preparation is gone only when the process ends.
                        let _ = self.picks.try_send(run);
                    }
                }
                Next::Draw
            }
            Shown::Card(view) => match view.act(&input) {
                CardLeft::Stays => Next::Draw,
                CardLeft::Leaves => Next::Quit,
                CardLeft::Redraws => Next::Redraw,
                CardLeft::Suspends => Next::Suspend,
            },
            Shown::Flight(aloft) => {
                let effects = aloft.model.update(input, aloft.flight.release());
                let mut next = Next::Draw;
                for effect in effects {
                    match perform(aloft, &mut self.words, effect) {
                        Next::Draw => {}
                        decided => next = decided,
                    }
                }
                next
            }
        }
    }

    /// Draws what is shown.
    pub(super) fn draw<B: Canvas>(&mut self, terminal: &mut Terminal<B>) -> io::Result<()> {
        self.catch_up();
        let words = std::mem::take(&mut self.words);
        if !words.is_empty() {
            terminal.backend_mut().tell(&words);
        }
        let look = &self.setup.look;
        match &mut self.shown {
            Shown::Boot(boot) => {
                terminal.draw(|frame| draw_boot(frame, boot, look))?;
            }
            Shown::Picker(picker, seen) => {
                terminal.draw(|frame| *seen = draw_picker(frame, picker, look))?;
            }
            Shown::Card(view) => {
                terminal.draw(|frame| draw_scorecard(frame, view, look))?;
            }
            Shown::Flight(aloft) => {
                let mut hits = None;
                terminal.draw(|frame| {
                    hits = Some(draw(frame, &aloft.model, aloft.flight.release(), look));
                })?;
                if let Some(hits) = hits {
                    aloft.model.laid_out(hits);
                }
            }
        }
        Ok(())
    }

    /// Ends: what is left is written out. `gone`: nobody reads the last words.
    pub(super) async fn land(&mut self, gone: bool) -> Landed {
        let (exit, words) = match &mut self.shown {
            Shown::Flight(aloft) => {
                let landed = aloft.flight.land().await;
                let release = aloft.flight.release();
                if aloft.flight.reel().is_some() {
                    return Landed {
                        exit: 0,
                        words: None,
                        seat: None,
                    };
                }
                let (exit, words) = parting(release, self.relieved.as_ref());
                match landed {
                    Ok(()) => (exit, Some(words)),
                    // Nothing else that was to be said is as urgent, and no exit code says it.
                    Err(unsaved) => (exit.max(1), Some(format!("{words}\n{unsaved}"))),
                }
            }
            Shown::Boot(boot) => (self.exit, boot.failed.clone()),
            Shown::Picker(..) | Shown::Card(_) => (0, None),
        };
        Landed {
            exit,
            words: words.filter(|_| !gone && self.seat.is_none()),
            seat: self.seat.filter(|_| !gone),
        }
    }
}

fn meant(input: &Input) -> Option<Action> {
    match input {
        Input::Key { meant, .. } => *meant,
        _ => None,
    }
}

fn perform(aloft: &mut Aloft, words: &mut Vec<u8>, effect: Effect) -> Next {
    match effect {
        Effect::Command(command) => {
            if let Err(refusal) = aloft.flight.submit(*command) {
                aloft.model.answered(Some(&refusal), aloft.flight.release());
            }
        }
        Effect::Wind(wind) => aloft.flight.wind(wind),
        Effect::Quit => return Next::Quit,
        Effect::Suspend => return Next::Suspend,
        Effect::Redraw => return Next::Redraw,
        Effect::OpenUrl(url) => {
            if url.starts_with("https://") || url.starts_with("http://") {
                // A browser may take its time; what it prints must not reach the screen, which `open` sees to.
                thread::spawn(move || open::that_detached(url));
            }
        }
        Effect::Copy(text) => {
            let encoded = base64::engine::general_purpose::STANDARD.encode(text);
            // OSC 52.
            words.extend(format!("\x1b]52;c;{encoded}\x07").into_bytes());
        }
    }
    Next::Draw
}
