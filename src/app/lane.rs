//! The lane in words: one line for the bar, and what stands in its box. Unknown is said to be unknown.

use jiff::Timestamp;

use super::{Bar, Tone};
use crate::domain::{
    observation::{Fate, LanePlace, LaneSnapshot, RunStatus},
    release::Release,
    wording,
};

/// A row of the box: what it is about, what is said of it, how it is coloured.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LaneRow {
    /// A run, or what the row tells.
    pub name: String,
    /// The words.
    pub words: String,
    /// Calm for facts, good for what holds, look for what may cost the release its place.
    pub tone: Tone,
}

/// The lane in short, as the bar says it; `None` while nothing was seen of it.
pub fn lane_line(release: &Release) -> Option<String> {
    let mut parts = match release.rollout.lane.as_ref()? {
        LanePlace::Untold => vec!["lane: GitHub cannot tell".to_owned()],
        LanePlace::Out(_) => vec!["lane: stands in none".to_owned()],
        LanePlace::In(lane) => vec![place(lane)],
    };
    parts.extend(threat(release).map(|(words, _)| format!("a newer run {words}")));
    let lead = release.rollout.lead.as_ref();
    parts.extend(
        lead.filter(|lead| lead.commits > 0)
            .map(|lead| format!("{} +{}", lead.branch, lead.commits)),
    );
    Some(parts.join(" · "))
}

fn place(lane: &LaneSnapshot) -> String {
    if lane.holds() {
        return match lane.behind {
            Some(0) => "lane: held, nobody behind".to_owned(),
            Some(behind) => format!(
                "lane: held, {} behind",
                wording::count(behind.into(), "run")
            ),
            None => "lane: held".to_owned(),
        };
    }
    match lane.holder {
        Some(holder) => format!("lane: place {} behind run {holder}", lane.position),
        None => format!("lane: place {}, the holder is not told", lane.position),
    }
}

/// A rollback whose run is not let in: it may be behind this very release, which waits for a review that nobody gives now.
pub(super) fn rollback_waits(release: &Release) -> Bar {
    let detail = if release.can_be_rejected() {
        "its run may be behind this release's own, which waits for a review: reject that"
    } else {
        "its run is behind another: let that one end, or cancel it on GitHub"
    };
    Bar::new(Tone::Look, "The rollback waits for its lane", detail)
}

/// A deploy that was let go and is not let in; `None` where nothing of it waits.
pub(super) fn deploy_waits(release: &Release) -> Option<Bar> {
    if !release.rollout.waits_for_lane() {
        return None;
    }
    let lane = release.rollout.stands_in();
    let detail = match lane.and_then(|lane| lane.holder) {
        Some(holder) => format!("run {holder} holds it"),
        None => "another run holds it".to_owned(),
    };
    let head = "Approved; the run waits for its lane";
    Some(Bar::new(Tone::Look, head, detail))
}

/// What a newer run would do to this one, where that costs it its place.
fn threat(release: &Release) -> Option<(&'static str, Tone)> {
    let (words, tone) = fate(release)?;
    (tone == Tone::Look).then_some((words, tone))
}

fn fate(release: &Release) -> Option<(&'static str, Tone)> {
    let holds = release.rollout.stands_in().is_none_or(LaneSnapshot::holds);
    let rule = release.rollout.lane_rule.as_ref()?.as_ref()?;
    Some(match rule.fate(holds) {
        Fate::Beside => (
            "would deploy beside it: the workflow has no lane",
            Tone::Look,
        ),
        Fate::Kept => ("would wait behind it", Tone::Calm),
        Fate::Replaced => ("would take its place while it waits", Tone::Look),
        Fate::Cancelled => ("would cancel it", Tone::Look),
        Fate::Unclear => ("would do what only GitHub can tell", Tone::Calm),
    })
}

