//! What a scanner or an audit wrote as JSON: its content tells which.

use std::{fmt, io::Read};

use serde::{
    Deserialize, Deserializer,
    de::{
        MapAccess, SeqAccess, Visitor,
        value::{MapAccessDeserializer, SeqAccessDeserializer},
    },
};

use super::{
    audit,
    audit_wire::{
        CargoFinding, NpmAdvisory, NpmMetadata, NpmPackage, There, TrivyResult, Vulnerable,
    },
    loose::{self, Entries, List, Loose, Number, Word, nothing_else},
    sarif,
    sarif_wire::Run,
};
use crate::domain::evidence::SecurityScan;

/// Every key that tells one format from another.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Document {
    // SARIF
    version: Word,
    runs: Option<List<Run>>,
    // trivy
    #[serde(rename = "SchemaVersion")]
    schema_version: Number,
    #[serde(rename = "ArtifactName")]
    artifact_name: There,
    #[serde(rename = "Results")]
    results: List<TrivyResult>,
    // npm
    #[serde(rename = "auditReportVersion")]
    audit_report_version: Number,
    advisories: Option<Entries<Loose<NpmAdvisory>>>,
    metadata: Loose<NpmMetadata>,
    error: Loose<NpmError>,
    // npm and cargo-audit
    vulnerabilities: Option<Entries<Vulnerable>>,
    // cargo-audit
    lockfile: There,
    warnings: Entries<List<CargoFinding>>,
}

/// The outermost of a file: an object, or trivy's list of old.
#[derive(Default)]
struct Whole(Document);

impl<'de> Deserialize<'de> for Whole {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Seen;
        impl<'de> Visitor<'de> for Seen {
            type Value = Whole;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object or a list")
            }
            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Whole, A::Error> {
                Document::deserialize(MapAccessDeserializer::new(map)).map(Whole)
            }
            fn visit_seq<A: SeqAccess<'de>>(self, seq: A) -> Result<Whole, A::Error> {
                let mut document = Document {
                    results: List::deserialize(SeqAccessDeserializer::new(seq))?,
                    ..Document::default()
                };
                let mut results = document.results.0.iter();
                if results.any(|result| result.target.told().is_some()) {
                    document.schema_version = Number(Some(1.0));
                }
                Ok(Whole(document))
            }
            nothing_else!();
        }
        deserializer.deserialize_any(Seen)
    }
}

/// What npm writes instead of an audit.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct NpmError {
    code: Word,
    summary: Word,
    detail: Word,
}

/// Why a file is no scan.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ScanError {
    /// JSON, but of another kind.
    #[error("{0}")]
    Other(String),
    /// No JSON, damaged, cut off, or a scan that failed.
    #[error("{0}")]
    Broken(String),
}

/// Reads one file; on an error nothing of it is kept.
pub fn read_scan(input: impl Read) -> Result<SecurityScan, ScanError> {
    let Whole(document) = loose::document(input).map_err(ScanError::Broken)?;
    let mut scan = SecurityScan::default();
    if let Some(runs) = &document.runs {
        let version = document.version.as_str();
        if !version.starts_with("2.") || version.starts_with("2.0") {
            let version = document.version.told().unwrap_or("no version");
            let why = format!("SARIF of {version}; cockpit reads 2.1.0");
            return Err(ScanError::Broken(why));
        }
        scan.of_sarif();
        if runs.0.is_empty() {
            scan.incomplete("no scanner looked: it holds no run");
        }
        for run in &runs.0 {
            sarif::read_run(run, &mut scan);
        }
        return Ok(scan);
    }
    if document.schema_version.0.is_some() || document.artifact_name.0 {
        audit::trivy(&document.results, &mut scan);
        if document.results.0.is_empty() {
            scan.problem("trivy names nothing that it looked at");
        }
        return Ok(scan);
    }
    if let Some(advisories) = document.advisories {
        let advisories = advisories.0.into_iter().map(|(id, one)| (id, one.0));
        let advisories = Entries(advisories.collect());
        audit::npm_old(&advisories, &document.metadata.0, &mut scan);
        return Ok(scan);
    }
    if let Some(vulnerable) = &document.vulnerabilities {
        return audited(&document, vulnerable, scan);
    }
    let error = &document.error.0;
    if let Some(why) = error.summary.told().or_else(|| error.code.told()) {
        let detail = error.detail.as_str();
        return Err(ScanError::Broken(format!(
            "npm audit failed: {why} {detail}"
        )));
    }
    Err(other())
}

fn other() -> ScanError {
    ScanError::Other("neither SARIF nor an audit of trivy, npm or cargo".to_owned())
}

fn audited(
    document: &Document,
    vulnerable: &Entries<Vulnerable>,
    mut scan: SecurityScan,
) -> Result<SecurityScan, ScanError> {
    let list = vulnerable.0.iter().find_map(|(key, value)| match value {
        Vulnerable::List(list) if key == "list" => Some(list),
        _ => None,
    });
    if let Some(list) = list.filter(|_| document.audit_report_version.0.is_none()) {
        audit::cargo(list, &document.warnings, &mut scan);
        let counted = vulnerable.0.iter().find_map(|(key, value)| match value {
            Vulnerable::Count(count) if key == "count" => Some(*count),
            _ => None,
        });
        audit::rest_of_cargo(counted, list, &mut scan);
        return Ok(scan);
    }
    let is_npm = document.audit_report_version.0.is_some()
        || !document.metadata.0.vulnerabilities.0.is_empty();
    if is_npm && !document.lockfile.0 {
        let packages: Vec<(&str, &NpmPackage)> = vulnerable
            .0
            .iter()
            .filter_map(|(name, value)| match value {
                Vulnerable::Package(package) => Some((name.as_str(), package)),
                Vulnerable::List(_) | Vulnerable::Count(_) | Vulnerable::Other => None,
            })
            .collect();
        audit::npm(&packages, &document.metadata.0, &mut scan);
        return Ok(scan);
    }
    Err(other())
}
