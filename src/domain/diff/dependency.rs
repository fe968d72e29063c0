//! Dependencies in a diff: what comes, goes, or gets another version, and what is known to be wrong with it. Types only.

use serde::{Deserialize, Serialize};

use crate::domain::Text;

/// What the diff does to the dependencies.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Dependencies {
    /// Who told.
    pub from: DependenciesFrom,
    /// The changes: those with advisories first, then direct ones, then by name; at most 120.
    pub changes: Vec<DependencyChange>,
    /// How many there are in all.
    pub count: u32,
    /// What could not be read, a sentence each: the list above may lack something.
    pub problems: Vec<Text>,
}

/// Who told of the dependencies.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DependenciesFrom {
    /// Nobody was asked yet, or nobody answered.
    #[default]
    Unknown,
    /// No file of the diff holds dependencies.
    Nothing,
    /// GitHub's dependency review; the only one that knows advisories.
    Review,
    /// The lock files at both commits.
    LockFiles,
    /// The changed lines of lock files: a part.
    Patches,
}

impl Dependencies {
    /// Sorted and counted: what is vulnerable first, then what the project names itself, then by name.
    pub fn new(
        from: DependenciesFrom,
        mut changes: Vec<DependencyChange>,
        problems: Vec<Text>,
    ) -> Self {
        changes.sort_by(|a, b| a.rank().cmp(&b.rank()).then_with(|| a.name.cmp(&b.name)));
        Self {
            from,
            count: u32::try_from(changes.len()).unwrap_or(u32::MAX),
            changes,
            problems,
        }
    }

    /// Whether known vulnerabilities would have been told. Without that, none listed does not mean none there.
    pub fn knows_advisories(&self) -> bool {
        matches!(
            self.from,
            DependenciesFrom::Review | DependenciesFrom::Nothing
        )
    }

    /// Whether the list may lack something.
    pub fn is_partial(&self) -> bool {
        !self.problems.is_empty()
            || matches!(
                self.from,
                DependenciesFrom::Unknown | DependenciesFrom::Patches
            )
    }

    /// Changes that bring a version with a known vulnerability.
    pub fn vulnerable(&self) -> impl Iterator<Item = &DependencyChange> {
        self.changes.iter().filter(|change| {
            change.kind != DependencyKind::Removed && !change.advisories.is_empty()
        })
    }

    /// How many listed changes are of that kind.
    pub fn of_kind(&self, kind: DependencyKind) -> usize {
        self.changes.iter().filter(|c| c.kind == kind).count()
    }
}

/// One package.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DependencyChange {
    /// Its name.
    pub name: Text,
    /// `npm`, `cargo`, `go`, `pip`, `rubygems` ...
    pub ecosystem: Text,
    /// What happened to it.
    pub kind: DependencyKind,
    /// The version that production has.
    pub from: Option<Text>,
    /// The version that the candidate brings.
    pub to: Option<Text>,
    /// Whether the project names it itself; `None`: the file does not tell.
    pub direct: Option<bool>,
    /// The file that says so.
    pub file: Text,
    /// Known vulnerabilities of the version that comes; of a removed one, those that go with it. At most 8.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub advisories: Vec<Advisory>,
}

/// What happened to a package.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DependencyKind {
    /// It is new.
    Added,
    /// A newer version, or another whose order cannot be told.
    Bumped,
    /// An older version.
    Downgraded,
    /// It is gone.
    Removed,
}

impl DependencyKind {
    /// In a word.
    pub fn word(self) -> &'static str {
        match self {
            Self::Added => "new",
            Self::Bumped => "bumped",
            Self::Downgraded => "downgraded",
            Self::Removed => "removed",
        }
    }
}

impl DependencyChange {
    /// `lodash 4.17.20 -> 4.17.21`, `left-pad 1.3.0 (new)`.
    pub fn in_short(&self) -> String {
        let name = &self.name;
        match (&self.from, &self.to) {
            (Some(from), Some(to)) if self.kind == DependencyKind::Downgraded => {
                format!("{name} {from} -> {to} (downgraded)")
            }
            (Some(from), Some(to)) => format!("{name} {from} -> {to}"),
            (None, Some(one)) | (Some(one), None) => format!("{name} {one} ({})", self.kind.word()),
            (None, None) => format!("{name} ({})", self.kind.word()),
        }
    }

    fn rank(&self) -> (bool, Option<std::cmp::Reverse<AdvisorySeverity>>, bool) {
        let comes = self.kind != DependencyKind::Removed;
        let worst = self.worst().filter(|_| comes);
        (
            worst.is_none(),
            worst.map(|advisory| std::cmp::Reverse(advisory.severity)),
            self.direct != Some(true),
        )
    }

    /// Its worst advisory.
    pub fn worst(&self) -> Option<&Advisory> {
        self.advisories.iter().max_by_key(|a| a.severity)
    }
}

/// A known vulnerability.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Advisory {
    /// `GHSA-...`.
    pub id: Text,
    /// How bad.
    pub severity: AdvisorySeverity,
    /// One line.
    pub summary: Text,
}

/// How bad an advisory is, by GitHub's words.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AdvisorySeverity {
    /// A word that this version does not know, or none.
    Unknown,
    /// Low.
    Low,
    /// Moderate.
    Moderate,
    /// High.
    High,
    /// Critical.
    Critical,
}

impl AdvisorySeverity {
    /// In a word.
    pub fn word(self) -> &'static str {
        match self {
            Self::Unknown => "unrated",
            Self::Low => "low",
            Self::Moderate => "moderate",
            Self::High => "high",
            Self::Critical => "critical",
        }
    }

    /// Reads GitHub's word.
    pub fn read(word: &str) -> Self {
        match word.to_ascii_lowercase().as_str() {
            "low" => Self::Low,
            "moderate" | "medium" => Self::Moderate,
            "high" => Self::High,
            "critical" => Self::Critical,
            _ => Self::Unknown,
        }
    }
}
