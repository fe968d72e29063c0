//! From a configuration to a flight: rules, release, journal, crew. Runs on the network's side.

use std::{path::PathBuf, sync::Arc};

use jiff::SignedDuration;

use super::{
    aloft::{Aloft, begin, crewed, sit_down},
    beside::{chain_of, following, host_name},
    clocks,
    exit::Stop,
    past,
    patience::{Dialogue, patiently},
    rules::default_rules,
    seat::{flagged, zone},
    surroundings::Surroundings,
    which::which,
};
use crate::{
    adapters::{
        calendar::Calendars,
        checkout::LocalClone,
        cloudwatch::{CloudWatch, Settings, StaticKeys},
        github::{ClaimRefs, Client},
        script::Programs,
        store::{
            Driving, Inbox, LocksOnDisk, Opened, Signing, TrustFiles, Who, home_path, look,
            machine_id, open,
        },
    },
    config::{AwsAccount, Machine, Resolved, TeamFile, remarks},
    domain::{ReleaseKey, Seq, Text, claim::ClaimPlace, later, record::RecordEvent},
    flight::{Calm, Crew, Flying, Forgetful, Outside, resume},
    ports::{Checkout, Claims, Clock, Dispatch as _, History, Letters, Runs, Store},
    wiring,
};

/// Looks for the lock of one who lets go, a landing and a little more.
const SEAT_TRIES: u32 = 40;
/// Between two of them.
const SEAT_WAIT: SignedDuration = SignedDuration::from_millis(250);

/// The rules name Slack, and nobody can speak there.
pub(super) const NO_SLACK: &str = "no token for Slack: set SLACK_BOT_TOKEN, or no message is sent";

/// What a launch needs to know.
pub(super) struct Launch<'a> {
    /// Where cockpit was started.
    pub(super) around: &'a Surroundings,
    /// Time.
    pub(super) clock: Arc<dyn Clock>,
    /// What the person asked for.
    pub(super) release: Option<&'a str>,
    /// The simulated world's CloudWatch; `None`: as the SDK finds it.
    pub(super) cloudwatch: Option<(String, StaticKeys)>,
    /// Only watches: performs no act and writes no journal.
    pub(super) watches: bool,
    /// The seat was given: whoever drove is landing, and it is recorded who drives now.
    pub(super) takes_seat: bool,
    /// What goes around the store, for a headless run that prints what is written.
    pub(super) around_store: Option<AroundStore>,
}

/// Wraps a store.
pub(super) type AroundStore = Box<dyn FnOnce(Arc<dyn Store>) -> Arc<dyn Store> + Send>;

/// A flight, and who works for it.
pub(super) struct Launched {
    /// The flight.
    pub(super) flight: Box<dyn Flying>,
    /// Its crew; `None` where another cockpit's journal is followed.
    pub(super) crew: Option<Crew>,
    /// What the rules hold that this version does not use, and what is odd about this machine.
    pub(super) warnings: Vec<String>,
}

/// Launches.
pub(super) async fn launch(
    order: Launch<'_>,
    dialogue: &mut dyn Dialogue,
) -> Result<Launched, Stop> {
    let machine = order.around.machine(None)?;
    let root = past::root_of(&machine)?;
    let (resolved, client) = rules(&order, machine, dialogue).await?;
    let policy = &resolved.team.policy;
    let ports = (&client as &dyn Runs, &client as &dyn History);
    let key = which(order.release, &*order.clock, &resolved, ports, dialogue).await?;
    dialogue.doing(format!("opening the journal of {key}"));
    let ahead = client.clock_ahead();
    let outside = outside(&order, &resolved, client, &root)?;
    let remarks = remarks(policy, order.clock.now());
    let mut warnings: Vec<String> = remarks.iter().map(ToString::to_string).collect();
    warnings.extend(clocks::apart(ahead));
    if policy.slack.is_some() && outside.chat.is_none() && !order.watches {
        warnings.push(NO_SLACK.to_owned());
    }
    let opening = RecordEvent::Opened {
        key: key.clone(),
        policy: Box::new(policy.clone()),
        zone: zone(),
        version: env!("CARGO_PKG_VERSION").to_owned(),
    };
    let mut outside = outside;
    outside.locks = Some(Arc::new(LocksOnDisk::new(
        root.clone(),
        key.clone(),
        &policy.service,
        &policy.target.environment,
    )));
    let (flight, crew) = if order.watches {
        let store: Arc<dyn Store> = match order.around_store {
            Some(wrap) => wrap(Arc::new(Forgetful)),
            None => Arc::new(Forgetful),
        };
        watching(&root, &key, outside, opening, store).await?
    } else {
        driving(order, &root, &key, outside, opening).await?
    };
    Ok(Launched {
        flight,
        crew,
        warnings,
    })
}

