//! Where the time of a delivery went: every second of it is counted once.

use jiff::Timestamp;
use serde::Serialize;

/// A while, from and until.
pub type Span = (Timestamp, Timestamp);

/// What a delivery did between its commit and production.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Spans {
    /// A protection rule or a stage waited for a person.
    pub human: Vec<Span>,
    /// From the first production traffic on.
    pub bake: Vec<Span>,
    /// Jobs worked.
    pub build: Vec<Span>,
}

/// A lead time in four parts, in seconds. They add up to the whole.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Split {
    /// Jobs before production worked: build, tests, staging.
    pub build_s: i64,
    /// Nothing worked and nobody was asked: before the run, between jobs, for a runner, for the lane.
    pub queue_s: i64,
    /// It waited for a person.
    pub human_s: i64,
    /// Production was being changed: the deploy's job, and the stages of a canary with their watch.
    pub bake_s: i64,
}

impl Split {
    /// Splits the time from `from` until `until`. Where two things went on at once, a person's wait goes before the bake,
    /// and that before jobs; what is left is the queue. Costs the square of the number of spans, which are few.
    pub fn of((from, until): Span, spans: &Spans) -> Self {
        let second = |at: Timestamp| at.as_second().clamp(from.as_second(), until.as_second());
        let clipped = |all: &[Span]| -> Vec<(i64, i64)> {
            all.iter()
                .map(|(begin, end)| (second(*begin), second(*end)))
                .filter(|(begin, end)| begin < end)
                .collect()
        };
        let kinds = [&spans.human, &spans.bake, &spans.build].map(|all| clipped(all));
        let mut edges: Vec<i64> = kinds
            .iter()
            .flatten()
            .flat_map(|(begin, end)| [*begin, *end])
            .chain([from.as_second(), until.as_second()])
            .collect();
        edges.sort_unstable();
        edges.dedup();
        let mut split = Self::default();
        for pair in edges.windows(2) {
            let &[begin, end] = pair else { continue };
            let holds = |all: &[(i64, i64)]| all.iter().any(|(a, b)| *a <= begin && end <= *b);
            let part = match kinds.iter().position(|all| holds(all)) {
                Some(0) => &mut split.human_s,
                Some(1) => &mut split.bake_s,
                Some(_) => &mut split.build_s,
                None => &mut split.queue_s,
            };
            *part += end - begin;
        }
        split
    }

    /// All of it.
    pub fn total_s(&self) -> i64 {
        self.build_s + self.queue_s + self.human_s + self.bake_s
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn span(from: i64, until: i64) -> Span {
        let at = |second| Timestamp::from_second(second).unwrap();
        (at(from), at(until))
    }

    #[test]
    fn every_second_is_counted_once() {
        let spans = Spans {
            human: vec![span(300, 500)],
            bake: vec![span(480, 600)],
            // Two jobs side by side, one that reaches beyond both ends.
            build: vec![span(-50, 100), span(60, 200), span(590, 900)],
        };
        let split = Split::of(span(0, 620), &spans);
        assert_eq!(split.build_s, 200 + 20, "0 to 200, and 600 to 620");
        assert_eq!(split.human_s, 200);
        assert_eq!(
            split.bake_s, 100,
            "from 500 on: before that a person was asked"
        );
        assert_eq!(split.queue_s, 100);
        assert_eq!(split.total_s(), 620);
    }
}
