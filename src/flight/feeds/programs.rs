//! The feed of what the rules' programs answer to prerequisites and checklist items, while a decision is ahead.
//!
//! They run only in the cockpit that drives, once a person trusted them. Each is asked by itself: one that hangs until its
//! limit holds back no other question.

use futures_util::future::try_join_all;
use jiff::{SignedDuration, Timestamp};
use serde_json::json;
use tokio::sync::Semaphore;

use super::{
    desk::Desk,
    pulse::{Gone, Pulse},
};
use crate::{
    domain::{
        Sha, later,
        observation::Observation,
        policy::Program,
        question::{Answer, Ask, Subject},
    },
    flight::needs::Needs,
};

/// Between two runs of a program.
const EVERY: SignedDuration = SignedDuration::from_mins(5);
/// While nobody decides.
const REST: SignedDuration = SignedDuration::from_hours(1);
/// Programs that run at the same time, at most.
const AT_ONCE: usize = 8;

/// A question that a program answers.
struct Asked<'a> {
    subject: &'a Subject,
    program: &'a Program,
    /// How old the time may be that it prints, where it prints one.
    within: Option<SignedDuration>,
    service: &'a str,
}

/// What an answer is of: a commit and an attempt.
type Of = (Sha, u32);

/// Asks each program of the rules, with a pulse of its own.
pub(super) async fn follow(pulse: impl Fn() -> Pulse, desk: Desk) -> Result<(), Gone> {
    if !desk.drives {
        return Ok(());
    }
    let questions = desk.policy.questions();
    let room = Semaphore::new(AT_ONCE);
    let all = questions.iter().filter_map(|question| match &question.ask {
        Ask::Command { program, within } => {
            let asked = Asked {
                subject: &question.subject,
                program,
                within: *within,
                service: &desk.policy.service,
            };
            Some(asked.follow(pulse(), &room))
        }
        _ => None,
    });
    try_join_all(all).await.map(|_| ())
}

/// What is to be asked of now; `None`: nobody decides, or nobody trusted the programs.
fn wanted(needs: &Needs) -> Option<Of> {
    let evidence = &needs.evidence;
    let may_run = needs.asks_questions && evidence.trust.is_some();
    let sha = evidence.sha.as_ref().filter(|_| may_run)?;
    Some((sha.clone(), needs.attempt))
}

impl Asked<'_> {
    async fn follow(self, mut pulse: Pulse, room: &Semaphore) -> Result<(), Gone> {
        let mut last: Option<(Of, Timestamp)> = None;
        loop {
            let needs = pulse.needs();
            let of = wanted(&needs);
            let now = pulse.now();
            let again = last
                .as_ref()
                .filter(|(before, _)| of.as_ref() == Some(before))
                .map_or(now, |(_, at)| later(*at, EVERY));
            let next = match of {
                Some(of) if again <= now => {
                    let answer = self.run(&pulse, &needs, &of, room).await;
                    // What was asked of another commit answers nothing any more.
                    let is_of_now = wanted(&pulse.needs()).as_ref() == Some(&of);
                    last = Some((of, now));
                    if is_of_now {
                        let answers = vec![(self.subject.clone(), answer)];
                        pulse.see(Observation::Checked(answers)).await?;
                        later(now, EVERY)
                    } else {
                        now
                    }
                }
                Some(_) => again,
                None => later(now, REST),
            };
            let seen = wanted(&needs);
            pulse.rest(next, |now| wanted(now) != seen).await?;
        }
    }

    async fn run(&self, pulse: &Pulse, needs: &Needs, of: &Of, room: &Semaphore) -> Answer {
        let facts = json!({
            "service": self.service,
            "run": needs.run,
            "attempt": of.1,
            "sha": of.0,
            "production": needs.evidence.base,
        });
        let facts = facts.to_string();
        let outside = &pulse.outside;
        // Never closed: without a place it would run all the same.
        let _place = room.acquire().await.ok();
        let program = self.program;
        let ended = outside
            .script
            .run(&program.arguments, facts.as_bytes(), program.timeout)
            .await;
        let name = program.name();
        Answer::of_program(&ended, name.as_str(), self.within, outside.clock.now())
    }
}
