//! Database migrations: found by path, read for what they do.

mod calls;
mod framework;
mod liquibase;
#[cfg(test)]
mod made;
mod marks;
mod patterns;
mod read;
mod source;
mod sql;
mod tokens;
mod walk;
