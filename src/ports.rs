//! What cockpit asks of the world: small object-safe traits, one for each kind of question.
//!
//! Adapters implement them over HTTP and files, tests with plain values. A port speaks the domain's types and
//! [`Fault`]; it never retries an act.

use std::{future::Future, path::Path, pin::Pin, sync::Arc};

use jiff::{SignedDuration, Timestamp};

use crate::domain::{
    ArtifactId, DeploymentId, EnvironmentId, Fault, Login, ReleaseKey, RunId, Sha, Text,
    chat::{ChatMessage, ChatPlace, Click},
    claim::{Claim, ClaimName, ClaimWish, MachineId},
    diff::DependencyChange,
    evidence::{Evidence, EvidenceKind},
    flags::FlagReading,
    later,
    observation::{
        AlarmSnapshot, ArtifactList, CheckSnapshot, CommentSnapshot, Comparison,
        DeploymentSnapshot, EnvironmentSnapshot, JobSnapshot, LanePlace, LaneRule, MetricsSeen,
        Minute, PendingDeployment, PullSnapshot, ReviewSnapshot, RunSnapshot,
    },
    policy::{CalendarRule, Metric, TimeWindow},
    record::{EarlierRelease, ServiceLock, Trust},
    scorecard::{Course, PastDeployment, PastJob, PastRun},
    smoke::{SmokeReport, Suite},
};

/// The answer to a question, later.
pub type Asked<'a, T> = Pin<Box<dyn Future<Output = Result<T, Fault>> + Send + 'a>>;

/// Time: the only way in. Real for people, faster for the demo, paused in tests.
pub trait Clock: Send + Sync + std::fmt::Debug {
    /// The present instant, UTC.
    fn now(&self) -> Timestamp;
    /// Returns at `at` or a little later; at once where it has passed. Earlier where the clock is set back meanwhile: who
    /// waits looks again at what is due.
    fn sleep_until(&self, at: Timestamp) -> Pin<Box<dyn Future<Output = ()> + Send + '_>>;
    /// Returns after so long in the machine's own time, at whatever pace this clock runs: a disk knows no other.
    fn rest(&self, real: SignedDuration) -> Pin<Box<dyn Future<Output = ()> + Send + '_>> {
        self.sleep_until(later(self.now(), real))
    }
}

/// Workflow runs: finding and following them.
pub trait Runs: Send + Sync {
    /// Who the token belongs to.
    fn viewer(&self) -> Asked<'_, Login>;
    /// Runs of the configured workflow in that state (`waiting`, `in_progress` ...), newest first; `None` for any.
    /// At most one page of 100.
    fn runs(&self, status: Option<&'static str>) -> Asked<'_, Vec<RunSnapshot>>;
    /// Runs of any workflow file for one commit, newest first.
    fn runs_of_commit<'a>(
        &'a self,
        sha: &'a Sha,
        workflow: Option<&'a str>,
    ) -> Asked<'a, Vec<RunSnapshot>>;
    /// One run.
    fn run(&self, run: RunId) -> Asked<'_, RunSnapshot>;
    /// The jobs of its newest attempt, all pages.
    fn jobs(&self, run: RunId) -> Asked<'_, Vec<JobSnapshot>>;
    /// What holds it.
    fn pending(&self, run: RunId) -> Asked<'_, Vec<PendingDeployment>>;
    /// The reviews given so far, newest first.
    fn reviews(&self, run: RunId) -> Asked<'_, Vec<ReviewSnapshot>>;
    /// Its place in the production lane.
    fn lane(&self, run: RunId) -> Asked<'_, LanePlace>;
    /// What a workflow file of the default branch says of a newer run, for the job that deploys; `None` where there is
    /// no such file.
    fn lane_rule<'a>(&'a self, workflow: &'a str, job: &'a str) -> Asked<'a, Option<LaneRule>>;
}

