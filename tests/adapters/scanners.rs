//! Scanners' and audits' reports against the same tools' own words, and reports that mean harm.

#![expect(clippy::unwrap_used, reason = "a test may fail by panicking")]

use std::{fs, io::Cursor, io::Write, path::Path};

use cockpit::{
    adapters::artifacts::{File, read, read_files},
    domain::{
        Fault,
        evidence::{Evidence, EvidenceKind, SecurityReport, SecurityScan, Severity},
    },
};
use serde_json::{Value, json};
use zip::{ZipWriter, write::SimpleFileOptions};

fn data(name: &str) -> Vec<u8> {
    fs::read(
        Path::new(env!("CARGO_MANIFEST_DIR"))
            .join("tests/data/sarif")
            .join(name),
    )
    .unwrap()
}

fn scan(bytes: &[u8]) -> Result<SecurityScan, Fault> {
    match read(EvidenceKind::Security, bytes)? {
        Evidence::Security(scan) => Ok(scan),
        other => unreachable!("asked for findings, got {other:?}"),
    }
}

fn report(document: &Value) -> SecurityReport {
    scan(document.to_string().as_bytes())
        .unwrap()
        .report(Err("no earlier release"))
}

fn counts(report: &SecurityReport) -> [u64; 6] {
    Severity::ALL.map(|severity| report.counts.of(severity))
}

fn run(results: impl Into<Value>) -> Value {
    let results: Value = results.into();
    json!({"version": "2.1.0", "runs": [{"tool": {"driver": {"name": "bandit"}}, "results": results}]})
}

#[test]
fn bandit_says_the_same_as_sarif_and_by_itself() {
    let report = scan(&data("bandit.sarif")).unwrap().report(Err("none"));
    let own: Value = serde_json::from_slice(&data("bandit.json")).unwrap();
    let own = own["results"].as_array().unwrap();
    let of = |word: &str| {
        own.iter()
            .filter(|one| one["issue_severity"] == word)
            .count() as u64
    };
    // Bandit writes HIGH as error, MEDIUM as warning (the default, so left out), LOW as note.
    assert_eq!(
        counts(&report),
        [0, of("HIGH"), 0, of("MEDIUM"), 0, of("LOW")]
    );
    assert_eq!(report.tools_in_words(), "Bandit");
    let first = &report.worst[0];
    assert_eq!(first.severity, Severity::Medium);
    let same = own.iter().any(|one| {
        let place = format!(
            "{}:{}",
            one["filename"].as_str().unwrap(),
            one["line_number"]
        );
        place == first.place.as_str() && one["test_id"] == first.rule.as_str()
    });
    assert!(same, "{first:?}");
}

#[test]
fn ruff_says_the_same_as_sarif_and_by_itself() {
    let report = scan(&data("ruff.sarif")).unwrap().report(Err("none"));
    let own: Value = serde_json::from_slice(&data("ruff.json")).unwrap();
    let own = own.as_array().unwrap();
    assert!(own.iter().all(|one| one["severity"] == "error"));
    // A linter's errors are no weaknesses: counted apart, and no reason against the release.
    assert_eq!(counts(&report), [0, 0, own.len() as u64, 0, 0, 0]);
    assert_eq!(report.failure(), None);
    assert!(report.in_short().contains("unscored"), "and told");
    // Its own JSON is no SARIF, and is said to be none.
    let fault = scan(&data("ruff.json")).unwrap_err();
    assert!(fault.detail.as_str().contains("neither SARIF"), "{fault}");
}

