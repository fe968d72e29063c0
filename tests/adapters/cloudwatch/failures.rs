//! Bad, hostile and missing answers: each fault with its kind and its mend.

use cockpit::{
    adapters::cloudwatch::{CloudWatch, Settings},
    domain::{
        FaultKind,
        observation::{Minute, Sample},
        policy::Metric,
    },
    ports::Metrics as _,
};

use super::{
    FROM, SECRET, all, ask, clock, custom, error, fine, samples, settings,
    wire::{Reply, Request, Series, Server, data, http},
};

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
