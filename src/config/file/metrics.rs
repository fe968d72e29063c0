//! `metrics = [...]`: presets, single metrics, metric math.

use std::{collections::BTreeMap, ops::Range};

use schemars::JsonSchema;
use serde::Deserialize;

use crate::{config::At, domain::policy::Bad};

/// One entry of `metrics`: a preset with its resource, one CloudWatch metric, or metric math.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub struct MetricEntry {
    /// `alb`, `apigateway`, `lambda`, `ecs`, `rds`, `sqs`.
    #[serde(default)]
    pub preset: Option<At<String>>,
    /// Name in expressions; of a preset the prefix (`db` makes `db.cpu`).
    #[serde(default)]
    pub name: Option<At<String>>,
    /// Which `[[aws]]` entry answers.
    #[serde(default)]
    pub aws: Option<At<String>>,
    /// ALB: `app/name/id`.
    #[serde(default)]
    pub load_balancer: Option<At<String>>,
    /// ALB: `targetgroup/name/id`.
    #[serde(default)]
    pub target_group: Option<At<String>>,
    /// The resource of the new version alone, in a canary.
    #[serde(default)]
    pub canary: Option<At<BTreeMap<String, String>>>,
    /// The resource of the old version alone, in a canary.
    #[serde(default)]
    pub control: Option<At<BTreeMap<String, String>>>,
    /// ECS and RDS: the cluster's name.
    #[serde(default)]
    pub cluster: Option<At<String>>,
    /// ECS: the service's name.
    #[serde(default)]
    pub service: Option<At<String>>,
    /// RDS: the instance's identifier.
    #[serde(default)]
    pub instance: Option<At<String>>,
    /// Lambda: the function's name.
    #[serde(default)]
    pub function: Option<At<String>>,
    /// Lambda: the alias.
    #[serde(default)]
    pub alias: Option<At<String>>,
    /// Lambda: the version behind the alias.
    #[serde(default)]
    pub version: Option<At<String>>,
    /// API Gateway: the name of a REST API.
    #[serde(default)]
    pub api: Option<At<String>>,
    /// API Gateway: the id of an HTTP API.
    #[serde(default)]
    pub api_id: Option<At<String>>,
    /// API Gateway: the stage.
    #[serde(default)]
    pub stage: Option<At<String>>,
    /// SQS: the queue's name.
    #[serde(default)]
    pub queue: Option<At<String>>,
    /// CloudWatch namespace: `AWS/SQS`.
    #[serde(default)]
    pub namespace: Option<At<String>>,
    /// CloudWatch metric name.
    #[serde(default)]
    pub metric: Option<At<String>>,
    /// Dimensions by name.
    #[serde(default)]
    pub dimensions: BTreeMap<String, String>,
    /// `Sum`, `Average`, `Minimum`, `Maximum`, `SampleCount`, `p99`, `tm95` ...
    #[serde(default)]
    pub statistic: Option<At<String>>,
    /// What the values count: `%`, `ms`, `s`, `/m`, `/s`, `bytes`, `count`; without it a plain number.
    #[serde(default)]
    pub unit: Option<At<String>>,
    /// Factor for values that come in another unit than `unit`.
    #[serde(default)]
    pub scale: Option<At<f64>>,
    /// Which way is bad.
    #[serde(default)]
    pub bad: Option<Bad>,
    /// What a minute without a data point is; without it a gap.
    #[serde(default)]
    pub missing: Option<MissingWord>,
    /// Words for people; without them the name.
    #[serde(default)]
    pub label: Option<String>,
    /// CloudWatch's anomaly detection band, where it has a model: `true` or a number of deviations; of a preset the
    /// names of its metrics.
    #[serde(default)]
    pub band: Option<At<BandWord>>,
    /// Metric math over the ids in `queries`.
    #[serde(default)]
    pub expression: Option<At<String>>,
    /// Inputs of the metric math by id.
    #[serde(default)]
    pub queries: BTreeMap<String, At<QueryTable>>,
}

/// Which metrics have a band, and how wide it is.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(untagged)]
pub enum BandWord {
    /// Two deviations, or none.
    Flag(bool),
    /// So many deviations.
    Deviations(f64),
    /// These metrics of a preset, two deviations.
    Names(Vec<String>),
    /// These, each with its deviations.
    Each(BTreeMap<String, f64>),
}

/// What a minute without a data point is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum MissingWord {
    /// Something is wrong or late.
    Gap,
    /// Nothing happened.
    NoTraffic,
}

/// One input of metric math.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub struct QueryTable {
    /// CloudWatch namespace.
    pub namespace: String,
    /// CloudWatch metric name.
    pub metric: String,
    /// Dimensions by name.
    #[serde(default)]
    pub dimensions: BTreeMap<String, String>,
    /// `Sum`, `Average`, `p99` ...
    pub statistic: At<String>,
}

impl MetricEntry {
    /// Where a preset's parameter stands.
    pub(in crate::config) fn parameter(&self, key: &str) -> Option<Range<usize>> {
        let plain = match key {
            "load_balancer" => &self.load_balancer,
            "target_group" => &self.target_group,
            "cluster" => &self.cluster,
            "service" => &self.service,
            "instance" => &self.instance,
            "function" => &self.function,
            "alias" => &self.alias,
            "version" => &self.version,
            "api" => &self.api,
            "api_id" => &self.api_id,
            "stage" => &self.stage,
            "queue" => &self.queue,
            _ => {
                let side = match key.split('.').next() {
                    Some("canary") => &self.canary,
                    Some("control") => &self.control,
                    _ => return None,
                };
                return side.as_ref().map(|at| at.span.clone());
            }
        };
        plain.as_ref().map(|at| at.span.clone())
    }
}
