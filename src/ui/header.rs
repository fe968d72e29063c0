//! The top line: which release, from where to where, who sits here, what time it is, how fresh GitHub is.

use jiff::Timestamp;
use ratatui::{buffer::Buffer, layout::Rect, style::Style};

use super::{
    Look,
    pane::View,
    pen::{Pen, fill},
};
use crate::{
    app::{Health, Seat},
    domain::{Feed, record::Sharing, wording},
};

/// From so many columns on the line tells who sits here.
const FULL: u16 = 100;

/// Draws the line.
pub(super) fn draw(view: View<'_>, buffer: &mut Buffer, area: Rect) {
    let (styles, glyphs) = (&view.look.styles, view.look.glyphs);
    let (release, model) = (view.release, view.model);
    fill(buffer, area, styles.screen.patch(styles.band));
    let inner = Rect::new(area.x + 1, area.y, area.width.saturating_sub(2), 1);
    let mut pen = Pen::new(buffer, inner, 0, glyphs.more);
    let (sign, style, words) = live(view, area.width);
    pen.put_right(&words, style);
    pen.put_right(" ", style)
        .put_right(sign, style)
        .skip_right(2);
    if area.width >= 80 {
        let (time, zone) = clock(model.now, &model.zone);
        pen.put_right(&zone, styles.dim).put_right(" ", styles.dim);
        pen.put_right(&time, styles.text).skip_right(2);
    }
    if area.width >= FULL {
        for (words, style) in seat(view).iter().rev() {
            pen.put_right(words, *style);
        }
        pen.skip_right(2);
    }
    brand(&mut pen, view.look);
    pen.skip(2);
    let service = &release.policy.service;
    pen.put(service, styles.strong).skip(1);
    let name = release.name();
    pen.put(name.as_str(), styles.candidate).skip(1);
    if let Some(sha) = release.rollout.sha()
        && name.as_str() != sha.short()
        && area.width >= 100
    {
        pen.put(sha.short(), styles.dim).skip(1);
    }
    // It is not called as the rules say.
    let candidate = release.evidence.candidate.as_ref();
    if candidate.is_some_and(|seen| seen.unnamed.is_some()) {
        pen.put(glyphs.warn, styles.warn).skip(1);
    }
    if release.approval.emergency.is_some() {
        pen.put(" EMERGENCY ", styles.alert).skip(1);
    }
    if release.attempt() > 1 {
        pen.put(&format!("attempt {}", release.attempt()), styles.warn)
            .skip(1);
    }
    if is_there(view) {
        pen.put("in", styles.dim).skip(1);
        pen.put(&release.policy.target.environment, styles.strong);
        return;
    }
    pen.put(glyphs.arrow, styles.dim).skip(1);
    pen.put(&release.policy.target.environment, styles.strong)
        .skip(1);
    match release.rollout.production_now() {
        Some(answer) => {
            if let Some(name) = answer.name() {
                pen.put(name, styles.dim).skip(1);
            }
            if let (Some(_), Some(sha)) = (&answer.version, &answer.sha) {
                pen.put(sha.short(), styles.dim);
            }
            // GitHub's history trails a deploy; a wrong version after it is an issue of its own.
            if !model.watches() && !release.rollout.production_disagrees().is_empty() {
                pen.skip(1).put(glyphs.warn, styles.warn);
            }
        }
        None => {
            pen.put("version unknown", styles.info);
        }
    }
}

/// Whether production has all of it and says so: then the version is told once.
fn is_there(view: View<'_>) -> bool {
    let (release, rollout) = (view.release, &view.release.rollout);
    let serves = rollout.production_now().zip(rollout.sha());
    rollout.deployed.is_some()
        && serves.is_some_and(|(answer, sha)| {
            answer.name() == Some(release.name().as_str())
                && answer.is(sha, answer.version.as_ref(), None) == Some(true)
        })
}

/// Who sits here, and how far what is done here is told.
fn seat(view: View<'_>) -> Vec<(String, Style)> {
    let (styles, model) = (&view.look.styles, view.model);
    let one = |words: &str, style: Style| vec![(words.to_owned(), style)];
    match (&model.seat, &model.viewer) {
        (Seat::Driving, Some(viewer)) => {
            let mut all = one(viewer.as_str(), styles.text);
            match &view.release.record.seating.sharing {
                Sharing::Unknown => {}
                Sharing::Shared => all.push((" shared".to_owned(), styles.dim)),
                Sharing::MachineOnly(_) => {
                    all.push((" this machine only".to_owned(), styles.warn));
                }
            }
            all
        }
        (Seat::Driving, None) => one("who are you?", styles.info),
        (Seat::Watching(driver), _) if driver == "nobody" => one("nobody drives", styles.warn),
        (Seat::Watching(driver), _) if driver.starts_with("nobody") => {
            one(&format!("watching, {driver} drives"), styles.info)
        }
        (Seat::Watching(driver), _) => one(&format!("watching {driver}"), styles.info),
        (Seat::Replay, _) => one("replay", styles.info),
    }
}