/// Acts on a run's pending deployments. Each sends once, never again by itself.
pub trait Review: Send + Sync {
    /// Approves these environments of the run.
    fn approve<'a>(
        &'a self,
        run: RunId,
        environments: &'a [EnvironmentId],
        comment: &'a str,
    ) -> Asked<'a, ()>;
    /// Rejects them; the run fails.
    fn reject<'a>(
        &'a self,
        run: RunId,
        environments: &'a [EnvironmentId],
        comment: &'a str,
    ) -> Asked<'a, ()>;
}

/// What `workflow_dispatch` needs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DispatchOrder {
    /// Workflow file name, `rollback.yml`.
    pub workflow: String,
    /// Branch or tag.
    pub reference: String,
    /// At most 25 inputs.
    pub inputs: Vec<(String, String)>,
}

/// Starting and stopping runs. Each act sends once.
pub trait Dispatch: Send + Sync {
    /// Dispatches; the run's id where the server tells it.
    fn dispatch<'a>(&'a self, order: &'a DispatchOrder) -> Asked<'a, Option<RunId>>;
    /// Looks a dispatched run up: created at or after `since` by `workflow_dispatch`, its title holding `marker` where
    /// it is given. Newest first.
    fn dispatched<'a>(
        &'a self,
        workflow: &'a str,
        marker: Option<&'a str>,
        since: Timestamp,
    ) -> Asked<'a, Vec<RunSnapshot>>;
    /// How far the server's clock, by which runs are dated, is ahead of this machine's; nothing where no answer told.
    fn clock_ahead(&self) -> SignedDuration;
    /// Asks a run to stop. 409 (already ended) is a [`crate::domain::FaultKind::Conflict`].
    fn cancel(&self, run: RunId) -> Asked<'_, ()>;
    /// Runs the failed jobs again.
    fn rerun_failed(&self, run: RunId) -> Asked<'_, ()>;
    /// The declared inputs of a workflow file on a ref: name, required. `None` where it takes no dispatch.
    fn inputs<'a>(
        &'a self,
        workflow: &'a str,
        reference: &'a str,
    ) -> Asked<'a, Option<Vec<(String, bool)>>>;
}

/// Bytes so far and, where told, in all.
pub type Progress = Arc<dyn Fn(u64, Option<u64>) + Send + Sync>;

/// Artifacts: listing, and reading as evidence.
pub trait Artifacts: Send + Sync {
    /// The artifacts of a run, at most 1,000.
    fn list(&self, run: RunId) -> Asked<'_, ArtifactList>;
    /// Downloads, unpacks within limits, and reads as `kind`.
    fn read(
        &self,
        artifact: ArtifactId,
        kind: EvidenceKind,
        progress: Progress,
    ) -> Asked<'_, Evidence>;
    /// One file of it by its path, at most 1 MiB; `None` where it has none.
    fn inner_file<'a>(&'a self, artifact: ArtifactId, path: &'a str) -> Asked<'a, Option<Vec<u8>>>;
}

/// Check runs on commits.
pub trait Checks: Send + Sync {
    /// The newest check runs of that name on a commit, of every app; at most 1,000, or a fault.
    fn check_runs<'a>(&'a self, sha: &'a Sha, name: &'a str) -> Asked<'a, Vec<CheckSnapshot>>;
}

