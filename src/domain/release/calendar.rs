//! Blackouts and deployment windows of a release: what is known, where the present stands, and the gate that follows.

use jiff::{SignedDuration, Timestamp};

use super::{gate::Gate, gates::said};
use crate::domain::{
    Event, Feed, Phase,
    judge::{State, Verdict},
    later,
    policy::{Effect, Timing, gate::GateEvent},
    release::Release,
};

impl Release {
    /// Whether a person may still have to decide whether production changes.
    pub fn decision_is_ahead(&self) -> bool {
        matches!(
            self.phase(),
            Phase::Preparing
                | Phase::AwaitingApproval
                | Phase::ApprovalRequested
                | Phase::StageWatch { .. }
        )
    }

    /// Where `at` stands; `None` while nobody knows.
    pub fn timing(&self, at: Timestamp) -> Option<Timing> {
        let windows = self.calendar.windows.as_ref()?;
        let watch = self.policy.hypercare.window;
        let timing = Timing::of(windows, at, watch);
        let end = self.calendar.known_until()?;
        // A watch that began now would go past what is known.
        Some(match timing {
            Timing::Clear | Timing::Nears(_) if later(at, watch) > end => {
                Timing::Unknown { from: end }
            }
            timing => timing,
        })
    }

    /// The event where `at` stands otherwise than was known.
    pub(super) fn timing_changed(&self, at: Timestamp) -> Option<Event> {
        if !self.decision_is_ahead() {
            return None;
        }
        let timing = self.timing(at)?;
        (self.calendar.timing.as_ref() != Some(&timing))
            .then(|| GateEvent::TimingChanged(timing).into())
    }

    /// When the present stands otherwise next.
    pub(super) fn next_timing(&self) -> Option<Timestamp> {
        if !self.decision_is_ahead() {
            return None;
        }
        let windows = self.calendar.windows.as_ref()?;
        let timing = self.calendar.timing.as_ref()?;
        let watch = self.policy.hypercare.window;
        let (next, end) = match timing {
            // Only another reading ends it.
            Timing::Unknown { .. } => return None,
            timing => (
                timing.ends(windows, self.newest(), watch),
                self.calendar.known_until()?,
            ),
        };
        let unknown = later(end, SignedDuration::from_secs(1) - watch);
        let is_free = matches!(timing, Timing::Clear | Timing::Nears(_));
        let unknown = (is_free && unknown > self.newest()).then_some(unknown);
        next.into_iter().chain(unknown).min()
    }

    /// The gate, where the rules have a calendar.
    pub(super) fn blackout_gate(&self) -> Option<Gate> {
        if self.policy.calendar.is_empty() {
            return None;
        }
        let verdict = match (
            &self.calendar.timing,
            self.record.silent.get(&Feed::Calendar),
        ) {
            // What was read covers weeks; what was never read, and what lies behind them, is not known.
            (Some(Timing::Unknown { from }), Some((_, why))) => said(
                State::Broken,
                &format!("not read past {}: {why}", moment(*from)),
            ),
            (Some(timing), _) => self.in_words(timing),
            (None, Some((_, why))) => said(State::Broken, why.as_str()),
            (None, None) => said(State::NoData, "the calendar is not read yet"),
        };
        let mut gate = self.gate("blackout", "blackout".into(), "Time to deploy", verdict);
        // What may be passed with a reason is the window's own word; without it nothing passes.
        if let Some(may_override) = self.calendar.timing.as_ref().and_then(may_override) {
            gate.effect = Some(if may_override {
                Effect::Reason
            } else {
                Effect::Block
            });
        }
        Some(gate)
    }

    fn in_words(&self, timing: &Timing) -> Verdict {
        match timing {
            Timing::Clear => {
                let next = self.calendar.windows.iter().flatten();
                let next = next
                    .filter(|window| window.start > self.newest())
                    .min_by_key(|window| window.start);
                let words = next.map_or_else(
                    || "nothing ahead".to_owned(),
                    |window| format!("next: {} from {}", window.name, moment(window.start)),
                );
                said(State::Pass, &words)
            }
            Timing::Unknown { from } => {
                said(State::NoData, &format!("not read past {}", moment(*from)))
            }
            Timing::Nears(window) => said(
                State::Ambiguous,
                &format!(
                    "the watch would run into {} at {}",
                    window.name,
                    moment(window.start)
                ),
            ),
            Timing::Blackout(window) => said(
                State::Fail,
                &format!("{} until {}", window.name, moment(window.end)),
            ),
            Timing::Outside { next: None, .. } => said(
                State::Fail,
                "outside the deployment windows, and none is known ahead",
            ),
            Timing::Outside {
                next: Some(next), ..
            } => said(
                State::Fail,
                &format!(
                    "outside the deployment windows until {} from {}",
                    next.name,
                    moment(next.start)
                ),
            ),
        }
    }
}

/// Whether a typed reason passes what stands in the way; `None` where nothing does.
fn may_override(timing: &Timing) -> Option<bool> {
    match timing {
        Timing::Clear | Timing::Nears(_) | Timing::Unknown { .. } => None,
        Timing::Blackout(window) => Some(window.may_override),
        Timing::Outside { may_override, .. } => Some(*may_override),
    }
}

/// `2026-11-23 08:00 UTC`.
fn moment(at: Timestamp) -> String {
    at.strftime("%Y-%m-%d %H:%M UTC").to_string()
}
