//! `production-deployment-plan`: the runbook from the rules and from what is known, with commands to copy.

use super::page::Page;
use crate::{
    domain::{
        flags::FlagsRule,
        judge::Rule,
        policy::{
            Advance, DuringDeploy, GateKind, OnTrigger, Policy, RollbackRule, StageBound, Strategy,
        },
        release::Release,
        wording::{self, quoted},
    },
    report::{StagingReport, by_hand::rollback_by_hand},
};

/// What a plan is made from.
#[derive(Debug, Clone)]
pub struct PlanFacts<'a> {
    /// The rules.
    pub policy: &'a Policy,
    /// The release, where one is known.
    pub release: Option<&'a Release>,
    /// `owner/name`, where it is known.
    pub repository: Option<String>,
    /// What could not be known, and why.
    pub unknown: Vec<String>,
}

/// The plan.
pub fn plan(facts: &PlanFacts<'_>) -> Page {
    let policy = facts.policy;
    let name = facts.release.map_or_else(
        || "the next release".to_owned(),
        |release| release.name().to_string(),
    );
    let mut page = Page::new(format!(
        "Production deployment plan: {} {name}",
        policy.service
    ));
    about(&mut page, facts);
    if !facts.unknown.is_empty() {
        page.heading("Not known");
        page.bullets(facts.unknown.clone());
    }
    page.heading("Checks before");
    before(&mut page, facts);
    page.heading("Steps");
    page.bullets(steps(policy));
    page.commands(start(facts));
    page.heading("Verification");
    verification(&mut page, policy);
    page.heading("Rollback");
    rollback(&mut page, facts);
    page
}

fn about(page: &mut Page, facts: &PlanFacts<'_>) {
    let policy = facts.policy;
    let mut rows = Vec::new();
    let mut row = |name: &str, value: String| rows.push(vec![name.to_owned(), value]);
    let unknown = || "unknown".to_owned();
    row("service", policy.service.clone());
    row(
        "repository",
        facts.repository.clone().unwrap_or_else(unknown),
    );
    row("environment", policy.target.environment.clone());
    row(
        "strategy",
        super::facts::strategy(&policy.strategy).to_owned(),
    );
    if let Some(release) = facts.release {
        row("release", release.name().to_string());
        row(
            "commit",
            release
                .rollout
                .sha()
                .map_or_else(unknown, ToString::to_string),
        );
        row("production now", super::facts::before(release));
        row("run", release.key.run.to_string());
    }
    row("rules", format!("sha256 {}", policy.hash));
    page.table(&["about", ""], rows, "");
}

fn before(page: &mut Page, facts: &PlanFacts<'_>) {
    let policy = facts.policy;
    if let Some(release) = facts.release {
        let staging = StagingReport::of(release);
        page.words(format!(
            "{}: {}",
            staging.outcome.word(),
            staging.recommendation()
        ));
        super::facts::gates(page, release.gates());
        return;
    }
    let mut items: Vec<String> = policy
        .evidence
        .iter()
        .map(|rule| {
            let needed = if rule.required {
                "required"
            } else {
                "looked at"
            };
            let from = rule.artifact.as_ref().map_or_else(String::new, |artifact| {
                format!(", from the artifact {artifact}")
            });
            format!("{}: {needed}{from}", rule.kind.word())
        })
        .collect();
    items.push("the candidate is ahead of what production runs".to_owned());
    items.push(match policy.rollback {
        Some(_) => "the way back is ready: target, inputs of the workflow, time".to_owned(),
        None => "the rules name no way back: agree on one before".to_owned(),
    });
    items.extend(expressions("now holds", &policy.hypercare.gates));
    page.bullets(items);
}

fn expressions(lead: &str, rules: &[Rule]) -> Vec<String> {
    rules
        .iter()
        .map(|rule| format!("{lead}: {}", rule.source()))
        .collect()
}

