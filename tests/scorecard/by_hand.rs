//! Two weeks of November 2026 with everything that tempts to count twice: a matrix, a second attempt, a rejection, a commit
//! that is deployed again, a job that deploys nothing, a rollback that GitHub and a journal tell of.

use cockpit::{
    domain::{
        DeploymentId, JobId, Repository, RunId, Sha,
        observation::{Conclusion, DeploymentState},
        scorecard::{
            Card, Course, Deploys, Errors, Extent, JournalledDeploy, Ledger, Level, PastDeployment,
            PastJob, PastRun, Read, Scope,
        },
    },
    report::{scorecard_json, scorecard_markdown},
};
use jiff::Timestamp;

pub(crate) fn at(written: &str) -> Timestamp {
    format!("2026-11-{written}:00Z").parse().unwrap()
}

fn sha(n: u64) -> Sha {
    Sha::parse(&format!("{n:0>40x}")).unwrap()
}

pub(crate) fn scope() -> Scope {
    Scope {
        repository: Repository::parse("github.com", "acme/shop").unwrap(),
        environment: "production".to_owned(),
        workflow: "deploy.yml".to_owned(),
        job: "deploy".to_owned(),
        rollback: Some("rollback.yml".to_owned()),
    }
}

struct Book(Ledger);

impl Book {
    fn run(
        &mut self,
        id: u64,
        commit: u64,
        committed: &str,
        jobs: &[(u64, u32, &str, &str, &str)],
    ) {
        let run = PastRun {
            id: RunId(id),
            attempt: jobs.iter().map(|job| job.1).max().unwrap(),
            sha: sha(commit),
            committed: Some(at(committed)),
            created: at(jobs[0].3),
            updated: at(jobs[jobs.len() - 1].4),
            conclusion: Some(Conclusion::Success),
            jobs: Some(
                jobs.iter()
                    .map(|(id, attempt, name, started, completed)| PastJob {
                        id: JobId(*id),
                        attempt: *attempt,
                        name: (*name).into(),
                        started: Some(at(started)),
                        completed: Some(at(completed)),
                    })
                    .collect(),
            ),
        };
        self.0.runs.insert(id, run);
    }

    fn deployment(&mut self, id: u64, (run, job): (u64, u64), states: &[(&str, &str)]) {
        let commit = self
            .0
            .runs
            .get(&run)
            .map_or(sha(999), |run| run.sha.clone());
        let word = |word: &str| match word {
            "waiting" => DeploymentState::Waiting,
            "in_progress" => DeploymentState::InProgress,
            "success" => DeploymentState::Success,
            "inactive" => DeploymentState::Inactive,
            _ => DeploymentState::Failure,
        };
        self.0.deployments.insert(
            id,
            PastDeployment {
                id: DeploymentId(id),
                sha: commit,
                created: at(states[0].1),
                course: Some(Course {
                    run: (run > 0).then_some(RunId(run)),
                    job: (job > 0).then_some(JobId(job)),
                    states: states
                        .iter()
                        .map(|(state, when)| (word(state), at(when)))
                        .collect(),
                }),
            },
        );
    }

    fn rollback(&mut self, id: u64, created: &str, updated: &str, conclusion: Conclusion) {
        let run = PastRun {
            id: RunId(id),
            attempt: 1,
            sha: sha(500),
            committed: None,
            created: at(created),
            updated: at(updated),
            conclusion: Some(conclusion),
            jobs: None,
        };
        self.0.rollbacks.insert(id, run);
    }
}

fn ledger() -> Ledger {
    let mut book = Book(Ledger::new(scope()));
    first_week(&mut book);
    second_week(&mut book);
    book.0.extent = Some(Extent {
        since: at("02T00:00"),
        read: at("16T00:00"),
    });
    book.0
}

