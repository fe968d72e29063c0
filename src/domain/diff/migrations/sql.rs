//! What SQL does to tables that are in use. Knows the large dialects where they differ.
//!
//! Sources: `PostgreSQL`'s manual, ALTER TABLE (notes on locks and rewrites) and CREATE INDEX; `MySQL`'s, "Online DDL".

use std::collections::BTreeSet;

use super::{
    tokens::{Token, statements},
    walk::Walk,
};
use crate::domain::{
    Text,
    diff::{Effect, EffectKind},
};

/// The effects of SQL, in the order of the file. What happens to a table that the same file makes hurts nobody.
pub(super) fn effects<'a>(lines: impl Iterator<Item = (u32, &'a str)>) -> Vec<Effect> {
    let mut reader = Reader::default();
    for statement in statements(lines) {
        reader.statement(acting(&statement));
    }
    reader.effects
}

/// The part of a statement that acts: past `BEGIN`, `THEN` and their like in a block.
fn acting(all: &[Token]) -> &[Token] {
    const BLOCKS: [&str; 8] = [
        "DO", "BEGIN", "IF", "DECLARE", "ELSE", "FOR", "END", "ELSIF",
    ];
    const OPEN: [&str; 4] = ["BEGIN", "THEN", "ELSE", "LOOP"];
    if !all
        .first()
        .is_some_and(|first| BLOCKS.contains(&first.word.as_str()))
    {
        return all;
    }
    let last = all
        .iter()
        .rposition(|token| OPEN.contains(&token.word.as_str()));
    last.map_or(all, |at| &all[at + 1..])
}

#[derive(Default)]
struct Reader {
    effects: Vec<Effect>,
    /// Tables made here.
    made: BTreeSet<String>,
}

const IF_EXISTS: &[&str] = &["IF", "NOT", "EXISTS", "ONLY"];

impl Reader {
    fn add(&mut self, kind: EffectKind, at: &Token, says: &str) {
        self.effects.push(Effect {
            kind,
            line: Some(at.line),
            says: Text::line(says),
        });
    }

    fn is_made_here(&self, table: &Token) -> bool {
        self.made.contains(&table.written.to_lowercase())
    }

    fn statement(&mut self, all: &[Token]) {
        let Some(first) = all.first() else { return };
        let mut walk = Walk(&all[1..]);
        match first.word.as_str() {
            "CREATE" => self.create(walk, first),
            "ALTER" if walk.take(&["TABLE"]) => self.alter(walk, first),
            "ALTER" if walk.take(&["TYPE"]) && walk.has(&["RENAME", "VALUE"]) => {
                self.add(EffectKind::Renames, first, "renames a value of a type");
            }
            "DROP" => self.drop(walk, first),
            "TRUNCATE" => {
                walk.skip(&["TABLE", "ONLY"]);
                self.rows(walk, first, EffectKind::DeletesData, "empties");
            }
            "DELETE" if walk.take(&["FROM"]) => {
                walk.skip(&["ONLY"]);
                let all = if walk.has(&["WHERE"]) {
                    "deletes rows of"
                } else {
                    "deletes every row of"
                };
                self.rows(walk, first, EffectKind::DeletesData, all);
            }
            "UPDATE" if walk.has(&["SET"]) => {
                walk.skip(&["ONLY"]);
                let all = if walk.has(&["WHERE"]) {
                    "changes rows of"
                } else {
                    "changes every row of"
                };
                self.rows(walk, first, EffectKind::ChangesData, all);
            }
            "RENAME" if walk.take(&["TABLE"]) => {
                self.rows(walk, first, EffectKind::Renames, "renames");
            }
            "EXEC" | "EXECUTE" if walk.0.iter().take(4).any(|t| t.word == "SP_RENAME") => {
                self.add(EffectKind::Renames, first, "renames with sp_rename");
            }
            "VACUUM" if walk.has(&["FULL"]) => {
                self.add(
                    EffectKind::RewritesTable,
                    first,
                    "VACUUM FULL writes tables anew under a lock",
                );
            }
            "CLUSTER" => self.rows(
                walk,
                first,
                EffectKind::RewritesTable,
                "writes anew, under a lock,",
            ),
            "OPTIMIZE" if walk.take(&["TABLE"]) => {
                self.rows(walk, first, EffectKind::RewritesTable, "writes anew");
            }
            "REINDEX" if !walk.has(&["CONCURRENTLY"]) => {
                self.add(
                    EffectKind::LocksForIndex,
                    first,
                    "REINDEX without CONCURRENTLY: writes wait",
                );
            }
            _ => {}
        }
    }

    fn rows(&mut self, mut walk: Walk<'_>, at: &Token, kind: EffectKind, verb: &str) {
        if let Some(table) = walk.name()
            && !self.is_made_here(table)
            && table.word != "SET"
        {
            self.add(kind, at, &format!("{verb} `{}`", table.written));
        }
    }

