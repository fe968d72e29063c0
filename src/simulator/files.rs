//! The files of the repository that cockpit reads: its own rules and the workflows. Text only; what the workflows do is in `plan`.

use std::fmt::Write as _;

use jiff::{SignedDuration, Timestamp};

use super::{gatekeeping, metrics, scenario::Scenario, storm};

/// The workflow files of a world, by name.
pub(super) fn workflows(scenario: Scenario) -> Vec<(&'static str, &'static str)> {
    let mut all = vec![("deploy.yml", "Deploy"), ("rollback.yml", "Roll back")];
    if scenario == Scenario::DispatchGate {
        all.push(("production.yml", "Production"));
    }
    all
}

/// The declared inputs of a workflow, all required; `None` where it takes no dispatch.
pub(super) fn inputs(workflow: &str, scenario: Scenario) -> Option<&'static [&'static str]> {
    match workflow {
        "rollback.yml" => Some(&["version", "id"]),
        "production.yml" if scenario == Scenario::DispatchGate => Some(&["sha", "version", "id"]),
        _ => None,
    }
}

/// A file of the default branch by its path.
pub(super) fn read(path: &str, scenario: Scenario, base: &str, epoch: Timestamp) -> Option<String> {
    match path {
        "cockpit.toml" => Some(rules(scenario, base)),
        "smoke.toml" if is_smoked(scenario) => Some(SMOKE.to_owned()),
        ".github/workflows/deploy.yml" => Some(deploy(scenario)),
        ".github/workflows/rollback.yml" => Some(rollback()),
        ".github/workflows/production.yml" if scenario == Scenario::DispatchGate => {
            Some(production())
        }
        "freeze.ics" if scenario == Scenario::Freeze => Some(freeze(epoch)),
        "README.md" => Some("# storefront\n\nThe shop window.\n".to_owned()),
        _ => gatekeeping::read(path, scenario),
    }
}

/// Whether the rules ask for smoke tests.
fn is_smoked(scenario: Scenario) -> bool {
    matches!(
        scenario,
        Scenario::Canary
            | Scenario::CanaryAdvance
            | Scenario::StageFails
            | Scenario::BlueGreen
            | Scenario::Rolling
            | Scenario::SmokeFails
    )
}

const PIPELINE: &str = r#"ci = "build*"
verify = "verify"
explain = "explain"
staging = "deploy-staging"
validation = ["e2e", "k6"]
"#;

const SMOKE: &str = r#"[defaults]
timeout = "5s"
[[tests]]
name = "health"
path = "/health"
expect = { json = { "/status" = "ok" } }
[[tests]]
name = "checkout"
method = "POST"
path = "/checkout"
query = { dry = 1 }
body = { sku = "A-1" }
expect = { status = 201, json = { "/status" = "queued" } }
"#;

const SLACK: &str = r#"[people]
ana = { github = "ana", slack = "U01ANA", roles = ["release-manager"] }
carol = { github = "carol", slack = "U02CAROL", roles = ["security"] }
ben = { github = "ben", slack = "U03BEN", roles = ["security"] }
dee = { github = "dee", slack = "U04DEE", roles = ["security"] }
emil = { github = "emil", slack = "U05EMIL", roles = ["security"] }
fay = { github = "fay", slack = "U06FAY", roles = ["change"] }
[slack]
approval = "C0APPROVAL"
deploys = "C0DEPLOYS"
escalation = "C0LEADS"
"#;

