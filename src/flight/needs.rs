//! What a release needs to know next, and how often: the feeds follow it, reads are no acts.

use std::{collections::BTreeMap, sync::Arc};

use jiff::{SignedDuration, Timestamp};

use super::{
    chat_need::{ChatNeeds, chat_needs},
    claim_needs::{ClaimNeeds, claim_needs},
    explain_need::{ExplainNeed, explain_need},
};
use crate::domain::{
    Act, ArtifactId, Phase, RunId, Seq, Sha, Text,
    approval::ApprovalProgress,
    diff::DependenciesFrom,
    evidence::{EvidenceKind, Piece},
    judge::PastDay,
    later,
    observation::{Minute, RunStatus, Sample},
    policy::{GateKind, Policy},
    record::Trust,
    release::{MorePast, PAST_MINUTES, PastAsOf, Release},
    rollback::RollbackProgress,
    smoke::Moment,
};

/// Looks at the run that are further apart may share an answer that is a little older.
const CALM: SignedDuration = SignedDuration::from_secs(30);

/// What the feeds shall look at.
#[derive(Debug, Clone, PartialEq)]
pub struct Needs {
    /// The release's run.
    pub run: RunId,
    /// Its attempt, as far as known.
    pub attempt: u32,
    /// Where the release stands.
    pub phase: Phase,
    /// Longest time between two looks at the run.
    pub run_every: SignedDuration,
    /// A look that began before this is too old.
    pub look_after: Timestamp,
    /// Whether its jobs matter at every look, not only when the run changed.
    pub follows_jobs: bool,
    /// The environment that holds the stage which waits.
    pub held_by: Option<String>,
    /// The run that deploys, for `gate = "dispatch"`.
    pub production_run: Option<Lookup>,
    /// The rollback's run.
    pub rollback_run: Option<Lookup>,
    /// The run whose place in the lane is of interest.
    pub lane: Option<LaneNeeds>,
    /// What the evidence still lacks.
    pub evidence: EvidenceNeeds,
    /// Whether prerequisites and checklist items are asked about.
    pub asks_questions: bool,
    /// Longest time between two questions to production; `None`: none.
    pub production_every: Option<SignedDuration>,
    /// Changes whenever production must be asked again at once.
    pub production_turn: Option<Timestamp>,
    /// First minute of metrics that is still of interest; `None`: no metrics are read.
    pub metrics_from: Option<Minute>,
    /// More of the past to read, of sources that tell less often than each minute.
    pub more_past: Arc<[MorePast]>,
    /// What that hangs on.
    past_as_of: PastAsOf,
    /// Minutes of earlier days to read once, in the release's own minutes, and the days.
    pub pasts: Option<(Minute, Minute, Vec<PastDay>)>,
    /// Alarms to ask for.
    pub alarms: Vec<String>,
    /// Smoke tests to run, and not before when.
    pub smoke: Option<(Moment, Timestamp)>,
    /// Whether a countdown runs.
    pub counts_down: bool,
    /// What shall stand for other machines to see.
    pub claims: ClaimNeeds,
    /// Messages, and the card; `None` where the rules name no Slack.
    pub chat: Option<ChatNeeds>,
    /// Flags that are being switched off.
    pub kills: usize,
    /// Acts that wait for their outcome.
    pub acts: Vec<Act>,
}

/// A run to follow.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Lookup {
    /// By its id.
    Known(RunId),
    /// By what stands in its name.
    Find {
        /// Workflow file name.
        workflow: String,
        /// What to look for.
        marker: String,
        /// Created not before.
        since: Timestamp,
        /// The request behind it.
        act: Seq,
    },
}

/// A run that stands in the production lane, or will.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LaneNeeds {
    /// The run.
    pub run: RunId,
    /// The candidate's commit.
    pub sha: Sha,
    /// Its workflow file, which says what a newer run does.
    pub workflow: String,
    /// Whether it stands before the lane: then who holds it is asked anew.
    pub waits: bool,
}

