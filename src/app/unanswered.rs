//! The alerts that nobody has answered, each with its moment.

use std::collections::BTreeSet;

use jiff::Timestamp;

use crate::domain::release::Release;

/// What has fired or stands out and nobody has answered, with the moment.
pub(super) type Alerts = BTreeSet<(String, Timestamp)>;

/// The alerts of now.
pub(super) fn alerts(release: &Release) -> Alerts {
    let triggers = release.watch.alerts();
    let triggers = triggers.map(|(source, fired)| (source.to_owned(), fired.at));
    let strange = release.watch.strange();
    let strange = strange.map(|(metric, seen, _)| (metric.to_string(), seen.at));
    triggers.chain(strange).collect()
}
