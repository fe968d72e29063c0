//! What is kept of runs, jobs, steps and stages.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::domain::{
    JobId, Login, RunId, Sha, Text,
    observation::{Conclusion, JobSnapshot, RunSnapshot, RunStatus},
};

/// A run, as much as is kept of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RunFacts {
    /// The run.
    pub run: RunId,
    /// Its attempt.
    pub attempt: u32,
    /// Where it stands.
    pub status: RunStatus,
    /// How it ended.
    pub conclusion: Option<Conclusion>,
    /// Its commit.
    pub sha: Sha,
    /// Its title.
    pub title: Text,
    /// Branch or tag.
    pub branch: Option<Text>,
    /// Who triggered this attempt.
    pub by: Option<Login>,
    /// When this attempt began.
    pub started: Timestamp,
    /// Its newest change.
    pub updated: Timestamp,
    /// The page for people.
    pub url: Text,
}

impl From<&RunSnapshot> for RunFacts {
    fn from(run: &RunSnapshot) -> Self {
        Self {
            run: run.id,
            attempt: run.attempt,
            status: run.status,
            conclusion: run.conclusion,
            sha: run.head_sha.clone(),
            title: run.title.clone(),
            branch: run.head_branch.clone(),
            by: run.triggering_actor.clone().or_else(|| run.actor.clone()),
            started: run.started.unwrap_or(run.created),
            updated: run.updated,
            url: run.url.clone(),
        }
    }
}

impl RunFacts {
    /// Whether it ended otherwise than well.
    pub fn has_failed(&self) -> bool {
        self.conclusion
            .is_some_and(|conclusion| conclusion != Conclusion::Success)
    }

    /// Whether the difference is worth an event: GitHub touches `updated_at` often, which alone is none.
    pub fn says_more_than(&self, known: Option<&Self>) -> bool {
        known.is_none_or(|known| {
            (known.attempt, known.status, known.conclusion)
                != (self.attempt, self.status, self.conclusion)
                || known.sha != self.sha
                || known.by != self.by
        })
    }
}

/// A production job.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct JobFacts {
    /// The job.
    pub id: JobId,
    /// Its name, with the matrix in parentheses.
    pub name: Text,
    /// Where it stands.
    pub status: RunStatus,
    /// How it ended.
    pub conclusion: Option<Conclusion>,
    /// Its end.
    pub completed: Option<Timestamp>,
}

impl From<&JobSnapshot> for JobFacts {
    fn from(job: &JobSnapshot) -> Self {
        Self {
            id: job.id,
            name: job.name.clone(),
            status: job.status,
            conclusion: job.conclusion,
            completed: job.completed,
        }
    }
}

/// A step of the stepper.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Step {
    /// Its name.
    pub name: String,
    /// Its state.
    pub state: StepState,
    /// When it began.
    pub started: Option<Timestamp>,
    /// When it ended.
    pub completed: Option<Timestamp>,
}

/// What a step is doing.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum StepState {
    /// Not begun.
    #[default]
    Waiting,
    /// Works.
    Running,
    /// All its jobs passed.
    Passed,
    /// One of its jobs failed.
    Failed,
    /// All its jobs were skipped or cancelled.
    Skipped,
}

/// A stage of the rollout; without a canary there is one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stage {
    /// The environment or the job.
    pub name: String,
    /// Its share of the traffic, as written.
    pub weight: Option<String>,
    /// Whether GitHub holds it for a review.
    pub is_held: bool,
    /// Its state.
    pub state: StageState,
    /// When it came into that state.
    pub since: Option<Timestamp>,
}

/// What a stage is doing.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum StageState {
    /// Not reached.
    #[default]
    Waiting,
    /// Held for a review.
    Held,
    /// Let go; its job works.
    Deploying,
    /// Its job ended well: traffic flows.
    Deployed,
    /// Its job failed.
    Failed,
}

/// One answer to "what does production run".
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProductionAnswer {
    /// Which source.
    pub source: ProductionSource,
    /// The version, where the answer tells one.
    pub version: Option<Text>,
    /// The commit, where the answer tells one or it could be resolved.
    pub sha: Option<Sha>,
}

/// Where it comes from, best first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ProductionSource {
    /// `production.version` answered.
    Asked,
    /// The target of the last confirmed rollback.
    Rollback,
    /// The newest success of the configured workflow and job.
    Deployment,
}

impl ProductionSource {
    /// In words.
    pub fn word(self) -> &'static str {
        match self {
            Self::Asked => "production itself",
            Self::Rollback => "the last rollback",
            Self::Deployment => "the newest deployment",
        }
    }
}

impl ProductionAnswer {
    /// What people call it.
    pub fn name(&self) -> Option<&str> {
        match (&self.version, &self.sha) {
            (Some(version), _) => Some(version.as_str()),
            (None, Some(sha)) => Some(sha.short()),
            (None, None) => None,
        }
    }

    /// Whether it is that commit or that version, where another version ran `before`. `None`: it leaves out the build, which
    /// alone tells the two apart.
    pub fn is(&self, sha: &Sha, version: Option<&Text>, before: Option<&Text>) -> Option<bool> {
        let own = match (&self.sha, &self.version) {
            (Some(own), _) => return Some(own == sha),
            (None, None) => return Some(false),
            (None, Some(own)) => own,
        };
        let same = |other: Option<&Text>| other.and_then(|other| same_version(own, other));
        if sha.starts_with(own.as_str()) || same(version) == Some(Same::Whole) {
            return Some(true);
        }
        match same(version) {
            Some(Same::ButForBuild) => {
                let is_old = matches!(same(before), Some(Same::Whole | Same::ButForBuild));
                (!is_old || before == version).then_some(true)
            }
            Some(Same::Whole | Same::Not) | None => Some(false),
        }
    }

