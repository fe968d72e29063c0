//! What each runner writes, in its own manner, and what that means: `tests/data/dialects`. And what nobody should write.

use std::{fs, path::Path};

use cockpit::{
    adapters::artifacts::{Understood, understand},
    domain::evidence::{Evidence, Outcome, TestReport},
};

fn folder() -> std::path::PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/dialects")
}

fn report(name: &str, bytes: &[u8]) -> Result<TestReport, String> {
    match understand(name, bytes) {
        Understood::Read { evidence, .. } => match *evidence {
            Evidence::Tests(report) => Ok(report),
            other => Err(format!("{other:?}")),
        },
        Understood::Unreadable { why, .. } | Understood::Other(why) => Err(why),
    }
}

#[test]
fn every_runner_is_understood() {
    let expected = fs::read_to_string(folder().join("expected.tsv")).unwrap();
    let mut seen = 0;
    for line in expected.lines().skip(1) {
        let (name, counts) = line.split_once('\t').unwrap();
        let counts: Vec<u64> = counts.split('\t').map(|n| n.parse().unwrap()).collect();
        let bytes = fs::read(folder().join(name)).unwrap();
        let read = report(name, &bytes).unwrap_or_else(|why| panic!("{name}: {why}"));
        let t = read.totals;
        let found = [t.tests, t.passed, t.failed, t.errored, t.skipped, t.flaky];
        assert_eq!(found.as_slice(), counts, "{name}");
        // Catch2 counts assertions where others count tests, and that is said.
        assert_eq!(
            read.problems.is_empty(),
            name != "catch2.xml",
            "{name}: {:?}",
            read.problems
        );
        seen += 1;
    }
    assert_eq!(seen, 55);
}

#[test]
fn a_report_cut_off_anywhere_is_never_taken_for_a_whole_one() {
    let whole = fs::read(folder().join("surefire.xml")).unwrap();
    let end = whole.trim_ascii_end().len();
    for at in 0..end {
        let why = report("surefire.xml", &whole[..at]).expect_err("cut off");
        assert!(why.starts_with("line "), "at {at}: {why}");
    }
    assert!(report("surefire.xml", &whole[..end]).is_ok());
}

#[test]
fn impossible_counts_are_still_failures() {
    let most = u64::MAX;
    let half = 1_u64 << 63;
    for (failures, errors) in [(most, most), (half, half), (1, most)] {
        let xml =
            format!("<testsuite name='s' tests='1' failures='{failures}' errors='{errors}'/>");
        let read = report("s.xml", xml.as_bytes()).unwrap();
        assert!(read.totals.has_failures(), "{failures} + {errors}");
        assert_eq!(read.totals.failing(), most);
    }
}

#[test]
fn a_suite_that_says_more_than_it_shows_is_said() {
    let xml = b"<testsuite name='API' tests='300'><testcase name='a'/></testsuite>";
    let read = report("s.xml", xml).unwrap();
    assert_eq!(read.totals.tests, 1);
    assert_eq!(
        read.problems[0].as_str(),
        "suite API: says 300 tests, shows 1"
    );
    let retried = b"<testsuite name='API' tests='2'><testcase name='a'><failure/></testcase><testcase name='a'/></testsuite>";
    assert_eq!(report("s.xml", retried).unwrap().problems, []);
}

#[test]
fn a_failure_outside_of_any_test_is_told_with_its_words() {
    let xml =
        b"<testsuite name='s'><testcase name='a'/><failure message='no'>at A</failure></testsuite>";
    let read = report("s.xml", xml).unwrap();
    let index = read.failing_first()[0];
    let case = read.case(index as usize).unwrap();
    assert_eq!(
        (case.name, case.message, case.details),
        ("(outside of any test)", "no", "at A")
    );
    let printed = b"<testsuite name='s'><testcase name='a'/><system-out><testcase name='b'/><error/></system-out></testsuite>";
    assert_eq!(report("s.xml", printed).unwrap().totals.tests, 1);
}

#[test]
fn what_is_no_report_is_told_by_what_it_is() {
    for (name, bytes, why) in [
        (
            "a.xml",
            b"npm warn\n<testsuite/>".as_slice(),
            "no XML: it begins with `npm warn`",
        ),
        ("a.zip", b"", "the file is empty"),
        (
            "a.xml.gz",
            b"\x1f\x8b\x08",
            "packed as gz: cockpit opens zips alone",
        ),
        (
            "a.json",
            br#"{"metrics":{"_totals":{"SEVERITY.HIGH":1}},"results":[]}"#,
            "of scanners it reads SARIF 2.1",
        ),
        (
            "a.xml",
            b"<testsuite><testcase name='a'/ <testcase name='b'/></testsuite>",
            "a tag goes on into another",
        ),
    ] {
        let said = report(name, bytes).unwrap_err();
        assert!(said.contains(why), "{said}");
    }
}

