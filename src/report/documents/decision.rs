//! `gate-decision`: who decided what, when, seeing which gates, and what GitHub made of it.

use super::{
    facts::{self, head, login, title},
    page::{Page, stamp},
};
use crate::domain::{
    Event, Stamped,
    approval::{ApprovalEvent, Change, Consent},
    record::RecordEvent,
    release::Recorded,
};

pub(super) fn page(recorded: &Recorded) -> Page {
    let release = recorded.release();
    let mut page = Page::new(title("Gate decision", release));
    head(&mut page, recorded);
    page.heading("Decisions");
    let rows: Vec<Vec<String>> = recorded.events().iter().filter_map(row).collect();
    page.table(
        &["what", "reviewer", "date", "reason", "how"],
        rows,
        "Nobody has decided yet.",
    );
    if let Some((_, then)) = recorded.at_decision() {
        page.heading("Gates at the first decision");
        facts::gates(&mut page, then.gates());
        page.heading("Seen by the reviewer");
        page.bullets(seen(recorded));
    } else {
        page.heading("Gates now");
        facts::gates(&mut page, release.gates());
    }
    page
}

/// One row for each word of a person, and of GitHub about it.
fn row(stamped: &Stamped) -> Option<Vec<String>> {
    let by = login(stamped.stamp.actor.person());
    let event = match &stamped.event {
        Event::Approval(event) => event,
        Event::Record(RecordEvent::EmergencyReviewed { note }) => {
            let what = "emergency reviewed".to_owned();
            let at = stamp(stamped.stamp.at);
            return Some(vec![what, by, at, note.to_string(), String::new()]);
        }
        _ => return None,
    };
    let (what, by, reason, how) = match event {
        ApprovalEvent::Requested {
            shown,
            digest,
            consent,
            reason,
            ..
        } => (
            format!("stage {} approved in cockpit", shown.stage + 1),
            by,
            reason
                .as_ref()
                .map_or_else(String::new, ToString::to_string),
            format!("{}, digest {}", agreed(consent), digest.short()),
        ),
        ApprovalEvent::RejectionRequested { reason, .. } => (
            "rejected in cockpit".to_owned(),
            by,
            reason.to_string(),
            String::new(),
        ),
        ApprovalEvent::Locked { changes, .. } => (
            "void: not sent".to_owned(),
            "cockpit".to_owned(),
            changed(changes),
            "something changed since it was seen".to_owned(),
        ),
        ApprovalEvent::Rejected { by, comment, ours } => (
            "rejected, says GitHub".to_owned(),
            login(by.as_ref()),
            comment.to_string(),
            through(ours.is_some()).to_owned(),
        ),
        ApprovalEvent::Escalated { to } => (
            "escalated: nobody had answered".to_owned(),
            "cockpit".to_owned(),
            String::new(),
            to.as_ref()
                .map_or_else(String::new, |to| format!("to {to}")),
        ),
        ApprovalEvent::Reopened { attempt } => (
            format!("attempt {attempt} begins: earlier decisions no longer count"),
            "GitHub".to_owned(),
            String::new(),
            String::new(),
        ),
        ApprovalEvent::SignedOff { role, note } => (
            format!("signed for {role}"),
            by,
            note.as_ref().map_or_else(String::new, ToString::to_string),
            String::new(),
        ),
        ApprovalEvent::SignOffWithdrawn { role } => (
            format!("sign-off for {role} taken back"),
            by,
            String::new(),
            String::new(),
        ),
        ApprovalEvent::EmergencyDeclared { .. }
        | ApprovalEvent::EmergencyWithdrawn { .. }
        | ApprovalEvent::StartScheduled { .. } => set(event, by)?,
        ApprovalEvent::Granted { .. } => granted(event)?,
        ApprovalEvent::HeldBy { .. }
        | ApprovalEvent::Waiting { .. }
        | ApprovalEvent::Checked { .. }
        | ApprovalEvent::StartDue { .. }
        | ApprovalEvent::Answered { .. } => return None,
    };
    Some(vec![what, by, stamp(stamped.stamp.at), reason, how])
}

