//! `cockpit recalibrate`: what the thresholds were worth, from the journals of this machine alone.

use super::{
    exit::{Exit, Stop},
    record_args::RecalibrateArguments,
    say::print,
    scorecard::{journals_of, period},
    surroundings::Surroundings,
};
use crate::{
    config::parse_repository_argument,
    domain::scorecard::{Calibration, Trial},
    report::{recalibration_json, recalibration_markdown},
};

/// `cockpit recalibrate [--since 90d] [--repo ...] [--json]`.
pub(super) fn recalibrate(
    around: &Surroundings,
    repositories: &[String],
    given: &RecalibrateArguments,
) -> Result<Exit, Stop> {
    let (since, now) = period(&given.since)?;
    let mut wanted = Vec::new();
    for raw in repositories {
        let read = parse_repository_argument(raw);
        let (host, slug) = read.map_err(|error| Stop::usage(format!("--repo {raw}: {error}")))?;
        wanted.push((host, slug));
    }
    let (recorded, unread) = journals_of(around)?;
    let is_wanted = |trial: &Trial| {
        let at = &trial.key.repository;
        let is_named = |(host, slug): &(Option<String>, String)| {
            slug.eq_ignore_ascii_case(&at.slug())
                && host
                    .as_ref()
                    .is_none_or(|host| host.eq_ignore_ascii_case(&at.host))
        };
        trial.at >= since && (wanted.is_empty() || wanted.iter().any(is_named))
    };
    let trials: Vec<Trial> = recorded.iter().map(Trial::of).filter(is_wanted).collect();
    drop(recorded);
    let services = Calibration::all(&trials);
    if given.json {
        let whole = recalibration_json(&services, (since, now), &unread);
        return print(format!("{whole:#}\n").as_bytes());
    }
    print(recalibration_markdown(&services, (since, now), &unread).as_bytes())
}
