//! What a story sees, written short: evidence, production, metrics, answers, as observations.

#[path = "claims.rs"]
mod claims;

use std::collections::BTreeMap;

use cockpit::domain::{
    EnvironmentId, Fault, FaultKind, Feed, Login, Outcome, RunBeside, RunId, Seq, Sha, Text,
    chat::{ChatFate, ChatPlace},
    diff::Diff,
    evidence::{Candidate, EvidenceKind, Finding, NotCompared, TestsSummary, Totals},
    flags::FlagReading,
    judge::{PastDay, State},
    observation::{
        AlarmSnapshot, AlarmState, ArtifactSnapshot, BranchLead, DeploymentSnapshot,
        DeploymentState, EnvironmentSnapshot, LanePlace, LaneRule, LaneRun, LaneSeen, LaneSnapshot,
        MetricsSeen, Minute, Observation, Relation, Sample,
    },
    policy::{MetricName, Side, TimeWindow, WindowKind},
    question::{self, Subject},
    record::{EarlierEnd, EarlierRelease, ServiceLock, Trust, TrustWay},
    rollback::{InputsCheck, Readiness},
    rollout::{ProductionAnswer, ProductionSource},
    smoke::{Moment, SmokeFailure, SmokeOutcome, SmokeSummary},
};
use jiff::Timestamp;
use serde::Deserialize;

use crate::{
    drive::{Drive, RUN},
    run::{Run, uploaded},
};

/// One sight; exactly one of these.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub(crate) enum See {
    /// The release's run.
    Run(Run),
    /// The run behind a dispatch gate.
    ProductionRun(Run),
    /// A rollback's run.
    RollbackRun(Run),
    /// The production lane.
    Lane(Lane),
    /// The candidate, by its version.
    Candidate(String),
    /// Artifacts by name, with this digest.
    Artifacts(BTreeMap<String, String>),
    /// A hold's countdown, and why it could not be written; empty: it was.
    HoldTold(i64, String),
    /// Ids of artifacts of another workflow.
    Elsewhere(String, Vec<u64>),
    /// A test report.
    Tests(TestsSeen),
    /// Evidence that is not there.
    Missing(EvidenceKind),
    /// Evidence that cannot be read.
    Unreadable(EvidenceKind),
    /// How the candidate lies to production: `ahead`, `behind` ...
    Compared(Relation),
    /// Why nobody can compare production's commit, by one digit, with the candidate.
    NotCompared(String, String),
    /// What production answers: a version, or `sha:` and one digit that fills a commit.
    Production(String),
    /// The newest deployment's commit, as one digit.
    Deployed(String),
    /// Protection of production's environment.
    Protection { reviewers: bool },
    /// How ready a rollback is.
    Ready(InputsCheck),
    /// Metrics from one minute up to another.
    Metrics(Metrics),
    /// Metrics of an earlier day; the times are those of the story's own day.
    Past(Past),
    /// Alarms by name.
    Alarms(BTreeMap<String, AlarmState>),
    /// The windows of the next weeks.
    Calendar(Vec<Window>),
    /// Answers to prerequisites and items, `item ` before an item's id: `STATE: WHY`.
    Checked(BTreeMap<String, String>),
    /// Smoke tests.
    Smoke(Smoke),
    /// The run of an earlier release that locks the service; 0: none does.
    ServiceLock(u64),
    /// The run of the release before, which had an issue; 0: no journal tells of one.
    Earlier(u64),
    /// The claims of every machine.
    Claims(claims::Claims),
    /// What became of the claim that is the oldest act in the outbox.
    Claimed(claims::Claimed),
    /// Flags by name: `on`, `off`, or why it is unknown.
    Flags(BTreeMap<String, String>),
    /// An answer to the oldest act in the outbox.
    Answered(Answer),
    /// What became of the oldest message that was asked for.
    Messaged(Messaged),
    /// A feed that does not answer.
    Silent(Feed),
    /// It answers again.
    Back(Feed),
    /// A trust in the rules' programs that this person gave for an earlier release.
    Trusted(String),
}

/// The lane in short.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Lane {
    /// Position in it; -1: GitHub cannot tell.
    position: Option<i64>,
    /// Who holds it instead.
    holder: Option<u64>,
    /// What a newer run does.
    rule: Option<LaneRule>,
    /// Commits of main that the candidate lacks.
    ahead: Option<u32>,
}

