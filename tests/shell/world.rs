//! A world behind the ports, in memory: one run that waits for production, and what becomes of acts upon it.
//!
//! It answers at once; what it does to an act is scripted. Knows no wire: that is the simulator's part.

use std::{
    collections::{BTreeMap, VecDeque},
    sync::{Arc, Mutex, MutexGuard},
};

use cockpit::{
    domain::{
        ArtifactId, EnvironmentId, Fault, FaultKind, JobId, Login, RunId, Sha, Text,
        diff::DependencyChange,
        evidence::{Evidence, EvidenceKind, Outcome, ReportBuilder, SeenCase, Stated},
        later,
        observation::{
            AlarmSnapshot, ArtifactList, ArtifactSnapshot, CheckSnapshot, CommentSnapshot,
            Comparison, Conclusion, DeploymentSnapshot, EnvironmentSnapshot, FileChange,
            JobSnapshot, LanePlace, LaneRule, MetricsSeen, Minute, PendingDeployment, PullSnapshot,
            Relation, ReviewSnapshot, ReviewState, RunSnapshot, RunStatus, Sample,
        },
        policy::{CalendarRule, Metric, Side, TimeWindow},
        record::{Trust, TrustWay},
    },
    flight::{Calm, Outside, SmokeTests},
    ports::{
        Alarms, Artifacts, Asked, Calendar, Chat, Checks, Clock, Dispatch, DispatchOrder, History,
        Metrics, Probe, Progress, Review, Runs, Script, Trusts,
    },
};
use jiff::{SignedDuration, Timestamp};

use crate::chat::Talk;

/// The run.
pub(crate) const RUN: RunId = RunId(8123);

/// What becomes of the next act.
#[derive(Debug, Clone)]
pub(crate) enum Answer {
    /// It is done, and the answer lost.
    DoneButLost,
    /// It never arrived, and nobody can tell.
    Lost,
    /// Too many requests, for so many seconds.
    Limited(i64),
    /// GitHub says no.
    Refused,
}

/// The world as it stands.
pub(crate) struct State {
    pub(crate) run: RunSnapshot,
    pub(crate) jobs: Vec<JobSnapshot>,
    pub(crate) pending: Vec<PendingDeployment>,
    pub(crate) reviews: Vec<ReviewSnapshot>,
    pub(crate) dispatched: Vec<RunSnapshot>,
    /// What production answers.
    pub(crate) version: String,
    /// Per cent of errors, and every other metric's value.
    pub(crate) errors: f64,
    /// This metric is told every fifth minute.
    pub(crate) rarely_told: Option<&'static str>,
    /// What was asked of the metrics source: the names, from which minute, up to which.
    pub(crate) asked_metrics: Vec<(Vec<String>, Minute, Minute)>,
    /// The source has not come so far yet: minutes from this on are absent.
    pub(crate) metrics_until: Option<Minute>,
    /// How far GitHub's clock is ahead of the machine's.
    pub(crate) ahead: SignedDuration,
    /// Every question is answered with this.
    pub(crate) fault: Option<Fault>,
    /// To acts, in order; an act without one is done.
    pub(crate) answers: VecDeque<Answer>,
    /// Every act that was sent, and when.
    pub(crate) sent: Vec<(Timestamp, String)>,
    /// The body of the candidate's pull request.
    pub(crate) body: Text,
    /// What the program `explain` answers.
    pub(crate) explain: Result<Vec<u8>, Fault>,
    /// What it was given, each time.
    pub(crate) facts: Vec<Vec<u8>>,
    /// The trust that this machine remembers.
    pub(crate) trust: Option<Trust>,
    /// The team's chat.
    pub(crate) chat: Option<Arc<Talk>>,
    /// Check runs of the candidate.
    pub(crate) checks: Vec<CheckSnapshot>,
    /// Files at the candidate's commit, by path.
    pub(crate) files: BTreeMap<String, Vec<u8>>,
    /// The run's artifact.
    pub(crate) uploads: Uploads,
    /// Files in the artifact, by path.
    pub(crate) inner: BTreeMap<String, Vec<u8>>,
    /// What a comparison is answered with instead.
    pub(crate) incomparable: Option<Fault>,
    /// The commits that GitHub does not know.
    pub(crate) unknown: Vec<Sha>,
    /// Nobody finds a run any more.
    pub(crate) is_run_gone: bool,
    /// What holds a run is not shown to this token.
    pub(crate) is_hold_hidden: bool,
    /// How often a run or a part of one was asked for.
    pub(crate) looks: usize,
    /// Names and tags mean nothing.
    pub(crate) is_untagged: bool,
    /// What a question for a commit's tag is answered with instead.
    pub(crate) tagless: Option<Fault>,
    /// Paths that differ between production and the candidate.
    pub(crate) changed: Vec<&'static str>,
    /// The newest run of the workflow `ci.yml`, and its artifact.
    pub(crate) ci: (RunId, ArtifactId),
    /// When that workflow's runs were asked for.
    pub(crate) asked_ci: Vec<Timestamp>,
    /// Deployments to production of other runs, newest first.
    pub(crate) past: Vec<DeploymentSnapshot>,
}

