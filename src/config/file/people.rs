//! `[approval]`, `[gates]`, `[[blackout]]`, `[people]`, `[slack]`, `[flags]`: who decides, and when.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::Deserialize;

use super::{DurationText, EmergencyWord, SecretText};
use crate::{
    config::At,
    domain::{
        flags::FlagProvider,
        policy::{ClickCounts, Effect},
    },
};

/// The human decision.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub struct ApprovalTable {
    /// When nobody has answered; 4h.
    #[serde(default)]
    pub escalate_after: Option<At<DurationText>>,
    /// When that clock rests: `22:00-07:00 Europe/Berlin`.
    #[serde(default)]
    pub quiet_hours: Option<At<String>>,
    /// The scheduled start, before which nothing is approved: `2026-12-01T18:00 Europe/Berlin`.
    #[serde(default)]
    pub not_before: Option<At<String>>,
    /// Whether the emergency way is open: `true`, `false`, or the roles that may take it.
    #[serde(default)]
    pub emergency: Option<At<EmergencyWord>>,
    /// Sign-offs by role.
    #[serde(default)]
    pub signoffs: BTreeMap<String, At<SignoffTable>>,
    /// The checklist: `production-gate`, which cockpit brings, or a TOML file beside this one.
    #[serde(default)]
    pub checklist: Option<At<String>>,
    /// Where the state of the compliance iteration is, for checklist items that ask for it.
    #[serde(default)]
    pub compliance: Option<At<ComplianceTable>>,
}

/// The state of a compliance iteration: a JSON object with `iteration` and `compliant` (or `status`).
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub struct ComplianceTable {
    /// A JSON file of the repository at the candidate's commit.
    pub file: At<String>,
    /// Where in the file: a JSON pointer.
    #[serde(default)]
    pub pointer: Option<At<String>>,
    /// Iterations that it may take; 5. Beyond them it fails, and is to be escalated.
    #[serde(default)]
    pub limit: Option<At<u32>>,
}

/// One role's sign-off.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub struct SignoffTable {
    /// How many.
    #[serde(default)]
    pub quorum: Option<At<u32>>,
    /// Who may, by GitHub login.
    #[serde(default)]
    pub people: Vec<At<String>>,
}

/// What a gate's states do to the approval.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub struct GateTable {
    /// It failed.
    #[serde(default)]
    pub fail: Option<Effect>,
    /// It can be read either way.
    #[serde(default)]
    pub ambiguous: Option<Effect>,
    /// There is nothing to judge.
    #[serde(default)]
    pub no_data: Option<Effect>,
    /// Its source does not answer.
    #[serde(default)]
    pub broken: Option<Effect>,
}

/// A time without deployments, or of them.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub struct BlackoutEntry {
    /// Its name.
    pub name: String,
    /// Recurrence (RFC 5545): `FREQ=WEEKLY;BYDAY=FR`.
    #[serde(default)]
    pub rrule: Option<At<String>>,
    /// Start: `2026-12-23T17:00`; with `rrule` also a time of day alone.
    #[serde(default)]
    pub start: Option<At<String>>,
    /// How long.
    #[serde(default)]
    pub length: Option<At<DurationText>>,
    /// Time zone: `Europe/Berlin`; with `file` that of its days and of its times without one.
    #[serde(default)]
    pub zone: Option<At<String>>,
    /// An iCalendar file instead: a path in the default branch, or an https address.
    #[serde(default)]
    pub file: Option<At<String>>,
    /// Whether a typed reason passes it.
    #[serde(default)]
    pub may_override: bool,
}

/// One person.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub struct PersonTable {
    /// GitHub login.
    pub github: At<String>,
    /// Slack user id.
    #[serde(default)]
    pub slack: Option<At<String>>,
    /// Roles.
    #[serde(default)]
    pub roles: Vec<String>,
}

/// Slack channels, by id.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub struct SlackTable {
    /// Where the card goes.
    #[serde(default)]
    pub approval: Option<At<String>>,
    /// Where a finished deploy is told.
    #[serde(default)]
    pub deploys: Option<At<String>>,
    /// Where an unanswered approval is told.
    #[serde(default)]
    pub escalation: Option<At<String>>,
    /// What a click counts as: the person's sign-off, or with a quorum the approval; sign-off.
    #[serde(default)]
    pub approve: Option<ClickCounts>,
    /// People who click before that is the approval; 1.
    #[serde(default)]
    pub quorum: Option<At<u32>>,
    /// Where the bot's token is; `env:SLACK_BOT_TOKEN`.
    #[serde(default)]
    pub bot_token: Option<At<SecretText>>,
    /// Where the app's token is, for clicks; `env:SLACK_APP_TOKEN`.
    #[serde(default)]
    pub app_token: Option<At<SecretText>>,
}

/// Feature flags.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub struct FlagsTable {
    /// Who keeps them.
    pub provider: FlagProvider,
    /// Base address of Unleash or `LaunchDarkly`.
    #[serde(default)]
    pub url: Option<At<String>>,
    /// Where the provider's token is: `env:FLAGS_TOKEN`.
    #[serde(default)]
    pub token: Option<At<SecretText>>,
    /// The provider's project; `default`.
    #[serde(default)]
    pub project: Option<At<String>>,
    /// The provider's environment; else production's own name.
    #[serde(default)]
    pub environment: Option<At<String>>,
    /// With `flagd`: the file of the flags on this machine.
    #[serde(default)]
    pub file: Option<At<String>>,
    /// With `http`: how a flag is read.
    #[serde(default)]
    pub read: Option<At<FlagReadTable>>,
    /// With `http`: how it is switched off.
    #[serde(default)]
    pub kill: Option<At<FlagKillTable>>,
    /// The release's flags.
    #[serde(default)]
    pub names: Vec<At<String>>,
}

/// How a flag is read. `{flag}`, `{environment}`, `{project}` are filled in; `{token}` in headers.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub struct FlagReadTable {
    /// GET.
    #[serde(default)]
    pub method: Option<At<String>>,
    /// Address.
    pub url: At<String>,
    /// Headers.
    #[serde(default)]
    pub headers: BTreeMap<String, String>,
    /// JSON pointer to what says whether it is on.
    pub pointer: At<String>,
    /// What stands there when it is; `true`.
    #[serde(default)]
    pub on: Option<String>,
}

/// How a flag is switched off, with the same places.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub struct FlagKillTable {
    /// POST.
    #[serde(default)]
    pub method: Option<At<String>>,
    /// Address.
    pub url: At<String>,
    /// Headers.
    #[serde(default)]
    pub headers: BTreeMap<String, String>,
    /// Body, as it is sent.
    #[serde(default)]
    pub body: Option<String>,
}
