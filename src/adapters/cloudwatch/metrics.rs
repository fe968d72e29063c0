//! The metrics port: one question for all metrics of an account, pages to their end, folded into samples.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use aws_sdk_cloudwatch::{
    operation::get_metric_data::GetMetricDataOutput,
    primitives::DateTime,
    types::{MetricDataQuery, ScanBy},
};
use futures_util::future::join_all;

use super::{Settings, account::Account, answer::Answer, fault::Question, plan::Call};
use crate::{
    domain::{
        Fault, FaultKind, Text,
        observation::{MetricsSeen, Minute, Sample},
        policy::{Ask, Asked as Span, Metric, RawSeries, fold},
    },
    ports::{Asked, Clock, Metrics},
};

/// Most pages of one answer.
const MOST_PAGES: usize = 40;

/// Most minutes of one question: one-minute data lives 15 days.
const MOST_MINUTES: i64 = 15 * 24 * 60;

/// CloudWatch in every account and region of the configuration. Nothing is connected before the first question.
pub struct CloudWatch {
    pub(super) accounts: Vec<Account>,
    pub(super) clock: Arc<dyn Clock>,
}

impl CloudWatch {
    /// One client for each entry; none means what the SDK finds by itself.
    pub fn new(mut entries: Vec<Settings>, clock: Arc<dyn Clock>) -> Self {
        if entries.is_empty() {
            entries.push(Settings::default());
        }
        let account = |settings| Account::new(settings, Arc::clone(&clock));
        Self {
            accounts: entries.into_iter().map(account).collect(),
            clock,
        }
    }

    fn account_of(&self, metric: &Metric) -> Option<usize> {
        match &metric.aws {
            None => Some(0),
            Some(_) => self
                .accounts
                .iter()
                .position(|account| account.settings.name == metric.aws),
        }
    }

    async fn read_all(
        &self,
        metrics: &[Metric],
        from: Minute,
        until: Minute,
    ) -> Result<MetricsSeen, Fault> {
        let mut seen = MetricsSeen {
            from,
            until,
            series: BTreeMap::new(),
            remarks: Vec::new(),
        };
        let minutes = until.0.saturating_sub(from.0);
        if minutes > MOST_MINUTES {
            let detail = format!("{minutes} minutes at once: one-minute data lives 15 days");
            return Err(Fault::new(
                FaultKind::Refused,
                "CloudWatch: metric data",
                detail,
            ));
        }
        if minutes <= 0 || metrics.is_empty() {
            return Ok(seen);
        }
        let span = Span {
            from,
            until,
            at: self.clock.now(),
        };
        let groups = self.accounts.iter().enumerate().map(|(at, account)| {
            let own = metrics
                .iter()
                .filter(|metric| self.account_of(metric) == Some(at));
            (account, own.collect::<Vec<_>>())
        });
        let groups: Vec<_> = groups.filter(|(_, own)| !own.is_empty()).collect();
        let answers = join_all(groups.iter().map(|(account, own)| account.read(own, span))).await;
        if answers.iter().all(Result::is_err)
            && let Some(Err(fault)) = answers.iter().find(|answer| answer.is_err())
        {
            return Err(fault.clone());
        }
        let mut remarks = BTreeSet::new();
        for ((_, own), answer) in groups.iter().zip(answers) {
            match answer {
                Ok((series, said)) => {
                    remarks.extend(said);
                    for metric in own {
                        let samples = fold(metric, &|ask| series.get(&ask), span);
                        seen.series
                            .insert((metric.name.clone(), metric.side), samples);
                    }
                }
                Err(fault) => {
                    remarks.insert(Text::line(&fault.to_string()));
                }
            }
        }
        let length = usize::try_from(minutes).unwrap_or(0);
        for metric in metrics {
            if self.account_of(metric).is_none() {
                remarks.insert(Text::line(&format!(
                    "{}: there is no such [[aws]] entry",
                    metric.name
                )));
            }
            seen.series
                .entry((metric.name.clone(), metric.side))
                .or_insert_with(|| vec![Sample::Broken; length]);
        }
        seen.remarks = remarks.into_iter().collect();
        Ok(seen)
    }
}

impl Metrics for CloudWatch {
    fn read<'a>(
        &'a self,
        metrics: &'a [Metric],
        from: Minute,
        until: Minute,
    ) -> Asked<'a, MetricsSeen> {
        Box::pin(self.read_all(metrics, from, until))
    }
}

type Answered<'a> = (BTreeMap<Ask<'a>, RawSeries>, BTreeSet<Text>);

impl Account {
    async fn read<'m>(&self, metrics: &[&'m Metric], span: Span) -> Result<Answered<'m>, Fault> {
        let mut all: Answered<'m> = Default::default();
        for call in Call::plan(metrics) {
            let answer = match self.pages(&call, span).await {
                // One band that CloudWatch cannot make must not take every metric with it.
                Err(fault) if call.has_bands() && fault.kind == FaultKind::Refused => {
                    let mut answer = self.pages(&call.without_bands(), span).await?;
                    let words = format!("no anomaly detection bands: {fault}");
                    answer.1.insert(Text::line(&words));
                    answer
                }
                answer => answer?,
            };
            let (series, remarks) = answer;
            all.0.extend(series);
            all.1.extend(remarks);
        }
        Ok(all)
    }

    async fn pages<'m>(&self, call: &Call<'m>, span: Span) -> Result<Answered<'m>, Fault> {
        let queries = call.queries();
        let mut answer = Answer::new(call.ids());
        let mut token: Option<String> = None;
        for _ in 0..MOST_PAGES {
            let page = self
                .patiently(|| self.page(&queries, span, token.as_deref()))
                .await?;
            answer.add(&page);
            match page.next_token() {
                None | Some("") => return Ok(answer.finish()),
                Some(next) if token.as_deref() == Some(next) => {
                    answer
                        .cut("CloudWatch sends the same page again and again; the rest is missing");
                    return Ok(answer.finish());
                }
                Some(next) => token = Some(next.to_owned()),
            }
        }
        answer.cut("CloudWatch's answer has too many pages; the rest is missing");
        Ok(answer.finish())
    }

    async fn page(
        &self,
        queries: &[MetricDataQuery],
        span: Span,
        token: Option<&str>,
    ) -> Result<GetMetricDataOutput, Fault> {
        self.client()
            .await
            .get_metric_data()
            .set_metric_data_queries(Some(queries.to_vec()))
            .start_time(DateTime::from_secs(span.from.start().as_second()))
            .end_time(DateTime::from_secs(span.until.start().as_second()))
            .scan_by(ScanBy::TimestampAscending)
            .set_next_token(token.map(str::to_owned))
            .send()
            .await
            .map_err(|error| {
                Question {
                    what: "metric data",
                    action: "cloudwatch:GetMetricData",
                    settings: &self.settings,
                    now: self.clock.now(),
                }
                .failed(&error)
            })
    }
}
