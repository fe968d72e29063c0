//! A changed file as a migration, where it is one: which framework, and what its new lines do.

use super::{calls, framework::framework_of, liquibase, marks, source, sql};
use crate::domain::{
    diff::{Effect, Framework, Migration, MigrationChange, Patch, Seen},
    observation::FileChange,
};

/// Added lines that are read of one file.
const LINES: usize = 5_000;
/// Effects that are kept.
const EFFECTS: usize = 12;

impl Migration {
    /// The migration that a file of a diff is; `None` for every other file.
    pub fn of(file: &FileChange) -> Option<Self> {
        read(file)
    }
}

fn read(file: &FileChange) -> Option<Migration> {
    let path = file.path.as_str();
    let by_path = framework_of(path).or_else(|| marks::framework_of(file))?;
    let change = match file.status.as_str() {
        "added" | "copied" => MigrationChange::Added,
        "removed" => MigrationChange::Removed,
        _ => MigrationChange::Edited,
    };
    let added = file.patch.as_ref().map(Patch::added);
    let seen = match &added {
        None if file.is_unseen() => Seen::Not,
        Some(lines) if lines.len() < file.added as usize || lines.len() > LINES => Seen::Part,
        Some(_) | None => Seen::Whole,
    };
    let lines = added.unwrap_or_default();
    let lines: Vec<(u32, &str)> = lines
        .iter()
        .take(LINES)
        .map(|(n, t)| (*n, t.as_str()))
        .collect();
    let framework = by_content(by_path, &lines);
    let mut effects = effects(path, &lines);
    effects.sort_by_key(|effect| effect.line);
    if effects.len() > EFFECTS {
        // The worst stay; they stand in the file's order again.
        effects.sort_by_key(|effect| effect.kind);
        effects.truncate(EFFECTS);
        effects.sort_by_key(|effect| effect.line);
    }
    Some(Migration {
        path: file.path.clone(),
        framework,
        change,
        seen,
        effects,
    })
}

/// What a path leaves open is told by what the file calls.
fn by_content(by_path: Framework, lines: &[(u32, &str)]) -> Framework {
    let says = |word: &str| lines.iter().any(|(_, line)| line.contains(word));
    match by_path {
        Framework::Unknown if says("queryInterface") => Framework::Sequelize,
        Framework::Unknown if says("queryRunner") || says("MigrationInterface") => {
            Framework::TypeOrm
        }
        Framework::Unknown if says("knex") => Framework::Knex,
        Framework::Sql if says("+goose") => Framework::Goose,
        Framework::Sql if says("--liquibase formatted sql") => Framework::Liquibase,
        known => known,
    }
}

/// A changelog's line without what stands around its SQL: tags, `sql:`, quotes at its ends.
fn bare_sql(line: &str) -> String {
    let mut bare = String::with_capacity(line.len());
    let mut rest = line;
    while let Some((before, tag)) = rest.split_once('<') {
        bare.push_str(before);
        match tag.split_once('>') {
            Some((_, after)) => {
                bare.push(';');
                rest = after;
            }
            None => rest = "",
        }
    }
    bare.push_str(rest);
    let trimmed = bare.trim().trim_start_matches("- ").trim_start_matches('"');
    match trimmed
        .strip_prefix("sql")
        .map(|rest| rest.trim_start_matches('"'))
    {
        Some(rest) if rest.starts_with(':') => rest[1..].trim().trim_matches('"').to_owned(),
        _ => bare,
    }
}