fn first_week(book: &mut Book) {
    book.run(
        1,
        1,
        "02T08:00",
        &[
            (11, 1, "build", "02T08:30", "02T08:40"),
            (12, 1, "deploy", "02T09:40", "02T09:45"),
            (13, 1, "announce", "02T09:45", "02T09:46"),
        ],
    );
    book.deployment(
        101,
        (1, 12),
        &[
            ("waiting", "02T08:40"),
            ("in_progress", "02T09:40"),
            ("success", "02T09:45"),
            ("inactive", "03T10:40"),
        ],
    );
    book.deployment(
        102,
        (1, 13),
        &[("in_progress", "02T09:45"), ("success", "02T09:46")],
    );
    // A matrix is one deploy.
    book.run(
        2,
        2,
        "03T10:00",
        &[
            (21, 1, "build", "03T10:10", "03T10:20"),
            (22, 1, "deploy (eu)", "03T10:20", "03T10:30"),
            (23, 1, "deploy (us)", "03T10:25", "03T10:40"),
        ],
    );
    book.deployment(
        103,
        (2, 22),
        &[("in_progress", "03T10:20"), ("success", "03T10:30")],
    );
    book.deployment(
        104,
        (2, 23),
        &[("in_progress", "03T10:25"), ("success", "03T10:40")],
    );
    book.rollback(50, "03T11:00", "03T11:05", Conclusion::Success);
    // The first attempt fails, the second one comes to production.
    book.run(
        3,
        3,
        "04T11:00",
        &[
            (31, 1, "build", "04T11:10", "04T11:50"),
            (32, 1, "deploy", "04T12:00", "04T12:05"),
            (33, 2, "deploy", "04T13:00", "04T13:10"),
        ],
    );
    book.deployment(
        105,
        (3, 32),
        &[("in_progress", "04T12:00"), ("failure", "04T12:05")],
    );
    book.deployment(
        106,
        (3, 33),
        &[("in_progress", "04T13:00"), ("success", "04T13:10")],
    );
}

fn second_week(book: &mut Book) {
    // This one is in a journal too, and so is its rollback.
    book.run(
        4,
        4,
        "10T08:00",
        &[
            (41, 1, "build", "10T08:10", "10T08:40"),
            (42, 1, "deploy", "10T09:30", "10T10:00"),
        ],
    );
    book.deployment(
        107,
        (4, 42),
        &[
            ("waiting", "10T08:50"),
            ("in_progress", "10T09:30"),
            ("success", "10T10:00"),
        ],
    );
    book.rollback(51, "10T10:20", "10T10:25", Conclusion::Success);
    book.rollback(52, "10T10:10", "10T10:12", Conclusion::Failure);
    // The first commit once more.
    book.run(
        6,
        1,
        "02T08:00",
        &[(61, 1, "deploy", "13T09:00", "13T09:05")],
    );
    book.deployment(
        108,
        (6, 61),
        &[("in_progress", "13T09:00"), ("success", "13T09:05")],
    );
    // Rejected: production was never touched.
    book.run(
        7,
        7,
        "13T10:00",
        &[(71, 1, "deploy", "13T11:00", "13T11:00")],
    );
    book.deployment(
        109,
        (7, 71),
        &[("waiting", "13T10:30"), ("failure", "13T11:00")],
    );
    // Another tool's.
    book.deployment(110, (0, 0), &[("success", "13T12:00")]);
}

fn journals() -> Vec<JournalledDeploy> {
    let journal = |run: u64, live: &str| JournalledDeploy {
        // GitHub ignores the case of names.
        repository: Repository::parse("github.com", "Acme/Shop").unwrap(),
        environment: "production".to_owned(),
        run: RunId(run),
        attempt: 1,
        sha: Some(sha(run)),
        traffic: Some(at(live)),
        live: Some(at(live)),
        waits: Vec::new(),
        rolled_back: None,
        rollback_runs: Vec::new(),
        errors: None,
    };
    vec![
        JournalledDeploy {
            traffic: Some(at("10T09:30")),
            waits: vec![(at("10T09:00"), at("10T09:30"))],
            rolled_back: Some(at("10T10:25")),
            rollback_runs: vec![RunId(51)],
            errors: Some(Errors {
                percent: 0.4,
                minutes: 15,
            }),
            ..journal(4, "10T10:00")
        },
        // GitHub tells nothing of this one.
        journal(5, "12T12:00"),
        JournalledDeploy {
            environment: "staging".to_owned(),
            ..journal(8, "12T13:00")
        },
    ]
}

pub(crate) fn card() -> Card {
    let read = Read {
        deploys: Deploys::join(&ledger(), &journals()),
        read: Some(at("16T00:00")),
        whole: true,
    };
    Card::of(&[read], at("02T00:00"), at("16T00:00"))
}

