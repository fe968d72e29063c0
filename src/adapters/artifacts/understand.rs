//! A file that nobody said anything about: its content tells what it is, and it is read as that.

use std::io::Read;

use serde::Deserialize;

use super::{
    audit_wire::There,
    coverage_xml::{CoverageFormat, read_coverage_xml},
    files::{
        Opened, decoded, each, first_mark, has_extension, packed, packed_by_mark, packs_a_report,
        stem, xml_root,
    },
    k6::{NoK6, read_k6},
    lcov::read_lcov,
    loose::{self, Loose, Word},
    reading::looks_like_lcov,
    scan_json::{ScanError, read_scan},
    test_xml::{format_of, read_test_xml},
    yarn,
};
use crate::domain::{
    Text,
    evidence::{Evidence, EvidenceKind, Explain, ReportBuilder},
};

/// Bytes of a JSON document or a text.
const WHOLE_LIMIT: u64 = 128 << 20;
/// Bytes of a Markdown text.
const PROSE_LIMIT: u64 = 1 << 20;

/// What a file turned out to be.
#[derive(Debug)]
pub enum Understood {
    /// A report, and what it says.
    Read {
        /// What people call the format: `JUnit XML`, `SARIF or audit`.
        format: &'static str,
        /// What it says.
        evidence: Box<Evidence>,
    },
    /// It looks like a report, and cannot be read.
    Unreadable {
        /// What it looks like, where that can be told.
        kind: Option<EvidenceKind>,
        /// Why, with the line.
        why: String,
    },
    /// Nothing that cockpit knows, and what it seems to be.
    Other(String),
}

/// Reads a file by its content. It is read in a stream; JSON is held whole.
pub fn understand(name: &str, mut input: impl Read) -> Understood {
    match Opened::new(&mut input) {
        Ok(mut opened) => of_opened(name, &mut opened),
        Err(why) => Understood::Unreadable { kind: None, why },
    }
}

/// Reads every file of a zip; the error is why the zip itself cannot be walked.
pub fn understand_zip(bytes: &[u8], mut visit: impl FnMut(&str, Understood)) -> Result<(), String> {
    let file = super::files::File { name: "", bytes };
    each(&[file], |name, input| match input {
        Ok(opened) => visit(name, of_opened(name, opened)),
        Err(why) => visit(name, Understood::Unreadable { kind: None, why }),
    })
    .map_err(|error| error.to_string())
}

fn of_opened(name: &str, opened: &mut Opened<'_>) -> Understood {
    match first_mark(opened.head()) {
        Some(b'<') => of_xml(name, opened),
        Some(b'{' | b'[') => of_json(opened),
        // A comment first, as people write it.
        Some(b'/') if has_extension(name, &["json", "sarif"]) => of_json(opened),
        _ if looks_like_lcov(opened.head()) => {
            let read = read_lcov(opened.stream()).map(Evidence::Coverage);
            settled(EvidenceKind::Coverage, "lcov", read)
        }
        _ if has_extension(name, &["md", "markdown"]) => of_prose(opened),
        _ if packed_by_mark(opened.head()).is_some() => of_packed(name, opened.head()),
        // Called a test report, and empty or something else altogether.
        _ if has_extension(name, &["xml", "trx", "junit", "xunit"]) => {
            let mut builder = ReportBuilder::default();
            let why = match read_test_xml(opened.stream(), stem(name), &mut builder) {
                Ok(()) => format!("no XML: it begins with `{}`", first_line(opened.head())),
                Err(error) => error.to_string(),
            };
            Understood::Unreadable {
                kind: Some(EvidenceKind::Tests),
                why,
            }
        }
        _ if has_extension(name, &["info", "lcov"]) => Understood::Unreadable {
            kind: Some(EvidenceKind::Coverage),
            why: read_lcov(opened.stream()).err().unwrap_or_default(),
        },
        _ if has_extension(name, &["json", "sarif"]) => {
            let why = match first_line(opened.head()).as_str() {
                "" => "the file is empty".to_owned(),
                line => format!("no JSON: it begins with `{line}`"),
            };
            Understood::Unreadable { kind: None, why }
        }
        _ if opened.head().is_empty() => Understood::Other("the file is empty".to_owned()),
        _ if packed(name).is_some() => of_packed(name, opened.head()),
        _ => Understood::Other("no report that cockpit knows".to_owned()),
    }
}