/// The past: deployments, comparisons, pull requests, names of commits.
pub trait History: Send + Sync {
    /// Deployments to an environment with their newest status, newest first, at most `most`.
    fn deployments<'a>(
        &'a self,
        environment: &'a str,
        most: usize,
    ) -> Asked<'a, Vec<DeploymentSnapshot>>;
    /// Compares, with all pages of commits.
    fn compare<'a>(&'a self, base: &'a Sha, head: &'a Sha) -> Asked<'a, Comparison>;
    /// One pull request.
    fn pull(&self, number: u64) -> Asked<'_, PullSnapshot>;
    /// The pull requests that hold a commit.
    fn pulls_of<'a>(&'a self, sha: &'a Sha) -> Asked<'a, Vec<PullSnapshot>>;
    /// Comments on a pull request, oldest first; at most the first 1,000.
    fn comments(&self, number: u64) -> Asked<'_, Vec<CommentSnapshot>>;
    /// The commit that a tag, branch or abbreviated SHA names.
    fn resolve<'a>(&'a self, name: &'a str) -> Asked<'a, Sha>;
    /// The tag of a commit, where one points at it; with the prefix where it is given.
    fn tag_of<'a>(&'a self, sha: &'a Sha, prefix: &'a str) -> Asked<'a, Option<Text>>;
    /// How an environment is protected.
    fn environment<'a>(&'a self, name: &'a str) -> Asked<'a, EnvironmentSnapshot>;
    /// A file of the default branch; `None` where it is not there. At most 1 MiB.
    fn file<'a>(&'a self, path: &'a str) -> Asked<'a, Option<Vec<u8>>>;
    /// The default branch's name.
    fn default_branch(&self) -> Asked<'_, Text>;
    /// A file at a commit; `None` where it is not there. At most [`crate::domain::diff::LOCK_BYTES`].
    fn file_at<'a>(&'a self, commit: &'a Sha, path: &'a str) -> Asked<'a, Option<Vec<u8>>>;
    /// What the dependency review says between two commits; `None` where it is not enabled.
    fn dependencies<'a>(
        &'a self,
        base: &'a Sha,
        head: &'a Sha,
    ) -> Asked<'a, Option<Vec<DependencyChange>>>;
}

/// A page of a long list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Page<T> {
    /// What stands on it.
    pub items: Vec<T>,
    /// Whether another one follows.
    pub more: bool,
    /// How long the whole list is, where it is told.
    pub total: Option<usize>,
    /// Names the page as it is: asked for with it, an unchanged one costs nothing.
    pub tag: Option<String>,
}

/// Months of deliveries, a page or an item at a time: what the scorecard is made from.
pub trait Deliveries: Send + Sync {
    /// A page of 100 deployments to an environment, the newest first, counted from 1; `None`: it is still what `tag` named.
    fn deployment_page<'a>(
        &'a self,
        environment: &'a str,
        page: usize,
        tag: Option<&'a str>,
    ) -> Asked<'a, Option<Page<PastDeployment>>>;
    /// What became of a deployment: its statuses, all pages.
    fn course(&self, deployment: DeploymentId) -> Asked<'_, Course>;
    /// A page of 100 runs of a workflow file that were created within these instants. Of more than 1,000 the rest is never
    /// told: the caller asks for less time.
    fn run_page<'a>(
        &'a self,
        workflow: &'a str,
        within: (Timestamp, Timestamp),
        page: usize,
    ) -> Asked<'a, Page<PastRun>>;
    /// The jobs of all attempts of a run.
    fn jobs_of_all_attempts(&self, run: RunId) -> Asked<'_, Vec<PastJob>>;
}

/// A clone of the repository on this machine. It fetches nothing.
pub trait Checkout: Send + Sync {
    /// Compares, all commits and files; `None` where it lacks one of the two.
    fn compare<'a>(&'a self, base: &'a Sha, head: &'a Sha) -> Asked<'a, Option<Comparison>>;
    /// A file at a commit; `None` where either is not there. At most [`crate::domain::diff::LOCK_BYTES`].
    fn file<'a>(&'a self, commit: &'a Sha, path: &'a str) -> Asked<'a, Option<Vec<u8>>>;
}

/// What production answers when it is asked for its version: URL with pointer, or a command.
pub trait Probe: Send + Sync {
    /// The version or SHA, as production words it.
    fn version(&self) -> Asked<'_, Text>;
}

/// Metric series.
pub trait Metrics: Send + Sync {
    /// All metrics for the minutes `from..until`, one request a region and account.
    fn read<'a>(
        &'a self,
        metrics: &'a [Metric],
        from: Minute,
        until: Minute,
    ) -> Asked<'a, MetricsSeen>;
}

/// Alarms.
pub trait Alarms: Send + Sync {
    /// The alarms of these names; one that is not there is missing from the answer.
    fn read<'a>(&'a self, names: &'a [String]) -> Asked<'a, Vec<AlarmSnapshot>>;
}

