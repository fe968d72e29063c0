//! Entering and leaving the terminal: every way out goes through here, a panic included.

use std::{
    io::{self, IsTerminal as _, Write as _},
    sync::atomic::{AtomicBool, Ordering},
};

use crossterm::terminal::{disable_raw_mode, enable_raw_mode};

use super::outlet::Outlet;

/// Alternate screen, bracketed paste, clicks and wheel in SGR form, no cursor; the title that stood is kept.
const ENTER: &[u8] = b"\x1b[22;2t\x1b[?1049h\x1b[?2004h\x1b[?1000h\x1b[?1006h\x1b[?25l";
/// The reverse, in reverse; styles reset.
const LEAVE: &[u8] =
    b"\x1b[?2026l\x1b[0m\x1b[?1006l\x1b[?1000l\x1b[?2004l\x1b[?1049l\x1b[?25h\x1b[23;2t";

/// Whether this process has the terminal in its hands: what the panic hook must undo.
static ENTERED: AtomicBool = AtomicBool::new(false);

/// Standard input or output is no terminal.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error(
    "cockpit draws on a terminal, and standard {0} is none\n  = help: `cockpit status --json` and `cockpit demo --headless` need none"
)]
pub struct NotATerminal(&'static str);

/// The terminal, entered. Dropping it leaves.
pub struct Guard {
    outlet: Outlet,
}

impl Guard {
    /// Whether there is a terminal at both ends.
    pub fn check() -> Result<(), NotATerminal> {
        if !io::stdout().is_terminal() {
            return Err(NotATerminal("output"));
        }
        if !io::stdin().is_terminal() {
            return Err(NotATerminal("input"));
        }
        Ok(())
    }

    /// Enters.
    pub fn enter(outlet: &Outlet) -> io::Result<Self> {
        enable_raw_mode()?;
        ENTERED.store(true, Ordering::SeqCst);
        let guard = Self {
            outlet: outlet.clone(),
        };
        guard.outlet.clone().write_all(ENTER)?;
        Ok(guard)
    }

    /// Leaves for a while; [`Guard::resume`] comes back.
    pub fn pause(&self) -> io::Result<()> {
        if ENTERED.swap(false, Ordering::SeqCst) {
            self.outlet.clone().write_all(LEAVE)?;
            self.outlet.finish();
            disable_raw_mode()?;
        }
        Ok(())
    }

    /// Enters again after [`Guard::pause`].
    pub fn resume(&self) -> io::Result<()> {
        if !ENTERED.swap(true, Ordering::SeqCst) {
            enable_raw_mode()?;
            self.outlet.clone().write_all(ENTER)?;
        }
        Ok(())
    }
}

impl Drop for Guard {
    fn drop(&mut self) {
        // A terminal that cannot be restored is gone.
        let _ = self.pause();
    }
}

/// Wraps the panic hook that stands: the terminal is restored before the panic is told.
pub(super) fn restore_on_panic() {
    let told = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |panic| {
        if ENTERED.swap(false, Ordering::SeqCst) {
            let mut out = io::stdout();
            // A terminal that is gone needs no restoring.
            let _ = out.write_all(LEAVE).and_then(|()| out.flush());
            let _ = disable_raw_mode();
        }
        told(panic);
    }));
}
