//! The rules of a release, resolved: what `cockpit.toml` means once presets are expanded and names are checked.
//!
//! The journal's first event carries a [`Policy`], so a release is judged to its end by the rules that it began with.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{CalendarRule, ExplainRule, Metric, QuietHours, SlackRule, SmokeRules};
use crate::domain::{
    Login, NameGlob, Text,
    anomaly::DEFAULT_RATE,
    checklist::{Binding, Checklist},
    evidence::{EvidenceKind, KnownFailure, LoadBaseline},
    flags::FlagsRule,
    judge::Rule,
    question::{PrerequisiteRule, Question, Subject},
    risk::RiskRule,
    wording,
};

/// Everything that decides about a release.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Policy {
    /// The service's name.
    pub service: String,
    /// SHA-256 of the rules file, hexadecimal.
    pub hash: String,
    /// Files that the rules name beside them; their bytes are part of the hash.
    #[serde(default)]
    pub beside: Vec<String>,
    /// Globs of the service's own files, in a repository that many share; empty: all of them.
    #[serde(default)]
    pub paths: Vec<String>,
    /// Which workflow, job and environment are the release.
    pub target: Target,
    /// Steps drawn before the approval.
    pub pipeline: Vec<StepRule>,
    /// What staging must have shown.
    pub evidence: Vec<EvidenceRule>,
    /// Where the explain text comes from.
    #[serde(default)]
    pub explain: ExplainRule,
    /// The program that tells production's version, where the rules name one.
    #[serde(default)]
    pub production_command: Option<Vec<String>>,
    /// Evidence older than this asks for a fresh look.
    #[serde(default = "twelve_hours")]
    pub evidence_max_age: SignedDuration,
    /// What a load test is compared with, where the team writes it down.
    #[serde(default)]
    pub load_baseline: Option<LoadBaseline>,
    /// Failing tests that are known, until a day.
    #[serde(default)]
    pub known_failures: Vec<KnownFailure>,
    /// What each factor of the risk weighs.
    #[serde(default)]
    pub risk: RiskRule,
    /// Every metric, in the order of the file.
    pub metrics: Vec<Metric>,
    /// How promotion goes.
    pub strategy: Strategy,
    /// Smoke tests that run by themselves.
    #[serde(default)]
    pub smoke: SmokeRules,
    /// The watch after the deploy.
    pub hypercare: Hypercare,
    /// How to go back; `None`: cockpit cannot roll back, which is said before the approval.
    pub rollback: Option<RollbackRule>,
    /// The human decision.
    pub approval: ApprovalRule,
    /// The team's Slack, where it has one.
    #[serde(default)]
    pub slack: Option<SlackRule>,
    /// Globs of files where a change is a risk.
    #[serde(default)]
    pub hot_paths: Vec<String>,
    /// What must be so before production, checked first.
    #[serde(default)]
    pub prerequisites: Vec<PrerequisiteRule>,
    /// The checklist, where the rules name one.
    #[serde(default)]
    pub checklist: Option<Checklist>,
    /// When production may change.
    #[serde(default)]
    pub calendar: Vec<CalendarRule>,
    /// Parts of the repository by name, each with its globs.
    #[serde(default)]
    pub areas: BTreeMap<String, Vec<String>>,
    /// The release's feature flags.
    #[serde(default)]
    pub flags: Option<FlagsRule>,
    /// What a gate's state does to the approval, by gate name.
    pub gates: BTreeMap<String, GateRule>,
}

impl Policy {
    /// The metrics that people see, in the order of the file: edges of bands come last and are no metrics of their own.
    pub fn shown_metrics(&self) -> &[Metric] {
        let edges = self.metrics.iter().rev();
        let edges = edges.take_while(|metric| metric.side.is_band()).count();
        let shown = self.metrics.len().saturating_sub(edges);
        self.metrics.get(..shown).unwrap_or_default()
    }

    /// What is asked of the world for prerequisites and the checklist.
    pub fn questions(&self) -> Vec<Question> {
        let prerequisites = self.prerequisites.iter().map(|rule| Question {
            subject: Subject::Prerequisite(rule.name.clone()),
            ask: rule.ask.clone(),
        });
        let items = self.checklist.iter().flat_map(Checklist::items);
        let items = items.filter_map(|item| match &item.auto {
            Some(Binding::Outside(ask)) => Some(Question {
                subject: Subject::Item(item.id.clone()),
                ask: ask.clone(),
            }),
            _ => None,
        });
        prerequisites.chain(items).collect()
    }

