//! `[rollback]`: the way back.

use jiff::SignedDuration;

use super::{findings::Findings, target, values};
use crate::{
    config::{At, file::RollbackTable, units},
    domain::policy::{DispatchRule, DuringDeploy, OnTrigger, RollbackRule},
};

const COUNTDOWN: SignedDuration = SignedDuration::from_secs(60);
const TIMEOUT: SignedDuration = SignedDuration::from_mins(30);

pub(super) fn rollback(at: &At<RollbackTable>, found: &mut Findings) -> Option<RollbackRule> {
    if at.workflow.is_none() && at.fallback.is_none() {
        found.wrong(
            &at.span,
            "[rollback] names no way back",
            "add `workflow`, or `fallback`",
        );
        return None;
    }
    if at.workflow.is_none()
        && let Some((_, input)) = at.inputs.first_key_value()
    {
        found.wrong(
            &input.span,
            "`inputs` without a `workflow`",
            "add `workflow`",
        );
    }
    let fallback = at.fallback.as_ref().map_or_else(Vec::new, |command| {
        if command
            .first()
            .is_none_or(|program| program.trim().is_empty())
        {
            found.wrong(
                &command.span,
                "`fallback` names no program",
                "write [\"./rollback.sh\", \"{version}\"]",
            );
        }
        command
            .iter()
            .map(|part| target::template(part, found))
            .collect()
    });
    Some(RollbackRule {
        dispatch: at.workflow.as_ref().map(|workflow| DispatchRule {
            workflow: values::workflow("rollback.workflow", workflow, found),
            reference: at
                .reference
                .as_ref()
                .map(|at| found.filled("rollback.ref", at)),
            inputs: target::inputs("rollback", &at.inputs, found),
        }),
        during_deploy: at.during_deploy.unwrap_or(DuringDeploy::Ask),
        on_trigger: on_trigger(at, found),
        countdown: countdown(at, found),
        fallback,
        timeout: found.read_or("rollback.timeout", at.timeout.as_ref(), TIMEOUT, |raw| {
            units::duration(&raw.0)
        }),
    })
}

/// What a trigger does. What may happen without a person's key must be able to happen.
fn on_trigger(at: &At<RollbackTable>, found: &mut Findings) -> OnTrigger {
    let Some(written) = &at.on_trigger else {
        return OnTrigger::Ask;
    };
    if written.value == OnTrigger::PreAuthorised && at.workflow.is_none() {
        let help = "add `workflow`: a program is never started without a person's key";
        found.wrong(&written.span, "pre-authorised without a workflow", help);
    }
    written.value
}

fn countdown(at: &At<RollbackTable>, found: &mut Findings) -> SignedDuration {
    found.read_or(
        "rollback.countdown",
        at.countdown.as_ref(),
        COUNTDOWN,
        |raw| {
            let value = units::duration(&raw.0)?;
            if (10..=600).contains(&value.as_secs()) {
                Ok(value)
            } else {
                Err(
                    "people need time to hold it, and production cannot wait: 10s to 10m"
                        .to_owned(),
                )
            }
        },
    )
}
