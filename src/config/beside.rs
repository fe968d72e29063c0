//! The files that rules name beside them: the strategy, smoke tests, the checklist.

use super::{
    resolve::{CHECKLIST_ENDINGS, SMOKE_ENDINGS},
    strategy::{is_below, is_beside},
};

/// A file that the rules name, from beside them.
#[derive(Debug, Clone, Copy)]
pub struct Beside<'b> {
    /// Its name, as the rules write it.
    pub name: &'b str,
    /// Its name for people.
    pub origin: &'b str,
    /// What it holds.
    pub bytes: &'b [u8],
}

/// The key of a file that rules name, and the file.
pub type Named = (&'static str, String);

/// The files that these rules name, relative to them, each once, with the key that names it; those that cannot be read
/// are left out.
pub fn files_beside(bytes: &[u8]) -> Vec<Named> {
    let text = std::str::from_utf8(bytes).ok();
    let Some(table) = text.and_then(|text| toml::from_str::<toml::Table>(text).ok()) else {
        return Vec::new();
    };
    let named = |table: &toml::Table, (section, key): (&str, &str)| -> Option<String> {
        Some(table.get(section)?.get(key)?.as_str()?.to_owned())
    };
    let strategy = named(&table, STRATEGY).filter(|name| is_beside(name));
    let mut all: Vec<Named> = strategy
        .map(|name| ("strategy.file", name))
        .into_iter()
        .collect();
    let others: [(_, _, &[&str]); 3] = [
        (BEFORE, "smoke.before", &SMOKE_ENDINGS),
        (AFTER, "smoke.after", &SMOKE_ENDINGS),
        (CHECKLIST, "approval.checklist", &CHECKLIST_ENDINGS),
    ];
    for (place, key, endings) in others {
        let Some(name) = named(&table, place).filter(|name| is_below(name, endings)) else {
            continue;
        };
        if all.iter().all(|(_, known)| *known != name) {
            all.push((key, name));
        }
    }
    all
}

const STRATEGY: (&str, &str) = ("strategy", "file");
const BEFORE: (&str, &str) = ("smoke", "before");
const AFTER: (&str, &str) = ("smoke", "after");
const CHECKLIST: (&str, &str) = ("approval", "checklist");
