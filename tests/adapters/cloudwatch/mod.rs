//! CloudWatch: what it is asked, and what its good, bad and hostile answers become.

mod alarms;
mod failures;
mod metrics;
mod wire;

use std::{collections::BTreeMap, sync::Arc};

use cockpit::{
    adapters::cloudwatch::{CloudWatch, Settings, StaticKeys},
    config::presets::expand,
    domain::{
        Fault,
        observation::{MetricsSeen, Minute, Sample},
        policy::{Absent, Bad, Metric, Query, Recipe, Side, Unit},
    },
    ports::Metrics as _,
};
use wire::{Reply, Request, Series, Server, StandingClock, data};

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
