//! Which release: workflow, job, environment, candidate, the question to production, and the AWS accounts.

use std::collections::BTreeMap;

use jiff::SignedDuration;

use super::{
    explain,
    findings::Findings,
    values::{json_pointer, workflow},
    version,
};
use crate::{
    config::{
        At,
        diagnostic::Diagnostic,
        file::{
            AwsEntry, DispatchTable, GithubTable, OneOrMany, PipelineTable, ProductionTable,
            TeamTable, VersionTable,
        },
        nearest::nearest,
        units,
    },
    domain::{
        NameGlob, Repository,
        policy::{DispatchRule, GateKind, StepRule, Target},
    },
};

/// One account and region of CloudWatch.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AwsAccount {
    /// Name that metrics refer to; `None` for the only one.
    pub name: Option<String>,
    /// Profile; `None`: the SDK's chain.
    pub profile: Option<String>,
    /// Region; `None`: the SDK's chain.
    pub region: Option<String>,
}

/// How production is asked for its version.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ProductionVersion {
    /// An address, and the JSON pointer into its answer.
    Url {
        /// `https://...`.
        url: String,
        /// RFC 6901; `None`: the whole answer.
        pointer: Option<String>,
        /// Longest wait.
        timeout: SignedDuration,
    },
    /// A program of the team's.
    Command {
        /// Program and arguments.
        arguments: Vec<String>,
        /// Longest wait.
        timeout: SignedDuration,
    },
}

impl ProductionVersion {
    /// The program that is run for it.
    pub fn command(&self) -> Option<Vec<String>> {
        match self {
            Self::Url { .. } => None,
            Self::Command { arguments, .. } => Some(arguments.clone()),
        }
    }
}

/// Longest wait for production's version where the file says none.
const VERSION_TIMEOUT: SignedDuration = SignedDuration::from_secs(10);
/// GitHub refuses a dispatch with more.
const MOST_INPUTS: usize = 25;
/// What a dispatched workflow's inputs and the fallback command may hold.
const PLACEHOLDERS: [&str; 4] = ["version", "sha", "release_id", "from_version"];

pub(super) fn target(table: &TeamTable, found: &mut Findings) -> Target {
    let github = &table.github;
    let gate = github
        .gate
        .as_ref()
        .map_or(GateKind::Environment, |at| at.value);
    let (version_from_title, version_from_artifact) = version::version_from(table, found);
    Target {
        workflow: workflow("github.workflow", &github.workflow, found),
        environment: found.filled("github.environment", &github.environment),
        job: found.filled("github.job", &github.job),
        gate,
        tag_prefix: table
            .tag_prefix
            .as_ref()
            .map_or_else(|| "v".to_owned(), |at| at.value.clone()),
        version_from_title,
        version_from_artifact,
        dispatch: dispatch(github, gate, found),
    }
}

fn dispatch(github: &GithubTable, gate: GateKind, found: &mut Findings) -> Option<DispatchRule> {
    let written: Option<&At<DispatchTable>> = github.dispatch.as_ref();
    match (gate, written) {
        (GateKind::Environment, Some(at)) => {
            let help = "add `gate = \"dispatch\"`, or leave `dispatch` out";
            found.wrong(&at.span, "`dispatch` without `gate = \"dispatch\"`", help);
            None
        }
        (GateKind::Environment, None) => None,
        (GateKind::Dispatch, written) => {
            let named = written.and_then(|at| at.workflow.as_ref());
            let file = named.unwrap_or(&github.workflow);
            let mut rule = DispatchRule {
                workflow: file.value.clone(),
                reference: written
                    .and_then(|at| at.reference.as_ref())
                    .map(|at| found.filled("github.dispatch.ref", at)),
                inputs: written.map_or_else(BTreeMap::new, |at| {
                    inputs("github.dispatch", &at.inputs, found)
                }),
            };
            if let Some(named) = named {
                workflow("github.dispatch.workflow", named, found);
            }
            if rule.inputs.is_empty() {
                for name in ["sha", "release_id"] {
                    rule.inputs.insert(name.to_owned(), format!("{{{name}}}"));
                }
            }
            Some(rule)
        }
    }
}

/// Inputs of a dispatch, their placeholders known and their number within GitHub's limit.
pub(super) fn inputs(
    key: &str,
    written: &BTreeMap<String, At<String>>,
    found: &mut Findings,
) -> BTreeMap<String, String> {
    if let Some(over) = written.values().nth(MOST_INPUTS) {
        let message = format!("`{key}.inputs` has {} entries", written.len());
        found.wrong(&over.span, message, "GitHub takes at most 25 inputs");
    }
    written
        .iter()
        .map(|(name, value)| (name.clone(), template(value, found)))
        .collect()
}