/// Blackouts and deployment windows.
pub trait Calendar: Send + Sync {
    /// What the rules become between two moments, by start. All of it or a fault: a window that was not understood must
    /// not look like none.
    fn windows<'a>(
        &'a self,
        rules: &'a [CalendarRule],
        from: Timestamp,
        until: Timestamp,
    ) -> Asked<'a, Vec<TimeWindow>>;
}

/// Smoke tests over HTTP.
pub trait Smoke: Send + Sync {
    /// Runs every test that is not skipped, at most `at_once` together. A test that fails is a result; a fault is one
    /// that was found before anything was sent: no address, a secret that is not set.
    fn run<'a>(&'a self, suite: &'a Suite, at_once: usize) -> Asked<'a, SmokeReport>;
}

/// The team's chat. Each call sends once; what a lost answer means is for the caller to find out.
pub trait Chat: Send + Sync {
    /// Posts, with the message's mark where [`Chat::find`] looks for it.
    fn post<'a>(&'a self, message: &'a ChatMessage) -> Asked<'a, ChatPlace>;
    /// Puts another text in its place. Twice the same changes nothing. `false`: nothing stands there any more.
    fn update<'a>(&'a self, place: &'a ChatPlace, message: &'a ChatMessage) -> Asked<'a, bool>;
    /// Looks for a message by channel, thread and mark, posted at or after `since`. It may lack the right to look.
    fn find<'a>(
        &'a self,
        message: &'a ChatMessage,
        since: Timestamp,
    ) -> Asked<'a, Option<ChatPlace>>;
    /// Tells one person, in a channel, what nobody else sees.
    fn whisper<'a>(&'a self, channel: &'a str, user: &'a str, text: &'a str) -> Asked<'a, ()>;
    /// Opens a window for whoever clicked; good for three seconds after the click.
    fn open<'a>(&'a self, trigger: &'a str, window: &'a serde_json::Value) -> Asked<'a, ()>;
    /// The clicks on a release's messages from now on, and first those that an earlier process acknowledged and did not answer
    /// for.
    fn clicks(&self, release: &ReleaseKey) -> Box<dyn Clicks>;
    /// A click is on record, or refused: nobody need bring it again.
    fn answered<'a>(
        &'a self,
        release: &'a ReleaseKey,
        click: &'a Click,
    ) -> Pin<Box<dyn Future<Output = ()> + Send + 'a>>;
}

/// Where clicks lie between their acknowledgement and their answer: the chat sends none again that was acknowledged.
/// Blocking: callers put it on a blocking thread.
pub trait ClickBox: Send + Sync {
    /// Keeps one durably. Twice the same is one.
    fn keep(&self, release: &ReleaseKey, click: &Click) -> std::io::Result<()>;
    /// Keeps one for the process of this machine that drives the release; `false`: none does, and it is not kept.
    fn pass(&self, release: &ReleaseKey, click: &Click) -> std::io::Result<bool>;
    /// Those that are kept, oldest first.
    fn kept(&self, release: &ReleaseKey) -> std::io::Result<Vec<Click>>;
    /// Forgets one; one that is gone already is no fault.
    fn forget(&self, release: &ReleaseKey, click: &Click) -> std::io::Result<()>;
}

/// Clicks as they come. Dropping it ends the listening.
pub trait Clicks: Send {
    /// The next; dropping the future loses nothing.
    fn next(&mut self) -> Pin<Box<dyn Future<Output = ChatHeard> + Send + '_>>;
}

/// Something that comes from the chat.
#[derive(Debug, Clone, PartialEq)]
pub enum ChatHeard {
    /// A click. It was acknowledged already.
    Click(Box<Click>),
    /// Clicks can come.
    Open,
    /// None can come; it is tried again by itself.
    Lost(Fault),
}

/// Who keeps feature flags.
pub trait Flags: Send + Sync {
    /// How each of these flags stands, in their order. One that the provider does not know is a reading, not a fault.
    fn read<'a>(&'a self, names: &'a [String]) -> Asked<'a, Vec<(String, FlagReading)>>;
    /// Switches one off for everyone. Sends once; switching off what is off changes nothing.
    fn kill<'a>(&'a self, name: &'a str) -> Asked<'a, ()>;
}

