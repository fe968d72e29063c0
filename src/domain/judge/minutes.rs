//! A condition minute by minute: `for 3m`, `in 3 of 5m`, `any`, and a bare trigger.

use super::{
    expression::Condition, finding::Finding, grounds::Bench, truth::Truth, window::SILENT_MINUTES,
};
use crate::domain::observation::Minute;

/// How often it must hold.
#[derive(Debug, Clone, Copy)]
pub(super) struct Span {
    /// In at least so many ...
    pub(super) count: u32,
    /// ... of so many newest minutes.
    pub(super) of: u32,
    /// Whether minutes before the window count as unknown (a gate) or as not held (a trigger cannot fire on them).
    pub(super) early_is_unknown: bool,
}

/// What the minutes of a span came to.
#[derive(Default)]
struct Tally {
    /// Newest first.
    found: Vec<(Minute, Finding)>,
}

impl Tally {
    fn count(&self, truth: Truth) -> usize {
        self.found.iter().filter(|(_, f)| f.truth == truth).count()
    }

    /// The newest of that truth.
    fn newest(&self, truth: Truth) -> Option<&Finding> {
        self.found
            .iter()
            .map(|(_, finding)| finding)
            .find(|finding| finding.truth == truth)
    }
}

impl Bench<'_> {
    /// The condition in one minute. It holds no duration, alarm or aggregate but `any`: the grammar refuses those.
    pub(super) fn condition_in(
        &self,
        condition: &Condition,
        minute: Minute,
        bad_when: bool,
    ) -> Finding {
        let all = |parts: &[Condition]| -> Vec<Finding> {
            parts
                .iter()
                .map(|part| self.condition_in(part, minute, bad_when))
                .collect()
        };
        match condition {
            Condition::Any(parts) => Finding::join(all(parts), Truth::or),
            Condition::All(parts) => Finding::join(all(parts), Truth::and),
            Condition::Not(inner) => self.condition_in(inner, minute, !bad_when).not(),
            Condition::Compare(comparison) => self.in_minute(comparison, minute, bad_when),
            Condition::Alarm(_) | Condition::Held { .. } => {
                Finding::unknown(Truth::Broken, "this cannot be asked of a minute")
            }
        }
    }

    /// The condition over a span that ends at the newest minute with data.
    ///
    /// That minute may be at most two before the window's last (the others may be late); else the metric is silent.
    pub(super) fn held(&self, condition: &Condition, span: Span, bad_when: bool) -> Finding {
        let (Some(first), Some(last)) = (self.window.minutes.first(), self.window.minutes.last())
        else {
            return Finding::unknown(Truth::NoData, "no minute is judged yet");
        };
        let newest = (0..SILENT_MINUTES)
            .map(|back| last.plus(-back))
            .find(|minute| *minute >= *first && !self.is_silent(condition, *minute));
        let Some(newest) = newest else {
            let why = self.condition_in(condition, *last, bad_when).why;
            return Finding::unknown(Truth::NoData, format!("{why} in the newest minutes"));
        };
        let mut tally = Tally::default();
        for back in 0..i64::from(span.of) {
            let minute = newest.plus(-back);
            if minute < *first {
                break;
            }
            let finding = self.condition_in(condition, minute, bad_when);
            tally.found.push((minute, finding));
        }
        tally.conclude(span, bad_when)
    }

    /// `any(..)`: at least once in the whole window.
    pub(super) fn ever(&self, condition: &Condition, bad_when: bool) -> Finding {
        let mut tally = Tally::default();
        for minute in self.window.minutes.iter().rev() {
            let finding = self.condition_in(condition, *minute, bad_when);
            tally.found.push((*minute, finding));
        }
        if tally.found.is_empty() {
            return Finding::unknown(Truth::NoData, "no minute is judged yet");
        }
        let of = u32::try_from(tally.found.len()).unwrap_or(u32::MAX);
        let span = Span {
            count: 1,
            of,
            early_is_unknown: true,
        };
        tally.conclude(span, bad_when)
    }

    fn is_silent(&self, condition: &Condition, minute: Minute) -> bool {
        let mut silent = true;
        condition.atoms(&mut |atom| {
            if let Condition::Compare(comparison) = atom {
                silent &= self.is_absent(comparison, minute);
            }
        });
        silent
    }
}

impl Tally {
    fn conclude(self, span: Span, bad_when: bool) -> Finding {
        let known = self.count(Truth::Yes) + self.count(Truth::No);
        let (yes, no) = (self.count(Truth::Yes), self.count(Truth::No));
        let existing = self.found.len();
        let early = if span.early_is_unknown {
            (span.of as usize).saturating_sub(existing)
        } else {
            0
        };
        let unknown = existing - known + early;
        let count = span.count as usize;
        let truth = if yes >= count {
            Truth::Yes
        } else if known > 0 && yes + unknown < count {
            Truth::No
        } else {
            [Truth::Broken, Truth::NoData]
                .into_iter()
                .find(|truth| self.count(*truth) > 0)
                .unwrap_or(Truth::Ambiguous)
        };
        let reason = self.newest(truth).map(|finding| finding.why.clone());
        let why = match (truth, reason) {
            (Truth::Yes, Some(reason)) if span.count == span.of => {
                format!("{reason} for {}", minutes(yes))
            }
            (Truth::Yes, Some(reason)) => format!("{reason} in {yes} of {}", minutes(existing)),
            (Truth::No, Some(reason)) => format!("{reason} in {no} of {}", minutes(existing)),
            (_, Some(reason)) => format!("{reason}; {known} of {} known", minutes(existing)),
            (Truth::No, None) => {
                let reason = self
                    .newest(Truth::Yes)
                    .map_or("", |found| found.why.as_str());
                format!("{reason} in {yes} of {}, {count} needed", minutes(existing))
            }
            (_, None) => format!("{known} of {} known", minutes(span.of as usize)),
        };
        let mut against: Vec<Minute> = self
            .found
            .iter()
            .filter(|(_, finding)| finding.truth == Truth::of(bad_when))
            .map(|(minute, _)| *minute)
            .collect();
        against.sort_unstable();
        Finding {
            truth,
            why,
            margin: self.margin(count),
            minutes: against,
        }
    }

    /// The margin of the minute that decides: the `count`-th best.
    fn margin(&self, count: usize) -> Option<f64> {
        let mut margins: Vec<f64> = self.found.iter().filter_map(|(_, f)| f.margin).collect();
        margins.sort_by(|a, b| b.total_cmp(a));
        margins
            .get(count.saturating_sub(1))
            .or(margins.last())
            .copied()
    }
}

fn minutes(count: usize) -> String {
    crate::domain::wording::count(count as u64, "minute")
}
