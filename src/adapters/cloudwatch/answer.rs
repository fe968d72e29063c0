//! Pages of an answer, put together: data points by minute, and how far each series can be trusted.

use std::collections::{BTreeMap, BTreeSet};

use aws_sdk_cloudwatch::{
    operation::get_metric_data::GetMetricDataOutput,
    types::{MessageData, MetricDataResult, StatusCode},
};

use crate::domain::{
    Text,
    observation::Minute,
    policy::{Ask, Query, RawSeries, Standing},
};

/// Most remarks that one answer may leave.
const MOST_REMARKS: usize = 20;

/// What has come so far for one call.
pub(super) struct Answer<'a> {
    ids: BTreeMap<String, Ask<'a>>,
    series: BTreeMap<Ask<'a>, RawSeries>,
    pub(super) remarks: BTreeSet<Text>,
}

impl<'a> Answer<'a> {
    /// An answer in which these ids are expected.
    pub(super) fn new(ids: BTreeMap<String, Ask<'a>>) -> Self {
        Self {
            ids,
            series: BTreeMap::new(),
            remarks: BTreeSet::new(),
        }
    }

    /// Takes a page in.
    pub(super) fn add(&mut self, page: &GetMetricDataOutput) {
        self.remark_all("", page.messages());
        let mut seen = BTreeSet::new();
        for result in page.metric_data_results() {
            let id = result.id().unwrap_or("");
            let Some(ask) = self.ids.get(id).copied() else {
                continue;
            };
            let name = called(ask);
            self.remark_all(&name, result.messages());
            if let Ask::Band { query, tenths, .. } = ask {
                self.edge((query, tenths), result);
                continue;
            }
            let several = !seen.insert(id);
            if several {
                self.remark(&format!(
                    "{name}: the expression gives several series; put them together, as in SUM([..])"
                ));
            }
            let series = self.series.entry(ask).or_default();
            let standing = standing(result, several);
            // Broken stays broken; else the newest page says whether the series is whole.
            if series.standing != Standing::Broken {
                series.standing = standing;
            }
            let points = result.timestamps().iter().zip(result.values());
            for (at, value) in points.filter(|(_, value)| value.is_finite()) {
                series
                    .points
                    .insert(Minute(at.secs().div_euclid(60)), *value);
            }
            if let Some(word) = result
                .status_code()
                .filter(|_| standing == Standing::Broken)
            {
                self.remark(&format!("{name}: CloudWatch answers {}", word.as_str()));
            }
        }
    }

    /// One edge of a band: its results share an id, and which is the upper one is told by the numbers.
    fn edge(&mut self, (query, tenths): (&'a Query, u32), result: &MetricDataResult) {
        let standing = standing(result, false);
        let edges = [true, false].map(|high| Ask::Band {
            query,
            tenths,
            high,
        });
        for (ask, outer) in edges.into_iter().zip([f64::max, f64::min]) {
            let series = self.series.entry(ask).or_default();
            if series.standing != Standing::Broken {
                series.standing = standing;
            }
            let points = result.timestamps().iter().zip(result.values());
            for (at, value) in points.filter(|(_, value)| value.is_finite()) {
                let known = series.points.entry(Minute(at.secs().div_euclid(60)));
                known
                    .and_modify(|known| *known = outer(*known, *value))
                    .or_insert(*value);
            }
        }
        if standing == Standing::Broken {
            let name = called(edges[0]);
            self.remark(&format!(
                "{name}: CloudWatch answers no band; has it a model?"
            ));
        }
    }

    /// No further page can be had: silence in what is here says nothing.
    pub(super) fn cut(&mut self, why: &str) {
        self.remark(why);
        for series in self.series.values_mut() {
            if series.standing == Standing::Complete {
                series.standing = Standing::Partial;
            }
        }
    }

    /// All series; what was asked for and never answered is missing, and said.
    pub(super) fn finish(mut self) -> (BTreeMap<Ask<'a>, RawSeries>, BTreeSet<Text>) {
        self.refuse_half_bands();
        let missing: Vec<String> = self
            .ids
            .values()
            .filter(|ask| !self.series.contains_key(ask))
            .map(|ask| called(*ask))
            .collect();
        for name in missing {
            self.remark(&format!("{name}: left out of CloudWatch's answer"));
        }
        (self.series, self.remarks)
    }

    /// One edge is no band: where both say the same everywhere only one came.
    fn refuse_half_bands(&mut self) {
        let bands: Vec<(&Query, u32)> = self
            .ids
            .values()
            .filter_map(|ask| match ask {
                Ask::Band { query, tenths, .. } => Some((*query, *tenths)),
                Ask::Series(_) | Ask::Math { .. } => None,
            })
            .collect();
        for (query, tenths) in bands {
            let edges = [true, false].map(|high| Ask::Band {
                query,
                tenths,
                high,
            });
            let [high, low] = edges.map(|edge| self.series.get(&edge).map(|one| &one.points));
            let is_half = high.is_some_and(|high| !high.is_empty()) && high == low;
            for edge in edges {
                if let Some(series) = self.series.get_mut(&edge).filter(|_| is_half) {
                    series.standing = Standing::Broken;
                }
            }
            if is_half {
                let name = called(edges[0]);
                self.remark(&format!("{name}: CloudWatch answers one edge of two"));
            }
        }
    }

    fn remark(&mut self, words: &str) {
        if self.remarks.len() < MOST_REMARKS {
            self.remarks.insert(Text::line(words));
        }
    }

    fn remark_all(&mut self, name: &str, messages: &[MessageData]) {
        for message in messages.iter().take(MOST_REMARKS) {
            let parts = [
                Some(name).filter(|n| !n.is_empty()),
                message.code(),
                message.value(),
            ];
            let words: Vec<&str> = parts.into_iter().flatten().collect();
            self.remark(&words.join(": "));
        }
    }
}

fn standing(result: &MetricDataResult, several: bool) -> Standing {
    if several || result.timestamps().len() != result.values().len() {
        return Standing::Broken;
    }
    match result.status_code() {
        Some(StatusCode::Complete) => Standing::Complete,
        Some(StatusCode::Forbidden | StatusCode::InternalError) => Standing::Broken,
        // `PartialData`, no word, or a word of the future: what is here counts, silence proves nothing.
        _ => Standing::Partial,
    }
}

/// What people call it.
fn called(ask: Ask<'_>) -> String {
    match ask {
        Ask::Series(query) => format!("{} {}", query.metric, query.statistic),
        Ask::Band { query, .. } => format!("band of {} {}", query.metric, query.statistic),
        Ask::Math { expression, .. } => expression.chars().take(60).collect(),
    }
}
