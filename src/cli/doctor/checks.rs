//! The checks: questions to the ports, and what the answers mean.

use std::collections::{BTreeMap, BTreeSet};

use super::{
    finding::{Finding, State},
    named::named,
    reviewer::reviewer,
    world::{Hub, Plant},
};
use crate::{
    adapters::cloudwatch::{Liveness, check},
    cli::clocks,
    domain::{
        FaultKind, Login, Text,
        policy::{DispatchRule, GateKind, Policy, Side, StageBound, Strategy},
    },
    ports::Probe,
};

/// Token, rights, workflow, job, environments, dispatch and rollback.
pub(super) async fn hub(hub: &Hub<'_>, policy: &Policy) -> Vec<Finding> {
    let viewer = hub.runs.viewer().await;
    let mut found = vec![match &viewer {
        Ok(login) => Finding::ok("token", format!("belongs to @{login}")),
        // An app's or a run's own token may ask everything but whose it is.
        Err(fault) if fault.kind == FaultKind::Forbidden => {
            let mend = "an app's is fine for watching; to approve use a person's, who is a required reviewer";
            let what = format!("GitHub does not say whose: {}", fault.detail);
            Finding::bad(State::Warn, "token", what, mend)
        }
        // Every other question would fail for the same reason.
        Err(fault) => return vec![Finding::fault("token", fault)],
    }];
    found.push(match clocks::apart(hub.dispatch.clock_ahead()) {
        None => Finding::ok("clock", "agrees with GitHub's"),
        Some(apart) => Finding::bad(State::Warn, "clock", apart, "let both follow a time server"),
    });
    found.push(rights(hub).await);
    found.push(shares(hub).await);
    found.push(workflow(hub, &policy.target.workflow).await);
    found.push(job(hub, &policy.target.job).await);
    found.extend(named(hub, policy).await);
    for name in environments(policy) {
        let viewer = viewer.as_ref().ok();
        found.extend(environment(hub, &name, policy.target.gate, viewer).await);
    }
    if let Some(rule) = &policy.target.dispatch {
        found.push(inputs(hub, "dispatch", rule).await);
    }
    found.push(match &policy.rollback {
        None => Finding::bad(
            State::Warn,
            "rollback",
            "there is no way back",
            "add [rollback] with `workflow`",
        ),
        Some(rule) => match &rule.dispatch {
            None => Finding::bad(
                State::Warn,
                "rollback",
                "only the fallback command",
                "add `workflow` to [rollback]",
            ),
            Some(rule) => inputs(hub, "rollback", rule).await,
        },
    });
    found
}

async fn rights(hub: &Hub<'_>) -> Finding {
    match hub.survey.access().await {
        Err(fault) => Finding::fault("repository", &fault),
        Ok(access) if access.push => Finding::ok(
            "repository",
            format!(
                "default branch {}, may dispatch workflows",
                access.default_branch
            ),
        ),
        Ok(_) => {
            let mend = "use a token of someone who may write: `repo` scope, or Actions and Contents read and write";
            Finding::bad(
                State::Warn,
                "repository",
                "this token may read but not dispatch workflows",
                mend,
            )
        }
    }
}

/// Whether other machines can be told who drives and who rolls back.
async fn shares(hub: &Hub<'_>) -> Finding {
    match hub.survey.may_write_refs().await {
        Ok(()) => Finding::ok("claims", "other machines see who drives and who rolls back"),
        Err(fault) if matches!(fault.kind, FaultKind::Forbidden | FaultKind::NotFound) => {
            let mend = "give the token Contents: read and write (`repo` scope), so that claims stand as refs/cockpit/...";
            let found = format!(
                "this machine only: refs cannot be written: {}",
                fault.detail
            );
            Finding::bad(State::Warn, "claims", found, mend)
        }
        Err(fault) => Finding::fault("claims", &fault),
    }
}

async fn workflow(hub: &Hub<'_>, file: &str) -> Finding {
    match hub.survey.workflow(file).await {
        Err(fault) => Finding::fault("workflow", &fault),
        Ok(None) => {
            let mend = "correct `github.workflow`: the file's name in .github/workflows of the default branch";
            Finding::bad(State::Fail, "workflow", format!("there is no {file}"), mend)
        }
        Ok(Some(there)) if there.state.as_str() == "active" => {
            Finding::ok("workflow", format!("{file}: {}", there.name))
        }
        Ok(Some(there)) => {
            let mend = "enable it on the repository's Actions page";
            Finding::bad(
                State::Fail,
                "workflow",
                format!("{file} is {}", there.state),
                mend,
            )
        }
    }
}

