//! Coverage in both formats against what the tool that wrote them says, and reports that mean harm.

#![expect(clippy::unwrap_used, reason = "a test may fail by panicking")]

use std::{fs, path::Path};

use cockpit::{
    adapters::artifacts::{File, read, read_files},
    domain::{
        Fault,
        evidence::{CoverageReport, Covered, Evidence, EvidenceKind},
    },
};

fn data(name: &str) -> Vec<u8> {
    fs::read(
        Path::new(env!("CARGO_MANIFEST_DIR"))
            .join("tests/data/coverage")
            .join(name),
    )
    .unwrap()
}

fn report(bytes: &[u8]) -> Result<CoverageReport, Fault> {
    match read(EvidenceKind::Coverage, bytes)? {
        Evidence::Coverage(map) => Ok(map.report()),
        other => unreachable!("asked for coverage, got {other:?}"),
    }
}

fn lines(bytes: &[u8]) -> (u64, u64) {
    let lines = report(bytes).unwrap().lines.unwrap();
    (lines.hit, lines.found)
}

/// `TOTAL  830  399  322  30  43%`: statements, missed, branches, partial ones.
fn truth() -> (u64, u64, u64) {
    let text = String::from_utf8(data("expected.txt")).unwrap();
    let total = text.lines().find(|line| line.starts_with("TOTAL")).unwrap();
    let numbers: Vec<u64> = total
        .split_whitespace()
        .filter_map(|word| word.parse().ok())
        .collect();
    (numbers[0], numbers[1], numbers[2])
}

#[test]
fn both_formats_say_what_the_tool_says() {
    let (all, missed, branches) = truth();
    for name in ["lcov.info", "cobertura.xml"] {
        let report = report(&data(name)).unwrap();
        assert_eq!(
            report.lines,
            Some(Covered {
                found: all,
                hit: all - missed
            }),
            "{name}"
        );
        assert_eq!(report.branches.unwrap().found, branches, "{name}");
        assert!((report.percent().unwrap() - 51.93).abs() < 0.01, "{name}");
        assert!(report.problems.is_empty(), "{name}: {:?}", report.problems);
    }
}

#[test]
fn the_same_run_in_both_formats_is_counted_once() {
    let (all, missed, branches) = truth();
    let (lcov, cobertura) = (data("lcov.info"), data("cobertura.xml"));
    let files = [
        File {
            name: "lcov.info",
            bytes: &lcov,
        },
        File {
            name: "cobertura.xml",
            bytes: &cobertura,
        },
    ];
    let Evidence::Coverage(map) = read_files(EvidenceKind::Coverage, &files).unwrap() else {
        unreachable!("asked for coverage");
    };
    let report = map.report();
    assert_eq!(
        report.lines,
        Some(Covered {
            found: all,
            hit: all - missed
        })
    );
    assert!(report.branches.unwrap().found >= branches);
}

#[test]
fn lcov_in_its_odd_forms() {
    assert_eq!(
        lines(b"TN:\nSF:a.c\nDA:1,1\nDA:2,0\nDA:3,5,checksum\nend_of_record\n"),
        (2, 3)
    );
    assert_eq!(
        lines(b"\xef\xbb\xbfSF:a.c\r\nDA:1,1\r\nDA:2,0\r\nend_of_record\r\n"),
        (1, 2)
    );
    assert_eq!(
        lines(b"# a comment\nSF:a.c\nDA:1,-3\nDA:2,=====\nDA:3,1e3\nend_of_record"),
        (1, 3)
    );
    // The same file twice, as a test name each: a line that one of them ran is a line that ran.
    assert_eq!(lines(b"TN:a\nSF:a.c\nDA:1,1\nDA:2,0\nend_of_record\nTN:b\nSF:a.c\nDA:1,0\nDA:2,3\nend_of_record\n"), (2, 2));
    assert_eq!(lines(b"SF:a.c\nLF:10\nLH:4\nend_of_record\n"), (4, 10));
    let branches = report(
        b"SF:a.c\nDA:1,1\nBRDA:1,0,0,1\nBRDA:1,0,1,-\nBRDA:2,0,jump to a, b,0\nend_of_record\n",
    )
    .unwrap();
    assert_eq!(branches.branches, Some(Covered { found: 3, hit: 1 }));
    let empty = report(b"TN:\nSF:a.c\nend_of_record\n").unwrap();
    assert_eq!(empty.percent(), None);
    assert!(empty.failure().is_some(), "nothing measured is not passed");
}

