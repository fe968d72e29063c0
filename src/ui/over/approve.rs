//! The approval: everything that the digest is taken over, and what is still open.

use ratatui::style::Style;

use super::fact::{Fact, warning};
use crate::{
    domain::{
        approval::Shown,
        evidence::Candidate,
        judge::State,
        policy::{Effect, OnTrigger, Strategy},
        wording,
    },
    ui::{pane::View, panes::state_of},
};

/// Title, tone and facts.
pub(super) fn facts(view: View<'_>, shown: &Shown) -> (&'static str, Style, Vec<Fact>) {
    let styles = &view.look.styles;
    let glyphs = view.look.glyphs;
    let release = view.release;
    let mut facts: Vec<Fact> = Vec::new();
    facts.push(vec![
        (shown.service.clone(), styles.strong),
        ("  ".to_owned(), styles.dim),
        (shown.name().to_owned(), styles.candidate),
        (format!(" {}", shown.sha.short()), styles.dim),
        (format!("  {}  ", glyphs.arrow), styles.dim),
        (release.policy.target.environment.clone(), styles.strong),
        (
            format!(
                "  {}",
                shown
                    .production
                    .as_ref()
                    .map_or("version unknown", |text| text.as_str())
            ),
            styles.dim,
        ),
    ]);
    let environments: Vec<&str> = shown
        .environments
        .iter()
        .map(|(_, name)| name.as_str())
        .collect();
    let where_to = if environments.is_empty() {
        "starts the production workflow once".to_owned()
    } else {
        format!("reviews {}", wording::list(&environments))
    };
    let dot = glyphs.dot;
    facts.push(vec![(
        format!(
            "run {} attempt {} {dot} {where_to}",
            shown.run, shown.attempt
        ),
        styles.dim,
    )]);
    let candidate = release.evidence.candidate.as_ref();
    let unnamed = candidate.and_then(Candidate::unnamed_in_words);
    facts.extend(unnamed.map(|why| warning(view, why)));
    facts.extend(stage(view, shown));
    facts.extend(judged(view));
    facts.push(evidence(view, shown));
    facts.extend(emergency(view));
    facts.extend(risk(view));
    facts.push(match &shown.rollback_target {
        Some(target) => vec![(format!("a rollback would go to {target}"), styles.dim)],
        None => warning(view, "no earlier release to roll back to"),
    });
    facts.extend(agreed(view, shown));
    facts.extend(lost(view));
    facts.extend(open(view));
    facts.push(vec![(
        format!("bound to what is shown: sha256 {}", shown.digest().short()),
        styles.dim,
    )]);
    let title = match shown.stage {
        0 => "Approve for production",
        _ => "Release the next stage",
    };
    (title, styles.accent, facts)
}

/// Which of a canary's stages goes out: `stage 2 of 3: 5% to 25%`.
fn stage(view: View<'_>, shown: &Shown) -> Option<Fact> {
    let Strategy::Canary { stages, .. } = &view.release.policy.strategy else {
        return None;
    };
    let weight = |index: usize| Some(stages.get(index)?.weight.as_str());
    let goes = weight(shown.stage)?;
    let (number, all) = (shown.stage + 1, stages.len());
    let said = match shown.stage.checked_sub(1).and_then(weight) {
        Some(serves) => format!("stage {number} of {all}: {serves} to {goes}"),
        None => format!("stage {number} of {all}: {goes}"),
    };
    Some(vec![(said, view.look.styles.text)])
}

/// What the stage that serves was judged by: those gates are what this decision is about. The open ones follow below.
fn judged(view: View<'_>) -> Option<Fact> {
    let gates = view.model.derived.gates.iter();
    let of_stage = gates.filter(|gate| gate.stage.is_some());
    let passed: Vec<String> = of_stage
        .filter(|gate| gate.verdict.state == State::Pass)
        .map(|gate| format!("{}: {}", gate.title, gate.verdict.why.first_line()))
        .collect();
    let dot = format!(" {} ", view.look.glyphs.dot);
    (!passed.is_empty()).then(|| {
        let style = view.look.styles.ok;
        vec![
            (format!("{} ", view.look.glyphs.ok), style),
            (passed.join(&dot), view.look.styles.text),
        ]
    })
}

/// The emergency way in plain sight, with what is due after it.
fn emergency(view: View<'_>) -> Vec<Fact> {
    let release = view.release;
    let Some(emergency) = &release.approval.emergency else {
        return Vec::new();
    };
    let style = view.look.styles.fail;
    let line = |text: String| {
        vec![
            (format!("{} ", view.look.glyphs.warn), style),
            (text, style),
        ]
    };
    let review = release.review_in_words(view.model.now);
    vec![
        line(emergency.in_short()),
        line(format!(
            "waives sign-offs and manual items; {}",
            review.as_deref().unwrap_or("reviewed")
        )),
    ]
}

