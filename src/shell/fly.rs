//! The loop around a flight: input draws at once, feeds at most thirty times a second, nothing when nothing changed.
//!
//! Knows no terminal: what it draws on, what it hears and what it is asked come from whoever starts it.

use std::{io, panic::AssertUnwindSafe, time::Duration};

use crossterm::event::Event;
use futures_util::FutureExt as _;
use ratatui::Terminal;
use tokio::{
    sync::mpsc,
    time::{Interval, MissedTickBehavior, interval},
};

use super::{
    boot::BootStep,
    console::{Asked, Canvas, Console, Ends},
    keys::inputs,
    setup::{Landed, Setup},
    stage::{Next, Stage},
};
use crate::domain::RunId;

/// Batches of input that are taken in before a frame is drawn.
const BATCHES: usize = 64;

/// Flies what `steps` brings, with `ends` for a terminal.
///
/// Fails only before anything flies; from then on every way out lands.
pub async fn fly_on<B: Canvas, C: Console>(
    setup: Setup,
    backend: B,
    ends: Ends<C>,
    steps: mpsc::Receiver<BootStep>,
    picks: mpsc::Sender<RunId>,
) -> io::Result<Landed> {
    let (stage, terminal) = begin(setup, picks, backend)?;
    Ok(around(stage, terminal, ends, steps).await)
}

/// Shows the first frame. Nothing is awaited for it.
pub(super) fn begin<B: Canvas>(
    setup: Setup,
    picks: mpsc::Sender<RunId>,
    backend: B,
) -> io::Result<(Stage, Terminal<B>)> {
    let mut terminal = Terminal::new(backend)?;
    let mut stage = Stage::new(setup, picks);
    stage.draw(&mut terminal)?;
    Ok((stage, terminal))
}

/// How the loop ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Way {
    /// A person, or a signal, asked for it.
    Left,
    /// The terminal is gone: nobody reads the last words.
    Gone,
    /// A part of this process panicked; the terminal is handed back already, and the panic told on it.
    Fallen,
}

/// Turns until there is a way out, then lands: whatever it was, what is decided is on the disk before the terminal is
/// handed back and the process ends.
pub(super) async fn around<B: Canvas, C: Console>(
    mut stage: Stage,
    mut terminal: Terminal<B>,
    mut ends: Ends<C>,
    steps: mpsc::Receiver<BootStep>,
) -> Landed {
    let turning = turns(&mut stage, &mut terminal, &mut ends, steps);
    // A panic in the loop itself is one more way out.
    let way = AssertUnwindSafe(turning).catch_unwind().await;
    match way {
        Ok(Ok(Way::Left)) => stage.land(false).await,
        Ok(Ok(Way::Gone)) => stage.land(true).await,
        Ok(Ok(Way::Fallen)) | Err(_) => stage.land(false).await.failed(None),
        Ok(Err(error)) => {
            let why = format!("error: the terminal: {error}");
            stage.land(false).await.failed(Some(why))
        }
    }
}

async fn turns<B: Canvas, C: Console>(
    stage: &mut Stage,
    terminal: &mut Terminal<B>,
    ends: &mut Ends<C>,
    mut steps: mpsc::Receiver<BootStep>,
) -> io::Result<Way> {
    let Ends { console, keys } = ends;
    let (mut frame, mut clock) = (paced(stage.pace().frame), paced(stage.pace().clock));
    let mut dirty = false;
    loop {
        let next = tokio::select! {
            biased;
            asked = console.asked() => match asked {
                Asked::End => Next::Quit,
                Asked::HungUp => return Ok(Way::Gone),
                Asked::Fallen => return Ok(Way::Fallen),
                Asked::Stop => Next::Suspend,
                Asked::Continue => {
                    console.retake()?;
                    Next::Redraw
                }
            },
            batch = keys.recv() => match batch {
                Some(batch) => typed(stage, batch, keys),
                None => return Ok(Way::Gone),
            },
            step = steps.recv(), if stage.boots() => stage.step(step),
            next = stage.turn() => next,
            _ = frame.tick(), if dirty => Next::Draw,
            at = clock.tick() => stage.tick(at),
        };
        match next {
            Next::Nothing => {}
            // What feeds bring waits for the next frame.
            Next::Later => dirty = true,
            Next::Draw => {
                dirty = !stage.draw_if_ready(terminal)?;
                frame.reset();
            }
            Next::Redraw => {
                redraw(terminal)?;
                dirty = !stage.draw_if_ready(terminal)?;
            }
            Next::Suspend => {
                if console.pause()? {
                    redraw(terminal)?;
                } else {
                    stage.say("no shell to return to: this terminal was opened for cockpit");
                }
                dirty = !stage.draw_if_ready(terminal)?;
            }
            Next::Quit => return Ok(Way::Left),
        }
        if terminal.backend().is_broken() {
            return Ok(Way::Gone);
        }
    }
}

/// What was read so far, a batch each; one frame answers all of it.
fn typed(stage: &mut Stage, first: Vec<Event>, keys: &mut mpsc::Receiver<Vec<Event>>) -> Next {
    let mut next = Next::Nothing;
    let mut batch = first;
    for _ in 0..BATCHES {
        let batched = inputs(&batch, stage.keymap(), stage.types());
        match stage.take(batched) {
            Next::Nothing | Next::Later => {}
            Next::Draw => next = Next::Draw,
            decided @ (Next::Quit | Next::Suspend | Next::Redraw) => return decided,
        }
        match keys.try_recv() {
            Ok(more) => batch = more,
            Err(_) => break,
        }
    }
    next
}

fn paced(period: Duration) -> Interval {
    let mut interval = interval(period);
    interval.set_missed_tick_behavior(MissedTickBehavior::Delay);
    interval
}

/// Forgets what the screen showed: the next frame is drawn whole.
fn redraw<B: Canvas>(terminal: &mut Terminal<B>) -> io::Result<()> {
    terminal.backend_mut().forget();
    terminal.clear()
}

impl Stage {
    /// Draws, unless the terminal is still busy with earlier frames; whether it drew.
    fn draw_if_ready<B: Canvas>(&mut self, terminal: &mut Terminal<B>) -> io::Result<bool> {
        if !terminal.backend().is_ready() {
            return Ok(false);
        }
        self.draw(terminal)?;
        Ok(true)
    }
}
