//! A walk over the tokens of a statement, word by word.

use super::tokens::Token;

/// Walks over tokens.
#[derive(Clone, Copy)]
pub(super) struct Walk<'a>(pub(super) &'a [Token]);

impl<'a> Walk<'a> {
    /// Takes the next token where it is one of these words.
    pub(super) fn take(&mut self, words: &[&str]) -> bool {
        match self.0.split_first() {
            Some((first, rest)) if words.contains(&first.word.as_str()) => {
                self.0 = rest;
                true
            }
            _ => false,
        }
    }

    /// Takes words that say nothing here.
    pub(super) fn skip(&mut self, words: &[&str]) {
        while self.take(words) {}
    }

    /// Takes a name, perhaps with its schema: `public.orders`.
    pub(super) fn name(&mut self) -> Option<&'a Token> {
        let (mut name, mut rest) = self.0.split_first()?;
        while let [dot, next, after @ ..] = rest {
            if dot.word != "." {
                break;
            }
            (name, rest) = (next, after);
        }
        self.0 = rest;
        Some(name)
    }

    pub(super) fn has(&self, words: &[&str]) -> bool {
        let mut at = self.0.windows(words.len());
        at.any(|window| {
            window
                .iter()
                .zip(words)
                .all(|(token, word)| token.word == *word)
        })
    }

    /// Parts between commas that stand in no bracket.
    pub(super) fn parts(&self) -> Vec<Walk<'a>> {
        let (mut parts, mut depth, mut from) = (Vec::new(), 0_usize, 0);
        for (at, token) in self.0.iter().enumerate() {
            match token.word.as_str() {
                "(" => depth += 1,
                ")" => depth = depth.saturating_sub(1),
                "," if depth == 0 => {
                    parts.push(Walk(&self.0[from..at]));
                    from = at + 1;
                }
                _ => {}
            }
        }
        parts.push(Walk(&self.0[from..]));
        parts
    }
}
