//! `[github]`, `[candidate]`, `[production]`: which release this is.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::Deserialize;

use super::DurationText;
use crate::{config::At, domain::policy::GateKind};

/// Which workflow, job and environment are the release.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub struct GithubTable {
    /// `owner/name`; else the git remote.
    #[serde(default)]
    pub repository: Option<At<String>>,
    /// File name of the workflow that deploys: `deploy.yml`.
    pub workflow: At<String>,
    /// The production environment; of a canary the last stage's.
    pub environment: At<String>,
    /// The production job: `deploy`, or `caller / job` of a reusable workflow.
    pub job: At<String>,
    /// Where the gate is: GitHub's environment review, or cockpit starts the production workflow after the approval.
    #[serde(default)]
    pub gate: Option<At<GateKind>>,
    /// With `gate = "dispatch"`: what is started. Without it the workflow above, with inputs `sha` and `release_id`.
    #[serde(default)]
    pub dispatch: Option<At<DispatchTable>>,
}

/// A workflow to start.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub struct DispatchTable {
    /// File name of the workflow; without it `github.workflow`.
    #[serde(default)]
    pub workflow: Option<At<String>>,
    /// Branch or tag; without it the default branch.
    #[serde(default, rename = "ref")]
    pub reference: Option<At<String>>,
    /// Inputs; values may hold `{version}`, `{sha}`, `{release_id}`, `{from_version}`.
    #[serde(default)]
    pub inputs: BTreeMap<String, At<String>>,
}

/// How the candidate gets its version.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub struct CandidateTable {
    /// Where the version stands, besides the tag.
    #[serde(default)]
    pub version_from: Option<At<VersionFromTable>>,
}

/// Where the candidate's version stands.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub struct VersionFromTable {
    /// Regular expression with one group over the run's display title.
    #[serde(default)]
    pub display_title: Option<At<String>>,
    /// Glob of the artifact that holds it; of several the newest counts.
    #[serde(default)]
    pub artifact: Option<At<String>>,
    /// Path of the file in that artifact: `manifest.json`.
    #[serde(default)]
    pub file: Option<At<String>>,
    /// JSON pointer into that file; without it the file's first line is the version.
    #[serde(default)]
    pub pointer: Option<At<String>>,
}

/// What production is asked for.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub struct ProductionTable {
    /// How production tells what it runs.
    #[serde(default)]
    pub version: Option<At<VersionTable>>,
}

/// How production tells its version: an address, or a command.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub struct VersionTable {
    /// Address that answers the version or SHA.
    #[serde(default)]
    pub url: Option<At<String>>,
    /// JSON pointer into the answer; without it the whole answer.
    #[serde(default)]
    pub pointer: Option<At<String>>,
    /// Program and arguments that print it.
    #[serde(default)]
    pub command: Option<At<Vec<String>>>,
    /// Longest wait.
    #[serde(default)]
    pub timeout: Option<At<DurationText>>,
}

/// One account and region of CloudWatch.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub struct AwsEntry {
    /// Name that metrics refer to with `aws = "..."`; needed where there are several.
    #[serde(default)]
    pub name: Option<At<String>>,
    /// Profile of the AWS configuration; without it the SDK's chain.
    #[serde(default)]
    pub profile: Option<At<String>>,
    /// Region; without it the SDK's chain.
    #[serde(default)]
    pub region: Option<At<String>>,
}
