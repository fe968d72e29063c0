//! Minutes are judged: completeness, triggers, the window's end, recovery. In metric time, without a clock.

use std::collections::BTreeMap;

use jiff::Timestamp;

use super::{
    anomalies,
    elapse::{RECOVERY_MINUTES, first_whole},
};
use crate::domain::{
    Event, Phase, Text,
    judge::{self, JudgeEvent, State, Verdict, WatchState, Window},
    observation::{Minute, Sample},
    policy::{MetricName, Side, gate::GateEvent},
    release::{Release, ReleaseReadings},
    rollback::{RollbackEvent, RollbackProgress},
};

/// Minutes before the deploy in which a trigger must not have been true to be armed.
pub(super) const ARMING_MINUTES: i64 = 10;

/// What the judged minutes make happen: triggers armed, fired, cleared; the window judged; recovery judged.
pub fn judge(release: &Release) -> Vec<Event> {
    let mut events = gates_changed(release);
    if release.rollout.first_traffic.is_none() {
        return events;
    }
    if release.watch.triggers.is_empty() && !release.policy.hypercare.triggers.is_empty() {
        events.push(arm(release));
        return events;
    }
    let phase = release.phase();
    // Also while a re-run waits for its decision: what the attempt before it deployed still serves.
    if matches!(
        phase,
        Phase::Preparing
            | Phase::AwaitingApproval
            | Phase::ApprovalRequested
            | Phase::Deploying
            | Phase::StageWatch { .. }
            | Phase::Monitoring
            | Phase::Undecided
    ) {
        let fired = fire(release);
        // A trigger says it better: what it names is not told twice.
        if fired.is_empty() {
            events.extend(anomalies::news(release));
        }
        events.extend(fired);
    }
    // What fired or stands out is folded before the window is called anything.
    if phase == Phase::Monitoring && events.is_empty() {
        events.extend(judge_window(release));
    }
    if phase == Phase::Recovering {
        events.extend(judge_recovery(release));
    }
    events
}

/// Gates that are in another state than the journal says, while a decision is ahead.
fn gates_changed(release: &Release) -> Vec<Event> {
    if !release.decision_is_ahead() {
        return Vec::new();
    }
    release
        .gates()
        .iter()
        .filter(|gate| release.gate_states.get(&gate.name) != Some(&gate.verdict.state))
        .map(|gate| {
            GateEvent::Changed {
                gate: gate.name.clone(),
                state: gate.verdict.state,
                why: gate.verdict.why.clone(),
            }
            .into()
        })
        .collect()
}

fn arm(release: &Release) -> Event {
    let deploy = release.baseline_end();
    let mut armed = Vec::new();
    let mut disarmed = Vec::new();
    for rule in &release.policy.hypercare.triggers {
        let before = (deploy.0 - ARMING_MINUTES..deploy.0)
            .map(|last| {
                let window = Window::through(deploy.plus(-2 * ARMING_MINUTES), Minute(last));
                judge::trigger(rule, &window, &release.readings())
            })
            .find(|verdict| verdict.state == State::Fail);
        match before {
            Some(verdict) => disarmed.push((rule.source().to_owned(), verdict.why)),
            None => armed.push(rule.source().to_owned()),
        }
    }
    JudgeEvent::TriggersArmed { armed, disarmed }.into()
}

fn fire(release: &Release) -> Vec<Event> {
    let mut events = Vec::new();
    for (source, verdict) in release.trigger_verdicts() {
        let Some(known) = release.watch.triggers.get(&source) else {
            continue;
        };
        let event = match (verdict.state, &known.fired) {
            (State::Fail, None) if known.disarmed.is_none() => JudgeEvent::TriggerFired {
                trigger: source,
                why: verdict.why,
                minutes: verdict.minutes,
            },
            (State::Pass, Some(_)) => JudgeEvent::TriggerCleared {
                trigger: source,
                why: verdict.why,
            },
            _ => continue,
        };
        events.push(event.into());
    }
    events
}

