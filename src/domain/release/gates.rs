//! The gates before the approval, derived from the fold: state, arithmetic, and what the state does.

use super::gate::Gate;
use crate::domain::{
    Feed, Text,
    diff::{Diff, EffectKind},
    evidence::{EvidenceKind, Piece, Staging},
    judge::{self, State, Verdict, Window},
    observation::{AlarmState, Minute, Relation},
    policy::{Effect, GateRule},
    release::Release,
    rollback::InputsCheck,
    rollout::ProductionSource,
    wording,
};

/// Minutes that a metric gate looks back on before the approval.
const LOOK_BACK: i64 = 15;

impl Release {
    /// Every gate, in the order of the screen.
    pub fn gates(&self) -> &[Gate] {
        self.known_gates.get_or(|| self.work_out_gates())
    }

    fn work_out_gates(&self) -> Vec<Gate> {
        let mut gates = Vec::new();
        gates.extend(self.prerequisites_gate());
        gates.push(self.staging_gate());
        gates.extend(self.evidence_gates());
        gates.extend(self.freshness_gate());
        gates.push(self.candidate_gate());
        gates.push(self.production_gate());
        if self.policy.rollback.is_some() || self.approval.first_grant().is_none() {
            gates.push(self.rollback_gate());
        }
        gates.extend(self.smoke_gate());
        gates.extend(self.metric_gates());
        gates.extend(self.stage_gates());
        gates.extend(self.smoke_gate_at_end());
        gates.extend(self.lock_gate());
        gates.extend(self.alarm_gate());
        gates.extend(self.signoff_gates());
        gates.extend(self.blackout_gate());
        gates.extend(self.start_gate());
        gates.extend(self.feed_gates());
        // Items may be bound to the other gates; it is read next to the prerequisites all the same.
        if let Some(checklist) = self.checklist_gate(&gates) {
            let first = usize::from(
                gates
                    .first()
                    .is_some_and(|gate| gate.family == "prerequisites"),
            );
            gates.insert(first, checklist);
        }
        gates
    }

    pub(super) fn gate(
        &self,
        family: &str,
        name: String,
        title: &str,
        mut verdict: Verdict,
    ) -> Gate {
        let effect = self.ruled(family, verdict.state);
        let waived = self.waives(family).filter(|_| effect > Some(Effect::Warn));
        let effect = match waived {
            Some(emergency) => {
                let words = format!("waived by {} (emergency): {}", emergency.by, verdict.why);
                verdict.why = Text::line(&words);
                Some(Effect::Warn)
            }
            None => effect,
        };
        Gate {
            family: family.to_owned(),
            name,
            title: Text::line(title),
            verdict,
            effect,
            stage: None,
        }
    }

    /// What the rules say that a state of a family's gate does; `None` for pass.
    pub(super) fn ruled(&self, family: &str, state: State) -> Option<Effect> {
        let rule = self.policy.gates.get(family).copied();
        let rule = rule.unwrap_or(default_rule(family));
        match state {
            State::Pass => None,
            State::Fail => Some(rule.fail),
            State::Ambiguous => Some(rule.ambiguous),
            State::NoData => Some(rule.no_data),
            State::Broken => Some(rule.broken),
        }
    }

    fn staging_gate(&self) -> Gate {
        let verdict = match self.evidence.staging(&self.policy) {
            Staging::Ready => match self.evidence.tests() {
                Some(tests) => said(
                    State::Pass,
                    &format!(
                        "{} of {} tests passed{}",
                        tests.totals.passed,
                        tests.totals.tests,
                        tests.known_in_words()
                    ),
                ),
                None => said(State::Pass, "nothing required is missing"),
            },
            Staging::NotYet(waits) => said(State::NoData, &join(&waits)),
            Staging::Failed(reasons) => said(State::Fail, &join(&reasons)),
        };
        let mut gate = self.gate("staging", "staging".into(), "Staging ready", verdict);
        // Skipping staging is impossible, whatever the rules say.
        gate.effect = gate.effect.map(|_| Effect::Block);
        gate
    }

    fn evidence_gates(&self) -> impl Iterator<Item = Gate> {
        self.policy
            .evidence
            .iter()
            .filter(|rule| !rule.required)
            .map(|rule| {
                let verdict = self.piece_verdict(rule.kind);
                let title = match rule.kind {
                    EvidenceKind::Tests => "Tests",
                    EvidenceKind::Load => "Load test",
                    EvidenceKind::Security => "Security scan",
                    EvidenceKind::Coverage => "Coverage",
                    EvidenceKind::Explain => "Explain summary",
                };
                let word = rule.kind.word();
                self.gate(word, word.to_owned(), title, verdict)
            })
    }

