//! k6's end-of-test summaries: `--summary-export`, `handleSummary`, and the machine-readable summary of k6 2.
//!
//! The same word means opposite things in them: in a summary-export `thresholds: {"p(99)<800": true}` says that the
//! threshold was *crossed*, in `handleSummary` `{"ok": true}` says that it held. And `http_req_failed.passes` counts
//! the requests that failed. Followed: k6's documentation of both, and `tests/data/k6`.

use serde_json::{Map, Value};

use super::k6_thresholds::thresholds;
use crate::domain::{Text, evidence::LoadReport};

/// Depth of groups walked for checks.
const GROUP_DEPTH: usize = 32;

/// What a file is instead of a summary.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NoK6 {
    /// Every point of a test, which is no summary of it.
    #[error(
        "a stream of k6 points (`--out json`), not a summary; use handleSummary or --summary-export"
    )]
    Stream,
    /// It ends too soon.
    #[error("the file is cut off: {0}")]
    Cut(String),
    /// It is no JSON.
    #[error("no JSON: {0}")]
    NoJson(String),
    /// JSON of something else.
    #[error("no k6 summary: {0}")]
    Other(&'static str),
}

/// Reads a summary; the error says what the file is instead.
pub fn read_k6(json: &[u8]) -> Result<LoadReport, NoK6> {
    // PowerShell's `>` writes UTF-16.
    let (text, _, _) = encoding_rs::UTF_8.decode(json);
    let json = text.as_bytes();
    let summary: Value = serde_json::from_slice(json).map_err(|error| {
        if is_stream(json) {
            NoK6::Stream
        } else if error.is_eof() {
            NoK6::Cut(error.to_string())
        } else {
            NoK6::NoJson(error.to_string())
        }
    })?;
    if let Some(metrics) = summary
        .pointer("/results/metrics")
        .and_then(Value::as_array)
    {
        return Ok(machine(&summary, metrics));
    }
    let metrics = summary.get("metrics").and_then(Value::as_object);
    let metrics = metrics.ok_or(NoK6::Other("it has no `metrics`"))?;
    // Other tools have `metrics` of their own; k6's hold one of these.
    let known = [
        "values",
        "thresholds",
        "type",
        "avg",
        "count",
        "rate",
        "passes",
        "value",
        "p(95)",
    ];
    let is_metric = |metric: &Value| known.iter().any(|key| metric.get(*key).is_some());
    if !metrics.is_empty() && !metrics.values().any(is_metric) {
        return Err(NoK6::Other("its `metrics` hold none of k6's numbers"));
    }
    Ok(classic(&summary, metrics))
}

fn is_stream(json: &[u8]) -> bool {
    let first = json.split(|&b| b == b'\n').next().unwrap_or_default();
    serde_json::from_slice::<Value>(first)
        .is_ok_and(|point| point.get("type").is_some() && point.get("metric").is_some())
}

/// A metric's numbers: under `values` (handleSummary) or beside everything else (summary-export).
fn values(metric: &Value) -> &Value {
    metric
        .get("values")
        .filter(|values| values.is_object())
        .unwrap_or(metric)
}

fn classic(summary: &Value, metrics: &Map<String, Value>) -> LoadReport {
    let metric = |name: &str| metrics.get(name).map(values);
    let mut report = LoadReport::default();
    latencies(&mut report, metric("http_req_duration"));
    let requests = metric("http_reqs");
    report.requests = requests.and_then(|requests| whole(requests, "count"));
    let run_ms = summary
        .pointer("/state/testRunDurationMs")
        .and_then(Value::as_f64);
    report.throughput = requests
        .and_then(|requests| number(requests, "rate"))
        .or_else(|| per_second(report.requests, run_ms.map(|ms| ms / 1000.0)));
    if let Some(failed) = metric("http_req_failed") {
        let share = number(failed, "rate").or_else(|| number(failed, "value"));
        report.failed = share
            .or_else(|| share_of(whole(failed, "passes")?, whole(failed, "fails")?))
            .map(|share| share * 100.0);
    }
    report.checks = metric("checks")
        .and_then(|checks| Some((whole(checks, "passes")?, whole(checks, "fails")?)))
        .or_else(|| group_checks(summary.get("root_group")?, 0));
    report.thresholds = thresholds(metrics, &mut report.problems);
    remark(&mut report);
    report
}

