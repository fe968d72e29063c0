//! One file's unified diff, and its reading into numbered lines. Bounded; what does not follow the form is left out.
//!
//! The form is that of `git diff`: hunks `@@ -a,b +c,d @@ heading`, lines that open with a space, `+`, `-` or `\`.

use serde::{Deserialize, Serialize};

use crate::domain::Text;

/// Lines that are read of one patch.
const LINES_READ: usize = 50_000;

/// One file's unified diff as it came, its hunks alone. Raw: it can only be looked at as [`Hunk`]s, whose words are
/// sanitised.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Patch(String);

impl Patch {
    /// Takes it as it is.
    pub fn new(raw: impl Into<String>) -> Self {
        Self(raw.into())
    }

    /// Its length in bytes.
    pub fn bytes(&self) -> usize {
        self.0.len()
    }

    /// Whether these words stand anywhere in it, on one line.
    pub fn contains(&self, words: &str) -> bool {
        self.0.contains(words)
    }

    /// Its hunks. The counts of a hunk's head say which lines are its own; a patch that is cut off gives what is there.
    pub fn hunks(&self) -> Vec<Hunk> {
        let mut hunks: Vec<Hunk> = Vec::new();
        let mut left = (0_u32, 0_u32);
        for raw in self.0.split('\n').take(LINES_READ) {
            let raw = raw.strip_suffix('\r').unwrap_or(raw);
            if left == (0, 0)
                && let Some((hunk, counts)) = head(raw)
            {
                left = counts;
                hunks.push(hunk);
                continue;
            }
            let Some(hunk) = hunks.last_mut() else {
                continue;
            };
            let (mark, text) = match raw.as_bytes().first() {
                Some(b'+') if left.1 > 0 => (Mark::Added, &raw[1..]),
                Some(b'-') if left.0 > 0 => (Mark::Removed, &raw[1..]),
                Some(b' ') if left.0 > 0 && left.1 > 0 => (Mark::Kept, &raw[1..]),
                // Some tools strip the blank of an empty line.
                None if left.0 > 0 && left.1 > 0 => (Mark::Kept, ""),
                Some(b'\\') => (Mark::Note, raw[1..].trim_start()),
                _ => continue,
            };
            match mark {
                Mark::Added => left.1 -= 1,
                Mark::Removed => left.0 -= 1,
                Mark::Kept => left = (left.0 - 1, left.1 - 1),
                Mark::Note => {}
            }
            hunk.push(mark, text);
        }
        hunks
    }

    /// The lines that it adds, with their numbers in the new file.
    pub fn added(&self) -> Vec<(u32, Text)> {
        self.hunks()
            .into_iter()
            .flat_map(|hunk| hunk.lines)
            .filter(|line| line.mark == Mark::Added)
            .filter_map(|line| Some((line.new?, line.text)))
            .collect()
    }
}

impl std::fmt::Debug for Patch {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Patch({} bytes)", self.0.len())
    }
}

/// A run of lines with those around it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hunk {
    /// Its first line in the old file.
    pub old: u32,
    /// Its first line in the new file.
    pub new: u32,
    /// What git says of where it is: a function's name; may be empty.
    pub heading: Text,
    /// Its lines.
    pub lines: Vec<PatchLine>,
}

/// A line of a hunk.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PatchLine {
    /// Which kind.
    pub mark: Mark,
    /// Its number in the old file.
    pub old: Option<u32>,
    /// Its number in the new file.
    pub new: Option<u32>,
    /// Its words.
    pub text: Text,
}

/// What a line of a hunk is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mark {
    /// In both.
    Kept,
    /// In the new file only.
    Added,
    /// In the old file only.
    Removed,
    /// git's own remark: no newline at the end.
    Note,
}

impl Hunk {
    fn push(&mut self, mark: Mark, text: &str) {
        let last = |of: fn(&PatchLine) -> Option<u32>| self.lines.iter().rev().find_map(of);
        let next = |of: fn(&PatchLine) -> Option<u32>, first: u32| {
            last(of).map_or(first, |number| number.saturating_add(1))
        };
        let line = PatchLine {
            mark,
            old: matches!(mark, Mark::Kept | Mark::Removed).then(|| next(|l| l.old, self.old)),
            new: matches!(mark, Mark::Kept | Mark::Added).then(|| next(|l| l.new, self.new)),
            text: Text::line(text),
        };
        self.lines.push(line);
    }
}

/// `@@ -a,b +c,d @@ heading`; a count that is left out is 1.
fn head(line: &str) -> Option<(Hunk, (u32, u32))> {
    let (ranges, heading) = line.strip_prefix("@@ -")?.split_once(" @@")?;
    let (old, new) = ranges.split_once(" +")?;
    let range = |raw: &str| {
        let (start, count) = raw.split_once(',').unwrap_or((raw, "1"));
        Some((start.parse::<u32>().ok()?, count.parse::<u32>().ok()?))
    };
    let (old, new) = (range(old)?, range(new)?);
    let hunk = Hunk {
        old: old.0,
        new: new.0,
        heading: Text::line(heading.trim()),
        lines: Vec::new(),
    };
    Some((hunk, (old.1, new.1)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(patch: &str) -> Vec<String> {
        let number = |n: Option<u32>| n.map_or("-".to_owned(), |n| n.to_string());
        Patch::new(patch)
            .hunks()
            .iter()
            .flat_map(|hunk| &hunk.lines)
            .map(|l| {
                format!(
                    "{:?} {} {} {}",
                    l.mark,
                    number(l.old),
                    number(l.new),
                    l.text
                )
            })
            .collect()
    }

    #[test]
    fn lines_are_numbered_on_both_sides() {
        let all = shown("@@ -3,3 +3,4 @@ fn f\n a\n-b\n+c\n+d\n e\n\\ No newline at end of file");
        let wanted = [
            "Kept 3 3 a",
            "Removed 4 - b",
            "Added - 4 c",
            "Added - 5 d",
            "Kept 5 6 e",
            "Note - - No newline at end of file",
        ];
        assert_eq!(all, wanted);
    }

    #[test]
    fn a_line_that_looks_like_a_head_inside_a_hunk_is_a_line() {
        let all = shown("@@ -0,0 +1,2 @@\n+@@ -1 +1 @@\n+--- a\n--- b/x\n+++ b/x");
        assert_eq!(all, ["Added - 1 @@ -1 +1 @@", "Added - 2 --- a"]);
    }

    #[test]
    fn what_is_cut_or_broken_gives_what_is_there() {
        assert!(shown("").is_empty());
        assert!(shown("Binary files differ").is_empty());
        assert!(shown("@@ -1,99999999999 +1 @@\n+x").is_empty());
        assert_eq!(shown("@@ -1,9 +1,9 @@\n a\n+b").len(), 2);
        assert_eq!(shown("@@ -4294967295,2 +4294967295,2 @@\n a\n b").len(), 2);
    }

    #[test]
    fn words_of_a_patch_are_sanitised() {
        assert_eq!(shown("@@ -0,0 +1 @@\n+a\u{1b}[2J"), ["Added - 1 a␛[2J"]);
    }
}
