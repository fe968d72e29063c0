//! From the bytes of an artifact to a piece of evidence: which files count, and what a broken one does to the rest.

use std::io::Read;

use super::{
    archive::{self, ArchiveError, Limits},
    junit::{JunitError, read_junit},
    k6::read_k6,
};
use crate::domain::{
    Fault, FaultKind, Text,
    evidence::{Evidence, EvidenceKind, LoadReport, LoadVerdict, ReportBuilder, TestReport},
};

/// Bytes read of a k6 summary.
const SUMMARY_LIMIT: u64 = 16 << 20;
/// Bytes read of an explain text; `Text` keeps less.
const EXPLAIN_LIMIT: u64 = 1 << 20;

/// A file by name, not in an archive or in one.
#[derive(Debug, Clone, Copy)]
pub struct File<'a> {
    /// Its name or path.
    pub name: &'a str,
    /// Its bytes; a zip is unpacked.
    pub bytes: &'a [u8],
}

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
        EvidenceKind::Explain => read_explain(files).map(Evidence::Explain),
        EvidenceKind::Security | EvidenceKind::Coverage => Err(fault(
            kind,
            FaultKind::Refused,
            "this version does not read it",
        )),
    }
}

fn fault(kind: EvidenceKind, fault: FaultKind, detail: &str) -> Fault {
    Fault::new(
        fault,
        format!("reading the {} artifact", kind.word()),
        detail,
    )
}

