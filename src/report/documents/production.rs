//! `pre-deployment-checklist` and `deployment-log-production`.

use super::{
    checklist as list,
    facts::{self, bounded, head, login, title},
    page::{Page, stamp},
};
use crate::{
    domain::{
        Event,
        approval::ApprovalEvent,
        checklist::When,
        evidence::EvidenceKind,
        judge::{JudgeEvent, State},
        release::{Recorded, Release},
        rollback::Readiness,
        wording,
    },
    report::{PieceState, StagingReport, told, who},
};

/// What was known when production was decided on, item by item; before a decision, what is known now.
pub(super) fn checklist(recorded: &Recorded) -> Page {
    let (decision, then) = match recorded.at_decision() {
        Some((decision, then)) => (Some(decision), then),
        None => (None, recorded.release().clone()),
    };
    let mut page = Page::new(title("Pre-deployment checklist", recorded.release()));
    let (word, said) = match decision {
        Some(decision) => {
            let word = match &decision.event {
                Event::Approval(ApprovalEvent::Requested { .. }) => "APPROVED",
                _ => "REJECTED",
            };
            let by = login(decision.stamp.actor.person());
            (word, format!("by {by} at {}", stamp(decision.stamp.at)))
        }
        None => ("NOT_DECIDED", format!("as of {}", stamp(then.newest()))),
    };
    page.verdict(word, said);
    let gates = then.gates();
    let count = |wanted: fn(State) -> bool| {
        let all = gates.iter().filter(|gate| wanted(gate.verdict.state));
        all.count()
    };
    page.words(format!(
        "{} of {} gates passed, {} failed, {} could not be told.",
        count(|state| state == State::Pass),
        gates.len(),
        count(|state| state == State::Fail),
        count(State::is_unknown)
    ));
    head(&mut page, recorded);
    list::prerequisites(&mut page, &then);
    page.heading("Gates");
    facts::gates(&mut page, gates);
    list::items(&mut page, &then, &[When::Before]);
    page.heading("Evidence");
    evidence(&mut page, &then);
    page.heading("Ready to go back");
    page.bullets(way_back(&then));
    page.heading("Risk");
    let risk = then.risk();
    page.words(format!(
        "{} ({} of {}): {}",
        risk.level.word(),
        risk.score,
        crate::domain::risk::MOST,
        risk.recommendation()
    ));
    page.bullets(
        risk.contributions
            .iter()
            .map(|part| format!("+{} {}: {}", part.points, part.factor.word(), part.why))
            .collect(),
    );
    page
}

fn evidence(page: &mut Page, release: &Release) {
    let report = StagingReport::of(release);
    page.words(report.outcome.word());
    let rows = report.evidence.iter().map(|piece| {
        vec![
            piece.kind.word().to_owned(),
            if piece.required { "required" } else { "" }.to_owned(),
            piece.state.word().to_owned(),
            piece.says.clone(),
            piece.made.map_or_else(|| "unknown".to_owned(), stamp),
        ]
    });
    page.table(
        &["evidence", "needed", "state", "says", "made"],
        rows.collect(),
        "The rules name no evidence.",
    );
    let explained = report
        .evidence
        .iter()
        .any(|piece| piece.kind == EvidenceKind::Explain && piece.state == PieceState::Fine);
    if !explained {
        page.words("Nobody explained the change in words.");
    }
}

fn way_back(release: &Release) -> Vec<String> {
    let mut points = vec![match release.rollback_target() {
        Some(target) => format!("target: {} ({})", target.name(), target.sha.short()),
        None => "target: none, nothing was deployed before".to_owned(),
    }];
    if release.policy.rollback.is_none() {
        points.push("the rules name no way back".to_owned());
    }
    let ready = release.rollback.readiness.as_ref();
    points.push(match ready.and_then(Readiness::usual_time) {
        Some(usual) => format!("past rollbacks took {}", wording::duration(usual)),
        None => "no past rollback is known: nobody knows how long it takes".to_owned(),
    });
    let migrations = release.evidence.diff.as_ref().map(|diff| &diff.migrations);
    points.extend(
        migrations
            .into_iter()
            .flatten()
            .map(|migration| format!("not undone by a rollback: {}", migration.in_short())),
    );
    points
}

/// Everything that was journalled, one line each; judged minutes are counted.
pub(super) fn log(recorded: &Recorded) -> Page {
    let mut page = Page::new(title("Production deployment log", recorded.release()));
    head(&mut page, recorded);
    page.heading("Events");
    let minutes = recorded
        .events()
        .iter()
        .filter(|event| matches!(event.event, Event::Judge(JudgeEvent::MinuteJudged { .. })))
        .count();
    page.words(format!(
        "{} that were judged are counted here and left out below.",
        wording::count(minutes as u64, "minute")
    ));
    let rows = recorded.events().iter().filter_map(|stamped| {
        if matches!(stamped.event, Event::Judge(JudgeEvent::MinuteJudged { .. })) {
            return None;
        }
        Some(vec![
            stamped.stamp.seq.to_string(),
            stamp(stamped.stamp.at),
            who(&stamped.stamp.actor),
            told(stamped).1,
        ])
    });
    page.table(&[">no", "recorded", "by", "what"], rows.collect(), "");
    page
}

/// The timeline that fits a report.
pub(super) fn timeline(page: &mut Page, recorded: &Recorded) {
    page.heading("Timeline");
    let rows = bounded(page, facts::timeline(recorded, None));
    page.table(&["time", "by", "what"], rows, "Nothing happened yet.");
}
