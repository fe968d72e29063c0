//! The calls of migration frameworks that matter, and what each does: data.
//!
//! Sources: the documents of Rails (Active Record Migrations), Django, Alembic, knex, Sequelize, `TypeORM`, EF Core, Laravel,
//! Ecto, `SeaORM`.

use crate::domain::diff::EffectKind::{
    self, AddsConstraint, AddsNotNull, AddsNotNullWithDefault, ChangesData, ChangesType,
    DeletesData, DropsColumn, DropsTable, LocksForIndex, Renames,
};

/// A pattern, what must stand in the statement and what must not, the effect, and the sentence about `{t}` and `{c}`.
pub(super) struct Rule {
    pub(super) pattern: &'static str,
    pub(super) needs: &'static [&'static str],
    pub(super) lacks: &'static [&'static str],
    pub(super) kind: EffectKind,
    pub(super) says: &'static str,
}

const fn rule(
    pattern: &'static str,
    needs: &'static [&'static str],
    lacks: &'static [&'static str],
    kind: EffectKind,
    says: &'static str,
) -> Rule {
    Rule {
        pattern,
        needs,
        lacks,
        kind,
        says,
    }
}

const NOT_NULL: &str = "adds {c} to {t} as NOT NULL without a default";
const WITH_DEFAULT: &str = "adds {c} to {t} as NOT NULL with a default";
const DROPS_COLUMN: &str = "drops the column {c} of {t}";
const DROPS_TABLE: &str = "drops the table {t}";
const TYPE: &str = "changes {c} of {t}: its type or its NOT NULL";
const RENAMES: &str = "renames {c} of {t}";
const RENAMES_TABLE: &str = "renames the table {t}";
const INDEX: &str = "builds an index on {t} while writes wait";
const CONSTRAINT: &str = "adds a constraint to {t}: every row is checked";
const SETS_NOT_NULL: &str = "makes {c} of {t} NOT NULL: a row without a value fails it";

/// `:orders, :region`, `"orders", "region"`, `('orders', 'region'`.
macro_rules! two {
    ($call:literal) => {
        concat!(
            r#"\b"#,
            $call,
            r#"[\s(]+[:'"`]?(?<t>[\w.]+)['"`]?(?:\s*,\s*[:'"`]?(?<c>\w+))?"#
        )
    };
}

/// `name: "Region", ... table: "Orders"` in either order.
macro_rules! named {
    ($call:literal) => {
        concat!(
            r#"\bmigrationBuilder\s*\.\s*"#,
            $call,
            r#"\b(?:<[^>]*>)?\s*\((?:.*?\bname:\s*"(?<c>\w+)")?(?:.*?\btable:\s*"(?<t>\w+)")?"#
        )
    };
}