#[test]
fn the_level_is_the_results_own_else_the_runs_else_the_rules_else_warning() {
    let document = json!({"version": "2.1.0", "runs": [{
    "tool": {"driver": {"name": "gosec", "rules": [
        {"id": "ERR", "defaultConfiguration": {"level": "error"}},
        {"id": "PLAIN"},
        {"id": "OFF", "defaultConfiguration": {"level": "note"}},
        {"id": "RAISED", "defaultConfiguration": {"level": "note"}}]},
        "extensions": [{"name": "pack", "rules": [{"id": "X", "defaultConfiguration": {"level": "error"}}]}]},
    "invocations": [{"ruleConfigurationOverrides": [{"descriptor": {"index": 3}, "configuration": {"level": "error"}}]}],
    "results": [
        {"ruleId": "ERR"},                                                    // error by its rule
        {"ruleId": "ERR", "level": "note"},                                   // note by itself
        {"ruleIndex": 0},                                                     // error by index alone
        {"ruleId": "ERR/1"},                                                  // error by the rule above
        {"ruleId": "PLAIN", "ruleIndex": 1},                                  // warning
        {"ruleId": "UNKNOWN", "ruleIndex": 0},                                // warning: the index is another rule's
        {"ruleId": "OFF"},                                                    // note
        {"ruleId": "RAISED"},                                                 // error by the run's configuration
        {"rule": {"index": 0, "toolComponent": {"index": 0}}},                // error by the extension's rule
        {"rule": {"id": "X", "toolComponent": {"name": "pack"}}},             // the same, by name
        {"ruleId": "ERR", "kind": "informational"},                           // no level: a note
        {"ruleId": "ERR", "kind": "pass"},
        {"ruleId": "ERR", "kind": "notApplicable"},
        {}                                                                    // warning
    ]}]});
    assert_eq!(counts(&report(&document)), [0, 6, 0, 3, 0, 3]);
}

#[test]
fn a_score_goes_before_the_level_as_in_github() {
    let rule =
        |id: &str, score: Value| json!({"id": id, "properties": {"security-severity": score}});
    let ids = ["a", "b", "c", "d", "e", "f", "g", "h", "i"];
    let results = ids.map(|id| json!({"ruleId": id, "level": "note"}));
    let document = json!({"version": "2.1.0", "runs": [{
        "tool": {"driver": {"name": "t", "rules": [
            rule("a", json!("9.0")), rule("b", json!("8.9")), rule("c", json!(7)), rule("d", json!("6.9")),
            rule("e", json!("4.0")), rule("f", json!("0.1")), rule("g", json!("0.0")), rule("h", json!("high")), rule("i", json!("11"))]}},
        "results": results}]});
    assert_eq!(counts(&report(&document)), [1, 2, 0, 2, 1, 3]);
    let own =
        run(json!([{"ruleId": "z", "level": "note", "properties": {"security-severity": "9.8"}}]));
    assert_eq!(counts(&report(&own)), [1, 0, 0, 0, 0, 0]);
}

#[test]
fn an_error_without_a_score_is_grave_where_it_is_about_security_and_a_linters_elsewhere() {
    let by = |tool: &str, rule: Value, result: Value| {
        let mut result = result;
        result["ruleId"] = json!("r");
        result["level"] = json!("error");
        let document = json!({"version": "2.1.0", "runs": [{
            "tool": {"driver": {"name": tool, "rules": [rule]}}, "results": [result]}]});
        let report = report(&document);
        (report.counts.high, report.counts.unscored)
    };
    let rule = |tags: Value| json!({"id": "r", "properties": {"tags": tags}});
    let grave = [
        by(
            "CodeQL",
            rule(json!(["security", "external/cwe/cwe-079"])),
            json!({}),
        ),
        by(
            "Semgrep OSS",
            rule(json!(["CWE-89: SQL injection", "HIGH CONFIDENCE"])),
            json!({}),
        ),
        by(
            "t",
            rule(json!([])),
            json!({"properties": {"tags": ["Security"]}}),
        ),
        by("gitleaks", json!({"id": "r"}), json!({})),
        by("Trivy v0.60", json!({"id": "r"}), json!({})),
    ];
    assert_eq!(grave, [(1, 0); 5]);
    let linters = [
        by("ESLint", json!({"id": "r"}), json!({})),
        by(
            "CodeQL",
            rule(json!(["maintainability", "useless-code"])),
            json!({}),
        ),
        by(
            "zapper",
            rule(json!("security")),
            json!({"properties": {"tags": {"security": 1}}}),
        ),
    ];
    assert_eq!(linters, [(0, 1); 3]);
}

#[test]
fn suppressed_ones_do_not_count_unless_that_is_refused() {
    let suppressed = |status: Value| json!({"level": "error", "suppressions": [{"kind": "inSource", "status": status}]});
    let document = run(json!([
        suppressed(json!(null)), suppressed(json!("accepted")), suppressed(json!("rejected")),
        suppressed(json!("underReview")), {"level": "error", "suppressions": []}]));
    let report = report(&document);
    assert_eq!((report.counts.high, report.suppressed), (3, 2));
}

