//! Pages of an answer, put together: data points by minute, and how far each series can be trusted.

use std::collections::{BTreeMap, BTreeSet};

use aws_sdk_cloudwatch::{
    operation::get_metric_data::GetMetricDataOutput,
    types::{MessageData, MetricDataResult, StatusCode},
};

use crate::domain::{
    Text,
    observation::Minute,
    policy::{Ask, RawSeries, Standing},
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
        Ask::Math { expression, .. } => expression.chars().take(60).collect(),
    }
}
