//! The tree of a rule, with the place of each part in the source. Knows neither data nor metrics' units.

use std::ops::Range;

use super::measure::{Operator, Quantity};
use crate::domain::policy::{MetricName, Side};

/// A place in the source, in bytes.
pub(super) type Span = Range<usize>;

/// A condition: true, false or unknown.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Condition {
    Any(Vec<Self>),
    All(Vec<Self>),
    Not(Box<Self>),
    Compare(Comparison),
    Alarm(String),
    /// `inner` in at least `count` of the newest `of` minutes; `for 3m` is 3 of 3.
    Held {
        inner: Box<Self>,
        count: u32,
        of: u32,
    },
}

/// `left relation right`.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Comparison {
    pub(super) left: Term,
    pub(super) relation: Relation,
    pub(super) right: Term,
    pub(super) span: Span,
}

/// A number, or what becomes one.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Term {
    pub(super) kind: TermKind,
    pub(super) span: Span,
}

#[derive(Debug, Clone, PartialEq)]
pub(super) enum TermKind {
    Number(Quantity),
    Metric(MetricName),
    /// `baseline` or `control` of a metric; a bare word took the metric of its comparison.
    Reference(Reference, MetricName),
    Aggregate(Aggregate, MetricName),
    Negative(Box<Term>),
    Arithmetic(Operator, Box<Term>, Box<Term>),
}

/// What a metric is compared with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Reference {
    /// Its own past before the deploy.
    Baseline,
    /// The old version in the same minutes.
    Control,
    /// The upper edge of the source's own band, in the same minutes.
    BandHigh,
    /// The lower edge.
    BandLow,
}

impl Reference {
    /// The word of the language.
    pub(super) const fn word(self) -> &'static str {
        match self {
            Self::Baseline => "baseline",
            Self::Control => "control",
            Self::BandHigh => "band_high",
            Self::BandLow => "band_low",
        }
    }

    /// The side that it is measured on; a baseline is none.
    pub(super) const fn side(self) -> Option<Side> {
        match self {
            Self::Baseline => None,
            Self::Control => Some(Side::Control),
            Self::BandHigh => Some(Side::BandHigh),
            Self::BandLow => Some(Side::BandLow),
        }
    }
}

/// A fold over the window.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Aggregate {
    /// In any minute: the comparison is asked of each.
    Any,
    Average,
    Maximum,
    Minimum,
}

/// A sign of comparison.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Relation {
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
    Equal,
    NotEqual,
}

impl Relation {
    pub(super) const fn sign(self) -> &'static str {
        match self {
            Self::Less => "<",
            Self::LessOrEqual => "<=",
            Self::Greater => ">",
            Self::GreaterOrEqual => ">=",
            Self::Equal => "==",
            Self::NotEqual => "!=",
        }
    }

    pub(super) const fn opposite(self) -> Self {
        match self {
            Self::Less => Self::GreaterOrEqual,
            Self::LessOrEqual => Self::Greater,
            Self::Greater => Self::LessOrEqual,
            Self::GreaterOrEqual => Self::Less,
            Self::Equal => Self::NotEqual,
            Self::NotEqual => Self::Equal,
        }
    }

    /// How far inside the relation: above zero it holds, below it does not, at zero [`Relation::holds_at_limit`].
    pub(super) fn margin(self, left: f64, right: f64) -> f64 {
        match self {
            Self::Less | Self::LessOrEqual => right - left,
            Self::Greater | Self::GreaterOrEqual => left - right,
            Self::Equal => -(left - right).abs(),
            Self::NotEqual => (left - right).abs(),
        }
    }

    pub(super) const fn holds_at_limit(self) -> bool {
        matches!(self, Self::LessOrEqual | Self::GreaterOrEqual | Self::Equal)
    }
}

impl Term {
    /// Calls `seen` for each leaf, left to right.
    pub(super) fn leaves<'a>(&'a self, seen: &mut dyn FnMut(&'a Self)) {
        match &self.kind {
            TermKind::Number(_)
            | TermKind::Metric(_)
            | TermKind::Reference(..)
            | TermKind::Aggregate(..) => seen(self),
            TermKind::Negative(inner) => inner.leaves(seen),
            TermKind::Arithmetic(_, left, right) => {
                left.leaves(seen);
                right.leaves(seen);
            }
        }
    }
}

impl Comparison {
    /// Calls `seen` for each leaf of both sides.
    pub(super) fn leaves<'a>(&'a self, seen: &mut dyn FnMut(&'a Term)) {
        self.left.leaves(seen);
        self.right.leaves(seen);
    }

    /// Whether a leaf is such a one.
    pub(super) fn has(&self, wanted: impl Fn(&TermKind) -> bool) -> bool {
        let mut found = false;
        self.leaves(&mut |leaf| found |= wanted(&leaf.kind));
        found
    }

    /// The metrics that are measured (not only referred to), each once, in order.
    pub(super) fn measured(&self) -> Vec<&MetricName> {
        let mut names = Vec::new();
        self.leaves(&mut |leaf| match &leaf.kind {
            TermKind::Metric(name) | TermKind::Aggregate(_, name) => {
                if !names.contains(&name) {
                    names.push(name);
                }
            }
            TermKind::Number(_)
            | TermKind::Reference(..)
            | TermKind::Negative(_)
            | TermKind::Arithmetic(..) => {}
        });
        names
    }

    /// The metrics whose baseline or control it asks, each once, in order.
    pub(super) fn referred(&self, to: Reference) -> Vec<&MetricName> {
        let mut names = Vec::new();
        self.leaves(&mut |leaf| {
            if let TermKind::Reference(whose, name) = &leaf.kind
                && *whose == to
                && !names.contains(&name)
            {
                names.push(name);
            }
        });
        names
    }
}

impl Condition {
    /// Calls `seen` for each comparison and alarm.
    pub(super) fn atoms<'a>(&'a self, seen: &mut dyn FnMut(&'a Self)) {
        match self {
            Self::Any(parts) | Self::All(parts) => {
                for part in parts {
                    part.atoms(seen);
                }
            }
            Self::Not(inner) | Self::Held { inner, .. } => inner.atoms(seen),
            Self::Compare(_) | Self::Alarm(_) => seen(self),
        }
    }

    /// Whether it can be asked of one minute alone: no alarm, no aggregate, no duration of its own.
    pub(super) fn is_of_a_minute(&self) -> bool {
        match self {
            Self::Any(parts) | Self::All(parts) => parts.iter().all(Self::is_of_a_minute),
            Self::Not(inner) => inner.is_of_a_minute(),
            Self::Compare(comparison) => {
                !comparison.has(|kind| matches!(kind, TermKind::Aggregate(..)))
            }
            Self::Alarm(_) | Self::Held { .. } => false,
        }
    }
}
