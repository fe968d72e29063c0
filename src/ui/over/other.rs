//! The smaller prompts: reject, note, problem, close, explain, extend, keep watching, cancel, re-run.

use ratatui::style::Style;

use super::fact::{Fact, warning};
use crate::{
    app::{Asking, Bar, Prompt, Seat, Ticking},
    domain::{flags::KillShown, policy::GateKind},
    ui::{pane::View, pen::wrap},
};

/// How wide a program is shown: it stands whole on a narrow screen too.
const COMMAND_COLUMNS: u16 = 60;

/// Title, tone and facts.
pub(super) fn facts(view: View<'_>, prompt: &Prompt) -> (&'static str, Style, Vec<Fact>) {
    let styles = &view.look.styles;
    let (title, tone) = match &prompt.asking {
        Asking::Reject => ("Reject the release", styles.fail),
        Asking::KillFlag(_) => ("Switch a flag off", styles.fail),
        Asking::Note => ("Note", styles.accent),
        Asking::Problem => ("Report a problem", styles.warn),
        Asking::Close => ("Close the release", styles.warn),
        Asking::Explain => ("Write down what happened", styles.accent),
        Asking::HandOver => ("Hand over", styles.accent),
        Asking::TakeSeat => ("Take the driver's seat", styles.warn),
        Asking::Extend => ("Extend the watch", styles.accent),
        Asking::Hold => ("Hold the countdown", styles.warn),
        Asking::WaitNoLonger => ("Roll back at once", styles.fail),
        Asking::KeepWatching(_) => ("Keep watching", styles.warn),
        Asking::SignOff(_) => ("Sign off", styles.accent),
        Asking::Emergency => ("Emergency", styles.fail),
        Asking::WithdrawEmergency => ("Withdraw the emergency", styles.warn),
        Asking::Review => ("Review the emergency", styles.accent),
        Asking::Schedule { .. } => ("Schedule the start", styles.accent),
        Asking::Leave => ("Leave while this burns?", styles.fail),
        Asking::Tick(ticking) if ticking.on => ("Tick an item", styles.accent),
        Asking::Tick(_) => ("Take a tick back", styles.warn),
        Asking::Trust => ("Let the rules' programs run", styles.warn),
        Asking::CancelRun => ("Cancel the run", styles.warn),
        Asking::RerunFailed => ("Run the failed jobs again", styles.accent),
        // Those have files of their own.
        Asking::Approve(_) | Asking::RollBack(_) => ("", styles.text),
    };
    (title, tone, words(view, &prompt.asking))
}

/// What a signature means; a single role is named, several are options.
fn signing(roles: &[(String, bool)]) -> Vec<String> {
    let one = match roles {
        [(role, true)] => Some(format!("The sign-off for {role} is taken back.")),
        [(role, false)] => Some(format!("You sign for {role}.")),
        _ => None,
    };
    let record = "Your name stands for it in the record.".to_owned();
    one.into_iter().chain([record]).collect()
}

fn words(view: View<'_>, asking: &Asking) -> Vec<Fact> {
    let styles = &view.look.styles;
    let release = view.release;
    let name = release.name();
    let plain = |text: &str| -> Fact { vec![(text.to_owned(), styles.text)] };
    match asking {
        Asking::Reject => rejecting(view),
        Asking::KillFlag(flags) => killing(view, flags),
        Asking::Note => vec![plain("It goes into the record with your name.")],
        Asking::Problem => vec![
            plain("For what no metric sees."),
            plain("The release cannot complete by itself after it."),
        ],
        Asking::Close => vec![
            plain(&format!("{name} stays in production as it is.")),
            warning(
                view,
                "The judge could not call it good: that stands in the record.",
            ),
        ],
        Asking::Explain => vec![
            plain("The journal's facts are there; the root cause is left to write."),
            plain("The service stays locked until `cockpit unlock` says why it may go on."),
        ],
        Asking::HandOver | Asking::TakeSeat => seat(view, asking),
        Asking::Extend => vec![plain(
            "More minutes are judged before the release completes.",
        )],
        Asking::WaitNoLonger => vec![
            plain("The rollback's workflow starts now, whatever the deploy's run does."),
            warning(
                view,
                "The deploy has not ended: it may still change production after the rollback.",
            ),
        ],
        Asking::Hold => held(view),
        Asking::KeepWatching(_) => {
            let alerts = release.watch.alerts();
            let mut facts: Vec<Fact> = alerts
                .map(|(source, fired)| warning(view, format!("{source}: {}", fired.why)))
                .collect();
            let strange = release.watch.strange();
            facts.extend(strange.map(|(_, _, why)| warning(view, format!("anomaly: {why}"))));
            facts.push(plain("The release cannot complete while it stays true."));
            facts
        }
        Asking::SignOff(roles) => signing(roles).iter().map(|line| plain(line)).collect(),
        Asking::Emergency | Asking::WithdrawEmergency | Asking::Review => emergency(view, asking),
        Asking::Schedule { zone, .. } => schedule(view, zone),
        Asking::Leave => leaving(view),
        Asking::Tick(ticking) => ticked(view, ticking),
        Asking::Trust => programs(view),
        Asking::CancelRun => vec![
            plain("GitHub is asked to stop the run."),
            warning(
                view,
                "What the run already started goes on: this is no rollback.",
            ),
        ],
        Asking::RerunFailed => {
            vec![plain(
                "The same commit, a new attempt; it may wait for a decision again.",
            )]
        }
        Asking::Approve(_) | Asking::RollBack(_) => Vec::new(),
    }
}

