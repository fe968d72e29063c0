//! The metrics: before the approval a small chart each, during the watch one large chart.

use ratatui::{
    buffer::Buffer,
    layout::Rect,
    style::{Modifier, Style},
};

use super::{
    readings::{broken, hidden_in_words, kept, newest, reading, values},
    sight, watch_chart,
};
use crate::{
    app::{Hits, Pane, Spot},
    domain::{
        Phase,
        judge::State,
        plot::{Band, Plot},
        policy::{Metric, Side},
        release::{Advice, AsksOfStage},
        rollback::RollbackProgress,
        wording,
    },
    ui::{
        chart::{Dress, apart, paint},
        freshness,
        header::minute_of,
        pane::{self, View, frame},
        pen::Pen,
    },
};

/// Minutes of the small charts.
const LOOK_BACK: i64 = 60;

/// Draws the pane in the form that the release's progress asks for.
pub(in crate::ui) fn draw(view: View<'_>, buffer: &mut Buffer, area: Rect, hits: &mut Hits) {
    let watches = view.model.watches();
    let is_large = watches || view.model.zoomed;
    let right = if watches {
        badge_watch(view)
    } else {
        badge_before(view)
    };
    let inner = frame(view, buffer, area, Pane::Metrics, &right, hits);
    let all = view.release.policy.shown_metrics().len();
    hits.reach[Pane::Metrics.index()] = (usize::from(inner.height), all);
    if all == 0 {
        Pen::new(buffer, inner, 0, view.look.glyphs.more)
            .put("no metrics in the rules", view.look.styles.info);
        return;
    }
    if is_large && inner.height >= 7 && inner.width >= 40 {
        watch_chart::draw(view, buffer, inner, hits);
    } else {
        small(view, buffer, inner, hits);
    }
}

fn badge_before(view: View<'_>) -> Vec<pane::Piece> {
    let what = format!("production now {} {LOOK_BACK} min", view.look.glyphs.dot);
    vec![(what, view.look.styles.dim)]
}

fn badge_watch(view: View<'_>) -> Vec<pane::Piece> {
    let styles = &view.look.styles;
    let release = view.release;
    let mut right = Vec::new();
    if let Some(at) = release.rollout.deployed.or(release.rollout.first_traffic) {
        right.push((
            format!("since deploy {}", minute_of(at, &view.model.zone)),
            styles.dim,
        ));
    }
    let (sign, word, style) = recovery(view).unwrap_or_else(|| verdict(view));
    right.push((format!("{sign} {word}"), style.add_modifier(Modifier::BOLD)));
    if is_back(view) {
        return right;
    }
    let judged = if let Some(stage) = &view.model.derived.stage {
        let wanted = wording::count(stage.wanted as u64, "minute");
        format!("{} served {} of {wanted}", stage.weight, stage.served)
    } else {
        let (have, want) = view.model.derived.progress;
        format!("{have} of {} judged", wording::count(want as u64, "minute"))
    };
    right.push((judged, styles.dim));
    right
}

