//! Reports of other tools against what their own projects say is in them, and archives that mean harm.

#![expect(clippy::unwrap_used, reason = "a test may fail by panicking")]

use std::{
    fs,
    io::{Cursor, Write},
    path::{Path, PathBuf},
};

use cockpit::{
    adapters::artifacts::{File, read, read_files},
    domain::{
        FaultKind, Text,
        evidence::{
            Evidence, EvidenceKind, LoadReport, LoadVerdict, Outcome, TestReport, TestsSummary,
        },
    },
};
use zip::{ZipWriter, write::SimpleFileOptions};

fn data(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/data")
        .join(path)
}

fn tests_in(bytes: &[u8]) -> TestReport {
    match read(EvidenceKind::Tests, bytes).unwrap() {
        Evidence::Tests(report) => report,
        other => unreachable!("asked for tests, got {other:?}"),
    }
}

fn tests_of(path: &str) -> TestReport {
    tests_in(&fs::read(data("junit").join(path)).unwrap())
}

fn load_of(bytes: &[u8]) -> LoadReport {
    match read(EvidenceKind::Load, bytes).unwrap() {
        Evidence::Load(report) => report,
        other => unreachable!("asked for load, got {other:?}"),
    }
}

fn zipped(files: &[(&str, &[u8])]) -> Vec<u8> {
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, bytes) in files {
        zip.start_file(*name, SimpleFileOptions::default()).unwrap();
        zip.write_all(bytes).unwrap();
    }
    zip.finish().unwrap().into_inner()
}

const ONE: &[u8] =
    br#"<testsuite name="API"><testcase name="a" classname="c" time="0.5"/></testsuite>"#;

#[test]
fn every_report_counts_as_its_own_project_says() {
    let table = fs::read_to_string(data("junit/expected.tsv")).unwrap();
    let mut compared = 0;
    for line in table.lines().skip(1) {
        let fields: Vec<&str> = line.split('\t').collect();
        let (file, format) = (fields[0], fields[1]);
        let Ok(bytes) = fs::read(data("junit").join(file)) else {
            panic!("{file} is in the table and not in the folder");
        };
        let result = read(EvidenceKind::Tests, &bytes);
        if format == "json" || !fields[15].is_empty() {
            assert_eq!(result.unwrap_err().kind, FaultKind::Malformed, "{file}");
            compared += 1;
            continue;
        }
        let Evidence::Tests(report) = result.unwrap() else {
            unreachable!("asked for tests");
        };
        let totals = report.totals;
        let sum = totals.passed + totals.failed + totals.errored + totals.skipped;
        assert_eq!(totals.tests, sum, "{file}");
        let expected = |field: usize| fields[field].parse::<u64>().ok();
        let Some(tests) = expected(5) else { continue };
        compared += 1;
        assert_eq!(totals.tests, tests, "{file}: tests");
        assert_eq!(totals.passed, expected(6).unwrap(), "{file}: passed");
        assert_eq!(totals.skipped, expected(7).unwrap(), "{file}: skipped");
        if let Some(errored) = expected(9) {
            assert_eq!(totals.failed, expected(8).unwrap(), "{file}: failed");
            assert_eq!(totals.errored, errored, "{file}: errored");
        } else {
            let failing = totals.failed + totals.errored;
            assert_eq!(failing, expected(8).unwrap(), "{file}: failing");
        }
        if let Some(suites) = expected(10) {
            assert_eq!(report.sections() as u64, suites, "{file}: suites");
        }
        if let Some(seconds) = expected(14) {
            let read = totals.duration.as_secs().unsigned_abs();
            assert_eq!(read, seconds, "{file}: seconds");
        }
    }
    assert!(compared >= 38, "only {compared} rows were compared");
}

