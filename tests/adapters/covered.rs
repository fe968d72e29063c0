//! Coverage in each format against what the tools that write it mean, and reports that mean harm.

#![expect(clippy::unwrap_used, reason = "a test may fail by panicking")]

use std::{fs, path::Path};

use cockpit::{
    adapters::artifacts::{File, read, read_files},
    domain::{
        Fault, Text,
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

/// What a report says: lines, branches, files and problems.
fn told(bytes: &[u8]) -> (Option<Covered>, Option<Covered>, u64, Vec<Text>) {
    let report = report(bytes).unwrap();
    (report.lines, report.branches, report.files, report.problems)
}

fn of(hit: u64, found: u64) -> Covered {
    Covered { found, hit }
}

#[test]
fn a_line_of_jacoco_ran_where_one_of_its_instructions_did() {
    // The file of one name in two modules is two files.
    let whole = told(&data("jacoco.xml"));
    assert_eq!(whole, (Some(of(4, 7)), Some(of(1, 4)), 2, vec![]));
    // Without its own counts the lines say the same.
    let text = String::from_utf8(data("jacoco.xml")).unwrap();
    let bare = text.replace("<counter type=\"LINE\"", "<counter type=\"OTHER\"");
    assert_eq!(told(bare.as_bytes()), whole);
    let says = text.replace("missed=\"3\" covered=\"4\"", "missed=\"0\" covered=\"7\"");
    assert_eq!(
        told(says.as_bytes()).3,
        [Text::line("says 100.0%, its lines show 57.1%")]
    );
    // Classes without debug information have no lines: how many ran is unknown.
    let blind = b"<report name='x'><counter type='INSTRUCTION' missed='1' covered='9'/></report>";
    assert_eq!(report(blind).unwrap().percent(), None);
}

#[test]
fn clovers_statements_are_lines_and_its_methods_and_tests_are_none() {
    let open = told(&data("clover_openclover.xml"));
    assert_eq!(open, (Some(of(3, 4)), Some(of(1, 2)), 1, vec![]));
    let php = told(&data("clover_phpunit.xml"));
    assert_eq!(php, (Some(of(3, 4)), None, 2, vec![]));
    // Istanbul's `falsecount` is how many branches were left, not how often a condition was false.
    let istanbul = told(&data("clover_istanbul.xml"));
    assert_eq!(istanbul, (Some(of(2, 4)), Some(of(1, 4)), 1, vec![]));
    let counts = b"<coverage clover='4'><project><metrics statements='10' coveredstatements='4'/>
        <package><metrics statements='10' coveredstatements='9'/></package></project></coverage>";
    assert_eq!(told(counts).0, Some(of(4, 10)));
    let nothing = b"<coverage clover='4'><project/></coverage>";
    assert_eq!(report(nothing).unwrap().percent(), None);
}

#[test]
fn istanbuls_clover_beside_its_lcov_is_the_same_run_twice() {
    let clover = data("clover_istanbul.xml");
    let php = data("clover_phpunit.xml");
    let lcov = b"SF:src/cart.js\nDA:1,3\nDA:2,3\nDA:3,0\nDA:7,0\nend_of_record\n";
    let read = |files: &[(&str, &[u8])]| {
        let files: Vec<File<'_>> = files
            .iter()
            .map(|(name, bytes)| File { name, bytes })
            .collect();
        let Evidence::Coverage(map) = read_files(EvidenceKind::Coverage, &files).unwrap() else {
            unreachable!("asked for coverage");
        };
        map.report()
    };
    let both = read(&[
        ("coverage/clover.xml", &clover),
        ("coverage/lcov.info", lcov),
    ]);
    assert_eq!((both.lines, both.files), (Some(of(2, 4)), 1));
    assert!(!both.incomplete);
    assert_eq!(
        both.problems[0].as_str(),
        "coverage/clover.xml: the same run's report beside it is read instead"
    );
    let apart = read(&[("web/clover.xml", &clover), ("lcov.info", lcov)]);
    assert_eq!(apart.files, 2);
    let alone = read(&[
        ("coverage/clover.xml", &clover),
        ("coverage/lcov.info", b"SF:cut\n"),
    ]);
    assert_eq!((alone.lines, alone.incomplete), (Some(of(2, 4)), true));
    let another = read(&[("clover.xml", &php), ("lcov.info", lcov)]);
    assert_eq!((another.lines, another.files), (Some(of(5, 8)), 3));
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
        (
            "<coverage clover='4.4'>\n<project>",
            "line 2: the file is cut off: </project> is missing",
        ),
        (
            "<report name='x'>\n<package name='a'>",
            "line 2: the file is cut off: </package> is missing",
        ),
        ("<report scanned='x'/>", "no report that cockpit knows"),
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
