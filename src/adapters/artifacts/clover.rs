//! Clover's XML, and what `PHPUnit` and Istanbul write by that name.
//!
//! It counts statements, and here lines count: one of several statements ran where one did. A method's line is the
//! declaration, and no statement. Followed: `clover.xsd` of `OpenClover` 4, and what both others write.

use super::{
    number,
    xml::{Listener, put},
    xml_tag::Tag,
};
use crate::domain::evidence::{CoverageMap, Covered};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Element {
    Report,
    Project,
    /// The tests themselves, which `OpenClover` lists too.
    Tests,
    Package,
    File,
    Other,
}

/// A Clover document being read.
pub(super) struct Clover<'m> {
    map: &'m mut CoverageMap,
    stack: Vec<Element>,
    has_lines: bool,
    /// What the project says of itself.
    statements: Option<Covered>,
    conditionals: Option<Covered>,
}

impl<'m> Clover<'m> {
    pub(super) fn new(map: &'m mut CoverageMap) -> Self {
        Self {
            map,
            stack: Vec::new(),
            has_lines: false,
            statements: None,
            conditionals: None,
        }
    }

    fn file(&mut self, tag: &Tag<'_>) {
        // `PHPUnit` has the whole path in the name.
        let (mut path, mut name) = (String::new(), String::new());
        for (key, raw) in tag.attributes() {
            match key {
                "path" => put(&mut path, raw),
                "name" => put(&mut name, raw),
                _ => {}
            }
        }
        self.map
            .begin_file(if path.is_empty() { &name } else { &path });
    }

    fn line(&mut self, tag: &Tag<'_>) {
        let (mut number, mut kind, mut count) = (None, String::new(), None);
        let (mut yes, mut no) = (None, None);
        for (key, raw) in tag.attributes() {
            match key {
                "num" => number = number::count(raw),
                "type" => put(&mut kind, raw),
                "count" => count = Some(number::is_positive(raw)),
                "truecount" => yes = number::count(raw),
                "falsecount" => no = number::count(raw),
                _ => {}
            }
        }
        let Some(number) = number.filter(|_| kind != "method") else {
            return;
        };
        self.has_lines = true;
        let (yes, no) = (yes.unwrap_or(0), no.unwrap_or(0));
        // Istanbul writes a count too, and means branches that were taken and branches that were not.
        self.map.line(number, count.unwrap_or(yes > 0 || no > 0));
        if kind == "cond" && count.is_some() {
            self.map.branches(number, yes, yes.saturating_add(no));
        } else if kind == "cond" {
            self.map
                .branches(number, u64::from(yes > 0) + u64::from(no > 0), 2);
        }
    }

    fn metrics(&mut self, tag: &Tag<'_>) {
        let (mut statements, mut conditionals) = ((None, None), (None, None));
        for (key, raw) in tag.attributes() {
            let into = match key {
                "statements" => &mut statements.0,
                "coveredstatements" => &mut statements.1,
                "conditionals" => &mut conditionals.0,
                "coveredconditionals" => &mut conditionals.1,
                _ => continue,
            };
            *into = number::count(raw);
        }
        let covered = |(found, hit): (Option<u64>, Option<u64>)| {
            let (found, hit) = found.filter(|found| *found > 0).zip(hit)?;
            Some(Covered { found, hit })
        };
        self.statements = covered(statements);
        self.conditionals = covered(conditionals);
    }
}

impl Listener for Clover<'_> {
    fn begin(&mut self, tag: &Tag<'_>) {
        use Element::{File, Other, Package, Project, Report, Tests};
        let parent = self.stack.last().copied();
        let element = match (parent, tag.local_name()) {
            (None, _) => Report,
            (Some(Report), "project") => Project,
            (Some(Report), "testproject") => Tests,
            (Some(Project), "metrics") => {
                self.metrics(tag);
                Other
            }
            (Some(Project | Package), "package") => Package,
            (Some(Project | Package), "file") => {
                self.file(tag);
                File
            }
            (Some(File), "line") => {
                self.line(tag);
                Other
            }
            _ => Other,
        };
        self.stack.push(element);
    }

    fn listens(&self) -> bool {
        false
    }

    fn text(&mut self, _: &str) {}

    fn end(&mut self) {
        if self.stack.pop() == Some(Element::File) {
            self.map.end_file();
        }
    }

    fn finish(&mut self) {
        // Statements are no lines: they stand for them only where no line is told.
        if let Some(statements) = self.statements.filter(|_| !self.has_lines) {
            self.map.states(statements, self.conditionals);
        }
    }
}