    /// What a piece of evidence says.
    pub(super) fn piece_verdict(&self, kind: EvidenceKind) -> Verdict {
        match self.evidence.pieces.get(&kind) {
            None => said(State::NoData, "not read yet"),
            Some(Piece::Missing) => said(State::NoData, "missing"),
            Some(Piece::Unreadable(fault)) => said(State::Broken, fault.detail.as_str()),
            Some(Piece::Read { finding, .. }) => match (finding.failure(), finding.doubt()) {
                (Some(why), _) => said(State::Fail, why.as_str()),
                (None, Some(why)) => said(State::Ambiguous, why.as_str()),
                (None, None) if kind == EvidenceKind::Explain => self.explained(),
                (None, None) => said(State::Pass, &finding.in_short()),
            },
        }
    }

    /// A summary that the facts do not bear out is none to decide on.
    fn explained(&self) -> Verdict {
        let found = self.explain_contradictions();
        match found.first() {
            None => said(State::Pass, "there"),
            Some(first) => {
                let more = match found.len() {
                    1 => String::new(),
                    many => format!(" (and {} more)", many - 1),
                };
                let words = format!("the facts do not bear it out: {}{more}", first.in_short());
                said(State::Ambiguous, &words)
            }
        }
    }

    fn candidate_gate(&self) -> Gate {
        let verdict = match &self.evidence.diff {
            None => said(State::NoData, self.not_compared().as_str()),
            Some(diff) if self.has_moved_from(diff) => said(
                State::NoData,
                "production moved since it was compared: it is compared again",
            ),
            Some(diff) => match diff.relation {
                Relation::Ahead => said(
                    State::Pass,
                    &format!(
                        "{} ahead of production",
                        wording::count(u64::from(diff.ahead_by), "commit")
                    ),
                ),
                Relation::Identical => {
                    said(State::Ambiguous, "production already runs this commit")
                }
                Relation::Behind | Relation::Diverged => said(State::Fail, &removes(diff)),
            },
        };
        self.gate(
            "candidate",
            "candidate".into(),
            "Ahead of production",
            verdict,
        )
    }

    fn production_gate(&self) -> Gate {
        let verdict = match (self.rollout.production_now(), self.production_unclear()) {
            (None, _) => said(State::NoData, "nobody can tell what production runs"),
            (Some(_), Some(why)) => said(State::Ambiguous, why.as_str()),
            (Some(best), None) => {
                let name = best.name().unwrap_or("?");
                let silent = self.record.silent.get(&Feed::Production);
                let silent = silent.filter(|_| best.source == ProductionSource::Asked);
                let until = silent.map_or_else(String::new, |(since, _)| {
                    let at = since.strftime("%F %H:%M UTC");
                    format!("; it has not answered since {at}")
                });
                let source = best.source.word();
                said(State::Pass, &format!("{name}, by {source}{until}"))
            }
        };
        self.gate(
            "production",
            "production".into(),
            "Production known",
            verdict,
        )
    }

    fn rollback_gate(&self) -> Gate {
        let verdict = match (&self.policy.rollback, &self.rollback.readiness) {
            (None, _) => said(State::NoData, "the rules name no way back"),
            (Some(_), None) => said(State::NoData, "not looked at yet"),
            (Some(_), Some(ready)) => match (self.rollback_target(), &ready.inputs) {
                (None, _) => said(State::NoData, "no earlier release to go back to"),
                (Some(_), Some(InputsCheck::NoWorkflow)) => said(
                    State::Fail,
                    "the rollback workflow is not there, or takes no dispatch",
                ),
                (Some(_), Some(InputsCheck::Misfit(why))) => said(State::Fail, &join(why)),
                (Some(_), Some(InputsCheck::Unknown(why))) => said(State::Broken, why.as_str()),
                (Some(target), Some(InputsCheck::Fit) | None) => match self.loses_data() {
                    Some(what) => said(
                        State::Ambiguous,
                        &format!("to {}, roll forward only? {what}", target.name()),
                    ),
                    None => said(State::Pass, &format!("to {}", target.name())),
                },
            },
        };
        self.gate("rollback", "rollback".into(), "Rollback ready", verdict)
    }

    /// What a migration of this release does that the version before may not survive.
    fn loses_data(&self) -> Option<&Text> {
        let migrations = self.evidence.diff.iter().flat_map(|diff| &diff.migrations);
        migrations
            .flat_map(|migration| &migration.effects)
            .find(|effect| {
                matches!(
                    effect.kind,
                    EffectKind::DropsTable
                        | EffectKind::DropsColumn
                        | EffectKind::DeletesData
                        | EffectKind::Renames
                )
            })
            .map(|effect| &effect.says)
    }

