//! CloudWatch: what it is asked, and what its good, bad and hostile answers become.

#[path = "cloudwatch_wire.rs"]
mod wire;

use std::{collections::BTreeMap, sync::Arc};

use cockpit::{
    adapters::cloudwatch::{CloudWatch, Settings, StaticKeys},
    config::presets::expand,
    domain::{
        Fault, FaultKind,
        observation::{AlarmState, MetricsSeen, Minute, Sample},
        policy::{Absent, Bad, Metric, Query, Recipe, Side, Unit},
    },
    ports::Metrics as _,
};
use wire::{Reply, Request, Series, Server, StandingClock, alarms, data, http};

const SECRET: &str = "wJalrPLANTEDsecret";
const FROM: i64 = 29_000_000;

fn settings(address: &str) -> Settings {
    Settings {
        name: None,
        profile: Some("prod-ro".into()),
        region: Some("eu-central-1".into()),
        endpoint: Some(address.to_owned()),
        keys: Some(StaticKeys {
            id: "AKIATEST".into(),
            secret: SECRET.into(),
        }),
    }
}

/// A clock ten minutes after the asked minutes: everything is settled.
fn clock() -> Arc<StandingClock> {
    StandingClock::at(Minute(FROM + 13).start())
}

async fn ask(server: &Server, metrics: &[Metric]) -> Result<MetricsSeen, Fault> {
    let watch = CloudWatch::new(vec![settings(&server.address)], clock());
    watch.read(metrics, Minute(FROM), Minute(FROM + 3)).await
}

fn alb() -> Vec<Metric> {
    let parameters =
        toml::from_str("load_balancer = 'app/prod/1'\ntarget_group = 'targetgroup/web/2'");
    expand("alb", &parameters.unwrap(), None, None).unwrap()
}

fn series(metric: &str) -> Query {
    Query {
        namespace: "Shop".into(),
        metric: metric.into(),
        dimensions: BTreeMap::new(),
        statistic: "Sum".into(),
    }
}

fn custom(name: &str) -> Metric {
    Metric {
        name: name.into(),
        label: name.into(),
        unit: Unit::Plain,
        bad: Bad::Up,
        aws: None,
        side: Side::All,
        recipe: Recipe::Direct {
            query: series(name),
            scale: 1.0,
            absent: Absent::Gap,
        },
    }
}

fn math(name: &str, expression: &str, inputs: &[(&str, &str)]) -> Metric {
    let queries = inputs
        .iter()
        .map(|(id, metric)| ((*id).to_owned(), series(metric)));
    Metric {
        recipe: Recipe::Math {
            expression: expression.into(),
            queries: queries.collect(),
            scale: 1.0,
            absent: Absent::Gap,
        },
        ..custom(name)
    }
}

fn samples<'a>(seen: &'a MetricsSeen, name: &str) -> &'a [Sample] {
    &seen.series[&(name.into(), Side::All)]
}

fn fine(build: impl Fn(&Request) -> Vec<u8> + Send + 'static) -> Reply {
    Reply::Fine(Box::new(build))
}

fn error(status: u16, code: &'static str, message: &'static str) -> Reply {
    Reply::Error {
        status,
        code,
        message,
        headers: "",
    }
}

