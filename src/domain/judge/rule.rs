//! A gate or trigger as a team wrote it: its text and the tree behind it.

use std::fmt;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::{
    check,
    expression::{Condition, TermKind},
    grammar,
    problem::RuleError,
};
use crate::domain::policy::{Metric, MetricName};

/// An expression, parsed. Written and read as its source.
#[derive(Clone, PartialEq)]
pub struct Rule {
    source: String,
    condition: Condition,
}

impl Rule {
    /// Reads an expression; names and units are checked by [`Rule::check`].
    ///
    /// The grammar stands in `judge/grammar.rs`. At most 1,000 bytes and 32 levels.
    pub fn parse(source: &str) -> Result<Self, RuleError> {
        Ok(Self {
            source: source.to_owned(),
            condition: grammar::read(source)?,
        })
    }

    /// Whether every name is a metric of this release and all units agree. Every fault, in the order of the text.
    pub fn check(&self, metrics: &[Metric]) -> Result<(), Vec<RuleError>> {
        check::check(&self.condition, metrics)
    }

    /// The text as written.
    pub fn source(&self) -> &str {
        &self.source
    }

    /// Every metric that it names, each once, in the order of the text.
    pub fn metrics(&self) -> Vec<MetricName> {
        let mut names: Vec<MetricName> = Vec::new();
        self.condition.atoms(&mut |atom| {
            if let Condition::Compare(comparison) = atom {
                comparison.leaves(&mut |leaf| match &leaf.kind {
                    TermKind::Metric(name)
                    | TermKind::Reference(_, name)
                    | TermKind::Aggregate(_, name) => {
                        if !names.contains(name) {
                            names.push(name.clone());
                        }
                    }
                    TermKind::Number(_) | TermKind::Negative(_) | TermKind::Arithmetic(..) => {}
                });
            }
        });
        names
    }

    /// Every alarm that it names, each once.
    pub fn alarms(&self) -> Vec<String> {
        let mut names: Vec<String> = Vec::new();
        self.condition.atoms(&mut |atom| {
            if let Condition::Alarm(name) = atom
                && !names.contains(name)
            {
                names.push(name.clone());
            }
        });
        names
    }

    /// Whether it compares with `control`: then it can be judged only while a canary stands beside the old version.
    pub fn needs_control(&self) -> bool {
        let mut found = false;
        self.condition.atoms(&mut |atom| {
            if let Condition::Compare(comparison) = atom {
                found |= !comparison
                    .referred(super::expression::Reference::Control)
                    .is_empty();
            }
        });
        found
    }

    pub(super) fn condition(&self) -> &Condition {
        &self.condition
    }
}

impl fmt::Display for Rule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.source)
    }
}

impl fmt::Debug for Rule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Rule").field(&self.source).finish()
    }
}

impl Serialize for Rule {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.source)
    }
}

impl<'de> Deserialize<'de> for Rule {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let source = String::deserialize(deserializer)?;
        Self::parse(&source).map_err(serde::de::Error::custom)
    }
}
