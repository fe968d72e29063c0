//! When what happened: the moments of a release that its documents count from.

use jiff::Timestamp;

use crate::domain::{
    Event, Login, Text,
    approval::ApprovalEvent,
    judge::JudgeEvent,
    record::RecordEvent,
    release::Recorded,
    rollback::RollbackEvent,
    rollout::{RolloutEvent, StageState},
};

/// The first time that each happened, by the time of the source where it tells one; `None`: it did not happen.
#[derive(Debug, Clone, Default)]
pub(super) struct Moments {
    /// A stage waited for a person.
    pub(super) waiting: Option<Timestamp>,
    /// A person approved or rejected.
    pub(super) decided: Option<Timestamp>,
    /// GitHub let the first stage go.
    pub(super) granted: Option<Timestamp>,
    /// The first production traffic.
    pub(super) traffic: Option<Timestamp>,
    /// Everything was deployed.
    pub(super) deployed: Option<Timestamp>,
    /// The window was judged, or could not be.
    pub(super) judged: Option<Timestamp>,
    /// Something first spoke against the release in production: when, who or what saw it, and what.
    pub(super) detected: Option<(Timestamp, Option<Login>, Text)>,
    /// A rollback was asked for.
    pub(super) asked_back: Option<Timestamp>,
    /// The newest rollback's run ended well.
    pub(super) restored: Option<Timestamp>,
    /// Recovery was judged.
    pub(super) recovered: Option<Timestamp>,
}

impl Moments {
    pub(super) fn of(recorded: &Recorded) -> Self {
        let mut moments = Self {
            traffic: recorded.release().rollout.first_traffic,
            ..Self::default()
        };
        for stamped in recorded.events() {
            let stamp = &stamped.stamp;
            let at = stamp.occurred.unwrap_or(stamp.at);
            match &stamped.event {
                Event::Approval(ApprovalEvent::Waiting { since, .. }) => {
                    first(&mut moments.waiting, since.unwrap_or(stamp.at));
                }
                Event::Approval(
                    ApprovalEvent::Requested { .. } | ApprovalEvent::RejectionRequested { .. },
                ) => first(&mut moments.decided, stamp.at),
                Event::Approval(ApprovalEvent::Granted { .. }) => {
                    first(&mut moments.granted, stamp.at);
                }
                Event::Rollout(RolloutEvent::StageChanged {
                    state: StageState::Deployed,
                    at,
                    ..
                }) => first(&mut moments.traffic, *at),
                Event::Rollout(RolloutEvent::ProductionDeployed { at }) => {
                    first(&mut moments.deployed, *at);
                }
                Event::Judge(
                    JudgeEvent::WindowJudged { .. } | JudgeEvent::WindowUndecided { .. },
                ) => moments.judged = Some(stamp.at),
                Event::Judge(JudgeEvent::TriggerFired { trigger, why, .. }) => {
                    moments.detect(stamp.at, None, &format!("{trigger}: {why}"));
                }
                Event::Record(RecordEvent::ProblemReported { problem, text }) => {
                    let by = stamp.actor.person().cloned();
                    moments.detect(stamp.at, by, &format!("{}: {text}", problem.word()));
                }
                Event::Rollout(RolloutEvent::IssueDetected { why }) => {
                    moments.detect(stamp.at, None, why.as_str());
                }
                Event::Rollback(RollbackEvent::Requested { .. }) => {
                    first(&mut moments.asked_back, stamp.at);
                }
                Event::Rollback(RollbackEvent::Finished { .. }) => moments.restored = Some(at),
                Event::Rollback(RollbackEvent::RecoveryJudged { .. }) => {
                    moments.recovered = Some(stamp.at);
                }
                _ => {}
            }
        }
        moments
    }

    fn detect(&mut self, at: Timestamp, by: Option<Login>, what: &str) {
        if self.detected.is_none() {
            self.detected = Some((at, by, Text::line(what)));
        }
    }

    /// When it was first detected.
    pub(super) fn detected_at(&self) -> Option<Timestamp> {
        self.detected.as_ref().map(|(at, _, _)| *at)
    }
}

fn first(moment: &mut Option<Timestamp>, at: Timestamp) {
    moment.get_or_insert(at);
}
