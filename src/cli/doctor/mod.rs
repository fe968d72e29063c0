//! `doctor`: what must be right before a release, one line a check, each with its mend.

mod checks;
mod command;
mod finding;
mod named;
mod proxy;
mod reviewer;
mod rules;
mod slack;
mod world;

pub(super) use command::doctor;
