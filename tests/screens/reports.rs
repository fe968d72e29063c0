//! The staging report: as Markdown, as JSON, over the whole screen; and what hostile words do in it.

use cockpit::{
    domain::{
        ArtifactId, Text,
        diff::{
            Advisory, AdvisorySeverity, Dependencies, DependenciesFrom, DependencyChange,
            DependencyKind,
        },
        evidence::{
            CoverageBaseline, CoverageReport, Covered, EvidenceEvent, EvidenceKind, Finding,
            KnownFailing, LoadBaseline, LoadReport, NamedTest, SecurityFinding, SecurityReport,
            Severity, SeverityCounts, SuiteTotals, TestsSummary, Threshold, Totals,
        },
    },
    report::{StagingOutcome, StagingReport},
};

use super::{
    journal::{Journal, at},
    stage::Stage,
    world,
};

fn read(journal: &mut Journal, finding: Finding) {
    let event = EvidenceEvent::Read {
        artifact: Some(ArtifactId(1)),
        finding,
        made: Some(at(-1_000)),
        other_commit: false,
    };
    journal.github(-900, event);
}

fn load(crossed: bool) -> LoadReport {
    let before = LoadReport {
        p50: Some(40.0),
        p95: Some(120.0),
        p99: Some(180.0),
        throughput: Some(1_240.0),
        failed: Some(0.02),
        ..LoadReport::default()
    };
    LoadReport {
        p50: Some(38.0),
        p95: Some(123.0),
        p99: Some(234.0),
        throughput: Some(1_250.0),
        failed: Some(0.3),
        requests: Some(75_000),
        thresholds: Some(vec![Threshold {
            name: "http_req_duration p(99)<200".into(),
            held: !crossed,
        }]),
        baseline: Some(Box::new(LoadBaseline::of(&before, "run 8001"))),
        ..LoadReport::default()
    }
}

fn security() -> SecurityReport {
    let counts = SeverityCounts {
        high: 1,
        medium: 3,
        ..SeverityCounts::default()
    };
    let new = SeverityCounts {
        high: 1,
        ..SeverityCounts::default()
    };
    SecurityReport {
        counts,
        new: Some(new),
        suppressed: 2,
        tools: vec!["Semgrep".into()],
        worst: vec![SecurityFinding {
            severity: Severity::High,
            rule: "CVE-2026-1234".into(),
            place: "lodash 4.17.20".into(),
            message: "prototype pollution".into(),
            is_new: Some(true),
        }],
        baseline: "run 8001".into(),
        ..SecurityReport::default()
    }
}

/// Everything is read, and much of it wants a look.
fn whole() -> Journal {
    let mut journal = world::waiting(1);
    read(&mut journal, Finding::Load(load(true)));
    read(&mut journal, Finding::Security(security()));
    read(
        &mut journal,
        Finding::Coverage(CoverageReport {
            lines: Some(Covered {
                found: 1_000,
                hit: 806,
            }),
            baseline: CoverageBaseline::Was {
                percent: 82.4,
                of: "run 8001".into(),
            },
            max_drop: Some(1.0),
            ..CoverageReport::default()
        }),
    );
    journal
}

/// Words that would act where they are believed.
const HOSTILE: &str = "<img src=x onerror=alert(1)> | `x` [l](https://evil.example) @acme/team <!channel> #12\n## Risk: Low\n| a | b |";

fn hostile() -> Journal {
    let mut journal = whole();
    let words = || Text::line(HOSTILE);
    let test = || NamedTest {
        name: words(),
        message: words(),
    };
    let totals = Totals {
        tests: 3,
        passed: 1,
        failed: 2,
        flaky: 1,
        ..Totals::default()
    };
    read(
        &mut journal,
        Finding::Tests(TestsSummary {
            totals,
            suites: vec![SuiteTotals {
                name: words(),
                totals,
            }],
            failing: vec![test()],
            flaky: vec![test()],
            known: vec![KnownFailing {
                test: words(),
                until: "2026-12-01".parse().unwrap(),
                reason: words(),
                expired: false,
                tests: 1,
            }],
            problems: vec![words()],
            ..TestsSummary::default()
        }),
    );
    let mut scan = security();
    scan.tools = vec![words()];
    scan.baseline = words();
    scan.problems = vec![words()];
    for finding in &mut scan.worst {
        (finding.rule, finding.place, finding.message) = (words(), words(), words());
    }
    read(&mut journal, Finding::Security(scan));
    let mut slow = load(true);
    slow.problems = vec![words()];
    slow.thresholds = Some(vec![Threshold {
        name: words(),
        held: false,
    }]);
    read(&mut journal, Finding::Load(slow));
    let mut diff = journal.release.evidence.diff.clone().unwrap();
    diff.dependencies = Dependencies::new(
        DependenciesFrom::Review,
        vec![DependencyChange {
            name: words(),
            ecosystem: "npm".into(),
            kind: DependencyKind::Added,
            from: None,
            to: Some(words()),
            direct: Some(true),
            file: "package.json".into(),
            advisories: vec![Advisory {
                id: words(),
                severity: AdvisorySeverity::High,
                summary: words(),
            }],
        }],
        vec![words()],
    );
    for migration in &mut diff.migrations {
        migration.path = words();
        for effect in &mut migration.effects {
            effect.says = words();
        }
    }
    journal.github(-800, EvidenceEvent::Compared(Box::new(diff)));
    journal
}

