//! How GitHub words the nouns of this world: JSON after its REST description 2026-03-10, one topic a file. No rule lives here.

mod change;
mod check;
mod comment;
mod deployment;
mod environment;
mod git;
mod lane;
mod person;
mod repository;
mod run;

pub(super) use change::*;
pub(super) use check::*;
pub(super) use comment::*;
pub(super) use deployment::*;
pub(super) use environment::*;
pub(super) use git::*;
pub(super) use lane::*;
pub(super) use person::*;
pub(super) use repository::*;
pub(super) use run::*;
