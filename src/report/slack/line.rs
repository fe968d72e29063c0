//! A line of a message as parts with a meaning: a terminal shows them its own way, Slack as its text.

use jiff::Timestamp;

use super::mrkdwn::{CUT, address, escaped, length};
use crate::domain::Text;

/// A part of a line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Part {
    /// Our words.
    Plain(String),
    /// Our words, in bold.
    Strong(String),
    /// Words from outside: shown, never obeyed.
    Said(Text),
    /// A name to be copied: a commit, a digest.
    Code(String),
    /// Words that lead somewhere.
    Link {
        /// The words.
        words: String,
        /// Where to.
        to: String,
    },
    /// An instant, which each reader sees by their own clock.
    Time(Timestamp),
}

/// A line.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Line(pub Vec<Part>);

impl Line {
    /// Of our own words.
    pub fn plain(words: impl Into<String>) -> Self {
        Self(vec![Part::Plain(words.into())])
    }

    /// With another part behind.
    #[must_use]
    pub fn and(mut self, part: Part) -> Self {
        self.0.push(part);
        self
    }

    /// With our words behind.
    #[must_use]
    pub fn words(self, words: impl Into<String>) -> Self {
        self.and(Part::Plain(words.into()))
    }

    /// With words from outside behind.
    #[must_use]
    pub fn said(self, words: &str) -> Self {
        self.and(Part::Said(Text::line(words)))
    }

    /// Without any decoration, for notifications; `time` says an instant.
    pub fn bare(&self, time: impl Fn(Timestamp) -> String) -> String {
        let part = |part: &Part| match part {
            Part::Plain(words)
            | Part::Strong(words)
            | Part::Code(words)
            | Part::Link { words, .. } => words.clone(),
            Part::Said(words) => words.to_string(),
            Part::Time(at) => time(*at),
        };
        self.0.iter().map(part).collect()
    }

    /// As Slack's text, at most `most` long. Parts that do not fit are left out whole; only words are cut.
    pub(super) fn mrkdwn(&self, most: usize) -> String {
        let mut out = String::new();
        for part in &self.0 {
            let left = most.saturating_sub(length(&out));
            let piece = written(part, left);
            if length(&piece) > left {
                if left >= length(CUT) {
                    out.push_str(CUT);
                }
                break;
            }
            out.push_str(&piece);
        }
        out
    }
}

/// One part; longer than `left` only where it cannot be cut.
fn written(part: &Part, left: usize) -> String {
    match part {
        Part::Plain(words) => escaped(words, left),
        Part::Said(words) => escaped(words.as_str(), left),
        Part::Strong(words) => match left.checked_sub(2) {
            Some(inside) if inside > 1 => format!("*{}*", escaped(words, inside)),
            _ => CUT.to_owned(),
        },
        Part::Code(words) => match left.checked_sub(2) {
            Some(inside) if inside > 1 => format!("`{}`", escaped(words, inside)),
            _ => CUT.to_owned(),
        },
        Part::Link { words, to } => match address(to) {
            Some(to) => {
                let room = left.saturating_sub(length(to) + 3);
                if room < 8 {
                    return escaped(words, left);
                }
                // An address holds `&` as an entity too.
                let to = to.replace('&', "&amp;");
                format!("<{to}|{}>", escaped(words, room.min(200)))
            }
            None => escaped(words, left),
        },
        // docs.slack.dev, "Date formatting": the reader's own zone, and what follows the bar where that cannot be shown.
        Part::Time(at) => format!(
            "<!date^{}^{{date_short_pretty}} {{time}}|{}>",
            at.as_second(),
            at.strftime("%F %H:%M UTC")
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_are_whole_or_left_out() {
        let line = Line::plain("commit ")
            .and(Part::Link {
                words: "3f9c2ab".to_owned(),
                to: "https://github.com/acme/x/commit/3f9c2ab?a=1&b=2".to_owned(),
            })
            .words(" of ")
            .and(Part::Time(Timestamp::UNIX_EPOCH))
            .said(" <!here>");
        let whole = line.mrkdwn(3_000);
        assert_eq!(
            whole,
            "commit <https://github.com/acme/x/commit/3f9c2ab?a=1&amp;b=2|3f9c2ab> of \
             <!date^0^{date_short_pretty} {time}|1970-01-01 00:00 UTC> &lt;!here&gt;"
        );
        for most in 0..whole.len() {
            let cut = line.mrkdwn(most);
            assert!(length(&cut) <= most, "{most}: {cut}");
            let (open, close) = (cut.matches('<').count(), cut.matches('>').count());
            assert_eq!(open, close, "{most}: {cut}");
        }
    }
}
