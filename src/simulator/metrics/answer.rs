//! The three operations of CloudWatch that cockpit uses, over RPC v2 CBOR.
//!
//! Documents followed: the API reference of `GetMetricData`, `DescribeAlarms`, `ListMetrics`, and Smithy's RPC v2 CBOR protocol.
//! Expressions beyond `math` answer `InternalError` with a message, as a query that CloudWatch fails to compute does.

use std::collections::BTreeMap;

use jiff::Timestamp;

use super::{
    band,
    cbor::{self, Cbor},
    math::{self, Points},
    outage,
    series::{self, Metric},
    statistic::{Answer, Failure, invalid, statistic},
};
use crate::simulator::{
    ask::{Ask, Reply},
    release::Behaviour,
    scenario::Scenario,
    state::State,
    storm::SHARDS,
};

/// Where the operations are.
pub(in crate::simulator) const SERVICE: &str = "/service/GraniteServiceVersion20100801/operation/";
/// Data points of an answer; CloudWatch takes 100,800, less makes callers turn pages.
const PAGE: usize = 1_440;

/// Answers one operation.
pub(in crate::simulator) fn answer(state: &State, ask: &Ask, operation: &str) -> Reply {
    let result = guard(ask)
        .and_then(|()| outage::check(state))
        .and_then(|()| {
            let request = cbor::decode(&ask.body)
                .map_err(|why| (400, "SerializationException", why.to_string()))?;
            match operation {
                "GetMetricData" => metric_data(state, &request),
                "DescribeAlarms" => Ok(alarms(state, &request)),
                "ListMetrics" => Ok(list(state, &request)),
                _ => Err((404, "UnknownOperationException", operation.to_owned())),
            }
        });
    match result {
        Ok(body) => reply(200, &body),
        Err((status, kind, words)) => failure(status, kind, &words),
    }
}

/// The answer of a client that asks too often.
pub(in crate::simulator) fn throttled() -> Reply {
    failure(400, "ThrottlingException", "Rate exceeded")
}

fn reply(status: u16, body: &Cbor) -> Reply {
    Reply {
        status,
        body: cbor::encode(body),
        ..Reply::default()
    }
    .with("content-type", "application/cbor")
    .with("smithy-protocol", "rpc-v2-cbor")
}

fn failure(status: u16, kind: &str, words: &str) -> Reply {
    let kind = format!("com.amazonaws.cloudwatch#{kind}");
    reply(
        status,
        &Cbor::map([("__type", Cbor::Text(kind)), ("message", Cbor::text(words))]),
    )
}

fn guard(ask: &Ask) -> Result<(), Failure> {
    if ask.method != "POST" || ask.header("smithy-protocol") != Some("rpc-v2-cbor") {
        let words = "This endpoint speaks RPC v2 CBOR".to_owned();
        return Err((400, "UnknownOperationException", words));
    }
    match ask.header("authorization") {
        Some(signed) if signed.contains("Credential=EXPIRED/") => {
            let words = "The security token included in the request is expired".to_owned();
            Err((400, "ExpiredTokenException", words))
        }
        Some(signed) if signed.starts_with("AWS4-HMAC-SHA256") => Ok(()),
        _ => {
            let words = "Request is missing Authentication Token".to_owned();
            Err((403, "MissingAuthenticationTokenException", words))
        }
    }
}

fn metric_data(state: &State, request: &Cbor) -> Result<Cbor, Failure> {
    let queries = request.get("MetricDataQueries").as_list();
    if queries.is_empty() || queries.len() > 500 {
        return Err(invalid(
            "The parameter MetricDataQueries takes 1 to 500 entries.",
        ));
    }
    let (Some(start), Some(end)) = (
        request.get("StartTime").as_time(),
        request.get("EndTime").as_time(),
    ) else {
        return Err(invalid(
            "The parameters StartTime and EndTime are required.",
        ));
    };
    if start >= end {
        let words = "The parameter StartTime must be less than the parameter EndTime.";
        return Err(invalid(words));
    }
    let mut answers = compute(state, queries, start, end)?;
    if request.get("ScanBy").as_str() != Some("TimestampAscending") {
        for answer in &mut answers {
            answer.points.reverse();
        }
    }
    page(request, answers)
}