    /// The programs that run without a person's word at that moment, as a shell would be told them. A fallback of the
    /// rollback is none of them: it runs on a typed confirmation.
    pub fn own_programs(&self) -> Vec<Text> {
        let explain = self.explain.command.as_ref();
        let explain = explain.map(|program| program.arguments.as_slice());
        let questions = self.questions();
        let asked = questions
            .iter()
            .filter_map(|question| question.ask.program());
        let all = explain
            .into_iter()
            .chain(self.production_command.as_deref())
            .chain(asked.map(|program| program.arguments.as_slice()));
        all.map(|arguments| {
            let words: Vec<String> = arguments.iter().map(|word| wording::quoted(word)).collect();
            Text::line(&words.join(" "))
        })
        .collect()
    }
}

/// What the product's rules say, also for journals that do not.
fn twelve_hours() -> SignedDuration {
    EVIDENCE_MAX_AGE
}

/// How old evidence may be where the rules do not say.
pub const EVIDENCE_MAX_AGE: SignedDuration = SignedDuration::from_hours(12);

/// Which run, which job, which environment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Target {
    /// Workflow file name, `deploy.yml`.
    pub workflow: String,
    /// The production environment.
    pub environment: String,
    /// The production job: `deploy`, or `caller / job`.
    pub job: String,
    /// Where the gate is.
    pub gate: GateKind,
    /// Prefix of version tags, `v` or `checkout/v`.
    pub tag_prefix: String,
    /// Regex with one group over the run's display title.
    pub version_from_title: Option<String>,
    /// A file of an artifact of the run that holds the version.
    #[serde(default)]
    pub version_from_artifact: Option<VersionFile>,
    /// For `gate = "dispatch"`: the production workflow, its ref and its inputs (templates).
    pub dispatch: Option<DispatchRule>,
}

/// Where in an artifact the candidate's version stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct VersionFile {
    /// Glob over the names of the run's artifacts; the newest counts.
    pub artifact: String,
    /// Path of the file in it.
    pub file: String,
    /// JSON pointer (RFC 6901) into it; `None`: the file is text, and its first line is the version.
    pub pointer: Option<String>,
}

/// What holds production until a person decides.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum GateKind {
    /// GitHub's environment review.
    Environment,
    /// cockpit starts the production workflow after the approval.
    Dispatch,
}

/// A workflow to dispatch. Input values may hold `{version}`, `{sha}`, `{release_id}`, `{from_version}`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DispatchRule {
    /// Workflow file name.
    pub workflow: String,
    /// Branch or tag; `None`: the default branch.
    pub reference: Option<String>,
    /// Inputs by name.
    pub inputs: BTreeMap<String, String>,
}

/// A step of the stepper and the jobs that are it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StepRule {
    /// `CI`, `Verify`, `Explain`, `Staging`, `Validation`.
    pub name: String,
    /// Over job names.
    pub jobs: Vec<NameGlob>,
}

/// One kind of evidence.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct EvidenceRule {
    /// Which.
    pub kind: EvidenceKind,
    /// Glob over artifact names; `None` where the source is not an artifact (explain from the pull request).
    pub artifact: Option<String>,
    /// Another workflow file whose newest completed run for the same SHA holds it.
    pub workflow: Option<String>,
    /// Whether staging fails without it.
    pub required: bool,
    /// Of coverage: the largest drop that passes, in points.
    #[serde(default)]
    pub max_drop: Option<f64>,
}

/// How promotion goes.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum Strategy {
    /// Production at once (also the default).
    Recreate,
    /// Hosts in turn; the percentages or counts are shown, GitHub's job does it.
    Rolling {
        /// As written, `25%` or `1`.
        max_unavailable: Option<String>,
        /// As written.
        max_surge: Option<String>,
    },
    /// A second fleet takes over.
    BlueGreen {
        /// How long both stand.
        validation: Option<SignedDuration>,
    },
    /// Shares of the traffic in turn.
    Canary {
        /// In order; the last is production.
        stages: Vec<StageRule>,
        /// Whether the next stage was released in advance at approval when all gates pass.
        advance: Advance,
    },
}

/// Who releases the next stage.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Advance {
    /// A person, each time.
    Ask,
    /// A person at approval, where every gate passes.
    PreAuthorised,
}

