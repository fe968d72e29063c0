//! What the calls of migration frameworks do, by a table of patterns. Code is read as words, never understood further.

use std::sync::LazyLock;

use regex::{Captures, Regex};

use super::patterns::{RULES, Rule};
use crate::domain::{
    Text,
    diff::{
        Effect,
        EffectKind::{
            AddsNotNull, AddsNotNullWithDefault, ChangesType, DropsColumn, LocksForIndex, Renames,
        },
    },
};

static COMPILED: LazyLock<Vec<(Regex, &'static Rule)>> = LazyLock::new(|| {
    RULES
        .iter()
        .filter_map(|rule| Some((Regex::new(rule.pattern).ok()?, rule)))
        .collect()
});

/// Within `change_table` and `alterTable` a column is told by its own line.
static BLOCK: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(r#"\b(?<verb>create_table|createTable\w*|Schema::create|change_table|alterTable|schema\.table|Schema::table|batch_alter_table|alter\s+table|create\s+table)[\s(]+[:'"`](?<t>\w+)"#).ok()
});
static COLUMN: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(r#"^(?:t(?:able)?\s*\.\s*|\$table->)(?<verb>\w+)[\s(]+[:'"`](?<c>\w+)"#).ok()
});

/// The effects of statements of code.
pub(super) fn effects(statements: &[(u32, String)]) -> Vec<Effect> {
    let mut all = Vec::new();
    let mut block: Option<(bool, String)> = None;
    for (line, text) in statements {
        if let Some(found) = BLOCK.as_ref().and_then(|regex| regex.captures(text)) {
            let is_new = found["verb"].to_lowercase().contains("create");
            block = Some((is_new, found["t"].to_owned()));
        }
        let in_new = block.as_ref().is_some_and(|(is_new, _)| *is_new);
        let before = all.len();
        // `null:false` and `null: false` are the same.
        let bare = text.replace(": ", ":");
        for (regex, rule) in COMPILED.iter() {
            let fits = rule.needs.iter().all(|word| bare.contains(word))
                && !rule.lacks.iter().any(|word| bare.contains(word));
            if fits && let Some(found) = regex.captures(text) {
                all.push(effect(rule, &found, *line, block.as_ref()));
                break;
            }
        }
        if all.len() == before && !in_new {
            all.extend(column(*line, text, block.as_ref()));
        }
    }
    all
}

fn effect(rule: &Rule, found: &Captures<'_>, line: u32, block: Option<&(bool, String)>) -> Effect {
    let told = |name: &str| found.name(name).map(|one| one.as_str());
    let table = told("t").or(block.map(|(_, table)| table.as_str()));
    let name =
        |told: Option<&str>, word: &str| told.map_or(word.to_owned(), |one| format!("`{one}`"));
    let says = rule
        .says
        .replace("{t}", &name(table, "a table"))
        .replace("{c}", &name(told("c"), "a column"));
    Effect {
        kind: rule.kind,
        line: Some(line),
        says: Text::line(&says),
    }
}

