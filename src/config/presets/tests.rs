//! What the presets make of a resource's name.

use super::*;

fn expanded(preset: &str, parameters: &str) -> Result<Vec<Metric>, PresetError> {
    expand(preset, &toml::from_str(parameters).unwrap(), None, None)
}

fn find<'a>(metrics: &'a [Metric], name: &str, side: Side) -> &'a Metric {
    let mut found = metrics
        .iter()
        .filter(|m| m.name.0 == name && m.side == side);
    let metric = found.next().unwrap();
    assert!(found.next().is_none(), "{name} twice");
    metric
}

fn names(metrics: &[Metric]) -> Vec<&str> {
    metrics
        .iter()
        .map(|metric| metric.name.0.as_str())
        .collect()
}

fn dimensions(query: &Query) -> Vec<(&str, &str)> {
    query
        .dimensions
        .iter()
        .map(|(k, v)| (k.as_str(), v.as_str()))
        .collect()
}

#[test]
fn every_definition_is_whole() {
    for (name, _) in DEFINITIONS {
        let definition = Definition::of(name).unwrap();
        let series = |names: &[String]| names.iter().all(|n| definition.series.contains_key(n));
        for variable in &definition.metric {
            let proofs = variable
                .no_traffic_unless
                .iter()
                .chain(&variable.zero_where);
            for part in [&variable.series, &variable.over, &variable.under]
                .into_iter()
                .chain(proofs)
            {
                assert!(series(part), "{name} {}", variable.name);
            }
            assert!(
                variable.series.is_empty() != variable.under.is_empty(),
                "{name}"
            );
        }
        let keys = definition
            .series
            .values()
            .flat_map(|s| s.by.iter().chain(&s.needs));
        for key in keys
            .chain(definition.one_of.iter().flatten())
            .chain(&definition.sides)
        {
            assert!(definition.parameters.contains_key(key), "{name} {key}");
        }
    }
}

#[test]
fn each_preset_needs_only_the_name_of_its_resource() {
    let smallest = [
        ("alb", "load_balancer = 'app/prod/1'", 5),
        ("apigateway", "api = 'checkout'", 5),
        ("apigateway", "api_id = 'a1b2'", 5),
        ("ecs", "cluster = 'prod'\nservice = 'web'", 3),
        ("lambda", "function = 'capture'", 6),
        ("rds", "instance = 'db-1'", 6),
        ("rds", "cluster = 'db'", 6),
        ("sqs", "queue = 'captures'", 5),
    ];
    for (preset, parameters, count) in smallest {
        let metrics = expanded(preset, parameters).unwrap();
        assert_eq!(metrics.len(), count, "{preset} {:?}", names(&metrics));
        assert!(
            metrics
                .iter()
                .all(|m| m.side == Side::All && !m.asks().is_empty())
        );
    }
}

#[test]
fn a_queue_whose_messages_are_taken_at_once_has_none_in_flight_and_no_gap() {
    let metrics = expanded("sqs", "queue = 'captures'").unwrap();
    let absent = |name: &str| {
        let metric = metrics.iter().find(|metric| metric.name.0 == name);
        match &metric.unwrap().recipe {
            Recipe::Direct { absent, .. } => absent.clone(),
            other => panic!("{other:?}"),
        }
    };
    let visible = |query: &Query| query.metric == "ApproximateNumberOfMessagesVisible";
    assert!(matches!(absent("in_flight"), Absent::ZeroWhere { proof } if visible(&proof)));
    // The oldest message of an empty queue has no age; of one that holds messages it is late.
    assert!(matches!(absent("age"), Absent::NoTraffic { unless } if unless.iter().all(visible)));
}

#[test]
fn an_alb_divides_all_errors_by_all_requests() {
    let metrics = expanded(
        "alb",
        "load_balancer = 'app/prod/1'\ntarget_group = 'targetgroup/web/2'",
    )
    .unwrap();
    assert_eq!(
        names(&metrics),
        [
            "error_rate",
            "latency_p50",
            "latency_p95",
            "latency_p99",
            "requests",
            "healthy_hosts"
        ]
    );
    let Recipe::Ratio { over, under, scale } = &find(&metrics, "error_rate", Side::All).recipe
    else {
        panic!("a ratio");
    };
    let parts = |q: &[Query]| q.iter().map(|q| q.metric.clone()).collect::<Vec<_>>();
    assert_eq!(
        parts(over),
        ["HTTPCode_Target_5XX_Count", "HTTPCode_ELB_5XX_Count"]
    );
    assert_eq!(parts(under), ["RequestCount", "HTTPCode_ELB_5XX_Count"]);
    assert!((scale - 100.0).abs() < f64::EPSILON);
    assert_eq!(
        dimensions(&over[0]),
        [
            ("LoadBalancer", "app/prod/1"),
            ("TargetGroup", "targetgroup/web/2")
        ]
    );
    assert_eq!(dimensions(&over[1]), [("LoadBalancer", "app/prod/1")]);
}