/// What is told of the run's artifacts.
pub(crate) struct Uploads {
    /// The name of the one that there is.
    pub(crate) name: &'static str,
    /// When it expired.
    pub(crate) expires: Option<Timestamp>,
    /// There are more than are listed.
    pub(crate) is_cut: bool,
}

impl Default for Uploads {
    fn default() -> Self {
        Self {
            name: "junit",
            expires: None,
            is_cut: false,
        }
    }
}

/// The ports' other side.
pub(crate) struct World {
    clock: Arc<dyn Clock>,
    state: Mutex<State>,
}

pub(crate) fn sha(digit: &str) -> Sha {
    Sha::parse(&digit.repeat(40)).unwrap()
}

fn ana() -> Login {
    Login::parse("ana").unwrap()
}

fn run(id: RunId, title: &str, status: RunStatus, at: Timestamp) -> RunSnapshot {
    RunSnapshot {
        id,
        attempt: 1,
        head_sha: sha("3"),
        head_branch: Some("main".into()),
        title: title.into(),
        workflow: "deploy".into(),
        path: ".github/workflows/deploy.yml".into(),
        event: "push".into(),
        status,
        conclusion: None,
        actor: Some(ana()),
        triggering_actor: Some(ana()),
        created: at,
        started: Some(at),
        updated: at,
        url: "https://github.com/acme/storefront/actions/runs/8123".into(),
        pull_requests: vec![7],
    }
}

fn job(id: u64, name: &str, status: RunStatus, at: Timestamp) -> JobSnapshot {
    let done = status == RunStatus::Completed;
    JobSnapshot {
        id: JobId(id),
        name: name.into(),
        status,
        conclusion: done.then_some(Conclusion::Success),
        started: (status != RunStatus::Waiting).then_some(at),
        completed: done.then_some(at),
        url: Text::default(),
    }
}

fn pull(number: u64, body: &Text) -> PullSnapshot {
    PullSnapshot {
        number,
        title: "Retries move to the queue".into(),
        body: body.clone(),
        author: Some(Login::parse("ben").unwrap()),
        head: sha("3"),
        merged_as: None,
        url: Text::default(),
    }
}

fn changed(path: &str) -> FileChange {
    FileChange {
        path: path.into(),
        added: 10,
        removed: 0,
        status: "modified".into(),
        previous: None,
        patch: None,
    }
}

fn hold() -> PendingDeployment {
    PendingDeployment {
        environment: EnvironmentId(7),
        name: "production".into(),
        wait_timer_minutes: 0,
        wait_timer_started: None,
        can_approve: true,
        reviewers: Vec::new(),
    }
}

