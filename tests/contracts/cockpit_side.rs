//! cockpit's own adapters against the served world: they understand each other, and every request is as GitHub describes it.

use std::sync::Arc;

use cockpit::{
    adapters::{
        artifacts,
        cloudwatch::{self, CloudWatch, StaticKeys},
        github::{Client, Settings, TokenSource},
    },
    config::{TeamFile, parse_team},
    domain::{
        Fault, Repository, RunId,
        diff::{DependencyChange, Diff, EffectKind, HotPaths, LockChange, LockFormat, Mark, Patch},
        evidence::{Evidence, EvidenceKind},
        later,
        observation::{Comparison, Minute, RunStatus, Sample},
    },
    ports::{
        Alarms, Artifacts, Asked, Checks, Clock, Deliveries, Dispatch, DispatchOrder, History,
        Metrics, Review, Runs,
    },
    simulator::{Scenario, Served, World, serve},
};
use serde_json::json;

use crate::{description::Description, hands::Hands};

struct Meeting {
    hands: Arc<Hands>,
    served: Served,
    github: Client,
    run: RunId,
    team: TeamFile,
}

impl Meeting {
    async fn of(scenario: Scenario) -> Self {
        let hands = Arc::new(Hands::new());
        let world = Arc::new(World::new(scenario, 11, hands.clone()));
        let run = RunId(world.run_id());
        let served = serve(world).await.unwrap();
        let repository = Repository::parse(&served.address.to_string(), "acme/storefront").unwrap();
        let token = TokenSource::Value("secret".to_owned().into());
        let mut settings = Settings::new(repository, token, "deploy.yml", "production");
        settings.base = served.github();
        let read = Arc::new(|kind, bytes: Vec<u8>| artifacts::read(kind, &bytes));
        let github = Client::new(settings, hands.clone(), read).unwrap();
        let rules = patiently(&hands, || github.file("cockpit.toml"))
            .await
            .unwrap();
        let team = parse_team(&rules, "cockpit.toml").unwrap();
        Self {
            hands,
            served,
            github,
            run,
            team,
        }
    }

    /// Waits until the run's state is this, asking every five seconds.
    async fn until(&self, run: RunId, wanted: RunStatus) {
        for _ in 0..60 {
            let seen = patiently(&self.hands, || self.github.run(run)).await;
            if seen.status == wanted {
                return;
            }
            self.hands.wait(5);
        }
        panic!("run {run} never got to {wanted:?}");
    }

    /// Approves what holds a run; an answer that was lost is looked up, not sent again.
    async fn approve(&self, run: RunId) {
        let held = patiently(&self.hands, || self.github.pending(run)).await;
        let ids: Vec<_> = held.iter().map(|one| one.environment).collect();
        assert!(held.iter().all(|one| one.can_approve));
        if self.github.approve(run, &ids, "digest 1").await.is_err() {
            let reviews = patiently(&self.hands, || self.github.reviews(run)).await;
            assert_eq!(
                reviews[0].comment.as_str(),
                "digest 1",
                "done, though its answer was lost"
            );
        }
    }
}

/// Asks again while the network is bad.
async fn patiently<'a, T>(hands: &Hands, ask: impl Fn() -> Asked<'a, T>) -> T {
    let mut last: Option<Fault> = None;
    for _ in 0..12 {
        match ask().await {
            Ok(answer) => return answer,
            Err(fault) if fault.passes_by_itself() => last = Some(fault),
            Err(fault) => panic!("{fault}"),
        }
        hands.wait(20);
    }
    panic!("twelve times: {last:?}");
}

#[tokio::test]
async fn cockpit_understands_every_world_and_asks_as_described() {
    let judge = Description::load();
    for scenario in Scenario::all() {
        let meeting = Meeting::of(scenario).await;
        read_history(&meeting, scenario).await;
        read_evidence(&meeting, scenario).await;
        read_deliveries(&meeting).await;
        if scenario == Scenario::DispatchGate {
            meeting.until(meeting.run, RunStatus::Completed).await;
        } else {
            meeting.until(meeting.run, RunStatus::Waiting).await;
            meeting.approve(meeting.run).await;
        }
        let world = meeting.served.world();
        assert_eq!(world.violations(), [""; 0], "{scenario}");
        let wrong: Vec<_> = world
            .requests()
            .iter()
            .flat_map(|entry| judge.request(&json!(entry)))
            .collect();
        assert_eq!(wrong, [""; 0], "{scenario}");
        meeting.served.stop().await;
    }
}

