//! What the flight's feeds report, into the model.

use crate::{
    app::{Model, Work},
    domain::release::Release,
    flight::Report,
};

pub(super) fn reported(model: &mut Model, report: Report, release: &Release) {
    match report {
        // Observations are the flight's own.
        // Read by the flight.
        Report::Seen(_) | Report::Letter { .. } | Report::Click { .. } => {}
        Report::Answered { feed, at, cadence } => model.feeds.answered(feed, at, cadence),
        Report::Failed { feed, fault } => model.feeds.failed(feed, fault),
        Report::Working { what, done, all } => {
            let work = Work { what, done, all };
            match model.work.iter_mut().find(|known| known.what == work.what) {
                Some(known) => *known = work,
                None => model.work.push(work),
            }
        }
        Report::Worked { what } => model.work.retain(|known| known.what != what),
        Report::Cases(report) => model.take_report(report),
        Report::Compared(seen) => model.walk.take(seen, release),
        Report::Viewer(login) => model.viewer = Some(login),
    }
}
