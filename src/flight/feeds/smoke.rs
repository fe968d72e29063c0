//! The smoke tests' feed: runs those that are due, once for each time that they are asked for.

use jiff::SignedDuration;

use super::pulse::{Gone, Pulse};
use crate::{
    domain::{
        Text, later,
        observation::Observation,
        smoke::{Moment, SmokeOutcome, SmokeSummary},
    },
    flight::outside::SmokeAsker,
};

/// While nothing is due.
const IDLE: SignedDuration = SignedDuration::from_mins(10);
/// Longest run of a whole file.
const LONGEST: SignedDuration = SignedDuration::from_mins(10);
/// Tests at once.
const AT_ONCE: usize = 4;

pub(super) async fn follow(mut pulse: Pulse) -> Result<(), Gone> {
    let mut done = None;
    loop {
        let wanted = pulse.needs().smoke;
        let now = pulse.now();
        let next = match wanted {
            Some((moment, due)) if done != wanted && due <= now => {
                done = wanted;
                let outcome = run(&pulse, moment).await;
                let seen = Observation::Smoke {
                    moment,
                    asked: now,
                    outcome,
                };
                pulse.see(seen).await?;
                continue;
            }
            Some((_, due)) if done != wanted => due,
            Some(_) | None => later(now, IDLE),
        };
        pulse.rest(next, |now| now.smoke != wanted).await?;
    }
}

async fn run(pulse: &Pulse, moment: Moment) -> SmokeOutcome {
    let Some(SmokeAsker { suite, port }) = pulse.outside.smoke.of(moment) else {
        return SmokeOutcome::NoResult("the file of the tests was not read".into());
    };
    let limit = later(pulse.now(), LONGEST);
    tokio::select! {
        report = port.run(suite, AT_ONCE) => match report {
            Ok(report) => SmokeOutcome::Ran(SmokeSummary::from(&report)),
            Err(fault) => SmokeOutcome::NoResult(Text::line(&fault.to_string())),
        },
        () = pulse.outside.clock.sleep_until(limit) => {
            let why = format!("not done within {} minutes", LONGEST.as_mins());
            SmokeOutcome::NoResult(Text::line(&why))
        }
    }
}
