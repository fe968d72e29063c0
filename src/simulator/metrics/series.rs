//! Which series exist, and what CloudWatch holds of them by now: late, half-filled, with gaps, sparse where AWS is sparse.

use std::collections::BTreeMap;

use super::traffic::{self, Side, Traffic};
use crate::simulator::{dice, state::State};

/// `LoadBalancer` dimension of this world.
pub(in crate::simulator) const LOAD_BALANCER: &str = "app/prod/50dc6c49";
/// `TargetGroup` of the service; of the old build while a canary is out.
pub(in crate::simulator) const TARGET_GROUP: &str = "targetgroup/web/73e2d6bc";
/// `TargetGroup` of the canary.
pub(in crate::simulator) const CANARY_GROUP: &str = "targetgroup/web-canary/1f0a77d2";

/// Seconds that one-minute data is kept: 15 days.
const KEPT: i64 = 15 * 86_400;
/// One minute of so many never arrives.
const GAP: u64 = 97;

/// A metric by its names.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Metric {
    pub(super) namespace: String,
    pub(super) name: String,
    pub(super) dimensions: BTreeMap<String, String>,
}

/// What a metric measures.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Measure {
    Requests,
    TargetErrors,
    BalancerErrors,
    Latency,
    Healthy,
    Unhealthy,
    Cpu,
    Memory,
    Tasks,
}

const BALANCER: &str = "AWS/ApplicationELB";
const CLUSTER: &str = "AWS/ECS";
const INSIGHTS: &str = "ECS/ContainerInsights";

/// Every series of the world; sides of a canary only where there is one.
pub(super) fn all(state: &State) -> Vec<Metric> {
    let canary = state.scenario.is_canary();
    let map = |pairs: &[(&str, &str)]| {
        pairs
            .iter()
            .map(|(k, v)| ((*k).to_owned(), (*v).to_owned()))
            .collect::<BTreeMap<_, _>>()
    };
    let mut list = Vec::new();
    let mut add = |namespace: &str, name: &str, dimensions: BTreeMap<String, String>| {
        list.push(Metric {
            namespace: namespace.to_owned(),
            name: name.to_owned(),
            dimensions,
        });
    };
    let whole = map(&[("LoadBalancer", LOAD_BALANCER)]);
    for name in [
        "RequestCount",
        "HTTPCode_Target_5XX_Count",
        "HTTPCode_ELB_5XX_Count",
        "TargetResponseTime",
    ] {
        add(BALANCER, name, whole.clone());
    }
    let groups: &[&str] = if canary {
        &[TARGET_GROUP, CANARY_GROUP]
    } else {
        &[TARGET_GROUP]
    };
    for group in groups {
        let both = map(&[("LoadBalancer", LOAD_BALANCER), ("TargetGroup", group)]);
        for name in [
            "RequestCount",
            "HTTPCode_Target_5XX_Count",
            "TargetResponseTime",
            "HealthyHostCount",
            "UnHealthyHostCount",
        ] {
            add(BALANCER, name, both.clone());
        }
    }
    let service = map(&[("ClusterName", "prod"), ("ServiceName", "web")]);
    for name in ["CPUUtilization", "MemoryUtilization"] {
        add(CLUSTER, name, service.clone());
    }
    add(INSIGHTS, "RunningTaskCount", service);
    list
}

/// Checks the names against what exists.
fn measure(state: &State, metric: &Metric) -> Option<(Measure, Side)> {
    if !all(state).contains(metric) {
        return None;
    }
    let side = match metric.dimensions.get("TargetGroup").map(String::as_str) {
        None => Side::Whole,
        Some(CANARY_GROUP) => Side::Canary,
        Some(_) => Side::Stable,
    };
    let measure = match metric.name.as_str() {
        "RequestCount" => Measure::Requests,
        "HTTPCode_Target_5XX_Count" => Measure::TargetErrors,
        "HTTPCode_ELB_5XX_Count" => Measure::BalancerErrors,
        "TargetResponseTime" => Measure::Latency,
        "HealthyHostCount" => Measure::Healthy,
        "UnHealthyHostCount" => Measure::Unhealthy,
        "CPUUtilization" => Measure::Cpu,
        "MemoryUtilization" => Measure::Memory,
        _ => Measure::Tasks,
    };
    Some((measure, side))
}