/// What the scorecard asks.
async fn read_deliveries(meeting: &Meeting) {
    let (hands, github) = (&meeting.hands, &meeting.github);
    let now = hands.now();
    let since = later(now, jiff::SignedDuration::from_hours(-40 * 24));
    let page = patiently(hands, || github.deployment_page("production", 1, None))
        .await
        .unwrap();
    let tag = page.tag.unwrap();
    let again = patiently(hands, || {
        github.deployment_page("production", 1, Some(&tag))
    })
    .await;
    assert_eq!(again, None, "unchanged");
    let runs = patiently(hands, || github.run_page("deploy.yml", (since, now), 1)).await;
    assert!(runs.total.is_some());
    for run in runs.items.iter().take(2) {
        assert!(run.committed.is_some());
        let jobs = patiently(hands, || github.jobs_of_all_attempts(run.id)).await;
        assert!(jobs.iter().any(|job| job.started.is_some()), "{jobs:?}");
    }
    for deployment in page.items.iter().take(2) {
        let course = patiently(hands, || github.course(deployment.id)).await;
        assert!(course.run.is_some() && course.job.is_some() && !course.states.is_empty());
    }
}

async fn read_history(meeting: &Meeting, scenario: Scenario) {
    let (hands, github) = (&meeting.hands, &meeting.github);
    let main = patiently(hands, || github.resolve("main")).await;
    let candidate = patiently(hands, || github.run(meeting.run)).await.head_sha;
    let tag = patiently(hands, || github.tag_of(&candidate, "v"))
        .await
        .unwrap();
    let branch = patiently(hands, || github.default_branch()).await;
    let viewer = patiently(hands, || github.viewer()).await;
    assert_eq!((branch.as_str(), viewer.as_str()), ("main", "ana"));
    let jobs = patiently(hands, || github.jobs(meeting.run)).await;
    assert!(jobs.iter().any(|job| job.name.as_str() == "k6"));
    let same = patiently(hands, || {
        github.runs_of_commit(&candidate, Some("deploy.yml"))
    })
    .await;
    assert_eq!(
        same.iter().map(|run| run.id).collect::<Vec<_>>(),
        [meeting.run]
    );
    let checks = patiently(hands, || github.check_runs(&candidate, "policy")).await;
    assert_eq!(checks.len(), 1, "of another app");
    let all = patiently(hands, || github.runs(None)).await;
    assert_eq!(all[0].id, meeting.run, "newest first");
    let past = patiently(hands, || github.deployments("production", 30)).await;
    // This release's own deployment begins to wait while we read.
    let past = past.iter().filter(|d| d.run != Some(meeting.run)).count();
    if scenario == Scenario::FirstRelease {
        assert_eq!((tag.as_str(), past), ("v1.0.0", 0));
        return;
    }
    // Ten releases and three rollbacks, or as many as were asked for.
    let told = if scenario == Scenario::Months { 30 } else { 13 };
    assert_eq!((tag.as_str(), past), ("v2.14.0", told));
    let production = patiently(hands, || github.resolve("v2.13.4")).await;
    let ahead = patiently(hands, || github.compare(&production, &candidate)).await;
    assert_eq!((ahead.ahead_by, ahead.commits.len()), (14, 14));
    assert!(!ahead.files.is_empty() && !ahead.files_truncated);
    read_changes(meeting, scenario, &ahead).await;
    let behind = patiently(hands, || github.compare(&main, &candidate)).await;
    assert_eq!((behind.behind_by, behind.files.len()), (1, 0));
    let pulls = patiently(hands, || github.pulls_of(&candidate)).await;
    let pull = patiently(hands, || github.pull(pulls[0].number)).await;
    assert_eq!(pull.merged_as, Some(candidate));
    let comments = patiently(hands, || github.comments(pull.number)).await;
    let explains = comments
        .iter()
        .any(|comment| comment.author.as_str() == "explain-bot");
    assert_eq!(explains, scenario == Scenario::DispatchGate);
    let gate = patiently(hands, || github.environment("production")).await;
    assert_eq!(gate.required_reviewers, scenario != Scenario::DispatchGate);
    let mut inputs = patiently(hands, || github.inputs("rollback.yml", "main"))
        .await
        .unwrap();
    inputs.sort();
    assert_eq!(
        inputs,
        [("id".to_owned(), true), ("version".to_owned(), true)]
    );
    let lane = patiently(hands, || github.lane(meeting.run)).await;
    let seen = lane.lane().map(|lane| (lane.position, lane.behind));
    assert_eq!(
        seen,
        Some((0, Some(0))),
        "it holds its lane, and nobody waits"
    );
}

