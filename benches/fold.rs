//! Resuming a long release: a journal of 100,000 entries, its chain proved, then folded. The target is below 0.3 s.
#![expect(clippy::unwrap_used, reason = "a benchmark may fail by panicking")]

use std::hint::black_box;

use cockpit::{
    config::parse_team,
    domain::{
        Event, ReleaseKey, Repository, RunId,
        judge::{JudgeEvent, State},
        observation::{Minute, Sample},
        record::{Body, Head, Header, Reader, RecordEvent, seal},
    },
    flight::resume,
};
use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use jiff::Timestamp;
use serde_json::json;

const ENTRIES: i64 = 100_000;

/// A journal of judged minutes, the entry that a long release has most of.
fn journal() -> Vec<u8> {
    let (mut bytes, mut head) = (Vec::new(), Head::START);
    for minute in 0..ENTRIES {
        let at = Timestamp::from_second(1_763_600_000 + minute * 60).unwrap();
        let header = Header {
            at,
            occurred: Some(at),
            actor: "cloudwatch".to_owned(),
        };
        let payload = json!({
            "minute": at,
            "rev": 0,
            "values": { "error_rate": 0.0012, "latency_p99": 0.1803, "cpu": 0.43 },
            "verdicts": [{ "rule": "error_rate < 1%", "state": "pass" }],
        });
        let body = Body {
            kind: "judge.minute_judged",
            payload: &payload,
        };
        let sealed = seal(&head, &header, &body).unwrap();
        bytes.extend_from_slice(&sealed.bytes);
        head = sealed.head;
    }
    bytes
}

const RULES: &str = r#"
service = "storefront"
metrics = [{ preset = "alb", load_balancer = "app/prod/50dc6c49", target_group = "targetgroup/web/73e2d6bc" }]
[github]
workflow = "deploy.yml"
environment = "production"
job = "deploy"
[[aws]]
region = "eu-central-1"
[hypercare]
gates = ["error_rate < 1%"]
triggers = ["error_rate > 2% for 3m"]
[rollback]
workflow = "rollback.yml"
inputs = { version = "{version}" }
"#;

/// The same as a release writes it: opened, then judged minutes.
fn release() -> Vec<u8> {
    let team = parse_team(RULES.as_bytes(), "bench").unwrap();
    let names: Vec<_> = team
        .policy
        .metrics
        .iter()
        .map(cockpit::domain::policy::Metric::key)
        .collect();
    let opened = RecordEvent::Opened {
        key: ReleaseKey {
            repository: Repository::parse("github.com", "acme/storefront").unwrap(),
            run: RunId(1),
        },
        policy: Box::new(team.policy),
        zone: "UTC".to_owned(),
        version: "0".to_owned(),
    };
    let (mut bytes, mut head) = (Vec::new(), Head::START);
    for n in 0..ENTRIES {
        let minute = Minute(29_000_000 + n);
        let event: Event = if n == 0 {
            opened.clone().into()
        } else {
            let sample = Sample::Value(0.12 + f64::from(u32::try_from(n % 97).unwrap()) / 1e4);
            JudgeEvent::MinuteJudged {
                minute,
                rev: 0,
                values: names.iter().map(|name| (name.clone(), sample)).collect(),
                verdicts: vec![("error_rate < 1%".to_owned(), State::Pass)],
                unusual: Vec::new(),
            }
            .into()
        };
        let header = Header {
            at: minute.end(),
            occurred: event.occurred(),
            actor: "metrics".to_owned(),
        };
        let (kind, payload) = event.encode().unwrap();
        let body = Body {
            kind: &kind,
            payload: &payload,
        };
        let sealed = seal(&head, &header, &body).unwrap();
        bytes.extend_from_slice(&sealed.bytes);
        head = sealed.head;
    }
    bytes
}

fn fold(c: &mut Criterion) {
    let bytes = release();
    let mut group = c.benchmark_group("resume");
    group.sample_size(10);
    group.throughput(Throughput::Bytes(bytes.len() as u64));
    group.bench_function("100,000 events of a release, folded", |b| {
        b.iter(|| black_box(resume(&bytes).unwrap().unwrap().0.seq()));
    });
    group.finish();
}

fn read(c: &mut Criterion) {
    let bytes = journal();
    let mut group = c.benchmark_group("journal");
    group.sample_size(20);
    group.throughput(Throughput::Bytes(bytes.len() as u64));
    group.bench_function("read and verify 100,000 entries", |b| {
        b.iter(|| Reader::new(black_box(&bytes)).verify().unwrap());
    });
    group.finish();
}

criterion_group!(benches, read, fold);
criterion_main!(benches);
