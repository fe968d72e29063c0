//! How the screen looks and sounds, from the layers.

use super::{
    environment::Env,
    file::{Glyphs, UserTable},
    keymap::KeyTable,
    layer::{Flags, Layer, Settled},
};

/// How the screen looks and sounds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Screen {
    /// A built-in theme's name, or a path.
    pub theme: Settled<String>,
    /// Characters.
    pub glyphs: Settled<Glyphs>,
    /// Colours.
    pub depth: Settled<Depth>,
    /// Bell.
    pub bell: Settled<bool>,
    /// Desktop notifications.
    pub notify: Settled<bool>,
    /// Keys over the built-in ones, by action.
    pub keys: KeyTable,
}

/// How many colours the terminal shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Depth {
    /// None.
    Mono,
    /// The 16 named ones.
    Sixteen,
    /// The 256 of the palette.
    Palette,
    /// 24 bit.
    True,
}

/// Resolves the screen's part.
pub(super) fn screen(flags: &Flags, env: &Env, user: &UserTable) -> Screen {
    let theme = match (&flags.theme, env.get("COCKPIT_THEME"), &user.theme) {
        (Some(name), ..) => Settled::new(name.clone(), Layer::Flag("--theme")),
        (None, Some(name), _) => Settled::new(name.to_owned(), Layer::Environment("COCKPIT_THEME")),
        (None, None, Some(name)) => Settled::new(name.value.clone(), Layer::User),
        (None, None, None) => Settled::new("dark".to_owned(), Layer::Default),
    };
    let glyphs = if flags.ascii {
        Settled::new(Glyphs::Ascii, Layer::Flag("--ascii"))
    } else if env.get("COCKPIT_ASCII").is_some() {
        Settled::new(Glyphs::Ascii, Layer::Environment("COCKPIT_ASCII"))
    } else if let Some(glyphs) = user.glyphs {
        Settled::new(glyphs, Layer::User)
    } else {
        locale_glyphs(env)
    };
    Screen {
        theme,
        glyphs,
        depth: depth(flags, env),
        bell: user.bell.map_or(Settled::new(true, Layer::Default), |on| {
            Settled::new(on, Layer::User)
        }),
        notify: user
            .notify
            .map_or(Settled::new(true, Layer::Default), |on| {
                Settled::new(on, Layer::User)
            }),
        keys: user.keys.clone(),
    }
}

/// POSIX: `LC_ALL` over `LC_CTYPE` over `LANG`. A terminal that says nothing gets Unicode, one whose fonts lack the
/// characters does not, whatever the locale: the Linux console has 256 or 512 of them, DEC's terminals fewer.
fn locale_glyphs(env: &Env) -> Settled<Glyphs> {
    let is_poor = |term: &str| term == "linux" || term.starts_with("linux-") || is_dec(term);
    if env.get("TERM").is_some_and(is_poor) {
        return Settled::new(Glyphs::Ascii, Layer::Environment("TERM"));
    }
    match env.first(&["LC_ALL", "LC_CTYPE", "LANG"]) {
        Some((name, locale)) => {
            let lowered = locale.to_ascii_lowercase();
            let unicode = lowered.contains("utf-8") || lowered.contains("utf8");
            let glyphs = if unicode {
                Glyphs::Unicode
            } else {
                Glyphs::Ascii
            };
            Settled::new(glyphs, Layer::Environment(name))
        }
        None => Settled::new(Glyphs::Unicode, Layer::Default),
    }
}

/// `vt100`, `vt220-w`: terminals without colours.
fn is_dec(term: &str) -> bool {
    let number = term.strip_prefix("vt");
    number.is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_digit()))
}

/// Colours by what terminals set: `NO_COLOR` (no-color.org), `COLORTERM`, `TERM`.
fn depth(flags: &Flags, env: &Env) -> Settled<Depth> {
    if flags.no_color {
        return Settled::new(Depth::Mono, Layer::Flag("--no-color"));
    }
    if env.get("NO_COLOR").is_some() {
        return Settled::new(Depth::Mono, Layer::Environment("NO_COLOR"));
    }
    if matches!(env.get("COLORTERM"), Some("truecolor" | "24bit")) {
        return Settled::new(Depth::True, Layer::Environment("COLORTERM"));
    }
    let depth = match env.get("TERM") {
        None => return Settled::new(Depth::Sixteen, Layer::Default),
        Some("dumb") => Depth::Mono,
        Some(term) if is_dec(term) || term.ends_with("-mono") || term.ends_with("-m") => {
            Depth::Mono
        }
        Some(term) if term.ends_with("-direct") => Depth::True,
        Some(term) if term.contains("256color") => Depth::Palette,
        Some(_) => Depth::Sixteen,
    };
    Settled::new(depth, Layer::Environment("TERM"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::parse_user;

    fn env(pairs: &[(&str, &str)]) -> Env {
        Env::new(
            pairs
                .iter()
                .map(|(n, v)| ((*n).to_owned(), (*v).to_owned())),
        )
    }

    #[test]
    fn a_terminal_is_given_what_it_can_show() {
        let user = UserTable::default();
        for (term, depth, glyphs) in [
            ("vt100", Depth::Mono, Glyphs::Ascii),
            ("vt220-w", Depth::Mono, Glyphs::Ascii),
            ("linux", Depth::Sixteen, Glyphs::Ascii),
            ("linux-m", Depth::Mono, Glyphs::Ascii),
            ("screen", Depth::Sixteen, Glyphs::Unicode),
            ("vte-256color", Depth::Palette, Glyphs::Unicode),
        ] {
            let vars = env(&[("TERM", term), ("LANG", "de_DE.UTF-8")]);
            let seen = screen(&Flags::default(), &vars, &user);
            assert_eq!(
                (seen.depth.value, seen.glyphs.value),
                (depth, glyphs),
                "{term}"
            );
        }
        let user = parse_user(b"glyphs = \"unicode\"", "config.toml").unwrap();
        let told = screen(&Flags::default(), &env(&[("TERM", "linux")]), &user);
        assert_eq!(told.glyphs.value, Glyphs::Unicode, "a person knows better");
    }

    #[test]
    fn colours_and_glyphs_follow_the_terminal_and_the_flags() {
        let user = parse_user(b"glyphs = \"ascii\"", "config.toml").unwrap();
        let vars = env(&[("TERM", "xterm-256color"), ("LANG", "de_DE.UTF-8")]);
        let seen = screen(&Flags::default(), &vars, &user);
        assert_eq!(
            (seen.depth.value, seen.glyphs.from),
            (Depth::Palette, Layer::User)
        );
        let flags = Flags {
            no_color: true,
            ..Flags::default()
        };
        let plain = screen(
            &flags,
            &env(&[("COLORTERM", "truecolor"), ("LC_ALL", "C")]),
            &UserTable::default(),
        );
        assert_eq!(
            (plain.depth.value, plain.glyphs.value),
            (Depth::Mono, Glyphs::Ascii)
        );
    }
}
