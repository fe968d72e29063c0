//! What the workflow files of a checkout say about deploying. Guesses, marked as such where they are written.

use std::{fs, io::Read as _, path::Path};

use serde_json::{Map, Value};

/// Largest workflow file that is read.
const LARGEST: u64 = 512 * 1024;
/// Most workflow files that are read.
const MOST: usize = 200;

/// A job that deploys to an environment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Deploying {
    /// The workflow's file name.
    pub(super) file: String,
    /// The job as runs name it: `deploy`, or `caller / deploy`.
    pub(super) job: String,
    /// Its environment.
    pub(super) environment: String,
}

/// What was found.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Found {
    /// Jobs with an environment, likeliest production first.
    pub(super) deploying: Vec<Deploying>,
    /// A workflow that rolls back, and the inputs that it declares.
    pub(super) rollback: Option<(String, Vec<Input>)>,
    /// Files that could not be read.
    pub(super) unread: Vec<String>,
}

/// An input of `workflow_dispatch`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Input {
    /// Its name.
    pub(super) name: String,
    /// Whether a dispatch without it is refused.
    pub(super) is_required: bool,
}

/// Reads `.github/workflows` below `root`; what cannot be read is named.
pub(super) fn look(root: &Path) -> Found {
    let Ok(entries) = fs::read_dir(root.join(".github/workflows")) else {
        return Found::default();
    };
    let (mut files, mut unread) = (Vec::new(), Vec::new());
    for entry in entries.flatten().take(MOST) {
        let name = entry.file_name().to_string_lossy().into_owned();
        if [".yml", ".yaml"].iter().any(|end| name.ends_with(end)) {
            match read(&entry.path()) {
                Some(workflow) => files.push((name, workflow)),
                None => unread.push(name),
            }
        }
    }
    files.sort_by(|a, b| a.0.cmp(&b.0));
    unread.sort();
    Found {
        unread,
        ..understand(&files)
    }
}

fn read(path: &Path) -> Option<Map<String, Value>> {
    // Opening a pipe would wait for its writer.
    let is_file = fs::metadata(path).is_ok_and(|told| told.is_file());
    let file = is_file.then(|| fs::File::open(path).ok())??;
    let mut text = String::new();
    file.take(LARGEST).read_to_string(&mut text).ok()?;
    serde_saphyr::from_str(&text).ok()
}

fn understand(files: &[(String, Map<String, Value>)]) -> Found {
    let mut deploying = Vec::new();
    for (file, workflow) in files {
        if is_rollback(file) {
            continue;
        }
        for (id, job) in jobs(workflow) {
            let caller = shown(id, job);
            if let Some(environment) = environment(job, None) {
                deploying.push(Deploying {
                    file: file.clone(),
                    job: caller.clone(),
                    environment,
                });
            }
            // `uses: ./.github/workflows/x.yml`: the run names its jobs `caller / job`.
            let called = job
                .get("uses")
                .and_then(Value::as_str)
                .and_then(|uses| uses.strip_prefix("./.github/workflows/"));
            let Some((_, inner)) = files.iter().find(|(name, _)| Some(name.as_str()) == called)
            else {
                continue;
            };
            let given = job.get("with");
            for (id, job) in jobs(inner) {
                if let Some(environment) = environment(job, given) {
                    let job = format!("{caller} / {}", shown(id, job));
                    deploying.push(Deploying {
                        file: file.clone(),
                        job,
                        environment,
                    });
                }
            }
        }
    }
    deploying.sort_by_key(|one| rank(&one.environment));
    let rollback = files
        .iter()
        .find(|(name, workflow)| is_rollback(name) && inputs(workflow).is_some())
        .map(|(name, workflow)| (name.clone(), inputs(workflow).unwrap_or_default()));
    Found {
        deploying,
        rollback,
        unread: Vec::new(),
    }
}

fn is_rollback(file: &str) -> bool {
    let name = file.to_ascii_lowercase().replace(['-', '_'], "");
    name.contains("rollback") || name.contains("revert")
}

fn jobs(workflow: &Map<String, Value>) -> impl Iterator<Item = (&str, &Value)> {
    let jobs = workflow.get("jobs").and_then(Value::as_object);
    jobs.into_iter()
        .flatten()
        .map(|(id, job)| (id.as_str(), job))
}