#[test]
fn new_is_said_by_the_scanner_or_found_against_an_earlier_report() {
    let states = run(json!([
        {"level": "error", "baselineState": "new"}, {"level": "error", "baselineState": "unchanged"},
        {"level": "error", "baselineState": "updated"}, {"level": "error", "baselineState": "absent"}]));
    let marked = report(&states);
    assert_eq!((marked.counts.high, marked.new.unwrap().high), (3, 1));
    assert_eq!(marked.baseline.as_str(), "the scanner's own baseline");

    let at = |rule: &str, uri: &str, line: u32, print: &str| {
        json!({"ruleId": rule, "level": "error", "message": {"text": "m"},
            "partialFingerprints": {"primaryLocationLineHash": print, "primaryLocationStartColumnFingerprint": line.to_string()},
            "locations": [{"physicalLocation": {"artifactLocation": {"uri": uri}, "region": {"startLine": line}}}]})
    };
    let bytes = |results: Value| run(results).to_string().into_bytes();
    let before = scan(&bytes(json!([
        at("r", "a.rs", 10, "x"),
        at("r", "gone.rs", 1, "y")
    ])))
    .unwrap();
    // The same place moved down, a second of the same kind, and another file.
    let now = bytes(json!([
        at("r", "a.rs", 42, "x"),
        at("r", "a.rs", 50, "x"),
        at("r", "b.rs", 1, "x")
    ]));
    let report = scan(&now).unwrap().report(Ok((&before, "run 7")));
    assert_eq!(report.new.unwrap().high, 2);
    assert_eq!(report.worst[0].place.as_str(), "a.rs:50");
    assert_eq!(report.baseline.as_str(), "run 7");
    // Without prints: rule, file and message.
    let plain = |line: u32| {
        json!([{"ruleId": "r", "message": {"text": "m"},
        "locations": [{"physicalLocation": {"artifactLocation": {"uri": "a.rs"}, "region": {"startLine": line}}}]}])
    };
    let before = scan(&bytes(plain(3))).unwrap();
    assert_eq!(
        scan(&bytes(plain(9)))
            .unwrap()
            .report(Ok((&before, "b")))
            .new
            .unwrap()
            .total(),
        0
    );
}

#[test]
fn several_runs_count_together_and_one_that_failed_is_not_passed() {
    let mut document = run(json!([{"level": "error"}]));
    let other = json!({"tool": {"driver": {"name": "other"}}, "results": [{}],
        "invocations": [{"executionSuccessful": false, "toolExecutionNotifications": [{"level": "error", "message": {"text": "no database"}}]}]});
    document["runs"].as_array_mut().unwrap().push(other);
    let report = report(&document);
    assert_eq!(counts(&report), [0, 1, 0, 1, 0, 0]);
    assert_eq!(report.tools_in_words(), "bandit and other");
    assert!(report.incomplete);
    assert!(report.problems[0].as_str().contains("no database"));
}

