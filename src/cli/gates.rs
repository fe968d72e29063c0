//! `cockpit gate`: whether a release may go on, for a pipeline: each gate on a line with its arithmetic, and an exit code.

use std::fmt::Write as _;

use serde_json::{Value, json};

use super::{
    args::GateArguments,
    exit::{Exit, Stop},
    look::{Question, look},
    past,
    record_args::GatePhase,
    say::print,
    surroundings::Surroundings,
};
use crate::domain::{
    End, Phase, Text, checklist::When, judge::State, policy::Effect, release::Release, wording,
};

/// One line of the answer.
struct Line {
    name: String,
    state: State,
    why: Text,
    effect: Option<Effect>,
}

/// What the lines come to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Answer {
    Pass,
    Fail,
    NeedsHuman,
}

impl Answer {
    fn word(self) -> &'static str {
        match self {
            Self::Pass => "pass",
            Self::Fail => "fail",
            Self::NeedsHuman => "needs_human",
        }
    }

    fn exit(self) -> Exit {
        match self {
            Self::Pass => Exit::Ok,
            Self::Fail => Exit::Failed,
            Self::NeedsHuman => Exit::NeedsHuman,
        }
    }
}

/// Exit 0: pass; 1: fail; 2: usage or configuration; 3: needs a human.
pub(super) fn gate(around: &Surroundings, given: &GateArguments) -> Result<Exit, Stop> {
    // A release that ended on this machine is answered from its journal, without a network.
    if let Some(release) = &given.release
        && let Some(journal) = past::find(around, release)?
    {
        let recorded = past::open(&journal)?;
        if recorded.release().phase().is_end() {
            return answer(recorded.release(), given);
        }
    }
    let question = Question {
        command: "gate",
        release: given.release.as_deref(),
        json: given.json,
    };
    look(around, question, |release| answer(release, given))
}

fn answer(release: &Release, given: &GateArguments) -> Result<Exit, Stop> {
    let after = match given.phase {
        Some(phase) => phase == GatePhase::After,
        None => release.rollout.first_traffic.is_some(),
    };
    let lines = if after {
        after_deploy(release)
    } else {
        before(release)
    };
    let (answer, why) = if after {
        judged(release, &lines)
    } else {
        decided(release, &lines)
    };
    let page = if given.json {
        format!("{:#}\n", as_json(release, after, answer, &why, &lines))
    } else {
        in_words(release, answer, &why, &lines)
    };
    print(page.as_bytes())?;
    Ok(answer.exit())
}

fn before(release: &Release) -> Vec<Line> {
    let lines = release.gates().iter().map(|gate| Line {
        name: gate.title.to_string(),
        state: gate.verdict.state,
        why: gate.verdict.why.clone(),
        effect: gate.effect,
    });
    lines.collect()
}

/// The watch's gates and triggers. A trigger that is quiet passes, one that is true fails.
fn after_deploy(release: &Release) -> Vec<Line> {
    let minutes = release.window_minutes();
    let (have, want) = release.window_progress();
    let window = if have < want {
        State::NoData
    } else {
        State::Pass
    };
    let mut lines = vec![Line {
        name: "window".to_owned(),
        state: window,
        why: Text::line(&format!(
            "{have} of {} judged",
            wording::count(want as u64, "minute")
        )),
        effect: None,
    }];
    // Open items are a person's to close; they speak against nothing.
    lines.extend(release.checklist_verdict(When::After).map(|verdict| Line {
        name: "checklist after".to_owned(),
        state: verdict.state,
        why: verdict.why,
        effect: Some(Effect::Warn),
    }));
    let gates = release.watch_gates(&minutes, want);
    let triggers = release.own_trigger_verdicts();
    let disarmed = |source: &str| {
        let trigger = release.watch.triggers.get(source);
        trigger.is_some_and(|trigger| trigger.disarmed.is_some())
    };
    lines.extend(
        gates
            .into_iter()
            .map(|(source, verdict)| (source, verdict, "gate"))
            .chain(
                triggers
                    .into_iter()
                    .filter(|(source, _)| !disarmed(source))
                    .map(|(source, verdict)| (source, verdict, "trigger")),
            )
            .map(|(source, verdict, sort)| Line {
                name: format!("{sort} {source}"),
                state: verdict.state,
                why: verdict.why,
                effect: None,
            }),
    );
    lines
}

