//! Which pull request a commit came from, by its message. Asks nobody.

use serde::{Deserialize, Serialize};

use crate::domain::Text;

/// A pull request that a commit came from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PullRef {
    /// Its number.
    pub number: u64,
    /// Its title, as the commit tells it.
    pub title: Text,
}

impl PullRef {
    /// Reads GitHub's own two forms: `Title (#12)` of a squash, and `Merge pull request #12 from a/b` whose title is
    /// the message's next paragraph.
    pub fn of_message(message: &str) -> Option<Self> {
        let mut lines = message.lines();
        let first = lines.next()?.trim();
        if let Some(rest) = first.strip_prefix("Merge pull request #") {
            let digits = rest.split(' ').next().unwrap_or_default();
            let title = lines.map(str::trim).find(|line| !line.is_empty());
            return Some(Self {
                number: digits.parse().ok()?,
                title: Text::line(title.unwrap_or(first)),
            });
        }
        let (title, digits) = first.strip_suffix(')')?.rsplit_once(" (#")?;
        Some(Self {
            number: digits.parse().ok()?,
            title: Text::line(title.trim()),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_forms_are_read_and_nothing_else() {
        let read = |message| PullRef::of_message(message).map(|p| (p.number, p.title.to_string()));
        assert_eq!(read("Fix it (#12)"), Some((12, "Fix it".to_owned())));
        assert_eq!(
            read("Merge pull request #7 from a/b\n\nA title\n"),
            Some((7, "A title".to_owned()))
        );
        assert_eq!(
            read("Merge pull request #7 from a/b"),
            Some((7, "Merge pull request #7 from a/b".to_owned()))
        );
        for none in [
            "",
            "Fix #12",
            "Fix (#x)",
            "(#99999999999999999999)",
            "Fix (12)",
        ] {
            assert_eq!(read(none), None, "{none}");
        }
    }
}
