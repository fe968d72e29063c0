//! The bytes of a frame: only what differs from what the terminal's pen already is.
//!
//! What a cell is drawn with stays in force until another is, also from frame to frame: a clock that ticks costs a move
//! and a digit. Knows no terminal: cells in, bytes out.

use std::io::{self, Write};

use ratatui::{
    buffer::Cell,
    layout::Position,
    style::{Color, Modifier},
};

/// Cells of a frame up to which they may be written out of their order.
const FEW: usize = 24;
/// The attributes that cells may have, with their SGR numbers.
const ATTRIBUTES: [(Modifier, u8); 8] = [
    (Modifier::BOLD, 1),
    (Modifier::DIM, 2),
    (Modifier::ITALIC, 3),
    (Modifier::UNDERLINED, 4),
    (Modifier::SLOW_BLINK, 5),
    (Modifier::RAPID_BLINK, 6),
    (Modifier::REVERSED, 7),
    (Modifier::CROSSED_OUT, 9),
];

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
struct Style {
    foreground: Color,
    background: Color,
    attributes: Modifier,
}

impl Style {
    fn of(cell: &Cell) -> Self {
        Self {
            foreground: cell.fg,
            background: cell.bg,
            attributes: cell.modifier,
        }
    }
}

/// What the terminal draws with, as far as is known.
#[derive(Debug, Default)]
pub(super) struct Pen {
    /// `None`: others have used it.
    style: Option<Style>,
    mono: bool,
}

impl Pen {
    /// `mono`: nothing is written that could be taken for a colour.
    pub(super) fn new(mono: bool) -> Self {
        Self { style: None, mono }
    }

    /// Others used the terminal.
    pub(super) fn forget(&mut self) {
        self.style = None;
    }

    /// Writes cells. Of a few, those come first for which nothing must change.
    pub(super) fn draw<'c>(
        &mut self,
        cells: impl Iterator<Item = (u16, u16, &'c Cell)>,
        out: &mut impl Write,
    ) -> io::Result<()> {
        let cells: Vec<_> = cells.collect();
        let first = self.style;
        let is_first = |cell: &Cell| cells.len() <= FEW && Some(Style::of(cell)) == first;
        for of_first in [true, false] {
            // Where the terminal's cursor is: behind what was written last.
            let mut at = None;
            for (x, y, cell) in &cells {
                if is_first(cell) != of_first {
                    continue;
                }
                if at != Some((*x, *y)) {
                    self.go(Position::new(*x, *y), out)?;
                }
                self.take(Style::of(cell), out)?;
                out.write_all(cell.symbol().as_bytes())?;
                at = x.checked_add(1).map(|next| (next, *y));
            }
        }
        Ok(())
    }

    /// Moves the cursor.
    pub(super) fn go(&self, to: Position, out: &mut impl Write) -> io::Result<()> {
        // The terminal counts from 1.
        let (row, column) = (u32::from(to.y) + 1, u32::from(to.x) + 1);
        // Whoever looks for colours without reading whole sequences takes row 34 for blue. Leading zeros of a parameter
        // mean nothing (ECMA-48, 5.4.2).
        let zero = |number: u32| if self.mono && number > 9 { "0" } else { "" };
        write!(out, "\x1b[{}{row};{}{column}H", zero(row), zero(column))
    }

    /// Changes what is drawn with, in one sequence.
    fn take(&mut self, wanted: Style, out: &mut impl Write) -> io::Result<()> {
        if self.style == Some(wanted) {
            return Ok(());
        }
        let mut numbers = Numbers::default();
        let mut has = match self.style {
            // An attribute is taken away by taking all away: `22` and its like are not known everywhere.
            Some(has) if wanted.attributes.contains(has.attributes) => has,
            _ => {
                numbers.push(format_args!("0"));
                Style::default()
            }
        };
        has.attributes = wanted.attributes - has.attributes;
        for (attribute, number) in ATTRIBUTES {
            if has.attributes.contains(attribute) {
                numbers.push(format_args!("{number}"));
            }
        }
        if has.foreground != wanted.foreground {
            numbers.colour(wanted.foreground, 30);
        }
        if has.background != wanted.background {
            numbers.colour(wanted.background, 40);
        }
        self.style = Some(wanted);
        match numbers.0.as_str() {
            "" => Ok(()),
            "0" => out.write_all(b"\x1b[m"),
            numbers => write!(out, "\x1b[{numbers}m"),
        }
    }
}

/// The parameters of one SGR sequence (ECMA-48, 8.3.117; colours as in ISO 8613-6).
#[derive(Default)]
struct Numbers(String);

impl Numbers {
    fn push(&mut self, number: std::fmt::Arguments<'_>) {
        use std::fmt::Write as _;
        if !self.0.is_empty() {
            self.0.push(';');
        }
        // Writing to a String cannot fail.
        let _ = self.0.write_fmt(number);
    }

