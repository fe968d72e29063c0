//! The line of steps, from the first job to the end of the watch.
//!
//! One step is the present one and stands out; what failed says so; what is to come is faint.

use ratatui::{buffer::Buffer, layout::Rect, style::Style};

use super::{
    header::{minute_of, seat_in_short},
    pane::View,
    pen::{Pen, width},
};
use crate::domain::{
    End, Phase,
    judge::State,
    rollout::{Stage, StageState, StepState},
};

/// Columns between the steps and what stands behind them.
const AIR: u16 = 3;

#[derive(Clone, Copy, PartialEq, Eq)]
enum Look {
    Done,
    Now,
    /// Works, though the decision is elsewhere.
    Running,
    Failed,
    Skipped,
    Open,
}

struct Shown {
    look: Look,
    /// With the details that there may be room for.
    long: String,
    short: String,
}

/// Which steps tell their details.
#[derive(Clone, Copy)]
enum Words {
    Long,
    /// The present one alone.
    Present,
    Short,
}

impl Shown {
    fn words(&self, words: Words) -> &str {
        match words {
            Words::Long => &self.long,
            Words::Present if self.look == Look::Now => &self.long,
            Words::Present | Words::Short => &self.short,
        }
    }
}

/// Draws the steps on one line; without room for all of them, those around the present one. At its end stands what the
/// line above had no room for; whether that is so.
pub(super) fn draw(view: View<'_>, buffer: &mut Buffer, area: Rect) -> bool {
    let all = steps(view);
    let (styles, glyphs) = (&view.look.styles, view.look.glyphs);
    let inner = Rect::new(
        area.x + 1,
        area.y,
        area.width.saturating_sub(2),
        area.height.min(1),
    );
    let wide_from = |first: usize, link: u16, words: Words| -> u16 {
        all.iter()
            .skip(first)
            .map(|step| width(step.words(words)) + 2 + link)
            .sum::<u16>()
            .saturating_sub(link)
            + 2
    };
    let wide = |link, words| wide_from(0, link, words);
    let forms = [
        (4, Words::Long),
        (3, Words::Long),
        (4, Words::Present),
        (3, Words::Present),
        (2, Words::Present),
        (3, Words::Short),
    ];
    let (link, words) = forms
        .into_iter()
        .find(|(link, words)| wide(*link, *words) <= inner.width)
        .unwrap_or((2, Words::Present));
    let now = all.iter().position(|step| step.look == Look::Now);
    let first = match now {
        _ if wide(link, words) <= inner.width => 0,
        Some(now) => now.saturating_sub(1),
        None if all.iter().all(|step| step.look == Look::Open) => 0,
        // At the end its last steps say how it went.
        None => (0..all.len())
            .find(|first| wide_from(*first, link, words) + 2 <= inner.width)
            .unwrap_or(0),
    };
    let mut pen = Pen::new(buffer, inner, 0, glyphs.more);
    if first > 0 {
        pen.put(glyphs.more, styles.dim).skip(1);
    }
    for (index, step) in all.iter().enumerate().skip(first) {
        if index > first {
            let open = matches!(step.look, Look::Open);
            let sign = if open { glyphs.link_open } else { glyphs.link };
            let style = if open { styles.faint } else { styles.ok };
            pen.skip(1);
            for _ in 0..link.saturating_sub(2) {
                pen.put(sign, style);
            }
            pen.skip(u16::from(link > 1));
        }
        if pen.free() < 4 {
            break;
        }
        one(view, &mut pen, step.look, step.words(words));
    }
    pen.skip(AIR);
    let seat = seat_in_short(view, area.width);
    seat.is_some_and(|(words, style)| pen.fits_right(&words, style))
}

fn one(view: View<'_>, pen: &mut Pen<'_>, look: Look, text: &str) {
    let (styles, glyphs) = (&view.look.styles, view.look.glyphs);
    let (sign, sign_style, text_style): (&str, Style, Style) = match look {
        Look::Done => (glyphs.ok, styles.ok, styles.dim),
        Look::Running => (glyphs.now, styles.accent, styles.text),
        Look::Failed => (glyphs.fail, styles.fail, styles.fail),
        Look::Skipped => (glyphs.past, styles.faint, styles.faint),
        Look::Open => (glyphs.open, styles.faint, styles.faint),
        Look::Now => {
            let style = styles.selection.patch(styles.key);
            pen.put(" ", style).put(glyphs.now, style).put(" ", style);
            pen.put(&text.to_uppercase(), style).put(" ", style);
            return;
        }
    };
    pen.put(sign, sign_style)
        .put(" ", text_style)
        .put(text, text_style);
}

