//! From the command line to the scorecard: on the screen where standard output is a terminal, else written.

use std::io::IsTerminal as _;

use super::sources::{Gathered, Order, gather, in_short, period};
use crate::{
    cli::{
        exit::{Exit, Stop},
        record_args::ScorecardArguments,
        runtime::runtime,
        say::{aside, print},
        screen,
        surroundings::Surroundings,
    },
    domain::scorecard::Card,
    report::{scorecard_json, scorecard_markdown},
};

/// `cockpit scorecard [--since 90d] [--repo ...] [--json|--md] [--offline]`.
pub(in crate::cli) fn scorecard(
    around: &Surroundings,
    repositories: &[String],
    given: &ScorecardArguments,
) -> Result<Exit, Stop> {
    let (since, now) = period(&given.since)?;
    if !given.json && !given.md && std::io::stdout().is_terminal() {
        let (around, repositories) = (around.clone(), repositories.to_vec());
        let behind = around.clone();
        let offline = given.offline;
        return screen::show_card(&around, move |told| {
            let order = Order {
                around: &behind,
                repositories: &repositories,
                since,
                now,
                offline,
            };
            let gathered = runtime()?.block_on(gather(&order, told))?;
            told(format!("adding up {}", in_short(&gathered)));
            let card = Card::of(&gathered.reads, since, now);
            Ok((card, gathered.warnings))
        });
    }
    let order = Order {
        around,
        repositories,
        since,
        now,
        offline: given.offline,
    };
    let Gathered { reads, warnings } = runtime()?.block_on(gather(&order, &mut |what| {
        tracing::info!(what, "scorecard");
    }))?;
    for warning in &warnings {
        aside(format_args!("warning: {warning}"));
    }
    let card = Card::of(&reads, since, now);
    if given.json {
        print(format!("{:#}\n", scorecard_json(&card)).as_bytes())
    } else {
        print(scorecard_markdown(&card).as_bytes())
    }
}
