//! Releases to draw, each folded from events with `Release::apply` as the real one is.

use std::{collections::BTreeMap, sync::Arc};

use cockpit::domain::{
    Actor, ArtifactId, DeploymentId, EnvironmentId, Feed, RunId, Seq, Text,
    approval::{ApprovalEvent, Consent},
    diff::{
        Advisory, AdvisorySeverity, Dependencies, DependenciesFrom, DependencyChange,
        DependencyKind, Diff, Effect, EffectKind, Framework, Migration, Patch, PullRef, Seen,
    },
    evidence::{
        Candidate, EvidenceEvent, ExplainSource, Finding, LoadReport, NamedTest, SuiteTotals,
        TestsSummary, Threshold, Totals,
    },
    judge::JudgeEvent,
    observation::{
        AlarmState, BranchLead, CommitSnapshot, Comparison, DeploymentSnapshot, DeploymentState,
        FileChange, LanePlace, LaneRule, LaneRun, LaneSnapshot, Minute, PendingDeployment,
        Relation, Reviewer, RunStatus, Sample,
    },
    policy::MetricName,
    record::RecordEvent,
    rollback::{InputsCheck, Plan, Readiness, RollbackEvent},
    rollout::{ProductionAnswer, ProductionSource, RolloutEvent, RunFacts, StageState, StepState},
};
use jiff::SignedDuration;

use super::{
    journal::{Journal, RULES, at, login, sha},
    stage::Stage,
};

/// A new report says that a test fails.
pub(crate) fn break_a_test(journal: &mut Journal) {
    let event = EvidenceEvent::Read {
        artifact: Some(ArtifactId(2)),
        finding: tests(1),
        made: None,
        other_commit: false,
    };
    journal.github(-1, event);
}

fn run(status: RunStatus) -> RunFacts {
    RunFacts {
        run: RunId(8123),
        attempt: 1,
        status,
        conclusion: None,
        sha: sha("3f9c2ab"),
        title: "Release v2.14.0".into(),
        branch: Some("main".into()),
        by: Some(login("ben")),
        started: at(-1_900),
        updated: at(-700),
        url: "https://github.com/acme/storefront/actions/runs/8123".into(),
    }
}

fn suite(name: &str, passed: u64, failed: u64, flaky: u64, millis: i64) -> SuiteTotals {
    SuiteTotals {
        name: name.into(),
        totals: Totals {
            tests: passed + failed,
            passed,
            failed,
            flaky,
            duration: SignedDuration::from_millis(millis),
            ..Totals::default()
        },
    }
}

fn tests(failed: u64) -> Finding {
    let suites = vec![
        suite("API", 147, 0, 0, 12_400),
        suite("Integration", 23, 0, 1, 48_100),
        suite("E2E", 12 - failed, failed, 0, 123_000),
    ];
    let mut totals = Totals::default();
    for suite in &suites {
        totals += suite.totals;
    }
    let failing = (0..failed).map(|n| NamedTest {
        name: Text::line(&format!("e2e.checkout › currency {n}")),
        message: "expected 12.00 EUR, got 12.00 USD".into(),
    });
    Finding::Tests(TestsSummary {
        totals,
        suites,
        failing: failing.collect(),
        ..TestsSummary::default()
    })
}

const EXPLAIN: &str = "## What changed\n- Checkout retries payment captures through the queue\n\n\
    ## What was verified\n- 182 tests and a quick load test against staging\n\n\
    ## Risks\n- Hot path touched: src/payments/capture.rs\n";

/// The pipeline still works.
pub(crate) fn preparing() -> Journal {
    prepared(RULES)
}

