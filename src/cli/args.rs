//! The command line, as clap reads it.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};
use clap_complete::Shell;

use super::{
    attend::AttendArguments,
    record_args::{
        GatePhase, ListArguments, PlanArguments, RecalibrateArguments, ReplayArguments,
        ReportArguments, ReviewArguments, ScorecardArguments, SignoffArguments, UnlockArguments,
        VerifyArguments,
    },
};
use crate::config::Flags;

/// One production release, live in a terminal: evidence, approval, hypercare, rollback.
#[derive(Debug, Clone, Parser)]
#[command(
    name = "cockpit",
    version,
    about,
    subcommand_precedence_over_arg = true,
    after_help = "Exit codes: 0 done, 1 failed, 2 usage or configuration, 3 needs a human."
)]
pub struct Arguments {
    /// Run id, run URL, tag, SHA, #123 or a pull request's URL; without it the run that waits for production.
    pub release: Option<String>,
    /// Flags of every command.
    #[command(flatten)]
    pub global: GlobalArguments,
    /// The command.
    #[command(subcommand)]
    pub command: Option<Command>,
}

/// Flags of every command.
#[derive(Debug, Clone, Default, Args)]
pub struct GlobalArguments {
    /// Team's rules from this file, instead of the default branch's (offline commands: ./cockpit.toml).
    #[arg(long, global = true, value_name = "FILE")]
    pub config: Vec<PathBuf>,
    /// Service of a monorepo: its rules are `.cockpit/NAME.toml` instead of `cockpit.toml`.
    #[arg(long, global = true, value_name = "NAME", value_parser = service_name, conflicts_with = "config")]
    pub service: Option<String>,
    /// Repository, as OWNER/NAME or HOST/OWNER/NAME; `attend`, `scorecard` and `recalibrate` take several.
    #[arg(long, global = true, value_name = "OWNER/NAME")]
    pub repo: Vec<String>,
    /// dark, light, high-contrast, mono, or a theme file.
    #[arg(long, global = true, value_name = "NAME")]
    pub theme: Option<String>,
    /// Draw with ASCII characters alone.
    #[arg(long, global = true)]
    pub ascii: bool,
    /// Draw without colours (also: `NO_COLOR`).
    #[arg(long, global = true)]
    pub no_color: bool,
    /// Where journals and the log lie.
    #[arg(long, global = true, value_name = "DIR")]
    pub state_dir: Option<PathBuf>,
    /// Let the programs that the rules name run, without being asked: for CI and other places without a person.
    #[arg(long, global = true)]
    pub trust_commands: bool,
}

impl From<&GlobalArguments> for Flags {
    fn from(given: &GlobalArguments) -> Self {
        Self {
            config: given.config.last().cloned(),
            service: given.service.clone(),
            repository: given.repo.last().cloned(),
            theme: given.theme.clone(),
            ascii: given.ascii,
            no_color: given.no_color,
            state_dir: given.state_dir.clone(),
            trust_commands: given.trust_commands,
        }
    }
}

/// A service's name as a file name: no other folder is reached by it.
fn service_name(text: &str) -> Result<String, String> {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
    if text.is_empty() || text.starts_with('.') || !text.chars().all(is_plain) {
        return Err(
            "letters, digits, `-`, `_` and `.` only: `checkout` means .cockpit/checkout.toml"
                .into(),
        );
    }
    Ok(text.strip_suffix(".toml").unwrap_or(text).to_owned())
}

