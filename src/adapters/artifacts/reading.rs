//! From the bytes of an artifact to a piece of evidence: which files count, and what a broken one does to the rest.

use super::{
    archive::ArchiveError,
    coverage_xml::{CoverageFormat, read_coverage_xml},
    files::{
        File, Opened, decoded, described, each, first_mark, has_extension, packed, packed_by_mark,
        packs_a_report, stem, xml_root,
    },
    k6::read_k6,
    lcov::read_lcov,
    scan_json::{ScanError, read_scan},
    test_xml::{format_of, read_test_xml},
    xml::XmlError,
};
use crate::domain::{
    Fault, FaultKind, Text,
    evidence::{
        CoverageMap, Evidence, EvidenceKind, LoadReport, ReportBuilder, SecurityScan, TestReport,
    },
};

/// Bytes read of a k6 summary.
const SUMMARY_LIMIT: u64 = 16 << 20;
/// Bytes read of an explain text; `Text` keeps less.
const EXPLAIN_LIMIT: u64 = 1 << 20;

/// Reads an artifact: a zip as GitHub gives it, or one plain file.
///
/// Blocking and heavy on the processor; callers put it on a blocking thread. A file that cannot be read becomes a
/// problem of the report; only an artifact without any readable file is a fault.
pub fn read(kind: EvidenceKind, bytes: &[u8]) -> Result<Evidence, Fault> {
    let file = File { name: "", bytes };
    read_files(kind, &[file])
}