fn prepared(rules: &str) -> Journal {
    let mut journal = Journal::opened_by(-1_900, rules);
    journal.github(-1_890, RolloutEvent::RunChanged(run(RunStatus::InProgress)));
    let candidate = Candidate {
        sha: sha("3f9c2ab"),
        version: Some("v2.14.0".into()),
        unnamed: None,
        read_from: None,
        authors: vec![login("ana"), login("ben")],
        pulls: vec![(512, "Capture retries through the queue".into())],
    };
    journal.github(-1_880, EvidenceEvent::CandidateSeen(candidate));
    let production = ProductionAnswer {
        source: ProductionSource::Asked,
        version: Some("v2.13.4".into()),
        sha: Some(sha("d01e77c")),
    };
    journal.add(
        -1_870,
        Actor::Feed(Feed::Production),
        RolloutEvent::ProductionAnswered(production),
    );
    for (step, began, ended) in [
        ("CI", -1_880, Some(-1_500)),
        ("Verify", -1_490, Some(-1_300)),
        ("Explain", -1_490, Some(-1_400)),
        ("Staging", -1_290, None),
    ] {
        let event = RolloutEvent::StepChanged {
            step: step.into(),
            state: if ended.is_some() {
                StepState::Passed
            } else {
                StepState::Running
            },
            started: Some(at(began)),
            completed: ended.map(at),
        };
        journal.github(ended.unwrap_or(began), event);
    }
    history(&mut journal);
    journal
}

/// Waits for a person; `failed` tests failed.
pub(crate) fn waiting(failed: u64) -> Journal {
    held_with(preparing(), failed)
}

/// Waits for a person, by changed rules.
pub(crate) fn waiting_by(change: &dyn Fn(&str) -> String) -> Journal {
    held_with(prepared(&change(RULES)), 0)
}

fn held_with(mut journal: Journal, failed: u64) -> Journal {
    for step in ["Staging", "Validation"] {
        let event = RolloutEvent::StepChanged {
            step: step.into(),
            state: StepState::Passed,
            started: Some(at(-1_290)),
            completed: Some(at(-1_200)),
        };
        journal.github(-1_200, event);
    }
    evidence(&mut journal, failed);
    let quiet = JudgeEvent::AlarmChanged {
        alarm: "5xx-rate-high".into(),
        state: AlarmState::Ok,
        since: Some(at(-20_000)),
        before: false,
    };
    journal.add(-1_150, Actor::Feed(Feed::Alarms), quiet);
    way_back(&mut journal);
    held(&mut journal);
    journal
}

fn evidence(journal: &mut Journal, failed: u64) {
    let read = |finding| EvidenceEvent::Read {
        artifact: Some(ArtifactId(1)),
        finding,
        made: Some(at(-1_200)),
        other_commit: false,
    };
    journal.github(-1_190, read(tests(failed)));
    let load = LoadReport {
        p95: Some(120.0),
        p99: Some(175.0),
        throughput: Some(1_250.0),
        failed: Some(0.0),
        thresholds: Some(vec![Threshold {
            name: "http_req_duration p(99)<800".into(),
            held: true,
        }]),
        ..LoadReport::default()
    };
    journal.github(-1_189, read(Finding::Load(load)));
    journal.github(
        -1_188,
        read(Finding::Explain {
            blob: "0".repeat(64),
            text: EXPLAIN.into(),
            source: ExplainSource::default(),
            passed_over: Vec::new(),
        }),
    );
    let diff = Diff {
        relation: Relation::Ahead,
        ahead_by: 14,
        behind_by: 0,
        titles: vec!["Capture retries through the queue".into()],
        files: 38,
        added: 912,
        removed: 340,
        truncated: false,
        authors: 3,
        people: vec!["ana".into(), "ben".into(), "dee".into()],
        migrations: vec![Migration {
            framework: Framework::Sql,
            seen: Seen::Whole,
            effects: vec![Effect {
                kind: EffectKind::AddsNotNull,
                line: Some(3),
                says: "adds `region` to `orders` as NOT NULL without a default".into(),
            }],
            ..Migration::unseen("db/migrations/0042_orders_not_null.sql".into())
        }],
        migration_count: 1,
        ..Diff::between(sha("d01e77c"), sha("3f9c2ab"))
    };
    journal.github(-1_180, EvidenceEvent::Compared(Box::new(diff)));
}

