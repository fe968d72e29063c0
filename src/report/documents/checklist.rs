//! Prerequisites and the checklist in documents: each item with who ticked it when, or what it is bound to says.

use serde_json::{Value, json};

use super::page::{Page, stamp};
use crate::domain::{
    checklist::{Status, When},
    release::Release,
    wording,
};

/// The prerequisites with what was found; nothing where the rules name none.
pub(super) fn prerequisites(page: &mut Page, release: &Release) {
    let all = release.prerequisites_stand();
    if all.is_empty() {
        return;
    }
    page.heading("Prerequisites");
    let rows = all.into_iter().map(|(name, verdict)| {
        vec![
            name.to_owned(),
            verdict.state.word().to_owned(),
            verdict.why.to_string(),
        ]
    });
    page.table(&["prerequisite", "state", "found"], rows.collect(), "");
}

/// The items of these times; nothing where the rules name no checklist.
pub(super) fn items(page: &mut Page, release: &Release, times: &[When]) {
    let all = release.checklist_stands();
    let due: Vec<_> = all
        .iter()
        .filter(|standing| times.contains(&standing.item.when))
        .collect();
    if due.is_empty() {
        return;
    }
    page.heading("Checklist");
    let required = due.iter().filter(|standing| standing.item.required);
    let done = required.clone().filter(|standing| standing.is_done());
    let (done, all) = (done.count(), required.count());
    page.words(format!(
        "{done} of {} done.",
        wording::count(all as u64, "required item")
    ));
    let rows = due.into_iter().map(|standing| {
        let item = standing.item;
        let (who, said) = match &standing.status {
            Status::Ticked(tick) => {
                let note = tick.note.as_ref();
                let note = note.map_or_else(String::new, ToString::to_string);
                (format!("{}, {}", tick.by, stamp(tick.at)), note)
            }
            Status::Open => ("nobody".to_owned(), String::new()),
            Status::Told(verdict) => ("cockpit".to_owned(), verdict.why.to_string()),
        };
        vec![
            standing.section.to_owned(),
            item.text.clone(),
            item.when.word().to_owned(),
            if item.required { "required" } else { "" }.to_owned(),
            standing.word().to_owned(),
            who,
            said,
        ]
    });
    page.table(
        &["section", "item", "when", "needed", "state", "by", "says"],
        rows.collect(),
        "",
    );
}

/// Both for machines.
pub(super) fn record(release: &Release) -> (Vec<Value>, Vec<Value>) {
    let prerequisites = release.prerequisites_stand();
    let prerequisites = prerequisites.into_iter().map(|(name, verdict)| {
        json!({ "prerequisite": name, "state": verdict.state, "why": verdict.why })
    });
    let items = release.checklist_stands();
    let items = items.iter().map(|standing| {
        let tick = match &standing.status {
            Status::Ticked(tick) => Some(tick),
            Status::Open | Status::Told(_) => None,
        };
        json!({
            "item": standing.item.id,
            "section": standing.section,
            "text": standing.item.text,
            "when": standing.item.when,
            "required": standing.item.required,
            "automatic": standing.item.auto.is_some(),
            "done": standing.is_done(),
            "state": standing.word(),
            "by": tick.map(|tick| &tick.by),
            "at": tick.map(|tick| tick.at),
            "says": tick.map_or_else(|| Some(standing.why()), |tick| tick.note.clone()),
        })
    });
    (prerequisites.collect(), items.collect())
}