/// A verdict as the pane's edge says it.
type Said = (&'static str, String, Style);

/// Whether a rollback's run ended well: what the watch was judged by until then is over.
fn is_back(view: View<'_>) -> bool {
    let newest = view.release.rollback.newest();
    newest.is_some_and(|attempt| matches!(attempt.progress, RollbackProgress::Finished { .. }))
}

/// How it is after a rollback: what recovery was judged, and while it is not, how far that is. `None` where nothing was
/// rolled back, or not to its end.
fn recovery(view: View<'_>) -> Option<Said> {
    let (styles, glyphs) = (&view.look.styles, view.look.glyphs);
    let RollbackProgress::Finished { recovered, .. } = &view.release.rollback.newest()?.progress
    else {
        return None;
    };
    let said = |sign, word: &str, style| (sign, word.to_owned(), style);
    Some(match recovered {
        Some((Some(true), _)) => said(glyphs.ok, "recovered", styles.ok),
        Some((Some(false), _)) => said(glyphs.fail, "not recovered", styles.fail),
        Some((None, _)) => said(glyphs.unknown, "recovery: cannot tell", styles.info),
        None if freshness::of(view, Pane::Metrics).is_some_and(|age| age.grey) => {
            said(glyphs.unknown, "no fresh data", styles.info)
        }
        None => {
            let far = view.release.recovery_progress();
            let far = far.map_or_else(String::new, |(have, want)| format!(", {have} of {want}"));
            (glyphs.now, format!("recovering{far}"), styles.accent)
        }
    })
}

/// The watch in one word. Green only on data: a silent source is never healthy.
fn verdict(view: View<'_>) -> Said {
    let (styles, glyphs) = (&view.look.styles, view.look.glyphs);
    let release = view.release;
    let said = |sign, word: &str, style| (sign, word.to_owned(), style);
    if release.watch.fired().next().is_some() {
        return said(glyphs.fail, "degraded", styles.fail);
    }
    if freshness::of(view, Pane::Metrics).is_some_and(|age| age.grey) {
        return said(glyphs.unknown, "no fresh data", styles.info);
    }
    if !release.record.problems.is_empty() {
        return said(glyphs.fail, "problem reported", styles.fail);
    }
    if !release.rollout.issues.is_empty() {
        return said(glyphs.fail, "issue detected", styles.fail);
    }
    if matches!(release.phase(), Phase::Undecided) {
        return said(glyphs.unknown, release.watch.doubt(), styles.info);
    }
    if release.watch.standing().next().is_some() {
        return said(glyphs.warn, "stands out", styles.warn);
    }
    let derived = &view.model.derived;
    let have = derived
        .stage
        .as_ref()
        .map_or(derived.progress.0, |stage| stage.served);
    let states = states(view);
    // The minutes since everything was deployed, by themselves: beside "roll back" nothing is called healthy.
    let is_against = derived
        .advice
        .as_ref()
        .is_some_and(|told| told.advice == Advice::RollBack);
    if have == 0 || states.is_empty() {
        said(glyphs.open, "nothing judged yet", styles.dim)
    } else if states.contains(&State::Fail) || is_against {
        said(glyphs.warn, "a gate fails", styles.warn)
    } else if states.iter().any(|state| state.is_unknown()) {
        said(glyphs.unknown, "not all known", styles.info)
    } else {
        healthy(view)
    }
}

/// What is judged is good; a metric that is shown and cannot be read takes the green away.
fn healthy(view: View<'_>) -> Said {
    let (styles, glyphs) = (&view.look.styles, view.look.glyphs);
    match broken(view) {
        (0, 0) => (glyphs.ok, "healthy".to_owned(), styles.ok),
        (0, others) => {
            let count = wording::count(others as u64, "source");
            let words = format!("healthy, {count} broken");
            (glyphs.unknown, words, styles.info)
        }
        _ => (glyphs.unknown, "not all known".to_owned(), styles.info),
    }
}

/// What is judged: by a stage's own gates while it serves, else by what the rules say of each minute.
fn states(view: View<'_>) -> Vec<State> {
    let (release, derived) = (view.release, &view.model.derived);
    let own = derived.gates.iter().filter(|gate| {
        let asks = gate.stage.filter(|_| derived.stage.is_some());
        asks.is_some_and(|asks| asks != AsksOfStage::Time)
    });
    let own: Vec<State> = own.map(|gate| gate.verdict.state).collect();
    if !own.is_empty() {
        return own;
    }
    // What was already so before the deploy speaks neither for nor against it.
    let was_so = |source: &str| {
        let trigger = release.watch.triggers.get(source);
        trigger.is_some_and(|trigger| trigger.disarmed.is_some())
    };
    let newest = release.watch.newest();
    newest
        .and_then(|newest| release.watch.judged.get(&newest))
        .into_iter()
        .flat_map(|(_, verdicts)| verdicts)
        .filter(|(source, _)| !was_so(source.as_str()))
        .map(|(_, state)| *state)
        .collect()
}

fn small(view: View<'_>, buffer: &mut Buffer, area: Rect, hits: &mut Hits) {
    let styles = &view.look.styles;
    let metrics = view.release.policy.shown_metrics();
    let shown: Vec<&Metric> = metrics
        .iter()
        .filter(|metric| metric.side == Side::All)
        .collect();
    let shown = if shown.is_empty() {
        metrics.iter().collect()
    } else {
        shown
    };
    let has_sight = !view.model.derived.sight.is_empty();
    let sight = match area.height {
        8.. if has_sight => 2,
        5.. if has_sight => 1,
        _ => 0,
    };
    let edge = Rect::new(area.x, area.bottom(), area.width, 1);
    let below = Rect::new(area.x, area.bottom() - sight, area.width, sight);
    sight::detectable(view, buffer, below);
    let area = Rect::new(area.x, area.y, area.width, area.height - sight);
    let fits = usize::from(area.height / 2).max(1);
    let selected = view.model.metric().min(shown.len().saturating_sub(1));
    let seen = kept(view, &shown, selected, fits);
    more(view, buffer, edge, shown.len() - seen.len());
    let until = newest(view).plus(1);
    let from = until.plus(-LOOK_BACK);
    let left = if area.width >= 40 { 16 } else { area.width };
    for (row, (index, metric)) in (0u16..).zip(seen) {
        let y = row * 2;
        let (value, style) = reading(view, metric);
        let name_style = if index == selected && view.has_focus(Pane::Metrics) {
            styles.accent
        } else {
            styles.dim
        };
        let words = Rect::new(area.x, area.y, left, area.height);
        Pen::new(buffer, words, y, view.look.glyphs.more).put(&metric.title(), name_style);
        Pen::new(buffer, words, y + 1, view.look.glyphs.more).put(&value, style);
        for y in [area.y + y, area.y + y + 1] {
            let line = pane::area_of(Rect::new(area.x, y, area.width, 1));
            hits.put(line, Spot::Rows(Pane::Metrics, index));
        }
        if area.width < 40 || y + 2 > area.height {
            continue;
        }
        let rows = apart(view.look, 2);
        let chart = Rect::new(area.x + left, area.y + y, area.width - left, rows);
        buffer.set_style(chart, styles.band);
        let values = values(view, metric, from, until);
        let plot = Plot {
            columns: chart.width,
            rows,
            from,
            until,
            values: &values,
            band: Band::None,
            thresholds: &[],
            markers: &[],
        };
        let dress = Dress {
            thresholds: &[],
            markers: &[],
            line: styles.accent,
            beyond: None,
            cursor: None,
            covered: 0,
        };
        paint(view.look, buffer, chart, &plot, &dress);
    }
}

/// Says in the lower edge how many metrics have no room here, and with which key they are seen.
fn more(view: View<'_>, buffer: &mut Buffer, edge: Rect, hidden: usize) {
    if hidden > 0 {
        let words = format!(" {} ", hidden_in_words(view, hidden));
        Pen::new(buffer, edge, 0, view.look.glyphs.more).put_right(&words, view.look.styles.dim);
    }
}