/// Gives a stage the lines of the diff, as its feed would.
pub(crate) fn compared(stage: &mut Stage) {
    let file =
        |path: &str, status: &str, added: u32, removed: u32, patch: Option<&str>| FileChange {
            path: path.into(),
            added,
            removed,
            status: status.into(),
            previous: None,
            patch: patch.map(Patch::new),
        };
    let commit = |title: &str, name: &str, hours: i64| CommitSnapshot {
        sha: sha("3f9c2ab"),
        title: title.into(),
        author: None,
        name: name.into(),
        with: Vec::new(),
        is_unlinked: false,
        pull: PullRef::of_message(title),
        at: Some(at(-hours * 3_600)),
    };
    let capture = "@@ -12,7 +12,8 @@ pub fn capture(order: &Order) {\n     let limit = limits::of(order.account);\n-    if order.total > limit {\n-        return Err(Refused);\n+    if order.total > limit && !order.is_trusted {\n+        queue.push(Retry::of(order));\n+        return Ok(Later);\n     }\n     provider.capture(order)\n }\n \n";
    let migration = "@@ -0,0 +1,5 @@\n+-- Which region an order ships to.\n+ALTER TABLE orders\n+  ADD COLUMN region text NOT NULL;\n+CREATE INDEX CONCURRENTLY orders_region\n+  ON orders (region);";
    let lock = "@@ -41,3 +41,3 @@ name = \"http\"\n name = \"http\"\n-version = \"1.2.0\"\n+version = \"1.3.1\"\n source = \"registry+https://example.org\"";
    let files = vec![
        file("src/payments/capture.rs", "modified", 61, 22, Some(capture)),
        file("src/payments/limits.rs", "modified", 12, 4, Some(capture)),
        file("src/cart/totals.rs", "modified", 40, 31, Some(capture)),
        file("src/cart/coupons.rs", "renamed", 0, 0, None),
        file(
            "db/migrations/0042_orders_not_null.sql",
            "added",
            5,
            0,
            Some(migration),
        ),
        file("Cargo.lock", "modified", 1, 1, Some(lock)),
        file(".github/workflows/deploy.yml", "modified", 3, 1, None),
        file("assets/logo.png", "modified", 0, 0, None),
    ];
    let seen = Comparison {
        base: sha("d01e77c"),
        head: sha("3f9c2ab"),
        relation: Relation::Ahead,
        ahead_by: 3,
        behind_by: 0,
        commits: vec![
            commit("Bump the http client (#411)", "Ben", 70),
            commit("Orders know their region (#412)", "Dee", 30),
            commit("Retry captures through the queue (#414)", "Ana", 3),
        ],
        files,
        files_truncated: false,
        commits_truncated: false,
        is_from_clone: false,
    };
    stage.release.policy.hot_paths = vec!["src/payments/**".to_owned()];
    stage.model.walk.take(Arc::new(seen), &stage.release);
    if let Some(diff) = &mut stage.release.evidence.diff {
        diff.dependencies = Dependencies::new(DependenciesFrom::Review, packages(), Vec::new());
    }
    stage.model.walk.learn(&stage.release);
}

fn packages() -> Vec<DependencyChange> {
    let change = |name: &str, from: Option<&str>, to: Option<&str>, kind| DependencyChange {
        name: name.into(),
        ecosystem: "npm".into(),
        kind,
        from: from.map(Text::from),
        to: to.map(Text::from),
        direct: Some(true),
        file: "package-lock.json".into(),
        advisories: Vec::new(),
    };
    let mut lodash = change(
        "lodash",
        Some("4.17.21"),
        Some("4.17.20"),
        DependencyKind::Downgraded,
    );
    lodash.advisories.push(Advisory {
        id: "GHSA-35jh-r3h4-6jhm".into(),
        severity: AdvisorySeverity::High,
        summary: "Command injection in lodash".into(),
    });
    vec![
        lodash,
        change("left-pad", Some("1.3.0"), None, DependencyKind::Removed),
        change("ulid", None, Some("3.0.1"), DependencyKind::Added),
    ]
}

