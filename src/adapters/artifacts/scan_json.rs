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
        Advisory, CargoFinding, ComposerAdvisory, NpmMetadata, NpmPackage, There, TrivyResult,
        Vulnerable,
    },
    loose::{self, Entries, List, Loose, Number, Word, nothing_else},
    sarif,
    sarif_wire::Run,
    yarn,
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
    advisories: Option<Entries<Advisory>>,
    metadata: Option<Loose<NpmMetadata>>,
    error: Loose<NpmError>,
    // npm and cargo-audit
    vulnerabilities: Option<Entries<Vulnerable>>,
    // cargo-audit
    lockfile: There,
    // yarn, a document a line
    #[serde(rename = "type")]
    kind: Word,
    data: Loose<yarn::Data>,
    value: Word,
    children: Loose<yarn::Issue>,
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
    let mut lines = yarn::Lines::default();
    let mut whole = None;
    let mut take = |Whole(document): Whole| {
        let kind = document.kind.as_str();
        if yarn::Lines::knows(kind) {
            lines.old(kind, document.data.0);
        } else if document.children.0.is_told() {
            lines.issue(document.value.as_str(), &document.children.0);
        } else {
            whole = Some(document);
        }
        whole.is_none()
    };
    loose::documents(input, &mut take).map_err(ScanError::Broken)?;
    match whole {
        Some(document) => of_document(document),
        None => lines.finish().map_err(|why| match why {
            yarn::NoAudit::Failed => ScanError::Broken(why.to_string()),
            yarn::NoAudit::Other => ScanError::Other(why.to_string()),
        }),
    }
}

fn of_document(document: Document) -> Result<SecurityScan, ScanError> {
    let mut scan = SecurityScan::default();
    if let Some(runs) = &document.runs {
        return sarif(&document, runs, scan);
    }
    if document.schema_version.0.is_some() || document.artifact_name.0 {
        audit::trivy(&document.results, &mut scan);
        if document.results.0.is_empty() {
            scan.problem("trivy names nothing that it looked at");
        }
        return Ok(scan);
    }
    if let Some(advisories) = document.advisories {
        by_advisory(advisories, document.metadata, &mut scan);
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

fn sarif(
    document: &Document,
    runs: &List<Run>,
    mut scan: SecurityScan,
) -> Result<SecurityScan, ScanError> {
    match document.version.told() {
        Some(version) if version.starts_with("2.") && !version.starts_with("2.0") => {}
        // Who says neither is taken by what it holds: only 2.1 has a driver.
        None if runs.0.iter().any(Run::has_driver) => {
            scan.problem("it says no version of SARIF, and is read as 2.1.0");
        }
        version => {
            let version = version.unwrap_or("no version");
            let why = format!("SARIF of {version}; cockpit reads 2.1.0");
            return Err(ScanError::Broken(why));
        }
    }
    scan.of_sarif();
    if runs.0.is_empty() {
        scan.incomplete("no scanner looked: it holds no run");
    }
    for run in &runs.0 {
        sarif::read_run(run, &mut scan);
    }
    Ok(scan)
}

/// What stands in `advisories`: npm's by their numbers beside its counts, composer's by package.
fn by_advisory(
    advisories: Entries<Advisory>,
    metadata: Option<Loose<NpmMetadata>>,
    scan: &mut SecurityScan,
) {
    let mut of_npm = Vec::new();
    let mut of_composer: Vec<(String, Vec<ComposerAdvisory>)> = Vec::new();
    for (key, advisory) in advisories.0 {
        match advisory {
            Advisory::One(one) => of_npm.push((key, one)),
            Advisory::List(list) => of_composer.push((key, list)),
        }
    }
    if !of_composer.is_empty() || (of_npm.is_empty() && metadata.is_none()) {
        let all = of_composer.iter();
        let all: Vec<(&str, &[ComposerAdvisory])> = all
            .map(|(package, list)| (package.as_str(), list.as_slice()))
            .collect();
        audit::composer(&all, scan);
    }
    if !of_npm.is_empty() || metadata.is_some() {
        let metadata = metadata.unwrap_or_default();
        audit::npm_old(&Entries(of_npm), &metadata.0, scan);
    }
}

fn other() -> ScanError {
    ScanError::Other("neither SARIF nor an audit of trivy, npm, yarn, composer or cargo".to_owned())
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
    let metadata = document.metadata.as_ref().map(|metadata| &metadata.0);
    let is_npm = document.audit_report_version.0.is_some()
        || metadata.is_some_and(|metadata| !metadata.vulnerabilities.0.is_empty());
    if is_npm && !document.lockfile.0 {
        let packages: Vec<(&str, &NpmPackage)> = vulnerable
            .0
            .iter()
            .filter_map(|(name, value)| match value {
                Vulnerable::Package(package) => Some((name.as_str(), package)),
                Vulnerable::List(_) | Vulnerable::Count(_) | Vulnerable::Other => None,
            })
            .collect();
        let none = NpmMetadata::default();
        audit::npm(&packages, metadata.unwrap_or(&none), &mut scan);
        return Ok(scan);
    }
    Err(other())
}
