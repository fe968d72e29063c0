//! The client that others hold: the repository's addresses, single answers and lists over the transport.

use std::{
    collections::HashMap,
    fmt,
    sync::{Arc, Mutex},
};

use reqwest::Url;
use serde::de::DeserializeOwned;

use super::{
    answer,
    limits::Limits,
    page::{self, Broken},
    settings::Settings,
    transport::Transport,
};
use crate::{
    domain::{
        Fault, FaultKind, Reached, Text,
        evidence::{Evidence, EvidenceKind},
        observation::DeploymentSnapshot,
    },
    ports::Clock,
};

/// Unpacks a zip within limits and reads it; blocking, called on a blocking thread.
pub type ReadEvidence = Arc<dyn Fn(EvidenceKind, Vec<u8>) -> Result<Evidence, Fault> + Send + Sync>;

/// Takes one file out of an artifact's zip, by its path; blocking, called on a blocking thread.
pub type OpenFile = Arc<dyn Fn(&str, &[u8]) -> Result<Option<Vec<u8>>, Fault> + Send + Sync>;

/// GitHub for one repository. Cheap to clone; clones share connection, token, limits and cache.
///
/// Making one opens nothing and asks nothing: the token and TLS come with the first request.
#[derive(Clone)]
pub struct Client {
    pub(super) transport: Arc<Transport>,
    pub(super) owner: String,
    pub(super) name: String,
    pub(super) workflow: String,
    pub(super) environment: String,
    pub(super) read_evidence: ReadEvidence,
    pub(super) open_file: Option<OpenFile>,
    /// Names of jobs, which never change; asked for once.
    pub(super) job_names: Arc<Mutex<HashMap<u64, Text>>>,
    /// Deployments at their end, by id, with GitHub's own time of the last change.
    pub(super) ended: Arc<Mutex<HashMap<u64, (String, DeploymentSnapshot)>>>,
}

impl fmt::Debug for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Client")
            .field("transport", &self.transport)
            .finish_non_exhaustive()
    }
}

impl Client {
    /// A client; fails where the base address is wrong.
    pub fn new(
        settings: Settings,
        clock: Arc<dyn Clock>,
        read_evidence: ReadEvidence,
    ) -> Result<Self, Fault> {
        Ok(Self {
            owner: settings.repository.owner.clone(),
            name: settings.repository.name.clone(),
            workflow: file_name(&settings.workflow).to_owned(),
            environment: settings.environment.clone(),
            transport: Arc::new(Transport::new(settings, clock)?),
            read_evidence,
            open_file: None,
            job_names: Arc::default(),
            ended: Arc::default(),
        })
    }

    /// The same, able to take single files out of artifacts.
    #[must_use]
    pub fn opening_files(self, open: OpenFile) -> Self {
        Self {
            open_file: Some(open),
            ..self
        }
    }

    /// The same connection for another workflow and environment of the repository.
    #[must_use]
    pub fn for_workflow(&self, workflow: &str, environment: &str) -> Self {
        Self {
            workflow: file_name(workflow).to_owned(),
            environment: environment.to_owned(),
            ..self.clone()
        }
    }

    /// What GitHub last said of its limits, and how much was asked.
    pub fn limits(&self) -> Limits {
        self.transport.limits()
    }

    /// This machine's clock.
    pub(super) fn clock(&self) -> Arc<dyn Clock> {
        self.transport.clock()
    }

    /// The server's present, as its newest answer told it.
    pub(super) fn server_time(&self) -> jiff::Timestamp {
        self.transport.server_time()
    }

    /// An address below `/repos/OWNER/NAME`.
    pub(super) fn repo<'a>(
        &'a self,
        segments: impl IntoIterator<Item = &'a str>,
        query: &[(&str, &str)],
    ) -> Url {
        let head = ["repos", &self.owner, &self.name];
        let all = head.into_iter().chain(segments);
        self.transport.address(all, query)
    }

    /// One JSON answer.
    pub(super) async fn one<W: DeserializeOwned>(&self, url: Url, what: &str) -> Result<W, Fault> {
        let answer = self.transport.get(url, what).await?;
        answer::json(&answer.body, what)
    }

    /// One page of a list; `field` as in [`page::items`].
    pub(super) async fn page<W: DeserializeOwned, T>(
        &self,
        url: Url,
        list: List,
        what: &str,
        read: impl Fn(W) -> Option<T>,
    ) -> Result<(Vec<T>, Option<Url>), Fault> {
        let answer = self.transport.get(url.clone(), what).await?;
        let items = page::items(&answer.body, list.field, list.broken, what, read)?;
        Ok((items, page::next(answer.link.as_ref(), &url)))
    }

    /// All pages of a list, at most `list.pages`.
    pub(super) async fn all<W: DeserializeOwned, T>(
        &self,
        url: Url,
        list: List,
        what: &str,
        read: impl Fn(W) -> Option<T>,
    ) -> Result<Vec<T>, Fault> {
        let (all, is_cut) = self.first(url, list, what, read).await?;
        if is_cut && list.broken == Broken::Fail {
            let detail = format!("more than {} pages", list.pages);
            return Err(Fault::new(FaultKind::TooLarge, what, detail));
        }
        Ok(all)
    }

    /// The first pages of a list, at most `list.pages`, and whether there are more.
    pub(super) async fn first<W: DeserializeOwned, T>(
        &self,
        url: Url,
        list: List,
        what: &str,
        read: impl Fn(W) -> Option<T>,
    ) -> Result<(Vec<T>, bool), Fault> {
        let mut all = Vec::new();
        let mut next = Some(url);
        for _ in 0..list.pages {
            let Some(url) = next else { break };
            let (items, following) = self.page(url, list, what, &read).await?;
            all.extend(items);
            next = following;
        }
        Ok((all, next.is_some()))
    }
}

/// How to read a list.
#[derive(Debug, Clone, Copy)]
pub(super) struct List {
    /// The field that holds it; `None` where the body is the list.
    pub(super) field: Option<&'static str>,
    /// What an unreadable item does; with [`Broken::Fail`] pages beyond the limit fail too.
    pub(super) broken: Broken,
    /// Most pages that are asked for.
    pub(super) pages: usize,
}

/// `deploy.yml` of `.github/workflows/deploy.yml`: the API takes file names.
pub(super) fn file_name(workflow: &str) -> &str {
    workflow.rsplit('/').next().unwrap_or(workflow)
}

/// The segments of a ref or path from outside; `..` and empty parts would lead elsewhere.
pub(super) fn segments<'a>(path: &'a str, what: &str) -> Result<Vec<&'a str>, Fault> {
    let parts: Vec<_> = path.split('/').collect();
    let sound = parts.iter().all(|part| !matches!(*part, "" | "." | ".."))
        && path.len() <= 512
        && !path.contains(char::is_control);
    if sound {
        Ok(parts)
    } else {
        let detail = "it is neither a ref nor a path";
        Err(Fault::new(FaultKind::Refused, what, detail).reaching(Reached::No))
    }
}
