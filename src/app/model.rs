//! The release screen's state: focus, zoom, places in lists, what is open over it, and what was derived from the fold.
//!
//! Everything that a frame needs besides the release itself. Knows no terminal, no keymap and no clock: `see` tells it
//! the time.

use std::{sync::Arc, time::Duration};

use jiff::{Timestamp, tz::TimeZone};

use super::{
    Bar, Cases, Derived, Feeds, Hits, Notice, Palette, Pane, Place, Prompt, StagingView, Walk,
    Work,
    unanswered::{Alerts, alerts},
};
use crate::domain::{
    Login, Phase, Reel, evidence::TestReport, observation::Minute, release::Release,
};

/// Who sits at this cockpit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Seat {
    /// It drives.
    Driving,
    /// It watches; the other drives.
    Watching(String),
    /// It plays a journal back.
    Replay,
}

/// What lies over the panes.
#[derive(Debug, Clone)]
pub enum Overlay {
    /// A prompt.
    Prompt(Box<Prompt>),
    /// The keys.
    Help(Place),
    /// The production lane.
    Lane(Place),
    /// The Slack card.
    Card(Place),
    /// The palette.
    Palette(Palette),
    /// The diff; its state stays in the model when it closes.
    Walk,
    /// The checklist; its place stays in the model too.
    Checklist,
}

/// The release screen.
#[derive(Debug, Clone)]
pub struct Model {
    /// The time that the frame shows.
    pub now: Timestamp,
    /// The zone that times are shown in.
    pub zone: TimeZone,
    /// The token's owner, once GitHub told.
    pub viewer: Option<Login>,
    /// Who sits here.
    pub seat: Seat,
    /// The pane with the focus.
    pub focus: Pane,
    /// Whether it fills the screen.
    pub zoomed: bool,
    /// A place in each pane, by [`Pane::index`].
    pub places: [Place; 7],
    /// The test cases.
    pub cases: Cases,
    /// The diff, walked through.
    pub walk: Walk,
    /// The place in the checklist.
    pub checklist: Place,
    /// What of the staging report is seen.
    pub staging: StagingView,
    /// Index of the metric in the chart, where a person chose one.
    pub(super) chosen_metric: Option<usize>,
    /// The minute that the chart's cursor reads.
    pub cursor: Option<Minute>,
    /// What lies over the panes.
    pub overlay: Option<Overlay>,
    /// How fresh the feeds are.
    pub feeds: Feeds,
    /// Downloads and other long work.
    pub work: Vec<Work>,
    /// The answer to the last key, and how long it is still shown, in real time.
    pub toast: Option<(String, Duration)>,
    /// Where things lay in the last frame.
    pub hits: Hits,
    /// Derived from the release.
    pub derived: Derived,
    /// Where a replay stands; `None`: it is live.
    pub reel: Option<Reel>,
    watches: bool,
    announced: Option<Phase>,
    /// What has fired or stands out and nobody has answered, with the moment: each is told once.
    alerts: Alerts,
    /// Whether a scheduled start was still to come at the last look.
    is_early: bool,
}

/// How long the answer to a key is shown: a person reads no faster where a demo's clock runs faster.
const TOAST: Duration = Duration::from_secs(6);

impl Model {
    /// A screen with its focus on the first pane.
    pub fn new(now: Timestamp, zone: TimeZone) -> Self {
        Self {
            now,
            zone,
            viewer: None,
            seat: Seat::Driving,
            focus: Pane::Tests,
            zoomed: false,
            places: [Place::default(); 7],
            cases: Cases::default(),
            walk: Walk::default(),
            checklist: Place::default(),
            staging: StagingView::default(),
            chosen_metric: None,
            cursor: None,
            overlay: None,
            feeds: Feeds::default(),
            work: Vec::new(),
            toast: None,
            hits: Hits::default(),
            derived: Derived::default(),
            reel: None,
            watches: false,
            announced: None,
            alerts: Alerts::new(),
            is_early: false,
        }
    }

    /// Index of the metric in the chart: the one that a person chose, else the one that a trigger or an anomaly speaks of.
    pub fn metric(&self) -> usize {
        self.chosen_metric.or(self.derived.spoken).unwrap_or(0)
    }

    /// Looks at the release: call it before each frame, and after each event.
    ///
    /// Refreshes what is derived, locks a prompt whose ground moved, and says what deserves a bell. The first look
    /// announces nothing: that is what was, not what happened.
    pub fn see(&mut self, release: &Release, now: Timestamp) -> Option<Notice> {
        self.now = now;
        if !self.derived.is_old(release) {
            return None;
        }
        self.derived.refresh(release);
        self.walk.learn(release);
        let watches = has_begun(release);
        if watches != self.watches {
            self.watches = watches;
            self.focus = if watches { Pane::Metrics } else { Pane::Tests };
            self.zoomed = false;
        }
        if let Some(Overlay::Prompt(prompt)) = &mut self.overlay {
            prompt.compare(release);
        }
        self.notice(release)
    }

