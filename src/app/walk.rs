//! A walk through the diff: a tree of files by area, the commits, one file's lines. Plain state; what it shows is shared.

use std::{borrow::Cow, collections::BTreeMap, sync::Arc};

use super::Place;
use crate::domain::{
    Text,
    diff::{
        Area, Areas, Dependencies, DependencyChange, FileKind, HotPaths, Mark, Migration, Service,
    },
    observation::{CommitSnapshot, Comparison, FileChange},
    release::Release,
};

/// Longest filter, in characters.
const LIMIT: usize = 80;
/// Lines of one file that can be scrolled over.
const LINES: usize = 20_000;

/// The diff as it is walked through.
#[derive(Debug, Clone, Default)]
pub struct Walk {
    seen: Option<Arc<Comparison>>,
    /// By file, in the comparison's order.
    marks: Arc<[FileMarks]>,
    /// Commits that production would lose, newest first.
    lost: Vec<Text>,
    dependencies: Dependencies,
    /// What the list shows.
    pub shows: Shows,
    rows: Vec<Row>,
    /// Selection and view of the list.
    pub place: Place,
    filter: String,
    /// Whether keys go into the filter.
    pub typing: bool,
    /// The first line seen of the opened file; `None`: the list has the keys.
    pub opened: Option<usize>,
    file: Option<usize>,
    lines: Arc<[Line]>,
}

/// What the list shows.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Shows {
    /// Files by area.
    #[default]
    Files,
    /// Commits, newest first; before them those that production would lose.
    Commits,
    /// Packages that come, go, or get another version.
    Dependencies,
}

/// What is worth knowing of a file before it is opened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileMarks {
    /// The area that it lies in.
    pub area: Text,
    /// What it is for.
    pub kind: FileKind,
    /// Whether a hot path holds it.
    pub is_hot: bool,
    /// The migration that it is.
    pub migration: Option<Migration>,
}

/// A row of the list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Row {
    /// An area with its sums.
    Area(Area),
    /// A file by its index.
    File(usize),
    /// A commit by its index.
    Commit(usize),
    /// A commit that production would lose, by its index.
    Lost(usize),
    /// A package by its index.
    Dependency(usize),
}

/// A line of an opened file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Line {
    /// Where a hunk begins, with what git says of the place.
    Head(u32, Text),
    /// What a migration does, at this line of the new file.
    Effect(Option<u32>, Text),
    /// A line with its numbers in the old and the new file.
    Code(Mark, Option<u32>, Option<u32>, Text),
    /// cockpit's own words: why there is nothing more.
    Said(&'static str),
}

impl Walk {
    /// Takes a comparison; what was open closes, as it may be another file's.
    pub fn take(&mut self, seen: Arc<Comparison>, release: &Release) {
        let hot = HotPaths::new(&release.policy.hot_paths);
        let areas = Areas::new(&release.policy.areas);
        let service = Service::new(&release.policy.paths, &hot);
        let seen = match service.part(&seen).0 {
            Cow::Borrowed(_) => seen,
            Cow::Owned(part) => Arc::new(part),
        };
        let marks = seen.files.iter().map(|file| FileMarks {
            area: Text::line(areas.of(file.path.as_str())),
            kind: FileKind::of(file.path.as_str()),
            is_hot: hot.holding(file.path.as_str()).is_some(),
            migration: Migration::of(file),
        });
        self.marks = marks.collect();
        self.seen = Some(seen);
        self.opened = None;
        self.search();
    }

    /// Takes what the release knows beside the comparison: it comes later.
    pub fn learn(&mut self, release: &Release) {
        let Some(diff) = &release.evidence.diff else {
            return;
        };
        if self.lost != diff.lost || self.dependencies != diff.dependencies {
            self.lost.clone_from(&diff.lost);
            self.dependencies = diff.dependencies.clone();
            if self.shows != Shows::Files {
                self.search();
            }
        }
    }

    /// The comparison, once it is there.
    pub fn seen(&self) -> Option<&Comparison> {
        self.seen.as_deref()
    }

    /// The rows of the list.
    pub fn rows(&self) -> &[Row] {
        &self.rows
    }

    /// A file and what is worth knowing of it.
    pub fn file(&self, index: usize) -> Option<(&FileChange, &FileMarks)> {
        Some((self.seen()?.files.get(index)?, self.marks.get(index)?))
    }

    /// A commit.
    pub fn commit(&self, index: usize) -> Option<&CommitSnapshot> {
        self.seen()?.commits.get(index)
    }

