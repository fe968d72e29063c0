//! A checklist as a team writes it: sections and items. Its bounds keep the journal's first line short.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::Binding;

/// Most sections.
pub const MOST_SECTIONS: usize = 30;
/// Most items in all.
pub const MOST_ITEMS: usize = 150;
/// Most characters of an item or a title.
pub const LONGEST_ITEM: usize = 160;

/// A checklist.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Checklist {
    /// Its name, `production-gate`.
    pub name: String,
    /// In the order of the file.
    pub sections: Vec<Section>,
}

/// A section.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Section {
    /// Its title.
    pub title: String,
    /// In the order of the file.
    pub items: Vec<Item>,
}

/// One item.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Item {
    /// Unique in the checklist.
    pub id: String,
    /// What must be so.
    pub text: String,
    /// When it is due.
    pub when: When,
    /// Whether the gate asks for it.
    pub required: bool,
    /// What ticks it; `None`: a person.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub auto: Option<Binding>,
}

/// When an item is due.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum When {
    /// Before the approval.
    Before,
    /// While production changes.
    During,
    /// Once it is deployed.
    After,
}

impl When {
    /// As the template spells it.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Before => "before",
            Self::During => "during",
            Self::After => "after",
        }
    }
}

impl Checklist {
    /// Every item.
    pub fn items(&self) -> impl Iterator<Item = &Item> {
        self.sections.iter().flat_map(|section| &section.items)
    }

    /// An item by its id.
    pub fn item(&self, id: &str) -> Option<&Item> {
        self.items().find(|item| item.id == id)
    }
}
