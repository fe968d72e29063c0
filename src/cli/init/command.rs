//! The command: looks, writes, says what to do next.

use std::{
    fmt::Write as _,
    fs::OpenOptions,
    io::Write as _,
    path::{Path, PathBuf},
};

use super::{
    page::{meaning, page},
    workflows::{self, Found},
};
use crate::{
    cli::{
        checkout,
        exit::{Exit, Stop},
        say::print,
        surroundings::Surroundings,
    },
    domain::Text,
};

/// `init`. Never writes over a file without `force`.
pub(in crate::cli) fn init(
    around: &Surroundings,
    output: &Path,
    force: bool,
) -> Result<Exit, Stop> {
    let here = std::env::current_dir()
        .map_err(|error| Stop::failed(format!("the current folder cannot be read: {error}")))?;
    let remote = around.remote();
    // The workflows are the repository's, wherever in it one stands.
    let root = checkout::root();
    let found = workflows::look(root.as_deref().unwrap_or(&here));
    let folder = here
        .file_name()
        .map(|name| name.to_string_lossy().into_owned());
    let service = remote
        .as_ref()
        .map(|repository| repository.name.clone())
        .or(folder)
        .unwrap_or_else(|| "service".to_owned());
    let text = page(&service, remote.as_ref(), &found);
    let shown = output.display();
    let mut options = OpenOptions::new();
    options.write(true);
    if force {
        options.create(true).truncate(true);
    } else {
        // One step, so that a file made in between is not written over either.
        options.create_new(true);
    }
    let mut file = options.open(output).map_err(|error| {
        if error.kind() == std::io::ErrorKind::AlreadyExists {
            Stop::usage(format!("{shown} is there already\n  = help: --force writes over it, --output FILE beside it"))
        } else {
            Stop::failed(format!("{shown} cannot be written: {error}"))
        }
    })?;
    file.write_all(text.as_bytes())
        .map_err(|error| Stop::failed(format!("{shown} cannot be written: {error}")))?;
    let what = match found.deploying.first() {
        Some(one) => format!("{} deploys to {}", one.file, one.environment),
        None => "no job with `environment:` was found: correct [github]".to_owned(),
    };
    let what = Text::line(&what);
    let mut said = format!("wrote {shown}: {what}\n");
    let is_inside = |root: &PathBuf| !same_folder(root, &here);
    if let Some(root) = root.filter(|root| output.is_relative() && is_inside(root)) {
        // Writing to a String cannot fail.
        let _ = writeln!(
            said,
            "note: cockpit looks for it at the root of the repository, {}",
            Text::line(&root.to_string_lossy())
        );
    }
    for note in notes(&found) {
        // Writing to a String cannot fail.
        let _ = writeln!(said, "note: {}", Text::line(&note));
    }
    said.push_str("next: add metrics, then `cockpit doctor`\n");
    print(said.as_bytes())
}

/// What a person has to see to by hand.
fn notes(found: &Found) -> Vec<String> {
    let mut notes = Vec::new();
    if !found.unread.is_empty() {
        let names = found.unread.join(", ");
        notes.push(format!("not understood, so left out: {names}"));
    }
    if let Some((file, inputs)) = &found.rollback {
        let open = inputs
            .iter()
            .filter(|input| input.is_required && meaning(&input.name).is_none());
        let open: Vec<&str> = open.map(|input| input.name.as_str()).collect();
        if !open.is_empty() {
            let open = open.join(", ");
            notes.push(format!(
                "{file} wants {open} too: say in [rollback] `inputs` what goes into it"
            ));
        }
    }
    notes
}

/// Whether two paths are one folder, by whatever links.
fn same_folder(a: &Path, b: &Path) -> bool {
    let real = |path: &Path| path.canonicalize().ok();
    a == b || real(a).is_some() && real(a) == real(b)
}
