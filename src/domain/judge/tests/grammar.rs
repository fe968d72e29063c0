//! The grammar as a table: what is read, what is refused, where the caret stands, what is offered instead.

use rstest::rstest;

use crate::domain::{
    judge::{Rule, RuleError, caret},
    policy::{Absent, Bad, Metric, Query, Recipe, Side, Unit},
};

fn metric(name: &str, unit: Unit, side: Side) -> Metric {
    Metric {
        name: name.into(),
        label: name.to_owned(),
        unit,
        bad: Bad::Up,
        aws: None,
        side,
        recipe: Recipe::Direct {
            query: Query {
                namespace: "N".to_owned(),
                metric: "M".to_owned(),
                dimensions: std::collections::BTreeMap::new(),
                statistic: "Sum".to_owned(),
            },
            scale: 1.0,
            absent: Absent::Gap,
        },
    }
}

fn metrics() -> Vec<Metric> {
    vec![
        metric("error_rate", Unit::Percent, Side::All),
        metric("latency_p99", Unit::Milliseconds, Side::All),
        metric("latency_p99", Unit::Milliseconds, Side::Canary),
        metric("latency_p99", Unit::Milliseconds, Side::Control),
        metric("latency_p99", Unit::Milliseconds, Side::BandHigh),
        metric("healthy_hosts", Unit::Count, Side::All),
        metric("db.cpu", Unit::Percent, Side::All),
        metric("orders", Unit::PerMinute, Side::All),
        metric("rps", Unit::PerSecond, Side::All),
        metric("memory", Unit::Bytes, Side::All),
        metric("health", Unit::Plain, Side::All),
    ]
}

#[rstest]
#[case("error_rate < 1%")]
#[case("error_rate<1 %")]
#[case("latency_p99 < baseline * 1.1")]
#[case("latency_p99 < baseline * 110%")]
#[case("latency_p99 < 1.25 * baseline(latency_p99)")]
#[case("latency_p99 < control * 1.1")]
#[case("latency_p99 > band_high for 3m")]
#[case("latency_p99 > band_high(latency_p99) * 1.1")]
#[case("latency_p99 / baseline < 1.2")]
#[case("latency_p99 < 500ms")]
#[case("latency_p99 < 0.5 s")]
#[case("latency_p99 < 2m")]
#[case("error_rate > 2% for 3m")]
#[case("error_rate > 2% for 180s")]
#[case("error_rate > 2% in 3 of 5m")]
#[case("error_rate > 2% in 3 of 5 minutes")]
#[case("db.cpu > 90% for 5m")]
#[case("healthy_hosts >= 2 and db.cpu < 80%")]
#[case("(error_rate > 2% or latency_p99 > 1s) for 3m")]
#[case("not (error_rate > 2%) and not healthy_hosts < 2")]
#[case("error_rate > 2% && !(healthy_hosts >= 2) || orders < 5")]
#[case("NOT error_rate > 2% OR orders < 5")]
#[case("alarm(\"checkout-5xx\")")]
#[case("alarm('it is \\'quoted\\'') or error_rate > 2%")]
#[case("health")]
#[case("not health for 3m")]
#[case("health >= 1")]
#[case("any(error_rate) > 5%")]
#[case("avg(latency_p99) < 300ms and max(error_rate) < 3%")]
#[case("min(healthy_hosts) >= 1")]
#[case("error_rate < baseline + 0.5pt")]
#[case("error_rate - baseline < 0.5pt")]
#[case("-error_rate > -1%")]
#[case("orders >= 10")]
#[case("orders >= 10/m")]
#[case("orders >= 1/s")]
#[case("orders >= 1 /s")]
#[case("orders >= 60 /min")]
#[case("rps > 100/s")]
#[case("orders / rps > 50")]
#[case("memory < 1.5 GB")]
#[case("memory < 512MiB")]
#[case("1% > error_rate")]
#[case("error_rate\n  < 1%")]
fn is_read(#[case] source: &str) {
    let rule = Rule::parse(source).unwrap_or_else(|e| panic!("{e}"));
    rule.check(&metrics())
        .unwrap_or_else(|e| panic!("{source}: {}", e[0]));
    let json = serde_json::to_string(&rule).unwrap();
    assert_eq!(serde_json::from_str::<Rule>(&json).unwrap(), rule);
    assert_eq!(rule.source(), source);
}

