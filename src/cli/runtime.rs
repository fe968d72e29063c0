//! The runtime of one thread: each thread that waits for something has its own.

use super::exit::Stop;

/// A current-thread runtime with network and time.
pub(super) fn runtime() -> Result<tokio::runtime::Runtime, Stop> {
    tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(|error| Stop::failed(format!("no runtime: {error}")))
}
