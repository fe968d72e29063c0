//! Signals that end, stop and continue the process.

use std::io;

use tokio::signal::unix::{Signal, SignalKind, signal};

use super::console::Asked;

/// The signals that are listened to.
pub(super) struct Signals {
    term: Signal,
    int: Signal,
    quit: Signal,
    hup: Signal,
    stop: Signal,
    cont: Signal,
}

/// POSIX numbers on Linux and macOS agree for these only by name; tokio has no names for them.
#[cfg(target_os = "linux")]
const TSTP_CONT: (i32, i32) = (20, 18);
#[cfg(not(target_os = "linux"))]
const TSTP_CONT: (i32, i32) = (18, 19);

impl Signals {
    pub(super) fn new() -> io::Result<Self> {
        Ok(Self {
            term: signal(SignalKind::terminate())?,
            int: signal(SignalKind::interrupt())?,
            quit: signal(SignalKind::quit())?,
            hup: signal(SignalKind::hangup())?,
            stop: signal(SignalKind::from_raw(TSTP_CONT.0))?,
            cont: signal(SignalKind::from_raw(TSTP_CONT.1))?,
        })
    }

    /// The next one.
    pub(super) async fn next(&mut self) -> Asked {
        tokio::select! {
            _ = self.term.recv() => Asked::End,
            _ = self.int.recv() => Asked::End,
            _ = self.quit.recv() => Asked::End,
            _ = self.hup.recv() => Asked::HungUp,
            _ = self.stop.recv() => Asked::Stop,
            _ = self.cont.recv() => Asked::Continue,
        }
    }
}

/// Whether a shell could continue this process: a session's leader has none above it, and would stand still for ever.
pub(super) fn has_shell() -> bool {
    rustix::process::getsid(None).is_ok_and(|leader| leader != rustix::process::getpid())
}

/// Stops this process until someone continues it.
pub(super) fn stop_here() {
    let process = rustix::process::getpid();
    // A process that cannot be stopped goes on, which is visible.
    let _ = rustix::process::kill_process(process, rustix::process::Signal::STOP);
}
