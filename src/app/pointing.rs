//! Clicks and the wheel: what each does to the screen.

use super::{Effect, Model, Overlay, Pane, Spot};
use crate::domain::release::Release;

impl Model {
    pub(super) fn click(&mut self, x: u16, y: u16, release: &Release) -> Vec<Effect> {
        match (self.hits.at(x, y), &mut self.overlay) {
            (Some((Spot::Choices(top), row)), Some(Overlay::Palette(palette))) => {
                palette.place.at = top + row;
                if let Some(action) = palette.selected() {
                    self.overlay = None;
                    return self.act(action, release);
                }
            }
            (Some((Spot::Choices(top), row)), Some(Overlay::Walk)) => self.walk.select(top + row),
            (Some((Spot::Choices(top), row)), Some(Overlay::Checklist)) => {
                self.point_at(top + row, release);
            }
            (Some((Spot::Pane(pane), _)), None) => self.focus_on(pane),
            (Some((Spot::Rows(pane, top), row)), None) => {
                self.focus_on(pane);
                self.select(pane, top + row);
            }
            (Some((Spot::Choices(_), _)) | None, None) | (_, Some(_)) => {}
        }
        Vec::new()
    }

    fn focus_on(&mut self, pane: Pane) {
        self.focus = pane;
        if !self.panes().contains(&pane) {
            self.zoomed = true;
        }
    }

    fn select(&mut self, pane: Pane, row: usize) {
        match pane {
            Pane::Tests if self.zoomed && !self.lists_cases() => {}
            Pane::Tests if self.zoomed => {
                self.cases.place.at = row.min(self.cases.len().saturating_sub(1));
            }
            Pane::Metrics => self.chosen_metric = Some(row),
            Pane::Explain | Pane::Log => {}
            pane => self.places[pane.index()].at = row,
        }
    }

    pub(super) fn wheel(&mut self, lines: isize, x: u16, y: u16) {
        match &mut self.overlay {
            Some(Overlay::Help(place) | Overlay::Lane(place) | Overlay::Card(place)) => {
                place.scroll(lines, self.hits.overlay);
            }
            Some(Overlay::Palette(palette)) => {
                let reach = (self.hits.overlay.0, palette.found().len());
                palette.place.step(lines, reach);
            }
            Some(Overlay::Prompt(_)) => {}
            Some(Overlay::Walk) => self.walk.step(lines, self.hits.overlay),
            Some(Overlay::Checklist) => {
                let reach = self.hits.overlay;
                self.checklist.scroll(lines, reach);
            }
            None => {
                let Some((Spot::Pane(pane) | Spot::Rows(pane, _), _)) = self.hits.at(x, y) else {
                    return;
                };
                let reach = self.hits.reach[pane.index()];
                if pane == Pane::Tests && self.zoomed && !self.lists_cases() {
                    self.staging.place.scroll(lines, reach);
                } else if pane == Pane::Tests && self.zoomed && self.cases.opened.is_none() {
                    let all = self.cases.len();
                    self.cases.place.step(lines, (reach.0, all));
                } else if let (Pane::Tests, Some(top)) = (pane, &mut self.cases.opened) {
                    *top = top
                        .saturating_add_signed(lines)
                        .min(reach.1.saturating_sub(reach.0));
                } else {
                    self.places[pane.index()].scroll(lines, reach);
                }
            }
        }
    }
}
