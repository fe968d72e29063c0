//! The approval as it stands.

use std::collections::BTreeMap;

use jiff::Timestamp;

use super::{Agreement, ApprovalEvent, Change, Digest, Emergency, Shown, Start};
use crate::domain::{
    EnvironmentId, Login, Outcome, Seq, Stamp, Text, judge::State, observation::PendingDeployment,
};

/// Holds, requests and grants.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Approval {
    /// What holds the run now.
    pub holds: Vec<PendingDeployment>,
    /// Every environment that ever held this run, by id.
    pub known_environments: BTreeMap<EnvironmentId, Text>,
    /// The stage that waits for a person, and since when.
    pub waiting: Option<Waiting>,
    /// The newest request.
    pub request: Option<Request>,
    /// Grants by stage, in the order in which the stages were let go.
    pub grants: Vec<Grant>,
    /// What was agreed to in advance with the newest approval of ours that GitHub let go.
    pub agreement: Option<Agreement>,
    /// The rejection, once GitHub says so.
    pub rejection: Option<Rejection>,
    /// Who signed, by role, the first one first.
    pub signed: BTreeMap<String, Vec<Signed>>,
    /// The emergency way, where a person took it.
    pub emergency: Option<Emergency>,
    /// The start that a person scheduled or lifted; `None`: the rules' own.
    pub start: Option<Start>,
    /// The scheduled start that has come.
    pub start_due: Option<Timestamp>,
}

/// A sign-off that was given.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Signed {
    /// Who.
    pub by: Login,
    /// When.
    pub at: Timestamp,
    /// What they said about it.
    pub note: Option<Text>,
}

/// A stage that waits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Waiting {
    /// Which, from 0.
    pub stage: usize,
    /// Since when.
    pub since: Timestamp,
    /// When it is escalated.
    pub escalate_at: Timestamp,
    /// When it was.
    pub escalated: Option<Timestamp>,
}

/// A person's decision on its way.
#[derive(Debug, Clone, PartialEq)]
pub struct Request {
    /// The event.
    pub seq: Seq,
    /// When.
    pub at: Timestamp,
    /// Who.
    pub by: Option<Login>,
    /// Approve, else reject.
    pub approve: bool,
    /// Which stage.
    pub stage: usize,
    /// What was seen; `None` for a rejection.
    pub shown: Option<Box<Shown>>,
    /// Its digest.
    pub digest: Option<Digest>,
    /// The reason.
    pub reason: Option<Text>,
    /// How far it is.
    pub progress: Progress,
}

/// How far a request is.
#[derive(Debug, Clone, PartialEq)]
pub enum Progress {
    /// Decided; the world is looked at once more.
    Requested,
    /// As shown; on its way.
    Checked,
    /// GitHub took it; not yet seen in the run.
    Taken,
    /// Void, since something changed.
    Locked(Vec<Change>),
    /// Did not go out, or was refused.
    Failed(Text),
    /// Seen in the run.
    Seen,
}

/// A stage that GitHub let go.
#[derive(Debug, Clone, PartialEq)]
pub struct Grant {
    /// Which.
    pub stage: usize,
    /// When cockpit saw it.
    pub at: Timestamp,
    /// Who reviewed.
    pub by: Option<Login>,
    /// Our request.
    pub ours: Option<Seq>,
    /// Nobody reviewed.
    pub bypassed: bool,
    /// Gates that did not pass.
    pub open: Vec<(String, State)>,
}

/// A rejection as GitHub tells it.
#[derive(Debug, Clone, PartialEq)]
pub struct Rejection {
    /// When cockpit saw it.
    pub at: Timestamp,
    /// Who.
    pub by: Option<Login>,
    /// Why.
    pub reason: Text,
}

impl Request {
    /// An approval as it was asked for.
    fn of(stamp: &Stamp, shown: &Shown, digest: Digest, reason: Option<Text>) -> Self {
        Self {
            seq: stamp.seq,
            at: stamp.at,
            by: stamp.actor.person().cloned(),
            approve: true,
            stage: shown.stage,
            shown: Some(Box::new(shown.clone())),
            digest: Some(digest),
            reason,
            progress: Progress::Requested,
        }
    }
}

impl Approval {
    pub(in crate::domain) fn apply(&mut self, stamp: &Stamp, event: &ApprovalEvent) {
        match event {
            ApprovalEvent::HeldBy { holds } => {
                let named = holds
                    .iter()
                    .map(|hold| (hold.environment, hold.name.clone()));
                self.known_environments.extend(named);
                self.holds.clone_from(holds);
            }
            ApprovalEvent::Waiting {
                stage,
                escalate_at,
                since,
            } => {
                self.waiting = Some(Waiting {
                    stage: *stage,
                    since: since.unwrap_or(stamp.at),
                    escalate_at: *escalate_at,
                    escalated: None,
                });
            }
            ApprovalEvent::Escalated { .. } => {
                if let Some(waiting) = &mut self.waiting {
                    waiting.escalated = Some(stamp.at);
                }
            }
            ApprovalEvent::Requested {
                shown,
                digest,
                reason,
                ..
            } => {
                let request = Request::of(stamp, shown, digest.clone(), reason.clone());
                self.request = Some(request);
            }
            ApprovalEvent::RejectionRequested { reason, deed } => {
                self.apply_rejection(stamp, reason, deed.is_some());
            }
            ApprovalEvent::Checked { act } => self.progress(*act, Progress::Checked),
            ApprovalEvent::Locked { act, changes } => {
                self.progress(*act, Progress::Locked(changes.clone()));
            }
            ApprovalEvent::Answered { act, outcome } => self.answered(*act, outcome),
            ApprovalEvent::Granted { .. } => self.grant(stamp, event),
            ApprovalEvent::Rejected { by, comment, ours } => {
                self.seen(*ours);
                self.reject(stamp.at, by.clone(), comment.clone());
            }
            ApprovalEvent::SignedOff { role, note } => self.sign(stamp, role, Some(note)),
            ApprovalEvent::SignOffWithdrawn { role } => self.sign(stamp, role, None),
            ApprovalEvent::EmergencyDeclared { .. } | ApprovalEvent::StartScheduled { .. } => {
                self.set(stamp, event);
            }
            ApprovalEvent::EmergencyWithdrawn { .. } => self.emergency = None,
            ApprovalEvent::StartDue { not_before } => self.start_due = Some(*not_before),
            ApprovalEvent::Reopened { .. } => self.reopen(),
        }
    }

