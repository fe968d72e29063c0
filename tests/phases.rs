//! The phase table, walked: from each beginning every sight and every command is tried in every state that can be reached,
//! states that differ in nothing that decides what may go out next being one; each way into one is looked at. On no path is
//! anything approved that no person confirmed, or rolled back without a person's word. Together the walks see every phase.
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
    Deed, End, Event, Intent, Phase,
    approval::ApprovalEvent,
    release::Release,
    rollback::{RollbackEvent, RollbackProgress},
};
use drive::Drive;
use inputs::{COMMANDS, acts_have_a_person_behind_them, begun, begun_by, command, sight, sights};
use jiff::SignedDuration;
use story::Begin;

/// States after which the walk would be called endless.
const MOST: usize = 250;
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
        release.approval.grants.len().min(3),
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

/// Tries everything everywhere, from one beginning; `more` may be seen beside the usual.
fn walk(begun: Drive, more: &[&str], people: People, walked: &mut Walked) {
    let mut sights = sights();
    sights.extend(more.iter().map(|text| sight(text)));
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
    walked_from(begun(dispatches, begin), &[], people)
}

fn walked_from(begun: Drive, more: &[&str], people: People) -> Walked {
    let mut all = Walked::default();
    walk(begun, more, people, &mut all);
    println!(
        "{} states, phases {:?}, deeds {:?}",
        all.states, all.phases, all.deeds
    );
    all
}

/// Once a rollback is asked for, no stage of the release is approved any more.
fn nothing_is_let_go_while_it_is_taken_back(drive: &Drive) {
    let events = drive.journal.iter().map(|stamped| &stamped.event);
    let after = events
        .skip_while(|event| !matches!(event, Event::Rollback(RollbackEvent::Requested { .. })));
    for event in after {
        let lets_go = matches!(event, Event::Approval(ApprovalEvent::Requested { .. }));
        assert!(!lets_go, "{event:?}");
    }
}

