//! A whole frame of 120x34: five panes before the approval, and the watch with its chart.

#![expect(clippy::unwrap_used, reason = "a bench may fail by panicking")]

use std::hint::black_box;

use cockpit::ui::draw;
use criterion::{Criterion, criterion_group, criterion_main};
use ratatui::{Terminal, backend::TestBackend};
use stage::Stage;

#[path = "../tests/screens/journal.rs"]
mod journal;
#[path = "../tests/screens/stage.rs"]
#[expect(dead_code, reason = "the tests use the rest")]
mod stage;
#[path = "../tests/screens/world.rs"]
#[expect(dead_code, reason = "the tests use the rest")]
mod world;

fn frames(criterion: &mut Criterion) {
    for (name, release) in [
        ("waiting", world::waiting(0).release),
        ("alerting", world::alerting().release),
    ] {
        let stage = Stage::new(release);
        let mut terminal = Terminal::new(TestBackend::new(120, 34)).unwrap();
        criterion.bench_function(&format!("draw 120x34 {name}"), |bencher| {
            bencher.iter(|| {
                terminal
                    .draw(|frame| {
                        black_box(draw(frame, &stage.model, &stage.release, &stage.look));
                    })
                    .unwrap();
            });
        });
    }
}

criterion_group!(benches, frames);
criterion_main!(benches);
