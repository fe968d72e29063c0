//! Reports of .NET's runners: TRX, NUnit 2 and 3, xUnit.net, beside what JUnit says of the same run.

#![expect(clippy::unwrap_used, reason = "a test may fail by panicking")]

use std::{fs, path::Path};

use cockpit::{
    adapters::artifacts::read,
    domain::evidence::{Evidence, EvidenceKind, Outcome, TestReport},
};

fn read_tests(bytes: &[u8]) -> TestReport {
    match read(EvidenceKind::Tests, bytes).unwrap() {
        Evidence::Tests(report) => report,
        other => unreachable!("asked for tests, got {other:?}"),
    }
}

fn of_file(path: &str) -> TestReport {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/junit/dorny");
    read_tests(&fs::read(folder.join(path)).unwrap())
}

fn counts(report: &TestReport) -> [u64; 5] {
    let t = report.totals;
    [t.tests, t.passed, t.failed, t.errored, t.skipped]
}

#[test]
fn a_trx_report_tells_classes_messages_and_times() {
    let report = of_file("dotnet-trx.trx");
    assert_eq!(counts(&report), [11, 5, 5, 0, 1]);
    assert_eq!(report.unreadable, 0);
    assert!(report.problems.is_empty(), "{:?}", report.problems);
    let failing = report
        .failing()
        .find(|case| case.name.starts_with("Should be"))
        .unwrap();
    assert_eq!(failing.name, "Should be even number(i: 3)");
    assert!(
        failing.message.starts_with("Assert.True() Failure"),
        "{}",
        failing.message
    );
    assert!(failing.details.contains("CalculatorTests.cs:line 67"));
    let first = report.case(0).unwrap();
    assert_eq!(
        (first.class, first.name),
        ("DotnetTests.XUnitTests.CalculatorTests", "Timeout_Test")
    );
    assert_eq!(first.duration.as_micros(), 108_425);
}

#[test]
fn a_broken_run_of_passed_tests_has_not_passed() {
    let trx = r#"<TestRun><Results><UnitTestResult testName="A.B.c" outcome="Passed" duration="00:00:01"/></Results>
        <ResultSummary outcome="Failed"><Counters total="1" executed="1" passed="1" failed="0"/>
        <RunInfos><RunInfo outcome="Warning"><Text>slow</Text></RunInfo><RunInfo outcome="Error"><Text>Test host process crashed</Text></RunInfo></RunInfos>
        </ResultSummary></TestRun>"#;
    let report = read_tests(trx.as_bytes());
    assert_eq!(counts(&report), [2, 1, 0, 1, 0]);
    assert_eq!(
        report.failing().next().unwrap().message,
        "Test host process crashed"
    );
    let only_counters = r#"<TestRun><ResultSummary outcome="Completed"><Counters total="4" passed="2" failed="1" error="1"/></ResultSummary></TestRun>"#;
    assert_eq!(
        counts(&read_tests(only_counters.as_bytes())),
        [4, 2, 1, 1, 0]
    );
}

