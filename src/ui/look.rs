//! How this terminal looks: styles, signs and keys, made once from theme, keymap and what the terminal can do.

use ratatui::style::Style;

use super::{
    Styles,
    glyphs::{self, Dots, Glyphs},
};
use crate::{
    app::Action,
    config::{Depth, Keymap, Theme},
    domain::{judge::State, risk::Level},
    report::Mood,
};

/// Styles, signs and keys.
#[derive(Debug, Clone)]
pub struct Look {
    /// Styles.
    pub styles: Styles,
    /// Signs.
    pub glyphs: &'static Glyphs,
    /// Keys, for the key bar, the help and the palette.
    pub keymap: Keymap,
}

impl Look {
    /// From a theme and keys, for a terminal of that depth with or without Unicode.
    pub fn new(theme: &Theme, depth: Depth, unicode: bool, keymap: Keymap) -> Self {
        Self {
            styles: Styles::new(theme, depth),
            glyphs: if unicode {
                &glyphs::UNICODE
            } else {
                &glyphs::ASCII
            },
            keymap,
        }
    }

    /// The same with charts of half blocks, for a font without braille; without Unicode nothing changes.
    #[must_use]
    pub fn with_blocks(mut self) -> Self {
        if self.glyphs.dots == Dots::Braille {
            self.glyphs = &glyphs::BLOCKS;
        }
        self
    }

    /// Sign and style of a judged state.
    pub(super) fn state(&self, state: State) -> (&'static str, Style) {
        match state {
            State::Pass => (self.glyphs.ok, self.styles.ok),
            State::Fail => (self.glyphs.fail, self.styles.fail),
            State::Ambiguous | State::NoData | State::Broken => {
                (self.glyphs.unknown, self.styles.info)
            }
        }
    }

    /// Style of a level of risk.
    pub(super) fn level(&self, level: Level) -> Style {
        match level {
            Level::Low => self.styles.ok,
            Level::Medium => self.styles.warn,
            Level::High => self.styles.fail,
        }
    }

    /// Style of a line of the log.
    pub(super) fn mood(&self, mood: Mood) -> Style {
        match mood {
            Mood::Plain => self.styles.text,
            Mood::Quiet => self.styles.dim,
            Mood::Good => self.styles.ok,
            Mood::Look => self.styles.warn,
            Mood::Bad => self.styles.fail,
            Mood::Unknown => self.styles.info,
        }
    }

    /// The key of an action as it is shown; empty where it has none.
    pub(super) fn key(&self, action: Action) -> String {
        self.keymap
            .shown(action)
            .map_or_else(String::new, |chord| chord.to_string())
    }
}
