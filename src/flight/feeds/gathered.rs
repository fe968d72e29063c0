//! The artifacts of one kind as one piece of evidence: joined, compared with an earlier release, and judged by what the
//! rules know of it. Knows the domain alone.

use jiff::{Timestamp, tz::TimeZone};

use crate::domain::{
    Fault, Text,
    evidence::{
        CoverageBaseline, CoverageMap, Evidence, EvidenceKind, Finding, LoadBaseline, LoadReport,
        ReportBuilder, SecurityScan, TestReport, TestsSummary,
    },
    policy::{EvidenceRule, Policy},
};

/// What the artifacts of one kind held, as far as it was read.
#[derive(Default)]
pub(super) struct Gathered {
    tests: Option<ReportBuilder>,
    loads: Vec<(String, LoadReport)>,
    scan: Option<SecurityScan>,
    coverage: Option<CoverageMap>,
    explain: Option<Text>,
    faults: Vec<(String, Fault)>,
}

/// An earlier release's evidence of the same kind with its name, or why there is none.
pub(super) enum Before {
    /// There is none, and why.
    None(String),
    /// It was read.
    Read {
        /// `run 8123`.
        name: String,
        /// What it said.
        evidence: Box<Evidence>,
    },
}

impl Gathered {
    /// Takes what one artifact holds.
    pub(super) fn take(&mut self, name: &str, read: Result<Evidence, Fault>) {
        match read {
            Ok(Evidence::Tests(report)) => {
                self.tests.get_or_insert_default().absorb(report, name);
            }
            Ok(Evidence::Load(report)) => self.loads.push((name.to_owned(), report)),
            Ok(Evidence::Security(scan)) => {
                self.scan = Some(match self.scan.take() {
                    Some(before) => before.with(scan),
                    None => scan,
                });
            }
            Ok(Evidence::Coverage(map)) => {
                self.coverage = Some(self.coverage.take().unwrap_or_default().with(map));
            }
            Ok(Evidence::Explain(text)) => {
                self.explain.get_or_insert(text);
            }
            Err(fault) => self.faults.push((name.to_owned(), fault)),
        }
    }

    /// Takes what fits the rules and could not be read at all.
    pub(super) fn lacks(&mut self, lost: &[(String, Fault)]) {
        self.faults.extend_from_slice(lost);
    }

    /// All of it as one. An artifact that cannot be read beside others that can is a hole in what they say.
    pub(super) fn whole(self, kind: EvidenceKind) -> Result<Option<Evidence>, Fault> {
        let lines: Vec<String> = self
            .faults
            .iter()
            .map(|(name, fault)| format!("{name}: {}", fault.detail))
            .collect();
        let whole = match kind {
            EvidenceKind::Tests => self.tests.map(|mut builder| {
                for line in &lines {
                    builder.unreadable(line);
                }
                Evidence::Tests(builder.finish())
            }),
            EvidenceKind::Load => LoadReport::join(self.loads, &lines).map(Evidence::Load),
            EvidenceKind::Security => self.scan.map(|mut scan| {
                for line in &lines {
                    scan.incomplete(line);
                }
                Evidence::Security(scan)
            }),
            EvidenceKind::Coverage => self.coverage.map(|mut map| {
                for line in &lines {
                    map.incomplete(line);
                }
                Evidence::Coverage(map)
            }),
            EvidenceKind::Explain => self.explain.map(Evidence::Explain),
        };
        match (whole, self.faults.into_iter().next()) {
            (Some(whole), _) => Ok(Some(whole)),
            (None, Some((_, fault))) => Err(fault),
            (None, None) => Ok(None),
        }
    }
}

/// Whether evidence of this kind is compared with an earlier release's.
pub(super) fn is_compared(kind: EvidenceKind) -> bool {
    match kind {
        EvidenceKind::Load | EvidenceKind::Security | EvidenceKind::Coverage => true,
        EvidenceKind::Tests | EvidenceKind::Explain => false,
    }
}

/// The short form of test results: known failures are those of that day, UTC.
pub(super) fn tests(report: &TestReport, policy: &Policy, now: Timestamp) -> Finding {
    let today = now.to_zoned(TimeZone::UTC).date();
    Finding::Tests(TestsSummary::knowing(report, &policy.known_failures, today))
}

/// The short form of a load test, beside what the rules write down, else beside the earlier release's.
pub(super) fn load(
    mut report: LoadReport,
    before: &Before,
    written: Option<&LoadBaseline>,
) -> Finding {
    if let Before::Read { name, evidence } = before
        && let Evidence::Load(earlier) = &**evidence
    {
        report.baseline = Some(Box::new(LoadBaseline::of(earlier, name)));
    }
    report.compare_with(written);
    Finding::Load(report)
}

/// The short form of a scan: what is new against the earlier release's.
pub(super) fn security(scan: &SecurityScan, before: &Before) -> Finding {
    let before = match before {
        Before::None(why) => Err(why.as_str()),
        Before::Read { name, evidence } => match &**evidence {
            Evidence::Security(earlier) => Ok((earlier, name.as_str())),
            Evidence::Tests(_)
            | Evidence::Load(_)
            | Evidence::Coverage(_)
            | Evidence::Explain(_) => Err("not of this kind"),
        },
    };
    Finding::Security(scan.report(before))
}

