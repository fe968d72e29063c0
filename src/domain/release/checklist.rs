//! The checklist of a release: what ticks itself, how each item stands, and the gates that follow.

use jiff::SignedDuration;

use super::{emergency::is_item_waived, gate::Gate, gates::said};
use crate::domain::{
    Text,
    checklist::{Binding, Checklist, Item, Milestone, SmokeTime, Standing, Status, When},
    judge::{State, Verdict, WindowEnd},
    observation::{AlarmState, Minute},
    policy::Effect,
    release::Release,
    smoke::Moment,
    wording,
};

/// Open items that a gate names.
const NAMED: usize = 6;
/// Minutes within which a metric that has data has some.
const LOOK_BACK: i64 = 15;

impl Release {
    /// Every item of the checklist with how it stands; empty where the rules name none.
    pub fn checklist_stands(&self) -> Vec<Standing<'_>> {
        match &self.policy.checklist {
            Some(checklist) => self.standings(checklist, self.gates()),
            None => Vec::new(),
        }
    }

    /// Required items of before the approval that only a person can tick, and nobody has: what an emergency passes over.
    pub fn open_by_hand(&self) -> Vec<&Item> {
        let items = self.policy.checklist.iter().flat_map(Checklist::items);
        items
            .filter(|item| item.when == When::Before && item.required && item.auto.is_none())
            .filter(|item| !self.checklist.ticks.contains_key(&item.id))
            .collect()
    }

    fn standings<'c>(&'c self, checklist: &'c Checklist, gates: &[Gate]) -> Vec<Standing<'c>> {
        let sections = checklist.sections.iter();
        sections
            .flat_map(|section| {
                section
                    .items
                    .iter()
                    .map(|item| (section.title.as_str(), item))
            })
            .map(|(section, item)| Standing {
                section,
                item,
                status: match (&item.auto, self.checklist.ticks.get(&item.id)) {
                    (Some(binding), _) => Status::Told(self.bound(item, binding, gates)),
                    (None, Some(tick)) => Status::Ticked(tick),
                    (None, None) => Status::Open,
                },
            })
            .collect()
    }

    /// The gate over the required items of before the approval; `gates` are the others.
    pub(super) fn checklist_gate(&self, gates: &[Gate]) -> Option<Gate> {
        let checklist = self.policy.checklist.as_ref()?;
        let all = self.standings(checklist, gates);
        let verdict = summed(&all, When::Before)?;
        let gate = self.gate("checklist", "checklist".into(), "Checklist", verdict);
        Some(self.passed_over(gate, &all))
    }

    /// The gate as an emergency leaves it: what only a person ticks holds nothing back any more, what ticks itself does.
    fn passed_over(&self, mut gate: Gate, all: &[Standing<'_>]) -> Gate {
        let emergency = self.approval.emergency.as_ref();
        let Some(emergency) = emergency.filter(|_| gate.effect > Some(Effect::Warn)) else {
            return gate;
        };
        let stands = all.iter().filter(|one| !is_item_waived(one.item));
        let stands: Vec<_> = stands.cloned().collect();
        let left = summed(&stands, When::Before).filter(|left| left.state != State::Pass);
        let words = match &left {
            None => format!(
                "waived by {} (emergency): {}",
                emergency.by, gate.verdict.why
            ),
            Some(left) => format!("no emergency waives what ticks itself: {}", left.why),
        };
        gate.effect = match &left {
            None => Some(Effect::Warn),
            Some(left) => self.ruled("checklist", left.state),
        };
        gate.verdict.why = Text::line(&words);
        gate
    }

    /// What the required items of a time come to; `None` where there are none.
    pub fn checklist_verdict(&self, when: When) -> Option<Verdict> {
        summed(&self.checklist_stands(), when)
    }

    fn bound(&self, item: &Item, binding: &Binding, gates: &[Gate]) -> Verdict {
        match binding {
            Binding::Evidence(kind) => self.piece_verdict(*kind),
            Binding::Gate(family) => worst(gates, family),
            Binding::Prerequisite(name) => {
                let all = self.prerequisites_stand().into_iter();
                let mut named = all.filter(|(known, _)| known == name);
                let unknown = || said(State::NoData, "the rules have no such prerequisite");
                named.next().map_or_else(unknown, |(_, verdict)| verdict)
            }
            Binding::Smoke(SmokeTime::Before) => self.smoke_verdict(Moment::Before),
            Binding::Smoke(SmokeTime::After) => self
                .smoke_at_end()
                .unwrap_or_else(|| said(State::NoData, "not deployed yet")),
            Binding::Alarm(name) => {
                let alarms = self.watch.alarms.iter();
                let mut named = alarms.filter(|(known, _)| known.as_str() == name);
                match named.next().map(|(_, alarm)| alarm.state) {
                    None => said(State::NoData, "not asked yet"),
                    Some(AlarmState::Ok) => said(State::Pass, "it is quiet"),
                    Some(AlarmState::Alarm) => said(State::Fail, "it is in alarm"),
                    Some(AlarmState::InsufficientData) => {
                        said(State::NoData, "it has too little data")
                    }
                    Some(AlarmState::Unknown) => said(State::NoData, "there is no such alarm"),
                }
            }
            Binding::Metric(name) => self.has_data(name),
            Binding::Step(step) => self.passed(*step),
            Binding::RollbackExercised(age) => self.exercised(*age),
            Binding::Outside(ask) => self.answered(self.checklist.answers.get(&item.id), ask),
        }
    }

    fn has_data(&self, name: &str) -> Verdict {
        let from = Minute::of(self.newest()).plus(-LOOK_BACK);
        let named = self.watch.series.iter();
        let mut named = named.filter(|(metric, _)| metric.0 == name);
        let has = named.any(|(_, series)| {
            let mut newest = series.range(from..);
            newest.any(|(_, sample)| sample.value().is_some())
        });
        if has {
            said(State::Pass, "it has data")
        } else {
            let words = format!("no value within {LOOK_BACK} minutes");
            said(State::NoData, &words)
        }
    }

    fn passed(&self, step: Milestone) -> Verdict {
        let not_yet = |words: &str| said(State::NoData, words);
        match step {
            Milestone::Approved => match self.approval.first_grant() {
                Some(grant) => {
                    let by = grant.by.as_ref();
                    let by = by.map_or_else(|| "nobody by name".to_owned(), ToString::to_string);
                    said(State::Pass, &format!("by {by}"))
                }
                None => not_yet("not approved yet"),
            },
            Milestone::Deployed => match self.rollout.deployed {
                Some(_) => said(State::Pass, "production is deployed"),
                None => not_yet("not deployed yet"),
            },
            Milestone::Serving => match (self.rollout.production_now(), self.rollout.sha()) {
                (Some(answer), Some(sha)) if answer.sha.as_ref() == Some(sha) => said(
                    State::Pass,
                    &format!("production answers {}", answer.name().unwrap_or("?")),
                ),
                (Some(answer), _) if self.rollout.deployed.is_some() => said(
                    State::Fail,
                    &format!("production answers {}", answer.name().unwrap_or("?")),
                ),
                _ => not_yet("production does not answer with it yet"),
            },
            Milestone::Judged => match &self.watch.end {
                Some(WindowEnd::Judged { healthy: true, .. }) => {
                    said(State::Pass, "judged healthy")
                }
                Some(WindowEnd::Judged { healthy: false, .. }) => {
                    said(State::Fail, "judged, and not every gate passed")
                }
                Some(WindowEnd::Undecided { why, .. }) => said(State::Ambiguous, why.as_str()),
                None => not_yet("the watch has not ended"),
            },
        }
    }

    fn exercised(&self, age: SignedDuration) -> Verdict {
        let limit = wording::duration(age);
        match self.rollback.readiness.as_ref().map(|ready| ready.newest) {
            None => said(State::NoData, "past rollbacks are not looked at yet"),
            Some(None) => said(State::Fail, "GitHub tells no rollback that succeeded"),
            Some(Some(at)) => {
                let day = at.strftime("%Y-%m-%d");
                if self.newest().duration_since(at) <= age {
                    said(State::Pass, &format!("on {day}, within {limit}"))
                } else {
                    said(State::Fail, &format!("on {day}, more than {limit} ago"))
                }
            }
        }
    }
}

