//! The bar at the foot of the screen: the one thing that wants a decision, or what goes on meanwhile.
//!
//! Words only; colours and keys are drawn elsewhere.

use jiff::{SignedDuration, Timestamp};

use super::{
    Bar, Derived, Tone,
    ending::{ended, recovery, undecided},
    strategy_words,
    under_way::{beyond_the_review, deploying, preparing, whole},
};
use crate::domain::{
    Feed, Phase,
    approval::ApprovalProgress,
    policy::Effect,
    release::{AsksOfStage, Gate, Release},
    rollback::RollbackProgress,
    wording,
};

/// A watch without a complete minute for so long says so.
pub const SILENT: SignedDuration = SignedDuration::from_mins(5);
/// What waits for nobody else.
const YOURS: &str = "Waits for your decision";

impl Bar {
    /// The bar of a release now.
    pub fn of(release: &Release, derived: &Derived, now: Timestamp) -> Self {
        let phase = release.phase();
        if let Some(running) = release.rollback.countdown() {
            return super::alert::countdown(release, running, now);
        }
        if let Some(alert) = super::alert::of(release, &phase, now) {
            return alert;
        }
        let follows = matches!(
            phase,
            Phase::Preparing | Phase::ApprovalRequested | Phase::Deploying | Phase::RollingBack
        );
        let bar = Self::of_phase(release, derived, phase, now);
        let waits = matches!(bar.tone, Tone::Busy | Tone::Look);
        match blind(release, now).filter(|_| follows && waits) {
            Some(blind) => Self::new(Tone::Look, bar.head, blind).and(Some(bar.detail)),
            None => bar,
        }
    }

    fn of_phase(release: &Release, derived: &Derived, phase: Phase, now: Timestamp) -> Self {
        let gates = &derived.gates;
        match phase {
            Phase::Preparing => preparing(release, now),
            Phase::AwaitingApproval => decision(release, gates, now),
            Phase::ApprovalRequested => requested(release, now),
            Phase::Deploying => deploying(release, now),
            Phase::StageWatch { stage } => stage_watch(release, stage, gates, now),
            Phase::Monitoring => {
                let (have, want) = derived.progress;
                let (tone, detail) = match silence(release, derived, now) {
                    Some(silence) => (Tone::Look, silence),
                    None => match release.watch.standing().next() {
                        Some((_, _, why)) => (Tone::Look, format!("stands out: {why}")),
                        None => (Tone::Calm, quiet(release, now)),
                    },
                };
                let head = format!("{have} of {} judged", wording::count(want as u64, "minute"));
                Self::new(tone, head, detail)
            }
            Phase::Undecided => undecided(release),
            Phase::RollingBack => rolling_back(release, now),
            Phase::RollbackFailed => {
                Self::new(Tone::Alert, "The rollback failed", failure(release))
            }
            Phase::Recovering => Self::new(
                Tone::Busy,
                "Rolled back; recovery is judged",
                recovering(release),
            ),
            Phase::Stopped => Self::new(
                Tone::Decision,
                "Rolled back. STOP: write down what happened",
                recovery(release),
            ),
            Phase::Ended(end) => ended(release, &end, now),
        }
    }
}

/// Why nobody sees what a run does, while GitHub does not answer.
fn blind(release: &Release, now: Timestamp) -> Option<String> {
    let (since, why) = release.record.silent.get(&Feed::Github)?;
    let age = wording::age(now.duration_since(*since));
    Some(format!("silent for {age}: {why}"))
}

/// What the watch lacks while no trigger has fired: silence is no health.
fn silence(release: &Release, derived: &Derived, now: Timestamp) -> Option<String> {
    if let Some((since, why)) = release.record.silent.get(&Feed::Metrics) {
        return Some(format!(
            "metrics silent for {}, nothing can be judged: {why}",
            wording::age(now.duration_since(*since))
        ));
    }
    let age = now.duration_since(derived.data_until(release)?);
    (age >= SILENT).then(|| {
        format!(
            "no complete data for {}: nothing can be judged",
            wording::age(age)
        )
    })
}

fn quiet(release: &Release, now: Timestamp) -> String {
    match strategy_words::watched(release, now) {
        Some(words) => format!("no trigger has fired · {words}"),
        None => "no trigger has fired".to_owned(),
    }
}