/// Every series that is asked for, with the same points.
fn all(request: &Request, points: &[(i64, f64)]) -> Vec<u8> {
    let wanted = request
        .queries()
        .into_iter()
        .filter(|query| query["ReturnData"] == true);
    let results: Vec<Series<'_>> = wanted
        .map(|query| Series::complete(query["Id"].as_str().unwrap().to_owned(), points))
        .collect();
    data(&results, None)
}

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
async fn an_endless_answer_ends_and_proves_nothing() {
    let same = || {
        fine(|request: &Request| {
            let series = Series::complete(request.id("orders Sum").unwrap(), &[(FROM, 1.0)]);
            data(&[series], Some("again"))
        })
    };
    let server = Server::start((0..60).map(|_| same()).collect()).await;
    let seen = ask(&server, &[custom("orders")]).await.unwrap();
    assert_eq!(server.requests().len(), 2, "the same token twice is enough");
    assert!(!seen.remarks.is_empty());

    let pages = (0..60).map(|page| {
        fine(move |request: &Request| {
            let series = Series::complete(request.id("orders Sum").unwrap(), &[(FROM, 1.0)]);
            data(&[series], Some(&format!("page {page}")))
        })
    });
    let server = Server::start(pages.collect()).await;
    let seen = ask(&server, &[custom("orders")]).await.unwrap();
    assert!(server.requests().len() <= 40);
    assert_eq!(samples(&seen, "orders")[0], Sample::Value(1.0));
    assert!(!seen.remarks.is_empty());
}

#[tokio::test]
async fn throttling_is_waited_out_and_then_told_as_such() {
    let shapes = [
        error(400, "ThrottlingException", "Rate exceeded"),
        error(
            400,
            "com.amazonaws.cloudwatch#Throttling:http://x/",
            "Rate exceeded",
        ),
        Reply::Error {
            status: 400,
            code: "com.amazonaws.cloudwatch#ServiceError",
            message: "Rate exceeded",
            headers: "x-amzn-query-error: Throttling;Sender\r\n",
        },
    ];
    let server = Server::start(shapes.into()).await;
    let time = clock();
    let watch = CloudWatch::new(vec![settings(&server.address)], time.clone());
    let fault = watch
        .read(&[custom("orders")], Minute(FROM), Minute(FROM + 3))
        .await
        .unwrap_err();
    let FaultKind::RateLimited { until } = fault.kind else {
        panic!("{fault:?}");
    };
    assert!(until > Minute(FROM + 13).start());
    assert_eq!(server.requests().len(), 3);
    assert!(time.slept().as_secs() >= 2);

    let then_fine = vec![
        error(400, "ThrottlingException", ""),
        fine(|r| all(r, &[(FROM, 7.0)])),
    ];
    let server = Server::start(then_fine).await;
    let seen = ask(&server, &[custom("orders")]).await.unwrap();
    assert_eq!(samples(&seen, "orders")[0], Sample::Value(7.0));
}

#[tokio::test]
async fn a_long_retry_after_is_left_to_the_poller() {
    let server = Server::start(vec![Reply::Error {
        status: 429,
        code: "TooManyRequestsException",
        message: "",
        headers: "retry-after: 90\r\n",
    }])
    .await;
    let fault = ask(&server, &[custom("orders")]).await.unwrap_err();
    let until = Minute(FROM + 14).start() + jiff::SignedDuration::from_secs(30);
    assert_eq!(fault.kind, FaultKind::RateLimited { until });
    assert_eq!(server.requests().len(), 1);
}

#[tokio::test]
async fn credentials_and_rights_say_what_to_do_and_are_not_asked_twice() {
    let cases = [
        (
            403,
            "ExpiredTokenException",
            FaultKind::Unauthenticated,
            "aws sso login --profile prod-ro",
        ),
        (
            400,
            "ExpiredToken",
            FaultKind::Unauthenticated,
            "aws sso login",
        ),
        (
            403,
            "InvalidClientTokenId",
            FaultKind::Unauthenticated,
            "InvalidClientTokenId",
        ),
        (
            403,
            "AccessDenied",
            FaultKind::Forbidden,
            "cloudwatch:GetMetricData",
        ),
        (
            403,
            "AccessDeniedException",
            FaultKind::Forbidden,
            "cloudwatch:GetMetricData",
        ),
        (400, "ValidationError", FaultKind::Refused, "the words"),
        (
            400,
            "InvalidParameterValue",
            FaultKind::Refused,
            "the words",
        ),
    ];
    for (status, code, kind, words) in cases {
        let server = Server::start(vec![error(status, code, "the words \u{1b}[2J")]).await;
        let fault = ask(&server, &[custom("orders")]).await.unwrap_err();
        assert_eq!(fault.kind, kind, "{code}");
        let told = fault.to_string();
        assert!(told.contains(words) && !told.contains('\u{1b}'), "{told}");
        assert!(!told.contains(SECRET));
        assert_eq!(server.requests().len(), 1, "{code}");
    }
}

