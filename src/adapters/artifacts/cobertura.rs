//! Cobertura's XML, also with its document type, also where it lacks its counts. Followed: `coverage-04.dtd`.

use super::{
    number,
    xml::{Listener, put},
    xml_tag::Tag,
};
use crate::domain::evidence::{CoverageMap, Covered};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Element {
    Class,
    /// Methods repeat lines that their class has.
    Methods,
    Other,
}

/// A Cobertura document being read.
pub(super) struct Cobertura<'m> {
    map: &'m mut CoverageMap,
    stack: Vec<Element>,
    file: String,
    /// Lines of the open class that only its methods have told so far.
    of_methods: Vec<Line>,
}

/// Number, whether it ran, and the conditions taken of all.
type Line = (u64, bool, Option<(u64, u64)>);

/// Lines of a class that are held until it ends.
const LINES_HELD: usize = 200_000;

impl<'m> Cobertura<'m> {
    pub(super) fn new(map: &'m mut CoverageMap) -> Self {
        Self {
            map,
            stack: Vec::new(),
            file: String::new(),
            of_methods: Vec::new(),
        }
    }

    fn root(&mut self, tag: &Tag<'_>) {
        let mut lines = (None, None);
        let mut branches = (None, None);
        let mut share = None;
        for (key, raw) in tag.attributes() {
            match key {
                "lines-valid" => lines.0 = number::count(raw),
                "lines-covered" => lines.1 = number::count(raw),
                "branches-valid" => branches.0 = number::count(raw),
                "branches-covered" => branches.1 = number::count(raw),
                "line-rate" => {
                    let rate = number::decimal(raw);
                    share = rate.filter(|share| (0.0..=1.0).contains(share));
                }
                _ => {}
            }
        }
        let covered = |pair: (Option<u64>, Option<u64>)| {
            let (found, hit) = (pair.0.filter(|found| *found > 0)?, pair.1?);
            Some(Covered { found, hit })
        };
        // Of no lines no share is covered, whatever the tool writes for it.
        if let Some(share) = share.filter(|_| lines.0 != Some(0)) {
            self.map.states_share(share * 100.0);
        }
        if let Some(lines) = covered(lines) {
            self.map.states(lines, covered(branches));
        }
    }

    fn line_of(tag: &Tag<'_>) -> Option<Line> {
        let (mut number, mut has_run, mut conditions) = (None, false, None);
        for (key, raw) in tag.attributes() {
            match key {
                "number" => number = raw.trim().parse::<u64>().ok(),
                "hits" => has_run = number::is_positive(raw),
                "condition-coverage" => conditions = taken_of(raw),
                _ => {}
            }
        }
        Some((number?, has_run, conditions))
    }

    fn line(&mut self, (number, ran, conditions): Line) {
        self.map.line(number, ran);
        if let Some((taken, all)) = conditions {
            self.map.branches(number, taken, all);
        }
    }
}

/// `50% (1/2)`.
fn taken_of(raw: &str) -> Option<(u64, u64)> {
    let (_, pair) = raw.split_once('(')?;
    let (taken, all) = pair.split_once(')')?.0.split_once('/')?;
    Some((taken.trim().parse().ok()?, all.trim().parse().ok()?))
}

impl Listener for Cobertura<'_> {
    fn begin(&mut self, tag: &Tag<'_>) {
        let name = tag.local_name();
        let element = match name {
            _ if self.stack.is_empty() => {
                self.root(tag);
                Element::Other
            }
            "class" => {
                self.file.clear();
                for (key, raw) in tag.attributes() {
                    match key {
                        "filename" => put(&mut self.file, raw),
                        "name" if self.file.is_empty() => put(&mut self.file, raw),
                        _ => {}
                    }
                }
                self.of_methods.clear();
                self.map.begin_file(&self.file);
                Element::Class
            }
            "methods" => Element::Methods,
            "line" => {
                let is_of_method = self.stack.contains(&Element::Methods);
                match Self::line_of(tag) {
                    Some(line) if !is_of_method => self.line(line),
                    Some(line) if self.of_methods.len() < LINES_HELD => self.of_methods.push(line),
                    _ => {}
                }
                Element::Other
            }
            _ => Element::Other,
        };
        self.stack.push(element);
    }

    fn listens(&self) -> bool {
        false
    }

    fn text(&mut self, _: &str) {}

    fn end(&mut self) {
        if self.stack.pop() == Some(Element::Class) {
            let held = std::mem::take(&mut self.of_methods);
            if !self.map.has_lines() {
                for line in held {
                    self.line(line);
                }
            }
            self.map.end_file();
        }
    }
}
