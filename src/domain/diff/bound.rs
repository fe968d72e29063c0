//! Keeps a [`Diff`] small enough for a line of the journal, whatever the repository calls its files.

use super::{Dependencies, Diff, Migration};
use crate::domain::Text;

/// Bytes of the whole as JSON. A journal's line takes 64 KiB.
const WHOLE: usize = 40 << 10;
/// Bytes of a path, a title, a name.
const WORDS: usize = 160;
/// Changes of dependencies that are kept.
const CHANGES_KEPT: usize = 120;
const ADVISORIES_KEPT: usize = 8;
const PROBLEMS_KEPT: usize = 12;
const LOST_KEPT: usize = 20;
const EFFECTS_KEPT: usize = 12;

impl Diff {
    /// Cuts long words, then what can be spared until the whole fits. The counts stay true.
    #[must_use]
    pub fn fit(mut self) -> Self {
        self.titles.iter_mut().for_each(cut);
        self.lost.truncate(LOST_KEPT);
        self.lost.iter_mut().for_each(cut);
        self.people.iter_mut().for_each(cut);
        self.pulls.iter_mut().for_each(|pull| cut(&mut pull.title));
        self.areas.iter_mut().for_each(|area| cut(&mut area.name));
        for file in &mut self.marked {
            cut(&mut file.path);
            file.hot.iter_mut().for_each(cut);
        }
        self.migrations.iter_mut().for_each(Migration::fit);
        self.dependencies.fit();
        // The least needed first: what the pane reads from the blob anyway.
        while self.weight() > WHOLE && self.spare() {}
        self
    }

    fn weight(&self) -> usize {
        serde_json::to_vec(self).map_or(usize::MAX, |json| json.len())
    }

    /// Halves one list; false where none is left to halve.
    fn spare(&mut self) -> bool {
        halve(&mut self.titles, 5)
            || halve(&mut self.dependencies.changes, 20)
            || halve(&mut self.pulls, 5)
            || halve(&mut self.marked, 10)
            || halve(&mut self.areas, 4)
            || halve(&mut self.dependencies.changes, 0)
            || halve(&mut self.migrations, 1)
            || halve(&mut self.marked, 0)
            || halve(&mut self.dependencies.problems, 0)
            // Nobody can sign then: whose change it is is not known.
            || halve(&mut self.people, 5)
    }
}

impl Migration {
    fn fit(&mut self) {
        cut(&mut self.path);
        self.effects.truncate(EFFECTS_KEPT);
        self.effects
            .iter_mut()
            .for_each(|effect| cut(&mut effect.says));
    }
}

impl Dependencies {
    fn fit(&mut self) {
        self.changes.truncate(CHANGES_KEPT);
        for change in &mut self.changes {
            for words in [
                Some(&mut change.name),
                Some(&mut change.ecosystem),
                Some(&mut change.file),
                change.from.as_mut(),
                change.to.as_mut(),
            ]
            .into_iter()
            .flatten()
            {
                cut(words);
            }
            change.advisories.truncate(ADVISORIES_KEPT);
            for advisory in &mut change.advisories {
                cut(&mut advisory.id);
                cut(&mut advisory.summary);
            }
        }
        self.problems.truncate(PROBLEMS_KEPT);
        self.problems.iter_mut().for_each(cut);
    }
}

fn halve<T>(list: &mut Vec<T>, least: usize) -> bool {
    if list.len() <= least {
        return false;
    }
    list.truncate((list.len() / 2).max(least));
    true
}

fn cut(words: &mut Text) {
    let raw = words.as_str();
    if raw.len() > WORDS {
        let end = raw.floor_char_boundary(WORDS - '…'.len_utf8());
        *words = Text::line(&format!("{}…", &raw[..end]));
    }
}
