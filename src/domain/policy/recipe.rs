//! From raw series to one sample a minute: which silence is a zero, which is no traffic, which is a gap.
//!
//! Sparse metrics are told as CloudWatch documents them: error counters exist only in minutes with errors, and the
//! parts of one minute do not arrive together. This file knows neither the network nor the present; the instant of
//! the answer is given.

use std::collections::BTreeMap;

use jiff::Timestamp;

use super::{Absent, Metric, Query, Recipe};
use crate::domain::observation::{Minute, Sample};

/// Minutes after a minute's end until silence in it means that nothing happened. Younger silence may be late data.
pub const SETTLES_AFTER: i64 = 3;

/// Minutes after a minute's end until a counter of errors that is not there counts as zero beside traffic that is.
pub const COUNTERS_AFTER: i64 = 1;

/// What a source is asked for: one raw series, or one expression over some.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Ask<'a> {
    /// One raw series.
    Series(&'a Query),
    /// An edge of the source's band of one raw series.
    Band {
        /// The series.
        query: &'a Query,
        /// Half of its width, in tenths of a standard deviation.
        tenths: u32,
        /// The upper edge, or the lower.
        high: bool,
    },
    /// Metric math over series by id.
    Math {
        /// The expression.
        expression: &'a str,
        /// Its inputs.
        queries: &'a BTreeMap<String, Query>,
    },
}

/// What came back for an [`Ask`].
#[derive(Debug, Clone, Default, PartialEq)]
pub struct RawSeries {
    /// Value by minute; a minute that is not here had no data point. Only finite numbers.
    pub points: BTreeMap<Minute, f64>,
    /// Whether the source told everything that it has.
    pub standing: Standing,
}

/// Whether an answer is whole.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Standing {
    /// All data points are here: silence is silence.
    #[default]
    Complete,
    /// Some may be missing: what is here counts, silence says nothing.
    Partial,
    /// The source could not answer.
    Broken,
}

/// The minutes that were asked for, and when the answer came.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Asked {
    /// First minute.
    pub from: Minute,
    /// First minute after.
    pub until: Minute,
    /// When the question went out.
    pub at: Timestamp,
}

impl Asked {
    /// Whether the minute has ended for at least `minutes` minutes.
    fn ended(self, minute: Minute, minutes: i64) -> bool {
        minute.plus(minutes).end() <= self.at
    }
}

impl Metric {
    /// Everything that its samples are made from, each once.
    pub fn asks(&self) -> Vec<Ask<'_>> {
        let mut asks: Vec<Ask<'_>> = match &self.recipe {
            Recipe::Direct { query, absent, .. } => std::iter::once(Ask::Series(query))
                .chain(proofs(absent))
                .collect(),
            Recipe::Ratio { over, under, .. } => {
                over.iter().chain(under).map(Ask::Series).collect()
            }
            Recipe::Band { query, tenths, .. } => vec![self.band_ask(query, *tenths)],
            Recipe::Math {
                expression,
                queries,
                absent,
                ..
            } => std::iter::once(Ask::Math {
                expression,
                queries,
            })
            .chain(proofs(absent))
            .collect(),
        };
        asks.sort_unstable();
        asks.dedup();
        asks
    }

    fn band_ask<'a>(&self, query: &'a Query, tenths: u32) -> Ask<'a> {
        let high = self.side == super::Side::BandHigh;
        Ask::Band {
            query,
            tenths,
            high,
        }
    }
}

fn proofs(absent: &Absent) -> impl Iterator<Item = Ask<'_>> {
    match absent {
        Absent::Gap => &[],
        Absent::NoTraffic { unless } => unless.as_slice(),
        Absent::ZeroWhere { proof } => std::slice::from_ref(proof),
    }
    .iter()
    .map(Ask::Series)
}

