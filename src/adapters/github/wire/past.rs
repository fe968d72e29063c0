//! Comparisons, pull requests, refs, environments, files.

use base64::Engine as _;
use serde::Deserialize;

use super::{
    field::{Person, line, login, or_default, readable, sha, some_line, time},
    run::WhoMay,
};
use crate::domain::{
    FaultKind, Sha, Text,
    diff::{Patch, PullRef, co_authors},
    observation::{
        CommitSnapshot, EnvironmentSnapshot, FileChange, PullSnapshot, Relation, Reviewer,
    },
};

/// A page of a comparison; the files stand on the first one only.
#[derive(Debug, Deserialize)]
pub(in crate::adapters::github) struct FilesAndCommits {
    status: String,
    pub(in crate::adapters::github) ahead_by: u32,
    pub(in crate::adapters::github) behind_by: u32,
    #[serde(default, deserialize_with = "or_default")]
    pub(in crate::adapters::github) total_commits: Option<usize>,
    #[serde(default, deserialize_with = "readable")]
    commits: Vec<Commit>,
    #[serde(default, deserialize_with = "readable")]
    files: Vec<File>,
}

impl FilesAndCommits {
    pub(in crate::adapters::github) fn relation(&self) -> Option<Relation> {
        match self.status.as_str() {
            "identical" => Some(Relation::Identical),
            "ahead" => Some(Relation::Ahead),
            "behind" => Some(Relation::Behind),
            "diverged" => Some(Relation::Diverged),
            _ => None,
        }
    }

    pub(in crate::adapters::github) fn commits(&self) -> impl Iterator<Item = CommitSnapshot> {
        self.commits.iter().filter_map(Commit::read)
    }

    pub(in crate::adapters::github) fn files(self) -> Vec<FileChange> {
        self.files.into_iter().map(File::read).collect()
    }
}