fn machine(summary: &Value, metrics: &[Value]) -> LoadReport {
    let metric = |name: &str| {
        metrics
            .iter()
            .find(|metric| metric.get("name").and_then(Value::as_str) == Some(name))
            .map(values)
    };
    let mut report = LoadReport::default();
    latencies(&mut report, metric("http_req_duration"));
    let requests = metric("http_reqs");
    report.requests = requests.and_then(|requests| whole(requests, "count"));
    let run = summary.pointer("/config/duration").and_then(Value::as_f64);
    report.throughput = requests
        .and_then(|requests| number(requests, "rate"))
        .or_else(|| per_second(report.requests, run));
    report.failed = metric("http_req_failed")
        .and_then(|failed| {
            number(failed, "rate").or_else(|| {
                let matches = whole(failed, "matches")?;
                share_of(matches, whole(failed, "total")?.checked_sub(matches)?)
            })
        })
        .map(|share| share * 100.0);
    report.checks = machine_checks(summary);
    let by_name: Map<String, Value> = metrics
        .iter()
        .filter_map(|metric| {
            let name = metric.get("name")?.as_str()?;
            Some((name.to_owned(), metric.clone()))
        })
        .collect();
    report.thresholds = thresholds(&by_name, &mut report.problems);
    remark(&mut report);
    report
}

fn latencies(report: &mut LoadReport, duration: Option<&Value>) {
    let Some(duration) = duration else { return };
    let either = |names: [&str; 2]| names.iter().find_map(|name| number(duration, name));
    report.p50 = either(["med", "p(50)"]).or_else(|| number(duration, "p50"));
    report.p95 = either(["p(95)", "p95"]);
    report.p99 = either(["p(99)", "p99"]);
}

/// Takes back what no test can have measured: less than nothing, or more than ten years.
fn remark_odd(report: &mut LoadReport) {
    const MOST: f64 = 3.2e11;
    let values = [
        ("p50", &mut report.p50),
        ("p95", &mut report.p95),
        ("p99", &mut report.p99),
        ("throughput", &mut report.throughput),
    ];
    for (name, value) in values {
        if let Some(odd) = value.filter(|value| !(0.0..=MOST).contains(value)) {
            *value = None;
            let line = format!("{name} of {odd:e} is none: it counts as unknown");
            report.problems.push(Text::line(&line));
        }
    }
}

fn remark(report: &mut LoadReport) {
    remark_odd(report);
    if let Some(failed) = report.failed.filter(|share| !(0.0..=100.0).contains(share)) {
        report.failed = None;
        let line = format!("a failed share of {failed}% is none: it counts as unknown");
        report.problems.push(Text::line(&line));
    }
    if report.requests == Some(0) {
        // k6 writes zeros where it measured nothing.
        (report.p50, report.p95, report.p99, report.failed) = (None, None, None, None);
    }
    if let Some(why) = report.collapse() {
        report.problems.push(Text::line(why));
    }
    if report.requests.is_none() && report.p50.is_none() {
        let line = "no HTTP requests in this summary: latency and throughput are unknown";
        report.problems.push(Text::line(line));
    }
}

fn machine_checks(summary: &Value) -> Option<(u64, u64)> {
    let checks = summary.pointer("/results/checks/results")?.as_array()?;
    let sum = |key: &str| {
        checks
            .iter()
            .filter_map(|check| whole(check, key))
            .fold(0, u64::saturating_add)
    };
    Some((sum("passes"), sum("fails")))
}