    fn create(&mut self, mut walk: Walk<'_>, first: &Token) {
        walk.skip(&[
            "OR",
            "REPLACE",
            "GLOBAL",
            "LOCAL",
            "TEMPORARY",
            "TEMP",
            "UNLOGGED",
        ]);
        if walk.take(&["TABLE"]) {
            walk.skip(IF_EXISTS);
            if let Some(table) = walk.name() {
                self.made.insert(table.written.to_lowercase());
            }
            return;
        }
        walk.skip(&["UNIQUE", "CLUSTERED", "NONCLUSTERED", "FULLTEXT", "SPATIAL"]);
        if !walk.take(&["INDEX"]) {
            return;
        }
        let is_gentle = walk.has(&["CONCURRENTLY"])
            || walk.has(&["ONLINE", "=", "ON"])
            || walk.has(&["INPLACE"])
            || walk.has(&["LOCK", "=", "NONE"]);
        let on = walk.0.iter().position(|token| token.word == "ON");
        let Some(on) = on.filter(|_| !is_gentle) else {
            return;
        };
        let mut after = Walk(&walk.0[on + 1..]);
        after.skip(&["ONLY"]);
        if let Some(table) = after.name()
            && !self.is_made_here(table)
        {
            let says = format!(
                "builds an index on `{}` without CONCURRENTLY: writes wait",
                table.written
            );
            self.add(EffectKind::LocksForIndex, first, &says);
        }
    }

    fn drop(&mut self, mut walk: Walk<'_>, first: &Token) {
        walk.skip(&["TEMPORARY"]);
        let is_whole = walk.take(&["DATABASE", "SCHEMA"]);
        if !is_whole && !walk.take(&["TABLE"]) {
            return;
        }
        walk.skip(IF_EXISTS);
        for mut part in walk.parts() {
            if let Some(name) = part.name()
                && !self.is_made_here(name)
            {
                let what = if is_whole {
                    "drops everything in"
                } else {
                    "drops the table"
                };
                self.add(
                    EffectKind::DropsTable,
                    first,
                    &format!("{what} `{}`", name.written),
                );
            }
        }
    }

    fn alter(&mut self, mut walk: Walk<'_>, first: &Token) {
        walk.skip(IF_EXISTS);
        let Some(table) = walk.name() else { return };
        if self.is_made_here(table) {
            return;
        }
        let t = table.written.clone();
        for part in walk.parts() {
            let at = part.0.first().unwrap_or(first);
            self.action(part, at, &t);
        }
    }

    fn action(&mut self, mut walk: Walk<'_>, at: &Token, t: &str) {
        if walk.take(&["ADD"]) {
            self.add_to(walk, at, t);
        } else if walk.take(&["DROP"]) {
            self.drop_from(walk, at, t);
        } else if walk.take(&["ALTER"]) {
            walk.skip(&["COLUMN"]);
            self.alter_column(walk, at, t);
        } else if walk.take(&["MODIFY"]) {
            walk.skip(&["COLUMN"]);
            self.redefine(walk, at, t);
        } else if walk.take(&["CHANGE"]) {
            walk.skip(&["COLUMN"]);
            let (old, new) = (walk.name(), walk.0.first());
            if let (Some(old), Some(new)) = (old, new) {
                if !old.written.eq_ignore_ascii_case(&new.written) {
                    self.add(
                        EffectKind::Renames,
                        at,
                        &format!("renames `{}` of `{t}` to `{}`", old.written, new.written),
                    );
                }
                self.redefine(walk, at, t);
            }
        } else if walk.take(&["RENAME"]) {
            if walk.take(&["CONSTRAINT", "INDEX", "KEY"]) {
                return;
            }
            walk.skip(&["COLUMN"]);
            let says = if walk.take(&["TO", "AS"]) {
                walk.name()
                    .map(|to| format!("renames the table `{t}` to `{}`", to.written))
            } else {
                walk.name()
                    .map(|old| format!("renames `{}` of `{t}`", old.written))
            };
            if let Some(says) = says {
                self.add(EffectKind::Renames, at, &says);
            }
        } else if walk.has(&["SET", "TABLESPACE"])
            || walk.has(&["SET", "LOGGED"])
            || walk.has(&["SET", "UNLOGGED"])
            || walk.has(&["CONVERT", "TO"])
            || walk.has(&["ENGINE"])
            || walk.has(&["FORCE"]) && walk.0.len() == 1
        {
            self.add(
                EffectKind::RewritesTable,
                at,
                &format!("writes `{t}` anew under a lock"),
            );
        }
    }

