//! Every finding of a scan as far as it was kept: collected by a reader, joined with others, compared with an earlier one.

use std::collections::HashMap;

use super::{
    SecurityFinding, SecurityReport, Severity, SeverityCounts,
    retry::{Fingerprint, fingerprint},
};
use crate::domain::Text;

/// Findings kept for the comparison; further ones are counted only.
const FINDINGS_KEPT: usize = 50_000;
/// Findings kept with their words.
const WORDS_KEPT: usize = 2_000;
/// Findings in the short form.
const WORST_KEPT: usize = 20;
/// Tools by name.
const TOOLS_KEPT: usize = 8;
/// Lines of problems.
const PROBLEMS_KEPT: usize = 12;
/// Characters of a rule's name, a place, a message, a problem.
const RULE_CHARS: usize = 80;
const PLACE_CHARS: usize = 120;
const MESSAGE_CHARS: usize = 160;
const PROBLEM_CHARS: usize = 160;

/// What a scanner itself says of a finding's age.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// Nothing.
    Untold,
    /// Not in the scanner's own baseline.
    New,
    /// There before.
    Known,
}

/// One finding as a reader sees it; raw words.
#[derive(Debug, Clone, Copy)]
pub struct SeenFinding<'a> {
    /// How bad.
    pub severity: Severity,
    /// The rule or advisory.
    pub rule: &'a str,
    /// Where, for people.
    pub place: &'a str,
    /// What.
    pub message: &'a str,
    /// What tells it from others and stays the same when lines move: file or package, and a hash where the tool gives one.
    pub identity: (&'a str, &'a str),
    /// What the scanner says of its age.
    pub standing: Standing,
}

/// A scan with its findings.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct SecurityScan {
    counts: SeverityCounts,
    suppressed: u64,
    tools: Vec<Text>,
    findings: Vec<Kept>,
    incomplete: bool,
    is_sarif: bool,
    problems: Vec<Text>,
}

#[derive(Debug, Clone, PartialEq)]
struct Kept {
    severity: Severity,
    print: Fingerprint,
    standing: Standing,
    words: Option<Box<Words>>,
}

#[derive(Debug, Clone, PartialEq)]
struct Words {
    rule: Text,
    place: Text,
    message: Text,
}

impl SecurityScan {
    /// Counts a finding, and keeps it while there is room.
    pub fn finding(&mut self, seen: &SeenFinding<'_>) {
        self.counts.count(seen.severity);
        if self.findings.len() >= FINDINGS_KEPT {
            return;
        }
        // Grave ones keep their words whatever came before them.
        let has_words = self.findings.len() < WORDS_KEPT || seen.severity <= Severity::High;
        let (first, second) = seen.identity;
        self.findings.push(Kept {
            severity: seen.severity,
            print: fingerprint(seen.rule, first, second),
            standing: seen.standing,
            words: has_words.then(|| {
                Box::new(Words {
                    rule: head(seen.rule, RULE_CHARS),
                    place: head(seen.place, PLACE_CHARS),
                    message: head(seen.message, MESSAGE_CHARS),
                })
            }),
        });
    }

    /// Counts findings of which nothing but the number is told.
    pub fn counted(&mut self, severity: Severity, count: u64) {
        self.counts.add(severity, count);
    }

    /// Counts a suppressed finding.
    pub fn suppressed(&mut self) {
        self.suppressed = self.suppressed.saturating_add(1);
    }

    /// Names a tool.
    pub fn tool(&mut self, name: &str) {
        let name = head(name, RULE_CHARS);
        if !name.is_empty() && self.tools.len() < TOOLS_KEPT && !self.tools.contains(&name) {
            self.tools.push(name);
        }
    }

    /// Marks it as read from SARIF.
    pub fn of_sarif(&mut self) {
        self.is_sarif = true;
    }

    /// Whether any of it was read from SARIF.
    pub fn is_sarif(&self) -> bool {
        self.is_sarif
    }

    /// Whether a tool of the other scan is named here too.
    pub fn has_tool_of(&self, other: &Self) -> bool {
        let names = |tool: &Text| tool.as_str().to_ascii_lowercase();
        other
            .tools
            .iter()
            .any(|tool| self.tools.iter().any(|own| names(own) == names(tool)))
    }

