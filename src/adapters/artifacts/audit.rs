//! Audits of dependencies, where SARIF is not at hand: trivy, npm (pnpm, yarn), composer, cargo-audit.

use super::{
    audit_wire::{
        CargoFinding, ComposerAdvisory, NpmAdvisory, NpmMetadata, NpmPackage, TrivyCheck,
        TrivyResult,
    },
    cvss,
    loose::{Entries, List},
};
use crate::domain::evidence::{SecurityScan, SeenFinding, Severity, Standing};

/// Paths of one npm advisory that are told apart.
const PATHS_TOLD: u64 = 1_000;

fn found(
    scan: &mut SecurityScan,
    severity: Severity,
    rule: &str,
    place: &str,
    message: &str,
    identity: (&str, &str),
) {
    scan.finding(&SeenFinding {
        severity,
        rule: if rule.trim().is_empty() {
            "(no rule)"
        } else {
            rule
        },
        place,
        message,
        identity,
        standing: Standing::Untold,
    });
}

/// Trivy's `Results`: vulnerabilities, misconfigurations that failed, secrets, licences.
pub(super) fn trivy(results: &List<TrivyResult>, scan: &mut SecurityScan) {
    scan.tool("trivy");
    // What nobody rated has no severity.
    let severity = |word: &str| Severity::of_word(word).unwrap_or(Severity::Note);
    for result in &results.0 {
        let target = result.target.as_str();
        for one in &result.vulnerabilities.0 {
            let package = one.package.as_str();
            let place = format!("{package} {} ({target})", one.version.as_str());
            let message = match one.fixed.told() {
                Some(fixed) => format!("{}; fixed in {fixed}", one.title.as_str()),
                None => one.title.as_str().to_owned(),
            };
            let severity = severity(one.severity.as_str());
            found(
                scan,
                severity,
                one.id.as_str(),
                &place,
                &message,
                (target, package),
            );
        }
        // Older ones have no status, and list what failed alone.
        let failed = |check: &&TrivyCheck| {
            let passed = ["pass", "exception"];
            !passed
                .iter()
                .any(|word| check.status.as_str().eq_ignore_ascii_case(word))
        };
        let checks = result.misconfigurations.0.iter().filter(failed);
        for check in checks.chain(&result.secrets.0) {
            let rule = check.id.told().unwrap_or(check.rule.as_str());
            let place = match check.line.count() {
                Some(line) => format!("{target}:{line}"),
                None => target.to_owned(),
            };
            let message = check.title.told().unwrap_or(check.message.as_str());
            let severity = severity(check.severity.as_str());
            found(
                scan,
                severity,
                rule,
                &place,
                message,
                (target, check.message.as_str()),
            );
        }
        for licence in &result.licenses.0 {
            let package = licence.pkg_name.as_str();
            let severity = severity(licence.severity.as_str());
            let rule = licence.name.as_str();
            found(scan, severity, rule, package, "licence", (target, package));
        }
    }
}

/// npm 6 (also pnpm): each path to a vulnerable package is one, as npm counts.
pub(super) fn npm_old(
    advisories: &Entries<NpmAdvisory>,
    metadata: &NpmMetadata,
    scan: &mut SecurityScan,
) {
    scan.tool("npm audit");
    for (id, advisory) in &advisories.0 {
        let severity = npm_severity(advisory.severity.as_str());
        let module = advisory.module_name.as_str();
        let rule = advisory_name(advisory.url.as_str(), id);
        let mut paths = 0_u64;
        for finding in &advisory.findings.0 {
            let place = format!("{module} {}", finding.version.as_str());
            for _ in 0..finding.paths.0.clamp(1, PATHS_TOLD) {
                let title = advisory.title.as_str();
                found(scan, severity, rule, place.trim(), title, (module, ""));
                paths += 1;
            }
        }
        if paths == 0 {
            found(
                scan,
                severity,
                rule,
                module,
                advisory.title.as_str(),
                (module, ""),
            );
        }
    }
    rest_of(metadata, "npm", scan);
}

/// One path to a vulnerable package.
pub(super) fn npm_path(advisory: &NpmAdvisory, scan: &mut SecurityScan) {
    let module = advisory.module_name.as_str();
    let version = advisory.findings.0.first();
    let place = format!(
        "{module} {}",
        version.map_or("", |one| one.version.as_str())
    );
    npm_issue(
        advisory.severity.as_str(),
        (advisory.url.as_str(), advisory.id.as_str()),
        (module, place.trim()),
        advisory.title.as_str(),
        scan,
    );
}

