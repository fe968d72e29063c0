//! Gates and triggers: parsed and checked against the metrics, each mistake shown inside the string that holds it.

use std::{borrow::Cow, ops::Range};

use super::{findings::Findings, metrics::Metrics};
use crate::{
    config::{At, diagnostic::Diagnostic},
    domain::{
        judge::{Rule, RuleError},
        policy::Metric,
    },
};

/// Characters of a rule that a message repeats.
const LONGEST: usize = 100;

/// The rules that parse and whose names and units fit, each once.
pub(super) fn rules(written: &[At<String>], metrics: &Metrics, found: &mut Findings) -> Vec<Rule> {
    let mut all = Vec::new();
    more(&mut all, written, metrics, found);
    all
}

/// The same, after these. A rule that is there already asks nothing more, and would fire twice at once.
pub(super) fn more(
    all: &mut Vec<Rule>,
    written: &[At<String>],
    metrics: &Metrics,
    found: &mut Findings,
) {
    for rule in written.iter().filter_map(|one| rule(one, metrics, found)) {
        if all.iter().all(|known| known.source() != rule.source()) {
            all.push(rule);
        }
    }
}

fn rule(written: &At<String>, metrics: &Metrics, found: &mut Findings) -> Option<Rule> {
    let rule = match Rule::parse(&written.value) {
        Ok(rule) => rule,
        Err(error) => {
            found.add(point(written, &error));
            return None;
        }
    };
    // Where a metrics entry is itself wrong its names are not known, and every rule on them would be called wrong too.
    if metrics.complete
        && let Err(errors) = rule.check(&metrics.all)
    {
        for error in &errors {
            found.add(point(written, error));
        }
        return None;
    }
    Some(rule)
}

/// A mistake in an expression that stands alone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RuleFault {
    /// The mistake as the language tells it.
    pub error: RuleError,
    /// The mistake as a point in the expression.
    pub point: Diagnostic,
}

/// Reads one expression against these metrics, as the rules' own are read.
pub fn rule_faults(source: &str, metrics: &[Metric]) -> Result<Rule, Vec<RuleFault>> {
    let read = Rule::parse(source).map_err(|error| vec![error]);
    let read = read.and_then(|rule| rule.check(metrics).map(|()| rule));
    read.map_err(|errors| {
        let faults = errors.into_iter().map(|error| RuleFault {
            point: point_at(error.span.clone(), source, &error),
            error,
        });
        faults.collect()
    })
}

/// What makes no sense in a rule, as a point in its text.
pub fn doubt_point(source: &str, doubt: &RuleError) -> Diagnostic {
    let mut point = Diagnostic::at(doubt.span.clone(), format!("`{source}`: {}", doubt.message));
    if let Some(mend) = &doubt.mend {
        point = point.help(mend.clone());
    }
    point
}

fn point(written: &At<String>, error: &RuleError) -> Diagnostic {
    point_at(inside(written, &error.span), &written.value, error)
}

fn point_at(span: Range<usize>, rule: &str, error: &RuleError) -> Diagnostic {
    let mut point =
        Diagnostic::at(span, format!("wrong rule `{}`", short(rule))).label(error.message.clone());
    let near: Vec<String> = error.nearest.iter().map(|n| format!("`{n}`")).collect();
    let near = (!near.is_empty()).then(|| format!("did you mean {}?", near.join(" or ")));
    let help: Vec<String> = near.into_iter().chain(error.mend.clone()).collect();
    if !help.is_empty() {
        // What asks has its mark already.
        point = point.help(help.join(" "));
    }
    point
}

/// The beginning of a rule that is no line any more: the rest stands in the file.
fn short(rule: &str) -> Cow<'_, str> {
    match rule.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{}…", &rule[..end]).into(),
        None => rule.into(),
    }
}

/// A range inside the string as a range in the file; the whole string where escapes make that unsure.
fn inside(written: &At<String>, part: &Range<usize>) -> Range<usize> {
    let whole = written.span.clone();
    // YAML takes texts without quotes.
    let quote = match whole.len().checked_sub(written.value.len()) {
        Some(0) if !whole.is_empty() => 0,
        Some(2) => 1,
        _ => return whole,
    };
    // At the end of the text the closing quote is what the caret can show.
    let start = (whole.start + quote + part.start).min(whole.end - 1);
    let end = (whole.start + quote + part.end).clamp(start + 1, whole.end);
    start..end
}
