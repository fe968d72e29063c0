//! Alarms by name: a fault is never "no alarm".

use cockpit::{
    adapters::cloudwatch::CloudWatch,
    domain::{Fault, FaultKind, observation::AlarmState},
};

use super::{
    clock, error, fine, settings,
    wire::{Server, alarms},
};

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
