//! What is asked for, and what good and incomplete answers become.

use cockpit::{
    adapters::cloudwatch::CloudWatch,
    domain::{
        observation::{MetricsSeen, Minute, Sample},
        policy::{Metric, Side},
    },
    ports::Metrics as _,
};

use super::{
    FROM, SECRET, alb, all, ask, clock, custom, fine, math, samples, settings,
    wire::{Reply, Request, Series, Server, data},
};

#[tokio::test]
async fn one_request_brings_every_metric_and_silence_is_read_by_its_rules() {
    let server = Server::start(vec![fine(|request| {
        let answer = [
            ("RequestCount Sum", &[(FROM, 200.0), (FROM + 1, 100.0)][..]),
            ("HTTPCode_Target_5XX_Count Sum", &[(FROM + 1, 2.0)]),
            ("TargetResponseTime p99", &[(FROM, 0.18), (FROM + 1, 0.25)]),
            (
                "HealthyHostCount Minimum",
                &[(FROM, 4.0), (FROM + 1, 4.0), (FROM + 2, 4.0)],
            ),
            ("HTTPCode_ELB_5XX_Count Sum", &[]),
            ("TargetResponseTime p50", &[]),
            ("TargetResponseTime p95", &[]),
        ];
        let results: Vec<Series<'_>> = answer
            .iter()
            .map(|(name, points)| Series::complete(request.id(name).unwrap(), points))
            .collect();
        data(&results, None)
    })])
    .await;
    let seen = ask(&server, &alb()).await.unwrap();
    assert_eq!(
        samples(&seen, "error_rate"),
        [Sample::Value(0.0), Sample::Value(2.0), Sample::NoTraffic]
    );
    assert_eq!(
        samples(&seen, "latency_p99"),
        [
            Sample::Value(180.0),
            Sample::Value(250.0),
            Sample::NoTraffic
        ]
    );
    assert_eq!(samples(&seen, "latency_p50")[0], Sample::Absent);
    assert_eq!(samples(&seen, "healthy_hosts"), [Sample::Value(4.0); 3]);
    assert!(seen.remarks.is_empty(), "{:?}", seen.remarks);

    let requests = server.requests();
    assert_eq!(requests.len(), 1);
    let request = &requests[0];
    assert_eq!(
        request.path,
        "/service/GraniteServiceVersion20100801/operation/GetMetricData"
    );
    assert_eq!(request.headers["smithy-protocol"], "rpc-v2-cbor");
    assert_eq!(request.queries().len(), 7, "each raw series once");
    assert_eq!(request.body["ScanBy"], "TimestampAscending");
    for (key, minute) in [("StartTime", FROM), ("EndTime", FROM + 3)] {
        assert_eq!(
            request.body[key].to_string(),
            format!("{}.0", minute * 60),
            "{key}"
        );
    }
    assert!(
        request
            .queries()
            .iter()
            .all(|query| query["MetricStat"]["Period"] == 60)
    );
    assert!(!format!("{request:?}").contains(SECRET));
}

#[tokio::test]
async fn pages_are_followed_and_partial_data_becomes_whole() {
    let page = |status: &'static str, points: &'static [(i64, f64)], next: Option<&'static str>| {
        fine(move |request| {
            let series = Series::complete(request.id("orders Sum").unwrap(), points);
            data(&[series.with(status, None)], next)
        })
    };
    let server = Server::start(vec![
        page("PartialData", &[(FROM, 1.0)], Some("more")),
        page("Complete", &[(FROM + 1, 2.0), (FROM + 2, 3.0)], None),
    ])
    .await;
    let seen = ask(&server, &[custom("orders")]).await.unwrap();
    assert_eq!(
        samples(&seen, "orders"),
        [Sample::Value(1.0), Sample::Value(2.0), Sample::Value(3.0)]
    );
    assert_eq!(server.requests()[1].body["NextToken"], "more");
}

#[tokio::test]
async fn data_that_stays_partial_is_never_filled_with_zeros() {
    let server = Server::start(vec![fine(|request| {
        let mut results = Vec::new();
        for query in request.queries() {
            let name = query["MetricStat"]["Metric"]["MetricName"]
                .as_str()
                .unwrap()
                .to_owned();
            let id = query["Id"].as_str().unwrap().to_owned();
            let (points, status): (&[(i64, f64)], _) = match name.as_str() {
                "RequestCount" => (&[(FROM, 100.0)], "Complete"),
                "HTTPCode_Target_5XX_Count" => (&[], "PartialData"),
                _ => (&[], "Complete"),
            };
            results.push(Series::complete(id, points).with(status, None));
        }
        data(&results, None)
    })])
    .await;
    let seen = ask(&server, &alb()).await.unwrap();
    assert_eq!(samples(&seen, "error_rate"), [Sample::Absent; 3]);
}

