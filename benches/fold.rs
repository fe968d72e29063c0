//! Resuming a long release: reading a journal of 100,000 entries and proving its chain. The target is below 0.3 s.
#![expect(clippy::unwrap_used, reason = "a benchmark may fail by panicking")]

use std::hint::black_box;

use cockpit::domain::record::{Body, Head, Header, Reader, seal};
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

criterion_group!(benches, read);
criterion_main!(benches);