impl World {
    /// A run that waits for production since now.
    pub(crate) fn new(clock: &Arc<dyn Clock>) -> Arc<Self> {
        let now = clock.now();
        Arc::new(Self {
            clock: Arc::clone(clock),
            state: Mutex::new(State {
                run: run(RUN, "Release v2.14.0", RunStatus::Waiting, now),
                jobs: vec![
                    job(1, "build", RunStatus::Completed, now),
                    job(2, "deploy", RunStatus::Waiting, now),
                ],
                pending: vec![hold()],
                reviews: Vec::new(),
                dispatched: Vec::new(),
                version: "v2.13.4".into(),
                errors: 0.1,
                rarely_told: None,
                asked_metrics: Vec::new(),
                metrics_until: None,
                ahead: SignedDuration::ZERO,
                fault: None,
                answers: VecDeque::new(),
                sent: Vec::new(),
                body: Text::default(),
                explain: Ok(Vec::new()),
                facts: Vec::new(),
                trust: None,
                chat: None,
                checks: Vec::new(),
                files: BTreeMap::new(),
                uploads: Uploads::default(),
                inner: BTreeMap::new(),
                incomparable: None,
                past: Vec::new(),
                unknown: Vec::new(),
                is_run_gone: false,
                is_hold_hidden: false,
                looks: 0,
                is_untagged: false,
                tagless: None,
                changed: Vec::new(),
                ci: (RunId(7_000), ArtifactId(70)),
                asked_ci: Vec::new(),
            }),
        })
    }