/// Source, the text under the caret, a part of the sentence.
#[rstest]
#[case("", "", "empty")]
#[case("error_rate <", "", "ends too early")]
#[case("error_rate <> 1%", "<>", "write `!=`")]
#[case("error_rate = 1%", "=", "`==`")]
#[case("error_rate => 1%", "=>", "write `>=`")]
#[case("error_rate =< 1%", "=<", "write `<=`")]
#[case("any(error_rate > 5%)", ">", "`max(latency_p99) < 2s`")]
#[case("error_rate ≤ 1%", "≤", "`<=`")]
#[case("error_rate < 1% < 2%", "<", "one comparison at a time")]
#[case("error_rate < 1% latency_p99", "latency_p99", "should end here")]
#[case("error_rate", "error_rate", "a condition is wanted")]
#[case("1% < 2%", "1% < 2%", "measures nothing")]
#[case("baseline < 2%", "baseline", "of which metric")]
#[case("baseline", "baseline", "a condition is wanted")]
#[case("error_rate < latency_p99 * baseline", "baseline", "of which metric")]
#[case("error_rate < 1.1.1%", "1.1.", "no number")]
#[case("error_rate < .5%", ".", "`0.5`")]
#[case("error_rate < 5xx", "xx", "`xx` is no unit")]
#[case("memory < 5Mb", "Mb", "did you mean `MB` or `B` or `GB`? units are")]
#[case("error_rate < 1e-2", "e", "`e` is no unit; units are")]
#[case("error_rate < 1% for 30s", "30s", "whole minutes")]
#[case("error_rate < 1% for 0m", "0m", "whole minutes")]
#[case("error_rate < 1% for 2", "2", "a duration is wanted")]
#[case("error_rate < 1% for", "", "a duration is wanted")]
#[case("error_rate < 1% in 6 of 5m", "6", "6 of 5")]
#[case("error_rate < 1% in 0 of 5m", "0", "0 of 5")]
#[case("error_rate < 1% in 1.5 of 5m", "1.5", "whole number")]
#[case("alarm(\"x\") for 3m", "for", "cannot be asked of each minute")]
#[case(
    "(error_rate > 1% for 3m) for 5m",
    "for",
    "cannot be asked of each minute"
)]
#[case("any(error_rate) > 1% for 3m", "for", "cannot be asked of each minute")]
#[case("alarm(x)", "x", "quotation marks")]
#[case("alarm(5xx-high)", "5xx-high", "quotation marks")]
#[case("alarm(5xx", "5xx", "quotation marks")]
#[case("alarm(\"x", "\"x", "closing quotation mark")]
#[case("alarm(\" \")", "\" \"", "empty")]
#[case("avgg(error_rate) < 1%", "avgg", "`avg`")]
#[case("any() < 1%", ")", "a metric's name is wanted")]
#[case("(error_rate < 1%", "", "`)` is wanted")]
#[case("error_rate < baseline + 5%", "5%", "points")]
#[case("error_rate < 1% & health", "&", "`and`")]
#[case("error_rate < $1", "$", "no meaning")]
#[case("(error_rate < 1%) + 1 < 2", "(error_rate < 1%)", "a number is wanted")]
#[case("error_rate < 1% and and health", "and", "wanted here")]
fn is_refused_when_read(#[case] source: &str, #[case] under: &str, #[case] says: &str) {
    let fault = Rule::parse(source).unwrap_err();
    assert_eq!(&source[fault.span.clone()], under, "{fault}");
    assert!(fault.to_string().contains(says), "{fault}");
}

#[rstest]
#[case("eror_rate < 1%", "eror_rate", "did you mean `error_rate`?")]
#[case("cpu < 80%", "cpu", "did you mean `db.cpu`?")]
#[case("zzz < 80%", "zzz", "there are error_rate, ")]
#[case(
    "baseline(latency) < latency_p99",
    "baseline(latency)",
    "`latency_p99`"
)]
#[case("error_rate < 1", "1", "write `1%`")]
#[case(
    "error_rate < 0.01",
    "0.01",
    "write `1%`, or `0.01%` if so little is meant"
)]
#[case("error_rate - baseline < 0.005", "0.005", "write `0.5pt`")]
#[case("error_rate < 500ms", "500ms", "a value like `1%`")]
#[case("orders > 100 / s", "s", "there is no metric `s`")]
#[case("latency_p99 < 500", "500", "write `500ms` or `500s`")]
#[case("latency_p99 < 1%", "1%", "a value like `1ms`")]
#[case("healthy_hosts >= 2%", "2%", "write `2`")]
#[case("memory < 5", "5", "write `5MB`")]
#[case("orders < 5%", "5%", "a rate")]
#[case("error_rate - baseline < 0.5%", "0.5%", "write `0.5pt`")]
#[case(
    "latency_p99 + error_rate < 5",
    "latency_p99 + error_rate",
    "means nothing"
)]
#[case(
    "latency_p99 * latency_p99 < 5",
    "latency_p99 * latency_p99",
    "means nothing"
)]
#[case("1 / latency_p99 < 5", "1 / latency_p99", "means nothing")]
// Read nevertheless: a journal may hold it from before it was refused.
#[case("latency_p99 < baseline / 0", "0", "divides by zero")]
#[case("latency_p99 < baseline / (1 - 1)", "(1 - 1)", "divides by zero")]
#[case("latency_p99 < error_rate", "latency_p99 < error_rate", "one unit")]
#[case("error_rate < control", "control", "has no control side")]
fn is_refused_when_checked(#[case] source: &str, #[case] under: &str, #[case] says: &str) {
    let faults = Rule::parse(source).unwrap().check(&metrics()).unwrap_err();
    assert_eq!(faults.len(), 1, "{faults:?}");
    assert_eq!(&source[faults[0].span.clone()], under, "{}", faults[0]);
    assert!(faults[0].to_string().contains(says), "{}", faults[0]);
}

