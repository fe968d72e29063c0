//! What a workflow file says of runs that want the production lane at once. Knows YAML, no network.
//!
//! Source: "Workflow syntax for GitHub Actions", `concurrency` and `jobs.<job_id>.concurrency`: one may work and one may
//! wait in a group; `queue: max` lets more wait, `cancel-in-progress` lets none work on.

use serde_json::{Map, Value};

use crate::domain::{Text, observation::LaneRule};

/// The rule for the job that deploys: the whole file's, and the job's own where it has one.
pub(super) fn rule(file: &[u8], job: &str, environment: &str) -> Result<LaneRule, String> {
    let text =
        std::str::from_utf8(file).map_err(|_| "the workflow file is not UTF-8".to_owned())?;
    let file: Map<String, Value> = serde_saphyr::from_str(text)
        .map_err(|_| "the workflow file is no YAML that can be read".to_owned())?;
    let whole = file.get("concurrency").map(of_block);
    let jobs = file.get("jobs").and_then(Value::as_object);
    let own = jobs
        .into_iter()
        .flatten()
        .filter(|(key, spec)| deploys(key, spec, job, environment))
        .filter_map(|(_, spec)| of_job(spec));
    Ok(whole
        .into_iter()
        .chain(own)
        .max_by_key(gravity)
        .unwrap_or(LaneRule::Absent))
}

/// What a person must know first wins.
fn gravity(rule: &LaneRule) -> u8 {
    match rule {
        LaneRule::Absent => 0,
        LaneRule::Queues => 1,
        LaneRule::Replaces => 2,
        LaneRule::Unclear(_) => 3,
        LaneRule::Cancels => 4,
    }
}

/// Whether a job is the one that deploys: by its environment, its key, or its name as `caller / job` shows it.
fn deploys(key: &str, spec: &Value, job: &str, environment: &str) -> bool {
    let place = spec.get("environment");
    let named = place.and_then(|place| place.as_str().or_else(|| place.get("name")?.as_str()));
    let caller = job.split(" / ").next().unwrap_or(job);
    let shown = spec.get("name").and_then(Value::as_str);
    named == Some(environment) || key == caller || shown == Some(caller)
}

fn of_job(spec: &Value) -> Option<LaneRule> {
    let own = spec.get("concurrency").map(of_block);
    let called = spec.get("uses").and_then(Value::as_str);
    own.or_else(|| {
        let called = called?;
        Some(LaneRule::Unclear(Text::line(&format!(
            "as {called} says itself"
        ))))
    })
}

fn of_block(block: &Value) -> LaneRule {
    let unclear = |name: &str, value: &Value| {
        let words = value
            .as_str()
            .map_or_else(|| value.to_string(), str::to_owned);
        LaneRule::Unclear(Text::line(&format!("{name}: {words}")))
    };
    let block = match block {
        // The group's name alone.
        Value::String(_) => return LaneRule::Replaces,
        Value::Object(block) => block,
        other => return unclear("concurrency", other),
    };
    match block.get("cancel-in-progress") {
        Some(Value::Bool(true)) => return LaneRule::Cancels,
        Some(Value::Bool(false) | Value::Null) | None => {}
        Some(value) => return unclear("cancel-in-progress", value),
    }
    match block.get("queue") {
        None | Some(Value::Null) => LaneRule::Replaces,
        Some(Value::String(word)) if word == "single" => LaneRule::Replaces,
        Some(Value::String(word)) if word == "max" => LaneRule::Queues,
        Some(value) => unclear("queue", value),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(yaml: &str) -> LaneRule {
        rule(yaml.as_bytes(), "deploy", "production").unwrap()
    }

    #[test]
    fn every_way_to_write_the_block_is_read() {
        for (yaml, wanted) in [
            ("jobs: {}\n", LaneRule::Absent),
            ("concurrency: production\n", LaneRule::Replaces),
            (
                "concurrency: { group: p, cancel-in-progress: false }\n",
                LaneRule::Replaces,
            ),
            (
                "concurrency: { group: p, queue: single }\n",
                LaneRule::Replaces,
            ),
            ("concurrency: { group: p, queue: max }\n", LaneRule::Queues),
            (
                "concurrency: { group: p, cancel-in-progress: true }\n",
                LaneRule::Cancels,
            ),
            (
                "concurrency: { group: p, cancel-in-progress: \"${{ github.ref != 'x' }}\" }\n",
                LaneRule::Unclear("cancel-in-progress: ${{ github.ref != 'x' }}".into()),
            ),
            (
                "concurrency: { group: p, queue: 7 }\n",
                LaneRule::Unclear("queue: 7".into()),
            ),
        ] {
            assert_eq!(read(yaml), wanted, "{yaml}");
        }
    }

    #[test]
    fn the_job_that_deploys_counts_by_environment_key_or_name_and_the_graver_rule_is_told() {
        let job = |line: &str| {
            read(&format!(
                "concurrency: {{ group: p, queue: max }}\njobs:\n  build: {{ concurrency: {{ group: b, cancel-in-progress: true }} }}\n  ship: {{ {line} }}\n"
            ))
        };
        let cancels = "concurrency: { group: p, cancel-in-progress: true }";
        let held = format!("environment: {{ name: production }}, {cancels}");
        assert_eq!(job(&held), LaneRule::Cancels);
        assert_eq!(job(&format!("name: deploy, {cancels}")), LaneRule::Cancels);
        assert_eq!(job(cancels), LaneRule::Queues, "another job's block");
        assert_eq!(
            job("name: deploy, uses: ./.github/workflows/ship.yml"),
            LaneRule::Unclear("as ./.github/workflows/ship.yml says itself".into())
        );
    }

    #[test]
    fn a_file_that_is_no_workflow_is_said_to_be_none() {
        assert!(rule(b"\xff\xfe", "deploy", "production").is_err());
        assert!(rule(b"a: [", "deploy", "production").is_err());
        assert_eq!(read("jobs: [1, 2]\n"), LaneRule::Absent);
        let odd = LaneRule::Unclear("concurrency: [1]".into());
        assert_eq!(read("concurrency: [1]\n"), odd);
    }
}
