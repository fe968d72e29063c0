//! A file of smoke tests, JSON or TOML: the spellings that teams use, read into one suite, each mistake with its place.

mod body;
mod expect;
mod read;
mod reader;
mod test;

pub use read::parse_smoke;
