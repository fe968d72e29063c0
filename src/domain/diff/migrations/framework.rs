//! Whether a file is a database migration, and of which framework, by its path and name.

use crate::domain::diff::Framework;

/// The framework of a migration's file; `None` where the path is no migration's.
///
/// The folders and names are those that the frameworks' own documents prescribe or generate.
pub(super) fn framework_of(path: &str) -> Option<Framework> {
    let lower = path.to_ascii_lowercase();
    let (folders, name) = lower.rsplit_once('/').unwrap_or(("", lower.as_str()));
    let folders: Vec<&str> = folders.split('/').filter(|f| !f.is_empty()).collect();
    let name_as_is = path.rsplit('/').next().unwrap_or_default();
    let (stem, ending) = name.rsplit_once('.').unwrap_or((name, ""));
    let within = |folder: &str| folders.contains(&folder);
    let last = folders.last().copied().unwrap_or_default();
    let in_folder = within("migrations") || within("migration") || within("migrate");
    if folders
        .iter()
        .any(|f| matches!(*f, "node_modules" | "vendor" | "docs"))
    {
        return None;
    }
    if undoes(path) {
        return None;
    }
    match ending {
        "rb" => (within("migrate") || last.ends_with("_migrate") || last == "migrations")
            .then_some(Framework::Rails),
        "py" if name == "__init__.py" => None,
        "py" if last == "versions" && (within("alembic") || within("migrations")) => {
            Some(Framework::Alembic)
        }
        "py" => (last == "migrations").then_some(Framework::Django),
        "cs" => (in_folder && !stem.ends_with(".designer") && !stem.ends_with("modelsnapshot"))
            .then_some(Framework::EfCore),
        "go" => in_folder.then_some(Framework::Goose),
        "js" | "ts" | "mjs" | "cjs" | "mts" | "cts" => {
            let is_test = ["test", "spec", "d"].iter().any(|word| ends(stem, word));
            let is_dated = opens_with_digits(stem.trim_start_matches("migration"), 3);
            (in_folder && !is_test && is_dated).then_some(Framework::Unknown)
        }
        "php" if in_folder && opens_with_digits(stem.trim_start_matches("version"), 4) => {
            Some(if stem.starts_with("version") {
                Framework::Doctrine
            } else {
                Framework::Laravel
            })
        }
        "exs" => (in_folder && opens_with_digits(stem, 8)).then_some(Framework::Ecto),
        "rs" => stem
            .strip_prefix('m')
            .filter(|rest| in_folder && opens_with_digits(rest, 8))
            .map(|_| Framework::SeaOrm),
        "xml" | "yaml" | "yml" | "json" => {
            let is_log = within("changelog") || within("changelogs") || within("liquibase");
            (is_log || stem.contains("changelog") || stem.ends_with("changeset"))
                .then_some(Framework::Liquibase)
        }
        "sql" => sql(&folders, name, name_as_is, stem),
        "java" | "kt" => (in_folder && is_flyway(name_as_is)).then_some(Framework::Flyway),
        _ => None,
    }
}

/// Whether a file is the half that undoes a migration: it runs when someone asks for it, not with the release.
pub(super) fn undoes(path: &str) -> bool {
    let name_as_is = path.rsplit('/').next().unwrap_or_default();
    let name = name_as_is.to_ascii_lowercase();
    let stem = name
        .rsplit_once('.')
        .map_or(name.as_str(), |(stem, _)| stem);
    name == "down.sql"
        || ends(stem, "down")
        || (name_as_is.starts_with('U') && is_flyway(name_as_is))
}

fn sql(folders: &[&str], name: &str, name_as_is: &str, stem: &str) -> Option<Framework> {
    let within = |folder: &str| folders.contains(&folder);
    let parent = folders.last().copied().unwrap_or_default();
    let in_folder = within("migrations") || within("migration") || within("migrate");
    if within("prisma") && name == "migration.sql" {
        return Some(Framework::Prisma);
    }
    if within("liquibase")
        || within("changelog")
        || within("changelogs")
        || stem.contains("changelog")
    {
        return Some(Framework::Liquibase);
    }
    if is_flyway(name_as_is) {
        return Some(Framework::Flyway);
    }
    // diesel makes a folder for each migration.
    if name == "up.sql" && opens_with_digits(parent, 4) {
        return Some(Framework::Diesel);
    }
    let is_dated = opens_with_digits(stem, 4) || within("evolutions");
    if (within("drizzle") || within("evolutions")) && is_dated {
        return Some(Framework::Sql);
    }
    if !in_folder {
        let beside = within("db") || within("database") || within("schema") || within("sql");
        return (beside && opens_with_digits(stem, 3)).then_some(Framework::Sql);
    }
    if ends(stem, "up") && opens_with_digits(stem, 14) {
        return Some(Framework::Sqlx);
    }
    Some(Framework::Sql)
}

