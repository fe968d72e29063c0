//! A new file that says by its content that it is a migration, wherever it lies.
//!
//! The marks are the words that a framework's own documents make every migration begin with. Plain SQL has none: there it is
//! what it does to a table that is not its own.

use super::{framework::undoes, sql};
use crate::domain::{
    diff::{
        EffectKind::{
            AddsNotNull, AddsNotNullWithDefault, ChangesType, DropsColumn, DropsTable, Renames,
            RewritesTable,
        },
        Framework, Patch,
    },
    observation::FileChange,
};

/// File endings, the words that must all be there, and whose they are.
const MARKS: [(&[&str], &[&str], Framework); 17] = [
    (&["rb"], &["ActiveRecord::Migration"], Framework::Rails),
    (&["py"], &["migrations.Migration)"], Framework::Django),
    (
        &["py"],
        &["from alembic import", "def upgrade"],
        Framework::Alembic,
    ),
    (
        &["ts", "js"],
        &["implements MigrationInterface"],
        Framework::TypeOrm,
    ),
    (
        &["ts", "js", "mjs", "cjs"],
        &["queryInterface.", "up"],
        Framework::Sequelize,
    ),
    (
        &["ts", "js", "mjs", "cjs"],
        &["knex.schema.", "exports.up"],
        Framework::Knex,
    ),
    (
        &["cs"],
        &["migrationBuilder.", ": Migration"],
        Framework::EfCore,
    ),
    (
        &["php"],
        &["extends Migration", "Schema::"],
        Framework::Laravel,
    ),
    (
        &["php"],
        &["extends AbstractMigration", "addSql("],
        Framework::Doctrine,
    ),
    (
        &["java", "kt"],
        &["extends BaseJavaMigration"],
        Framework::Flyway,
    ),
    (&["exs", "ex"], &["use Ecto.Migration"], Framework::Ecto),
    (&["go"], &["goose.AddMigration"], Framework::Goose),
    (
        &["rs"],
        &["MigrationTrait for", "fn up("],
        Framework::SeaOrm,
    ),
    (&["xml"], &["<databaseChangeLog"], Framework::Liquibase),
    (
        &["yaml", "yml", "json"],
        &["databaseChangeLog", "changeSet"],
        Framework::Liquibase,
    ),
    (
        &["sql"],
        &["--liquibase formatted sql"],
        Framework::Liquibase,
    ),
    (&["sql"], &["-- +goose Up"], Framework::Goose),
];

/// Folders whose files run in no production: what tests and people read.
const ASIDE: [&str; 14] = [
    "node_modules",
    "vendor",
    "docs",
    "doc",
    "test",
    "tests",
    "__tests__",
    "spec",
    "specs",
    "testdata",
    "fixtures",
    "examples",
    "seeds",
    "templates",
];

/// The framework of a new file by its content; `None` where it does not say that it is a migration.
pub(super) fn framework_of(file: &FileChange) -> Option<Framework> {
    let path = file.path.as_str();
    if !matches!(file.status.as_str(), "added" | "copied") || undoes(path) {
        return None;
    }
    let lower = path.to_ascii_lowercase();
    let mut folders = lower.rsplit('/').skip(1);
    if folders.any(|folder| ASIDE.contains(&folder)) {
        return None;
    }
    let (_, ending) = lower.rsplit_once('.')?;
    let patch = file.patch.as_ref()?;
    let mut marks = MARKS.iter();
    let told = marks.find(|(endings, words, _)| {
        endings.contains(&ending) && words.iter().all(|word| patch.contains(word))
    });
    match told {
        Some((_, _, framework)) => Some(*framework),
        None if ending == "sql" && changes_a_table(patch) => Some(Framework::Sql),
        None => None,
    }
}

/// Whether SQL changes a table that was there. A file that makes tables and drops them first sets a database up.
fn changes_a_table(patch: &Patch) -> bool {
    let added = patch.added();
    let lines = added.iter().map(|(number, text)| (*number, text.as_str()));
    let effects = sql::effects(lines);
    let sets_up = patch.contains("CREATE TABLE") || patch.contains("create table");
    effects.iter().any(|effect| match effect.kind {
        DropsTable => !sets_up,
        DropsColumn
        | Renames
        | AddsNotNull
        | AddsNotNullWithDefault
        | ChangesType
        | RewritesTable => true,
        _ => false,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::diff::migrations::made::file;

    fn by_content(path: &str, status: &str, content: &str) -> Option<Framework> {
        framework_of(&file(path, status, content))
    }

    #[test]
    fn a_migration_in_a_folder_of_its_own_says_what_it_is() {
        for (path, content, wanted) in [
            (
                "app/changes/a.rb",
                "class A < ActiveRecord::Migration[7.1]\nend",
                Some(Framework::Rails),
            ),
            (
                "app/schema/a.py",
                "from alembic import op\n\ndef upgrade():\n  op.drop_table('x')",
                Some(Framework::Alembic),
            ),
            (
                "app/schema/b.py",
                "class Migration(migrations.Migration):\n  pass",
                Some(Framework::Django),
            ),
            (
                "resources/db.xml",
                "<databaseChangeLog xmlns=\"x\">\n</databaseChangeLog>",
                Some(Framework::Liquibase),
            ),
            (
                "ops/2024-region.sql",
                "alter table orders drop column region;",
                Some(Framework::Sql),
            ),
            (
                "ops/old.sql",
                "DROP TABLE old_orders;",
                Some(Framework::Sql),
            ),
            (
                "ops/init.sql",
                "DROP TABLE IF EXISTS a;\nCREATE TABLE a (b int not null);",
                None,
            ),
            ("queries/a.sql", "SELECT 1 FROM orders;", None),
            ("ops/a.down.sql", "ALTER TABLE a DROP b;", None),
            ("tests/sql/a.sql", "ALTER TABLE a DROP b;", None),
            ("src/a.py", "import os", None),
        ] {
            assert_eq!(by_content(path, "added", content), wanted, "{path}");
        }
        let edited = by_content("ops/a.sql", "modified", "ALTER TABLE a DROP b;");
        assert_eq!(edited, None, "what was run is not run again");
    }
}