#[test]
fn trivy_npm_and_cargo_are_told_by_their_content() {
    let trivy = json!({"SchemaVersion": 2, "ArtifactName": "shop:1", "Results": [
        {"Target": "shop:1 (debian)", "Vulnerabilities": [
            {"VulnerabilityID": "CVE-2026-1", "PkgName": "libc6", "InstalledVersion": "2.36", "FixedVersion": "2.37", "Severity": "CRITICAL", "Title": "overflow"},
            {"VulnerabilityID": "CVE-2026-2", "PkgName": "zlib", "Severity": "UNKNOWN"}]},
        {"Target": "Dockerfile", "Misconfigurations": [
            {"ID": "DS002", "Title": "root user", "Severity": "HIGH", "Status": "FAIL"}, {"ID": "DS001", "Severity": "MEDIUM", "Status": "PASS"}],
         "Secrets": [{"RuleID": "aws-key", "Severity": "CRITICAL", "Title": "AWS key", "StartLine": 3}]},
        {"Target": "empty", "Vulnerabilities": null}]});
    let found = report(&trivy);
    assert_eq!(counts(&found), [2, 1, 0, 0, 0, 1]);
    assert_eq!(
        found.worst[0].place.as_str(),
        "libc6 2.36 (shop:1 (debian))"
    );
    assert!(found.worst[0].message.as_str().contains("fixed in 2.37"));

    let npm = json!({"auditReportVersion": 2, "vulnerabilities": {
        "lodash": {"name": "lodash", "severity": "high", "range": "<4.17.21", "via": [
            {"source": 1, "title": "Command Injection", "url": "https://github.com/advisories/GHSA-35jh-r3h4-6jhm", "severity": "high"}]},
        "list": {"name": "list", "severity": "moderate", "range": "*", "via": ["lodash"]}},
        "metadata": {"vulnerabilities": {"info": 0, "low": 0, "moderate": 1, "high": 1, "critical": 0, "total": 2}}});
    let found = report(&npm);
    assert_eq!(counts(&found), [0, 1, 0, 1, 0, 0]);
    assert_eq!(found.worst[0].rule.as_str(), "GHSA-35jh-r3h4-6jhm");
    assert_eq!(found.worst[0].place.as_str(), "lodash <4.17.21");

    let old = json!({"actions": [], "advisories": {"118": {"id": 118, "module_name": "minimatch", "severity": "high", "title": "ReDoS",
        "url": "https://npmjs.com/advisories/118", "findings": [{"version": "3.0.0", "paths": ["a>minimatch", "b>minimatch"]}]}},
        "metadata": {"vulnerabilities": {"info": 0, "low": 1, "moderate": 0, "high": 2, "critical": 0}}});
    let found = report(&old);
    assert_eq!(counts(&found), [0, 2, 0, 0, 1, 0]);
    assert!(
        found.problems[0]
            .as_str()
            .contains("npm counts 1 low and lists 0")
    );

    let cargo = json!({"database": {}, "lockfile": {"dependency-count": 3}, "settings": {}, "vulnerabilities": {"found": true, "count": 2, "list": [
            {"advisory": {"id": "RUSTSEC-2026-0001", "title": "segfault", "cvss": "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H"}, "package": {"name": "time", "version": "0.1.0"}},
            {"advisory": {"id": "RUSTSEC-2026-0002", "title": "unscored", "cvss": null}, "package": {"name": "foo", "version": "1.0.0"}}]},
        "warnings": {"unmaintained": [{"kind": "unmaintained", "advisory": {"id": "RUSTSEC-2026-0003"}, "package": {"name": "bar", "version": "1"}}],
            "yanked": [{"kind": "yanked", "advisory": null, "package": {"name": "baz", "version": "1"}}]}});
    let found = report(&cargo);
    assert_eq!(counts(&found), [1, 1, 0, 0, 0, 2]);
    assert_eq!(found.tools_in_words(), "cargo audit");
    let none = json!({"database": {}, "lockfile": {}, "vulnerabilities": {"found": false, "count": 0, "list": []}, "warnings": {}});
    assert_eq!(report(&none).counts.total(), 0);
}

