//! Test reports that come in pieces: where a read ends must not matter, and nothing is held that is cut.

use std::{fs, io::Read, path::Path};

use cockpit::{
    adapters::artifacts::read_test_xml,
    domain::evidence::{ReportBuilder, TestReport},
};

/// Gives so many bytes at a time.
struct Dribble<'a> {
    rest: &'a [u8],
    most: usize,
}

impl Read for Dribble<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        let count = self.rest.len().min(self.most).min(buffer.len());
        buffer[..count].copy_from_slice(&self.rest[..count]);
        self.rest = &self.rest[count..];
        Ok(count)
    }
}

fn report(bytes: &[u8], most: usize) -> (TestReport, String) {
    let mut builder = ReportBuilder::default();
    let read = read_test_xml(Dribble { rest: bytes, most }, "report", &mut builder);
    (builder.finish(), format!("{read:?}"))
}

#[test]
fn where_a_read_ends_does_not_matter() {
    let mut folders = vec![Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/junit")];
    let mut seen = 0;
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            let bytes = fs::read(&path).unwrap();
            if bytes.len() > 100_000 {
                continue;
            }
            let whole = report(&bytes, usize::MAX);
            for most in [1, 2, 7, 333] {
                let (parts, said) = report(&bytes, most);
                assert!(parts == whole.0, "{} by {most}", path.display());
                assert_eq!(said, whole.1, "{} by {most}", path.display());
            }
            seen += 1;
        }
    }
    assert!(seen > 40, "{seen} reports");
}

/// A report with one failure whose text is this.
fn failing(text: &str) -> String {
    format!(
        "<testsuite name=\"s\"><testcase name=\"a\"><failure message=\"m\">{text}</failure></testcase>\n\
         <testcase name=\"b\"/></testsuite>"
    )
}

fn details(xml: &str, most: usize) -> String {
    let (report, said) = report(xml.as_bytes(), most);
    assert_eq!(said, "Ok(())");
    assert_eq!((report.totals.tests, report.totals.failed), (2, 1));
    report.case(0).unwrap().details.to_owned()
}

/// What a reader takes in at a time.
const CHUNK: usize = 64 << 10;

/// The same with so much white space in front that a border between two chunks lies `at` bytes into it.
fn bordered(xml: &str, at: usize) -> String {
    " ".repeat(CHUNK - at) + xml
}

#[test]
fn a_section_that_ends_on_the_border_of_two_reads_has_no_more_than_its_text() {
    for (text, expected) in [
        ("<![CDATA[a]] < b]>c]]]]>", "a]] < b]>c]]"),
        ("x<!-- > ' \" <y> -- -->z &lt;ü€😀", "xz <ü€😀"),
        (
            "a < b &amp;&amp; 1<2 <?php '>' ?>&#x41;&b;",
            "a < b && 1<2 A&b;",
        ),
    ] {
        let xml = failing(text);
        for most in [1, 3, 7, 40] {
            assert_eq!(details(&xml, most), expected, "by {most}");
        }
        for at in 0..xml.len() {
            let details = details(&bordered(&xml, at), usize::MAX);
            assert_eq!(details, expected, "border at {at}");
        }
    }
}

#[test]
fn a_document_type_is_passed_over_wherever_a_read_ends() {
    let head = "<?xml version='1.0'?><!DOCTYPE t [<!ENTITY a \"]>\"><!-- don't > ]> -->\n<!ELEMENT b (c)>]>";
    let xml = head.to_owned() + &failing("&a;");
    assert_eq!(details(&xml, usize::MAX), "&a;");
    for at in 0..head.len() {
        assert_eq!(details(&bordered(&xml, at), usize::MAX), "&a;", "{at}");
    }
}

#[test]
fn what_is_broken_is_said_with_its_line() {
    for (xml, said) in [
        (
            "<testsuite>\n<testcase name='a'></testsuite>",
            "line 2: </testsuite> stands where </testcase> is missing",
        ),
        (
            "<testsuite>\n</testsuite>\n</a>",
            "line 3: </a> ends what did not begin",
        ),
        (
            "<testsuite>\n<testcase name='a",
            "line 2: the file is cut off inside <testsuite>: the `>` of a tag is missing",
        ),
        (
            "<testsuite><!-- \n\n",
            "line 3: the file is cut off inside <testsuite>: the `-->` of a comment is missing",
        ),
        (
            "<testsuite><![CDATA[ \n",
            "line 2: the file is cut off inside <testsuite>: the `]]>` of a CDATA section is missing",
        ),
        (
            "<!DOCTYPE a [\n",
            "line 2: the file is cut off: the `>` of the document type is missing",
        ),
        ("hello", "line 1: no XML: there is not one element"),
        ("", "line 1: no XML: there is not one element"),
    ] {
        let mut builder = ReportBuilder::default();
        let error = read_test_xml(xml.as_bytes(), "report", &mut builder).unwrap_err();
        assert_eq!(error.to_string(), said, "{xml}");
    }
}

#[test]
fn runs_longer_than_the_limits_are_cut_and_the_rest_is_read() {
    for most in [usize::MAX, 4_000] {
        for long in [
            "x".repeat(3_000_000),
            format!("<![CDATA[{}]]>", "<x '\"".repeat(500_000)),
            format!("a<!--{}-->b", "<'".repeat(1_000_000)),
        ] {
            let details = details(&failing(&long), most);
            assert!(details.len() < 10_000, "{}", details.len());
        }
        let attribute = format!(
            "<testsuite name=\"s\"><testcase name=\"a\"><failure message=\"{}\"/></testcase><testcase name=\"b\"/></testsuite>",
            "y>".repeat(400_000)
        );
        assert_eq!(details(&attribute, most), "");
    }
}

#[test]
fn bytes_that_are_no_utf8_are_shown_and_what_follows_is_read() {
    for most in [usize::MAX, 1, 5] {
        let mut bytes = failing("caf").into_bytes();
        let at = bytes.windows(3).position(|part| part == b"caf").unwrap() + 3;
        bytes.splice(at..at, [0xe9, b'!', 0xe2, 0x82]);
        let (report, said) = report(&bytes, most);
        assert_eq!(said, "Ok(())", "by {most}");
        let details = report.case(0).unwrap().details.to_owned();
        assert!(details.starts_with("caf\u{fffd}!\u{fffd}"), "{details}");
        assert_eq!(report.totals.tests, 2);
    }
}
