//! Database migrations: found by path, read for what they do.

mod calls;
mod framework;
mod liquibase;
mod read;
mod source;
mod sql;
mod tokens;

pub(super) use read::*;
