//! Which requests answer a set of metrics: every raw series once, in as few calls as may be.
//!
//! Pure; after "`GetMetricData`" in the CloudWatch API reference.

use std::collections::{BTreeMap, BTreeSet};

use aws_sdk_cloudwatch::types::{Dimension, Metric as Name, MetricDataQuery, MetricStat};

use crate::domain::policy::{Ask, Metric, Query, words};

/// Most queries of one call.
const MOST_QUERIES: usize = 500;

/// Length of a minute, as CloudWatch counts periods.
const PERIOD: i32 = 60;

/// One call of `GetMetricData`.
#[derive(Debug, Default)]
pub(super) struct Call<'a> {
    series: BTreeMap<&'a Query, usize>,
    wanted: BTreeSet<usize>,
    math: Vec<(String, Ask<'a>)>,
    /// One expression gives both edges of a band.
    bands: BTreeMap<(&'a Query, u32), usize>,
}

impl<'a> Call<'a> {
    /// The calls for these metrics.
    pub(super) fn plan(metrics: &[&'a Metric]) -> Vec<Self> {
        let asks: BTreeSet<Ask<'a>> = metrics.iter().flat_map(|metric| metric.asks()).collect();
        // Expressions first, so that their inputs are shared with the series of the same call.
        let (series, math): (Vec<_>, Vec<_>) = asks
            .into_iter()
            .partition(|ask| matches!(ask, Ask::Series(_)));
        let mut calls = vec![Self::default()];
        for ask in math.into_iter().chain(series) {
            let fits = calls
                .iter()
                .position(|call| call.size_with(ask) <= MOST_QUERIES);
            let at = fits.unwrap_or_else(|| {
                calls.push(Self::default());
                calls.len() - 1
            });
            calls[at].add(ask);
        }
        calls.retain(|call| call.size() > 0);
        calls
    }

    fn size(&self) -> usize {
        self.series.len() + self.math.len() + self.bands.len()
    }

    fn size_with(&self, ask: Ask<'a>) -> usize {
        let new = match ask {
            Ask::Series(query) => usize::from(!self.series.contains_key(query)),
            Ask::Band { query, tenths, .. } => {
                usize::from(!self.series.contains_key(query))
                    + usize::from(!self.bands.contains_key(&(query, tenths)))
            }
            Ask::Math { queries, .. } => {
                let inputs: BTreeSet<&Query> = queries.values().collect();
                1 + inputs
                    .iter()
                    .filter(|query| !self.series.contains_key(*query))
                    .count()
            }
        };
        self.size() + new
    }

    fn number(&mut self, query: &'a Query) -> usize {
        let next = self.series.len();
        *self.series.entry(query).or_insert(next)
    }

    fn add(&mut self, ask: Ask<'a>) {
        match ask {
            Ask::Series(query) => {
                let number = self.number(query);
                self.wanted.insert(number);
            }
            Ask::Band { query, tenths, .. } => {
                self.number(query);
                let next = self.bands.len();
                self.bands.entry((query, tenths)).or_insert(next);
            }
            Ask::Math {
                expression,
                queries,
            } => {
                // Ids are the team's own and may clash between expressions: each call numbers anew.
                let ids: BTreeMap<&str, String> = queries
                    .iter()
                    .map(|(id, query)| (id.as_str(), series_id(self.number(query))))
                    .collect();
                self.math.push((renamed(expression, &ids), ask));
            }
        }
    }

    /// The queries of the request.
    pub(super) fn queries(&self) -> Vec<MetricDataQuery> {
        let series = self.series.iter().map(|(query, number)| {
            MetricDataQuery::builder()
                .id(series_id(*number))
                .metric_stat(stat(query))
                .return_data(self.wanted.contains(number))
                .build()
        });
        let math = self
            .math
            .iter()
            .enumerate()
            .map(|(number, (expression, _))| {
                MetricDataQuery::builder()
                    .id(math_id(number))
                    .expression(expression)
                    .period(PERIOD)
                    .return_data(true)
                    .build()
            });
        let bands = self.bands.iter().filter_map(|((query, tenths), number)| {
            let series = series_id(*self.series.get(query)?);
            let deviations = f64::from(*tenths) / 10.0;
            let band = MetricDataQuery::builder()
                .id(band_id(*number))
                .expression(format!("ANOMALY_DETECTION_BAND({series}, {deviations})"))
                .period(PERIOD)
                .return_data(true)
                .build();
            Some(band)
        });
        series.chain(math).chain(bands).collect()
    }

    /// Whether it asks for bands.
    pub(super) fn has_bands(&self) -> bool {
        !self.bands.is_empty()
    }

    /// The same without bands: where CloudWatch refuses one of them, the rest is still wanted.
    pub(super) fn without_bands(&self) -> Self {
        Self {
            series: self.series.clone(),
            wanted: self.wanted.clone(),
            math: self.math.clone(),
            bands: BTreeMap::new(),
        }
    }

    /// What each id of the answer is.
    pub(super) fn ids(&self) -> BTreeMap<String, Ask<'a>> {
        let series = self
            .series
            .iter()
            .filter(|(_, number)| self.wanted.contains(number))
            .map(|(query, number)| (series_id(*number), Ask::Series(query)));
        let math = self.math.iter().enumerate();
        let bands = self.bands.iter().map(|((query, tenths), number)| {
            let ask = Ask::Band {
                query,
                tenths: *tenths,
                high: true,
            };
            (band_id(*number), ask)
        });
        series
            .chain(math.map(|(number, (_, ask))| (math_id(number), *ask)))
            .chain(bands)
            .collect()
    }
}

fn series_id(number: usize) -> String {
    format!("q{number}")
}

fn math_id(number: usize) -> String {
    format!("e{number}")
}

fn band_id(number: usize) -> String {
    format!("b{number}")
}

fn stat(query: &Query) -> MetricStat {
    let dimensions = query
        .dimensions
        .iter()
        .map(|(name, value)| Dimension::builder().name(name).value(value).build());
    let name = Name::builder()
        .namespace(&query.namespace)
        .metric_name(&query.metric)
        .set_dimensions(Some(dimensions.collect()))
        .build();
    MetricStat::builder()
        .metric(name)
        .period(PERIOD)
        .stat(&query.statistic)
        .build()
}

fn renamed(expression: &str, ids: &BTreeMap<&str, String>) -> String {
    let mut out = String::with_capacity(expression.len() + 8);
    let mut copied = 0;
    for at in words(expression) {
        if let Some(id) = ids.get(&expression[at.clone()]) {
            out.push_str(&expression[copied..at.start]);
            out.push_str(id);
            copied = at.end;
        }
    }
    out.push_str(&expression[copied..]);
    out
}