/// One stage of a canary.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct StageRule {
    /// As written, `5%`.
    pub weight: String,
    /// The environment that holds it, or the job that is watched.
    pub bound: StageBound,
    /// How long it is judged.
    pub duration: SignedDuration,
    /// What must pass.
    pub gates: Vec<Rule>,
}

/// What a stage is in GitHub.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum StageBound {
    /// Held there; one review each.
    Environment(String),
    /// Watched only.
    Job(String),
}

/// The watch after the deploy.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Hypercare {
    /// Minutes to be judged, with complete data.
    pub window: SignedDuration,
    /// After this it is "cannot tell".
    pub max_wait: SignedDuration,
    /// How far back the baseline looks.
    pub baseline: SignedDuration,
    /// Fewest samples (requests) a minute for a relative gate.
    pub min_samples: u32,
    /// What must pass.
    pub gates: Vec<Rule>,
    /// What fires an alert.
    pub triggers: Vec<Rule>,
    /// Alarm names to watch besides those in triggers.
    pub alarms: Vec<String>,
    /// The chance that a release without a change raises an anomaly, over all its metrics and minutes; 0.01 is 1%,
    /// 0 looks for none.
    #[serde(default = "default_rate")]
    pub false_alarms: f64,
}

const fn default_rate() -> f64 {
    DEFAULT_RATE
}

/// How to go back.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RollbackRule {
    /// The team's workflow; `None`: only the fallback command.
    pub dispatch: Option<DispatchRule>,
    /// What to do while the deploy still runs.
    pub during_deploy: DuringDeploy,
    /// What a trigger does.
    pub on_trigger: OnTrigger,
    /// How long a trigger that was agreed to counts down.
    #[serde(default = "a_minute")]
    pub countdown: SignedDuration,
    /// Program and arguments for when GitHub is down.
    pub fallback: Vec<String>,
    /// Longest time that a rollback may take.
    pub timeout: SignedDuration,
}

fn a_minute() -> SignedDuration {
    SignedDuration::from_secs(60)
}

/// `during_deploy`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum DuringDeploy {
    /// The prompt asks.
    Ask,
    /// Cancel the run, wait for its end, dispatch.
    CancelThenDispatch,
    /// Dispatch at once.
    Dispatch,
    /// Wait for the run's end, dispatch.
    Wait,
}

/// `on_trigger`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum OnTrigger {
    /// The alert asks.
    Ask,
    /// Agreed at approval: a countdown that anyone may hold.
    PreAuthorised,
}

/// The human decision.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ApprovalRule {
    /// When nobody has answered.
    pub escalate_after: SignedDuration,
    /// How long the production deploy may take.
    pub deploy_timeout: SignedDuration,
    /// Where an escalation goes, for the screen: `#eng-leads`.
    pub escalate_to: Option<Text>,
    /// People by GitHub login and the roles that they hold.
    pub people: BTreeMap<Login, Vec<String>>,
    /// Sign-offs that the approval waits for, by role.
    #[serde(default)]
    pub signoffs: BTreeMap<String, SignoffRule>,
    /// When the clock towards an escalation rests.
    #[serde(default)]
    pub quiet_hours: Option<QuietHours>,
    /// The start that the rules schedule: nothing is approved before.
    #[serde(default)]
    pub not_before: Option<Timestamp>,
    /// Who may take the emergency way.
    #[serde(default)]
    pub emergency: EmergencyRule,
}

/// Who may take the emergency way.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EmergencyRule {
    /// Whoever may approve.
    #[default]
    Anyone,
    /// Holders of one of these roles.
    Roles(Vec<String>),
    /// Nobody.
    Forbidden,
}

/// One role's sign-off.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SignoffRule {
    /// How many people.
    pub quorum: u32,
    /// Who may; empty: whoever holds the role.
    pub people: Vec<Login>,
}

/// What a gate's states other than pass do to the approval.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct GateRule {
    /// Fail.
    pub fail: Effect,
    /// Ambiguous.
    pub ambiguous: Effect,
    /// No data.
    pub no_data: Effect,
    /// Source broken.
    pub broken: Effect,
}

/// What a state does to the approval.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum Effect {
    /// Shown.
    Warn,
    /// A typed reason is needed.
    Reason,
    /// No approval.
    Block,
}

impl GateRule {
    /// The same effect for every state other than pass.
    pub const fn all(effect: Effect) -> Self {
        Self {
            fail: effect,
            ambiguous: effect,
            no_data: effect,
            broken: effect,
        }
    }
}