/// What a person set beside the decision: what, who, why, how.
fn set(event: &ApprovalEvent, by: String) -> Option<(String, String, String, String)> {
    match event {
        ApprovalEvent::EmergencyDeclared {
            reason,
            incident,
            waives,
            review_by,
        } => Some((
            "EMERGENCY declared".to_owned(),
            by,
            format!("{reason} ({incident})"),
            format!("waives {}; review due {}", list(waives), stamp(*review_by)),
        )),
        ApprovalEvent::EmergencyWithdrawn { reason } => Some((
            "emergency withdrawn".to_owned(),
            by,
            reason.to_string(),
            String::new(),
        )),
        ApprovalEvent::StartScheduled {
            not_before, reason, ..
        } => Some((
            match not_before {
                Some(start) => format!("start scheduled for {}", stamp(*start)),
                None => "scheduled start lifted".to_owned(),
            },
            by,
            reason.to_string(),
            String::new(),
        )),
        _ => None,
    }
}

fn changed(changes: &[Change]) -> String {
    let all: Vec<String> = changes
        .iter()
        .map(|change| format!("{} was {}, is {}", change.what, change.was, change.now))
        .collect();
    all.join("; ")
}

fn list(gates: &[String]) -> String {
    match gates {
        [] => "nothing that held it back".to_owned(),
        gates => gates.join(", "),
    }
}

fn through(ours: bool) -> &'static str {
    if ours {
        "through cockpit"
    } else {
        "outside cockpit"
    }
}

/// A stage that GitHub let go: what, who, which gates were open, how.
fn granted(event: &ApprovalEvent) -> Option<(String, String, String, String)> {
    let ApprovalEvent::Granted {
        stage,
        by,
        ours,
        bypassed,
        open,
    } = event
    else {
        return None;
    };
    let open: Vec<String> = open
        .iter()
        .map(|(gate, state)| format!("{gate}: {}", state.word()))
        .collect();
    let open = if open.is_empty() {
        String::new()
    } else {
        format!("open at that moment: {}", open.join(", "))
    };
    let how = if *bypassed {
        "nobody reviewed: the rule was passed by"
    } else {
        through(ours.is_some())
    };
    Some((
        format!("stage {} let go by GitHub", stage + 1),
        login(by.as_ref()),
        open,
        how.to_owned(),
    ))
}

/// How a person agreed, in words.
pub(super) fn agreed(consent: &Consent) -> String {
    match consent {
        Consent::Typed { phrase } => format!("typed {phrase}"),
        Consent::TwoKeys => "two keys".to_owned(),
        Consent::PreAuthorised { approval, trigger } => {
            format!("agreed to in advance with the approval (event {approval}): {trigger}")
        }
        Consent::Quorum { clicks } => {
            let each = clicks
                .iter()
                .map(|(by, at)| format!("{by} at {}", stamp(*at)));
            format!("clicked in Slack: {}", each.collect::<Vec<_>>().join(", "))
        }
    }
}

/// What the first approval was bound to.
fn seen(recorded: &Recorded) -> Vec<String> {
    let shown = recorded
        .events()
        .iter()
        .find_map(|event| match &event.event {
            Event::Approval(ApprovalEvent::Requested { shown, digest, .. }) => {
                Some((shown, digest))
            }
            _ => None,
        });
    let Some((shown, digest)) = shown else {
        return Vec::new();
    };
    let unknown = || "unknown".to_owned();
    let known = |text: &Option<crate::domain::Text>| {
        text.as_ref().map_or_else(unknown, ToString::to_string)
    };
    let mut points = vec![
        format!("commit {}", shown.sha),
        format!("production {}", known(&shown.production)),
        format!("rollback target {}", known(&shown.rollback_target)),
        format!("{} artifacts by digest", shown.artifacts.len()),
    ];
    if let Some((level, _)) = &shown.risk {
        points.push(format!("risk {}", level.word()));
    }
    for agreed in &shown.pre_authorised {
        points.push(format!("agreed in advance: {agreed}"));
    }
    points.push(format!("digest sha256 {}", digest.as_str()));
    points
}