    fn notice(&mut self, release: &Release) -> Option<Notice> {
        let phase = release.phase();
        let alerts = alerts(release);
        let is_first = self.announced.is_none();
        let fired = !alerts.is_subset(&self.alerts);
        let was_early = std::mem::replace(&mut self.is_early, release.start_to_come().is_some());
        let starts = was_early && !self.is_early && phase == Phase::AwaitingApproval;
        let moved = self.announced.as_ref() != Some(&phase);
        self.alerts = alerts;
        self.announced = Some(phase.clone());
        let due = matches!(
            phase,
            Phase::AwaitingApproval | Phase::Undecided | Phase::RollbackFailed | Phase::Stopped
        ) || matches!(phase, Phase::StageWatch { .. })
            && release.approval.waiting.is_some();
        if is_first || !(fired || starts || (moved && (due || phase.is_end()))) {
            return None;
        }
        let bar = Bar::of(release, &self.derived, self.now);
        Some(Notice {
            text: format!(
                "{} {}: {}",
                release.policy.service,
                release.name(),
                bar.head
            ),
        })
    }

    /// Whether production has begun to change: then the metrics take the room.
    pub fn watches(&self) -> bool {
        self.watches
    }

    /// The panes of the present layout, in the order of Tab.
    pub fn panes(&self) -> &'static [Pane] {
        if self.watches {
            &[Pane::Metrics, Pane::Triggers, Pane::Alarms, Pane::Log]
        } else {
            &[
                Pane::Tests,
                Pane::Explain,
                Pane::Gates,
                Pane::Metrics,
                Pane::Log,
            ]
        }
    }

    /// The terminal's title.
    pub fn title(&self, release: &Release) -> String {
        let phase = release.phase();
        let alerts = release.watch.alerts().next().is_some();
        let mark = if alerts || release.watch.strange().next().is_some() {
            "(!) "
        } else {
            ""
        };
        let minutes = match phase {
            Phase::Monitoring => {
                let (have, want) = self.derived.progress;
                format!(" {have}/{want}")
            }
            _ => String::new(),
        };
        format!(
            "{mark}{} {} {}{minutes} · cockpit",
            release.policy.service,
            release.name(),
            phase.word()
        )
    }

    /// Takes the report with every case.
    pub fn take_report(&mut self, report: Arc<TestReport>) {
        self.cases.take(report);
    }

    /// Takes where things lie in the frame that was just drawn.
    pub fn laid_out(&mut self, hits: Hits) {
        for (place, reach) in self.places.iter_mut().zip(hits.reach) {
            if reach != (0, 0) {
                place.fit(reach);
            }
        }
        if let Some(Overlay::Prompt(prompt)) = &mut self.overlay {
            let (seen, all) = hits.overlay;
            prompt.hidden = all.saturating_sub(seen);
        }
        self.hits = hits;
    }

    /// Shows a line for a while.
    pub fn say(&mut self, text: &str) {
        self.toast = Some((text.to_owned(), TOAST));
    }

    /// Who drives, as the flight knows it; `None`: this cockpit. A change is said.
    pub fn seated(&mut self, driver: Option<String>) {
        let seat = driver.map_or(Seat::Driving, Seat::Watching);
        if self.seat == Seat::Replay || self.seat == seat {
            return;
        }
        match &seat {
            Seat::Driving => self.say("this cockpit drives now"),
            Seat::Watching(driver) if driver == "nobody" => {
                self.say("nobody drives any more: T takes the seat");
            }
            Seat::Watching(driver) => {
                self.say(&format!("{driver} drives: this cockpit only watches"));
            }
            Seat::Replay => {}
        }
        self.seat = seat;
    }

    /// So much real time passed for the person who looks.
    pub fn pass(&mut self, real: Duration) {
        self.toast = self.toast.take().and_then(|(text, left)| {
            let left = left.saturating_sub(real);
            (!left.is_zero()).then_some((text, left))
        });
    }

    /// Whether what is typed goes into a field: then the shell need not ask the keymap.
    pub fn types(&self) -> bool {
        match &self.overlay {
            Some(Overlay::Prompt(_) | Overlay::Palette(_)) => true,
            Some(Overlay::Walk) => self.walk.typing,
            Some(Overlay::Help(_) | Overlay::Lane(_) | Overlay::Card(_) | Overlay::Checklist)
            | None => self.cases.typing,
        }
    }

    /// The place in the pane with the focus.
    pub fn place(&self, pane: Pane) -> Place {
        self.places[pane.index()]
    }
}

fn has_begun(release: &Release) -> bool {
    use crate::domain::rollout::StageState;
    release
        .rollout
        .stages
        .iter()
        .any(|stage| !matches!(stage.state, StageState::Waiting | StageState::Held))
}
