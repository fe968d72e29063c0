//! [`Metrics`] and [`Alarms`] for many releases: one call a period for all that watch the same accounts.

use std::sync::{Arc, Mutex, PoisonError};

use jiff::SignedDuration;

use super::{
    kept::Kept,
    round::{Wishes, share},
};
use crate::{
    domain::{
        Fault, later,
        observation::{AlarmSnapshot, MetricsSeen, Minute},
        policy::Metric,
    },
    ports::{Alarms, Asked, Clock, Metrics},
};

/// How long a round gathers: releases ask shortly after a minute's end, all within a moment.
const GATHERS: SignedDuration = SignedDuration::from_secs(3);
/// The age of alarms.
const ALARMS: SignedDuration = SignedDuration::from_secs(40);

/// Metrics of the accounts of one configuration.
pub struct SharedMetrics {
    inner: Arc<dyn Metrics>,
    clock: Arc<dyn Clock>,
    /// The rounds that gather, each of spans that lie close together.
    open: Mutex<Vec<Arc<Round>>>,
}

#[derive(Default)]
struct Round {
    wishes: Mutex<Wishes>,
    /// Held by the one who asks for all.
    answer: tokio::sync::Mutex<Option<Result<Arc<MetricsSeen>, Fault>>>,
}

impl SharedMetrics {
    /// Shares `inner`.
    pub fn new(inner: Arc<dyn Metrics>, clock: &Arc<dyn Clock>) -> Self {
        Self {
            inner,
            clock: Arc::clone(clock),
            open: Mutex::default(),
        }
    }

    /// Joins the round that gathers, or opens one.
    fn join(&self, metrics: &[Metric], from: Minute, until: Minute) -> (Arc<Round>, Vec<usize>) {
        let mut open = locked(&self.open);
        // Nobody waits any more for one that only this list holds.
        open.retain(|round| Arc::strong_count(round) > 1);
        let mut rounds = open.iter();
        let fits = rounds.find(|round| locked(&round.wishes).fits(from, until));
        let round = fits.map_or_else(Arc::default, Arc::clone);
        let places = locked(&round.wishes).add(metrics, from, until);
        if !open.iter().any(|known| Arc::ptr_eq(known, &round)) {
            open.push(Arc::clone(&round));
        }
        (round, places)
    }

    /// The answer of a round; the first who comes asks for all.
    async fn answer(&self, round: &Arc<Round>) -> Result<Arc<MetricsSeen>, Fault> {
        let mut answer = round.answer.lock().await;
        if let Some(told) = &*answer {
            return told.clone();
        }
        let clock = &self.clock;
        clock.sleep_until(later(clock.now(), GATHERS)).await;
        locked(&self.open).retain(|open| !Arc::ptr_eq(open, round));
        // Nobody joins it any more. One who gave up half way left the wishes for the next.
        let question = locked(&round.wishes).question();
        let told = match question {
            Some((metrics, from, until)) => {
                self.inner.read(&metrics, from, until).await.map(Arc::new)
            }
            None => Ok(Arc::new(MetricsSeen {
                from: Minute(0),
                until: Minute(0),
                series: std::collections::BTreeMap::new(),
                remarks: Vec::new(),
            })),
        };
        *answer = Some(told.clone());
        told
    }
}

fn locked<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Metrics for SharedMetrics {
    fn read<'a>(
        &'a self,
        metrics: &'a [Metric],
        from: Minute,
        until: Minute,
    ) -> Asked<'a, MetricsSeen> {
        Box::pin(async move {
            let (round, places) = self.join(metrics, from, until);
            let whole = self.answer(&round).await?;
            Ok(share(&whole, metrics, &places, from, until))
        })
    }
}

/// Alarms of the accounts of one configuration.
pub struct SharedAlarms {
    inner: Arc<dyn Alarms>,
    kept: Kept<Vec<String>, Vec<AlarmSnapshot>>,
}

impl SharedAlarms {
    /// Shares `inner`.
    pub fn new(inner: Arc<dyn Alarms>, clock: &Arc<dyn Clock>) -> Self {
        Self {
            inner,
            kept: Kept::new(Arc::clone(clock), 64),
        }
    }
}