fn rejecting(view: View<'_>) -> Vec<Fact> {
    let (styles, release) = (&view.look.styles, view.release);
    let plain = |text: String| -> Fact { vec![(text, styles.text)] };
    let service = &release.policy.service;
    let mut facts = vec![
        plain(format!(
            "{service} {} does not go to production.",
            release.name()
        )),
        plain(match release.policy.target.gate {
            GateKind::Environment => {
                "The run fails; the reason goes to it and into the record.".to_owned()
            }
            GateKind::Dispatch => "Nothing is started; the reason goes into the record.".to_owned(),
        }),
    ];
    facts.extend(
        release
            .approval_hindrance()
            .map(|why| warning(view, format!("GitHub may not take it from you: {why}."))),
    );
    facts
}

/// What the emergency way waives, what its end makes count again, or what was done by it.
fn emergency(view: View<'_>, asking: &Asking) -> Vec<Fact> {
    let (styles, release) = (&view.look.styles, view.release);
    let plain = |text: &str| -> Fact { vec![(text.to_owned(), styles.text)] };
    if let (Asking::Review, Some(emergency)) = (asking, &release.approval.emergency) {
        return vec![
            warning(view, emergency.in_short()),
            plain(emergency.reason.first_line()),
            plain("What you found goes into the record with your name."),
        ];
    }
    if let (Asking::WithdrawEmergency, Some(emergency)) = (asking, &release.approval.emergency) {
        return vec![
            warning(view, emergency.in_short()),
            plain("Sign-offs and ticks hold the approval back again, as the rules say."),
            plain("Nothing was approved on it, so nobody has to review it."),
        ];
    }
    vec![
        plain("Sign-offs and ticks by hand no longer hold the approval back."),
        plain(
            "Tests, prerequisites, blackouts, automatic items and the digest still hold it back.",
        ),
        warning(
            view,
            "GitHub and the record name the emergency, and another person reviews it within two days.",
        ),
    ]
}

/// What a scheduled start does, and what is scheduled now.
fn schedule(view: View<'_>, zone: &jiff::tz::TimeZone) -> Vec<Fact> {
    let plain = |text: &str| -> Fact { vec![(text.to_owned(), view.look.styles.text)] };
    let now = view.release.start().map(|start| {
        let local = start.to_zoned(zone.clone()).strftime("%F %H:%M %Z");
        plain(&format!("Now: not before {local}."))
    });
    let here = view.model.now.to_zoned(zone.clone()).strftime("%Z");
    let mut facts = vec![
        plain("Nothing is approved before. Nothing starts by itself then: you are reminded."),
        plain(&format!(
            "18:00, 2026-12-01 18:00, or now to lift it; times are in {here}."
        )),
    ];
    facts.extend(now);
    facts
}

/// What burns, and what leaving does to it.
fn leaving(view: View<'_>) -> Vec<Fact> {
    let bar = Bar::of(view.release, &view.model.derived, view.model.now);
    let plain = |text: &str| -> Fact { vec![(text.to_owned(), view.look.styles.text)] };
    let mut facts = vec![warning(view, bar.head)];
    if !bar.detail.is_empty() {
        facts.push(plain(&bar.detail));
    }
    facts.push(plain(
        "Nobody drives then: nothing is judged, counted down or rolled back",
    ));
    facts.push(plain("until a cockpit takes the release up again."));
    facts
}