/// The data points of `from..until` (seconds, multiples of `period`), as known at `now`; empty for a metric that does not exist.
pub(super) fn points(
    state: &State,
    metric: &Metric,
    statistic: &str,
    period: i64,
    (from, until): (i64, i64),
) -> Vec<(i64, f64)> {
    let Some((measure, side)) = measure(state, metric) else {
        return Vec::new();
    };
    let now = state.now.as_second();
    let mut points = Vec::new();
    let mut at = from;
    while at < until {
        let minutes = (at / 60)..((at + period) / 60);
        let values: Vec<f64> = minutes
            .filter_map(|minute| minute_of(state, measure, side, statistic, minute, now))
            .collect();
        if let Some(value) = fold(statistic, &values) {
            points.push((at, value));
        }
        at += period;
    }
    points
}

/// A longer period from its minutes. Averages and percentiles of minutes are near enough for a world that is asked by the minute.
fn fold(statistic: &str, values: &[f64]) -> Option<f64> {
    let count = f64::from(u32::try_from(values.len()).ok()?);
    if values.is_empty() {
        return None;
    }
    Some(match statistic {
        "Sum" | "SampleCount" => values.iter().sum(),
        "Maximum" => values.iter().copied().fold(f64::MIN, f64::max),
        "Minimum" => values.iter().copied().fold(f64::MAX, f64::min),
        _ => values.iter().sum::<f64>() / count,
    })
}

/// How much of a minute has arrived: nothing, a part of its counts, or all.
fn arrived(seed: u64, source: &str, minute: i64, now: i64) -> Option<f64> {
    let age = now - (minute * 60 + 60);
    if !(0..=KEPT).contains(&age)
        || dice::roll(seed, &format!("gap{source}"), minute).is_multiple_of(GAP)
    {
        return None;
    }
    let whole = dice::between(seed, &format!("late{source}"), minute, 60, 115);
    if age >= whole {
        return Some(1.0);
    }
    let halves = dice::roll(seed, &format!("half{source}"), minute).is_multiple_of(3);
    let part = 0.35 + 0.4 * dice::share(seed, &format!("part{source}"), minute);
    (halves && age >= whole - 35).then_some(part)
}

fn minute_of(
    state: &State,
    measure: Measure,
    side: Side,
    statistic: &str,
    minute: i64,
    now: i64,
) -> Option<f64> {
    let source = match measure {
        Measure::Cpu | Measure::Memory | Measure::Tasks => "ecs",
        _ => "alb",
    };
    let part = arrived(state.seed, source, minute, now)?;
    let traffic = traffic::of(state, minute, side)?;
    let counted = |count: f64| {
        let so_far = (count * part).round();
        // A count without events has no data point.
        (so_far > 0.0).then_some(match statistic {
            "Sum" | "SampleCount" => so_far,
            _ => 1.0,
        })
    };
    match measure {
        Measure::Requests => counted(traffic.requests),
        Measure::TargetErrors => counted(traffic.target_errors),
        Measure::BalancerErrors => counted(traffic.balancer_errors),
        Measure::Latency => latency(&traffic, statistic, part),
        Measure::Healthy | Measure::Tasks => Some(traffic.hosts),
        Measure::Unhealthy => Some(0.0),
        // Each task reports once a minute.
        Measure::Cpu | Measure::Memory if statistic == "SampleCount" => {
            Some((traffic.hosts * part).round().max(1.0))
        }
        Measure::Cpu => Some(spread(traffic.cpu, statistic)),
        Measure::Memory => Some(spread(traffic.memory, statistic)),
    }
}

fn spread(value: f64, statistic: &str) -> f64 {
    match statistic {
        "Maximum" => (value * 1.25).min(100.0),
        "Minimum" => value * 0.75,
        _ => value,
    }
}

