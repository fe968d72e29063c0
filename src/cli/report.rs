//! `cockpit report`: a release's documents, on standard output or into a folder.

use std::{
    fs,
    path::{Path, PathBuf},
};

use super::{
    exit::{Exit, Stop},
    look::{Question, look_recorded},
    past,
    record_args::{Format, ReportArguments},
    say::print,
    surroundings::Surroundings,
};
use crate::{
    domain::{Text, release::Recorded},
    report::{Document, Form},
};

/// `cockpit report [RELEASE]`: from its journal on this machine where there is one, else from a look at the world.
pub(super) fn report(around: &Surroundings, given: &ReportArguments) -> Result<Exit, Stop> {
    let here = match &given.release {
        Some(release) => past::find(around, release)?,
        None => None,
    };
    if let Some(journal) = here {
        return write(&past::open(&journal)?, given);
    }
    let question = Question {
        command: "report",
        release: given.release.as_deref(),
        json: given.format == Some(Format::Json),
    };
    let looked = look_recorded(around, question, |recorded| write(recorded, given));
    looked.map_err(|stop| match &given.release {
        Some(release) => stop.with_help(&format!(
            "no journal on this machine is called {} (`cockpit list` shows them), so GitHub was asked",
            Text::line(release)
        )),
        None => stop,
    })
}

fn write(recorded: &Recorded, given: &ReportArguments) -> Result<Exit, Stop> {
    if let Some(folder) = &given.output {
        return into_folder(recorded, given, folder);
    }
    let form = given.format.map(Form::from);
    let document = given.only.unwrap_or_else(|| fitting(recorded, form));
    let form = form.unwrap_or(document.forms()[0]);
    let text = document
        .write(recorded, form)
        .ok_or_else(|| no_such_form(document, form))?;
    print(text.as_bytes())
}

/// The document that a release wants at this point of its way.
fn fitting(recorded: &Recorded, form: Option<Form>) -> Document {
    let has_begun = recorded.release().rollout.first_traffic.is_some();
    match (form, has_begun) {
        (Some(Form::Json), true) => Document::DeploymentRecord,
        (Some(Form::Html), _) | (_, true) => Document::PostDeploymentReport,
        (_, false) => Document::StagingValidationReport,
    }
}

fn no_such_form(document: Document, form: Form) -> Stop {
    let forms: Vec<&str> = document.forms().iter().map(|form| form.ending()).collect();
    Stop::usage(format!(
        "{} is not written as {}\n  = help: --format {}",
        document.name(),
        form.ending(),
        forms.join(" or ")
    ))
}

fn into_folder(recorded: &Recorded, given: &ReportArguments, folder: &Path) -> Result<Exit, Stop> {
    let form = given.format.map(Form::from);
    if let (Some(document), Some(form)) = (given.only, form)
        && !document.forms().contains(&form)
    {
        return Err(no_such_form(document, form));
    }
    let written = write_some(recorded, folder, given.only, form)?;
    for place in &written {
        print(format!("{}\n", place.display()).as_bytes())?;
    }
    Ok(if written.is_empty() {
        Exit::Failed
    } else {
        Exit::Ok
    })
}

/// Writes every document that applies, in every form, into a folder that is made where it is missing; the files.
pub(super) fn write_all(recorded: &Recorded, folder: &Path) -> Result<Vec<PathBuf>, Stop> {
    write_some(recorded, folder, None, None)
}

fn write_some(
    recorded: &Recorded,
    folder: &Path,
    only: Option<Document>,
    form: Option<Form>,
) -> Result<Vec<PathBuf>, Stop> {
    let documents = Document::ALL.into_iter().filter(|document| match only {
        Some(only) => *document == only,
        None => document.applies(recorded),
    });
    let mut written = Vec::new();
    for document in documents {
        let wanted = document.forms().iter();
        for form in wanted.filter(|one| form.is_none_or(|form| form == **one)) {
            let Some(text) = document.write(recorded, *form) else {
                continue;
            };
            let place = folder.join(format!("{}.{}", document.name(), form.ending()));
            put(&place, &text)
                .map_err(|error| Stop::failed(format!("writing {}: {error}", place.display())))?;
            written.push(place);
        }
    }
    Ok(written)
}

fn put(place: &Path, text: &str) -> std::io::Result<()> {
    if let Some(folder) = place.parent() {
        // A link that leads nowhere is something too.
        if folder.symlink_metadata().is_ok() && !folder.is_dir() {
            let why = format!(
                "{} is no folder: name another with --output",
                folder.display()
            );
            return Err(std::io::Error::other(why));
        }
        fs::create_dir_all(folder)?;
    }
    fs::write(place, text)
}
