//! Themes: named roles and their colours, as people write them in TOML.
//!
//! What a role looks like on the screen is derived in `ui`; this file knows neither terminal nor drawing.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};

/// A colour as written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Colour {
    /// What the terminal uses by itself.
    Default,
    /// An index into the terminal's palette, 0 to 255.
    Indexed(u8),
    /// Red, green, blue.
    Rgb(u8, u8, u8),
}

impl FromStr for Colour {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let wrong = || {
            format!(
                "{text:?} is no colour; write \"#rrggbb\", \"ansi:0\" to \"ansi:255\", or \"default\""
            )
        };
        if text == "default" {
            return Ok(Self::Default);
        }
        if let Some(index) = text.strip_prefix("ansi:") {
            return index.parse().map(Self::Indexed).map_err(|_| wrong());
        }
        let digits = text.strip_prefix('#').ok_or_else(wrong)?;
        if digits.len() != 6 || !digits.bytes().all(|b| b.is_ascii_hexdigit()) {
            return Err(wrong());
        }
        let number = u32::from_str_radix(digits, 16).map_err(|_| wrong())?;
        let [_, r, g, b] = number.to_be_bytes();
        Ok(Self::Rgb(r, g, b))
    }
}

impl fmt::Display for Colour {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Default => f.write_str("default"),
            Self::Indexed(index) => write!(f, "ansi:{index}"),
            Self::Rgb(r, g, b) => write!(f, "#{r:02x}{g:02x}{b:02x}"),
        }
    }
}

impl<'de> Deserialize<'de> for Colour {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?
            .parse()
            .map_err(serde::de::Error::custom)
    }
}

