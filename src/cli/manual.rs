//! `completions` and `man`: from the same definition as the command line.

use clap::CommandFactory as _;
use clap_complete::Shell;

use super::{
    args::Arguments,
    exit::{Exit, Stop},
    say::print,
};
use crate::{config::nearest, domain::Text};

pub(super) fn completions(shell: Shell) -> Result<Exit, Stop> {
    let mut page = Vec::new();
    clap_complete::generate(shell, &mut Arguments::command(), "cockpit", &mut page);
    print(&page)
}

/// The page of cockpit, or of the command that the words name: `cockpit-config-show(1)`.
pub(super) fn man(words: &[String]) -> Result<Exit, Stop> {
    let mut whole = Arguments::command();
    whole.build();
    let mut command = &whole;
    for word in words {
        let below = command.get_subcommands().map(clap::Command::get_name);
        let near = nearest(word, below);
        command = command.find_subcommand(word).ok_or_else(|| {
            let stop = Stop::usage(format!(
                "there is no command `{}`",
                Text::line(&words.join(" "))
            ));
            match near {
                Some(near) => stop.with_help(&format!("did you mean `{near}`?")),
                None => stop.with_help("`cockpit --help` lists them"),
            }
        })?;
    }
    let mut page = Vec::new();
    clap_mangen::Man::new(command.clone())
        .render(&mut page)
        .map_err(|error| Stop::failed(format!("the manual page cannot be written: {error}")))?;
    print(&page)
}
