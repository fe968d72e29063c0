//! Each of the five states, for gates and triggers, with its arithmetic.

use rstest::rstest;

use crate::domain::{
    judge::{BaselineStats, Readings, Rule, State, Verdict, Window, gate, trigger},
    observation::{AlarmState, Minute, Sample},
    policy::{Side, Unit},
};

const START: Minute = Minute(1_000);

/// `.` absent, `-` no traffic, `!` broken, else numbers apart by blanks.
fn samples(text: &str) -> Vec<Sample> {
    text.split_whitespace()
        .map(|word| match word {
            "." => Sample::Absent,
            "-" => Sample::NoTraffic,
            "!" => Sample::Broken,
            number => Sample::Value(number.parse().unwrap()),
        })
        .collect()
}

fn data(series: &[(&str, Unit, &str)]) -> Readings {
    let mut readings = Readings::default();
    for (name, unit, text) in series {
        readings.declare(*name, Side::All, *unit);
        readings.put_all(&(*name).into(), Side::All, START, &samples(text));
    }
    readings
}

fn baseline(median: f64, spread: f64, minutes: u32) -> BaselineStats {
    BaselineStats {
        median,
        spread,
        low: median - 2.0 * spread,
        high: median + 2.0 * spread,
        minutes,
    }
}

fn window(minutes: i64) -> Window {
    Window::through(START, START.plus(minutes - 1))
}

fn gated(rule: &str, readings: &Readings, minutes: i64) -> Verdict {
    gate(&Rule::parse(rule).unwrap(), &window(minutes), readings)
}

fn triggered(rule: &str, readings: &Readings, minutes: i64) -> Verdict {
    trigger(&Rule::parse(rule).unwrap(), &window(minutes), readings)
}

#[rstest]
#[case("0.1 0.1 0.1 0.1 0.1", State::Pass, "0.1% < 1% over 5 minutes")]
#[case("1 1 2 2 2.55", State::Fail, "1.71% >= 1% over 5 minutes")]
#[case(
    "1.00001 1.00001 1.00001",
    State::Fail,
    "1.00001% >= 1% over 3 minutes"
)]
#[case("0.1 0.1", State::Ambiguous, "0.1% < 1% over 2 minutes, 3 needed")]
#[case("50", State::Ambiguous, "50% >= 1% over 1 minute, 3 needed")]
#[case(". . . . .", State::NoData, "error_rate: no data; 0 of 5 minutes")]
#[case("- - - - -", State::NoData, "error_rate: no traffic; 0 of 5 minutes")]
#[case(
    "! ! ! ! !",
    State::Broken,
    "error_rate: the source is broken; 0 of 5 minutes"
)]
#[case("0 0 0 0 . . .", State::NoData, "no data; 4 of 7 minutes")]
#[case("0 0 0 0 ! ! !", State::Broken, "the source is broken; 4 of 7 minutes")]
#[case("0 . . . 0 0 .", State::NoData, "3 of 7 minutes")]
#[case("0 0 0 0 - - -", State::Pass, "over 4 minutes")]
#[case("0 0 0 NaN NaN NaN", State::Broken, "not a number")]
fn a_bare_gate_is_the_mean(#[case] text: &str, #[case] state: State, #[case] why: &str) {
    let readings = data(&[("error_rate", Unit::Percent, text)]);
    let minutes = i64::try_from(text.split_whitespace().count()).unwrap();
    let verdict = gated("error_rate < 1%", &readings, minutes);
    assert_eq!(verdict.state, state, "{}", verdict.why);
    assert!(verdict.why.as_str().contains(why), "{}", verdict.why);
}

#[test]
fn a_gate_at_the_end_of_the_window_needs_all_of_it() {
    let readings = data(&[("error_rate", Unit::Percent, "0 0 0 . 0")]);
    let rule = Rule::parse("error_rate < 1%").unwrap();
    assert_eq!(gate(&rule, &window(5), &readings).state, State::Pass);
    let whole = window(5).needing(5);
    assert_eq!(gate(&rule, &whole, &readings).state, State::Ambiguous);
}