#[test]
fn rows_of_data_are_the_tests_and_never_attempts_of_each_other() {
    let row = |outcome: &str| {
        format!(r#"<UnitTestResult testName="A.B.Sum" testId="1" outcome="{outcome}"/>"#)
    };
    let rows = |outcomes: &[&str], frame: &str| {
        let inner: String = outcomes.iter().map(|outcome| row(outcome)).collect();
        let xml = format!(
            r#"<TestRun><Results><UnitTestResult testName="A.B.Sum" outcome="{frame}"><InnerResults>{inner}</InnerResults></UnitTestResult></Results></TestRun>"#
        );
        counts(&read_tests(xml.as_bytes()))
    };
    assert_eq!(rows(&["Failed", "Passed"], "Failed"), [2, 1, 1, 0, 0]);
    assert_eq!(rows(&["Passed", "Passed"], "Passed"), [2, 2, 0, 0, 0]);
    let [tests, passed, failed, errored, _] = rows(&["Passed"], "Failed");
    assert_eq!(
        (tests, passed, failed + errored),
        (2, 1, 1),
        "the frame failed by itself"
    );
    let words = [
        ("Timeout", Outcome::Errored),
        ("InProgress", Outcome::Errored),
        ("Frobnicated", Outcome::Errored),
        ("Inconclusive", Outcome::Skipped),
        ("Warning", Outcome::Passed),
    ];
    for (word, outcome) in words {
        let xml = format!("<TestRun><Results>{}</Results></TestRun>", row(word));
        assert_eq!(
            read_tests(xml.as_bytes()).case(0).unwrap().outcome,
            outcome,
            "{word}"
        );
    }
}

#[test]
fn nunit_3_tells_what_its_suites_and_cases_say() {
    let report = of_file("dotnet-nunit.xml");
    let [tests, passed, failed, errored, skipped] = counts(&report);
    assert_eq!((tests, passed, failed + errored, skipped), (9, 3, 5, 1));
    assert_eq!(report.suites.len(), 1);
    assert_eq!(
        report.suites[0].name.as_str(),
        "DotnetTests.NUnitV3Tests.dll"
    );
    let broken = report.case(0).unwrap();
    assert_eq!(
        (broken.name, broken.outcome),
        ("Exception_In_TargetTest", Outcome::Errored)
    );
    assert_eq!(broken.class, "DotnetTests.XUnitTests.CalculatorTests");
    assert!(broken.message.contains("Attempted to divide by zero"));
    assert!(broken.details.contains("Calculator.cs:line 9"));
    let sample = of_file("external/nunit-sample.xml");
    assert_eq!(sample.totals.failed + sample.totals.errored, 2);
    assert!(
        sample
            .cases()
            .any(|case| case.message == "ignoring this test method for now")
    );
}

#[test]
fn a_tear_down_that_failed_shows_though_every_test_passed() {
    let suite = |site: &str, case: &str| {
        let xml = format!(
            r#"<test-run><test-suite type="TestFixture" name="Cart" result="Failed" site="{site}"><failure><message><![CDATA[port in use]]></message></failure>
            <test-case name="a" result="{case}"/></test-suite></test-run>"#
        );
        read_tests(xml.as_bytes())
    };
    let report = suite("TearDown", "Passed");
    assert_eq!(counts(&report), [2, 1, 0, 1, 0]);
    assert_eq!(report.failing().next().unwrap().message, "port in use");
    assert_eq!(counts(&suite("SetUp", "Failed")), [1, 0, 1, 0, 0]);
    assert_eq!(counts(&suite("Child", "Passed")), [1, 1, 0, 0, 0]);
}

#[test]
fn nunit_2_is_read_too() {
    let xml = br#"<?xml version="1.0" encoding="utf-8"?>
        <test-results name="Shop.dll" total="3" errors="1" failures="1" not-run="1" inconclusive="0" ignored="1" skipped="0" invalid="0" date="2026-01-02" time="10:00:00">
        <environment nunit-version="2.6.4"/>
        <test-suite type="Assembly" name="C:\build\Shop.dll" executed="True" result="Failure" success="False" time="1.5"><results>
        <test-suite type="TestFixture" name="CartTests" executed="True" result="Failure" time="1.2"><results>
        <test-case name="Shop.CartTests.Adds" executed="True" result="Success" success="True" time="0.1"/>
        <test-case name="Shop.CartTests.Sums(1.5)" executed="True" result="Failure" success="False" time="0.2"><failure><message>no</message><stack-trace>at Cart.cs</stack-trace></failure></test-case>
        <test-case name="Shop.CartTests.Breaks" executed="True" result="Error" success="False" time="0.2"><failure><message>boom</message></failure></test-case>
        <test-case name="Shop.CartTests.Later" executed="False" result="Ignored"><reason><message>later</message></reason></test-case>
        </results></test-suite></results></test-suite></test-results>"#;
    let report = read_tests(xml);
    assert_eq!(counts(&report), [4, 1, 1, 1, 1]);
    assert_eq!(report.suites[0].name.as_str(), "Shop.dll");
    let names: Vec<_> = report.cases().map(|case| (case.class, case.name)).collect();
    assert_eq!(names[1], ("Shop.CartTests", "Sums(1.5)"));
    assert_eq!(report.case(3).unwrap().message, "later");
    assert!(report.problems.is_empty(), "{:?}", report.problems);
    let older = br#"<test-results><test-suite name="s"><results><test-case name="a" executed="True" success="True"/><test-case name="b" executed="False"/></results></test-suite></test-results>"#;
    assert_eq!(counts(&read_tests(older)), [2, 1, 0, 0, 1]);
}

#[test]
fn xunit_of_both_shapes_is_read() {
    let second = br#"<assemblies timestamp="x"><assembly name="/build/out/Shop.Tests.dll" total="4" passed="1" failed="1" skipped="1" not-run="1" errors="1" time="0.5">
        <errors><error type="assembly-cleanup" name="Db"><failure exception-type="E"><message>still open</message><stack-trace>at Db.cs</stack-trace></failure></error></errors>
        <collection name="Test collection for Shop.CartTests" total="4" passed="1" failed="1" skipped="1" not-run="1" time="0.4">
        <test name="Shop.CartTests.Adds(n: 1)" type="Shop.CartTests" method="Adds" time="0.1" result="Pass"/>
        <test name="Shop.CartTests.Adds(n: 1)" type="Shop.CartTests" method="Adds" time="0.1" result="Fail"><failure exception-type="X"><message><![CDATA[expected 2]]></message><stack-trace>at Cart.cs</stack-trace></failure></test>
        <test name="Shop.CartTests.Later" type="Shop.CartTests" method="Later" time="0" result="Skip"><reason><![CDATA[later]]></reason></test>
        <test name="Shop.CartTests.Explicit" type="Shop.CartTests" method="Explicit" time="0" result="NotRun"/>
        </collection></assembly></assemblies>"#;
    let report = read_tests(second);
    assert_eq!(counts(&report), [5, 1, 1, 1, 2]);
    assert_eq!(report.suites[0].name.as_str(), "Shop.Tests.dll");
    assert!(report.problems.is_empty(), "{:?}", report.problems);
    let failing: Vec<_> = report
        .failing()
        .map(|case| (case.name, case.message))
        .collect();
    assert_eq!(
        failing,
        [
            ("(assembly-cleanup Db)", "still open"),
            ("Adds(n: 1)", "expected 2")
        ]
    );
    assert!(report.cases().any(|case| case.message == "later"));
    let first = br#"<assembly name="Shop.dll" total="2" passed="1" failed="0" skipped="1" time="0.1"><class name="Shop.CartTests" total="2">
        <test name="Shop.CartTests.Adds" type="Shop.CartTests" method="Adds" result="Pass" time="0.05"/>
        <test name="Shop.CartTests.Later" type="Shop.CartTests" method="Later" result="Skip"><reason><message>soon</message></reason></test></class></assembly>"#;
    let report = read_tests(first);
    assert_eq!(counts(&report), [2, 1, 0, 0, 1]);
    assert_eq!(report.case(1).unwrap().message, "soon");
}

#[test]
fn cut_and_hostile_ones_are_refused_with_their_line() {
    for (xml, part) in [
        (
            "<TestRun>\n<Results>",
            "line 2: the file is cut off: </Results> is missing",
        ),
        ("<test-run><test-suite name='a'", "cut off"),
        ("<assemblies>\n\n<assembly>", "line 3"),
        (
            "<assembly xmlns='urn:schemas-microsoft-com:asm.v1'",
            "cut off",
        ),
    ] {
        let fault = read(EvidenceKind::Tests, xml.as_bytes()).unwrap_err();
        assert!(fault.detail.as_str().contains(part), "{xml}: {fault}");
    }
    let deep = format!("<test-run>{}", "<test-suite>".repeat(10_000));
    let fault = read(EvidenceKind::Tests, deep.as_bytes()).unwrap_err();
    assert!(fault.detail.as_str().contains("nested deeper"), "{fault}");
}
