//! `[risk]`: weights by factor, levels from a score.

use super::findings::Findings;
use crate::{
    config::{At, diagnostic::Diagnostic, file::RiskTable, nearest::nearest},
    domain::risk::{Factor, MOST, RiskRule},
};

pub(super) fn risk(table: &RiskTable, found: &mut Findings) -> RiskRule {
    let standard = RiskRule::default();
    let mut points = |key: &str, at: &At<u32>| {
        let outside = format!("`{key}` is beyond {MOST}");
        if at.value > MOST {
            found.wrong(&at.span, outside, "points are whole numbers from 0 to 100");
        }
        at.value.min(MOST)
    };
    let mut level = |key: &str, at: &Option<At<u32>>, standard: u32| {
        at.as_ref().map_or(standard, |at| points(key, at))
    };
    let medium = level("risk.medium", &table.medium, standard.medium);
    let high = level("risk.high", &table.high, standard.high);
    let weights = table
        .weights
        .iter()
        .filter_map(|(name, at)| {
            let factor = Factor::ALL
                .into_iter()
                .find(|factor| factor.key() == name)?;
            Some((factor, points(&format!("risk.weights.{name}"), at)))
        })
        .collect();
    for (name, at) in &table.weights {
        if Factor::ALL.into_iter().any(|factor| factor.key() == name) {
            continue;
        }
        let keys = Factor::ALL.map(Factor::key);
        let help = match nearest(name, keys) {
            Some(near) => format!("did you mean `{near}`?"),
            None => format!("factors are {}", keys.join(", ")),
        };
        found.add(
            Diagnostic::at(
                at.span.clone(),
                format!("`{name}` is no factor of the risk"),
            )
            .help(help),
        );
    }
    if high < medium
        && let Some(at) = table.high.as_ref().or(table.medium.as_ref())
    {
        let help = "`high` begins at or above `medium`";
        found.wrong(
            &at.span,
            format!("high begins at {high}, below medium at {medium}"),
            help,
        );
    }
    RiskRule {
        weights,
        medium,
        high,
    }
}
