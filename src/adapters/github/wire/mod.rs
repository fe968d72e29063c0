//! GitHub's JSON as it comes, and how it becomes the domain's words. Nothing outside the adapter sees these shapes.

mod check;
mod comment;
mod delivery;
mod dependency;
mod deployment;
mod field;
mod git;
mod lane;
mod past;
mod run;

pub(super) use check::CheckRun;
pub(super) use comment::Comment;
pub(super) use delivery::{PastRuns, WireJob, WireRun};
pub(super) use dependency::Dependency;
pub(super) use deployment::{Deployment, DeploymentStatus};
pub(super) use git::{GitCommit, GitRef, GitTree};
pub(super) use lane::{Lane, Lanes};
pub(super) use past::{
    Branchless, Contents, CustomRules, Environment, FilesAndCommits, Membership, Pull, Reference,
    Repo, Tag,
};
pub(super) use run::{Artifact, Dispatched, Job, Pending, Review, Run, User, Workflow};
