//! The documents of a release that is let go, beside its journal or where they are wanted.

use std::path::{Path, PathBuf};

use tokio::task::spawn_blocking;

use super::super::{exit::Stop, past, report::write_all};
use crate::{adapters::store::journal_at, domain::RunId};

/// Where documents go when nobody says.
const FOLDER: &str = "reports";

/// Writes every document that applies, and says where.
pub(super) async fn write(
    place: &Path,
    output: Option<&Path>,
    run: RunId,
) -> Result<PathBuf, Stop> {
    let folder = match output {
        Some(output) => output.join(run.to_string()),
        None => place.join(FOLDER),
    };
    let journal = journal_at(place);
    let written = spawn_blocking(move || {
        let recorded = past::open(&journal)?;
        write_all(&recorded, &folder).map(|_| folder)
    });
    written
        .await
        .unwrap_or_else(|_| Err(Stop::failed("the documents could not be written")))
}
