//! A screen of a given size, drawn into memory, and its text, its styles and its ANSI form.

use std::fmt::Write as _;

use cockpit::{
    app::{Chord, Effect, Input, Key, Model, sighted},
    config::{Depth, Keymap, Theme},
    domain::{Feed, release::Release},
    ui::{Look, draw},
};
use jiff::{SignedDuration, tz::TimeZone};
use ratatui::{
    Terminal,
    backend::TestBackend,
    buffer::Buffer,
    style::{Color, Modifier},
};

use super::journal::{at, login};

/// A model over a release, as the shell would hold it.
pub(crate) struct Stage {
    pub(crate) model: Model,
    pub(crate) release: Release,
    pub(crate) look: Look,
}

impl Stage {
    pub(crate) fn new(release: Release) -> Self {
        Self::with(release, "dark", Depth::True, true)
    }

    pub(crate) fn with(release: Release, theme: &str, depth: Depth, unicode: bool) -> Self {
        let zone = TimeZone::get("Europe/Berlin").unwrap();
        let mut model = Model::new(at(0), zone);
        model.viewer = Some(login("ana"));
        for (feed, age) in [(Feed::Github, 2), (Feed::Metrics, 40), (Feed::Alarms, 30)] {
            model
                .feeds
                .answered(feed, at(-age), SignedDuration::from_secs(60));
        }
        model.see(&release, at(0));
        if let Some(asked) = model.derived.ask() {
            model.derived.sight = sighted(&asked);
        }
        let theme = Theme::named(theme).unwrap();
        let look = Look::new(&theme, depth, unicode, Keymap::standard());
        Self {
            model,
            release,
            look,
        }
    }

    /// Types keys as the keymap names them.
    pub(crate) fn keys(&mut self, keys: &[&str]) -> Vec<Effect> {
        keys.iter()
            .flat_map(|key| {
                let chord = Chord::parse(key).unwrap_or_else(|| panic!("{key} is no key"));
                let meant = self.look.keymap.action(chord);
                self.model
                    .update(Input::Key { chord, meant }, &self.release)
            })
            .collect()
    }

    /// Types text character by character.
    pub(crate) fn types(&mut self, text: &str) -> Vec<Effect> {
        let mut effects = Vec::new();
        for c in text.chars() {
            let chord = Chord::plain(Key::Char(c));
            let meant = self.look.keymap.action(chord);
            effects.extend(
                self.model
                    .update(Input::Key { chord, meant }, &self.release),
            );
        }
        effects
    }

    /// Draws a frame and gives the model its hits.
    pub(crate) fn frame(&mut self, width: u16, height: u16) -> Buffer {
        let mut terminal = Terminal::new(TestBackend::new(width, height)).unwrap();
        let mut hits = None;
        terminal
            .draw(|frame| hits = Some(draw(frame, &self.model, &self.release, &self.look)))
            .unwrap();
        self.model.laid_out(hits.unwrap());
        terminal.backend().buffer().clone()
    }

    pub(crate) fn text(&mut self, width: u16, height: u16) -> String {
        text(&self.frame(width, height))
    }
}

/// The characters, a line each, without spaces at the end.
pub(crate) fn text(buffer: &Buffer) -> String {
    let mut out = String::new();
    for y in 0..buffer.area.height {
        let mut line = String::new();
        for x in 0..buffer.area.width {
            line.push_str(buffer[(x, y)].symbol());
        }
        out.push_str(line.trim_end());
        out.push('\n');
    }
    out
}

/// Text, and below it each run of cells that differs from the screen's own style.
pub(crate) fn styled(buffer: &Buffer) -> String {
    let mut out = text(buffer);
    out.push_str("---\n");
    for y in 0..buffer.area.height {
        let mut x = 0;
        while x < buffer.area.width {
            let style = look(buffer, x, y);
            let begin = x;
            let mut run = String::new();
            while x < buffer.area.width && look(buffer, x, y) == style {
                run.push_str(buffer[(x, y)].symbol());
                x += 1;
            }
            if !run.trim().is_empty() {
                let _ = writeln!(out, "{y:>2}:{begin:<3} {style} {:?}", run.trim());
            }
        }
    }
    out
}

fn look(buffer: &Buffer, x: u16, y: u16) -> String {
    let cell = &buffer[(x, y)];
    let mut out = format!("{}/{}", colour(cell.fg), colour(cell.bg));
    for (modifier, sign) in [
        (Modifier::BOLD, "+b"),
        (Modifier::DIM, "+d"),
        (Modifier::REVERSED, "+r"),
        (Modifier::UNDERLINED, "+u"),
        (Modifier::ITALIC, "+i"),
    ] {
        if cell.modifier.contains(modifier) {
            out.push_str(sign);
        }
    }
    out
}

fn colour(colour: Color) -> String {
    match colour {
        Color::Reset => "-".to_owned(),
        Color::Rgb(r, g, b) => format!("{r:02x}{g:02x}{b:02x}"),
        Color::Indexed(index) => index.to_string(),
        other => other.to_string(),
    }
}

/// The frame as a terminal would be told it: to be looked at with other tools.
pub(crate) fn ansi(buffer: &Buffer) -> String {
    let mut out = String::new();
    for y in 0..buffer.area.height {
        for x in 0..buffer.area.width {
            let cell = &buffer[(x, y)];
            out.push_str("\u{1b}[0");
            for (colour, base) in [(cell.fg, 38), (cell.bg, 48)] {
                match colour {
                    Color::Rgb(r, g, b) => {
                        let _ = write!(out, ";{base};2;{r};{g};{b}");
                    }
                    Color::Indexed(index) => {
                        let _ = write!(out, ";{base};5;{index}");
                    }
                    _ => {}
                }
            }
            for (modifier, code) in [
                (Modifier::BOLD, 1),
                (Modifier::DIM, 2),
                (Modifier::UNDERLINED, 4),
                (Modifier::REVERSED, 7),
            ] {
                if cell.modifier.contains(modifier) {
                    let _ = write!(out, ";{code}");
                }
            }
            out.push('m');
            out.push_str(cell.symbol());
        }
        out.push_str("\u{1b}[0m\n");
    }
    out
}