#[test]
fn no_minute_and_no_metric_are_unknown() {
    let readings = data(&[("error_rate", Unit::Percent, "0 0 0")]);
    let rule = Rule::parse("error_rate < 1%").unwrap();
    assert_eq!(gate(&rule, &Window::of([]), &readings).state, State::NoData);
    assert_eq!(
        trigger(&rule, &Window::of([]), &readings).state,
        State::NoData
    );
    assert!(gated("other < 1%", &readings, 3).state.is_unknown());
    assert_eq!(gated("error_rate < 1ms", &readings, 3).state, State::Broken);
    assert_eq!(
        gated("1% / error_rate < 5", &readings, 3).state,
        State::NoData
    );
}

#[rstest]
// A bare trigger: 3 of the 5 newest minutes.
#[case(
    "error_rate > 2%",
    "0 0 0 0 0",
    State::Pass,
    "0% <= 2% in 5 of 5 minutes"
)]
#[case(
    "error_rate > 2%",
    "0 3 0 3 2.8",
    State::Fail,
    "2.8% > 2% in 3 of 5 minutes"
)]
#[case("error_rate > 2%", "3 3 3 0 0 0", State::Pass, "in 3 of 5 minutes")]
#[case("error_rate > 2%", "3 3", State::Pass, "2 of 2")]
#[case("error_rate > 2%", "3 3 3", State::Fail, "in 3 of 3 minutes")]
// Missing and late minutes never fire, nor are they quiet where they could have.
#[case("error_rate > 2%", "3 . . 3 0", State::NoData, "3 of 5 minutes known")]
#[case("error_rate > 2%", "0 . . 0 0", State::Pass, "")]
#[case("error_rate > 2%", "3 ! 3 0 0", State::Broken, "broken")]
#[case("error_rate > 2%", ". . .", State::NoData, "no data")]
#[case("error_rate > 2%", "- - - - -", State::NoData, "no traffic")]
#[case("error_rate > 2%", "3 3 3 .", State::Fail, "")]
#[case(
    "error_rate > 2%",
    "3 3 3 3 3 . . .",
    State::NoData,
    "in the newest minutes"
)]
// Durations.
#[case(
    "error_rate > 2% for 3m",
    "0 3 3 2.8",
    State::Fail,
    "2.8% > 2% for 3 minutes"
)]
#[case(
    "error_rate > 2% for 3m",
    "3 3 3 0",
    State::Pass,
    "0% <= 2% in 1 of 3 minutes"
)]
#[case(
    "error_rate > 2% for 3m",
    "3 . 3 3",
    State::NoData,
    "2 of 3 minutes known"
)]
#[case("error_rate > 2% for 3m", "3 - 3 3", State::NoData, "no traffic")]
#[case("error_rate > 2% for 3m", "3 3 . .", State::Pass, "2 of 2")]
#[case(
    "error_rate > 2% in 2 of 4m",
    "3 0 0 3",
    State::Fail,
    "in 2 of 4 minutes"
)]
// Logic inside a minute, and aggregates over the window.
#[case(
    "(error_rate > 2% and error_rate < 4%) for 2m",
    "3 3",
    State::Fail,
    "and"
)]
#[case(
    "not error_rate < 2% for 3m",
    "3 3 3",
    State::Fail,
    "3% >= 2% for 3 minutes"
)]
#[case(
    "any(error_rate) > 5%",
    "0 6 0 0 0 0 0",
    State::Fail,
    "6% > 5% in 1 of 7 minutes"
)]
#[case("any(error_rate) > 5%", "0 . 0", State::NoData, "")]
#[case("max(error_rate) > 5%", "0 6 0", State::Fail, "6% > 5% over 3 minutes")]
#[case("avg(error_rate) > 2%", "0 6 3", State::Fail, "3% > 2% over 3 minutes")]
fn triggers(#[case] rule: &str, #[case] text: &str, #[case] state: State, #[case] why: &str) {
    let readings = data(&[("error_rate", Unit::Percent, text)]);
    let minutes = i64::try_from(text.split_whitespace().count()).unwrap();
    let verdict = triggered(rule, &readings, minutes);
    assert_eq!(verdict.state, state, "{}", verdict.why);
    assert!(verdict.why.as_str().contains(why), "{}", verdict.why);
}

