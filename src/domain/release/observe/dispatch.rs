//! Which observation is compared with what.

use jiff::{SignedDuration, Timestamp};

use super::{artifacts, claims, flags, lane, minutes, rollback, run};
use crate::domain::{
    ArtifactId, Deed, Event, Feed, Outcome, Seq, Text,
    approval::ApprovalEvent,
    chat::{ChatEvent, ChatFate},
    checklist::ChecklistEvent,
    evidence::{Candidate, EvidenceEvent, EvidenceKind, Finding, Piece},
    judge::JudgeEvent,
    later,
    observation::{AlarmSnapshot, AlarmState, DeploymentSnapshot, Observation},
    policy::{TimeWindow, gate::GateEvent},
    question::{Answer, Subject},
    record::{EarlierRelease, RecordEvent, ServiceLock, Trust},
    release::{Release, SETTLE, past_span},
    rollback::{Readiness, RollbackEvent, RollbackProgress},
    rollout::{ProductionAnswer, RolloutEvent},
    smoke::{Moment, SmokeEvent, SmokeOutcome},
};

/// Between two records of a calendar that is read as it was.
const CALENDAR: SignedDuration = SignedDuration::from_hours(24);

/// Past deployments that are kept.
const DEPLOYMENTS_KEPT: usize = 10;

/// Which feed saw it. An act is answered by whom it was asked of.
pub fn seen_by(release: &Release, seen: &Observation) -> Feed {
    let Observation::Answered { act, .. } = seen else {
        return seen.feed();
    };
    match release.outbox().find(|open| open.seq == *act) {
        Some(open) => match open.deed {
            Deed::KillFlag { .. } => Feed::Flags,
            Deed::Script { .. } => Feed::Script,
            _ => Feed::Github,
        },
        None => seen.feed(),
    }
}

/// What is new in `seen`.
///
/// Gives one layer of differences at a time: the caller folds them and asks again with the same observation, until
/// nothing is new. Then the same answer gives nothing, however often it comes.
pub fn observe(release: &Release, seen: &Observation, at: Timestamp) -> Vec<Event> {
    match seen {
        Observation::Run(seen) => run::observe_run(release, seen),
        Observation::ProductionRun(seen) => run::observe_production_run(release, seen),
        Observation::RollbackRun(seen) => rollback::observe_rollback_run(release, seen),
        Observation::Lane(seen) => lane::observe_lane(release, seen),
        Observation::Metrics { .. } | Observation::Past { .. } => minutes::observe(release, seen),
        Observation::MorePast(seen) => past_span::observe(release, seen),
        Observation::Candidate(seen) => candidate(release, seen),
        Observation::Artifacts(artifacts) => artifacts::listed(release, artifacts),
        Observation::ArtifactsElsewhere {
            workflow,
            artifacts,
        } => artifacts::listed_elsewhere(release, workflow, artifacts),
        Observation::Evidence {
            artifact,
            finding,
            made,
            other_commit,
        } => new_if(!is_read(release, *artifact, finding), || {
            EvidenceEvent::Read {
                artifact: *artifact,
                finding: finding.clone(),
                made: *made,
                other_commit: *other_commit,
            }
        }),
        Observation::Unreadable { kind, fault } => {
            let known = Piece::Unreadable(fault.clone());
            new_if(release.evidence.pieces.get(kind) != Some(&known), || {
                EvidenceEvent::Unreadable {
                    kind: *kind,
                    fault: fault.clone(),
                }
            })
        }
        Observation::Missing { kind } => new_if(is_news_that_missing(release, *kind), || {
            EvidenceEvent::Missing { kind: *kind }
        }),
        Observation::Compared(diff) => new_if(release.evidence.diff.as_ref() != Some(diff), || {
            EvidenceEvent::Compared(diff.clone())
        }),
        Observation::NotCompared(seen) => {
            let known = release.evidence.not_compared.as_ref();
            new_if(known != Some(seen), || {
                EvidenceEvent::NotCompared(seen.clone())
            })
        }
        Observation::Production(answer) => production(release, answer, at),
        Observation::Deployments { newest, failed } => {
            deployments_seen(release, newest, failed.as_deref())
        }
        Observation::Environment(seen) => {
            new_if(release.rollout.protection.as_ref() != Some(seen), || {
                RolloutEvent::ProtectionSeen(seen.clone())
            })
        }
        Observation::Readiness(readiness) => readiness_seen(release, readiness),
        Observation::Alarms(alarms) => alarms_seen(release, alarms),
        Observation::Calendar(windows) => calendar(release, windows, at),
        Observation::Checked(answers) => checked(release, answers),
        Observation::Smoke {
            moment,
            asked,
            outcome,
        } => smoke(release, *moment, *asked, outcome),
        Observation::ServiceLock(lock) => service_lock(release, lock.as_ref()),
        Observation::Earlier(seen) => earlier(release, seen.as_ref()),
        Observation::Claims(seen) => claims::observe_claims(release, seen),
        Observation::HoldTold { began, why } => claims::hold_told(release, *began, why.as_ref()),
        Observation::ClaimAnswered { act, fate } => claims::claim_answered(release, *act, fate),
        Observation::Answered { act, outcome } => answered(release, *act, outcome),
        Observation::Flags(seen) => flags::observe_flags(release, seen),
        Observation::Messaged { .. } | Observation::CardGone(_) => told(release, seen),
        Observation::Trusted(trust) => trusted(release, trust),
        Observation::Silent { .. } => silent(release, seen),
        Observation::Back { feed } => new_if(release.record.silent.contains_key(feed), || {
            RecordEvent::FeedBack { feed: *feed }
        }),
    }
}

