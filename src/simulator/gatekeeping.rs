//! What the worlds that have prerequisites and a checklist keep in their repository: the rules for them, and the files that
//! these look at.

use serde_json::json;

use super::scenario::Scenario;

/// Whether a world has them.
pub(super) const fn is_kept(scenario: Scenario) -> bool {
    matches!(scenario, Scenario::Healthy | Scenario::PrerequisiteFails)
}

/// The part of `cockpit.toml`.
pub(super) const RULES: &str = r#"[[prerequisite]]
kind = "provider"
file = "deploy/production.json"
pointer = "/provider"
[[prerequisite]]
kind = "enabled"
file = "deploy/production.json"
pointer = "/enabled"
[[prerequisite]]
kind = "passed"
file = ".release/gates.json"
pointer = "/gates"
[[prerequisite]]
name = "policy"
check_run = "policy"
[approval]
checklist = "production-gate"
compliance = { file = ".release/compliance.json", limit = 5 }
"#;

/// A file that they look at.
pub(super) fn read(path: &str, scenario: Scenario) -> Option<String> {
    if !is_kept(scenario) {
        return None;
    }
    let value = match path {
        "deploy/production.json" => json!({
            "provider": "aws",
            "region": "eu-central-1",
            "enabled": scenario != Scenario::PrerequisiteFails,
        }),
        ".release/gates.json" => json!({ "gates": {
            "unit": { "state": "passed" },
            "integration": { "state": "passed" },
            "staging": { "state": "passed" },
        } }),
        ".release/compliance.json" => json!({
            "iteration": 2,
            "compliant": true,
            "open": [],
        }),
        _ => return None,
    };
    Some(format!("{value:#}\n"))
}