#[test]
fn cobertura_in_its_odd_forms() {
    let class = |lines: &str| {
        format!(
            "<packages><package name='p'><classes><class name='c' filename='a.py'><methods><method name='m'><lines><line number='1' hits='1'/></lines></method></methods><lines>{lines}</lines></class></classes></package></packages>"
        )
    };
    let two = class(
        "<line number='1' hits='1'/><line number='2' hits='0' branch='true' condition-coverage='50% (1/2)'/>",
    );
    let with_type = format!(
        "<?xml version='1.0'?><!DOCTYPE coverage SYSTEM 'http://cobertura.sourceforge.net/xml/coverage-04.dtd'><coverage line-rate='0.9'><sources><source>/build</source></sources>{two}</coverage>"
    );
    let report_of = |xml: &str| report(xml.as_bytes()).unwrap();
    let counted = report_of(&with_type);
    // Lines go before a share that does not fit them.
    assert_eq!(counted.lines, Some(Covered { found: 2, hit: 1 }));
    assert_eq!(counted.branches, Some(Covered { found: 2, hit: 1 }));
    let stated = report_of(&format!(
        "<coverage lines-valid='200' lines-covered='150' branches-valid='0' branches-covered='0'>{two}</coverage>"
    ));
    assert_eq!(stated.percent(), Some(75.0));
    let only_share = report_of("<coverage line-rate='0.812'/>");
    assert!((only_share.percent().unwrap() - 81.2).abs() < 1e-9);
    assert_eq!(only_share.lines, None);
    assert_eq!(report_of("<coverage line-rate='NaN'/>").percent(), None);
}

#[test]
fn what_is_no_coverage_is_refused_with_its_line() {
    for (text, part) in [
        (
            "SF:a.c\nDA:1,1\n",
            "line 2: the file is cut off inside a.c: end_of_record is missing",
        ),
        ("SF:a.c\nDA:one,1\nend_of_record\n", "line 2: DA:"),
        ("hello\n", "line 1: no lcov"),
        ("", "no record"),
        (
            "<coverage>\n<packages>",
            "line 2: the file is cut off: </packages> is missing",
        ),
        ("<coverage clover='4.4'/>", "a Clover report"),
        (
            "<coverage generated='1700000000'><project timestamp='1'/></coverage>",
            "a Clover report",
        ),
        ("<report name='x'/>", "a JaCoCo report"),
        ("<testsuites/>", "no report that cockpit knows"),
    ] {
        let fault = report(text.as_bytes()).unwrap_err();
        assert!(fault.detail.as_str().contains(part), "{text:?}: {fault}");
    }
    let long = format!("SF:{}\n", "a".repeat(1 << 20));
    assert!(report(long.as_bytes()).is_err());
}

#[test]
fn a_broken_file_among_others_is_a_doubt() {
    let files = [
        File {
            name: "a.info",
            bytes: b"SF:a.c\nDA:1,1\nend_of_record\n",
        },
        File {
            name: "b.info",
            bytes: b"SF:b.c\nDA:1,0\n",
        },
        File {
            name: "junit.xml",
            bytes: b"<testsuites/>",
        },
        File {
            name: "index.html",
            bytes: b"<html>",
        },
    ];
    let Evidence::Coverage(map) = read_files(EvidenceKind::Coverage, &files).unwrap() else {
        unreachable!("asked for coverage");
    };
    let report = map.report();
    assert_eq!(report.percent(), Some(100.0));
    assert!(report.incomplete && report.doubt().is_some());
    assert_eq!(report.problems.len(), 2, "{:?}", report.problems);
}

#[test]
fn of_no_lines_no_share_is_covered() {
    for rate in ["0", "1", "NaN"] {
        let xml = format!(
            "<coverage line-rate='{rate}' lines-covered='0' lines-valid='0'><packages/></coverage>"
        );
        let report = report(xml.as_bytes()).unwrap();
        assert_eq!(report.percent(), None, "{rate}");
        assert!(report.failure().is_some(), "{rate}");
    }
}

#[test]
fn a_share_with_a_comma_and_lines_of_methods_alone_count() {
    let read = report(b"<coverage line-rate='0,85'><packages/></coverage>").unwrap();
    assert_eq!(read.percent(), Some(85.0));
    let methods =
        b"<coverage><class filename='a.py'><methods><method><lines><line number='1' hits='1'/>
        <line number='2' hits='0'/></lines></method></methods><lines/></class></coverage>";
    let read = report(methods).unwrap();
    assert_eq!(read.percent(), Some(50.0));
    // Where the class tells its lines, those of its methods are the same ones.
    let both = b"<coverage><class filename='a.py'><methods><method><lines><line number='1' hits='1'/></lines></method>
        </methods><lines><line number='7' hits='0'/></lines></class></coverage>";
    let read = report(both).unwrap();
    assert_eq!(read.percent(), Some(0.0));
}

#[test]
fn nothing_measured_and_a_share_that_the_lines_do_not_show_are_said() {
    let said = |text: &str| {
        let read = report(text.as_bytes()).unwrap();
        let lines: Vec<String> = read.problems.iter().map(ToString::to_string).collect();
        lines
    };
    assert_eq!(
        said("<coverage><packages/></coverage>"),
        ["no line is measured in it"]
    );
    assert_eq!(
        said("SF:a.c\nLF:0\nLH:0\nend_of_record\n"),
        ["no line is measured in it"]
    );
    let lines = "<class filename='a.py'><lines><line number='1' hits='1'/><line number='2' hits='0'/></lines></class>";
    assert_eq!(
        said(&format!("<coverage line-rate='0.99'>{lines}</coverage>")),
        ["says 99.0%, its lines show 50.0%"]
    );
    assert_eq!(
        said(&format!("<coverage line-rate='0.51'>{lines}</coverage>")),
        [""; 0]
    );
}