/// What the evidence still lacks.
#[derive(Debug, Clone, PartialEq)]
pub struct EvidenceNeeds {
    /// The candidate's commit, once known.
    pub sha: Option<Sha>,
    /// Title and branch of its run.
    pub named: (Text, Option<Text>),
    /// The version that was read from an artifact of this attempt, and the artifact.
    pub version_read: Option<(Text, ArtifactId)>,
    /// When this attempt began.
    pub since: Timestamp,
    /// Whether the run has got past making evidence.
    pub is_past: bool,
    /// Kinds that are not read.
    pub unread: Vec<EvidenceKind>,
    /// Artifacts of other workflows that are known, by workflow.
    pub elsewhere: BTreeMap<String, Vec<ArtifactId>>,
    /// What production runs, where known.
    pub base: Option<Sha>,
    /// Whether the candidate was compared with that.
    pub is_compared: bool,
    /// Whether it is known what becomes of the dependencies.
    pub has_dependencies: bool,
    /// The blob that holds the comparison.
    pub detail: Option<String>,
    /// Whether anyone still decides on evidence.
    pub matters: bool,
    /// Whether the program of the rules is asked for the explain text.
    pub explain: ExplainNeed,
    /// Who trusted the rules' programs; `None`: nobody yet.
    pub trust: Option<Trust>,
    /// Whether the rules name programs that run by themselves.
    pub has_programs: bool,
}

impl Needs {
    /// What `release` needs now.
    pub fn of(release: &Release) -> Self {
        Self::with(release, release.past_to_read().into())
    }

    /// What `release` needs now, after these: looking through the past of every metric is spared while nothing that it hangs on
    /// has changed.
    #[must_use]
    pub fn anew(&self, release: &Release) -> Self {
        if self.past_as_of == release.past_as_of() {
            Self::with(release, Arc::clone(&self.more_past))
        } else {
            Self::of(release)
        }
    }

    fn with(release: &Release, more_past: Arc<[MorePast]>) -> Self {
        let phase = release.phase();
        let secs = SignedDuration::from_secs;
        let urgent = release.approval.in_flight().is_some();
        let run_every = match &phase {
            _ if urgent => secs(3),
            // Two questions a look, and with the lane, past deployments and production still below eight a minute.
            Phase::Preparing | Phase::AwaitingApproval => secs(30),
            Phase::ApprovalRequested => secs(3),
            Phase::Deploying => secs(5),
            Phase::StageWatch { .. } => secs(15),
            Phase::RollingBack => secs(10),
            Phase::Monitoring | Phase::Undecided | Phase::Recovering => secs(60),
            // Given up, and it may still change production.
            Phase::RollbackFailed if release.rollback.followed().is_some() => secs(30),
            Phase::RollbackFailed | Phase::Stopped | Phase::Ended(_) => secs(300),
        };
        Self {
            run: release.key.run,
            attempt: release.attempt(),
            run_every,
            look_after: look_after(release),
            follows_jobs: matches!(
                phase,
                Phase::Preparing | Phase::Deploying | Phase::RollingBack
            ),
            held_by: release.approval.waiting.as_ref().and_then(|waiting| {
                let stage = release.rollout.stages.get(waiting.stage)?;
                (release.policy.target.gate == GateKind::Environment).then(|| stage.name.clone())
            }),
            production_run: production_run(release),
            rollback_run: rollback_run(release),
            lane: lane(release),
            evidence: evidence(release, &phase),
            production_every: (!phase.is_end() && may_ask_production(release)).then(
                || match phase {
                    Phase::Monitoring | Phase::Recovering => secs(20),
                    _ => secs(120),
                },
            ),
            asks_questions: release.decision_is_ahead(),
            production_turn: production_turn(release),
            metrics_from: metrics_from(release, &phase),
            more_past,
            past_as_of: release.past_as_of(),
            pasts: release.pasts_to_read(),
            alarms: release.policy.alarm_names(),
            smoke: release
                .smoke_due()
                .filter(|_| release.record.seating.is_here()),
            counts_down: release.rollback.countdown().is_some(),
            claims: claim_needs(release, &phase),
            chat: chat_needs(release),
            kills: release
                .flags
                .kills
                .iter()
                .filter(|kill| kill.is_open())
                .count(),
            acts: release.outbox().cloned().collect(),
            phase,
        }
    }
}