    pub(crate) fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap()
    }

    /// How many acts were sent whose line begins so.
    pub(crate) fn sent(&self, what: &str) -> usize {
        let state = self.state();
        state
            .sent
            .iter()
            .filter(|(_, line)| line.starts_with(what))
            .count()
    }

    /// The deploy ends well, and production says so.
    pub(crate) fn deployed(&self) {
        let now = self.clock.now();
        let mut state = self.state();
        state.run.status = RunStatus::Completed;
        state.run.conclusion = Some(Conclusion::Success);
        state.run.updated = now;
        state.jobs[1] = job(2, "deploy", RunStatus::Completed, now);
        state.version = "v2.14.0".into();
    }

    /// The run is run again: another attempt waits.
    pub(crate) fn run_again(&self) {
        let now = self.clock.now();
        let mut state = self.state();
        state.run.attempt += 1;
        state.run.updated = now;
        state.run.started = Some(now);
    }

    /// The run is run again from its deploy on: production is held once more.
    pub(crate) fn held_again(&self) {
        self.run_again();
        let now = self.clock.now();
        let mut state = self.state();
        state.run.status = RunStatus::Waiting;
        state.run.conclusion = None;
        state.jobs[1] = job(3, "deploy", RunStatus::Waiting, now);
        state.pending = vec![hold()];
    }

    /// A person starts the rollback workflow in the browser.
    pub(crate) fn somebody_rolls_back(&self, who: &str) {
        let now = self.clock.now();
        let mut state = self.state();
        let created = later(now, state.ahead);
        let mut begun = run(RunId(8_900), "Rollback", RunStatus::InProgress, created);
        begun.event = "workflow_dispatch".into();
        begun.actor = Login::parse(who).ok();
        state.dispatched.insert(0, begun);
    }

    /// The ports of it.
    pub(crate) fn outside(self: &Arc<Self>) -> Outside {
        Outside {
            runs: self.clone(),
            calm: Calm {
                runs: self.clone(),
                dispatch: self.clone(),
            },
            review: self.clone(),
            dispatch: self.clone(),
            artifacts: self.clone(),
            checks: self.clone(),
            calendar: self.clone(),
            history: self.clone(),
            checkout: None,
            probe: Some(self.clone()),
            metrics: self.clone(),
            alarms: self.clone(),
            smoke: SmokeTests::default(),
            variables: Arc::default(),
            flags: None,
            script: self.clone(),
            claims: None,
            chat: self.state().chat.clone().map(|talk| talk as Arc<dyn Chat>),
            locks: None,
            trusts: self.clone(),
            clock: Arc::clone(&self.clock),
        }
    }

    /// The answer to a question.
    fn tell<T: Send + 'static>(&self, answer: impl FnOnce(&State) -> T) -> Asked<'static, T> {
        self.answer(|state| Ok(answer(state)))
    }

    /// The answer to a question, or why there is none.
    fn answer<T: Send + 'static>(
        &self,
        answer: impl FnOnce(&State) -> Result<T, Fault>,
    ) -> Asked<'static, T> {
        let state = self.state();
        let answer = match &state.fault {
            Some(fault) => Err(fault.clone()),
            None => answer(&state),
        };
        Box::pin(std::future::ready(answer))
    }

    /// An act arrives, or does not.
    fn act<T: Send + 'static>(
        &self,
        line: String,
        done: impl FnOnce(&mut State, Timestamp) -> T,
    ) -> Asked<'static, T> {
        let now = self.clock.now();
        let mut state = self.state();
        state.sent.push((now, line));
        let lost = || Fault::new(FaultKind::Offline, "GitHub", "connection reset by peer");
        let answer = match (state.fault.clone(), state.answers.pop_front()) {
            (Some(fault), _) => Err(fault),
            (None, None) => Ok(done(&mut state, now)),
            (None, Some(Answer::DoneButLost)) => {
                done(&mut state, now);
                Err(lost())
            }
            (None, Some(Answer::Lost)) => Err(lost()),
            (None, Some(Answer::Limited(seconds))) => {
                let until = later(now, SignedDuration::from_secs(seconds));
                let kind = FaultKind::RateLimited { until };
                Err(Fault::new(kind, "GitHub", "secondary rate limit"))
            }
            (None, Some(Answer::Refused)) => Err(Fault::new(
                FaultKind::Refused,
                "GitHub",
                "who started the run may not review it",
            )),
        };
        Box::pin(std::future::ready(answer))
    }

    fn review(&self, approve: bool, comment: &str) -> Asked<'static, ()> {
        let word = if approve { "approve" } else { "reject" };
        let comment = Text::line(comment);
        self.act(format!("{word} {comment}"), move |state, now| {
            state.reviews.insert(
                0,
                ReviewSnapshot {
                    by: Some(ana()),
                    state: if approve {
                        ReviewState::Approved
                    } else {
                        ReviewState::Rejected
                    },
                    comment,
                    environments: vec![EnvironmentId(7)],
                },
            );
            state.pending.clear();
            state.run.status = RunStatus::InProgress;
            state.run.updated = now;
            state.jobs[1] = job(2, "deploy", RunStatus::InProgress, now);
        })
    }
}

impl Runs for World {
    fn viewer(&self) -> Asked<'_, Login> {
        self.tell(|_| ana())
    }

    fn runs(&self, _status: Option<&'static str>) -> Asked<'_, Vec<RunSnapshot>> {
        self.tell(|state| vec![state.run.clone()])
    }

    fn runs_of_commit<'a>(
        &'a self,
        _sha: &'a Sha,
        workflow: Option<&'a str>,
    ) -> Asked<'a, Vec<RunSnapshot>> {
        let now = self.clock.now();
        if workflow != Some("ci.yml") {
            return self.tell(|state| vec![state.run.clone()]);
        }
        self.state().asked_ci.push(now);
        self.tell(|state| vec![run(state.ci.0, "ci", RunStatus::Completed, now)])
    }

    fn run(&self, run: RunId) -> Asked<'_, RunSnapshot> {
        self.state().looks += 1;
        self.answer(|state| {
            if state.is_run_gone {
                let what = format!("GitHub: run {run}");
                return Err(Fault::new(FaultKind::NotFound, what, "404: Not Found"));
            }
            let mut all = state.dispatched.iter();
            let found = all.find(|other| other.id == run);
            Ok(found.unwrap_or(&state.run).clone())
        })
    }

    fn jobs(&self, run: RunId) -> Asked<'_, Vec<JobSnapshot>> {
        self.state().looks += 1;
        self.tell(|state| {
            if run == RUN {
                state.jobs.clone()
            } else {
                Vec::new()
            }
        })
    }

    fn pending(&self, run: RunId) -> Asked<'_, Vec<PendingDeployment>> {
        self.state().looks += 1;
        self.answer(|state| {
            if state.is_hold_hidden {
                let what = format!("GitHub: pending deployments of run {run}");
                return Err(Fault::new(FaultKind::NotFound, what, "404: Not Found"));
            }
            Ok(if run == RUN {
                state.pending.clone()
            } else {
                Vec::new()
            })
        })
    }

    fn reviews(&self, _run: RunId) -> Asked<'_, Vec<ReviewSnapshot>> {
        self.state().looks += 1;
        self.tell(|state| state.reviews.clone())
    }

    fn lane(&self, _run: RunId) -> Asked<'_, LanePlace> {
        self.tell(|_| LanePlace::Untold)
    }

    fn lane_rule<'a>(&'a self, _workflow: &'a str, _job: &'a str) -> Asked<'a, Option<LaneRule>> {
        self.tell(|_| None)
    }
}

