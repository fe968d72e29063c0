//! What a feed saw, as it comes to the core.

use jiff::Timestamp;

use super::{
    AlarmSnapshot, ArtifactSnapshot, ArtifactsSeen, DeploymentSnapshot, EnvironmentSnapshot,
    JobSnapshot, LaneSeen, MetricsSeen, PendingDeployment, ReviewSnapshot, RunSnapshot,
};
use crate::domain::{
    ArtifactId, Fault, Feed, Outcome, Seq, Text,
    chat::{ChatFate, ChatPlace},
    claim::{ClaimFate, ClaimsSeen},
    diff::Diff,
    evidence::{Candidate, EvidenceKind, Finding, NotCompared},
    flags::FlagReading,
    judge::PastDay,
    policy::TimeWindow,
    question::{Answer, Subject},
    record::{EarlierRelease, ServiceLock, Trust},
    rollback::Readiness,
    rollout::ProductionAnswer,
    smoke::{Moment, SmokeOutcome},
};

/// Something that a feed saw.
#[derive(Debug, Clone, PartialEq)]
pub enum Observation {
    /// The release's run and what belongs to it.
    Run(Box<RunSeen>),
    /// The run that deploys, for `gate = "dispatch"`.
    ProductionRun(Box<RunSeen>),
    /// A rollback's run.
    RollbackRun(Box<RunSeen>),
    /// The lane of the run that deploys.
    Lane(Box<LaneSeen>),
    /// The candidate.
    Candidate(Candidate),
    /// The run's artifacts.
    Artifacts(Vec<ArtifactSnapshot>),
    /// Artifacts of another workflow that evidence comes from.
    ArtifactsElsewhere {
        /// Its file name.
        workflow: String,
        /// Those that the rules name, newest first.
        artifacts: Vec<ArtifactSnapshot>,
    },
    /// A piece of evidence.
    Evidence {
        /// The artifact; `None` for a pull request's text.
        artifact: Option<ArtifactId>,
        /// What it says.
        finding: Finding,
        /// When the source made it.
        made: Option<Timestamp>,
        /// Of another commit than the candidate.
        other_commit: bool,
    },
    /// A piece of evidence that is there and cannot be read.
    Unreadable {
        /// Which kind.
        kind: EvidenceKind,
        /// Why.
        fault: Fault,
    },
    /// No such evidence, though the run has got past making it.
    Missing {
        /// Which kind.
        kind: EvidenceKind,
    },
    /// The diff from production.
    Compared(Box<Diff>),
    /// Nobody can compare production with the candidate.
    NotCompared(NotCompared),
    /// What production runs, by one source.
    Production(ProductionAnswer),
    /// Past deployments to production.
    Deployments {
        /// Those that succeeded, newest first.
        newest: Vec<DeploymentSnapshot>,
        /// The newest of all, where it failed.
        failed: Option<Box<DeploymentSnapshot>>,
    },
    /// How production's environment is protected.
    Environment(EnvironmentSnapshot),
    /// How ready a rollback is.
    Readiness(Readiness),
    /// Metrics.
    Metrics {
        /// When they were asked for.
        asked: Timestamp,
        /// What came.
        seen: MetricsSeen,
    },
    /// More of the past of metrics whose source tells less often than each minute.
    MorePast(MetricsSeen),
    /// Metrics of the same hours of an earlier day, in that day's minutes.
    Past {
        /// Which day.
        day: PastDay,
        /// What came.
        seen: MetricsSeen,
    },
    /// Alarms.
    Alarms(Vec<AlarmSnapshot>),
    /// The windows of the next weeks, by start.
    Calendar(Vec<TimeWindow>),
    /// What the world answered to prerequisites and checklist items.
    Checked(Vec<(Subject, Answer)>),
    /// Smoke tests.
    Smoke {
        /// When in the release.
        moment: Moment,
        /// When they began.
        asked: Timestamp,
        /// What came of them.
        outcome: SmokeOutcome,
    },
    /// Whether an earlier release on this machine locks the service.
    ServiceLock(Option<ServiceLock>),
    /// What the release before this one came to, by the journals of this machine.
    Earlier(Option<EarlierRelease>),
    /// The claims of every machine.
    Claims(Box<ClaimsSeen>),
    /// Whether the hold of another machine's countdown stands where its driver looks.
    HoldTold {
        /// The countdown.
        began: i64,
        /// Why it does not; `None`: it does.
        why: Option<Text>,
    },
    /// What became of a claim that was requested.
    ClaimAnswered {
        /// The request.
        act: Seq,
        /// What.
        fate: ClaimFate,
    },
    /// What became of an act.
    Answered {
        /// The request.
        act: Seq,
        /// What.
        outcome: Outcome,
    },
    /// What became of a message.
    Messaged {
        /// The request.
        act: Seq,
        /// What.
        fate: ChatFate,
    },
    /// How the release's flags stand.
    Flags(Vec<(String, FlagReading)>),
    /// Nothing stands any more where the card stood.
    CardGone(ChatPlace),
    /// A person's trust in the programs of these rules, given elsewhere.
    Trusted(Trust),
    /// A feed has not answered for a while.
    Silent {
        /// Which.
        feed: Feed,
        /// Its last answer.
        since: Timestamp,
        /// Why.
        fault: Fault,
        /// Whether it was silent before for a reason about which a person does something else.
        turned: bool,
    },
    /// It answers again.
    Back {
        /// Which.
        feed: Feed,
    },
}