/// A value with placeholders, each of them known.
pub(super) fn template(at: &At<String>, found: &mut Findings) -> String {
    let mut rest = at.value.as_str();
    while let Some((_, after)) = rest.split_once('{') {
        let Some((name, behind)) = after.split_once('}') else {
            break;
        };
        rest = behind;
        // Braces of another language (`${{ x }}`, JSON) are the team's own.
        let word = !name.is_empty() && name.bytes().all(|b| b.is_ascii_lowercase() || b == b'_');
        if word && !PLACEHOLDERS.contains(&name) {
            let mut point =
                Diagnostic::at(at.span.clone(), format!("unknown placeholder {{{name}}}"))
                    .label("would be sent as it stands");
            point = point.help(match nearest(name, PLACEHOLDERS) {
                Some(near) => format!("did you mean {{{near}}}?"),
                None => "known are {version}, {sha}, {release_id}, {from_version}".to_owned(),
            });
            found.add(point);
        }
    }
    at.value.clone()
}

pub(super) fn repository(github: &GithubTable, found: &mut Findings) -> Option<String> {
    let at = github.repository.as_ref()?;
    // The host is not the file's to say: it decides where the token goes.
    found
        .read("github.repository", at, |slug| {
            Repository::parse("github.com", slug).map_err(|wrong| wrong.to_string())
        })
        .map(|repository| repository.slug())
}

pub(super) fn pipeline(table: &PipelineTable) -> Vec<StepRule> {
    let steps: [(&str, &Option<OneOrMany>); 5] = [
        ("CI", &table.ci),
        ("Verify", &table.verify),
        ("Explain", &table.explain),
        ("Staging", &table.staging),
        ("Validation", &table.validation),
    ];
    steps
        .into_iter()
        .filter_map(|(name, jobs)| {
            Some(StepRule {
                name: name.to_owned(),
                jobs: jobs
                    .as_ref()?
                    .0
                    .iter()
                    .cloned()
                    .map(NameGlob::from)
                    .collect(),
            })
        })
        .collect()
}

pub(super) fn production(
    table: &ProductionTable,
    found: &mut Findings,
) -> Option<ProductionVersion> {
    let at = table.version.as_ref()?;
    let VersionTable {
        url,
        pointer,
        command,
        timeout,
    } = &at.value;
    let timeout = found.read_or("timeout", timeout.as_ref(), VERSION_TIMEOUT, |raw| {
        units::duration(&raw.0)
    });
    match (url, command) {
        (Some(url), None) => Some(ProductionVersion::Url {
            url: found.read("production.version.url", url, |raw| address(raw))?,
            pointer: match pointer {
                Some(pointer) => Some(found.read("pointer", pointer, |raw| json_pointer(raw))?),
                None => None,
            },
            timeout,
        }),
        (None, Some(command)) => Some(ProductionVersion::Command {
            arguments: {
                explain::readable("production.version.command", command, found);
                found.program("production.version.command", command)
            },
            timeout,
        }),
        _ => {
            let help = "name `url` (with `pointer`), or `command`";
            found.wrong(&at.span, "`production.version` needs one source", help);
            None
        }
    }
}

pub(super) fn aws(entries: &[At<AwsEntry>], found: &mut Findings) -> Vec<AwsAccount> {
    let mut accounts: Vec<AwsAccount> = Vec::new();
    for at in entries {
        let name = at.name.as_ref().map(|name| name.value.clone());
        if entries.len() > 1 && name.is_none() {
            let help = "add `name = \"...\"`, and `aws = \"...\"` to the metrics it answers";
            found.wrong(&at.span, "one of several [[aws]] entries has no name", help);
        } else if accounts.iter().any(|one| one.name == name) {
            found.wrong(
                &at.span,
                "two [[aws]] entries have the same name",
                "rename one",
            );
        }
        accounts.push(AwsAccount {
            name,
            profile: at
                .profile
                .as_ref()
                .map(|at| found.filled("aws.profile", at)),
            region: at
                .region
                .as_ref()
                .and_then(|at| found.read("aws.region", at, |raw| region(raw))),
        });
    }
    accounts
}

/// A region becomes part of the host that is asked: letters, digits and dashes alone.
fn region(raw: &str) -> Result<String, String> {
    let is_label = !raw.is_empty()
        && raw.len() <= 32
        && raw
            .bytes()
            .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-');
    is_label
        .then(|| raw.to_owned())
        .ok_or_else(|| "is no region: write eu-central-1".to_owned())
}

/// An address that can be asked: http or https, a host. Secrets in it are refused by the shape.
pub(super) fn address(raw: &str) -> Result<String, String> {
    let rest = raw
        .strip_prefix("https://")
        .or_else(|| raw.strip_prefix("http://"))
        .ok_or_else(|| "write it whole: https://app.example.com/version".to_owned())?;
    let host = rest.split(['/', '?', '#']).next().unwrap_or("");
    if host.is_empty() || raw.contains(|c: char| c.is_whitespace() || c.is_control()) {
        return Err("is no address: write https://app.example.com/version".to_owned());
    }
    Ok(raw.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_region_leads_to_no_other_host() {
        assert_eq!(region("us-gov-west-1"), Ok("us-gov-west-1".to_owned()));
        for bad in ["", "eu central 1", "EU-1", "x.evil.dev/#", "a@evil.dev:1"] {
            assert!(region(bad).is_err(), "{bad}");
        }
    }
}