    /// A re-run is of the same commit: who signed for it, took the emergency way or scheduled it did so for that.
    fn reopen(&mut self) {
        let before = std::mem::take(self);
        self.signed = before.signed;
        self.emergency = before.emergency;
        self.start = before.start;
        self.start_due = before.start_due;
    }

    /// What became of a request.
    fn answered(&mut self, act: Seq, outcome: &Outcome) {
        let progress = match outcome {
            Outcome::Taken { .. } => Progress::Taken,
            Outcome::Failed { fault } => Progress::Failed(Text::line(&fault.to_string())),
            Outcome::Beside { .. } => Progress::Failed("not sent".into()),
            Outcome::Unknown { why } => Progress::Failed(why.clone()),
        };
        self.progress(act, progress);
    }

    /// GitHub let a stage go.
    fn grant(&mut self, stamp: &Stamp, event: &ApprovalEvent) {
        let ApprovalEvent::Granted {
            stage,
            by,
            ours,
            bypassed,
            open,
        } = event
        else {
            return;
        };
        self.grants.push(Grant {
            stage: *stage,
            at: stamp.at,
            by: by.clone(),
            ours: *ours,
            bypassed: *bypassed,
            open: open.clone(),
        });
        self.waiting = None;
        if let Some(emergency) = &mut self.emergency {
            emergency.used = true;
        }
        self.seen(*ours);
        self.agree(*ours);
    }

    /// What a person sets beside the decision.
    fn set(&mut self, stamp: &Stamp, event: &ApprovalEvent) {
        let by = stamp.actor.person().cloned();
        if let ApprovalEvent::EmergencyDeclared {
            reason,
            incident,
            review_by,
            ..
        } = event
        {
            self.emergency = by.map(|by| Emergency {
                at: stamp.at,
                by,
                reason: reason.clone(),
                incident: incident.clone(),
                review_by: *review_by,
                used: false,
            });
        } else if let ApprovalEvent::StartScheduled {
            not_before,
            reason,
            escalate_at,
        } = event
        {
            if let (Some(waiting), Some(due)) = (&mut self.waiting, escalate_at) {
                waiting.escalate_at = *due;
            }
            self.start = Some(Start {
                not_before: *not_before,
                by,
                reason: reason.clone(),
            });
        }
    }

    /// Signs with a note, or, without one to be had, takes the sign-off back.
    fn sign(&mut self, stamp: &Stamp, role: &str, note: Option<&Option<Text>>) {
        let Some(by) = stamp.actor.person() else {
            return;
        };
        let signed = self.signed.entry(role.to_owned()).or_default();
        signed.retain(|one| !one.by.is(by));
        signed.extend(note.map(|note| Signed {
            by: by.clone(),
            at: stamp.at,
            note: note.clone(),
        }));
    }

    fn apply_rejection(&mut self, stamp: &Stamp, reason: &Text, is_sent: bool) {
        let by = stamp.actor.person().cloned();
        self.request = Some(Request {
            seq: stamp.seq,
            at: stamp.at,
            by: by.clone(),
            approve: false,
            stage: self.waiting.as_ref().map_or(0, |waiting| waiting.stage),
            shown: None,
            digest: None,
            reason: Some(reason.clone()),
            progress: if is_sent {
                Progress::Checked
            } else {
                Progress::Seen
            },
        });
        if !is_sent {
            self.reject(stamp.at, by, reason.clone());
        }
    }

    /// A person's approval that GitHub let go is what later acts may stand on.
    fn agree(&mut self, ours: Option<Seq>) {
        let request = self.request.as_ref().filter(|one| ours == Some(one.seq));
        if let Some(request) = request
            && let (Some(by), Some(shown)) = (&request.by, &request.shown)
        {
            self.agreement = Agreement::of(request.seq, by, shown);
        }
    }

    fn seen(&mut self, ours: Option<Seq>) {
        if let Some(act) = ours {
            self.progress(act, Progress::Seen);
        }
    }

    fn progress(&mut self, act: Seq, progress: Progress) {
        if let Some(request) = self.request.as_mut().filter(|request| request.seq == act) {
            request.progress = progress;
        }
    }

    fn reject(&mut self, at: Timestamp, by: Option<Login>, reason: Text) {
        self.waiting = None;
        self.rejection = Some(Rejection { at, by, reason });
    }

    /// The request that is still on its way: neither seen, locked nor failed.
    pub fn in_flight(&self) -> Option<&Request> {
        self.request.as_ref().filter(|request| {
            matches!(
                request.progress,
                Progress::Requested | Progress::Checked | Progress::Taken
            )
        })
    }

    /// The first approval, if any: from then on a rollback is possible.
    pub fn first_grant(&self) -> Option<&Grant> {
        self.grants.first()
    }

    /// Whether a stage was let go.
    pub fn granted(&self, stage: usize) -> bool {
        self.grants.iter().any(|grant| grant.stage == stage)
    }
}
