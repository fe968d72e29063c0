//! The user's own file, `cockpit/config.toml` in the config folder: how the screen looks, and where the token is.

use std::ops::Range;

use serde::Deserialize as _;
use toml::{
    Spanned,
    de::{DeTable, DeValue},
};

use super::{
    diagnostic::{Diagnostic, Diagnostics},
    file::UserTable,
    keymap::{KeyTable, Keymap, KeymapError},
    nearest::nearest,
    remote::host_of_api,
    schema, shape,
    theme::Theme,
};
use crate::app::Chord;

/// Reads the user's file; `origin` is its name in messages.
pub fn parse_user(bytes: &[u8], origin: &str) -> Result<UserTable, Diagnostics> {
    let text = String::from_utf8_lossy(bytes);
    read(&text).map_err(|list| Diagnostics::new(origin, &text, list))
}

fn read(text: &str) -> Result<UserTable, Vec<Diagnostic>> {
    let (document, errors) = DeTable::parse_recoverable(text);
    if !errors.is_empty() {
        return Err(errors.iter().map(Diagnostic::from).collect());
    }
    let mut list = shape::check(schema::user().as_value(), &document);
    let user = match UserTable::deserialize(toml::Deserializer::from(document)) {
        Ok(user) => user,
        Err(error) => {
            if list.is_empty() {
                list.push(Diagnostic::from(&error));
            }
            return Err(list);
        }
    };
    if let Some(at) = &user.github.api_url
        && host_of_api(at).is_none()
    {
        let point = Diagnostic::at(at.span.clone(), "`github.api_url` is no address");
        list.push(point.help("write https://api.github.com, or https://HOST/api/v3"));
    }
    if let Some(at) = &user.theme
        && !Theme::is_path(&at.value)
        && let Err(wrong) = Theme::named(&at.value)
    {
        let near = nearest(&at.value, Theme::names());
        let help = near.map_or_else(
            || "or write the path of a theme file".to_owned(),
            |near| format!("did you mean \"{near}\"?"),
        );
        list.push(Diagnostic::at(at.span.clone(), wrong.to_string()).help(help));
    }
    // The screen makes its keys by the same call.
    if !user.keys.is_empty()
        && let Err(wrong) = Keymap::with(&user.keys)
    {
        list.extend(wrong.iter().map(|one| misplaced(one, text, &user.keys)));
    }
    if list.is_empty() { Ok(user) } else { Err(list) }
}

/// What is wrong with the keys, with its place in the file's text.
fn misplaced(wrong: &KeymapError, text: &str, keys: &KeyTable) -> Diagnostic {
    // The document went into the table, which remembers no places.
    let (document, _) = DeTable::parse_recoverable(text);
    let rows = match document.get_ref().get("keys").map(Spanned::get_ref) {
        Some(DeValue::Table(rows)) => Some(rows),
        _ => None,
    };
    let name_of = |name: &str| {
        let (key, _) = rows?.iter().find(|(key, _)| key.get_ref() == name)?;
        Some(key.span())
    };
    let key_of = |name: &str, is_it: &dyn Fn(&str) -> bool| -> Option<Range<usize>> {
        let (_, value) = rows?.iter().find(|(key, _)| key.get_ref() == name)?;
        let at = keys.get(name)?.each().iter().position(|key| is_it(key))?;
        match value.get_ref() {
            DeValue::Array(items) => Some(items.get(at)?.span()),
            _ => Some(value.span()),
        }
    };
    let place = match wrong {
        KeymapError::UnknownAction { name } => name_of(name),
        KeymapError::UnknownKey { action, key } => key_of(action, &|written| written == key),
        KeymapError::Conflict { key, first, second } => {
            let is_it = |written: &str| Chord::parse(written) == Some(*key);
            key_of(second, &is_it).or_else(|| key_of(first, &is_it))
        }
        KeymapError::Needed(name) => name_of(name),
        KeymapError::Unreadable(_) => None,
    };
    let point = match place {
        Some(span) => Diagnostic::at(span, wrong.to_string()),
        None => Diagnostic::whole(wrong.to_string()),
    };
    match wrong.help() {
        Some(help) => point.help(help),
        None => point,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::{file::Glyphs, keymap::Keys};

    #[test]
    fn a_users_file_is_read_and_its_slips_are_shown_together() {
        let user = parse_user(
            b"theme = \"light\"\nglyphs = \"ascii\"\nbell = false\n[keys]\nroll-back = [\"R\", \"ctrl-r\"]\n[github]\ntoken = \"gh\"\n",
            "config.toml",
        )
        .unwrap();
        assert_eq!(user.glyphs, Some(Glyphs::Ascii));
        assert_eq!(
            user.keys["roll-back"],
            Keys::Many(vec!["R".to_owned(), "ctrl-r".to_owned()])
        );
        let wrong = parse_user(
            b"themes = \"x\"\nglyphs = \"asci\"\nbell = \"no\"\n",
            "config.toml",
        )
        .unwrap_err();
        let text = wrong.render();
        for words in [
            "did you mean `theme`?",
            "did you mean \"ascii\"?",
            "`bell` must be true or false",
        ] {
            assert!(text.contains(words), "{words} in {text}");
        }
    }

    #[test]
    fn keys_and_a_theme_that_are_none_are_refused_at_their_place() {
        let wrong = parse_user(
            b"theme = \"drak\"\n[keys]\nrollback = \"R\"\napprove = [\"A\", \"q\"]\nnote = \"Entr\"\n",
            "config.toml",
        )
        .unwrap_err();
        let text = wrong.render();
        for words in [
            "--> config.toml:1:9",
            "did you mean \"dark\"?",
            "--> config.toml:3:1",
            "did you mean `roll-back`?",
            "q stands for both approve and quit",
            "--> config.toml:4:17",
            "--> config.toml:5:8",
            "did you mean `Enter`?",
        ] {
            assert!(text.contains(words), "{words} in {text}");
        }
        // The file of a theme is read by whoever draws with it.
        assert!(parse_user(b"theme = \"themes/mine.toml\"\n", "config.toml").is_ok());
        let out = parse_user(b"[keys]\nquit = []\n", "config.toml").unwrap_err();
        assert!(out.render().contains("--> config.toml:2:1"), "{out}");
    }
}
