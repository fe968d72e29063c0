//! What can be done now, and why the rest cannot: the key bar and every prompt ask here first.

use super::{Action, Model, Seat, checklist::has_checklist};
use crate::domain::{
    Phase,
    policy::Effect,
    release::{Gate, Release},
    rollout::RunFacts,
    wording,
};

/// Why an action does nothing now, in words; `None` where it does something.
///
/// Said before anyone types. Nobody acts unnamed.
pub fn hindrance(action: Action, release: &Release, model: &Model) -> Option<String> {
    if !action.acts() {
        return None;
    }
    // To look at it is no act: whoever may not tick is told at the item.
    if action == Action::Tick && model.seat != Seat::Replay {
        let is_there = has_checklist(release);
        return (!is_there).then(|| "the rules name no checklist".to_owned());
    }
    match &model.seat {
        Seat::Watching(driver)
            if !matches!(action, Action::Note | Action::Hold | Action::TakeSeat) =>
        {
            return Some(format!("this cockpit watches; {driver} drives"));
        }
        Seat::Replay => return Some("a replay only shows what was".to_owned()),
        Seat::Driving | Seat::Watching(_) => {}
    }
    if model.viewer.is_none() {
        return Some("GitHub has not told yet who you are".to_owned());
    }
    let phase = release.phase();
    let not_now = || Some(format!("not now ({})", phase.word()));
    let fits = match action {
        Action::ReleaseStage if !is_later_stage(release) => false,
        Action::Approve | Action::ReleaseStage => return approval(release, model, &phase),
        Action::TakeSeat if model.seat == Seat::Driving => {
            return Some("you drive already".to_owned());
        }
        Action::TakeSeat | Action::HandOver => !phase.is_end(),
        Action::Reject => release.can_be_rejected(),
        Action::RollBack => return rollback(release, &phase),
        Action::KillFlag => return killing(release, &phase),
        Action::KeepWatching => release.wants_to_be_seen(),
        Action::Hold => {
            let afar = release.record.seating.countdown_afar();
            release.rollback.countdown().is_some() || afar.is_some()
        }
        Action::Problem => release.approval.first_grant().is_some() && !phase.is_end(),
        Action::SignOff => return signing(release, model, &phase),
        Action::Emergency => return emergency(release, model),
        Action::Schedule => {
            release.decision_is_ahead()
                && release.approval.first_grant().is_none()
                && release.approval.in_flight().is_none()
        }
        Action::Extend => {
            release.rollout.deployed.is_some()
                && matches!(phase, Phase::Monitoring | Phase::Undecided)
        }
        Action::Close => matches!(
            phase,
            Phase::Undecided | Phase::RollbackFailed | Phase::Stopped
        ),
        Action::Trust => !release.untrusted_programs().is_empty() && !phase.is_end(),
        Action::CancelRun => release
            .rollout
            .deploying_run()
            .is_some_and(|run| run.conclusion.is_none()),
        Action::RerunFailed => {
            release.rollback.attempts.is_empty()
                && release
                    .rollout
                    .deploying_run()
                    .is_some_and(RunFacts::has_failed)
        }
        _ => true,
    };
    if fits { None } else { not_now() }
}

fn approval(release: &Release, model: &Model, phase: &Phase) -> Option<String> {
    if release.approval.in_flight().is_some() {
        return Some("a decision is already on its way".to_owned());
    }
    // A run that was cancelled while it waited has been decided on by nobody, and waits no more.
    if release.waits().is_none() || release.rollout.run.is_none() {
        return Some(format!("not now ({})", phase.word()));
    }
    if let Some(why) = release.approval_hindrance() {
        return Some(format!("GitHub would refuse: {why}"));
    }
    let blocks = |gate: &&Gate| gate.effect == Some(Effect::Block);
    let blocked = model.derived.gates.iter().find(blocks)?;
    Some(format!(
        "blocked by {}: {}",
        blocked.title, blocked.verdict.why
    ))
}

fn signing(release: &Release, model: &Model, phase: &Phase) -> Option<String> {
    let who = model.viewer.as_ref()?;
    if !release.decision_is_ahead() {
        return Some(format!("not now ({})", phase.word()));
    }
    let may = |role: &str| release.has_signed(who, role) || release.may_sign(who, role).is_ok();
    if release.roles().any(may) {
        return None;
    }
    let why = release
        .roles()
        .find_map(|role| release.may_sign(who, role).err().map(|why| (role, why)));
    Some(match why {
        Some((role, why)) => format!("{role}: {why}"),
        None => "the rules ask for no sign-off".to_owned(),
    })
}

