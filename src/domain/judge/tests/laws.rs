//! Laws over all rules and data: no unknown passes or fires, order is irrelevant, more failing data never un-fires.

use proptest::prelude::*;

use crate::domain::{
    judge::{BaselineStats, Readings, Rule, State, Window, gate, trigger},
    observation::{Minute, Sample},
    policy::{Side, Unit},
};

const START: Minute = Minute(500);

fn sample() -> impl Strategy<Value = Sample> {
    prop_oneof![
        4 => (0.0..5.0_f64).prop_map(Sample::Value),
        1 => Just(Sample::Absent),
        1 => Just(Sample::NoTraffic),
        1 => Just(Sample::Broken),
    ]
}

fn unknown() -> impl Strategy<Value = Sample> {
    prop_oneof![
        Just(Sample::Absent),
        Just(Sample::NoTraffic),
        Just(Sample::Broken),
        Just(Sample::Value(f64::NAN)),
    ]
}

/// Known and unknown minutes side by side.
fn mixed() -> impl Strategy<Value = Sample> {
    prop_oneof![3 => (0.0..5.0_f64).prop_map(Sample::Value), 2 => unknown()]
}

fn is_known(sample: &Sample) -> bool {
    sample.value().is_some_and(f64::is_finite)
}

/// Rules that are asked of a window's mean.
const OF_MEANS: [&str; 5] = [
    "e < 1%",
    "e > 2%",
    "e < baseline * 1.5",
    "max(e) < 4%",
    "not e < 2%",
];
/// Rules that are asked of each minute.
const OF_MINUTES: [&str; 5] = [
    "e >= 2% for 3m",
    "e < 2% for 3m",
    "e > 2% in 2 of 4m",
    "e > baseline * 2 for 2m",
    "any(e) > 4%",
];

/// Any rule over the metric `e`, some relative, some with durations.
fn rule() -> impl Strategy<Value = Rule> {
    rule_of([&OF_MEANS[..], &OF_MINUTES].concat())
}

fn rule_of(atoms: Vec<&'static str>) -> impl Strategy<Value = Rule> {
    let atom = prop::sample::select(atoms);
    prop::collection::vec((atom, prop::sample::select(vec!["and", "or"])), 1..4).prop_map(|parts| {
        let mut source = String::new();
        for (index, (atom, word)) in parts.into_iter().enumerate() {
            if index > 0 {
                source.extend([" ", word, " "]);
            }
            source.push_str(atom);
        }
        Rule::parse(&source).unwrap()
    })
}

fn readings(samples: &[Sample], order: &[usize]) -> Readings {
    let mut readings = Readings::default();
    readings.declare("e", Side::All, Unit::Percent);
    let mut at: Vec<usize> = (0..samples.len()).collect();
    at.sort_by_key(|index| order.get(*index).copied());
    for index in at {
        let minute = START.plus(i64::try_from(index).unwrap());
        readings.put(&"e".into(), Side::All, minute, samples[index]);
    }
    readings.set_baseline(
        "e",
        BaselineStats {
            median: 1.0,
            spread: 0.1,
            low: 0.8,
            high: 1.2,
            minutes: 60,
        },
    );
    readings
}

fn window(samples: &[Sample]) -> Window {
    let last = i64::try_from(samples.len()).unwrap() - 1;
    Window::through(START, START.plus(last))
}

