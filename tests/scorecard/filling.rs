//! A ledger filled from a GitHub that does not know everything it is asked for.

use cockpit::{
    domain::{
        DeploymentId, Fault, FaultKind, JobId, RunId, Sha,
        observation::DeploymentState,
        scorecard::{Course, Deploy, Deploys, Ledger, PastDeployment, PastJob, PastRun},
    },
    flight::{Filler, fill},
    ports::{Asked, Deliveries, Page},
};
use jiff::Timestamp;

use crate::by_hand::{at, scope};

/// One deploy; of the workflow that rolls back GitHub never heard.
struct Young;

/// Nobody looks on.
struct Alone;

impl Filler for Alone {
    fn doing(&mut self, _what: String) {}
    fn keep(&mut self, _ledger: &Ledger) {}
}

fn commit() -> Sha {
    Sha::parse(&"a".repeat(40)).unwrap()
}

fn page<T>(items: Vec<T>) -> Page<T> {
    Page {
        items,
        more: false,
        total: None,
        tag: None,
    }
}

impl Deliveries for Young {
    fn deployment_page<'a>(
        &'a self,
        _environment: &'a str,
        number: usize,
        tag: Option<&'a str>,
    ) -> Asked<'a, Option<Page<PastDeployment>>> {
        let told = |id, created| PastDeployment {
            id: DeploymentId(id),
            sha: commit(),
            created: at(created),
            course: None,
        };
        assert_eq!(tag, None, "the first page says nothing of the news");
        // The oldest first.
        let items = match number {
            1 => vec![told(1, "01T10:00"), told(2, "01T11:00")],
            _ => vec![told(3, "03T10:10")],
        };
        let answer = Page {
            more: number == 1,
            tag: Some("tag".to_owned()),
            ..page(items)
        };
        Box::pin(std::future::ready(Ok(Some(answer))))
    }

    fn course(&self, _deployment: DeploymentId) -> Asked<'_, Course> {
        let course = Course {
            run: Some(RunId(7)),
            job: Some(JobId(70)),
            states: vec![
                (DeploymentState::InProgress, at("03T10:10")),
                (DeploymentState::Success, at("03T10:20")),
            ],
        };
        Box::pin(std::future::ready(Ok(course)))
    }

    fn run_page<'a>(
        &'a self,
        workflow: &'a str,
        (from, until): (Timestamp, Timestamp),
        _page: usize,
    ) -> Asked<'a, Page<PastRun>> {
        let run = PastRun {
            id: RunId(7),
            attempt: 1,
            sha: commit(),
            committed: Some(at("03T10:00")),
            created: at("03T10:00"),
            updated: at("03T10:20"),
            conclusion: None,
            jobs: None,
        };
        let answer = match workflow {
            "deploy.yml" => Ok(page(
                Some(run)
                    .filter(|run| run.created >= from && run.created < until)
                    .into_iter()
                    .collect(),
            )),
            _ => Err(Fault::new(FaultKind::NotFound, "GitHub: runs", "404")),
        };
        Box::pin(std::future::ready(answer))
    }

    fn jobs_of_all_attempts(&self, _run: RunId) -> Asked<'_, Vec<PastJob>> {
        let job = PastJob {
            id: JobId(70),
            attempt: 1,
            name: "deploy".into(),
            started: Some(at("03T10:10")),
            completed: Some(at("03T10:20")),
        };
        Box::pin(std::future::ready(Ok(vec![job])))
    }
}

#[tokio::test]
async fn deploys_count_though_nothing_was_ever_rolled_back_by_a_workflow() {
    let mut ledger = Ledger::new(scope());
    let while_asked = (at("02T00:00"), at("08T00:00"));
    fill(&mut ledger, &Young, while_asked, &mut Alone).await;
    let filled = fill(&mut ledger, &Young, while_asked, &mut Alone).await;
    assert_eq!(filled.fault, None);
    assert!(!filled.knows_rollback);
    let deploys = Deploys::join(&ledger, &[]);
    let leads: Vec<_> = deploys.all.iter().map(Deploy::lead_s).collect();
    assert_eq!(leads, [Some(20 * 60)]);
}