#[tokio::test]
async fn a_forbidden_or_failed_metric_is_broken_and_the_rest_counts() {
    for status in ["Forbidden", "InternalError"] {
        let server = Server::start(vec![fine(move |request| {
            data(
                &[
                    Series::complete(request.id("good Sum").unwrap(), &[(FROM, 1.0)]),
                    Series::complete(request.id("bad Sum").unwrap(), &[(FROM, 1.0)])
                        .with(status, Some("no \u{1b}]0;entry\u{7}")),
                ],
                None,
            )
        })])
        .await;
        let seen = ask(&server, &[custom("good"), custom("bad")])
            .await
            .unwrap();
        assert_eq!(samples(&seen, "good")[0], Sample::Value(1.0));
        assert_eq!(samples(&seen, "bad"), [Sample::Broken; 3]);
        let remarks = format!("{:?}", seen.remarks);
        assert!(
            remarks.contains(status) && remarks.contains("bad Sum"),
            "{remarks}"
        );
        assert!(!remarks.contains('\u{1b}'), "{remarks}");
    }
}

#[tokio::test]
async fn what_the_answer_leaves_out_or_garbles_is_broken() {
    let server = Server::start(vec![fine(|request| {
        data(
            &[
                Series::complete(
                    request.id("good Sum").unwrap(),
                    &[(FROM, f64::NAN), (FROM + 9, 1.0)],
                ),
                Series::complete("stranger".into(), &[(FROM, 1.0)]),
            ],
            None,
        )
    })])
    .await;
    let seen = ask(&server, &[custom("good"), custom("gone")])
        .await
        .unwrap();
    assert_eq!(samples(&seen, "good"), [Sample::Absent; 3]);
    assert_eq!(samples(&seen, "gone"), [Sample::Broken; 3]);
    assert!(format!("{:?}", seen.remarks).contains("gone Sum"));
}

#[tokio::test]
async fn more_than_five_hundred_series_are_split() {
    let metrics: Vec<Metric> = (0..501).map(|n| custom(&format!("m{n}"))).collect();
    let server = Server::start((0..2).map(|_| fine(|r| all(r, &[(FROM, 1.0)]))).collect()).await;
    let seen = ask(&server, &metrics).await.unwrap();
    let sizes: Vec<usize> = server
        .requests()
        .iter()
        .map(|r| r.queries().len())
        .collect();
    assert_eq!(sizes, [500, 1]);
    assert!(
        seen.series
            .values()
            .all(|samples| samples[0] == Sample::Value(1.0))
    );
}

#[tokio::test]
async fn expressions_share_series_and_keep_their_own_ids_apart() {
    let metrics = [
        math(
            "older",
            "MAX([m1, m2])",
            &[("m1", "captures"), ("m2", "refunds")],
        ),
        math(
            "ratio",
            "IF(m1 > 0, m2 / m1, 'm1')",
            &[("m1", "refunds"), ("m2", "orders")],
        ),
        custom("orders"),
    ];
    let server = Server::start(vec![fine(|r| all(r, &[(FROM, 5.0)]))]).await;
    let seen = ask(&server, &metrics).await.unwrap();
    assert_eq!(samples(&seen, "older")[0], Sample::Value(5.0));
    let request = server.requests().remove(0);
    let (captures, refunds, orders) = (
        request.id("captures Sum"),
        request.id("refunds Sum"),
        request.id("orders Sum"),
    );
    let (captures, refunds, orders) = (captures.unwrap(), refunds.unwrap(), orders.unwrap());
    let queries = request.queries();
    assert_eq!(queries.len(), 5);
    let expressions: Vec<&str> = queries
        .iter()
        .filter_map(|q| q["Expression"].as_str())
        .collect();
    assert!(
        expressions.contains(&format!("MAX([{captures}, {refunds}])").as_str()),
        "{expressions:?}"
    );
    let ratio = format!("IF({refunds} > 0, {orders} / {refunds}, 'm1')");
    assert!(expressions.contains(&ratio.as_str()), "{expressions:?}");
    for query in &queries {
        let wanted = query["Expression"].is_string() || query["Id"] == orders.as_str();
        assert_eq!(query["ReturnData"], wanted, "{query}");
    }
}

#[tokio::test]
async fn an_expression_with_several_series_is_broken_and_says_so() {
    let server = Server::start(vec![fine(|_| {
        let one = |value| Series::complete("e0".into(), &[(FROM, value)]);
        data(&[one(1.0), one(2.0)], None)
    })])
    .await;
    let seen = ask(&server, &[math("m", "m1 * 2", &[("m1", "orders")])])
        .await
        .unwrap();
    assert_eq!(samples(&seen, "m"), [Sample::Broken; 3]);
    assert!(format!("{:?}", seen.remarks).contains("several series"));
}

#[tokio::test]
async fn nothing_to_ask_asks_nothing() {
    let server = Server::start(Vec::new()).await;
    let watch = CloudWatch::new(vec![settings(&server.address)], clock());
    let none = watch
        .read(&[], Minute(FROM), Minute(FROM + 3))
        .await
        .unwrap();
    assert!(none.series.is_empty());
    let empty = watch
        .read(&[custom("a")], Minute(FROM), Minute(FROM))
        .await
        .unwrap();
    assert!(empty.series.values().all(Vec::is_empty));
    assert!(
        cockpit::ports::Alarms::read(&watch, &[])
            .await
            .unwrap()
            .is_empty()
    );
    assert!(server.requests().is_empty());
}