/// Gates that are open, in words: what blocks first.
fn open_gates(gates: &[Gate]) -> String {
    let named = |wanted: Effect| -> Vec<&str> {
        gates
            .iter()
            .filter(|gate| gate.effect == Some(wanted))
            .map(|gate| gate.title.as_str())
            .collect()
    };
    let parts = [
        ("blocked by", named(Effect::Block)),
        ("needs a reason:", named(Effect::Reason)),
        ("look at", named(Effect::Warn)),
    ];
    let words: Vec<String> = parts
        .iter()
        .filter(|(_, names)| !names.is_empty())
        .map(|(word, names)| format!("{word} {}", wording::list(names)))
        .collect();
    if words.is_empty() {
        "every gate passes".to_owned()
    } else {
        words.join(" · ")
    }
}

fn escalation(release: &Release, now: Timestamp) -> String {
    let Some(waiting) = &release.approval.waiting else {
        return String::new();
    };
    if let Some(at) = waiting.escalated {
        return format!("escalated {} ago", wording::age(now.duration_since(at)));
    }
    let quiet = release.policy.approval.quiet_hours.as_ref();
    let left = quiet.map_or_else(
        || waiting.escalate_at.duration_since(now),
        |quiet| quiet.awake_between(now, waiting.escalate_at),
    );
    let left = format!("{} until escalation", wording::duration(minutes(left)));
    match quiet.and_then(|quiet| quiet.rests_until(now)) {
        Some(until) => {
            let rest = wording::duration(minutes(until.duration_since(now)));
            format!("quiet hours for {rest}, then {left}")
        }
        None => left,
    }
}

/// Whole minutes where there is at least one: a clock that ticks each second steals the eye.
fn minutes(duration: SignedDuration) -> SignedDuration {
    match duration.as_mins() {
        0 => whole(duration),
        minutes => SignedDuration::from_mins(minutes.max(0)),
    }
}

fn decision(release: &Release, gates: &[Gate], now: Timestamp) -> Bar {
    if let Some(start) = release.start_to_come().filter(|start| *start > now) {
        let left = wording::duration(minutes(start.duration_since(now)));
        let head = format!("Held until its scheduled start, in {left}");
        return Bar::new(Tone::Calm, head, open_gates(gates)).right(escalation(release, now));
    }
    let bar = match release
        .approval
        .request
        .as_ref()
        .map(|request| &request.progress)
    {
        Some(ApprovalProgress::Locked(changes)) => {
            let what: Vec<&str> = changes.iter().map(|change| change.what.as_str()).collect();
            Bar::new(
                Tone::Decision,
                "Not sent: it changed. Decide again",
                what.join(", "),
            )
        }
        Some(ApprovalProgress::Failed(why)) => Bar::new(
            Tone::Decision,
            "GitHub did not take it. Decide again",
            why.as_str(),
        ),
        _ if let Some(why) = release.refused_by_prerequisites() => Bar::new(
            Tone::Decision,
            "Production is refused; it can be rejected",
            why.as_str(),
        ),
        _ => match release.approval_hindrance() {
            Some(why) => Bar::new(
                Tone::Decision,
                "Waits for someone else's decision",
                why.as_str(),
            ),
            None => Bar::new(Tone::Decision, YOURS, open_gates(gates)),
        },
    };
    bar.and(super::lane_line(release))
        .right(escalation(release, now))
}

fn requested(release: &Release, now: Timestamp) -> Bar {
    let Some(request) = release.approval.in_flight() else {
        return Bar::new(Tone::Busy, "Requested", "");
    };
    let word = if request.approve {
        "Approval"
    } else {
        "Rejection"
    };
    let detail = match request.progress {
        ApprovalProgress::Requested => "looking once more before it is sent",
        ApprovalProgress::Checked => "on its way to GitHub",
        _ => match beyond_the_review(release).as_slice() {
            still @ [_, ..] if request.approve => &format!("GitHub took it; {}", still.join(", ")),
            _ => "GitHub took it; until the run says so it counts as requested",
        },
    };
    Bar::new(
        Tone::Busy,
        format!(
            "{word} requested {} ago",
            wording::age(now.duration_since(request.at))
        ),
        detail,
    )
}

