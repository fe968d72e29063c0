//! What `doctor` asks besides the ports: the repository's rights and whether a workflow is there.

use super::{
    client::{Client, file_name},
    wire,
};
use crate::{
    domain::{Fault, FaultKind, Login, Text, observation::Reviewer},
    ports::History as _,
};

/// What the token may do in the repository, as far as GitHub tells.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Access {
    /// The default branch.
    pub default_branch: Text,
    /// Whether the repository is private: reviewers then need a paid plan.
    pub private: bool,
    /// Whether the token's owner may push (and so dispatch).
    pub push: bool,
    /// Whether the token's owner is an admin (and so may bypass).
    pub admin: bool,
}

/// A workflow that is there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WorkflowFound {
    /// Its name.
    pub name: Text,
    /// Its path from the root.
    pub path: Text,
    /// `active`, or why it does not run: `disabled_manually`, `disabled_inactivity` ...
    pub state: Text,
}

/// Who must review what waits at an environment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reviewers {
    /// People and teams.
    pub all: Vec<Reviewer>,
    /// Whether who triggered a run may not approve it.
    pub prevent_self_review: bool,
}

impl Client {
    /// The required reviewers of an environment.
    pub async fn reviewers(&self, environment: &str) -> Result<Reviewers, Fault> {
        let what = format!("GitHub: reviewers of {environment}");
        let url = self.repo(["environments", environment], &[]);
        let found: wire::Environment = self.one(url, &what).await?;
        let (all, prevent_self_review) = found.reviewers();
        Ok(Reviewers {
            all,
            prevent_self_review,
        })
    }

    /// Whether a person is in a team of the repository's organisation; `None` where this token may not see it. GitHub answers
    /// 404 for both: a team whose members are told is one that is seen.
    pub async fn is_in_team(&self, team: &str, login: &Login) -> Result<Option<bool>, Fault> {
        let what = format!("GitHub: members of team {team}");
        let of_team = ["orgs", &self.owner, "teams", team];
        let one = of_team.into_iter().chain(["memberships", login.as_str()]);
        let url = self.transport.address(one, &[]);
        match self.one::<wire::Membership>(url, &what).await {
            Ok(found) => return Ok(Some(found.is_active())),
            Err(fault) if fault.kind == FaultKind::NotFound => {}
            Err(fault) if fault.kind == FaultKind::Forbidden => return Ok(None),
            Err(fault) => return Err(fault),
        }
        let all = of_team.into_iter().chain(["members"]);
        let url = self.transport.address(all, &[("per_page", "1")]);
        match self.one::<Vec<serde::de::IgnoredAny>>(url, &what).await {
            Ok(_) => Ok(Some(false)),
            Err(fault) if matches!(fault.kind, FaultKind::NotFound | FaultKind::Forbidden) => {
                Ok(None)
            }
            Err(fault) => Err(fault),
        }
    }

    /// The repository and what this token may do there.
    pub async fn access(&self) -> Result<Access, Fault> {
        let found = self.repository().await?;
        Ok(Access {
            default_branch: Text::line(&found.default_branch),
            private: found.private,
            push: found.permissions.push,
            admin: found.permissions.admin,
        })
    }

    /// Whether this token may write refs. Asked with a commit that cannot exist: GitHub looks at the rights first, and then
    /// refuses the commit (422), so nothing is written. That order is *inferred*: other refusals are told as they come.
    pub async fn may_write_refs(&self) -> Result<(), Fault> {
        let what = "GitHub: writing refs";
        let nothing = "0".repeat(40);
        let body = serde_json::json!({ "ref": "refs/cockpit/doctor/probe", "sha": nothing });
        let url = self.repo(["git", "refs"], &[]);
        match self.transport.post(url, Some(&body), what).await {
            Err(fault) if fault.kind == FaultKind::Refused => Ok(()),
            Err(fault) => Err(fault),
            Ok(_) => {
                let detail = "a ref to nothing was taken: the answer is not GitHub's";
                Err(Fault::new(FaultKind::Malformed, what, detail))
            }
        }
    }

    /// A file of the default branch; `None` where it is not there. GitHub answers 404 too for a repository that is not there
    /// or hidden from this token: that is a fault of its own.
    pub async fn default_file(&self, path: &str) -> Result<Option<Vec<u8>>, Fault> {
        let found = self.file(path).await?;
        if found.is_none() {
            self.repository().await?;
        }
        Ok(found)
    }

    /// A workflow by its file name; `None` where there is none.
    pub async fn workflow(&self, file: &str) -> Result<Option<WorkflowFound>, Fault> {
        let file = file_name(file);
        let what = format!("GitHub: workflow {file}");
        let url = self.repo(["actions", "workflows", file], &[]);
        match self.one::<wire::Workflow>(url, &what).await {
            Ok(found) => Ok(Some(WorkflowFound {
                name: Text::line(&found.name.unwrap_or_default()),
                path: Text::line(&found.path.unwrap_or_default()),
                state: Text::line(&found.state.unwrap_or_default()),
            })),
            Err(fault) if fault.kind == FaultKind::NotFound => Ok(None),
            Err(fault) => Err(fault),
        }
    }
}
