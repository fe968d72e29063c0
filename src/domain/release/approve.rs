//! An approval: what refuses it, and what it asks of GitHub.

use jiff::Timestamp;

use super::fill::Templates;
use crate::domain::{
    Deed, Event, Login, Refusal, Text,
    approval::{ApprovalEvent, ConfirmedApproval, Consent},
    policy::{Effect, GateKind},
    release::Release,
    wording,
};

/// What a confirmed approval makes happen, or why it does nothing.
pub(super) fn approve(
    release: &Release,
    actor: &Login,
    confirmed: &ConfirmedApproval,
    at: Timestamp,
) -> Result<Vec<Event>, Refusal> {
    // A machine that just woke up may not have looked at the calendar yet.
    if release.timing_changed(at).is_some() {
        return Err(Refusal::InFlight("a look at the calendar".into()));
    }
    if let Some(request) = release.approval.in_flight() {
        let who = request
            .by
            .as_ref()
            .map_or_else(|| "someone".to_owned(), ToString::to_string);
        return Err(Refusal::InFlight(Text::line(&format!(
            "asked for by {who}"
        ))));
    }
    let Some(shown) = release.shown() else {
        return Err(Refusal::WrongPhase {
            phase: Text::line(release.phase().word()),
        });
    };
    let changes = confirmed.shown().changes(&shown);
    if !changes.is_empty() {
        return Err(Refusal::Changed(changes));
    }
    if let Some(why) = release.approval_hindrance() {
        return Err(Refusal::NotAllowed {
            who: Text::line(actor.as_str()),
            why,
        });
    }
    if let Some(why) = release.held_until(at) {
        return Err(Refusal::Blocked(vec![why]));
    }
    let (blocked, reasons) = open_gates(release);
    if !blocked.is_empty() {
        return Err(Refusal::Blocked(blocked));
    }
    if !reasons.is_empty() && confirmed.reason().is_none() {
        return Err(Refusal::NeedsReason(reasons));
    }
    Ok(vec![approval_requested(
        release,
        actor.as_str(),
        confirmed,
    )?])
}

/// The request of an approval in the name of `who`.
pub(super) fn approval_requested(
    release: &Release,
    who: &str,
    confirmed: &ConfirmedApproval,
) -> Result<Event, Refusal> {
    let event = ApprovalEvent::Requested {
        shown: Box::new(confirmed.shown().clone()),
        digest: confirmed.digest().clone(),
        consent: confirmed.consent().clone(),
        reason: confirmed.reason().cloned(),
        deed: approval_deed(release, who, confirmed)?,
    };
    Ok(event.into())
}

/// Gates that block, and gates that want a typed reason.
fn open_gates(release: &Release) -> (Vec<Text>, Vec<Text>) {
    let mut blocked = Vec::new();
    let mut reasons = Vec::new();
    for gate in release.gates() {
        let line = || Text::line(&format!("{}: {}", gate.title, gate.verdict.why));
        match gate.effect {
            Some(Effect::Block) => blocked.push(line()),
            Some(Effect::Reason) => reasons.push(line()),
            Some(Effect::Warn) | None => {}
        }
    }
    (blocked, reasons)
}

fn approval_deed(
    release: &Release,
    who: &str,
    confirmed: &ConfirmedApproval,
) -> Result<Deed, Refusal> {
    let digest = confirmed.digest();
    let shown = confirmed.shown();
    match release.policy.target.gate {
        GateKind::Environment => {
            let marker = format!("cockpit {}", digest.short());
            let why = confirmed
                .reason()
                .map_or_else(String::new, |reason| format!("\n\n{reason}"));
            let emergency = emergency_in_comment(release);
            Ok(Deed::Review {
                run: shown.run,
                environments: confirmed.environments(),
                approve: true,
                comment: Text::block(&format!(
                    "Approved by {} for {} {} ({}).{emergency}{why}\n\n{marker} sha256:{digest}",
                    approvers(who, confirmed.consent()),
                    shown.service,
                    shown.name(),
                    shown.sha.short(),
                )),
                marker,
            })
        }
        GateKind::Dispatch => {
            let Some(rule) = &release.policy.target.dispatch else {
                return Err(Refusal::Impossible(
                    "the rules name no production workflow to start: set [github] production in cockpit.toml".into(),
                ));
            };
            let marker = release.marker("p", shown.stage + 1);
            Ok(Templates::of_release(release, &marker).dispatch(rule, None))
        }
    }
}

/// What GitHub's comment says of an emergency: who, why, what it waives, and that it will be looked at again.
fn emergency_in_comment(release: &Release) -> String {
    let Some(emergency) = &release.approval.emergency else {
        return String::new();
    };
    let waived = release.waivable();
    let waived = if waived.is_empty() {
        String::new()
    } else {
        format!("Waived: {}. ", waived.join(", "))
    };
    format!(
        "\n\n{}\n{}\n\n{waived}Review due by {}.",
        emergency.in_short(),
        emergency.reason,
        emergency.review_by.strftime("%F %H:%M UTC"),
    )
}

/// Who approved, and where that was others by clicks, through whose token it goes.
fn approvers(who: &str, consent: &Consent) -> String {
    match consent {
        Consent::Quorum { clicks } => {
            let names: Vec<&str> = clicks.iter().map(|(by, _)| by.as_str()).collect();
            format!(
                "{} in Slack, through the token of {who},",
                wording::list(&names)
            )
        }
        Consent::Typed { .. } | Consent::TwoKeys | Consent::PreAuthorised { .. } => who.to_owned(),
    }
}