impl Needs {
    /// Whether a look at the run must be asked for now: somebody's decision, or production, hangs on it.
    pub fn hurries(&self) -> bool {
        self.run_every < CALM || self.look_after > Timestamp::MIN
    }
}

impl Needs {
    /// Whether an approval waits for the look that lets it out.
    pub(super) fn rechecks(&self) -> bool {
        self.look_after > Timestamp::MIN
    }
}

/// An approval trusts only a look that began after it.
fn look_after(release: &Release) -> Timestamp {
    match release.approval.in_flight() {
        Some(request) if request.progress == ApprovalProgress::Requested => request.at,
        Some(_) | None => Timestamp::MIN,
    }
}

fn production_run(release: &Release) -> Option<Lookup> {
    if let Some(run) = release.rollout.production_run {
        let is_open = release.rollout.deployed.is_none();
        return is_open.then_some(Lookup::Known(run));
    }
    let grant = release.approval.first_grant()?;
    let act = grant.ours?;
    let request = release.approval.request.as_ref()?;
    let rule = release.policy.target.dispatch.as_ref()?;
    (release.policy.target.gate == GateKind::Dispatch && request.seq == act).then(|| Lookup::Find {
        workflow: rule.workflow.clone(),
        marker: release.marker("p", request.stage + 1),
        since: request.at,
        act,
    })
}

/// The run that deploys while it is open: before a dispatch that is the release's own.
fn lane(release: &Release) -> Option<LaneNeeds> {
    let run = release.rollout.deploying_run()?;
    if run.status == RunStatus::Completed {
        return None;
    }
    let target = &release.policy.target;
    let workflow = match &target.dispatch {
        Some(dispatch) => &dispatch.workflow,
        None => &target.workflow,
    };
    Some(LaneNeeds {
        run: run.run,
        sha: release.rollout.sha()?.clone(),
        workflow: workflow.clone(),
        waits: run.status == RunStatus::Pending,
    })
}

fn rollback_run(release: &Release) -> Option<Lookup> {
    let attempt = release.rollback.followed()?;
    if attempt.still_works() && release.record.closed.is_some() {
        return None;
    }
    if let Some(run) = attempt.run {
        return Some(Lookup::Known(run));
    }
    let rule = release.policy.rollback.as_ref()?.dispatch.as_ref()?;
    let (act, since, outcome) = attempt.start.as_ref()?;
    outcome.as_ref()?;
    Some(Lookup::Find {
        workflow: rule.workflow.clone(),
        marker: attempt.marker.clone(),
        since: *since,
        act: *act,
    })
}

fn evidence(release: &Release, phase: &Phase) -> EvidenceNeeds {
    let run = release.rollout.run.as_ref();
    let base = release
        .rollout
        .production_now()
        .and_then(|answer| answer.sha.clone());
    let matters = matches!(
        phase,
        Phase::Preparing | Phase::AwaitingApproval | Phase::ApprovalRequested
    );
    let diff = release.evidence.diff.as_ref().filter(|diff| {
        Some(&diff.base) == base.as_ref() && run.is_some_and(|run| run.sha == diff.head)
    });
    EvidenceNeeds {
        sha: run.map(|run| run.sha.clone()),
        named: run.map_or((Text::default(), None), |run| {
            (run.title.clone(), run.branch.clone())
        }),
        version_read: run.and_then(|run| {
            let candidate = release.evidence.candidate.as_ref()?;
            candidate.version_read(&run.sha, run.attempt)
        }),
        since: run.map_or(release.opened, |run| run.started),
        is_past: *phase != Phase::Preparing,
        unread: release
            .policy
            .evidence
            .iter()
            .map(|rule| rule.kind)
            .filter(|kind| !matches!(release.evidence.pieces.get(kind), Some(Piece::Read { .. })))
            .collect(),
        elsewhere: artifacts_elsewhere(release),
        is_compared: diff.is_some(),
        has_dependencies: diff
            .is_some_and(|diff| diff.dependencies.from != DependenciesFrom::Unknown),
        detail: diff.and_then(|diff| diff.detail.clone()),
        explain: explain_need(release, matters, base.is_none() || diff.is_some()),
        trust: release.record.trust.clone(),
        has_programs: !release.policy.own_programs().is_empty(),
        base,
        matters,
    }
}