#[test]
fn lead_time_and_its_parts_are_those_worked_out_by_hand() {
    let card = card();
    let total = card.lead.total_s.unwrap();
    // 1h45m, 40m, 2h10m, 2h.
    assert_eq!((total.n, total.median, total.p90), (4, 6_750.0, 7_800.0));
    assert_eq!(
        total.interval, None,
        "four values say nothing of the true median"
    );
    let parts = card.lead.parts_s.unwrap();
    assert_eq!(
        (parts.build, parts.queue, parts.human, parts.bake),
        (1_425.0, 2_025.0, 1_500.0, 975.0)
    );
    assert_eq!(card.lead.level, Some(Level::Elite));
}

#[test]
fn nothing_is_counted_twice() {
    let card = card();
    assert_eq!((card.frequency.deploys, card.frequency.failed), (6, 1));
    assert!((card.frequency.per_week - 3.0).abs() < 1e-9);
    assert_eq!(card.frequency.level, Some(Level::High));
    let rate = card.rollbacks.rate.unwrap();
    assert_eq!((rate.of, rate.n), (2, 6));
    assert_eq!(card.rollbacks.failed_runs, 1);
    assert_eq!(card.rollbacks.level, Some(Level::Low));
    assert_eq!(card.errors.percent.unwrap().n, 1);
    assert_eq!(card.errors.without, 6);
    assert_eq!(
        (card.sources[0].deploys, card.sources[0].journalled),
        (6, 2)
    );
    // The same ledger twice is the same deploys: the gathering takes a scope once.
    let doubled = Deploys::join(&ledger(), &journals());
    assert_eq!(doubled.all.len(), 7);
    assert_eq!(doubled.untold, 1);
}

#[test]
fn weeks_begin_on_monday_and_show_what_happened_in_them() {
    let card = card();
    let weeks: Vec<_> = card
        .weeks
        .iter()
        .map(|week| {
            let lead = week.lead_s.map(|spread| spread.median);
            (
                week.monday.to_string(),
                week.deploys,
                week.rolled_back,
                lead,
                week.partial,
            )
        })
        .collect();
    assert_eq!(
        weeks,
        [
            ("2026-11-02".to_owned(), 3, 1, Some(6_300.0), false),
            ("2026-11-09".to_owned(), 3, 1, Some(7_200.0), false),
        ]
    );
}

#[test]
fn small_samples_are_said_to_be_small() {
    let page = scorecard_markdown(&card());
    for words in [
        "of 4 deploys: too few to say how far the true median lies from it",
        "2 of 6 deploys: a small sample; the true rate lies between 9.68% and 70%",
        "DORA: **low** (more than 15%; Accelerate State of DevOps Report 2023 (DORA))",
        "besides, 1 rollback run failed",
        "1 deployment left out: GitHub does not tell which job made them",
        "2 deploys without a lead time",
    ] {
        assert!(page.contains(words), "{words}: {page}");
    }
    let json = scorecard_json(&card());
    assert_eq!(json["lead"]["total_s"]["median"], 6_750.0);
    assert_eq!(json["bands"][0]["means"], "less than one day");
}

#[test]
fn a_rollback_of_a_deploy_that_never_ended_takes_nothing_else_back() {
    let mut book = Book(Ledger::new(scope()));
    book.run(
        1,
        1,
        "02T08:00",
        &[(11, 1, "deploy", "02T09:00", "02T09:05")],
    );
    book.deployment(
        101,
        (1, 11),
        &[("in_progress", "02T09:00"), ("success", "02T09:05")],
    );
    book.run(
        2,
        2,
        "03T08:00",
        &[(21, 1, "deploy", "03T09:00", "03T09:05")],
    );
    book.deployment(
        102,
        (2, 21),
        &[("in_progress", "03T09:00"), ("failure", "03T09:05")],
    );
    book.rollback(50, "03T09:10", "03T09:15", Conclusion::Success);
    let deploys = Deploys::join(&book.0, &[]);
    let back: Vec<_> = deploys
        .all
        .iter()
        .map(|one| (one.run.0, one.rolled_back.is_some()))
        .collect();
    assert_eq!(back, [(1, false), (2, true)]);
}
