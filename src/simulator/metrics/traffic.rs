//! What one minute of production is like: requests, errors, latencies, hosts. A pure function of seed, minute and what was served.
//!
//! Knows neither CloudWatch nor lateness.

use jiff::Timestamp;

use crate::simulator::{dice, release::Behaviour, scenario::Scenario, state::State};

/// Requests a minute where there are few, at noon.
const FEW: f64 = 0.25;

/// Whose requests.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Side {
    /// Everything behind the load balancer.
    Whole,
    /// The hosts that keep the old build while a canary is out; everything else besides.
    Stable,
    /// The canary alone.
    Canary,
}

/// One minute of one side.
#[derive(Debug, Clone, Copy)]
pub(super) struct Traffic {
    pub(super) requests: f64,
    /// 5xx that the hosts answered.
    pub(super) target_errors: f64,
    /// 5xx that the load balancer answered by itself.
    pub(super) balancer_errors: f64,
    /// Seconds.
    pub(super) p50: f64,
    pub(super) p95: f64,
    pub(super) p99: f64,
    pub(super) hosts: f64,
    /// Per cent.
    pub(super) cpu: f64,
    pub(super) memory: f64,
}

/// A part of the minute in which one build served a share of the requests.
struct Part {
    weight: f64,
    behaviour: Behaviour,
    /// Minutes since it began to serve.
    age: f64,
}

/// The minute that begins at `minute * 60` seconds; `None` where nothing was served, or nothing was reported.
pub(super) fn of(state: &State, minute: i64, side: Side) -> Option<Traffic> {
    let parts = parts(state, minute, side);
    let weight: f64 = parts.iter().map(|part| part.weight).sum();
    if weight <= 0.0 || parts.iter().any(|part| part.behaviour == Behaviour::Silent) {
        return None;
    }
    let seed = state.seed;
    let name = |what: &str| format!("{what}{side:?}");
    let sway = |what: &str, most: f64| 1.0 + most * dice::normal(seed, &name(what), minute);
    let season = season(minute);
    let requests = if state.scenario == Scenario::LowTraffic {
        dice::count(seed, &name("requests"), minute, FEW * season * weight)
    } else {
        (72_000.0 * season * sway("requests", 0.02) * weight).round()
    };
    let mean = |of: fn(&Part) -> f64| {
        parts.iter().map(|part| part.weight * of(part)).sum::<f64>() / weight
    };
    let errors = mean(error_share) * sway("errors", 0.08).max(0.1);
    let load = 1.0 + 0.08 * (season - 1.0);
    let pace = load * sway("pace", 0.025).max(0.5);
    Some(Traffic {
        requests,
        target_errors: dice::count(seed, &name("5xx"), minute, requests * errors).min(requests),
        balancer_errors: dice::count(seed, &name("elb"), minute, requests * 0.000_01),
        p50: 0.046 * pace,
        p95: 0.112 * pace * mean(|part| 1.0 + (slowness(part) - 1.0) * 0.4),
        p99: 0.178 * pace * sway("tail", 0.02) * mean(slowness),
        hosts: 4.0,
        cpu: (43.0 * (0.7 + 0.3 * season) * sway("cpu", 0.03)).clamp(1.0, 100.0),
        memory: 61.0 * sway("memory", 0.005),
    })
}

fn error_share(part: &Part) -> f64 {
    match part.behaviour {
        Behaviour::Errors => 0.031,
        Behaviour::Flagged => 0.027,
        Behaviour::Restarts => 0.001_2 + 0.004 * coldness(part),
        Behaviour::Healthy | Behaviour::Creeps | Behaviour::Silent | Behaviour::Breaks => 0.001_2,
    }
}

/// How cold the caches still are: 1 when it begins to serve, 0 a little more than two minutes later.
fn coldness(part: &Part) -> f64 {
    1.0 - (part.age / 2.2).clamp(0.0, 1.0)
}

/// Factor on the slow end. A creeping build passes 500 ms about seven minutes after it began to serve.
fn slowness(part: &Part) -> f64 {
    match part.behaviour {
        Behaviour::Creeps => 1.0 + 0.28 * part.age.clamp(0.0, 40.0),
        Behaviour::Errors => 1.12,
        Behaviour::Restarts => 1.0 + 1.5 * coldness(part),
        Behaviour::Healthy | Behaviour::Silent | Behaviour::Breaks | Behaviour::Flagged => 1.0,
    }
}

/// More by day than by night, less at the weekend. 1970-01-01 was a Thursday.
fn season(minute: i64) -> f64 {
    let of_day = f64::from(i32::try_from(minute.rem_euclid(1440)).unwrap_or(0)) / 1440.0;
    let weekend = matches!(minute.div_euclid(1440).rem_euclid(7), 2 | 3);
    let day = 1.0 + 0.3 * (std::f64::consts::TAU * (of_day - 0.375)).sin();
    if weekend { day * 0.8 } else { day }
}

fn parts(state: &State, minute: i64, side: Side) -> Vec<Part> {
    let (from, until) = (minute * 60, minute * 60 + 60);
    let mut parts = Vec::new();
    for (n, serving) in state.serving.iter().enumerate() {
        let begins = serving.at.as_second();
        let ends = state
            .serving
            .get(n + 1)
            .map_or(i64::MAX, |next| next.at.as_second());
        let seconds = until.min(ends) - from.max(begins);
        if seconds <= 0 {
            continue;
        }
        let time = f64::from(i32::try_from(seconds).unwrap_or(60)) / 60.0;
        let canary = serving
            .canary
            .as_ref()
            .map(|(build, percent)| (build, f64::from(*percent) / 100.0));
        let rest = 1.0 - canary.map_or(0.0, |(_, share)| share);
        let mut add = |weight: f64, behaviour, since: Timestamp| {
            let age = i32::try_from(from - since.as_second()).unwrap_or(i32::MAX);
            parts.push(Part {
                weight: weight * time,
                behaviour,
                age: f64::from(age) / 60.0,
            });
        };
        if side != Side::Canary {
            add(rest, serving.main.behaviour, serving.at);
        }
        if let (Some((build, share)), true) = (canary, side != Side::Stable) {
            add(share, build.behaviour, serving.at);
        }
    }
    parts
}