/// The rules: those of `--config`, else the default branch's.
pub(super) async fn rules(
    order: &Launch<'_>,
    machine: Machine,
    dialogue: &mut dyn Dialogue,
) -> Result<(Resolved, Client), Stop> {
    let clock = Arc::clone(&order.clock);
    // Which repository is meant is the caller's to say: without it nothing was tried, and nothing failed.
    wiring::repository(&machine.place).map_err(|fault| Stop::usage(fault.to_string()))?;
    let client = wiring::github(&machine.place, "", "", clock)?;
    let team: TeamFile = if order.around.flags.config.is_some() {
        order.around.local_team()?
    } else {
        let slug = wiring::repository(&machine.place)?.slug();
        dialogue.doing(format!("reading the rules of {slug}"));
        let path = order.around.rules_path();
        default_rules(&slug, &path, async |name: &str| {
            patiently(&*order.clock, dialogue, async || {
                client.default_file(name).await
            })
            .await
        })
        .await?
    };
    let resolved = order.around.resolve(team)?;
    let target = &resolved.team.policy.target;
    let client = client.for_workflow(&target.workflow, &target.environment);
    Ok((resolved, client))
}

pub(super) fn outside(
    order: &Launch<'_>,
    resolved: &Resolved,
    client: Client,
    root: &std::path::Path,
) -> Result<Outside, Stop> {
    let clock = &order.clock;
    let cloudwatch = Arc::new(match &order.cloudwatch {
        Some((endpoint, keys)) => simulated(&resolved.team.aws, endpoint, keys, clock),
        None => wiring::cloudwatch(&resolved.team.aws, Arc::clone(clock)),
    });
    let client = Arc::new(client);
    let claims = claims(resolved, &client, root);
    Ok(Outside {
        claims,
        runs: client.clone(),
        calm: Calm {
            runs: client.clone(),
            dispatch: client.clone(),
        },
        review: client.clone(),
        dispatch: client.clone(),
        artifacts: client.clone(),
        checks: client.clone(),
        calendar: Arc::new(Calendars::new(client.clone())),
        history: client,
        checkout: checkout(order, resolved),
        probe: wiring::probe(resolved.team.production.as_ref())?,
        metrics: cloudwatch.clone(),
        alarms: cloudwatch,
        smoke: wiring::smoke(&resolved.team, &order.around.env, clock)?,
        chat: wiring::slack(&resolved.team, &order.around.env, clock, root)?,
        variables: wiring::variables(&resolved.team.policy, &order.around.env),
        flags: wiring::flags(&resolved.team, &order.around.env),
        script: Arc::new(Programs::default()),
        locks: None,
        trusts: Arc::new(TrustFiles::new(root)),
        clock: Arc::clone(clock),
    })
}

/// What this machine claims, and sees of others. A state folder that cannot be written leaves it without a name.
fn claims(resolved: &Resolved, client: &Client, root: &std::path::Path) -> Option<Arc<dyn Claims>> {
    let policy = &resolved.team.policy;
    match machine_id(root) {
        Ok(machine) => {
            let place = ClaimPlace::new(&policy.service, &policy.target.environment);
            let host = Text::line(&host_name());
            Some(Arc::new(ClaimRefs::new(
                client.clone(),
                place,
                host,
                machine,
            )))
        }
        Err(error) => {
            tracing::warn!(%error, "this machine has no id: nothing is claimed");
            None
        }
    }
}

/// The clone that cockpit was started in, where its `origin` is the repository of the release.
fn checkout(order: &Launch<'_>, resolved: &Resolved) -> Option<Arc<dyn Checkout>> {
    let wanted = resolved.machine.place.repository.as_ref()?;
    let here = order.around.remote()?;
    (here == wanted.value).then(|| Arc::new(LocalClone::new(".")) as Arc<dyn Checkout>)
}