impl Review for World {
    fn approve<'a>(
        &'a self,
        _run: RunId,
        _environments: &'a [EnvironmentId],
        comment: &'a str,
    ) -> Asked<'a, ()> {
        self.review(true, comment)
    }

    fn reject<'a>(
        &'a self,
        _run: RunId,
        _environments: &'a [EnvironmentId],
        comment: &'a str,
    ) -> Asked<'a, ()> {
        self.review(false, comment)
    }
}

impl Dispatch for World {
    fn dispatch<'a>(&'a self, order: &'a DispatchOrder) -> Asked<'a, Option<RunId>> {
        let id = order.inputs.iter().find(|(name, _)| name == "id");
        let title = format!("Rollback {}", id.map_or("", |(_, id)| id.as_str()));
        self.act(
            format!("dispatch {} {title}", order.workflow),
            move |state, now| {
                let id = RunId(9_100 + state.dispatched.len() as u64);
                let created = later(now, state.ahead);
                let mut begun = run(id, &title, RunStatus::InProgress, created);
                begun.event = "workflow_dispatch".into();
                begun.path = ".github/workflows/rollback.yml".into();
                state.dispatched.insert(0, begun);
                None
            },
        )
    }

    fn dispatched<'a>(
        &'a self,
        _workflow: &'a str,
        _marker: Option<&'a str>,
        since: Timestamp,
    ) -> Asked<'a, Vec<RunSnapshot>> {
        self.tell(|state| {
            let all = state.dispatched.iter();
            all.filter(|run| run.created >= since).cloned().collect()
        })
    }

    fn clock_ahead(&self) -> SignedDuration {
        self.state().ahead
    }

    fn cancel(&self, run: RunId) -> Asked<'_, ()> {
        self.act(format!("cancel {run}"), |_, _| ())
    }

    fn rerun_failed(&self, run: RunId) -> Asked<'_, ()> {
        self.act(format!("rerun {run}"), |_, _| ())
    }

    fn inputs<'a>(
        &'a self,
        _workflow: &'a str,
        _reference: &'a str,
    ) -> Asked<'a, Option<Vec<(String, bool)>>> {
        self.tell(|_| Some(vec![("version".into(), true), ("id".into(), false)]))
    }
}

impl Checks for World {
    fn check_runs<'a>(&'a self, _sha: &'a Sha, _name: &'a str) -> Asked<'a, Vec<CheckSnapshot>> {
        self.tell(|state| state.checks.clone())
    }
}

impl Artifacts for World {
    fn inner_file<'a>(&'a self, _: ArtifactId, path: &'a str) -> Asked<'a, Option<Vec<u8>>> {
        let path = path.to_owned();
        self.tell(move |state| state.inner.get(&path).cloned())
    }

