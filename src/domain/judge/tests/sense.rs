//! Rules that make no sense are doubted, and those that teams write are not.

use std::collections::BTreeMap;

use crate::domain::{
    judge::{AskedRule, Binding, Rule, contradictions, doubts},
    policy::{Absent, Bad, Metric, Query, Recipe, Side, Unit},
};

fn query(namespace: &str) -> Query {
    Query {
        namespace: namespace.to_owned(),
        metric: "M".to_owned(),
        dimensions: BTreeMap::new(),
        statistic: "Sum".to_owned(),
    }
}

fn metric(name: &str, unit: Unit, bad: Bad, namespace: &str) -> Metric {
    Metric {
        name: name.into(),
        label: name.to_owned(),
        unit,
        bad,
        aws: None,
        side: Side::All,
        recipe: Recipe::Direct {
            query: query(namespace),
            scale: 1.0,
            absent: Absent::Gap,
        },
    }
}

fn metrics() -> Vec<Metric> {
    let mut errors = metric("error_rate", Unit::Percent, Bad::Up, "N");
    errors.recipe = Recipe::Ratio {
        over: vec![query("N")],
        under: vec![query("N")],
        scale: 100.0,
    };
    vec![
        errors,
        metric("latency_p99", Unit::Milliseconds, Bad::Up, "N"),
        metric("healthy_hosts", Unit::Count, Bad::Down, "N"),
        metric("cpu", Unit::Percent, Bad::Up, "AWS/ECS"),
        metric("requests", Unit::PerMinute, Bad::Down, "N"),
        metric("depth", Unit::Plain, Bad::Both, "N"),
    ]
}

fn doubted(source: &str, binding: Binding) -> Vec<String> {
    let rule = Rule::parse(source).unwrap();
    assert_eq!(rule.check(&metrics()), Ok(()), "{source}");
    let asked = AskedRule {
        rule: &rule,
        binding,
        minutes: 15,
    };
    let doubts = doubts(asked, &metrics());
    for doubt in &doubts {
        assert!(source.get(doubt.span.clone()).is_some(), "{doubt:?}");
    }
    doubts.into_iter().map(|doubt| doubt.sentence()).collect()
}

#[test]
fn rules_as_teams_write_them_are_not_doubted() {
    for gate in [
        "error_rate < 1%",
        "1% > error_rate",
        "latency_p99 < baseline * 1.1",
        "latency_p99 - baseline < 50ms",
        "healthy_hosts >= 2 and cpu < 80%",
        "cpu < 150%",
        "error_rate < 1% or requests < 10/m",
        "not error_rate > 1% for 3m",
        "requests > baseline * 0.7",
        "depth < 5",
        "not alarm('x')",
        "-latency_p99 > -500ms",
        "not any(error_rate) > 5%",
        "error_rate < 1% or alarm('maintenance')",
    ] {
        assert_eq!(doubted(gate, Binding::Gate), Vec::<String>::new(), "{gate}");
    }
    for trigger in [
        "error_rate > 2% for 3m",
        "healthy_hosts < 2 for 3m",
        "alarm('x')",
        "error_rate > 2% and requests > 100/m",
        "latency_p99 > baseline * 2 in 3 of 5m",
        "not healthy_hosts >= 2",
        "requests < baseline * 0.5",
        "any(error_rate) > 5%",
        "not any(healthy_hosts) >= 2",
        "error_rate > 2% and not alarm('maintenance')",
    ] {
        let found = doubted(trigger, Binding::Trigger);
        assert_eq!(found, Vec::<String>::new(), "{trigger}");
    }
}

