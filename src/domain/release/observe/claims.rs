//! The claims of every machine against what is known.

use crate::domain::{
    Event, Seq, Text,
    claim::{Claim, ClaimFate, ClaimName, ClaimsSeen, Writes},
    later,
    record::{HoldTold, RecordEvent, SeatPlace, Sharing},
    release::{Release, countdown::HOLDS_BEFORE},
    rollback::{RollbackEvent, RollbackProgress},
};

/// One layer of what is new.
pub(super) fn observe_claims(release: &Release, seen: &ClaimsSeen) -> Vec<Event> {
    let mut events: Vec<Event> = Vec::new();
    events.extend(seat(release, seen));
    events.extend(rollback_elsewhere(release, seen));
    events.extend(holds(release, seen));
    events
}

fn seat(release: &Release, seen: &ClaimsSeen) -> Option<Event> {
    let seating = &release.record.seating;
    let run = release.key.run;
    let ended = release.phase().is_end();
    match seen.live(ClaimName::Seat(run)) {
        Some(claim) if seen.is_own(claim, run) => {
            let is_new = seating.takes
                || !seating.is_shared()
                || seen.over.is_some() && seating.over != seen.over;
            let over = seen.over.clone();
            (seating.is_here() && is_new).then(|| RecordEvent::SeatClaimed { over }.into())
        }
        Some(claim) => {
            let by = claim.holding();
            // A look that began before a person took the seat says nothing about that.
            let is_late = seating.takes && !seen.takes;
            let is_new = seating.seat != SeatPlace::Elsewhere(by.clone());
            (is_new && !is_late && !ended).then(|| RecordEvent::DrivenElsewhere { by }.into())
        }
        None => match &seating.seat {
            SeatPlace::Elsewhere(_) => Some(RecordEvent::SeatVacated.into()),
            SeatPlace::Here | SeatPlace::Vacant => alone(release, seen),
        },
    }
}

/// Other machines cannot be told: said once.
fn alone(release: &Release, seen: &ClaimsSeen) -> Option<Event> {
    let Writes::Refused(why) = &seen.writes else {
        return None;
    };
    let seating = &release.record.seating;
    let is_known = matches!(seating.sharing, Sharing::MachineOnly(_)) && !seating.takes;
    let why = why.clone();
    (seating.is_here() && !is_known).then(|| RecordEvent::ThisMachineOnly { why }.into())
}

/// Who else rolls production back, told before anybody here types.
fn rollback_elsewhere(release: &Release, seen: &ClaimsSeen) -> Option<Event> {
    let claim = seen.live(ClaimName::Rollback);
    let by = claim
        .filter(|claim| !seen.is_own(claim, release.key.run))
        .map(Claim::holding);
    (release.record.seating.rollback != by).then(|| RecordEvent::RollbackElsewhere { by }.into())
}

/// Whether somebody on another machine holds the countdown that runs here.
fn holds(release: &Release, seen: &ClaimsSeen) -> Option<Event> {
    let running = release.rollback.countdown()?;
    let name = ClaimName::Hold {
        run: release.key.run,
        countdown: running.started.as_second(),
    };
    if let Some(claim) = seen.live(name) {
        let trigger = running.trigger.clone();
        let from = claim.note.as_ref().map(|note| note.by.clone());
        return Some(RollbackEvent::CountdownHeld { trigger, from }.into());
    }
    let enough = later(running.zero, -HOLDS_BEFORE);
    let is_read = running.holds_read.is_some_and(|asked| asked >= enough);
    let asked = seen.asked;
    (asked >= enough && !is_read).then(|| RollbackEvent::HoldsRead { asked }.into())
}

/// Whether a hold from here stands where the driver's machine looks: told when that changes, not at every try.
pub(super) fn hold_told(release: &Release, began: i64, why: Option<&Text>) -> Vec<Event> {
    let hold = release.record.seating.hold.as_ref();
    let is_news = hold.filter(|hold| hold.began == began).is_some_and(|hold| {
        !matches!(
            (&hold.told, why),
            (HoldTold::Stands, None) | (HoldTold::Unseen(_), Some(_))
        )
    });
    let event = is_news.then(|| RecordEvent::HoldTold {
        began,
        why: why.cloned(),
    });
    event.map(Event::from).into_iter().collect()
}

/// What became of a rollback's claim.
pub(super) fn claim_answered(release: &Release, act: Seq, fate: &ClaimFate) -> Vec<Event> {
    let Some(attempt) = release.rollback.newest() else {
        return Vec::new();
    };
    let is_asked = matches!(&attempt.claim, Some((seq, None)) if *seq == act);
    if !is_asked {
        return Vec::new();
    }
    let fate_of = fate.clone();
    let mut events: Vec<Event> = vec![RollbackEvent::Claimed { act, fate: fate_of }.into()];
    if let ClaimFate::Taken { by, .. } = fate
        && attempt.progress == RollbackProgress::Preparing
    {
        let since = by.since.strftime("%H:%M:%S");
        let who = by.in_words();
        let why = format!(
            "{who} claimed the rollback of production at {since} UTC; nothing was sent: ask them, or confirm again to take it over"
        );
        let why = Text::line(&why);
        events.push(
            RollbackEvent::Failed {
                why,
                superseded: false,
            }
            .into(),
        );
    }
    events
}
