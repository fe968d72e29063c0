//! Who may give a review that GitHub asks for, where this person may not.

use crate::domain::{
    Login, Text,
    observation::{PendingDeployment, Reviewer},
    release::Release,
};

/// The people among an environment's reviewers by login; who is in a team is not told.
pub(super) fn names(hold: &PendingDeployment) -> impl Iterator<Item = &Login> {
    hold.reviewers.iter().filter_map(|reviewer| match reviewer {
        Reviewer::User(login) => Some(login),
        Reviewer::Team(_) => None,
    })
}

impl Release {
    /// What holds the stage that waits.
    pub(super) fn holds_of_stage(&self) -> impl Iterator<Item = &PendingDeployment> {
        let waiting = self.approval.waiting.as_ref();
        let stage = waiting.and_then(|waiting| self.rollout.stages.get(waiting.stage));
        let holds = self.approval.holds.iter();
        holds.filter(move |hold| stage.is_some_and(|stage| hold.name.as_str() == stage.name))
    }

    /// What holds the rollback's run and this person may not let go, with who can; `None` where nothing does.
    pub fn rollback_hindrance(&self) -> Option<Text> {
        let attempt = self.rollback.in_flight()?;
        let hold = attempt.holds.iter().find(|hold| !hold.can_approve)?;
        let who = hold.reviewers_in_words();
        Some(Text::line(&format!(
            "{} waits for a review that only {who} may give",
            hold.name
        )))
    }
}
