//! Being told to end: by a signal, or by the time that was given.

use std::{future::pending, io, sync::Arc, thread, time::Duration};

use jiff::Timestamp;
use tokio::{
    signal::unix::{Signal, SignalKind, signal},
    sync::watch,
    time::timeout,
};

use crate::{
    cli::{exit::Exit, runtime::runtime},
    ports::Clock,
};

/// Why it ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Called {
    /// Somebody asked for it.
    Off,
    /// The time that was given is over.
    Time,
}

/// The signals that tell a process to end.
struct Signals([Signal; 3]);

impl Signals {
    fn heard() -> io::Result<Self> {
        Ok(Self([
            signal(SignalKind::terminate())?,
            signal(SignalKind::interrupt())?,
            signal(SignalKind::hangup())?,
        ]))
    }

    async fn next(&mut self) {
        let [term, int, hup] = &mut self.0;
        tokio::select! {
            _ = term.recv() => {}
            _ = int.recv() => {}
            _ = hup.recv() => {}
        }
    }
}

/// From now on the process ends at the latest `limit` after it was told to, with `code`, whatever its other threads do: a disk
/// or a reader that does not answer holds a loop up, and with it the look at its clock. What was decided is on the disk by
/// then, and what was appended outlives the process.
pub(super) fn end_within(limit: Duration, code: Exit) -> io::Result<()> {
    let (ready, is_ready) = std::sync::mpsc::sync_channel(1);
    let waiting = move || {
        let runtime = match runtime() {
            Ok(runtime) => runtime,
            Err(stop) => return drop(ready.send(Err(io::Error::other(stop.to_string())))),
        };
        runtime.block_on(async {
            let heard = Signals::heard();
            let mut signals = match heard {
                Ok(signals) => signals,
                Err(error) => return drop(ready.send(Err(error))),
            };
            // Whoever waits for this is in this function.
            let _ = ready.send(Ok(()));
            signals.next().await;
            let _ = timeout(limit, pending::<()>()).await;
            std::process::exit(i32::from(code as u8))
        });
    };
    thread::Builder::new()
        .name("end".to_owned())
        .spawn(waiting)?;
    is_ready
        .recv()
        .unwrap_or_else(|_| Err(io::Error::other("the thread that ends did not begin")))
}

/// Listens for both.
pub(super) struct Calls {
    signals: Signals,
    until: Option<Timestamp>,
    clock: Arc<dyn Clock>,
}

impl Calls {
    /// Listens from now on, until `until` at most.
    pub(super) fn new(until: Option<Timestamp>, clock: Arc<dyn Clock>) -> io::Result<Self> {
        Ok(Self {
            signals: Signals::heard()?,
            until,
            clock,
        })
    }

    /// Waits for the call.
    pub(super) async fn next(&mut self) -> Called {
        let (clock, until) = (&self.clock, self.until);
        let time = async {
            match until {
                Some(until) => {
                    // Earlier where the clock is set back.
                    while clock.now() < until {
                        clock.sleep_until(until).await;
                    }
                }
                None => pending().await,
            }
        };
        tokio::select! {
            () = self.signals.next() => Called::Off,
            () = time => Called::Time,
        }
    }
}

/// Waits until the call is passed on; for ever where nobody can call any more.
pub(super) async fn called(calls: &mut watch::Receiver<Option<Called>>) -> Called {
    loop {
        if let Some(called) = *calls.borrow_and_update() {
            return called;
        }
        if calls.changed().await.is_err() {
            pending::<()>().await;
        }
    }
}
