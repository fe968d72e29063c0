//! The demo's simulated operator: sees what a person would see, and confirms as the prompts do.
//!
//! It exists for simulated worlds alone; `cli/demo.rs` is the only one that makes it.

use jiff::{SignedDuration, Timestamp};

use super::say::aside;
use crate::domain::{
    Command, Intent, Login, Phase, Refusal, Text,
    approval::{ApprovalProgress, ConfirmedApproval, ConfirmedRollback, Shown},
    evidence::Staging,
    flags::{ConfirmedKill, FlagReading, Kill, KillShown},
    judge::State,
    policy::{Effect, Strategy},
    release::Release,
    rollback::RollbackProgress,
    rollout::StageState,
};

/// How long everything is waited for before a decision is taken on what there is.
const PATIENCE: SignedDuration = SignedDuration::from_mins(4);
/// How long something that blocks is waited for: on a bad network, or a slow machine at
/// a high speed, evidence comes late.
const LONG_PATIENCE: SignedDuration = SignedDuration::from_hours(3);
/// How long the gates of a stage that served its time are waited for: its last minutes come late.
const STAGE_PATIENCE: SignedDuration = SignedDuration::from_mins(20);
/// How often a decision is tried again that was void or failed.
const TRIES: usize = 4;
/// Rollback attempts.
const ROLLBACKS: usize = 2;

/// The operator.
#[derive(Debug)]
pub(super) struct Autopilot {
    me: Login,
    approvals: usize,
    habits: Habits,
    /// The open approval prompt: since when, and what it shows.
    prompt: Option<(Timestamp, Shown)>,
    /// Takes the seat of whoever drives when something goes wrong; once.
    takes_seat: bool,
}

/// How an operator decides.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Habits {
    /// How long a decision is left to others.
    pub(super) defers: SignedDuration,
    /// How long the prompt is looked at before it is confirmed.
    pub(super) ponders: SignedDuration,
}

/// What the operator does next.
#[derive(Debug)]
pub(super) enum Step {
    /// Waits for something to happen.
    Wait,
    /// Gives a command.
    Command(Box<Command>),
    /// Has nothing more to do.
    Done,
}

impl Autopilot {
    /// An operator with these habits.
    pub(super) fn new(me: Login, habits: Habits) -> Self {
        Self {
            me,
            approvals: 0,
            habits,
            prompt: None,
            takes_seat: false,
        }
    }

    /// The same as a second manager, who only watches until an alert.
    pub(super) fn second(mut self) -> Self {
        self.takes_seat = true;
        self
    }

    /// What one does who does not drive.
    fn look_on(&mut self, release: &Release) -> Step {
        if release.phase().is_end() {
            return Step::Done;
        }
        if self.takes_seat && release.watch.alerts().next().is_some() {
            self.takes_seat = false;
            return self.give(Intent::TakeSeat);
        }
        Step::Wait
    }

    /// The next step, as of `now`.
    pub(super) fn step(&mut self, release: &Release, now: Timestamp) -> Step {
        if !release.record.seating.is_here() {
            return self.look_on(release);
        }
        // What goes on by itself is left to itself.
        if release.rollback.countdown().is_some() || waits_for_gates(release, now) {
            return Step::Wait;
        }
        match release.phase() {
            Phase::AwaitingApproval => self.decide(release, now),
            Phase::StageWatch { stage } if release.approval.waiting.is_some() => {
                if release.watch.alerts().next().is_some() {
                    self.roll_back(release)
                } else if stage_is_over(release, stage, now) {
                    self.decide(release, now)
                } else {
                    Step::Wait
                }
            }
            phase @ (Phase::Deploying | Phase::Monitoring | Phase::StageWatch { .. }) => {
                let is_whole = !matches!(phase, Phase::StageWatch { .. });
                if let Some(step) = self.flag(release).filter(|_| is_whole) {
                    step
                } else if release.watch.alerts().next().is_some() || is_broken(release) {
                    self.roll_back(release)
                } else {
                    Step::Wait
                }
            }
            Phase::Undecided if release.watch.alerts().next().is_some() || is_broken(release) => {
                self.roll_back(release)
            }
            Phase::RollbackFailed if release.rollback.attempts.len() < ROLLBACKS => {
                self.roll_back(release)
            }
            Phase::Stopped => self.give(Intent::Explain {
                text: explanation(release),
            }),
            Phase::Undecided | Phase::RollbackFailed | Phase::Ended(_) => Step::Done,
            Phase::Preparing
            | Phase::ApprovalRequested
            | Phase::RollingBack
            | Phase::Recovering => Step::Wait,
        }
    }