/// Whether the newest completed run has the production job: a wrong name shows a release that never reaches production.
async fn job(hub: &Hub<'_>, wanted: &str) -> Finding {
    let newest = match hub.runs.runs(Some("completed")).await {
        Ok(runs) => runs.into_iter().next(),
        Err(fault) => return Finding::fault("job", &fault),
    };
    let Some(run) = newest else {
        let mend = "run the workflow once";
        return Finding::bad(
            State::Unknown,
            "job",
            "no run of the workflow has ended yet",
            mend,
        );
    };
    match hub.runs.jobs(run.id).await {
        Err(fault) => Finding::fault("job", &fault),
        Ok(jobs) => {
            let is_it = |name: &Text| {
                let name = name.as_str();
                name == wanted
                    || name
                        .strip_prefix(wanted)
                        .is_some_and(|rest| rest.starts_with(" ("))
            };
            if jobs.iter().any(|job| is_it(&job.name)) {
                return Finding::ok("job", format!("`{wanted}` is in run {}", run.id));
            }
            let names: Vec<&str> = jobs.iter().take(12).map(|job| job.name.as_str()).collect();
            let mend = format!(
                "correct `github.job`; the run has: {}",
                Text::line(&names.join(", "))
            );
            Finding::bad(
                State::Warn,
                "job",
                format!("no job `{wanted}` in run {}", run.id),
                mend,
            )
        }
    }
}

fn environments(policy: &Policy) -> Vec<String> {
    let mut names = Vec::new();
    if let Strategy::Canary { stages, .. } = &policy.strategy {
        names.extend(stages.iter().filter_map(|stage| match &stage.bound {
            StageBound::Environment(name) => Some(name.clone()),
            StageBound::Job(_) => None,
        }));
    }
    if !names.contains(&policy.target.environment) {
        names.push(policy.target.environment.clone());
    }
    names
}

async fn environment(
    hub: &Hub<'_>,
    name: &str,
    gate: GateKind,
    viewer: Option<&Login>,
) -> Vec<Finding> {
    let check = format!("environment {name}");
    let there = match hub.history.environment(name).await {
        Ok(there) => there,
        Err(fault) if fault.kind == FaultKind::NotFound => {
            let mend = "correct the name in cockpit.toml, or make it in the repository's settings";
            return vec![Finding::bad(
                State::Fail,
                check,
                "is not there, or hidden from this token",
                mend,
            )];
        }
        Err(fault) => return vec![Finding::fault(check, &fault)],
    };
    let mut found = Vec::new();
    match (there.required_reviewers, gate) {
        (true, GateKind::Environment) => {
            found.push(Finding::ok(check.clone(), "holds for a review"));
        }
        (false, GateKind::Environment) => {
            let mend =
                "add required reviewers to it; on a plan without them, write gate = \"dispatch\"";
            found.push(Finding::bad(
                State::Fail,
                check.clone(),
                "nothing holds production: no required reviewers",
                mend,
            ));
        }
        (true, GateKind::Dispatch) => {
            let mend = "drop gate = \"dispatch\", or expect a second review after the approval";
            found.push(Finding::bad(
                State::Warn,
                check.clone(),
                "also holds for a review",
                mend,
            ));
        }
        (false, GateKind::Dispatch) => {
            found.push(Finding::ok(check.clone(), "the dispatch is the gate"));
        }
    }
    if there.required_reviewers {
        found.push(reviewer(hub, name, viewer).await);
    }
    if there.required_reviewers && there.admins_may_bypass {
        let mend = "untick \"Allow administrators to bypass\" in its settings";
        found.push(Finding::bad(
            State::Warn,
            check,
            "admins may pass the review by",
            mend,
        ));
    }
    found
}

/// Whether what would be sent is what the workflow file takes: GitHub refuses undeclared inputs.
async fn inputs(hub: &Hub<'_>, check: &str, rule: &DispatchRule) -> Finding {
    let reference = match &rule.reference {
        Some(reference) => reference.clone(),
        None => match hub.history.default_branch().await {
            Ok(branch) => branch.as_str().to_owned(),
            Err(fault) => return Finding::fault(check, &fault),
        },
    };
    let file = &rule.workflow;
    let declared = match hub.dispatch.inputs(file, &reference).await {
        Ok(declared) => declared,
        Err(fault) => return Finding::fault(check, &fault),
    };
    let Some(declared) = declared else {
        let mend = format!("add `workflow_dispatch:` with the inputs to {file}");
        return Finding::bad(
            State::Fail,
            check,
            format!("{file} on {reference} takes no workflow_dispatch"),
            mend,
        );
    };
    let declared: BTreeMap<&str, bool> = declared.iter().map(|(n, r)| (n.as_str(), *r)).collect();
    let undeclared: Vec<&str> = rule
        .inputs
        .keys()
        .map(String::as_str)
        .filter(|name| !declared.contains_key(name))
        .collect();
    let missing: Vec<&str> = declared
        .iter()
        .filter(|(name, required)| **required && !rule.inputs.contains_key(**name))
        .map(|(name, _)| *name)
        .collect();
    if !undeclared.is_empty() {
        let known: Vec<&str> = declared.into_keys().collect();
        let mend = format!(
            "declare them in {file}, or use its own: {}",
            known.join(", ")
        );
        return Finding::bad(
            State::Fail,
            check,
            format!("{file} does not declare {}", undeclared.join(", ")),
            mend,
        );
    }
    if !missing.is_empty() {
        let mend = "add them to `inputs` in cockpit.toml";
        return Finding::bad(
            State::Fail,
            check,
            format!("{file} requires {}", missing.join(", ")),
            mend,
        );
    }
    Finding::ok(check, format!("{file} on {reference} takes these inputs"))
}

