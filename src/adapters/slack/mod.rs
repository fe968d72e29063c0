//! Slack: the Web API with the bot's token, and Socket Mode with the app's for what people click.
//!
//! After docs.slack.dev, "Web API", "Rate limits" and "Using Socket Mode". Wire types are private here. Nothing is opened before
//! the first question.

mod client;
mod ears;
mod envelope;
mod fault;
mod hub;
mod keeping;
mod pace;
mod settings;
mod socket;
mod web;

pub use client::{Account, Slack};
pub use settings::Settings;