/// The countdown that would be held, here or on the driver's machine.
fn held(view: View<'_>) -> Vec<Fact> {
    let release = view.release;
    let running = release.rollback.countdown();
    let here = running.map(|one| warning(view, format!("{}: {}", one.trigger, one.why)));
    let seating = &release.record.seating;
    let afar = seating.countdown_afar().map(|one| {
        let driver = seating.driver_elsewhere().unwrap_or_default();
        warning(view, format!("{driver} counts down: {}", one.trigger))
    });
    let mut facts: Vec<Fact> = here.into_iter().chain(afar).collect();
    let zero = running.map(|one| one.zero);
    if let Some(zero) = zero.or(seating.countdown_afar().map(|one| one.zero)) {
        let left = zero.duration_since(view.model.now).as_secs().max(0);
        facts.push(vec![(
            format!("{left} s are left."),
            view.look.styles.strong,
        )]);
    }
    if facts.is_empty() {
        let bar = Bar::of(release, &view.model.derived, view.model.now);
        facts.push(warning(view, bar.head));
    }
    let words = if zero.is_some() || seating.countdown_afar().is_some() {
        "Once held, nothing is rolled back by itself: cockpit asks."
    } else {
        "No countdown runs any more: nothing is left to hold."
    };
    facts.push(vec![(words.to_owned(), view.look.styles.text)]);
    facts
}

/// The item, and what its tick means.
fn ticked(view: View<'_>, ticking: &Ticking) -> Vec<Fact> {
    let styles = &view.look.styles;
    let record = if ticking.on {
        "Your name and the time stand for it in the record."
    } else {
        "That it was taken back stands in the record too."
    };
    vec![
        vec![
            ("  ".to_owned(), styles.strong),
            (ticking.text.clone(), styles.strong),
        ],
        vec![(record.to_owned(), styles.dim)],
    ]
}

/// What switching a flag off means, and through whom.
fn killing(view: View<'_>, flags: &[KillShown]) -> Vec<Fact> {
    let plain = |text: String| -> Fact { vec![(text, view.look.styles.text)] };
    let mut facts = Vec::new();
    if let [only] = flags {
        facts.push(plain(format!("{} is {}.", only.flag, only.words())));
    }
    if let Some(rule) = &view.release.policy.flags {
        let at = &rule.environment;
        facts.push(plain(format!(
            "{} switches it off in {at}, for everyone.",
            rule.provider.word()
        )));
    }
    facts.push(plain(
        "The version in production stays as it is: this is no rollback.".to_owned(),
    ));
    facts
}

/// What is said of the driver's seat.
fn seat(view: View<'_>, asking: &Asking) -> Vec<Fact> {
    let plain = |text: &str| -> Fact { vec![(text.to_owned(), view.look.styles.text)] };
    if *asking == Asking::HandOver {
        return vec![
            plain("Who is named takes the seat with T in `cockpit watch`; both are recorded."),
            plain("A brief of where the release stands goes to the clipboard."),
        ];
    }
    let driver = match &view.model.seat {
        Seat::Watching(driver) => driver.as_str(),
        Seat::Driving | Seat::Replay => "nobody",
    };
    vec![
        plain(&format!(
            "Now {driver} drives. From then on this terminal does."
        )),
        plain("It goes into the record with your name."),
    ]
}

/// The programs that would run, each of them whole: what cannot be read must not be trusted.
fn programs(view: View<'_>) -> Vec<Fact> {
    let styles = &view.look.styles;
    let release = view.release;
    let plain = |text: &str| -> Fact { vec![(text.to_owned(), styles.text)] };
    let mut facts = vec![plain(
        "cockpit.toml names these programs. They run here, with your rights:",
    )];
    for program in release.untrusted_programs() {
        let lines = wrap(program.as_str(), COMMAND_COLUMNS, usize::MAX);
        let lines = lines.into_iter().map(|line| format!("    {line}"));
        facts.extend(lines.map(|line| -> Fact { vec![(line, styles.accent)] }));
    }
    let hash: String = release.policy.hash.chars().take(12).collect();
    facts.push(plain(&format!(
        "Asked once for this version of the rules ({hash}); it goes into the record."
    )));
    facts
}
