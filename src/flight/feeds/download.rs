//! Artifacts downloaded and read, with progress for the screen.

use std::sync::Arc;

use super::{
    gathered::Gathered,
    pulse::{Gone, Pulse},
};
use crate::{
    domain::{Fault, evidence::EvidenceKind, observation::ArtifactSnapshot},
    flight::flying::Report,
    ports::Progress,
};

/// Downloads and reads each; a fault that passes by itself ends it, for the round to be tried again.
pub(super) async fn download(
    pulse: &Pulse,
    kind: EvidenceKind,
    found: &[&ArtifactSnapshot],
) -> Result<Result<Gathered, Fault>, Gone> {
    let mut gathered = Gathered::default();
    for artifact in found {
        let what = artifact.name.to_string();
        let progress = progress_of(pulse, &what);
        let read = pulse
            .outside
            .artifacts
            .read(artifact.id, kind, progress)
            .await;
        pulse.tell(Report::Worked { what: what.clone() }).await?;
        match read {
            Err(fault) if fault.passes_by_itself() => return Ok(Err(fault)),
            read => gathered.take(&what, read),
        }
    }
    Ok(Ok(gathered))
}

fn progress_of(pulse: &Pulse, what: &str) -> Progress {
    let reports = pulse.reports();
    let what = what.to_owned();
    Arc::new(move |done, all| {
        // Progress is an ornament: where nobody keeps up it is left out.
        let _ = reports.try_send(Report::Working {
            what: what.clone(),
            done,
            all,
        });
    })
}