/// What a narrow line leaves out of that and must stand somewhere: that nobody else is told, that somebody else drives.
pub(super) fn seat_in_short(view: View<'_>, columns: u16) -> Option<(String, Style)> {
    let sharing = &view.release.record.seating.sharing;
    let is_usual = match (&view.model.seat, &view.model.viewer) {
        (Seat::Driving, Some(_)) => !matches!(sharing, Sharing::MachineOnly(_)),
        (Seat::Driving, None) | (Seat::Watching(_), _) => false,
        // A replay says so at the line's end.
        (Seat::Replay, _) => true,
    };
    if columns >= FULL || is_usual {
        return None;
    }
    let (words, style) = seat(view).pop()?;
    Some((words.trim_start().to_owned(), style))
}

/// Whose screen this is.
pub(super) fn brand(pen: &mut Pen<'_>, look: &Look) {
    let styles = &look.styles;
    pen.put(look.glyphs.mark, styles.accent)
        .put(" ", styles.text)
        .put(
            "cockpit",
            styles.accent.add_modifier(ratatui::style::Modifier::BOLD),
        );
}

/// The age of a fresh answer is told in steps of so many seconds.
const FRESH_STEP: i64 = 10;

/// Sign, style and words for the feed that everything hangs on.
fn live(view: View<'_>, width: u16) -> (&'static str, Style, String) {
    let (styles, glyphs) = (&view.look.styles, view.look.glyphs);
    if view.model.seat == Seat::Replay {
        return replayed(view, width);
    }
    let now = view.model.now;
    let age = |at: Timestamp| wording::age(now.duration_since(at));
    match view.model.feeds.health(Feed::Github, now) {
        Health::Unheard => (glyphs.open, styles.dim, "connecting".to_owned()),
        Health::Live(at) => {
            // In steps: a number that moves each second is written each second.
            let steps = now.duration_since(at).as_secs().max(0) / FRESH_STEP * FRESH_STEP;
            // As wide as an age, so that what stands before it does not move when one appears.
            let words = match steps {
                0 => "live now".to_owned(),
                _ => format!(
                    "live {}",
                    wording::age(jiff::SignedDuration::from_secs(steps))
                ),
            };
            (glyphs.live, styles.ok, words)
        }
        Health::Old(at) => (glyphs.warn, styles.warn, format!("old {}", age(at))),
        Health::Broken(at, fault) => {
            let age = at.map_or_else(String::new, |at| format!(" {}", age(at)));
            (
                glyphs.fail,
                styles.fail,
                format!("{}{age}", fault.kind.word()),
            )
        }
    }
}

/// A replay tells its day, its place and its pace instead.
fn replayed(view: View<'_>, width: u16) -> (&'static str, Style, String) {
    let (styles, glyphs) = (&view.look.styles, view.look.glyphs);
    let day = view.model.now.to_zoned(view.model.zone.clone());
    let words = match &view.model.reel {
        None if width < FULL => "replay".to_owned(),
        None => "past".to_owned(),
        Some(reel) => {
            let pace = if reel.plays {
                format!("{}x", wording::significant(reel.speed, 3))
            } else {
                "paused".to_owned()
            };
            // Without room for who sits here the day gives way to what this is.
            let day = match width {
                FULL.. => day.strftime("%F ").to_string(),
                _ => "replay ".to_owned(),
            };
            format!("{day}{} of {} {pace}", reel.at, reel.of)
        }
    };
    let style = match &view.model.reel {
        Some(reel) if reel.plays => styles.accent,
        _ => styles.info,
    };
    (glyphs.past, style, words)
}

/// `14:02:31` and `CEST`.
fn clock(now: Timestamp, zone: &jiff::tz::TimeZone) -> (String, String) {
    let local = now.to_zoned(zone.clone());
    let name = zone.to_offset_info(now).abbreviation().to_owned();
    let time = format!(
        "{:02}:{:02}:{:02}",
        local.hour(),
        local.minute(),
        local.second()
    );
    (time, name)
}

/// `14:02:31` in the model's zone.
pub(super) fn time_of(at: Timestamp, zone: &jiff::tz::TimeZone) -> String {
    clock(at, zone).0
}

/// `14:02` in the model's zone.
pub(super) fn minute_of(at: Timestamp, zone: &jiff::tz::TimeZone) -> String {
    let local = at.to_zoned(zone.clone());
    format!("{:02}:{:02}", local.hour(), local.minute())
}