fn artifacts_elsewhere(release: &Release) -> BTreeMap<String, Vec<ArtifactId>> {
    let known = release.evidence.elsewhere.iter();
    known
        .map(|(workflow, all)| (workflow.clone(), all.iter().map(|one| one.id).collect()))
        .collect()
}

/// A program of the rules is run only once a person trusted it.
fn may_ask_production(release: &Release) -> bool {
    release.policy.production_command.is_none() || release.record.trust.is_some()
}

fn production_turn(release: &Release) -> Option<Timestamp> {
    rolled_back(release).or(release.rollout.deployed)
}

/// When the newest rollback came to its end.
fn rolled_back(release: &Release) -> Option<Timestamp> {
    match &release.rollback.newest()?.progress {
        RollbackProgress::Finished { at, .. } => Some(*at),
        RollbackProgress::Preparing
        | RollbackProgress::Starting
        | RollbackProgress::Running
        | RollbackProgress::Failed { .. } => None,
    }
}

/// How long metrics are still read after a rollback that nobody has explained yet.
const AFTERMATH: SignedDuration = SignedDuration::from_hours(1);

fn metrics_from(release: &Release, phase: &Phase) -> Option<Minute> {
    /// Late points change the youngest minutes.
    const AGAIN: i64 = 5;
    /// Where the source falls behind, what is missing is asked for again for so long.
    const BEHIND: i64 = 30;
    if release.policy.metrics.is_empty() || phase.is_end() {
        return None;
    }
    let newest = release
        .watch
        .series
        .values()
        .filter_map(|series| series.keys().next_back())
        .max();
    // Whoever writes down what happened sees whether it lasts, but no journal grows for days.
    let enough = rolled_back(release).map(|at| Minute::of(later(at, AFTERMATH)));
    if *phase == Phase::Stopped && newest >= enough.as_ref() {
        return None;
    }
    let missing = |newest: Minute| {
        let metrics = release.policy.metrics.iter();
        let metrics = metrics.filter(|metric| !metric.side.is_band());
        metrics
            .filter_map(|metric| {
                let mut minutes = release
                    .watch
                    .series
                    .get(&metric.key())?
                    .range(newest.plus(-BEHIND)..);
                let missing =
                    minutes.find(|(_, sample)| matches!(sample, Sample::Absent | Sample::Broken));
                missing.map(|(minute, _)| *minute)
            })
            .min()
    };
    Some(match newest.copied() {
        Some(newest) => {
            let again = newest.plus(1 - AGAIN);
            missing(newest).map_or(again, |missing| missing.min(again))
        }
        None => Minute::of(release.opened).plus(-past(&release.policy)),
    })
}

/// Minutes of the past that are asked for at first: the baseline and what a metric gate looks back on; and what
/// anomalies are set against, less of it where the metrics are many.
fn past(policy: &Policy) -> i64 {
    /// Samples: an hour each of a thousand metrics.
    const MOST: i64 = 60_000;
    let metrics = i64::try_from(policy.metrics.len())
        .unwrap_or(i64::MAX)
        .max(1);
    let wanted = PAST_MINUTES.min(MOST / metrics);
    wanted.max(policy.hypercare.baseline.as_mins() + 15)
}