/// A packed file: one that is called a report counts as one that cannot be read.
fn of_packed(name: &str, head: &[u8]) -> Understood {
    let how = packed_by_mark(head)
        .or(packed(name))
        .unwrap_or("an archive");
    let why = format!("packed as {how}: cockpit opens zips alone");
    if packs_a_report(name) {
        Understood::Unreadable { kind: None, why }
    } else {
        Understood::Other(why)
    }
}

/// The first line with anything in it, cut short.
fn first_line(head: &[u8]) -> String {
    let text = decoded(head);
    let line = text.lines().map(str::trim).find(|line| !line.is_empty());
    line.unwrap_or_default().chars().take(60).collect()
}

fn settled(kind: EvidenceKind, format: &'static str, read: Result<Evidence, String>) -> Understood {
    match read {
        Ok(evidence) => Understood::Read {
            format,
            evidence: Box::new(evidence),
        },
        Err(why) => Understood::Unreadable {
            kind: Some(kind),
            why,
        },
    }
}

fn of_xml(name: &str, opened: &mut Opened<'_>) -> Understood {
    let root = xml_root(opened.head());
    let (root, keys) = match &root {
        Some((root, keys)) => (root.as_str(), keys.as_slice()),
        None => ("", [].as_slice()),
    };
    let has = |name: &str| keys.iter().any(|key| key == name);
    if let Some(format) = CoverageFormat::of(root, has) {
        let read = read_coverage_xml(opened.stream()).map(|(_, map)| Evidence::Coverage(map));
        let read = read.map_err(|error| error.to_string());
        return settled(EvidenceKind::Coverage, format.word(), read);
    }
    let is_cppunit = || {
        let head = decoded(opened.head());
        ["<FailedTests", "<SuccessfulTests"]
            .iter()
            .any(|mark| head.contains(mark))
    };
    let format = match format_of(root) {
        Some("TRX") if is_cppunit() => "CppUnit",
        Some(format) => format,
        // A root that lies beyond the first bytes, or none at all: the whole file says which.
        None if root.is_empty() && has_extension(name, &["xml", "trx", "junit", "xunit"]) => "XML",
        None if root.is_empty() => {
            return Understood::Other("markup, but no XML document".to_owned());
        }
        None => {
            return Understood::Other(format!(
                "XML with <{root}> outermost, no report that cockpit knows"
            ));
        }
    };
    let mut builder = ReportBuilder::default();
    let read = read_test_xml(opened.stream(), stem(name), &mut builder)
        .map(|()| Evidence::Tests(builder.finish()))
        .map_err(|error| error.to_string());
    settled(EvidenceKind::Tests, format, read)
}

/// The keys that tell one document from another.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Keys {
    runs: There,
    #[serde(rename = "Results")]
    trivy_results: There,
    #[serde(rename = "SchemaVersion")]
    schema_version: There,
    advisories: There,
    vulnerabilities: There,
    #[serde(rename = "auditReportVersion")]
    audit_report_version: There,
    error: There,
    metrics: There,
    results: There,
    #[serde(rename = "type")]
    kind: Word,
    children: Loose<yarn::Issue>,
}

impl Keys {
    fn is_scan(&self) -> bool {
        let is_any = [
            &self.runs,
            &self.trivy_results,
            &self.schema_version,
            &self.advisories,
            &self.vulnerabilities,
            &self.audit_report_version,
        ];
        is_any.iter().any(|key| key.0) || (self.error.0 && !self.metrics.0)
    }