fn stage_watch(release: &Release, stage: usize, gates: &[Gate], now: Timestamp) -> Bar {
    let served = release
        .rollout
        .stages
        .get(stage)
        .and_then(|stage| stage.weight.as_deref())
        .unwrap_or("a stage");
    if release.approval.waiting.is_some() {
        if release.goes_on_by_itself() && !stopped(release, gates) {
            let head = format!("{served} serves; goes on by itself when every gate passes");
            return Bar::new(Tone::Calm, head, served_so_far(release));
        }
        let mut bar = decision(release, gates, now);
        let next = release.rollout.stages.get(stage + 1);
        let next = next.and_then(|stage| stage.weight.as_deref());
        let next = next.unwrap_or("The next stage");
        // Whatever else it is that waits is said as it is.
        bar.head = if bar.head == YOURS {
            format!("{served} serves. {next} waits for your decision")
        } else {
            format!("{served} serves. {}", bar.head)
        };
        return bar;
    }
    let detail = served_so_far(release);
    let detail = match release.watched_stage() {
        Some(_) => format!("{detail} · watched only: the workflow goes on by itself"),
        None => detail,
    };
    Bar::new(Tone::Calm, format!("{served} serves and is judged"), detail)
}

/// `2 of 5 minutes`.
fn served_so_far(release: &Release) -> String {
    release.stage_progress().map_or(String::new(), |stage| {
        let wanted = wording::count(stage.wanted as u64, "minute");
        format!("{} of {wanted}", stage.served)
    })
}

/// Whether a gate stopped a stage that would have gone on by itself: what only lacks time has not.
fn stopped(release: &Release, gates: &[Gate]) -> bool {
    use crate::domain::judge::State;
    let progress = release.stage_progress();
    let lacks_time = progress.is_some_and(|stage| stage.served < stage.wanted);
    gates.iter().any(|gate| {
        let may_pass = match gate.verdict.state {
            State::Pass | State::NoData => true,
            // A mean of too few minutes; a small share in the values of all stays as it is.
            State::Ambiguous => {
                let is_own = gate.stage == Some(AsksOfStage::Expression);
                lacks_time && is_own && !gate.verdict.is_diluted
            }
            State::Fail | State::Broken => false,
        };
        !may_pass && gate.effect.is_some()
    })
}

fn rolling_back(release: &Release, now: Timestamp) -> Bar {
    let Some(attempt) = release.rollback.newest() else {
        return Bar::new(Tone::Busy, "Rolling back", "");
    };
    let step = match attempt.progress {
        RollbackProgress::Preparing if release.waits_for_deploy().is_some() => {
            "the deploy's run has not ended yet; it need not be waited for".to_owned()
        }
        RollbackProgress::Preparing => "the running deploy is dealt with first".to_owned(),
        RollbackProgress::Starting => "start requested".to_owned(),
        _ if attempt.waits_for_lane() => return super::lane::rollback_waits(release),
        _ if attempt.holds.is_empty() => "its run works".to_owned(),
        _ => match release.rollback_hindrance() {
            Some(why) => return Bar::new(Tone::Alert, "The rollback is held", why.as_str()),
            None => "its run is held by its own review".to_owned(),
        },
    };
    let usual = release
        .rollback
        .readiness
        .as_ref()
        .and_then(crate::domain::rollback::Readiness::usual_time)
        .map_or_else(String::new, |usual| {
            format!(" · usually {}", wording::duration(usual))
        });
    Bar::new(
        Tone::Busy,
        format!("Rolling back to {}", attempt.shown.target.name()),
        format!(
            "{step} · requested {} ago{usual}",
            wording::duration(whole(now.duration_since(attempt.at)))
        ),
    )
}

fn failure(release: &Release) -> &str {
    match release.rollback.newest().map(|attempt| &attempt.progress) {
        Some(RollbackProgress::Failed { why, .. }) => why.as_str(),
        _ => "",
    }
}

/// `2 of 5 minutes · production answers v2.13.4`.
fn recovering(release: &Release) -> String {
    let says = production_says(release);
    release
        .recovery_progress()
        .map_or(says.clone(), |(have, want)| {
            let wanted = wording::count(want as u64, "minute");
            format!("{have} of {wanted} · {says}")
        })
}

fn production_says(release: &Release) -> String {
    match release.rollback.newest().map(|attempt| &attempt.progress) {
        Some(RollbackProgress::Finished {
            production: Some(answer),
            ..
        }) => format!("production answers {answer}"),
        _ => "production has not answered with the target yet".to_owned(),
    }
}
