//! Triggers that may roll back without asking again: when a countdown starts, what stops it, and its zero.
//!
//! It stands on fresh data alone: what is unknown, ambiguous or old never starts one and stops one that runs, and a
//! cockpit that was not awake all along asks instead.

use jiff::{SignedDuration, Timestamp};

use super::decide::roll_back;
use crate::domain::{
    Event, Feed, Text,
    approval::{Agreement, ConfirmedRollback},
    judge::{Fired, State},
    later,
    policy::{DuringDeploy, OnTrigger},
    release::Release,
    rollback::{Countdown, CountdownEnd, Plan, RollbackEvent},
    wording,
};

/// Data older than this tells nothing about now: nothing starts on it.
const FRESH: SignedDuration = SignedDuration::from_mins(3);
/// What runs already waits so long more for the next minute. Sources publish two minutes late and are asked once a minute:
/// the newest data is a little older than three minutes each time before the next comes.
const NEXT_MINUTE: SignedDuration = SignedDuration::from_mins(1);
/// So long before its end a countdown wants to have looked for the holds of other machines.
pub(super) const HOLDS_BEFORE: SignedDuration = SignedDuration::from_secs(5);
/// So long after its end that look is waited for.
const HOLDS_AFTER: SignedDuration = SignedDuration::from_secs(60);
/// So long a cockpit that just started or woke up watches before it counts down.
const AWAKE: SignedDuration = SignedDuration::from_mins(3);

impl Release {
    /// What was agreed to in advance and still stands.
    pub fn agreement(&self) -> Option<&Agreement> {
        self.approval.agreement.as_ref()
    }

    /// Whether cockpit must notice that it was not awake: something may happen here without a person's key.
    pub fn acts_by_itself(&self) -> bool {
        self.agreement().is_some() && self.rollback.attempts.is_empty() && !self.phase().is_end()
    }

    /// Why the alert that stands does not count down, where its trigger was agreed to; `None` where it does, where nothing
    /// was agreed to, or nothing fired.
    pub fn why_not_counting(&self, at: Timestamp) -> Option<Text> {
        let agreement = self.agreement()?;
        if self.rollback.countdown().is_some() {
            return None;
        }
        let (source, fired) = self
            .watch
            .alerts()
            .find(|(source, _)| agreement.lets_roll_back(source))?;
        self.counts_no_more(source, fired)
            .or_else(|| self.hinders_countdown(source, at, FRESH))
    }

    /// Why this firing has had its countdown.
    fn counts_no_more(&self, source: &str, fired: &Fired) -> Option<Text> {
        let all = &self.rollback.countdowns;
        let held = all.iter().rev().find_map(|one| match &one.end {
            Some(CountdownEnd::Held { by }) => Some(by),
            Some(_) | None => None,
        });
        if let Some(by) = held {
            let who = by.as_ref().map_or("a person", |by| by.as_str());
            return Some(Text::line(&format!("held by {who}")));
        }
        let before = all
            .iter()
            .rev()
            .find(|one| one.trigger == source && one.started >= fired.at)?;
        Some(match &before.end {
            Some(CountdownEnd::Stopped { why }) => why.clone(),
            _ => "it counted down once".into(),
        })
    }

    /// Why no countdown may run for this trigger at `at` on data that is `oldest`.
    fn hinders_countdown(
        &self,
        source: &str,
        at: Timestamp,
        oldest: SignedDuration,
    ) -> Option<Text> {
        let said = |text: &str| Some(Text::line(text));
        if let Some(driver) = self.record.seating.driver_elsewhere() {
            return said(&format!("{driver} drives"));
        }
        let rule = self.policy.rollback.as_ref();
        if rule.is_none_or(|rule| rule.on_trigger != OnTrigger::PreAuthorised) {
            return said("the rules ask");
        }
        if !self.rollback.attempts.is_empty() || !self.may_roll_back() || self.phase().is_end() {
            return said("no rollback can be asked for now");
        }
        if self.rollback_shown().is_none() {
            return said("there is no earlier release to go back to");
        }
        if self.agreed_plan().is_none() {
            return said("the deploy still runs, and what becomes of it is asked");
        }
        let Some((_, fired)) = self.watch.alerts().find(|(name, _)| *name == source) else {
            return said("it is true no longer, or somebody watches on");
        };
        if fired.at < self.record.awake.unwrap_or(self.opened) {
            return said("it fired before this cockpit looked");
        }
        self.is_drowsy(at)
            .or_else(|| self.is_silent_or_old(at, oldest))
            .or_else(|| self.doubts(source))
    }

    /// Whether cockpit has not watched long enough yet to do anything by itself.
    pub(super) fn is_drowsy(&self, at: Timestamp) -> Option<Text> {
        let awake = self.record.awake.unwrap_or(self.opened);
        (at < later(awake, AWAKE)).then(|| "cockpit has just started or woken up".into())
    }

    /// Why nobody can tell how production is at `at`: old data, or a feed that does not answer.
    pub(super) fn is_dark(&self, at: Timestamp) -> Option<Text> {
        self.is_silent_or_old(at, FRESH)
    }

