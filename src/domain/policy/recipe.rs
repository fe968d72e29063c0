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
pub fn fold<'r>(
    metric: &Metric,
    raw: &dyn Fn(Ask<'_>) -> Option<&'r RawSeries>,
    asked: Asked,
) -> Vec<Sample> {
    let known = |ask: Ask<'_>| raw(ask).filter(|series| series.standing != Standing::Broken);
    let single = |ask: Ask<'_>, scale: f64, absent: &Absent| {
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
            let all = |parts: &[Query]| -> Option<Vec<&'r RawSeries>> {
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
    fn find(absent: &Absent, known: &dyn Fn(Ask<'_>) -> Option<&'r RawSeries>) -> Self {
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
mod tests {
    use super::*;
    use crate::domain::policy::{Bad, Side, Unit};

    const REQUESTS: &str = "RequestCount";
    const TARGET: &str = "HTTPCode_Target_5XX_Count";
    const ELB: &str = "HTTPCode_ELB_5XX_Count";
    const TIME: &str = "TargetResponseTime";

    fn query(metric: &str) -> Query {
        Query {
            namespace: "AWS/ApplicationELB".into(),
            metric: metric.into(),
            dimensions: BTreeMap::new(),
            statistic: "Sum".into(),
        }
    }

    fn metric(recipe: Recipe) -> Metric {
        Metric {
            name: "m".into(),
            label: "m".into(),
            unit: Unit::Plain,
            bad: Bad::Up,
            aws: None,
            side: Side::All,
            recipe,
        }
    }

    fn error_rate() -> Metric {
        metric(Recipe::Ratio {
            over: vec![query(TARGET), query(ELB)],
            under: vec![query(REQUESTS), query(ELB)],
            scale: 100.0,
        })
    }

    fn latency() -> Metric {
        metric(Recipe::Direct {
            query: query(TIME),
            scale: 1000.0,
            absent: Absent::NoTraffic {
                unless: vec![query(REQUESTS), query(ELB)],
            },
        })
    }

    type Given<'a> = &'a [(&'a str, &'a [(i64, f64)])];

    /// The samples of minutes 0..3, asked for `age` minutes after the end of minute 2.
    fn folded(
        metric: &Metric,
        given: Given<'_>,
        age: i64,
        cut: &[(&str, Standing)],
    ) -> Vec<Sample> {
        let raw: BTreeMap<&str, RawSeries> = [REQUESTS, TARGET, ELB, TIME]
            .into_iter()
            .map(|name| {
                let points = given
                    .iter()
                    .filter(|(at, _)| *at == name)
                    .flat_map(|(_, p)| p.iter());
                let series = RawSeries {
                    points: points
                        .map(|(minute, value)| (Minute(*minute), *value))
                        .collect(),
                    standing: cut
                        .iter()
                        .find(|(at, _)| *at == name)
                        .map_or(Standing::Complete, |(_, standing)| *standing),
                };
                (name, series)
            })
            .collect();
        let asked = Asked {
            from: Minute(0),
            until: Minute(3),
            at: Minute(3 + age).start(),
        };
        let find = |ask: Ask<'_>| match ask {
            Ask::Series(query) => raw.get(query.metric.as_str()),
            Ask::Math { .. } => None,
        };
        fold(metric, &find, asked)
    }

    use Sample::{Absent as Missing, Broken, NoTraffic, Value};

    #[test]
    fn a_missing_error_counter_is_zero_only_beside_requests() {
        let given: Given<'_> = &[(REQUESTS, &[(0, 200.0), (1, 100.0)]), (TARGET, &[(1, 2.0)])];
        assert_eq!(
            folded(&error_rate(), given, 10, &[]),
            [Value(0.0), Value(2.0), NoTraffic]
        );
    }

    #[test]
    fn a_total_outage_has_no_requests_and_is_a_hundred_per_cent() {
        let given: Given<'_> = &[
            (ELB, &[(0, 40.0)]),
            (REQUESTS, &[(1, 60.0)]),
            (ELB, &[(1, 40.0)]),
        ];
        let seen = folded(&error_rate(), given, 10, &[]);
        assert_eq!(seen[..2], [Value(100.0), Value(40.0)]);
    }

    #[test]
    fn a_late_denominator_is_waited_for_instead_of_crying_wolf() {
        let given: Given<'_> = &[(ELB, &[(2, 40.0)])];
        for age in 0..SETTLES_AFTER {
            assert_eq!(folded(&error_rate(), given, age, &[])[2], Missing, "{age}");
        }
        assert_eq!(
            folded(&error_rate(), given, SETTLES_AFTER, &[])[2],
            Value(100.0)
        );
    }

    #[test]
    fn silence_is_no_traffic_only_when_late_data_had_its_time() {
        for age in 0..SETTLES_AFTER {
            assert_eq!(folded(&error_rate(), &[], age, &[])[2], Missing, "{age}");
            assert_eq!(folded(&latency(), &[], age, &[])[2], Missing, "{age}");
        }
        assert_eq!(folded(&error_rate(), &[], SETTLES_AFTER, &[])[2], NoTraffic);
        assert_eq!(folded(&latency(), &[], SETTLES_AFTER, &[])[2], NoTraffic);
    }

    #[test]
    fn the_youngest_minute_is_not_healthy_before_its_errors_could_arrive() {
        let given: Given<'_> = &[(REQUESTS, &[(2, 200.0)])];
        assert_eq!(folded(&error_rate(), given, 0, &[])[2], Missing);
        assert_eq!(
            folded(&error_rate(), given, COUNTERS_AFTER, &[])[2],
            Value(0.0)
        );
    }

    #[test]
    fn a_counted_zero_of_requests_is_no_traffic_not_zero_per_cent() {
        let given: Given<'_> = &[(REQUESTS, &[(0, 0.0)])];
        assert_eq!(folded(&error_rate(), given, 10, &[])[0], NoTraffic);
        assert_eq!(folded(&latency(), given, 10, &[])[0], NoTraffic);
    }

    #[test]
    fn errors_without_a_denominator_are_unknown() {
        let given: Given<'_> = &[(TARGET, &[(0, 5.0)])];
        assert_eq!(folded(&error_rate(), given, 10, &[])[0], Missing);
    }

    #[test]
    fn no_response_time_beside_requests_or_an_outage_is_a_gap() {
        let given: Given<'_> = &[
            (REQUESTS, &[(0, 9.0), (2, 9.0)]),
            (ELB, &[(1, 9.0)]),
            (TIME, &[(2, 0.25)]),
        ];
        assert_eq!(
            folded(&latency(), given, 10, &[]),
            [Missing, Missing, Value(250.0)]
        );
    }

    #[test]
    fn a_partial_answer_proves_nothing_but_keeps_its_values() {
        let given: Given<'_> = &[(REQUESTS, &[(0, 100.0), (1, 100.0)]), (TARGET, &[(1, 1.0)])];
        let seen = folded(&error_rate(), given, 10, &[(TARGET, Standing::Partial)]);
        assert_eq!(seen, [Missing, Value(1.0), Missing]);
        let seen = folded(&latency(), given, 10, &[(REQUESTS, Standing::Partial)]);
        assert_eq!(seen[2], Missing);
    }

    #[test]
    fn a_broken_part_breaks_the_ratio_and_a_broken_proof_proves_nothing() {
        let given: Given<'_> = &[(REQUESTS, &[(0, 100.0)])];
        let seen = folded(&error_rate(), given, 10, &[(ELB, Standing::Broken)]);
        assert_eq!(seen, [Broken; 3]);
        let seen = folded(&latency(), &[], 10, &[(ELB, Standing::Broken)]);
        assert_eq!(seen, [Missing; 3]);
    }

    #[test]
    fn zero_where_another_series_speaks() {
        let requests = metric(Recipe::Direct {
            query: query(REQUESTS),
            scale: 1.0,
            absent: Absent::ZeroWhere { proof: query(ELB) },
        });
        let given: Given<'_> = &[(ELB, &[(0, 7.0)]), (REQUESTS, &[(1, 5.0)])];
        assert_eq!(
            folded(&requests, given, 10, &[]),
            [Value(0.0), Value(5.0), NoTraffic]
        );
    }

    #[test]
    fn the_running_minute_is_never_a_value() {
        let given: Given<'_> = &[
            (REQUESTS, &[(2, 100.0)]),
            (TARGET, &[(2, 50.0)]),
            (ELB, &[(2, 1.0)]),
        ];
        assert_eq!(folded(&error_rate(), given, -1, &[])[2], Missing);
        assert!(matches!(folded(&error_rate(), given, 0, &[])[2], Value(_)));
    }

    #[test]
    fn what_was_never_answered_is_broken() {
        let math = metric(Recipe::Math {
            expression: "m1".into(),
            queries: BTreeMap::from([("m1".into(), query(ELB))]),
            scale: 1.0,
            absent: Absent::Gap,
        });
        assert_eq!(folded(&math, &[], 10, &[]), [Broken; 3]);
    }

    #[test]
    fn each_raw_series_is_asked_for_once() {
        assert_eq!(error_rate().asks().len(), 3);
        assert_eq!(latency().asks().len(), 3);
    }
}
