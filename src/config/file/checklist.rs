//! A checklist's file as it is written: sections, items, what ticks an item by itself.
//!
//! The same doc comments become `cockpit config schema --checklist`'s descriptions.

use schemars::JsonSchema;
use serde::Deserialize;

use super::DurationText;
use crate::{
    config::At,
    domain::checklist::{Milestone, SmokeTime, When},
};

/// A checklist.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub struct ChecklistFile {
    /// Its name; without it the file's.
    #[serde(default)]
    pub name: Option<At<String>>,
    /// Sections, in order.
    pub section: Vec<At<SectionEntry>>,
}

/// A section.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub struct SectionEntry {
    /// Its title.
    pub title: At<String>,
    /// Items, in order.
    pub items: Vec<At<ItemEntry>>,
}

/// One item.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub struct ItemEntry {
    /// Unique in the file: small letters, digits, `-`.
    pub id: At<String>,
    /// What must be so.
    pub text: At<String>,
    /// When it is due; before.
    #[serde(default)]
    pub when: Option<At<When>>,
    /// Whether the gate asks for it; true.
    #[serde(default)]
    pub required: Option<bool>,
    /// What ticks it; without it a person.
    #[serde(default)]
    pub auto: Option<At<AutoEntry>>,
}

/// What ticks an item by itself: exactly one of these keys, besides `timeout` and `within`.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub struct AutoEntry {
    /// A kind of evidence speaks for the release: tests, load, security, coverage, explain.
    #[serde(default)]
    pub evidence: Option<At<String>>,
    /// A gate passes.
    #[serde(default)]
    pub gate: Option<At<String>>,
    /// A prerequisite is met.
    #[serde(default)]
    pub prerequisite: Option<At<String>>,
    /// Smoke tests passed: before, after.
    #[serde(default)]
    pub smoke: Option<At<SmokeTime>>,
    /// An alarm is quiet.
    #[serde(default)]
    pub alarm: Option<At<String>>,
    /// A file of the diff from production, by a glob: `CHANGELOG.md`.
    #[serde(default)]
    pub file: Option<At<String>>,
    /// A check run on the candidate's commit passed.
    #[serde(default)]
    pub check_run: Option<At<String>>,
    /// A tag is on the candidate's commit: true, or how it begins.
    #[serde(default)]
    pub tag: Option<At<TagWord>>,
    /// A metric has data.
    #[serde(default)]
    pub metric: Option<At<String>>,
    /// The release got there: approved, deployed, serving, judged.
    #[serde(default)]
    pub step: Option<At<Milestone>>,
    /// A rollback succeeded within this time: `90d`.
    #[serde(default)]
    pub rollback_exercised: Option<At<DurationText>>,
    /// `approval.compliance` says that it is compliant, within its iterations.
    #[serde(default)]
    pub compliance: Option<At<bool>>,
    /// A program ends with 0; it runs once a person trusted it.
    #[serde(default)]
    pub command: Option<At<Vec<String>>>,
    /// Longest time of the program; 30s.
    #[serde(default)]
    pub timeout: Option<At<DurationText>>,
    /// The program prints a time (RFC 3339, or seconds since 1970) that is no older: a backup's.
    #[serde(default)]
    pub within: Option<At<DurationText>>,
}

/// `true`, or how the tag begins.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(untagged)]
pub enum TagWord {
    /// As `tag_prefix` says.
    Usual(bool),
    /// So.
    Prefix(String),
}