/// A team's own program: argument vector, never a shell line.
pub trait Script: Send + Sync {
    /// Runs it with a time limit (`limit`, real time) and returns standard output, bounded.
    fn run<'a>(
        &'a self,
        arguments: &'a [String],
        input: &'a [u8],
        limit: SignedDuration,
    ) -> Asked<'a, Vec<u8>>;
}

/// Letters that other cockpits of this machine leave for the one that drives. Blocking.
pub trait Letters: Send + Sync {
    /// The waiting ones, oldest first: name and content; `None` where it cannot be read.
    fn waiting(&self) -> std::io::Result<Vec<(String, Option<Vec<u8>>)>>;
    /// Answers one with JSON and takes it out.
    fn answer(&self, name: &str, answer: &[u8]) -> std::io::Result<()>;
}

/// What became of a claim that was asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Took {
    /// It stands and is this machine's.
    Ours(Claim),
    /// Somebody else's stands, and GitHub's time of that answer.
    Theirs(Claim, Timestamp),
}

/// The claims of one look.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClaimsStanding {
    /// Those of the release, and those of the whole service.
    pub claims: Vec<Claim>,
    /// When the question began, by this machine's clock.
    pub asked: Timestamp,
    /// GitHub's present.
    pub now: Timestamp,
}

/// Claims of one service among several machines: who drives, who rolls back, who holds.
///
/// Sends once; a claim whose answer was lost is found again by its marker. A refusal to write ([`crate::domain::FaultKind::Forbidden`],
/// `NotFound`, `Conflict`, `Refused`) means that other machines cannot be told.
pub trait Claims: Send + Sync {
    /// This machine.
    fn machine(&self) -> &MachineId;
    /// The claims that stand for a release, by an answer that is at most `age` old; this process' own changes are in it
    /// whatever its age. One question for all releases, and a free one where nothing changed.
    fn standing(&self, of: RunId, age: SignedDuration) -> Asked<'_, ClaimsStanding>;
    /// Claims. Where the ref is there already its claim is told, unless it is the one that `over` names, which this one
    /// takes the place of: compare-and-swap.
    fn take<'a>(&'a self, wish: &'a ClaimWish, over: Option<&'a Sha>) -> Asked<'a, Took>;
    /// Takes a claim away; one that is gone already is no fault.
    fn release<'a>(&'a self, name: &'a ClaimName) -> Asked<'a, ()>;
    /// How long a seat that is taken or renewed now lasts: longer where one process keeps many.
    fn seat_lasts(&self) -> SignedDuration;
}

/// What other releases on this machine say about a service. Blocking.
pub trait ServiceLocks: Send + Sync {
    /// The newest lock that another release of the service holds; `None`: none that can be read holds one.
    fn lock(&self) -> std::io::Result<Option<ServiceLock>>;
    /// What the newest release before this one came to, as `lock` saw it last; `None`: no journal tells.
    fn earlier(&self) -> Option<EarlierRelease>;
}

/// People's trust in the programs of the rules, kept on this machine beyond one release. Blocking, like [`Store`].
pub trait Trusts: Send + Sync {
    /// Who trusted the rules with this hash; `None` where nobody did.
    fn recall(&self, hash: &str) -> std::io::Result<Option<Trust>>;
    /// Keeps it for the next release.
    fn remember(&self, hash: &str, trust: &Trust) -> std::io::Result<()>;
}

/// The journal and its blobs on disk. Blocking: callers put it on a blocking thread.
pub trait Store: Send + Sync {
    /// Appends whole lines (each ends in `\n`); with `durable` it returns only after the data is on the disk.
    fn append(&self, lines: &[u8], durable: bool) -> std::io::Result<()>;
    /// Makes everything appended so far durable.
    fn sync(&self) -> std::io::Result<()>;
    /// Writes a blob named by the SHA-256 of its bytes and returns the name; one that is there stays.
    fn put_blob(&self, bytes: &[u8]) -> std::io::Result<String>;
    /// Reads a blob back.
    fn blob(&self, name: &str) -> std::io::Result<Vec<u8>>;
    /// Where it lies, for people.
    fn place(&self) -> &Path;
}
