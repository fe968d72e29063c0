//! Judging anomalies: 500 metrics, 15 minutes, each against three pasts. The target is below 50 ms.
#![expect(clippy::unwrap_used, reason = "a benchmark may fail by panicking")]

use std::hint::black_box;

use cockpit::domain::{
    anomaly::{Budget, Detector, Reading, watch_metric},
    policy::Bad,
};
use criterion::{Criterion, criterion_group, criterion_main};

const METRICS: u32 = 500;
const MINUTES: u32 = 15;
const BASELINES: u32 = 3;
/// One metric of so many changed: that is where the work is.
const CHANGED: u32 = 20;

fn noise(seed: u32, at: u32) -> f64 {
    let mixed = (seed.wrapping_mul(7_919) ^ at.wrapping_mul(104_729)).wrapping_mul(2_654_435_761);
    f64::from(mixed >> 8) / f64::from(1_u32 << 24) - 0.5
}

fn readings(past: u32) -> Vec<Reading> {
    let one = |metric: u32, baseline: u32| {
        let seed = metric * BASELINES + baseline;
        let value = |at: u32| 100.0 + 10.0 * noise(seed, at);
        let shift = if metric.is_multiple_of(CHANGED) {
            40.0
        } else {
            0.0
        };
        let before: Vec<_> = (0..past)
            .map(|at| (60.0 * (f64::from(at) - f64::from(past)), Some(value(at))))
            .collect();
        let after: Vec<_> = (0..MINUTES)
            .map(|at| (60.0 * f64::from(at), Some(value(past + at) + shift)))
            .collect();
        Reading::of(&before, &after, 0.0, 60.0)
    };
    (0..METRICS)
        .flat_map(|metric| (0..BASELINES).map(move |baseline| (metric, baseline)))
        .map(|(metric, baseline)| one(metric, baseline))
        .collect()
}

fn judge(c: &mut Criterion) {
    let budget = Budget {
        rate: 0.01,
        tests: usize::try_from(METRICS).unwrap(),
    };
    let mut group = c.benchmark_group("judge");
    group.sample_size(10);
    for (name, past) in [("an hour", 60), ("six hours", 360)] {
        let readings = readings(past);
        let title = format!("{METRICS} metrics x {MINUTES} minutes x {BASELINES} pasts of {name}");
        group.bench_function(&title, |b| {
            b.iter(|| {
                let seen = readings
                    .iter()
                    .filter(|reading| watch_metric("m", Bad::Up, reading, budget).is_some());
                black_box(seen.count())
            });
        });
    }
    let reading = &readings(360)[0];
    group.bench_function("what a window of 15 minutes can detect, one metric", |b| {
        b.iter(|| {
            let mut detector = Detector::new(&reading.before, false).unwrap();
            black_box(detector.detectable(15, 60.0, budget))
        });
    });
    group.finish();
}

criterion_group!(benches, judge);
criterion_main!(benches);
