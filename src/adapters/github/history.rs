//! [`History`]: deployments, comparisons, pull requests, refs, environments, files.

use std::{cmp::Reverse, collections::HashMap, sync::PoisonError};

use futures_util::future::try_join_all;

use super::{
    answer,
    client::{Client, List, segments},
    page::{self, Broken},
    runs::unreadable,
    wire,
};
use crate::{
    domain::{
        Fault, FaultKind, Sha, Text,
        diff::DependencyChange,
        observation::{
            CommentSnapshot, Comparison, DeploymentSnapshot, EnvironmentSnapshot, PullSnapshot,
        },
    },
    ports::{Asked, History},
};

/// GitHub tells at most this many files of a comparison.
const MOST_FILES: usize = 300;
const COMPARE_PAGES: usize = 20;
const MOST_DEPLOYMENTS: usize = 50;
/// Names of jobs, and ended deployments, that are kept.
const MOST_KEPT: usize = 512;

const WHOLE: List = List {
    field: None,
    broken: Broken::Skip,
    pages: 10,
};

const ONE_PAGE: List = List { pages: 1, ..WHOLE };

fn make_room<T>(kept: &mut HashMap<u64, T>) {
    if kept.len() >= MOST_KEPT {
        kept.clear();
    }
}

impl Client {
    /// A file; `None` where it is not there.
    pub(super) async fn contents(
        &self,
        path: &str,
        reference: Option<&str>,
        what: &str,
    ) -> Result<Option<Vec<u8>>, Fault> {
        let mut parts = vec!["contents"];
        parts.extend(segments(path, what)?);
        let filters: Vec<_> = reference.iter().map(|name| ("ref", *name)).collect();
        match self
            .one::<wire::Contents>(self.repo(parts, &filters), what)
            .await
        {
            Ok(file) => match file.read() {
                Ok(bytes) => Ok(Some(bytes)),
                Err((kind, why)) => Err(Fault::new(kind, what, why)),
            },
            Err(fault) if fault.kind == FaultKind::NotFound => Ok(None),
            Err(fault) => Err(fault),
        }
    }

    async fn with_status(
        &self,
        deployment: wire::Deployment,
    ) -> Result<Option<DeploymentSnapshot>, Fault> {
        let (id, changed) = (deployment.id, deployment.updated_at.clone());
        if let Some(known) = self.ended(id, changed.as_deref()) {
            return Ok(Some(known));
        }
        let what = format!("GitHub: statuses of deployment {id}");
        let id = id.to_string();
        let url = self.repo(["deployments", &id, "statuses"], &[("per_page", "100")]);
        let (statuses, _) = self.page(url, ONE_PAGE, &what, Some).await?;
        let newest = wire::DeploymentStatus::newest(&statuses);
        let job = match newest.and_then(|status| status.origin().1) {
            Some(job) => self.job_name(job).await,
            None => None,
        };
        let read = deployment.read(&statuses, job);
        if let (Some(read), Some(changed)) = (&read, changed)
            && read.state.is_end()
        {
            let mut ended = self.ended.lock().unwrap_or_else(PoisonError::into_inner);
            make_room(&mut ended);
            ended.insert(read.id.0, (changed, read.clone()));
        }
        Ok(read)
    }

    /// A deployment that was at its end when it last changed, which is when it says that it did.
    fn ended(&self, id: u64, changed: Option<&str>) -> Option<DeploymentSnapshot> {
        let ended = self.ended.lock().unwrap_or_else(PoisonError::into_inner);
        let (known, deployment) = ended.get(&id)?;
        (Some(known.as_str()) == changed).then(|| deployment.clone())
    }

    /// A job's name; `None` where it cannot be had, which only leaves the deployment without it.
    async fn job_name(&self, job: u64) -> Option<Text> {
        let names = || {
            self.job_names
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
        };
        if let Some(name) = names().get(&job) {
            return Some(name.clone());
        }
        let what = format!("GitHub: job {job}");
        let url = self.repo(["actions", "jobs", &job.to_string()], &[]);
        let name = self.one::<wire::Job>(url, &what).await.ok()?.read().name;
        let mut names = names();
        make_room(&mut names);
        names.insert(job, name.clone());
        Some(name)
    }

