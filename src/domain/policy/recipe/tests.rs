//! Every trap of sparse metrics, one test each.

use super::*;
use crate::domain::policy::{Bad, Side, Unit};

const REQUESTS: &str = "RequestCount";
const TARGET: &str = "HTTPCode_Target_5XX_Count";
const ELB: &str = "HTTPCode_ELB_5XX_Count";
const TIME: &str = "TargetResponseTime";

fn query(metric: &str) -> Query {
    Query {
        namespace: "AWS/ApplicationELB".into(),
        metric: metric.into(),
        dimensions: BTreeMap::new(),
        statistic: "Sum".into(),
    }
}

fn metric(recipe: Recipe) -> Metric {
    Metric {
        name: "m".into(),
        label: "m".into(),
        unit: Unit::Plain,
        bad: Bad::Up,
        aws: None,
        side: Side::All,
        recipe,
    }
}

fn error_rate() -> Metric {
    metric(Recipe::Ratio {
        over: vec![query(TARGET), query(ELB)],
        under: vec![query(REQUESTS), query(ELB)],
        scale: 100.0,
    })
}

fn latency() -> Metric {
    metric(Recipe::Direct {
        query: query(TIME),
        scale: 1000.0,
        absent: Absent::NoTraffic {
            unless: vec![query(REQUESTS), query(ELB)],
        },
    })
}

type Given<'a> = &'a [(&'a str, &'a [(i64, f64)])];

/// The samples of minutes 0..3, asked for `age` minutes after the end of minute 2.
fn folded(metric: &Metric, given: Given<'_>, age: i64, cut: &[(&str, Standing)]) -> Vec<Sample> {
    let raw: BTreeMap<&str, RawSeries> = [REQUESTS, TARGET, ELB, TIME]
        .into_iter()
        .map(|name| {
            let points = given
                .iter()
                .filter(|(at, _)| *at == name)
                .flat_map(|(_, p)| p.iter());
            let series = RawSeries {
                points: points
                    .map(|(minute, value)| (Minute(*minute), *value))
                    .collect(),
                standing: cut
                    .iter()
                    .find(|(at, _)| *at == name)
                    .map_or(Standing::Complete, |(_, standing)| *standing),
            };
            (name, series)
        })
        .collect();
    let asked = Asked {
        from: Minute(0),
        until: Minute(3),
        at: Minute(3 + age).start(),
    };
    let find = |ask: Ask<'_>| match ask {
        Ask::Series(query) => raw.get(query.metric.as_str()),
        Ask::Math { .. } | Ask::Band { .. } => None,
    };
    fold(metric, &find, asked)
}

use Sample::{Absent as Missing, Broken, NoTraffic, Value};

#[test]
fn a_missing_error_counter_is_zero_only_beside_requests() {
    let given: Given<'_> = &[(REQUESTS, &[(0, 200.0), (1, 100.0)]), (TARGET, &[(1, 2.0)])];
    assert_eq!(
        folded(&error_rate(), given, 10, &[]),
        [Value(0.0), Value(2.0), NoTraffic]
    );
}

#[test]
fn a_total_outage_has_no_requests_and_is_a_hundred_per_cent() {
    let given: Given<'_> = &[
        (ELB, &[(0, 40.0)]),
        (REQUESTS, &[(1, 60.0)]),
        (ELB, &[(1, 40.0)]),
    ];
    let seen = folded(&error_rate(), given, 10, &[]);
    assert_eq!(seen[..2], [Value(100.0), Value(40.0)]);
}

#[test]
fn a_late_denominator_is_waited_for_instead_of_crying_wolf() {
    let given: Given<'_> = &[(ELB, &[(2, 40.0)])];
    for age in 0..SETTLES_AFTER {
        assert_eq!(folded(&error_rate(), given, age, &[])[2], Missing, "{age}");
    }
    assert_eq!(
        folded(&error_rate(), given, SETTLES_AFTER, &[])[2],
        Value(100.0)
    );
}

#[test]
fn silence_is_no_traffic_only_when_late_data_had_its_time() {
    for age in 0..SETTLES_AFTER {
        assert_eq!(folded(&error_rate(), &[], age, &[])[2], Missing, "{age}");
        assert_eq!(folded(&latency(), &[], age, &[])[2], Missing, "{age}");
    }
    assert_eq!(folded(&error_rate(), &[], SETTLES_AFTER, &[])[2], NoTraffic);
    assert_eq!(folded(&latency(), &[], SETTLES_AFTER, &[])[2], NoTraffic);
}