fn way_back(journal: &mut Journal) {
    let readiness = Readiness {
        inputs: Some(InputsCheck::Fit),
        past: [100, 95, 130].map(SignedDuration::from_secs).to_vec(),
        newest: None,
    };
    journal.github(-1_170, RollbackEvent::ReadinessSeen(readiness));
    let before = DeploymentSnapshot {
        id: DeploymentId(7),
        sha: sha("d01e77c"),
        reference: "v2.13.4".into(),
        environment: "production".into(),
        state: DeploymentState::Success,
        run: Some(RunId(8001)),
        job: Some("deploy".into()),
        created: at(-90_000),
        updated: at(-89_000),
        began: None,
        succeeded: None,
        ended_at_gate: false,
        creator: Some(login("ana")),
    };
    journal.github(
        -1_165,
        RolloutEvent::DeploymentsSeen {
            newest: vec![before],
            failed: None,
        },
    );
    let lane = LaneSnapshot {
        group: "production".into(),
        position: 0,
        holder: None,
        behind: Some(1),
        others: vec![LaneRun {
            run: RunId(8124),
            title: "Release v2.15.0".into(),
            position: 1,
            since: Some(at(-420)),
        }],
        since: Some(at(-1_700)),
    };
    journal.github(
        -1_160,
        RolloutEvent::LaneChanged {
            lane: LanePlace::In(lane),
        },
    );
    let rule = Some(LaneRule::Replaces);
    journal.github(-1_160, RolloutEvent::LaneRuleSeen { rule });
    let lead = BranchLead {
        branch: "main".into(),
        head: sha("9e1a0bb"),
        commits: 3,
    };
    journal.github(-1_160, RolloutEvent::BranchMoved(lead));
}

fn held(journal: &mut Journal) {
    let hold = PendingDeployment {
        environment: EnvironmentId(11),
        name: "production".into(),
        wait_timer_minutes: 0,
        wait_timer_started: None,
        can_approve: true,
        reviewers: vec![Reviewer::User(login("ana"))],
    };
    journal.github(-1_150, ApprovalEvent::HeldBy { holds: vec![hold] });
    let stage = RolloutEvent::StageChanged {
        stage: 0,
        state: StageState::Held,
        at: at(-1_150),
    };
    journal.github(-1_150, stage);
    journal.github(-1_149, RolloutEvent::RunChanged(run(RunStatus::Waiting)));
    let waits = ApprovalEvent::Waiting {
        stage: 0,
        escalate_at: at(-1_149 + 4 * 3_600),
        since: None,
    };
    journal.add(-1_149, Actor::Cockpit, waits);
}

/// A smooth, seeded wobble around a middle.
fn wobble(minute: i64, middle: f64, reach: f64) -> Sample {
    #[expect(clippy::cast_precision_loss, reason = "a minute of a short test")]
    let turn = minute as f64;
    Sample::Value(middle + reach * ((turn * 0.37).sin() + 0.4 * (turn * 1.3).cos()))
}

fn sample(metric: &str, minute: i64) -> Sample {
    match metric {
        "error_rate" => wobble(minute, 0.12, 0.03),
        "latency_p50" => wobble(minute, 40.0, 3.0),
        "latency_p95" => wobble(minute, 120.0, 8.0),
        "latency_p99" => wobble(minute, 178.0, 9.0),
        "requests" => wobble(minute, 72_000.0, 4_000.0),
        "healthy_hosts" | "tasks" => Sample::Value(4.0),
        "cpu" => wobble(minute, 45.0, 4.0),
        _ => wobble(minute, 60.0, 2.0),
    }
}