fn steps(policy: &Policy) -> Vec<String> {
    let target = &policy.target;
    let escalation = match &policy.approval.escalate_to {
        Some(to) => format!(", then {to} is told"),
        None => String::new(),
    };
    let mut steps = vec![format!(
        "a person approves in cockpit (within {}{escalation}); {}",
        wording::duration(policy.approval.escalate_after),
        match target.gate {
            GateKind::Environment => format!(
                "GitHub then lets {} of {} go on in the environment {}",
                target.job, target.workflow, target.environment
            ),
            GateKind::Dispatch => match &target.dispatch {
                Some(rule) => format!("cockpit then starts {}", rule.workflow),
                None => "the rules name no production workflow to start".to_owned(),
            },
        }
    )];
    match &policy.strategy {
        Strategy::Recreate => steps.push("everything is replaced at once".to_owned()),
        Strategy::Rolling {
            max_unavailable,
            max_surge,
        } => {
            let told =
                |value: &Option<String>| value.clone().unwrap_or_else(|| "not told".to_owned());
            steps.push(format!(
                "hosts are replaced in turn: at most {} away, at most {} more",
                told(max_unavailable),
                told(max_surge)
            ));
        }
        Strategy::BlueGreen { validation } => {
            steps.push("the second fleet takes over".to_owned());
            steps.push(match validation {
                Some(time) => format!(
                    "both stand for {}: until then going back is switching back",
                    wording::duration(*time)
                ),
                None => "how long both stand is not told".to_owned(),
            });
        }
        Strategy::Canary { stages, advance } => {
            for stage in stages {
                let bound = match &stage.bound {
                    StageBound::Environment(name) => format!("held by the environment {name}"),
                    StageBound::Job(name) => format!("the job {name}, watched only"),
                };
                let gates: Vec<&str> = stage.gates.iter().map(Rule::source).collect();
                let gates = if gates.is_empty() {
                    String::new()
                } else {
                    format!("; must hold: {}", gates.join(", "))
                };
                steps.push(format!(
                    "{} for {} ({bound}){gates}",
                    stage.weight,
                    wording::duration(stage.duration)
                ));
            }
            steps.push(match advance {
                Advance::Ask => "a person releases each next stage".to_owned(),
                Advance::PreAuthorised => {
                    "next stages are released in advance where every gate passes".to_owned()
                }
            });
        }
    }
    steps.push(format!(
        "the deploy may take {}",
        wording::duration(policy.approval.deploy_timeout)
    ));
    steps.extend(policy.flags.iter().flat_map(flag_steps));
    steps
}

/// Turning flags on is a person's work in the provider's own place; cockpit only switches them off.
fn flag_steps(rule: &FlagsRule) -> Vec<String> {
    let (who, at) = (rule.provider.word(), &rule.environment);
    let mut steps = Vec::new();
    for name in &rule.names {
        steps.push(format!(
            "by hand, flag {name} in {who} ({at}): on for internal users; watch {HOLD}"
        ));
        steps.push(format!(
            "by hand, flag {name}: 5%, then 25% of all users; watch {HOLD} each"
        ));
        steps.push(format!(
            "by hand, flag {name}: everyone, once nothing stands out"
        ));
    }
    steps.push("at any time: K in cockpit switches a flag off for everyone".to_owned());
    steps
}

/// How long a step of a flag is watched before the next.
const HOLD: &str = "15 minutes";

fn start(facts: &PlanFacts<'_>) -> Vec<String> {
    let run = facts.release.map(|release| release.key.run.to_string());
    let mut lines = vec![match &run {
        Some(run) => format!("cockpit {run}"),
        None => "cockpit".to_owned(),
    }];
    if let (Some(run), Some(slug)) = (run, &facts.repository) {
        lines.push(format!("gh run view {run} --repo {}", quoted(slug)));
    }
    lines
}

