//! The theme that the layers name, read: for the screen, and for the commands that tell whether it can be.

use std::path::PathBuf;

use super::{
    exit::Stop,
    surroundings::{Surroundings, read},
};
use crate::{
    adapters::store::home_path,
    config::{Layer, Settled, Theme, nearest},
    domain::Text,
};

/// Largest theme: a few dozen colours, with what one writes beside them.
const LARGEST: usize = 64 * 1024;

/// The theme, or why it is none.
pub(super) fn theme(around: &Surroundings, named: &Settled<String>) -> Result<Theme, Stop> {
    let (name, from) = (&named.value, &named.from);
    if !Theme::is_path(name) {
        return Theme::named(name).map_err(|error| {
            let stop = Stop::usage(format!("{error} ({from})"));
            match nearest(name, Theme::names()) {
                Some(near) => stop.with_help(&format!("did you mean `{near}`?")),
                None => stop,
            }
        });
    }
    let path = place(around, named);
    let shown = Text::line(&path.to_string_lossy());
    let Some(bytes) = read(&path)? else {
        let help =
            "name one that is built in (dark, light, high-contrast, mono), or correct the path";
        return Err(Stop::usage(format!("there is no theme {shown} ({from})")).with_help(help));
    };
    if bytes.len() > LARGEST {
        return Err(Stop::usage(format!(
            "theme {shown}: {} bytes are more than a theme has",
            bytes.len()
        )));
    }
    Theme::parse(&String::from_utf8_lossy(&bytes)).map_err(|error| {
        // The line that is shown is the file's own.
        let words = Text::block(&error.to_string());
        Stop::usage(format!("theme {shown}: {words}"))
    })
}

/// A path in the user's file starts at that file, wherever cockpit is started.
fn place(around: &Surroundings, named: &Settled<String>) -> PathBuf {
    let home = around.env.get("HOME").map(std::path::Path::new);
    let path = home_path(&named.value, home);
    match &around.config_dir {
        Some(folder) if named.from == Layer::User => folder.join(path),
        _ => path,
    }
}