fn steps(view: View<'_>) -> Vec<Shown> {
    let release = view.release;
    let phase = release.phase();
    let mut all: Vec<Shown> = release
        .rollout
        .steps
        .iter()
        .map(|step| {
            let look = match step.state {
                StepState::Waiting => Look::Open,
                StepState::Running if phase == Phase::Preparing => Look::Now,
                StepState::Running => Look::Running,
                StepState::Passed => Look::Done,
                StepState::Failed => Look::Failed,
                StepState::Skipped => Look::Skipped,
            };
            shown(look, &step.name, "")
        })
        .collect();
    // Several steps may run at once; one present is enough.
    let mut seen = false;
    for step in &mut all {
        if step.look == Look::Now && std::mem::replace(&mut seen, true) {
            step.look = Look::Running;
        }
    }
    // A job that ended well may have made evidence that fails staging.
    let fails = view
        .model
        .derived
        .gates
        .iter()
        .any(|gate| gate.name == "staging" && gate.verdict.state == State::Fail);
    if let Some(last) = all
        .last_mut()
        .filter(|step| fails && step.look == Look::Done)
    {
        last.look = Look::Failed;
    }
    all.extend(tail(view, &phase));
    all
}

fn shown(look: Look, name: &str, detail: &str) -> Shown {
    let long = if detail.is_empty() {
        name.to_owned()
    } else {
        format!("{name} {detail}")
    };
    Shown {
        look,
        long,
        short: name.to_owned(),
    }
}

/// Approval, production, monitor and end.
fn tail(view: View<'_>, phase: &Phase) -> Vec<Shown> {
    let release = view.release;
    let zone = &view.model.zone;
    let approval = match (release.approval.first_grant(), phase) {
        (Some(grant), _) => {
            let by = grant
                .by
                .as_ref()
                .map_or(String::new(), |by| format!("by {by} "));
            shown(
                Look::Done,
                "Approved",
                &format!("{by}{}", minute_of(grant.at, zone)),
            )
        }
        (None, Phase::AwaitingApproval | Phase::ApprovalRequested) => {
            shown(Look::Now, "Approval", "")
        }
        (None, Phase::Ended(End::Rejected { .. })) => shown(Look::Failed, "Rejected", ""),
        (None, Phase::Ended(End::Expired)) => shown(Look::Failed, "Expired", ""),
        (None, _) => shown(Look::Open, "Approval", ""),
    };
    let production = match (release.rollout.deployed, phase) {
        (Some(at), _) => shown(Look::Done, "Production", &minute_of(at, zone)),
        (None, Phase::Deploying | Phase::StageWatch { .. }) => {
            shown(Look::Now, "Production", &stage(view))
        }
        (None, Phase::Ended(End::Failed { .. } | End::Cancelled)) => {
            shown(Look::Failed, "Production", "")
        }
        (None, _) if release.approval.first_grant().is_some() => {
            shown(Look::Failed, "Production", "")
        }
        (None, _) => shown(Look::Open, "Production", ""),
    };
    let (have, want) = view.model.derived.progress;
    let minutes = format!("{have:02}/{want:02}");
    let monitor = match phase {
        Phase::Monitoring => shown(Look::Now, "Monitor", &minutes),
        Phase::Undecided if !release.rollout.issues.is_empty() => {
            shown(Look::Now, "Monitor", "issue detected")
        }
        Phase::Undecided => shown(Look::Now, "Monitor", release.watch.doubt()),
        Phase::Ended(End::Complete) => shown(Look::Done, "Monitor", &minutes),
        _ if release.rollout.deployed.is_some() => shown(Look::Failed, "Monitor", &minutes),
        _ => shown(Look::Open, "Monitor", ""),
    };
    let end = match phase {
        Phase::RollingBack | Phase::Recovering => shown(Look::Now, "Rollback", ""),
        Phase::RollbackFailed => shown(Look::Failed, "Rollback failed", ""),
        Phase::Stopped => shown(Look::Now, "Rolled back", ""),
        Phase::Ended(End::Complete) => shown(Look::Done, "Done", ""),
        Phase::Ended(End::RolledBack) => shown(Look::Done, "Rolled back", ""),
        Phase::Ended(end) => shown(Look::Failed, end.word(), ""),
        _ => shown(Look::Open, "Done", ""),
    };
    vec![approval, production, monitor, end]
}

fn stage(view: View<'_>) -> String {
    let rollout = &view.release.rollout;
    let stages = &rollout.stages;
    // One that is held serves nobody yet.
    let is_out = |stage: &Stage| !matches!(stage.state, StageState::Waiting | StageState::Held);
    let newest = stages.iter().rposition(is_out);
    match newest.or_else(|| rollout.current_stage()) {
        Some(index) if stages.len() > 1 => stages[index]
            .weight
            .clone()
            .unwrap_or_else(|| format!("{}/{}", index + 1, stages.len())),
        _ => String::new(),
    }
}
