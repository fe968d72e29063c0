//! The screen before the release is known: its frames, with what is being done in the log; or an error with its mend.

use ratatui::{Frame, buffer::Buffer, layout::Rect, style::Style};

use super::{
    header,
    layout::{Parts, is_wide, tabbed, to_decide},
    look::Look,
    pane::empty,
    pen::{Pen, fill},
};
use crate::app::{Action, Boot, Pane};

/// Seconds from which on a step of the preparation says how long it takes.
const WORTH_A_CLOCK: u64 = 2;

/// Draws it.
pub fn draw_boot(frame: &mut Frame<'_>, boot: &Boot, look: &Look) {
    let area = frame.area();
    let buffer = frame.buffer_mut();
    buffer.set_style(area, look.styles.screen);
    let parts = Parts::of(area, 1);
    let head = parts.map_or(area, |parts| {
        let band = look.styles.screen.patch(look.styles.band);
        fill(buffer, parts.header, band);
        parts.header
    });
    header::brand(&mut line(buffer, head, 0, 1, look), look);
    match (&boot.failed, parts) {
        (Some(failed), _) => mend(buffer, area, failed, look),
        (None, Some(parts)) => {
            let log = frames(buffer, parts.body, look);
            steps(buffer, log, boot, look);
            let mut keys = line(buffer, parts.keys, 0, 1, look);
            quit(&mut keys, look);
        }
        (None, None) => steps(buffer, below(area, 2), boot, look),
    }
}

/// A pen on a row of an area, some columns in.
fn line<'b>(buffer: &'b mut Buffer, area: Rect, row: u16, indent: u16, look: &Look) -> Pen<'b> {
    let inner = Rect {
        x: area.x + indent.min(area.width),
        width: area.width.saturating_sub(indent),
        ..area
    };
    Pen::new(buffer, inner, row, look.glyphs.more)
}

fn below(area: Rect, rows: u16) -> Rect {
    Rect {
        y: area.y + rows.min(area.height),
        height: area.height.saturating_sub(rows),
        ..area
    }
}

fn quit(pen: &mut Pen<'_>, look: &Look) {
    pen.put(&look.key(Action::Quit), look.styles.key)
        .put(" quit", look.styles.dim);
}

/// The words of an error stand alone: what it says to do may be long.
fn mend(buffer: &mut Buffer, area: Rect, failed: &str, look: &Look) {
    let mut row = 2;
    for text in failed.lines() {
        line(buffer, area, row, 2, look).put(text, look.styles.text);
        row += 1;
    }
    quit(&mut line(buffer, area, row + 1, 2, look), look);
}

/// The empty panes where they will be; what is inside of the log, or of the one pane that there is room for.
fn frames(buffer: &mut Buffer, body: Rect, look: &Look) -> Rect {
    if !is_wide(body) {
        let (names, one) = tabbed(body);
        let mut pen = line(buffer, names, 0, 1, look);
        for (pane, _) in to_decide(one) {
            let (number, name) = (pane.number(), pane.short());
            pen.put(&format!(" {number} "), look.styles.faint)
                .put(name, look.styles.dim)
                .skip(2);
        }
        return empty(look, buffer, one, Pane::Log);
    }
    let mut log = body;
    for (pane, area) in to_decide(body) {
        log = empty(look, buffer, area, pane);
    }
    log
}

/// What was done, and last what is being done; the newest where there is not room for all.
fn steps(buffer: &mut Buffer, area: Rect, boot: &Boot, look: &Look) {
    let styles = &look.styles;
    let waited = match boot.waited.as_secs() {
        // What is quick needs no clock.
        0..WORTH_A_CLOCK => String::new(),
        seconds => format!("  {seconds} s"),
    };
    let hidden = boot.lines.len().saturating_sub(usize::from(area.height));
    let mut shown = boot.lines.iter().skip(hidden).peekable();
    let mut row = 0;
    while let Some(text) = shown.next() {
        let is_now = shown.peek().is_none();
        let (sign, style, waited): (&str, Style, &str) = if is_now {
            (look.glyphs.now, styles.text, &waited)
        } else {
            (look.glyphs.ok, styles.dim, "")
        };
        line(buffer, area, row, 0, look)
            .put(sign, style)
            .put(" ", style)
            .put(text, style)
            .put(waited, styles.dim);
        row += 1;
    }
}

#[cfg(test)]
mod tests {
    use ratatui::{Terminal, backend::TestBackend};

    use super::*;
    use crate::config::{Depth, Keymap, Theme};

    fn drawn(boot: &Boot, width: u16, height: u16) -> String {
        let theme = Theme::named("dark").unwrap();
        let look = Look::new(&theme, Depth::True, true, Keymap::standard());
        let mut terminal = Terminal::new(TestBackend::new(width, height)).unwrap();
        terminal
            .draw(|frame| draw_boot(frame, boot, &look))
            .unwrap();
        terminal.backend().to_string()
    }

    #[test]
    fn the_panes_stand_before_anything_is_known() {
        for (width, height) in [(80, 24), (120, 34), (200, 60)] {
            let text = drawn(&Boot::default(), width, height);
            for word in ["cockpit", "ests ", "Explain", "Gates", "Metrics", "Log"] {
                assert!(text.contains(word), "{width}x{height}: {word}\n{text}");
            }
        }
    }

    #[test]
    fn the_newest_step_is_always_seen() {
        let mut boot = Boot::default();
        for step in 0..40 {
            boot.doing(format!("step {step}"));
            for (width, height) in [(30, 6), (60, 18), (80, 24), (120, 34), (300, 100)] {
                let text = drawn(&boot, width, height);
                assert!(text.contains(&format!("step {step}")), "{width}x{height}");
            }
        }
        for (width, height) in [(1, 1), (1, 100), (300, 1), (59, 17)] {
            drawn(&boot, width, height);
        }
    }

    #[test]
    fn an_error_stands_alone() {
        let boot = Boot {
            failed: Some("error: no such run\n  = help: name another".to_owned()),
            ..Boot::default()
        };
        let text = drawn(&boot, 80, 24);
        assert!(text.contains("= help: name another"), "{text}");
        assert!(!text.contains("Gates"), "{text}");
    }
}