fn simulated(
    accounts: &[AwsAccount],
    endpoint: &str,
    keys: &StaticKeys,
    clock: &Arc<dyn Clock>,
) -> CloudWatch {
    let settings = accounts.iter().map(|account| Settings {
        name: account.name.clone(),
        profile: None,
        region: account.region.clone(),
        endpoint: Some(endpoint.to_owned()),
        keys: Some(keys.clone()),
    });
    CloudWatch::new(settings.collect(), Arc::clone(clock))
}

pub(super) async fn driving(
    order: Launch<'_>,
    root: &std::path::Path,
    key: &ReleaseKey,
    mut outside: Outside,
    opening: RecordEvent,
) -> Result<Aloft, Stop> {
    let login = outside.calm.runs.viewer().await.ok();
    if order.around.flags.trust_commands {
        let trust = flagged(login.as_ref(), order.clock.now())?;
        outside.trusts = Arc::new(TrustFiles::new(root).given(Some(trust)));
    }
    let who = Who {
        host: Text::line(&host_name()),
        login: login.clone(),
        since: order.clock.now(),
    };
    let mut opened = open(root, key, &who).map_err(|error| Stop::failed(error.to_string()))?;
    // Whoever drove lands first.
    for _ in 0..SEAT_TRIES {
        if !order.takes_seat || matches!(opened, Opened::Driving(_)) {
            break;
        }
        let clock = &order.clock;
        clock.sleep_until(later(clock.now(), SEAT_WAIT)).await;
        opened = open(root, key, &who).map_err(|error| Stop::failed(error.to_string()))?;
    }
    match opened {
        Opened::ReadOnly(reading) => {
            following(reading, login, outside.clock).map(|flight| (flight, None))
        }
        Opened::Driving(Driving {
            journal,
            bytes,
            cut,
            ..
        }) => {
            let mut store: Arc<dyn Store> = signing(&order, Arc::new(journal))?;
            if let Some(wrap) = order.around_store {
                store = wrap(store);
            }
            let found = resume(&bytes).map_err(|error| Stop::failed(chain_of(&error)))?;
            let resumed = found.as_ref().map_or(Seq(0), |(release, _)| release.seq());
            let (mut release, mut journal) = begin(found, store, opening, cut, &outside)?;
            if let Some(login) = login.filter(|_| order.takes_seat) {
                sit_down(&mut release, &mut journal, login, outside.clock.now())?;
            }
            let letters: Arc<dyn Letters> = Arc::new(Inbox::new(journal.store().place()));
            Ok(crewed(release, journal, outside, resumed, Some(letters)))
        }
    }
}

/// The store, with a signer behind it where this user has a key for that.
fn signing(order: &Launch<'_>, store: Arc<dyn Store>) -> Result<Arc<dyn Store>, Stop> {
    let Some(written) = order.around.machine(None)?.sign_key else {
        return Ok(store);
    };
    let key = home_path(
        &written,
        order.around.env.get("HOME").map(std::path::Path::new),
    );
    match Signing::new(store, key) {
        Ok(signing) => Ok(Arc::new(signing)),
        Err(error) => Err(Stop::failed(format!("no thread for the signer: {error}"))),
    }
}

/// A cockpit that watches: another's journal where one is on this machine, else its own eyes.
async fn watching(
    root: &std::path::Path,
    key: &ReleaseKey,
    outside: Outside,
    opening: RecordEvent,
    store: Arc<dyn Store>,
) -> Result<Aloft, Stop> {
    let found = look(root, key).map_err(|error| Stop::failed(error.to_string()))?;
    if let Some(reading) = found.filter(|reading| !reading.bytes.is_empty()) {
        let login = outside.runs.viewer().await.ok();
        return following(reading, login, outside.clock).map(|flight| (flight, None));
    }
    let (release, journal) = begin(None, store, opening, None, &outside)?;
    Ok(crewed(release, journal, outside, Seq(0), None))
}

/// Where a demo's journal lies when nobody says.
pub(super) fn demo_folder() -> std::io::Result<(tempfile::TempDir, PathBuf)> {
    let folder = tempfile::Builder::new().prefix("cockpit-demo-").tempdir()?;
    let path = folder.path().to_owned();
    Ok((folder, path))
}