/// Sums the checks of a group and the groups in it; lists in one format, objects in the other.
fn group_checks(group: &Value, depth: usize) -> Option<(u64, u64)> {
    if depth >= GROUP_DEPTH {
        return None;
    }
    let (mut passes, mut fails) = (0_u64, 0_u64);
    let mut any = false;
    for check in members(group.get("checks")) {
        passes = passes.saturating_add(whole(check, "passes").unwrap_or(0));
        fails = fails.saturating_add(whole(check, "fails").unwrap_or(0));
        any = true;
    }
    for inner in members(group.get("groups")) {
        if let Some((inner_passes, inner_fails)) = group_checks(inner, depth + 1) {
            passes = passes.saturating_add(inner_passes);
            fails = fails.saturating_add(inner_fails);
            any = true;
        }
    }
    any.then_some((passes, fails))
}

fn members(value: Option<&Value>) -> Vec<&Value> {
    match value {
        Some(Value::Array(list)) => list.iter().collect(),
        Some(Value::Object(map)) => map.values().collect(),
        _ => Vec::new(),
    }
}

/// A number, also where a script wrote it as text; one that is not finite is unknown.
fn number(values: &Value, key: &str) -> Option<f64> {
    let value = values.get(key)?;
    let written = || value.as_str().and_then(|text| text.trim().parse().ok());
    value
        .as_f64()
        .or_else(written)
        .filter(|value: &f64| value.is_finite())
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "the range is checked; k6 writes large counts as floats"
)]
fn whole(values: &Value, key: &str) -> Option<u64> {
    let exact = values.get(key).and_then(Value::as_u64);
    exact.or_else(|| {
        let value = number(values, key)?;
        (0.0..9e15).contains(&value).then(|| value.round() as u64)
    })
}

#[expect(
    clippy::cast_precision_loss,
    reason = "counts of requests are far below 2^53"
)]
fn share_of(part: u64, rest: u64) -> Option<f64> {
    let all = part.checked_add(rest).filter(|&all| all > 0)?;
    Some(part as f64 / all as f64)
}