/// The samples of a metric for every minute asked for, in order. `raw` answers for each of [`Metric::asks`]; what it
/// does not know is broken. The minute that still runs is absent: half a minute is no value.
pub fn fold<'m, 'r>(
    metric: &'m Metric,
    raw: &dyn Fn(Ask<'m>) -> Option<&'r RawSeries>,
    asked: Asked,
) -> Vec<Sample> {
    let known = |ask: Ask<'m>| raw(ask).filter(|series| series.standing != Standing::Broken);
    let single = |ask: Ask<'m>, scale: f64, absent: &'m Absent| {
        let Some(series) = known(ask) else {
            return vec![Sample::Broken; length(asked)];
        };
        let beside = Beside::find(absent, &known);
        samples(asked, |minute| match series.points.get(&minute) {
            Some(value) => finite(value * scale),
            None if series.standing == Standing::Partial => Sample::Absent,
            None => beside.silence(minute, asked),
        })
    };
    match &metric.recipe {
        Recipe::Direct {
            query,
            scale,
            absent,
        } => single(Ask::Series(query), *scale, absent),
        Recipe::Band {
            query,
            tenths,
            scale,
        } => single(metric.band_ask(query, *tenths), *scale, &Absent::Gap),
        Recipe::Math {
            expression,
            queries,
            scale,
            absent,
        } => {
            let ask = Ask::Math {
                expression,
                queries,
            };
            single(ask, *scale, absent)
        }
        Recipe::Ratio { over, under, scale } => {
            let all = |parts: &'m [Query]| -> Option<Vec<&'r RawSeries>> {
                parts
                    .iter()
                    .map(|query| known(Ask::Series(query)))
                    .collect()
            };
            let (Some(over_parts), Some(under_parts)) = (all(over), all(under)) else {
                return vec![Sample::Broken; length(asked)];
            };
            let bases: Vec<bool> = under.iter().map(|query| !over.contains(query)).collect();
            samples(asked, |minute| {
                ratio(minute, asked, &over_parts, &under_parts, &bases, *scale)
            })
        }
    }
}

fn length(asked: Asked) -> usize {
    usize::try_from(asked.until.0.saturating_sub(asked.from.0)).unwrap_or(0)
}

fn samples(asked: Asked, mut of: impl FnMut(Minute) -> Sample) -> Vec<Sample> {
    (asked.from.0..asked.until.0)
        .map(Minute)
        .map(|minute| {
            if asked.ended(minute, 0) {
                of(minute)
            } else {
                Sample::Absent
            }
        })
        .collect()
}

fn finite(value: f64) -> Sample {
    if value.is_finite() {
        Sample::Value(value)
    } else {
        Sample::Absent
    }
}

/// The series that say what a silent minute means; `None` inside where such a series is itself unknown.
enum Beside<'r> {
    Gap,
    NoTraffic(Option<Vec<&'r RawSeries>>),
    Zero(Option<&'r RawSeries>),
}

impl<'r> Beside<'r> {
    fn find<'m>(absent: &'m Absent, known: &dyn Fn(Ask<'m>) -> Option<&'r RawSeries>) -> Self {
        match absent {
            Absent::Gap => Self::Gap,
            Absent::NoTraffic { unless } => Self::NoTraffic(
                unless
                    .iter()
                    .map(|query| known(Ask::Series(query)))
                    .collect(),
            ),
            Absent::ZeroWhere { proof } => Self::Zero(known(Ask::Series(proof))),
        }
    }

    fn silence(&self, minute: Minute, asked: Asked) -> Sample {
        let settled = asked.ended(minute, SETTLES_AFTER);
        match self {
            Self::NoTraffic(Some(unless)) => {
                let quiet = unless
                    .iter()
                    .all(|series| match series.points.get(&minute) {
                        Some(value) => *value <= 0.0,
                        None => series.standing == Standing::Complete,
                    });
                if quiet && settled {
                    Sample::NoTraffic
                } else {
                    Sample::Absent
                }
            }
            Self::Zero(Some(proof)) => match proof.points.get(&minute) {
                Some(_) if asked.ended(minute, COUNTERS_AFTER) => Sample::Value(0.0),
                None if settled && proof.standing == Standing::Complete => Sample::NoTraffic,
                Some(_) | None => Sample::Absent,
            },
            Self::Gap | Self::NoTraffic(None) | Self::Zero(None) => Sample::Absent,
        }
    }
}

fn ratio(
    minute: Minute,
    asked: Asked,
    over: &[&RawSeries],
    under: &[&RawSeries],
    bases: &[bool],
    scale: f64,
) -> Sample {
    let settled = asked.ended(minute, SETTLES_AFTER);
    let counters = asked.ended(minute, COUNTERS_AFTER);
    // `None`: a part is missing that may still come.
    let part = |series: &RawSeries, base: bool| match series.points.get(&minute) {
        Some(value) => Some(*value),
        None if series.standing == Standing::Partial => None,
        None if settled || (counters && !base) => Some(0.0),
        None => None,
    };
    let sum = |parts: &mut dyn Iterator<Item = Option<f64>>| parts.sum::<Option<f64>>();
    let above = sum(&mut over.iter().map(|series| part(series, false)));
    let below = sum(&mut under
        .iter()
        .zip(bases)
        .map(|(series, base)| part(series, *base)));
    match (above, below) {
        (Some(above), Some(below)) if below > 0.0 => finite(scale * above / below),
        // Errors without anything to divide them by are no "no traffic".
        (Some(above), Some(_)) if above > 0.0 => Sample::Absent,
        (Some(_), Some(_)) => Sample::NoTraffic,
        _ => Sample::Absent,
    }
}

#[cfg(test)]
mod tests;
