//! What fills the bar as an alert, the gravest first: a trigger, a problem, an issue, an approval past cockpit, an anomaly.

use jiff::Timestamp;

use super::{Bar, Tone};
use crate::domain::{
    Login, Phase,
    approval::Grant,
    claim::{CountdownAfar, Holding},
    judge::{Fired, Rule},
    record::{HoldAfar, HoldTold},
    release::Release,
    rollback::Countdown,
    wording,
};

/// The alert of a release; none once it ended, or once it is rolled back: then the rollback is what matters.
pub(super) fn of(release: &Release, phase: &Phase, now: Timestamp) -> Option<Bar> {
    if phase.is_end() || !release.rollback.attempts.is_empty() {
        return None;
    }
    let seating = &release.record.seating;
    if let Some((by, afar)) = seating.elsewhere().zip(seating.countdown_afar()) {
        let hold = seating.hold.as_ref();
        let hold = hold.filter(|hold| hold.began == afar.began);
        return Some(countdown_afar(by, afar, hold, now));
    }
    if let Some(by) = &seating.rollback {
        let head = format!("{} rolls production back", by.in_words());
        let age = wording::age(now.duration_since(by.since));
        return Some(Bar::new(Tone::Alert, head, format!("claimed {age} ago")));
    }
    if let Some((source, fired)) = release.watch.alerts().next() {
        let more = release.watch.alerts().count() - 1;
        let mut bar = trigger(release, source, fired);
        // What was agreed to and does not happen is said, with why.
        if let Some(why) = release.why_not_counting(now) {
            bar.detail = format!("asks, does not count down: {why} · {}", bar.detail);
        }
        return Some(match more {
            0 => bar,
            more => bar.right(format!(
                "and {} more",
                wording::count(more as u64, "trigger")
            )),
        });
    }
    if let Some((problem, note)) = release.record.problems.last() {
        let text = note.text.first_line();
        return Some(Bar::new(Tone::Alert, problem.word(), text));
    }
    if let Some(issue) = release.rollout.issues.last() {
        return Some(Bar::new(Tone::Alert, "Issue detected", issue.as_str()));
    }
    outside(release, phase)
        .map(passed_by)
        .or_else(|| anomaly(release, phase))
}

/// Metrics that stand out beside their own past, while nobody has answered. At the window's end the decision says it.
fn anomaly(release: &Release, phase: &Phase) -> Option<Bar> {
    if *phase == Phase::Undecided {
        return None;
    }
    let (_, _, why) = release.watch.strange().next()?;
    let more = release.watch.strange().count() - 1;
    let bar = Bar::new(
        Tone::Alert,
        why.as_str(),
        "anomaly, no trigger: a person decides",
    );
    Some(match more {
        0 => bar,
        more => bar.right(format!(
            "and {} more",
            wording::count(more as u64, "metric")
        )),
    })
}

/// The countdown to a rollback that was agreed to.
pub(super) fn countdown(release: &Release, running: &Countdown, now: Timestamp) -> Bar {
    let left = running.zero.duration_since(now).as_secs().max(0);
    let target = release.rollback_target();
    let target = target.as_ref().map_or("what was before", |to| to.name());
    Bar::new(
        Tone::Alert,
        format!("Rolls back to {target} in {left} s"),
        format!("{}: {}", running.trigger, running.why),
    )
}

/// The countdown of whoever drives on another machine.
fn countdown_afar(
    by: &Holding,
    afar: &CountdownAfar,
    hold: Option<&HoldAfar>,
    now: Timestamp,
) -> Bar {
    let left = afar.zero.duration_since(now).as_secs().max(0);
    let trigger = afar.trigger.first_line();
    let who = by.login().map_or("whoever drives", Login::as_str);
    let detail = match hold.map(|hold| &hold.told) {
        None => trigger.to_owned(),
        Some(HoldTold::Asked) => format!("your hold is on its way · {trigger}"),
        Some(HoldTold::Stands) => format!("your hold stands, not read yet · {trigger}"),
        Some(HoldTold::Unseen(why)) => {
            let why = why.first_line();
            format!("hold on THIS MACHINE ONLY, call {who} · {why}")
        }
    };
    let head = format!("{} rolls back in {left} s", by.in_words());
    Bar::new(Tone::Alert, head, detail)
}

/// The approval that was given outside cockpit, while its deploy can still be cancelled.
pub(super) fn outside<'a>(release: &'a Release, phase: &Phase) -> Option<&'a Grant> {
    let grant = release.approval.grants.last()?;
    // Whoever drives on another machine approved with a cockpit too.
    let driver = release.record.seating.elsewhere().and_then(Holding::login);
    let is_drivers = driver.is_some() && driver == grant.by.as_ref();
    (matches!(phase, Phase::Deploying) && grant.ours.is_none() && !is_drivers).then_some(grant)
}

/// The metric by its name and the arithmetic; the rule itself where it names several metrics or an alarm.
fn trigger(release: &Release, source: &str, fired: &Fired) -> Bar {
    let names = release
        .policy
        .hypercare
        .triggers
        .iter()
        .find(|rule| rule.source() == source)
        .map(Rule::metrics)
        .unwrap_or_default();
    let label = match names.as_slice() {
        [name] => release
            .policy
            .metrics
            .iter()
            .find(|metric| metric.name == *name)
            .map(|metric| metric.label.as_str()),
        _ => None,
    };
    match label {
        Some(label) => {
            let head = format!("{label} {}", fired.why.as_str());
            Bar::new(Tone::Alert, head, format!("trigger: {source}"))
        }
        None => Bar::new(Tone::Alert, source, fired.why.as_str()),
    }
}

fn passed_by(grant: &Grant) -> Bar {
    let who = grant
        .by
        .as_ref()
        .map_or(String::new(), |by| format!(" by {by}"));
    let how = if grant.bypassed {
        "Bypassed: deployed without a review"
    } else {
        "Approved outside cockpit"
    };
    let open: Vec<String> = grant
        .open
        .iter()
        .map(|(gate, state)| format!("{gate} ({})", state.word()))
        .collect();
    let open = if open.is_empty() {
        "every gate passed then".to_owned()
    } else {
        format!("did not pass: {}", open.join(", "))
    };
    Bar::new(Tone::Alert, format!("{how}{who}"), open)
}
