//! The laws of the judge, whatever the numbers.

use cockpit::domain::{
    anomaly::{Answer, Case, DEFAULT_RATE, Label, try_case},
    judge::State,
    policy::Bad,
};
use proptest::prelude::*;

use crate::{
    dice::Dice,
    families::{Effect, FAMILIES, case, draw},
};

fn drawn(seed: u64, family: usize, effect: Effect) -> Case {
    draw(FAMILIES[family], effect, &mut Dice::new(seed), "law")
}

fn judged(case: &Case) -> Answer {
    try_case(case, DEFAULT_RATE)
}

fn effects() -> impl Strategy<Value = Effect> {
    prop::sample::select(vec![
        Effect::Nothing,
        Effect::Restart,
        Effect::Step,
        Effect::Ramp,
    ])
}

fn mapped(case: &Case, by: impl Fn(f64) -> f64) -> Case {
    let mut case = case.clone();
    for metric in &mut case.metrics {
        for (_, value) in metric.before.iter_mut().chain(&mut metric.after) {
            *value = value.map(&by);
        }
    }
    case
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 32, failure_persistence: None, ..ProptestConfig::default() })]

    /// Powers of two scale without rounding, so the answer must not move at all.
    #[test]
    fn the_unit_does_not_matter(seed in any::<u64>(), family in 0_usize..14, effect in effects(), power in -60_i32..60) {
        let case = drawn(seed, family, effect);
        let (one, other) = (judged(&case), judged(&mapped(&case, |v| v * 2_f64.powi(power))));
        prop_assert_eq!((one.state, one.minute), (other.state, other.minute));
        prop_assert!((one.score - other.score).abs() < 1e-9);
    }

    /// Where the level is no longer small against the change: 2% of it is the floor of what matters.
    #[test]
    fn the_zero_does_not_matter(seed in any::<u64>(), effect in effects(), offset in -40_i32..40) {
        let case = mapped(&drawn(seed, 0, effect), |v| (v - 100.0) * 64.0);
        let (one, other) = (judged(&case), judged(&mapped(&case, |v| v + f64::from(offset))));
        prop_assert_eq!((one.state, one.minute), (other.state, other.minute));
    }

    #[test]
    fn the_order_of_arrival_does_not_matter(seed in any::<u64>(), family in 0_usize..14, effect in effects(), turn in 1_usize..20) {
        let case = drawn(seed, family, effect);
        let mut shuffled = case.clone();
        for metric in &mut shuffled.metrics {
            let (before, after) = (metric.before.len(), metric.after.len());
            metric.before.rotate_left(turn % before);
            metric.after.rotate_right(turn % after);
            metric.after.reverse();
            let again = metric.before[0];
            metric.before.push(again);
        }
        prop_assert_eq!(judged(&case), judged(&shuffled));
    }

    /// What was alarmed stays alarmed, at the same minute, whatever comes after.
    #[test]
    fn more_data_never_takes_an_alarm_back(seed in any::<u64>(), family in 0_usize..14, cut in 3_usize..15) {
        let whole = drawn(seed, family, Effect::Step);
        let mut part = whole.clone();
        for metric in &mut part.metrics {
            metric.after.truncate(cut);
        }
        let (early, late) = (judged(&part), judged(&whole));
        if early.is_regression() {
            prop_assert_eq!((late.state, late.minute), (State::Fail, early.minute));
            prop_assert!(late.score >= early.score);
        }
    }

    #[test]
    fn a_larger_step_is_found_no_later(seed in any::<u64>(), family in 0_usize..14, size in 1.0_f64..40.0) {
        let calm = drawn(seed, family, Effect::Nothing);
        let stepped = |size: f64| {
            let mut case = calm.clone();
            let known: Vec<f64> = case.metrics[0].before.iter().filter_map(|(_, v)| *v).collect();
            let unit = crate::families::noise(&known);
            let sign = if case.metrics[0].bad == Bad::Down { -1.0 } else { 1.0 };
            for (_, value) in &mut case.metrics[0].after {
                *value = value.map(|v| v + sign * size * unit);
            }
            judged(&case)
        };
        // From where the step decides, not what the series does by itself.
        let (small, large) = (stepped(40.0 + size), stepped(80.0 + 2.0 * size));
        if small.is_regression() {
            prop_assert!(large.is_regression());
            prop_assert!(large.minute <= small.minute, "{:?} {:?}", small, large);
        }
    }

    /// Nothing measured, nothing before, or mostly gaps: never a pass.
    #[test]
    fn what_is_unknown_never_passes(seed in any::<u64>(), family in 0_usize..14, how in 0_usize..4) {
        let mut case = drawn(seed, family, Effect::Nothing);
        let metric = &mut case.metrics[0];
        match how {
            0 => metric.after.clear(),
            1 => metric.before.clear(),
            2 => metric.after.iter_mut().for_each(|point| point.1 = None),
            _ => metric.after.iter_mut().skip(3).for_each(|point| point.1 = None),
        }
        let alone = judged(&case);
        prop_assert!(alone.state.is_unknown(), "{:?}", alone);
        // A healthy metric beside it does not make it known.
        case.metrics.extend(drawn(1, 0, Effect::Nothing).metrics);
        prop_assert_ne!(judged(&case).state, State::Pass);
    }

    #[test]
    fn no_numbers_make_it_panic(
        before in prop::collection::vec(any::<f64>(), 0..40),
        after in prop::collection::vec(any::<f64>(), 0..20),
        period in prop::sample::select(vec![1.0, 60.0, 300.0]),
        change in any::<f64>(),
    ) {
        let mut case = case("any", Bad::Both, &before, &after, Label::Healthy);
        case.period_s = period;
        case.change = change;
        let answer = judged(&case);
        prop_assert!(answer.score.is_finite() && (0.0..=1.0).contains(&answer.score));
    }
}