/// Everything that is known of the lane, the holder first.
pub fn lane_rows(release: &Release, now: Timestamp) -> Vec<LaneRow> {
    let row = |name: String, words: String, tone: Tone| LaneRow { name, words, tone };
    let mut rows = Vec::new();
    let run = release.rollout.deploying_run();
    let has_left = run.is_some_and(|run| run.status == RunStatus::Completed);
    match &release.rollout.lane {
        _ if has_left => rows.push(row(
            "this run".to_owned(),
            "ended, and stands in it no more".to_owned(),
            Tone::Calm,
        )),
        None => rows.push(row(
            "The lane".to_owned(),
            "not seen yet".to_owned(),
            Tone::Calm,
        )),
        Some(LanePlace::Out(_)) => rows.push(row(
            "this run".to_owned(),
            "stands in no lane: it holds none, and waits for none".to_owned(),
            Tone::Calm,
        )),
        Some(LanePlace::Untold) => rows.push(row(
            "The lane".to_owned(),
            "GitHub cannot tell who stands in it".to_owned(),
            Tone::Calm,
        )),
        Some(LanePlace::In(lane)) => rows.extend(members(release, lane, now)),
    }
    if !has_left {
        rows.push(newer(release));
    }
    rows.push(match &release.rollout.lead {
        None => row(
            "The default branch".to_owned(),
            "not compared yet".to_owned(),
            Tone::Calm,
        ),
        Some(lead) if lead.commits == 0 => row(
            lead.branch.to_string(),
            "has nothing that the candidate lacks".to_owned(),
            Tone::Good,
        ),
        Some(lead) => row(
            lead.branch.to_string(),
            format!(
                "is {} ahead of the candidate, at {}",
                wording::count(lead.commits.into(), "commit"),
                lead.head.short()
            ),
            Tone::Calm,
        ),
    });
    rows
}

fn newer(release: &Release) -> LaneRow {
    let (words, tone) = match (&release.rollout.lane_rule, fate(release)) {
        (_, Some((words, tone))) => (words.to_owned(), tone),
        (Some(_), None) => (
            "unknown: the default branch has no such workflow file".to_owned(),
            Tone::Calm,
        ),
        (None, None) => (
            "unknown: the workflow file is not read yet".to_owned(),
            Tone::Calm,
        ),
    };
    let unclear = release.rollout.lane_rule.as_ref().and_then(Option::as_ref);
    let words = match unclear {
        Some(crate::domain::observation::LaneRule::Unclear(said)) => format!("{words} ({said})"),
        _ => words,
    };
    LaneRow {
        name: "A newer run".to_owned(),
        words,
        tone,
    }
}

/// This run among the others, by their places.
fn members(release: &Release, lane: &LaneSnapshot, now: Timestamp) -> Vec<LaneRow> {
    let mut rows: Vec<(u32, LaneRow)> = lane
        .others
        .iter()
        .map(|other| {
            let name = format!("run {}", other.run);
            let words = standing(other.position, other.since, now);
            let words = if other.title.as_str().is_empty() {
                words
            } else {
                format!("{words}  {}", other.title)
            };
            let tone = Tone::Calm;
            (other.position, LaneRow { name, words, tone })
        })
        .collect();
    let is_out = release.rollout.waits_for_lane();
    let stands = if is_out && lane.holds() {
        "waits, though GitHub's list says that it holds it".to_owned()
    } else {
        standing(lane.position, lane.since, now)
    };
    let own = LaneRow {
        name: "this run".to_owned(),
        words: format!("{stands}  {}", release.name()),
        tone: if lane.holds() && !is_out {
            Tone::Good
        } else {
            Tone::Look
        },
    };
    rows.push((lane.position, own));
    // A stable sort: the others stand by their places already.
    rows.sort_by_key(|(position, _)| *position);
    let mut rows: Vec<LaneRow> = rows.into_iter().map(|(_, row)| row).collect();
    if lane.behind.is_none() {
        rows.push(LaneRow {
            name: "Others".to_owned(),
            words: "not told by this server".to_owned(),
            tone: Tone::Calm,
        });
    }
    rows
}

fn standing(position: u32, since: Option<Timestamp>, now: Timestamp) -> String {
    let what = match position {
        0 => "holds it".to_owned(),
        place => format!("waits, place {place}"),
    };
    match since {
        Some(since) => format!("{what} for {}", wording::age(now.duration_since(since))),
        None => what,
    }
}