/// Before: what blocks and failed is a no; what else is open and does not merely warn is a person's.
fn decided(release: &Release, lines: &[Line]) -> (Answer, String) {
    // How the gates stood counts no more once a person said no to it.
    if let Some(why) = spoken_against(&release.phase()) {
        return (Answer::Fail, format!("against it: {why}"));
    }
    let named = |wanted: &dyn Fn(&Line) -> bool| -> Vec<&str> {
        let lines = lines.iter().filter(|line| wanted(line));
        lines.map(|line| line.name.as_str()).collect()
    };
    let failed = named(&|line| line.state == State::Fail && line.effect == Some(Effect::Block));
    if !failed.is_empty() {
        return (Answer::Fail, format!("failed: {}", wording::list(&failed)));
    }
    let open = named(&|line| matches!(line.effect, Some(Effect::Block | Effect::Reason)));
    if !open.is_empty() {
        return (
            Answer::NeedsHuman,
            format!("open: {}", wording::list(&open)),
        );
    }
    (Answer::Pass, "every gate passes or merely warns".to_owned())
}

/// That the release was rejected or is taken back.
fn spoken_against(phase: &Phase) -> Option<&'static str> {
    match phase {
        Phase::Ended(End::Rejected { .. } | End::RolledBack)
        | Phase::RollingBack
        | Phase::RollbackFailed
        | Phase::Recovering
        | Phase::Stopped => Some(phase.word()),
        _ => None,
    }
}

/// After: only a window that was judged healthy, with nothing against it, passes.
fn judged(release: &Release, lines: &[Line]) -> (Answer, String) {
    let phase = release.phase();
    let failed: Vec<&str> = lines
        .iter()
        .filter(|line| line.state == State::Fail && line.effect.is_none())
        .map(|line| line.name.as_str())
        .collect();
    let against = match &phase {
        Phase::Ended(End::Complete) => return (Answer::Pass, "complete and stable".to_owned()),
        Phase::Ended(_)
        | Phase::RollingBack
        | Phase::RollbackFailed
        | Phase::Recovering
        | Phase::Stopped => Some(phase.word().to_owned()),
        _ if !failed.is_empty() => Some(wording::list(&failed)),
        _ => release
            .rollout
            .issues
            .first()
            .map(ToString::to_string)
            .or_else(|| Some(release.record.problems.first()?.0.word().to_owned())),
    };
    match against {
        Some(why) => (Answer::Fail, format!("against it: {why}")),
        None if release.rollout.first_traffic.is_none() => (
            Answer::NeedsHuman,
            "production has no traffic of this release yet".to_owned(),
        ),
        None => (Answer::NeedsHuman, format!("not settled: {}", phase.word())),
    }
}

fn as_json(release: &Release, after: bool, answer: Answer, why: &str, lines: &[Line]) -> Value {
    json!({
        "service": release.policy.service,
        "run": release.key.run,
        "version": release.name(),
        "phase": if after { "after" } else { "before" },
        "answer": answer.word(),
        "why": why,
        "gates": lines.iter().map(|line| json!({
            "gate": line.name,
            "state": line.state,
            "why": line.why,
            "effect": line.effect,
        })).collect::<Vec<_>>(),
    })
}

fn in_words(release: &Release, answer: Answer, why: &str, lines: &[Line]) -> String {
    let mut page = String::new();
    for line in lines {
        let effect = match line.effect {
            None => "",
            Some(Effect::Block) => "  (blocks)",
            Some(Effect::Reason) => "  (wants a reason)",
            Some(Effect::Warn) => "  (warns)",
        };
        // Writing to a String cannot fail.
        let _ = writeln!(
            page,
            "{:<13} {}: {}{effect}",
            line.state.word(),
            Text::line(&line.name),
            line.why
        );
    }
    let _ = writeln!(
        page,
        "{:<13} {} {}: {}",
        answer.word().to_uppercase(),
        Text::line(&release.policy.service),
        release.name(),
        Text::line(why)
    );
    page
}
