//! The loop around a flight: input draws at once, feeds at most thirty times a second, nothing when nothing changed.

use std::{io, time::Duration};

use crossterm::event::{Event, EventStream};
use futures_util::{FutureExt as _, StreamExt as _};
use jiff::tz::TimeZone;
use ratatui::{Terminal, backend::Backend};
use tokio::{
    sync::mpsc,
    time::{Interval, MissedTickBehavior, interval},
};

use super::{
    backend::Frugal,
    boot::{BootStep, Pace},
    keys::inputs,
    outlet::{Canvas, Outlet},
    signals::{Asked, Signals, stop_here},
    stage::{Next, Stage},
    terminal::{Guard, restore_on_panic},
};
use crate::{domain::RunId, ui::Look};

/// Events of the terminal that are taken in before a frame is drawn.
const AT_ONCE: usize = 512;

/// How the screen is set up.
pub struct Setup {
    /// Styles, signs, keys.
    pub look: Look,
    /// Zone of the times on the screen.
    pub zone: TimeZone,
    /// Ring the bell for what wants a person.
    pub bell: bool,
    /// And tell the desktop.
    pub notify: bool,
    /// How often things are looked at.
    pub pace: Pace,
}

/// How it ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Landed {
    /// The exit code.
    pub exit: u8,
    /// For the terminal, once it is restored.
    pub words: Option<String>,
}

/// Takes the terminal, shows the first frame, flies what `steps` brings, and gives the terminal back.
///
/// Nothing is awaited before the first frame.
pub async fn fly(
    setup: Setup,
    mut steps: mpsc::Receiver<BootStep>,
    picks: mpsc::Sender<RunId>,
) -> io::Result<Landed> {
    restore_on_panic();
    let outlet = Outlet::new(io::stdout())?;
    let guard = Guard::enter(&outlet)?;
    let mut terminal = Terminal::new(Frugal::new(outlet.clone()))?;
    let mut stage = Stage::new(setup, picks, outlet.clone());
    stage.draw(&mut terminal)?;

    let mut events = EventStream::new();
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
                Asked::Continue => Next::Redraw,
            },
            event = events.next() => match event {
                Some(Ok(event)) => typed(&mut stage, event, &mut events),
                // The terminal is gone.
                Some(Err(_)) | None => break stage.land(true).await,
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
                guard.resume()?;
                redraw(&mut terminal)?;
                dirty = !stage.draw_if_ready(&mut terminal)?;
            }
            Next::Suspend => {
                guard.pause()?;
                stop_here();
                guard.resume()?;
                redraw(&mut terminal)?;
                stage.draw(&mut terminal)?;
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

/// The event that came and those that came with it, as one batch.
fn typed(stage: &mut Stage, first: Event, events: &mut EventStream) -> Next {
    let mut batch = vec![first];
    while batch.len() < AT_ONCE
        && let Some(Some(Ok(event))) = events.next().now_or_never()
    {
        batch.push(event);
    }
    let batch = inputs(batch, stage.keymap());
    stage.take(batch)
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