/// Whether a stem has that word after its last point: `0042.up`.
fn ends(stem: &str, word: &str) -> bool {
    stem.rsplit_once('.').is_some_and(|(_, last)| last == word)
}

/// `V1_2__words.sql`, `R__words.sql`, `U3__words.sql`, `B1__words.sql`.
fn is_flyway(name: &str) -> bool {
    let Some((head, words)) = name.split_once("__") else {
        return false;
    };
    let mut letters = head.chars();
    let rest = letters
        .next()
        .filter(|c| matches!(c, 'V' | 'U' | 'R' | 'B'))
        .map(|_| letters.as_str());
    rest.is_some_and(|rest| {
        let is_version = rest
            .chars()
            .all(|c| c.is_ascii_digit() || matches!(c, '.' | '_' | '-'));
        is_version && (head.starts_with('R') || !rest.is_empty()) && !words.is_empty()
    })
}

fn opens_with_digits(name: &str, least: usize) -> bool {
    name.bytes().take_while(u8::is_ascii_digit).count() >= least
        || name.split(['-', '_']).next().is_some_and(|head| {
            // `2024-01-01-120000_name`, and TypeORM's `1700000000000-Name`.
            head.len() >= least && head.bytes().all(|b| b.is_ascii_digit())
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_migration_is_known_by_where_it_lies_and_what_it_is_called() {
        let table = [
            (
                Some(Framework::Rails),
                "db/migrate/20240101120000_add_region.rb",
            ),
            (
                Some(Framework::Rails),
                "db/animals_migrate/20240101120000_add.rb",
            ),
            (
                Some(Framework::Django),
                "shop/orders/migrations/0042_region.py",
            ),
            (
                Some(Framework::Alembic),
                "alembic/versions/ae1027a6acf_add.py",
            ),
            (Some(Framework::Alembic), "migrations/versions/ae10_add.py"),
            (
                Some(Framework::Flyway),
                "src/main/resources/db/migration/V2_1__Add_region.sql",
            ),
            (Some(Framework::Flyway), "db/R__views.sql"),
            (
                Some(Framework::Liquibase),
                "db/changelog/db.changelog-1.2.yaml",
            ),
            (
                Some(Framework::Liquibase),
                "src/main/resources/liquibase/0042.xml",
            ),
            (
                Some(Framework::Prisma),
                "prisma/migrations/20240101_add/migration.sql",
            ),
            (
                Some(Framework::Diesel),
                "migrations/2024-01-01-120000_add_region/up.sql",
            ),
            (
                Some(Framework::Sqlx),
                "migrations/20240101120000_add.up.sql",
            ),
            (
                Some(Framework::Sql),
                "db/migrations/0042_orders_not_null.sql",
            ),
            (Some(Framework::Sql), "migrations/000042_add.up.sql"),
            (None, "migrations/000042_add.down.sql"),
            (None, "migrations/2024-01-01-120000_add_region/down.sql"),
            (None, "db/migration/U2__Undo.sql"),
            (Some(Framework::Goose), "internal/migrations/00042_add.go"),
            (Some(Framework::Unknown), "migrations/20240101120000_add.js"),
            (
                Some(Framework::Unknown),
                "src/migrations/1700000000000-AddRegion.ts",
            ),
            (
                Some(Framework::EfCore),
                "Data/Migrations/20240101120000_AddRegion.cs",
            ),
            (None, "Data/Migrations/20240101120000_AddRegion.Designer.cs"),
            (None, "Data/Migrations/ShopContextModelSnapshot.cs"),
            (None, "shop/orders/migrations/__init__.py"),
            (None, "src/migrate.rs"),
            (None, "docs/migrations/0001_guide.sql"),
            (None, "src/migrations/index.ts"),
            (None, "src/migrations/0001_add.test.ts"),
            (None, "queries/orders.sql"),
            (None, "migrations"),
            (None, ""),
        ];
        for (wanted, path) in table {
            assert_eq!(framework_of(path), wanted, "{path}");
        }
    }

    #[test]
    fn younger_frameworks_too() {
        let table = [
            (
                Some(Framework::Laravel),
                "database/migrations/2024_01_01_000000_add_region.php",
            ),
            (Some(Framework::Doctrine), "migrations/Version20240101.php"),
            (
                Some(Framework::Ecto),
                "priv/repo/migrations/20240101000000_add_region.exs",
            ),
            (
                Some(Framework::SeaOrm),
                "migration/src/m20240101_000001_add_region.rs",
            ),
            (
                Some(Framework::Unknown),
                "src/migrations/Migration20240101.ts",
            ),
            (Some(Framework::Sql), "drizzle/0001_add_region.sql"),
            (Some(Framework::Sql), "conf/evolutions/default/3.sql"),
            (None, "src/Migrations/Migrator.php"),
            (None, "migration/src/lib.rs"),
        ];
        for (wanted, path) in table {
            assert_eq!(framework_of(path), wanted, "{path}");
        }
    }
}