/// Walks plain files and zips alike.
fn each(
    kind: EvidenceKind,
    files: &[File<'_>],
    wanted: fn(&str) -> bool,
    mut visit: impl FnMut(&str, Result<&mut dyn Read, String>),
) -> Result<(), Fault> {
    for file in files {
        if !archive::is_zip(file.bytes) {
            let mut bytes = file.bytes;
            visit(file.name, Ok(&mut bytes));
            continue;
        }
        archive::walk(file.bytes, Limits::ARTIFACT, wanted, &mut visit).map_err(|error| {
            let kind_of = match error {
                ArchiveError::Damaged(_) => FaultKind::Malformed,
                ArchiveError::TooLarge(_) => FaultKind::TooLarge,
            };
            fault(kind, kind_of, &error.to_string())
        })?;
    }
    Ok(())
}

fn read_tests(files: &[File<'_>]) -> Result<TestReport, Fault> {
    let mut builder = ReportBuilder::default();
    let mut first_problem: Option<String> = None;
    each(EvidenceKind::Tests, files, is_test_report, |name, input| {
        let result = match input {
            _ if extension(name).eq_ignore_ascii_case("zip") => {
                Err("an archive inside the archive is not opened".to_owned())
            }
            Ok(input) => match read_junit(input, stem(name), &mut builder) {
                // Coverage and lint results lie beside test reports; they are no tests.
                Err(error @ JunitError::OtherXml(_)) => {
                    let line = described(name, &error.to_string());
                    first_problem.get_or_insert_with(|| line.clone());
                    builder.problem(&line);
                    return;
                }
                result => result.map_err(|error| error.to_string()),
            },
            Err(reason) => Err(reason),
        };
        if let Err(reason) = result {
            let line = described(name, &reason);
            first_problem.get_or_insert_with(|| line.clone());
            builder.unreadable(&line);
        }
    })?;
    if builder.files() == 0 {
        let detail =
            first_problem.unwrap_or_else(|| "there is no test report (*.xml) in it".to_owned());
        return Err(fault(EvidenceKind::Tests, FaultKind::Malformed, &detail));
    }
    Ok(builder.finish())
}

fn read_load(files: &[File<'_>]) -> Result<LoadReport, Fault> {
    let mut reports: Vec<(String, LoadReport)> = Vec::new();
    let mut problems: Vec<String> = Vec::new();
    each(EvidenceKind::Load, files, is_json, |name, input| {
        let read = input
            .and_then(|input| whole(input, SUMMARY_LIMIT))
            .and_then(|bytes| read_k6(&bytes));
        match read {
            Ok(report) => reports.push((name.to_owned(), report)),
            Err(reason) => problems.push(described(name, &reason)),
        }
    })?;
    join_load(reports, &problems).ok_or_else(|| {
        let detail = problems
            .first()
            .map_or("there is no k6 summary (*.json) in it", String::as_str);
        fault(EvidenceKind::Load, FaultKind::Malformed, detail)
    })
}

/// Several summaries are several scenarios: the worst one's figures, everyone's thresholds.
fn join_load(mut reports: Vec<(String, LoadReport)>, problems: &[String]) -> Option<LoadReport> {
    let badness = |report: &LoadReport| match report.verdict() {
        LoadVerdict::Failed => 0,
        LoadVerdict::NoThresholds => 1,
        LoadVerdict::Passed => 2,
    };
    reports.sort_by_key(|(_, report)| badness(report));
    let mut reports = reports.into_iter();
    let (name, mut joined) = reports.next()?;
    let others: Vec<_> = reports.collect();
    if !others.is_empty() {
        let line = format!(
            "{} summaries: the figures are those of {name}",
            others.len() + 1
        );
        joined.problems.push(Text::line(&line));
    }
    for (name, other) in others {
        for mut threshold in other.thresholds.into_iter().flatten() {
            threshold.name = Text::line(&format!("{name} {}", threshold.name));
            joined.thresholds.get_or_insert_default().push(threshold);
        }
    }
    let lines = problems.iter().take(20).map(|line| Text::line(line));
    joined.problems.extend(lines);
    Some(joined)
}

fn read_explain(files: &[File<'_>]) -> Result<Text, Fault> {
    let mut best: Option<(bool, String)> = None;
    let mut problem: Option<String> = None;
    each(EvidenceKind::Explain, files, is_prose, |name, input| {
        let named = stem(name).to_lowercase().contains("explain");
        match input.and_then(|input| head(input, EXPLAIN_LIMIT)) {
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
    best.map(|(_, text)| Text::block(&text)).ok_or_else(|| {
        let detail = problem.unwrap_or_else(|| "there is no text (*.md) in it".to_owned());
        fault(EvidenceKind::Explain, FaultKind::Malformed, &detail)
    })
}

fn decoded(bytes: &[u8]) -> String {
    let (text, _, _) = encoding_rs::UTF_8.decode(bytes);
    text.into_owned()
}

fn head(input: &mut dyn Read, limit: u64) -> Result<Vec<u8>, String> {
    let mut bytes = Vec::new();
    let read = input.take(limit).read_to_end(&mut bytes);
    read.map_err(|error| error.to_string())?;
    Ok(bytes)
}

fn whole(input: &mut dyn Read, limit: u64) -> Result<Vec<u8>, String> {
    let bytes = head(input, limit + 1)?;
    if u64::try_from(bytes.len()).unwrap_or(u64::MAX) > limit {
        return Err(format!("larger than {} MiB", limit >> 20));
    }
    Ok(bytes)
}

fn described(name: &str, reason: &str) -> String {
    if name.is_empty() {
        reason.to_owned()
    } else {
        format!("{name}: {reason}")
    }
}

fn file_name(path: &str) -> &str {
    path.rsplit(['/', '\\']).next().unwrap_or(path)
}

fn extension(path: &str) -> &str {
    file_name(path).rsplit_once('.').map_or("", |(_, end)| end)
}

/// The name that a person gave the file: without folders, ending and Surefire's `TEST-`.
fn stem(path: &str) -> &str {
    let name = file_name(path);
    let name = name.rsplit_once('.').map_or(name, |(stem, _)| stem);
    let name = name.strip_prefix("TEST-").unwrap_or(name);
    if name.is_empty() { "tests" } else { name }
}

/// Finder's shadow files look like the real ones and are not.
fn is_shadow(path: &str) -> bool {
    path.starts_with("__MACOSX/") || file_name(path).starts_with("._")
}

fn has_extension(path: &str, wanted: &[&str]) -> bool {
    let extension = extension(path);
    !is_shadow(path) && wanted.iter().any(|end| extension.eq_ignore_ascii_case(end))
}

fn is_test_report(path: &str) -> bool {
    has_extension(path, &["xml", "trx", "junit", "xunit", "zip"])
}

fn is_json(path: &str) -> bool {
    has_extension(path, &["json"])
}

fn is_prose(path: &str) -> bool {
    has_extension(path, &["md", "markdown", "mdown", "txt"])
}