/// The name that a run shows, unless an expression makes it.
fn shown(id: &str, job: &Value) -> String {
    let name = job.get("name").and_then(Value::as_str);
    name.filter(|name| !name.contains("${{"))
        .unwrap_or(id)
        .to_owned()
}

/// Its environment, unless an expression makes it; `${{ inputs.NAME }}` is what the caller gives `with` it.
fn environment(job: &Value, given: Option<&Value>) -> Option<String> {
    let at = job.get("environment")?;
    let name = at.as_str().or_else(|| at.get("name")?.as_str())?;
    let input = name
        .strip_prefix("${{")
        .and_then(|rest| rest.strip_suffix("}}"))
        .and_then(|inner| inner.trim().strip_prefix("inputs."));
    let name = match input {
        Some(input) => given?.get(input)?.as_str()?,
        None => name,
    };
    (!name.contains("${{") && !name.is_empty()).then(|| name.to_owned())
}

fn rank(environment: &str) -> u8 {
    match environment.to_ascii_lowercase().as_str() {
        "production" => 0,
        "prod" | "live" => 1,
        name if name.contains("prod") && !name.contains("pre") => 2,
        _ => 3,
    }
}

/// The inputs of `workflow_dispatch`; `None` where it cannot be dispatched.
fn inputs(workflow: &Map<String, Value>) -> Option<Vec<Input>> {
    // YAML 1.1 reads a bare `on` as true.
    let on = workflow.get("on").or_else(|| workflow.get("true"))?;
    let dispatched = match on {
        Value::String(event) => (event == "workflow_dispatch").then_some(&Value::Null),
        Value::Array(events) => events
            .iter()
            .any(|e| e == "workflow_dispatch")
            .then_some(&Value::Null),
        events => events.get("workflow_dispatch"),
    }?;
    let inputs = dispatched.get("inputs").and_then(Value::as_object);
    Some(
        inputs
            .into_iter()
            .flatten()
            .map(|(name, told)| Input {
                name: name.clone(),
                is_required: told.get("required").and_then(Value::as_bool) == Some(true)
                    && told.get("default").is_none(),
            })
            .collect(),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(name: &str, text: &str) -> (String, Map<String, Value>) {
        (name.to_owned(), serde_saphyr::from_str(text).unwrap())
    }

    #[test]
    fn production_is_found_also_behind_a_reusable_workflow() {
        let found = understand(&[
            file(
                "_deploy.yml",
                "on: workflow_call\njobs:\n  ship:\n    environment: {name: production}\n",
            ),
            file(
                "release.yml",
                "on: push\njobs:\n  stage:\n    environment: staging\n  prod:\n    uses: ./.github/workflows/_deploy.yml\n",
            ),
            file(
                "roll-back.yml",
                "on:\n  workflow_dispatch:\n    inputs:\n      version: {required: true}\njobs: {}\n",
            ),
        ]);
        assert!(found.deploying.iter().any(|one| one.file == "release.yml"
            && one.job == "prod / ship"
            && one.environment == "production"));
        assert_eq!(found.deploying.last().unwrap().environment, "staging");
        assert_eq!(
            found.rollback,
            Some((
                "roll-back.yml".to_owned(),
                vec![Input {
                    name: "version".to_owned(),
                    is_required: true
                }]
            ))
        );
    }

    #[test]
    fn an_environment_that_the_caller_gives_is_found() {
        let found = understand(&[
            file(
                "_deploy.yml",
                "on: workflow_call\njobs:\n  ship:\n    environment: ${{ inputs.env }}\n",
            ),
            file(
                "release.yml",
                "on: push\njobs:\n  prod:\n    uses: ./.github/workflows/_deploy.yml\n    with: {env: production}\n  other:\n    uses: ./.github/workflows/_deploy.yml\n    with: {env: \"${{ matrix.env }}\"}\n",
            ),
        ]);
        let all: Vec<_> = found.deploying.iter().map(|one| one.job.as_str()).collect();
        assert_eq!(all, ["prod / ship"]);
        assert_eq!(found.deploying[0].environment, "production");
    }

    #[test]
    fn an_environment_that_an_expression_makes_is_not_guessed() {
        let found = understand(&[file(
            "d.yml",
            "on: push\njobs:\n  d:\n    environment: ${{ inputs.env }}\n",
        )]);
        assert!(found.deploying.is_empty());
    }
}
