//! `incident-report`, and the text that the one who explains a rollback begins with: both from the journal alone.

use super::{
    facts::{self, bounded, head, login, rollbacks, title},
    moments::Moments,
    page::{Page, between, stamp, time},
    verification,
};
use crate::domain::{
    Event, Text,
    judge::JudgeEvent,
    release::{Recorded, Release},
    rollback::RollbackProgress,
};

/// What stands where the root cause belongs, until a person writes it.
pub const ROOT_CAUSE: &str = "Root cause:";

/// Lines of the log that an explanation begins with.
const LINES: usize = 12;
/// Bytes of each: what a person has to add must have room in the field.
const LINE: usize = 160;

pub(super) fn page(recorded: &Recorded) -> Page {
    let release = recorded.release();
    let moments = Moments::of(recorded);
    let mut page = Page::new(title("Incident report", release));
    if release.rollback.attempts.is_empty() {
        page.verdict("NO_INCIDENT", "no rollback was asked for");
        return page;
    }
    let took = format!(
        "detected after {}, decided after {}, restored after {}",
        between(moments.traffic, moments.detected_at()),
        between(moments.detected_at(), moments.asked_back),
        between(moments.asked_back, moments.restored),
    );
    page.verdict(release.outcome().word(), took);
    head(&mut page, recorded);
    page.heading("Times");
    page.table(&["from", "to", ">took"], times(&moments), "");
    page.heading("What was seen");
    match &moments.detected {
        Some((at, by, what)) => {
            let by = by.as_ref().map_or("cockpit", |by| by.as_str());
            page.words(format!("{}: {what} (seen by {by})", stamp(*at)));
        }
        None => page.words("Nothing in the journal spoke against the release before the rollback."),
    }
    fired(&mut page, recorded);
    verification::triggers(&mut page, release);
    page.heading("Before and after");
    facts::movement(&mut page, release);
    page.heading("Who decided");
    rollbacks(&mut page, release);
    page.heading("Root cause");
    match &release.record.explanation {
        Some(note) => {
            page.words(format!(
                "Written by {} at {}:",
                login(note.by.as_ref()),
                stamp(note.at)
            ));
            page.bullets(
                note.text
                    .as_str()
                    .lines()
                    .filter(|line| !line.trim().is_empty())
                    .map(str::to_owned)
                    .collect(),
            );
        }
        None => page.words("Not written down yet."),
    }
    page.heading("Timeline");
    let rows = bounded(&mut page, facts::timeline(recorded, moments.waiting));
    page.table(&["time", "by", "what"], rows, "");
    page
}

/// From moment to moment.
pub(super) fn times(moments: &Moments) -> Vec<Vec<String>> {
    let detected = moments.detected_at();
    [
        (
            "waiting for a person",
            "decided",
            moments.waiting,
            moments.decided,
        ),
        (
            "let go",
            "deployed in full",
            moments.granted,
            moments.deployed,
        ),
        ("first traffic", "detected", moments.traffic, detected),
        (
            "detected",
            "rollback asked for",
            detected,
            moments.asked_back,
        ),
        (
            "rollback asked for",
            "restored",
            moments.asked_back,
            moments.restored,
        ),
        (
            "restored",
            "recovery judged",
            moments.restored,
            moments.recovered,
        ),
        (
            "first traffic",
            "restored",
            moments.traffic,
            moments.restored,
        ),
        (
            "deployed in full",
            "judged",
            moments.deployed,
            moments.judged,
        ),
    ]
    .into_iter()
    .filter(|(_, _, from, until)| from.is_some() && until.is_some())
    .map(|(name, to, from, until)| vec![name.to_owned(), to.to_owned(), between(from, until)])
    .collect()
}

/// Every firing of a trigger, with its numbers.
fn fired(page: &mut Page, recorded: &Recorded) {
    let items = recorded.events().iter().filter_map(|stamped| {
        let Event::Judge(JudgeEvent::TriggerFired {
            trigger,
            why,
            minutes,
        }) = &stamped.event
        else {
            return None;
        };
        let minutes: Vec<String> = minutes
            .iter()
            .map(|minute| minute.start().strftime("%H:%M").to_string())
            .collect();
        Some(format!(
            "{}: {trigger} fired: {why} (minutes {})",
            time(stamped.stamp.at),
            minutes.join(", ")
        ))
    });
    page.bullets(items.collect());
}

/// What a person who explains a rollback begins with: facts of the release, and the root cause left to write.
///
/// Plain words for a text field. [`ROOT_CAUSE`] comes last, with nothing behind it.
pub fn incident_text(release: &Release) -> String {
    let Some(first) = release.rollback.attempts.first() else {
        return String::new();
    };
    let mut lines = vec![
        short(&format!(
            "{} {} was rolled back to {} by {}:",
            release.policy.service,
            release.name(),
            first.shown.target.name(),
            login(first.by.as_ref()),
        )),
        short(first.reason.first_line()),
    ];
    let detected = detected(release);
    let restored = match release.rollback.newest().map(|attempt| &attempt.progress) {
        Some(RollbackProgress::Finished { at, .. }) => Some(*at),
        _ => None,
    };
    lines.push(format!(
        "Detected after {}, decided after {}, restored after {}.",
        between(release.rollout.first_traffic, detected),
        between(detected, Some(first.at)),
        between(Some(first.at), restored)
    ));
    let speaking = release.log.iter().filter_map(|stamped| {
        let (mood, words) = crate::report::told(stamped);
        let tells = matches!(mood, crate::report::Mood::Bad | crate::report::Mood::Look)
            || stamped.stamp.actor.person().is_some();
        let is_in = release
            .rollout
            .first_traffic
            .is_some_and(|from| stamped.stamp.at >= from);
        (tells && is_in).then(|| {
            short(&format!(
                "{} {}",
                time(stamped.stamp.at),
                Text::line(&words)
            ))
        })
    });
    let speaking: Vec<String> = speaking.collect();
    let skipped = speaking.len().saturating_sub(LINES);
    lines.extend(speaking.into_iter().skip(skipped));
    lines.push(format!("{ROOT_CAUSE} "));
    lines.join("\n")
}

/// As much of a line as there is room for.
fn short(line: &str) -> String {
    if line.len() <= LINE {
        return line.to_owned();
    }
    let mut end = LINE - '…'.len_utf8();
    while !line.is_char_boundary(end) {
        end -= 1;
    }
    format!("{}…", &line[..end])
}

/// When something first spoke against the release, as far as the kept log tells.
fn detected(release: &Release) -> Option<jiff::Timestamp> {
    use crate::domain::{record::RecordEvent, rollout::RolloutEvent};
    release.log.iter().find_map(|stamped| {
        matches!(
            stamped.event,
            Event::Judge(JudgeEvent::TriggerFired { .. })
                | Event::Record(RecordEvent::ProblemReported { .. })
                | Event::Rollout(RolloutEvent::IssueDetected { .. })
        )
        .then_some(stamped.stamp.at)
    })
}