#[test]
fn retries_are_flaky_however_they_are_written() {
    let counts = |path: &str| {
        let totals = tests_of(path).totals;
        (
            totals.tests,
            totals.passed,
            totals.failed + totals.errored,
            totals.flaky,
        )
    };
    for (path, expected) in [
        (
            "mikepenz/junit_flaky_failure/mixed_flaky_and_passed.xml",
            (3, 3, 0, 1),
        ),
        (
            "mikepenz/junit_flaky_failure/marathon_junit_report.xml",
            (1, 1, 0, 1),
        ),
        (
            "mikepenz/maven_surefire_flaky/surefire-report.xml",
            (1, 1, 0, 1),
        ),
        (
            "mikepenz/flaky_retries/flaky_with_classname_file.xml",
            (3, 3, 0, 1),
        ),
        ("mikepenz/junit-web-test/expectedRetries.xml", (7, 5, 1, 1)),
        // Never passed, or passed before it failed: no retry made it good.
        (
            "mikepenz/flaky_retries/flaky_all_failures.xml",
            (3, 0, 3, 0),
        ),
        (
            "mikepenz/flaky_retries/flaky_success_first.xml",
            (3, 1, 2, 0),
        ),
        ("nextest/fixture-project-junit.xml", (3, 2, 1, 1)),
    ] {
        assert_eq!(counts(path), expected, "{path}");
    }
    let report = tests_of("mikepenz/flaky_retries/flaky_with_classname_file.xml");
    let flaky: Vec<_> = report.flaky().collect();
    assert_eq!(flaky.len(), 1);
    assert_eq!((flaky[0].name, flaky[0].message), ("test_foo", "it failed"));
    assert_eq!(report.len(), 3);
}

#[test]
fn other_dialects_say_what_they_mean() {
    let totals = |path: &str| {
        let t = tests_of(path).totals;
        (t.tests, t.passed, t.failed, t.errored, t.skipped)
    };
    assert_eq!(
        totals("mikepenz/issues/testDisabled.xml"),
        (22, 6, 4, 2, 10)
    );
    assert_eq!(
        totals("mikepenz/issues/testFailedDisabled.xml"),
        (1, 0, 0, 0, 1)
    );
    assert_eq!(totals("mikepenz/nested/junit.xml"), (5, 2, 3, 0, 0));
    assert_eq!(
        totals("mikepenz/multiple_failures/test_multiple_failures.xml"),
        (4, 1, 2, 0, 1)
    );
    assert_eq!(
        totals("mikepenz/multiple_failures/test_multiple_errors.xml"),
        (3, 1, 1, 1, 0)
    );
    assert_eq!(totals("mikepenz/cunit/testEmpty.xml"), (0, 0, 0, 0, 0));
}

#[test]
fn a_failure_keeps_its_message_and_its_stack() {
    let report = tests_of("mikepenz/multiple_failures/test_multiple_failures.xml");
    let first = report.failing().next().unwrap();
    assert_eq!(first.message, "First assertion failed");
    assert!(
        first.details.contains("MultipleFailuresTest.java:15"),
        "{}",
        first.details
    );
    let case = tests_of("enricomi/junit-xml/with-xml-entities.xml");
    let case = case.failing().next().unwrap();
    assert_eq!(case.name, "Test with 'apostrophe' in the test name");
    assert_eq!(case.details, "Content with 'apostrophes'");
}

#[test]
fn a_cut_file_names_its_line_and_the_rest_counts() {
    let cut = fs::read(data("junit/enricomi/junit-xml/pytest/corrupt-xml.xml")).unwrap();
    let report = tests_in(&zipped(&[
        ("reports/API.xml", ONE),
        ("reports/cut.xml", &cut),
        ("reports/none.xml", b"Error: connection refused"),
        ("report.trx", b"<TestRun><Results>"),
        ("coverage.xml", b"<coverage/>"),
        ("screenshot.png", b"\x89PNG"),
    ]));
    assert_eq!(report.totals.tests, 1);
    assert_eq!(report.unreadable, 3);
    let problems: Vec<&str> = report.problems.iter().map(Text::as_str).collect();
    let problems = problems.join("\n");
    assert!(
        problems.contains("reports/cut.xml: line 11: the file is cut off"),
        "{problems}"
    );
    assert!(problems.contains("reports/none.xml"), "{problems}");
    assert!(
        problems.contains("report.trx: line 1: the file is cut off: </Results> is missing"),
        "{problems}"
    );
    assert!(
        problems.contains("coverage.xml: no report that cockpit knows"),
        "{problems}"
    );
    assert!(!TestsSummary::of(&report).has_passed());
}

