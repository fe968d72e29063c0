//! How fast a 10 MB JUnit report is read, beside the bare reader of quick-xml, which gives no report; and how fast its
//! 50,000 cases are searched.

#![expect(clippy::unwrap_used, reason = "a bench may fail by panicking")]

use std::{fmt::Write, hint::black_box, sync::Arc};

use cockpit::{
    adapters::artifacts::read,
    app::Cases,
    domain::evidence::{Evidence, EvidenceKind, TestReport},
};
use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use quick_xml::{Reader, events::Event};

const SIZE: usize = 10 << 20;
const CASES: usize = 50_000;

/// What the cases of a report are like.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Shape {
    /// A name, a class, a time; one in 200 fails.
    Dense,
    /// As little as a case can be.
    Tiny,
    /// Much output each.
    Output,
    /// As pytest writes parameters: full of references.
    Escaped,
}

fn case(xml: &mut String, number: usize, shape: Shape) {
    let (suite, millis) = (number / 500, number % 1000);
    let open = format!(
        "  <testcase name=\"does what it should, number {number}\" classname=\"shop.cart.Suite{suite}\" time=\"0.{millis:03}\""
    );
    // Writing to a String cannot fail.
    let _ = match shape {
        Shape::Tiny => writeln!(xml, "<testcase name=\"t{number}\" time=\"0.1\"/>"),
        Shape::Escaped => writeln!(
            xml,
            "  <testcase name=\"test_add[{number}: a &lt; b &amp;&amp; &quot;x&quot;]\" classname=\"tests.cart.TestCart\" time=\"0.{millis:03}\" />"
        ),
        Shape::Output => {
            let line = "2026-01-01 12:00:00 INFO [main] shop.cart: answered <200> in 12 ms\n";
            writeln!(
                xml,
                "{open}><system-out><![CDATA[{}]]></system-out></testcase>",
                line.repeat(40)
            )
        }
        Shape::Dense if number.is_multiple_of(200) => writeln!(
            xml,
            "{open}><failure message=\"expected 1, got 2\" type=\"AssertionError\">{}</failure></testcase>",
            "at shop.cart.Cart.add(Cart.java:42)\n".repeat(20)
        ),
        Shape::Dense => writeln!(xml, "{open}/>"),
    };
}

fn report(shape: Shape, enough: impl Fn(&str, usize) -> bool) -> String {
    let mut xml = String::from("<?xml version=\"1.0\"?>\n<testsuites name=\"all\">\n");
    let mut number = 0;
    while !enough(&xml, number) {
        xml.push_str("<testsuite name=\"suite\" tests=\"500\">\n");
        for _ in 0..500 {
            number += 1;
            case(&mut xml, number, shape);
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
    for shape in [Shape::Dense, Shape::Tiny, Shape::Output, Shape::Escaped] {
        let xml = report(shape, |xml, _| xml.len() >= SIZE);
        let mut group = criterion.benchmark_group(format!("junit 10 MB {shape:?}"));
        group.throughput(Throughput::BytesDecimal(u64::try_from(xml.len()).unwrap()));
        group.sample_size(20);
        group.bench_function("cockpit", |bencher| {
            bencher.iter(|| read(EvidenceKind::Tests, black_box(xml.as_bytes())));
        });
        group.bench_function("bare quick-xml", |bencher| {
            bencher.iter(|| bare(black_box(xml.as_bytes())));
        });
        group.finish();
    }
}

fn loaded() -> Arc<TestReport> {
    let xml = report(Shape::Dense, |_, cases| cases >= CASES);
    match read(EvidenceKind::Tests, xml.as_bytes()).unwrap() {
        Evidence::Tests(report) => Arc::new(report),
        other => unreachable!("asked for tests, got {other:?}"),
    }
}

/// The first letter looks at every case; each further one only at what is left.
fn search(criterion: &mut Criterion) {
    let report = loaded();
    let mut group = criterion.benchmark_group("search 50,000 cases");
    group.sample_size(20);
    for (what, typed) in [("a letter", "s"), ("nowhere", "zz"), ("a number", "4711")] {
        let mut cases = Cases::default();
        cases.take(Arc::clone(&report));
        group.bench_function(what, |bencher| {
            bencher.iter(|| {
                cases.clear();
                for letter in typed.chars() {
                    cases.push(letter);
                }
                black_box(cases.len())
            });
        });
    }
    group.finish();
}

criterion_group!(benches, parse, search);
criterion_main!(benches);
