//! The command: makes the adapters, runs the checks, prints the lines.

use std::{fmt::Write as _, io::IsTerminal as _, sync::Arc};

use super::{
    checks,
    finding::{Finding, State},
    proxy::proxies,
    rules::{Checked, checked},
    slack,
    world::{Hub, Plant},
};
use crate::{
    adapters::{clock::WallClock, cloudwatch::CloudWatch, store::TrustFiles},
    cli::{
        exit::{Exit, Stop},
        say::{aside, print},
        surroundings::Surroundings,
        theme::theme,
    },
    config::{Depth, Machine, TeamFile, file::Glyphs, remarks},
    domain::{Fault, Text},
    ports::{Clock, Trusts as _},
    wiring,
};

const VERSION: &str = "production version";

/// `doctor`.
pub(in crate::cli) fn doctor(around: &Surroundings, json: bool) -> Result<Exit, Stop> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(|error| Stop::failed(format!("cannot start: {error}")))?;
    let mut found = proxies(&around.env);
    match runtime.block_on(checked(around)) {
        Ok(Checked {
            machine,
            team,
            beside,
        }) => {
            found.push(Finding::ok(
                "config",
                format!("{} ({})", team.origin, team.policy.service),
            ));
            found.extend(beside);
            found.extend(
                remarks(&team.policy, WallClock.now())
                    .into_iter()
                    .map(|one| Finding::bad(State::Warn, one.place, one.says, one.mend)),
            );
            found.extend(runtime.block_on(world(&machine, &team, around)));
            found.push(terminal(&machine));
            if let Err(stop) = theme(around, &machine.screen.theme) {
                found.push(refused("theme", &stop, "choose another with `theme`", json));
            }
        }
        Err(stop) => {
            let mend = "mend the file; the other checks need it";
            found.push(refused("config", &stop, mend, json));
        }
    }
    let page = if json {
        as_json(&found)?
    } else {
        as_text(&found)
    };
    print(page.as_bytes())?;
    let failed = found.iter().any(|one| one.state == State::Fail);
    Ok(if failed { Exit::Failed } else { Exit::Ok })
}

/// A file that is refused: in one line with its place, and whole beside the lines.
fn refused(check: &str, stop: &Stop, mend: &str, json: bool) -> Finding {
    if !json {
        aside(format_args!("{stop}\n"));
    }
    let whole = stop.to_string();
    let mut lines = whole.lines().map(str::trim);
    let first = lines.next().unwrap_or("").trim_start_matches("error: ");
    let place = lines.clone().find_map(|line| line.strip_prefix("--> "));
    let help = lines.find_map(|line| line.strip_prefix("= help: "));
    let found = match place {
        Some(place) => format!("{first} ({place})"),
        None => first.to_owned(),
    };
    Finding::bad(State::Fail, check, found, help.unwrap_or(mend))
}

async fn world(machine: &Machine, team: &TeamFile, around: &Surroundings) -> Vec<Finding> {
    let clock: Arc<dyn Clock> = Arc::new(WallClock);
    let policy = &team.policy;
    let target = &policy.target;
    let mut found = match wiring::github(
        &machine.place,
        &target.workflow,
        &target.environment,
        Arc::clone(&clock),
    ) {
        Err(fault) => vec![Finding::fault("github", &fault)],
        Ok(client) => {
            let hub = Hub {
                runs: &client,
                artifacts: &client,
                history: &client,
                dispatch: &client,
                survey: &client,
            };
            checks::hub(&hub, policy).await
        }
    };
    let source = wiring::cloudwatch(&team.aws, Arc::clone(&clock));
    found.push(match untrusted(machine, team, around) {
        Some(finding) => finding,
        None => match wiring::probe(team.production.as_ref()) {
            Err(fault) => Finding::fault(VERSION, &fault),
            Ok(probe) => checks::production(probe.as_deref()).await,
        },
    });
    let is_asked = !policy.metrics.is_empty() || !policy.alarm_names().is_empty();
    if is_asked {
        found.extend(identities(&source).await);
    }
    let plant = Plant {
        metrics: &source,
        alarms: &source,
        clock: &*clock,
    };
    found.extend(checks::plant(&plant, policy).await);
    found.extend(slack::slack(team, &around.env, clock).await);
    found
}

