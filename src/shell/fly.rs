//! The loop around a flight: input draws at once, feeds at most thirty times a second, nothing when nothing changed.

use std::{io, time::Duration};

use crossterm::event::Event;
use ratatui::{Terminal, backend::Backend};
use tokio::{
    sync::mpsc,
    time::{Interval, MissedTickBehavior, interval},
};

use super::{
    backend::Frugal,
    boot::BootStep,
    ears::listen,
    keys::inputs,
    outlet::{Canvas, Outlet},
    setup::{Landed, Setup},
    signals::{Asked, Signals, has_shell, stop_here},
    stage::{Next, Stage},
    terminal::{Guard, fallen, restore_on_panic, tty},
};
use crate::domain::RunId;

/// Batches of input that are taken in before a frame is drawn.
const BATCHES: usize = 64;

/// Takes the terminal, shows the first frame, flies what `steps` brings, and gives the terminal back.
///
/// Nothing is awaited before the first frame.
pub async fn fly(
    setup: Setup,
    mut steps: mpsc::Receiver<BootStep>,
    picks: mpsc::Sender<RunId>,
) -> io::Result<Landed> {
    restore_on_panic();
    let outlet = Outlet::new(tty()?)?;
    let guard = Guard::enter(&outlet)?;
    let mut terminal = Terminal::new(Frugal::new(outlet.clone()))?;
    let mut stage = Stage::new(setup, picks, outlet.clone());
    stage.draw(&mut terminal)?;

    let mut keys = listen()?;
    let mut signals = Signals::new()?;
    let (mut frame, mut clock) = (paced(stage.pace().frame), paced(stage.pace().clock));
    let mut dirty = false;
    let landed = loop {
        let next = tokio::select! {
            biased;
            asked = signals.next() => match asked {
                Asked::End => Next::Quit,
                Asked::HungUp => break stage.land(true).await,
                Asked::Stop => Next::Suspend,
                Asked::Continue => {
                    guard.retake()?;
                    Next::Redraw
                }
            },
            () = fallen() => {
                // The terminal is handed back already, and the panic told on it.
                let landed = stage.land(false).await;
                break Landed { exit: 1, ..landed };
            }
            batch = keys.recv() => match batch {
                Some(batch) => typed(&mut stage, batch, &mut keys),
                // The terminal is gone.
                None => break stage.land(true).await,
            },
            step = steps.recv(), if stage.boots() => stage.step(step),
            next = stage.turn() => next,
            _ = frame.tick(), if dirty => Next::Draw,
            _ = clock.tick() => stage.tick(),
        };
        match next {
            Next::Nothing => {}
            // What feeds bring waits for the next frame.
            Next::Later => dirty = true,
            Next::Draw => {
                dirty = !stage.draw_if_ready(&mut terminal)?;
                frame.reset();
            }
            Next::Redraw => {
                redraw(&mut terminal)?;
                dirty = !stage.draw_if_ready(&mut terminal)?;
            }
            Next::Suspend => {
                if has_shell() {
                    guard.pause()?;
                    stop_here();
                    guard.resume()?;
                    redraw(&mut terminal)?;
                } else {
                    stage.say("no shell to return to: this terminal was opened for cockpit");
                }
                dirty = !stage.draw_if_ready(&mut terminal)?;
            }
            Next::Quit => break stage.land(false).await,
        }
        if outlet.is_broken() {
            break stage.land(true).await;
        }
    };
    drop(guard);
    Ok(landed)
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
fn redraw(terminal: &mut Terminal<Frugal>) -> io::Result<()> {
    terminal.backend_mut().forget();
    terminal.clear()
}

impl Stage {
    /// Draws, unless the terminal is still busy with earlier frames; whether it drew.
    fn draw_if_ready<B>(&mut self, terminal: &mut Terminal<B>) -> io::Result<bool>
    where
        B: Backend<Error = io::Error> + Canvas,
    {
        if !terminal.backend().is_ready() {
            return Ok(false);
        }
        self.draw(terminal)?;
        Ok(true)
    }
}
