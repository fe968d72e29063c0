//! `deployment-record.json`: everything about a release for machines. `assets/deployment-record.schema.json` describes it.
//!
//! Times are RFC 3339 in UTC, durations whole seconds; what is not known is null.

use jiff::Timestamp;
use serde_json::{Value, json};

use super::{
    checklist,
    decision::agreed,
    facts::{Moved, before, measured_until, moved, strategy},
    moments::Moments,
    verification,
};
use crate::domain::{
    Event, Stamped,
    approval::ApprovalEvent,
    judge::WindowEnd,
    record::{Note, RecordEvent},
    release::{Gate, Recorded, Release},
    rollback::RollbackProgress,
};

pub(super) fn record(recorded: &Recorded) -> Value {
    let release = recorded.release();
    let policy = &release.policy;
    let repository = &release.key.repository;
    let candidate = release.evidence.candidate.as_ref();
    let mut record = json!({
        "record": "deployment-record",
        "format": 1,
        "service": policy.service,
        "host": repository.host,
        "repository": repository.slug(),
        "run": release.key.run,
        "attempt": release.attempt(),
        "version": release.name(),
        "sha": release.rollout.sha(),
        "production_before": (before(release) != "unknown").then(|| before(release)),
        "production_now": release.rollout.production_now().and_then(|answer| answer.name()),
        "environment": policy.target.environment,
        "workflow": policy.target.workflow,
        "gate": policy.target.gate,
        "strategy": strategy(&policy.strategy),
        "rules_sha256": policy.hash,
        "cockpit": version(recorded),
        "outcome": release.outcome(),
        "phase": release.phase(),
        "ended": release.phase().is_end(),
        "authors": candidate.map(|candidate| &candidate.authors),
        "pull_requests": candidate.map(|candidate| candidate.pulls.iter()
            .map(|(number, title)| json!({"number": number, "title": title}))
            .collect::<Vec<_>>()),
        "people": recorded.people(),
        "times": times(recorded),
        "seconds": seconds(&Moments::of(recorded)),
        "risk": {"level": release.risk().level, "score": release.risk().score},
        "gates_at_decision": recorded.at_decision().map(|(_, then)| gates(then.gates())),
        "decisions": recorded.events().iter().filter_map(decision).collect::<Vec<_>>(),
        "stages": release.rollout.stages.iter().map(|stage| json!({
            "name": stage.name,
            "weight": stage.weight,
            "state": verification::state(stage.state),
            "since": stage.since,
        })).collect::<Vec<_>>(),
        "watch": watch(release),
        "metrics": moved(release, measured_until(release)).iter().map(metric).collect::<Vec<_>>(),
        "triggers": release.watch.triggers.iter().map(|(source, trigger)| json!({
            "trigger": source,
            "armed": trigger.disarmed.is_none(),
            "fired": trigger.times,
            "why": trigger.fired.as_ref().map(|fired| &fired.why).or(trigger.disarmed.as_ref()),
        })).collect::<Vec<_>>(),
        "issues": release.rollout.issues,
        "rollbacks": rollbacks(release),
        "problems": release.record.problems.iter().map(|(problem, said)| json!({
            "problem": problem, "note": note(said),
        })).collect::<Vec<_>>(),
        "notes": release.record.notes.iter().map(note).collect::<Vec<_>>(),
        "explanation": release.record.explanation.as_ref().map(note),
        "emergency": emergency(release),
        "closed": release.record.closed.as_ref().map(note),
        "events": release.seq(),
    });
    // The macro has an end, and this is beyond it.
    let (prerequisites, items) = checklist::record(release);
    record["prerequisites"] = prerequisites.into();
    record["checklist"] = items.into();
    record
}

/// The emergency way, where somebody took it.
fn emergency(release: &Release) -> Option<Value> {
    let emergency = release.approval.emergency.as_ref()?;
    Some(json!({
        "at": emergency.at,
        "by": emergency.by,
        "reason": emergency.reason,
        "incident": emergency.incident,
        "review_by": emergency.review_by,
        "review": release.record.review.as_ref().map(note),
    }))
}

/// The cockpit that opened the journal.
fn version(recorded: &Recorded) -> Option<&str> {
    match &recorded.events().first()?.event {
        Event::Record(RecordEvent::Opened { version, .. }) => Some(version),
        _ => None,
    }
}

fn times(recorded: &Recorded) -> Value {
    let moments = Moments::of(recorded);
    json!({
        "opened": recorded.opened(),
        "waiting": moments.waiting,
        "decided": moments.decided,
        "granted": moments.granted,
        "first_traffic": moments.traffic,
        "deployed": moments.deployed,
        "detected": moments.detected_at(),
        "rollback_asked": moments.asked_back,
        "restored": moments.restored,
        "recovery_judged": moments.recovered,
        "judged": moments.judged,
        "newest": recorded.release().newest(),
    })
}

fn seconds(moments: &Moments) -> Value {
    let between = |from: Option<Timestamp>, until: Option<Timestamp>| {
        Some(until?.duration_since(from?).as_secs())
    };
    let detected = moments.detected_at();
    json!({
        "to_decide": between(moments.waiting, moments.decided),
        "to_deploy": between(moments.granted, moments.deployed),
        "to_detect": between(moments.traffic, detected),
        "to_ask_back": between(detected, moments.asked_back),
        "to_restore": between(moments.asked_back, moments.restored),
    })
}