impl Lane {
    fn seen(&self) -> LaneSeen {
        let lane = |position: i64| {
            let Ok(position) = u32::try_from(position) else {
                return LanePlace::Untold;
            };
            let holder = self.holder.map(RunId);
            let other = |run| LaneRun {
                run,
                title: "Release v2.13.9".into(),
                position: 0,
                since: None,
            };
            LanePlace::In(LaneSnapshot {
                group: "production".into(),
                position,
                holder,
                behind: Some(0),
                others: holder.map(other).into_iter().collect(),
                since: None,
            })
        };
        LaneSeen {
            lane: self.position.map(lane),
            rule: self.rule.clone().map(Some),
            lead: self.ahead.map(|commits| BranchLead {
                branch: "main".into(),
                head: commit("9"),
                commits,
            }),
        }
    }
}

/// A window in short.
#[derive(Debug, Clone, Deserialize)]
pub(crate) struct Window {
    name: String,
    #[serde(default = "blackout")]
    kind: WindowKind,
    from: String,
    until: String,
    #[serde(default)]
    may_override: bool,
}

fn blackout() -> WindowKind {
    WindowKind::Blackout
}

/// A test report in short.
#[derive(Debug, Clone, Deserialize)]
pub(crate) struct TestsSeen {
    passed: u64,
    failed: u64,
    made: Option<String>,
}

/// What became of an act.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Answer {
    /// Taken.
    Taken,
    /// Taken; it started this run.
    Started(u64),
    /// Refused.
    Refused,
    /// Nothing to be done there: it was so already.
    Conflict,
    /// Not sent: this run of ben's stands beside it.
    Beside(u64),
    /// Nobody can tell.
    Lost,
}

/// What became of a message.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Messaged {
    /// It stands there, by this timestamp.
    Sent(String),
    /// Refused for good.
    Refused,
    /// Nobody can tell.
    Lost,
    /// The card was deleted.
    CardGone(String),
}

impl Messaged {
    fn seen(&self, drive: &Drive) -> Observation {
        let mut requested = drive.release.chat.requested();
        let act = requested.next().map_or(Seq(0), |(seq, ..)| seq);
        let fate = match self {
            Self::Sent(ts) => ChatFate::Sent(ChatPlace {
                channel: "C0APPROVAL".into(),
                ts: ts.clone(),
            }),
            Self::Refused => {
                ChatFate::Refused(Fault::new(FaultKind::Refused, "Slack", "invalid_blocks"))
            }
            Self::Lost => ChatFate::Unknown("it may have been sent".into()),
            Self::CardGone(ts) => {
                return Observation::CardGone(ChatPlace {
                    channel: "C0APPROVAL".into(),
                    ts: ts.clone(),
                });
            }
        };
        Observation::Messaged { act, fate }
    }
}

/// Smoke tests in short: before the deploy, or after a stage.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Smoke {
    /// After which stage; without one before the deploy.
    pub(crate) stage: Option<usize>,
    /// How many passed.
    pub(crate) passed: usize,
    /// `NAME: WHY` of those that failed.
    pub(crate) failed: Vec<String>,
    /// Why there is no result.
    pub(crate) none: Option<String>,
}

/// Metrics in short: each series one value for all minutes, or one a minute; a text is no value.
#[derive(Debug, Clone, Deserialize)]
pub(crate) struct Metrics {
    /// First minute, `14:05`.
    pub(crate) from: String,
    /// First minute not asked for.
    pub(crate) until: String,
    /// By metric, `@canary` and `@control` for the sides.
    #[serde(flatten)]
    pub(crate) series: BTreeMap<String, Value>,
}

/// The same of an earlier day.
#[derive(Debug, Clone, Deserialize)]
pub(crate) struct Past {
    /// Which day.
    pub(crate) day: PastDay,
    /// What was there.
    #[serde(flatten)]
    pub(crate) metrics: Metrics,
}

/// Samples in short.
#[derive(Debug, Clone, Deserialize)]
#[serde(untagged)]
pub(crate) enum Value {
    /// The same in every minute.
    Same(f64),
    /// `absent`, `broken` or `no traffic` in every minute.
    Word(String),
    /// One a minute.
    Each(Vec<Value>),
}