/// The lines, the lock files and the review tell the same story.
async fn read_changes(meeting: &Meeting, scenario: Scenario, seen: &Comparison) {
    let (hands, github) = (&meeting.hands, &meeting.github);
    for file in &seen.files {
        let (mut added, mut removed) = (0, 0);
        for line in file
            .patch
            .iter()
            .flat_map(Patch::hunks)
            .flat_map(|hunk| hunk.lines)
        {
            added += u32::from(line.mark == Mark::Added);
            removed += u32::from(line.mark == Mark::Removed);
        }
        assert_eq!(
            (added, removed),
            (file.added, file.removed),
            "{}",
            file.path
        );
    }
    let diff = Diff::of(seen, &HotPaths::new(&meeting.team.policy.hot_paths));
    let bad = diff.migrations[0]
        .effects
        .iter()
        .any(|e| e.kind == EffectKind::AddsNotNull);
    assert_eq!(bad, scenario == Scenario::Risky, "{:?}", diff.migrations);
    let path = "package-lock.json";
    let old = patiently(hands, || github.file_at(&seen.base, path)).await;
    let new = patiently(hands, || github.file_at(&seen.head, path)).await;
    let read = LockChange::of_files(path, LockFormat::Npm, old.as_deref(), new.as_deref());
    assert!(read.problems.is_empty(), "{:?}", read.problems);
    let names = |all: &[DependencyChange]| -> Vec<String> {
        all.iter().map(DependencyChange::in_short).collect()
    };
    let review = patiently(hands, || github.dependencies(&seen.base, &seen.head)).await;
    match review {
        None => assert_eq!(scenario, Scenario::DispatchGate),
        Some(review) => {
            assert_eq!(names(&review), names(&read.changes));
            let bad = review.iter().any(|change| !change.advisories.is_empty());
            assert_eq!(bad, scenario == Scenario::Risky);
        }
    }
    let gone = patiently(hands, || github.file_at(&seen.head, "nothing.lock")).await;
    assert_eq!(gone, None);
}

async fn read_evidence(meeting: &Meeting, scenario: Scenario) {
    let (hands, github) = (&meeting.hands, &meeting.github);
    hands.wait(65);
    let listed = patiently(hands, || github.list(meeting.run)).await;
    for (name, kind) in [
        ("junit", EvidenceKind::Tests),
        ("k6", EvidenceKind::Load),
        ("explain", EvidenceKind::Explain),
    ] {
        let artifact = listed
            .artifacts
            .iter()
            .find(|one| one.name.as_str() == name)
            .unwrap();
        let read = patiently(hands, || {
            github.read(artifact.id, kind, Arc::new(|_, _| {}))
        })
        .await;
        match read {
            Evidence::Tests(report) => {
                let t = report.totals;
                let failed = u64::from(scenario == Scenario::StagingFailed);
                let flaky = if scenario == Scenario::Risky { 4 } else { 1 };
                let seen = (t.tests, t.flaky, t.failed + t.errored);
                // The storm's report is large, and is cut into suites by its size.
                let is_large = scenario == Scenario::Storm;
                let tests = if is_large { 50_100 } else { 334 };
                assert_eq!(seen, (tests, flaky, failed));
                assert!(is_large || report.suites.len() == 3);
            }
            Evidence::Load(load) => {
                let held = load.thresholds.unwrap();
                assert!(held.len() == 3 && held.iter().all(|one| one.held));
                assert!((100.0..300.0).contains(&load.p99.unwrap()));
            }
            Evidence::Security(scan) => assert_eq!(scan.counts().grave(), 0),
            Evidence::Coverage(map) => assert!(map.report().percent().is_some()),
            Evidence::Explain(text) => assert!(text.as_str().contains("What was verified")),
        }
    }
}

