//! `band` of an entry of `metrics`: which of its metrics have CloudWatch's anomaly detection band, and how wide it is.

use super::findings::Findings;
use crate::{
    config::{
        At,
        file::{BandWord, MetricEntry},
    },
    domain::policy::{Metric, Side},
};

/// Half of a band's width in deviations where nothing is written, and the bounds of what may be.
const DEVIATIONS: f64 = 2.0;
const WIDTHS: std::ops::RangeInclusive<f64> = 0.1..=20.0;

/// The edges of the bands that an entry asks for.
pub(super) fn bands(entry: &At<MetricEntry>, made: &[Metric], found: &mut Findings) -> Vec<Metric> {
    let Some(band) = &entry.band else {
        return Vec::new();
    };
    let is_preset = entry.preset.is_some();
    let wanted: Vec<(Option<&str>, f64)> = match &band.value {
        BandWord::Flag(false) => return Vec::new(),
        BandWord::Flag(true) => vec![(None, DEVIATIONS)],
        BandWord::Deviations(width) => vec![(None, *width)],
        BandWord::Names(names) => names
            .iter()
            .map(|name| (Some(name.as_str()), DEVIATIONS))
            .collect(),
        BandWord::Each(each) => each
            .iter()
            .map(|(name, width)| (Some(name.as_str()), *width))
            .collect(),
    };
    let mut edges = Vec::new();
    for (name, width) in wanted {
        let own = |metric: &&Metric| {
            let last = metric.name.0.rsplit('.').next().unwrap_or_default();
            metric.side == Side::All && name.is_none_or(|name| name == last)
        };
        let help = if is_preset {
            "write the names of its metrics: `band = [\"latency_p99\"]`"
        } else {
            "write `band = true`, or a number of deviations: `band = 2.5`"
        };
        if !WIDTHS.contains(&width) {
            let words = format!("a band is 0.1 to 20 deviations wide, not {width}");
            found.wrong(&band.span, words, help);
        } else if name.is_none() && is_preset {
            found.wrong(&band.span, "a band of which of its metrics?", help);
        } else if let Some(metric) = made.iter().find(own) {
            if let Some(both) = metric.band(width) {
                edges.extend(both);
            } else {
                let name = &metric.name;
                let words =
                    format!("{name} is computed from several series: CloudWatch has no band of it");
                found.wrong(&band.span, words, "a band needs one CloudWatch metric");
            }
        } else if let (Some(name), false) = (name, made.is_empty()) {
            let words = format!("there is no metric `{name}` here to have a band");
            found.wrong(&band.span, words, help);
        }
    }
    edges
}

#[cfg(test)]
mod tests {
    use crate::config::parse_team;

    const SMALLEST: &str = include_str!("../../../tests/data/config/smallest.toml");

    #[test]
    fn bands_make_their_edges_and_wrong_ones_are_refused() {
        let alb = "target_group = \"targetgroup/web/73e2d6bc\"";
        let banded = |band: &str| SMALLEST.replacen(alb, &format!("{alb}, band = {band}"), 1);
        for band in ["[\"latency_p99\"]", "{ latency_p99 = 3 }"] {
            let team = parse_team(banded(band).as_bytes(), "cockpit.toml").unwrap();
            let policy = &team.policy;
            let shown = policy.shown_metrics().len();
            let edges: Vec<&str> = policy.metrics[shown..]
                .iter()
                .map(|edge| edge.name.0.as_str())
                .collect();
            assert_eq!(edges, ["latency_p99", "latency_p99"]);
            assert!(policy.shown_metrics().iter().all(|one| !one.side.is_band()));
        }
        for (band, words) in [
            ("true", "a band of which of its metrics?"),
            ("[\"error_rate\"]", "CloudWatch has no band of it"),
            ("[\"latency_p98\"]", "there is no metric `latency_p98` here"),
            (
                "{ latency_p99 = 0 }",
                "a band is 0.1 to 20 deviations wide, not 0",
            ),
        ] {
            let said = parse_team(banded(band).as_bytes(), "cockpit.toml").unwrap_err();
            assert!(said.render().contains(words), "{band}: {}", said.render());
        }
    }
}
