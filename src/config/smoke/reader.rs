//! Reading single values of a tests' file, mistakes collected. Knows no key.

use jiff::SignedDuration;

use crate::{
    config::{
        diagnostic::{Diagnostic, SECRET_PREFIXES},
        nearest::nearest,
        tree::{Branch, Entry, Node, plain},
    },
    domain::smoke::{LONGEST_WAIT, Written},
};

/// Mistakes so far.
#[derive(Debug, Default)]
pub(super) struct Reader {
    pub(super) found: Vec<Diagnostic>,
}

impl Reader {
    /// A mistake at a value.
    pub(super) fn wrong(&mut self, node: &Node, message: impl std::fmt::Display, help: &str) {
        self.found.push(node.place.point(message).help(help));
    }

    /// A key that means nothing here. `known` are the documented names.
    pub(super) fn unknown(&mut self, entry: &Entry, known: &[&str]) {
        let point = entry
            .place
            .point(format_args!("unknown key `{}`", entry.key));
        let near = nearest(&plain(&entry.key), known.iter().copied());
        self.found.push(match near {
            Some(near) => point.help(format!("did you mean `{near}`?")),
            None => point.help(format!("the keys here are {}", known.join(", "))),
        });
    }

    /// The entries of a table.
    pub(super) fn table<'n>(&mut self, node: &'n Node, what: &str) -> &'n [Entry] {
        if let Branch::Table(entries) = &node.branch {
            return entries;
        }
        let message = format!("{what} must be a table, this is {}", node.kind());
        self.found.push(node.place.point(message));
        &[]
    }

    /// A text; numbers and truth values count as they are written.
    pub(super) fn text(&mut self, node: &Node) -> Option<String> {
        let text = match &node.branch {
            Branch::Text(text) => text.clone(),
            Branch::Bool(value) => value.to_string(),
            Branch::Integer(value) => value.to_string(),
            Branch::Float(value) => value.to_string(),
            Branch::Null | Branch::List(_) | Branch::Table(_) => {
                let message = format!("a string is wanted, this is {}", node.kind());
                self.found.push(node.place.point(message));
                return None;
            }
        };
        self.no_token(node, &text).then_some(text)
    }

    /// Whether the text holds nothing that looks like a token.
    pub(super) fn no_token(&mut self, node: &Node, text: &str) -> bool {
        let words = text.split(|c: char| !(c.is_ascii_alphanumeric() || c == '_' || c == '-'));
        let token = words.filter(|word| word.len() >= 16).any(|word| {
            SECRET_PREFIXES
                .iter()
                .any(|prefix| word.starts_with(prefix))
        });
        if token {
            let help = "put it in the environment, write env:NAME here, and revoke this one";
            self.wrong(
                node,
                "this looks like a token: secrets never stand in the file",
                help,
            );
        }
        !token
    }

    /// A text that may name secrets.
    pub(super) fn written(
        &mut self,
        node: &Node,
        read: fn(&str) -> Result<Written, String>,
    ) -> Option<Written> {
        let text = self.text(node)?;
        match read(&text) {
            Ok(written) => Some(written),
            Err(why) => {
                self.found.push(node.place.point(why));
                None
            }
        }
    }

    /// Pairs: a table of texts, or of lists of texts (a name that comes several times).
    pub(super) fn pairs(
        &mut self,
        node: &Node,
        what: &str,
        read: fn(&str) -> Result<Written, String>,
    ) -> Vec<(String, Written)> {
        let mut pairs = Vec::new();
        for entry in self.table(node, what) {
            let values = match &entry.node.branch {
                Branch::List(items) => items.iter().collect(),
                _ => vec![&entry.node],
            };
            for value in values {
                if let Some(written) = self.written(value, read) {
                    pairs.push((entry.key.clone(), written));
                }
            }
        }
        pairs
    }

    pub(super) fn truth(&mut self, node: &Node) -> Option<bool> {
        if let Branch::Bool(value) = node.branch {
            return Some(value);
        }
        self.wrong(
            node,
            format_args!("this is {}", node.kind()),
            "write true or false",
        );
        None
    }

    /// A whole number from 0 to `most`.
    pub(super) fn count(&mut self, node: &Node, most: u32) -> Option<u32> {
        let read = match node.branch {
            Branch::Integer(value) => u32::try_from(value).ok().filter(|value| *value <= most),
            _ => None,
        };
        if read.is_none() {
            self.wrong(
                node,
                "no count",
                &format!("write a whole number from 0 to {most}"),
            );
        }
        read
    }

    /// `500ms`, `10s`, `1.5s`, `2m`; a bare number where the key's name says its unit (`timeout_ms`).
    pub(super) fn duration(&mut self, key: &str, node: &Node) -> Option<SignedDuration> {
        let bare = match node.branch {
            #[expect(clippy::cast_precision_loss, reason = "bounded below")]
            Branch::Integer(value) => Some(value as f64),
            Branch::Float(value) => Some(value),
            _ => None,
        };
        let millis = match (&node.branch, bare) {
            (Branch::Text(text), _) => millis(text),
            (_, Some(value)) if key.ends_with("_ms") || key.ends_with("_millis") => Some(value),
            (_, Some(value)) if ["_s", "_secs", "_seconds"].iter().any(|e| key.ends_with(e)) => {
                Some(value * 1_000.0)
            }
            _ => None,
        };
        let Some(millis) = millis else {
            self.wrong(node, "no duration", "write \"500ms\", \"10s\" or \"2m\"");
            return None;
        };
        #[expect(clippy::cast_precision_loss, reason = "ten minutes")]
        let most = LONGEST_WAIT.as_millis() as f64;
        if !(0.0..=most).contains(&millis) {
            self.wrong(node, "longer than a test may take", "at most 10m");
            return None;
        }
        #[expect(clippy::cast_possible_truncation, reason = "in range, as found above")]
        let micros = (millis * 1_000.0) as i64;
        Some(SignedDuration::from_micros(micros))
    }
}

/// One value, or those of a list.
pub(super) fn one_or_many(node: &Node) -> Vec<&Node> {
    match &node.branch {
        Branch::List(items) => items.iter().collect(),
        _ => vec![node],
    }
}

/// Milliseconds of `500ms`, `< 1.5s`, `<= 2m`.
fn millis(text: &str) -> Option<f64> {
    let text = text.trim();
    let text = text.strip_prefix('<').unwrap_or(text);
    let text = text.strip_prefix('=').unwrap_or(text).trim();
    let split = text.find(|c: char| !(c.is_ascii_digit() || c == '.'))?;
    let (digits, unit) = text.split_at(split);
    let factor = match unit.trim() {
        "ms" => 1.0,
        "s" | "sec" => 1_000.0,
        "m" | "min" => 60_000.0,
        _ => return None,
    };
    digits.parse::<f64>().ok().map(|value| value * factor)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_are_read_in_every_form_and_bounded() {
        for (text, wanted) in [
            ("500ms", Some(500.0)),
            ("< 1.5s", Some(1_500.0)),
            ("<=2m", Some(120_000.0)),
            ("500", None),
            ("", None),
            ("1h", None),
            ("1.2.3s", None),
        ] {
            assert_eq!(millis(text), wanted, "{text}");
        }
    }
}
