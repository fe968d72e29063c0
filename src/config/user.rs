//! The user's own file, `cockpit/config.toml` in the config folder: how the screen looks, and where the token is.

use serde::Deserialize as _;
use toml::de::DeTable;

use super::{
    diagnostic::{Diagnostic, Diagnostics},
    file::UserTable,
    remote::host_of_api,
    schema, shape,
};

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
    if list.is_empty() { Ok(user) } else { Err(list) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::{file::Glyphs, keymap::Keys};

    #[test]
    fn a_users_file_is_read_and_its_slips_are_shown_together() {
        let user = parse_user(
            b"theme = \"light\"\nglyphs = \"ascii\"\nbell = false\n[keys]\nrollback = [\"R\", \"ctrl-r\"]\n[github]\ntoken = \"gh\"\n",
            "config.toml",
        )
        .unwrap();
        assert_eq!(user.glyphs, Some(Glyphs::Ascii));
        assert_eq!(
            user.keys["rollback"],
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
}