#[test]
fn encodings_are_read_as_they_declare_themselves() {
    let xml = |declared: &str| {
        format!(
            "<?xml version='1.0' encoding='{declared}'?><testsuite name='Zürich'><testcase name='grüße'/></testsuite>"
        )
    };
    let utf16 = |text: &str, little: bool| -> Vec<u8> {
        let units = std::iter::once(0xfeff).chain(text.encode_utf16());
        units
            .flat_map(|u: u16| {
                if little {
                    u.to_le_bytes()
                } else {
                    u.to_be_bytes()
                }
            })
            .collect()
    };
    let latin1 = |text: &str| -> Vec<u8> {
        text.chars()
            .map(|c| u8::try_from(u32::from(c)).unwrap())
            .collect()
    };
    let with_mark = [b"\xef\xbb\xbf".as_slice(), xml("utf-8").as_bytes()].concat();
    let without_mark = |little| utf16(&xml("UTF-16"), little)[2..].to_vec();
    for bytes in [
        xml("UTF-8").into_bytes(),
        with_mark,
        without_mark(true),
        without_mark(false),
        utf16(&xml("UTF-16"), true),
        utf16(&xml("UTF-16"), false),
        latin1(&xml("ISO-8859-1")),
        latin1(&xml("windows-1252")),
    ] {
        let report = tests_in(&bytes);
        assert_eq!(report.case(0).unwrap().name, "grüße");
        assert_eq!(report.suites[0].name.as_str(), "Zürich");
    }
    let broken = b"<testsuite name='s'><testcase name='a\xff\xfeb'/></testsuite>";
    assert_eq!(tests_in(broken).case(0).unwrap().name, "a\u{fffd}\u{fffd}b");
}

#[test]
fn entities_and_escapes_are_shown_and_not_obeyed() {
    let laughs = br#"<?xml version="1.0"?><!DOCTYPE t [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;">
        <!ENTITY f SYSTEM "file:///etc/passwd">]>
        <testsuite name="s"><testcase name="&b;"><failure message="&f;">&b; &#27;[2J &#x202e; & alone</failure></testcase></testsuite>"#;
    let report = tests_in(laughs);
    let case = report.case(0).unwrap();
    assert_eq!((case.name, case.message), ("&b;", "&f;"));
    assert_eq!(case.details, "&b; ␛[2J <U+202E> & alone");
}

#[test]
fn depth_and_size_are_bounded() {
    let deep = format!(
        "{}{}",
        "<testsuite>".repeat(100_000),
        "</testsuite>".repeat(100_000)
    );
    let fault = read(EvidenceKind::Tests, deep.as_bytes()).unwrap_err();
    assert!(fault.detail.as_str().contains("nested deeper"), "{fault}");
    let long = "x".repeat(3 << 20);
    let huge = format!(
        "<testsuite name='s'><testcase name='{long}'><failure message='{long}'><![CDATA[{long}]]></failure>\
         <system-out>{long}</system-out><!--{long}--></testcase><testcase name='b'/></testsuite>"
    );
    let report = tests_in(huge.as_bytes());
    assert_eq!((report.totals.tests, report.totals.failed), (2, 1));
    let case = report.case(0).unwrap();
    assert!(case.name.len() < 1_100 && case.message.len() < 1_100 && case.details.len() < 9_000);
}

#[test]
fn cdata_and_comments_end_where_they_end() {
    let tricky =
        b"<testsuite name='s'><!-- ]]> <testcase name='no'/> -- --><testcase name='a'><failure>\
        <![CDATA[x ]] ]]]> y<testcase/>]]]]></failure></testcase></testsuite>";
    let report = tests_in(tricky);
    assert_eq!(report.totals.tests, 1);
    let details = report.case(0).unwrap().details.to_owned();
    assert!(details.starts_with("x ]] ]"), "{details}");
}

#[test]
fn odd_counts_are_said() {
    let odd = b"<testsuite name='API' tests='5' failures='2' time='1,234.5'><testcase name='a'/></testsuite>";
    let report = tests_in(odd);
    assert_eq!((report.totals.tests, report.totals.failed), (3, 2));
    assert_eq!(report.totals.duration.as_millis(), 1_234_500);
    assert!(
        report.problems[0].as_str().contains("says 2 failed"),
        "{:?}",
        report.problems
    );
    let cases_win = b"<testsuites tests='99'><testsuite name='API' tests='7'><testcase name='a'/></testsuite></testsuites>";
    assert_eq!(tests_in(cases_win).totals.tests, 1);
}