/// A commit of forty times the same digit.
pub(crate) fn commit(digit: &str) -> Sha {
    Sha::parse(&digit.repeat(40)).unwrap()
}

/// A time of the story's day, or a whole timestamp.
pub(crate) fn time(text: &str) -> Timestamp {
    if text.contains('T') {
        return text.parse().unwrap();
    }
    let seconds = if text.len() == 5 { ":00" } else { "" };
    format!("2026-11-20T{text}{seconds}Z").parse().unwrap()
}

pub(crate) fn environment(name: &str) -> EnvironmentId {
    EnvironmentId(
        name.bytes()
            .fold(7, |sum, byte| sum * 31 % 9_973 + u64::from(byte)),
    )
}

impl See {
    /// The observation that it stands for.
    pub(crate) fn observation(&self, drive: &Drive, at: Timestamp) -> Observation {
        match self {
            Self::Run(run) => Observation::Run(Box::new(run.seen(drive, RUN, at))),
            Self::ProductionRun(run) => {
                Observation::ProductionRun(Box::new(run.seen(drive, 9_001, at)))
            }
            Self::RollbackRun(run) => {
                Observation::RollbackRun(Box::new(run.seen(drive, 9_100, at)))
            }
            Self::Lane(lane) => Observation::Lane(Box::new(lane.seen())),
            Self::Candidate(version) => Observation::Candidate(Candidate {
                sha: commit("3"),
                version: Some(version.as_str().into()),
                unnamed: None,
                read_from: None,
                authors: vec![Login::parse("ben").unwrap()],
                pulls: vec![(7, "Retries move to the queue".into())],
            }),
            Self::Artifacts(all) => Observation::Artifacts(all.iter().map(artifact).collect()),
            Self::Elsewhere(workflow, ids) => Observation::ArtifactsElsewhere {
                workflow: workflow.clone(),
                artifacts: ids.iter().map(|id| uploaded(*id)).collect(),
            },
            Self::HoldTold(began, why) => Observation::HoldTold {
                began: *began,
                why: (!why.is_empty()).then(|| why.as_str().into()),
            },
            Self::Tests(seen) => tests(seen),
            Self::Claims(claims) => claims.seen(drive, at),
            Self::Claimed(claimed) => claimed.seen(drive),
            Self::Missing(kind) => Observation::Missing { kind: *kind },
            Self::Unreadable(kind) => Observation::Unreadable {
                kind: *kind,
                fault: Fault::new(FaultKind::Malformed, "junit", "not XML"),
            },
            Self::Compared(relation) => Observation::Compared(Box::new(compared(*relation))),
            Self::NotCompared(base, why) => Observation::NotCompared(not_compared(base, why)),
            Self::Production(answer) => Observation::Production(production(answer)),
            Self::Deployed(digit) => deployed(digit),
            Self::Protection { reviewers } => Observation::Environment(EnvironmentSnapshot {
                name: "production".into(),
                required_reviewers: *reviewers,
                prevent_self_review: false,
                admins_may_bypass: true,
                wait_timer_minutes: 0,
                custom_rules: Vec::new(),
            }),
            Self::Ready(inputs) => Observation::Readiness(Readiness {
                inputs: Some(inputs.clone()),
                past: Vec::new(),
                newest: None,
            }),
            Self::Metrics(metrics) => metrics.observation(at),
            Self::Past(past) => past.observation(),
            Self::Alarms(all) => Observation::Alarms(all.iter().map(alarm).collect()),
            Self::Calendar(windows) => Observation::Calendar(
                windows
                    .iter()
                    .map(|window| TimeWindow {
                        start: time(&window.from),
                        end: time(&window.until),
                        kind: window.kind,
                        name: window.name.as_str().into(),
                        may_override: window.may_override,
                    })
                    .collect(),
            ),
            Self::Checked(all) => Observation::Checked(all.iter().map(checked).collect()),
            Self::Smoke(smoke) => smoke.seen(at),
            Self::Answered(answer) => answered(drive, answer),
            Self::ServiceLock(run) => Observation::ServiceLock(locked(*run)),
            Self::Earlier(run) => Observation::Earlier(earlier(*run)),
            Self::Flags(all) => Observation::Flags(readings(all)),
            Self::Silent(feed) => silent(*feed, at),
            Self::Messaged(fate) => fate.seen(drive),
            Self::Back(feed) => Observation::Back { feed: *feed },
            Self::Trusted(by) => trusted(by),
        }
    }
}

