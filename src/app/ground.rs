//! What a prompt stands on, compared with what is; and intents that are more than a field's text.

use super::{
    Choice,
    unanswered::{Alerts, alerts},
};
use crate::domain::{
    Intent, Login, ReleaseKey, Text,
    approval::{Change, Unconfirmed, incident_link},
    flags::{ConfirmedKill, KillShown},
    release::Release,
    rollback::RollbackShown,
};
use crate::report::ROOT_CAUSE;

/// `LOGIN` and, behind it, what to know.
pub(super) fn hand_over(typed: &str) -> Result<Intent, Unconfirmed> {
    let typed = typed.trim();
    let (login, note) = typed.split_once(char::is_whitespace).unwrap_or((typed, ""));
    let to = Login::parse(login.trim_end_matches([',', ':']))
        .map_err(|_| missing("begin with the GitHub login of who takes over"))?;
    Ok(Intent::HandOver {
        to,
        note: Text::block_within(note.trim(), 4_000),
    })
}

/// What is still to be written.
pub(super) fn missing(why: &str) -> Unconfirmed {
    Unconfirmed::Reason {
        why: Text::line(why),
    }
}

/// The story of a rollback, with a root cause in it.
pub(super) fn explain(reason: &str) -> Result<Intent, Unconfirmed> {
    if reason.trim_end().ends_with(ROOT_CAUSE) {
        let why = "write the root cause behind the last line, or that it is not known yet";
        return Err(missing(why));
    }
    Ok(Intent::Explain {
        text: Text::block_within(reason, 4_000),
    })
}

/// The sign-off for the chosen role, or its withdrawal.
pub(super) fn sign_off(
    roles: &[(String, bool)],
    choice: Option<Choice>,
    note: Text,
) -> Result<Intent, Unconfirmed> {
    let at = match choice {
        Some(Choice::Role(at)) => at,
        _ => 0,
    };
    match roles.get(at).cloned() {
        Some((role, false)) => Ok(Intent::SignOff {
            role,
            note: Some(note),
        }),
        Some((role, true)) => Ok(Intent::WithdrawSignOff { role }),
        None => Err(missing("there is no role to sign for")),
    }
}

/// The emergency way, with the incident that it is for.
pub(super) fn emergency(link: &str, reason: Text) -> Result<Intent, Unconfirmed> {
    let incident = incident_link(link).map_err(missing)?;
    Ok(Intent::DeclareEmergency { reason, incident })
}

/// The flag that is to be switched off, by what was typed.
pub(super) fn kill_flag(
    release: &ReleaseKey,
    shown: Option<&KillShown>,
    typed: &str,
    reason: &str,
) -> Result<Intent, Unconfirmed> {
    let shown = shown.cloned().ok_or_else(|| Unconfirmed::Reason {
        why: "there is no flag to switch off".into(),
    })?;
    let confirmed = ConfirmedKill::typed(release.clone(), shown, typed, reason)?;
    Ok(Intent::KillFlag(Box::new(confirmed)))
}

/// What became of a flag since it was shown.
pub(super) fn flag_moved(shown: &KillShown, release: &Release) -> Option<Change> {
    match release.kill_shown(&shown.flag) {
        Some(now) => shown.change(&now),
        None => Some(changed(&shown.flag, "a flag of the release", "none")),
    }
}

/// What became of the countdown that is to be held; `None` while one runs, here or on the driver's machine.
pub(super) fn countdown_moved(release: &Release) -> Option<Change> {
    let runs =
        release.rollback.countdown().is_some() || release.record.seating.countdown_afar().is_some();
    (!runs).then(|| changed("the countdown", "runs", release.phase().word()))
}

/// Alerts that came after these were seen: who answers has not seen them.
pub(super) fn alerts_since(seen: &Alerts, release: &Release) -> Vec<Change> {
    let now = alerts(release);
    let new = now.difference(seen);
    new.map(|(name, _)| changed(name, "quiet", "an alert"))
        .collect()
}

pub(super) fn changed(what: &str, was: &str, now: &str) -> Change {
    Change {
        what: Text::line(what),
        was: Text::line(was),
        now: Text::line(now),
    }
}

pub(super) fn rollback_changes(was: &RollbackShown, now: &RollbackShown) -> Vec<Change> {
    let known = |text: &Option<Text>| {
        text.as_ref()
            .map_or_else(|| "unknown".to_owned(), ToString::to_string)
    };
    let facts = [
        (
            "target",
            was.target.name().to_owned(),
            now.target.name().to_owned(),
        ),
        (
            "target commit",
            was.target.sha.to_string(),
            now.target.sha.to_string(),
        ),
        ("production", known(&was.from), known(&now.from)),
        ("attempt", was.attempt.to_string(), now.attempt.to_string()),
    ];
    facts
        .iter()
        .filter(|(_, was, now)| was != now)
        .map(|(what, was, now)| changed(what, was, now))
        .collect()
}