proptest! {
    #[test]
    fn nothing_known_neither_passes_nor_fails(
        rule in rule(),
        samples in prop::collection::vec(unknown(), 1..20),
    ) {
        let (data, window) = (readings(&samples, &[]), window(&samples));
        prop_assert!(gate(&rule, &window, &data).state.is_unknown());
        prop_assert!(trigger(&rule, &window, &data).state.is_unknown());
    }

    #[test]
    fn a_gate_whose_needed_minutes_are_unknown_never_passes(
        rule in rule_of(OF_MEANS.to_vec()),
        samples in prop::collection::vec(mixed(), 1..20),
        needed in 3..12_usize,
    ) {
        let (data, window) = (readings(&samples, &[]), window(&samples).needing(needed));
        let known = samples.iter().filter(|sample| is_known(sample)).count();
        // No traffic is no value, and no silence.
        let mut newest = samples.iter().rev().take(3);
        let is_heard = newest.any(|sample| is_known(sample) || *sample == Sample::NoTraffic);
        let verdict = gate(&rule, &window, &data);
        if known < needed || 2 * known < samples.len() || !is_heard {
            prop_assert!(verdict.state.is_unknown(), "{:?}: {}", verdict.state, verdict.why);
        }
    }

    #[test]
    fn what_is_decided_minute_by_minute_is_so_whatever_the_unknown_ones_were(
        rule in rule_of(OF_MINUTES.to_vec()),
        bare in prop::sample::select(vec!["e > 2%", "e < baseline * 1.5", "not e < 2%"]),
        mut samples in prop::collection::vec(mixed(), 1..20),
        truth in prop::collection::vec(0.0..5.0_f64, 20),
    ) {
        let bare = Rule::parse(bare).unwrap();
        let verdicts = |samples: &[Sample]| {
            let (data, window) = (readings(samples, &[]), window(samples));
            [gate(&rule, &window, &data), trigger(&rule, &window, &data), trigger(&bare, &window, &data)]
        };
        let before = verdicts(&samples);
        // The newest minutes may still come: they are not judged yet.
        let heard = samples.iter().rposition(|sample| *sample != Sample::Absent).unwrap_or(0);
        for (sample, value) in samples.iter_mut().zip(truth).take(heard + 1) {
            if !is_known(sample) {
                *sample = Sample::Value(value);
            }
        }
        for (before, after) in before.iter().zip(verdicts(&samples)) {
            if !before.state.is_unknown() {
                prop_assert_eq!(before.state, after.state, "{} then {}", before.why, after.why);
            }
        }
    }

    #[test]
    fn order_of_arrival_is_irrelevant(
        rule in rule(),
        samples in prop::collection::vec(sample(), 1..20),
        order in prop::collection::vec(0..100_usize, 20),
    ) {
        let window = window(&samples);
        let (one, other) = (readings(&samples, &[]), readings(&samples, &order));
        prop_assert_eq!(gate(&rule, &window, &one), gate(&rule, &window, &other));
        prop_assert_eq!(trigger(&rule, &window, &one), trigger(&rule, &window, &other));
    }

    #[test]
    fn more_failing_data_never_unfires(
        source in prop::sample::select(vec!["e > 2%", "e > 2% for 3m", "e > 2% in 2 of 4m", "any(e) > 2%"]),
        mut samples in prop::collection::vec(sample(), 1..20),
        place in 0..21_usize,
    ) {
        let rule = Rule::parse(source).unwrap();
        let before = trigger(&rule, &window(&samples), &readings(&samples, &[]));
        // Past a hole nothing is known to be consecutive: there a fired trigger may become unknown, never quiet.
        let heard = samples.iter().rposition(|sample| *sample != Sample::Absent);
        let place = place.min(samples.len());
        let leaves_hole = heard.is_none_or(|heard| place > heard + 1);
        if place < samples.len() {
            samples[place] = Sample::Value(5.0);
        } else {
            samples.push(Sample::Value(5.0));
        }
        let after = trigger(&rule, &window(&samples), &readings(&samples, &[]));
        if before.state == State::Fail && leaves_hole {
            prop_assert_ne!(after.state, State::Pass, "{} then {}", before.why, after.why);
        } else if before.state == State::Fail {
            prop_assert_eq!(after.state, State::Fail, "{} then {}", before.why, after.why);
        }
    }

    #[test]
    fn a_minute_that_becomes_unknown_never_fires(
        source in prop::sample::select(vec!["e > 2%", "e > 2% for 3m", "e > 2% in 2 of 4m"]),
        mut samples in prop::collection::vec(sample(), 1..20),
        place in 0..20_usize,
        lost in prop_oneof![Just(Sample::NoTraffic), Just(Sample::Broken)],
    ) {
        let rule = Rule::parse(source).unwrap();
        let before = trigger(&rule, &window(&samples), &readings(&samples, &[]));
        let place = place % samples.len();
        if samples[place] == Sample::Absent {
            return Ok(());
        }
        samples[place] = lost;
        let after = trigger(&rule, &window(&samples), &readings(&samples, &[]));
        if before.state != State::Fail {
            prop_assert_ne!(after.state, State::Fail, "{} then {}", before.why, after.why);
        }
    }

    #[test]
    fn states_do_not_depend_on_when_it_was(
        rule in rule(),
        samples in prop::collection::vec(sample(), 1..20),
        later in 1..1_000_000_i64,
    ) {
        let data = readings(&samples, &[]);
        let mut moved = data.clone();
        for (index, sample) in (0_i64..).zip(&samples) {
            moved.put(&"e".into(), Side::All, START.plus(later + index), *sample);
        }
        let there = Window::of(window(&samples).minutes.iter().map(|m| m.plus(later)));
        prop_assert_eq!(
            trigger(&rule, &window(&samples), &data).state,
            trigger(&rule, &there, &moved).state
        );
        prop_assert_eq!(
            gate(&rule, &window(&samples), &data).state,
            gate(&rule, &there, &moved).state
        );
    }
}
