//! The whole phase table, walked: from each beginning every sight and every command is tried in every state that can be
//! reached, states that differ in nothing that decides being one. On no path does anything reach production without an
//! approval that a person confirmed, or go back without a rollback that a person confirmed.
#![expect(clippy::unwrap_used, reason = "a test may fail by panicking")]

#[path = "stories/drive.rs"]
mod drive;
#[path = "stories/expect.rs"]
#[expect(dead_code, reason = "the walk looks at no expectations")]
mod expect;
#[path = "laws/inputs.rs"]
mod inputs;
#[path = "stories/run.rs"]
mod run;
#[path = "stories/story.rs"]
#[expect(dead_code, reason = "the walk looks at no expectations")]
mod story;
#[path = "stories/world.rs"]
mod world;

use std::collections::{BTreeSet, VecDeque};

use cockpit::domain::{
    Deed, Event, Intent, Phase, approval::ApprovalEvent, release::Release, rollback::RollbackEvent,
};
use drive::Drive;
use inputs::{COMMANDS, acts_have_a_person_behind_them, begun, command, sights};
use jiff::SignedDuration;
use story::Begin;

/// States after which the walk would be called endless.
const MOST: usize = 600;
/// Between two inputs.
const PAUSE: SignedDuration = SignedDuration::from_secs(40);

/// What of a release decides about what it does next; never times, ids, or how often something came.
fn state(release: &Release) -> String {
    let request = release.approval.request.as_ref();
    let stages = release.rollout.stages.iter();
    let attempt = release.rollback.newest();
    let deeds: BTreeSet<&str> = release.outbox().map(|act| sort(&act.deed)).collect();
    format!(
        "{} {:?} {:?} {} {:?} {:?} {} {:?} {}",
        word(&release.phase()),
        release.approval.waiting.is_some(),
        request.map(|one| (one.approve, short(&one.progress))),
        release.approval.grants.len().min(1),
        stages.map(|stage| stage.state).collect::<Vec<_>>(),
        attempt.map(|one| (
            short(&one.progress),
            one.holds.len(),
            release.rollback.attempts.len().min(2)
        )),
        release.rollback.countdown().is_some(),
        deeds,
        release
            .rollout
            .run
            .as_ref()
            .is_some_and(|run| run.conclusion.is_some()),
    )
}

/// A value's own name, without what it holds.
fn short(value: &impl std::fmt::Debug) -> String {
    let all = format!("{value:?}");
    let end = all.find(|c: char| !c.is_alphanumeric());
    all[..end.unwrap_or(all.len())].to_owned()
}

/// A phase, with its end.
fn word(phase: &Phase) -> String {
    match phase {
        Phase::Ended(end) => format!("ended {}", end.word()),
        other => short(other),
    }
}

/// What a deed does to the world.
fn sort(deed: &Deed) -> &'static str {
    match deed {
        Deed::Review { approve: true, .. } => "approve",
        Deed::Review { approve: false, .. } => "reject",
        Deed::Dispatch { .. } => "dispatch",
        Deed::Script { .. } => "script",
        Deed::Claim { .. } => "claim",
        Deed::Cancel { .. } => "cancel",
        Deed::RerunFailed { .. } => "re-run",
    }
}

/// Which commands a walk has.
#[derive(Clone, Copy, PartialEq)]
enum People {
    /// All of them.
    All,
    /// Nobody ever confirms an approval.
    NeverApprove,
    /// Nobody ever confirms a rollback.
    NeverRollBack,
}

/// What a walk saw.
#[derive(Default)]
struct Walked {
    phases: BTreeSet<String>,
    deeds: BTreeSet<&'static str>,
    states: usize,
    rolled_back: bool,
    approved: bool,
}