fn silent(feed: Feed, since: Timestamp) -> Observation {
    Observation::Silent {
        feed,
        since,
        fault: Fault::new(FaultKind::Offline, "metrics", "connection refused"),
        turned: false,
    }
}

fn alarm((name, state): (&String, &AlarmState)) -> AlarmSnapshot {
    AlarmSnapshot {
        name: name.as_str().into(),
        state: *state,
        since: None,
        reason: Text::default(),
    }
}

/// The lock of an earlier run; none by run 0.
fn locked(run: u64) -> Option<ServiceLock> {
    (run > 0).then(|| ServiceLock {
        run: RunId(run),
        version: "v2.13.9".into(),
        since: time("12:00"),
        reason: "error rate".into(),
        machine: None,
    })
}

/// An earlier run with an issue; none by run 0.
fn earlier(run: u64) -> Option<EarlierRelease> {
    (run > 0).then(|| EarlierRelease {
        run: RunId(run),
        version: "v2.13.9".into(),
        began: time("11:00"),
        end: EarlierEnd::Issue("the old version serves".into()),
    })
}

fn checked((name, told): (&String, &String)) -> (Subject, question::Answer) {
    let (state, why) = told.split_once(": ").unwrap();
    let state = match state {
        "pass" => State::Pass,
        "fail" => State::Fail,
        "no data" => State::NoData,
        "broken" => State::Broken,
        other => panic!("`{other}` is no state"),
    };
    let subject = match name.strip_prefix("item ") {
        Some(item) => Subject::Item(item.to_owned()),
        None => Subject::Prerequisite(name.clone()),
    };
    (subject, question::Answer::new(state, why))
}

fn artifact((name, digest): (&String, &String)) -> ArtifactSnapshot {
    ArtifactSnapshot {
        id: cockpit::domain::ArtifactId(environment(name).0),
        name: name.as_str().into(),
        size: 1_000,
        digest: Some(digest.as_str().into()),
        created: None,
        expired: false,
        expires: None,
        run: RunId(RUN),
    }
}

fn tests(seen: &TestsSeen) -> Observation {
    let (passed, failed) = (seen.passed, seen.failed);
    let totals = Totals {
        tests: passed + failed,
        passed,
        failed,
        ..Totals::default()
    };
    Observation::Evidence {
        artifact: None,
        finding: Finding::Tests(TestsSummary {
            totals,
            ..TestsSummary::default()
        }),
        made: Some(time(seen.made.as_deref().unwrap_or("13:50"))),
        other_commit: false,
    }
}

fn trusted(by: &str) -> Observation {
    Observation::Trusted(Trust {
        by: Login::parse(by).unwrap(),
        at: time("2026-11-18T09:00:00Z"),
        way: TrustWay::Remembered,
    })
}

fn compared(relation: Relation) -> Diff {
    let lacks = matches!(relation, Relation::Behind | Relation::Diverged);
    Diff {
        relation,
        ahead_by: 1,
        behind_by: if lacks { 2 } else { 0 },
        titles: vec!["Retries move to the queue".into()],
        people: vec!["ben".into(), "emil".into()],
        authors: 2,
        ..Diff::between(commit("d"), commit("3"))
    }
}

fn not_compared(base: &str, why: &str) -> NotCompared {
    NotCompared {
        base: commit(base),
        head: commit("3"),
        why: why.into(),
    }
}

/// The commits of the two versions that the stories speak of.
fn production(answer: &str) -> ProductionAnswer {
    let (version, sha) = match answer {
        "v2.13.4" => (Some(answer), Some(commit("d"))),
        "v2.14.0" => (Some(answer), Some(commit("3"))),
        _ => match answer.strip_prefix("sha:") {
            Some(digit) => (None, Some(commit(digit))),
            None => (Some(answer), None),
        },
    };
    ProductionAnswer {
        source: ProductionSource::Asked,
        version: version.map(Text::line),
        sha,
    }
}

fn deployed(digit: &str) -> Observation {
    Observation::Deployments {
        newest: vec![deployment(digit)],
        failed: None,
    }
}