/// The short form of coverage: the change against the earlier release's, and how far it may fall.
pub(super) fn coverage(map: &CoverageMap, before: &Before, rule: &EvidenceRule) -> Finding {
    let mut report = map.report();
    report.max_drop = rule.max_drop;
    report.baseline = match before {
        Before::None(why) => CoverageBaseline::None(Text::line(why)),
        Before::Read { name, evidence } => {
            let percent = match &**evidence {
                Evidence::Coverage(earlier) => earlier.report().percent(),
                Evidence::Tests(_)
                | Evidence::Load(_)
                | Evidence::Security(_)
                | Evidence::Explain(_) => None,
            };
            match percent {
                Some(percent) => CoverageBaseline::Was {
                    percent,
                    of: Text::line(name),
                },
                None => CoverageBaseline::None(Text::line(&format!("{name} measured no line"))),
            }
        }
    };
    Finding::Coverage(report)
}

#[cfg(test)]
mod tests_of_gathering {
    use super::*;
    use crate::domain::{
        FaultKind,
        evidence::{Covered, SeenFinding, Severity, Standing, Threshold},
    };

    fn map(hit: u64) -> CoverageMap {
        let mut map = CoverageMap::default();
        map.states(Covered { found: 100, hit }, None);
        map.end_report();
        map
    }

    fn rule(max_drop: Option<f64>) -> EvidenceRule {
        EvidenceRule {
            kind: EvidenceKind::Coverage,
            artifact: Some("coverage".to_owned()),
            workflow: None,
            required: false,
            max_drop,
        }
    }

    fn fault() -> Fault {
        Fault::new(FaultKind::Malformed, "reading", "broken")
    }

    #[test]
    fn one_broken_artifact_beside_a_good_one_is_a_hole_and_alone_it_is_a_fault() {
        let mut gathered = Gathered::default();
        gathered.take("a", Ok(Evidence::Coverage(map(50))));
        gathered.take("b", Err(fault()));
        let Ok(Some(Evidence::Coverage(joined))) = gathered.whole(EvidenceKind::Coverage) else {
            panic!("coverage was given");
        };
        assert!(joined.report().incomplete);
        let mut alone = Gathered::default();
        alone.take("b", Err(fault()));
        assert!(alone.whole(EvidenceKind::Tests).is_err());
        assert!(matches!(
            Gathered::default().whole(EvidenceKind::Load),
            Ok(None)
        ));
    }

    #[test]
    fn coverage_is_compared_or_says_why_not() {
        let before = Before::Read {
            name: "run 7".to_owned(),
            evidence: Box::new(Evidence::Coverage(map(82))),
        };
        let fell = coverage(&map(80), &before, &rule(Some(1.0)));
        assert!(fell.failure().unwrap().as_str().contains("fell 2 points"));
        let first = Before::None("no earlier release".to_owned());
        let first = coverage(&map(80), &first, &rule(Some(1.0)));
        assert_eq!(first.failure(), None);
        assert!(
            first
                .doubt()
                .unwrap()
                .as_str()
                .contains("no earlier release")
        );
    }

    #[test]
    fn a_finding_that_the_earlier_release_had_is_not_new() {
        let mut scan = SecurityScan::default();
        scan.finding(&SeenFinding {
            severity: Severity::High,
            rule: "r",
            place: "a",
            message: "m",
            identity: ("a", ""),
            standing: Standing::Untold,
        });
        let before = Before::Read {
            name: "run 7".to_owned(),
            evidence: Box::new(Evidence::Security(scan.clone())),
        };
        assert_eq!(security(&scan, &before).failure(), None);
        assert!(
            security(&scan, &Before::None("none".to_owned()))
                .failure()
                .is_some()
        );
    }

    #[test]
    fn every_load_test_counts_and_the_earlier_one_stands_beside() {
        let one = |held| LoadReport {
            p99: Some(100.0),
            thresholds: Some(vec![Threshold {
                name: "p99<1".into(),
                held,
            }]),
            ..LoadReport::default()
        };
        let mut gathered = Gathered::default();
        gathered.take("a", Ok(Evidence::Load(one(true))));
        gathered.take("b", Ok(Evidence::Load(one(false))));
        let Ok(Some(Evidence::Load(joined))) = gathered.whole(EvidenceKind::Load) else {
            panic!("two reports were given");
        };
        let before = Before::Read {
            name: "run 7".to_owned(),
            evidence: Box::new(Evidence::Load(one(true))),
        };
        let written = LoadBaseline {
            p99: Some(90.0),
            ..LoadBaseline::of(&one(true), "the rules")
        };
        let ruled = load(joined.clone(), &before, Some(&written));
        let Finding::Load(ruled) = ruled else {
            panic!("a load test")
        };
        assert_eq!(ruled.baseline.unwrap().of.as_str(), "the rules");
        let finding = load(joined, &before, None);
        assert!(finding.failure().is_some());
        let Finding::Load(load) = finding else {
            panic!("a load test")
        };
        assert_eq!(load.baseline.unwrap().p99, Some(100.0));
    }
}
