//! The top of the team's file.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::Deserialize;

use super::{
    ApprovalTable, AwsEntry, BlackoutEntry, CandidateTable, EvidenceTable, FlagsTable, GateTable,
    GithubTable, HypercareTable, MetricEntry, OneOrMany, PersonTable, PrerequisiteEntry,
    ProductionTable, RiskTable, RollbackTable, SlackTable, SmokeTable, StrategyTable,
};
use crate::config::At;

/// The rules of one service: what its release is, what must hold, how to go back.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[schemars(deny_unknown_fields, title = "cockpit.toml")]
pub struct TeamTable {
    /// The service's name, as people say it.
    pub service: At<String>,
    /// Globs of the service's own files in a monorepo.
    #[serde(default)]
    pub paths: Option<At<Vec<String>>>,
    /// Prefix of version tags: `v`, `checkout/v`.
    #[serde(default)]
    pub tag_prefix: Option<At<String>>,
    /// What is measured: presets, own metrics, metric math.
    #[serde(default)]
    pub metrics: Vec<At<MetricEntry>>,
    /// Which workflow, job and environment are the release.
    pub github: GithubTable,
    /// How the candidate gets its version.
    #[serde(default)]
    pub candidate: CandidateTable,
    /// Steps before the approval, in order, by globs over job names (`caller / job` for reusable workflows).
    #[serde(default)]
    pub pipeline: PipelineTable,
    /// What production is asked for.
    #[serde(default)]
    pub production: ProductionTable,
    /// What staging must have shown.
    #[serde(default)]
    pub evidence: EvidenceTable,
    /// What each factor of the risk weighs.
    #[serde(default)]
    pub risk: RiskTable,
    /// Accounts and regions of CloudWatch; without one the SDK's own chain decides.
    #[serde(default)]
    pub aws: Vec<At<AwsEntry>>,
    /// How promotion goes; without it production is deployed at once.
    #[serde(default)]
    pub strategy: Option<At<StrategyTable>>,
    /// Smoke tests over HTTP.
    #[serde(default)]
    pub smoke: Option<At<SmokeTable>>,
    /// The watch after the deploy.
    #[serde(default)]
    pub hypercare: HypercareTable,
    /// How to go back.
    #[serde(default)]
    pub rollback: Option<At<RollbackTable>>,
    /// The human decision.
    #[serde(default)]
    pub approval: ApprovalTable,
    /// What must be so before production, checked first.
    #[serde(default)]
    pub prerequisite: Vec<At<PrerequisiteEntry>>,
    /// What a gate's state other than pass does to the approval, by gate.
    #[serde(default)]
    pub gates: BTreeMap<String, At<GateTable>>,
    /// Times without deployments.
    #[serde(default)]
    pub blackout: Vec<At<BlackoutEntry>>,
    /// Times of deployments: with one, all other times are without.
    #[serde(default)]
    pub window: Vec<At<BlackoutEntry>>,
    /// People by a short name.
    #[serde(default)]
    pub people: BTreeMap<String, At<PersonTable>>,
    /// Slack channels.
    #[serde(default)]
    pub slack: Option<At<SlackTable>>,
    /// Feature flags.
    #[serde(default)]
    pub flags: Option<At<FlagsTable>>,
}

/// Steps of the stepper. A step that is not mapped is not drawn.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub struct PipelineTable {
    /// Build and tests.
    #[serde(default)]
    pub ci: Option<OneOrMany>,
    /// Scans and checks.
    #[serde(default)]
    pub verify: Option<OneOrMany>,
    /// The explain summary.
    #[serde(default)]
    pub explain: Option<OneOrMany>,
    /// The deploy to staging.
    #[serde(default)]
    pub staging: Option<OneOrMany>,
    /// Tests on staging.
    #[serde(default)]
    pub validation: Option<OneOrMany>,
}