/// One vulnerable package: its severity in npm's words, the advisory's address and number, its name and where it is.
pub(super) fn npm_issue(
    severity: &str,
    (url, id): (&str, &str),
    (module, place): (&str, &str),
    title: &str,
    scan: &mut SecurityScan,
) {
    let severity = npm_severity(severity);
    found(
        scan,
        severity,
        advisory_name(url, id),
        place,
        title,
        (module, ""),
    );
}

/// composer: advisories by package.
pub(super) fn composer(advisories: &[(&str, &[ComposerAdvisory])], scan: &mut SecurityScan) {
    scan.tool("composer audit");
    for (package, advisories) in advisories {
        for one in *advisories {
            let id = one.cve.told().unwrap_or(one.advisory_id.as_str());
            let place = format!("{package} {}", one.affected_versions.as_str());
            npm_issue(
                one.severity.as_str(),
                (one.link.as_str(), id),
                (package, place.trim()),
                one.title.as_str(),
                scan,
            );
        }
    }
}

/// npm 7 and since: each vulnerable package is one.
pub(super) fn npm(
    packages: &[(&str, &NpmPackage)],
    metadata: &NpmMetadata,
    scan: &mut SecurityScan,
) {
    scan.tool("npm audit");
    for (name, package) in packages {
        let advisory = package.via.0.iter().find(|via| via.title.told().is_some());
        let rule = advisory.map_or("", |via| {
            advisory_name(via.url.as_str(), via.source.as_str())
        });
        let rule = if rule.is_empty() {
            "by a dependency"
        } else {
            rule
        };
        let message = advisory.map_or("through a package that it depends on", |via| {
            via.title.as_str()
        });
        let place = format!("{name} {}", package.range.as_str());
        let severity = npm_severity(package.severity.as_str());
        found(scan, severity, rule, place.trim(), message, (name, ""));
    }
    rest_of(metadata, "npm", scan);
}

/// npm's own words; one that it does not use is not taken lightly.
fn npm_severity(word: &str) -> Severity {
    Severity::of_word(word).unwrap_or(Severity::Medium)
}

/// `GHSA-xxxx-xxxx-xxxx` of its address, else the number.
fn advisory_name<'s>(url: &'s str, id: &'s str) -> &'s str {
    match url.trim_end_matches('/').rsplit('/').next() {
        Some(last) if last.starts_with("GHSA-") || last.starts_with("CVE-") => last,
        _ => id,
    }
}

/// What npm (or yarn) counts beyond what it lists.
pub(super) fn rest_of(metadata: &NpmMetadata, who: &str, scan: &mut SecurityScan) {
    for (word, count) in &metadata.vulnerabilities.0 {
        if let (Some(severity), Some(count)) = (Severity::of_word(word), count.count()) {
            let listed = scan.counts().of(severity);
            if count > listed {
                let line = format!("{who} counts {count} {word} and lists {listed}");
                scan.problem(&line);
                scan.counted(severity, count - listed);
            }
        }
    }
}

/// What cargo-audit counts beyond what it lists: as grave as one without a score.
pub(super) fn rest_of_cargo(counted: Option<u64>, list: &[CargoFinding], scan: &mut SecurityScan) {
    let listed = u64::try_from(list.len()).unwrap_or(u64::MAX);
    if let Some(count) = counted.filter(|count| *count > listed) {
        scan.problem(&format!("cargo audit counts {count} and lists {listed}"));
        scan.counted(Severity::High, count - listed);
    }
}

/// cargo-audit: vulnerabilities by their CVSS score, warnings (unmaintained, yanked) as notes.
pub(super) fn cargo(
    list: &[CargoFinding],
    warnings: &Entries<List<CargoFinding>>,
    scan: &mut SecurityScan,
) {
    scan.tool("cargo audit");
    let mut take = |finding: &CargoFinding, severity: Severity, kind: &str| {
        let (advisory, package) = (&finding.advisory.0, &finding.package.0);
        let place = format!("{} {}", package.name.as_str(), package.version.as_str());
        let rule = advisory.id.told().unwrap_or(kind);
        let identity = (package.name.as_str(), kind);
        found(
            scan,
            severity,
            rule,
            place.trim(),
            advisory.title.as_str(),
            identity,
        );
    };
    for finding in list {
        let score = finding.advisory.0.cvss.told().and_then(cvss::base_score);
        // RustSec scores hardly half of its advisories; one without a score is no small one for that.
        let severity = score.and_then(Severity::of_score).unwrap_or(Severity::High);
        take(finding, severity, "");
    }
    for (kind, list) in &warnings.0 {
        // Unsound code can be exploited like any other; the rest is housekeeping.
        let severity = if kind == "unsound" {
            Severity::Low
        } else {
            Severity::Note
        };
        for finding in &list.0 {
            take(finding, severity, finding.kind.told().unwrap_or(kind));
        }
    }
}
