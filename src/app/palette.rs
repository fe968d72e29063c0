//! The palette: every action, found by name.

use nucleo_matcher::{
    Config, Matcher, Utf32Str,
    pattern::{Atom, CaseMatching, Normalization, Pattern},
};

use super::{Action, Chord, Key, Place};

/// Longest query, in characters.
const LIMIT: usize = 60;

/// What is typed, what fits, and what is selected.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Palette {
    query: String,
    found: Vec<Action>,
    /// Selection and view.
    pub place: Place,
}

impl Default for Palette {
    fn default() -> Self {
        Self {
            query: String::new(),
            found: Action::all()
                .filter(|action| fits_palette(*action))
                .collect(),
            place: Place::default(),
        }
    }
}

/// Moving about by name helps nobody.
fn fits_palette(action: Action) -> bool {
    !matches!(
        action,
        Action::Up
            | Action::Down
            | Action::Left
            | Action::Right
            | Action::PageUp
            | Action::PageDown
            | Action::Top
            | Action::Bottom
            | Action::Back
            | Action::Palette
    )
}

impl Palette {
    /// What is typed.
    pub fn query(&self) -> &str {
        &self.query
    }

    /// What fits, the best first.
    pub fn found(&self) -> &[Action] {
        &self.found
    }

    /// The selected action.
    pub fn selected(&self) -> Option<Action> {
        self.found.get(self.place.at).copied()
    }

    /// Takes a key; `reach` is how many rows are seen.
    pub fn key(&mut self, chord: Chord, seen: usize) {
        let reach = (seen, self.found.len());
        match (chord.key, chord.typed()) {
            (_, Some(c)) if self.query.chars().count() < LIMIT => {
                self.query.push(c);
                self.search();
            }
            (Key::Backspace, _) => {
                self.query.pop();
                self.search();
            }
            (Key::Down, _) => self.place.step(1, reach),
            (Key::Char('n'), None) if chord.ctrl => self.place.step(1, reach),
            (Key::Up, _) => self.place.step(-1, reach),
            (Key::Char('p'), None) if chord.ctrl => self.place.step(-1, reach),
            _ => {}
        }
    }

    fn search(&mut self) {
        let query = singular(&self.query);
        let pattern = Pattern::parse(&query, CaseMatching::Ignore, Normalization::Smart);
        let mut matcher = Matcher::new(Config::DEFAULT);
        let mut buffer = Vec::new();
        let mut scored: Vec<(u32, Action)> = Action::all()
            .filter(|action| fits_palette(*action))
            .filter_map(|action| {
                // A hit in the short label counts more than one in the sentence.
                let mut score = |text: &str| {
                    let text = Utf32Str::new(text, &mut buffer);
                    let close = |atom| is_close(atom, text, &mut matcher);
                    let found = pattern.atoms.iter().all(close);
                    found.then(|| pattern.score(text, &mut matcher)).flatten()
                };
                let label = score(action.label()).map(|s| s * 2);
                let about = score(action.about());
                label.max(about).map(|score| (score, action))
            })
            .collect();
        scored.sort_by_key(|(score, _)| std::cmp::Reverse(*score));
        self.found = scored.into_iter().map(|(_, action)| action).collect();
        self.place = Place::default();
    }
}

/// The words without the `s` of a plural: `flags` finds what is said of a flag, and whatever holds the plural too.
fn singular(query: &str) -> String {
    let one = |word: &str| match word.strip_suffix(['s', 'S']) {
        Some(stem) if stem.chars().count() >= 3 => stem.to_owned(),
        _ => word.to_owned(),
    };
    query.split(' ').map(one).collect::<Vec<_>>().join(" ")
}

/// Whether what is found stands close together, or each piece of it begins a word: letters strewn over a sentence are found
/// in almost every one of them.
fn is_close(atom: &Atom, text: Utf32Str<'_>, matcher: &mut Matcher) -> bool {
    let mut at = Vec::new();
    if atom.indices(text, matcher, &mut at).is_none() {
        return false;
    }
    let (Some(first), Some(last)) = (at.first(), at.last()) else {
        return true;
    };
    let is_near = (last - first) as usize <= 2 * at.len();
    let begins_word = |index: u32| index == 0 || !text.get(index - 1).is_alphanumeric();
    let is_led = |pair: &[u32]| pair[0] + 1 == pair[1] || begins_word(pair[1]);
    is_near || begins_word(*first) && at.windows(2).all(is_led)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn typed(text: &str) -> Palette {
        let mut palette = Palette::default();
        for c in text.chars() {
            palette.key(Chord::char(c), 10);
        }
        palette
    }

    #[test]
    fn actions_are_found_by_pieces_of_their_names() {
        assert_eq!(typed("roll").selected(), Some(Action::RollBack));
        assert_eq!(typed("aprv").selected(), Some(Action::Approve));
        assert_eq!(typed("browser").selected(), Some(Action::Browse));
        assert_eq!(typed("rpb").selected(), Some(Action::RollBack));
        assert_eq!(typed("zzzz").selected(), None);
    }

    #[test]
    fn a_plural_finds_what_is_said_of_one() {
        let flags = typed("flags");
        assert_eq!(flags.selected(), Some(Action::KillFlag));
        assert_eq!(flags.found(), typed("flag").found());
        assert_eq!(typed("s").found(), typed("S").found());
    }

    #[test]
    fn letters_strewn_over_a_sentence_find_nothing() {
        assert_eq!(typed("score").selected(), None);
    }

    #[test]
    fn taking_the_query_back_brings_everything_back() {
        let mut palette = typed("q");
        palette.key(Chord::plain(Key::Backspace), 10);
        assert_eq!(palette.found(), Palette::default().found());
    }
}