/// Reads files, some of which may be zips, as one piece of evidence.
pub fn read_files(kind: EvidenceKind, files: &[File<'_>]) -> Result<Evidence, Fault> {
    match kind {
        EvidenceKind::Tests => read_tests(files).map(Evidence::Tests),
        EvidenceKind::Load => read_load(files).map(Evidence::Load),
        EvidenceKind::Security => read_security(files).map(Evidence::Security),
        EvidenceKind::Coverage => read_coverage(files).map(Evidence::Coverage),
        EvidenceKind::Explain => read_explain(files).map(Evidence::Explain),
    }
}

fn fault(kind: EvidenceKind, fault: FaultKind, detail: &str) -> Fault {
    Fault::new(
        fault,
        format!("reading the {} artifact", kind.word()),
        detail,
    )
}

/// Walks the files; a zip that cannot be walked is a fault.
fn walk(
    kind: EvidenceKind,
    files: &[File<'_>],
    visit: impl FnMut(&str, Result<&mut Opened<'_>, String>),
) -> Result<(), Fault> {
    each(files, visit).map_err(|error| {
        let kind_of = match error {
            ArchiveError::Damaged(_) => FaultKind::Malformed,
            ArchiveError::TooLarge(_) => FaultKind::TooLarge,
        };
        fault(kind, kind_of, &error.to_string())
    })
}

/// What was read, or why nothing was.
fn settled<T>(
    kind: EvidenceKind,
    read: Option<T>,
    why: Option<String>,
    what: &str,
) -> Result<T, Fault> {
    read.ok_or_else(|| {
        let detail = why.unwrap_or_else(|| format!("there is no {what} in it"));
        fault(kind, FaultKind::Malformed, &detail)
    })
}

fn read_tests(files: &[File<'_>]) -> Result<TestReport, Fault> {
    let mut builder = ReportBuilder::default();
    let mut first_problem: Option<String> = None;
    walk(EvidenceKind::Tests, files, |name, input| {
        let by_name = name.is_empty() || has_extension(name, &["xml", "trx", "junit", "xunit"]);
        let result = match input {
            Ok(input)
                if packs_a_report(name)
                    && let Some(how) = packed_by_mark(input.head()) =>
            {
                Err(format!("packed as {how}, which is not opened"))
            }
            Ok(input) => {
                let by_content =
                    || xml_root(input.head()).is_some_and(|(root, _)| format_of(&root).is_some());
                if !by_name && !by_content() {
                    if let Some(how) = packed(name) {
                        let line = format!("packed as {how}, which is not opened");
                        builder.problem(&described(name, &line));
                    }
                    return;
                }
                match read_test_xml(input.stream(), stem(name), &mut builder) {
                    // Coverage and lint results lie beside test reports; they are no tests.
                    Err(error @ XmlError::OtherXml(_)) => {
                        let line = described(name, &error.to_string());
                        first_problem.get_or_insert_with(|| line.clone());
                        builder.problem(&line);
                        return;
                    }
                    result => result.map_err(|error| error.to_string()),
                }
            }
            // What it was nobody knows: it counts where its name says so.
            Err(_) if !by_name && !has_extension(name, &["zip"]) => return,
            Err(reason) => Err(reason),
        };
        if let Err(reason) = result {
            let line = described(name, &reason);
            first_problem.get_or_insert_with(|| line.clone());
            builder.unreadable(&line);
        }
    })?;
    let read = (builder.files() > 0).then(|| builder.finish());
    settled(
        EvidenceKind::Tests,
        read,
        first_problem,
        "test report (*.xml, *.trx)",
    )
}

fn read_load(files: &[File<'_>]) -> Result<LoadReport, Fault> {
    let mut reports: Vec<(String, LoadReport)> = Vec::new();
    let mut problems: Vec<String> = Vec::new();
    walk(EvidenceKind::Load, files, |name, input| {
        if !name.is_empty() && !has_extension(name, &["json", "zip"]) {
            return;
        }
        let read = input
            .and_then(|input| input.whole(SUMMARY_LIMIT))
            .and_then(|bytes| read_k6(&bytes).map_err(|why| why.to_string()));
        match read {
            Ok(report) => reports.push((name.to_owned(), report)),
            Err(reason) => problems.push(described(name, &reason)),
        }
    })?;
    let first = problems.first().cloned();
    settled(
        EvidenceKind::Load,
        LoadReport::join(reports, &problems),
        first,
        "k6 summary (*.json)",
    )
}

fn read_security(files: &[File<'_>]) -> Result<SecurityScan, Fault> {
    let mut scans: Vec<(String, SecurityScan)> = Vec::new();
    let mut unreadable: Vec<String> = Vec::new();
    let mut others: Vec<String> = Vec::new();
    walk(EvidenceKind::Security, files, |name, input| {
        let by_name = name.is_empty() || has_extension(name, &["sarif", "json", "zip"]);
        let read = match input {
            Ok(input) if by_name || first_mark(input.head()) == Some(b'{') => {
                read_scan(input.stream())
            }
            Err(reason) if by_name => Err(ScanError::Broken(reason)),
            Ok(_) | Err(_) => return,
        };
        match read {
            Ok(scan) => scans.push((name.to_owned(), scan)),
            Err(ScanError::Broken(why)) => unreadable.push(described(name, &why)),
            Err(ScanError::Other(why)) if has_extension(name, &["sarif"]) => {
                unreadable.push(described(name, &why));
            }
            Err(ScanError::Other(why)) => others.push(described(name, &why)),
        }
    })?;
    let first = unreadable.first().or(others.first()).cloned();
    let mut joined = settled(
        EvidenceKind::Security,
        join_scans(scans),
        first,
        "scanner's report (*.sarif, *.json)",
    )?;
    for line in unreadable {
        joined.incomplete(&line);
    }
    for line in others {
        joined.problem(&line);
    }
    Ok(joined)
}

/// Every scan as one; an audit's own JSON beside the same tool's SARIF is the same scan twice.
fn join_scans(mut scans: Vec<(String, SecurityScan)>) -> Option<SecurityScan> {
    scans.sort_by_key(|(_, scan)| !scan.is_sarif());
    let mut scans = scans.into_iter();
    let (_, mut joined) = scans.next()?;
    for (name, scan) in scans {
        if !scan.is_sarif() && joined.has_tool_of(&scan) {
            joined.problem(&described(&name, "the same tool's SARIF is read instead"));
        } else {
            joined = joined.with(scan);
        }
    }
    Some(joined)
}

fn read_coverage(files: &[File<'_>]) -> Result<CoverageMap, Fault> {
    let mut joined = CoverageMap::default();
    let mut first_problem: Option<String> = None;
    // What is read in another format beside it, and the folders in which something is.
    let mut doubles: Vec<(String, CoverageMap)> = Vec::new();
    let mut folders: Vec<String> = Vec::new();
    walk(EvidenceKind::Coverage, files, |name, input| {
        let by_name = name.is_empty() || has_extension(name, &["xml", "info", "lcov", "zip"]);
        let read = match input {
            Ok(input) => {
                let is_lcov = looks_like_lcov(input.head());
                match first_mark(input.head()) {
                    _ if !by_name && !is_lcov => return,
                    Some(b'<') => match read_coverage_xml(input.stream()) {
                        // Test reports lie beside coverage; they are no coverage.
                        Err(error @ XmlError::OtherXml(_)) => {
                            let line = described(name, &error.to_string());
                            first_problem.get_or_insert_with(|| line.clone());
                            joined.problem(&line);
                            return;
                        }
                        Ok((CoverageFormat::Istanbul, map)) => {
                            doubles.push((name.to_owned(), map));
                            return;
                        }
                        read => read.map(|(_, map)| map).map_err(|error| error.to_string()),
                    },
                    _ => read_lcov(input.stream()),
                }
            }
            Err(_) if !by_name => return,
            Err(reason) => Err(reason),
        };
        match read {
            Ok(map) => {
                joined = std::mem::take(&mut joined).with(map);
                folders.push(folder(name).to_owned());
            }
            Err(reason) => {
                let line = described(name, &reason);
                first_problem.get_or_insert_with(|| line.clone());
                joined.incomplete(&line);
            }
        }
    })?;
    for (name, map) in doubles {
        if folders.iter().any(|known| known == folder(&name)) {
            let why = "the same run's report beside it is read instead";
            joined.problem(&described(&name, why));
        } else {
            joined = joined.with(map);
        }
    }
    let read = (joined.reports() > 0).then_some(joined);
    let what = "coverage report (lcov, Cobertura, JaCoCo, Clover)";
    settled(EvidenceKind::Coverage, read, first_problem, what)
}

/// The path before a file's name.
fn folder(name: &str) -> &str {
    name.rsplit_once('/').map_or("", |(folder, _)| folder)
}

/// Whether the bytes begin as a tracefile does.
pub(super) fn looks_like_lcov(head: &[u8]) -> bool {
    let text = decoded(head);
    let mut lines = text.lines().map(str::trim);
    let first = lines.find(|line| !line.is_empty() && !line.starts_with('#'));
    first.is_some_and(|line| line.starts_with("TN:") || line.starts_with("SF:"))
}

fn read_explain(files: &[File<'_>]) -> Result<Text, Fault> {
    let mut best: Option<(bool, String)> = None;
    let mut problem: Option<String> = None;
    walk(EvidenceKind::Explain, files, |name, input| {
        if !name.is_empty() && !has_extension(name, &["md", "markdown", "mdown", "txt"]) {
            return;
        }
        let named = stem(name).to_lowercase().contains("explain");
        match input.and_then(|input| input.at_most(EXPLAIN_LIMIT)) {
            Ok(bytes) => {
                let text = decoded(&bytes);
                let better = best.as_ref().is_none_or(|(by_name, _)| named && !by_name);
                if better && !text.trim().is_empty() {
                    best = Some((named, text));
                }
            }
            Err(reason) => problem = Some(described(name, &reason)),
        }
    })?;
    let read = best.map(|(_, text)| Text::block(&text));
    settled(EvidenceKind::Explain, read, problem, "text (*.md)")
}