/// The commands.
#[derive(Debug, Clone, Subcommand)]
pub enum Command {
    /// The same screen, reading only: what on-call opens.
    Watch {
        /// As for `cockpit`.
        release: Option<String>,
    },
    /// A simulated world and cockpit on it: nothing needed, nothing touched.
    Demo(DemoArguments),
    /// Look after releases without a screen: for CI, or for all of a service on a server.
    #[command(
        after_help = "Exit codes: 0 complete, or ended with --all as it was told to; 1 failed or rolled back; 2 usage or \
configuration; 3 needs a human."
    )]
    Attend(AttendArguments),
    /// Where a release stands, in a few lines.
    Status {
        /// As for `cockpit`.
        release: Option<String>,
        /// As one JSON object.
        #[arg(long)]
        json: bool,
    },
    /// How risky a release is, with everything that adds to the score.
    Risk {
        /// As for `cockpit`.
        release: Option<String>,
        /// As one JSON object.
        #[arg(long)]
        json: bool,
    },
    /// Write a release's documents.
    Report(ReportArguments),
    /// Say why a service may go on after a rollback: until then nothing of it is approved on this machine.
    Unlock(UnlockArguments),
    /// Say what you found when you looked at an emergency afterwards. Nobody reviews their own.
    Review(ReviewArguments),
    /// Sign for a role of a release that waits on this machine, or take that back.
    Signoff(SignoffArguments),
    /// Play a release back through the same screen: space plays and pauses, left and right step, `[` and `]` go to decisions.
    Replay(ReplayArguments),
    /// Prove a journal: its chain of hashes, its head, its blobs.
    Verify(VerifyArguments),
    /// Releases on this machine: outcome, time, people; and prune old ones.
    List(ListArguments),
    /// How deploys go: lead time, rollback rate, frequency, errors after deploys; from GitHub and this machine's journals.
    Scorecard(ScorecardArguments),
    /// What the thresholds were worth, from this machine's journals, with values that would have done better.
    Recalibrate(RecalibrateArguments),
    /// Write a commented cockpit.toml from what stands in this checkout.
    Init {
        /// Where to write it.
        #[arg(long, short, value_name = "FILE", default_value = "cockpit.toml")]
        output: PathBuf,
        /// Write over a file that is there.
        #[arg(long)]
        force: bool,
    },
    /// Check configuration, token, repository, environments, rollback and metrics, each with its mend.
    Doctor {
        /// As a JSON array.
        #[arg(long)]
        json: bool,
    },
    /// Judge past changes as they would have been live: one answer a line. Exit codes: 0 all judged, 1 some lines
    /// could not be read, or the metrics source did not answer, 2 usage.
    Backtest {
        /// Cases, one JSON object a line; `-` is standard input.
        #[arg(long, value_name = "FILE", required_unless_present = "metrics")]
        cases: Option<PathBuf>,
        /// Past deploys on CloudWatch's history instead, judged by the team's rules.
        #[arg(long, conflicts_with = "cases")]
        metrics: bool,
        /// The deploys of so many days, as GitHub's deployments and the journals on this machine tell them; at most 14d.
        #[arg(
            long,
            value_name = "DAYS",
            requires = "metrics",
            conflicts_with = "deploy_at"
        )]
        last: Option<String>,
        /// When a deploy reached production; several times for several deploys.
        #[arg(long, value_name = "TIME", requires = "metrics")]
        deploy_at: Vec<String>,
        /// Where the history begins that deploys are set against; without it six hours before each, and a day of what is told less often than each minute.
        #[arg(long, value_name = "TIME", requires = "metrics")]
        from: Option<String>,
        /// A changed gate or trigger, to see what would flip; several times for several.
        #[arg(long, value_name = "RULE", requires = "metrics")]
        set: Vec<String>,
        /// The answers as JSON.
        #[arg(long)]
        json: bool,
    },
    /// Run smoke tests over HTTP from a file.
    Smoke(SmokeArguments),
    /// Whether a release may go on, each gate on a line with its arithmetic; for pipelines. `check` reads rules offline.
    #[command(
        after_help = "Exit codes: 0 pass, 1 fail, 2 usage or configuration, 3 needs a human."
    )]
    Gate(GateArguments),
    /// The runbook of the next deploy: checks, steps, verification, rollback, with commands to copy.
    Plan(PlanArguments),
    /// Read reports offline, and say what cockpit understood: test results, load tests, scans, coverage.
    #[command(
        after_help = "Exit codes: 0 read; 1 read, and tests failed, a threshold was crossed or every request failed; \
2 something could not be read, or there was no report. 2 goes before 1."
    )]
    Evidence {
        /// Files, folders, zips.
        #[arg(required = true, value_name = "FILE")]
        files: Vec<PathBuf>,
        /// As one JSON object: `files`, `totals`, `problems`.
        #[arg(long)]
        json: bool,
    },
    /// What the configuration is.
    Config {
        /// Which answer.
        #[command(subcommand)]
        answer: ConfigCommand,
    },
    /// Completions for a shell, on standard output.
    Completions {
        /// The shell.
        shell: Shell,
    },
    /// A manual page, on standard output: cockpit's, or a command's.
    Man {
        /// The command: `demo`, `config show`.
        #[arg(value_name = "COMMAND")]
        command: Vec<String>,
    },
}

