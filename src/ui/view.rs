//! What a pane is drawn from: the model, the release, and how the terminal looks.

use ratatui::style::Style;

use super::Look;
use crate::{
    app::{Model, Pane},
    domain::release::Release,
};

/// Everything that a pane is drawn from.
#[derive(Clone, Copy)]
pub(super) struct View<'a> {
    pub(super) model: &'a Model,
    pub(super) release: &'a Release,
    pub(super) look: &'a Look,
}

impl View<'_> {
    /// Whether a pane has the focus.
    pub(super) fn has_focus(&self, pane: Pane) -> bool {
        self.model.focus == pane
    }
}

/// A piece of text with its style.
pub(super) type Piece = (String, Style);