    /// Notes that a tool did not get to its end.
    pub fn incomplete(&mut self, line: &str) {
        self.incomplete = true;
        self.problem(line);
    }

    /// Notes what could not be read; a line.
    pub fn problem(&mut self, line: &str) {
        if self.problems.len() < PROBLEMS_KEPT {
            self.problems.push(head(line, PROBLEM_CHARS));
        }
    }

    /// Both scans as one.
    #[must_use]
    pub fn with(mut self, other: Self) -> Self {
        for severity in Severity::ALL {
            self.counts.add(severity, other.counts.of(severity));
        }
        self.suppressed = self.suppressed.saturating_add(other.suppressed);
        for tool in other.tools {
            self.tool(tool.as_str());
        }
        let room = FINDINGS_KEPT.saturating_sub(self.findings.len());
        self.findings.extend(other.findings.into_iter().take(room));
        self.incomplete |= other.incomplete;
        self.is_sarif |= other.is_sarif;
        for problem in other.problems {
            self.problem(problem.as_str());
        }
        self
    }

    /// Open findings by severity.
    pub fn counts(&self) -> &SeverityCounts {
        &self.counts
    }

    /// Whether every open finding was kept for a comparison.
    fn is_whole(&self) -> bool {
        u64::try_from(self.findings.len()).is_ok_and(|kept| kept == self.counts.total())
    }

    /// The short form. `before` is an earlier scan with its name, or why there is none.
    pub fn report(&self, before: Result<(&Self, &str), &str>) -> SecurityReport {
        let told = self
            .findings
            .iter()
            .any(|kept| kept.standing != Standing::Untold);
        let (is_new, baseline) = match before {
            Ok((before, name)) => (Some(self.not_in(before)), name.to_owned()),
            Err(_) if told => {
                let news = self
                    .findings
                    .iter()
                    .map(|kept| kept.standing != Standing::Known);
                (
                    Some(news.collect()),
                    "the scanner's own baseline".to_owned(),
                )
            }
            Err(why) => (None, why.to_owned()),
        };
        let new = is_new.as_ref().map(|news: &Vec<bool>| {
            let mut counts = SeverityCounts::default();
            for (kept, _) in self.findings.iter().zip(news).filter(|(_, new)| **new) {
                counts.count(kept.severity);
            }
            // What was not kept cannot be shown to be old.
            for severity in Severity::ALL {
                let kept = self
                    .findings
                    .iter()
                    .filter(|kept| kept.severity == severity)
                    .count();
                let kept = u64::try_from(kept).unwrap_or(u64::MAX);
                counts.add(severity, self.counts.of(severity).saturating_sub(kept));
            }
            counts
        });
        let mut worst: Vec<(usize, Option<bool>)> = (0..self.findings.len())
            .map(|index| {
                (
                    index,
                    is_new.as_ref().and_then(|news| news.get(index).copied()),
                )
            })
            .filter(|(index, _)| self.findings[*index].words.is_some())
            .collect();
        worst.sort_by_key(|(index, new)| (*new != Some(true), self.findings[*index].severity));
        let worst = worst
            .into_iter()
            .take(WORST_KEPT)
            .filter_map(|(index, is_new)| {
                let kept = &self.findings[index];
                let words = kept.words.as_ref()?;
                Some(SecurityFinding {
                    severity: kept.severity,
                    rule: words.rule.clone(),
                    place: words.place.clone(),
                    message: words.message.clone(),
                    is_new,
                })
            });
        SecurityReport {
            counts: self.counts,
            new,
            suppressed: self.suppressed,
            tools: self.tools.clone(),
            worst: worst.collect(),
            baseline: Text::line(&baseline),
            truncated: !self.is_whole(),
            incomplete: self.incomplete,
            problems: self.problems.clone(),
        }
    }

    /// For each finding whether `before` lacks it; of several alike, those beyond the number there.
    fn not_in(&self, before: &Self) -> Vec<bool> {
        let mut known: HashMap<Fingerprint, u64> = HashMap::new();
        for kept in &before.findings {
            *known.entry(kept.print).or_default() += 1;
        }
        let is_new = |kept: &Kept| match known.get_mut(&kept.print) {
            Some(left) if *left > 0 => {
                *left -= 1;
                false
            }
            Some(_) | None => true,
        };
        self.findings.iter().map(is_new).collect()
    }
}