    /// A commit that production would lose.
    pub fn lost(&self, index: usize) -> Option<&Text> {
        self.lost.get(index)
    }

    /// A package.
    pub fn dependency(&self, index: usize) -> Option<&DependencyChange> {
        self.dependencies.changes.get(index)
    }

    /// What is known of the packages.
    pub fn dependencies(&self) -> &Dependencies {
        &self.dependencies
    }

    /// The selected file and its lines; `None` where no file is selected.
    pub fn selected(&self) -> Option<(&FileChange, &FileMarks, &[Line])> {
        let (file, marks) = self.file(self.file?)?;
        Some((file, marks, &self.lines))
    }

    /// What is typed.
    pub fn filter(&self) -> &str {
        &self.filter
    }

    /// Shows the next list, or the one before.
    pub fn turn(&mut self, on: bool) {
        self.shows = match (self.shows, on) {
            (Shows::Files, true) | (Shows::Dependencies, false) => Shows::Commits,
            (Shows::Commits, true) | (Shows::Files, false) => Shows::Dependencies,
            (Shows::Dependencies, true) | (Shows::Commits, false) => Shows::Files,
        };
        self.opened = None;
        self.search();
    }

    /// Opens the selected file.
    pub fn open(&mut self) {
        if self.file.is_some() {
            self.opened = Some(0);
        }
    }

    /// Closes one layer: the file, the filter. False where none is left.
    pub fn back(&mut self) -> bool {
        if self.opened.take().is_some() {
            return true;
        }
        let had_filter = !self.filter.is_empty();
        if had_filter {
            self.clear();
        }
        had_filter
    }

    /// Moves: the lines of an opened file, else the selection. `reach` is rows seen and rows in all.
    pub fn step(&mut self, by: isize, reach: (usize, usize)) {
        if let Some(top) = &mut self.opened {
            let most = reach.1.saturating_sub(reach.0);
            *top = top.saturating_add_signed(by).min(most);
            return;
        }
        self.place.step(by, (reach.0, self.rows.len()));
        // An area's heading is passed over, but at the list's top there is nowhere else to go.
        if matches!(self.rows.get(self.place.at), Some(Row::Area(_))) {
            let on = if by < 0 && self.place.at > 0 { -1 } else { 1 };
            self.place.step(on, (reach.0, self.rows.len()));
        }
        self.look();
    }

    /// Selects a row.
    pub fn select(&mut self, row: usize) {
        if self
            .rows
            .get(row)
            .is_some_and(|row| !matches!(row, Row::Area(_)))
        {
            self.place.at = row;
            self.opened = None;
            self.look();
        }
    }

    /// Types a character into the filter.
    pub fn push(&mut self, c: char) {
        if self.filter.chars().count() < LIMIT {
            self.filter.push(c);
            self.search();
        }
    }

    /// Takes pasted words into the filter.
    pub fn paste(&mut self, text: &str) {
        for c in text.chars().filter(|c| !c.is_control()).take(LIMIT) {
            self.push(c);
        }
    }

    /// Takes a character back.
    pub fn pop(&mut self) {
        self.filter.pop();
        self.search();
    }

    /// Empties the filter.
    pub fn clear(&mut self) {
        self.filter.clear();
        self.search();
    }

    fn search(&mut self) {
        let words: Vec<String> = self
            .filter
            .split_whitespace()
            .map(str::to_lowercase)
            .collect();
        let fits = |text: &str| {
            let lower = text.to_lowercase();
            words.iter().all(|word| lower.contains(word.as_str()))
        };
        self.rows = match (&self.seen, self.shows) {
            (None, _) => Vec::new(),
            (Some(seen), Shows::Files) => tree(seen, &self.marks, fits),
            (Some(seen), Shows::Commits) => {
                let lost = self.lost.iter().enumerate();
                let lost = lost.filter(|(_, line)| fits(line.as_str()));
                let mut rows: Vec<Row> = lost.map(|(index, _)| Row::Lost(index)).collect();
                rows.extend(commits(seen, fits));
                rows
            }
            (Some(_), Shows::Dependencies) => {
                let all = self.dependencies.changes.iter().enumerate();
                let fits = |change: &DependencyChange| {
                    fits(&format!(
                        "{} {} {}",
                        change.in_short(),
                        change.ecosystem,
                        change.file
                    ))
                };
                all.filter(|(_, change)| fits(change))
                    .map(|(index, _)| Row::Dependency(index))
                    .collect()
            }
        };
        let first = self
            .rows
            .iter()
            .position(|row| !matches!(row, Row::Area(_)));
        self.place = Place {
            at: first.unwrap_or(0),
            top: 0,
        };
        self.look();
    }

