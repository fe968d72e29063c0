//! `cockpit evidence`: files, folders and zips read offline by the code that reads a run's artifacts.

use std::{
    fs,
    io::{IsTerminal as _, Read as _},
    path::{Path, PathBuf},
};

use super::{
    account::Account,
    page::{self, Looks},
};
use crate::{
    adapters::artifacts::{Understood, understand, understand_zip},
    cli::{
        exit::{Exit, Stop},
        say::print,
        surroundings::Surroundings,
    },
    config::{Depth, file::Glyphs},
};

/// Files looked at in all.
const FILES: usize = 20_000;
/// Folders in folders.
const DEPTH: usize = 16;
/// Bytes of a zip, which is held whole.
const ZIP_BYTES: u64 = 512 << 20;

/// `cockpit evidence FILE...`.
pub(in crate::cli) fn evidence(
    around: &Surroundings,
    files: &[PathBuf],
    json: bool,
) -> Result<Exit, Stop> {
    let mut account = Account::default();
    for path in files {
        look(path, true, 0, &mut account);
    }
    let page = if json {
        account.as_json()
    } else {
        page::of(&account, looks(around)?)
    };
    print(page.as_bytes())?;
    Ok(account.exit())
}

fn looks(around: &Surroundings) -> Result<Looks, Stop> {
    let screen = around.screen_only()?.screen;
    let coloured = screen.depth.value != Depth::Mono;
    Ok(Looks {
        colours: coloured && std::io::stdout().is_terminal(),
        ascii: screen.glyphs.value == Glyphs::Ascii,
    })
}

/// Takes a file, or what a folder holds. What is named must be a report; what lies beside reports need not be one.
fn look(path: &Path, is_named: bool, depth: usize, account: &mut Account) {
    let shown = path.display().to_string();
    let wrong = |account: &mut Account, why: &str| {
        let why = why.to_owned();
        account.take(&shown, Understood::Unreadable { kind: None, why }, is_named);
    };
    // A link that was named is followed, one that was found is not: it may lead anywhere.
    let data = if is_named {
        fs::metadata(path)
    } else {
        fs::symlink_metadata(path)
    };
    let data = match data {
        Ok(data) => data,
        Err(error) => return wrong(account, &error.to_string()),
    };
    if data.is_dir() {
        let before = account.reports();
        if let Err(why) = look_into(path, depth, account) {
            return wrong(account, &why);
        }
        if is_named && account.reports() == before {
            wrong(account, "no report is in it");
        }
        return;
    }
    if !data.is_file() {
        if is_named {
            wrong(account, "neither a file nor a folder");
        }
        return;
    }
    if account.looked_at() >= FILES {
        account.stop_at(FILES);
        return;
    }
    let mut file = match fs::File::open(path) {
        Ok(file) => file,
        Err(error) => return wrong(account, &error.to_string()),
    };
    let mut head = Vec::new();
    if let Err(error) = (&mut file).take(4).read_to_end(&mut head) {
        return wrong(account, &error.to_string());
    }
    if !head.starts_with(b"PK\x03\x04") && !head.starts_with(b"PK\x05\x06") {
        let input = head.as_slice().chain(file);
        account.take(&shown, understand(&shown, input), is_named);
        return;
    }
    let mut bytes = head;
    if let Err(error) = file.take(ZIP_BYTES).read_to_end(&mut bytes) {
        return wrong(account, &error.to_string());
    }
    let before = account.reports();
    let walked = understand_zip(&bytes, |name, understood| {
        account.take(&format!("{shown}/{name}"), understood, false);
    });
    match walked {
        Err(why) => wrong(account, &why),
        Ok(()) if account.reports() == before && is_named => wrong(account, "no report is in it"),
        Ok(()) => {}
    }
}

/// Takes what a folder holds; the error is why it cannot be walked.
fn look_into(folder: &Path, depth: usize, account: &mut Account) -> Result<(), String> {
    if depth >= DEPTH {
        return Err("folders nested too deep".to_owned());
    }
    let entries = fs::read_dir(folder).map_err(|error| error.to_string())?;
    // One more than are looked at, so that it is said that there are more.
    let mut inner: Vec<PathBuf> = entries
        .flatten()
        .map(|entry| entry.path())
        .take(FILES + 1)
        .collect();
    inner.sort();
    for path in inner {
        look(&path, false, depth + 1, account);
    }
    Ok(())
}
