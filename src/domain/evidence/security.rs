//! What scanners found: counts by severity, what is new against an earlier scan, and the worst by name.
//!
//! [`SecurityScan`] holds every finding that was kept, to be compared; [`SecurityReport`] is what the journal keeps.
//! Nothing here knows a file format.

use serde::{Deserialize, Serialize};

use crate::domain::{Text, wording};

/// How bad a finding is, the worst first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    /// 9.0 and above, by CVSS.
    Critical,
    /// 7.0 to 8.9, or an error about security without a score.
    High,
    /// An error without a score that nothing calls a matter of security: a linter's. It fails nothing by itself.
    Unscored,
    /// 4.0 to 6.9, or a warning.
    Medium,
    /// 0.1 to 3.9.
    Low,
    /// A note, or a finding without a severity.
    Note,
}

impl Severity {
    /// All, the worst first.
    pub const ALL: [Self; 6] = [
        Self::Critical,
        Self::High,
        Self::Unscored,
        Self::Medium,
        Self::Low,
        Self::Note,
    ];

    /// What people read.
    pub fn word(self) -> &'static str {
        match self {
            Self::Critical => "critical",
            Self::High => "high",
            Self::Unscored => "unscored",
            Self::Medium => "medium",
            Self::Low => "low",
            Self::Note => "note",
        }
    }

    /// Of a CVSS score, by the thresholds that GitHub's code scanning documents; `None` for 0 and what is no score.
    pub fn of_score(score: f64) -> Option<Self> {
        match score {
            9.0..=10.0 => Some(Self::Critical),
            7.0..9.0 => Some(Self::High),
            4.0..7.0 => Some(Self::Medium),
            _ if score > 0.0 && score < 4.0 => Some(Self::Low),
            _ => None,
        }
    }

    /// Of a word as scanners write it; `None` for one that says nothing (`unknown`, `negligible`).
    pub fn of_word(word: &str) -> Option<Self> {
        let is = |words: &[&str]| words.iter().any(|known| word.eq_ignore_ascii_case(known));
        if is(&["critical"]) {
            Some(Self::Critical)
        } else if is(&["high"]) {
            Some(Self::High)
        } else if is(&["medium", "moderate"]) {
            Some(Self::Medium)
        } else if is(&["low"]) {
            Some(Self::Low)
        } else if is(&["note", "info", "informational"]) {
            Some(Self::Note)
        } else {
            None
        }
    }
}

/// Findings by severity.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct SeverityCounts {
    /// Critical ones.
    pub critical: u64,
    /// High ones.
    pub high: u64,
    /// Errors without a score.
    #[serde(default)]
    pub unscored: u64,
    /// Medium ones.
    pub medium: u64,
    /// Low ones.
    pub low: u64,
    /// Notes, and findings without a severity.
    pub note: u64,
}

impl SeverityCounts {
    /// How many of one severity.
    pub fn of(&self, severity: Severity) -> u64 {
        match severity {
            Severity::Critical => self.critical,
            Severity::High => self.high,
            Severity::Unscored => self.unscored,
            Severity::Medium => self.medium,
            Severity::Low => self.low,
            Severity::Note => self.note,
        }
    }

    /// Counts one more.
    pub fn count(&mut self, severity: Severity) {
        self.add(severity, 1);
    }

    /// Counts so many more.
    pub fn add(&mut self, severity: Severity, more: u64) {
        let field = match severity {
            Severity::Critical => &mut self.critical,
            Severity::High => &mut self.high,
            Severity::Unscored => &mut self.unscored,
            Severity::Medium => &mut self.medium,
            Severity::Low => &mut self.low,
            Severity::Note => &mut self.note,
        };
        *field = field.saturating_add(more);
    }

    /// All together.
    pub fn total(&self) -> u64 {
        Severity::ALL.iter().fold(0, |sum, severity| {
            u64::saturating_add(sum, self.of(*severity))
        })
    }