fn compute(state: &State, queries: &[Cbor], start: i64, end: i64) -> Result<Vec<Answer>, Failure> {
    let mut known: BTreeMap<String, Points> = BTreeMap::new();
    let mut answers = Vec::new();
    // Expressions come after the metrics that they are made of, wherever they stand.
    let (math, stats): (Vec<&Cbor>, Vec<&Cbor>) = queries
        .iter()
        .partition(|query| query.get("Expression").as_str().is_some());
    for query in stats.into_iter().chain(math) {
        let id = query.get("Id").as_str().unwrap_or_default().to_owned();
        if let Some((of, deviations)) = query.get("Expression").as_str().and_then(band::read) {
            let source = queries
                .iter()
                .find(|one| one.get("Id").as_str() == Some(of));
            let stat = source.map(|one| one.get("MetricStat"));
            let Some(stat) = stat else {
                return Err(invalid(&format!(
                    "The expression refers to '{of}', which is not there."
                )));
            };
            answers.extend(band::edges(state, stat, deviations, (start, end), &id)?);
            continue;
        }
        if !id.starts_with(|c: char| c.is_ascii_lowercase()) || known.contains_key(&id) {
            return Err(invalid(&format!(
                "The value '{id}' for Id is not unique or not valid."
            )));
        }
        let (label, points, wrong) = if let Some(expression) = query.get("Expression").as_str() {
            let first = start.div_euclid(60) + i64::from(start.rem_euclid(60) > 0);
            let times: Vec<i64> = (first..=(end - 1).div_euclid(60)).map(|m| m * 60).collect();
            match math::evaluate(expression, &known, &times) {
                Ok(points) => (expression.to_owned(), points, None),
                Err(words) => {
                    let wrong = Some(("InternalError", words));
                    (expression.to_owned(), Points::new(), wrong)
                }
            }
        } else {
            let (name, points) = statistic(state, query.get("MetricStat"), start, end)?;
            match outage::denied(state, &name) {
                None => (name, points, None),
                wrong => (name, Points::new(), wrong),
            }
        };
        known.insert(id.clone(), points.clone());
        if query.get("ReturnData").as_bool().unwrap_or(true) {
            let label = query.get("Label").as_str().map_or(label, str::to_owned);
            answers.push(Answer {
                id,
                label,
                points: points.into_iter().collect(),
                wrong,
            });
        }
    }
    Ok(answers)
}

/// Cuts the answers after so many data points; the token is the number of points that were told before.
fn page(request: &Cbor, answers: Vec<Answer>) -> Result<Cbor, Failure> {
    let told: usize = match request.get("NextToken").as_str() {
        None => 0,
        Some(token) => token
            .strip_prefix("after-")
            .and_then(|n| n.parse().ok())
            .ok_or_else(|| invalid("The parameter NextToken is not valid."))?,
    };
    let asked = request
        .get("MaxDatapoints")
        .as_int()
        .and_then(|n| usize::try_from(n).ok());
    let size = asked.unwrap_or(PAGE).clamp(1, PAGE);
    let total: usize = answers.iter().map(|answer| answer.points.len()).sum();
    let (mut before, mut results) = (0, Vec::new());
    for answer in answers {
        let length = answer.points.len();
        let from = told.saturating_sub(before).min(length);
        let until = (told + size).saturating_sub(before).min(length);
        before += length;
        if from == until && (told > 0 || length > 0) {
            continue;
        }
        let partial = until < length;
        results.push(result(&answer, from..until, partial));
    }
    let mut body = BTreeMap::from([
        ("MetricDataResults".to_owned(), Cbor::List(results)),
        ("Messages".to_owned(), Cbor::List(Vec::new())),
    ]);
    if told + size < total {
        body.insert(
            "NextToken".to_owned(),
            Cbor::Text(format!("after-{}", told + size)),
        );
    }
    Ok(Cbor::Map(body))
}

fn result(answer: &Answer, range: std::ops::Range<usize>, partial: bool) -> Cbor {
    let points = &answer.points[range];
    let code = match (&answer.wrong, partial) {
        (Some((code, _)), _) => code,
        (None, true) => "PartialData",
        (None, false) => "Complete",
    };
    let mut all = BTreeMap::from([
        ("Id".to_owned(), Cbor::text(&answer.id)),
        ("Label".to_owned(), Cbor::text(&answer.label)),
        ("StatusCode".to_owned(), Cbor::text(code)),
        (
            "Timestamps".to_owned(),
            Cbor::List(points.iter().map(|(at, _)| time(*at)).collect()),
        ),
        (
            "Values".to_owned(),
            Cbor::List(points.iter().map(|(_, v)| Cbor::Float(*v)).collect()),
        ),
    ]);
    if let Some((code, words)) = &answer.wrong {
        let message = Cbor::map([("Code", Cbor::text(*code)), ("Value", Cbor::text(words))]);
        all.insert("Messages".to_owned(), Cbor::List(vec![message]));
    }
    Cbor::Map(all)
}