    fn give(&self, intent: Intent) -> Step {
        Step::Command(Box::new(Command {
            actor: self.me.clone(),
            intent,
        }))
    }

    fn decide(&mut self, release: &Release, now: Timestamp) -> Step {
        let Some(waiting) = &release.approval.waiting else {
            return Step::Wait;
        };
        if let Staging::Failed(_) = release.evidence.staging(&release.policy) {
            return Step::Done;
        }
        if let Some(why) = release.refused_by_prerequisites() {
            return self.give(Intent::Reject { reason: why });
        }
        if let Some(item) = release.open_by_hand().first() {
            return self.give(Intent::Tick {
                item: item.id.clone(),
                note: Some("the simulated operator looked".into()),
            });
        }
        let gates = release.gates();
        let unsettled = gates
            .iter()
            .any(|gate| gate.effect.is_some() && gate.verdict.state == State::NoData);
        let waited = now.duration_since(waiting.since);
        if waited < self.habits.defers {
            return Step::Wait;
        }
        // What is still on its way comes late on a slow machine, whose minutes here are moments.
        let is_reading = release
            .policy
            .evidence
            .iter()
            .any(|rule| !release.evidence.pieces.contains_key(&rule.kind));
        if unsettled && waited < if is_reading { LONG_PATIENCE } else { PATIENCE } {
            return Step::Wait;
        }
        if gates.iter().any(|gate| gate.effect == Some(Effect::Block))
            || release.approval_hindrance().is_some()
        {
            return if waited < LONG_PATIENCE {
                Step::Wait
            } else {
                Step::Done
            };
        }
        let Some(shown) = release.shown().and_then(|shown| self.look(shown, now)) else {
            return Step::Wait;
        };
        let is_void = release.approval.request.as_ref().is_some_and(|request| {
            matches!(
                request.progress,
                ApprovalProgress::Locked(_) | ApprovalProgress::Failed(_)
            )
        });
        if is_void {
            self.approvals += 1;
            if self.approvals > TRIES {
                return Step::Done;
            }
        }
        let phrase = shown.name().to_owned();
        match ConfirmedApproval::typed(shown, &phrase, "the simulated operator saw the evidence") {
            Ok(confirmed) => self.give(Intent::Approve(Box::new(confirmed))),
            Err(_) => Step::Done,
        }
    }

    /// What the open prompt shows, once it was looked at for long enough. One whose ground moved locks, as on the screen: it
    /// says what changed, and is opened again.
    fn look(&mut self, now_shown: Shown, now: Timestamp) -> Option<Shown> {
        let Some((since, was)) = &self.prompt else {
            let ponders = !self.habits.ponders.is_zero();
            self.prompt = ponders.then(|| (now, now_shown.clone()));
            return (!ponders).then_some(now_shown);
        };
        let changes = was.changes(&now_shown);
        if changes.is_empty() {
            let is_read = now.duration_since(*since) >= self.habits.ponders;
            return is_read.then_some(now_shown);
        }
        for change in changes {
            aside(format_args!(
                "locked: {} was {}, is {}",
                change.what, change.was, change.now
            ));
        }
        self.prompt = Some((now, now_shown));
        None
    }

