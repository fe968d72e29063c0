//! `cockpit report`: a release's documents, on standard output or into a folder.

use std::{fs, path::Path};

use super::{
    args::{Document, Format, ReportArguments},
    exit::{Exit, Stop},
    look::{Question, look},
    surroundings::Surroundings,
};
use crate::{
    domain::release::Release,
    report::{STAGING_REPORT, StagingReport},
};

/// `cockpit report [RELEASE]`.
pub(super) fn report(around: &Surroundings, given: &ReportArguments) -> Result<Exit, Stop> {
    let question = Question {
        command: "report",
        release: given.release.as_deref(),
        json: given.format == Format::Json,
    };
    look(around, question, |release| {
        let wanted = given.only.unwrap_or(Document::StagingValidationReport);
        let (name, text) = written(release, wanted, given.format);
        let Some(folder) = &given.output else {
            print!("{text}");
            return Exit::Ok;
        };
        match put(folder, &name, &text) {
            Ok(()) => Exit::Ok,
            Err(error) => {
                let place = folder.join(&name);
                eprintln!("error: writing {}: {error}", place.display());
                Exit::Failed
            }
        }
    })
}

/// A document's file name and its text.
fn written(release: &Release, document: Document, format: Format) -> (String, String) {
    let (name, report) = match document {
        Document::StagingValidationReport => (STAGING_REPORT, StagingReport::of(release)),
    };
    match format {
        Format::Md => (format!("{name}.md"), report.to_markdown()),
        Format::Json => (format!("{name}.json"), format!("{:#}\n", report.to_json())),
    }
}

fn put(folder: &Path, name: &str, text: &str) -> std::io::Result<()> {
    fs::create_dir_all(folder)?;
    let place = folder.join(name);
    fs::write(&place, text)?;
    println!("{}", place.display());
    Ok(())
}