fn judge_window(release: &Release) -> Option<Event> {
    let (have, want) = release.window_progress();
    if have < want || release.watch.fired().next().is_some() || !release.production_is_settled() {
        return None;
    }
    let smoke = release.smoke_at_end();
    if smoke
        .as_ref()
        .is_some_and(|verdict| verdict.state == State::NoData)
    {
        // Asked and not answered yet: the window waits for it, up to its limit.
        return None;
    }
    let minutes = release.window_minutes();
    let mut gates = release.watch_gates(&minutes, want);
    gates.extend(smoke.map(|verdict| ("smoke tests".to_owned(), verdict)));
    // Rules that ask nothing of production cannot find it healthy: a person says so.
    let hypercare = &release.policy.hypercare;
    let asks = !hypercare.gates.is_empty() || !hypercare.triggers.is_empty();
    let healthy = asks
        && gates
            .iter()
            .all(|(_, verdict)| verdict.state == State::Pass);
    let mut gates: Vec<(String, State, Text)> = gates
        .into_iter()
        .map(|(source, verdict)| (source, verdict.state, verdict.why))
        .collect();
    // What stands out at the end is not called healthy by itself, and not bad either: a person looks.
    let standing = release.watch.standing();
    gates.extend(
        standing
            .map(|(metric, _, why)| (format!("anomaly: {metric}"), State::Ambiguous, why.clone())),
    );
    let healthy = healthy && release.watch.standing().next().is_none();
    Some(JudgeEvent::WindowJudged { healthy, gates }.into())
}

/// Recovery: the triggers are quiet and the gates hold over the first minutes after the rollback.
fn judge_recovery(release: &Release) -> Option<Event> {
    let attempt = release.rollback.newest()?;
    let RollbackProgress::Finished { at, .. } = &attempt.progress else {
        return None;
    };
    let minutes = release.recovery_minutes(*at);
    if minutes.len() < recovery_wanted() {
        return None;
    }
    let gates = release.watch_gates(&minutes, minutes.len());
    let bad: Vec<&(String, Verdict)> = gates
        .iter()
        .filter(|(_, verdict)| verdict.state != State::Pass)
        .collect();
    let recovered = match bad.iter().any(|(_, verdict)| verdict.state == State::Fail) {
        true => Some(false),
        false if bad.is_empty() => Some(true),
        false => None,
    };
    let shown = if bad.is_empty() {
        gates.iter().collect()
    } else {
        bad
    };
    let why: Vec<String> = shown
        .iter()
        .map(|(source, verdict)| format!("{source}: {}", verdict.why))
        .collect();
    Some(
        RollbackEvent::RecoveryJudged {
            recovered,
            why: Text::line(&why.join("; ")),
        }
        .into(),
    )
}

/// Minutes over which recovery is judged.
fn recovery_wanted() -> usize {
    usize::try_from(RECOVERY_MINUTES).unwrap_or(5)
}

impl Release {
    /// The first complete minutes after a rollback that ended then, as many as recovery is judged over.
    fn recovery_minutes(&self, ended: Timestamp) -> Vec<Minute> {
        let since = self.watch.judged.range(first_whole(ended)..);
        since
            .map(|(minute, _)| *minute)
            .filter(|minute| self.is_complete(*minute))
            .take(recovery_wanted())
            .collect()
    }

    /// How many minutes of the recovery are judged, and how many it takes; `None` where none is.
    pub fn recovery_progress(&self) -> Option<(usize, usize)> {
        match self.rollback.newest()?.progress {
            RollbackProgress::Finished { at, .. } => {
                Some((self.recovery_minutes(at).len(), recovery_wanted()))
            }
            _ => None,
        }
    }

    /// Every trigger's verdict as of the newest judged minute.
    pub fn trigger_verdicts(&self) -> Vec<(String, Verdict)> {
        let Some(newest) = self.watch.newest() else {
            return Vec::new();
        };
        verdicts(self, &self.watch, newest).1
    }

    /// The same as of the newest minute that is the new version's own.
    pub fn own_trigger_verdicts(&self) -> Vec<(String, Verdict)> {
        let end = self.watch_end().unwrap_or(Minute(i64::MAX));
        let newest = self.watch.judged.range(..end).next_back();
        newest.map_or_else(Vec::new, |(newest, _)| {
            verdicts(self, &self.watch, *newest).1
        })
    }

    /// The first minute of the watch: whole minutes after everything was deployed.
    pub fn window_start(&self) -> Option<Minute> {
        self.rollout.deployed.map(first_whole)
    }

    /// The first minute that is not surely the new version's alone: that in which a rollback was asked for. `None` where
    /// none was, or it failed before it did anything: then the new version serves on.
    pub fn watch_end(&self) -> Option<Minute> {
        let turning = self.rollback.turning()?;
        Some(Minute::of(turning.at))
    }

    /// Whether a trigger or a metric waits for a person to say that it was seen. Who rolls back has answered.
    pub fn wants_to_be_seen(&self) -> bool {
        let is_told = self.watch.alerts().next().is_some() || self.watch.strange().next().is_some();
        is_told && self.rollback.attempts.is_empty()
    }

