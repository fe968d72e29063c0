//! Database migrations: found by path, read for what they do.

mod calls;
mod framework;
mod liquibase;
mod marks;
mod patterns;
mod read;
mod source;
mod sql;
mod tokens;
mod walk;
