//! The command line of what works on records: `verify`, `list`, `scorecard`, `recalibrate`, `report`, `replay`, `plan`, `gate`, `signoff`, `unlock`,
//! `review`.

use std::path::PathBuf;

use clap::{
    Args, ValueEnum,
    builder::{PossibleValuesParser, TypedValueParser as _},
};

use crate::report::{Document, Form};

/// `cockpit verify ...`.
#[derive(Debug, Clone, Args)]
pub struct VerifyArguments {
    /// Run id, version or tag, SHA, or the path of a journal or of its folder.
    #[arg(value_name = "RELEASE|FILE")]
    pub release: String,
    /// Who may have signed its head: a list as `ssh-keygen -Y verify` reads it.
    #[arg(long, value_name = "FILE")]
    pub signers: Option<PathBuf>,
    /// As one JSON object.
    #[arg(long)]
    pub json: bool,
}

/// `cockpit list ...`.
#[derive(Debug, Clone, Args)]
pub struct ListArguments {
    /// As one JSON object.
    #[arg(long)]
    pub json: bool,
    /// Delete what ended longer ago than this (30d). Never an open release, one whose service it locks, or a journal that
    /// cannot be read.
    #[arg(long, value_name = "OLDER")]
    pub prune: Option<String>,
    /// Delete without asking.
    #[arg(long, requires = "prune")]
    pub yes: bool,
}

/// `cockpit scorecard ...`.
#[derive(Debug, Clone, Args)]
pub struct ScorecardArguments {
    /// How far back.
    #[arg(long, value_name = "DURATION", default_value = "90d")]
    pub since: String,
    /// As one JSON object.
    #[arg(long, conflicts_with = "md")]
    pub json: bool,
    /// As Markdown; also what is written where standard output is no terminal.
    #[arg(long)]
    pub md: bool,
    /// From what was read before, asking nobody.
    #[arg(long)]
    pub offline: bool,
}

/// `cockpit recalibrate ...`.
#[derive(Debug, Clone, Args)]
pub struct RecalibrateArguments {
    /// How far back.
    #[arg(long, value_name = "DURATION", default_value = "90d")]
    pub since: String,
    /// As one JSON object, instead of Markdown.
    #[arg(long)]
    pub json: bool,
}

/// `cockpit report ...`.
#[derive(Debug, Clone, Args)]
pub struct ReportArguments {
    /// A release on this machine (run id, version or tag, SHA, path of a journal); else as for `cockpit`.
    pub release: Option<String>,
    /// This document alone.
    #[arg(long, value_name = "DOCUMENT", value_parser = documents())]
    pub only: Option<Document>,
    /// How it is written; without it Markdown, and with --output every form.
    #[arg(long, value_name = "FORMAT")]
    pub format: Option<Format>,
    /// Into files of this folder, which is made where it is missing; else on standard output.
    #[arg(long, short, value_name = "DIR")]
    pub output: Option<PathBuf>,
}

fn documents() -> impl clap::builder::TypedValueParser<Value = Document> {
    PossibleValuesParser::new(Document::ALL.map(Document::name))
        .try_map(|name| Document::named(&name).ok_or_else(|| format!("{name} is no document")))
}

/// How a document is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// Markdown.
    Md,
    /// One HTML file with its charts inside.
    Html,
    /// One JSON object.
    Json,
}

impl From<Format> for Form {
    fn from(format: Format) -> Self {
        match format {
            Format::Md => Self::Markdown,
            Format::Html => Self::Html,
            Format::Json => Self::Json,
        }
    }
}

/// `cockpit replay ...`.
#[derive(Debug, Clone, Args)]
pub struct ReplayArguments {
    /// Run id, version or tag, SHA, or the path of a journal or of its folder.
    #[arg(value_name = "RELEASE|FILE")]
    pub release: String,
    /// How many times faster than life; no wait is longer than three seconds.
    #[arg(long, value_name = "N", default_value_t = 20.0, value_parser = speed)]
    pub speed: f64,
    /// Print each event as a line, without a screen and without waiting.
    #[arg(long)]
    pub headless: bool,
    /// Print each event as the JSON line of the journal.
    #[arg(long)]
    pub json: bool,
}

fn speed(raw: &str) -> Result<f64, String> {
    match raw.parse() {
        Ok(speed) if (0.1..=100_000.0).contains(&speed) => Ok(speed),
        _ => Err("write a number from 0.1 to 100000".to_owned()),
    }
}

/// `cockpit plan ...`.
#[derive(Debug, Clone, Args)]
pub struct PlanArguments {
    /// As for `cockpit`.
    pub release: Option<String>,
    /// As it would go with this strategy, whatever the rules say.
    #[arg(long, value_name = "STRATEGY")]
    pub strategy: Option<PlanStrategy>,
    /// Into this file; else on standard output.
    #[arg(long, short, value_name = "FILE")]
    pub output: Option<PathBuf>,
    /// Asking nobody: from the rules in this checkout alone, or of RELEASE from its journal on this machine.
    #[arg(long)]
    pub offline: bool,
}

/// How promotion goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum PlanStrategy {
    /// Shares of the traffic in turn.
    Canary,
    /// A second fleet takes over.
    BlueGreen,
    /// Hosts in turn.
    Rolling,
    /// Everything at once.
    Recreate,
}

/// Which side of the deploy a gate asks about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum GatePhase {
    /// Whether it may be approved.
    Before,
    /// Whether production is well with it.
    After,
}

/// `cockpit signoff ...`.
#[derive(Debug, Clone, Args)]
pub struct SignoffArguments {
    /// The role, as the rules name it.
    pub role: String,
    /// The release on this machine; without it the only one that waits for this role.
    pub release: Option<String>,
    /// What there is to say about it.
    #[arg(long, value_name = "TEXT")]
    pub note: Option<String>,
    /// Take the own sign-off back.
    #[arg(long, conflicts_with = "note")]
    pub withdraw: bool,
}

/// `cockpit unlock ...`.
#[derive(Debug, Clone, Args)]
pub struct UnlockArguments {
    /// The rolled-back release on this machine; without it the only one that locks a service.
    pub release: Option<String>,
    /// Why the service may go on: one line for whoever releases next.
    #[arg(long, value_name = "TEXT")]
    pub reason: String,
}

/// `cockpit review ...`.
#[derive(Debug, Clone, Args)]
pub struct ReviewArguments {
    /// The release on this machine that went the emergency way; without it the only one whose review is due.
    pub release: Option<String>,
    /// What you found: it goes into the record.
    #[arg(long, value_name = "TEXT")]
    pub note: String,
}
