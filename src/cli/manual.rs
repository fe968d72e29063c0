//! `completions` and `man`: from the same definition as the command line.

use std::io::Write as _;

use clap::CommandFactory as _;
use clap_complete::Shell;

use super::{
    args::Arguments,
    exit::{Exit, Stop},
};

pub(super) fn completions(shell: Shell) -> Result<Exit, Stop> {
    let mut page = Vec::new();
    clap_complete::generate(shell, &mut Arguments::command(), "cockpit", &mut page);
    print(&page)
}

pub(super) fn man() -> Result<Exit, Stop> {
    let mut page = Vec::new();
    clap_mangen::Man::new(Arguments::command())
        .render(&mut page)
        .map_err(|error| Stop::failed(format!("the manual page cannot be written: {error}")))?;
    print(&page)
}

/// Writes whole pages; a reader that has seen enough (`| head`) is no failure.
pub(super) fn print(page: &[u8]) -> Result<Exit, Stop> {
    match std::io::stdout().lock().write_all(page) {
        Ok(()) => Ok(Exit::Ok),
        Err(error) if error.kind() == std::io::ErrorKind::BrokenPipe => Ok(Exit::Ok),
        Err(error) => Err(Stop::failed(format!("standard output: {error}"))),
    }
}
