//! A rollback's claim, worked from the outbox: asked for until its fate is known, and not for long. A rollback must not hang
//! on refs that do not answer: then it goes on as this machine's own, and looks for the runs of others first.

use jiff::{SignedDuration, Timestamp};

use super::outside::Outside;
use crate::{
    domain::{
        Beside, Fault, FaultKind, Reached, RunBeside, Sha, Text,
        claim::{Claim, ClaimFate, ClaimWish},
        later,
    },
    ports::{Claims, Took},
};

/// A claim is given up after this.
const PATIENCE: SignedDuration = SignedDuration::from_secs(45);
/// Between two tries.
const AGAIN: SignedDuration = SignedDuration::from_secs(3);

/// Claims what `wish` says. A claim that ran out, or the one that a person was told of (`over`), is taken over.
pub(super) async fn fate(outside: &Outside, wish: &ClaimWish, over: Option<&Sha>) -> ClaimFate {
    let Some(claims) = &outside.claims else {
        let why = "claims are not shared".into();
        return ClaimFate::Unshared { why };
    };
    let began = outside.clock.now();
    loop {
        let fault = match once(&**claims, wish, over).await {
            Ok(fate) => return fate,
            Err(fault) => fault,
        };
        let next = again(outside, &fault);
        if !fault.passes_by_itself() || next.duration_since(began) > PATIENCE {
            let why = Text::line(&fault.to_string());
            return ClaimFate::Unshared { why };
        }
        outside.clock.sleep_until(next).await;
    }
}

async fn once(
    claims: &dyn Claims,
    wish: &ClaimWish,
    over: Option<&Sha>,
) -> Result<ClaimFate, Fault> {
    let (standing, now) = match claims.take(wish, None).await? {
        Took::Ours(_) => return Ok(ClaimFate::Ours { over: None }),
        Took::Theirs(claim, now) => (claim, now),
    };
    let may_take =
        !standing.is_live(now) || over == Some(&standing.id) || is_before(claims, wish, &standing);
    if !may_take {
        return Ok(taken(&standing));
    }
    Ok(match claims.take(wish, Some(&standing.id)).await? {
        Took::Ours(_) => ClaimFate::Ours {
            over: Some(standing.holding()),
        },
        Took::Theirs(other, _) => taken(&other),
    })
}

/// Whether this machine made it for an earlier attempt of the same release. One cockpit drives that here, and its
/// attempts follow one another.
fn is_before(claims: &dyn Claims, wish: &ClaimWish, standing: &Claim) -> bool {
    standing.note.as_ref().is_some_and(|note| {
        note.by.machine == *claims.machine()
            && note.wish.name == wish.name
            && note.wish.run == wish.run
            && note.wish.marker != wish.marker
    })
}

fn taken(claim: &Claim) -> ClaimFate {
    ClaimFate::Taken {
        by: claim.holding(),
        claim: claim.id.clone(),
    }
}

/// The runs of `workflow` that somebody else started. Asked a few times: a bad answer in passing fails no rollback.
pub(super) async fn runs_beside(
    outside: &Outside,
    workflow: &str,
    marker: &str,
    beside: &Beside,
) -> Result<Vec<RunBeside>, Fault> {
    let began = outside.clock.now();
    let runs = loop {
        let since = outside.by_github(beside.since);
        let asked = outside.dispatch.dispatched(workflow, None, since);
        let fault = match asked.await {
            Ok(runs) => break runs,
            Err(fault) => fault,
        };
        let next = again(outside, &fault);
        if !fault.passes_by_itself() || next.duration_since(began) > PATIENCE {
            return Err(fault.reaching(Reached::No));
        }
        outside.clock.sleep_until(next).await;
    };
    let release = marker.split_once('.').map_or(marker, |(run, _)| run);
    let others = runs.into_iter().filter(|run| {
        let is_meant = beside.any || names_release(run.title.as_str(), release);
        is_meant && !beside.known.contains(&run.id)
    });
    Ok(others
        .map(|run| RunBeside {
            run: run.id,
            at: run.created,
            by: run.actor,
        })
        .collect())
}

fn again(outside: &Outside, fault: &Fault) -> Timestamp {
    match fault.kind {
        FaultKind::RateLimited { until } => until,
        _ => later(outside.clock.now(), AGAIN),
    }
}

/// Whether a title holds a rollback's marker of that release: `8123.1-r2`.
fn names_release(title: &str, release: &str) -> bool {
    title
        .split(|c: char| !(c.is_ascii_alphanumeric() || c == '.' || c == '-'))
        .any(|word| {
            let rest = word
                .strip_prefix(release)
                .and_then(|rest| rest.strip_prefix('.'));
            rest.and_then(|rest| rest.split_once("-r"))
                .is_some_and(|(attempt, number)| {
                    let digits = |text: &str| {
                        !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
                    };
                    digits(attempt) && digits(number)
                })
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_run_names_a_release_by_its_marker_alone() {
        assert!(names_release("Rollback to v2 [8123.1-r2]", "8123"));
        assert!(!names_release("Rollback to v2 [98123.1-r2]", "8123"));
        assert!(!names_release("Rollback 8123", "8123"));
        assert!(!names_release("Deploy 8123.1-p1", "8123"));
    }
}
