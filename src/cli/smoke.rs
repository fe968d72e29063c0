//! `cockpit smoke`: runs a file of smoke tests against an address, and prints a line a test.

use std::{fmt::Write as _, path::Path, sync::Arc};

use super::{
    args::SmokeArguments,
    exit::{Exit, Stop},
    runtime::runtime,
    say::print,
    surroundings::{Surroundings, read},
};
use crate::{
    adapters::{
        clock::WallClock,
        smoke::{HttpSmoke, Settings, base},
    },
    config::parse_smoke,
    domain::smoke::{SmokeReport, SmokeState, Suite, Test},
    ports::Smoke as _,
};

/// Width of the column of names, at most.
const WIDEST_NAME: usize = 40;

/// Exit 0: no required test failed; 1: one did; 2: the file, the address or a secret is wrong and nothing was sent.
pub(super) fn smoke(around: &Surroundings, given: &SmokeArguments) -> Result<Exit, Stop> {
    let suite = suite(&given.config)?;
    let base = given
        .url
        .as_deref()
        .map(|url| base(url).map_err(|why| Stop::usage(format!("--url: {why}"))))
        .transpose()?;
    let mut settings = Settings {
        base,
        ..Settings::default()
    };
    for name in suite.tests.iter().flat_map(Test::variables) {
        if let Some(value) = around.env.secret(&name) {
            settings.secrets.insert(name, value.clone());
        }
    }
    let asker = HttpSmoke::new(settings, Arc::new(WallClock));
    let report = runtime()?
        .block_on(asker.run(&suite, given.concurrency))
        .map_err(|fault| Stop::usage(format!("{}: {}", fault.what, fault.detail)))?;
    let page = if given.json {
        let page = serde_json::to_string(&report)
            .map_err(|error| Stop::failed(format!("the result cannot be written: {error}")))?;
        format!("{page}\n")
    } else {
        lines(&report)
    };
    print(page.as_bytes())?;
    Ok(if report.holds() {
        Exit::Ok
    } else {
        Exit::Failed
    })
}

fn suite(path: &Path) -> Result<Suite, Stop> {
    let Some(bytes) = read(path)? else {
        let path = path.display();
        let mend = "check the path given with --config";
        return Err(Stop::usage(format!("there is no {path}\n  = help: {mend}")));
    };
    Ok(parse_smoke(&bytes, &path.display().to_string())?)
}

fn lines(report: &SmokeReport) -> String {
    let width = |name: &str| name.chars().count().min(WIDEST_NAME);
    let widest = report.tests.iter().map(|test| width(test.name.as_str()));
    let widest = widest.max().unwrap_or(0);
    let mut page = String::new();
    for test in &report.tests {
        let word = match test.state {
            SmokeState::Passed => "ok",
            SmokeState::Failed if test.required => "FAIL",
            SmokeState::Failed => "fail",
            SmokeState::Skipped => "skip",
        };
        let status = test
            .status
            .map_or("-".to_owned(), |status| status.to_string());
        let latency = test
            .latency_ms
            .map_or("-".to_owned(), |latency| format!("{latency} ms"));
        let mut notes: Vec<String> = test.why.iter().map(ToString::to_string).collect();
        if test.attempts > 1 {
            notes.push(format!("{} attempts", test.attempts));
        }
        if test.state == SmokeState::Failed && !test.required {
            notes.push("not required".to_owned());
        }
        let line = format!(
            "{word:<4}  {:<widest$}  {status:>3}  {latency:>9}  {}",
            test.name,
            notes.join(" · ")
        );
        // Writing to a String cannot fail.
        let _ = writeln!(page, "{}", line.trim_end());
    }
    let _ = writeln!(page, "{}", report.sum());
    page
}
