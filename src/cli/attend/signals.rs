//! Being told to end: by a signal, or by the time that was given.

use std::{io, sync::Arc};

use jiff::Timestamp;
use tokio::{
    signal::unix::{Signal, SignalKind, signal},
    sync::watch,
};

use crate::ports::Clock;

/// Why it ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Called {
    /// Somebody asked for it.
    Off,
    /// The time that was given is over.
    Time,
}

/// Listens for both.
pub(super) struct Calls {
    signals: [Signal; 3],
    until: Option<Timestamp>,
    clock: Arc<dyn Clock>,
}

impl Calls {
    /// Listens from now on, until `until` at most.
    pub(super) fn new(until: Option<Timestamp>, clock: Arc<dyn Clock>) -> io::Result<Self> {
        Ok(Self {
            signals: [
                signal(SignalKind::terminate())?,
                signal(SignalKind::interrupt())?,
                signal(SignalKind::hangup())?,
            ],
            until,
            clock,
        })
    }

    /// Waits for the call.
    pub(super) async fn next(&mut self) -> Called {
        let [term, int, hup] = &mut self.signals;
        let (clock, until) = (&self.clock, self.until);
        let time = async {
            match until {
                Some(until) => {
                    // Earlier where the clock is set back.
                    while clock.now() < until {
                        clock.sleep_until(until).await;
                    }
                }
                None => std::future::pending().await,
            }
        };
        tokio::select! {
            _ = term.recv() => Called::Off,
            _ = int.recv() => Called::Off,
            _ = hup.recv() => Called::Off,
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
            std::future::pending::<()>().await;
        }
    }
}