#[test]
fn the_youngest_minute_is_not_healthy_before_its_errors_could_arrive() {
    let given: Given<'_> = &[(REQUESTS, &[(2, 200.0)])];
    assert_eq!(folded(&error_rate(), given, 0, &[])[2], Missing);
    assert_eq!(
        folded(&error_rate(), given, COUNTERS_AFTER, &[])[2],
        Value(0.0)
    );
}

#[test]
fn a_counted_zero_of_requests_is_no_traffic_not_zero_per_cent() {
    let given: Given<'_> = &[(REQUESTS, &[(0, 0.0)])];
    assert_eq!(folded(&error_rate(), given, 10, &[])[0], NoTraffic);
    assert_eq!(folded(&latency(), given, 10, &[])[0], NoTraffic);
}

#[test]
fn errors_without_a_denominator_are_unknown() {
    let given: Given<'_> = &[(TARGET, &[(0, 5.0)])];
    assert_eq!(folded(&error_rate(), given, 10, &[])[0], Missing);
}

#[test]
fn no_response_time_beside_requests_or_an_outage_is_a_gap() {
    let given: Given<'_> = &[
        (REQUESTS, &[(0, 9.0), (2, 9.0)]),
        (ELB, &[(1, 9.0)]),
        (TIME, &[(2, 0.25)]),
    ];
    assert_eq!(
        folded(&latency(), given, 10, &[]),
        [Missing, Missing, Value(250.0)]
    );
}

#[test]
fn a_partial_answer_proves_nothing_but_keeps_its_values() {
    let given: Given<'_> = &[(REQUESTS, &[(0, 100.0), (1, 100.0)]), (TARGET, &[(1, 1.0)])];
    let seen = folded(&error_rate(), given, 10, &[(TARGET, Standing::Partial)]);
    assert_eq!(seen, [Missing, Value(1.0), Missing]);
    let seen = folded(&latency(), given, 10, &[(REQUESTS, Standing::Partial)]);
    assert_eq!(seen[2], Missing);
}

#[test]
fn a_broken_part_breaks_the_ratio_and_a_broken_proof_proves_nothing() {
    let given: Given<'_> = &[(REQUESTS, &[(0, 100.0)])];
    let seen = folded(&error_rate(), given, 10, &[(ELB, Standing::Broken)]);
    assert_eq!(seen, [Broken; 3]);
    let seen = folded(&latency(), &[], 10, &[(ELB, Standing::Broken)]);
    assert_eq!(seen, [Missing; 3]);
}

#[test]
fn zero_where_another_series_speaks() {
    let requests = metric(Recipe::Direct {
        query: query(REQUESTS),
        scale: 1.0,
        absent: Absent::ZeroWhere { proof: query(ELB) },
    });
    let given: Given<'_> = &[(ELB, &[(0, 7.0)]), (REQUESTS, &[(1, 5.0)])];
    assert_eq!(
        folded(&requests, given, 10, &[]),
        [Value(0.0), Value(5.0), NoTraffic]
    );
}

#[test]
fn the_running_minute_is_never_a_value() {
    let given: Given<'_> = &[
        (REQUESTS, &[(2, 100.0)]),
        (TARGET, &[(2, 50.0)]),
        (ELB, &[(2, 1.0)]),
    ];
    assert_eq!(folded(&error_rate(), given, -1, &[])[2], Missing);
    assert!(matches!(folded(&error_rate(), given, 0, &[])[2], Value(_)));
}

#[test]
fn what_was_never_answered_is_broken() {
    let math = metric(Recipe::Math {
        expression: "m1".into(),
        queries: BTreeMap::from([("m1".into(), query(ELB))]),
        scale: 1.0,
        absent: Absent::Gap,
    });
    assert_eq!(folded(&math, &[], 10, &[]), [Broken; 3]);
}

#[test]
fn each_raw_series_is_asked_for_once() {
    assert_eq!(error_rate().asks().len(), 3);
    assert_eq!(latency().asks().len(), 3);
}