macro_rules! field {
    ($call:literal) => {
        concat!(r#"\bmigrations\."#, $call, r#"\s*\((?:\s*model_name\s*=\s*|\s*name\s*=\s*)?['"](?<t>\w+)['"](?:\s*,\s*(?:name\s*=\s*|old_name\s*=\s*)?['"](?<c>\w+)['"])?"#)
    };
}

/// A rule a line, the frameworks in turn.
#[rustfmt::skip]
pub(super) const RULES: &[Rule] = &[
    // Rails
    rule(two!("add_column"), &["null:false"], &["default:", "op.add_column"], AddsNotNull, NOT_NULL),
    rule(two!("add_column"), &["null:false", "default:"], &["op.add_column"], AddsNotNullWithDefault, WITH_DEFAULT),
    rule(two!("add_(?:reference|belongs_to)"), &["null:false"], &["default:"], AddsNotNull, NOT_NULL),
    rule(two!("change_column_null"), &["false"], &[], AddsNotNull, SETS_NOT_NULL),
    rule(two!("change_column"), &[], &["change_column_null", "change_column_default", "change_column_comment"], ChangesType, TYPE),
    rule(two!("remove_(?:columns?|reference|belongs_to|timestamps)"), &[], &[], DropsColumn, DROPS_COLUMN),
    rule(two!("drop_(?:table|join_table)"), &[], &["op.drop_table", "Table::drop"], DropsTable, DROPS_TABLE),
    rule(two!("rename_column"), &[], &[], Renames, RENAMES), rule(two!("rename_table"), &[], &["op.rename_table"], Renames, RENAMES_TABLE),
    rule(two!("add_index"), &[], &["concurrently", "migrations.", "queryInterface"], LocksForIndex, INDEX),
    rule(two!("add_(?:foreign_key|check_constraint|unique_constraint)"), &[], &["validate:false"], AddsConstraint, CONSTRAINT),
    rule(r"\b(?<t>[A-Z]\w*)?\b.*\.(?:delete_all|destroy_all)\b", &[], &[], DeletesData, "deletes rows through {t}"),
    rule(r"\b(?<t>[A-Z]\w*)?\b.*\.update_all\b", &[], &[], ChangesData, "changes rows through {t}"),
    // Django
    rule(field!("AddField"), &[], &["null=True", "default=", "ManyToManyField", "auto_now"], AddsNotNull, NOT_NULL),
    rule(field!("AddField"), &["default="], &["null=True"], AddsNotNullWithDefault, WITH_DEFAULT),
    rule(field!("AlterField"), &[], &[], ChangesType, TYPE), rule(field!("RemoveField"), &[], &[], DropsColumn, DROPS_COLUMN), rule(field!("DeleteModel"), &[], &[], DropsTable, DROPS_TABLE), rule(field!("RenameField"), &[], &[], Renames, RENAMES), rule(field!("(?:RenameModel|AlterModelTable)"), &[], &[], Renames, RENAMES_TABLE),
    rule(field!("AddIndex"), &[], &["AddIndexConcurrently"], LocksForIndex, INDEX),
    rule(field!("AddConstraint"), &[], &[], AddsConstraint, CONSTRAINT),
    rule(r"\bmigrations\.RunPython\s*\(\s*(?<t>[\w.]+)", &[], &["RunPython.noop, migrations"], ChangesData, "runs {t} over the data"),
    // Alembic
    rule(r#"\b(?:op|batch_op)\.add_column\s*\(\s*(?:['"](?<t>\w+)['"]\s*,\s*)?sa\.Column\s*\(\s*['"](?<c>\w+)"#, &["nullable=False"], &["server_default"], AddsNotNull, NOT_NULL),
    rule(r#"\b(?:op|batch_op)\.add_column\s*\(\s*(?:['"](?<t>\w+)['"]\s*,\s*)?sa\.Column\s*\(\s*['"](?<c>\w+)"#, &["nullable=False", "server_default"], &[], AddsNotNullWithDefault, WITH_DEFAULT),
    rule(two!(r"op\.alter_column"), &["nullable=False"], &["type_="], AddsNotNull, SETS_NOT_NULL),
    rule(two!(r"op\.alter_column"), &["type_="], &[], ChangesType, TYPE),
    rule(two!(r"op\.alter_column"), &["new_column_name"], &[], Renames, RENAMES),
    rule(two!(r"op\.drop_column"), &[], &[], DropsColumn, DROPS_COLUMN),
    rule(two!(r"op\.drop_table"), &[], &[], DropsTable, DROPS_TABLE), rule(two!(r"op\.rename_table"), &[], &[], Renames, RENAMES_TABLE), rule(r#"\bop\.create_index\s*\(\s*(?:op\.f\()?['"][\w.]+['"]\)?\s*,\s*['"](?<t>\w+)"#, &[], &["postgresql_concurrently=True"], LocksForIndex, INDEX),
    rule(r#"\bop\.create_(?:foreign_key|check_constraint|unique_constraint)\s*\(\s*(?:None|['"]\w*['"])\s*,\s*['"](?<t>\w+)"#, &[], &["postgresql_not_valid"], AddsConstraint, CONSTRAINT),
    rule(r#"\bbatch_op\.drop_column\s*\(\s*['"](?<c>\w+)"#, &[], &[], DropsColumn, DROPS_COLUMN),
    rule(r#"\bbatch_op\.alter_column\s*\(\s*['"](?<c>\w+)"#, &["nullable=False"], &["type_="], AddsNotNull, SETS_NOT_NULL),
    rule(r#"\bbatch_op\.alter_column\s*\(\s*['"](?<c>\w+)"#, &["type_="], &[], ChangesType, TYPE),
    rule(r#"\bbatch_op\.alter_column\s*\(\s*['"](?<c>\w+)"#, &["new_column_name"], &[], Renames, RENAMES),
    rule(r"\bbatch_op\.create_(?:foreign_key|check_constraint|unique_constraint)\b", &[], &[], AddsConstraint, CONSTRAINT),
    rule(r"\bbatch_op\.create_index\b", &[], &[], LocksForIndex, INDEX),
    // Laravel
    rule(r#"\bSchema::drop(?:IfExists)?\s*\(\s*['"](?<t>\w+)"#, &[], &[], DropsTable, DROPS_TABLE),
    rule(r#"\bSchema::rename\s*\(\s*['"](?<t>\w+)"#, &[], &[], Renames, RENAMES_TABLE),
    rule(r#"\$table->drop(?:Columns?|ConstrainedForeignId)\s*\(\s*\[?\s*['"](?<c>\w+)"#, &[], &[], DropsColumn, DROPS_COLUMN),
    rule(r"\$table->drop(?:Timestamps|SoftDeletes|RememberToken)\b", &[], &[], DropsColumn, DROPS_COLUMN),
    rule(r#"\$table->renameColumn\s*\(\s*['"](?<c>\w+)"#, &[], &[], Renames, RENAMES),
    rule(r#"\$table->\w+\s*\(\s*['"](?<c>\w+).*->change\s*\("#, &[], &[], ChangesType, TYPE),
    // Ecto
    rule(r"^\s*rename\s*\(?\s*table\s*\(\s*:(?<t>\w+)[^,]*,\s*:(?<c>\w+)", &[], &[], Renames, RENAMES),
    rule(r"^\s*rename\s*\(?\s*table\s*\(\s*:(?<t>\w+)", &[], &[], Renames, RENAMES_TABLE),
    rule(r"^\s*drop(?:_if_exists)?\s*\(?\s*table\s*\(\s*:(?<t>\w+)", &[], &[], DropsTable, DROPS_TABLE),
    rule(r"^\s*remove(?:_if_exists)?\s*\(?\s*:(?<c>\w+)", &[], &[], DropsColumn, DROPS_COLUMN),
    rule(r"^\s*modify\s*\(?\s*:(?<c>\w+)", &[], &[], ChangesType, TYPE),
    rule(r"^\s*add\s*\(?\s*:(?<c>\w+)", &["null:false"], &["default:"], AddsNotNull, NOT_NULL),
    rule(r"^\s*create(?:_if_not_exists)?\s*\(?\s*(?:unique_)?index\s*\(\s*:(?<t>\w+)", &[], &["concurrently:true"], LocksForIndex, INDEX),
    // SeaORM
    rule(r"\.drop_table\s*\(.*?\.table\s*\(\s*(?<t>\w+)", &[], &[], DropsTable, DROPS_TABLE),
    rule(r"\.drop_column\s*\(\s*(?:\w+::)?(?<c>\w+)", &[], &["op."], DropsColumn, DROPS_COLUMN),
    rule(r"\.rename_column\s*\(\s*(?:\w+::)?(?<c>\w+)", &[], &[], Renames, RENAMES),
    rule(r"\.modify_column\b", &[], &[], ChangesType, TYPE),
    // knex
    rule(r#"\.dropColumns?\s*\(\s*['"`](?<c>\w+)"#, &[], &["queryRunner"], DropsColumn, DROPS_COLUMN),
    rule(r#"(?:schema|knex)\b.*\.dropTable(?:IfExists)?\s*\(\s*['"`](?<t>\w+)"#, &[], &[], DropsTable, DROPS_TABLE),
    rule(r#"\bt(?:able)?\.renameColumn\s*\(\s*['"`](?<c>\w+)"#, &[], &[], Renames, RENAMES),
    rule(r#"schema\b.*\.renameTable\s*\(\s*['"`](?<t>\w+)"#, &[], &[], Renames, RENAMES_TABLE),
    rule(r#"\bt(?:able)?\b.*\(\s*['"`](?<c>\w+).*\.alter\s*\("#, &[], &[], ChangesType, TYPE),
    rule(r#"\.dropNullable\s*\(\s*['"`](?<c>\w+)"#, &[], &[], AddsNotNull, SETS_NOT_NULL),
    rule(r#"knex\s*\(\s*['"`](?<t>\w+)['"`]\s*\).*\.(?:del|delete|truncate)\s*\("#, &[], &[], DeletesData, "deletes rows of {t}"),
    rule(r#"knex\s*\(\s*['"`](?<t>\w+)['"`]\s*\).*\.update\s*\("#, &[], &[], ChangesData, "changes rows of {t}"),
    // Sequelize and TypeORM
    rule(two!(r"queryInterface\.addColumn"), &["allowNull:false"], &["defaultValue"], AddsNotNull, NOT_NULL),
    rule(two!(r"queryInterface\.addColumn"), &["allowNull:false", "defaultValue"], &[], AddsNotNullWithDefault, WITH_DEFAULT),
    rule(two!(r"(?:queryInterface|queryRunner)\.(?:removeColumn|dropColumns?)"), &[], &[], DropsColumn, DROPS_COLUMN),
    rule(two!(r"(?:queryInterface|queryRunner)\.dropTable"), &[], &[], DropsTable, DROPS_TABLE),
    rule(two!(r"(?:queryInterface|queryRunner)\.renameColumn"), &[], &[], Renames, RENAMES),
    rule(two!(r"(?:queryInterface|queryRunner)\.renameTable"), &[], &[], Renames, RENAMES_TABLE),
    rule(two!(r"(?:queryInterface|queryRunner)\.changeColumn"), &[], &[], ChangesType, TYPE),
    rule(two!(r"queryInterface\.addIndex"), &[], &["concurrently:true"], LocksForIndex, INDEX),
    rule(two!(r"queryRunner\.createIndex"), &[], &[], LocksForIndex, INDEX),
    rule(two!(r"(?:queryInterface\.addConstraint|queryRunner\.createForeignKey)"), &[], &[], AddsConstraint, CONSTRAINT),
    rule(two!(r"queryInterface\.bulkDelete"), &[], &[], DeletesData, "deletes rows of {t}"),
    rule(two!(r"queryInterface\.bulkUpdate"), &[], &[], ChangesData, "changes rows of {t}"),
    rule(two!(r"queryRunner\.addColumn"), &["isNullable:false"], &["default:"], AddsNotNull, "adds a column to {t} as NOT NULL without a default"),
    // EF Core
    rule(named!("AddColumn"), &["nullable:false"], &["defaultValue"], AddsNotNull, NOT_NULL),
    rule(named!("AddColumn"), &["nullable:false", "defaultValue"], &[], AddsNotNullWithDefault, WITH_DEFAULT),
    rule(named!("AlterColumn"), &[], &[], ChangesType, TYPE), rule(named!("DropColumn"), &[], &[], DropsColumn, DROPS_COLUMN), rule(r#"\bmigrationBuilder\s*\.\s*DropTable\s*\(.*?name:\s*"(?<t>\w+)""#, &[], &[], DropsTable, DROPS_TABLE),
    rule(named!("RenameColumn"), &[], &[], Renames, RENAMES), rule(r#"\bmigrationBuilder\s*\.\s*RenameTable\s*\(.*?name:\s*"(?<t>\w+)""#, &[], &[], Renames, RENAMES_TABLE),
    rule(named!("CreateIndex"), &[], &[], LocksForIndex, INDEX), rule(named!("Add(?:ForeignKey|CheckConstraint|UniqueConstraint|PrimaryKey)"), &[], &[], AddsConstraint, CONSTRAINT),
    rule(named!("DeleteData"), &[], &[], DeletesData, "deletes rows of {t}"),
    rule(named!("UpdateData"), &[], &[], ChangesData, "changes rows of {t}"),
];
