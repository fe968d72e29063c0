//! `cockpit review`: what another person found when they looked at an emergency afterwards. Recorded in its journal.

use super::{
    exit::{Exit, Stop},
    past,
    record_args::ReviewArguments,
    say::print,
    surroundings::Surroundings,
    word,
};
use crate::{
    adapters::store::journals,
    domain::{Intent, Text, release::Recorded},
};

/// `cockpit review [RELEASE] --note TEXT`.
pub(super) fn review(around: &Surroundings, given: &ReviewArguments) -> Result<Exit, Stop> {
    let recorded = which(around, given)?;
    let note = Text::block_within(given.note.trim(), 4_000);
    let intent = Intent::ReviewEmergency { note };
    let by = word::give(around, &recorded, intent, "not reviewed")?;
    let release = recorded.release();
    let words = format!(
        "{} {} (run {}): the emergency is reviewed by {by}\n",
        Text::line(&release.policy.service),
        release.name(),
        release.key.run,
    );
    print(words.as_bytes())
}

/// The release that is named, else the only one of this machine whose review is due.
fn which(around: &Surroundings, given: &ReviewArguments) -> Result<Recorded, Stop> {
    if let Some(release) = &given.release {
        return past::open(&past::named(around, release)?);
    }
    let mut due: Vec<Recorded> = journals(&past::root(around)?)
        .iter()
        .filter_map(|journal| past::open(journal).ok())
        .filter(|recorded| recorded.release().review_due().is_some())
        .collect();
    match (due.pop(), due.len()) {
        (None, _) => Err(Stop::usage("no release on this machine waits for a review")),
        (Some(only), 0) => Ok(only),
        (Some(one), _) => {
            due.push(one);
            let all: Vec<String> = due
                .iter()
                .map(|recorded| recorded.release().key.run.to_string())
                .collect();
            Err(Stop::usage(format!(
                "several reviews are due: name one, as `cockpit review {} --note ...`\n  = help: {}",
                all[0],
                all.join(", ")
            )))
        }
    }
}
