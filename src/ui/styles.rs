//! Styles derived from a theme for what the terminal can show: true colour, 256, 16, or none.
//!
//! Knows config's `Theme`; panes use these styles and never a colour.

use ratatui::style::{Color, Modifier, Style};

use crate::config::{Colour, Depth, Roles, Theme};

/// One style a role, and the few that combine them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Styles {
    /// The whole screen.
    pub screen: Style,
    /// What is read.
    pub text: Style,
    /// Names and values.
    pub strong: Style,
    /// Units, times, reasons.
    pub dim: Style,
    /// What is old or still to come.
    pub faint: Style,
    /// The accent.
    pub accent: Style,
    /// Passed.
    pub ok: Style,
    /// Wants a look.
    pub warn: Style,
    /// Failed.
    pub fail: Style,
    /// Unknown.
    pub info: Style,
    /// The candidate's version.
    pub candidate: Style,
    /// A key's name.
    pub key: Style,
    /// A border without the focus.
    pub border: Style,
    /// The border with the focus.
    pub border_focus: Style,
    /// The top line, and the usual band in a chart; a background alone.
    pub band: Style,
    /// Whether that background is seen: where it is not, a chart's band is drawn with signs.
    pub band_is_seen: bool,
    /// The selected row; a background alone.
    pub selection: Style,
    /// Behind a prompt; a background with its text.
    pub raised: Style,
    /// Behind what is typed.
    pub field: Style,
    /// What is behind a prompt: everything on one faint tone.
    pub behind: Style,
    /// The bar that wants a decision.
    pub decision: Style,
    /// A key's name on it.
    pub decision_key: Style,
    /// The bar of an alert.
    pub alert: Style,
    /// A key's name on it.
    pub alert_key: Style,
    /// Whether there are no colours, so that borders and rows must say more.
    pub mono: bool,
}

impl Styles {
    /// The styles of a theme at a depth.
    pub fn new(theme: &Theme, depth: Depth) -> Self {
        if depth == Depth::Mono || !theme.coloured {
            return Self::mono();
        }
        let roles = if depth == Depth::Sixteen {
            &theme.ansi
        } else {
            &theme.roles
        };
        Self::coloured(roles, depth)
    }

    fn coloured(roles: &Roles, depth: Depth) -> Self {
        let c = |colour| shown(colour, depth);
        let fg = |colour| Style::new().fg(c(colour));
        let bold = |colour| fg(colour).add_modifier(Modifier::BOLD);
        let on = |colour| Style::new().bg(c(colour));
        let decision = fg(roles.on_decision).bg(c(roles.decision));
        let alert = fg(roles.on_alert).bg(c(roles.alert));
        Self {
            screen: fg(roles.text).bg(c(roles.background)),
            text: fg(roles.text),
            strong: bold(roles.strong),
            dim: fg(roles.dim),
            faint: fg(roles.faint),
            accent: fg(roles.accent),
            ok: fg(roles.ok),
            warn: fg(roles.warn),
            fail: fg(roles.fail),
            info: fg(roles.info),
            candidate: bold(roles.info),
            key: bold(roles.accent),
            border: fg(roles.faint),
            border_focus: fg(roles.accent),
            band: on(roles.band),
            band_is_seen: ![Colour::Default, roles.background].contains(&roles.band),
            selection: on(roles.selection),
            raised: fg(roles.text).bg(c(roles.raised)),
            field: fg(roles.text).bg(c(roles.field)),
            behind: fg(roles.faint).bg(c(roles.background)),
            decision,
            decision_key: decision.add_modifier(Modifier::BOLD),
            alert,
            alert_key: alert.fg(c(roles.warn)).add_modifier(Modifier::BOLD),
            mono: false,
        }
    }

    fn mono() -> Self {
        let plain = Style::new();
        let with = |modifier| plain.add_modifier(modifier);
        let bar = with(Modifier::REVERSED);
        Self {
            screen: plain,
            text: plain,
            strong: with(Modifier::BOLD),
            dim: plain,
            faint: with(Modifier::DIM),
            accent: with(Modifier::BOLD),
            ok: plain,
            warn: with(Modifier::BOLD),
            fail: with(Modifier::BOLD.union(Modifier::UNDERLINED)),
            info: with(Modifier::ITALIC),
            candidate: with(Modifier::BOLD),
            key: with(Modifier::BOLD),
            border: with(Modifier::DIM),
            border_focus: with(Modifier::BOLD),
            band: plain,
            band_is_seen: false,
            selection: bar,
            raised: plain,
            field: with(Modifier::UNDERLINED),
            behind: with(Modifier::DIM),
            decision: bar,
            decision_key: bar.add_modifier(Modifier::BOLD),
            alert: bar.add_modifier(Modifier::BOLD),
            alert_key: bar.add_modifier(Modifier::BOLD.union(Modifier::UNDERLINED)),
            mono: true,
        }
    }
}

fn shown(colour: Colour, depth: Depth) -> Color {
    match colour {
        Colour::Default => Color::Reset,
        Colour::Indexed(index) => Color::Indexed(index),
        Colour::Rgb(r, g, b) if depth == Depth::True => Color::Rgb(r, g, b),
        Colour::Rgb(r, g, b) => Color::Indexed(nearest_of_256(r, g, b)),
    }
}

/// A line, a dot or an edge of that style: where there are no colours an underline says "failed", and would be a line of
/// its own there.
pub(super) fn drawn(style: Style) -> Style {
    style.remove_modifier(Modifier::UNDERLINED)
}

/// The nearest of xterm's 6x6x6 cube and 24 greys, by squared distance.
fn nearest_of_256(red: u8, green: u8, blue: u8) -> u8 {
    const STEPS: [u8; 6] = [0, 95, 135, 175, 215, 255];
    let wanted = [red, green, blue];
    let far = |from: [u8; 3]| -> u32 {
        from.iter()
            .zip(wanted)
            .map(|(a, b)| u32::from(a.abs_diff(b)).pow(2))
            .sum()
    };
    let step = |value: u8| {
        (0u8..6)
            .min_by_key(|i| STEPS[usize::from(*i)].abs_diff(value))
            .unwrap_or(0)
    };
    let cube = wanted.map(step);
    let index = 16 + 36 * cube[0] + 6 * cube[1] + cube[2];
    let cube = (far(cube.map(|i| STEPS[usize::from(i)])), index);
    (0u8..24)
        .map(|n| (far([8 + 10 * n; 3]), 232 + n))
        .fold(cube, |best, next| if next.0 < best.0 { next } else { best })
        .1
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn colours_come_down_to_what_the_terminal_has() {
        assert_eq!(nearest_of_256(255, 0, 0), 196);
        assert_eq!(nearest_of_256(0x10, 0x13, 0x1a), 233);
        assert_eq!(nearest_of_256(128, 128, 128), 244);
    }

    #[test]
    fn without_colours_no_style_holds_one() {
        let styles = Styles::new(&Theme::named("dark").unwrap(), Depth::Mono);
        let all = format!("{styles:?}");
        assert!(!all.contains("Rgb") && !all.contains("Indexed"), "{all}");
    }

    #[test]
    fn sixteen_colours_use_the_terminals_palette_only() {
        for name in Theme::names() {
            let styles = format!(
                "{:?}",
                Styles::new(&Theme::named(name).unwrap(), Depth::Sixteen)
            );
            assert!(!styles.contains("Rgb"), "{name}");
            for index in 16..=255 {
                assert!(!styles.contains(&format!("Indexed({index})")), "{name}");
            }
        }
    }
}
