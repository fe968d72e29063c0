//! `post-deployment-report`: the whole release on one page; as HTML with its charts.

use super::{
    facts::{self, head, login, movement, rollbacks, title},
    incident,
    moments::Moments,
    page::{Page, stamp},
    production, verification,
};
use crate::domain::{
    judge::WindowEnd,
    record::Note,
    release::{Recorded, Release},
};

pub(super) fn page(recorded: &Recorded) -> Page {
    let release = recorded.release();
    let moments = Moments::of(recorded);
    let mut page = Page::new(title("Post-deployment report", release));
    page.verdict(release.outcome().word(), release.phase().word());
    page.words(recommendation(release));
    head(&mut page, recorded);
    page.heading("Times");
    page.table(
        &["from", "to", ">took"],
        incident::times(&moments),
        "Too little has happened yet.",
    );
    page.heading("Metrics");
    facts::charts(&mut page, release);
    movement(&mut page, release);
    page.heading("Triggers");
    verification::triggers(&mut page, release);
    page.heading("Decision");
    page.bullets(decided(release));
    page.heading("Rollbacks");
    rollbacks(&mut page, release);
    page.heading("Notes");
    notes(&mut page, release);
    production::timeline(&mut page, recorded);
    page
}

fn recommendation(release: &Release) -> String {
    match (&release.watch.end, release.rollback.newest()) {
        (_, Some(_)) => "Rolled back: nothing goes on before it is explained.".to_owned(),
        (Some(WindowEnd::Judged { healthy: true, .. }), None) if release.is_calm() => {
            "Stable: nothing more to do.".to_owned()
        }
        (Some(_), None) => "Keep watching, or roll back: the watch did not end well.".to_owned(),
        (None, None) if release.rollout.deployed.is_some() => "Keep watching.".to_owned(),
        (None, None) => "Not in production in full.".to_owned(),
    }
}

fn decided(release: &Release) -> Vec<String> {
    let mut points: Vec<String> = release
        .approval
        .grants
        .iter()
        .map(|grant| {
            let how = match (grant.bypassed, grant.ours) {
                (true, _) => "without a review",
                (false, Some(_)) => "through cockpit",
                (false, None) => "outside cockpit",
            };
            format!(
                "stage {} let go at {} by {}, {how}",
                grant.stage + 1,
                stamp(grant.at),
                login(grant.by.as_ref())
            )
        })
        .collect();
    if let Some(rejection) = &release.approval.rejection {
        points.push(format!(
            "rejected at {} by {}: {}",
            stamp(rejection.at),
            login(rejection.by.as_ref()),
            rejection.reason
        ));
    }
    if points.is_empty() {
        points.push("nobody has decided".to_owned());
    }
    points
}

fn notes(page: &mut Page, release: &Release) {
    let record = &release.record;
    let row = |what: &str, note: &Note| {
        vec![
            stamp(note.at),
            login(note.by.as_ref()),
            what.to_owned(),
            note.text.to_string(),
        ]
    };
    let mut rows: Vec<Vec<String>> = record.notes.iter().map(|note| row("note", note)).collect();
    let problems = record.problems.iter();
    rows.extend(problems.map(|(problem, note)| row(problem.word(), note)));
    rows.extend(
        record
            .explanation
            .iter()
            .map(|note| row("explanation", note)),
    );
    rows.extend(record.closed.iter().map(|note| row("closed", note)));
    page.table(
        &["time", "by", "what", "words"],
        rows,
        "Nobody wrote anything down.",
    );
}
