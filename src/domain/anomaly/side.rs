//! A span of the past before a change: what it expects, and what the statistic was behind it while nothing changed.

use super::{
    boundary::SPANS,
    clipped,
    noise::Noise,
    null::{Null, Nulls},
    reference::Reference,
};

/// A longer reference needs so many values more than its span.
const BEYOND_SPAN: usize = 6;
/// How far behind the change a reference still says what is usual, in values; the longest one says it for good.
const REACHES: [usize; 4] = [2, 10, usize::MAX, usize::MAX];

/// One span of a past, and what was usual behind it.
#[derive(Debug, Clone)]
pub(super) struct Side {
    /// Index into [`SPANS`].
    pub(super) span: usize,
    /// The longest gap it is asked over, in values.
    pub(super) reach: usize,
    /// The values behind one reference.
    pub(super) length: usize,
    /// The reference at the change.
    pub(super) newest: Reference,
    /// The references at every place of the past; made when something stands out for the first time.
    all: Option<Reference>,
    nulls: Nulls,
    /// Those of the mean.
    mean_nulls: Nulls,
}

impl Side {
    pub(super) fn of(past: &[f64], span: usize, length: usize, reach: usize) -> Self {
        let tail = past
            .get(past.len().saturating_sub(length)..)
            .unwrap_or_default();
        let newest = Reference::of(tail, length);
        Self {
            span,
            reach,
            length: newest.span(),
            newest,
            all: None,
            nulls: Nulls::default(),
            mean_nulls: Nulls::default(),
        }
    }

    /// What is expected `ahead` steps after the change.
    pub(super) fn expected(&self, ahead: f64) -> Option<f64> {
        self.newest.expected(self.length, ahead)
    }

    /// The references at every place of the past.
    pub(super) fn all(&mut self, past: &[f64]) -> &Reference {
        made(&mut self.all, past, self.length)
    }

    /// What the mean was while nothing had changed.
    pub(super) fn mean_null(
        &mut self,
        past: &[f64],
        noise: Noise,
        width: usize,
        gap: usize,
    ) -> Option<Null> {
        let all = made(&mut self.all, past, self.length);
        clipped::null(&mut self.mean_nulls, all, past, noise, width, gap)
    }

    /// What the statistic was while nothing had changed.
    pub(super) fn null(
        &mut self,
        past: &[f64],
        levels: &[f64],
        width: usize,
        gap: usize,
    ) -> Option<Null> {
        let all = made(&mut self.all, past, self.length);
        self.nulls.at(all, levels, width, gap)
    }
}

/// The references at every place of `past`, made when they are asked for the first time.
fn made<'a>(all: &'a mut Option<Reference>, past: &[f64], length: usize) -> &'a Reference {
    all.get_or_insert_with(|| Reference::of(past, length))
}

/// The references that the past is long enough for; of a short past the shortest.
pub(super) fn sides(past: &[f64]) -> Vec<Side> {
    let shortest = SPANS.get(1).copied().unwrap_or(1) + BEYOND_SPAN;
    if past.len() < shortest {
        // All of it, with its slope.
        return vec![Side::of(past, 0, past.len(), usize::MAX)];
    }
    let mut sides: Vec<Side> = SPANS
        .iter()
        .zip(REACHES)
        .enumerate()
        .filter(|(index, (span, _))| *index == 0 || past.len() >= *span + BEYOND_SPAN)
        .map(|(index, (span, reach))| Side::of(past, index, *span, reach))
        .collect();
    if let Some(last) = sides.last_mut() {
        last.reach = usize::MAX;
    }
    sides
}
