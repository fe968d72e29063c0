//! The scorecard of 10,000 deployments from a warm cache: the file read and proven, joined, added up. The target is below 1 s.
#![expect(clippy::unwrap_used, reason = "a benchmark may fail by panicking")]

use std::hint::black_box;

use cockpit::{
    adapters::store::LedgerFile,
    domain::{
        DeploymentId, JobId, Repository, RunId, Sha,
        observation::{Conclusion, DeploymentState},
        scorecard::{
            Card, Course, Deploys, Extent, Ledger, PastDeployment, PastJob, PastRun, Read, Scope,
        },
    },
    report::scorecard_markdown,
};
use criterion::{Criterion, criterion_group, criterion_main};
use jiff::Timestamp;

const DEPLOYMENTS: u64 = 10_000;
const JOBS: [&str; 7] = [
    "build",
    "verify",
    "explain",
    "deploy-staging",
    "e2e",
    "k6",
    "deploy",
];

fn at(second: u64) -> Timestamp {
    Timestamp::from_second(i64::try_from(1_700_000_000 + second).unwrap()).unwrap()
}

fn ledger() -> Ledger {
    let mut book = Ledger::new(Scope {
        repository: Repository::parse("github.com", "acme/shop").unwrap(),
        environment: "production".to_owned(),
        workflow: "deploy.yml".to_owned(),
        job: "deploy".to_owned(),
        rollback: Some("rollback.yml".to_owned()),
    });
    for n in 0..DEPLOYMENTS {
        let begin = n * 3_000;
        let jobs = (0..7u64).zip(JOBS).map(|(index, name)| PastJob {
            id: JobId(n * 10 + index),
            attempt: 1,
            name: name.into(),
            started: Some(at(begin + index * 200)),
            completed: Some(at(begin + index * 200 + 180)),
        });
        let sha = Sha::parse(&format!("{n:040x}")).unwrap();
        let run = PastRun {
            id: RunId(n),
            attempt: 1,
            sha: sha.clone(),
            committed: Some(at(begin.saturating_sub(n % 700 * 60))),
            created: at(begin),
            updated: at(begin + 2_000),
            conclusion: Some(Conclusion::Success),
            jobs: Some(jobs.collect()),
        };
        if n % 20 == 3 {
            let back = PastRun {
                id: RunId(1_000_000 + n),
                jobs: None,
                created: at(begin + 2_100),
                ..run.clone()
            };
            book.rollbacks.insert(1_000_000 + n, back);
        }
        book.runs.insert(n, run);
        let states = [
            (DeploymentState::Waiting, 1_000),
            (DeploymentState::Queued, 1_190),
            (DeploymentState::InProgress, 1_200),
            (DeploymentState::Success, 1_380),
            (DeploymentState::Inactive, 4_380),
        ];
        let told = PastDeployment {
            id: DeploymentId(n),
            sha,
            created: at(begin + 1_000),
            course: Some(Course {
                run: Some(RunId(n)),
                job: Some(JobId(n * 10 + 6)),
                states: states
                    .map(|(state, after)| (state, at(begin + after)))
                    .into(),
            }),
        };
        book.deployments.insert(n, told);
    }
    let (since, read) = (at(0), at(DEPLOYMENTS * 3_000));
    book.extent = Some(Extent { since, read });
    book
}

fn scorecard(c: &mut Criterion) {
    let folder = tempfile::tempdir().unwrap();
    let book = ledger();
    let file = LedgerFile::new(folder.path(), &book.scope).unwrap();
    file.write(&book).unwrap();
    c.bench_function("scorecard of 10,000 deployments, warm", |b| {
        b.iter(|| {
            let kept = file.read().unwrap().unwrap();
            let read = Read {
                deploys: Deploys::join(&kept, &[]),
                read: None,
                whole: true,
            };
            let card = Card::of(&[read], at(0), at(DEPLOYMENTS * 3_001));
            assert_eq!(card.frequency.deploys, 10_000);
            black_box(scorecard_markdown(&card))
        });
    });
}

criterion_group! {
    name = benches;
    config = Criterion::default().sample_size(10);
    targets = scorecard
}
criterion_main!(benches);
