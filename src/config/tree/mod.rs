//! A document of TOML, JSON or YAML as one tree, each part with its place.

mod node;
mod seat;

pub(super) use node::{Branch, Entry, Node, plain};
