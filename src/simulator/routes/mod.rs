//! Which address answers what. `front` sorts, `github` guards the REST part, its topics each answer their own paths.

mod actions;
mod app;
mod caller;
mod checks;
mod comments;
mod control;
mod flags;
mod front;
mod git;
mod github;
mod history;
mod page;
mod reviews;
mod slack;

pub(super) use front::answer;