#[test]
fn a_fired_trigger_names_its_minutes_and_its_margin() {
    let readings = data(&[("error_rate", Unit::Percent, "0 2.5 3 2.8")]);
    let fired = triggered("error_rate > 2% for 3m", &readings, 4);
    assert_eq!(fired.minutes, [1, 2, 3].map(|n| START.plus(n)));
    assert!((fired.margin.unwrap() + 0.5).abs() < 1e-9);
    let readings = data(&[("error_rate", Unit::Percent, "0.1 0.1 0.1")]);
    let quiet = triggered("error_rate > 2% for 3m", &readings, 3);
    assert!((quiet.margin.unwrap() - 1.9).abs() < 1e-9);
    assert!(quiet.minutes.is_empty());
}

#[rstest]
#[case(AlarmState::Alarm, State::Fail)]
#[case(AlarmState::Ok, State::Pass)]
#[case(AlarmState::InsufficientData, State::NoData)]
#[case(AlarmState::Unknown, State::Broken)]
fn an_alarm_fires_at_once_and_unknown_never(#[case] alarm: AlarmState, #[case] state: State) {
    let mut readings = data(&[]);
    readings.set_alarm("5xx", alarm);
    assert_eq!(triggered("alarm('5xx')", &readings, 1).state, state);
}

#[test]
fn health_alone_is_health_of_one_or_more() {
    let sick = data(&[("health", Unit::Plain, "0 0 0")]);
    assert_eq!(triggered("not health for 3m", &sick, 3).state, State::Fail);
    assert_eq!(gated("health", &sick, 3).state, State::Fail);
    let well = data(&[("health", Unit::Plain, "1 1 1")]);
    assert_eq!(triggered("not health for 3m", &well, 3).state, State::Pass);
    assert_eq!(gated("health", &well, 3).state, State::Pass);
}

#[rstest]
#[case(
    "175 176 174 175 175",
    State::Pass,
    "175 ms < 193 ms (baseline 175 ms)"
)]
#[case("230 240 250 230 240", State::Fail, ">= 193 ms")]
#[case("194 194 194 194 194", State::Ambiguous, "within the noise")]
#[case("175 175 175 175 900", State::Ambiguous, "but only 1 of 5 minutes")]
fn a_relative_gate(#[case] text: &str, #[case] state: State, #[case] why: &str) {
    let mut readings = data(&[("p99", Unit::Milliseconds, text)]);
    readings.set_baseline("p99", baseline(175.0, 8.0, 60));
    let verdict = gated("p99 < baseline * 1.1", &readings, 5);
    assert_eq!(verdict.state, state, "{}", verdict.why);
    assert!(verdict.why.as_str().contains(why), "{}", verdict.why);
}

#[test]
fn a_relative_gate_needs_a_baseline_and_requests() {
    let mut readings = data(&[
        ("p99", Unit::Milliseconds, "175 175 175"),
        ("requests", Unit::Count, "40 40 40"),
    ]);
    let rule = Rule::parse("p99 < baseline * 1.1").unwrap();
    assert_eq!(gate(&rule, &window(3), &readings).state, State::NoData);
    readings.set_baseline("p99", baseline(175.0, 8.0, 4));
    let verdict = gate(&rule, &window(3), &readings);
    assert_eq!(verdict.state, State::Ambiguous);
    assert!(
        verdict.why.as_str().contains("4 minutes, 10 needed"),
        "{}",
        verdict.why
    );
    readings.set_baseline("p99", baseline(175.0, 8.0, 60));
    assert_eq!(gate(&rule, &window(3), &readings).state, State::Pass);
    let verdict = gate(&rule, &window(3).sampling(200), &readings);
    assert_eq!(verdict.state, State::Ambiguous);
    assert_eq!(verdict.why.as_str(), "40 requests a minute, 200 needed");
    // A fall of the requests themselves is judged whatever their number.
    readings.set_baseline("requests", baseline(1_000.0, 50.0, 60));
    let fall = Rule::parse("requests > baseline * 0.5").unwrap();
    assert_eq!(
        gate(&fall, &window(3).sampling(200), &readings).state,
        State::Fail
    );
}