/// A run with what was asked beside it. `None` was not asked, or was not answered.
#[derive(Debug, Clone, PartialEq)]
pub struct RunSeen {
    /// When the question began: an approval trusts only a look that began after it.
    pub asked: Timestamp,
    /// The run.
    pub run: RunSnapshot,
    /// Its jobs.
    pub jobs: Option<Vec<JobSnapshot>>,
    /// What holds it.
    pub pending: Option<Vec<PendingDeployment>>,
    /// Its reviews, newest first.
    pub reviews: Option<Vec<ReviewSnapshot>>,
    /// Its artifacts: asked for by the look that lets an approval out.
    pub artifacts: Option<ArtifactsSeen>,
}

impl Observation {
    /// Which feed saw it.
    pub fn feed(&self) -> Feed {
        match self {
            Self::Run(_)
            | Self::ProductionRun(_)
            | Self::RollbackRun(_)
            | Self::Lane(_)
            | Self::Candidate(_)
            | Self::Artifacts(_)
            | Self::ArtifactsElsewhere { .. }
            | Self::Evidence { .. }
            | Self::Unreadable { .. }
            | Self::Missing { .. }
            | Self::Compared(_)
            | Self::NotCompared(_)
            | Self::Deployments { .. }
            | Self::Environment(_)
            | Self::Readiness(_)
            | Self::Claims(_)
            | Self::HoldTold { .. }
            | Self::ClaimAnswered { .. }
            | Self::Checked(_)
            | Self::Answered { .. } => Feed::Github,
            // Production answered, or did not.
            Self::Production(_) | Self::Smoke { .. } => Feed::Production,
            Self::Metrics { .. } | Self::MorePast(_) | Self::Past { .. } => Feed::Metrics,
            Self::Alarms(_) => Feed::Alarms,
            Self::Calendar(_) => Feed::Calendar,
            Self::ServiceLock(_) | Self::Earlier(_) => Feed::Machine,
            Self::Messaged { .. } | Self::CardGone(_) => Feed::Slack,
            Self::Flags(_) => Feed::Flags,
            Self::Trusted(_) => Feed::Script,
            Self::Silent { feed, .. } | Self::Back { feed } => *feed,
        }
    }

    /// A few words for a log line.
    pub fn word(&self) -> Text {
        let word = match self {
            Self::Run(_) => "run",
            Self::ProductionRun(_) => "production run",
            Self::RollbackRun(_) => "rollback run",
            Self::Lane(_) => "lane",
            Self::Candidate(_) => "candidate",
            Self::Artifacts(_) | Self::ArtifactsElsewhere { .. } => "artifacts",
            Self::Evidence { .. } => "evidence",
            Self::Unreadable { .. } => "unreadable evidence",
            Self::Missing { .. } => "missing evidence",
            Self::Compared(_) | Self::NotCompared(_) => "comparison",
            Self::Production(_) => "production",
            Self::Deployments { .. } => "deployments",
            Self::Environment(_) => "environment",
            Self::Readiness(_) => "rollback readiness",
            Self::Metrics { .. } => "metrics",
            Self::MorePast(_) => "metrics of a longer past",
            Self::Past { .. } => "metrics of an earlier day",
            Self::Alarms(_) => "alarms",
            Self::Calendar(_) => "calendar",
            Self::Checked(_) => "prerequisites",
            Self::Smoke { .. } => "smoke tests",
            Self::ServiceLock(_) => "service lock",
            Self::Earlier(_) => "the release before",
            Self::Claims(_) => "claims",
            Self::HoldTold { .. } => "hold",
            Self::ClaimAnswered { .. } => "claim",
            Self::Answered { .. } => "answer",
            Self::Messaged { .. } => "message",
            Self::CardGone(_) => "card gone",
            Self::Flags(_) => "flags",
            Self::Trusted(_) => "trust",
            Self::Silent { .. } => "silence",
            Self::Back { .. } => "back",
        };
        Text::line(word)
    }
}