    /// `base`: 30 for the foreground, 40 for the background.
    fn colour(&mut self, colour: Color, base: u8) {
        let named = match colour {
            Color::Reset => 9,
            Color::Black => 0,
            Color::Red => 1,
            Color::Green => 2,
            Color::Yellow => 3,
            Color::Blue => 4,
            Color::Magenta => 5,
            Color::Cyan => 6,
            Color::Gray => 7,
            Color::DarkGray => 60,
            Color::LightRed => 61,
            Color::LightGreen => 62,
            Color::LightYellow => 63,
            Color::LightBlue => 64,
            Color::LightMagenta => 65,
            Color::LightCyan => 66,
            Color::White => 67,
            // By their own numbers: who does not know `38;5` takes its 5 for a blink.
            Color::Indexed(index @ 0..=7) => index,
            Color::Indexed(index @ 8..=15) => index + 52,
            Color::Indexed(index) => {
                return self.push(format_args!("{};5;{index}", base + 8));
            }
            Color::Rgb(red, green, blue) => {
                return self.push(format_args!("{};2;{red};{green};{blue}", base + 8));
            }
        };
        self.push(format_args!("{}", base + named));
    }
}

#[cfg(test)]
mod tests {
    use ratatui::style::Style as Drawn;

    use super::*;

    fn cell(symbol: &'static str, style: Drawn) -> Cell {
        let mut cell = Cell::new(symbol);
        cell.set_style(style);
        cell
    }

    fn drawn(pen: &mut Pen, cells: &[(u16, u16, Cell)]) -> String {
        let mut out = Vec::new();
        let cells = cells.iter().map(|(x, y, cell)| (*x, *y, cell));
        pen.draw(cells, &mut out).unwrap();
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn the_sixteen_colours_are_told_in_one_number_each() {
        for (fg, bg, wanted) in [
            (Color::Indexed(1), Color::Indexed(8), "\x1b[0;31;100m"),
            (Color::Indexed(15), Color::Indexed(7), "\x1b[0;97;47m"),
            (Color::Indexed(16), Color::Reset, "\x1b[0;38;5;16m"),
        ] {
            let told = drawn(
                &mut Pen::default(),
                &[(0, 0, cell("x", Drawn::new().fg(fg).bg(bg)))],
            );
            assert_eq!(told, format!("\x1b[1;1H{wanted}x"));
        }
    }

    #[test]
    fn a_clock_that_ticks_beside_another_changes_the_pen_once_a_frame() {
        let clock = Drawn::new().fg(Color::Rgb(1, 2, 3)).bg(Color::Indexed(7));
        let other = Drawn::new().fg(Color::Red);
        let frame = [(5, 0, cell("1", clock)), (2, 33, cell("8", other))];
        let mut pen = Pen::default();
        assert_eq!(
            drawn(&mut pen, &frame),
            "\x1b[1;6H\x1b[0;38;2;1;2;3;47m1\x1b[34;3H\x1b[31;49m8"
        );
        assert_eq!(
            drawn(&mut pen, &frame),
            "\x1b[34;3H8\x1b[1;6H\x1b[38;2;1;2;3;47m1"
        );
        assert_eq!(drawn(&mut pen, &frame), "\x1b[1;6H1\x1b[34;3H\x1b[31;49m8");
    }

    #[test]
    fn attributes_are_added_at_once_and_taken_away_with_all() {
        let bold = Drawn::new().add_modifier(Modifier::BOLD);
        let both = bold.add_modifier(Modifier::UNDERLINED).fg(Color::Blue);
        let row = [
            (0, 0, cell("a", Drawn::new())),
            (1, 0, cell("b", bold)),
            (2, 0, cell("c", both)),
            (3, 0, cell("d", bold)),
            (4, 0, cell("e", Drawn::new())),
        ];
        let written = drawn(&mut Pen::default(), &row);
        assert_eq!(
            written,
            "\x1b[1;1H\x1b[ma\x1b[1mb\x1b[4;34mc\x1b[0;1md\x1b[me"
        );
    }

    #[test]
    fn a_pen_that_others_used_begins_anew() {
        let red = [(0, 0, cell("x", Drawn::new().fg(Color::LightRed)))];
        let mut pen = Pen::default();
        drawn(&mut pen, &red);
        assert_eq!(drawn(&mut pen, &red), "\x1b[1;1Hx");
        pen.forget();
        assert_eq!(drawn(&mut pen, &red), "\x1b[1;1H\x1b[0;91mx");
    }

    #[test]
    fn a_large_frame_is_written_in_its_order() {
        let (red, blue) = (Drawn::new().fg(Color::Red), Drawn::new().fg(Color::Blue));
        let row: Vec<_> = (0..40)
            .map(|x| (x, 0, cell("x", if x % 2 == 0 { red } else { blue })))
            .collect();
        let mut pen = Pen::default();
        drawn(&mut pen, &row);
        assert_eq!(drawn(&mut pen, &row).matches('H').count(), 1);
    }

    #[test]
    fn cursor_moves_look_like_no_colour_without_colours() {
        let mut out = Vec::new();
        Pen::new(true).go(Position::new(37, 4), &mut out).unwrap();
        Pen::new(true).go(Position::new(0, 33), &mut out).unwrap();
        assert_eq!(out, b"\x1b[5;038H\x1b[034;1H");
    }
}