#[test]
fn the_frame_of_data_rows_is_no_second_failure() {
    // `dotnet test` counts the frame beside its rows: three tests, two failed.
    let trx = br#"<TestRun><Results><UnitTestResult testName="N.C.a" outcome="Failed"><InnerResults>
        <UnitTestResult testName="a (1)" outcome="Passed"/><UnitTestResult testName="a (2)" outcome="Failed"/>
        </InnerResults></UnitTestResult></Results>
        <ResultSummary outcome="Failed"><Counters total="3" passed="1" failed="2"/></ResultSummary></TestRun>"#;
    let read = report("a.trx", trx).unwrap();
    assert_eq!((read.totals.tests, read.totals.failed), (2, 1));
    assert_eq!(read.problems, []);
    // What the run counts beyond that is still a failure.
    let text = String::from_utf8_lossy(trx).replace("total=\"3\"", "total=\"4\"");
    let text = text.replace("failed=\"2\"", "failed=\"3\"");
    let read = report("a.trx", text.as_bytes()).unwrap();
    assert_eq!((read.totals.tests, read.totals.failed), (3, 2));
}

#[test]
fn text_behind_the_end_is_said() {
    for (xml, line) in [
        (
            "<testsuite name='s'><testcase name='a'/></testsuite>\n\nnpm ERR! x",
            Some(3),
        ),
        (
            "<assemblies><assembly name='a'/></assemblies>\nx &amp; y\n",
            Some(2),
        ),
        (
            "<testsuite name='s'><testcase name='a'/></testsuite>\n\0\0\n<!-- x -->",
            None,
        ),
    ] {
        let problems = report("a.xml", xml.as_bytes()).unwrap().problems;
        let wanted =
            line.map(|line| format!("a: line {line}: text stands behind the end of the report"));
        let found: Vec<&str> = problems.iter().map(cockpit::domain::Text::as_str).collect();
        assert_eq!(found, wanted.iter().map(String::as_str).collect::<Vec<_>>());
    }
}

#[test]
fn a_packed_report_is_named_by_how_it_is_packed() {
    for name in ["a.xml", "a.xml.gz", "scan.json", "dir/lcov.info.gz"] {
        match understand(name, b"\x1f\x8b\x08\x00".as_slice()) {
            Understood::Unreadable { why, .. } => {
                assert_eq!(why, "packed as gz: cockpit opens zips alone", "{name}");
            }
            other => panic!("{name}: {other:?}"),
        }
    }
    // What is packed beside reports need not be one.
    for name in ["image.tar.gz", "sources.tgz", "core"] {
        let other = understand(name, b"\x1f\x8b\x08\x00".as_slice());
        assert!(matches!(other, Understood::Other(_)), "{name}: {other:?}");
    }
}

