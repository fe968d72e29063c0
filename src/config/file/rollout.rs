//! `[strategy]`, `[smoke]`, `[hypercare]`, `[rollback]`: from the approval to the end.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::Deserialize;

use super::{DurationText, ShareText};
use crate::{
    config::At,
    domain::policy::{Advance, DuringDeploy, OnTrigger},
};

/// How promotion goes.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub struct StrategyTable {
    /// The kind.
    #[serde(default)]
    pub kind: Option<At<StrategyKind>>,
    /// A YAML file beside this one that says all of it instead: `strategy.yaml`.
    #[serde(default)]
    pub file: Option<At<String>>,
    /// canary: whether each stage is released by a person, or in advance where all gates pass.
    #[serde(default)]
    pub advance: Option<At<Advance>>,
    /// Longest time that one deploy (of a stage, or the whole) may take.
    #[serde(default)]
    pub stage_timeout: Option<At<DurationText>>,
    /// canary: the stages in order; the last is production.
    #[serde(default)]
    pub stages: Option<At<Vec<At<StageEntry>>>>,
    /// rolling: `25%` or a count.
    #[serde(default)]
    pub max_unavailable: Option<At<String>>,
    /// rolling: `25%` or a count.
    #[serde(default)]
    pub max_surge: Option<At<String>>,
    /// blue-green: how long both stand.
    #[serde(default)]
    pub validation: Option<At<DurationText>>,
}

/// The kinds of promotion.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum StrategyKind {
    /// Shares of the traffic in turn.
    Canary,
    /// A second fleet takes over.
    BlueGreen,
    /// Hosts in turn.
    Rolling,
    /// At once.
    Recreate,
}

/// One stage of a canary.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub struct StageEntry {
    /// Its share.
    pub weight: At<ShareText>,
    /// The environment that holds it.
    #[serde(default)]
    pub environment: Option<At<String>>,
    /// Or the job that is watched only.
    #[serde(default)]
    pub job: Option<At<String>>,
    /// How long it is judged; the last stage is judged by hypercare.
    #[serde(default)]
    pub duration: Option<At<DurationText>>,
    /// What must pass.
    #[serde(default)]
    pub gates: Vec<At<String>>,
}

/// Smoke tests.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub struct SmokeTable {
    /// File with the tests before the approval: TOML, JSON or YAML, beside this one.
    #[serde(default)]
    pub before: Option<At<String>>,
    /// File with the tests after each stage, the last one included.
    #[serde(default)]
    pub after: Option<At<String>>,
    /// Where tests with a path go: `https://app.example.com`.
    #[serde(default)]
    pub url: Option<At<String>>,
    /// Where those before the deploy go, where that is another address.
    #[serde(default)]
    pub url_before: Option<At<String>>,
}

/// The watch after the deploy.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub struct HypercareTable {
    /// Judged minutes, with complete data; 15m.
    #[serde(default)]
    pub window: Option<At<DurationText>>,
    /// After this it is "cannot tell"; three times the window.
    #[serde(default)]
    pub max_wait: Option<At<DurationText>>,
    /// How far back the baseline looks; 1h.
    #[serde(default)]
    pub baseline: Option<At<DurationText>>,
    /// Fewest requests a minute for a gate that compares; 100.
    #[serde(default)]
    pub min_samples: Option<At<u32>>,
    /// What must pass.
    #[serde(default)]
    pub gates: Vec<At<String>>,
    /// What raises the alert.
    #[serde(default)]
    pub triggers: Vec<At<String>>,
    /// CloudWatch alarms to watch besides those in triggers.
    #[serde(default)]
    pub alarms: Vec<At<String>>,
    /// The chance that a release without a change raises an anomaly, over all its metrics and minutes; 1%. 0%
    /// looks for none.
    #[serde(default)]
    pub false_alarms: Option<At<ShareText>>,
}

/// How to go back.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub struct RollbackTable {
    /// File name of the team's rollback workflow.
    #[serde(default)]
    pub workflow: Option<At<String>>,
    /// Branch or tag to run it on; without it the default branch.
    #[serde(default, rename = "ref")]
    pub reference: Option<At<String>>,
    /// Inputs; values may hold `{version}`, `{sha}` (of the target), `{release_id}`, `{from_version}`.
    #[serde(default)]
    pub inputs: BTreeMap<String, At<String>>,
    /// What to do while the deploy still runs.
    #[serde(default)]
    pub during_deploy: Option<DuringDeploy>,
    /// What a trigger does.
    #[serde(default)]
    pub on_trigger: Option<At<OnTrigger>>,
    /// With `on_trigger = "pre-authorised"`: how long anyone may hold it; 60s.
    #[serde(default)]
    pub countdown: Option<At<DurationText>>,
    /// Program and arguments for when GitHub is down; the same placeholders.
    #[serde(default)]
    pub fallback: Option<At<Vec<At<String>>>>,
    /// Longest time that a rollback may take; 30m.
    #[serde(default)]
    pub timeout: Option<At<DurationText>>,
}
