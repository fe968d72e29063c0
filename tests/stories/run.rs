//! A run of GitHub Actions, written short: state, jobs, holds, reviews.

use std::collections::BTreeMap;

use cockpit::domain::{
    ArtifactId, JobId, Login, RunId, Text,
    observation::{
        ArtifactSnapshot, ArtifactsSeen, Conclusion, JobSnapshot, PendingDeployment,
        ReviewSnapshot, ReviewState, Reviewer, RunSeen, RunSnapshot, RunStatus,
    },
};
use jiff::Timestamp;
use serde::Deserialize;

use crate::{
    drive::Drive,
    world::{commit, environment, time},
};

/// A run in short.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Run {
    /// Another run than the story's.
    pub(crate) id: Option<u64>,
    /// 1 unless said.
    pub(crate) attempt: Option<u32>,
    /// A status, or a conclusion.
    pub(crate) state: String,
    /// When GitHub was asked, where not now.
    pub(crate) asked: Option<String>,
    /// When it came to stand so, where that was before.
    pub(crate) updated: Option<String>,
    /// `NAME: STATE [FROM [UNTIL]]`.
    pub(crate) jobs: Option<Vec<String>>,
    /// Environments; ` (not me)` where the token may not approve.
    pub(crate) held: Option<Vec<String>>,
    /// `WHO approved|rejected [ENVIRONMENT]`; `ours approved` carries our comment.
    pub(crate) reviews: Option<Vec<String>>,
    /// Ids of artifacts that lie there beside the known ones.
    pub(crate) uploads: Vec<u64>,
    /// Ids of other workflows' artifacts, where they are others than known.
    pub(crate) elsewhere: BTreeMap<String, Vec<u64>>,
}

/// A status or a conclusion by its word.
fn standing(word: &str) -> (RunStatus, Option<Conclusion>) {
    let ended = |conclusion| (RunStatus::Completed, Some(conclusion));
    match word {
        "queued" => (RunStatus::Queued, None),
        "waiting" => (RunStatus::Waiting, None),
        "running" => (RunStatus::InProgress, None),
        "success" => ended(Conclusion::Success),
        "failure" => ended(Conclusion::Failure),
        "cancelled" => ended(Conclusion::Cancelled),
        "skipped" => ended(Conclusion::Skipped),
        other => panic!("`{other}` is no state of a run"),
    }
}

impl Run {
    /// The run as GitHub would tell it now; `usual` is its id unless it says another.
    pub(crate) fn seen(&self, drive: &Drive, usual: u64, at: Timestamp) -> RunSeen {
        let (status, conclusion) = standing(&self.state);
        RunSeen {
            asked: self.asked.as_deref().map_or(at, time),
            run: RunSnapshot {
                id: RunId(self.id.unwrap_or(usual)),
                attempt: self.attempt.unwrap_or(1),
                head_sha: commit("3"),
                head_branch: Some("main".into()),
                title: "Release v2.14.0".into(),
                workflow: "deploy".into(),
                path: ".github/workflows/deploy.yml".into(),
                event: "push".into(),
                status,
                conclusion,
                actor: Some(Login::parse("ben").unwrap()),
                triggering_actor: Some(Login::parse("ben").unwrap()),
                created: time("13:40"),
                started: Some(time("13:40")),
                updated: self.updated.as_deref().map_or(at, time),
                url: Text::default(),
                pull_requests: vec![7],
            },
            jobs: self
                .jobs
                .as_ref()
                .map(|jobs| (1..).zip(jobs).map(|(id, text)| job(id, text)).collect()),
            pending: self
                .held
                .as_ref()
                .map(|held| held.iter().map(|name| hold(name)).collect()),
            reviews: self
                .reviews
                .as_ref()
                .map(|all| all.iter().map(|text| review(drive, text)).collect()),
            artifacts: Some(ArtifactsSeen {
                own: self.artifacts(drive),
                elsewhere: self.artifacts_elsewhere(drive),
            }),
        }
    }

    /// What is known, and the uploads.
    fn artifacts(&self, drive: &Drive) -> Vec<ArtifactSnapshot> {
        let known = drive.release.evidence.artifacts.iter();
        let known = known.filter(|artifact| !self.uploads.contains(&artifact.id.0));
        let new = self.uploads.iter().map(|id| uploaded(*id));
        known.cloned().chain(new).collect()
    }

    /// What is known of other workflows, and what this look tells anew.
    fn artifacts_elsewhere(&self, drive: &Drive) -> BTreeMap<String, Vec<ArtifactSnapshot>> {
        let mut all = drive.release.evidence.elsewhere.clone();
        let told = self.elsewhere.iter();
        all.extend(told.map(|(workflow, ids)| {
            let ids = ids.iter().map(|id| uploaded(*id));
            (workflow.clone(), ids.collect())
        }));
        all
    }
}

/// An artifact in short.
pub(crate) fn uploaded(id: u64) -> ArtifactSnapshot {
    ArtifactSnapshot {
        id: ArtifactId(id),
        name: "junit".into(),
        size: 4_096,
        digest: Some(Text::line(&format!("sha256:{id:064x}"))),
        created: Some(time("14:00")),
        expired: false,
        expires: None,
        run: RunId(8123),
    }
}

fn job(id: u64, text: &str) -> JobSnapshot {
    let (name, rest) = text.rsplit_once(": ").unwrap();
    let mut words = rest.split(' ');
    let (status, conclusion) = standing(words.next().unwrap());
    JobSnapshot {
        id: JobId(id),
        name: name.into(),
        status,
        conclusion,
        started: words.next().map(time),
        completed: words.next().map(time),
        url: Text::default(),
    }
}

fn hold(text: &str) -> PendingDeployment {
    let name = text.strip_suffix(" (not me)");
    PendingDeployment {
        environment: environment(name.unwrap_or(text)),
        name: name.unwrap_or(text).into(),
        wait_timer_minutes: 0,
        wait_timer_started: None,
        can_approve: name.is_none(),
        reviewers: vec![
            Reviewer::Team("release-managers".into()),
            Reviewer::User(Login::parse("cleo").unwrap()),
            Reviewer::User(Login::parse("dora").unwrap()),
            Reviewer::User(Login::parse("ben").unwrap()),
        ],
    }
}

fn review(drive: &Drive, text: &str) -> ReviewSnapshot {
    let mut words = text.split(' ');
    let (who, what) = (words.next().unwrap(), words.next().unwrap());
    let ours = who == "ours";
    ReviewSnapshot {
        by: Login::parse(if ours { "ana" } else { who }).ok(),
        state: match what {
            "approved" => ReviewState::Approved,
            "rejected" => ReviewState::Rejected,
            other => panic!("`{other}` is no review"),
        },
        comment: drive
            .own_comment()
            .filter(|_| ours)
            .map_or_else(|| "from the browser".into(), Text::from),
        environments: words.map(environment).collect(),
    }
}
