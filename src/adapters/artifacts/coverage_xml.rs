//! Coverage as XML: its outermost element tells the format, and the rest is that format's.

use std::io::Read;

use super::{
    clover::Clover,
    cobertura::Cobertura,
    jacoco::Jacoco,
    xml::{self, Listener, XmlError},
};
use crate::domain::evidence::CoverageMap;

/// The version of Clover that Istanbul says.
const ISTANBUL: &str = "3.2.0";

/// Who wrote a report.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CoverageFormat {
    /// Cobertura, and what takes after it.
    Cobertura,
    /// `JaCoCo`, and Kover.
    Jacoco,
    /// Clover, and what `PHPUnit` writes by that name.
    Clover,
    /// The same by Istanbul (Jest), which writes lcov of the same run beside it.
    Istanbul,
}

impl CoverageFormat {
    /// Its name.
    pub fn word(self) -> &'static str {
        match self {
            Self::Cobertura => "Cobertura",
            Self::Jacoco => "JaCoCo",
            Self::Clover | Self::Istanbul => "Clover",
        }
    }

    /// Of the outermost element and the names of its attributes.
    pub(super) fn of(root: &str, has: impl Fn(&str) -> bool) -> Option<Self> {
        match root {
            // `PHPUnit`'s Clover does not call itself that.
            "coverage" if has("clover") || (has("generated") && !has("line-rate")) => {
                Some(Self::Clover)
            }
            "coverage" => Some(Self::Cobertura),
            // Scanners have a `report` of their own, without a name.
            "report" if has("name") => Some(Self::Jacoco),
            _ => None,
        }
    }
}

/// Reads one file; on an error nothing of it is kept.
pub fn read_coverage_xml(input: impl Read) -> Result<(CoverageFormat, CoverageMap), XmlError> {
    let mut map = CoverageMap::default();
    let mut found = None;
    xml::walk(input, |tag| {
        let root = tag.local_name();
        let has = |name: &str| tag.attributes().any(|(key, _)| key == name);
        let format = CoverageFormat::of(root, has)
            .ok_or_else(|| XmlError::OtherXml(root.chars().take(60).collect()))?;
        let is_istanbul = tag
            .attributes()
            .any(|(key, raw)| key == "clover" && raw.trim() == ISTANBUL);
        found = Some(if is_istanbul {
            CoverageFormat::Istanbul
        } else {
            format
        });
        Ok(match format {
            CoverageFormat::Cobertura => Box::new(Cobertura::new(&mut map)) as Box<dyn Listener>,
            CoverageFormat::Jacoco => Box::new(Jacoco::new(&mut map)),
            CoverageFormat::Clover | CoverageFormat::Istanbul => Box::new(Clover::new(&mut map)),
        })
    })?;
    map.end_report();
    // Without an element there is an error.
    Ok((found.unwrap_or(CoverageFormat::Cobertura), map))
}
