//! The text of a first `cockpit.toml`. Pure.

use std::fmt::Write as _;

use super::workflows::{Found, Input};
use crate::domain::Repository;

/// The part that nothing in a checkout tells.
const MIDDLE: &str = r#"# What production runs; without it the newest successful deployment is believed.
# [production]
# version = { url = "https://app.example.com/version", pointer = "/sha" }

[evidence]
tests = { artifact = "junit*", required = true }    # JUnit XML, an artifact of the run
# load = { artifact = "k6" }

# Without an entry AWS_PROFILE and AWS_REGION decide.
# [[aws]]
# region = "eu-central-1"

[hypercare]
window = "15m"
# With metrics above:
# gates = ["error_rate < 1%", "latency_p99 < baseline * 1.25"]
# triggers = ["error_rate > 2% for 3m"]
"#;

/// A commented file; what was not found is a marked guess. Always parses.
pub(super) fn page(service: &str, repository: Option<&Repository>, found: &Found) -> String {
    let mut page = String::new();
    let deploying = found.deploying.first();
    let (file, job, environment) =
        deploying.map_or(("deploy.yml", "deploy", "production"), |one| {
            (
                one.file.as_str(),
                one.job.as_str(),
                one.environment.as_str(),
            )
        });
    let guess = if deploying.is_some() {
        ""
    } else {
        "    # a guess: no job with `environment:` was found"
    };
    let mut line = |text: &str| {
        page.push_str(text);
        page.push('\n');
    };
    line("# The rules of this service's releases. `cockpit doctor` checks them against the world.");
    line(&format!("service = {}", quoted(service)));
    line("");
    line(
        "# What is measured: uncomment what the service has. Presets: alb, apigateway, lambda, ecs, rds, sqs.",
    );
    line("metrics = [");
    line(
        "  # { preset = \"alb\", load_balancer = \"app/NAME/ID\", target_group = \"targetgroup/NAME/ID\" },",
    );
    line("  # { preset = \"ecs\", cluster = \"CLUSTER\", service = \"SERVICE\" },");
    line("]");
    line("");
    line("[github]");
    if let Some(repository) = repository {
        line(&format!("repository = {}", quoted(&repository.slug())));
    }
    line(&format!("workflow = {}{guess}", quoted(file)));
    line(&format!("environment = {}", quoted(environment)));
    line(&format!(
        "job = {}    # `caller / job` where a reusable workflow deploys",
        quoted(job)
    ));
    line("# gate = \"dispatch\"    # where GitHub's plan has no required reviewers");
    for other in found.deploying.iter().skip(1).take(8) {
        // A comment ends at its line, so what a file says must not bring its own.
        line(&format!(
            "# also found: {} job {} -> {}",
            quoted(&other.file),
            quoted(&other.job),
            quoted(&other.environment)
        ));
    }
    line("");
    line(MIDDLE);
    if let Some((file, declared)) = &found.rollback {
        line("[rollback]");
        line(&format!("workflow = {}", quoted(file)));
        line(&inputs(declared));
    } else {
        line("# No workflow that rolls back was found. Without one cockpit cannot go back.");
        line("# [rollback]");
        line("# workflow = \"rollback.yml\"");
        line("# inputs = { version = \"{version}\", id = \"{release_id}\" }");
    }
    page
}

/// The inputs whose meaning their name tells; the rest is left to the team, named.
fn inputs(declared: &[Input]) -> String {
    let (mut known, mut open) = (Vec::new(), Vec::new());
    for input in declared {
        match meaning(&input.name) {
            Some(value) => known.push(format!("{} = \"{value}\"", quoted(&input.name))),
            None => open.push(quoted(&input.name)),
        }
    }
    let mut text = format!("inputs = {{ {} }}", known.join(", "));
    if !open.is_empty() {
        let _ = write!(text, "    # also declared: {}", open.join(", "));
    }
    text
}

/// What goes into an input of this name; `None` where its name does not tell.
pub(super) fn meaning(name: &str) -> Option<&'static str> {
    Some(match name.to_ascii_lowercase().replace('-', "_").as_str() {
        "version" | "tag" | "target" | "target_version" => "{version}",
        "sha" | "commit" | "ref" | "target_sha" => "{sha}",
        "id" | "release_id" | "cockpit_id" => "{release_id}",
        "from" | "from_version" | "current_version" => "{from_version}",
        _ => return None,
    })
}

/// A TOML string on one line, whatever it holds.
fn quoted(raw: &str) -> String {
    let mut out = String::from("\"");
    for c in raw.chars() {
        match c {
            '"' | '\\' => out.extend(['\\', c]),
            c if c.is_control() => {
                let _ = write!(out, "\\u{:04X}", u32::from(c));
            }
            c => out.push(c),
        }
    }
    out.push('"');
    out
}

#[cfg(test)]
mod tests {
    use super::{super::workflows::Deploying, *};
    use crate::config::parse_team;

    #[test]
    fn what_is_written_parses_whatever_was_found() {
        let hostile = "de\"plo\\y\u{1b}\n[x]";
        let full = Found {
            deploying: vec![
                Deploying {
                    file: "release.yml".to_owned(),
                    job: hostile.to_owned(),
                    environment: "production".to_owned()
                };
                2
            ],
            rollback: Some((
                "rollback.yml".to_owned(),
                ["version", "why\nnot", "id"]
                    .map(|name| Input {
                        name: name.to_owned(),
                        is_required: true,
                    })
                    .to_vec(),
            )),
            unread: vec!["broken.yml".to_owned()],
        };
        let repository = Repository::parse("github.com", "acme/shop").ok();
        for (found, repository) in [(Found::default(), None), (full, repository.as_ref())] {
            let text = page("shop", repository, &found);
            let team = parse_team(text.as_bytes(), "cockpit.toml");
            assert!(team.is_ok(), "{}\n{text}", team.unwrap_err());
        }
    }
}