fn deployment(digit: &str) -> DeploymentSnapshot {
    DeploymentSnapshot {
        id: cockpit::domain::DeploymentId(1),
        sha: commit(digit),
        reference: "main".into(),
        environment: "production".into(),
        state: DeploymentState::Success,
        run: None,
        job: None,
        created: time("09:00"),
        updated: time("09:10"),
        began: None,
        succeeded: None,
        ended_at_gate: false,
        creator: None,
    }
}

fn answered(drive: &Drive, answer: &Answer) -> Observation {
    let act = drive.release.outbox().next().map_or(Seq(0), |act| act.seq);
    let fault = |kind| Outcome::Failed {
        fault: Fault::new(kind, "GitHub", "said no"),
    };
    let outcome = match answer {
        Answer::Taken => Outcome::Taken { run: None },
        Answer::Started(run) => Outcome::Taken {
            run: Some(RunId(*run)),
        },
        Answer::Beside(run) => Outcome::Beside {
            runs: vec![RunBeside {
                run: RunId(*run),
                by: Login::parse("ben").ok(),
                at: time("14:05"),
            }],
        },
        Answer::Refused => fault(FaultKind::Refused),
        Answer::Conflict => fault(FaultKind::Conflict),
        Answer::Lost => Outcome::Unknown {
            why: "no answer, and no run with its mark".into(),
        },
    };
    Observation::Answered { act, outcome }
}

impl Smoke {
    fn seen(&self, at: Timestamp) -> Observation {
        let failures: Vec<SmokeFailure> = self
            .failed
            .iter()
            .map(|text| {
                let (name, why) = text.split_once(": ").unwrap();
                SmokeFailure {
                    name: name.into(),
                    required: true,
                    why: why.into(),
                }
            })
            .collect();
        Observation::Smoke {
            moment: match self.stage {
                Some(stage) => Moment::After { stage },
                None => Moment::Before,
            },
            asked: at,
            outcome: match &self.none {
                Some(why) => SmokeOutcome::NoResult(why.as_str().into()),
                None => SmokeOutcome::Ran(SmokeSummary {
                    passed: self.passed,
                    failed: failures.len(),
                    skipped: 0,
                    required: failures.len(),
                    failures,
                }),
            },
        }
    }
}

impl Past {
    fn observation(&self) -> Observation {
        let mut seen = self.metrics.seen();
        let back = -self.day.minutes();
        (seen.from, seen.until) = (seen.from.plus(back), seen.until.plus(back));
        Observation::Past {
            day: self.day,
            seen,
        }
    }
}

impl Metrics {
    fn observation(&self, asked: Timestamp) -> Observation {
        let seen = self.seen();
        Observation::Metrics { asked, seen }
    }

    fn seen(&self) -> MetricsSeen {
        let (from, until) = (Minute::of(time(&self.from)), Minute::of(time(&self.until)));
        let count = usize::try_from(until.0 - from.0).unwrap();
        let series = self.series.iter().map(|(name, value)| {
            let (name, side) = match name.split_once('@') {
                Some((name, "canary")) => (name, Side::Canary),
                Some((name, "band_high")) => (name, Side::BandHigh),
                Some((name, "band_low")) => (name, Side::BandLow),
                Some((name, _)) => (name, Side::Control),
                None => (name.as_str(), Side::All),
            };
            ((MetricName::from(name), side), samples(value, count))
        });
        MetricsSeen {
            from,
            until,
            series: series.collect(),
            remarks: Vec::new(),
        }
    }
}

fn samples(value: &Value, count: usize) -> Vec<Sample> {
    match value {
        Value::Same(number) => vec![Sample::Value(*number); count],
        Value::Word(word) => vec![
            match word.as_str() {
                "absent" => Sample::Absent,
                "broken" => Sample::Broken,
                "no traffic" => Sample::NoTraffic,
                other => panic!("`{other}` is no sample"),
            };
            count
        ],
        Value::Each(all) => {
            assert_eq!(all.len(), count, "one sample a minute");
            all.iter().flat_map(|one| samples(one, 1)).collect()
        }
    }
}

fn readings(all: &BTreeMap<String, String>) -> Vec<(String, FlagReading)> {
    let reading = |word: &str| match word {
        "on" => FlagReading::On,
        "off" => FlagReading::Off,
        why => FlagReading::Unknown(why.into()),
    };
    all.iter()
        .map(|(name, word)| (name.clone(), reading(word)))
        .collect()
}
