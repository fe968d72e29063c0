//! The crew of a flight: every feed and the performer, started together on the network's side.

use std::{sync::Arc, time::Duration};

use jiff::SignedDuration;
use tokio::sync::{mpsc, watch};

use super::{
    calendar, claims, clicks, courier,
    desk::Desk,
    diff, evidence, flags, lane, letters, machine, metrics, production, programs,
    pulse::{Gone, Pulse},
    questions, run, smoke,
};
use crate::{
    domain::{Feed, Seq, claim::ClaimName, later, policy::Policy, record::ServiceLock},
    flight::{flying::Report, needs::Needs, outside::Outside, performer::perform},
    ports::{Letters, Store},
};

/// Between two questions for whose token this is.
const ASK_AGAIN: SignedDuration = SignedDuration::from_secs(15);
/// Longest wait, in real time, for the seat to be given up at the end.
const LEAVING: Duration = Duration::from_millis(800);

/// What the crew needs.
pub struct Crew {
    /// The world.
    pub outside: Outside,
    /// The rules.
    pub policy: Arc<Policy>,
    /// Where blobs go.
    pub store: Arc<dyn Store>,
    /// What the release needs.
    pub needs: watch::Receiver<Needs>,
    /// Where reports go.
    pub reports: mpsc::Sender<Report>,
    /// Acts up to this were requested by an earlier process.
    pub resumed: Seq,
    /// The letters of the other cockpits of this machine, for the one that drives.
    pub letters: Option<Arc<dyn Letters>>,
    /// Whether acts are performed at all: a cockpit that watches performs none.
    pub acts: bool,
}

impl Crew {
    /// Works until the flight is gone.
    pub async fn work(self) {
        let pulse = |feed: Feed, patience: i64| {
            let patience = SignedDuration::from_secs(patience);
            Pulse::new(&self.outside, &self.needs, &self.reports, feed, patience)
        };
        let desk = Desk {
            policy: Arc::clone(&self.policy),
            store: Arc::clone(&self.store),
            drives: self.acts,
        };
        let performing = async {
            if self.acts {
                let (outside, needs) = (self.outside.clone(), self.needs.clone());
                perform(outside, needs, self.reports.clone(), self.resumed).await;
            }
            Ok::<(), Gone>(())
        };
        let probing = async {
            match &self.outside.probe {
                Some(probe) => {
                    let prefix = self.policy.target.tag_prefix.clone();
                    production::follow(pulse(Feed::Production, 180), Arc::clone(probe), prefix)
                        .await
                }
                None => Ok(()),
            }
        };
        let smoking = async {
            // Tests may write: only who drives runs them.
            if self.acts {
                return smoke::follow(pulse(Feed::Production, 180)).await;
            }
            Ok(())
        };
        let reading = async {
            match &self.letters {
                Some(port) => letters::follow(pulse(Feed::Script, 180), Arc::clone(port)).await,
                None => Ok(()),
            }
        };
        let viewing = async {
            self.name_viewer().await;
            Ok::<(), Gone>(())
        };
        let (locked, lock_elsewhere) = watch::channel(None);
        let claiming = self.claim(pulse(Feed::Github, 180), locked);
        let gone = self.reports.clone();
        // Each ends when the flight is gone, and that is the only way.
        let everybody = async {
            let _ = tokio::join!(
                run::follow(pulse(Feed::Github, 60), Arc::clone(&self.policy)),
                lane::follow(pulse(Feed::Github, 300), Arc::clone(&self.policy)),
                evidence::follow(pulse(Feed::Github, 300), desk.clone()),
                Box::pin(diff::follow(pulse(Feed::Github, 300), desk.clone())),
                Box::pin(questions::follow(pulse(Feed::Github, 300), desk.clone())),
                Box::pin(programs::follow(|| pulse(Feed::Script, 300), desk)),
                metrics::follow(pulse(Feed::Metrics, 180), Arc::clone(&self.policy)),
                metrics::follow_alarms(pulse(Feed::Alarms, 180)),
                calendar::follow(
                    pulse(Feed::Calendar, 60),
                    Arc::clone(&self.outside.calendar),
                    Arc::clone(&self.policy)
                ),
                probing,
                Box::pin(self.flags(pulse(Feed::Flags, 180))),
                Box::pin(smoking),
                Box::pin(reading),
                performing,
                Box::pin(self.chat(pulse(Feed::Slack, 60), pulse(Feed::Slack, 60))),
                viewing,
                Box::pin(claiming),
                machine::follow_locks(self.outside.clone(), self.reports.clone(), lock_elsewhere),
            );
        };
        tokio::select! {
            () = everybody => {}
            () = gone.closed() => {}
        }
        self.leave_seat().await;
    }

    /// Only who drives speaks, and is spoken to.
    async fn chat(&self, posts: Pulse, hears: Pulse) -> Result<(), Gone> {
        let Some(chat) = self.outside.chat.as_ref().filter(|_| self.acts) else {
            return Ok(());
        };
        let (posts, hears) = posts.beside(hears);
        let posting = courier::follow(posts, Arc::clone(chat), self.resumed);
        let hearing = clicks::follow(hears, Arc::clone(chat));
        tokio::try_join!(posting, hearing).map(|_| ())
    }

    /// Where the rules name flags and somebody keeps them.
    async fn flags(&self, pulse: Pulse) -> Result<(), Gone> {
        match (&self.outside.flags, &self.policy.flags) {
            (Some(port), Some(rule)) => {
                flags::follow(pulse, Arc::clone(port), rule.names.clone()).await
            }
            _ => Ok(()),
        }
    }

    /// Keeps what this machine claims, where there is anybody to tell.
    async fn claim(
        &self,
        pulse: Pulse,
        locked: watch::Sender<Option<ServiceLock>>,
    ) -> Result<(), Gone> {
        match &self.outside.claims {
            Some(port) => claims::follow(pulse, Arc::clone(port), self.acts, locked).await,
            None => Ok(()),
        }
    }

    /// Whoever leaves says so, where that takes no time: else the claim runs out by itself.
    async fn leave_seat(&self) {
        if !self.acts {
            return;
        }
        if let Some(port) = &self.outside.claims {
            let name = ClaimName::Seat(self.needs.borrow().run);
            let leaving = claims::leave(&**port, name);
            // What is not told by then is told by the claim's end.
            let _ = tokio::time::timeout(LEAVING, leaving).await;
        }
    }

    /// Tells whose token this is, as soon as that can be had: without a name nobody can decide here.
    async fn name_viewer(&self) {
        while !self.reports.is_closed() {
            match self.outside.calm.runs.viewer().await {
                Ok(viewer) => {
                    // A flight that is gone needs no name.
                    let _ = self.reports.send(Report::Viewer(viewer)).await;
                    return;
                }
                Err(fault) => tracing::info!(%fault, "nobody can tell yet whose token this is"),
            }
            let again = later(self.outside.clock.now(), ASK_AGAIN);
            self.outside.clock.sleep_until(again).await;
        }
    }
}
