//! A strategy in a YAML file of its own: `strategy.file` of `cockpit.toml`.

mod read;
#[cfg(test)]
mod tests;
mod written;

pub(super) use read::{is_below, is_beside, read};
pub(super) use written::WrittenStrategy;
