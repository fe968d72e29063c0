//! The real terminal around the loop: its modes, its keys, and the signals of the process.

use std::io;

use tokio::sync::mpsc;

use super::{
    backend::Frugal,
    boot::BootStep,
    console::{Asked, Console, Ends},
    ears::listen,
    fly::{around, begin},
    outlet::Outlet,
    setup::{Landed, Setup},
    signals::{Signals, has_shell, stop_here},
    terminal::{Guard, fallen, restore_on_panic, tty},
};
use crate::domain::RunId;

/// Takes the terminal, shows the first frame, flies what `steps` brings, and gives the terminal back.
///
/// Nothing is awaited before the first frame; keys and signals are listened to behind it.
pub async fn fly(
    setup: Setup,
    steps: mpsc::Receiver<BootStep>,
    picks: mpsc::Sender<RunId>,
) -> io::Result<Landed> {
    restore_on_panic();
    let outlet = Outlet::new(tty()?)?;
    let guard = Guard::enter(&outlet)?;
    let backend = Frugal::new(outlet, setup.mono);
    let (stage, terminal) = begin(setup, picks, backend)?;
    let keys = listen()?;
    let signals = Signals::new()?;
    let console = Tty { guard, signals };
    Ok(around(stage, terminal, Ends { console, keys }, steps).await)
}

/// This process on its terminal.
struct Tty {
    guard: Guard,
    signals: Signals,
}

impl Console for Tty {
    async fn asked(&mut self) -> Asked {
        tokio::select! {
            biased;
            asked = self.signals.next() => asked,
            () = fallen() => Asked::Fallen,
        }
    }

    fn retake(&mut self) -> io::Result<()> {
        self.guard.retake()
    }

    fn pause(&mut self) -> io::Result<bool> {
        if !has_shell() {
            return Ok(false);
        }
        self.guard.pause()?;
        stop_here();
        self.guard.resume()?;
        Ok(true)
    }
}