/// What may happen without asking again, and by whose cockpit.
fn agreed(view: View<'_>, shown: &Shown) -> Vec<Fact> {
    let each = shown.pre_authorised.iter();
    let mut facts: Vec<Fact> = each
        .map(|what| warning(view, format!("agreed in advance: {what}")))
        .collect();
    let rule = view.release.policy.rollback.as_ref();
    let rolls_back = rule.filter(|rule| rule.on_trigger == OnTrigger::PreAuthorised);
    if let (false, Some(rule)) = (facts.is_empty(), rolls_back) {
        let whose = view
            .model
            .viewer
            .as_ref()
            .map_or_else(|| "a".to_owned(), |viewer| format!("{viewer}'s"));
        let wait = wording::duration(rule.countdown);
        let text =
            format!("by {whose} running cockpit, {wait} after it fires, unless somebody holds it");
        facts.push(vec![(text, view.look.styles.dim)]);
    }
    facts
}

/// The risk with the most of what adds to it, where anything does.
fn risk(view: View<'_>) -> Option<Fact> {
    let styles = &view.look.styles;
    let risk = view.model.derived.risk.as_ref()?;
    let style = view.look.level(risk.level);
    let level = format!("risk {} {}", risk.level.word(), risk.score);
    let why = format!(" {} {}", view.look.glyphs.dot, risk.recommendation());
    Some(vec![(level, style), (why, styles.dim)])
}

fn evidence(view: View<'_>, shown: &Shown) -> Fact {
    let styles = &view.look.styles;
    let pass = shown
        .gates
        .values()
        .filter(|state| **state == State::Pass)
        .count();
    let gates = &view.model.derived.gates;
    let now = gates
        .iter()
        .filter(|gate| gate.verdict.state == State::Pass)
        .count();
    let mut gates = format!("{pass} of {} gates pass", shown.gates.len());
    if now != pass {
        // What was shown is what is approved; the lines below say how it is by now.
        gates = format!("{gates}, {now} now");
    }
    let dot = view.look.glyphs.dot;
    match shown.tests {
        Some([tests, passed, failed, errored, _, flaky]) => {
            let bad = failed.saturating_add(errored);
            let style = if bad > 0 { styles.fail } else { styles.text };
            let mut text = format!("{passed} of {tests} tests passed");
            if bad > 0 {
                text = format!("{text}, {bad} failed");
            }
            if flaky > 0 {
                text = format!("{text}, {flaky} flaky");
            }
            vec![(text, style), (format!(" {dot} {gates}"), styles.dim)]
        }
        None => vec![
            ("no tests read".to_owned(), styles.info),
            (format!(" {dot} {gates}"), styles.dim),
        ],
    }
}

/// The commits that production would lose, by name.
fn lost(view: View<'_>) -> Vec<Fact> {
    const NAMED: usize = 4;
    let Some(diff) = &view.release.evidence.diff else {
        return Vec::new();
    };
    let all = usize::try_from(diff.behind_by).unwrap_or(usize::MAX);
    let named = diff.lost.iter().take(NAMED);
    let mut facts: Vec<Fact> = named
        .map(|line| warning(view, format!("takes out of production: {line}")))
        .collect();
    let more = all.saturating_sub(facts.len());
    if more > 0 {
        let count = wording::count(u64::try_from(more).unwrap_or(u64::MAX), "commit");
        let words = if facts.is_empty() {
            format!("takes {count} out of production")
        } else {
            format!("and {count} more (d)")
        };
        facts.push(warning(view, words));
    }
    facts
}

/// Gates that are named in the prompt; how many more there are is said.
const GATES: usize = 6;

/// Gates that did not pass, those that block first.
fn open(view: View<'_>) -> Vec<Fact> {
    let styles = &view.look.styles;
    let mut gates: Vec<_> = view
        .model
        .derived
        .gates
        .iter()
        .filter_map(|gate| Some((gate.effect?, gate)))
        .collect();
    gates.sort_by_key(|(effect, _)| std::cmp::Reverse(*effect));
    let more = gates.len().saturating_sub(GATES);
    let more = (more > 0).then(|| {
        let count = wording::count(u64::try_from(more).unwrap_or(u64::MAX), "gate");
        warning(view, format!("and {count} more did not pass"))
    });
    gates
        .into_iter()
        .take(GATES)
        .map(|(effect, gate)| {
            let (style, word) = match effect {
                Effect::Block => (styles.fail, "blocks: "),
                Effect::Reason => (styles.warn, "needs a reason: "),
                Effect::Warn => (styles.warn, ""),
            };
            // The state by the sign that it has among the gates.
            let (sign, sign_style) = view.look.state(gate.verdict.state);
            let text = format!(
                "{word}{}: {} ({})",
                gate.title,
                state_of(gate),
                gate.verdict.why.first_line()
            );
            vec![(format!("{sign} "), sign_style), (text, style)]
        })
        .chain(more)
        .collect()
}
