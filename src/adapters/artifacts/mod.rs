//! Artifacts read as evidence: zips within limits; test reports (JUnit, TRX, NUnit, xUnit.net, `TestNG`, `CUnit`,
//! `CppUnit`), k6 summaries, SARIF and audits, lcov, Cobertura, `JaCoCo` and Clover, Markdown.
//!
//! Bytes in, evidence out: nothing here opens a file, a socket or a path, so nothing in an archive can escape.

mod archive;
mod audit;
mod audit_wire;
mod clover;
mod cobertura;
mod coverage_xml;
mod cppunit;
mod cunit;
mod cvss;
mod files;
mod jacoco;
mod json_comments;
mod junit;
mod junit_case;
mod k6;
mod k6_thresholds;
mod lcov;
mod loose;
mod number;
mod nunit;
mod open_case;
mod reading;
mod sarif;
mod sarif_wire;
mod scan_json;
mod single;
mod test_xml;
mod testng;
mod trx;
mod understand;
mod xml;
#[cfg(test)]
mod xml_beside;
mod xml_lexer;
mod xml_tag;
mod xml_window;
mod xunit;
mod yarn;

pub use coverage_xml::{CoverageFormat, read_coverage_xml};
pub use files::File;
pub use k6::{NoK6, read_k6};
pub use lcov::read_lcov;
pub use reading::{read, read_files};
pub use scan_json::{ScanError, read_scan};
pub use single::file_in;
pub use test_xml::read_test_xml;
pub use understand::{Understood, understand, understand_zip};
pub use xml::XmlError;
