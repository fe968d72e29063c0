//! The bar of a release that has come to its end, or whose watch has: how, and what is still to do.

use jiff::Timestamp;

use super::{Bar, Tone};
use crate::domain::{
    End,
    checklist::When,
    judge::{State, WindowEnd},
    release::Release,
    rollback::RollbackProgress,
    wording,
};

pub(super) fn recovery(release: &Release) -> String {
    match release.rollback.newest().map(|attempt| &attempt.progress) {
        Some(RollbackProgress::Finished {
            recovered: Some((recovered, why)),
            ..
        }) => {
            let word = match recovered {
                Some(true) => "recovered",
                Some(false) => "NOT recovered",
                None => "recovery: cannot tell",
            };
            format!("{word}: {why}")
        }
        _ => String::new(),
    }
}

/// The watch called it neither good nor bad, or there is nothing whole to watch.
pub(super) fn undecided(release: &Release) -> Bar {
    match &release.watch.end {
        Some(WindowEnd::Undecided { why, .. }) => Bar::new(
            Tone::Decision,
            if release.watch.fired().next().is_some() {
                "A trigger is still true: close, extend or roll back"
            } else {
                "Cannot tell: close, extend or roll back"
            },
            why.as_str(),
        ),
        Some(WindowEnd::Judged { gates, .. }) => {
            let open: Vec<String> = gates
                .iter()
                .filter(|(_, state, _)| *state != State::Pass)
                .map(|(gate, state, why)| format!("{gate}: {} ({why})", state.word()))
                .collect();
            Bar::new(
                Tone::Decision,
                "Judged, and not every gate passes: close, extend or roll back",
                open.join(" · "),
            )
        }
        None => {
            let run = release.rollout.deploying_run();
            let how = run.and_then(|run| run.conclusion).map_or_else(
                || "a stage failed".to_owned(),
                |how| {
                    format!(
                        "the run ended with {}, and not all of it is deployed",
                        how.word()
                    )
                },
            );
            Bar::new(Tone::Decision, "Close, run it again or roll back", how)
        }
    }
}

pub(super) fn ended(release: &Release, end: &End, now: Timestamp) -> Bar {
    let detail = match end {
        End::Complete => match still_open(release) {
            Some(open) => format!("{} · {open}", production_of(release)),
            None => production_of(release),
        },
        End::Rejected { by, reason } => match by {
            Some(by) => format!("by {by}: {}", reason.first_line()),
            None => reason.first_line().to_owned(),
        },
        End::Failed { what } => what.first_line().to_owned(),
        End::Expired => "nobody approved it in GitHub's time".to_owned(),
        End::Cancelled => cancelled(release).to_owned(),
        End::RolledBack => recovery(release),
        End::ClosedByHand { reason } => reason.first_line().to_owned(),
    };
    let all_the_same = match end {
        End::Complete | End::RolledBack | End::ClosedByHand { .. } => None,
        End::Rejected { .. } | End::Failed { .. } | End::Expired | End::Cancelled => {
            runs_all_the_same(release)
        }
    };
    let tone = match (end, &all_the_same) {
        (End::Complete, _) => Tone::Good,
        (_, Some(_)) => Tone::Look,
        _ => Tone::Calm,
    };
    let detail = match all_the_same {
        Some(production) => format!("{detail} · {production}"),
        None => detail,
    };
    let review = release.review_in_words(now);
    let review = review.map_or_else(String::new, |review| format!("emergency: {review}"));
    Bar::new(tone, release.outcome().word(), detail).right(review)
}

fn cancelled(release: &Release) -> &'static str {
    if release.rollout.out_of_lane {
        "the run was cancelled while it waited for its lane: a newer one took its place, or a person stopped it"
    } else {
        "the run was cancelled"
    }
}

/// Items of after the deploy that a person has still to tick.
fn still_open(release: &Release) -> Option<String> {
    let all = release.checklist_stands();
    let open = all.iter().filter(|one| {
        let item = one.item;
        item.when != When::Before && item.required && !one.is_done()
    });
    match open.count() {
        0 => None,
        open => Some(format!(
            "{} open",
            wording::count(open as u64, "checklist item")
        )),
    }
}

/// What production says of itself where a release that came to no deploy runs there: a job that GitHub does not show, or
/// somebody's own hands.
fn runs_all_the_same(release: &Release) -> Option<String> {
    let (own, told) = (release.rollout.sha()?, release.rollout.production_now()?);
    (told.sha.as_ref() == Some(own)).then(|| format!("yet {}", production_of(release)))
}

fn production_of(release: &Release) -> String {
    match release
        .rollout
        .production_now()
        .and_then(|answer| answer.name())
    {
        Some(name) => format!("production runs {name}"),
        None => "production does not tell what it runs".to_owned(),
    }
}
