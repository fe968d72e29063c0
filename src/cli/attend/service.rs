//! One service: the rules of its file, and the ports that all its releases share.

use std::{path::PathBuf, sync::Arc};

use super::{
    super::{
        aloft::Aloft,
        exit::Stop,
        launch::{self, AroundStore, Launch, NO_SLACK},
        past,
        patience::{Dialogue, Picking},
        say::aside,
        seat::zone,
        surroundings::Surroundings,
        which::which,
    },
    teller::{Subject, Teller, Telling},
};
use crate::{
    adapters::{
        calendar::Calendars,
        cloudwatch::StaticKeys,
        github::Client,
        shared::{
            DirectRuns, SharedAlarms, SharedArtifacts, SharedDispatch, SharedHistory,
            SharedMetrics, SharedRuns,
        },
        slack,
        store::{LocksOnDisk, folder, journals},
    },
    config::{AwsAccount, Resolved},
    domain::{
        Fault, Phase, ReleaseKey, Repository, RunId, Text, observation::RunSnapshot,
        record::RecordEvent,
    },
    flight::{Calm, Outside, Sought, WaitingRuns, waiting_runs},
    ports::{Alarms, Chat, Clock, Dispatch, History, Metrics, Store},
    wiring,
};

/// Runs that one look at a service takes in.
const MOST_WAITING: usize = 100;

/// The world that is asked: the real one, or a simulated one that another process serves.
#[derive(Clone)]
pub(super) struct World {
    pub(super) clock: Arc<dyn Clock>,
    pub(super) cloudwatch: Option<(String, StaticKeys)>,
}

/// What services have in common: one client a repository, one CloudWatch for the same accounts.
#[derive(Default)]
pub(super) struct House {
    repositories: Vec<SharedRepository>,
    accounts: Vec<SharedAccounts>,
    chats: Vec<SharedChat>,
}

/// What is shared of a repository.
#[derive(Clone)]
struct SharedRepository {
    repository: Repository,
    client: Client,
    history: Arc<dyn History>,
    dispatch: Arc<dyn Dispatch>,
}

/// What is shared of the accounts of a file.
struct SharedAccounts {
    accounts: Vec<AwsAccount>,
    metrics: Arc<dyn Metrics>,
    alarms: Arc<dyn Alarms>,
}

/// An app of Slack's: it hears the clicks of all its releases over one line.
struct SharedChat {
    settings: slack::Settings,
    chat: Arc<dyn Chat>,
}

/// A service.
pub(super) struct Service {
    around: Surroundings,
    world: World,
    resolved: Resolved,
    root: PathBuf,
    repository: Repository,
    sought: Sought,
    outside: Outside,
    locks: LocksOnDisk,
    teller: Teller,
}

/// Says what it does in the log, and picks nothing.
struct Quiet;

impl Dialogue for Quiet {
    fn doing(&mut self, what: String) {
        tracing::info!(what, "attending");
    }

    fn waits(&mut self, why: String) {
        aside(why);
    }

    fn pick(&mut self, _runs: Vec<RunSnapshot>) -> Picking<'_> {
        Box::pin(std::future::ready(None))
    }
}

impl Service {
    /// Reads the rules, and makes the ports.
    pub(super) async fn of(
        around: Surroundings,
        world: World,
        house: &mut House,
        teller: Teller,
    ) -> Result<Self, Stop> {
        let machine = around.machine(None)?;
        let root = past::root_of(&machine)?;
        let order = order(&around, &world, None);
        let (resolved, client) = launch::rules(&order, machine, &mut Quiet).await?;
        let policy = &resolved.team.policy;
        let repository = wiring::repository(&resolved.machine.place)?.clone();
        let shared = house.repository(&repository, client, &world.clock);
        let target = &policy.target;
        let client = shared
            .client
            .for_workflow(&target.workflow, &target.environment);
        let mut outside = launch::outside(&order, &resolved, client.clone(), &root)?;
        let runs = Arc::new(SharedRuns::new(Arc::new(client.clone()), &world.clock));
        outside.runs = Arc::new(DirectRuns::new(Arc::clone(&runs)));
        let artifacts = SharedArtifacts::new(Arc::new(client), Arc::clone(&runs), &world.clock);
        outside.calm = Calm {
            runs,
            dispatch: shared.dispatch,
        };
        outside.artifacts = Arc::new(artifacts);
        outside.calendar = Arc::new(Calendars::new(Arc::clone(&shared.history)));
        outside.history = shared.history;
        (outside.metrics, outside.alarms) =
            house.accounts(&resolved.team.aws, &outside, &world.clock);
        let slack = wiring::slack_settings(&resolved.team, &around.env);
        outside.chat = house.chat(slack, outside.chat.take());
        let nobody = ReleaseKey {
            repository: repository.clone(),
            run: RunId(0),
        };
        let (service, environment) = (&policy.service, &policy.target.environment);
        let locks = LocksOnDisk::new(root.clone(), nobody, service, environment);
        Ok(Self {
            sought: Sought::of(policy),
            around,
            world,
            root,
            repository,
            outside,
            locks,
            teller,
            resolved,
        })
    }

    /// What the rules hold that cannot work here.
    pub(super) fn warnings(&self) -> Vec<String> {
        let mut all = Vec::new();
        if self.resolved.team.policy.slack.is_some() && !self.speaks() {
            all.push(NO_SLACK.to_owned());
        }
        all
    }

    /// Whether there is a chat to tell.
    pub(super) fn speaks(&self) -> bool {
        self.outside.chat.is_some()
    }

    pub(super) fn name(&self) -> &str {
        &self.resolved.team.policy.service
    }