/// The beginning of a line, sanitised.
fn head(raw: &str, chars: usize) -> Text {
    let line = raw.trim();
    match line.char_indices().nth(chars) {
        Some((end, _)) => Text::line(&format!("{}…", &line[..end])),
        None => Text::line(line),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn scan(findings: &[(Severity, &str, &str)]) -> SecurityScan {
        let mut scan = SecurityScan::default();
        for (severity, rule, file) in findings {
            scan.finding(&SeenFinding {
                severity: *severity,
                rule,
                place: file,
                message: "m",
                identity: (file, ""),
                standing: Standing::Untold,
            });
        }
        scan
    }

    #[test]
    fn new_is_what_the_earlier_scan_lacks_also_of_several_alike() {
        use Severity::{High, Low};
        let before = scan(&[(Low, "r", "a"), (High, "x", "gone")]);
        let now = scan(&[(Low, "r", "a"), (Low, "r", "a"), (High, "s", "a")]);
        let report = now.report(Ok((&before, "run 1")));
        let new = report.new.unwrap();
        assert_eq!((new.high, new.low, new.total()), (1, 1, 2));
        assert_eq!(report.worst[0].rule.as_str(), "s");
        assert_eq!(report.worst[0].is_new, Some(true));
        assert_eq!(
            report.failure().unwrap().as_str(),
            "new findings: 1 high: s a"
        );
        assert_eq!(report.in_short(), "1 high, 2 low, 2 new");
    }

    #[test]
    fn without_a_baseline_nothing_is_called_new_and_grave_findings_speak_against_it() {
        let report = scan(&[(Severity::Critical, "r", "a")]).report(Err("no earlier release"));
        assert_eq!(report.new, None);
        assert_eq!(report.baseline.as_str(), "no earlier release");
        assert!(
            report
                .failure()
                .unwrap()
                .as_str()
                .contains("nothing to compare with")
        );
        let report = scan(&[(Severity::Medium, "r", "a")]).report(Err("none"));
        assert_eq!(report.failure(), None);
    }

    #[test]
    fn what_was_not_kept_is_not_called_old() {
        let mut now = SecurityScan::default();
        now.counted(Severity::High, 3);
        let report = now.report(Ok((&SecurityScan::default(), "run 1")));
        assert_eq!(report.new.unwrap().high, 3);
        assert!(report.truncated);
    }

    #[test]
    fn an_unfinished_scan_has_not_passed() {
        let mut now = SecurityScan::default();
        now.incomplete("the database could not be loaded");
        assert!(
            now.report(Ok((&SecurityScan::default(), "run 1")))
                .failure()
                .is_some()
        );
    }

    #[test]
    fn the_short_form_stays_short_whatever_comes() {
        let long = "\"\u{1b}".repeat(4_000);
        let mut now = SecurityScan::default();
        for n in 0..60_000 {
            let file = format!("{n}");
            now.finding(&SeenFinding {
                severity: Severity::High,
                rule: &long[..1_000],
                place: &long[..1_000],
                message: &long[..1_000],
                identity: (&file, ""),
                standing: Standing::New,
            });
            if n > 100 {
                now.counted(Severity::Low, 1);
            }
        }
        now.problem(&long);
        now.tool(&long);
        let report = now.report(Err("none"));
        let json = serde_json::to_string(&report).unwrap();
        assert!(json.len() < 24 << 10, "{}", json.len());
        assert!(report.truncated);
        assert_eq!(report.counts.high, 60_000);
        assert_eq!(
            serde_json::from_str::<SecurityReport>(&json).unwrap(),
            report
        );
    }

    #[test]
    fn scores_fall_where_github_puts_them() {
        let word = |score| Severity::of_score(score).map(Severity::word);
        assert_eq!(word(9.0), Some("critical"));
        assert_eq!(word(8.9), Some("high"));
        assert_eq!(word(7.0), Some("high"));
        assert_eq!(word(4.0), Some("medium"));
        assert_eq!(word(0.1), Some("low"));
        for none in [0.0, -1.0, 10.1, f64::NAN] {
            assert_eq!(word(none), None);
        }
    }
}