/// The release after one input; `None` where the input is none there.
fn next(from: &Drive, input: usize, sights: &[world::See], people: People) -> Option<Drive> {
    let mut drive = from.clone();
    let at = drive.now + PAUSE;
    if let Some(see) = sights.get(input) {
        let seen = see.observation(&drive, at);
        drive.see(&seen, at);
    } else if input - sights.len() < COMMANDS {
        let command = command(&drive.release, input - sights.len())?;
        let is_kept_back = matches!(
            (&command.intent, people),
            (Intent::Approve(_), People::NeverApprove)
                | (Intent::RollBack(_), People::NeverRollBack)
        );
        if is_kept_back || drive.command(&command, at).is_err() {
            return None;
        }
    } else {
        // Minutes, or hours: every deadline on the way.
        let hours = i64::from(input > sights.len() + COMMANDS) * 5;
        drive.wait(at + SignedDuration::from_hours(hours));
    }
    Some(drive)
}

/// Tries everything everywhere, from one beginning.
fn walk(dispatches: bool, begin: Begin, people: People, walked: &mut Walked) {
    let sights = sights();
    let mut known = BTreeSet::new();
    let mut open = VecDeque::from([begun(dispatches, begin)]);
    while let Some(drive) = open.pop_front() {
        if !known.insert(state(&drive.release)) {
            continue;
        }
        assert!(
            known.len() < MOST,
            "no end of states: {:#?}",
            known.iter().take(40).collect::<Vec<_>>()
        );
        walked.states += 1;
        walked.phases.insert(word(&drive.release.phase()));
        walked
            .deeds
            .extend(drive.release.outbox().map(|act| sort(&act.deed)));
        acts_have_a_person_behind_them(&drive);
        for stamped in &drive.journal {
            walked.approved |= matches!(
                &stamped.event,
                Event::Approval(ApprovalEvent::Requested { .. })
            );
            walked.rolled_back |= matches!(
                &stamped.event,
                Event::Rollback(RollbackEvent::Requested { .. })
            );
        }
        for input in 0..sights.len() + COMMANDS + 2 {
            if let Some(drive) = next(&drive, input, &sights, people)
                && !known.contains(&state(&drive.release))
            {
                open.push_back(drive);
            }
        }
    }
}

fn walked(dispatches: bool, begins: &[Begin], people: People) -> Walked {
    let mut all = Walked::default();
    for begin in begins {
        walk(dispatches, *begin, people, &mut all);
    }
    println!(
        "{} states, phases {:?}, deeds {:?}",
        all.states, all.phases, all.deeds
    );
    all
}

#[test]
fn every_phase_is_walked_and_every_act_has_a_person_behind_it() {
    let all = walked(false, &[Begin::Nothing], People::All);
    for phase in [
        "Preparing",
        "AwaitingApproval",
        "ApprovalRequested",
        "Deploying",
        "Monitoring",
        "RollingBack",
        "RollbackFailed",
        "Recovering",
        "ended rejected",
        "ended failed",
        "ended cancelled",
        "ended closed",
    ] {
        assert!(all.phases.contains(phase), "{phase} in {:?}", all.phases);
    }
    assert!(
        all.deeds.contains("approve") && all.deeds.contains("dispatch"),
        "{:?}",
        all.deeds
    );
}

#[test]
fn where_nobody_confirms_an_approval_nothing_goes_to_production() {
    // The rollback's own review is an approval of another run: here nobody rolls back what somebody else approved.
    let all = walked(false, &[Begin::Nothing], People::NeverApprove);
    assert!(!all.approved);
    let gate = walked(true, &[Begin::Nothing], People::NeverApprove);
    assert!(!gate.approved, "no dispatch of production");
}

#[test]
fn where_nobody_confirms_a_rollback_none_begins_by_itself() {
    // What was agreed to in advance is a person's word too: the walk that has none of it.
    let all = walked(true, &[Begin::Nothing], People::NeverRollBack);
    assert!(!all.rolled_back);
    assert!(
        all.deeds.contains("dispatch"),
        "production was started: {:?}",
        all.deeds
    );
}
