//! A piece of a rule while it is read: a condition or a number, told apart once it is used. Knows no words.

use super::{
    expression::{Comparison, Condition, Relation, Span, Term, TermKind},
    measure::{Measure, Quantity},
    problem::RuleError,
};

/// The metric that `health` alone asks.
pub(super) const HEALTH: &str = "health";

/// A condition or a number: which one it must be is known only to who asked.
pub(super) enum Part {
    Condition(Condition, Span),
    Term(Term),
}

impl Part {
    pub(super) fn span(&self) -> Span {
        match self {
            Self::Condition(_, span) => span.clone(),
            Self::Term(term) => term.span.clone(),
        }
    }

    pub(super) fn condition(self) -> Result<Condition, RuleError> {
        match self {
            Self::Condition(condition, _) => Ok(condition),
            Self::Term(term) => {
                if let TermKind::Metric(name) = &term.kind
                    && name.0 == HEALTH
                {
                    let span = term.span.clone();
                    let one = Term {
                        kind: TermKind::Number(Quantity::new(1.0, Measure::Number)),
                        span: span.clone(),
                    };
                    return Ok(Condition::Compare(Comparison {
                        left: term,
                        relation: Relation::GreaterOrEqual,
                        right: one,
                        span,
                    }));
                }
                Err(
                    RuleError::new(term.span, "this is a number, a condition is wanted")
                        .mending("compare it: `error_rate < 1%`"),
                )
            }
        }
    }

    pub(super) fn term(self) -> Result<Term, RuleError> {
        match self {
            Self::Term(term) => Ok(term),
            Self::Condition(_, span) => Err(RuleError::new(
                span,
                "this is a condition, a number is wanted",
            )),
        }
    }
}