#[tokio::test]
async fn a_rollback_is_dispatched_found_and_cancelled() {
    let judge = Description::load();
    let meeting = Meeting::of(Scenario::RollbackRaces).await;
    let since = meeting.hands.now();
    meeting.until(meeting.run, RunStatus::Waiting).await;
    meeting.approve(meeting.run).await;
    meeting.hands.wait(130);
    let order = DispatchOrder {
        workflow: "rollback.yml".to_owned(),
        reference: "main".to_owned(),
        inputs: [("version", "v2.13.4"), ("id", "release-9")]
            .map(|(a, b)| (a.to_owned(), b.to_owned()))
            .into(),
    };
    let told = meeting.github.dispatch(&order).await.unwrap();
    let found = meeting
        .github
        .dispatched("rollback.yml", Some("release-9"), since)
        .await
        .unwrap();
    assert_eq!(found.len(), 1);
    assert!(told.is_none_or(|run| run == found[0].id));
    assert_eq!(
        found[0].status,
        RunStatus::Pending,
        "the deploy holds the lane"
    );
    meeting.github.cancel(meeting.run).await.unwrap();
    meeting.until(found[0].id, RunStatus::Waiting).await;
    meeting.approve(found[0].id).await;
    meeting.until(found[0].id, RunStatus::Completed).await;
    let requests = meeting.served.world().requests();
    let wrong: Vec<_> = requests
        .iter()
        .flat_map(|entry| judge.request(&json!(entry)))
        .collect();
    assert_eq!(wrong, [""; 0]);
    let acts: Vec<_> = meeting
        .served
        .world()
        .acts()
        .iter()
        .map(|act| act.act)
        .collect();
    assert_eq!(acts, ["approve", "dispatch", "cancel", "approve"]);
}

/// The means of a metric over the minutes before and after production changed.
async fn around_the_deploy(scenario: Scenario, name: &str) -> (Vec<Sample>, Vec<Sample>) {
    let meeting = Meeting::of(scenario).await;
    let keys = StaticKeys {
        id: "sim".to_owned(),
        secret: "sim".to_owned().into(),
    };
    let settings = cloudwatch::Settings {
        region: Some("eu-central-1".to_owned()),
        endpoint: Some(meeting.served.base()),
        keys: Some(keys),
        ..cloudwatch::Settings::default()
    };
    let source = CloudWatch::new(vec![settings], meeting.hands.clone());
    meeting.until(meeting.run, RunStatus::Waiting).await;
    meeting.approve(meeting.run).await;
    meeting.until(meeting.run, RunStatus::Completed).await;
    let deployed = Minute::of(meeting.hands.now()).plus(1);
    meeting.hands.wait(20 * 60);
    let names = ["storefront-5xx", "storefront-health", "nobody"].map(str::to_owned);
    let metrics = &meeting.team.policy.metrics;
    let (from, until) = (deployed.plus(-360), deployed.plus(15));
    let seen = patiently(&meeting.hands, || {
        Metrics::read(&source, metrics, from, until)
    })
    .await;
    let series = seen
        .series
        .iter()
        .find(|(key, _)| key.0.0 == name)
        .unwrap()
        .1;
    let alarms = patiently(&meeting.hands, || Alarms::read(&source, &names)).await;
    assert_eq!(alarms.len(), 2, "a metric alarm and a composite one");
    let (before, after) = series.split_at(360);
    let before = &before[300..];
    (before[..55].to_vec(), after.to_vec())
}

fn values(samples: &[Sample]) -> Vec<f64> {
    samples.iter().filter_map(|sample| sample.value()).collect()
}

#[tokio::test]
async fn the_metrics_tell_the_scenarios_apart() {
    let (before, after) = around_the_deploy(Scenario::Healthy, "error_rate").await;
    assert!(values(&before).len() > 50, "a gap now and then");
    assert!(
        values(&before)
            .iter()
            .chain(&values(&after))
            .all(|v| (0.02..0.5).contains(v))
    );
    let (before, after) = around_the_deploy(Scenario::Regression, "error_rate").await;
    assert!(values(&before).iter().all(|v| *v < 0.5));
    assert!(values(&after).len() > 12 && values(&after).iter().all(|v| *v > 2.0));
    let (_, after) = around_the_deploy(Scenario::SlowBurn, "latency_p99").await;
    assert!(
        after[0].value().unwrap_or(200.0) < 300.0,
        "it begins well: {after:?}"
    );
    assert!(
        values(&after).iter().rev().take(4).all(|v| *v > 500.0),
        "{after:?}"
    );
    let (before, after) = around_the_deploy(Scenario::NoData, "error_rate").await;
    assert!(values(&before).len() > 50 && values(&after).is_empty());
}
