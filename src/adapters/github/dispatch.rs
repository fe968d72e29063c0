//! [`Dispatch`]: starting, finding, cancelling and re-running runs. Each act sends once.

use jiff::{SignedDuration, Timestamp};
use serde_json::{Map, Value, json};

use super::{
    client::{Client, file_name},
    inputs,
    runs::workflow_path,
    wire,
};
use crate::{
    domain::{Fault, FaultKind, Reached, RunId, observation::RunSnapshot},
    ports::{Asked, Dispatch, DispatchOrder},
};

const MOST_INPUTS: usize = 25;

impl Client {
    async fn act_on(&self, run: RunId, verb: &str, what: &str) -> Result<(), Fault> {
        let url = self.repo(["actions", "runs", &run.to_string(), verb], &[]);
        self.transport.post(url, None, what).await?;
        Ok(())
    }
}

impl Dispatch for Client {
    fn dispatch<'a>(&'a self, order: &'a DispatchOrder) -> Asked<'a, Option<RunId>> {
        Box::pin(async move {
            let workflow = file_name(&order.workflow);
            let what = format!("GitHub: dispatch of {workflow} on {}", order.reference);
            if order.inputs.len() > MOST_INPUTS {
                let detail = format!("{} inputs; GitHub takes 25", order.inputs.len());
                return Err(Fault::new(FaultKind::Local, what, detail).reaching(Reached::No));
            }
            let named = order.inputs.iter();
            let inputs: Map<_, _> = named
                .map(|(name, value)| (name.clone(), Value::from(value.as_str())))
                .collect();
            let body = json!({ "ref": order.reference, "inputs": inputs });
            let url = self.repo(["actions", "workflows", workflow, "dispatches"], &[]);
            let answer = self.transport.post(url, Some(&body), &what).await?;
            // 204 without a body (API 2022-11-28), or 200 with the run (2026-03-10).
            let told: wire::Dispatched = serde_json::from_slice(&answer).unwrap_or_default();
            Ok(told.workflow_run_id.map(RunId))
        })
    }

    fn dispatched<'a>(
        &'a self,
        workflow: &'a str,
        marker: Option<&'a str>,
        since: Timestamp,
    ) -> Asked<'a, Vec<RunSnapshot>> {
        Box::pin(async move {
            let workflow = file_name(workflow);
            let what = format!("GitHub: dispatched runs of {workflow}");
            let filters = [("event", "workflow_dispatch")];
            let mut runs = self.runs_where(Some(workflow), &filters, &what).await?;
            // GitHub's times are whole seconds. Its `created` filter is served by an index that lags: filtered here.
            let since = since.as_second();
            runs.retain(|run| {
                let marked = marker.is_none_or(|marker| run.title.as_str().contains(marker));
                run.created.as_second() >= since
                    && run.event.as_str() == "workflow_dispatch"
                    && marked
            });
            Ok(runs)
        })
    }

    fn clock_ahead(&self) -> SignedDuration {
        self.transport.clock_ahead()
    }

    fn cancel(&self, run: RunId) -> Asked<'_, ()> {
        Box::pin(async move {
            let what = format!("GitHub: cancel of run {run}");
            self.act_on(run, "cancel", &what).await
        })
    }

    fn rerun_failed(&self, run: RunId) -> Asked<'_, ()> {
        Box::pin(async move {
            let what = format!("GitHub: re-run of failed jobs of run {run}");
            self.act_on(run, "rerun-failed-jobs", &what).await
        })
    }

    fn inputs<'a>(
        &'a self,
        workflow: &'a str,
        reference: &'a str,
    ) -> Asked<'a, Option<Vec<(String, bool)>>> {
        Box::pin(async move {
            let path = workflow_path(workflow);
            let what = format!("GitHub: {path} on {reference}");
            let Some(file) = self.contents(&path, Some(reference), &what).await? else {
                let detail = format!("there is no such file on {reference}");
                return Err(Fault::new(FaultKind::NotFound, what, detail));
            };
            inputs::declared(&file).map_err(|detail| Fault::new(FaultKind::Malformed, what, detail))
        })
    }
}