#[test]
fn what_makes_no_sense_is_said_with_its_mend() {
    let gate = Binding::Gate;
    let trigger = Binding::Trigger;
    for (source, binding, words) in [
        (
            "error_rate > 1%",
            gate,
            "passes only when error_rate is bad (high); `error_rate <= 1%`",
        ),
        (
            "healthy_hosts < 2",
            gate,
            "healthy_hosts is bad (low); `healthy_hosts >= 2`",
        ),
        (
            "latency_p99 < 1s and error_rate >= 1% for 2m",
            gate,
            "error_rate is bad",
        ),
        (
            "not error_rate < 1%",
            gate,
            "passes only when error_rate is bad",
        ),
        (
            "error_rate < 2%",
            trigger,
            "fires when error_rate is well; `error_rate >= 2%`",
        ),
        (
            "healthy_hosts > 2 for 3m",
            trigger,
            "fires when healthy_hosts is well",
        ),
        (
            "error_rate < 1% or healthy_hosts < 2",
            trigger,
            "error_rate is well",
        ),
        (
            "error_rate > 200%",
            trigger,
            "error_rate lies between 0% and 100%: this never holds",
        ),
        ("error_rate <= 100%", gate, "this always holds"),
        (
            "latency_p99 > -5ms",
            trigger,
            "is never below 0 ms: this always holds",
        ),
        ("latency_p99 < 0ms", gate, "this never holds"),
        (
            "latency_p99 < baseline",
            gate,
            "this fails while latency_p99 stays as usual",
        ),
        (
            "latency_p99 > baseline * 90%",
            trigger,
            "leave room: `* 1.25`",
        ),
        ("requests < baseline / 1", trigger, "leave room: `* 0.75`"),
        (
            "error_rate < 1% for 30m",
            gate,
            "the watch has 15 minutes: it can never pass",
        ),
        ("error_rate > 2% in 3 of 20m", trigger, "it can never fire"),
    ] {
        let found = doubted(source, binding);
        assert_eq!(found.len(), 1, "{source}: {found:?}");
        assert!(found[0].contains(words), "{source}: {}", found[0]);
    }
}

#[test]
fn alarms_the_wrong_way_round_and_any_good_minute_are_said() {
    let gate = Binding::Gate;
    let trigger = Binding::Trigger;
    for (source, binding, words) in [
        (
            "alarm('5xx')",
            gate,
            "passes only when the alarm \"5xx\" is bad (fires); `not alarm(\"5xx\")`",
        ),
        (
            "error_rate < 1% and alarm('5xx')",
            gate,
            "passes only when the alarm",
        ),
        (
            "not alarm('5xx')",
            trigger,
            "fires when the alarm \"5xx\" is well",
        ),
        (
            "any(latency_p99) < 500ms",
            gate,
            "once a single minute is well; ask the worst minute: `max(latency_p99)`",
        ),
        (
            "error_rate < 1% and any(healthy_hosts) >= 2",
            gate,
            "`min(healthy_hosts)`",
        ),
        (
            "latency_p99 < baseline * 0",
            gate,
            "this fails while latency_p99 stays as usual",
        ),
    ] {
        let found = doubted(source, binding);
        assert_eq!(found.len(), 1, "{source}: {found:?}");
        assert!(found[0].contains(words), "{source}: {}", found[0]);
    }
}

#[test]
fn a_trigger_that_fires_where_its_gate_passes_is_said() {
    let clash = |trigger: &str, gate: &str| {
        let (trigger, gate) = (Rule::parse(trigger).unwrap(), Rule::parse(gate).unwrap());
        !contradictions(&trigger, &[&gate], &metrics()).is_empty()
    };
    assert!(clash("error_rate > 0.5% for 3m", "error_rate < 1%"));
    assert!(clash("0.5% < error_rate", "error_rate < 1%"));
    assert!(clash("healthy_hosts < 3", "healthy_hosts >= 2"));
    assert!(clash("latency_p99 > 400ms", "latency_p99 < 0.5s"));
    assert!(clash(
        "latency_p99 > baseline * 1.1",
        "latency_p99 < baseline * 1.25"
    ));
    assert!(!clash("error_rate > 1%", "error_rate < 1%"));
    assert!(!clash("error_rate > 2% for 3m", "error_rate < 1%"));
    assert!(!clash("latency_p99 > 400ms", "error_rate < 1%"));
    assert!(!clash(
        "latency_p99 > 400ms",
        "latency_p99 < baseline * 1.25"
    ));
    // Guards on either side are not seen through.
    assert!(!clash(
        "error_rate > 0.5% and requests > 9/m",
        "error_rate < 1%"
    ));
}