#[test]
fn cunits_own_form_tells_a_test_once_however_many_assertions_fail() {
    let test = |name: &str, condition: Option<&str>| {
        match condition {
        None => format!(
            "<CUNIT_RUN_TEST_RECORD><CUNIT_RUN_TEST_SUCCESS><TEST_NAME> {name} </TEST_NAME></CUNIT_RUN_TEST_SUCCESS></CUNIT_RUN_TEST_RECORD>"
        ),
        Some(condition) => format!(
            "<CUNIT_RUN_TEST_RECORD><CUNIT_RUN_TEST_FAILURE><TEST_NAME> {name} </TEST_NAME><FILE_NAME> a.c </FILE_NAME>
             <LINE_NUMBER> 7 </LINE_NUMBER><CONDITION> {condition} </CONDITION></CUNIT_RUN_TEST_FAILURE></CUNIT_RUN_TEST_RECORD>"
        ),
    }
    };
    let tests = [
        test("opens", None),
        test("reads", Some("a == 1")),
        test("reads", Some("b == 2")),
        test("closes", Some("c")),
    ];
    let xml = format!(
        "<?xml version=\"1.0\" ?>
         <!DOCTYPE CUNIT_TEST_RUN_REPORT SYSTEM \"CUnit-Run.dtd\">
         <CUNIT_TEST_RUN_REPORT><CUNIT_HEADER/><CUNIT_RESULT_LISTING>
         <CUNIT_RUN_SUITE><CUNIT_RUN_SUITE_SUCCESS><SUITE_NAME> Files </SUITE_NAME>{}</CUNIT_RUN_SUITE_SUCCESS></CUNIT_RUN_SUITE>
         <CUNIT_RUN_SUITE><CUNIT_RUN_SUITE_FAILURE><SUITE_NAME> Net </SUITE_NAME><FAILURE_REASON> no port </FAILURE_REASON>
         </CUNIT_RUN_SUITE_FAILURE></CUNIT_RUN_SUITE></CUNIT_RESULT_LISTING><CUNIT_RUN_SUMMARY>
         <CUNIT_RUN_SUMMARY_RECORD><TYPE> Test Cases </TYPE><TOTAL> 4 </TOTAL><RUN> 3 </RUN><SUCCEEDED> 1 </SUCCEEDED>
         <FAILED> 2 </FAILED><INACTIVE> 1 </INACTIVE></CUNIT_RUN_SUMMARY_RECORD></CUNIT_RUN_SUMMARY>
         </CUNIT_TEST_RUN_REPORT>",
        tests.concat()
    );
    let read = report("CUnit-Results.xml", xml.as_bytes()).unwrap();
    assert_eq!((read.totals.tests, read.totals.failed), (4, 2));
    assert_eq!(read.totals.errored, 1, "the suite that did not start");
    let failing: Vec<_> = read
        .failing()
        .map(|c| (c.suite, c.name, c.message))
        .collect();
    assert_eq!(
        failing,
        [
            ("Files", "reads", "a == 1"),
            ("Files", "closes", "c"),
            ("Net", "(suite)", "no port")
        ]
    );
    assert_eq!(read.problems, []);
}

#[test]
fn a_report_that_says_ascii_and_holds_more_is_utf_8() {
    let xml = "<?xml version='1.0' encoding='us-ascii'?><testsuite name='Zürich'><testcase name='a'/></testsuite>";
    let read = report("a.xml", xml.as_bytes()).unwrap();
    assert_eq!(read.suites[0].name.as_str(), "Zürich");
}

#[test]
fn of_two_results_the_one_that_speaks_is_heard() {
    let read = |results: &str| {
        let xml = format!("<testsuite><testcase name='a'>{results}</testcase></testsuite>");
        let report = report("a.xml", xml.as_bytes()).unwrap();
        let case = report.cases().next().unwrap();
        (case.outcome, case.message.to_owned())
    };
    for (results, outcome, words) in [
        ("<failure/><error message='no'/>", Outcome::Failed, "no"),
        ("<error/><failure>no</failure>", Outcome::Failed, "no"),
        (
            "<failure message='first'/><error message='no'/>",
            Outcome::Failed,
            "first",
        ),
        ("<failure/><skipped message='later'/>", Outcome::Failed, ""),
    ] {
        let (seen, message) = read(results);
        assert_eq!(message, words, "{results}");
        assert_eq!(seen, outcome, "{results}");
    }
}

#[test]
fn an_attempt_that_nothing_came_after_has_not_passed() {
    let xml = br#"<testng-results passed="1" failed="0" skipped="0"><suite name="s"><test name="t"><class name="c.D">
        <test-method status="SKIP" retried="true" name="a"/><test-method status="SKIP" retried="true" name="a"/>
        <test-method status="PASS" name="b"/></class></test></suite></testng-results>"#;
    let read = report("testng-results.xml", xml).unwrap();
    let totals = read.totals;
    assert_eq!((totals.tests, totals.passed, totals.errored), (2, 1, 1));
    // 30,000 attempts cost no more than 30,000 tests.
    let many: String = ["SKIP\" retried=\"true", "PASS"]
        .iter()
        .flat_map(|status| {
            (0..30_000).map(move |n| format!("<test-method status=\"{status}\" name=\"m{n}\"/>"))
        })
        .collect();
    let xml = format!(
        "<testng-results><suite><test><class name=\"C\">{many}</class></test></suite></testng-results>"
    );
    let read = report("testng-results.xml", xml.as_bytes()).unwrap();
    assert_eq!((read.totals.passed, read.totals.flaky), (30_000, 10_000));
    assert_eq!(read.totals.failing(), 0);
}

#[test]
fn a_report_of_a_scanner_is_not_called_jacocos() {
    let jacoco = b"<report name='shop'><counter/></report>".as_slice();
    let Understood::Read { format, .. } = understand("jacoco.xml", jacoco) else {
        panic!("it is one");
    };
    assert_eq!(format, "JaCoCo");
    let other = report("scan.xml", b"<report id='1'><results/></report>").unwrap_err();
    assert!(other.contains("no report that cockpit knows"), "{other}");
}