impl Alarms for SharedAlarms {
    fn read<'a>(&'a self, names: &'a [String]) -> Asked<'a, Vec<AlarmSnapshot>> {
        Box::pin(
            self.kept
                .get(names.to_vec(), ALARMS, self.inner.read(names)),
        )
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use jiff::Timestamp;

    use super::*;
    use crate::{
        adapters::clock::PausedClock,
        domain::{
            observation::Sample,
            policy::{Absent, Bad, Query, Recipe, Side, Unit},
        },
    };

    /// Answers with the minute's number, and writes down what was asked.
    #[derive(Default)]
    struct Source(Mutex<Vec<(usize, i64, i64)>>);

    impl Metrics for Source {
        fn read<'a>(
            &'a self,
            metrics: &'a [Metric],
            from: Minute,
            until: Minute,
        ) -> Asked<'a, MetricsSeen> {
            self.0
                .lock()
                .unwrap()
                .push((metrics.len(), from.0, until.0));
            let samples: Vec<Sample> = (from.0..until.0)
                .map(|minute| Sample::Value(f64::from(i32::try_from(minute).unwrap())))
                .collect();
            let series: BTreeMap<_, _> = metrics
                .iter()
                .map(|metric| ((metric.name.clone(), metric.side), samples.clone()))
                .collect();
            Box::pin(std::future::ready(Ok(MetricsSeen {
                from,
                until,
                series,
                remarks: Vec::new(),
            })))
        }
    }

    fn metrics(balancer: &str) -> Vec<Metric> {
        let of = |name: &str, statistic: &str| Metric {
            name: name.into(),
            label: name.to_owned(),
            unit: Unit::Milliseconds,
            bad: Bad::Up,
            aws: None,
            side: Side::All,
            recipe: Recipe::Direct {
                query: Query {
                    namespace: "AWS/ApplicationELB".to_owned(),
                    metric: "TargetResponseTime".to_owned(),
                    dimensions: BTreeMap::from([("LoadBalancer".to_owned(), balancer.to_owned())]),
                    statistic: statistic.to_owned(),
                },
                scale: 1_000.0,
                absent: Absent::Gap,
            },
        };
        vec![of("latency_p50", "p50"), of("latency_p99", "p99")]
    }

    fn shared() -> (Arc<Source>, SharedMetrics) {
        let clock: Arc<dyn Clock> = Arc::new(PausedClock::start(Timestamp::UNIX_EPOCH));
        let source = Arc::new(Source::default());
        (Arc::clone(&source), SharedMetrics::new(source, &clock))
    }

    #[tokio::test(start_paused = true)]
    async fn a_hundred_releases_of_two_services_ask_once_and_each_gets_its_own_minutes() {
        let (source, shared) = shared();
        let (one, two) = (metrics("one"), metrics("two"));
        let each = one.len();
        let asked = (0..100_i64).map(|n| {
            let metrics = if n % 2 == 0 { &one } else { &two };
            shared.read(metrics, Minute(10 + n % 3), Minute(15))
        });
        let answers = futures_util::future::join_all(asked).await;
        assert_eq!(*source.0.lock().unwrap(), [(2 * each, 10, 15)]);
        for (n, answer) in (0..100_i64).zip(answers) {
            let seen = answer.unwrap();
            let from = 10 + n % 3;
            assert_eq!(
                (seen.from, seen.until, seen.series.len()),
                (Minute(from), Minute(15), each)
            );
            for samples in seen.series.values() {
                let values: Vec<_> = samples.iter().filter_map(|sample| sample.value()).collect();
                let wanted: Vec<f64> = (from..15)
                    .map(|m| f64::from(i32::try_from(m).unwrap()))
                    .collect();
                assert_eq!(values, wanted);
            }
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_first_look_at_the_past_goes_apart_and_who_gives_up_loses_nobody_elses_answer() {
        let (source, shared) = shared();
        let own = metrics("one");
        let first = shared.read(&own, Minute(0), Minute(10));
        let short = std::time::Duration::from_millis(500);
        assert!(
            tokio::time::timeout(short, first).await.is_err(),
            "it gathers"
        );
        let (a, b, c) = tokio::join!(
            shared.read(&own, Minute(5), Minute(10)),
            shared.read(&own, Minute(0), Minute(360)),
            shared.read(&own, Minute(5), Minute(10)),
        );
        assert_eq!(a, c);
        assert_eq!(b.unwrap().until, Minute(360));
        let mut asked = source.0.lock().unwrap().clone();
        asked.sort_unstable();
        assert_eq!(asked.len(), 2, "{asked:?}");
        shared.read(&own, Minute(5), Minute(10)).await.unwrap();
        assert_eq!(
            source.0.lock().unwrap().len(),
            3,
            "a later minute is another question"
        );
    }
    #[tokio::test(start_paused = true)]
    async fn the_same_minutes_of_another_day_are_a_question_of_their_own() {
        const DAY: i64 = 24 * 60;
        let (source, shared) = shared();
        let own = metrics("one");
        let now = 7 * DAY;
        let spans = [
            (now, now + 10),
            (now - DAY, now - DAY + 15),
            (now - 7 * DAY, now - 7 * DAY + 15),
            (now - 350, now + 10),
            (now - 7 * DAY + 3, now - 7 * DAY + 18),
            (now - 5, now + 10),
        ];
        let asked = spans.map(|(from, until)| shared.read(&own, Minute(from), Minute(until)));
        for (answer, (from, until)) in futures_util::future::join_all(asked)
            .await
            .iter()
            .zip(spans)
        {
            let seen = answer.as_ref().unwrap();
            assert_eq!((seen.from, seen.until), (Minute(from), Minute(until)));
        }
        let mut asked = source.0.lock().unwrap().clone();
        asked.sort_unstable();
        let each = own.len();
        let wanted = [
            (each, now - 7 * DAY, now - 7 * DAY + 18),
            (each, now - DAY, now - DAY + 15),
            (each, now - 350, now + 10),
            (each, now - 5, now + 10),
        ];
        assert_eq!(asked, wanted);
    }
}