    /// Whether it is a line of yarn's audit.
    fn is_line(&self) -> bool {
        yarn::Lines::knows(self.kind.as_str()) || self.children.0.is_told()
    }
}

fn of_json(opened: &mut Opened<'_>) -> Understood {
    let bytes = match opened.whole(WHOLE_LIMIT) {
        Ok(bytes) => bytes,
        Err(why) => return Understood::Unreadable { kind: None, why },
    };
    let mut first = None;
    let walked = loose::documents(bytes.as_slice(), &mut |Loose(keys): Loose<Keys>| {
        first.get_or_insert(keys);
        false
    });
    let keys = match (first, walked) {
        (Some(keys), walked) if walked.is_ok() || keys.is_line() => keys,
        (keys, walked) => return of_unfinished(&bytes, keys.as_ref(), walked.err()),
    };
    if keys.is_line() {
        match read_scan(bytes.as_slice()) {
            Err(ScanError::Other(_)) => {}
            read => {
                let read = read.map(Evidence::Security).map_err(|why| why.to_string());
                return settled(EvidenceKind::Security, "audit", read);
            }
        }
    }
    if keys.is_scan() {
        let format = if keys.runs.0 { "SARIF" } else { "audit" };
        let read = read_scan(bytes.as_slice()).map(Evidence::Security);
        return settled(
            EvidenceKind::Security,
            format,
            read.map_err(|error| error.to_string()),
        );
    }
    if keys.metrics.0 || keys.results.0 {
        match read_k6(&bytes) {
            Err(NoK6::Other(_)) => {}
            read => {
                let read = read.map(Evidence::Load).map_err(|why| why.to_string());
                return settled(EvidenceKind::Load, "k6 summary", read);
            }
        }
    }
    // Trivy's list of old has no key that tells it.
    if first_mark(&bytes) == Some(b'[')
        && let Ok(scan) = read_scan(bytes.as_slice())
    {
        return settled(
            EvidenceKind::Security,
            "audit",
            Ok(Evidence::Security(scan)),
        );
    }
    let what = "JSON, but no report that cockpit knows; of scanners it reads SARIF 2.1 and the JSON of trivy, npm, yarn, \
                composer and cargo audit";
    Understood::Other(what.to_owned())
}

/// JSON with an end that is missing or says more than one document.
fn of_unfinished(bytes: &[u8], first: Option<&Keys>, why: Option<String>) -> Understood {
    // k6's stream of points is no one document, and says what to do.
    if let Err(stream @ NoK6::Stream) = read_k6(bytes) {
        let (kind, why) = (Some(EvidenceKind::Load), stream.to_string());
        return Understood::Unreadable { kind, why };
    }
    let why = why.unwrap_or_default();
    let is_report = |keys: &Keys| keys.is_scan() || keys.metrics.0 || keys.results.0;
    if why.ends_with(loose::MORE_THAN_ONE) && first.is_some_and(|keys| !is_report(keys)) {
        let what = "JSON of several documents, no report that cockpit knows";
        return Understood::Other(what.to_owned());
    }
    Understood::Unreadable { kind: None, why }
}

/// A text under the three headings of an explain summary; any other is none.
fn of_prose(opened: &mut Opened<'_>) -> Understood {
    match opened.at_most(PROSE_LIMIT) {
        Ok(bytes) => {
            let text = Text::block(&decoded(&bytes));
            if Explain::parse(text.as_str()).is_unstructured() {
                return Understood::Other(
                    "Markdown without the headings of an explain summary".to_owned(),
                );
            }
            Understood::Read {
                format: "Markdown",
                evidence: Box::new(Evidence::Explain(text)),
            }
        }
        Err(why) => Understood::Unreadable {
            kind: Some(EvidenceKind::Explain),
            why,
        },
    }
}