#[derive(Debug, Deserialize)]
struct Commit {
    sha: String,
    #[serde(default, rename = "commit", deserialize_with = "or_default")]
    message: Message,
    #[serde(default, deserialize_with = "or_default")]
    author: Option<Person>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Message {
    #[serde(deserialize_with = "or_default")]
    message: Option<String>,
    #[serde(deserialize_with = "or_default")]
    author: Signature,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Signature {
    #[serde(deserialize_with = "or_default")]
    name: Option<String>,
    #[serde(deserialize_with = "or_default")]
    date: Option<String>,
}

impl Commit {
    fn read(&self) -> Option<CommitSnapshot> {
        let message = self.message.message.as_deref().unwrap_or_default();
        Some(CommitSnapshot {
            sha: Sha::parse(&self.sha).ok()?,
            title: Text::line(message.lines().next().unwrap_or_default()),
            name: line(self.message.author.name.as_deref()),
            with: co_authors(message),
            is_unlinked: false,
            pull: PullRef::of_message(message),
            author: login(self.author.as_ref()),
            at: time(self.message.author.date.as_deref()),
        })
    }
}

#[derive(Debug, Deserialize)]
struct File {
    filename: String,
    #[serde(default, deserialize_with = "or_default")]
    additions: u32,
    #[serde(default, deserialize_with = "or_default")]
    deletions: u32,
    #[serde(default, deserialize_with = "or_default")]
    status: Option<String>,
    #[serde(default, deserialize_with = "or_default")]
    previous_filename: Option<String>,
    #[serde(default, deserialize_with = "or_default")]
    patch: Option<String>,
}

impl File {
    fn read(self) -> FileChange {
        FileChange {
            path: Text::line(&self.filename),
            added: self.additions,
            removed: self.deletions,
            status: line(self.status.as_deref()),
            previous: self.previous_filename.as_deref().map(Text::line),
            patch: self.patch.map(Patch::new),
        }
    }
}

#[derive(Debug, Deserialize)]
pub(in crate::adapters::github) struct Pull {
    number: u64,
    head: Branchless,
    #[serde(default, deserialize_with = "or_default")]
    title: Option<String>,
    #[serde(default, deserialize_with = "or_default")]
    body: Option<String>,
    #[serde(default, deserialize_with = "or_default")]
    user: Option<Person>,
    #[serde(default, deserialize_with = "or_default")]
    merged_at: Option<String>,
    #[serde(default, deserialize_with = "or_default")]
    merge_commit_sha: Option<String>,
    #[serde(default, deserialize_with = "or_default")]
    html_url: Option<String>,
}

/// Anything that carries a commit.
#[derive(Debug, Deserialize)]
pub(in crate::adapters::github) struct Branchless {
    sha: String,
}

impl Branchless {
    pub(in crate::adapters::github) fn read(&self) -> Option<Sha> {
        sha(Some(&self.sha))
    }
}

impl Pull {
    pub(in crate::adapters::github) fn read(self) -> Option<PullSnapshot> {
        // Before the merge `merge_commit_sha` is GitHub's test merge, which nobody deploys.
        let merged = self.merged_at.is_some();
        Some(PullSnapshot {
            number: self.number,
            title: line(self.title.as_deref()),
            body: Text::block(self.body.as_deref().unwrap_or_default()),
            author: login(self.user.as_ref()),
            head: self.head.read()?,
            merged_as: sha(self.merge_commit_sha.as_deref()).filter(|_| merged),
            url: line(self.html_url.as_deref()),
        })
    }
}

#[derive(Debug, Deserialize)]
pub(in crate::adapters::github) struct Reference {
    #[serde(rename = "ref")]
    name: String,
    object: Object,
}

#[derive(Debug, Deserialize)]
struct Object {
    sha: String,
    #[serde(default, rename = "type", deserialize_with = "or_default")]
    kind: Option<String>,
}

impl Reference {
    /// The tag's name without `refs/tags/`.
    pub(in crate::adapters::github) fn tag(&self) -> Option<&str> {
        self.name.strip_prefix("refs/tags/")
    }

    pub(in crate::adapters::github) fn is(&self, sha: &Sha) -> bool {
        self.object.sha.eq_ignore_ascii_case(sha.as_str())
    }

    /// Whether it points at a tag object, whose commit this answer does not tell.
    pub(in crate::adapters::github) fn is_annotated(&self) -> bool {
        self.object.kind.as_deref() == Some("tag")
    }
}

/// A tag with the commit behind it, annotated or not.
#[derive(Debug, Deserialize)]
pub(in crate::adapters::github) struct Tag {
    pub(in crate::adapters::github) name: String,
    pub(in crate::adapters::github) commit: Branchless,
}

#[derive(Debug, Deserialize)]
pub(in crate::adapters::github) struct Environment {
    #[serde(default, deserialize_with = "or_default")]
    name: Option<String>,
    #[serde(default, deserialize_with = "or_default")]
    can_admins_bypass: Option<bool>,
    #[serde(default, deserialize_with = "readable")]
    protection_rules: Vec<Protection>,
}

#[derive(Debug, Deserialize)]
struct Protection {
    #[serde(default, rename = "type", deserialize_with = "or_default")]
    kind: Option<String>,
    #[serde(default, deserialize_with = "or_default")]
    wait_timer: u32,
    #[serde(default, deserialize_with = "or_default")]
    prevent_self_review: bool,
    #[serde(default, deserialize_with = "readable")]
    reviewers: Vec<WhoMay>,
}

/// A person's place in a team.
#[derive(Debug, Deserialize)]
pub(in crate::adapters::github) struct Membership {
    #[serde(default, deserialize_with = "or_default")]
    state: Option<String>,
}

impl Membership {
    /// Whether it holds: who is invited is no member yet.
    pub(in crate::adapters::github) fn is_active(&self) -> bool {
        self.state.as_deref() == Some("active")
    }
}

/// Custom rules by the app that answers for them.
#[derive(Debug, Default, Deserialize)]
pub(in crate::adapters::github) struct CustomRules {
    #[serde(default, deserialize_with = "readable")]
    custom_deployment_protection_rules: Vec<CustomRule>,
}

#[derive(Debug, Deserialize)]
struct CustomRule {
    #[serde(default, deserialize_with = "or_default")]
    enabled: Option<bool>,
    #[serde(default, deserialize_with = "or_default")]
    app: App,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct App {
    #[serde(deserialize_with = "or_default")]
    slug: Option<String>,
}

impl Environment {
    /// Who must review, and whether not who triggered the run.
    pub(in crate::adapters::github) fn reviewers(&self) -> (Vec<Reviewer>, bool) {
        let rules = self.protection_rules.iter();
        let mut rules = rules.filter(|rule| rule.kind.as_deref() == Some("required_reviewers"));
        rules.next().map_or_else(Default::default, |rule| {
            let all = WhoMay::read_all(&rule.reviewers);
            (all, rule.prevent_self_review)
        })
    }

    pub(in crate::adapters::github) fn read(self, custom: &CustomRules) -> EnvironmentSnapshot {
        let of = |kind: &str| {
            let rules = self.protection_rules.iter();
            rules
                .filter(move |rule| rule.kind.as_deref() == Some(kind))
                .collect::<Vec<_>>()
        };
        let reviews = of("required_reviewers");
        let rules = custom.custom_deployment_protection_rules.iter();
        EnvironmentSnapshot {
            name: line(self.name.as_deref()),
            required_reviewers: !reviews.is_empty(),
            prevent_self_review: reviews.iter().any(|rule| rule.prevent_self_review),
            // Older servers do not tell: then admins can.
            admins_may_bypass: self.can_admins_bypass.unwrap_or(true),
            wait_timer_minutes: of("wait_timer")
                .iter()
                .map(|r| r.wait_timer)
                .max()
                .unwrap_or(0),
            custom_rules: rules
                .filter(|rule| rule.enabled != Some(false))
                .map(|rule| {
                    some_line(rule.app.slug.as_deref()).unwrap_or_else(|| "a custom rule".into())
                })
                .collect(),
        }
    }
}

#[derive(Debug, Deserialize)]
pub(in crate::adapters::github) struct Contents {
    #[serde(default, rename = "type", deserialize_with = "or_default")]
    kind: Option<String>,
    #[serde(default, deserialize_with = "or_default")]
    encoding: Option<String>,
    #[serde(default, deserialize_with = "or_default")]
    content: Option<String>,
}

impl Contents {
    /// The file's bytes; the error says why there are none.
    pub(in crate::adapters::github) fn read(self) -> Result<Vec<u8>, (FaultKind, &'static str)> {
        if self.kind.as_deref().is_some_and(|kind| kind != "file") {
            return Err((FaultKind::Malformed, "it is not a file"));
        }
        match self.encoding.as_deref() {
            Some("base64") => {}
            Some("none") => return Err((FaultKind::TooLarge, "it is larger than 1 MiB")),
            _ => return Err((FaultKind::Malformed, "its encoding is unknown")),
        }
        let mut packed = self.content.unwrap_or_default();
        packed.retain(|c| !c.is_ascii_whitespace());
        base64::engine::general_purpose::STANDARD
            .decode(packed)
            .map_err(|_| (FaultKind::Malformed, "its content is no base64"))
    }
}

#[derive(Debug, Deserialize)]
pub(in crate::adapters::github) struct Repo {
    pub(in crate::adapters::github) default_branch: String,
    #[serde(default, deserialize_with = "or_default")]
    pub(in crate::adapters::github) private: bool,
    #[serde(default, deserialize_with = "or_default")]
    pub(in crate::adapters::github) permissions: Permissions,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(in crate::adapters::github) struct Permissions {
    pub(in crate::adapters::github) push: bool,
    pub(in crate::adapters::github) admin: bool,
}