/// The emergency way; where it was taken, its withdrawal while nothing was approved on it, and then its review.
fn emergency(release: &Release, model: &Model) -> Option<String> {
    let who = model.viewer.as_ref()?;
    let refused = match release.approval.emergency {
        None => release.may_declare(who),
        Some(_) if release.may_withdraw().is_ok() => return None,
        Some(_) => release.may_review(who),
    };
    refused.err().map(|why| why.to_string())
}

fn rollback(release: &Release, phase: &Phase) -> Option<String> {
    if release.waits_for_deploy().is_some() {
        return None;
    }
    if let Some(attempt) = release.rollback.in_flight() {
        return Some(format!(
            "a rollback to {} is on its way",
            attempt.shown.target.name()
        ));
    }
    if !release.may_roll_back() {
        return Some(format!("not now ({})", phase.word()));
    }
    if release.rollback_shown().is_none() {
        return Some("there is no earlier release to go back to".to_owned());
    }
    if release.rollback_plans().is_empty() {
        return Some("the rules name no way back: set [rollback] in cockpit.toml".to_owned());
    }
    None
}

fn killing(release: &Release, phase: &Phase) -> Option<String> {
    let Some(rule) = &release.policy.flags else {
        return Some("the rules name no flags: set [flags] in cockpit.toml".to_owned());
    };
    if phase.is_end() {
        return Some(format!("not now ({})", phase.word()));
    }
    release.killable_flags().is_empty().then(|| {
        let word = wording::count(rule.names.len() as u64, "flag");
        format!("{word}, and none that is on")
    })
}

fn is_later_stage(release: &Release) -> bool {
    release
        .approval
        .waiting
        .as_ref()
        .is_some_and(|waiting| waiting.stage > 0)
}

/// What the key bar offers, the most urgent first, with the words for it.
pub fn offers(release: &Release, model: &Model) -> Vec<(Action, &'static str)> {
    if let Some(reel) = &model.reel {
        let play = if reel.plays { "pause" } else { "play" };
        return vec![
            (Action::Tick, play),
            (Action::Left, "step"),
            (Action::NextDecision, "next decision"),
            (Action::PreviousDecision, "decision before"),
        ];
    }
    let phase = release.phase();
    let approve = if is_later_stage(release) {
        (Action::ReleaseStage, "next stage")
    } else {
        (Action::Approve, "approve")
    };
    let close = if phase == Phase::Stopped {
        (Action::Close, "write down what happened")
    } else {
        (Action::Close, "close")
    };
    let roll_back = if release.waits_for_deploy().is_some() {
        (Action::RollBack, "roll back at once")
    } else if matches!(
        phase,
        Phase::RollbackFailed | Phase::Recovering | Phase::Stopped
    ) {
        (Action::RollBack, "roll back again")
    } else {
        (Action::RollBack, "roll back")
    };
    let withdraws = release.may_withdraw().is_ok();
    let emergency = match release.approval.emergency {
        None => (Action::Emergency, "emergency"),
        Some(_) if withdraws => (Action::Emergency, "withdraw the emergency"),
        Some(_) => (Action::Emergency, "review the emergency"),
    };
    let all = [
        (Action::Hold, "hold the countdown"),
        approve,
        (Action::Reject, "reject"),
        close,
        roll_back,
        (Action::KillFlag, "switch a flag off"),
        (Action::RerunFailed, "run the failed jobs again"),
        (Action::CancelRun, "cancel the deploy"),
        (Action::KeepWatching, "keep watching"),
        (Action::Extend, "extend"),
        (Action::Trust, "trust commands"),
        (Action::Problem, "problem"),
        (Action::Schedule, "move the start"),
        emergency,
        (Action::SignOff, "sign off"),
        (Action::Tick, "checklist"),
        (Action::Note, "note"),
        (Action::TakeSeat, "take the seat"),
    ];
    let may_stop = super::alert::outside(release, &phase).is_some();
    all.into_iter()
        .filter(|(action, _)| match action {
            Action::CancelRun => may_stop,
            Action::Schedule => release.start_to_come().is_some(),
            Action::Emergency => phase.is_end() || withdraws || release.emergency_would_help(),
            _ => true,
        })
        .filter(|(action, _)| hindrance(*action, release, model).is_none())
        .collect()
}