    pub(super) async fn repository(&self) -> Result<wire::Repo, Fault> {
        let what = format!("GitHub: repository {}/{}", self.owner, self.name);
        self.one(self.repo([], &[]), &what).await
    }
}

impl History for Client {
    fn deployments<'a>(
        &'a self,
        environment: &'a str,
        most: usize,
    ) -> Asked<'a, Vec<DeploymentSnapshot>> {
        Box::pin(async move {
            let what = format!("GitHub: deployments to {environment}");
            let most = most.clamp(1, MOST_DEPLOYMENTS);
            let count = most.to_string();
            let filters = [("environment", environment), ("per_page", count.as_str())];
            let url = self.repo(["deployments"], &filters);
            let (found, _) = self.page(url, ONE_PAGE, &what, Some).await?;
            let statuses = found
                .into_iter()
                .take(most)
                .map(|one| self.with_status(one));
            let mut all: Vec<_> = try_join_all(statuses)
                .await?
                .into_iter()
                .flatten()
                .collect();
            all.sort_by_key(|deployment| Reverse((deployment.created, deployment.id)));
            Ok(all)
        })
    }

    fn compare<'a>(&'a self, base: &'a Sha, head: &'a Sha) -> Asked<'a, Comparison> {
        Box::pin(async move {
            let what = format!("GitHub: {} compared with {}", base.short(), head.short());
            let range = format!("{base}...{head}");
            let url = self.repo(["compare", &range], &[("per_page", "100")]);
            let answer = self.transport.get(url.clone(), &what).await?;
            let first: wire::FilesAndCommits = answer::json(&answer.body, &what)?;
            let mut next = page::next(answer.link.as_ref(), &url);
            let mut commits: Vec<_> = first.commits().collect();
            for _ in 1..COMPARE_PAGES {
                let Some(url) = next else { break };
                let answer = self.transport.get(url.clone(), &what).await?;
                let page: wire::FilesAndCommits = answer::json(&answer.body, &what)?;
                commits.extend(page.commits());
                next = page::next(answer.link.as_ref(), &url);
            }
            let total = first.total_commits.unwrap_or(first.ahead_by as usize);
            let relation = first.relation().ok_or_else(|| unreadable(&what))?;
            let (ahead_by, behind_by) = (first.ahead_by, first.behind_by);
            let files = first.files();
            Ok(Comparison {
                base: base.clone(),
                head: head.clone(),
                relation,
                ahead_by,
                behind_by,
                commits_truncated: commits.len() < total,
                commits,
                files_truncated: files.len() >= MOST_FILES,
                files,
                is_from_clone: false,
            })
        })
    }

    fn pull(&self, number: u64) -> Asked<'_, PullSnapshot> {
        Box::pin(async move {
            let what = format!("GitHub: pull request #{number}");
            let url = self.repo(["pulls", &number.to_string()], &[]);
            let pull: wire::Pull = self.one(url, &what).await?;
            pull.read().ok_or_else(|| unreadable(&what))
        })
    }

    fn pulls_of<'a>(&'a self, sha: &'a Sha) -> Asked<'a, Vec<PullSnapshot>> {
        Box::pin(async move {
            let what = format!("GitHub: pull requests of {}", sha.short());
            let url = self.repo(["commits", sha.as_str(), "pulls"], &[("per_page", "100")]);
            self.all(url, WHOLE, &what, wire::Pull::read).await
        })
    }

    fn comments(&self, number: u64) -> Asked<'_, Vec<CommentSnapshot>> {
        Box::pin(self.comments_of(number))
    }

    fn resolve<'a>(&'a self, name: &'a str) -> Asked<'a, Sha> {
        Box::pin(async move {
            let what = format!("GitHub: commit of {name}");
            let mut parts = vec!["commits"];
            parts.extend(segments(name, &what)?);
            let found = self
                .one::<wire::Branchless>(self.repo(parts, &[("per_page", "1")]), &what)
                .await;
            match found {
                Ok(commit) => commit.read().ok_or_else(|| unreadable(&what)),
                // What names no commit is answered with 422.
                Err(fault) if fault.kind == FaultKind::Refused => Err(Fault {
                    kind: FaultKind::NotFound,
                    ..fault
                }),
                Err(fault) => Err(fault),
            }
        })
    }

    fn tag_of<'a>(&'a self, sha: &'a Sha, prefix: &'a str) -> Asked<'a, Option<Text>> {
        Box::pin(async move {
            let what = format!("GitHub: tags of {}", sha.short());
            let mut parts = vec!["git", "matching-refs", "tags"];
            if !prefix.is_empty() {
                // A prefix may end in a slash: `checkout/`.
                parts.extend(prefix.split('/'));
            }
            let read = |reference: wire::Reference| Some(reference);
            let references = self.all(self.repo(parts, &[]), WHOLE, &what, read).await?;
            let fits = |tag: &&str| tag.starts_with(prefix);
            let direct = references.iter().filter(|r| r.is(sha));
            let direct: Vec<_> = direct.filter_map(|r| r.tag().filter(fits)).collect();
            if let Some(tag) = foremost(direct) {
                return Ok(Some(Text::line(tag)));
            }
            if !references.iter().any(wire::Reference::is_annotated) {
                return Ok(None);
            }
            // Only this list tells the commits behind annotated tags.
            let url = self.repo(["tags"], &[("per_page", "100")]);
            let tags = self
                .all(url, WHOLE, &what, |tag: wire::Tag| Some(tag))
                .await?;
            let mine = tags
                .iter()
                .filter(|t| t.commit.read().as_ref() == Some(sha));
            let names: Vec<_> = mine.map(|t| t.name.as_str()).filter(fits).collect();
            Ok(foremost(names).map(Text::line))
        })
    }

    fn environment<'a>(&'a self, name: &'a str) -> Asked<'a, EnvironmentSnapshot> {
        Box::pin(async move {
            let what = format!("GitHub: environment {name}");
            let url = self.repo(["environments", name], &[]);
            let found: wire::Environment = self.one(url, &what).await?;
            let rules = ["environments", name, "deployment_protection_rules"];
            let custom = match self.one(self.repo(rules, &[]), &what).await {
                Ok(custom) => custom,
                // Not every plan and token may list them.
                Err(fault) if fault.passes_by_itself() => return Err(fault),
                Err(_) => wire::CustomRules::default(),
            };
            Ok(found.read(&custom))
        })
    }

    fn file<'a>(&'a self, path: &'a str) -> Asked<'a, Option<Vec<u8>>> {
        Box::pin(async move {
            let what = format!("GitHub: file {path}");
            self.contents(path, None, &what).await
        })
    }

    fn default_branch(&self) -> Asked<'_, Text> {
        Box::pin(async move { Ok(Text::line(&self.repository().await?.default_branch)) })
    }

    fn file_at<'a>(&'a self, commit: &'a Sha, path: &'a str) -> Asked<'a, Option<Vec<u8>>> {
        Box::pin(self.raw_file(commit, path))
    }

    fn dependencies<'a>(
        &'a self,
        base: &'a Sha,
        head: &'a Sha,
    ) -> Asked<'a, Option<Vec<DependencyChange>>> {
        Box::pin(self.dependency_review(base, head))
    }
}

/// Of several tags on one commit the released one before its candidates (`v2.0.0` before `v2.0.0-rc1`), then the highest.
fn foremost(tags: Vec<&str>) -> Option<&str> {
    let numbers = |tag: &str| -> Vec<u64> {
        tag.split(|c: char| !c.is_ascii_digit())
            .filter_map(|digits| digits.parse().ok())
            .collect()
    };
    let is_release = |tag: &str| {
        let digits_on = tag
            .find(|c: char| c.is_ascii_digit())
            .map_or("", |at| &tag[at..]);
        !digits_on.contains('-')
    };
    tags.into_iter()
        .max_by(|a, b| (is_release(a), numbers(a), a).cmp(&(is_release(b), numbers(b), b)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_released_tag_comes_before_its_candidates() {
        assert_eq!(
            foremost(vec!["v2.9.0", "v2.10.0", "v2.11.0-rc1"]),
            Some("v2.10.0")
        );
        assert_eq!(
            foremost(vec!["check-out/v1", "check-out/v2"]),
            Some("check-out/v2")
        );
        assert_eq!(foremost(vec![]), None);
    }
}