fn verification(page: &mut Page, policy: &Policy) {
    let hypercare = &policy.hypercare;
    let mut items = vec![format!(
        "{} with complete data are judged, within {}",
        wording::duration(hypercare.window),
        wording::duration(hypercare.max_wait)
    )];
    items.extend(expressions("must hold", &hypercare.gates));
    items.extend(expressions("fires an alert", &hypercare.triggers));
    if hypercare.gates.is_empty() && hypercare.triggers.is_empty() {
        items.push(
            "the rules ask nothing of production: a person says whether it is well".to_owned(),
        );
    }
    items.extend(
        hypercare
            .alarms
            .iter()
            .map(|alarm| format!("alarm {alarm} stays quiet")),
    );
    page.bullets(items);
}

fn rollback(page: &mut Page, facts: &PlanFacts<'_>) {
    let Some(rule) = &facts.policy.rollback else {
        return page.words("The rules name no way back.");
    };
    let target = facts.release.and_then(Release::rollback_target);
    let (version, sha) = match &target {
        Some(target) => (target.name().to_owned(), target.sha.to_string()),
        None => ("VERSION".to_owned(), "SHA".to_owned()),
    };
    let mut items = vec![match &target {
        Some(target) => format!("back to {} ({})", target.name(), target.sha.short()),
        None => {
            "where to is not known: put the version that ran before in place of VERSION and SHA"
                .to_owned()
        }
    }];
    items.extend(way(rule));
    let usual = facts
        .release
        .and_then(|release| release.rollback.readiness.as_ref()?.usual_time());
    items.push(match usual {
        Some(usual) => format!("past rollbacks took {}", wording::duration(usual)),
        None => "how long it takes is not known".to_owned(),
    });
    let diff = facts
        .release
        .and_then(|release| release.evidence.diff.as_ref());
    items.extend(
        diff.into_iter()
            .flat_map(|diff| &diff.migrations)
            .map(|migration| format!("not undone by it: {}", migration.in_short())),
    );
    page.bullets(items);
    page.words("In cockpit: R. By hand, with what stands in braces filled in:");
    let slug = facts
        .repository
        .clone()
        .unwrap_or_else(|| "OWNER/NAME".to_owned());
    page.commands(rollback_by_hand(rule, &quoted(&slug), &version, &sha));
}

fn way(rule: &RollbackRule) -> Vec<String> {
    vec![
        match rule.during_deploy {
            DuringDeploy::Ask => "while the deploy still runs: cockpit asks whether to cancel it",
            DuringDeploy::CancelThenDispatch => {
                "while the deploy still runs: it is cancelled first"
            }
            DuringDeploy::Dispatch => "while the deploy still runs: started beside it",
            DuringDeploy::Wait => "while the deploy still runs: its end is waited for",
        }
        .to_owned(),
        match rule.on_trigger {
            OnTrigger::Ask => "a trigger that fires asks a person",
            OnTrigger::PreAuthorised => {
                "triggers may be agreed to in advance, where this cockpit can count down"
            }
        }
        .to_owned(),
        format!("it may take {}", wording::duration(rule.timeout)),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::flags::FlagProvider;

    #[test]
    fn a_flag_goes_to_internal_users_first_and_then_wider_by_a_persons_hand() {
        let rule = FlagsRule {
            provider: FlagProvider::Unleash,
            environment: "production".to_owned(),
            names: vec!["new-checkout".to_owned(), "dark-mode".to_owned()],
        };
        let steps = flag_steps(&rule);
        let of = |name: &str| -> Vec<&String> {
            let own = steps.iter().filter(|step| step.contains(name));
            own.collect()
        };
        for name in &rule.names {
            let own = of(name);
            assert!(own.iter().all(|step| step.starts_with("by hand")));
            for (step, words) in own
                .iter()
                .zip(["internal users", "5%, then 25%", "everyone"])
            {
                assert!(step.contains(words), "{own:#?}");
            }
            assert_eq!(own.len(), 3, "{own:#?}");
        }
        assert!(
            steps
                .last()
                .is_some_and(|last| last.contains("K in cockpit"))
        );
    }
}