    /// Minutes of the watch with complete data, oldest first.
    fn complete_minutes(&self) -> Vec<Minute> {
        let Some(first) = self.window_start() else {
            return Vec::new();
        };
        let end = self.watch_end().unwrap_or(Minute(i64::MAX)).max(first);
        let needed = self.needed();
        self.watch
            .judged
            .range(first..end)
            .map(|(minute, _)| *minute)
            .filter(|minute| self.has_all(&needed, *minute))
            .collect()
    }

    /// The same, at most as many as the window has.
    pub fn window_minutes(&self) -> Vec<Minute> {
        let all = self.complete_minutes();
        let skip = all.len().saturating_sub(self.window_length());
        all[skip..].to_vec()
    }

    /// How many minutes of the window had complete data, and how many it takes.
    pub fn window_progress(&self) -> (usize, usize) {
        let want = self.window_length();
        (self.complete_minutes().len().min(want), want)
    }

    /// Minutes that the window takes.
    fn window_length(&self) -> usize {
        // While both fleets of a blue-green deploy stand, the watch goes on.
        let window = self.policy.hypercare.window.max(self.validation());
        let minutes = window.as_mins() + self.watch.extended;
        usize::try_from(minutes.max(1)).unwrap_or(usize::MAX)
    }

    /// Whether every metric that a gate or a trigger names has a value in that minute; no traffic is none. The sides
    /// of a canary do not count: they end with its last stage.
    pub fn is_complete(&self, minute: Minute) -> bool {
        self.has_all(&self.needed(), minute)
    }

    pub(super) fn has_all(&self, series: &[MetricName], minute: Minute) -> bool {
        series.iter().all(|key| {
            self.watch
                .sample(key, minute)
                .value()
                .is_some_and(f64::is_finite)
        })
    }

    /// The series that a minute must have to be complete.
    pub(super) fn needed(&self) -> Vec<MetricName> {
        let hypercare = &self.policy.hypercare;
        let named: Vec<MetricName> = hypercare
            .gates
            .iter()
            .chain(&hypercare.triggers)
            .flat_map(judge::Rule::metrics)
            .collect();
        self.policy
            .metrics
            .iter()
            .filter(|metric| metric.side == Side::All && named.contains(&metric.name))
            .map(crate::domain::policy::Metric::key)
            .collect()
    }
}

/// Verdicts by the source text of their rule.
pub(super) type Named = Vec<(String, Verdict)>;

/// Verdicts of gates and triggers as of `newest`, over a watch that may hold more than the release's own.
pub(super) fn verdicts(release: &Release, watch: &WatchState, newest: Minute) -> (Named, Named) {
    let hypercare = &release.policy.hypercare;
    let start = release
        .rollout
        .first_traffic
        .map_or(newest.plus(-14), first_whole);
    let readings = ReleaseReadings::over(&release.policy, watch, release.baseline_end());
    let window = Window::through(start, newest).sampling(hypercare.min_samples);
    let named = |rule: &judge::Rule, verdict| (rule.source().to_owned(), verdict);
    let gates = hypercare
        .gates
        .iter()
        .map(|rule| named(rule, judge::gate(rule, &window, &readings)));
    let triggers = hypercare
        .triggers
        .iter()
        .map(|rule| named(rule, judge::trigger(rule, &window, &readings)));
    (gates.collect(), triggers.collect())
}

/// The event for a minute whose samples are `values`, judged as if they were already folded. `scratch` is a draft of the
/// release's watch with the minutes before it in the same answer, each once.
pub(super) fn minute_judged(
    release: &Release,
    scratch: &mut WatchState,
    minute: Minute,
    values: BTreeMap<MetricName, Sample>,
    at: Timestamp,
) -> JudgeEvent {
    let known = release.watch.judged.get(&minute);
    let rev = known.map_or(0, |(rev, _)| rev + 1);
    for (key, sample) in &values {
        scratch
            .series
            .entry(key.clone())
            .or_default()
            .insert(minute, *sample);
    }
    let (gates, triggers) = verdicts(release, scratch, minute);
    let verdicts: Vec<(String, State)> = gates
        .into_iter()
        .chain(triggers)
        .map(|(source, verdict)| (source, verdict.state))
        .collect();
    scratch.judged.insert(minute, (rev, Vec::new()));
    let newest = scratch.newest().max(release.watch.newest());
    let newest = newest.unwrap_or(minute);
    let unusual = anomalies::unusual(release, scratch, newest);
    debug_assert!(
        minute.start() <= at,
        "a minute of the future cannot be judged"
    );
    JudgeEvent::MinuteJudged {
        minute,
        rev,
        values,
        verdicts,
        unusual,
    }
}