#[test]
fn what_is_no_scan_is_never_taken_for_a_clean_one() {
    let refused = |json: &str, part: &str| {
        let fault = scan(json.as_bytes()).unwrap_err();
        assert!(fault.detail.as_str().contains(part), "{json}: {fault}");
    };
    refused("{}", "neither SARIF");
    refused("[]", "neither SARIF");
    refused("", "cut off");
    refused("not json", "line 1");
    refused(
        r#"{"version":"2.1.0","runs":[{"results":[{"level":"error"},"#,
        "line 1: the file is cut off",
    );
    refused(r#"{"version":"1.0.0","runs":[]}"#, "cockpit reads 2.1.0");
    refused(r#"{"runs":[]}"#, "no version");
    refused(
        r#"{"error":{"code":"ENOLOCK","summary":"This command requires an existing lockfile."}}"#,
        "existing lockfile",
    );
    refused(r#"{"vulnerabilities":{"count":1}}"#, "neither SARIF");
    refused(&format!("{{\"runs\":{}", "[".repeat(100_000)), "line 1");
}

#[test]
fn odd_types_and_hostile_words_harm_nothing() {
    let odd = json!({"version": "2.1.0", "runs": [
        null, 7, {"tool": "grep", "results": {"a": 1}},
        {"tool": {"driver": {"name": "\u{1b}[2Jevil\u{202e}", "rules": "none"}}, "results": [
            null, "text", {"ruleId": 5, "level": ["error"], "message": "\u{1b}]0;x\u{7}", "locations": [{"physicalLocation": {"artifactLocation": {"uri": "\u{1b}[31m/etc/passwd"}}}],
            "ruleIndex": -1, "suppressions": null, "partialFingerprints": []}]}]});
    let report = report(&odd);
    assert_eq!(report.counts.total(), 3);
    let shown = format!("{report:?}");
    assert!(
        !shown.contains('\u{1b}') && !shown.contains('\u{202e}'),
        "{shown}"
    );
}

#[test]
fn several_files_join_and_a_broken_one_makes_the_scan_incomplete() {
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    let one = run(json!([{"level": "error"}])).to_string();
    for (name, text) in [
        ("a.sarif", one.as_str()),
        ("out/b.json", one.as_str()),
        ("c.sarif", "{\"runs\":"),
        ("package.json", "{\"name\":\"x\"}"),
        ("notes.txt", "hi"),
    ] {
        zip.start_file(name, SimpleFileOptions::default()).unwrap();
        zip.write_all(text.as_bytes()).unwrap();
    }
    let bytes = zip.finish().unwrap().into_inner();
    let report = scan(&bytes).unwrap().report(Err("none"));
    assert_eq!(report.counts.high, 2);
    assert!(report.incomplete);
    let problems: Vec<_> = report.problems.iter().map(ToString::to_string).collect();
    assert!(
        problems[0].starts_with("c.sarif: line 1: the file is cut off"),
        "{problems:?}"
    );
    assert!(
        problems[1].starts_with("package.json: neither SARIF"),
        "{problems:?}"
    );
}

#[test]
fn an_audit_beside_the_same_tools_sarif_is_not_counted_twice() {
    let sarif = json!({"version": "2.1.0", "runs": [{"tool": {"driver": {"name": "Trivy"}}, "results": [{"level": "error"}]}]}).to_string();
    let own = json!({"SchemaVersion": 2, "ArtifactName": "x", "Results": [{"Vulnerabilities": [{"VulnerabilityID": "C", "Severity": "HIGH"}]}]}).to_string();
    let files = [
        File {
            name: "trivy.json",
            bytes: own.as_bytes(),
        },
        File {
            name: "trivy.sarif",
            bytes: sarif.as_bytes(),
        },
    ];
    let Evidence::Security(scan) = read_files(EvidenceKind::Security, &files).unwrap() else {
        unreachable!("asked for findings");
    };
    assert_eq!(scan.counts().high, 1);
}

#[test]
fn a_run_without_results_did_not_look() {
    let incomplete = |results: Option<Value>| {
        let mut document = run(json!([]));
        let one = document["runs"][0].as_object_mut().unwrap();
        match results {
            Some(results) => one.insert("results".to_owned(), results),
            None => one.remove("results"),
        };
        report(&document).incomplete
    };
    assert!(incomplete(None));
    assert!(incomplete(Some(Value::Null)));
    assert!(!incomplete(Some(json!([]))));
}

#[test]
fn who_looked_at_nothing_found_nothing_out() {
    let none = report(&json!({"version": "2.1.0", "runs": []}));
    assert!(none.incomplete, "{none:?}");
    let bare = report(&json!({"SchemaVersion": 2, "ArtifactName": "."}));
    assert!(
        bare.problems[0]
            .as_str()
            .contains("nothing that it looked at")
    );
}

#[test]
fn of_trivys_checks_what_failed_counts() {
    let check = |status: &str| json!({"ID": "DS1", "Severity": "HIGH", "Status": status});
    let checks = ["FAIL", "PASS", "EXCEPTION", ""].map(check);
    let document = json!({"SchemaVersion": 2, "Results": [{"Target": "Dockerfile", "Misconfigurations": checks}]});
    assert_eq!(report(&document).counts.of(Severity::High), 2);
}

#[test]
fn a_rule_is_found_by_its_guid_and_a_message_by_its_name() {
    let rule = json!({"id": "x/y", "guid": "rule-1", "defaultConfiguration": {"level": "note"},
        "messageStrings": {"default": {"text": "`{0}` reaches `{1}`"}},
        "properties": {"security-severity": "9.8"}});
    let tool = json!({"driver": {"name": "q"}, "extensions": [{"name": "e", "guid": "pack-1", "rules": [rule]}]});
    let told = json!({"id": "default", "arguments": ["input", "query"]});
    let results = json!([
        {"message": told, "rule": {"guid": "rule-1"}},
        {"message": told, "rule": {"index": 0, "toolComponent": {"guid": "pack-1"}}},
    ]);
    let document = json!({"version": "2.1.0", "runs": [{"tool": tool, "results": results}]});
    let report = report(&document);
    assert_eq!(counts(&report), [2, 0, 0, 0, 0, 0]);
    assert_eq!(report.worst[0].message.as_str(), "`input` reaches `query`");
}

#[test]
fn a_sarif_of_another_version_is_refused() {
    for version in ["1.0.0", "2.0.0", "2.0.0-csd.2.beta.2019-01-24"] {
        let document = json!({"version": version, "runs": []});
        let fault = scan(document.to_string().as_bytes()).unwrap_err();
        let said = format!("SARIF of {version}; cockpit reads 2.1.0");
        assert!(fault.detail.as_str().contains(&said), "{fault}");
    }
}

#[test]
fn trivys_list_of_old_is_read() {
    let old = json!([{"Target": "image", "Type": "debian", "Vulnerabilities": [
        {"VulnerabilityID": "CVE-2020-1", "PkgName": "p", "Severity": "HIGH", "Title": "t"}]}]);
    let report = report(&old);
    assert_eq!(
        (report.counts.of(Severity::High), report.counts.total()),
        (1, 1)
    );
    let read = cockpit::adapters::artifacts::understand("old.json", old.to_string().as_bytes());
    assert!(format!("{read:?}").contains("CVE-2020-1"), "{read:?}");
    for other in [json!([]), json!([{"a": 1}]), json!([1, "x"])] {
        assert!(scan(other.to_string().as_bytes()).is_err(), "{other}");
    }
}

#[test]
fn what_cargo_audit_counts_and_does_not_list_is_said() {
    let audit = json!({"database": {}, "lockfile": {"dependency-count": 2}, "warnings": {},
        "vulnerabilities": {"found": true, "count": 3, "list": []}});
    let report = report(&audit);
    assert_eq!(report.counts.of(Severity::High), 3);
    assert_eq!(
        report.problems[0].as_str(),
        "cargo audit counts 3 and lists 0"
    );
}

#[test]
fn a_sarif_without_a_version_is_read_by_what_it_holds() {
    let mut bare = run(
        json!([{"ruleId": "r", "kind": "FAIL", "level": "ERROR", "message": {"text": "m"}},
        {"ruleId": "r", "kind": "PASS", "message": {"text": "m"}}]),
    );
    bare.as_object_mut().unwrap().remove("version");
    let read = report(&bare);
    assert_eq!(counts(&read), [0, 1, 0, 0, 0, 0]);
    assert!(read.problems[0].as_str().contains("no version"), "{read:?}");
    assert!(scan(br#"{"runs":[{"tool":{"name":"old"},"results":[]}]}"#).is_err());
}

#[test]
fn composers_audit_counts_each_advisory_of_a_package() {
    let audit = json!({"advisories": {"a/b": [
        {"advisoryId": "PKSA-1", "affectedVersions": "<2", "title": "one", "cve": "CVE-2026-1", "severity": "high"},
        {"advisoryId": "PKSA-2", "affectedVersions": "<2", "title": "two", "cve": null, "severity": "low",
            "link": "https://github.com/advisories/GHSA-aaaa-bbbb-cccc"}],
        "c/d": [{"advisoryId": "PKSA-3", "title": "three", "severity": null}]}, "abandoned": {}});
    let read = report(&audit);
    assert_eq!(counts(&read), [0, 1, 0, 1, 1, 0]);
    assert_eq!(read.tools[0].as_str(), "composer audit");
    let rules: Vec<&str> = read.worst.iter().map(|one| one.rule.as_str()).collect();
    assert_eq!(rules, ["CVE-2026-1", "PKSA-3", "GHSA-aaaa-bbbb-cccc"]);
    let clean = report(&json!({"advisories": [], "abandoned": []}));
    assert_eq!((clean.counts.total(), clean.incomplete), (0, false));
    assert_eq!(clean.tools[0].as_str(), "composer audit");
}

#[test]
fn yarns_lines_are_one_audit() {
    let advisory = |module: &str, severity: &str| {
        json!({"type": "auditAdvisory", "data": {"resolution": {"path": "x"}, "advisory": {"id": 7, "module_name": module,
            "severity": severity, "title": "t", "url": "", "findings": [{"version": "1.0", "paths": ["x", "y"]}]}}})
    };
    let summary = json!({"type": "auditSummary", "data": {"vulnerabilities": {"low": 0, "high": 2, "critical": 1}}});
    let lines = |all: &[Value]| {
        all.iter()
            .fold(String::new(), |text, line| format!("{text}{line}\n"))
    };
    let warning = json!({"type": "warning", "data": "No license field"});
    let whole = lines(&[
        warning.clone(),
        advisory("a", "high"),
        advisory("b", "high"),
        advisory("c", "critical"),
        summary.clone(),
    ]);
    let read = scan(whole.as_bytes()).unwrap().report(Err("none"));
    assert_eq!(
        (counts(&read), read.incomplete),
        ([1, 2, 0, 0, 0, 0], false)
    );
    let understood = cockpit::adapters::artifacts::understand("yarn.json", whole.as_bytes());
    assert!(
        format!("{understood:?}").contains("\"audit\""),
        "{understood:?}"
    );
    // Cut between two lines: the summary tells that something is missing.
    let cut = scan(lines(&[advisory("a", "high")]).as_bytes())
        .unwrap()
        .report(Err("none"));
    assert!(cut.incomplete);
    let short = scan(lines(&[advisory("a", "high"), summary]).as_bytes())
        .unwrap()
        .report(Err("none"));
    assert_eq!(counts(&short), [1, 2, 0, 0, 0, 0]);
    let failed = lines(&[warning, json!({"type": "error", "data": "ECONNREFUSED"})]);
    let why = scan(failed.as_bytes()).unwrap_err();
    assert!(why.detail.as_str().contains("yarn audit failed"), "{why}");
    let berry = lines(&[
        json!({"value": "a", "children": {"ID": 1, "Issue": "t", "URL": "https://github.com/advisories/GHSA-aaaa-bbbb-cccc",
            "Severity": "high", "Vulnerable Versions": "<2"}}),
        json!({"value": "b", "children": {"ID": "b (deprecation)", "Issue": "gone", "Severity": "moderate"}}),
    ]);
    let read = scan(berry.as_bytes()).unwrap().report(Err("none"));
    assert_eq!(counts(&read), [0, 1, 0, 0, 0, 1]);
}

#[test]
fn json_that_people_wrote_is_read_and_what_is_no_report_is_none() {
    use cockpit::adapters::artifacts::{Understood, understand};
    let by_hand = br#"// ours
        {"version": "2.1.0", /* one run */ "runs": [{"tool": {"driver": {"name": "bandit"}}, "results": [
            {"level": "error", "message": {"text": "see https://a//b, ]"}}, ]}, ]}"#;
    let read = scan(by_hand).unwrap().report(Err("none"));
    assert_eq!(counts(&read), [0, 1, 0, 0, 0, 0]);
    let other = |text: &str| {
        matches!(
            understand("a/x.json", text.as_bytes()),
            Understood::Other(_)
        )
    };
    for text in [
        "// a\n{\"compilerOptions\": {\"strict\": true,},}",
        "{\"a\": 1} // behind",
        "{\"Action\":\"run\"}\n{\"Action\":\"pass\"}\n",
        "{\"type\":\"info\",\"data\":\"x\"}\n{\"type\":\"info\"}",
    ] {
        assert!(other(text), "{text}");
    }
    for text in [
        "{\"a\": 1",
        "{\"version\":\"2.1.0\",\"runs\":[]} {}",
        "{\"a\": // b }",
        "/",
        "{,}",
    ] {
        assert!(!other(text), "{text}");
    }
}
