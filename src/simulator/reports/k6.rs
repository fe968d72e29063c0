//! A k6 summary as `handleSummary` gets it (k6 2.x): values by metric, thresholds with `ok`.

use serde_json::{Value, json};

use super::Facts;
use crate::simulator::dice;

/// The summary as JSON text.
pub(super) fn summary(facts: &Facts<'_>) -> String {
    let sway = |what, most: f64| 1.0 + most * (dice::share(facts.seed, what, 0) - 0.5);
    let pace = sway("k6-pace", 0.06);
    let rate = 1250.0 * sway("k6-rate", 0.04);
    let seconds = 150.0;
    let requests = (rate * seconds).round();
    let failed = dice::count(facts.seed, "k6-failed", 0, requests * 0.0006);
    let trend = |scale: f64| {
        let ms = |base: f64| ((base * pace * scale) * 1e4).round() / 1e4;
        json!({
            "type": "trend",
            "contains": "time",
            "values": {
                "avg": ms(52.4), "min": ms(6.1), "med": ms(46.9), "max": ms(611.0),
                "p(90)": ms(98.0), "p(95)": ms(118.0), "p(99)": ms(176.0), "count": requests,
            },
        })
    };
    let with = |mut metric: Value, limits: &[&str]| {
        metric["thresholds"] = limits
            .iter()
            .map(|limit| (*limit, json!({ "ok": true })))
            .map(|(k, v)| (k.to_owned(), v))
            .collect();
        metric
    };
    let body = json!({
        "root_group": { "name": "", "path": "", "id": "d41d8cd98f00b204e9800998ecf8427e", "groups": [], "checks": [{
            "name": "status is 200", "path": "::status is 200", "id": "6210a8cd14cd70477eba5c5e4cb3fb5f",
            "passes": requests - failed, "fails": failed,
        }] },
        "options": { "summaryTrendStats": ["avg", "min", "med", "max", "p(90)", "p(95)", "p(99)", "count"], "summaryTimeUnit": "", "noColor": false },
        "state": { "isStdOutTTY": false, "isStdErrTTY": false, "testRunDurationMs": seconds * 1000.0 },
        "metrics": {
            "http_req_duration": with(trend(1.0), &["p(95)<300", "p(99)<800"]),
            "http_req_waiting": trend(0.97),
            "http_req_failed": with(json!({
                "type": "rate", "contains": "default",
                "values": { "rate": failed / requests, "passes": failed, "fails": requests - failed },
            }), &["rate<0.01"]),
            "http_reqs": { "type": "counter", "contains": "default", "values": { "count": requests, "rate": rate } },
            "iterations": { "type": "counter", "contains": "default", "values": { "count": requests, "rate": rate } },
            "checks": { "type": "rate", "contains": "default", "values": { "rate": (requests - failed) / requests, "passes": requests - failed, "fails": failed } },
            "vus": { "type": "gauge", "contains": "default", "values": { "value": 80, "min": 80, "max": 80 } },
        },
    });
    body.to_string()
}