#[expect(
    clippy::cast_precision_loss,
    reason = "counts of requests are far below 2^53"
)]
fn per_second(count: Option<u64>, seconds: Option<f64>) -> Option<f64> {
    let seconds = seconds.filter(|&seconds| seconds > 0.0)?;
    Some(count? as f64 / seconds)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::evidence::LoadVerdict;

    #[test]
    fn true_means_crossed_in_one_format_and_held_in_the_other() {
        let export =
            br#"{"metrics":{"http_reqs":{"count":9,"rate":3,"thresholds":{"rate>1":true}}}}"#;
        assert_eq!(read_k6(export).unwrap().verdict(), LoadVerdict::Failed);
        let handled =
            br#"{"metrics":{"http_reqs":{"values":{"count":9,"rate":3},"thresholds":{"rate>1":{"ok":true}}}}}"#;
        assert_eq!(read_k6(handled).unwrap().verdict(), LoadVerdict::Passed);
    }

    #[test]
    fn no_thresholds_is_not_passed_and_all_failed_is_failed() {
        let bare =
            br#"{"metrics":{"http_reqs":{"count":9,"rate":3},"http_req_failed":{"value":0}}}"#;
        assert_eq!(read_k6(bare).unwrap().verdict(), LoadVerdict::NoThresholds);
        let refused = br#"{"metrics":{"http_reqs":{"count":9,"rate":3},"http_req_failed":{"passes":9,"fails":0,"value":1}}}"#;
        let report = read_k6(refused).unwrap();
        assert_eq!(report.failed, Some(100.0));
        assert_eq!(report.verdict(), LoadVerdict::Failed);
    }

    #[test]
    fn a_test_that_sent_nothing_passed_nothing() {
        let idle = br#"{"metrics":{"http_reqs":{"values":{"count":0,"rate":0}},"http_req_failed":{"values":{"rate":0,"passes":0,"fails":0}},
            "http_req_duration":{"values":{"med":0,"p(95)":0,"p(99)":0},"thresholds":{"p(95)<500":{"ok":true}}}}}"#;
        let report = read_k6(idle).unwrap();
        assert_eq!(report.verdict(), LoadVerdict::Failed);
        assert_eq!((report.p50, report.p99, report.failed), (None, None, None));
        assert_eq!(report.problems[0].as_str(), "no request was sent");
    }

    #[test]
    fn a_summary_in_utf_16_is_read() {
        let text = "\u{feff}{\"metrics\":{\"http_reqs\":{\"count\":9,\"rate\":3}}}";
        let bytes: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
        assert_eq!(read_k6(&bytes).unwrap().requests, Some(9));
    }

    #[test]
    fn other_files_are_refused_by_name() {
        let stream =
            b"{\"type\":\"Metric\",\"metric\":\"x\"}\n{\"type\":\"Point\",\"metric\":\"x\"}\n";
        assert_eq!(read_k6(stream), Err(NoK6::Stream));
        assert!(matches!(read_k6(b"{\"metrics\":"), Err(NoK6::Cut(_))));
        assert!(matches!(read_k6(b"{\"a\":1}"), Err(NoK6::Other(_))));
        assert!(read_k6(b"{\"metrics\":{\"tests\":3}}").is_err());
    }

    #[test]
    fn odd_values_are_unknown_and_never_zero() {
        let odd = br#"{"metrics":{"http_req_duration":{"med":"12.5","p(95)":null,"p(99)":"NaN","p(99.9)":7},
            "http_reqs":{"count":"9","rate":true},"http_req_failed":{"passes":0,"fails":0},"checks":{"passes":-1,"fails":2}}}"#;
        let report = read_k6(odd).unwrap();
        assert_eq!(
            (report.p50, report.p95, report.p99),
            (Some(12.5), None, None)
        );
        assert_eq!((report.requests, report.throughput), (Some(9), None));
        assert_eq!((report.failed, report.checks), (None, None));
        let empty = read_k6(br#"{"metrics":{}}"#).unwrap();
        assert_eq!(empty.verdict(), LoadVerdict::NoThresholds);
        assert!(
            empty.problems[0]
                .as_str()
                .contains("latency and throughput are unknown")
        );
    }

    #[test]
    fn less_than_nothing_is_unknown() {
        let odd = br#"{"metrics":{"http_req_duration":{"med":-5,"p(95)":1e308,"p(99)":9.5},"http_reqs":{"count":9,"rate":-3}}}"#;
        let report = read_k6(odd).unwrap();
        assert_eq!(
            (report.p50, report.p95, report.p99),
            (None, None, Some(9.5))
        );
        assert_eq!((report.throughput, report.problems.len()), (None, 3));
        assert_eq!(
            report.problems[0].as_str(),
            "p50 of -5e0 is none: it counts as unknown"
        );
    }

    #[test]
    fn a_threshold_without_a_readable_result_does_not_hold() {
        for odd in [
            r#"{"a<1":"fine"}"#,
            r#"["p(95)<500","p(99)<900"]"#,
            r#""@{p(95)<4000=}""#,
            "true",
        ] {
            let json = format!(r#"{{"metrics":{{"x":{{"thresholds":{odd}}}}}}}"#);
            let report = read_k6(json.as_bytes()).unwrap();
            assert_eq!(report.verdict(), LoadVerdict::Failed, "{odd}");
            assert!(!report.problems.is_empty(), "{odd}");
        }
        let list = br#"{"metrics":{"x":{"thresholds":[{"source":"a<1","ok":true},{"threshold":"b<1","ok":false}]}}}"#;
        let report = read_k6(list).unwrap();
        let crossed: Vec<&str> = report.crossed().map(|one| one.name.as_str()).collect();
        assert_eq!(crossed, ["x: b<1"]);
        let none = br#"{"metrics":{"http_reqs":{"count":1,"thresholds":null},"x":{"count":1,"thresholds":[]}}}"#;
        assert_eq!(read_k6(none).unwrap().verdict(), LoadVerdict::NoThresholds);
    }
}
