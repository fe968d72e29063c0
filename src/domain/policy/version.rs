//! `candidate.version_from`: the version in a run's title, or in a file of an artifact. What cannot be typed is none, and that
//! goes for production's own answer too.

use regex::Regex;
use serde_json::Value;

use super::VersionFile;
use crate::domain::Text;

/// Longest version, in characters: people type it.
const LONGEST: usize = 80;

/// The version in a run's title: the first group of the pattern, else its whole match.
pub fn version_in_title(pattern: &str, title: &str) -> Result<Text, String> {
    let pattern = Regex::new(pattern).map_err(|_| "the pattern cannot be read".to_owned())?;
    let found = pattern.captures(title);
    let found = found.and_then(|found| found.get(1).or_else(|| found.get(0)));
    let Some(found) = found else {
        return Err(format!("the title {title:?} does not match"));
    };
    typed(found.as_str()).ok_or_else(|| format!("the title {title:?} holds none that can be typed"))
}

impl VersionFile {
    /// The version in the file: what the pointer shows, else the first line.
    pub fn version_in(&self, bytes: &[u8]) -> Result<Text, String> {
        let name = &self.file;
        let raw = match &self.pointer {
            None => {
                let text = String::from_utf8_lossy(bytes);
                text.lines().next().unwrap_or_default().to_owned()
            }
            Some(pointer) => {
                let whole: Value = serde_json::from_slice(bytes)
                    .map_err(|error| format!("{name} is no JSON: {error}"))?;
                match whole.pointer(pointer) {
                    Some(Value::String(text)) => text.clone(),
                    Some(Value::Number(number)) => number.to_string(),
                    Some(_) => return Err(format!("{name} {pointer} is no text")),
                    None => return Err(format!("{name} has nothing at {pointer}")),
                }
            }
        };
        typed(&raw).ok_or_else(|| format!("{name} holds no version that can be typed"))
    }
}

/// A version, where it is one that can be typed: people type it to approve it and to roll back to it, and it goes into the
/// inputs of workflows.
pub fn typed(raw: &str) -> Option<Text> {
    let version = raw.trim();
    let is_plain = version.chars().all(|c| c.is_ascii_graphic());
    let is_page = version.starts_with('<');
    let fits = !version.is_empty() && is_plain && !is_page && version.len() <= LONGEST;
    fits.then(|| Text::line(version))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_title_that_names_no_version_says_so() {
        let told = |title: &str| version_in_title(r"checkout (v\S+)", title);
        assert_eq!(told("checkout v2.14.0 by ana").unwrap().as_str(), "v2.14.0");
        assert!(
            told("Deploy")
                .unwrap_err()
                .contains("\"Deploy\" does not match")
        );
        let odd = told("checkout v2\u{202e}.0").unwrap_err();
        assert!(odd.contains("none that can be typed"), "{odd}");
    }

    #[test]
    fn a_version_is_read_where_the_rules_say_and_nothing_else_is_one() {
        let at = |pointer: Option<&str>| VersionFile {
            artifact: "build".to_owned(),
            file: "manifest.json".to_owned(),
            pointer: pointer.map(str::to_owned),
        };
        let json = |text: &str| at(Some("/version")).version_in(text.as_bytes());
        assert_eq!(
            json(r#"{"version":"v2.14.0"}"#).unwrap().as_str(),
            "v2.14.0"
        );
        assert_eq!(json(r#"{"version":214}"#).unwrap().as_str(), "214");
        let text = |text: &str| at(None).version_in(text.as_bytes());
        assert_eq!(text(" v2.14.0\r\nbuilt by ci").unwrap().as_str(), "v2.14.0");
        for wrong in [
            "{",
            "[]",
            r#"{"version":null}"#,
            r#"{"version":""}"#,
            r#"{"version":{}}"#,
        ] {
            assert!(json(wrong).is_err(), "{wrong}");
        }
        let long = "9".repeat(200);
        for wrong in [
            "",
            "\n",
            "v2 beta",
            "v2\u{1b}[2J",
            "v\u{202e}2",
            long.as_str(),
        ] {
            assert!(text(wrong).is_err(), "{wrong:?}");
        }
        assert!(at(None).version_in(&[0xff, 0xfe]).is_err());
    }
}