fn effects(path: &str, lines: &[(u32, &str)]) -> Vec<Effect> {
    let ending = path
        .rsplit('.')
        .next()
        .unwrap_or_default()
        .to_ascii_lowercase();
    match ending.as_str() {
        "sql" => sql::effects(lines.iter().copied()),
        "xml" | "yaml" | "yml" | "json" => {
            let mut all = liquibase::effects(lines);
            let texts: Vec<(u32, String)> = lines.iter().map(|(n, l)| (*n, bare_sql(l))).collect();
            all.extend(sql::effects(texts.iter().map(|(n, t)| (*n, t.as_str()))));
            all
        }
        _ => {
            let forward = source::forward(lines);
            let mut all = calls::effects(&source::statements(&forward));
            for text in source::quoted_sql(&forward) {
                all.extend(sql::effects(text.iter().map(|(n, t)| (*n, t.as_str()))));
            }
            all
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::diff::{EffectKind, migrations::made::file};

    fn kinds(migration: &Migration) -> Vec<(EffectKind, u32)> {
        migration
            .effects
            .iter()
            .map(|e| (e.kind, e.line.unwrap_or(0)))
            .collect()
    }

    #[test]
    fn one_rule_in_every_framework() {
        let not_null = EffectKind::AddsNotNull;
        let drops = EffectKind::DropsColumn;
        for (path, framework, content, wanted) in [
            (
                "db/migrations/0042_a.sql",
                Framework::Sql,
                "-- x\nALTER TABLE o ADD r text NOT NULL;",
                vec![(not_null, 2)],
            ),
            (
                "db/migrations/0042_b.sql",
                Framework::Goose,
                "-- +goose Up\nALTER TABLE o ADD r text NOT NULL;\n-- +goose Down\nALTER TABLE o DROP r;",
                vec![(not_null, 2)],
            ),
            (
                "migrations/20240101000000_a.ts",
                Framework::TypeOrm,
                "class A implements MigrationInterface {\n  public async up(queryRunner: QueryRunner) {\n    await queryRunner.query(`ALTER TABLE \"o\" DROP COLUMN \"r\"`);\n  }\n  public async down(queryRunner: QueryRunner) {\n    await queryRunner.query(`DROP TABLE o`);\n  }\n}",
                vec![(drops, 3)],
            ),
            (
                "db/migrate/20240101_a.rb",
                Framework::Rails,
                "class A < ActiveRecord::Migration[7.1]\n  def up\n    execute <<~SQL\n      ALTER TABLE o\n        DROP COLUMN r\n    SQL\n  end\n  def down\n    drop_table :x\n  end\nend",
                vec![(drops, 5)],
            ),
            (
                "internal/migrations/00042_a.go",
                Framework::Goose,
                "func up00042(tx *sql.Tx) error {\n\t_, err := tx.Exec(`ALTER TABLE o\n ADD COLUMN r text NOT NULL;`)\n\treturn err\n}\nfunc down00042(tx *sql.Tx) error {\n\t_, err := tx.Exec(\"DROP TABLE o\")\n}",
                vec![(not_null, 3)],
            ),
            (
                "src/main/resources/db/changelog/1.xml",
                Framework::Liquibase,
                "<changeSet>\n<sql>\nALTER TABLE o DROP COLUMN r;\n</sql>\n</changeSet>",
                vec![(drops, 3)],
            ),
        ] {
            let read = read(&file(path, "added", content)).unwrap();
            assert_eq!(read.framework, framework, "{path}");
            assert_eq!(kinds(&read), wanted, "{path}");
            assert_eq!(
                (read.change, read.seen),
                (MigrationChange::Added, Seen::Whole)
            );
        }
    }

    #[test]
    fn what_was_not_told_is_not_seen() {
        let mut one = file("db/migrations/0042_a.sql", "modified", "SELECT 1;");
        one.added = 40;
        let cut = read(&one).unwrap();
        assert_eq!(
            (cut.seen, cut.change),
            (Seen::Part, MigrationChange::Edited)
        );
        one.patch = None;
        let unseen = read(&one).unwrap();
        assert_eq!(unseen.seen, Seen::Not);
        assert!(
            unseen
                .in_short()
                .ends_with("(edited): what it does was not seen")
        );
        assert!(read(&file("src/main.rs", "added", "DROP TABLE a;")).is_none());
    }

    #[test]
    fn the_worst_of_many_effects_stay() {
        let many = "ALTER TABLE a ADD b int NOT NULL DEFAULT 1;\n".repeat(30) + "DROP TABLE z;";
        let read = read(&file("migrations/0001_a.sql", "added", &many)).unwrap();
        assert_eq!(read.effects.len(), EFFECTS);
        assert_eq!(read.worst().unwrap().kind, EffectKind::DropsTable);
        assert_eq!(read.effects.last().unwrap().line, Some(31));
    }
}
