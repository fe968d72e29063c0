//! A database migration in a diff: what it is written in, and what it does to the data. Types only.

use serde::{Deserialize, Deserializer, Serialize};

use crate::domain::Text;

/// A file that changes a database's schema or its data.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Migration {
    /// Its path.
    pub path: Text,
    /// What it is written in.
    pub framework: Framework,
    /// Whether this release brings it.
    pub change: MigrationChange,
    /// How much of it was seen.
    pub seen: Seen,
    /// What it does that a release manager must know of, in the order of the file, at most 12.
    pub effects: Vec<Effect>,
}

/// What a migration is written in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Framework {
    /// Plain SQL.
    Sql,
    /// Rails' Active Record.
    Rails,
    /// Django.
    Django,
    /// Flyway.
    Flyway,
    /// Liquibase: XML, YAML, JSON or SQL.
    Liquibase,
    /// Prisma.
    Prisma,
    /// Alembic.
    Alembic,
    /// diesel.
    Diesel,
    /// sqlx.
    Sqlx,
    /// goose.
    Goose,
    /// knex.
    Knex,
    /// `TypeORM`.
    TypeOrm,
    /// Sequelize.
    Sequelize,
    /// Entity Framework Core.
    EfCore,
    /// Laravel.
    Laravel,
    /// Doctrine.
    Doctrine,
    /// Ecto.
    Ecto,
    /// `SeaORM`.
    SeaOrm,
    /// By its folder alone.
    Unknown,
}

impl Framework {
    /// Its name as its people write it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Sql => "SQL",
            Self::Rails => "Rails",
            Self::Django => "Django",
            Self::Flyway => "Flyway",
            Self::Liquibase => "Liquibase",
            Self::Prisma => "Prisma",
            Self::Alembic => "Alembic",
            Self::Diesel => "diesel",
            Self::Sqlx => "sqlx",
            Self::Goose => "goose",
            Self::Knex => "knex",
            Self::TypeOrm => "TypeORM",
            Self::Sequelize => "Sequelize",
            Self::EfCore => "EF Core",
            Self::Laravel => "Laravel",
            Self::Doctrine => "Doctrine",
            Self::Ecto => "Ecto",
            Self::SeaOrm => "SeaORM",
            Self::Unknown => "migration",
        }
    }
}

/// What happened to a migration's file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MigrationChange {
    /// It is new: it runs with this release.
    Added,
    /// It was there and reads differently: a database that ran it will not run it again.
    Edited,
    /// It is gone.
    Removed,
}

/// How much of a file's content was seen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Seen {
    /// All that changed.
    Whole,
    /// A part: the rest was cut.
    Part,
    /// Nothing: what it does is not known.
    Not,
}

/// One thing that a migration does.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Effect {
    /// Which kind.
    pub kind: EffectKind,
    /// Line in the new file.
    pub line: Option<u32>,
    /// A sentence for people: "adds `region` to `orders` as NOT NULL without a default".
    pub says: Text,
}

/// Kinds of effects, the worst first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EffectKind {
    /// A table goes, with its data.
    DropsTable,
    /// A column goes, with its data.
    DropsColumn,
    /// Rows go.
    DeletesData,
    /// A column or table gets another name: code that runs now no longer finds it.
    Renames,
    /// NOT NULL without a default: rows that are there, and code that runs now, break it.
    AddsNotNull,
    /// A column's type changes.
    ChangesType,
    /// The whole table is written anew, under a lock.
    RewritesTable,
    /// An index is built while writes wait.
    LocksForIndex,
    /// A constraint is checked against every row under a lock.
    AddsConstraint,
    /// Rows are changed.
    ChangesData,
    /// NOT NULL with a default.
    AddsNotNullWithDefault,
}

impl EffectKind {
    /// Whether a rollback of the code alone cannot bring back what it takes.
    pub fn loses_data(self) -> bool {
        matches!(
            self,
            Self::DropsTable | Self::DropsColumn | Self::DeletesData
        )
    }

    /// Whether the version that runs now stops working on the new schema: no way back without a way forward.
    pub fn breaks_old_code(self) -> bool {
        matches!(
            self,
            Self::DropsTable
                | Self::DropsColumn
                | Self::Renames
                | Self::AddsNotNull
                | Self::ChangesType
        )
    }

    /// Whether it may hold a lock for as long as the table is large.
    pub fn locks(self) -> bool {
        matches!(
            self,
            Self::RewritesTable | Self::LocksForIndex | Self::AddsConstraint | Self::ChangesType
        )
    }

    /// In a few words, for a list of names.
    pub fn word(self) -> &'static str {
        match self {
            Self::DropsTable => "drops a table",
            Self::DropsColumn => "drops a column",
            Self::DeletesData => "deletes data",
            Self::Renames => "renames",
            Self::AddsNotNull => "adds NOT NULL",
            Self::ChangesType => "changes a type",
            Self::RewritesTable => "rewrites a table",
            Self::LocksForIndex => "locks for an index",
            Self::AddsConstraint => "adds a constraint",
            Self::ChangesData => "changes data",
            Self::AddsNotNullWithDefault => "adds NOT NULL with a default",
        }
    }
}

impl Migration {
    /// One of which only the path is known.
    pub fn unseen(path: Text) -> Self {
        Self {
            path,
            framework: Framework::Unknown,
            change: MigrationChange::Added,
            seen: Seen::Not,
            effects: Vec::new(),
        }
    }

    /// Its worst effect, where one was seen.
    pub fn worst(&self) -> Option<&Effect> {
        self.effects.iter().min_by_key(|effect| effect.kind)
    }

    /// Its file's name.
    pub fn name(&self) -> &str {
        let path = self.path.as_str();
        path.rsplit('/').next().unwrap_or(path)
    }

    /// One line: the file's name, and what is worst about it. What was not seen is said.
    pub fn in_short(&self) -> String {
        let effect = match (self.worst(), self.seen) {
            (Some(worst), _) => worst.says.as_str(),
            (None, Seen::Not) => "what it does was not seen",
            (None, Seen::Part) => "only a part of it was seen",
            (None, Seen::Whole) => "a rollback does not undo it",
        };
        format!("{}{}: {effect}", self.name(), self.changed())
    }

    fn changed(&self) -> &'static str {
        match self.change {
            MigrationChange::Added => "",
            MigrationChange::Edited => " (edited)",
            MigrationChange::Removed => " (removed)",
        }
    }
}

/// Journals of earlier versions name paths alone.
impl<'de> Deserialize<'de> for Migration {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        struct Whole {
            path: Text,
            framework: Framework,
            change: MigrationChange,
            seen: Seen,
            #[serde(default)]
            effects: Vec<Effect>,
        }
        #[derive(Deserialize)]
        #[serde(untagged)]
        enum Written {
            Whole(Whole),
            Path(Text),
        }
        Ok(match Written::deserialize(deserializer)? {
            Written::Path(path) => Self::unseen(path),
            Written::Whole(whole) => Self {
                path: whole.path,
                framework: whole.framework,
                change: whole.change,
                seen: whole.seen,
                effects: whole.effects,
            },
        })
    }
}
