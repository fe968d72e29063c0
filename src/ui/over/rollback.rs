//! The rollback: from where to where, through what, and what it does not undo.

use ratatui::style::Style;

use super::fact::{Fact, warning};
use crate::{
    app::{Choice, Prompt},
    domain::{
        Sha, Text,
        record::Sharing,
        release::Release,
        rollback::{InputsCheck, Plan, RollbackShown},
        rollout::StageState,
        wording,
    },
    ui::{header::minute_of, pane::View},
};

/// Title, tone and facts.
pub(super) fn facts(
    view: View<'_>,
    shown: &RollbackShown,
    prompt: &Prompt,
) -> (&'static str, Style, Vec<Fact>) {
    let styles = &view.look.styles;
    let release = view.release;
    let runs = release.rollout.deploy_runs();
    let told = shown.from.as_ref().map(Text::as_str);
    // While the candidate is on its way production may still tell the version to go back to.
    let is_early = runs && told == Some(shown.target.name());
    let from = match told {
        _ if is_early => release.name().to_string(),
        told => told.unwrap_or("unknown version").to_owned(),
    };
    // Without a version the commit is the name already.
    let sha = release
        .rollout
        .sha()
        .filter(|_| from == release.name().as_str());
    let sha = sha.map(Sha::short).filter(|sha| *sha != from);
    let mut way: Fact = vec![
        (release.policy.service.clone(), styles.strong),
        ("  ".to_owned(), styles.dim),
        (from.clone(), styles.candidate),
    ];
    way.extend(sha.map(|sha| (format!(" {sha}"), styles.dim)));
    way.extend([
        (format!("  {}  ", view.look.glyphs.arrow), styles.dim),
        (
            shown.target.name().to_owned(),
            styles.ok.add_modifier(ratatui::style::Modifier::BOLD),
        ),
    ]);
    if shown.target.version.is_some() {
        way.push((format!(" {}", shown.target.sha.short()), styles.dim));
    }
    let mut facts = vec![way];
    facts.push(vec![(through(view, prompt), styles.dim)]);
    if shown.attempt > 1 {
        facts.push(warning(view, before(release, shown.attempt)));
    }
    if let Some(diff) = &release.evidence.diff {
        for migration in diff.migrations.iter().take(3) {
            facts.push(warning(
                view,
                format!(
                    "migration {} ran with this release and is not undone",
                    migration.path
                ),
            ));
        }
    }
    facts.extend(among_machines(view));
    if is_early {
        let words = early(release, shown.target.name());
        facts.push(warning(view, words));
    } else if runs {
        facts.push(warning(view, "the deploy still runs"));
    }
    match release
        .rollback
        .readiness
        .as_ref()
        .and_then(|ready| ready.inputs.as_ref())
    {
        Some(InputsCheck::NoWorkflow) => {
            facts.push(warning(
                view,
                "the rollback workflow is not there, or takes no dispatch",
            ));
        }
        Some(InputsCheck::Misfit(why)) => {
            for line in why.iter().take(3) {
                facts.push(warning(view, line.to_string()));
            }
        }
        Some(InputsCheck::Unknown(why)) => {
            facts.push(warning(
                view,
                format!("the workflow's inputs could not be checked: {why}"),
            ));
        }
        Some(InputsCheck::Fit) | None => {}
    }
    ("Roll back production", styles.fail, facts)
}

/// What production has, while the deploy runs and it still answers with the target.
fn early(release: &Release, target: &str) -> String {
    let name = release.name();
    let has = match serving(release) {
        Some((share, None)) => format!("{share} serves {name}, the rest {target}"),
        Some((share, Some(next))) => {
            format!("{share} serves {name}, and on the way to {next} nobody can tell how much more")
        }
        None => format!("so far production answers {target}"),
    };
    format!("the deploy still runs; {has}")
}

/// The share of a canary that has the candidate already, and the one that it is on the way to.
fn serving(release: &Release) -> Option<(&str, Option<&str>)> {
    let stages = &release.rollout.stages;
    let at = stages
        .iter()
        .rposition(|stage| stage.state == StageState::Deployed)?;
    let next = stages.get(at + 1);
    let next = next.filter(|stage| !matches!(stage.state, StageState::Waiting | StageState::Held));
    let next = next.and_then(|stage| stage.weight.as_deref());
    Some((stages[at].weight.as_deref()?, next))
}

/// What other machines do, or are not told.
fn among_machines(view: View<'_>) -> Vec<Fact> {
    let mut facts = Vec::new();
    let seating = &view.release.record.seating;
    if let Some(by) = &seating.rollback {
        let since = minute_of(by.since, &view.model.zone);
        let who = by.in_words();
        facts.push(warning(
            view,
            format!("{who} claimed a rollback of production at {since}: ask them first"),
        ));
    }
    if let Sharing::MachineOnly(_) = &seating.sharing {
        facts.push(warning(
            view,
            "this machine only: others are not told; runs since the approval are looked up first",
        ));
    }
    facts
}

/// What became of the attempt before.
fn before(release: &Release, attempt: usize) -> String {
    let newest = release.rollback.newest();
    match newest
        .filter(|one| one.still_works())
        .and_then(|one| one.run)
    {
        Some(run) => format!("attempt {attempt}: run {run} of the one before has not ended"),
        None => format!("attempt {attempt}: the one before did not reach its end"),
    }
}

/// `through rollback.yml · ran 3 times before, median 1m 40s`.
fn through(view: View<'_>, prompt: &Prompt) -> String {
    let release = view.release;
    let dot = view.look.glyphs.dot;
    let rule = release.policy.rollback.as_ref();
    let by_program = prompt.choices.get(prompt.chosen) == Some(&Choice::Plan(Plan::Fallback));
    let through = match rule {
        Some(rule) if by_program => format!("through {}", rule.fallback.join(" ")),
        Some(rule) => rule.dispatch.as_ref().map_or_else(String::new, |dispatch| {
            format!("through {}", dispatch.workflow)
        }),
        None => String::new(),
    };
    let past = match &release.rollback.readiness {
        Some(ready) if !ready.past.is_empty() => format!(
            " {dot} ran {} before, median {}",
            wording::count(ready.past.len() as u64, "time"),
            ready
                .usual_time()
                .map_or_else(String::new, wording::duration)
        ),
        _ => format!(" {dot} no past rollback is known"),
    };
    format!("{through}{past}")
}