    /// Reads the lines of the file that is selected now.
    fn look(&mut self) {
        let file = match self.rows.get(self.place.at) {
            Some(Row::File(index)) => Some(*index),
            _ => None,
        };
        if file == self.file && file.is_some() && !self.lines.is_empty() {
            return;
        }
        self.file = file;
        self.lines = file
            .and_then(|index| self.file(index))
            .map_or_else(Vec::new, |(file, marks)| lines(file, marks))
            .into();
    }
}

/// Files below their areas; in an area what is marked comes before the rest.
fn tree(seen: &Comparison, marks: &[FileMarks], fits: impl Fn(&str) -> bool) -> Vec<Row> {
    let mut areas: BTreeMap<&str, (Area, Vec<usize>)> = BTreeMap::new();
    for (index, file) in seen.files.iter().enumerate() {
        if !fits(file.path.as_str()) {
            continue;
        }
        let name = marks
            .get(index)
            .map_or_else(|| Area::of(file.path.as_str()), |marks| marks.area.as_str());
        let (area, files) = areas
            .entry(name)
            .or_insert_with(|| (Area::named(name), Vec::new()));
        area.add(file);
        files.push(index);
    }
    let is_plain = |index: &usize| marks.get(*index).is_none_or(|marks| !marks.stand_out());
    let mut all: Vec<(Area, Vec<usize>)> = areas.into_values().collect();
    // Where a migration, a hot path or the rules changed comes first, then where most did.
    let is_calm = |files: &[usize]| {
        let wants_a_look = |index: &usize| marks.get(*index).is_some_and(FileMarks::warns);
        !files.iter().any(wants_a_look)
    };
    all.sort_by_key(|(area, files)| {
        let lines = area.added.saturating_add(area.removed);
        (is_calm(files), std::cmp::Reverse(lines))
    });
    let mut rows = Vec::new();
    for (area, mut files) in all {
        files.sort_by_key(is_plain);
        rows.push(Row::Area(area));
        rows.extend(files.into_iter().map(Row::File));
    }
    rows
}

fn commits(seen: &Comparison, fits: impl Fn(&str) -> bool) -> Vec<Row> {
    let named = |commit: &CommitSnapshot| {
        let author = commit
            .author
            .as_ref()
            .map_or(commit.name.as_str(), |login| login.as_str());
        fits(&format!("{} {} {author}", commit.sha.short(), commit.title))
    };
    let all = seen.commits.iter().enumerate().rev();
    all.filter(|(_, commit)| named(commit))
        .map(|(index, _)| Row::Commit(index))
        .collect()
}

fn lines(file: &FileChange, marks: &FileMarks) -> Vec<Line> {
    let mut all = Vec::new();
    for effect in marks
        .migration
        .iter()
        .flat_map(|migration| &migration.effects)
    {
        all.push(Line::Effect(effect.line, effect.says.clone()));
    }
    match &file.patch {
        Some(patch) => {
            for hunk in patch.hunks() {
                all.push(Line::Head(hunk.new, hunk.heading));
                let lines = hunk.lines.into_iter();
                all.extend(lines.map(|line| Line::Code(line.mark, line.old, line.new, line.text)));
                if all.len() > LINES {
                    all.truncate(LINES);
                    all.push(Line::Said("the rest is too long to be shown here"));
                    break;
                }
            }
        }
        None if file.is_unseen() => {
            all.push(Line::Said(
                "its lines were not told: too many, so nobody looked at them",
            ));
        }
        None if file.previous.is_some() => {
            all.push(Line::Said("renamed, without a change of its lines"));
        }
        None => all.push(Line::Said(
            "no lines: a binary file, an empty one, or only its mode changed",
        )),
    }
    all
}

impl FileMarks {
    /// Whether it is a risk by itself.
    pub fn warns(&self) -> bool {
        self.is_hot || self.migration.is_some() || self.kind == FileKind::Rules
    }

    /// Whether it is worth a look whatever is in it.
    pub fn stand_out(&self) -> bool {
        self.is_hot || self.migration.is_some() || self.kind != FileKind::Other
    }
}

#[cfg(test)]
mod tests;