fn time(seconds: i64) -> Cbor {
    #[expect(clippy::cast_precision_loss, reason = "seconds are far below 2^52")]
    let seconds = seconds as f64;
    Cbor::Time(seconds)
}

/// A metric alarm that follows the build in production, a composite above it, and one that fired long before the release.
fn alarms(state: &State, request: &Cbor) -> Cbor {
    let named: Vec<&str> = request
        .get("AlarmNames")
        .as_list()
        .iter()
        .filter_map(Cbor::as_str)
        .collect();
    let types: Vec<&str> = request
        .get("AlarmTypes")
        .as_list()
        .iter()
        .filter_map(Cbor::as_str)
        .collect();
    let wanted = |name: &str| named.is_empty() || named.contains(&name);
    let fires = state
        .production()
        .is_some_and(|build| build.behaviour == Behaviour::Errors);
    // It needs two minutes of data before it changes its mind.
    let since = state
        .serving
        .last()
        .map_or(state.epoch, |serving| serving.at)
        + jiff::SignedDuration::from_mins(2);
    let fires = fires && state.now >= since;
    let old = state.epoch - jiff::SignedDuration::from_hours(7);
    let mut metric = vec![("disk-80%", true, old)];
    metric.push(("storefront-5xx", fires, if fires { since } else { old }));
    if state.scenario == Scenario::Storm {
        // Each has fired since the last look, and is quiet again.
        metric.extend(SHARDS.map(|name| (name, false, state.now)));
    }
    let one = |(name, fires, at): (&str, bool, Timestamp)| alarm(name, fires, at);
    let of = |list: Vec<(&str, bool, Timestamp)>, kind: &str| {
        let told = if types.is_empty() {
            kind == "MetricAlarm"
        } else {
            types.contains(&kind)
        };
        Cbor::List(
            list.into_iter()
                .filter(|(name, ..)| told && wanted(name))
                .map(one)
                .collect(),
        )
    };
    let composite = vec![("storefront-health", fires, if fires { since } else { old })];
    Cbor::map([
        ("MetricAlarms", of(metric, "MetricAlarm")),
        ("CompositeAlarms", of(composite, "CompositeAlarm")),
    ])
}

fn alarm(name: &str, fires: bool, at: Timestamp) -> Cbor {
    let (state, reason) = if fires {
        (
            "ALARM",
            "Threshold Crossed: 2 out of the last 2 datapoints were greater than the threshold.",
        )
    } else {
        ("OK", "Threshold not crossed.")
    };
    Cbor::map([
        ("AlarmName", Cbor::text(name)),
        (
            "AlarmArn",
            Cbor::Text(format!(
                "arn:aws:cloudwatch:eu-central-1:123456789012:alarm:{name}"
            )),
        ),
        ("ActionsEnabled", Cbor::Bool(true)),
        ("StateValue", Cbor::text(state)),
        ("StateReason", Cbor::text(reason)),
        ("StateUpdatedTimestamp", time(at.as_second())),
        ("StateTransitionedTimestamp", time(at.as_second())),
    ])
}

fn list(state: &State, request: &Cbor) -> Cbor {
    let same =
        |key: &str, value: &str| request.get(key).as_str().is_none_or(|asked| asked == value);
    let has = |metric: &Metric| {
        request.get("Dimensions").as_list().iter().all(|filter| {
            let name = filter.get("Name").as_str().unwrap_or_default();
            let held = metric.dimensions.get(name);
            held.is_some_and(|held| {
                filter
                    .get("Value")
                    .as_str()
                    .is_none_or(|asked| asked == held)
            })
        })
    };
    let found = series::all(state)
        .into_iter()
        .filter(|m| same("Namespace", &m.namespace) && same("MetricName", &m.name) && has(m))
        .map(|m| {
            let dimensions = m
                .dimensions
                .iter()
                .map(|(name, value)| {
                    Cbor::map([("Name", Cbor::text(name)), ("Value", Cbor::text(value))])
                })
                .collect();
            Cbor::map([
                ("Namespace", Cbor::text(&m.namespace)),
                ("MetricName", Cbor::text(&m.name)),
                ("Dimensions", Cbor::List(dimensions)),
            ])
        });
    Cbor::map([("Metrics", Cbor::List(found.collect()))])
}
