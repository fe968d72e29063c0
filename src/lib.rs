//! cockpit: one production release, live in a terminal.
//!
//! # Layout
//! `domain` holds the pure core, `ports` what it asks of the world, `adapters` the answers over HTTP and files,
//! `report` documents about a release, `flight` one release without a screen, `app` and `ui` the screen, `shell` the
//! terminal around both, `simulator` a world on loopback, `cli` and `wiring` the commands. Imports go downward only;
//! `tests/architecture.rs` holds that.

// A closed or full standard output or error must not end the program in a panic: `cli/say` writes there, nothing else.
#![cfg_attr(not(test), deny(clippy::print_stdout, clippy::print_stderr))]

pub mod adapters;
pub mod app;
pub mod cli;
pub mod config;
pub mod domain;
pub mod flight;
pub mod ports;
pub mod report;
pub mod shell;
pub mod simulator;
pub mod ui;
pub mod wiring;