    fn list(&self, run: RunId) -> Asked<'_, ArtifactList> {
        self.tell(|state| {
            let (ci, artifact) = state.ci;
            let id = if run == ci { artifact } else { ArtifactId(1) };
            let artifact = ArtifactSnapshot {
                id,
                name: state.uploads.name.into(),
                size: 1_000,
                digest: Some("sha256:1".into()),
                created: None,
                expired: state.uploads.expires.is_some(),
                expires: state.uploads.expires,
                run,
            };
            ArtifactList {
                artifacts: vec![artifact],
                is_cut: state.uploads.is_cut,
            }
        })
    }

    fn read(
        &self,
        _artifact: ArtifactId,
        _kind: EvidenceKind,
        _progress: Progress,
    ) -> Asked<'_, Evidence> {
        self.tell(|_| Evidence::Tests(report(182)))
    }
}

/// A report of so many cases that passed.
pub(crate) fn report(cases: u32) -> cockpit::domain::evidence::TestReport {
    let mut builder = ReportBuilder::default();
    builder.begin_file("junit");
    builder.begin_suite("E2E", Stated::default());
    for n in 0..cases {
        builder.case(&SeenCase {
            name: &format!("case {n}"),
            class: "shop.Checkout",
            file: "",
            outcome: Outcome::Passed,
            duration: None,
            message: "",
            details: "",
            failing_results: 0,
        });
    }
    builder.end_suite();
    builder.end_file();
    builder.finish()
}

impl Calendar for World {
    fn windows<'a>(
        &'a self,
        _rules: &'a [CalendarRule],
        _from: Timestamp,
        _until: Timestamp,
    ) -> Asked<'a, Vec<TimeWindow>> {
        self.tell(|_| Vec::new())
    }
}

impl History for World {
    fn deployments<'a>(
        &'a self,
        _environment: &'a str,
        _most: usize,
    ) -> Asked<'a, Vec<DeploymentSnapshot>> {
        self.tell(|state| state.past.clone())
    }

    fn compare<'a>(&'a self, base: &'a Sha, head: &'a Sha) -> Asked<'a, Comparison> {
        let (base, head) = (base.clone(), head.clone());
        self.answer(|state| match &state.incomparable {
            Some(fault) => Err(fault.clone()),
            None => Ok(Comparison {
                base,
                head,
                relation: Relation::Ahead,
                ahead_by: 1,
                behind_by: 0,
                commits: Vec::new(),
                files: state.changed.iter().map(|path| changed(path)).collect(),
                files_truncated: false,
                commits_truncated: false,
                is_from_clone: false,
            }),
        })
    }

    fn pull(&self, number: u64) -> Asked<'_, PullSnapshot> {
        self.tell(|state| pull(number, &state.body))
    }

    fn comments(&self, _number: u64) -> Asked<'_, Vec<CommentSnapshot>> {
        self.tell(|_| Vec::new())
    }

    fn pulls_of<'a>(&'a self, _sha: &'a Sha) -> Asked<'a, Vec<PullSnapshot>> {
        self.tell(|state| vec![pull(7, &state.body)])
    }

    fn resolve<'a>(&'a self, name: &'a str) -> Asked<'a, Sha> {
        let (found, is_name) = match Sha::parse(name) {
            Ok(sha) => (sha, false),
            Err(_) if name == "v2.14.0" => (sha("3"), true),
            Err(_) => (sha("d"), true),
        };
        self.answer(|state| {
            if state.is_untagged && is_name || !is_name && state.unknown.contains(&found) {
                let detail = "422: No commit found";
                return Err(Fault::new(FaultKind::NotFound, "GitHub: commit", detail));
            }
            Ok(found)
        })
    }

    fn tag_of<'a>(&'a self, found: &'a Sha, _prefix: &'a str) -> Asked<'a, Option<Text>> {
        let name = if *found == sha("3") {
            "v2.14.0"
        } else {
            "v2.13.4"
        };
        self.answer(|state| match &state.tagless {
            Some(fault) => Err(fault.clone()),
            None => Ok(Some(name.into())),
        })
    }

    fn environment<'a>(&'a self, name: &'a str) -> Asked<'a, EnvironmentSnapshot> {
        let name = name.into();
        self.tell(|_| EnvironmentSnapshot {
            name,
            required_reviewers: true,
            prevent_self_review: false,
            admins_may_bypass: false,
            wait_timer_minutes: 0,
            custom_rules: Vec::new(),
        })
    }

    fn file<'a>(&'a self, _path: &'a str) -> Asked<'a, Option<Vec<u8>>> {
        self.tell(|_| None)
    }

    fn default_branch(&self) -> Asked<'_, Text> {
        self.tell(|_| "main".into())
    }

    fn file_at<'a>(&'a self, _commit: &'a Sha, path: &'a str) -> Asked<'a, Option<Vec<u8>>> {
        self.tell(|state| state.files.get(path).cloned())
    }

    fn dependencies<'a>(
        &'a self,
        _base: &'a Sha,
        _head: &'a Sha,
    ) -> Asked<'a, Option<Vec<DependencyChange>>> {
        self.tell(|_| None)
    }
}

