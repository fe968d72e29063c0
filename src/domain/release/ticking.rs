//! A person ticks an item of the checklist, or takes the tick back: when, and why not.

use crate::domain::{
    Event, Refusal, Text,
    checklist::{ChecklistEvent, Item, When},
    release::Release,
};

/// Most characters of a note.
const NOTE: usize = 1_000;

/// A person says that an item is done.
pub(super) fn tick(
    release: &Release,
    item: &str,
    note: Option<&Text>,
) -> Result<Vec<Event>, Refusal> {
    release
        .may_tick(item, true)
        .map_err(|why| refused(item, why))?;
    let (item, note) = (item.to_owned(), kept(note));
    Ok(vec![ChecklistEvent::ItemTicked { item, note }.into()])
}

/// And takes it back, which is recorded too.
pub(super) fn untick(
    release: &Release,
    item: &str,
    note: Option<&Text>,
) -> Result<Vec<Event>, Refusal> {
    release
        .may_tick(item, false)
        .map_err(|why| refused(item, why))?;
    let (item, note) = (item.to_owned(), kept(note));
    Ok(vec![ChecklistEvent::ItemUnticked { item, note }.into()])
}

fn refused(item: &str, why: Text) -> Refusal {
    Refusal::NotTickable {
        item: Text::line(item),
        why,
    }
}

fn kept(note: Option<&Text>) -> Option<Text> {
    let note = note.filter(|note| !note.is_empty())?;
    Some(Text::block_within(note.as_str(), NOTE))
}

impl Release {
    /// Whether an item may be ticked now, or its tick taken back (`on` is false); else why not.
    pub fn may_tick(&self, id: &str, on: bool) -> Result<(), Text> {
        let Some(checklist) = &self.policy.checklist else {
            return Err("the rules name no checklist".into());
        };
        let Some(item) = checklist.item(id) else {
            return Err(Text::line(&format!("{} has no such item", checklist.name)));
        };
        if let Some(binding) = &item.auto {
            let words = binding.in_words();
            return Err(Text::line(&format!("it ticks itself, by {words}")));
        }
        self.is_its_time(item)?;
        match (self.checklist.ticks.get(id), on) {
            (Some(tick), true) => Err(Text::line(&format!("{} has ticked it already", tick.by))),
            (None, false) => Err("it is not ticked".into()),
            (Some(_), false) | (None, true) => Ok(()),
        }
    }

    fn is_its_time(&self, item: &Item) -> Result<(), Text> {
        match item.when {
            When::Before if self.decision_is_ahead() => Ok(()),
            When::Before => Err("it is of before the approval, which is over".into()),
            When::During if self.approval.first_grant().is_some() => Ok(()),
            When::During => Err("it is of the deploy: not before production is approved".into()),
            When::After if self.rollout.deployed.is_some() => Ok(()),
            When::After => {
                Err("it is of after the deploy: not before production is deployed".into())
            }
        }
    }
}
