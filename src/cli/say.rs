//! Words of the commands: pages on standard output, remarks on standard error. Nothing else of the crate writes there
//! outside of a screen, and neither may end the program by being closed or full.

use std::{
    fmt::Display,
    io::{ErrorKind, Write as _},
};

use super::exit::{Exit, Stop};

/// Writes whole pages on standard output; a reader that has seen enough (`| head`) is no failure.
pub(super) fn print(page: &[u8]) -> Result<Exit, Stop> {
    let mut out = std::io::stdout().lock();
    match out.write_all(page).and_then(|()| out.flush()) {
        Ok(()) => Ok(Exit::Ok),
        Err(error) if error.kind() == ErrorKind::BrokenPipe => Ok(Exit::Ok),
        Err(error) => Err(Stop::failed(format!("standard output: {error}"))),
    }
}

/// A line on standard error. Where nobody can read it there is nobody to tell; the exit code stands.
pub(super) fn aside(words: impl Display) {
    // `eprintln!` would panic where standard error is closed by its reader or full.
    let _ = writeln!(std::io::stderr().lock(), "{words}");
}