#[test]
fn every_fault_of_a_rule_is_told() {
    let rule = Rule::parse("eror_rate < 1% or latency_p99 < 5").unwrap();
    assert_eq!(rule.check(&metrics()).unwrap_err().len(), 2);
}

#[test]
fn the_caret_stands_under_the_fault() {
    let source = "error_rate < 1% for 30s";
    let fault: RuleError = Rule::parse(source).unwrap_err();
    let shown = caret(source, fault.span.clone(), &fault.sentence());
    assert!(
        shown.contains("\n                    ^^^ judged by the minute"),
        "{shown}"
    );
}

#[test]
fn nesting_and_length_are_bounded() {
    let deep = format!("{}error_rate < 1%{}", "(".repeat(200), ")".repeat(200));
    assert!(
        Rule::parse(&deep)
            .unwrap_err()
            .to_string()
            .contains("nested too deep")
    );
    let nots = format!("{}health", "not ".repeat(200));
    assert!(
        Rule::parse(&nots)
            .unwrap_err()
            .to_string()
            .contains("nested too deep")
    );
    let minus = format!("{}1 < orders", "-".repeat(200));
    assert!(
        Rule::parse(&minus)
            .unwrap_err()
            .to_string()
            .contains("nested too deep")
    );
    let long = format!("error_rate < 1{}", "0".repeat(2_000));
    assert!(
        Rule::parse(&long)
            .unwrap_err()
            .to_string()
            .contains("1000 bytes")
    );
    let large = format!("error_rate < 1{}", "0".repeat(400));
    assert!(
        Rule::parse(&large)
            .unwrap_err()
            .to_string()
            .contains("too large")
    );
}

#[test]
fn names_and_alarms_are_listed_once() {
    let rule = Rule::parse(
        "latency_p99 < baseline or alarm('a') or alarm('a') or baseline(error_rate) > db.cpu",
    )
    .unwrap();
    let names: Vec<String> = rule.metrics().into_iter().map(|name| name.0).collect();
    assert_eq!(names, ["latency_p99", "error_rate", "db.cpu"]);
    assert_eq!(rule.alarms(), ["a"]);
    assert!(!rule.needs_control());
}

proptest::proptest! {
    #[test]
    fn no_text_panics_and_every_span_is_in_it(
        source in "[a-z_. <>=!()%*/+0-9'\"\\\\é]{0,40}|(error_rate|not|and|for|3m|<|1%|\\(|in|of| |baseline){0,12}"
    ) {
        if let Err(fault) = Rule::parse(&source) {
            proptest::prop_assert!(source.get(fault.span.clone()).is_some(), "{fault:?}");
            caret(&source, fault.span.clone(), &fault.message);
        }
    }
}

#[test]
fn a_band_wants_its_edge_named_and_a_metric_that_has_one() {
    let bare = Rule::parse("latency_p99 > band").unwrap_err();
    assert_eq!(bare.span, 14..18);
    assert!(bare.sentence().contains("write `band_high` or `band_low`"));
    let none = Rule::parse("error_rate > band_high").unwrap();
    let faults = none.check(&metrics()).unwrap_err();
    assert!(
        faults[0]
            .sentence()
            .contains("`error_rate` has no band; add `band = true`")
    );
    let low = Rule::parse("latency_p99 < band_low").unwrap();
    assert!(low.check(&metrics()).is_err());
}
