//! `completions` and `man`: from the same definition as the command line.

use clap::CommandFactory as _;
use clap_complete::Shell;

use super::{
    args::Arguments,
    exit::{Exit, Stop},
    say::print,
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