/// The band of `orders`, and the metric itself.
fn banded() -> Vec<Metric> {
    let orders = custom("orders");
    let edges = orders.band(2.5).unwrap();
    std::iter::once(orders).chain(edges).collect()
}

fn band_id(request: &Request) -> String {
    let queries = request.queries();
    let band = queries.iter().find(|query| {
        query["Expression"]
            .as_str()
            .is_some_and(|e| e.starts_with("ANOMALY"))
    });
    let band = band.unwrap();
    let orders = request.id("orders Sum").unwrap();
    assert_eq!(
        band["Expression"],
        format!("ANOMALY_DETECTION_BAND({orders}, 2.5)")
    );
    band["Id"].as_str().unwrap().to_owned()
}

fn edge(seen: &MetricsSeen, side: Side) -> Vec<Sample> {
    seen.series[&("orders".into(), side)].clone()
}

#[tokio::test]
async fn a_band_is_one_query_whose_two_series_are_its_edges() {
    let server = Server::start(vec![fine(|request| {
        let results = [
            Series::complete(request.id("orders Sum").unwrap(), &[(FROM, 5.0)]),
            Series::complete(band_id(request), &[(FROM, 2.0), (FROM + 1, 3.0)]),
            Series::complete(band_id(request), &[(FROM, 9.0), (FROM + 1, 8.0)]),
        ];
        data(&results, None)
    })])
    .await;
    let seen = ask(&server, &banded()).await.unwrap();
    let value = Sample::Value;
    assert_eq!(
        edge(&seen, Side::BandHigh),
        [value(9.0), value(8.0), Sample::Absent]
    );
    assert_eq!(
        edge(&seen, Side::BandLow),
        [value(2.0), value(3.0), Sample::Absent]
    );
    assert_eq!(server.requests()[0].queries().len(), 2);
    assert!(seen.remarks.is_empty(), "{:?}", seen.remarks);
}

#[tokio::test]
async fn a_band_without_a_model_is_no_data_and_half_a_band_is_broken() {
    for (points, wanted) in [
        (&[][..], Sample::Absent),
        (&[(FROM, 2.0), (FROM + 1, 3.0)], Sample::Broken),
    ] {
        let server = Server::start(vec![fine(move |request| {
            let results = [
                Series::complete(request.id("orders Sum").unwrap(), &[(FROM, 5.0)]),
                Series::complete(band_id(request), points),
            ];
            data(&results, None)
        })])
        .await;
        let seen = ask(&server, &banded()).await.unwrap();
        assert_eq!(edge(&seen, Side::BandHigh), [wanted; 3]);
        assert_eq!(samples(&seen, "orders")[0], Sample::Value(5.0));
    }
}

#[tokio::test]
async fn a_band_that_is_refused_takes_no_metric_with_it() {
    let refusal = Reply::Error {
        status: 400,
        code: "com.amazonaws.cloudwatch#ValidationError",
        message: "no anomaly detection model",
        headers: "",
    };
    let answer = fine(|request| {
        let orders = Series::complete(request.id("orders Sum").unwrap(), &[(FROM, 5.0)]);
        data(&[orders], None)
    });
    let server = Server::start(vec![refusal, answer]).await;
    let seen = ask(&server, &banded()).await.unwrap();
    assert_eq!(samples(&seen, "orders")[0], Sample::Value(5.0));
    assert_eq!(edge(&seen, Side::BandLow), [Sample::Broken; 3]);
    assert!(
        seen.remarks[0]
            .as_str()
            .contains("no anomaly detection bands")
    );
    assert_eq!(server.requests()[1].queries().len(), 1);
}

#[tokio::test]
async fn a_whole_number_is_a_number() {
    let body = |request: &Request| {
        let floats = Series::complete(
            request.id("orders Sum").unwrap(),
            &[(FROM, 5.0), (FROM + 1, -300.0), (FROM + 2, 0.5)],
        );
        // CBOR's shortest forms of the same numbers.
        let mut body = data(&[floats], None);
        for (float, whole) in [(5.0_f64, &b"\x05"[..]), (-300.0, b"\x39\x01\x2b")] {
            let long = [&b"\xfb"[..], &float.to_be_bytes()].concat();
            let at = body.windows(9).position(|part| part == long).unwrap();
            body.splice(at..at + 9, whole.iter().copied());
        }
        body
    };
    let server = Server::start(vec![fine(body)]).await;
    let seen = ask(&server, &[custom("orders")]).await.unwrap();
    assert_eq!(
        samples(&seen, "orders"),
        [
            Sample::Value(5.0),
            Sample::Value(-300.0),
            Sample::Value(0.5)
        ]
    );
}
