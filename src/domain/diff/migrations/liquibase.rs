//! Liquibase's changelogs in XML, YAML and JSON: its change types stand for themselves. Its SQL form is read as SQL.
//!
//! Source: Liquibase's documents, "Change Types".

use std::{ops::Range, sync::LazyLock};

use regex::Regex;

use super::source::Line;
use crate::domain::{
    Text,
    diff::{Effect, EffectKind},
};

/// Keys that are looked at on one line.
const KEYS_OF_A_LINE: usize = 2_000;

static KEY: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(
        r#"(?x)(?:<|[\s\-{,]"?|^"?)(?<key>
            dropTable|dropColumn|renameColumn|renameTable|addNotNullConstraint|modifyDataType|addColumn|createIndex
          | addForeignKeyConstraint|addUniqueConstraint|addPrimaryKey|addCheckConstraint|delete|update|mergeColumns
          | createTable|rollback|/rollback|sql|sqlFile|insert|addDefaultValue|changeSet|/createTable)\b"#,
    )
    .ok()
});
static TABLE: LazyLock<Option<Regex>> =
    LazyLock::new(|| Regex::new(r#"(?:old)?[tT]ableName"?\s*[:=]\s*["']?(?<n>\w+)"#).ok());
static COLUMN: LazyLock<Option<Regex>> =
    LazyLock::new(|| Regex::new(r#"(?:[cC]olumnName|\bname)"?\s*[:=]\s*["']?(?<n>\w+)"#).ok());
static NOT_NULL: LazyLock<Option<Regex>> =
    LazyLock::new(|| Regex::new(r#"nullable"?\s*[:=]\s*["']?false"#).ok());

/// The effects of a changelog: each change's part reaches to the next change.
pub(super) fn effects(lines: &[Line<'_>]) -> Vec<Effect> {
    let mut parts: Vec<(u32, String, String)> = Vec::new();
    for &(number, line) in lines {
        let found = keys(line);
        // What stands before the first key belongs to the change that is open.
        let before = found.first().map_or(line.len(), |key| key.start);
        if let Some((_, _, text)) = parts.last_mut().filter(|(_, _, text)| text.len() < 8 << 10) {
            text.push(' ');
            text.push_str(&line[..before]);
        }
        for (at, key) in found.iter().enumerate() {
            let end = found.get(at + 1).map_or(line.len(), |next| next.start);
            parts.push((
                number,
                line[key.clone()].to_owned(),
                line[key.end..end].to_owned(),
            ));
        }
    }
    let mut is_rollback = false;
    let mut all = Vec::new();
    for (line, key, text) in &parts {
        match key.as_str() {
            "rollback" => is_rollback = !text.trim_start().starts_with("/>"),
            "/rollback" | "changeSet" => is_rollback = false,
            _ if is_rollback => {}
            _ => all.extend(effect(*line, key, text)),
        }
    }
    all
}

/// The keys of a line, by where they stand. A line may hold a whole changelog: behind the first key only those count that
/// open a tag or name a value, for the words stand in texts too.
fn keys(line: &str) -> Vec<Range<usize>> {
    let Some(regex) = KEY.as_ref() else {
        return Vec::new();
    };
    let found = regex
        .captures_iter(line)
        .filter_map(|found| found.name("key"));
    let mut keys: Vec<Range<usize>> = Vec::new();
    for key in found.take(KEYS_OF_A_LINE) {
        let after = line[key.end()..].trim_start_matches('"').trim_start();
        let is_certain = line[..key.start()].ends_with('<') || after.starts_with(':');
        if keys.is_empty() || is_certain {
            keys.push(key.range());
        }
    }
    keys
}

fn effect(line: u32, key: &str, text: &str) -> Option<Effect> {
    let named = |regex: &LazyLock<Option<Regex>>| {
        let found = regex.as_ref()?.captures(text)?;
        Some(format!("`{}`", &found["n"]))
    };
    let t = named(&TABLE).unwrap_or_else(|| "a table".to_owned());
    let c = named(&COLUMN).unwrap_or_else(|| "a column".to_owned());
    let is_not_null = NOT_NULL.as_ref().is_some_and(|regex| regex.is_match(text));
    let (kind, says) = match key {
        "dropTable" => (EffectKind::DropsTable, format!("drops the table {t}")),
        "dropColumn" | "mergeColumns" => (
            EffectKind::DropsColumn,
            format!("drops the column {c} of {t}"),
        ),
        "renameColumn" => (EffectKind::Renames, format!("renames a column of {t}")),
        "renameTable" => (EffectKind::Renames, format!("renames the table {t}")),
        "addNotNullConstraint" if text.contains("defaultNullValue") => (
            EffectKind::AddsNotNullWithDefault,
            format!("makes {c} of {t} NOT NULL and fills it"),
        ),
        "addNotNullConstraint" => (
            EffectKind::AddsNotNull,
            format!("makes {c} of {t} NOT NULL: a row without a value fails it"),
        ),
        "modifyDataType" => (
            EffectKind::ChangesType,
            format!("changes the type of {c} of {t}"),
        ),
        "addColumn" if is_not_null && text.contains("defaultValue") => (
            EffectKind::AddsNotNullWithDefault,
            format!("adds {c} to {t} as NOT NULL with a default"),
        ),
        "addColumn" if is_not_null => (
            EffectKind::AddsNotNull,
            format!("adds {c} to {t} as NOT NULL without a default"),
        ),
        "createIndex" => (
            EffectKind::LocksForIndex,
            format!("builds an index on {t} while writes wait"),
        ),
        "addForeignKeyConstraint"
        | "addUniqueConstraint"
        | "addPrimaryKey"
        | "addCheckConstraint" => (
            EffectKind::AddsConstraint,
            format!("adds a constraint to {t}: every row is checked"),
        ),
        "delete" => (EffectKind::DeletesData, format!("deletes rows of {t}")),
        "update" => (EffectKind::ChangesData, format!("changes rows of {t}")),
        _ => return None,
    };
    Some(Effect {
        kind,
        line: Some(line),
        says: Text::line(&says),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Vec<String> {
        let lines: Vec<_> = (1..).zip(text.lines()).collect();
        effects(&lines)
            .iter()
            .map(|e| format!("{:?} {} {}", e.kind, e.line.unwrap_or(0), e.says))
            .collect()
    }

    const WANTED: [&str; 3] = [
        "AddsNotNull 2 adds `region` to `orders` as NOT NULL without a default",
        "DropsTable 7 drops the table `old`",
        "Renames 8 renames a column of `orders`",
    ];

    #[test]
    fn xml() {
        let text = "<changeSet id=\"1\">\n <addColumn tableName=\"orders\">\n  <column name=\"region\" type=\"text\">\n   <constraints nullable=\"false\"/>\n  </column>\n </addColumn>\n <dropTable tableName=\"old\"/>\n <renameColumn tableName=\"orders\" oldColumnName=\"a\" newColumnName=\"b\"/>\n <rollback>\n  <dropTable tableName=\"new\"/>\n </rollback>\n</changeSet>";
        assert_eq!(read(text), WANTED);
    }

    #[test]
    fn a_changelog_on_one_line() {
        let xml = "<changeSet id=\"1\" author=\"we delete and update\"><addColumn tableName=\"orders\"><column name=\"region\"><constraints nullable=\"false\"/></column></addColumn><dropTable tableName=\"old\"/><rollback><dropTable tableName=\"new\"/></rollback></changeSet>";
        let wanted = [
            "AddsNotNull 1 adds `region` to `orders` as NOT NULL without a default",
            "DropsTable 1 drops the table `old`",
        ];
        assert_eq!(read(xml), wanted);
        let json = r#"{"databaseChangeLog":[{"changeSet":{"changes":[{"addColumn":{"tableName":"orders","columns":[{"column":{"name":"region","constraints":{"nullable":false}}}]}},{"dropTable":{"tableName":"old"}}]}}]}"#;
        assert_eq!(read(json), wanted);
    }

    #[test]
    fn yaml() {
        let text = "- changeSet:\n    - addColumn:\n        tableName: orders\n        columns:\n          - column: { name: region, constraints: { nullable: false } }\n\n    - dropTable: { tableName: old }\n    - renameColumn: { tableName: orders }\n    - rollback:\n      - dropTable:\n          tableName: new";
        assert_eq!(read(text), WANTED);
    }
}