    fn is_silent_or_old(&self, at: Timestamp, oldest: SignedDuration) -> Option<Text> {
        let silent = [Feed::Metrics, Feed::Alarms]
            .into_iter()
            .find(|feed| self.record.silent.contains_key(feed));
        if let Some(feed) = silent {
            return Some(Text::line(&format!("{} do not answer", feed.word())));
        }
        let Some(newest) = self.watch.newest() else {
            return Some("no minute is judged".into());
        };
        let age = at.duration_since(newest.end());
        (age > oldest).then(|| Text::line(&format!("the newest data is {} old", wording::age(age))))
    }

    /// Why the newest data does not say that the trigger is true.
    fn doubts(&self, source: &str) -> Option<Text> {
        let all = self.trigger_verdicts();
        match all.into_iter().find(|(name, _)| name == source) {
            None => Some("not judged".into()),
            Some((_, verdict)) if verdict.state == State::Fail => None,
            Some((_, verdict)) => {
                let words = format!("{}: {}", verdict.state.word(), verdict.why);
                Some(Text::line(&words))
            }
        }
    }

    /// Whether somebody may hold it on another machine without this one having looked.
    fn holds_unread(&self, running: &Countdown) -> bool {
        let enough = later(running.zero, -HOLDS_BEFORE);
        self.record.seating.is_shared() && running.holds_read.is_none_or(|asked| asked < enough)
    }

    /// When the countdown ends, or is given up.
    pub(super) fn countdown_due(&self) -> Option<Timestamp> {
        let running = self.rollback.countdown()?;
        let waits = self.holds_unread(running) && self.newest() >= running.zero;
        Some(if waits {
            later(running.zero, HOLDS_AFTER)
        } else {
            running.zero
        })
    }

    /// What becomes of a deploy that still runs, where nobody needs to be asked.
    fn agreed_plan(&self) -> Option<Plan> {
        let rule = self.policy.rollback.as_ref()?;
        rule.dispatch.as_ref()?;
        if !self.rollout.deploy_runs() {
            return Some(Plan::Dispatch);
        }
        match rule.during_deploy {
            DuringDeploy::Ask => None,
            DuringDeploy::CancelThenDispatch => Some(Plan::CancelThenDispatch),
            DuringDeploy::Dispatch => Some(Plan::Dispatch),
            DuringDeploy::Wait => Some(Plan::Wait),
        }
    }
}

/// What `at` makes of countdowns: one starts, one stops, or one is at zero.
pub(super) fn count_down(release: &Release, at: Timestamp) -> Vec<Event> {
    let Some(agreement) = release.agreement() else {
        return Vec::new();
    };
    if let Some(running) = release.rollback.countdown() {
        return go_on(release, agreement, running, at);
    }
    let ready = release.watch.alerts().find(|(source, fired)| {
        agreement.lets_roll_back(source)
            && release.counts_no_more(source, fired).is_none()
            && release.hinders_countdown(source, at, FRESH).is_none()
    });
    let Some((source, fired)) = ready else {
        return Vec::new();
    };
    let wait = release
        .policy
        .rollback
        .as_ref()
        .map_or(SignedDuration::from_secs(60), |rule| rule.countdown);
    let started = RollbackEvent::CountdownStarted {
        trigger: source.to_owned(),
        why: fired.why.clone(),
        zero: later(at, wait),
        approval: agreement.approval(),
    };
    vec![started.into()]
}

fn go_on(
    release: &Release,
    agreement: &Agreement,
    running: &Countdown,
    at: Timestamp,
) -> Vec<Event> {
    let stopped = |why: Text| -> Vec<Event> {
        let trigger = running.trigger.clone();
        vec![RollbackEvent::CountdownStopped { trigger, why }.into()]
    };
    if at < running.started {
        return stopped("the clock was set back".into());
    }
    let oldest = FRESH + NEXT_MINUTE;
    if let Some(why) = release.hinders_countdown(&running.trigger, at, oldest) {
        return stopped(why);
    }
    if at < running.zero {
        return Vec::new();
    }
    // Nothing goes out on old data: the minute that is due is waited for as long as the zero stands.
    if let Some(why) = release.is_dark(at) {
        return if at < running.lasts_until() {
            Vec::new()
        } else {
            stopped(why)
        };
    }
    if release.holds_unread(running) {
        if at < later(running.zero, HOLDS_AFTER) {
            return Vec::new();
        }
        return stopped("GitHub does not tell whether somebody holds it on another machine".into());
    }
    let (Some(shown), Some(plan)) = (release.rollback_shown(), release.agreed_plan()) else {
        return stopped("no rollback can be asked for now".into());
    };
    let key = release.key.clone();
    let confirmed = ConfirmedRollback::pre_authorised(key, shown, plan, agreement, running, at);
    match confirmed {
        Err(why) => stopped(Text::line(&why.to_string())),
        Ok(confirmed) => roll_back(release, &confirmed)
            .unwrap_or_else(|refusal| stopped(Text::line(&refusal.to_string()))),
    }
}