fn rules(scenario: Scenario, base: &str) -> String {
    let first = scenario == Scenario::FirstRelease;
    let canary = scenario.is_canary();
    let balancer = metrics::LOAD_BALANCER;
    let targets = if canary {
        format!(
            "canary = {{ target_group = \"{}\" }}, control = {{ target_group = \"{}\" }}",
            metrics::CANARY_GROUP,
            metrics::TARGET_GROUP
        )
    } else {
        format!("target_group = \"{}\"", metrics::TARGET_GROUP)
    };
    let slow = if first {
        "latency_p99 < 500ms"
    } else {
        "latency_p99 < baseline * 1.25"
    };
    let band = if scenario == Scenario::SlowBurn {
        ", band = [\"latency_p99\"]"
    } else {
        ""
    };
    let disk = if scenario == Scenario::AlarmBefore {
        ", 'alarm(\"disk-80%\")'"
    } else {
        ""
    };
    let mut text = format!(
        r#"service = "storefront"
metrics = [
  {{ preset = "alb", load_balancer = "{balancer}", {targets}{band} }},
  {{ preset = "ecs", cluster = "prod", service = "web" }} ]
[github]
repository = "acme/storefront"
workflow = "deploy.yml"
environment = "production"
job = "deploy"
"#
    );
    if scenario == Scenario::DispatchGate {
        text.push_str(
            r#"gate = "dispatch"
[github.dispatch]
workflow = "production.yml"
inputs = { sha = "{sha}", version = "{version}", id = "{release_id}" }
"#,
        );
    }
    let explain = if scenario == Scenario::DispatchGate {
        "{ author = \"explain-bot\" }"
    } else {
        "{ artifact = \"explain\" }"
    };
    let pipeline = if scenario == Scenario::Storm {
        storm::PIPELINE
    } else {
        PIPELINE
    };
    // Writing to a String cannot fail, here and below.
    let _ = write!(
        text,
        r#"[production]
version = {{ url = "{base}/app/version", pointer = "/sha" }}
[pipeline]
{pipeline}[evidence]
tests = {{ artifact = "junit", required = true }}
load = {{ artifact = "k6" }}
security = {{ artifact = "sarif" }}
coverage = {{ artifact = "coverage", max_drop = "1pt" }}
explain = {explain}
hot_paths = ["src/payments/**"]
[[aws]]
region = "eu-central-1"
"#
    );
    if canary {
        text.push_str(
            r#"[strategy]
kind = "canary"
stages = [
  { weight = "5%", environment = "production-5", duration = "3m", gates = ["error_rate < 1%"] },
  { weight = "25%", environment = "production-25", duration = "5m", gates = ["error_rate < 1%"] },
  { weight = "100%", environment = "production" } ]
"#,
        );
    }
    text.push_str(match scenario {
        Scenario::CanaryAdvance => "advance = \"pre-authorised\"\n",
        Scenario::BlueGreen => "[strategy]\nkind = \"blue-green\"\nvalidation = \"20m\"\n",
        Scenario::Rolling => {
            "[strategy]\nkind = \"rolling\"\nmax_unavailable = \"25%\"\nmax_surge = \"1\"\n"
        }
        _ => "",
    });
    if is_smoked(scenario) {
        let _ = write!(
            text,
            "[smoke]\nbefore = \"smoke.toml\"\nafter = \"smoke.toml\"\nurl = \"{base}/app\"\n"
        );
    }
    // What a flag let in until somebody switched it off is part of the window, however long they took.
    let errors = match scenario {
        Scenario::KillSwitch => "2%",
        _ => "1%",
    };
    let _ = write!(
        text,
        r#"[hypercare]
window = "15m"
gates = ["error_rate < {errors}", "{slow}"]
triggers = ["error_rate > 2% for 3m", "latency_p99 > 500ms for 3m"{disk}]
"#
    );
    if scenario == Scenario::AlarmBefore {
        text.push_str("alarms = [\"disk-80%\", \"storefront-5xx\", \"storefront-health\"]\n");
    }
    if scenario == Scenario::Storm {
        let _ = writeln!(text, "alarms = {:?}", storm::SHARDS);
    }
    text.push_str(
        r#"[rollback]
workflow = "rollback.yml"
inputs = { version = "{version}", id = "{release_id}" }
"#,
    );
    if scenario == Scenario::BlueGreen {
        text.push_str("on_trigger = \"pre-authorised\"\n");
    }
    if matches!(scenario, Scenario::RollbackRaces | Scenario::BlueGreen) {
        text.push_str("during_deploy = \"cancel-then-dispatch\"\n");
    }
    if scenario.has_slack() {
        text.push_str(SLACK);
        let after = if scenario == Scenario::TimeoutEscalates {
            "10m"
        } else {
            "4h"
        };
        let _ = writeln!(text, "[approval]\nescalate_after = \"{after}\"");
        text.push_str("signoffs = { security = { quorum = 1 }, change = { quorum = 1 } }\n");
    }
    if scenario == Scenario::KillSwitch {
        let _ = write!(
            text,
            "[flags]\nprovider = \"unleash\"\nurl = \"{base}/flags\"\ntoken = \"env:FLAGS_TOKEN\"\nnames = [\"new-checkout\", \"dark-mode\"]\n"
        );
    }
    if gatekeeping::is_kept(scenario) {
        text.push_str(gatekeeping::RULES);
    }
    if scenario == Scenario::Freeze {
        text.push_str("[[blackout]]\nname = \"release freeze\"\nfile = \"freeze.ics\"\n");
    }
    text
}