/// The worst gate of a family.
fn worst(gates: &[Gate], family: &str) -> Verdict {
    let named = gates.iter().filter(|gate| gate.family == family);
    match named.max_by_key(|gate| gate.verdict.state) {
        Some(gate) => said(
            gate.verdict.state,
            &format!("{}: {}", gate.title, gate.verdict.why),
        ),
        None => said(State::NoData, "nothing is asked there now"),
    }
}

/// What the required items of a time come to.
fn summed(all: &[Standing<'_>], when: When) -> Option<Verdict> {
    let due: Vec<_> = all
        .iter()
        .filter(|one| one.item.when == when && one.item.required)
        .collect();
    let state = due.iter().map(|one| one.state()).max()?;
    let mut open: Vec<_> = due.iter().filter(|one| !one.is_done()).collect();
    // What fails is read before what is merely open.
    open.sort_by_key(|one| std::cmp::Reverse(one.state()));
    let (done, all) = (due.len() - open.len(), due.len());
    if open.is_empty() {
        return Some(said(state, &format!("{done} of {all} required items")));
    }
    let mut named: Vec<String> = open
        .iter()
        .take(NAMED)
        .map(|one| match one.state() {
            State::Fail => format!("{} (fails)", one.item.text),
            _ => one.item.text.clone(),
        })
        .collect();
    if let more @ 1.. = open.len().saturating_sub(NAMED) {
        named.push(format!("{more} more"));
    }
    let words = format!("{done} of {all} done; to do: {}", named.join("; "));
    Some(Verdict {
        why: Text::line(&words),
        ..said(state, "")
    })
}
