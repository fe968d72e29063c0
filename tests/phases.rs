//! The phase table, walked: from each beginning every sight and every command is tried in every state that can be reached,
//! states that differ in nothing that decides what may go out next being one; each way into one is looked at. On no path is
//! anything approved that no person confirmed, or rolled back without a person's word. How a window is judged is the
//! stories' part: no walk waits for a good end.
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
    Deed, Event, Intent, Phase,
    approval::ApprovalEvent,
    release::Release,
    rollback::{RollbackEvent, RollbackProgress},
};
use drive::Drive;
use inputs::{COMMANDS, acts_have_a_person_behind_them, begun, command, sights};
use jiff::SignedDuration;
use story::Begin;

/// States after which the walk would be called endless.
const MOST: usize = 120;
/// Between two inputs.
const PAUSE: SignedDuration = SignedDuration::from_secs(40);

/// What of a release decides about what may go out next; never times, ids, or how often something came.
fn state(release: &Release) -> String {
    let request = release.approval.in_flight();
    let attempt = release.rollback.newest();
    format!(
        "{} {:?} {} {:?} {}",
        word(&release.phase()),
        request.map(|one| one.approve),
        release.approval.grants.len().min(1),
        attempt.map(|one| how_far(&one.progress)),
        release.rollback.countdown().is_some(),
    )
}

/// How far a rollback is; at its end, what is known of it.
fn how_far(progress: &RollbackProgress) -> String {
    match progress {
        RollbackProgress::Finished {
            production,
            recovered,
            ..
        } => format!("Finished {} {}", production.is_some(), recovered.is_some()),
        other => short(other),
    }
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
        Deed::KillFlag { .. } => "flag",
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
    /// How often a command that nobody gives on this walk would have been taken.
    kept_back: usize,
}

/// The release after one input; `None` where the input is none there.
fn next(
    from: &Drive,
    input: usize,
    sights: &[world::See],
    people: People,
    walked: &mut Walked,
) -> Option<Drive> {
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
        drive.command(&command, at).ok()?;
        if is_kept_back {
            walked.kept_back += 1;
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
    let begun = begun(dispatches, begin);
    let mut known = BTreeSet::from([state(&begun.release)]);
    let mut open = VecDeque::from([begun]);
    while let Some(drive) = open.pop_front() {
        assert!(known.len() < MOST, "no end of states: {known:#?}");
        walked.states += 1;
        walked.look(&drive);
        for input in 0..sights.len() + COMMANDS + 2 {
            let Some(drive) = next(&drive, input, &sights, people, walked) else {
                continue;
            };
            // Of states that are one, each way in is looked at.
            walked.look(&drive);
            if known.insert(state(&drive.release)) {
                open.push_back(drive);
            }
        }
    }
}

fn walked(dispatches: bool, begin: Begin, people: People) -> Walked {
    let mut all = Walked::default();
    walk(dispatches, begin, people, &mut all);
    println!(
        "{} states, phases {:?}, deeds {:?}",
        all.states, all.phases, all.deeds
    );
    all
}

impl Walked {
    fn look(&mut self, drive: &Drive) {
        acts_have_a_person_behind_them(drive);
        self.phases.insert(word(&drive.release.phase()));
        let deeds = drive.release.outbox().map(|act| sort(&act.deed));
        self.deeds.extend(deeds);
        for stamped in &drive.journal {
            self.approved |= matches!(
                &stamped.event,
                Event::Approval(ApprovalEvent::Requested { .. })
            );
            self.rolled_back |= matches!(
                &stamped.event,
                Event::Rollback(RollbackEvent::Requested { .. })
            );
        }
    }

    #[track_caller]
    fn saw(&self, phases: &[&str], deeds: &[&str]) {
        for phase in phases {
            assert!(self.phases.contains(*phase), "{phase} in {:?}", self.phases);
        }
        for deed in deeds {
            assert!(self.deeds.contains(deed), "{deed} in {:?}", self.deeds);
        }
    }
}

#[test]
fn from_the_first_sight_every_act_has_a_person_behind_it() {
    let all = walked(false, Begin::Nothing, People::All);
    all.saw(&["Preparing", "ended failed"], &["reject"]);
}

#[test]
fn from_the_decision_on_every_act_has_a_person_behind_it() {
    let all = walked(false, Begin::Waiting, People::All);
    let phases = [
        "AwaitingApproval",
        "ApprovalRequested",
        "Deploying",
        "Monitoring",
        "ended rejected",
        "ended cancelled",
        "ended closed",
    ];
    all.saw(&phases, &["approve", "reject", "cancel", "re-run"]);
    assert!(all.approved);
}

#[test]
fn from_the_deploy_on_every_act_has_a_person_behind_it() {
    let all = walked(false, Begin::Deployed, People::All);
    let phases = [
        "Monitoring",
        "Undecided",
        "RollingBack",
        "RollbackFailed",
        "Recovering",
        "Stopped",
        "ended rolled back",
    ];
    all.saw(&phases, &["dispatch"]);
}

#[test]
fn where_nobody_confirms_an_approval_nothing_is_approved() {
    let all = walked(false, Begin::Waiting, People::NeverApprove);
    assert!(!all.approved);
    assert!(all.kept_back > 0, "it could have been");
}

#[test]
fn where_nobody_confirms_an_approval_production_is_not_dispatched() {
    let all = walked(true, Begin::Waiting, People::NeverApprove);
    assert!(!all.approved);
    assert!(all.kept_back > 0, "it could have been");
}

#[test]
fn where_nobody_confirms_a_rollback_none_begins_by_itself() {
    // By rules that agree to nothing in advance; the walk from the decision has what was agreed to.
    let all = walked(true, Begin::Waiting, People::NeverRollBack);
    assert!(!all.rolled_back);
    assert!(all.kept_back > 0, "one could have begun");
    all.saw(&["Deploying", "Monitoring"], &["dispatch"]);
}
