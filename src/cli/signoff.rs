//! `cockpit signoff ROLE`: signs for a role of a release that waits on this machine, or takes that back.

use super::{
    exit::{Exit, Stop},
    past,
    record_args::SignoffArguments,
    say::print,
    surroundings::Surroundings,
    word,
};
use crate::{
    adapters::store::journals,
    domain::{Intent, Text, release::Recorded},
};

/// `cockpit signoff ROLE [RELEASE] [--note TEXT] [--withdraw]`.
pub(super) fn signoff(around: &Surroundings, given: &SignoffArguments) -> Result<Exit, Stop> {
    let recorded = which(around, given)?;
    let role = given.role.clone();
    let (intent, not, done) = if given.withdraw {
        let intent = Intent::WithdrawSignOff { role };
        (intent, "not taken back", "the sign-off was taken back")
    } else {
        let note = given.note.as_deref().map(str::trim);
        let note = note.map(|note| Text::block_within(note, 4_000));
        (Intent::SignOff { role, note }, "not signed", "signed")
    };
    let by = word::give(around, &recorded, intent, not)?;
    let release = recorded.release();
    let words = format!(
        "{} {} (run {}): {done} for {} by {by}\n",
        Text::line(&release.policy.service),
        release.name(),
        release.key.run,
        Text::line(&given.role),
    );
    print(words.as_bytes())
}

/// The release that is named, else the only one of this machine that asks for this role and is not decided yet.
fn which(around: &Surroundings, given: &SignoffArguments) -> Result<Recorded, Stop> {
    if let Some(release) = &given.release {
        return past::open(&past::named(around, release)?);
    }
    let mut asking: Vec<Recorded> = journals(&past::root(around)?)
        .iter()
        .filter_map(|journal| past::open(journal).ok())
        .filter(|recorded| {
            let release = recorded.release();
            release.decision_is_ahead() && release.roles().any(|role| role == given.role)
        })
        .collect();
    match (asking.pop(), asking.len()) {
        (None, _) => Err(Stop::usage(format!(
            "no release on this machine waits for a sign-off of {}\n  = help: `cockpit list` names the releases; a release is known here once a cockpit opened it",
            Text::line(&given.role)
        ))),
        (Some(only), 0) => Ok(only),
        (Some(one), _) => {
            asking.push(one);
            let all: Vec<String> = asking
                .iter()
                .map(|recorded| recorded.release().key.run.to_string())
                .collect();
            Err(Stop::usage(format!(
                "several releases wait: name one, as `cockpit signoff {} {}`\n  = help: {}",
                Text::line(&given.role),
                all[0],
                all.join(", ")
            )))
        }
    }
}