    /// Whether both cannot be true: other commits, or other version numbers where no commit of that name is known.
    pub fn contradicts(&self, other: &Self) -> bool {
        if let (Some(own), Some(theirs)) = (&self.sha, &other.sha) {
            return own != theirs;
        }
        let names = self.version.as_ref().zip(other.version.as_ref());
        names.is_some_and(|(own, theirs)| same_version(own, theirs) == Some(Same::Not))
    }
}

/// How far two names mean the same version.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Same {
    /// In all that they say.
    Whole,
    /// But one tells of the build, after a `+`, and the other does not.
    ButForBuild,
    /// Another.
    Not,
}

/// How far two names mean the same version; `None` where they are different kinds of names: what has no number (a build, a
/// branch) says nothing of what has one.
fn same_version(a: &Text, b: &Text) -> Option<Same> {
    let (a, b) = (a.as_str(), b.as_str());
    match (version_number(a), version_number(b)) {
        (Some(a), Some(b)) => Some(same_number(a, b)),
        _ => (a.trim_start_matches('v') == b.trim_start_matches('v')).then_some(Same::Whole),
    }
}

fn same_number(a: &str, b: &str) -> Same {
    let is_same = match (a.split_once('+'), b.split_once('+')) {
        _ if a == b => return Same::Whole,
        (Some((number, _)), None) => number == b,
        (None, Some((number, _))) => a == number,
        (Some(_), Some(_)) | (None, None) => false,
    };
    if is_same {
        Same::ButForBuild
    } else {
        Same::Not
    }
}

/// The dotted number in a name, with what follows it: `2.13.4` of `checkout/v2.13.4`.
fn version_number(name: &str) -> Option<&str> {
    let is_digit = |c: char| c.is_ascii_digit();
    let starts = name.char_indices().filter(|(at, c)| {
        is_digit(*c) && !name[..*at].ends_with(|c: char| is_digit(c) || c == '.')
    });
    starts.map(|(at, _)| &name[at..]).find(|rest| {
        let rest = rest.trim_start_matches(is_digit);
        rest.strip_prefix('.')
            .is_some_and(|rest| rest.starts_with(is_digit))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_that_no_commit_has_contradicts_another_name() {
        let sha = || Sha::parse(&"3f9c2ab1".repeat(5)).unwrap();
        let answer = |version: Option<&str>, sha| ProductionAnswer {
            source: ProductionSource::Asked,
            version: version.map(Text::line),
            sha,
        };
        let deployed = answer(Some("v2.13.4"), Some(sha()));
        for (said, is_other) in [
            ("v1.0.0", true),
            ("checkout/v2.13.5", true),
            ("2.13.4-rc.1", true),
            ("2.13.4", false),
            ("2.13.4+3f9c2ab", false),
            ("s3-proxy-v2.13.4", false),
            ("3f9c2ab", false),
            ("build 4711", false),
        ] {
            let asked = answer(Some(said), None);
            assert_eq!(asked.contradicts(&deployed), is_other, "{said}");
            assert_eq!(deployed.contradicts(&asked), is_other, "{said}");
        }
        // A deployment without a tag has no name to differ from.
        let untagged = answer(None, Some(sha()));
        assert!(!untagged.contradicts(&answer(Some("build 77"), None)));
    }

    #[test]
    fn a_short_commit_is_the_candidate_though_it_has_a_version() {
        let sha = Sha::parse(&"3f9c2ab1".repeat(5)).unwrap();
        let version = Text::line("v2.14.0");
        let said = |text: &str| ProductionAnswer {
            source: ProductionSource::Asked,
            version: Some(Text::line(text)),
            sha: None,
        };
        for same in [
            "3f9c2ab",
            "3F9C2AB1",
            "v2.14.0",
            "2.14.0",
            "checkout/v2.14.0",
            "2.14.0+build.7",
        ] {
            let old = Text::line("v2.13.4");
            let told = said(same).is(&sha, Some(&version), Some(&old));
            assert_eq!(told, Some(true), "{same}");
        }
        for other in ["3f9c2a", "d01e77c", "v2.13.4", "2.14.0-rc.1", "v"] {
            let told = said(other).is(&sha, Some(&version), None);
            assert_eq!(told, Some(false), "{other}");
        }
    }

    #[test]
    fn an_answer_without_the_build_proves_nothing_where_only_the_build_changed() {
        let sha = Sha::parse(&"3f9c2ab1".repeat(5)).unwrap();
        let told = |said: &str, new: &str, old: &str| {
            let answer = ProductionAnswer {
                source: ProductionSource::Asked,
                version: Some(Text::line(said)),
                sha: None,
            };
            answer.is(&sha, Some(&Text::line(new)), Some(&Text::line(old)))
        };
        for (said, new, old, is) in [
            ("2.14.0", "v2.14.0+8123", "v2.14.0+8100", None),
            // What was asked before left the build out too.
            ("2.14.0", "v2.14.0+8123", "2.14.0", None),
            ("2.14.0+8100", "v2.14.0", "v2.14.0+8100", None),
            ("2.14.0+8123", "v2.14.0+8123", "v2.14.0+8100", Some(true)),
            ("2.14.0+8100", "v2.14.0+8123", "v2.14.0+8100", Some(false)),
            ("2.14.0", "v2.14.0+8123", "v2.13.4+8100", Some(true)),
            ("2.14.0", "v2.14.0+8123", "build 77", Some(true)),
            // The same version once more.
            ("2.14.0", "v2.14.0+8123", "v2.14.0+8123", Some(true)),
        ] {
            assert_eq!(told(said, new, old), is, "{said}: {new} after {old}");
        }
    }
}