/// `cockpit config ...`.
#[derive(Debug, Clone, Copy, Subcommand)]
pub enum ConfigCommand {
    /// Every value as resolved, and the layer that it came from.
    Show {
        /// As one JSON object.
        #[arg(long)]
        json: bool,
    },
    /// JSON schema of cockpit.toml, for editors.
    Schema {
        /// Of a checklist's file instead.
        #[arg(long)]
        checklist: bool,
    },
}

/// `cockpit gate ...`.
#[derive(Debug, Clone, Args)]
#[command(
    args_conflicts_with_subcommands = true,
    subcommand_precedence_over_arg = true
)]
pub struct GateArguments {
    /// A release on this machine that has ended, else as for `cockpit`.
    pub release: Option<String>,
    /// Before or after the deploy; else as far as the release is.
    #[arg(long, value_name = "PHASE")]
    pub phase: Option<GatePhase>,
    /// As one JSON object.
    #[arg(long)]
    pub json: bool,
    /// Another question.
    #[command(subcommand)]
    pub question: Option<GateCommand>,
}

/// `cockpit gate check`.
#[derive(Debug, Clone, Subcommand)]
pub enum GateCommand {
    /// Read every gate and trigger of the rules, or the given ones, and say what each means; offline.
    Check {
        /// Expressions to read against the metrics of the rules, instead of the rules' own.
        #[arg(value_name = "EXPR")]
        expressions: Vec<String>,
        /// Read the given ones as triggers, not as gates.
        #[arg(long, requires = "expressions")]
        trigger: bool,
        /// End with 1 where a rule makes no sense.
        #[arg(long)]
        strict: bool,
        /// As one JSON object.
        #[arg(long)]
        json: bool,
    },
}

/// `cockpit smoke ...`.
#[derive(Debug, Clone, Args)]
pub struct SmokeArguments {
    /// Where tests with a path go.
    #[arg(long, value_name = "URL")]
    pub url: Option<String>,
    /// The tests: JSON or TOML.
    #[arg(long, value_name = "FILE")]
    pub config: PathBuf,
    /// How many tests run at once.
    #[arg(long, value_name = "N", default_value_t = 4, value_parser = at_once)]
    pub concurrency: usize,
    /// As one JSON object.
    #[arg(long)]
    pub json: bool,
}

fn at_once(raw: &str) -> Result<usize, String> {
    match raw.parse() {
        Ok(count @ 1..=32) => Ok(count),
        _ => Err("write a number from 1 to 32".to_owned()),
    }
}

fn crowd(raw: &str) -> Result<usize, String> {
    match raw.parse() {
        Ok(count @ 0..=500) => Ok(count),
        _ => Err("write a number from 0 to 500".to_owned()),
    }
}

/// `cockpit demo ...`.
#[derive(Debug, Clone, Args)]
pub struct DemoArguments {
    /// What happens: healthy, regression, slow-burn ...
    #[arg(default_value = "healthy")]
    pub scenario: String,
    /// How many times faster than life.
    #[arg(long, value_name = "N")]
    pub speed: Option<f64>,
    /// Seed of all that is random.
    #[arg(long, value_name = "N", default_value_t = 1)]
    pub seed: u64,
    /// Only serve the world, and print its addresses.
    #[arg(long, conflicts_with_all = ["join", "headless"])]
    pub serve: bool,
    /// Fly against a world that another process serves.
    #[arg(long, value_name = "URL")]
    pub join: Option<String>,
    /// Port of the world; else any free one.
    #[arg(long, value_name = "N")]
    pub port: Option<u16>,
    /// So many more releases wait at once.
    #[arg(long, value_name = "N", default_value_t = 0, value_parser = crowd)]
    pub runs: usize,
    /// Fly without a terminal.
    #[arg(long)]
    pub headless: bool,
    /// A simulated operator approves, and rolls back on a trigger.
    #[arg(long)]
    pub autopilot: bool,
    /// Whose token it is in the simulated world: ana, carol, ben, dee or emil.
    #[arg(long = "as", value_name = "LOGIN", requires = "join")]
    pub login: Option<String>,
    /// Print each event as a JSON line.
    #[arg(long)]
    pub json: bool,
    /// Where the journal lies; else a folder that is removed at the end.
    #[arg(long, value_name = "DIR")]
    pub state: Option<PathBuf>,
}