/// Seconds. Between the known percentiles the line is straight; above the 99th it goes on to the maximum.
fn latency(traffic: &Traffic, statistic: &str, part: f64) -> Option<f64> {
    if traffic.requests < 1.0 {
        return None;
    }
    let most = traffic.p99 * 2.4;
    let mean = traffic.p50 * 1.15;
    Some(match statistic {
        "Average" => mean,
        "Sum" => mean * traffic.requests * part,
        "SampleCount" => (traffic.requests * part).round(),
        "Minimum" => traffic.p50 * 0.12,
        "Maximum" => most,
        _ => {
            let rank = statistic.trim_start_matches(|c: char| c.is_ascii_alphabetic());
            let q: f64 = rank.parse().ok()?;
            let known = [
                (0.0, traffic.p50 * 0.12),
                (50.0, traffic.p50),
                (95.0, traffic.p95),
                (99.0, traffic.p99),
                (100.0, most),
            ];
            let (low, high) = known
                .windows(2)
                .find_map(|pair| (q <= pair[1].0).then_some((pair[0], pair[1])))?;
            low.1 + (high.1 - low.1) * (q - low.0) / (high.0 - low.0)
        }
    })
}

#[cfg(test)]
mod tests {
    use jiff::{SignedDuration, Timestamp};

    use super::*;
    use crate::simulator::{Scenario, past};

    /// A world that stands at a full minute; the minute of its beginning.
    fn world(scenario: Scenario) -> (State, i64) {
        let epoch: Timestamp = "2026-11-20T14:00:00Z".parse().unwrap();
        let mut state = State::new(scenario, 5, epoch);
        past::fill(&mut state);
        (state, epoch.as_second())
    }

    fn of(state: &State, name: &str, group: Option<&str>, span: (i64, i64)) -> Vec<(i64, f64)> {
        let mut dimensions =
            BTreeMap::from([("LoadBalancer".to_owned(), LOAD_BALANCER.to_owned())]);
        if let Some(group) = group {
            dimensions.insert("TargetGroup".to_owned(), group.to_owned());
        }
        let metric = Metric {
            namespace: BALANCER.to_owned(),
            name: name.to_owned(),
            dimensions,
        };
        points(state, &metric, "Sum", 60, span)
    }

    #[test]
    fn the_newest_minutes_come_late_and_sometimes_half_filled_first() {
        let (mut state, now) = world(Scenario::Healthy);
        let begin = state.now;
        let (mut grew, mut late) = (0, 0);
        for minute in 0..120 {
            let at = now + minute * 60;
            let mut seen = Vec::new();
            for age in (0..200).step_by(5) {
                state.now = begin + SignedDuration::from_secs(minute * 60 + 60 + age);
                let value = of(&state, "RequestCount", None, (at, at + 60));
                late += usize::from(age < 25 && !value.is_empty());
                seen.extend(value.first().map(|(_, value)| *value));
            }
            grew += usize::from(seen.windows(2).any(|pair| pair[0] < pair[1]));
            assert!(
                seen.windows(2).all(|pair| pair[0] <= pair[1]),
                "a count never shrinks"
            );
        }
        assert_eq!(late, 0, "nothing within 25 s");
        assert!((20..60).contains(&grew), "a third of the minutes: {grew}");
    }

    #[test]
    fn balancer_errors_exist_only_in_minutes_that_had_some() {
        let (state, now) = world(Scenario::Healthy);
        let span = (now - 600 * 60, now - 10 * 60);
        let requests = of(&state, "RequestCount", None, span).len();
        let errors = of(&state, "HTTPCode_ELB_5XX_Count", None, span);
        assert!(
            requests > 570 && requests < 590,
            "a gap now and then: {requests}"
        );
        assert!(errors.len() < requests * 3 / 4 && errors.iter().all(|(_, n)| *n >= 1.0));
        let grouped = of(&state, "HTTPCode_ELB_5XX_Count", Some(TARGET_GROUP), span);
        assert!(grouped.is_empty(), "it has no such dimension");
    }

    #[test]
    fn what_does_not_exist_has_no_points() {
        let (state, now) = world(Scenario::Healthy);
        let span = (now - 3600, now - 600);
        assert!(of(&state, "RequestCount", Some("targetgroup/other/1"), span).is_empty());
        let old = (now - KEPT - 7200, now - KEPT - 3600);
        assert!(
            of(&state, "RequestCount", None, old).is_empty(),
            "older than 15 days"
        );
        let (state, now) = world(Scenario::FirstRelease);
        assert!(of(&state, "RequestCount", None, (now - 3600, now)).is_empty());
    }
}