#[test]
fn one_name_twice_hides_no_failure() {
    let outcome = |cases: &str| {
        let xml: String = cases
            .chars()
            .map(|c| match c {
                'f' => "<testcase name='a' classname='c'><failure/></testcase>",
                _ => "<testcase name='a' classname='c'/>",
            })
            .collect();
        let totals = tests_in(format!("<testsuite name='s'>{xml}</testsuite>").as_bytes()).totals;
        (totals.passed, totals.failed, totals.flaky)
    };
    assert_eq!(outcome("fp"), (1, 0, 1));
    assert_eq!(outcome("fffp"), (1, 0, 1));
    // A data provider's cases share a name and are no attempts of each other.
    assert_eq!(outcome("pfp"), (2, 1, 0));
    assert_eq!(outcome("fpp"), (2, 1, 0));
    assert_eq!(outcome("pf"), (1, 1, 0));
    assert_eq!(outcome("ff"), (0, 2, 0));
}

#[test]
fn suites_carry_names_that_people_know() {
    let unnamed = b"<testsuites><testsuite><testcase name='a'/></testsuite></testsuites>";
    let loose = b"<testsuites><testcase name='a'/></testsuites>";
    let report = tests_in(&zipped(&[
        ("out/junit/TEST-Integration.xml", unnamed),
        ("out/junit/E2E.xml", loose),
        ("out/a.xml", ONE),
    ]));
    let names: Vec<&str> = report
        .suites
        .iter()
        .map(|suite| suite.name.as_str())
        .collect();
    assert_eq!(names, ["API", "E2E", "Integration"]);
    assert!(report.suites.iter().all(|suite| suite.totals.tests == 1));
}

#[test]
fn a_summary_is_bounded_whatever_the_report() {
    let message = "m".repeat(400);
    let name = "n".repeat(300);
    let case =
        format!("<testcase name='{name}' classname='c'><failure message='{message}'/></testcase>");
    let suite = format!(
        "<testsuite name='\"{name}\"'>{}</testsuite>",
        case.repeat(2)
    );
    let suites = suite.repeat(3);
    let xml = format!("<testsuites>{suites}</testsuites>");
    let files: Vec<Vec<u8>> = (0..90).map(|_| xml.clone().into_bytes()).collect();
    let names: Vec<String> = (0..90)
        .map(|n| format!("{n}-{}.xml", "file".repeat(40)))
        .collect();
    let inputs: Vec<File<'_>> = files
        .iter()
        .zip(&names)
        .map(|(bytes, name)| File { name, bytes })
        .collect();
    let Evidence::Tests(report) = read_files(EvidenceKind::Tests, &inputs).unwrap() else {
        unreachable!("asked for tests");
    };
    let summary = TestsSummary::of(&report);
    assert_eq!(summary.totals.failed, 90 * 3 * 2);
    let by_suite: u64 = summary.suites.iter().map(|suite| suite.totals.failed).sum();
    assert_eq!(by_suite, summary.totals.failed);
    let json = serde_json::to_string(&summary).unwrap();
    assert!(json.len() <= 16 << 10, "{} bytes", json.len());
    let back: TestsSummary = serde_json::from_str(&json).unwrap();
    assert_eq!(back, summary);
}

#[test]
fn order_and_slowest_serve_the_screen() {
    let xml = b"<testsuite name='s'><testcase name='p' time='9'/><testcase name='f' time='1'><failure/></testcase>\
        <testcase name='e' time='2'><error/></testcase><testcase name='k'><flakyFailure message='m'/></testcase></testsuite>";
    let report = tests_in(xml);
    let ordered: Vec<&str> = report
        .failing_first()
        .iter()
        .map(|&index| report.case(index as usize).unwrap().name)
        .collect();
    assert_eq!(ordered, ["f", "e", "k", "p"]);
    let slowest: Vec<&str> = report.slowest(2).iter().map(|case| case.name).collect();
    assert_eq!(slowest, ["p", "e"]);
    assert_eq!(report.flaky().next().unwrap().outcome, Outcome::Flaky);
}