fn silent(release: &Release, seen: &Observation) -> Vec<Event> {
    let Observation::Silent {
        feed,
        since,
        fault,
        turned,
    } = seen
    else {
        return Vec::new();
    };
    let known = release.record.silent.get(feed);
    // What does not pass by itself waits for a person: it says what to do.
    let why = if fault.passes_by_itself() {
        fault.to_string()
    } else {
        format!("{fault}: {}", fault.kind.mend())
    };
    let why = Text::line(&why);
    // Another reason is news of the same silence; what only another question met says the same in other words.
    let is_new = known.is_none_or(|(_, before)| *turned && *before != why);
    let (feed, since) = (*feed, known.map_or(*since, |(since, _)| *since));
    new_if(is_new, || RecordEvent::FeedSilent { feed, since, why })
}

/// What the chat tells of its messages.
fn told(release: &Release, seen: &Observation) -> Vec<Event> {
    match seen {
        Observation::Messaged { act, fate } => messaged(release, *act, fate),
        Observation::CardGone(place) => new_if(release.chat.card() == Some(place), || {
            let place = place.clone();
            ChatEvent::CardGone { place }
        }),
        _ => Vec::new(),
    }
}

fn messaged(release: &Release, act: Seq, fate: &ChatFate) -> Vec<Event> {
    let mut requested = release.chat.requested();
    let is_new = requested.any(|(seq, ..)| seq == act);
    new_if(is_new, || ChatEvent::MessageAnswered {
        act,
        fate: fate.clone(),
    })
}

fn readiness_seen(release: &Release, readiness: &Readiness) -> Vec<Event> {
    let is_new = release.rollback.readiness.as_ref() != Some(readiness);
    new_if(is_new, || RollbackEvent::ReadinessSeen(readiness.clone()))
}

fn service_lock(release: &Release, lock: Option<&ServiceLock>) -> Vec<Event> {
    let is_new = release.record.service_lock.as_ref() != lock;
    new_if(is_new, || match lock {
        Some(lock) => RecordEvent::ServiceLocked(lock.clone()),
        None => RecordEvent::ServiceFreed,
    })
}

fn candidate(release: &Release, seen: &Candidate) -> Vec<Event> {
    let is_new = release.evidence.candidate.as_ref() != Some(seen);
    new_if(is_new, || EvidenceEvent::CandidateSeen(seen.clone()))
}

fn earlier(release: &Release, seen: Option<&EarlierRelease>) -> Vec<Event> {
    let is_new = release.record.earlier.as_ref() != seen;
    new_if(is_new, || RecordEvent::EarlierSeen(seen.cloned()))
}

fn trusted(release: &Release, trust: &Trust) -> Vec<Event> {
    let commands = release.untrusted_programs();
    new_if(!commands.is_empty(), || RecordEvent::CommandsTrusted {
        hash: release.policy.hash.clone(),
        commands,
        trust: trust.clone(),
    })
}

fn new_if<E: Into<Event>>(is_new: bool, event: impl FnOnce() -> E) -> Vec<Event> {
    if is_new {
        vec![event().into()]
    } else {
        Vec::new()
    }
}

fn is_read(release: &Release, artifact: Option<ArtifactId>, finding: &Finding) -> bool {
    matches!(
        release.evidence.pieces.get(&finding.kind()),
        Some(Piece::Read { artifact: known, finding: same, .. }) if *known == artifact && same == finding
    )
}

/// A piece that was read once does not go missing: artifacts expire.
fn is_news_that_missing(release: &Release, kind: EvidenceKind) -> bool {
    match release.evidence.pieces.get(&kind) {
        None | Some(Piece::Unreadable(_)) => true,
        Some(Piece::Missing | Piece::Read { .. }) => false,
    }
}

fn production(release: &Release, answer: &ProductionAnswer, at: Timestamp) -> Vec<Event> {
    let known = release.rollout.production.get(&answer.source);
    let is_new = match known {
        None => true,
        // The same answer is news once after a deploy and once after a rollback: it says that production did not change.
        Some((same, asked)) => {
            same != answer || turning_points(release).any(|turn| *asked < turn && turn <= at)
        }
    };
    new_if(is_new, || RolloutEvent::ProductionAnswered(answer.clone()))
}