    fn drop_from(&mut self, mut walk: Walk<'_>, at: &Token, t: &str) {
        let is_column = walk.take(&["COLUMN"]);
        walk.skip(&["IF", "EXISTS"]);
        if !is_column && walk.take(&["PARTITION"]) {
            self.add(
                EffectKind::DeletesData,
                at,
                &format!("drops a partition of `{t}` with its rows"),
            );
            return;
        }
        let other = [
            "CONSTRAINT",
            "INDEX",
            "PRIMARY",
            "FOREIGN",
            "KEY",
            "CHECK",
            "DEFAULT",
            "EXPRESSION",
            "IDENTITY",
        ];
        if !is_column && walk.take(&other) {
            return;
        }
        // Oracle takes several in brackets.
        walk.take(&["("]);
        for mut part in walk.parts() {
            if let Some(column) = part.name() {
                let says = format!("drops the column `{}` of `{t}`", column.written);
                self.add(EffectKind::DropsColumn, at, &says);
            }
        }
    }

    fn alter_column(&mut self, mut walk: Walk<'_>, at: &Token, t: &str) {
        let Some(column) = walk.name() else { return };
        let c = &column.written;
        if walk.has(&["SET", "NOT", "NULL"]) {
            let says = format!("makes `{c}` of `{t}` NOT NULL: a row without a value fails it");
            self.add(EffectKind::AddsNotNull, at, &says);
        } else if walk.take(&["TYPE"]) || walk.has(&["SET", "DATA", "TYPE"]) {
            let says = format!("changes the type of `{c}` of `{t}`: the table may be written anew");
            self.add(EffectKind::ChangesType, at, &says);
        } else if !walk.take(&["SET", "DROP", "ADD", "RESTART", "RESET"]) && !walk.0.is_empty() {
            // SQL Server gives the whole definition again.
            self.redefined(walk, at, t, c);
        }
    }

    fn redefine(&mut self, mut walk: Walk<'_>, at: &Token, t: &str) {
        if let Some(column) = walk.name() {
            self.redefined(walk, at, t, &column.written);
        }
    }

    fn redefined(&mut self, walk: Walk<'_>, at: &Token, t: &str, c: &str) {
        if walk.has(&["NOT", "NULL"]) {
            let says = format!("defines `{c}` of `{t}` anew as NOT NULL");
            self.add(EffectKind::AddsNotNull, at, &says);
        } else {
            let says = format!("defines `{c}` of `{t}` anew: its type may change");
            self.add(EffectKind::ChangesType, at, &says);
        }
    }

    fn add_to(&mut self, mut walk: Walk<'_>, at: &Token, t: &str) {
        if walk.take(&["CONSTRAINT"]) {
            walk.name();
        }
        let keys = ["PRIMARY", "UNIQUE", "FOREIGN", "CHECK", "EXCLUDE"];
        if let Some(first) = walk
            .0
            .first()
            .filter(|first| keys.contains(&first.word.as_str()))
        {
            let is_gentle = walk.has(&["NOT", "VALID"])
                || walk.has(&["USING", "INDEX"])
                || walk.has(&["NOCHECK"]);
            if !is_gentle {
                let what = first.word.clone();
                let says = format!("adds {what} to `{t}`: every row is checked under a lock");
                self.add(EffectKind::AddsConstraint, at, &says);
            }
            return;
        }
        if walk.take(&["INDEX", "KEY", "FULLTEXT", "SPATIAL", "PARTITION", "PERIOD"]) {
            return;
        }
        walk.skip(&["COLUMN"]);
        walk.skip(IF_EXISTS);
        // Several columns in brackets, as MySQL and Oracle take them.
        if walk.take(&["("]) {
            for part in walk.parts() {
                self.add_column(part, at, t);
            }
        } else {
            self.add_column(walk, at, t);
        }
    }

    fn add_column(&mut self, mut walk: Walk<'_>, at: &Token, t: &str) {
        let Some(column) = walk.name() else { return };
        let c = &column.written;
        let volatile = [
            "RANDOM",
            "GEN_RANDOM_UUID",
            "UUID_GENERATE_V4",
            "CLOCK_TIMESTAMP",
            "NEXTVAL",
            "NEWID",
            "UUID",
        ];
        let default = walk.0.iter().position(|token| token.word == "DEFAULT");
        let is_volatile = default.is_some_and(|from| {
            walk.0[from..]
                .windows(2)
                .any(|pair| volatile.contains(&pair[0].word.as_str()) && pair[1].word == "(")
        });
        let fills = default.is_some()
            || walk.0.iter().any(|token| {
                matches!(
                    token.word.as_str(),
                    "GENERATED" | "IDENTITY" | "AUTO_INCREMENT" | "SERIAL" | "BIGSERIAL"
                )
            });
        if is_volatile {
            let says = format!(
                "adds `{c}` to `{t}` with another value in each row: the table is written anew"
            );
            self.add(EffectKind::RewritesTable, at, &says);
        }
        if !walk.has(&["NOT", "NULL"]) {
            return;
        }
        if fills {
            let says = format!("adds `{c}` to `{t}` as NOT NULL with a default");
            self.add(EffectKind::AddsNotNullWithDefault, at, &says);
        } else {
            let says = format!("adds `{c}` to `{t}` as NOT NULL without a default");
            self.add(EffectKind::AddsNotNull, at, &says);
        }
    }
}

#[cfg(test)]
mod tests;