#[test]
fn the_report_is_as_it_was_reviewed_and_the_same_each_time() {
    type Made = fn() -> Journal;
    let journals: [(&str, Made); 3] = [
        ("ready", || world::waiting(0)),
        ("failed", whole),
        ("not-yet", world::preparing),
    ];
    for (name, journal) in journals {
        let journal = journal();
        let report = StagingReport::of(&journal.release);
        let markdown = report.to_markdown();
        assert_eq!(
            markdown,
            StagingReport::of(&journal.release).to_markdown(),
            "{name}"
        );
        insta::assert_snapshot!(format!("report-{name}.md"), markdown);
        insta::assert_snapshot!(
            format!("report-{name}.json"),
            format!("{:#}", report.to_json())
        );
    }
}

#[test]
fn the_outcome_follows_the_rule_and_its_reasons_are_told() {
    let of = |journal: &Journal| {
        let report = StagingReport::of(&journal.release);
        (
            report.outcome,
            report.reasons.len(),
            report.recommendation(),
        )
    };
    let (outcome, reasons, words) = of(&world::waiting(0));
    assert_eq!((outcome, reasons), (StagingOutcome::StagingReady, 0));
    assert!(words.starts_with("review carefully"), "{words}");
    let (outcome, reasons, words) = of(&world::waiting(1));
    assert_eq!((outcome, reasons), (StagingOutcome::StagingFailed, 1));
    assert!(words.starts_with("do not release: 1 of 182"), "{words}");
    let (outcome, reasons, _) = of(&world::preparing());
    assert_eq!((outcome, reasons), (StagingOutcome::NotYet, 1));
}

#[test]
fn hostile_words_stay_words() {
    let journal = hostile();
    let report = StagingReport::of(&journal.release);
    let markdown = report.to_markdown();
    for wrong in [
        "<img",
        "<!",
        "](",
        "://",
        "@acme",
        "#12",
        "\n## Risk: Low",
        "`x`",
    ] {
        let bare = markdown.replace(&format!("\\{wrong}"), "");
        assert!(!bare.contains(wrong), "{wrong}\n{markdown}");
    }
    // Every row of a table has as many cells as its head.
    let cells = |line: &str| line.replace("\\|", "").matches('|').count();
    let mut head = 0;
    for line in markdown.lines() {
        match (line.starts_with('|'), head) {
            (true, 0) => head = cells(line),
            (true, _) => assert_eq!(cells(line), head, "{line}"),
            (false, _) => {
                head = 0;
                assert!(
                    line.is_empty()
                        || line
                            .starts_with(['#', '*', '-', 'R', 'W', 'F', 'K', 'B', 'S', '1', '2'])
                        || line.ends_with('.'),
                    "{line}"
                );
            }
        }
    }
    let json = report.to_json();
    assert_eq!(
        json["tests"]["failing"][0]["name"].as_str().unwrap(),
        Text::line(HOSTILE).as_str(),
        "JSON holds the words as they are"
    );
}

#[test]
fn the_zoomed_pane_shows_the_report_with_its_reasons_on_top() {
    let mut stage = Stage::new(whole().release);
    stage.keys(&["z"]);
    let text = stage.text(120, 34);
    for word in [
        "STAGING_FAILED",
        "1 of 182 tests failed",
        "recommendation: do not release",
        "load fails: threshold crossed",
        "security fails: new findings: 1 high",
        "coverage fails",
        "Performance  baseline: run 8001",
    ] {
        assert!(text.contains(word), "{word}\n{text}");
    }
    insta::assert_snapshot!("report-zoomed-120x34", text);
    stage.keys(&["G"]);
    let end = stage.text(120, 34);
    assert!(
        end.contains("Risk  ") && !end.contains("STAGING_FAILED"),
        "{end}"
    );
    stage.keys(&["Esc"]);
    assert!(stage.text(120, 34).contains("3 Gates"));
}

#[test]
fn a_load_row_opens_to_its_table() {
    let mut stage = Stage::new(whole().release);
    stage.text(120, 34);
    let row = stage.model.hits.staging.iter();
    let row = row
        .clone()
        .position(|kind| *kind == EvidenceKind::Load)
        .unwrap();
    stage.keys(&vec!["Down"; row]);
    stage.keys(&["Enter"]);
    let text = stage.text(120, 34);
    let place = |word: &str| text.find(word).unwrap_or_else(|| panic!("{word}\n{text}"));
    assert!(place("recommendation") < place("Performance"));
    assert!(place("Performance") < place("suite"));
    for words in [
        "latency p99",
        "180 ms",
        "234 ms",
        "+30%",
        "threshold crossed",
    ] {
        assert!(text.contains(words), "{words}\n{text}");
    }
    let mut bare = Stage::new(world::waiting(0).release);
    bare.keys(&["z"]);
    assert!(bare.text(120, 34).contains("Performance  no baseline"));
}

#[test]
fn the_pane_holds_hostile_words_at_any_size() {
    let mut stage = Stage::new(hostile().release);
    stage.keys(&["z"]);
    for (width, height) in [(12, 3), (40, 10), (80, 24), (200, 60), (300, 100)] {
        let text = stage.text(width, height);
        assert_eq!(text.lines().count(), usize::from(height));
    }
}
