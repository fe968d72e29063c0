//! The command: which services, which releases, and how it ends.

use std::{path::PathBuf, rc::Rc, sync::Arc, time::Duration};

use jiff::SignedDuration;
use tokio::{sync::watch, task::LocalSet, time::timeout};

use super::{
    super::{
        demo,
        exit::{Exit, Stop},
        runtime::runtime,
        status::exit_of,
        surroundings::Surroundings,
    },
    args::AttendArguments,
    patrol::{Orders, Patrol},
    service::{House, Service, World},
    signals::{Called, Calls, end_within},
    teller::Teller,
};
use crate::{
    adapters::clock::WallClock,
    config::duration,
    domain::{ReleaseOutcome, RunId, later},
};

/// Longest wait, in real time, for what is landing.
const LANDING: Duration = Duration::from_millis(1_300);
/// Longest end, real time: a supervisor kills what takes longer than it likes.
const END: Duration = Duration::from_millis(1_700);

/// `cockpit attend [RELEASE] [--all]`. `files` and `repositories` are what the global flags name, each perhaps several times.
pub(in crate::cli) fn attend(
    around: &Surroundings,
    given: &AttendArguments,
    files: &[PathBuf],
    repositories: &[String],
) -> Result<Exit, Stop> {
    let limit = given.limit.as_deref().map(duration).transpose();
    let limit = limit.map_err(|why| Stop::usage(format!("--for: {why}")))?;
    let (places, world) = places(around, given, files, repositories)?;
    if places.len() > 1 && !given.all {
        return Err(Stop::usage(
            "several services are attended with --all; else name one --config or --repo",
        ));
    }
    for place in &places {
        log(place)?;
    }
    let unheard = |error: std::io::Error| Stop::failed(format!("signals cannot be heard: {error}"));
    let told = if given.all {
        Exit::Ok
    } else {
        Exit::NeedsHuman
    };
    end_within(END, told).map_err(unheard)?;
    let runtime = runtime()?;
    let local = LocalSet::new();
    let ended = local.block_on(&runtime, attending(places, world, given, limit));
    // A disk that does not answer was waited for.
    runtime.shutdown_background();
    ended
}

/// The surroundings of each service, and the world that they are asked in.
fn places(
    around: &Surroundings,
    given: &AttendArguments,
    files: &[PathBuf],
    repositories: &[String],
) -> Result<(Vec<Surroundings>, World), Stop> {
    let (around, world) = if let Some(url) = &given.join {
        let place = demo::join(url)?;
        let root = around.flags.state_dir.clone().ok_or_else(|| {
            Stop::usage("--join attends a simulated world: name a folder for it with --state-dir")
        })?;
        let world = World {
            clock: Arc::clone(&place.clock),
            cloudwatch: Some((place.base.clone(), demo::keys())),
        };
        (demo::inside(around, &place, root, None), world)
    } else {
        let world = World {
            clock: Arc::new(WallClock),
            cloudwatch: None,
        };
        (around.clone(), world)
    };
    let one = |file: Option<&PathBuf>, repository: Option<&String>| {
        let mut place = around.clone();
        place.flags.config = file.cloned();
        if let Some(repository) = repository {
            place.flags.repository = Some(repository.clone());
        }
        place
    };
    let places = match (files, repositories) {
        ([], []) => vec![one(None, None)],
        ([], repositories) => repositories
            .iter()
            .map(|name| one(None, Some(name)))
            .collect(),
        (files, []) => files.iter().map(|file| one(Some(file), None)).collect(),
        (files, [name]) => files
            .iter()
            .map(|file| one(Some(file), Some(name)))
            .collect(),
        (files, names) if files.len() == names.len() => {
            let pairs = files.iter().zip(names);
            pairs
                .map(|(file, name)| one(Some(file), Some(name)))
                .collect()
        }
        _ => {
            return Err(Stop::usage(
                "as many --repo as --config, in the same order; or one --repo for all; or none where the files name theirs",
            ));
        }
    };
    Ok((places, world))
}

fn log(around: &Surroundings) -> Result<(), Stop> {
    match (around.env.get("COCKPIT_LOG"), &around.flags.state_dir) {
        (Some(level), Some(folder)) => super::super::log::start(folder, level),
        _ => Ok(()),
    }
}

async fn attending(
    places: Vec<Surroundings>,
    world: World,
    given: &AttendArguments,
    limit: Option<SignedDuration>,
) -> Result<Exit, Stop> {
    let clock = Arc::clone(&world.clock);
    let teller = Teller { json: given.json };
    let until = limit.map(|limit| later(clock.now(), limit));
    let mut calls = Calls::new(until, Arc::clone(&clock))
        .map_err(|error| Stop::failed(format!("signals cannot be heard: {error}")))?;
    let setting_out = set_out(places, &world, teller);
    let services = tokio::select! {
        services = setting_out => services?,
        _ = calls.next() => return Ok(exit(given.all, Some(Called::Off), None)),
    };
    let (call, called) = watch::channel(None);
    let mut patrol = Patrol::new(Orders {
        services: services.clone(),
        clock: Arc::clone(&clock),
        teller,
        output: given.output.clone(),
        calls: called,
        leaves_people_alone: !given.all,
    });
    let called = if given.all {
        tokio::select! {
            () = patrol.all() => None,
            called = calls.next() => Some(called),
        }
    } else {
        let which = async {
            if let Some(release) = &given.release {
                return services[0].named(release).await;
            }
            single(&patrol.first(0).await)
        };
        let run = tokio::select! {
            run = which => run?,
            _ = calls.next() => return Ok(Exit::NeedsHuman),
        };
        tokio::select! {
            () = patrol.one(0, run) => None,
            called = calls.next() => Some(called),
        }
    };
    let attended = patrol.count();
    if called.is_some() {
        // Nobody listens where nothing is attended.
        let _ = call.send(called);
        if timeout(LANDING, patrol.all_ended()).await.is_err() {
            teller.say(
                clock.now(),
                None,
                "the disk did not answer in time at the end",
            );
        }
        teller.say(clock.now(), None, &format!("{attended} let go"));
    }
    Ok(exit(given.all, called, patrol.worst()))
}

/// The exit code. To be told to end is how `--all` ends.
fn exit(all: bool, called: Option<Called>, worst: Option<ReleaseOutcome>) -> Exit {
    if all && (called == Some(Called::Off) || worst.is_none()) {
        return Exit::Ok;
    }
    worst.map_or(Exit::NeedsHuman, exit_of)
}

/// Reads the rules of every service.
async fn set_out(
    places: Vec<Surroundings>,
    world: &World,
    teller: Teller,
) -> Result<Vec<Rc<Service>>, Stop> {
    let mut house = House::default();
    let mut services = Vec::new();
    for place in places {
        let service = Service::of(place, world.clone(), &mut house, teller).await?;
        let now = world.clock.now();
        for warning in service.warnings() {
            teller.say(now, None, &format!("warning: {warning}"));
        }
        teller.say(now, None, &format!("attends {service}"));
        services.push(Rc::new(service));
    }
    Ok(services)
}

fn single(found: &[RunId]) -> Result<RunId, Stop> {
    match found {
        [run] => Ok(*run),
        several => {
            let all: Vec<String> = several.iter().map(ToString::to_string).collect();
            Err(Stop::usage(format!(
                "several releases wait: name one, or attend them with --all\n  = help: {}",
                all.join(", ")
            )))
        }
    }
}