impl Probe for World {
    fn version(&self) -> Asked<'_, Text> {
        self.tell(|state| Text::line(&state.version))
    }
}

impl Metrics for World {
    fn read<'a>(
        &'a self,
        metrics: &'a [Metric],
        from: Minute,
        until: Minute,
    ) -> Asked<'a, MetricsSeen> {
        let mut state = self.state();
        let (value, told, rarely) = (state.errors, state.metrics_until, state.rarely_told);
        let names = metrics.iter().map(|metric| metric.name.0.clone());
        state.asked_metrics.push((names.collect(), from, until));
        drop(state);
        let samples = |metric: &Metric| -> Vec<Sample> {
            let is_rare = rarely == Some(metric.name.0.as_str());
            let is_told = |minute: i64| told.is_none_or(|told| minute < told.0);
            (from.0..until.0)
                .map(|minute| {
                    if is_told(minute) && (!is_rare || minute % 5 == 0) {
                        Sample::Value(value)
                    } else {
                        Sample::Absent
                    }
                })
                .collect()
        };
        let series = metrics
            .iter()
            .map(|metric| ((metric.name.clone(), Side::All), samples(metric)))
            .collect();
        self.tell(|_| MetricsSeen {
            from,
            until,
            series,
            remarks: Vec::new(),
        })
    }
}

impl Alarms for World {
    fn read<'a>(&'a self, _names: &'a [String]) -> Asked<'a, Vec<AlarmSnapshot>> {
        self.tell(|_| Vec::new())
    }
}

impl Trusts for World {
    fn recall(&self, _hash: &str) -> std::io::Result<Option<Trust>> {
        let trust = self.state().trust.clone();
        Ok(trust.map(|trust| Trust {
            way: TrustWay::Remembered,
            ..trust
        }))
    }

    fn remember(&self, _hash: &str, trust: &Trust) -> std::io::Result<()> {
        self.state().trust = Some(trust.clone());
        Ok(())
    }
}

impl Script for World {
    fn run<'a>(
        &'a self,
        arguments: &'a [String],
        input: &'a [u8],
        limit: SignedDuration,
    ) -> Asked<'a, Vec<u8>> {
        let program = arguments.first().map_or("", String::as_str);
        if program == "hangs" {
            let ends = later(self.clock.now(), limit);
            return Box::pin(async move {
                self.clock.sleep_until(ends).await;
                Err(Fault::new(FaultKind::TimedOut, "script hangs", "no end"))
            });
        }
        if program == "explain" {
            let mut state = self.state();
            state.facts.push(input.to_vec());
            return Box::pin(std::future::ready(state.explain.clone()));
        }
        self.act("script".into(), |_, _| Vec::new())
    }
}
