//! Entering and leaving the terminal: every way out goes through here, a panic included.

use std::{
    fs::File,
    io::{self, IsTerminal as _, Write as _},
    os::fd::AsFd as _,
    sync::{
        atomic::{AtomicBool, Ordering},
        mpsc::sync_channel,
    },
    thread,
    time::Duration,
};

use crossterm::terminal::{disable_raw_mode, enable_raw_mode};

use tokio::sync::Notify;

use super::outlet::Outlet;

/// Alternate screen, bracketed paste, clicks and wheel in SGR form, no cursor; the title that stood is kept.
const ENTER: &[u8] = b"\x1b[22;2t\x1b[?1049h\x1b[?2004h\x1b[?1000h\x1b[?1006h\x1b[?25l";
/// The reverse, in reverse; styles reset.
const LEAVE: &[u8] =
    b"\x1b[?2026l\x1b[0m\x1b[?1006l\x1b[?1000l\x1b[?2004l\x1b[?1049l\x1b[?25h\x1b[23;2t";

/// Whether this process has the terminal in its hands: what the panic hook must undo.
static ENTERED: AtomicBool = AtomicBool::new(false);
/// Told when a panic took the terminal out of them.
static FALLEN: Notify = Notify::const_new();
/// Longest wait of a panic for a terminal that does not read.
const LAST_WAIT: Duration = Duration::from_millis(500);

/// Returns once a part of this process, on whatever thread, has panicked while the terminal was entered.
pub(super) async fn fallen() {
    FALLEN.notified().await;
}

/// Standard output without its lock and its buffer: a thread that is stuck in a write holds up nobody else.
pub(super) fn tty() -> io::Result<File> {
    io::stdout().as_fd().try_clone_to_owned().map(File::from)
}

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

    /// Enters anew after others had the terminal without our leaving it: they may have set it for themselves.
    pub fn retake(&self) -> io::Result<()> {
        disable_raw_mode()?;
        ENTERED.store(false, Ordering::SeqCst);
        self.resume()
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
            leave_now();
            FALLEN.notify_one();
        }
        told(panic);
    }));
}

/// Leaves without the writing thread, which may be what panicked; on a thread, since the terminal may not read.
fn leave_now() {
    let (done, left) = sync_channel(1);
    let leaving = thread::Builder::new().spawn(move || {
        // A terminal that is gone needs no restoring, and who stopped waiting is not told.
        let _ = tty().and_then(|mut tty| tty.write_all(LEAVE));
        let _ = done.try_send(());
    });
    if leaving.is_ok() {
        let _ = left.recv_timeout(LAST_WAIT);
    }
    let _ = disable_raw_mode();
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn everything_that_is_switched_on_is_switched_off() {
        let modes = |bytes: &[u8], end: char| -> Vec<String> {
            String::from_utf8_lossy(bytes)
                .split('\u{1b}')
                .filter_map(|part| part.strip_prefix("[?")?.strip_suffix(end))
                .map(str::to_owned)
                .collect()
        };
        let (on, off) = (modes(ENTER, 'h'), modes(LEAVE, 'l'));
        assert!(on.len() >= 4);
        for mode in on {
            assert!(off.contains(&mode), "{mode} stays on");
        }
        assert!(modes(LEAVE, 'h').contains(&"25".to_owned()), "the cursor");
    }

    #[tokio::test]
    async fn a_panic_on_another_thread_takes_the_terminal_out_of_our_hands() {
        restore_on_panic();
        ENTERED.store(true, Ordering::SeqCst);
        let fell = thread::spawn(|| panic!("a part of this process")).join();
        assert!(fell.is_err());
        assert!(!ENTERED.load(Ordering::SeqCst));
        fallen().await;
    }
}
