//! `JaCoCo`'s XML, which Kover writes too. Followed: `report.dtd` of `JaCoCo` 0.8.

use super::{
    number,
    xml::{Listener, put},
    xml_tag::Tag,
};
use crate::domain::evidence::{CoverageMap, Covered};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Element {
    Report,
    /// A module of several; the length of the path before it.
    Group(usize),
    Package(usize),
    Source,
    Other,
}

/// A document of `JaCoCo`'s being read.
pub(super) struct Jacoco<'m> {
    map: &'m mut CoverageMap,
    stack: Vec<Element>,
    /// Modules and package around the open file.
    path: String,
    lines: Option<Covered>,
    branches: Option<Covered>,
}

impl<'m> Jacoco<'m> {
    pub(super) fn new(map: &'m mut CoverageMap) -> Self {
        Self {
            map,
            stack: Vec::new(),
            path: String::new(),
            lines: None,
            branches: None,
        }
    }

    /// Goes into a module or a package; what it was before.
    fn enter(&mut self, tag: &Tag<'_>) -> usize {
        let before = self.path.len();
        self.path.push_str(&name_of(tag));
        self.path.push('/');
        before
    }

    /// A line has instructions that ran and others; it ran where one of them did.
    fn line(&mut self, tag: &Tag<'_>) {
        let (mut number, mut ran, mut missed) = (None, 0, 0);
        let (mut taken, mut left) = (0, 0);
        for (key, raw) in tag.attributes() {
            let count = number::count(raw);
            match key {
                "nr" => number = count,
                "ci" => ran = count.unwrap_or(0),
                "mi" => missed = count.unwrap_or(0),
                "cb" => taken = count.unwrap_or(0),
                "mb" => left = count.unwrap_or(0),
                _ => {}
            }
        }
        let Some(number) = number.filter(|_| ran > 0 || missed > 0) else {
            return;
        };
        self.map.line(number, ran > 0);
        self.map.branches(number, taken, taken.saturating_add(left));
    }

    /// What the report says of the whole of itself.
    fn counter(&mut self, tag: &Tag<'_>) {
        let (mut kind, mut missed, mut hit) = (String::new(), None, None);
        for (key, raw) in tag.attributes() {
            match key {
                "type" => put(&mut kind, raw),
                "missed" => missed = number::count(raw),
                "covered" => hit = number::count(raw),
                _ => {}
            }
        }
        let covered = missed.zip(hit).map(|(missed, hit): (u64, u64)| Covered {
            found: missed.saturating_add(hit),
            hit,
        });
        match kind.as_str() {
            "LINE" => self.lines = covered,
            "BRANCH" => self.branches = covered,
            _ => {}
        }
    }
}

fn name_of(tag: &Tag<'_>) -> String {
    let mut name = String::new();
    for (key, raw) in tag.attributes() {
        if key == "name" {
            put(&mut name, raw);
        }
    }
    name
}

impl Listener for Jacoco<'_> {
    fn begin(&mut self, tag: &Tag<'_>) {
        let parent = self.stack.last().copied();
        let element = match (parent, tag.local_name()) {
            (None, _) => Element::Report,
            (Some(Element::Report | Element::Group(_)), "group") => Element::Group(self.enter(tag)),
            (Some(Element::Report | Element::Group(_)), "package") => {
                Element::Package(self.enter(tag))
            }
            (Some(Element::Package(_)), "sourcefile") => {
                let path = format!("{}{}", self.path, name_of(tag));
                self.map.begin_file(&path);
                Element::Source
            }
            (Some(Element::Source), "line") => {
                self.line(tag);
                Element::Other
            }
            (Some(Element::Report), "counter") => {
                self.counter(tag);
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
        match self.stack.pop() {
            Some(Element::Group(before) | Element::Package(before)) => self.path.truncate(before),
            Some(Element::Source) => self.map.end_file(),
            _ => {}
        }
    }

    fn finish(&mut self) {
        if let Some(lines) = self.lines.filter(|lines| lines.found > 0) {
            self.map
                .states(lines, self.branches.filter(|all| all.found > 0));
        }
    }
}