#[test]
fn a_zero_baseline_neither_refuses_zero_nor_passes_errors() {
    let mut readings = data(&[("errors", Unit::Percent, "0 0 0 0 0")]);
    readings.set_baseline("errors", baseline(0.0, 0.0, 60));
    assert_eq!(
        gated("errors < baseline * 1.1", &readings, 5).state,
        State::Pass
    );
    let mut readings = data(&[("errors", Unit::Percent, "2 0 3 2 0")]);
    readings.set_baseline("errors", baseline(0.0, 0.0, 60));
    assert_eq!(
        gated("errors < baseline * 1.1", &readings, 5).state,
        State::Fail
    );
}

#[test]
fn a_relative_trigger_wants_more_than_a_minute_s_noise() {
    let mut readings = data(&[("p99", Unit::Milliseconds, "195 195 195 195 195")]);
    readings.set_baseline("p99", baseline(175.0, 8.0, 60));
    let verdict = triggered("p99 > baseline * 1.1", &readings, 5);
    assert_eq!(verdict.state, State::Ambiguous, "{}", verdict.why);
    let mut readings = data(&[("p99", Unit::Milliseconds, "210 210 210 180 180")]);
    readings.set_baseline("p99", baseline(175.0, 8.0, 60));
    assert_eq!(
        triggered("p99 > baseline * 1.1", &readings, 5).state,
        State::Fail
    );
}

#[test]
fn a_canary_is_judged_against_its_control_in_the_same_minutes() {
    let mut readings = Readings::default();
    let name = "p99".into();
    for (side, text) in [
        (Side::Canary, "250 250 . 250 250"),
        (Side::Control, "175 175 900 175 ."),
    ] {
        readings.declare("p99", side, Unit::Milliseconds);
        readings.put_all(&name, side, START, &samples(text));
    }
    let verdict = gated("p99 < control * 1.1", &readings, 5);
    assert_eq!(verdict.state, State::Fail, "{}", verdict.why);
    assert!(
        verdict.why.as_str().starts_with("250 ms >= 193 ms"),
        "{}",
        verdict.why
    );
}

#[test]
fn a_canary_gate_over_all_hosts_is_diluted() {
    let readings = data(&[("error_rate", Unit::Percent, "0 0 0")]);
    let rule = Rule::parse("error_rate < 1%").unwrap();
    let verdict = gate(&rule, &window(3).on(Side::Canary), &readings);
    assert_eq!(verdict.state, State::Ambiguous);
    assert!(verdict.is_diluted);
    let why = verdict.why.as_str();
    assert!(why.contains("over all hosts"), "{why}");
    // What has too few minutes is not so for good, and what fails fails.
    let early = gate(&rule, &window(2).needing(3).on(Side::Canary), &readings);
    assert_eq!((early.state, early.is_diluted), (State::Ambiguous, false));
    let strict = Rule::parse("error_rate > 1%").unwrap();
    let failed = gate(&strict, &window(3).on(Side::Canary), &readings);
    assert_eq!((failed.state, failed.is_diluted), (State::Fail, false));
    let missing = gated("error_rate < control", &readings, 3);
    assert_eq!(missing.state, State::NoData);
}

#[test]
fn rates_convert_and_bare_numbers_take_the_metric_s_rate() {
    let readings = data(&[("orders", Unit::PerMinute, "120 120 120")]);
    assert_eq!(gated("orders > 1.9/s", &readings, 3).state, State::Pass);
    assert_eq!(gated("orders > 2.1/s", &readings, 3).state, State::Fail);
    assert_eq!(gated("orders > 100", &readings, 3).state, State::Pass);
}

#[test]
fn a_verdict_survives_the_journal() {
    let readings = data(&[("error_rate", Unit::Percent, "0.1 0.1 3 3 3")]);
    let verdict = triggered("error_rate > 2%", &readings, 5);
    let json = serde_json::to_string(&verdict).unwrap();
    assert_eq!(serde_json::from_str::<Verdict>(&json).unwrap(), verdict);
}
