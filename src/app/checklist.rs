//! The checklist while it lies over the screen: its rows, moving, and the prompt that ticks.

use super::{Action, Asking, Model, Overlay, Prompt, Seat, Ticking, moved::step};
use crate::domain::{
    checklist::Standing,
    judge::{State, Verdict},
    release::Release,
};

/// The heading over the prerequisites.
const PREREQUISITES: &str = "Prerequisites";

/// A row of the checklist.
#[derive(Debug, Clone, PartialEq)]
pub enum ListRow<'r> {
    /// A section: its title, items that are done, items in all.
    Heading(&'r str, usize, usize),
    /// A prerequisite.
    Prerequisite(&'r str, Verdict),
    /// An item.
    Item(Standing<'r>),
}

/// Whether there is anything to walk through.
pub(super) fn has_checklist(release: &Release) -> bool {
    release.policy.checklist.is_some() || !release.policy.prerequisites.is_empty()
}

/// The rows: prerequisites first, then section by section.
pub fn checklist_rows(release: &Release) -> Vec<ListRow<'_>> {
    let mut rows = Vec::new();
    let prerequisites = release.prerequisites_stand();
    if !prerequisites.is_empty() {
        let met = prerequisites.iter();
        let met = met
            .filter(|(_, verdict)| verdict.state == State::Pass)
            .count();
        rows.push(ListRow::Heading(PREREQUISITES, met, prerequisites.len()));
        let each = prerequisites.into_iter();
        rows.extend(each.map(|(name, verdict)| ListRow::Prerequisite(name, verdict)));
    }
    let all = release.checklist_stands();
    for section in all.chunk_by(|a, b| a.section == b.section) {
        let done = section.iter().filter(|one| one.is_done()).count();
        rows.push(ListRow::Heading(section[0].section, done, section.len()));
        rows.extend(section.iter().cloned().map(ListRow::Item));
    }
    rows
}

impl Prompt {
    /// What lies over the screen once the prompt is closed: a tick is given in the checklist.
    pub(super) fn lay_over(&self) -> Option<Overlay> {
        matches!(self.asking, Asking::Tick(_)).then_some(Overlay::Checklist)
    }
}

impl Model {
    /// Opens the checklist, at the first time at what is open.
    pub(super) fn open_checklist(&mut self, release: &Release) {
        let rows = checklist_rows(release);
        if self.checklist.at == 0 {
            let is_open = |row: &ListRow<'_>| match row {
                ListRow::Heading(..) => false,
                ListRow::Prerequisite(_, verdict) => verdict.state != State::Pass,
                ListRow::Item(standing) => standing.item.required && !standing.is_done(),
            };
            self.checklist.at = rows.iter().position(is_open).unwrap_or(1);
        }
        self.overlay = Some(Overlay::Checklist);
    }

    /// What an action means in the checklist; false where it means what it always does.
    pub(super) fn checklist_on(&mut self, action: Action, release: &Release) -> bool {
        let (seen, all) = self.hits.overlay;
        if let Some(by) = step(action, seen) {
            let rows = checklist_rows(release);
            self.checklist.step(by, (seen, all));
            // A heading is passed over, but at the top there is nowhere else to go.
            if matches!(rows.get(self.checklist.at), Some(ListRow::Heading(..))) {
                let on = if by < 0 && self.checklist.at > 0 {
                    -1
                } else {
                    1
                };
                self.checklist.step(on, (seen, all));
            }
            return true;
        }
        match action {
            Action::Tick | Action::Open => self.tick_selected(release),
            Action::NextPane | Action::Right => self.turn_section(release, true),
            Action::PreviousPane | Action::Left => self.turn_section(release, false),
            // Who closes what lies over the screen does not leave the release.
            Action::Back | Action::Quit => self.overlay = None,
            // What belongs to the panes does nothing here.
            Action::Zoom | Action::NextMetric | Action::Filter | Action::Pane(_) => {}
            _ => return false,
        }
        true
    }

    /// A click: the first one selects, one on what is selected ticks.
    pub(super) fn point_at(&mut self, row: usize, release: &Release) {
        let rows = checklist_rows(release);
        match rows.get(row) {
            None | Some(ListRow::Heading(..)) => {}
            Some(_) if self.checklist.at == row => self.tick_selected(release),
            Some(_) => self.checklist.at = row,
        }
    }

    /// To the first row of the next section, or of the one before.
    fn turn_section(&mut self, release: &Release, on: bool) {
        let rows = checklist_rows(release);
        let heads = rows.iter().enumerate();
        let heads: Vec<usize> = heads
            .filter(|(_, row)| matches!(row, ListRow::Heading(..)))
            .map(|(at, _)| at + 1)
            .collect();
        let at = self.checklist.at;
        let to = if on {
            heads.iter().find(|head| **head > at).or(heads.first())
        } else {
            let mut before = heads.iter().rev();
            before.find(|head| **head < at).or(heads.last())
        };
        if let Some(to) = to {
            self.checklist.at = *to;
            self.checklist.fit((self.hits.overlay.0, rows.len()));
        }
    }

    /// Opens the prompt of the selected item, or says why not.
    fn tick_selected(&mut self, release: &Release) {
        let rows = checklist_rows(release);
        let standing = match rows.into_iter().nth(self.checklist.at) {
            Some(ListRow::Item(standing)) => standing,
            Some(ListRow::Prerequisite(..)) => {
                return self.say("a prerequisite is looked up, never ticked");
            }
            Some(ListRow::Heading(..)) | None => return,
        };
        let on = !standing.is_done();
        let ticking = Ticking {
            item: standing.item.id.clone(),
            text: standing.item.text.clone(),
            on,
        };
        if let Some(why) = self.tick_hindrance(release, &ticking) {
            return self.say(&format!("{}: {why}", ticking.item));
        }
        let prompt = Prompt::tick(release, ticking);
        self.overlay = Some(Overlay::Prompt(Box::new(prompt)));
    }

    fn tick_hindrance(&self, release: &Release, ticking: &Ticking) -> Option<String> {
        // What is never ticked by hand is said first.
        if let Err(why) = release.may_tick(&ticking.item, ticking.on) {
            return Some(why.to_string());
        }
        match &self.seat {
            Seat::Watching(driver) => Some(format!("this cockpit watches; {driver} drives")),
            Seat::Replay => Some("a replay only shows what was".to_owned()),
            Seat::Driving if self.viewer.is_none() => {
                Some("GitHub has not told yet who you are".to_owned())
            }
            Seat::Driving => None,
        }
    }
}
