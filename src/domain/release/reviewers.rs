//! Who may give a review that GitHub asks for, where this person may not.

use crate::domain::{
    Text,
    observation::{PendingDeployment, Reviewer},
    release::Release,
};

/// The reviewers of an environment, in words.
pub(super) fn reviewers(hold: &PendingDeployment) -> String {
    let all: Vec<String> = hold
        .reviewers
        .iter()
        .map(|reviewer| match reviewer {
            Reviewer::User(login) => format!("@{login}"),
            Reviewer::Team(team) => format!("team {team}"),
        })
        .collect();
    if all.is_empty() {
        "nobody that GitHub names".to_owned()
    } else {
        all.join(", ")
    }
}

impl Release {
    /// What holds the rollback's run and this person may not let go, with who can; `None` where nothing does.
    pub fn rollback_hindrance(&self) -> Option<Text> {
        let attempt = self.rollback.in_flight()?;
        let hold = attempt.holds.iter().find(|hold| !hold.can_approve)?;
        let who = reviewers(hold);
        Some(Text::line(&format!(
            "{} waits for a review that only {who} may give",
            hold.name
        )))
    }
}
