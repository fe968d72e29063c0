//! How much of the code the tests ran, and how that changed since an earlier release.

use serde::{Deserialize, Serialize};

use crate::domain::{Text, wording};

/// Of so many, so many were hit.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Covered {
    /// All.
    pub found: u64,
    /// Those that ran.
    pub hit: u64,
}

impl Covered {
    /// The share in per cent; `None` where there is nothing to cover, or more was hit than there is.
    #[expect(
        clippy::cast_precision_loss,
        reason = "lines of code are far below 2^53"
    )]
    pub fn percent(&self) -> Option<f64> {
        let is_share = self.found > 0 && self.hit <= self.found;
        is_share.then(|| self.hit as f64 * 100.0 / self.found as f64)
    }
}

impl std::ops::AddAssign for Covered {
    fn add_assign(&mut self, other: Self) {
        self.found = self.found.saturating_add(other.found);
        self.hit = self.hit.saturating_add(other.hit);
    }
}

/// What the coverage is compared with.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CoverageBaseline {
    /// Nothing, and why: `no earlier release`.
    None(Text),
    /// An earlier release's coverage.
    Was {
        /// Of lines, in per cent.
        percent: f64,
        /// Whose: `run 8123`.
        of: Text,
    },
}

impl Default for CoverageBaseline {
    fn default() -> Self {
        Self::None(Text::line("not looked for"))
    }
}

/// Coverage, of one report or of several joined.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct CoverageReport {
    /// Lines; `None` where the report tells only a share.
    pub lines: Option<Covered>,
    /// Branches; `None` where none are told.
    pub branches: Option<Covered>,
    /// The share of lines in per cent as the report states it, where it does not tell the lines themselves.
    pub stated: Option<f64>,
    /// Files in it.
    pub files: u64,
    /// What it is compared with.
    pub baseline: CoverageBaseline,
    /// The largest drop that passes, in points; `None`: any does.
    pub max_drop: Option<f64>,
    /// Whether a report that belongs to it could not be read.
    #[serde(default)]
    pub incomplete: bool,
    /// What could not be read.
    pub problems: Vec<Text>,
}

impl CoverageReport {
    /// Of lines, in per cent; `None` is unknown.
    pub fn percent(&self) -> Option<f64> {
        match &self.lines {
            Some(lines) => lines.percent(),
            None => self.stated,
        }
    }

    /// Points gained or lost against the baseline; `None` where either is unknown.
    pub fn change(&self) -> Option<f64> {
        match &self.baseline {
            CoverageBaseline::Was { percent, .. } => Some(self.percent()? - percent),
            CoverageBaseline::None(_) => None,
        }
    }

    /// Whether it fell further than is allowed. A share is compared as it is shown: to a tenth of a point.
    pub fn fell_too_far(&self) -> bool {
        let allowed = self.max_drop.filter(|allowed| allowed.is_finite());
        allowed
            .zip(self.change())
            .is_some_and(|(allowed, change)| -change > allowed + 0.05)
    }

    /// Why it speaks against the release.
    pub fn failure(&self) -> Option<Text> {
        let Some(percent) = self.percent() else {
            return Some(Text::line("coverage unknown: no line was measured"));
        };
        let change = self.change().filter(|_| self.fell_too_far())?;
        let allowed = self.max_drop.unwrap_or_default();
        Some(Text::line(&format!(
            "coverage fell {} points to {percent:.1}%: at most {} are allowed",
            wording::significant(-change, 2),
            wording::significant(allowed, 2)
        )))
    }

    /// Why it cannot be called held, though nothing speaks against it: a drop is limited, and nothing is there to compare
    /// with.
    pub fn doubt(&self) -> Option<Text> {
        if self.incomplete {
            let what = format!(
                "{}, not of every report: one could not be read",
                self.in_short()
            );
            return Some(Text::line(&what));
        }
        match (&self.baseline, self.max_drop, self.percent()) {
            (CoverageBaseline::None(why), Some(_), Some(percent)) => {
                Some(Text::line(&format!("{percent:.1}%, no baseline: {why}")))
            }
            _ => None,
        }
    }

    /// `81.2%, -0.6 points`.
    pub fn in_short(&self) -> String {
        let Some(percent) = self.percent() else {
            return "unknown".to_owned();
        };
        match self.change() {
            Some(change) => format!("{percent:.1}%, {} points", signed_points(change)),
            None => format!("{percent:.1}%"),
        }
    }
}

/// `+0.4`, `−0.6`, `=`: a change in points, to a tenth.
pub fn signed_points(change: f64) -> String {
    if change.abs() < 0.05 {
        "=".to_owned()
    } else if change < 0.0 {
        format!("−{:.1}", -change)
    } else {
        format!("+{change:.1}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn report(found: u64, hit: u64, before: f64, max_drop: Option<f64>) -> CoverageReport {
        CoverageReport {
            lines: Some(Covered { found, hit }),
            baseline: CoverageBaseline::Was {
                percent: before,
                of: Text::line("run 1"),
            },
            max_drop,
            ..CoverageReport::default()
        }
    }

    #[test]
    fn a_drop_is_judged_by_what_is_allowed() {
        assert_eq!(report(1000, 812, 81.8, Some(1.0)).failure(), None);
        assert_eq!(report(1000, 812, 82.2, Some(1.0)).failure(), None);
        let fell = report(1000, 800, 81.8, Some(1.0)).failure().unwrap();
        assert_eq!(
            fell.as_str(),
            "coverage fell 1.8 points to 80.0%: at most 1 are allowed"
        );
        assert_eq!(report(1000, 1, 81.8, None).failure(), None);
        assert_eq!(
            report(1000, 812, 81.8, Some(1.0)).in_short(),
            "81.2%, −0.6 points"
        );
    }

    #[test]
    fn nothing_measured_is_unknown_and_no_baseline_is_a_doubt() {
        assert!(CoverageReport::default().failure().is_some());
        assert!(report(0, 0, 80.0, None).failure().is_some());
        let first = CoverageReport {
            baseline: CoverageBaseline::None(Text::line("no earlier release")),
            ..report(10, 5, 0.0, Some(1.0))
        };
        assert_eq!(first.failure(), None);
        assert_eq!(
            first.doubt().unwrap().as_str(),
            "50.0%, no baseline: no earlier release"
        );
    }

    #[test]
    fn more_lines_hit_than_there_are_is_no_share() {
        let odd = Covered { found: 3, hit: 9 };
        assert_eq!(odd.percent(), None);
    }
}
