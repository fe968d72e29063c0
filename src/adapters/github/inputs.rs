//! The inputs that a workflow file declares for `workflow_dispatch`. Knows YAML, no network.
//!
//! Source: "Workflow syntax for GitHub Actions", `on.workflow_dispatch.inputs`.

use serde_json::{Map, Value};

/// Name, and whether a dispatch must carry it: required and without a default. `None`: the file takes no dispatch.
pub(super) fn declared(file: &[u8]) -> Result<Option<Vec<(String, bool)>>, String> {
    let text =
        std::str::from_utf8(file).map_err(|_| "the workflow file is not UTF-8".to_owned())?;
    let mut file: Map<String, Value> = serde_saphyr::from_str(text)
        .map_err(|_| "the workflow file is no YAML that can be read".to_owned())?;
    // YAML 1.1 reads a bare `on` as true.
    let Some(on) = file.remove("on").or_else(|| file.remove("true")) else {
        return Ok(None);
    };
    let is_dispatch = |name: &Value| name.as_str() == Some("workflow_dispatch");
    match on {
        Value::String(_) => Ok(is_dispatch(&on).then(Vec::new)),
        Value::Array(events) => Ok(events.iter().any(is_dispatch).then(Vec::new)),
        Value::Object(mut events) => Ok(events.remove("workflow_dispatch").map(|d| of_event(&d))),
        _ => Ok(None),
    }
}

fn of_event(dispatch: &Value) -> Vec<(String, bool)> {
    let inputs = dispatch.get("inputs").and_then(Value::as_object);
    let inputs = inputs.into_iter().flatten();
    inputs
        .map(|(name, input)| {
            let required = input.get("required").and_then(Value::as_bool) == Some(true);
            let filled = input.get("default").is_some_and(|value| !value.is_null());
            (name.clone(), required && !filled)
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(yaml: &str) -> Option<Vec<(String, bool)>> {
        let mut inputs = declared(yaml.as_bytes()).unwrap()?;
        inputs.sort();
        Some(inputs)
    }

    #[test]
    fn inputs_and_whether_they_must_be_sent() {
        let yaml = "name: Rollback\non:\n  push:\n  workflow_dispatch:\n    inputs:\n      version:\n        required: true\n      id: { required: true, default: none }\n      note:\n        description: why\njobs: {}\n";
        let wanted = [("id", false), ("note", false), ("version", true)];
        let wanted = wanted.map(|(name, must)| (name.to_owned(), must));
        assert_eq!(names(yaml).unwrap(), wanted);
    }

    #[test]
    fn every_way_to_write_the_event_is_read() {
        let none = Some(Vec::new());
        assert_eq!(names("on: workflow_dispatch\n"), none);
        assert_eq!(names("on: [push, workflow_dispatch]\n"), none);
        assert_eq!(names("\"on\":\n  workflow_dispatch:\n"), none);
        assert_eq!(names("on: push\n"), None);
        assert_eq!(names("on:\n  push:\n    branches: [main]\n"), None);
        assert_eq!(names("jobs: {}\n"), None);
    }

    #[test]
    fn a_file_that_is_no_workflow_is_said_to_be_none() {
        assert!(declared(b"\xff\xfe").is_err());
        assert!(declared(b"a: [").is_err());
        let bomb = format!("{}1{}", "[".repeat(100_000), "]".repeat(100_000));
        assert!(declared(format!("on: {bomb}").as_bytes()).is_err());
    }
}
