//! SARIF 2.1.0 as it lies in the file: only what is asked for, each part taken loosely.
//!
//! Followed: OASIS, "Static Analysis Results Interchange Format (SARIF) Version 2.1.0".

use serde::Deserialize;

use super::loose::{Entries, List, Loose, Number, Word, Words};

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Run {
    pub(super) tool: Loose<Tool>,
    /// `None`: the run did not look for any (SARIF 3.14.23).
    pub(super) results: Option<List<Finding>>,
    pub(super) invocations: List<Invocation>,
    pub(super) artifacts: List<Artifact>,
}

impl Run {
    /// Whether its tool is described as version 2.1 does.
    pub(super) fn has_driver(&self) -> bool {
        self.tool.0.driver.0.name.told().is_some()
    }
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Tool {
    pub(super) driver: Loose<Component>,
    pub(super) extensions: List<Component>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Component {
    pub(super) name: Word,
    pub(super) guid: Word,
    pub(super) rules: List<Rule>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct Rule {
    pub(super) id: Word,
    pub(super) guid: Word,
    pub(super) name: Word,
    pub(super) short_description: Loose<Message>,
    pub(super) message_strings: Entries<Loose<Message>>,
    pub(super) default_configuration: Loose<Configuration>,
    pub(super) properties: Loose<Properties>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Configuration {
    pub(super) level: Word,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Properties {
    #[serde(rename = "security-severity")]
    pub(super) security_severity: Number,
    pub(super) tags: Words,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Message {
    pub(super) text: Word,
    pub(super) markdown: Word,
    /// Instead of a text: which of the rule's strings it is, and what stands in its `{0}`.
    pub(super) id: Word,
    pub(super) arguments: Words,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct Invocation {
    pub(super) execution_successful: Word,
    pub(super) tool_execution_notifications: List<Notification>,
    pub(super) rule_configuration_overrides: List<Override>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Notification {
    pub(super) level: Word,
    pub(super) message: Loose<Message>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Override {
    pub(super) descriptor: Loose<RuleReference>,
    pub(super) configuration: Loose<Configuration>,
}

/// Points at a rule: by its id, or by its place in a component.
#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct RuleReference {
    pub(super) id: Word,
    pub(super) guid: Word,
    pub(super) index: Number,
    pub(super) tool_component: Loose<ComponentReference>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct ComponentReference {
    pub(super) index: Number,
    pub(super) guid: Word,
    pub(super) name: Word,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Artifact {
    pub(super) location: Loose<ArtifactLocation>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct ArtifactLocation {
    pub(super) uri: Word,
    pub(super) index: Number,
}

/// `result`.
#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct Finding {
    pub(super) rule_id: Word,
    pub(super) rule_index: Number,
    pub(super) rule: Loose<RuleReference>,
    pub(super) level: Word,
    pub(super) kind: Word,
    pub(super) message: Loose<Message>,
    pub(super) locations: List<Location>,
    pub(super) suppressions: List<Suppression>,
    pub(super) baseline_state: Word,
    pub(super) fingerprints: Entries<Word>,
    pub(super) partial_fingerprints: Entries<Word>,
    pub(super) properties: Loose<Properties>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct Location {
    pub(super) physical_location: Loose<PhysicalLocation>,
    pub(super) logical_locations: List<LogicalLocation>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct PhysicalLocation {
    pub(super) artifact_location: Loose<ArtifactLocation>,
    pub(super) region: Loose<Region>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct Region {
    pub(super) start_line: Number,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct LogicalLocation {
    pub(super) fully_qualified_name: Word,
    pub(super) name: Word,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Suppression {
    pub(super) status: Word,
}