    fn metric_gates(&self) -> Vec<Gate> {
        let newest = self.baseline_end().plus(-1);
        let readings = self.readings();
        let min_samples = self.policy.hypercare.min_samples;
        let window = Window::through(newest.plus(1 - LOOK_BACK), newest).sampling(min_samples);
        self.policy
            .hypercare
            .gates
            .iter()
            .map(|rule| {
                let verdict = if self.watch.series.is_empty() {
                    said(State::NoData, "no metrics read yet")
                } else {
                    judge::gate(rule, &window, &readings)
                };
                let name = format!("metrics: {}", rule.source());
                self.gate("metrics", name, &format!("Now {}", rule.source()), verdict)
            })
            .collect()
    }

    /// After a rollback of an earlier release nobody approves until one line says why, whatever the rules say.
    fn lock_gate(&self) -> Option<Gate> {
        let lock = self.record.service_lock.as_ref()?;
        let verdict = said(State::Fail, lock.in_words().as_str());
        let mut gate = self.gate("lock", "service lock".into(), "Service not locked", verdict);
        gate.effect = Some(Effect::Block);
        Some(gate)
    }

    fn alarm_gate(&self) -> Option<Gate> {
        let asked = self.policy.alarm_names();
        if self.watch.alarms.is_empty() {
            let why = format!("not read yet: {}", asked.join(", "));
            let verdict = said(State::NoData, &why);
            let gate = || self.gate("alarms", "alarms".into(), "Alarms quiet", verdict);
            return (!asked.is_empty()).then(gate);
        }
        let named = |wanted: fn(AlarmState) -> bool| {
            let names: Vec<&str> = self
                .watch
                .alarms
                .iter()
                .filter(|(_, alarm)| wanted(alarm.state))
                .map(|(name, _)| name.as_str())
                .collect();
            names.join(", ")
        };
        let firing = named(|state| state == AlarmState::Alarm);
        let unknown =
            named(|state| matches!(state, AlarmState::Unknown | AlarmState::InsufficientData));
        let verdict = match (firing.is_empty(), unknown.is_empty()) {
            (false, _) => said(State::Fail, &format!("in alarm: {firing}")),
            (true, false) => said(State::NoData, &format!("no state: {unknown}")),
            (true, true) => said(State::Pass, "none fires"),
        };
        Some(self.gate("alarms", "alarms".into(), "Alarms quiet", verdict))
    }

    fn feed_gates(&self) -> impl Iterator<Item = Gate> {
        self.record
            .silent
            .iter()
            .filter(|(feed, _)| matches!(feed, Feed::Github | Feed::Metrics | Feed::Alarms))
            .map(|(feed, (_, why))| {
                let name = format!("feed {}", feed.word());
                let title = format!("{} answers", feed.word());
                self.gate("feeds", name, &title, said(State::Broken, why.as_str()))
            })
    }

    /// Gates of the watch over these minutes, in the order of the rules.
    pub fn watch_gates(&self, minutes: &[Minute], needed: usize) -> Vec<(String, Verdict)> {
        let readings = self.readings();
        let window = Window::of(minutes.iter().copied())
            .needing(needed)
            .sampling(self.policy.hypercare.min_samples);
        self.policy
            .hypercare
            .gates
            .iter()
            .map(|rule| {
                (
                    rule.source().to_owned(),
                    judge::gate(rule, &window, &readings),
                )
            })
            .collect()
    }
}

/// What a gate that the rules do not name does. Staging is never skipped; to take commits out of production, or to
/// release what production already runs, wants a reason.
fn default_rule(family: &str) -> GateRule {
    GateRule::all(match family {
        "rollback" => {
            return GateRule {
                ambiguous: Effect::Warn,
                ..GateRule::all(Effect::Reason)
            };
        }
        "blackout" => {
            return GateRule {
                ambiguous: Effect::Warn,
                ..GateRule::all(Effect::Block)
            };
        }
        "prerequisites" | "staging" | "signoffs" => Effect::Block,
        "candidate" | "freshness" | "production" | "metrics" | "smoke" | "stage" => Effect::Reason,
        _ => Effect::Warn,
    })
}

/// What a candidate that lacks commits of production takes away, the newest by name.
fn removes(diff: &Diff) -> String {
    let first = diff.lost.first();
    format!(
        "removes {} that production runs{}",
        wording::count(u64::from(diff.behind_by), "commit"),
        first.map_or(String::new(), |first| format!(": {first}")),
    )
}

/// A verdict without arithmetic.
pub(super) fn said(state: State, why: &str) -> Verdict {
    Verdict {
        state,
        why: Text::line(why),
        is_diluted: false,
        margin: None,
        minutes: Vec::new(),
    }
}

fn join(all: &[Text]) -> String {
    let all: Vec<&str> = all.iter().map(Text::as_str).collect();
    all.join("; ")
}
