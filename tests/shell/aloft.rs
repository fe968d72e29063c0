//! A flight on the fake world, as `launch` would put it together: release, journal, channels, crew.

use std::sync::Arc;

use cockpit::{
    domain::{
        Actor, ReleaseKey, Repository, Seq,
        policy::{DuringDeploy, OnTrigger, Policy},
        record::Head,
        record::RecordEvent,
        release::Release,
    },
    flight::{Crew, Flight, Journal, Needs, resume},
    ports::{Clock, Store},
};
use serde::Deserialize as _;
use tokio::sync::{mpsc, watch};

use crate::{
    disk::Disk,
    world::{RUN, World},
};

/// Reports that may wait for the loop.
const WAITING: usize = 1_024;

/// The rules of the stories.
pub(crate) fn policy() -> Policy {
    let rules: toml::Table = toml::from_str(include_str!("../stories/policy.toml")).unwrap();
    Policy::deserialize(rules).unwrap_or_else(|error| panic!("the rules: {error}"))
}

/// The same, where a trigger may roll back without asking again.
pub(crate) fn agreeing() -> Policy {
    let mut policy = policy();
    if let Some(rule) = &mut policy.rollback {
        rule.on_trigger = OnTrigger::PreAuthorised;
        rule.during_deploy = DuringDeploy::Dispatch;
    }
    policy
}

/// A flight, and who works for it.
pub(crate) struct Aloft {
    pub(crate) flight: Flight,
    pub(crate) crew: Crew,
}

/// A release that begins now.
pub(crate) fn aloft(world: &Arc<World>, disk: &Arc<Disk>, clock: &Arc<dyn Clock>) -> Aloft {
    aloft_by(policy(), world, disk, clock)
}

/// A release that begins now, by these rules.
pub(crate) fn aloft_by(
    policy: Policy,
    world: &Arc<World>,
    disk: &Arc<Disk>,
    clock: &Arc<dyn Clock>,
) -> Aloft {
    let store: Arc<dyn Store> = disk.clone();
    let mut journal = Journal::new(Arc::clone(&store), Head::START);
    let opened = RecordEvent::Opened {
        key: ReleaseKey {
            repository: Repository::parse("github.com", "acme/storefront").unwrap(),
            run: RUN,
        },
        policy: Box::new(policy),
        zone: "UTC".into(),
        version: "0.1.0".into(),
    };
    let first = journal
        .write_first(opened.into(), &Actor::Cockpit, clock.now())
        .unwrap();
    begun(
        Release::open(&first).unwrap(),
        journal,
        Seq(0),
        world,
        clock,
    )
}

/// The same release, taken up again by another process.
pub(crate) fn again(world: &Arc<World>, disk: &Arc<Disk>, clock: &Arc<dyn Clock>) -> Aloft {
    let (mut release, head) = resume(disk.text().as_bytes()).unwrap().unwrap();
    let mut journal = Journal::new(disk.clone(), head);
    let resumed = release.seq();
    let event = RecordEvent::Resumed {
        version: "0.1.0".into(),
        cut: 0,
    };
    let at = clock.now().max(release.newest());
    let written = journal.write_first(event.into(), &Actor::Cockpit, at);
    release.apply(&written.unwrap());
    begun(release, journal, resumed, world, clock)
}

fn begun(
    release: Release,
    journal: Journal,
    resumed: Seq,
    world: &Arc<World>,
    clock: &Arc<dyn Clock>,
) -> Aloft {
    let (reports, inputs) = mpsc::channel(WAITING);
    let (needs, wanted) = watch::channel(Needs::of(&release));
    let crew = Crew {
        policy: Arc::new(release.policy.clone()),
        store: Arc::clone(journal.store()),
        needs: wanted,
        reports,
        resumed,
        letters: None,
        acts: true,
        outside: world.outside(),
    };
    let flight = Flight::new(release, journal, Arc::clone(clock), inputs, needs);
    Aloft { flight, crew }
}
