//! Statements and what they are told to do.

use super::*;

fn read(sql: &str) -> Vec<String> {
    let lines = (1..).zip(sql.lines());
    effects(lines)
        .iter()
        .map(|e| format!("{:?} {} {}", e.kind, e.line.unwrap_or(0), e.says))
        .collect()
}

#[track_caller]
fn is(sql: &str, wanted: &[&str]) {
    assert_eq!(read(sql), wanted, "{sql}");
}

#[test]
fn columns_dropped_in_brackets_are_told_each() {
    is(
        "ALTER TABLE o DROP (a, b);",
        &[
            "DropsColumn 1 drops the column `a` of `o`",
            "DropsColumn 1 drops the column `b` of `o`",
        ],
    );
}

#[test]
fn not_null_is_told_with_and_without_a_default() {
    is(
        "ALTER TABLE public.orders\n  ADD COLUMN region text NOT NULL,\n  ADD note text NOT NULL DEFAULT '',\n  ADD COLUMN c int;",
        &[
            "AddsNotNull 2 adds `region` to `orders` as NOT NULL without a default",
            "AddsNotNullWithDefault 3 adds `note` to `orders` as NOT NULL with a default",
        ],
    );
    is(
        "alter table \"Orders\" alter column region set not null",
        &["AddsNotNull 1 makes `region` of `Orders` NOT NULL: a row without a value fails it"],
    );
    is(
        "ALTER TABLE `o` MODIFY `a` INT NOT NULL;",
        &["AddsNotNull 1 defines `a` of `o` anew as NOT NULL"],
    );
    is(
        "ALTER TABLE o ADD id BIGINT GENERATED ALWAYS AS IDENTITY NOT NULL",
        &["AddsNotNullWithDefault 1 adds `id` to `o` as NOT NULL with a default"],
    );
}

#[test]
fn a_table_that_is_made_here_is_nobodys_yet() {
    is(
        "CREATE TABLE IF NOT EXISTS a (id int NOT NULL);\nCREATE INDEX i ON a (id);\nALTER TABLE a ADD b int NOT NULL;\nDROP TABLE a;",
        &[],
    );
}

#[test]
fn what_loses_data_is_told() {
    is(
        "DROP TABLE IF EXISTS a, s.b CASCADE;\nALTER TABLE c DROP COLUMN IF EXISTS d, DROP CONSTRAINT e, DROP f;\nTRUNCATE TABLE g;\nDELETE FROM h;\nDELETE FROM i WHERE x = 1;\nDROP SCHEMA j;\nDROP INDEX k;",
        &[
            "DropsTable 1 drops the table `a`",
            "DropsTable 1 drops the table `b`",
            "DropsColumn 2 drops the column `d` of `c`",
            "DropsColumn 2 drops the column `f` of `c`",
            "DeletesData 3 empties `g`",
            "DeletesData 4 deletes every row of `h`",
            "DeletesData 5 deletes rows of `i`",
            "DropsTable 6 drops everything in `j`",
        ],
    );
}

#[test]
fn renames_types_and_rewrites_are_told() {
    is(
        "ALTER TABLE a RENAME COLUMN b TO c;\nALTER TABLE a RENAME TO z;\nRENAME TABLE q TO r;\nALTER TABLE a RENAME CONSTRAINT x TO y;\nALTER TABLE a CHANGE b c INT;\nEXEC sp_rename 'a.b', 'c';",
        &[
            "Renames 1 renames `b` of `a`",
            "Renames 2 renames the table `a` to `z`",
            "Renames 3 renames `q`",
            "Renames 5 renames `b` of `a` to `c`",
            "ChangesType 5 defines `c` of `a` anew: its type may change",
            "Renames 6 renames with sp_rename",
        ],
    );
    is(
        "ALTER TABLE a ALTER b TYPE bigint USING b::bigint;\nALTER TABLE a ALTER COLUMN b SET DEFAULT 1, ALTER COLUMN c DROP NOT NULL;\nALTER TABLE a ALTER COLUMN b NVARCHAR(20) NULL;\nVACUUM FULL a;\nALTER TABLE a ENGINE=InnoDB;\nALTER TABLE a ADD u uuid DEFAULT gen_random_uuid();",
        &[
            "ChangesType 1 changes the type of `b` of `a`: the table may be written anew",
            "ChangesType 3 defines `b` of `a` anew: its type may change",
            "RewritesTable 4 VACUUM FULL writes tables anew under a lock",
            "RewritesTable 5 writes `a` anew under a lock",
            "RewritesTable 6 adds `u` to `a` with another value in each row: the table is written anew",
        ],
    );
}

#[test]
fn an_index_locks_unless_it_is_built_gently() {
    is(
        "CREATE UNIQUE INDEX i ON public.a (b);\nCREATE INDEX CONCURRENTLY j ON a (b);\nCREATE INDEX k ON a (b) WITH (ONLINE = ON);\nREINDEX TABLE a;",
        &[
            "LocksForIndex 1 builds an index on `a` without CONCURRENTLY: writes wait",
            "LocksForIndex 4 REINDEX without CONCURRENTLY: writes wait",
        ],
    );
    is(
        "ALTER TABLE a ADD CONSTRAINT f FOREIGN KEY (b) REFERENCES c (d);\nALTER TABLE a ADD CONSTRAINT g CHECK (b > 0) NOT VALID;\nALTER TABLE a ADD UNIQUE USING INDEX i;",
        &["AddsConstraint 1 adds FOREIGN to `a`: every row is checked under a lock"],
    );
}

#[test]
fn a_block_that_runs_is_read_and_words_in_texts_are_not() {
    is(
        "DO $$\nBEGIN\n  IF EXISTS (SELECT 1) THEN\n    ALTER TABLE a DROP COLUMN b;\n  END IF;\nEND $$;\nINSERT INTO l VALUES ('DROP TABLE x; DELETE FROM y');\n-- DROP TABLE z;",
        &["DropsColumn 4 drops the column `b` of `a`"],
    );
}

#[test]
fn rubbish_is_nothing_and_costs_little() {
    is("", &[]);
    is("ALTER TABLE", &[]);
    is("ALTER TABLE a ADD", &[]);
    is(
        "DROP TABLE ;ALTER TABLE a ALTER;CREATE INDEX;UPDATE SET",
        &[],
    );
    let huge = "ALTER TABLE a ADD b int NOT NULL,".repeat(20_000);
    assert!(read(&huge).len() < 2_000);
}
