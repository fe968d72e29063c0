//! Slack's text: what is escaped, what is cut, and how long a text may be.
//!
//! Follows docs.slack.dev, "Formatting message text": `&`, `<` and `>` are written as entities, and nothing else opens a
//! mention, a link or a date. Text from outside is never put between `<` and `>`. Lengths are counted in UTF-16 units, the
//! strictest way in which a limit of characters can be meant.

/// What is put where something was left out.
pub(super) const CUT: &str = "…";

/// A text of ours, or from outside, that Slack obeys in nothing: escaped, and at most `most` long after that. An escape is
/// never cut in two.
pub(super) fn escaped(text: &str, most: usize) -> String {
    let mut out = String::with_capacity(text.len().min(most));
    let mut left = most;
    let mut rest = text.chars();
    while let Some(c) = rest.next() {
        let mut buffer = [0; 4];
        let piece: &str = match c {
            '&' => "&amp;",
            '<' => "&lt;",
            '>' => "&gt;",
            // Slack has no escape for what makes text bold, struck or code: others that look alike stand for them.
            '*' => "∗",
            '~' => "∼",
            '`' => "ˋ",
            // A name between colons would become a picture.
            ':' if names_picture(rest.as_str()) => "\u{a789}",
            '\n' | '\r' => " ",
            c => c.encode_utf8(&mut buffer),
        };
        let long = length(piece);
        // Room for the mark of the cut, unless this is the last one.
        if left < long + length(CUT) && !(left >= long && rest.as_str().is_empty()) {
            if left >= length(CUT) {
                out.push_str(CUT);
            }
            return out;
        }
        out.push_str(piece);
        left -= long;
    }
    out
}

/// Whether what follows a colon makes it the beginning of a picture's name: `tada:`.
fn names_picture(rest: &str) -> bool {
    let is_name = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '+' | '-' | '\'');
    let after = rest.trim_start_matches(is_name);
    let name = &rest[..rest.len() - after.len()];
    // Digits alone are a time of day.
    after.starts_with(':') && name.contains(|c: char| !c.is_ascii_digit())
}

/// A text for a place where nothing is obeyed (`plain_text`): cut, not escaped.
pub(super) fn plain(text: &str, most: usize) -> String {
    if length(text) <= most {
        return text.to_owned();
    }
    let mut out = String::new();
    let mut left = most.saturating_sub(length(CUT));
    for c in text.chars() {
        if c.len_utf16() > left {
            break;
        }
        out.push(c);
        left -= c.len_utf16();
    }
    out.push_str(CUT);
    out
}

/// Length in UTF-16 units.
pub(super) fn length(text: &str) -> usize {
    text.chars().map(char::len_utf16).sum()
}

/// An address that may stand in a link; `None`: it could close the link and go on as something else.
pub(super) fn address(raw: &str) -> Option<&str> {
    let known = raw.starts_with("https://") || raw.starts_with("http://");
    let tame = |b: u8| b.is_ascii_graphic() && !matches!(b, b'<' | b'>' | b'|' | b'"' | b'`');
    (known && raw.len() <= 2_000 && raw.bytes().all(tame)).then_some(raw)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn nothing_from_outside_pings_or_links() {
        let said = escaped(
            "<!channel> <@U1> <https://x|y> a & b *x* ~y~ `z` :tada:",
            500,
        );
        assert!(!said.contains(['<', '>', '*', '~', '`']), "{said}");
        assert!(!said.contains(":tada:"), "{said}");
        assert_eq!(escaped("at 14:02: done", 500), "at 14:02: done");
        assert!(said.starts_with("&lt;!channel&gt;"), "{said}");
    }

    #[test]
    fn an_address_cannot_leave_its_link() {
        assert!(address("https://github.com/acme/x/actions/runs/1").is_some());
        for bad in [
            "javascript:alert(1)",
            "https://x|<!channel>",
            "https://x> <!here",
            "https://x y",
            "https://x\n",
            "",
        ] {
            assert_eq!(address(bad), None, "{bad}");
        }
    }

    proptest! {
        #[test]
        fn a_text_keeps_its_limit_and_no_escape_is_cut(text in ".{0,80}", most in 0_usize..60) {
            let said = escaped(&text, most);
            prop_assert!(length(&said) <= most, "{said:?} of {most}");
            for (at, _) in said.match_indices('&') {
                let whole = ["&amp;", "&lt;", "&gt;"];
                prop_assert!(whole.iter().any(|one| said[at..].starts_with(one)), "{said:?}");
            }
            prop_assert!(!said.contains(['<', '>']));
            prop_assert!(length(&plain(&text, most.max(1))) <= most.max(1));
        }

        #[test]
        fn a_text_that_fits_is_whole(text in "[a-z ]{0,40}") {
            prop_assert_eq!(escaped(&text, text.len()), text.clone());
            prop_assert_eq!(plain(&text, text.len()), text);
        }
    }
}
