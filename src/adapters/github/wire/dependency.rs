//! The dependency review on the wire: a package that comes or goes, a new version being one of each.

use serde::Deserialize;

use super::field::{or_default, readable};
use crate::domain::{
    Text,
    diff::{Advisory, AdvisorySeverity, DependencyChange, DependencyKind},
};

#[derive(Debug, Deserialize)]
pub(in crate::adapters::github) struct Dependency {
    change_type: String,
    name: String,
    #[serde(default, deserialize_with = "or_default")]
    version: Option<String>,
    #[serde(default, deserialize_with = "or_default")]
    ecosystem: Option<String>,
    #[serde(default, deserialize_with = "or_default")]
    manifest: Option<String>,
    #[serde(default, deserialize_with = "readable")]
    vulnerabilities: Vec<Vulnerability>,
}

#[derive(Debug, Deserialize)]
struct Vulnerability {
    advisory_ghsa_id: String,
    #[serde(default, deserialize_with = "or_default")]
    severity: Option<String>,
    #[serde(default, deserialize_with = "or_default")]
    advisory_summary: Option<String>,
}

impl Dependency {
    /// `None` for a change that is neither of the two.
    pub(in crate::adapters::github) fn read(self) -> Option<DependencyChange> {
        let kind = match self.change_type.as_str() {
            "added" => DependencyKind::Added,
            "removed" => DependencyKind::Removed,
            _ => return None,
        };
        let line = |raw: Option<String>| Text::line(&raw.unwrap_or_default());
        let version = self
            .version
            .as_deref()
            .filter(|v| !v.is_empty())
            .map(Text::line);
        let (from, to) = match kind {
            DependencyKind::Removed => (version, None),
            _ => (None, version),
        };
        Some(DependencyChange {
            name: Text::line(&self.name),
            ecosystem: line(self.ecosystem),
            kind,
            from,
            to,
            direct: None,
            file: line(self.manifest),
            advisories: self
                .vulnerabilities
                .iter()
                .map(Vulnerability::read)
                .collect(),
        })
    }
}

impl Vulnerability {
    fn read(&self) -> Advisory {
        Advisory {
            id: Text::line(&self.advisory_ghsa_id),
            severity: AdvisorySeverity::read(self.severity.as_deref().unwrap_or_default()),
            summary: Text::line(self.advisory_summary.as_deref().unwrap_or_default()),
        }
    }
}
