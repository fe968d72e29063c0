//! From the command line to an exit code.

use std::process::ExitCode;

use clap::{CommandFactory as _, Parser as _};

use super::{
    args::{Arguments, Command, ConfigCommand},
    attend, backtest, config, doctor, evidence,
    exit::{Exit, Stop},
    gate, gates, init, list, manual, plan, recalibrate, rehearse, replay, report, review, risk,
    run,
    say::aside,
    scorecard, signoff, smoke,
    surroundings::Surroundings,
    unlock, verify,
};
use crate::config::nearest;

/// Runs the command of the command line.
pub fn main() -> ExitCode {
    // A hook that fails to install is one that stands already.
    let _ = color_eyre::config::HookBuilder::default()
        .display_env_section(false)
        .install();
    // One provider for every TLS connection of the process; an error says that it is installed.
    let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
    // clap answers help, version and wrong usage itself: 0 and 2.
    let arguments = Arguments::parse();
    match dispatch(&arguments) {
        Ok(exit) => exit.into(),
        Err(stop) => {
            aside(format_args!("{stop}"));
            stop.exit.into()
        }
    }
}

fn dispatch(given: &Arguments) -> Result<Exit, Stop> {
    if let (Some(release), Some(_)) = (&given.release, &given.command) {
        let what = format!("`{release}` before the command");
        return Err(Stop::usage(format!(
            "{what}: write it after, or leave it out"
        )));
    }
    let around = Surroundings::of(&given.global);
    let (files, repositories) = (&given.global.config, &given.global.repo);
    one_of_each(given)?;
    match &given.command {
        None => {
            if let Some(release) = &given.release {
                misspelt(release)?;
            }
            run::fly(&around, given.release.as_deref())
        }
        Some(Command::Watch { release }) => run::watch(&around, release.as_deref()),
        Some(Command::Demo(demo)) => run::demo(&around, demo),
        Some(Command::Attend(given)) => attend::attend(&around, given, files, repositories),
        Some(Command::Status { release, json }) => run::status(&around, release.as_deref(), *json),
        Some(Command::Risk { release, json }) => risk::risk(&around, release.as_deref(), *json),
        Some(Command::Report(report)) => report::report(&around, report),
        Some(Command::Unlock(given)) => unlock::unlock(&around, given),
        Some(Command::Review(given)) => review::review(&around, given),
        Some(Command::Signoff(given)) => signoff::signoff(&around, given),
        Some(Command::Replay(given)) => replay::replay(&around, given),
        Some(Command::Verify(given)) => verify::verify(&around, given),
        Some(Command::List(given)) => list::list(&around, given),
        Some(Command::Scorecard(wanted)) => scorecard::scorecard(&around, repositories, wanted),
        Some(Command::Recalibrate(wanted)) => {
            recalibrate::recalibrate(&around, repositories, wanted)
        }
        Some(Command::Init { output, force }) => init::init(&around, output, *force),
        Some(Command::Evidence { files, json }) => evidence::evidence(&around, files, *json),
        Some(Command::Doctor { json }) => doctor::doctor(&around, *json),
        Some(Command::Backtest {
            cases: Some(cases),
            json,
            ..
        }) => backtest::backtest(cases, *json),
        Some(Command::Backtest {
            cases: None,
            deploy_at,
            last,
            from,
            set,
            json,
            ..
        }) => rehearse::backtest(
            &around,
            rehearse::Asked {
                from: from.as_deref(),
                deploys: deploy_at,
                last: last.as_deref(),
                set,
                json: *json,
            },
        ),
        Some(Command::Smoke(tests)) => smoke::smoke(&around, tests),
        Some(Command::Gate(given)) => match &given.question {
            Some(question) => gate::check(&around, gate::Asked::of(question)),
            None => gates::gate(&around, given),
        },
        Some(Command::Plan(given)) => plan::plan(&around, given),
        Some(Command::Config {
            answer: ConfigCommand::Show { json },
        }) => config::show(&around, *json),
        Some(Command::Config {
            answer: ConfigCommand::Schema { checklist },
        }) => config::schema(*checklist),
        Some(Command::Completions { shell }) => manual::completions(*shell),
        Some(Command::Man { command }) => manual::man(command),
    }
}

/// Most commands are about one service.
fn one_of_each(given: &Arguments) -> Result<(), Stop> {
    let (files, repositories) = (&given.global.config, &given.global.repo);
    let attends = matches!(given.command, Some(Command::Attend(_)));
    let counts = matches!(
        given.command,
        Some(Command::Scorecard(_) | Command::Recalibrate(_))
    );
    if !attends && (files.len() > 1 || repositories.len() > 1 && !counts) {
        return Err(Stop::usage(
            "one --config and one --repo: `attend --all` looks after several services, `scorecard` and `recalibrate` take several --repo",
        ));
    }
    Ok(())
}

/// A word that is nearly a command is no release: asking GitHub for a tag `docter` would only puzzle.
fn misspelt(release: &str) -> Result<(), Stop> {
    let command = Arguments::command();
    let names = command.get_subcommands().map(clap::Command::get_name);
    let plain = release.bytes().all(|b| b.is_ascii_lowercase());
    match nearest(release, names) {
        Some(near) if plain => Err(Stop::usage(format!(
            "there is no command `{release}`\n  = help: did you mean `cockpit {near}`? A tag of that name is `refs/tags/{release}`"
        ))),
        _ => Ok(()),
    }
}