    /// Where the rules name flags, one that is on is switched off before a version goes back: then the alert was seen, and
    /// the watch goes on.
    fn flag(&self, release: &Release) -> Option<Step> {
        let alert = release.watch.alerts().next();
        let (trigger, fired) = alert?;
        let board = &release.flags;
        if board.kills.iter().any(|kill| kill.done.is_some()) {
            return Some(self.give(Intent::KeepWatching));
        }
        if board.kills.iter().any(Kill::is_open) {
            return Some(Step::Wait);
        }
        let is_on = |shown: &KillShown| shown.reading == Some(FlagReading::On);
        let shown = release.killable_flags().into_iter().find(is_on)?;
        let (flag, why) = (shown.flag.clone(), format!("{trigger}: {}", fired.why));
        let confirmed = ConfirmedKill::typed(release.key.clone(), shown, &flag, &why).ok()?;
        Some(self.give(Intent::KillFlag(Box::new(confirmed))))
    }

    fn roll_back(&self, release: &Release) -> Step {
        let (Some(shown), Some(plan)) = (
            release.rollback_shown(),
            release.rollback_plans().first().copied(),
        ) else {
            return Step::Done;
        };
        let phrase = shown.target.name().to_owned();
        let why = match (release.watch.fired().next(), release.rollout.issues.last()) {
            (Some((trigger, fired)), _) => format!("{trigger}: {}", fired.why),
            (None, Some(issue)) => issue.to_string(),
            (None, None) => "the last attempt failed".to_owned(),
        };
        match ConfirmedRollback::typed(release.key.clone(), shown, plan, &phrase, &why) {
            Ok(confirmed) => self.give(Intent::RollBack(Box::new(confirmed))),
            Err(_) => Step::Done,
        }
    }

    /// What a refusal means: whether the operator goes on.
    pub(super) fn refused(refusal: &Refusal) -> bool {
        matches!(
            refusal,
            Refusal::Changed(_) | Refusal::InFlight(_) | Refusal::WrongPhase { .. }
        )
    }
}

/// Whether the next stage goes on by itself: whoever agreed to that lets it, while nothing has gone wrong.
fn waits_for_gates(release: &Release, now: Timestamp) -> bool {
    let waiting = release.approval.waiting.as_ref();
    let long = waiting.is_some_and(|waiting| now.duration_since(waiting.since) > LONG_PATIENCE);
    release.goes_on_by_itself() && release.watch.alerts().next().is_none() && !long
}

/// Whether production serves what its smoke tests find broken.
fn is_broken(release: &Release) -> bool {
    !release.rollout.issues.is_empty() && !release.smoke.runs.is_empty()
}

/// Whether a stage served as long as the rules want, and its gates pass, or say nothing better for long.
fn stage_is_over(release: &Release, stage: usize, now: Timestamp) -> bool {
    let Strategy::Canary { stages, .. } = &release.policy.strategy else {
        return true;
    };
    let Some(rule) = stages.get(stage) else {
        return true;
    };
    let known = release.rollout.stages.get(stage);
    let Some(since) = known
        .filter(|known| known.state == StageState::Deployed)
        .and_then(|known| known.since)
    else {
        return false;
    };
    let served = now.duration_since(since);
    let passes = || {
        let mut gates = release.gates().iter();
        gates.all(|gate| gate.verdict.state == State::Pass || gate.effect.is_none())
    };
    served >= rule.duration.saturating_add(STAGE_PATIENCE) || (served >= rule.duration && passes())
}

fn explanation(release: &Release) -> Text {
    let Some(attempt) = release.rollback.newest() else {
        return "rolled back".into();
    };
    let recovered = match &attempt.progress {
        RollbackProgress::Finished {
            recovered: Some((verdict, why)),
            ..
        } => match verdict {
            Some(true) => format!("recovered: {why}"),
            Some(false) => format!("not recovered: {why}"),
            None => format!("recovery unclear: {why}"),
        },
        _ => "recovery not judged".to_owned(),
    };
    Text::block(&format!(
        "Rolled back to {}.\nReason: {}\nAfterwards {recovered}\nRoot cause: simulated.",
        attempt.shown.target.name(),
        attempt.reason
    ))
}
