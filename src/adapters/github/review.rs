//! [`Review`]: approving and rejecting pending deployments. Each call sends once.

use serde_json::json;

use super::client::Client;
use crate::{
    domain::{EnvironmentId, Fault, FaultKind, Reached, RunId},
    ports::{Asked, Review},
};

impl Client {
    async fn decide(
        &self,
        run: RunId,
        environments: &[EnvironmentId],
        state: &str,
        comment: &str,
    ) -> Result<(), Fault> {
        let what = format!("GitHub: {state} review of run {run}");
        if environments.is_empty() {
            let detail = "no environment was named";
            return Err(Fault::new(FaultKind::Local, what, detail).reaching(Reached::No));
        }
        let ids: Vec<u64> = environments.iter().map(|id| id.0).collect();
        let body = json!({ "environment_ids": ids, "state": state, "comment": comment });
        let run = run.to_string();
        let url = self.repo(["actions", "runs", &run, "pending_deployments"], &[]);
        self.transport.post(url, Some(&body), &what).await?;
        Ok(())
    }
}

impl Review for Client {
    fn approve<'a>(
        &'a self,
        run: RunId,
        environments: &'a [EnvironmentId],
        comment: &'a str,
    ) -> Asked<'a, ()> {
        Box::pin(self.decide(run, environments, "approved", comment))
    }

    fn reject<'a>(
        &'a self,
        run: RunId,
        environments: &'a [EnvironmentId],
        comment: &'a str,
    ) -> Asked<'a, ()> {
        Box::pin(self.decide(run, environments, "rejected", comment))
    }
}