/// A team's calendar: a freeze that ends soon, and one that comes each week.
fn freeze(epoch: Timestamp) -> String {
    let at = |minutes: i64| {
        let at = epoch + SignedDuration::from_mins(minutes);
        at.strftime("%Y%m%dT%H%M%SZ")
    };
    format!(
        "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//acme//freezes//EN\r\n\
         BEGIN:VEVENT\r\nUID:1@acme\r\nSUMMARY:board meeting\r\nDTSTART:{}\r\nDTEND:{}\r\nEND:VEVENT\r\n\
         BEGIN:VEVENT\r\nUID:2@acme\r\nSUMMARY:weekly report\r\nDTSTART:{}\r\nDURATION:PT2H\r\n\
         RRULE:FREQ=WEEKLY\r\nEND:VEVENT\r\n\
         END:VCALENDAR\r\n",
        at(-120),
        at(10),
        at(3 * 24 * 60),
    )
}

fn deploy(scenario: Scenario) -> String {
    let mut text = String::from(
        r"name: Deploy
run-name: Release ${{ github.ref_name }}
on:
  push:
    branches: [main]
",
    );
    if scenario != Scenario::DispatchGate {
        text.push_str("concurrency:\n  group: production\n  cancel-in-progress: false\n");
    }
    text.push_str("jobs:\n");
    let mut job = |name: &str, needs: &str, environment: &str, step: &str| {
        let _ = write!(text, "  {name}:\n    runs-on: ubuntu-latest\n");
        if !needs.is_empty() {
            let _ = writeln!(text, "    needs: [{needs}]");
        }
        if !environment.is_empty() {
            let _ = writeln!(text, "    environment: {environment}");
        }
        let _ = write!(text, "    steps:\n      - run: {step}\n");
    };
    job("build", "", "", "make image");
    job("verify", "build", "", "make verify");
    job("explain", "build", "", "make explain");
    job(
        "deploy-staging",
        "verify, explain",
        "staging",
        "make deploy-staging",
    );
    job("e2e", "deploy-staging", "", "make e2e");
    job("k6", "deploy-staging", "", "make load");
    match scenario {
        Scenario::DispatchGate => {}
        Scenario::Canary | Scenario::CanaryAdvance | Scenario::StageFails => {
            job("deploy-5", "e2e, k6", "production-5", "make deploy SHARE=5");
            job(
                "deploy-25",
                "deploy-5",
                "production-25",
                "make deploy SHARE=25",
            );
            job("deploy", "deploy-25", "production", "make deploy");
        }
        _ => job("deploy", "e2e, k6", "production", "make deploy"),
    }
    if scenario == Scenario::RollbackRaces {
        job("bake", "deploy", "", "make bake");
    }
    text
}

fn rollback() -> String {
    String::from(
        r"name: Roll back
run-name: Roll back to ${{ inputs.version }} (${{ inputs.id }})
on:
  workflow_dispatch:
    inputs:
      version:
        description: version to go back to
        required: true
        type: string
      id:
        description: what the run is found by
        required: true
        type: string
concurrency:
  group: production
  cancel-in-progress: false
jobs:
  rollback:
    runs-on: ubuntu-latest
    environment: production
    steps:
      - run: make rollback VERSION=${{ inputs.version }}
",
    )
}

fn production() -> String {
    String::from(
        r"name: Production
run-name: Production ${{ inputs.version }} (${{ inputs.id }})
on:
  workflow_dispatch:
    inputs:
      sha:
        required: true
        type: string
      version:
        required: true
        type: string
      id:
        required: true
        type: string
concurrency:
  group: production
  cancel-in-progress: false
jobs:
  deploy:
    runs-on: ubuntu-latest
    environment: production
    steps:
      - run: make deploy SHA=${{ inputs.sha }}
",
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_rules_file_is_toml_and_names_its_own_address() {
        for scenario in Scenario::all() {
            let text = read(
                "cockpit.toml",
                scenario,
                "http://127.0.0.1:1",
                Timestamp::UNIX_EPOCH,
            )
            .unwrap();
            let table: toml::Table = text.parse().unwrap();
            let url = table["production"]["version"]["url"].as_str().unwrap();
            assert_eq!(url, "http://127.0.0.1:1/app/version", "{scenario}");
        }
    }

    #[test]
    fn every_workflow_has_its_file() {
        for scenario in Scenario::all() {
            for (name, _) in workflows(scenario) {
                let path = format!(".github/workflows/{name}");
                assert!(
                    read(&path, scenario, "", Timestamp::UNIX_EPOCH).is_some(),
                    "{scenario} {name}"
                );
            }
        }
    }
}
