//! Test reports in XML, whichever runner wrote them: the outermost element tells the format.

use std::io::Read;

use super::{
    cunit::Cunit,
    junit::Junit,
    nunit::Nunit,
    testng::TestNg,
    trx::Trx,
    xml::{self, Listener, XmlError},
    xunit::Xunit,
};
use crate::domain::evidence::ReportBuilder;

/// The outermost elements of test reports, with what people call the format.
const FORMATS: [(&str, &str); 9] = [
    ("testsuites", "JUnit XML"),
    ("testsuite", "JUnit XML"),
    ("TestRun", "TRX"),
    ("test-run", "NUnit 3"),
    ("test-results", "NUnit 2"),
    ("assemblies", "xUnit.net"),
    ("assembly", "xUnit.net"),
    ("CUNIT_TEST_RUN_REPORT", "CUnit"),
    ("testng-results", "TestNG"),
];

/// What people call the format with this outermost element; `None` where it is no test report.
pub(super) fn format_of(root: &str) -> Option<&'static str> {
    let mut formats = FORMATS.iter();
    formats
        .find(|(name, _)| *name == root)
        .map(|(_, called)| *called)
}

/// Reads one file into `into`; on an error nothing of it is kept there. `stem` names suites without a name.
pub fn read_test_xml(
    input: impl Read,
    stem: &str,
    into: &mut ReportBuilder,
) -> Result<(), XmlError> {
    into.begin_file(stem);
    let read = xml::walk(input, |tag| {
        let listener: Box<dyn Listener + '_> = match tag.local_name() {
            "testsuites" | "testsuite" => Box::new(Junit::new(into)),
            "TestRun" => Box::new(Trx::new(into)),
            "test-run" | "test-results" => Box::new(Nunit::new(into)),
            "assemblies" | "assembly" => Box::new(Xunit::new(into)),
            "testng-results" => Box::new(TestNg::new(into)),
            "CUNIT_TEST_RUN_REPORT" => Box::new(Cunit::new(into)),
            other => return Err(XmlError::OtherXml(other.chars().take(60).collect())),
        };
        Ok(listener)
    });
    match read {
        Ok(walked) => {
            if let Some(line) = walked.junk {
                into.problem(&format!(
                    "{stem}: line {line}: text stands behind the end of the report"
                ));
            }
            into.end_file();
            Ok(())
        }
        Err(error) => {
            into.abandon_file();
            Err(error)
        }
    }
}