fn history(journal: &mut Journal) {
    let last = Minute::of(at(-1_100));
    let from = last.plus(-120);
    let series = journal
        .release
        .policy
        .metrics
        .iter()
        .map(|metric| {
            let samples = (from.0..last.0)
                .map(|m| sample(&metric.name.0, m))
                .collect();
            (metric.key(), samples)
        })
        .collect();
    journal.metrics(-1_100, JudgeEvent::HistoryRead { from, series });
}

pub(crate) fn minute(journal: &mut Journal, seconds: i64, change: impl Fn(&str, Sample) -> Sample) {
    let minute = Minute::of(at(seconds));
    let values: BTreeMap<MetricName, Sample> = journal
        .release
        .policy
        .metrics
        .iter()
        .map(|metric| {
            (
                metric.key(),
                change(&metric.name.0, sample(&metric.name.0, minute.0)),
            )
        })
        .collect();
    let verdicts = journal
        .release
        .policy
        .hypercare
        .gates
        .iter()
        .map(|rule| {
            (
                rule.source().to_owned(),
                cockpit::domain::judge::State::Pass,
            )
        })
        .collect();
    let event = JudgeEvent::MinuteJudged {
        minute,
        rev: 0,
        values,
        verdicts,
        unusual: Vec::new(),
    };
    journal.metrics(seconds + 90, event);
}

/// Deployed 411 seconds ago, six minutes judged.
pub(crate) fn monitoring() -> Journal {
    watched(|_, sample| sample)
}

fn watched(change: impl Fn(&str, Sample) -> Sample + Copy) -> Journal {
    watched_since(|_, sample| sample, change)
}

/// With minutes before the deploy and after it that are not as ever.
fn watched_since(
    before: impl Fn(&str, Sample) -> Sample + Copy,
    change: impl Fn(&str, Sample) -> Sample + Copy,
) -> Journal {
    let mut journal = waiting(0);
    let minutes = (-1_080..-500).step_by(60);
    for seconds in minutes {
        minute(&mut journal, seconds, before);
    }
    let granted = ApprovalEvent::Granted {
        stage: 0,
        by: Some(login("ana")),
        ours: None,
        bypassed: false,
        open: Vec::new(),
    };
    journal.github(-640, granted);
    journal.github(-640, ApprovalEvent::HeldBy { holds: Vec::new() });
    for (seconds, state) in [(-630, StageState::Deploying), (-511, StageState::Deployed)] {
        journal.github(
            seconds,
            RolloutEvent::StageChanged {
                stage: 0,
                state,
                at: at(seconds),
            },
        );
    }
    journal.github(-511, RolloutEvent::ProductionDeployed { at: at(-511) });
    let production = ProductionAnswer {
        source: ProductionSource::Asked,
        version: Some("v2.14.0".into()),
        sha: Some(sha("3f9c2ab")),
    };
    journal.add(
        -505,
        Actor::Feed(Feed::Production),
        RolloutEvent::ProductionAnswered(production),
    );
    let armed = journal
        .release
        .policy
        .hypercare
        .triggers
        .iter()
        .map(|t| t.source().to_owned())
        .collect();
    journal.add(
        -500,
        Actor::Cockpit,
        JudgeEvent::TriggersArmed {
            armed,
            disarmed: Vec::new(),
        },
    );
    for seconds in (-500..-90).step_by(60) {
        minute(&mut journal, seconds, change);
    }
    for (name, state, before) in [
        ("5xx-rate-high", AlarmState::Ok, false),
        ("disk-80%", AlarmState::Alarm, true),
    ] {
        let event = JudgeEvent::AlarmChanged {
            alarm: name.into(),
            state,
            since: Some(at(-20_000)),
            before,
        };
        journal.add(-480, Actor::Feed(Feed::Alarms), event);
    }
    journal
}