/// Production's version.
pub(super) async fn production(probe: Option<&dyn Probe>) -> Finding {
    match probe {
        None => {
            let mend = "add `version` to [production], so that cockpit sees what serves";
            Finding::bad(State::Warn, "production version", "is not asked", mend)
        }
        Some(probe) => match probe.version().await {
            Ok(version) => Finding::ok("production version", version.as_str()),
            Err(fault) => Finding::fault("production version", &fault),
        },
    }
}

/// Metrics and alarms.
pub(super) async fn plant(plant: &Plant<'_>, policy: &Policy) -> Vec<Finding> {
    let mut found = metrics(plant, policy).await;
    found.extend(alarms(plant, policy).await);
    found
}

async fn metrics(plant: &Plant<'_>, policy: &Policy) -> Vec<Finding> {
    if policy.metrics.is_empty() {
        let mend = "add `metrics`, with gates and triggers in [hypercare]";
        return vec![Finding::bad(
            State::Warn,
            "metrics",
            "none: the watch sees nothing",
            mend,
        )];
    }
    let (presences, remarks) = match check(plant.metrics, plant.clock, &policy.metrics).await {
        Ok(answer) => answer,
        Err(fault) => return vec![Finding::fault("metrics", &fault)],
    };
    let said = || {
        remarks
            .iter()
            .map(Text::as_str)
            .collect::<Vec<_>>()
            .join("; ")
    };
    presences
        .iter()
        .map(|one| {
            let check = format!("metric {}{}", one.name, side(one.side));
            match one.liveness {
                Liveness::Live => Finding::ok(check, "has data"),
                Liveness::Stale(minute) => {
                    let mend = "look whether the service still publishes it";
                    Finding::bad(
                        State::Warn,
                        check,
                        format!("last value at {}", minute.start()),
                        mend,
                    )
                }
                Liveness::NoTraffic => {
                    let mend = "send traffic, or expect that it cannot be judged";
                    Finding::bad(State::Warn, check, "no traffic for an hour", mend)
                }
                Liveness::Silent => {
                    let mend = "check its resource's name, the region and the account";
                    Finding::bad(State::Fail, check, "no data for an hour", mend)
                }
                Liveness::Broken => {
                    let mend = "allow cloudwatch:GetMetricData to these credentials";
                    Finding::bad(
                        State::Fail,
                        check,
                        format!("cannot be read: {}", said()),
                        mend,
                    )
                }
            }
        })
        .collect()
}

/// The sides of a canary have a metric's name in common.
fn side(side: Side) -> &'static str {
    match side {
        Side::All => "",
        Side::Canary => " of the canary",
        Side::Control => " of the control",
        Side::BandHigh => "'s band, upper edge",
        Side::BandLow => "'s band, lower edge",
    }
}

async fn alarms(plant: &Plant<'_>, policy: &Policy) -> Vec<Finding> {
    let care = &policy.hypercare;
    let mut names: BTreeSet<String> = care.alarms.iter().cloned().collect();
    for rule in care.gates.iter().chain(&care.triggers) {
        names.extend(rule.alarms());
    }
    if names.is_empty() {
        return Vec::new();
    }
    let names: Vec<String> = names.into_iter().collect();
    let there = match plant.alarms.read(&names).await {
        Ok(there) => there,
        Err(fault) => return vec![Finding::fault("alarms", &fault)],
    };
    names
        .iter()
        .map(|name| {
            let check = format!("alarm {name}");
            if there.iter().any(|alarm| alarm.name.as_str() == name) {
                Finding::ok(check, "is there")
            } else {
                let mend = "correct its name in cockpit.toml, or the region and account";
                Finding::bad(State::Fail, check, "is not there", mend)
            }
        })
        .collect()
}
