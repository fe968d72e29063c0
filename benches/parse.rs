//! How fast a 10 MB JUnit report is read, beside the bare XML reader that it stands on.

use std::{fmt::Write, hint::black_box};

use cockpit::{adapters::artifacts::read, domain::evidence::EvidenceKind};
use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use quick_xml::{Reader, events::Event};

const SIZE: usize = 10 << 20;

fn synthetic() -> String {
    let mut xml = String::from("<?xml version=\"1.0\"?>\n<testsuites name=\"all\">\n");
    let mut case = 0;
    while xml.len() < SIZE {
        let suite = case / 500;
        xml.push_str("<testsuite name=\"suite\" tests=\"500\">\n");
        for _ in 0..500 {
            case += 1;
            // Writing to a String cannot fail.
            let _ = write!(
                xml,
                "  <testcase name=\"does what it should, number {case}\" classname=\"shop.cart.Suite{suite}\" time=\"0.{:03}\"",
                case % 1000
            );
            if case % 200 == 0 {
                xml.push_str("><failure message=\"expected 1, got 2\" type=\"AssertionError\">");
                xml.push_str(&"at shop.cart.Cart.add(Cart.java:42)\n".repeat(20));
                xml.push_str("</failure></testcase>\n");
            } else {
                xml.push_str("/>\n");
            }
        }
        xml.push_str("</testsuite>\n");
    }
    xml.push_str("</testsuites>\n");
    xml
}

fn bare(xml: &[u8]) -> usize {
    let mut reader = Reader::from_reader(xml);
    let mut buffer = Vec::new();
    let mut events = 0;
    loop {
        buffer.clear();
        match reader.read_event_into(&mut buffer) {
            Ok(Event::Eof) | Err(_) => return events,
            Ok(_) => events += 1,
        }
    }
}

fn parse(criterion: &mut Criterion) {
    let xml = synthetic();
    let mut group = criterion.benchmark_group("junit 10 MB");
    group.throughput(Throughput::Bytes(u64::try_from(xml.len()).unwrap_or(0)));
    group.sample_size(20);
    group.bench_function("cockpit", |bencher| {
        bencher.iter(|| read(EvidenceKind::Tests, black_box(xml.as_bytes())));
    });
    group.bench_function("bare quick-xml", |bencher| {
        bencher.iter(|| bare(black_box(xml.as_bytes())));
    });
    group.finish();
}

criterion_group!(benches, parse);
criterion_main!(benches);