#[test]
fn archives_that_mean_harm_are_stopped() {
    let whole = zipped(&[("a.xml", ONE)]);
    let fault = read(EvidenceKind::Tests, &whole[..whole.len() - 30]).unwrap_err();
    assert!(
        fault.detail.as_str().contains("damaged or cut off"),
        "{fault}"
    );
    let report = tests_in(&zipped(&[("../../etc/cron.d/x.xml", ONE), ("a.xml", ONE)]));
    assert_eq!((report.totals.tests, report.unreadable), (1, 1));
    let nested = tests_in(&zipped(&[("inner.zip", &whole), ("a.xml", ONE)]));
    assert_eq!((nested.totals.tests, nested.unreadable), (2, 0));
    let cut = tests_in(&zipped(&[
        ("inner.zip", &whole[..whole.len() - 30]),
        ("a.xml", ONE),
    ]));
    assert_eq!((cut.totals.tests, cut.unreadable), (1, 1));
    let empty = read(EvidenceKind::Tests, &zipped(&[("readme.txt", b"hi")])).unwrap_err();
    assert!(empty.detail.as_str().contains("no test report"), "{empty}");
}

#[test]
fn every_k6_summary_says_what_its_run_said() {
    let truth = fs::read_to_string(data("k6/expected.json")).unwrap();
    let truth: serde_json::Value = serde_json::from_str(&truth).unwrap();
    for row in truth.as_array().unwrap() {
        let file = row["file"].as_str().unwrap();
        let report = load_of(&fs::read(data("k6").join(file)).unwrap());
        let expected = row["ok_by_threshold"].as_object().unwrap();
        let found = report.thresholds.clone().unwrap_or_default();
        assert_eq!(found.len(), expected.len(), "{file}");
        for (name, held) in expected {
            let (metric, expression) = name.split_once(':').unwrap();
            let name = format!("{metric}: {expression}");
            let threshold = found.iter().find(|t| t.name.as_str() == name).unwrap();
            assert_eq!(threshold.held, held.as_bool().unwrap(), "{file} {name}");
        }
        let verdict = match (
            expected.is_empty(),
            expected.values().all(|held| *held == true),
        ) {
            (true, _) => LoadVerdict::NoThresholds,
            (false, true) => LoadVerdict::Passed,
            (false, false) => LoadVerdict::Failed,
        };
        assert_eq!(report.verdict(), verdict, "{file}");
    }
}

#[test]
fn k6_figures_are_in_milliseconds_and_per_cent() {
    let read = |file: &str| {
        load_of(&zipped(&[(
            "k6/summary.json",
            &fs::read(data("k6").join(file)).unwrap(),
        )]))
    };
    let near = |value: Option<f64>, wanted: f64| {
        assert!((value.unwrap() - wanted).abs() < 1e-3, "{value:?} {wanted}");
    };
    let old = read("v2_abort_summary_export.json");
    near(old.p50, 1.076_925);
    near(old.p95, 4.868_979);
    assert_eq!(
        (old.p99, old.requests, old.checks),
        (None, Some(2013), Some((1608, 405)))
    );
    near(old.failed, 20.119_225);
    near(old.throughput, 1_007.289_720);
    let handled = read("v2_pass_handleSummary.json");
    near(handled.p99, 119.944_590);
    near(handled.throughput, 17.014_651);
    assert_eq!(
        (handled.failed, handled.checks),
        (Some(0.0), Some((138, 0)))
    );
    let machine = read("v2_pass_machine_export.json");
    near(machine.p95, 117.480_039);
    near(machine.throughput, 71.0 / 4.140_707_047);
    assert_eq!(
        (machine.requests, machine.checks),
        (Some(71), Some((142, 0)))
    );
}

#[test]
fn several_k6_summaries_keep_the_worst_and_every_threshold() {
    let bad = fs::read(data("k6/v2_abort_summary_export.json")).unwrap();
    let good = fs::read(data("k6/v2_pass_handleSummary.json")).unwrap();
    let report = load_of(&zipped(&[
        ("a-good.json", &good),
        ("b-bad.json", &bad),
        ("c.json", b"{"),
    ]));
    assert_eq!(report.verdict(), LoadVerdict::Failed);
    assert_eq!(report.thresholds.unwrap().len(), 5);
    assert_eq!(report.requests, Some(2013));
    assert!(
        report
            .problems
            .iter()
            .any(|line| line.as_str().starts_with("c.json"))
    );
}

#[test]
fn an_explain_text_is_found_by_name() {
    let text = "## What changed\nx";
    let zip = zipped(&[("README.md", b"other"), ("out/explain.md", text.as_bytes())]);
    assert_eq!(
        read(EvidenceKind::Explain, &zip).unwrap(),
        Evidence::Explain(text.into())
    );
    assert!(read(EvidenceKind::Explain, &zipped(&[("a.json", b"{}")])).is_err());
}
