//! The JSON schema of the team's file, from its structs.

use schemars::{Schema, generate::SchemaSettings};

use super::file::{ChecklistFile, TeamTable, UserTable};

/// JSON Schema 2020-12 of `cockpit.toml`.
pub fn team() -> Schema {
    SchemaSettings::draft2020_12()
        .into_generator()
        .into_root_schema_for::<TeamTable>()
}

/// JSON Schema 2020-12 of a checklist's file.
pub fn checklist() -> Schema {
    SchemaSettings::draft2020_12()
        .into_generator()
        .into_root_schema_for::<ChecklistFile>()
}

/// JSON Schema 2020-12 of the user's own file.
pub fn user() -> Schema {
    SchemaSettings::draft2020_12()
        .into_generator()
        .into_root_schema_for::<UserTable>()
}
