//! `yarn audit --json`: a document a line, of version 1 (advisories, and a summary at the end) and of version 4 (a
//! vulnerable package each). Versions 2 and 3 write what npm 6 does.

use serde::Deserialize;

use super::{
    audit,
    audit_wire::{NpmAdvisory, NpmMetadata},
    loose::{Entries, Loose, Number, Word},
};
use crate::domain::evidence::SecurityScan;

/// What a line of version 1 is about.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Data {
    advisory: Loose<NpmAdvisory>,
    vulnerabilities: Entries<Number>,
}

/// What version 4 says of a package.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Issue {
    #[serde(rename = "ID")]
    id: Word,
    #[serde(rename = "Issue")]
    title: Word,
    #[serde(rename = "URL")]
    url: Word,
    #[serde(rename = "Severity")]
    severity: Word,
    #[serde(rename = "Vulnerable Versions")]
    versions: Word,
}

impl Issue {
    /// Whether this is one at all.
    pub(super) fn is_told(&self) -> bool {
        self.id.told().is_some() && self.severity.told().is_some()
    }
}

/// Why lines are no audit.
#[derive(Debug, Clone, Copy, thiserror::Error)]
pub(super) enum NoAudit {
    /// It was one, and came to nothing.
    #[error("yarn audit failed: it wrote an error instead of a summary")]
    Failed,
    /// They say something else.
    #[error("no summary of yarn audit is in it")]
    Other,
}

/// The lines of one file.
#[derive(Debug, Default)]
pub(super) struct Lines {
    scan: SecurityScan,
    seen: bool,
    failed: bool,
    summary: Option<NpmMetadata>,
    is_old: bool,
}

impl Lines {
    /// Whether a line is one of version 1.
    pub(super) fn knows(kind: &str) -> bool {
        matches!(
            kind,
            "auditAdvisory" | "auditSummary" | "auditAction" | "info" | "warning" | "error"
        )
    }

    pub(super) fn old(&mut self, kind: &str, data: Data) {
        self.is_old = true;
        match kind {
            "auditAdvisory" => {
                self.seen = true;
                audit::npm_path(&data.advisory.0, &mut self.scan);
            }
            "auditSummary" => {
                self.seen = true;
                self.summary = Some(NpmMetadata {
                    vulnerabilities: data.vulnerabilities,
                });
            }
            "error" => self.failed = true,
            _ => {}
        }
    }

    pub(super) fn issue(&mut self, package: &str, issue: &Issue) {
        self.seen = true;
        let place = format!("{package} {}", issue.versions.as_str());
        // A package that its authors gave up is no weakness.
        let is_deprecated = issue.id.as_str().ends_with("(deprecation)");
        let severity = if is_deprecated {
            "info"
        } else {
            issue.severity.as_str()
        };
        let rule = (issue.url.as_str(), issue.id.as_str());
        audit::npm_issue(
            severity,
            rule,
            (package, place.trim()),
            issue.title.as_str(),
            &mut self.scan,
        );
    }

    /// The scan, or why it is none.
    pub(super) fn finish(mut self) -> Result<SecurityScan, NoAudit> {
        match (self.seen, self.failed) {
            (true, _) => {}
            (false, true) => return Err(NoAudit::Failed),
            (false, false) => return Err(NoAudit::Other),
        }
        self.scan.tool("yarn audit");
        match &self.summary {
            Some(metadata) => audit::rest_of(metadata, "yarn", &mut self.scan),
            None if self.is_old => self.scan.incomplete("yarn audit's summary is missing"),
            None => {}
        }
        Ok(self.scan)
    }
}
