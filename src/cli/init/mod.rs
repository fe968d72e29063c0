//! `init`: a commented `cockpit.toml` from what stands in this checkout.

mod command;
mod page;
mod workflows;

pub(super) use command::init;