#[tokio::test]
async fn a_failing_server_is_asked_again_and_told_as_failing() {
    let proxy = || Reply::Raw(http(503, "", b"<html>Service Unavailable</html>"));
    let server = Server::start(vec![proxy(), proxy(), proxy()]).await;
    let fault = ask(&server, &[custom("orders")]).await.unwrap_err();
    assert_eq!(fault.kind, FaultKind::Server, "{fault}");
    assert_eq!(server.requests().len(), 3);
    let server = Server::start(vec![
        error(500, "InternalServiceFault", ""),
        fine(|r| all(r, &[(FROM, 7.0)])),
    ])
    .await;
    assert!(ask(&server, &[custom("orders")]).await.is_ok());
}

#[tokio::test]
async fn garbage_and_cut_answers_are_never_data() {
    let whole = data(&[Series::complete("q0".into(), &[(FROM, 1.0)])], None);
    let mut cut = http(200, "", &whole);
    cut.truncate(cut.len() - 20);
    let short = http(200, "", &whole[..whole.len() - 20]);
    let cases = [
        ("cut", cut, FaultKind::Offline),
        ("short", short, FaultKind::Malformed),
        (
            "html",
            http(200, "", b"<html>sign in</html>"),
            FaultKind::Malformed,
        ),
        (
            "not http",
            b"SSH-2.0-OpenSSH_9.6\r\n".to_vec(),
            FaultKind::Offline,
        ),
        ("nothing", Vec::new(), FaultKind::Offline),
        (
            "flood",
            http(200, "", &vec![0x5f; 20 << 20]),
            FaultKind::TooLarge,
        ),
    ];
    for (name, bytes, kind) in cases {
        let replies = (0..3).map(|_| Reply::Raw(bytes.clone()));
        let server = Server::start(replies.collect()).await;
        let fault = ask(&server, &[custom("orders")]).await.unwrap_err();
        assert_eq!(fault.kind, kind, "{name}: {fault}");
    }
}

#[tokio::test]
async fn a_refused_connection_is_offline() {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    drop(listener);
    let watch = CloudWatch::new(vec![settings(&address)], clock());
    let fault = watch
        .read(&[custom("orders")], Minute(FROM), Minute(FROM + 3))
        .await
        .unwrap_err();
    assert_eq!(fault.kind, FaultKind::Offline, "{fault}");
}