impl Walked {
    fn look(&mut self, drive: &Drive) {
        acts_have_a_person_behind_them(drive);
        nothing_is_let_go_while_it_is_taken_back(drive);
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

/// What each walk sees at least, with what lies beside it in the table.
const FROM_NOTHING: [&str; 2] = ["Preparing", "ended failed"];
const FROM_THE_DECISION: [&str; 7] = [
    "AwaitingApproval",
    "ApprovalRequested",
    "Deploying",
    "Monitoring",
    "ended rejected",
    "ended cancelled",
    "ended closed",
];
const FROM_THE_DEPLOY: [&str; 7] = [
    "Monitoring",
    "Undecided",
    "RollingBack",
    "RollbackFailed",
    "Recovering",
    "Stopped",
    "ended rolled back",
];
const FROM_A_CANARY: [&str; 3] = ["AwaitingApproval", "Deploying", "StageWatch"];
const FROM_A_WATCH: [&str; 3] = ["Monitoring", "RollingBack", "ended complete"];
const AFTER_A_MONTH: [&str; 2] = ["AwaitingApproval", "ended expired"];

#[test]
fn from_the_first_sight_every_act_has_a_person_behind_it() {
    let all = walked(false, Begin::Nothing, People::All);
    all.saw(&FROM_NOTHING, &["reject"]);
}

#[test]
fn from_the_decision_on_every_act_has_a_person_behind_it() {
    let all = walked(false, Begin::Waiting, People::All);
    all.saw(
        &FROM_THE_DECISION,
        &["approve", "reject", "cancel", "re-run"],
    );
    assert!(all.approved);
}

#[test]
fn from_the_deploy_on_every_act_has_a_person_behind_it() {
    let all = walked(false, Begin::Deployed, People::All);
    all.saw(&FROM_THE_DEPLOY, &["dispatch"]);
}

/// Three stages, each released by a person.
const CANARY: &str = r#"
[strategy]
kind = "canary"
advance = "ask"
stages = [
  { weight = "5%", bound = { environment = "prod-5" }, duration = "PT3M", gates = ["error_rate < 1%"] },
  { weight = "25%", bound = { environment = "prod-25" }, duration = "PT3M", gates = [] },
  { weight = "100%", bound = { environment = "production" }, duration = "PT1M", gates = [] },
]
"#;
const STAGES: [&str; 5] = [
    r#"run = { state = "waiting", jobs = ["build: success 13:41 13:45"], held = ["prod-5"], reviews = [] }"#,
    r#"run = { state = "running", jobs = ["build: success 13:41 13:45", "prod-5: running 14:00:40"], held = [], reviews = ["ours approved prod-5"] }"#,
    r#"run = { state = "waiting", jobs = ["build: success 13:41 13:45", "prod-5: success 14:00:40 14:03"], held = ["prod-25"], reviews = ["ours approved prod-5"] }"#,
    r#"run = { state = "waiting", jobs = ["build: success 13:41 13:45", "prod-25: success 14:09:40 14:12"], held = ["production"], reviews = ["ours approved prod-25", "ours approved prod-5"] }"#,
    r#"run = { state = "success", jobs = ["build: success 13:41 13:45", "deploy: success 14:12:10 14:13"], held = [], reviews = ["ours approved production", "ours approved prod-25", "ours approved prod-5"] }"#,
];

#[test]
fn of_a_canary_every_stage_has_a_person_behind_it() {
    let all = walked_from(begun_by(CANARY, Begin::Seen), &STAGES, People::All);
    all.saw(&FROM_A_CANARY, &["approve", "dispatch"]);
}

#[test]
fn where_nobody_confirms_an_approval_no_stage_is_approved() {
    let all = walked_from(begun_by(CANARY, Begin::Seen), &STAGES, People::NeverApprove);
    assert!(!all.approved);
    assert!(all.kept_back > 0, "it could have been");
}

#[test]
fn from_a_watch_that_ends_well_every_act_has_a_person_behind_it() {
    let mut begun = begun(false, Begin::Deployed);
    begun.wait("2026-11-20T14:11:00Z".parse().unwrap());
    let healthy =
        r#"metrics = { from = "13:57", until = "14:11", error_rate = 0.1, latency_p99 = 181.0 }"#;
    let all = walked_from(begun, &[healthy], People::All);
    all.saw(&FROM_A_WATCH, &["dispatch"]);
}

#[test]
fn what_github_gave_up_after_a_month_asks_nobody_and_sends_nothing() {
    let mut begun = begun(false, Begin::Waiting);
    begun.wait("2026-12-20T15:00:00Z".parse().unwrap());
    let given_up = r#"run = { state = "failure", jobs = ["build: success 13:41 13:45", "deploy: failure"], held = [], reviews = [] }"#;
    let all = walked_from(begun, &[given_up], People::NeverApprove);
    all.saw(&AFTER_A_MONTH, &[]);
    assert!(!all.approved);
}

/// Every phase of the table, by name: a phase that is new does not compile before it stands here.
fn table() -> BTreeSet<String> {
    let ends = [
        End::Complete,
        End::Rejected {
            by: None,
            reason: "no".into(),
        },
        End::Failed {
            what: "deploy".into(),
        },
        End::Expired,
        End::Cancelled,
        End::RolledBack,
        End::ClosedByHand {
            reason: "done".into(),
        },
    ];
    let mut next = Some(Phase::Preparing);
    let mut all = BTreeSet::new();
    while let Some(phase) = next {
        all.insert(word(&phase));
        next = match phase {
            Phase::Preparing => Some(Phase::AwaitingApproval),
            Phase::AwaitingApproval => Some(Phase::ApprovalRequested),
            Phase::ApprovalRequested => Some(Phase::Deploying),
            Phase::Deploying => Some(Phase::StageWatch { stage: 0 }),
            Phase::StageWatch { .. } => Some(Phase::Monitoring),
            Phase::Monitoring => Some(Phase::Undecided),
            Phase::Undecided => Some(Phase::RollingBack),
            Phase::RollingBack => Some(Phase::RollbackFailed),
            Phase::RollbackFailed => Some(Phase::Recovering),
            Phase::Recovering => Some(Phase::Stopped),
            Phase::Stopped => Some(Phase::Ended(ends[0].clone())),
            Phase::Ended(end) => {
                let at = match end {
                    End::Complete => 1,
                    End::Rejected { .. } => 2,
                    End::Failed { .. } => 3,
                    End::Expired => 4,
                    End::Cancelled => 5,
                    End::RolledBack => 6,
                    End::ClosedByHand { .. } => 7,
                };
                ends.get(at).cloned().map(Phase::Ended)
            }
        };
    }
    all
}

#[test]
fn together_the_walks_see_every_phase() {
    let walks: [&[&str]; 6] = [
        &FROM_NOTHING,
        &FROM_THE_DECISION,
        &FROM_THE_DEPLOY,
        &FROM_A_CANARY,
        &FROM_A_WATCH,
        &AFTER_A_MONTH,
    ];
    let seen: BTreeSet<String> = walks.concat().into_iter().map(str::to_owned).collect();
    assert_eq!(seen, table());
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