    pub(super) fn subject(&self, run: RunId) -> Subject {
        let repository = self.repository.clone();
        Subject {
            service: self.name().to_owned(),
            key: ReleaseKey { repository, run },
        }
    }

    /// The run that a person named.
    pub(super) async fn named(&self, release: &str) -> Result<RunId, Stop> {
        let ports = (&*self.outside.runs, &*self.outside.history);
        let clock = &*self.world.clock;
        let key = which(Some(release), clock, &self.resolved, ports, &mut Quiet).await?;
        Ok(key.run)
    }

    /// The runs that wait for production, newest first, but for those that `skip` says.
    pub(super) async fn waiting(
        &self,
        skip: &dyn Fn(&RunSnapshot) -> bool,
    ) -> Result<WaitingRuns, Fault> {
        waiting_runs(&self.sought, &*self.outside.calm.runs, skip, MOST_WAITING).await
    }

    /// The releases of this service whose journals on this machine are not at their end. Blocking.
    pub(super) fn unfinished(&self) -> Vec<RunId> {
        let all = journals(&self.root);
        let open = all.iter().filter_map(|journal| {
            // One that cannot be read is said to be so by `list` and `verify`.
            let recorded = past::open(journal).ok()?;
            let release = recorded.release();
            let is_ours = release.key.repository == self.repository
                && release.policy.service == self.name()
                && release.policy.target.environment
                    == self.resolved.team.policy.target.environment;
            let phase = release.phase();
            let goes_on = !phase.is_end() && phase != Phase::Stopped;
            (is_ours && goes_on).then_some(release.key.run)
        });
        open.collect()
    }

    /// Where a release's files lie.
    pub(super) fn place(&self, run: RunId) -> PathBuf {
        // A release that was opened has a folder.
        folder(&self.root, &self.subject(run).key).unwrap_or_else(|_| self.root.clone())
    }

    /// Opens a release to drive it; without a crew another cockpit does.
    pub(super) async fn open(&self, run: RunId) -> Result<Aloft, Stop> {
        let subject = self.subject(run);
        let key = subject.key.clone();
        let opening = RecordEvent::Opened {
            key: key.clone(),
            policy: Box::new(self.resolved.team.policy.clone()),
            zone: zone(),
            version: env!("CARGO_PKG_VERSION").to_owned(),
        };
        let mut outside = self.outside.clone();
        outside.locks = Some(Arc::new(self.locks.beside(key.clone())));
        let teller = self.teller;
        let wrap: AroundStore = Box::new(move |store: Arc<dyn Store>| {
            Arc::new(Telling::new(store, teller, subject)) as Arc<dyn Store>
        });
        let order = Launch {
            around_store: Some(wrap),
            ..order(&self.around, &self.world, None)
        };
        launch::driving(order, &self.root, &key, outside, opening).await
    }
}

fn order<'a>(around: &'a Surroundings, world: &World, release: Option<&'a str>) -> Launch<'a> {
    Launch {
        around,
        clock: Arc::clone(&world.clock),
        release,
        cloudwatch: world.cloudwatch.clone(),
        watches: false,
        takes_seat: false,
        around_store: None,
    }
}

impl House {
    /// The repository's client, and what is shared of it; `client` where it is the first.
    fn repository(
        &mut self,
        repository: &Repository,
        client: Client,
        clock: &Arc<dyn Clock>,
    ) -> SharedRepository {
        let mut all = self.repositories.iter();
        if let Some(known) = all.find(|known| known.repository == *repository) {
            return known.clone();
        }
        let port = Arc::new(client.clone());
        let shared = SharedRepository {
            repository: repository.clone(),
            client,
            history: Arc::new(SharedHistory::new(port.clone(), clock)),
            dispatch: Arc::new(SharedDispatch::new(port, clock)),
        };
        self.repositories.push(shared.clone());
        shared
    }

    /// The app of these settings; `made` where it is the first.
    fn chat(
        &mut self,
        settings: Option<slack::Settings>,
        made: Option<Arc<dyn Chat>>,
    ) -> Option<Arc<dyn Chat>> {
        let settings = settings?;
        let mut all = self.chats.iter();
        if let Some(known) = all.find(|known| known.settings.is_same_app(&settings)) {
            return Some(Arc::clone(&known.chat));
        }
        let chat = made?;
        self.chats.push(SharedChat {
            settings,
            chat: Arc::clone(&chat),
        });
        Some(chat)
    }

    /// CloudWatch for these accounts; that of `outside` where it is the first.
    fn accounts(
        &mut self,
        accounts: &[AwsAccount],
        outside: &Outside,
        clock: &Arc<dyn Clock>,
    ) -> (Arc<dyn Metrics>, Arc<dyn Alarms>) {
        let mut all = self.accounts.iter();
        if let Some(known) = all.find(|known| known.accounts == accounts) {
            return (Arc::clone(&known.metrics), Arc::clone(&known.alarms));
        }
        let metrics: Arc<dyn Metrics> =
            Arc::new(SharedMetrics::new(Arc::clone(&outside.metrics), clock));
        let alarms: Arc<dyn Alarms> =
            Arc::new(SharedAlarms::new(Arc::clone(&outside.alarms), clock));
        self.accounts.push(SharedAccounts {
            accounts: accounts.to_vec(),
            metrics: Arc::clone(&metrics),
            alarms: Arc::clone(&alarms),
        });
        (metrics, alarms)
    }
}

impl std::fmt::Display for Service {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let name = Text::line(self.name());
        write!(
            f,
            "{name} ({}, {})",
            self.repository.slug(),
            self.sought.workflow
        )
    }
}
