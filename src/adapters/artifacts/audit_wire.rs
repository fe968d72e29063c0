//! What audits of dependencies write, as it lies in the file: trivy, npm (version 6 and since), cargo-audit.

use std::fmt;

use serde::{
    Deserialize, Deserializer,
    de::{IgnoredAny, MapAccess, SeqAccess, Visitor, value::MapAccessDeserializer},
};

use super::loose::{Entries, List, Loose, Number, Word, nothing_else};

/// One target of trivy's report.
#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub(super) struct TrivyResult {
    pub(super) target: Word,
    pub(super) vulnerabilities: List<TrivyVulnerability>,
    pub(super) misconfigurations: List<TrivyCheck>,
    pub(super) secrets: List<TrivyCheck>,
    pub(super) licenses: List<TrivyLicense>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct TrivyVulnerability {
    #[serde(rename = "VulnerabilityID")]
    pub(super) id: Word,
    #[serde(rename = "PkgName")]
    pub(super) package: Word,
    #[serde(rename = "InstalledVersion")]
    pub(super) version: Word,
    #[serde(rename = "FixedVersion")]
    pub(super) fixed: Word,
    #[serde(rename = "Severity")]
    pub(super) severity: Word,
    #[serde(rename = "Title")]
    pub(super) title: Word,
}

/// A misconfiguration or a secret.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct TrivyCheck {
    #[serde(rename = "ID")]
    pub(super) id: Word,
    #[serde(rename = "RuleID")]
    pub(super) rule: Word,
    #[serde(rename = "Title")]
    pub(super) title: Word,
    #[serde(rename = "Message")]
    pub(super) message: Word,
    #[serde(rename = "Severity")]
    pub(super) severity: Word,
    #[serde(rename = "Status")]
    pub(super) status: Word,
    #[serde(rename = "StartLine")]
    pub(super) line: Number,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub(super) struct TrivyLicense {
    pub(super) severity: Word,
    pub(super) pkg_name: Word,
    pub(super) name: Word,
}

/// An advisory of npm 6.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct NpmAdvisory {
    pub(super) id: Word,
    pub(super) module_name: Word,
    pub(super) severity: Word,
    pub(super) title: Word,
    pub(super) url: Word,
    pub(super) findings: List<NpmFinding>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct NpmFinding {
    pub(super) version: Word,
    pub(super) paths: Paths,
}

/// A list of words; only its length counts.
#[derive(Debug, Default)]
pub(super) struct Paths(pub(super) u64);

impl<'de> Deserialize<'de> for Paths {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let List(all) = List::<IgnoredWord>::deserialize(deserializer)?;
        Ok(Self(u64::try_from(all.len()).unwrap_or(u64::MAX)))
    }
}

#[derive(Debug, Default, Deserialize)]
struct IgnoredWord {}

/// An advisory of composer.
#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct ComposerAdvisory {
    pub(super) advisory_id: Word,
    pub(super) affected_versions: Word,
    pub(super) title: Word,
    pub(super) cve: Word,
    pub(super) link: Word,
    pub(super) severity: Word,
}

/// A value in `advisories`: npm 6 has an advisory by its number, composer a package's list.
#[derive(Debug)]
pub(super) enum Advisory {
    /// npm's.
    One(NpmAdvisory),
    /// composer's.
    List(Vec<ComposerAdvisory>),
}

impl Default for Advisory {
    fn default() -> Self {
        Self::One(NpmAdvisory::default())
    }
}

impl<'de> Deserialize<'de> for Advisory {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Seen;
        impl<'de> Visitor<'de> for Seen {
            type Value = Advisory;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an advisory or a list")
            }
            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Advisory, A::Error> {
                NpmAdvisory::deserialize(MapAccessDeserializer::new(map)).map(Advisory::One)
            }
            fn visit_seq<A: SeqAccess<'de>>(self, seq: A) -> Result<Advisory, A::Error> {
                let all = serde::de::value::SeqAccessDeserializer::new(seq);
                List::<ComposerAdvisory>::deserialize(all).map(|list| Advisory::List(list.0))
            }
            nothing_else!();
        }
        deserializer.deserialize_any(Seen)
    }
}

/// `metadata.vulnerabilities` of npm.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct NpmMetadata {
    pub(super) vulnerabilities: Entries<Number>,
}

/// A vulnerable package of npm 7 and since.
#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct NpmPackage {
    pub(super) severity: Word,
    pub(super) range: Word,
    pub(super) via: List<NpmVia>,
}

/// Why a package is vulnerable: an advisory, or (then empty) another package by name.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct NpmVia {
    pub(super) source: Word,
    pub(super) title: Word,
    pub(super) url: Word,
}

/// What cargo-audit found in one package.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct CargoFinding {
    pub(super) kind: Word,
    pub(super) advisory: Loose<CargoAdvisory>,
    pub(super) package: Loose<CargoPackage>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct CargoAdvisory {
    pub(super) id: Word,
    pub(super) title: Word,
    pub(super) cvss: Word,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct CargoPackage {
    pub(super) name: Word,
    pub(super) version: Word,
}

/// A value in `vulnerabilities`: npm has a package by its name, cargo-audit a `list`. A package may be called `list`.
#[derive(Debug, Default)]
pub(super) enum Vulnerable {
    /// npm's.
    Package(NpmPackage),
    /// cargo-audit's.
    List(Vec<CargoFinding>),
    /// cargo-audit's count of its list.
    Count(u64),
    /// A truth or a word beside the list.
    #[default]
    Other,
}

impl<'de> Deserialize<'de> for Vulnerable {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Seen;
        impl<'de> Visitor<'de> for Seen {
            type Value = Vulnerable;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a package or a list")
            }
            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Vulnerable, A::Error> {
                NpmPackage::deserialize(MapAccessDeserializer::new(map)).map(Vulnerable::Package)
            }
            fn visit_seq<A: SeqAccess<'de>>(self, seq: A) -> Result<Vulnerable, A::Error> {
                let all = serde::de::value::SeqAccessDeserializer::new(seq);
                List::<CargoFinding>::deserialize(all).map(|list| Vulnerable::List(list.0))
            }
            fn visit_bool<E>(self, _: bool) -> Result<Vulnerable, E> {
                Ok(Vulnerable::Other)
            }
            fn visit_i64<E>(self, _: i64) -> Result<Vulnerable, E> {
                Ok(Vulnerable::Other)
            }
            fn visit_u64<E>(self, count: u64) -> Result<Vulnerable, E> {
                Ok(Vulnerable::Count(count))
            }
            fn visit_f64<E>(self, _: f64) -> Result<Vulnerable, E> {
                Ok(Vulnerable::Other)
            }
            fn visit_str<E>(self, _: &str) -> Result<Vulnerable, E> {
                Ok(Vulnerable::Other)
            }
            fn visit_unit<E>(self) -> Result<Vulnerable, E> {
                Ok(Vulnerable::Other)
            }
        }
        deserializer.deserialize_any(Seen)
    }
}

/// Whether a key is there at all, whatever it holds.
#[derive(Debug, Default)]
pub(super) struct There(pub(super) bool);

impl<'de> Deserialize<'de> for There {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        IgnoredAny::deserialize(deserializer).map(|_| Self(true))
    }
}