/// By whose keys each entry of `[[aws]]` is asked.
async fn identities(source: &CloudWatch) -> Vec<Finding> {
    let found = source.identities().await.into_iter();
    let finding = |(name, whose): (Option<String>, Result<Text, Fault>)| {
        let check = name.map_or_else(
            || "aws identity".to_owned(),
            |name| format!("aws identity {name}"),
        );
        match whose {
            Ok(whose) => Finding::ok(check, whose.as_str()),
            Err(fault) => Finding::fault(check, &fault),
        }
    };
    found.map(finding).collect()
}

/// A program of the rules that tells production's version runs only once a person trusted these rules: here too.
fn untrusted(machine: &Machine, team: &TeamFile, around: &Surroundings) -> Option<Finding> {
    let program = team.policy.production_command.as_ref()?;
    if around.flags.trust_commands {
        return None;
    }
    let mend = "read it, then ask with --trust-commands, or let it run with `t` in cockpit";
    let name = program.join(" ");
    let known = wiring::state_folder(machine).map_err(|error| error.to_string());
    let known = known.and_then(|root| {
        let trusts = TrustFiles::new(&root);
        let known = trusts.recall(&team.policy.hash);
        known.map_err(|error| error.to_string())
    });
    let found = match known {
        Ok(Some(_)) => return None,
        Ok(None) => format!("{name} is not run: nobody here has trusted these rules' programs"),
        Err(why) => format!("{name} is not run: whether it is trusted cannot be read: {why}"),
    };
    Some(Finding::bad(State::Unknown, VERSION, found, mend))
}

fn terminal(machine: &Machine) -> Finding {
    let screen = &machine.screen;
    let colours = match screen.depth.value {
        Depth::Mono => "no colours",
        Depth::Sixteen => "16 colours",
        Depth::Palette => "256 colours",
        Depth::True => "24-bit colour",
    };
    let glyphs = match screen.glyphs.value {
        Glyphs::Unicode => "Unicode",
        Glyphs::Blocks => "Unicode, charts of blocks",
        Glyphs::Ascii => "ASCII",
    };
    if !std::io::stdout().is_terminal() {
        let mend = "run cockpit in a terminal; `status` and `doctor` need none";
        return Finding::bad(
            State::Unknown,
            "terminal",
            "standard output is no terminal",
            mend,
        );
    }
    match crossterm::terminal::size() {
        Ok((width, height)) if width < 60 || height < 18 => {
            let what = format!("{width}x{height} is too small");
            Finding::bad(State::Warn, "terminal", what, "make it 80x24 or larger")
        }
        Ok((width, height)) => {
            Finding::ok("terminal", format!("{width}x{height}, {colours}, {glyphs}"))
        }
        Err(error) => {
            let mend = "set TERM, or use another terminal";
            Finding::bad(
                State::Unknown,
                "terminal",
                format!("tells no size: {error}"),
                mend,
            )
        }
    }
}

fn as_json(found: &[Finding]) -> Result<String, Stop> {
    serde_json::to_string_pretty(found)
        .map(|page| page + "\n")
        .map_err(|error| Stop::failed(format!("the answer cannot be written: {error}")))
}

fn as_text(found: &[Finding]) -> String {
    let width = found
        .iter()
        .map(|one| one.check.chars().count())
        .max()
        .unwrap_or(0);
    let mut page = String::new();
    for one in found {
        let (word, check) = (one.state.word(), &one.check);
        // Writing to a String cannot fail.
        let _ = write!(page, "{word:<7}  {check:<width$}  {}", one.found);
        if let Some(mend) = &one.mend {
            let _ = write!(page, "  -> {mend}");
        }
        page.push('\n');
    }
    page
}