fn gates(gates: &[Gate]) -> Vec<Value> {
    gates
        .iter()
        .map(|gate| {
            json!({
                "gate": gate.name,
                "state": gate.verdict.state,
                "why": gate.verdict.why,
                "effect": gate.effect,
            })
        })
        .collect()
}

fn decision(stamped: &Stamped) -> Option<Value> {
    let Event::Approval(event) = &stamped.event else {
        return None;
    };
    let at = stamped.stamp.at;
    let person = stamped.stamp.actor.person();
    match event {
        ApprovalEvent::Requested {
            shown,
            digest,
            consent,
            reason,
            ..
        } => Some(json!({
            "what": "approved", "by": person, "at": at, "stage": shown.stage,
            "reason": reason, "how": agreed(consent), "digest": digest.as_str(),
        })),
        ApprovalEvent::RejectionRequested { reason, .. } => Some(json!({
            "what": "rejected", "by": person, "at": at, "stage": null,
            "reason": reason, "how": null, "digest": null,
        })),
        ApprovalEvent::Granted {
            stage,
            by,
            ours,
            bypassed,
            ..
        } => Some(json!({
            "what": if *bypassed { "bypassed" } else { "granted" },
            "by": by, "at": at, "stage": stage, "reason": null,
            "how": if ours.is_some() { "through cockpit" } else { "outside cockpit" },
            "digest": null,
        })),
        ApprovalEvent::Rejected { by, comment, ours } => Some(json!({
            "what": "rejection_seen", "by": by, "at": at, "stage": null, "reason": comment,
            "how": if ours.is_some() { "through cockpit" } else { "outside cockpit" },
            "digest": null,
        })),
        ApprovalEvent::SignedOff { role, note } => Some(json!({
            "what": "signed_off", "by": person, "at": at, "stage": null, "reason": note,
            "how": format!("for {role}"), "digest": null,
        })),
        ApprovalEvent::SignOffWithdrawn { role } => Some(json!({
            "what": "sign_off_withdrawn", "by": person, "at": at, "stage": null, "reason": null,
            "how": format!("for {role}"), "digest": null,
        })),
        ApprovalEvent::EmergencyDeclared {
            reason, incident, ..
        } => Some(json!({
            "what": "emergency", "by": person, "at": at, "stage": null, "reason": reason,
            "how": incident, "digest": null,
        })),
        ApprovalEvent::EmergencyWithdrawn { reason } => Some(json!({
            "what": "emergency_withdrawn", "by": person, "at": at, "stage": null,
            "reason": reason, "how": null, "digest": null,
        })),
        ApprovalEvent::StartScheduled {
            not_before, reason, ..
        } => Some(json!({
            "what": "start_scheduled", "by": person, "at": at, "stage": null, "reason": reason,
            "how": not_before.map(|start| start.to_string()), "digest": null,
        })),
        ApprovalEvent::HeldBy { .. }
        | ApprovalEvent::StartDue { .. }
        | ApprovalEvent::Waiting { .. }
        | ApprovalEvent::Escalated { .. }
        | ApprovalEvent::Checked { .. }
        | ApprovalEvent::Locked { .. }
        | ApprovalEvent::Answered { .. }
        | ApprovalEvent::Reopened { .. } => None,
    }
}

fn watch(release: &Release) -> Value {
    let (have, want) = release.window_progress();
    let (end, gates) = match &release.watch.end {
        None if release.rollback.is_done() => ("rolled_back", Vec::new()),
        None => ("open", Vec::new()),
        Some(WindowEnd::Undecided { .. }) => ("undecided", Vec::new()),
        Some(WindowEnd::Judged { healthy, gates, .. }) => (
            if *healthy { "healthy" } else { "unhealthy" },
            gates
                .iter()
                .map(|(gate, state, why)| json!({"gate": gate, "state": state, "why": why}))
                .collect(),
        ),
    };
    json!({"judged_minutes": have, "window_minutes": want, "end": end, "gates": gates})
}

fn metric(moved: &Moved<'_>) -> Value {
    let change = moved.change();
    json!({
        "metric": moved.metric.name,
        "unit": moved.metric.unit,
        "before": moved.before.map(|stats| stats.median),
        "after": moved.after,
        "change_percent": change.and_then(|change| change.percent),
        "course": change.map(|change| change.course),
        "minutes": moved.minutes,
    })
}

fn rollbacks(release: &Release) -> Vec<Value> {
    release
        .rollback
        .attempts
        .iter()
        .map(|attempt| {
            let (progress, why, production, recovered) = match &attempt.progress {
                RollbackProgress::Preparing
                | RollbackProgress::Starting
                | RollbackProgress::Running => ("running", None, None, None),
                RollbackProgress::Failed { why, .. } => ("failed", Some(why), None, None),
                RollbackProgress::Finished {
                    production,
                    recovered,
                    ..
                } => (
                    "finished",
                    recovered.as_ref().map(|(_, why)| why),
                    production.as_ref(),
                    recovered.as_ref().and_then(|(verdict, _)| *verdict),
                ),
            };
            json!({
                "at": attempt.at,
                "by": attempt.by,
                "to": attempt.shown.target.name(),
                "to_sha": attempt.shown.target.sha,
                "from": attempt.shown.from,
                "reason": attempt.reason,
                "plan": attempt.plan,
                "run": attempt.run,
                "progress": progress,
                "why": why,
                "production": production,
                "recovered": recovered,
            })
        })
        .collect()
}

fn note(note: &Note) -> Value {
    json!({"at": note.at, "by": note.by, "text": note.text})
}