#[tokio::test(start_paused = true)]
async fn silence_times_out() {
    let server = Server::start(vec![Reply::Silence, Reply::Silence, Reply::Silence]).await;
    let fault = ask(&server, &[custom("orders")]).await.unwrap_err();
    assert_eq!(fault.kind, FaultKind::TimedOut, "{fault}");
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
async fn one_account_down_does_not_blind_the_other() {
    let good = Server::start(vec![fine(|r| all(r, &[(FROM, 3.0)]))]).await;
    let bad = Server::start(vec![error(403, "ExpiredTokenException", "")]).await;
    let account = |name: &str, server: &Server| Settings {
        name: Some(name.into()),
        profile: Some(format!("{name}-ro")),
        ..settings(&server.address)
    };
    let of = |aws: &str| Metric {
        aws: Some(aws.into()),
        ..custom(aws)
    };
    let watch = CloudWatch::new(vec![account("eu", &good), account("us", &bad)], clock());
    let metrics = [of("eu"), of("us"), of("mars")];
    let seen = watch
        .read(&metrics, Minute(FROM), Minute(FROM + 3))
        .await
        .unwrap();
    assert_eq!(samples(&seen, "eu")[0], Sample::Value(3.0));
    assert_eq!(samples(&seen, "us"), [Sample::Broken; 3]);
    assert_eq!(samples(&seen, "mars"), [Sample::Broken; 3]);
    let remarks = format!("{:?}", seen.remarks);
    assert!(
        remarks.contains("--profile us-ro") && remarks.contains("mars"),
        "{remarks}"
    );
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

async fn alarms_of(server: &Server, names: &[String]) -> Result<Vec<(String, AlarmState)>, Fault> {
    let watch = CloudWatch::new(vec![settings(&server.address)], clock());
    let alarms = cockpit::ports::Alarms::read(&watch, names).await?;
    assert!(
        alarms
            .iter()
            .all(|alarm| !alarm.reason.as_str().contains('\u{1b}'))
    );
    assert!(
        alarms
            .iter()
            .all(|alarm| alarm.since.unwrap().as_second() == 1_700_000_000)
    );
    Ok(alarms
        .into_iter()
        .map(|alarm| (alarm.name.to_string(), alarm.state))
        .collect())
}

#[tokio::test]
async fn alarms_of_both_kinds_come_from_all_pages_by_name_only() {
    let server = Server::start(vec![
        fine(|_| alarms(&[("5xx", "ALARM"), ("not-asked", "ALARM")], &[], Some("p2"))),
        fine(|_| {
            alarms(
                &[("new", "SOMETHING_NEW")],
                &[("all", "OK"), ("dim", "INSUFFICIENT_DATA")],
                None,
            )
        }),
    ])
    .await;
    let names = ["5xx", "all", "dim", "new", "not-there"].map(str::to_owned);
    let seen = alarms_of(&server, &names).await.unwrap();
    let wanted = [
        ("5xx", AlarmState::Alarm),
        ("all", AlarmState::Ok),
        ("dim", AlarmState::InsufficientData),
        ("new", AlarmState::Unknown),
    ];
    assert_eq!(seen, wanted.map(|(name, state)| (name.to_owned(), state)));
    let first = &server.requests()[0];
    assert_eq!(
        first.path,
        "/service/GraniteServiceVersion20100801/operation/DescribeAlarms"
    );
    assert_eq!(
        first.body["AlarmTypes"],
        serde_json::json!(["MetricAlarm", "CompositeAlarm"])
    );
    assert_eq!(first.body["AlarmNames"].as_array().unwrap().len(), 5);
}

#[tokio::test]
async fn throttled_or_endless_alarms_are_a_fault_and_never_no_alarm() {
    let throttled = || error(400, "Throttling", "Rate exceeded");
    let server = Server::start(vec![throttled(), throttled(), throttled()]).await;
    let fault = alarms_of(&server, &["5xx".to_owned()]).await.unwrap_err();
    assert!(
        matches!(fault.kind, FaultKind::RateLimited { .. }),
        "{fault}"
    );

    let server = Server::start(
        (0..20)
            .map(|_| fine(|_| alarms(&[], &[], Some("more"))))
            .collect(),
    )
    .await;
    let fault = alarms_of(&server, &["5xx".to_owned()]).await.unwrap_err();
    assert_eq!(fault.kind, FaultKind::TooLarge);

    let server = Server::start(vec![error(403, "AccessDenied", "")]).await;
    let fault = alarms_of(&server, &["5xx".to_owned()]).await.unwrap_err();
    assert!(
        fault.to_string().contains("cloudwatch:DescribeAlarms"),
        "{fault}"
    );
}

#[tokio::test]
async fn many_names_are_asked_a_hundred_at_a_time() {
    let server = Server::start((0..3).map(|_| fine(|_| alarms(&[], &[], None))).collect()).await;
    let names: Vec<String> = (0..250).map(|n| format!("alarm-{n}")).collect();
    assert!(alarms_of(&server, &names).await.unwrap().is_empty());
    let asked = server.requests();
    let sizes = asked
        .iter()
        .map(|r| r.body["AlarmNames"].as_array().unwrap().len());
    assert_eq!(sizes.collect::<Vec<_>>(), [100, 100, 50]);
}
