//! The command line of `attend`.

use std::path::PathBuf;

use clap::Args;

/// `cockpit attend ...`.
#[derive(Debug, Clone, Args)]
pub struct AttendArguments {
    /// As for `cockpit`; without it the run that waits for production, or the next one that will.
    pub release: Option<String>,
    /// Every run that waits, now and later, until told to end; of several services where several --config or --repo are
    /// given.
    #[arg(long, conflicts_with = "release")]
    pub all: bool,
    /// Each fact as one JSON object.
    #[arg(long)]
    pub json: bool,
    /// Where the documents of a release go at its end, in a folder by its run; else beside its journal.
    #[arg(long, short, value_name = "DIR")]
    pub output: Option<PathBuf>,
    /// End after so long (350m); what is not over by then is left in its journal.
    #[arg(long = "for", value_name = "TIME")]
    pub limit: Option<String>,
    /// On a simulated world that `cockpit demo --serve` serves; wants --state-dir.
    #[arg(long, value_name = "URL")]
    pub join: Option<String>,
}
