//! Which prompt an action opens, or why it opens none; and when leaving asks first.

use super::{
    Action, Asking, Bar, Model, Overlay, Prompt, Seat, Tone, hindrance, unanswered::alerts,
};
use crate::{
    domain::{Phase, release::Release},
    report::incident_text,
};

impl Model {
    /// Opens the prompt of an action, or says why not.
    pub(super) fn ask(&mut self, action: Action, release: &Release) {
        if let Some(why) = hindrance(action, release, self) {
            self.say(&format!("{}: {why}", action.label()));
            return;
        }
        let prompt = match action {
            Action::Approve | Action::ReleaseStage => Prompt::approve(release),
            Action::Reject => Some(Prompt::reject(release)),
            Action::RollBack if release.waits_for_deploy().is_some() => {
                Some(Prompt::plain(release, Asking::WaitNoLonger))
            }
            Action::RollBack => Prompt::roll_back(release, &known_reason(release)),
            Action::KillFlag => Prompt::kill_flag(release, &known_reason(release)),
            Action::Note => Some(Prompt::note(release)),
            Action::Problem => Some(Prompt::problem(release)),
            Action::Extend => Some(Prompt::extend(release)),
            Action::SignOff => self
                .viewer
                .as_ref()
                .and_then(|who| Prompt::sign_off(release, who)),
            Action::Emergency if release.may_withdraw().is_ok() => {
                Some(Prompt::withdraw_emergency(release))
            }
            Action::Emergency if self.may_review(release) => Some(Prompt::review(release)),
            Action::Emergency => Some(Prompt::emergency(release)),
            Action::Schedule => Some(Prompt::schedule(release, self.now, self.zone.clone())),
            Action::Close if release.phase() == Phase::Stopped => {
                Some(Prompt::explain(release, &incident_text(release)))
            }
            Action::Close => Some(Prompt::close(release)),
            Action::Hold => Some(Prompt::plain(release, Asking::Hold)),
            Action::KeepWatching => {
                let seen = alerts(release);
                Some(Prompt::plain(release, Asking::KeepWatching(seen)))
            }
            Action::HandOver => Some(Prompt::hand_over(release)),
            Action::Tick => {
                self.open_checklist(release);
                None
            }
            Action::TakeSeat => Some(Prompt::plain(release, Asking::TakeSeat)),
            Action::Trust => Some(Prompt::plain(release, Asking::Trust)),
            Action::CancelRun => Some(Prompt::plain(release, Asking::CancelRun)),
            Action::RerunFailed => Some(Prompt::plain(release, Asking::RerunFailed)),
            _ => None,
        };
        if let Some(prompt) = prompt {
            self.overlay = Some(Overlay::Prompt(Box::new(prompt)));
        }
    }

    /// Whether the viewer may review this release's emergency.
    fn may_review(&self, release: &Release) -> bool {
        let viewer = self.viewer.as_ref();
        viewer.is_some_and(|viewer| release.may_review(viewer).is_ok())
    }

    /// Whether leaving is asked about: who drives while something burns is the one who was to see it.
    pub(super) fn asks_to_leave(&self, release: &Release) -> bool {
        let is_asked = matches!(
            &self.overlay,
            Some(Overlay::Prompt(prompt)) if prompt.asking == Asking::Leave
        );
        let burns = Bar::of(release, &self.derived, self.now).tone == Tone::Alert;
        self.seat == Seat::Driving && burns && !is_asked
    }
}

/// What the release already knows of a rollback's reason.
fn known_reason(release: &Release) -> String {
    let fired = release
        .watch
        .fired()
        .map(|(source, fired)| format!("{source}: {}", fired.why));
    let problems = release
        .record
        .problems
        .iter()
        .map(|(problem, note)| format!("{}: {}", problem.word(), note.text.first_line()));
    let issues = release.rollout.issues.iter().map(ToString::to_string);
    fired
        .chain(problems)
        .chain(issues)
        .collect::<Vec<_>>()
        .join("; ")
}