    /// Critical and high ones.
    pub fn grave(&self) -> u64 {
        self.critical.saturating_add(self.high)
    }

    /// `1 critical, 3 high`; only what is there, and nothing for none.
    pub fn in_words(&self) -> String {
        let parts: Vec<String> = Severity::ALL
            .iter()
            .map(|severity| (self.of(*severity), severity.word()))
            .filter(|(count, _)| *count > 0)
            .map(|(count, word)| format!("{count} {word}"))
            .collect();
        parts.join(", ")
    }
}

/// A scan in short: at most about 12 KiB as JSON.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct SecurityReport {
    /// Open findings; suppressed ones and those that the tool calls absent or passed are not in it.
    pub counts: SeverityCounts,
    /// Of them, those that the earlier scan did not have; `None`: there was nothing to compare with.
    pub new: Option<SeverityCounts>,
    /// Findings that someone suppressed, in the code or in the tool.
    pub suppressed: u64,
    /// The tools by name.
    pub tools: Vec<Text>,
    /// The worst findings, new ones first.
    pub worst: Vec<SecurityFinding>,
    /// What `new` was compared with, or why there was nothing: `run 8123`, `the scanner's own baseline`.
    pub baseline: Text,
    /// Whether there were more findings than cockpit compares: `new` and `worst` may lack some, the counts do not.
    pub truncated: bool,
    /// Whether a tool said that it did not get to its end.
    pub incomplete: bool,
    /// What could not be read.
    pub problems: Vec<Text>,
}

/// One finding by name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SecurityFinding {
    /// How bad.
    pub severity: Severity,
    /// The rule or advisory: `CVE-2026-1234`, `B105`.
    pub rule: Text,
    /// Where: `src/cart.py:42`, or a package with its version.
    pub place: Text,
    /// What.
    pub message: Text,
    /// Whether the earlier scan did not have it; `None`: nothing to compare with.
    pub is_new: Option<bool>,
}

impl SecurityReport {
    /// Why it speaks against the release: critical or high findings that are new, or any where nothing tells what is
    /// new, or a scan that did not get to its end.
    pub fn failure(&self) -> Option<Text> {
        let first = |wanted: bool| {
            self.worst
                .iter()
                .find(|finding| {
                    finding.severity <= Severity::High && (!wanted || finding.is_new == Some(true))
                })
                .map_or(String::new(), |finding| {
                    format!(": {} {}", finding.rule, finding.place)
                })
        };
        let grave = |counts: &SeverityCounts| SeverityCounts {
            critical: counts.critical,
            high: counts.high,
            ..SeverityCounts::default()
        };
        match &self.new {
            Some(new) if new.grave() > 0 => {
                let what = grave(new).in_words();
                Some(Text::line(&format!("new findings: {what}{}", first(true))))
            }
            None if self.counts.grave() > 0 => {
                let what = grave(&self.counts).in_words();
                Some(Text::line(&format!(
                    "{what}, and nothing to compare with{}",
                    first(false)
                )))
            }
            _ if self.incomplete => Some(Text::line("the scan did not get to its end")),
            Some(_) | None => None,
        }
    }

    /// `2 medium, 1 new`, or `nothing found`.
    pub fn in_short(&self) -> String {
        let found = match self.counts.total() {
            0 => "nothing found".to_owned(),
            _ => self.counts.in_words(),
        };
        match self.new.map(|new| new.total()) {
            None => found,
            Some(0) if self.counts.total() == 0 => found,
            Some(0) => format!("{found}, none new"),
            Some(new) => format!("{found}, {new} new"),
        }
    }

    /// Tools in one line; `a scanner` where none is named.
    pub fn tools_in_words(&self) -> String {
        if self.tools.is_empty() {
            return "a scanner".to_owned();
        }
        let names: Vec<&str> = self.tools.iter().map(Text::as_str).collect();
        wording::list(&names)
    }
}