/// A column's own line in a block that changes a table.
fn column(line: u32, text: &str, block: Option<&(bool, String)>) -> Option<Effect> {
    let (_, table) = block?;
    let found = COLUMN.as_ref()?.captures(text)?;
    let column = &found["c"];
    // Laravel's columns are NOT NULL unless they say otherwise.
    let is_laravel = text.contains("$table->") && !text.contains("->nullable(");
    let is_not_null = text.replace(": ", ":").contains("null:false")
        || text.contains("notNullable(")
        || is_laravel;
    let fills = ["default:", "defaultTo(", "->default(", "->useCurrent("];
    let fills = fills.iter().any(|word| text.contains(word));
    let called = &found["verb"];
    let (kind, says) = if matches!(called, "remove" | "remove_references") {
        (
            DropsColumn,
            format!("drops the column `{column}` of `{table}`"),
        )
    } else if called == "rename" {
        (Renames, format!("renames `{column}` of `{table}`"))
    } else if called == "change" {
        (
            ChangesType,
            format!("changes `{column}` of `{table}`: its type or its NOT NULL"),
        )
    } else if matches!(called, "index" | "unique" | "fullText") {
        (
            LocksForIndex,
            format!("builds an index on `{table}` while writes wait"),
        )
    } else if is_not_null && fills {
        (
            AddsNotNullWithDefault,
            format!("adds `{column}` to `{table}` as NOT NULL with a default"),
        )
    } else if is_not_null {
        (
            AddsNotNull,
            format!("adds `{column}` to `{table}` as NOT NULL without a default"),
        )
    } else {
        return None;
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
        effects(&super::super::source::statements(&lines))
            .iter()
            .map(|e| format!("{:?} {} {}", e.kind, e.line.unwrap_or(0), e.says))
            .collect()
    }

    #[test]
    fn every_pattern_compiles() {
        assert_eq!(COMPILED.len(), RULES.len());
        assert!(BLOCK.is_some() && COLUMN.is_some());
    }

    #[test]
    fn rails() {
        let text = "add_column :orders, :region, :string, null: false\nadd_column(:orders, :a, :string,\n  default: '', null: false)\nremove_column :orders, :b\ndrop_table :c\nrename_column :d, :e, :f\nadd_index :g, :h\nadd_index :g, :i, algorithm: :concurrently\nchange_column_null :j, :k, false\nchange_column :l, :m, :bigint\nadd_column :n, :o, :string\nadd_foreign_key :p, :q\nOrder.where(x: 1).delete_all\ncreate_table :r do |t|\n  t.string :s, null: false\nend\nchange_table :u do |t|\n  t.string :v, null: false\n  t.remove :w\nend";
        assert_eq!(
            read(text),
            [
                "AddsNotNull 1 adds `region` to `orders` as NOT NULL without a default",
                "AddsNotNullWithDefault 2 adds `a` to `orders` as NOT NULL with a default",
                "DropsColumn 4 drops the column `b` of `orders`",
                "DropsTable 5 drops the table `c`",
                "Renames 6 renames `e` of `d`",
                "LocksForIndex 7 builds an index on `g` while writes wait",
                "AddsNotNull 9 makes `k` of `j` NOT NULL: a row without a value fails it",
                "ChangesType 10 changes `m` of `l`: its type or its NOT NULL",
                "AddsConstraint 12 adds a constraint to `p`: every row is checked",
                "DeletesData 13 deletes rows through `Order`",
                "AddsNotNull 18 adds `v` to `u` as NOT NULL without a default",
                "DropsColumn 19 drops the column `w` of `u`",
            ]
        );
    }

    #[test]
    fn python() {
        let text = "operations = [\n  migrations.AddField(\n    model_name='order',\n    name='region',\n    field=models.CharField(max_length=2),\n  ),\n  migrations.AddField('order', 'x', models.TextField(null=True)),\n  migrations.RemoveField(model_name='order', name='y'),\n  migrations.DeleteModel(name='Old'),\n  migrations.RunPython(fill),\n]\nop.add_column('orders', sa.Column('region', sa.String(), nullable=False))\nop.add_column('orders', sa.Column('z', sa.String(), nullable=True))\nop.alter_column('orders', 'q', nullable=False)\nop.drop_column('orders', 'w')\nop.create_index(op.f('ix_o'), 'orders', ['a'])\nop.create_index('ix', 'orders', ['a'], postgresql_concurrently=True)";
        assert_eq!(
            read(text),
            [
                "AddsNotNull 2 adds `region` to `order` as NOT NULL without a default",
                "DropsColumn 8 drops the column `y` of `order`",
                "DropsTable 9 drops the table `Old`",
                "ChangesData 10 runs `fill` over the data",
                "AddsNotNull 12 adds `region` to `orders` as NOT NULL without a default",
                "AddsNotNull 14 makes `q` of `orders` NOT NULL: a row without a value fails it",
                "DropsColumn 15 drops the column `w` of `orders`",
                "LocksForIndex 16 builds an index on `orders` while writes wait",
            ]
        );
    }

    #[test]
    fn javascript() {
        let text = "await knex.schema.alterTable('orders', (table) => {\n  table.string('region').notNullable();\n  table.string('a').notNullable().defaultTo('x');\n  table.dropColumn('b');\n  table\n    .string('c')\n    .alter();\n});\nawait knex.schema.createTable('n', (t) => {\n  t.string('m').notNullable();\n});\nawait knex.schema.dropTableIfExists('d');\nawait knex('e').where('x', 1).del();\nawait queryInterface.addColumn('orders', 'r', { type: S, allowNull: false });\nawait queryInterface.removeColumn('orders', 's');\nawait queryRunner.dropColumn(\"orders\", \"t\");";
        assert_eq!(
            read(text),
            [
                "AddsNotNull 2 adds `region` to `orders` as NOT NULL without a default",
                "AddsNotNullWithDefault 3 adds `a` to `orders` as NOT NULL with a default",
                "DropsColumn 4 drops the column `b` of `orders`",
                "ChangesType 5 changes `c` of `orders`: its type or its NOT NULL",
                "DropsTable 12 drops the table `d`",
                "DeletesData 13 deletes rows of `e`",
                "AddsNotNull 14 adds `r` to `orders` as NOT NULL without a default",
                "DropsColumn 15 drops the column `s` of `orders`",
                "DropsColumn 16 drops the column `t` of `orders`",
            ]
        );
    }

    #[test]
    fn alembics_batches_and_what_is_written_without_a_blank() {
        let text = "with op.batch_alter_table('orders') as batch_op:\n    batch_op.drop_column('a')\n    batch_op.alter_column('b', nullable=False)\nawait queryInterface.addColumn('o', 'r', { type: S, allowNull:false });";
        assert_eq!(
            read(text),
            [
                "DropsColumn 2 drops the column `a` of `orders`",
                "AddsNotNull 3 makes `b` of `orders` NOT NULL: a row without a value fails it",
                "AddsNotNull 4 adds `r` to `o` as NOT NULL without a default",
            ]
        );
    }

    #[test]
    fn laravel_ecto_and_sea_orm() {
        let text = "Schema::create('new', function (Blueprint $table) {\n  $table->string('a');\n});\nSchema::table('orders', function (Blueprint $table) {\n  $table->string('region');\n  $table->string('note')->nullable();\n  $table->integer('n')->default(0);\n  $table->dropColumn(['old']);\n  $table->string('c')->change();\n});\nSchema::dropIfExists('gone');";
        assert_eq!(
            read(text),
            [
                "AddsNotNull 5 adds `region` to `orders` as NOT NULL without a default",
                "AddsNotNullWithDefault 7 adds `n` to `orders` as NOT NULL with a default",
                "DropsColumn 8 drops the column `old` of `orders`",
                "ChangesType 9 changes `c` of `orders`: its type or its NOT NULL",
                "DropsTable 11 drops the table `gone`",
            ]
        );
        let text = "alter table(:orders) do\n  add :region, :text, null: false\n  remove :old\n  modify :a, :bigint\nend\nrename table(:orders), :x, to: :y\ndrop table(:gone)\ncreate index(:orders, [:region])";
        assert_eq!(
            read(text),
            [
                "AddsNotNull 2 adds `region` to `orders` as NOT NULL without a default",
                "DropsColumn 3 drops the column `old` of `orders`",
                "ChangesType 4 changes `a` of `orders`: its type or its NOT NULL",
                "Renames 6 renames `x` of `orders`",
                "DropsTable 7 drops the table `gone`",
                "LocksForIndex 8 builds an index on `orders` while writes wait",
            ]
        );
        let text = "manager.alter_table(Table::alter().drop_column(Order::Old).to_owned())\nmanager.drop_table(Table::drop().table(Post::Table).to_owned())";
        assert_eq!(
            read(text),
            [
                "DropsColumn 1 drops the column `Old` of a table",
                "DropsTable 2 drops the table `Post`",
            ]
        );
    }

    #[test]
    fn ef_core() {
        let text = "migrationBuilder.AddColumn<string>(\n  name: \"Region\",\n  table: \"Orders\",\n  type: \"text\",\n  nullable: false);\nmigrationBuilder.DropColumn(\n  name: \"A\",\n  table: \"Orders\");\nmigrationBuilder.DropTable(\n  name: \"Old\");\nmigrationBuilder.CreateTable(\n  name: \"New\");";
        assert_eq!(
            read(text),
            [
                "AddsNotNull 1 adds `Region` to `Orders` as NOT NULL without a default",
                "DropsColumn 6 drops the column `A` of `Orders`",
                "DropsTable 9 drops the table `Old`",
            ]
        );
    }
}