#[test]
fn the_sides_of_a_canary_have_their_own_target_groups_and_no_shared_errors() {
    let metrics = expanded(
        "alb",
        "load_balancer = 'app/prod/1'
         canary = { target_group = 'targetgroup/new/1' }
         control = { target_group = 'targetgroup/old/2' }",
    )
    .unwrap();
    for (side, group) in [
        (Side::Canary, "targetgroup/new/1"),
        (Side::Control, "targetgroup/old/2"),
    ] {
        let Recipe::Ratio { over, under, .. } = &find(&metrics, "error_rate", side).recipe else {
            panic!("a ratio");
        };
        assert_eq!((over.len(), under.len()), (1, 1));
        assert_eq!(dimensions(&over[0])[1], ("TargetGroup", group));
        find(&metrics, "healthy_hosts", side);
    }
    assert!(
        !metrics
            .iter()
            .any(|m| m.name.0 == "healthy_hosts" && m.side == Side::All)
    );
}

#[test]
fn an_arn_that_was_pasted_becomes_the_dimension() {
    let arn = "arn:aws:elasticloadbalancing:eu-central-1:123456789012";
    let metrics = expanded(
        "alb",
        &format!("load_balancer = '{arn}:loadbalancer/app/prod/1'\ntarget_group = '{arn}:targetgroup/web/2'"),
    )
    .unwrap();
    let Recipe::Direct { query, .. } = &find(&metrics, "healthy_hosts", Side::All).recipe else {
        panic!("direct");
    };
    assert_eq!(
        dimensions(query),
        [
            ("LoadBalancer", "app/prod/1"),
            ("TargetGroup", "targetgroup/web/2")
        ]
    );
}

#[test]
fn a_name_prefixes_and_the_account_is_kept() {
    let parameters = toml::from_str("instance = 'checkout-1'").unwrap();
    let metrics = expand("rds", &parameters, Some("db"), Some("eu")).unwrap();
    assert_eq!(metrics[0].name.0, "db.cpu");
    assert!(
        metrics
            .iter()
            .all(|metric| metric.aws.as_deref() == Some("eu"))
    );
}

#[test]
fn versions_of_a_function_are_told_apart_behind_an_alias() {
    let metrics = expanded(
        "lambda",
        "function = 'f'\nalias = 'live'\ncanary = { version = '8' }\ncontrol = { version = '7' }",
    )
    .unwrap();
    let Recipe::Direct { query, .. } = &find(&metrics, "latency_p99", Side::Canary).recipe else {
        panic!("direct");
    };
    assert_eq!(
        dimensions(query),
        [
            ("ExecutedVersion", "8"),
            ("FunctionName", "f"),
            ("Resource", "f:live")
        ]
    );
    let error = expanded("lambda", "function = 'f'\ncanary = { version = '8' }").unwrap_err();
    assert!(error.to_string().contains("needs `alias`"), "{error}");
}

#[test]
fn mistakes_say_what_to_write() {
    let cases = [
        ("elb", "", "there is no preset `elb`; the presets are `alb`"),
        (
            "alb",
            "",
            "needs `load_balancer`, for example `load_balancer = \"app/",
        ),
        (
            "alb",
            "loadbalancer = 'app/a/1'",
            "has no key `loadbalancer`",
        ),
        ("alb", "load_balancer = 'prod'", "begins with `app/`"),
        (
            "alb",
            "load_balancer = 7",
            "`load_balancer` should be a name",
        ),
        (
            "alb",
            "load_balancer = 'app/a/1'\ncanary = 'x'",
            "`canary` should be a table",
        ),
        (
            "alb",
            "load_balancer = 'app/a/1'\ncanary = {}",
            "needs `canary.target_group`",
        ),
        (
            "alb",
            "load_balancer = 'app/a/1'\ncanary = { service = 'x' }",
            "no key `canary.service`",
        ),
        (
            "rds",
            "instance = 'a'\ncluster = 'b'",
            "only one of `instance`, `cluster`",
        ),
        ("rds", "", "needs `instance` or `cluster`"),
        ("rds", "instance = 'a'\ncanary = {}", "no key `canary`"),
        (
            "lambda",
            "function = 'f'\nversion = '1'",
            "no key `version`",
        ),
        ("sqs", "queue = \"a\\u001b\"", "printable ASCII"),
        ("sqs", "queue = ''", "a name of printable"),
    ];
    for (preset, parameters, wanted) in cases {
        let error = expanded(preset, parameters).unwrap_err().to_string();
        assert!(error.contains(wanted), "{error:?} lacks {wanted:?}");
    }
}