/// When production should have changed.
fn turning_points(release: &Release) -> impl Iterator<Item = Timestamp> {
    let rolled_back = release
        .rollback
        .newest()
        .and_then(|attempt| match &attempt.progress {
            RollbackProgress::Finished { at, .. } => Some(*at),
            RollbackProgress::Preparing
            | RollbackProgress::Starting
            | RollbackProgress::Running
            | RollbackProgress::Failed { .. } => None,
        });
    let deployed = release.rollout.deployed;
    // The answer that counts against a deploy is one from after its settling time.
    let settled = deployed.map(|at| later(at, SETTLE));
    deployed.into_iter().chain(settled).chain(rolled_back)
}

fn calendar(release: &Release, windows: &[TimeWindow], at: Timestamp) -> Vec<Event> {
    let known = &release.calendar;
    let is_new = known.windows.as_deref() != Some(windows);
    // What is the same is recorded once a day: how far ahead it is known counts from there.
    let is_old = known.read.is_none_or(|read| at >= later(read, CALENDAR));
    new_if(is_new || is_old, || GateEvent::CalendarRead {
        windows: windows.to_vec(),
    })
}

/// Answers that are other than known.
fn checked(release: &Release, answers: &[(Subject, Answer)]) -> Vec<Event> {
    let news = answers
        .iter()
        .filter_map(|(subject, answer)| -> Option<Event> {
            let answer = answer.clone();
            match subject {
                Subject::Prerequisite(name) => {
                    let is_new = release.prerequisites.get(name) != Some(&answer);
                    let name = name.clone();
                    is_new.then(|| GateEvent::PrerequisiteChecked { name, answer }.into())
                }
                Subject::Item(item) => {
                    let is_new = release.checklist.answers.get(item) != Some(&answer);
                    let item = item.clone();
                    is_new.then(|| ChecklistEvent::ItemChecked { item, answer }.into())
                }
            }
        });
    news.collect()
}

/// An answer is news once; one of an earlier question comes too late.
fn smoke(
    release: &Release,
    moment: Moment,
    asked: Timestamp,
    outcome: &SmokeOutcome,
) -> Vec<Event> {
    let known = release.smoke.runs.get(&moment);
    new_if(
        known.is_none_or(|run| run.asked < asked),
        || match outcome {
            SmokeOutcome::Ran(summary) => SmokeEvent::Ran {
                moment,
                asked,
                summary: summary.clone(),
            },
            SmokeOutcome::NoResult(why) => SmokeEvent::NoResult {
                moment,
                asked,
                why: why.clone(),
            },
        },
    )
}

fn deployments_seen(
    release: &Release,
    deployments: &[DeploymentSnapshot],
    failed: Option<&DeploymentSnapshot>,
) -> Vec<Event> {
    let rollout = &release.rollout;
    let kept = &deployments[..deployments.len().min(DEPLOYMENTS_KEPT)];
    let is_new =
        rollout.deployments.as_deref() != Some(kept) || rollout.failed_before.as_deref() != failed;
    new_if(is_new, || RolloutEvent::DeploymentsSeen {
        newest: kept.to_vec(),
        failed: failed.cloned().map(Box::new),
    })
}

fn alarms_seen(release: &Release, alarms: &[AlarmSnapshot]) -> Vec<Event> {
    let traffic = release.rollout.first_traffic;
    alarms
        .iter()
        .filter_map(|alarm| {
            let known = release.watch.alarms.get(alarm.name.as_str());
            let is_new =
                known.is_none_or(|known| (known.state, known.since) != (alarm.state, alarm.since));
            let before = match (traffic, alarm.since) {
                (None, _) => true,
                (Some(traffic), Some(since)) => since < traffic,
                (Some(_), None) => known.is_some_and(|known| known.before),
            };
            is_new.then(|| {
                JudgeEvent::AlarmChanged {
                    alarm: alarm.name.clone(),
                    state: alarm.state,
                    since: alarm.since,
                    before: before && alarm.state == AlarmState::Alarm,
                }
                .into()
            })
        })
        .collect()
}

fn answered(release: &Release, act: Seq, outcome: &Outcome) -> Vec<Event> {
    let Some(open) = release.outbox().find(|open| open.seq == act) else {
        return Vec::new();
    };
    let outcome_of = || outcome.clone();
    if release
        .approval
        .request
        .as_ref()
        .is_some_and(|request| request.seq == act)
    {
        let mut events: Vec<Event> = vec![
            ApprovalEvent::Answered {
                act,
                outcome: outcome_of(),
            }
            .into(),
        ];
        if let (Deed::Dispatch { .. }, Outcome::Taken { run }) = (&open.deed, outcome) {
            events.extend(run::dispatched(release, act, *run));
        }
        return events;
    }
    if release
        .rollout
        .request
        .as_ref()
        .is_some_and(|(seq, _)| *seq == act)
    {
        return vec![
            RolloutEvent::Answered {
                act,
                outcome: outcome_of(),
            }
            .into(),
        ];
    }
    if let Some(event) = flags::kill_answered(release, act, outcome) {
        return vec![event];
    }
    rollback::answered(release, open, outcome)
}