impl Serialize for Colour {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

macro_rules! roles {
    ($($(#[$doc:meta])* $role:ident),+ $(,)?) => {
        /// A colour for each role.
        #[derive(Debug, Clone, PartialEq, Eq, Serialize)]
        pub struct Roles { $($(#[$doc])* pub $role: Colour),+ }

        /// Some roles, as a theme file names them.
        #[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
        #[serde(deny_unknown_fields)]
        struct SomeRoles { $($role: Option<Colour>),+ }

        impl SomeRoles {
            /// These, and the rest from `base`.
            fn over(&self, base: &Roles) -> Roles {
                Roles { $($role: self.$role.unwrap_or(base.$role)),+ }
            }
        }

        impl Roles {
            /// Every role in the terminal's own colour.
            const PLAIN: Self = Self { $($role: Colour::Default),+ };
        }
    };
}

roles! {
    /// Behind everything.
    background,
    /// What is read.
    text,
    /// What is read first: names, values.
    strong,
    /// What stands beside it: units, times, reasons.
    dim,
    /// Borders, what is still to come, what is old.
    faint,
    /// The focus and the keys.
    accent,
    /// Passed.
    ok,
    /// Wants a look.
    warn,
    /// Failed.
    fail,
    /// Unknown, and the candidate's version.
    info,
    /// The usual band in a chart, and the top line.
    band,
    /// The selected row.
    selection,
    /// Behind a prompt.
    raised,
    /// Behind what is typed.
    field,
    /// The bar that wants a decision.
    decision,
    /// Text on it.
    on_decision,
    /// The bar of an alert.
    alert,
    /// Text on it.
    on_alert,
}

/// A theme: its name and its colours for terminals with many and with 16 colours.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Theme {
    /// As chosen with `--theme`.
    pub name: String,
    /// Whether it uses colours at all.
    pub coloured: bool,
    /// For 256 colours and more.
    pub roles: Roles,
    /// For 16 colours.
    pub ansi: Roles,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    name: String,
    base: Option<String>,
    #[serde(default)]
    colours: Colours,
    #[serde(default)]
    roles: SomeRoles,
    #[serde(default)]
    ansi: SomeRoles,
}

#[derive(Debug, Default, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Colours {
    #[default]
    All,
    None,
}

/// Why a theme is refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ThemeError {
    /// No theme of that name is built in.
    #[error("no theme is named {0:?}; there are {list}, or the path of a theme file", list = Theme::names().join(", "))]
    Unknown(String),
    /// The file cannot be read as a theme.
    #[error("the theme cannot be read: {0}")]
    Unreadable(String),
}

const BUILT_IN: [(&str, &str); 4] = [
    ("dark", include_str!("../../themes/dark.toml")),
    ("light", include_str!("../../themes/light.toml")),
    (
        "high-contrast",
        include_str!("../../themes/high-contrast.toml"),
    ),
    ("mono", include_str!("../../themes/mono.toml")),
];

impl Theme {
    /// The names of the themes that are built in.
    pub fn names() -> Vec<&'static str> {
        BUILT_IN.iter().map(|(name, _)| *name).collect()
    }

    /// Whether a theme's name is the path of a file.
    pub fn is_path(name: &str) -> bool {
        name.contains(['/', '.'])
    }

    /// A theme that is built in.
    pub fn named(name: &str) -> Result<Self, ThemeError> {
        BUILT_IN
            .iter()
            .find(|(built_in, _)| *built_in == name)
            .ok_or_else(|| ThemeError::Unknown(name.to_owned()))
            .and_then(|(_, text)| Self::parse(text))
    }

    /// Reads a theme file. Roles that it leaves out come from its `base`, else from `dark`.
    pub fn parse(text: &str) -> Result<Self, ThemeError> {
        let file: File = toml::from_str(text).map_err(|e| ThemeError::Unreadable(e.to_string()))?;
        let is_root = file.name == "dark" && file.base.is_none();
        let base = match file.base.as_deref() {
            _ if is_root => None,
            // A base that is built in has none of its own but dark, so this ends.
            Some(base) if base == file.name => {
                return Err(ThemeError::Unreadable(format!(
                    "{base:?} cannot be its own base"
                )));
            }
            Some(base) => Some(Self::named(base)?),
            None => Some(Self::named("dark")?),
        };
        let (roles, ansi) = base.map_or((Roles::PLAIN, Roles::PLAIN), |b| (b.roles, b.ansi));
        Ok(Self {
            name: file.name,
            coloured: file.colours == Colours::All,
            roles: file.roles.over(&roles),
            ansi: file.ansi.over(&ansi),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_built_in_theme_parses_and_names_all_its_roles() {
        for name in Theme::names() {
            let theme = Theme::named(name).unwrap();
            assert_eq!(theme.name, name);
            let (_, text) = BUILT_IN.iter().find(|(n, _)| *n == name).unwrap();
            let roles = serde_json::to_value(&theme.roles).unwrap();
            for role in roles.as_object().unwrap().keys() {
                assert!(
                    !theme.coloured || text.matches(&format!("\n{role} = ")).count() == 2,
                    "{name} leaves {role} out"
                );
            }
        }
    }

    #[test]
    fn a_users_theme_says_only_what_differs() {
        let theme =
            Theme::parse("name = \"mine\"\nbase = \"light\"\n[roles]\naccent = \"ansi:208\"")
                .unwrap();
        assert_eq!(theme.roles.accent, Colour::Indexed(208));
        assert_eq!(theme.roles.text, Theme::named("light").unwrap().roles.text);
    }

    #[test]
    fn mistakes_name_the_place() {
        let colour = Theme::parse("name = \"x\"\n[roles]\naccent = \"blu\"").unwrap_err();
        assert!(
            colour.to_string().contains("\"blu\" is no colour"),
            "{colour}"
        );
        let role = Theme::parse("name = \"x\"\n[roles]\nacent = \"default\"").unwrap_err();
        assert!(role.to_string().contains("acent"), "{role}");
        let name = Theme::named("drak").unwrap_err();
        assert!(
            name.to_string()
                .contains("dark, light, high-contrast, mono")
        );
    }

    /// Relative luminance and contrast of WCAG 2.2.
    fn contrast(a: Colour, b: Colour) -> f64 {
        fn luminance(colour: Colour) -> f64 {
            let Colour::Rgb(r, g, b) = colour else {
                panic!("rgb")
            };
            let linear = |v: u8| {
                let v = f64::from(v) / 255.0;
                if v <= 0.040_45 {
                    v / 12.92
                } else {
                    ((v + 0.055) / 1.055).powf(2.4)
                }
            };
            0.2126 * linear(r) + 0.7152 * linear(g) + 0.0722 * linear(b)
        }
        let (a, b) = (luminance(a) + 0.05, luminance(b) + 0.05);
        if a > b { a / b } else { b / a }
    }

    #[test]
    fn what_is_read_stands_out_from_its_background() {
        for (name, least) in [("dark", 4.0), ("light", 4.0), ("high-contrast", 7.0)] {
            let r = Theme::named(name).unwrap().roles;
            let read = [
                r.text, r.strong, r.dim, r.accent, r.ok, r.warn, r.fail, r.info,
            ];
            for colour in read {
                let c = contrast(colour, r.background);
                assert!(c >= least, "{name}: {colour} has {c:.1}");
            }
            assert!(contrast(r.on_decision, r.decision) >= least, "{name}");
            assert!(contrast(r.on_alert, r.alert) >= least, "{name}");
        }
    }
}