/// Errors above the gate's limit and below the trigger's, while every minute by itself was said to pass.
pub(crate) fn leaning() -> Journal {
    watched(|name, sample| match name {
        "error_rate" => Sample::Value(1.6),
        _ => sample,
    })
}

/// Errors were above the trigger's limit before the deploy already, and are `now` since.
pub(crate) fn disarmed(now: f64) -> Journal {
    let errors = |value: f64| {
        move |name: &str, sample: Sample| match (name, sample) {
            ("error_rate", Sample::Value(own)) => Sample::Value(value + own),
            _ => sample,
        }
    };
    let mut journal = watched_since(errors(2.9), errors(now));
    let rules = &journal.release.policy.hypercare.triggers;
    let (first, rest) = rules.split_first().unwrap();
    let event = JudgeEvent::TriggersArmed {
        armed: rest.iter().map(|rule| rule.source().to_owned()).collect(),
        disarmed: vec![(
            first.source().to_owned(),
            "3% > 2% in 3 of 3 minutes before the deploy".into(),
        )],
    };
    journal.add(-499, Actor::Cockpit, event);
    journal
}

/// A trigger fired.
pub(crate) fn alerting() -> Journal {
    let mut journal = watched(|name, sample| match name {
        "error_rate" => Sample::Value(2.8),
        _ => sample,
    });
    let trigger = "error_rate > 2% for 3m".to_owned();
    let fired = JudgeEvent::TriggerFired {
        trigger,
        why: "2.8% > 2% in 3 of 3 minutes, usual 0.12%".into(),
        minutes: Vec::new(),
    };
    journal.add(-60, Actor::Cockpit, fired);
    journal
}

/// A person asks for the way back.
pub(crate) fn ask_back(journal: &mut Journal, seconds: i64) {
    let requested = RollbackEvent::Requested {
        shown: journal.release.rollback_shown().unwrap(),
        reason: "errors".into(),
        plan: Plan::Dispatch,
        consent: Consent::TwoKeys,
        marker: "8123.1-r1".to_owned(),
    };
    journal.add(seconds, Actor::Person(login("ana")), requested);
}

/// The trigger was agreed to: it counts down.
pub(crate) fn counting() -> Journal {
    let mut journal = alerting();
    let started = RollbackEvent::CountdownStarted {
        trigger: "error_rate > 2% for 3m".to_owned(),
        why: "2.8% > 2% in 3 of 3 minutes, usual 0.12%".into(),
        zero: at(42),
        approval: Seq(40),
    };
    journal.add(-18, Actor::Cockpit, started);
    journal
}

/// The slow end grew by a fifth: no trigger and no gate, an anomaly.
pub(crate) fn strange() -> Journal {
    let mut journal = watched(|name, sample| match (name, sample) {
        ("latency_p99", Sample::Value(value)) => Sample::Value(value * 1.2),
        _ => sample,
    });
    let seen = JudgeEvent::AnomalySeen {
        metric: "latency_p99".into(),
        minute: Minute::of(at(-150)),
        why: "latency p99 +20% ±4, 6 of 6 minutes, chance 0.1%".into(),
    };
    journal.add(-60, Actor::Cockpit, seen);
    journal
}

/// The metrics stopped at the deploy.
pub(crate) fn silent() -> Journal {
    let mut journal = watched(|_, _| Sample::Absent);
    let event = RecordEvent::FeedSilent {
        feed: Feed::Metrics,
        since: at(-480),
        why: "no data points".into(),
    };
    journal.add(-120, Actor::Cockpit, event);
    journal
}

/// Every sort of release, by name.
pub(crate) fn all() -> Vec<(&'static str, Journal)> {
    vec![
        ("opened", Journal::opened(-10)),
        ("preparing", preparing()),
        ("waiting", waiting(0)),
        ("staging-failed", waiting(1)),
        ("monitoring", monitoring()),
        ("alerting", alerting()),
        ("silent", silent()),
        ("counting", counting()),
        ("strange", strange()),
    ]
}
