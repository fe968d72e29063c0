//! The rules of the default branch, with the files that they name beside them.

use super::{exit::Stop, surroundings::beside};
use crate::{
    config::{Beside, TeamFile, files_beside, parse_team_with},
    domain::Fault,
};

/// Reads `cockpit.toml` of a repository (`owner/name`) through `ask`, which answers a path with the file's bytes.
pub(super) async fn default_rules(
    slug: &str,
    mut ask: impl AsyncFnMut(&str) -> Result<Option<Vec<u8>>, Fault>,
) -> Result<TeamFile, Stop> {
    let Some(bytes) = ask("cockpit.toml").await? else {
        return Err(Stop::usage(format!(
            "the default branch of {slug} has no cockpit.toml\n  = help: write one with `cockpit init` and merge it, or name a file with --config"
        )));
    };
    let origin = format!("cockpit.toml of {slug}");
    let mut files = Vec::new();
    for (key, name) in files_beside(&bytes) {
        let Some(held) = ask(&name).await? else {
            return Err(Stop::usage(format!(
                "the default branch of {slug} has no {name}, which cockpit.toml names as `{key}`\n  = help: merge it, or correct `{key}`"
            )));
        };
        files.push((name.clone(), format!("{name} of {slug}"), held));
    }
    let beside: Vec<Beside<'_>> = files.iter().map(beside).collect();
    Ok(parse_team_with(&bytes, &origin, &beside)?)
}
